//! The full report of a file, rendered independent of earlier output.
//!
//! Files are rendered on several threads, and shown in order. The general text of a rule is shown once per run, a
//! cause that an earlier file had takes one line, and the number of diagnostics is limited. So each diagnostic is a
//! part with all its forms, written as one line of JSON, and the [`PartSelector`] picks a form, in the order of the
//! files.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::style::{Look, Palette};
use super::wrap::wrap;
use super::{Stage, labels};
use crate::finding::Severity;

/// A part of a file's report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Part {
    /// The start of a file.
    File {
        /// The name of the file, sanitized.
        name: String,
        /// The rendered line with the API's answer to the file; may be empty.
        head: String,
        /// Only the response, if it is for the whole request and longer than a line.
        answer: String,
    },
    /// A diagnostic.
    Diagnostic(Box<Forms>),
}

/// A diagnostic, rendered in all its forms.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Forms {
    pub severity: Severity,
    pub rule: String,
    /// The causes, each with its number of findings.
    pub causes: Vec<Cause>,
    /// A digest of the message.
    pub words: u64,
    /// The full form: for the first diagnostic of a rule, among the first rules of a run. Empty if the rule was shown
    /// before.
    pub first: String,
    /// The same without the frame: for the first diagnostic of a later rule. Empty if `first` is.
    pub unframed: String,
    /// The form for a rule that was shown before, without its general text. Empty if the diagnostic is not shown.
    pub repeated: String,
    /// The form of one line, for a cause that an earlier file had.
    pub one_line: String,
}

/// A row of the list of causes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cause {
    /// The severity of its findings.
    pub severity: Severity,
    /// The id of their rule, sanitized.
    pub rule: String,
    /// The cause.
    pub name: String,
    /// The number of findings.
    pub findings: u64,
}

impl Forms {
    /// Returns the key that equal causes in other files share.
    fn cause(&self) -> String {
        let mut cause = format!("{:?} {} {}", self.severity, self.rule, self.words);
        for Cause { name, .. } in &self.causes {
            cause.push('\n');
            cause.push_str(name);
        }
        cause
    }
}

impl Part {
    /// Appends the part to a chunk, as one line.
    pub(super) fn push(&self, out: &mut String) {
        // Serializing strings and numbers cannot fail.
        out.push_str(&serde_json::to_string(self).unwrap_or_default());
        out.push('\n');
    }
}

/// The forms of a diagnostic that have to be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    /// None; the diagnostic is only counted.
    Nothing,
    /// The forms without the rule's general text, which has been shown.
    Again,
    /// All.
    All,
}

/// The output that is certain for the files so far. It saves rendering, and does not affect the output.
#[derive(Debug, Default)]
pub(super) struct ShownBefore(Mutex<CertainOutput>);

#[derive(Debug, Default)]
struct CertainOutput {
    /// Rules that have been shown with an error.
    errors: HashSet<String>,
    /// Rules that have been shown only with lower severities, which errors may displace.
    others: HashSet<String>,
    /// True if no further errors are shown.
    full_of_errors: bool,
    /// True if only errors are shown from here on.
    full: bool,
}

impl ShownBefore {
    fn with<T>(&self, f: impl FnOnce(&mut CertainOutput) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the forms of a diagnostic that have to be rendered.
    pub(super) fn needed(&self, rule: &str, severity: Severity) -> Needed {
        let is_error = severity == Severity::Error;
        self.with(|certain| {
            if certain.full_of_errors || (certain.full && !is_error) {
                Needed::Nothing
            } else if certain.errors.contains(rule) || (!is_error && certain.others.contains(rule)) {
                Needed::Again
            } else {
                Needed::All
            }
        })
    }
}

/// Picks the forms of the parts that are shown.
pub(super) struct PartSelector {
    look: Look,
    /// The number of diagnostics that are shown; 0 for all.
    most: usize,
    shown_before: Arc<ShownBefore>,
    /// True if the report ends with a list of causes.
    listed: bool,
    /// Diagnostics that are shown at the end if no error displaces them, each with the number of its file.
    kept: Vec<(usize, Box<Forms>)>,
    /// The head of each file with a kept diagnostic, by the file's number.
    openings: BTreeMap<usize, String>,
    /// The number of the file, and its head.
    file: (usize, String),
    /// The name of the file.
    name: String,
    /// The number of the file that was shown last.
    shown: Option<usize>,
    rules: HashSet<String>,
    seen: HashSet<String>,
    /// Responses to whole requests, each with its first file.
    answers: HashMap<String, String>,
    /// The last output; files are separated by a blank line.
    after: After,
    totals: BTreeMap<(Reverse<Severity>, String, String), Total>,
    /// The number of diagnostics of each severity.
    met: BTreeMap<Reverse<Severity>, u64>,
}

/// The kind of the last output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing, or the head of a file.
    Nothing,
    /// A diagnostic of one line.
    Line,
    /// A diagnostic of several lines.
    Block,
}

/// The number of findings of a cause.
#[derive(Debug, Default)]
struct Total {
    /// The name of the first file with it.
    first: String,
    findings: u64,
    files: u64,
    /// The number of the last file with it.
    last: usize,
}

/// The number of rules that are introduced with a frame; more of them would take too many lines.
const MARKED: usize = 3;

/// The highest number of distinct causes, so that names in a file cannot make the list of causes arbitrarily long.
const CAUSES: usize = 10_000;

/// The most names in a row of the list of causes.
const NAMED: usize = 5;

impl PartSelector {
    /// Returns a selector without output so far.
    pub(super) fn new(look: Look, most: usize, listed: bool, shown_before: Arc<ShownBefore>) -> Self {
        shown_before.with(|certain| *certain = CertainOutput::default());
        Self {
            look,
            most,
            shown_before,
            listed,
            kept: Vec::new(),
            openings: BTreeMap::new(),
            file: (0, String::new()),
            name: String::new(),
            shown: None,
            rules: HashSet::new(),
            seen: HashSet::new(),
            answers: HashMap::new(),
            after: After::Nothing,
            totals: BTreeMap::new(),
            met: BTreeMap::new(),
        }
    }

    fn take(&mut self, out: &mut String, forms: Box<Forms>) {
        self.count(&forms);
        if self.most == 0 {
            let (file, head) = (self.file.0, self.file.1.clone());
            self.show(out, file, &head, &forms);
        } else if !forms.repeated.is_empty() {
            self.keep(forms);
        }
    }

    fn count(&mut self, forms: &Forms) {
        *self.met.entry(Reverse(forms.severity)).or_default() += 1;
        for cause in &forms.causes {
            let key = |name: &str| (Reverse(cause.severity), cause.rule.clone(), name.to_owned());
            let (known, full) = (key(&cause.name), self.totals.len() >= CAUSES);
            let known = if full && !self.totals.contains_key(&known) {
                key("others")
            } else {
                known
            };
            let name = &self.name;
            let total = self.totals.entry(known).or_insert_with(|| Total {
                first: name.clone(),
                ..Total::default()
            });
            total.findings += cause.findings;
            total.files += u64::from(total.last != self.file.0);
            total.last = self.file.0;
        }
    }

    /// Returns the head of a file. A long response that an earlier file has is not repeated.
    fn head(&mut self, name: &str, head: String, answer: String) -> String {
        if answer.is_empty() {
            return head;
        }
        let Some(first) = self.answers.get(&answer) else {
            if self.answers.len() < CAUSES {
                self.answers.insert(answer, name.to_owned());
            }
            return head;
        };
        strong(&format!("{name}: the same response as for {first}"), self.look)
    }

    /// Keeps the first errors, and as many other diagnostics as the limit allows.
    fn keep(&mut self, forms: Box<Forms>) {
        let is_error = |forms: &Forms| forms.severity == Severity::Error;
        if self.kept.len() >= self.most {
            let last = self.kept.iter().rposition(|(_, kept)| !is_error(kept));
            match last {
                Some(last) if is_error(&forms) => drop(self.kept.remove(last)),
                _ => return,
            }
        }
        self.openings
            .entry(self.file.0)
            .or_insert_with(|| self.file.1.clone());
        let errors =
            self.kept.iter().filter(|(_, kept)| is_error(kept)).count() + usize::from(is_error(&forms));
        self.shown_before.with(|certain| {
            let rules = if is_error(&forms) {
                &mut certain.errors
            } else {
                &mut certain.others
            };
            rules.insert(forms.rule.clone());
            certain.full = self.kept.len() + 1 >= self.most;
            certain.full_of_errors = errors >= self.most;
        });
        self.kept.push((self.file.0, forms));
    }

    fn show(&mut self, out: &mut String, file: usize, head: &str, forms: &Forms) {
        let cause = forms.cause();
        let known = self.seen.contains(&cause);
        if self.seen.len() < CAUSES {
            self.seen.insert(cause);
        }
        let begins = self.shown != Some(file);
        if begins {
            let apart = self.after == After::Block || (self.after == After::Line && !known);
            if apart && !head.is_empty() {
                out.push('\n');
                self.after = After::Nothing;
            }
            out.push_str(head);
            self.shown = Some(file);
            if !head.is_empty() {
                self.after = After::Nothing;
            }
        }
        if known {
            out.push_str(&forms.one_line);
            self.after = After::Line;
            return;
        }
        if begins && self.after != After::Nothing {
            out.push('\n');
        }
        self.after = After::Block;
        let first = self.rules.insert(forms.rule.clone()) && !forms.first.is_empty();
        out.push_str(match first {
            true if self.rules.len() <= MARKED => &forms.first,
            true => &forms.unframed,
            false => &forms.repeated,
        });
        self.shown_before.with(|certain| {
            if self.most == 0 {
                certain.errors.insert(forms.rule.clone());
            }
        });
    }

    /// Returns the line about diagnostics that are not shown.
    fn rest(&self) -> String {
        let mut left = self.met.clone();
        for (_, forms) in &self.kept {
            if let Some(count) = left.get_mut(&Reverse(forms.severity)) {
                *count -= 1;
            }
        }
        let total: u64 = left.values().sum();
        if self.most == 0 || total == 0 {
            return String::new();
        }
        let parts: Vec<String> = left
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(severity, count)| labels::count(*count, severity.0.word()))
            .collect();
        let text = format!(
            "{} more {} not shown ({}); --max-findings 0 shows all",
            labels::thousands(total),
            if total == 1 { "diagnostic" } else { "diagnostics" },
            parts.join(", "),
        );
        let lines = wrap(&text, self.look.width);
        lines.join("\n") + "\n\n"
    }

    /// Returns the list of all causes with their counts: errors first, then by count. Causes of a rule that occur once
    /// share a row.
    fn list(&self) -> String {
        if !self.listed || self.totals.len() < 2 {
            return String::new();
        }
        let palette: Palette = self.look.palette();
        let mut causes: Vec<_> = self.totals.iter().collect();
        causes.sort_by_key(|((severity, rule, _), total)| {
            let once = total.findings == 1;
            (*severity, Reverse(total.findings), once.then_some(rule))
        });
        let rows = causes.chunk_by(|((severity, rule, _), total), ((other, its_rule, _), next)| {
            (severity, rule, total.findings, next.findings) == (other, its_rule, 1, 1)
        });
        let rules = causes.iter().map(|((_, rule, _), _)| rule.len());
        let width = rules.max().unwrap_or(0);
        let count = |row: &[(_, &Total)]| row.iter().map(|(_, total)| total.findings).sum();
        let counts = rows.clone().map(|row| labels::thousands(count(row)).len());
        let digits = counts.max().unwrap_or(0);
        let mut out = format!(
            "{} {}\n",
            palette.strong("causes"),
            palette.faint("(see geplint explain RULE)")
        );
        for row in rows {
            let [((severity, rule, _), total), ..] = row else {
                continue;
            };
            let word = format!("{:7}", severity.0.word());
            let start = format!(
                "  {:>digits$}  {}  {rule:width$}  ",
                labels::thousands(count(row)),
                palette.severity(severity.0, word)
            );
            let names: Vec<&str> = row.iter().map(|((_, _, name), _)| name.as_str()).collect();
            // The margin, the severity and the gaps between the columns take 15 columns.
            let room = self.look.width.saturating_sub(15 + digits + width);
            let names = match names.as_slice() {
                [name] => (*name).to_owned(),
                names => {
                    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
                    wrap(&labels::list_names(&names, NAMED), room.max(24)).join(&format!(
                        "\n{:1$}",
                        "",
                        15 + digits + width
                    ))
                }
            };
            let several: BTreeSet<&str> = row.iter().map(|(_, total)| total.first.as_str()).collect();
            let files = match total.files.max(several.len() as u64) {
                1 if self.file.0 == 1 => String::new(),
                1 => palette.faint(format!(" ({})", total.first)).to_string(),
                files => palette.faint(format!(" ({files} files)")).to_string(),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{start}{names}{files}");
        }
        out.push('\n');
        out
    }
}

/// Formats the first line of a file.
pub(super) fn strong(line: &str, look: Look) -> String {
    let palette = look.palette();
    let lines = wrap(line, look.width).into_iter();
    lines.fold(String::new(), |all, line| {
        all + &palette.strong(line).to_string() + "\n"
    })
}

impl Stage for PartSelector {
    fn piece(&mut self, piece: &str) -> String {
        let mut out = String::new();
        for line in piece.lines() {
            match serde_json::from_str(line) {
                Ok(Part::File { name, head, answer }) => {
                    self.file = (self.file.0 + 1, self.head(&name, head, answer));
                    self.name = name;
                }
                Ok(Part::Diagnostic(forms)) => self.take(&mut out, forms),
                Err(_) => {}
            }
        }
        out
    }

    fn end(&mut self) -> String {
        let mut out = String::new();
        let (kept, openings) = (std::mem::take(&mut self.kept), std::mem::take(&mut self.openings));
        for (file, forms) in &kept {
            let head = openings.get(file).map_or("", String::as_str);
            self.show(&mut out, *file, head, forms);
        }
        if self.after != After::Nothing {
            out.push('\n');
        }
        self.kept = kept;
        out + &self.rest() + &self.list()
    }
}
