//! SARIF 2.1.0, for code scanning and SARIF viewers.
//!
//! The document does not depend on the machine: paths are relative to the root of the checkout in CI, otherwise to
//! the working directory. The consumer resolves that root, as the standard's appendix on deterministic files
//! requires.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::OnceLock;

use serde::Serialize;

use super::json::{Answer, elements};
use crate::finding::{Finding, Span};
use crate::fix;
use crate::json::pretty;
use crate::percent;
use crate::report::common::Fingerprints;
use crate::report::markdown::inert;
use crate::report::{Chunks, FileReport, Report, Summary, common, labels};
use crate::repository_url::{RepositoryUrl, repository_url};
use crate::rules::{RuleText, rule_texts};
use crate::source::Source;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of the folder that paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// The byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The indentation of the parts of a run, and of its results, in the document.
const RUN: &str = "\n      ";
const RESULT: &str = "\n        ";

/// One run with every rule, and a result for each finding.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sarif;

impl Report for Sarif {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let artifact = Artifact::new(&file.name);
        let mut prints = Fingerprints::of(file.request_name());
        let result = |finding| Outcome::new(&source, &artifact, finding, &mut prints);
        elements(file.findings.iter().map(result), RESULT, out);
    }

    fn open(&self) -> String {
        let tool = Tool::new(repository_url());
        let root = Base {
            description: "The root of the checkout in CI, otherwise the folder in which geplint was run."
                .into(),
        };
        let bases = BTreeMap::from([(ROOT, root)]);
        format!(
            "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {{\
             {RUN}\"tool\": {},{RUN}\"originalUriBaseIds\": {},{RUN}\"columnKind\": \"utf16CodeUnits\",\
             {RUN}\"results\": [",
            pretty(&tool, RUN),
            pretty(&bases, RUN)
        )
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn close(&self, _summary: &Summary, empty: bool) -> String {
        let end = if empty { "]" } else { "\n      ]" };
        format!("{end}\n    }}\n  ]\n}}\n")
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

impl<'a> Tool<'a> {
    fn new(url: Option<RepositoryUrl<'a>>) -> Self {
        Self {
            driver: Driver {
                name: "geplint",
                full_name: concat!("geplint ", env!("CARGO_PKG_VERSION")),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: url.map(RepositoryUrl::url),
                rules: rule_texts().iter().map(|rule| Rule::new(rule, url)).collect(),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    full_name: &'a str,
    semantic_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'a str>,
    rules: Vec<Rule<'a>>,
}

/// Text without formatting.
#[derive(Serialize)]
struct Plain<T> {
    text: T,
}

impl<'a> From<&'a str> for Plain<&'a str> {
    fn from(text: &'a str) -> Self {
        Self { text }
    }
}

#[derive(Serialize)]
struct Base {
    description: Plain<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: String,
    short_description: Plain<&'a str>,
    full_description: Plain<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Help,
    default_configuration: Configuration,
    properties: RuleFacts,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleFacts {
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

impl<'a> Rule<'a> {
    fn new(rule: &'a RuleText, url: Option<RepositoryUrl<'_>>) -> Self {
        Self {
            id: &rule.id,
            name: pascal(&rule.id),
            short_description: rule.title.as_str().into(),
            full_description: rule.what.as_str().into(),
            help_uri: url.map(|url| url.rule(&rule.id)),
            help: Help {
                text: format!("{}\n\n{}\n\nHow to fix it: {}", rule.what, rule.why, rule.fix),
                markdown: markdown(rule),
            },
            default_configuration: Configuration {
                level: labels::severity_or(rule.severity, "note"),
            },
            properties: RuleFacts {
                severity: labels::severity_or(rule.severity, "recommendation"),
            },
        }
    }
}

/// Converts `too-long` to a name: `TooLong`.
fn pascal(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for word in id.split('-') {
        let (first, rest) = word.split_at(word.len().min(1));
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    out
}

fn markdown(rule: &RuleText) -> String {
    let mut text = format!(
        "{}\n\n**Why:** {}\n\n**How to fix it:** {}\n",
        rule.what, rule.why, rule.fix
    );
    for (title, payload) in [("Bad", &rule.bad), ("Good", &rule.good)] {
        if let Some(payload) = payload {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n**{title}:**\n\n```json\n{}\n```\n", payload.trim());
        }
    }
    text
}

/// A finding as a `result`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Plain<String>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[FixChange<'a>; 1]>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: Facts<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Plain<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: &'a Artifact,
    region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

/// The fix of a finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixChange<'a> {
    description: Plain<String>,
    artifact_changes: [Changes<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Changes<'a> {
    artifact_location: &'a Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Plain<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    evidence: &'static str,
    endpoint: &'a str,
    pointer: &'a str,
    constraint: &'a str,
    source: &'a str,
    help: Cow<'a, str>,
    predicted: Option<Answer<'a>>,
    /// True if another answer comes first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
}

impl<'a> Outcome<'a> {
    fn new(
        source: &Source<'_>,
        artifact: &'a Artifact,
        finding: &'a Finding,
        prints: &mut Fingerprints<'a>,
    ) -> Self {
        let related = finding
            .related
            .as_deref()
            .into_iter()
            .map(|(span, text)| Location::new(source, artifact, *span, *span, Some(text)));
        Self {
            rule_id: &finding.rule,
            rule_index: rule_index(&finding.rule),
            level: labels::severity_or(finding.severity, "note"),
            message: plain(&common::sentence(finding)),
            locations: [Location::new(
                source,
                artifact,
                common::mark(finding),
                finding.span,
                None,
            )],
            related_locations: related.collect(),
            fixes: FixChange::new(source, artifact, finding).map(|fix| [fix]),
            partial_fingerprints: BTreeMap::from([
                ("geplint/v1", prints.by_pointer(finding)),
                ("geplint/v2", prints.by_key("", finding)),
            ]),
            properties: Facts {
                evidence: finding.evidence.word(),
                endpoint: &finding.endpoint,
                pointer: &finding.pointer,
                constraint: &finding.constraint,
                source: &finding.source,
                help: common::help(finding),
                predicted: finding.predicted.as_deref().map(Answer::new),
                masked: finding.masked.is_some(),
            },
        }
    }
}

impl<'a> FixChange<'a> {
    /// Returns `None` if the fix removes a byte order mark, too, because the standard does not count it as part of
    /// the text.
    fn new(source: &Source<'_>, artifact: &'a Artifact, finding: &Finding) -> Option<Self> {
        let marked = source.text().starts_with(MARK);
        let fix = fix::of(source.text(), finding)?;
        let replacements = fix.edits.into_iter().map(|edit| {
            let visible = !marked || edit.span.start as usize >= MARK.len();
            visible.then(|| Replacement {
                deleted_region: Region::new(source, edit.span),
                inserted_content: (!edit.text.is_empty()).then_some(Plain { text: edit.text }),
            })
        });
        let replacements = replacements.collect::<Option<Vec<_>>>()?;
        Some(Self {
            description: plain(&common::help(finding)),
            artifact_changes: [Changes {
                artifact_location: artifact,
                replacements,
            }],
        })
    }
}

impl<'a> Location<'a> {
    fn new(
        source: &Source<'_>,
        artifact: &'a Artifact,
        mark: Span,
        whole: Span,
        message: Option<&str>,
    ) -> Self {
        Self {
            physical_location: Physical {
                artifact_location: artifact,
                region: Region::new(source, mark),
                context_region: (mark != whole).then(|| Region::new(source, whole)),
            },
            message: message.map(plain),
        }
    }
}

impl Artifact {
    fn new(name: &str) -> Self {
        let path = percent::encoded(common::local(name));
        let drive = cfg!(windows) && name.as_bytes().get(1) == Some(&b':');
        if drive {
            let path = path.replacen("%3A", ":", 1);
            return Self::absolute(format!("file:///{path}"));
        }
        if path.starts_with('/') {
            return Self::absolute(format!("file://{path}"));
        }
        Self {
            uri: path,
            uri_base_id: Some(ROOT),
        }
    }

    const fn absolute(uri: String) -> Self {
        Self {
            uri,
            uri_base_id: None,
        }
    }
}

impl Region {
    fn new(source: &Source<'_>, span: Span) -> Self {
        let [start, end] = common::ends(source, span);
        Self {
            start_line: start.line,
            start_column: column(source, span.start),
            end_line: end.line,
            end_column: column(source, span.end.max(span.start)),
        }
    }
}

/// Returns a column in UTF-16 units. By the standard, a byte order mark is not part of the text.
fn column(source: &Source<'_>, offset: u32) -> u32 {
    let column = source.utf16_column(offset);
    let marked = source.text().starts_with(MARK) && source.position(offset).line == 1;
    if marked {
        column.saturating_sub(1).max(1)
    } else {
        column
    }
}

/// Returns a text that may quote a file, and that some viewers render as Markdown.
fn plain(text: &str) -> Plain<String> {
    Plain { text: inert(text) }
}

fn rule_index(rule: &str) -> Option<usize> {
    static INDEX: OnceLock<HashMap<&'static str, usize>> = OnceLock::new();
    let numbered = || {
        rule_texts()
            .iter()
            .enumerate()
            .map(|(index, rule)| (rule.id.as_str(), index))
            .collect()
    };
    INDEX.get_or_init(numbered).get(rule).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded_and_relative_where_they_can_be() {
        let uri = |name| Artifact::new(name).uri;
        assert_eq!(uri("./a b/ü:%#?.json"), "a%20b/%C3%BC%3A%25%23%3F.json");
        assert_eq!(uri("/tmp/a.json"), "file:///tmp/a.json");
        assert_eq!(Artifact::new("../a.json").uri_base_id, Some(ROOT));
        assert_eq!(Artifact::new("/a.json").uri_base_id, None);
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let source = Source::new("a", "\u{feff}[1,\n2]".as_bytes());
        let region = |start, end| {
            let region = Region::new(&source, Span::new(start, end));
            (
                region.start_line,
                region.start_column,
                region.end_line,
                region.end_column,
            )
        };
        assert_eq!(region(0, 3), (1, 1, 1, 1));
        assert_eq!(region(4, 5), (1, 2, 1, 3));
        assert_eq!(region(4, 8), (1, 2, 2, 2));
    }

    #[test]
    fn the_tool_and_its_rules_link_to_the_repository_if_there_is_one() {
        let url = RepositoryUrl::new("https://forge.example.org/a/geplint");
        let with = pretty(&Tool::new(url), RUN);
        assert!(with.contains("\"informationUri\": \"https://forge.example.org/a/geplint\""));
        let pages = with.matches("\"helpUri\": \"https://forge.example.org/a/geplint/blob/");
        assert_eq!(pages.count(), rule_texts().len());
        let without = pretty(&Tool::new(None), RUN);
        assert!(!without.contains("Uri\""), "{without}");
    }

    #[test]
    fn names_of_rules() {
        assert_eq!(pascal("too-long"), "TooLong");
        assert_eq!(pascal("utf16--x"), "Utf16X");
    }
}
