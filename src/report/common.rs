//! Texts about a finding that several machine formats share.

use std::borrow::Cow;
use std::collections::HashMap;

use super::labels;
use crate::baseline;
use crate::finding::{Finding, Span, Target};
use crate::source::{Position, Source};

/// Returns the span to mark: for an object that lacks a property, only its bracket.
pub(crate) fn mark(finding: &Finding) -> Span {
    match finding.target {
        Target::Object if !finding.span.is_empty() => Span::new(finding.span.start, finding.span.start + 1),
        _ => finding.span,
    }
}

/// Returns the start and end of a span; the end is never before the start.
pub(super) fn ends(source: &Source<'_>, span: Span) -> [Position; 2] {
    [span.start, span.end.max(span.start)].map(|offset| source.position(offset))
}

/// Returns the message with the predicted answer.
pub(super) fn problem(finding: &Finding) -> String {
    with_answer(finding, &finding.message)
}

/// Returns the problem and the help.
pub(super) fn sentence(finding: &Finding) -> String {
    let problem = problem(finding);
    let stop = if problem.ends_with('?') { "" } else { "." };
    format!("{problem}{stop} Help: {}", help(finding))
}

fn with_answer(finding: &Finding, message: &str) -> String {
    match &finding.predicted {
        Some(predicted) => format!("{message} ({})", labels::answer(predicted, finding.masked)),
        None => message.to_owned(),
    }
}

/// Returns the help, or a pointer to the rule's documentation.
pub(crate) fn help(finding: &Finding) -> Cow<'_, str> {
    if finding.help.is_empty() {
        format!("see `geplint explain {}`", finding.rule).into()
    } else {
        Cow::Borrowed(&finding.help)
    }
}

/// Returns a path without `./`, which some tools do not resolve.
pub(super) fn local(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter.trim_start_matches('/');
    }
    if rest.is_empty() { name } else { rest }
}

/// The fingerprints of one file's findings, in order. Equal findings are distinguished by a number.
#[derive(Default)]
pub(super) struct Fingerprints<'a> {
    /// The request, if the file has several.
    request: Option<&'a str>,
    by_pointer: HashMap<(&'a str, &'a str), u32>,
    by_key: HashMap<(&'a str, String, &'a str), u32>,
}

impl<'a> Fingerprints<'a> {
    /// Creates the fingerprints of a file, or of a request in it.
    pub(super) fn of(request: Option<&'a str>) -> Self {
        Self {
            request,
            ..Self::default()
        }
    }

    /// Returns the fingerprint of rule and pointer, including array indices: `geplint/v1`. It changes if a record is
    /// inserted before it.
    pub(super) fn by_pointer(&mut self, finding: &'a Finding) -> String {
        let count = self
            .by_pointer
            .entry((&finding.rule, &finding.pointer))
            .or_default();
        *count += 1;
        hex(
            self.request,
            &["", &finding.rule, &finding.pointer, &count.to_string()],
        )
    }

    /// Returns the fingerprint of rule, pointer without array indices, and record key: `geplint/v2`. `path`
    /// distinguishes files if the format needs that.
    pub(super) fn by_key(&mut self, path: &str, finding: &'a Finding) -> String {
        let place = baseline::place(&finding.pointer);
        let key = finding.record_key.as_deref().unwrap_or("");
        let count = self
            .by_key
            .entry((&finding.rule, place.clone(), key))
            .or_default();
        *count += 1;
        hex(
            self.request,
            &[path, &finding.rule, &place, key, &count.to_string()],
        )
    }
}

fn hex(request: Option<&str>, parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().chain(request).collect();
    format!("{:032x}", hash(&parts))
}

/// Returns the FNV-1a hash with 128 bits: the same on every machine and in every version. Each part ends with a byte
/// that never occurs in UTF-8.
fn hash(parts: &[&str]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_parts_are_separated() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["a"]), hash(&["a", ""]));
    }

    #[test]
    fn a_leading_dot_is_left_out() {
        assert_eq!(local("./a/./b.json"), "a/./b.json");
        assert_eq!(local(".//././a.json"), "a.json");
        assert_eq!(
            [local("../a"), local(".a"), local("/a"), local("./")],
            ["../a", ".a", "/a", "./"]
        );
    }
}
