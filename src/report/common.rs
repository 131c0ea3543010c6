//! What several machine formats say of a finding, so that they say it alike.

use std::borrow::Cow;
use std::collections::HashMap;

use super::labels;
use crate::baseline;
use crate::finding::{Finding, Span, Target};
use crate::source::{Position, Source};

/// What is pointed at: of an object that lacks something its bracket, for the rest of it is not the point.
pub(super) fn mark(finding: &Finding) -> Span {
    match finding.target {
        Target::Object if !finding.span.is_empty() => Span::new(finding.span.start, finding.span.start + 1),
        _ => finding.span,
    }
}

/// Where a span begins and ends; the end is never before the beginning.
pub(super) fn ends(source: &Source<'_>, span: Span) -> [Position; 2] {
    [span.start, span.end.max(span.start)].map(|offset| source.position(offset))
}

/// What is wrong and what the API would answer to it, whole.
pub(super) fn problem(finding: &Finding) -> String {
    with_answer(finding, &finding.message)
}

/// The problem, and what to do about it.
pub(super) fn sentence(finding: &Finding) -> String {
    format!("{}. Help: {}", problem(finding), help(finding))
}

fn with_answer(finding: &Finding, message: &str) -> String {
    match &finding.predicted {
        Some(predicted) => format!("{message} ({})", labels::answer(predicted, finding.masked)),
        None => message.to_owned(),
    }
}

/// How to fix it, or where to read about it.
pub(super) fn help(finding: &Finding) -> Cow<'_, str> {
    if finding.help.is_empty() {
        format!("see `geplint explain {}`", finding.rule).into()
    } else {
        Cow::Borrowed(&finding.help)
    }
}

/// A path without the `./` that some tools do not see through.
pub(super) fn local(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter.trim_start_matches('/');
    }
    if rest.is_empty() { name } else { rest }
}

/// Fingerprints of the findings of one file, in their order. Equal findings are told apart by their number.
#[derive(Default)]
pub(super) struct Fingerprints<'a> {
    /// The request that they are about, where the file has several.
    request: Option<&'a str>,
    by_pointer: HashMap<(&'a str, &'a str), u32>,
    by_key: HashMap<(&'a str, String, &'a str), u32>,
}

impl<'a> Fingerprints<'a> {
    /// For a file, or for a request in it.
    pub(super) fn of(request: Option<&'a str>) -> Self {
        Self {
            request,
            ..Self::default()
        }
    }

    /// Fingerprint of rule and pointer, array indices and all: `geplint/v1`. It changes when a record is added in front.
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

    /// Fingerprint of rule, pointer without array indices, and record key: `geplint/v2`. `path` tells files apart where
    /// the format needs it.
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

/// FNV-1a in 128 bits: the same on every machine and in every version; a byte that UTF-8 never has ends each part.
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
    fn parts_are_set_apart() {
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
