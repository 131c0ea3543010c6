//! The address of the project, from `repository` in `Cargo.toml`. If that is empty, there are no links.

/// The address of the project's repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepositoryUrl<'a>(&'a str);

impl<'a> RepositoryUrl<'a> {
    /// Returns `None` for anything but a web address: empty, another scheme, or a character that could end a link.
    pub fn new(repository: &'a str) -> Option<Self> {
        let url = repository.trim_end_matches('/');
        let url = url.strip_suffix(".git").unwrap_or(url);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
        let place = url.strip_prefix("https://")?;
        (!place.is_empty() && place.bytes().all(plain)).then_some(Self(url))
    }

    /// Returns the address, without a slash at its end.
    pub fn url(self) -> &'a str {
        self.0
    }

    /// Returns the address of a rule's page on the default branch, because a build need not be of a tagged commit.
    pub fn rule(self, rule: &str) -> String {
        format!("{}/blob/HEAD/docs/rules/{rule}.md", self.0)
    }
}

/// Returns the address that this program was built with.
pub fn repository_url() -> Option<RepositoryUrl<'static>> {
    RepositoryUrl::new(option_env!("CARGO_PKG_REPOSITORY").unwrap_or_default())
}

/// Returns the address of a rule's page, if the project has an address.
pub fn rule_url(rule: &str) -> Option<String> {
    repository_url().map(|url| url.rule(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_used_unchanged() {
        let url = |text| RepositoryUrl::new(text).map(RepositoryUrl::url);
        let plain = Some("https://forge.example.org/a/geplint");
        assert_eq!(url("https://forge.example.org/a/geplint"), plain);
        assert_eq!(url("https://forge.example.org/a/geplint/"), plain);
        assert_eq!(url("https://forge.example.org/a/geplint.git"), plain);
    }

    #[test]
    fn only_web_addresses_are_accepted() {
        for text in [
            "",
            "https://",
            "geplint",
            "http://forge.example.org/a",
            "git@forge.example.org:a/geplint.git",
            "https://forge.example.org/a b",
            "https://forge.example.org/\u{1b}\\",
            "https://forge.example.org/\"",
            "https://forge.example.org/a?b",
        ] {
            assert_eq!(RepositoryUrl::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_rule_has_a_page_if_there_is_an_address() {
        let url = RepositoryUrl::new("https://forge.example.org/a/geplint");
        assert_eq!(
            url.map(|url| url.rule("too-long")).as_deref(),
            Some("https://forge.example.org/a/geplint/blob/HEAD/docs/rules/too-long.md")
        );
        // The program has the address of Cargo.toml, or none.
        assert_eq!(
            rule_url("too-long").is_some(),
            !env!("CARGO_PKG_REPOSITORY").is_empty()
        );
    }
}
