//! The baseline: findings that existed when a team started to use geplint. They are counted but not shown; only new
//! findings are shown.
//!
//! A finding is identified by its file, its rule and its place. The place has no array indices, so it is still found
//! after records are inserted before it. Pure: the command line reads and writes the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::json::pretty;
use crate::source::Position;

/// The default name of the file.
pub const FILE_NAME: &str = "geplint-baseline.json";

/// The version of the format.
const VERSION: u32 = 1;

/// The number of findings in one file, by rule and place.
pub type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// The known findings of all files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// Findings by path, relative to the baseline's folder, with `/` as the separator.
    pub files: BTreeMap<String, Counts>,
}

/// Entries of the baseline that no longer match a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The file.
    pub path: String,
    /// The rule id.
    pub rule: String,
    /// The place.
    pub place: String,
    /// The number of findings.
    pub count: u64,
}

/// An error in a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadBaseline {
    /// The position.
    pub position: Position,
    /// The mistake.
    pub message: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: BTreeMap<String, Counts>,
}

impl Baseline {
    /// Reads a baseline.
    pub fn load(text: &str) -> Result<Self, BadBaseline> {
        let document: Document = serde_json::from_str(text).map_err(|error| {
            let whole = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            let number = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
            BadBaseline {
                position: Position {
                    line: number(error.line()),
                    column: number(error.column()),
                },
                message: whole.strip_suffix(&place).unwrap_or(&whole).to_owned(),
            }
        })?;
        if document.version != VERSION {
            return Err(BadBaseline {
                position: Position::START,
                message: format!(
                    "its version is {}; this geplint supports version {VERSION}",
                    document.version
                ),
            });
        }
        Ok(Self {
            files: document.findings,
        })
    }

    /// Returns the text of the file: sorted, so that the same findings give the same bytes.
    pub fn text(&self) -> String {
        let document = Document {
            version: VERSION,
            findings: self.files.clone(),
        };
        pretty(&document, "\n") + "\n"
    }

    /// Returns the number of findings.
    pub fn len(&self) -> u64 {
        let counts = self.files.values().flat_map(BTreeMap::values);
        counts.flat_map(BTreeMap::values).sum()
    }

    /// Returns true if there are no findings.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the findings of a file.
    pub fn file(&self, path: &str) -> Option<&Counts> {
        self.files.get(path)
    }

    /// Returns the entries without a finding in the run. Entries of unchecked files are included only if `met`
    /// returns true, because the run should have checked the file.
    pub fn gone(&self, found: &Self, met: &dyn Fn(&str) -> bool) -> Vec<Gone> {
        let mut gone = Vec::new();
        for (path, rule, place, known) in self.entries() {
            if found.file(path).is_none() && !met(path) {
                continue;
            }
            let count = known.saturating_sub(found.count(path, rule, place));
            if count > 0 {
                gone.push(Gone {
                    path: path.to_owned(),
                    rule: rule.to_owned(),
                    place: place.to_owned(),
                    count,
                });
            }
        }
        gone
    }

    /// Returns the baseline without these entries.
    #[must_use]
    pub fn without(mut self, gone: &[Gone]) -> Self {
        for gone in gone {
            let place = self
                .files
                .get_mut(&gone.path)
                .and_then(|file| file.get_mut(&gone.rule))
                .and_then(|rule| rule.get_mut(&gone.place));
            if let Some(count) = place {
                *count = count.saturating_sub(gone.count);
            }
        }
        self.tidy();
        self
    }

    /// Returns a new baseline: the findings of the run, and the old entries of files outside the scope of the run.
    #[must_use]
    pub fn renewed(self, found: Self, met: &dyn Fn(&str) -> bool) -> Self {
        let mut files = self.files;
        files.retain(|path, _| !met(path));
        files.extend(found.files);
        let mut renewed = Self { files };
        renewed.tidy();
        renewed
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &str, &str, u64)> {
        let rules = self
            .files
            .iter()
            .flat_map(|(path, counts)| counts.iter().map(move |rule| (path, rule)));
        rules.flat_map(|(path, (rule, places))| {
            places
                .iter()
                .map(move |(place, count)| (path.as_str(), rule.as_str(), place.as_str(), *count))
        })
    }

    fn count(&self, path: &str, rule: &str, place: &str) -> u64 {
        let places = self.files.get(path).and_then(|file| file.get(rule));
        places.and_then(|places| places.get(place)).copied().unwrap_or(0)
    }

    /// Removes empty entries.
    fn tidy(&mut self) {
        self.files.retain(|_, file| {
            file.retain(|_, rule| {
                rule.retain(|_, count| *count > 0);
                !rule.is_empty()
            });
            !file.is_empty()
        });
    }
}

/// Counts the findings of a file by rule and place.
pub fn counts<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Counts {
    let mut counts = Counts::new();
    for finding in findings {
        let rule = counts.entry(finding.rule.to_string()).or_default();
        *rule.entry(place(&finding.pointer)).or_default() += 1;
    }
    counts
}

/// Returns a pointer with array indices replaced: `/*/Groups/*/Code`.
pub fn place(pointer: &str) -> String {
    let is_index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    let tokens = pointer
        .split('/')
        .map(|token| if is_index(token) { "*" } else { token });
    tokens.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(entries: &[(&str, &str, &str, u64)]) -> Baseline {
        let mut baseline = Baseline::default();
        for (path, rule, place, count) in entries {
            let file = baseline.files.entry((*path).to_owned()).or_default();
            let rule = file.entry((*rule).to_owned()).or_default();
            rule.insert((*place).to_owned(), *count);
        }
        baseline
    }

    #[test]
    fn pointers_have_no_indexes() {
        for (pointer, known) in [
            ("", ""),
            ("/0", "/*"),
            ("/12/Groups/3/Code", "/*/Groups/*/Code"),
            ("/0/a1/2b/", "/*/a1/2b/"),
        ] {
            assert_eq!(place(pointer), known);
        }
    }

    #[test]
    fn a_written_baseline_can_be_read() {
        let written = baseline(&[
            ("b.json", "two", "/*/A", 2),
            ("a.json", "one", "/\u{1b}\u{202e}", 1),
        ]);
        let text = written.text();
        assert!(!text.contains('\u{202e}'), "{text}");
        assert!(text.find("a.json") < text.find("b.json"), "{text}");
        assert_eq!(Baseline::load(&text).unwrap(), written);
    }

    #[test]
    fn mistakes_have_a_position() {
        let error = Baseline::load("{\n  \"version\": 1,\n  \"strange\": 1\n}").unwrap_err();
        assert_eq!(error.position.line, 3, "{error:?}");
        assert!(error.message.contains("strange") && !error.message.contains("line"));
        let error = Baseline::load("{ \"version\": 2, \"findings\": {} }").unwrap_err();
        assert!(error.message.contains("version is 2"), "{error:?}");
        assert!(Baseline::load("").is_err());
    }

    #[test]
    fn only_entries_of_checked_files_are_stale() {
        let known = baseline(&[("a", "r", "/x", 3), ("b", "r", "/x", 1), ("c", "r", "/x", 1)]);
        let mut found = baseline(&[("a", "r", "/x", 1)]);
        found.files.insert("b".to_owned(), Counts::new());
        let part = known.gone(&found, &|_| false);
        assert_eq!(part.len(), 2);
        assert_eq!((part[0].path.as_str(), part[0].count), ("a", 2));
        assert_eq!((part[1].path.as_str(), part[1].count), ("b", 1));
        assert_eq!(known.gone(&found, &|_| true).len(), 3);
        let pruned = known.clone().without(&part);
        assert_eq!(pruned, baseline(&[("a", "r", "/x", 1), ("c", "r", "/x", 1)]));
        assert_eq!((pruned.len(), pruned.is_empty()), (2, false));
    }

    #[test]
    fn a_new_baseline_keeps_entries_of_unchecked_files() {
        let known = baseline(&[("a", "r", "/x", 3), ("b", "r", "/x", 1)]);
        let found = baseline(&[("a", "s", "/y", 1)]);
        assert_eq!(
            known.clone().renewed(found.clone(), &|path| path == "a"),
            baseline(&[("a", "s", "/y", 1), ("b", "r", "/x", 1)])
        );
        assert_eq!(known.renewed(found.clone(), &|_| true), found);
    }
}
