//! What each rule says of itself, and the topics beside them: the texts of `geplint explain`, from `rules/rules.toml`.

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
    /// Its usual severity: `error`, `warning` or `advice`.
    pub severity: String,
    /// The endpoint of the two payloads.
    pub endpoint: Option<String>,
    /// A payload that breaks it.
    pub bad: Option<String>,
    /// Why there is no such payload to print.
    pub bad_note: Option<String>,
    /// The fixture that the note describes, from `testdata/rules/<id>/bad/` on.
    pub bad_file: Option<String>,
    /// The same payload, fixed.
    pub good: Option<String>,
    /// What else it needs to speak: `tenant`.
    pub needs: Option<String>,
}

/// Something worth explaining that is no rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicText {
    /// Its name on the command line.
    pub id: String,
    /// One line.
    pub title: String,
    /// Paragraphs with blank lines between; what is indented stays as it is.
    pub text: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<RuleText>,
    topic: Vec<TopicText>,
}

/// A test loads the file, so that it never comes back empty.
fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| toml::from_str(include_str!("../../rules/rules.toml")).unwrap_or_default())
}

/// All rules in the file's order.
pub fn rule_texts() -> &'static [RuleText] {
    &file().rule
}

/// All topics in the file's order.
pub fn topic_texts() -> &'static [TopicText] {
    &file().topic
}

/// The rule of that id.
pub fn rule_text(id: &str) -> Option<&'static RuleText> {
    rule_texts().iter().find(|rule| rule.id == id)
}

/// The topic of that id.
pub fn topic_text(id: &str) -> Option<&'static TopicText> {
    topic_texts().iter().find(|topic| topic.id == id)
}
