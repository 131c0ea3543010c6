//! What only the tenant knows, in the layout that `rules/facts.toml` gives it.

use std::sync::OnceLock;

pub use geplint_core::tenant::*;

/// Reads a tenant file. `read` gives the bytes of a list file by its name in it, or says why it cannot.
///
/// Errors: as [`geplint_core::tenant::load`].
pub fn load(
    text: &str,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<Tenant, TenantError> {
    geplint_core::tenant::load(text, layout(), read)
}

/// As [`load`], where a name may also stand for several files.
pub fn load_from(text: &str, files: &mut dyn ListFiles) -> Result<Tenant, TenantError> {
    geplint_core::tenant::load_from(text, layout(), files)
}

/// The layout that is compiled in; a test parses it, so that it never comes back empty.
fn layout() -> &'static Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    LAYOUT.get_or_init(|| Layout::parse(include_str!("../rules/facts.toml")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_parses() {
        Layout::parse(include_str!("../rules/facts.toml")).unwrap();
    }
}
