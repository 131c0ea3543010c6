//! Facts of a tenant, with the layout of `rules/facts.toml`.

use std::sync::OnceLock;

pub use geplint_core::tenant::*;

/// Reads a tenant file. `read` returns the bytes of a list file by its name, or an error message.
///
/// Errors: as [`geplint_core::tenant::load`].
pub fn load(
    text: &str,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<Tenant, TenantError> {
    geplint_core::tenant::load(text, layout(), read)
}

/// Like [`load`], but a name may also refer to several files.
pub fn load_from(text: &str, files: &mut dyn ListFiles) -> Result<Tenant, TenantError> {
    geplint_core::tenant::load_from(text, layout(), files)
}

/// The layout that is compiled in. A test parses it, so the fallback is never used.
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
