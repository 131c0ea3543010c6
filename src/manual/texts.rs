//! The texts of rules and topics for `geplint explain`, from `rules/rules.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::finding::Severity;

/// The text of one rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleText {
    /// The id in kebab-case, which names the problem.
    pub id: String,
    /// The title, on one line.
    pub title: String,
    /// The mistake.
    pub what: String,
    /// The reason why the API refuses it, or its other effect.
    pub why: String,
    /// The remedy.
    pub fix: String,
    /// The usual severity.
    pub severity: Severity,
    /// The endpoint of the two payloads.
    pub endpoint: Option<String>,
    /// A payload that breaks it.
    pub bad: Option<String>,
    /// The reason why there is no such payload to print.
    pub bad_note: Option<String>,
    /// The fixture that the note describes, relative to `testdata/rules/<id>/bad/`.
    pub bad_file: Option<String>,
    /// The same payload, fixed.
    pub good: Option<String>,
    /// A further requirement for a finding: `tenant`.
    pub needs: Option<String>,
}

/// A topic that is not a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicText {
    /// The name on the command line.
    pub id: String,
    /// The title, on one line.
    pub title: String,
    /// Paragraphs, separated by empty lines. Indented lines are not wrapped.
    pub text: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<RuleText>,
    topic: Vec<TopicText>,
}

/// The file. A test loads it, so the fallback is never used.
fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| toml::from_str(include_str!("../../rules/rules.toml")).unwrap_or_default())
}

/// Returns all rules in the order of the file.
pub fn rule_texts() -> &'static [RuleText] {
    &file().rule
}

/// Returns all topics in the order of the file.
pub fn topic_texts() -> &'static [TopicText] {
    &file().topic
}

/// Returns the rule of that id.
pub fn rule_text(id: &str) -> Option<&'static RuleText> {
    rule_texts().iter().find(|rule| rule.id == id)
}

/// Returns the topic of that id.
pub fn topic_text(id: &str) -> Option<&'static TopicText> {
    topic_texts().iter().find(|topic| topic.id == id)
}
