//! What each rule says of itself: the text of `geplint explain`, from `rules/rules.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

/// One rule as a reader meets it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleText {
    /// Kebab-case id, naming the problem.
    pub id: String,
    /// One line.
    pub title: String,
    /// What is wrong.
    pub what: String,
    /// Why the API refuses it, or what it does instead.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Its usual severity: `error` or `warning`.
    pub severity: String,
    /// The endpoint of the two payloads.
    pub endpoint: Option<String>,
    /// A payload that breaks it.
    pub bad: Option<String>,
    /// Why there is no such payload to print.
    pub bad_note: Option<String>,
    /// The same payload, mended.
    pub good: Option<String>,
    /// What else it needs to speak: `tenant`.
    pub needs: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<RuleText>,
}

/// All rules in the file's order.
///
/// A test loads the file, so that it never comes back empty.
pub fn rule_texts() -> &'static [RuleText] {
    static TEXTS: OnceLock<Vec<RuleText>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        toml::from_str::<File>(include_str!("../../rules/rules.toml"))
            .map(|file| file.rule)
            .unwrap_or_default()
    })
}

/// The rule of that id.
pub fn rule_text(id: &str) -> Option<&'static RuleText> {
    rule_texts().iter().find(|rule| rule.id == id)
}
