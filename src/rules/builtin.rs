//! The rules files that are compiled in. Each is read when its endpoint is asked for, and only then.

use std::sync::OnceLock;

use super::{Endpoint, compile};

struct File {
    id: &'static str,
    text: &'static str,
    loaded: OnceLock<Option<Endpoint>>,
}

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

/// The ids of the endpoints that are compiled in, sorted.
pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.id)
}

/// The rules of an endpoint; `None` where there is no such endpoint.
///
/// A test loads every file, so that a compiled-in one never fails here.
pub fn builtin(id: &str) -> Option<&'static Endpoint> {
    let file = FILES.iter().find(|file| file.id == id)?;
    file.loaded.get_or_init(|| compile::load(file.text).ok()).as_ref()
}

/// The text of an endpoint's rules file, for layers over it.
pub fn builtin_text(id: &str) -> Option<&'static str> {
    FILES.iter().find(|file| file.id == id).map(|file| file.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_loads_and_is_named_after_its_endpoint() {
        assert!(FILES.len() >= 4);
        for file in &FILES {
            let endpoint = compile::load(file.text).unwrap_or_else(|error| {
                let line = file.text[..error.span.start].lines().count();
                panic!("{}:{line}: {error}", file.id)
            });
            assert_eq!(endpoint.id, file.id);
        }
    }
}
