//! Helpers for several bodies: endpoints, tenants, and what all findings have in common.

use std::sync::OnceLock;

use geplint::finding::{Finding, Severity, Span, Target, sort};
use geplint::json;
use geplint::lint::Checked;
use geplint::recognize::{Recognized, recognize};
use geplint::report::sanitize::is_unprintable;
use geplint::rules::{self, Candidate, Endpoint, builtin, builtin_ids};
use geplint::tenant::{Tenant, load};
use serde_json::Value;

/// Returns all built-in endpoints.
pub fn endpoints() -> &'static [&'static Endpoint] {
    static ALL: OnceLock<Vec<&Endpoint>> = OnceLock::new();
    ALL.get_or_init(|| builtin_ids().map(|id| builtin(id).unwrap()).collect())
}

/// Returns all built-in endpoints as candidates for recognition.
pub fn candidates() -> &'static [Candidate<'static>] {
    static ALL: OnceLock<Vec<Candidate<'static>>> = OnceLock::new();
    ALL.get_or_init(|| rules::candidates().collect())
}

/// Returns the endpoint that the names in the bytes indicate. For one input of eight, and if they indicate none,
/// returns every endpoint. Bodies that are cheap use all endpoints, and do not call this.
pub fn likely(data: &[u8]) -> &'static [&'static Endpoint] {
    let (text, _) = json::text(data);
    let Recognized::Request(id) = recognize(&text, candidates()) else {
        return endpoints();
    };
    match endpoints().iter().position(|endpoint| endpoint.id == id) {
        Some(at) if pick(data, 8) > 0 => &endpoints()[at..=at],
        _ => endpoints(),
    }
}

/// Returns a tenant with facts of all kinds.
pub fn known_tenant() -> &'static Tenant {
    static KNOWN: OnceLock<Tenant> = OnceLock::new();
    const TEXT: &str = include_str!("../../testdata/tenant/inline.toml");
    KNOWN.get_or_init(|| load(TEXT, &mut |_| Err(String::new())).unwrap())
}

/// Returns a tenant without facts.
pub fn unknown_tenant() -> &'static Tenant {
    static UNKNOWN: OnceLock<Tenant> = OnceLock::new();
    UNKNOWN.get_or_init(Tenant::default)
}

/// Returns a number below `of` that changes with most bytes, in order to choose between alternatives.
pub fn pick(data: &[u8], of: usize) -> usize {
    let sum = data.iter().fold(data.len(), |sum, byte| sum + usize::from(*byte));
    sum % of
}

/// Returns the known tenant or the unknown one.
pub fn some_tenant(data: &[u8]) -> &'static Tenant {
    match pick(data, 2) {
        0 => known_tenant(),
        _ => unknown_tenant(),
    }
}

/// Returns the bytes as JSON if other readers accept it, too, and no name is repeated.
pub fn plain_json(data: &[u8], checked: &Checked) -> Option<Value> {
    let broken = |finding: &Finding| {
        finding.rule == "duplicate-property"
            || (finding.severity == Severity::Error && finding.predicted.is_none())
    };
    if checked.findings.iter().any(broken) {
        return None;
    }
    let body = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    serde_json::from_slice(body).ok()
}

/// Asserts the invariants of all findings: spans are inside the text, and the order is defined.
pub fn hold_together(data: &[u8], checked: &Checked) {
    let (text, _) = json::text(data);
    let sound = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        start <= end
            && end <= data.len()
            && (text.is_empty() || (text.is_char_boundary(start) && text.is_char_boundary(end)))
    };
    for finding in &checked.findings {
        assert!(sound(finding.span), "{finding:?}");
        assert!(
            finding.related.as_deref().is_none_or(|(span, _)| sound(*span)),
            "{finding:?}"
        );
        assert!(
            finding.pointer.is_empty() || finding.pointer.starts_with('/'),
            "{finding:?}"
        );
        assert!(
            !finding.rule.is_empty() && !finding.message.is_empty(),
            "{finding:?}"
        );
        if finding.severity == Severity::Warning {
            assert_eq!(finding.predicted, None, "a warning predicts: {finding:?}");
        }
        if let Some(record) = finding.record {
            assert!(record < checked.records, "{finding:?}");
        }
    }
    let mut again = checked.findings.clone();
    again.reverse();
    sort(&mut again);
    assert_eq!(again, checked.findings, "two orders");
}

/// Asserts that a finding points at the value that another JSON reader has there.
pub fn points_at(root: &Value, text: &str, finding: &Finding) {
    let pointer = finding.pointer.as_str();
    let read: Option<Value> = serde_json::from_str(finding.span.of(text)).ok();
    let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", ""));
    let last = last.replace("~1", "/").replace("~0", "~");
    match finding.target {
        // For warnings about the bytes, such as a byte order mark, the span is no value.
        Target::Value if pointer.is_empty() && read.is_none() => {}
        Target::Value => assert_eq!(root.pointer(pointer), read.as_ref(), "{finding:?}"),
        Target::Key => {
            assert!(root.pointer(pointer).is_some(), "{finding:?}");
            assert_eq!(read, Some(Value::String(last)), "{finding:?}");
        }
        // For an absent property, its object is shown, unless the finding is about the object itself.
        Target::Object => {
            let object = if root.pointer(pointer).is_some() {
                pointer
            } else {
                parent
            };
            assert_eq!(root.pointer(object), read.as_ref(), "{finding:?}");
            assert!(read.is_some_and(|object| object.is_object()), "{finding:?}");
        }
    }
}

/// Asserts that no text moves a cursor, is invisible, or is a command for a CI runner.
pub fn harmless(out: &str, what: &str) {
    for line in out.split('\n') {
        assert!(!line.chars().any(is_unprintable), "{what}: {line:?}");
        assert!(!line.trim_start().starts_with("::"), "{what}: {line:?}");
        for mark in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(mark), "{what}: {line:?}");
        }
    }
}
