//! The rules files that are compiled in. Each is read when its endpoint is asked for, and only then.
//!
//! The build script has compiled them: what is read here is an [`Endpoint`] as postcard writes it.

use std::sync::OnceLock;

use super::Endpoint;

struct File {
    id: &'static str,
    text: &'static str,
    compiled: &'static [u8],
    loaded: OnceLock<Option<Endpoint>>,
}

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

/// The ids of the endpoints that are compiled in, sorted.
pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.id)
}

/// The rules of an endpoint; `None` where there is no such endpoint.
///
/// A test reads every one, so that a compiled-in one never fails here.
pub fn builtin(id: &str) -> Option<&'static Endpoint> {
    let file = FILES.iter().find(|file| file.id == id)?;
    file.loaded
        .get_or_init(|| postcard::from_bytes(file.compiled).ok())
        .as_ref()
}

/// The text of an endpoint's rules file, for layers over it.
pub fn builtin_text(id: &str) -> Option<&'static str> {
    FILES.iter().find(|file| file.id == id).map(|file| file.text)
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    #[test]
    fn every_endpoint_is_read_back_as_its_file_says() {
        assert!(FILES.len() >= 4);
        for file in &FILES {
            let endpoint = builtin(file.id).unwrap_or_else(|| panic!("{} is not read back", file.id));
            assert_eq!(endpoint.id, file.id);
            let written = load(file.text).expect("the build script has loaded it");
            assert_eq!(format!("{endpoint:?}"), format!("{written:?}"));
        }
    }
}
