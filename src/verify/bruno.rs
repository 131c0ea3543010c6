//! The JSON report of Bruno's command line.
//!
//! Bruno writes a JSON response as JSON, and any other as a string. A request body is a string, or an object of
//! Bruno's HTTP client for a form, a file or a query.

use std::borrow::Cow;

use super::entry::{self, Body, Entry, MissingPart, Parts, UnusedKind, numbered, without_body};
use super::newman::{bytes, text};
use super::parsed::{Parsed, ValueRef};
use super::routes::shown_url;
use crate::json::JsonKind;

/// Returns the entries of a report, which is an array of iterations, or one of them. `None` for any other document.
pub(super) fn entries(parsed: &Parsed<'_>, roots: &[ValueRef]) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    for iteration in roots.iter().copied() {
        parsed.member(iteration, "summary")?;
        let results = parsed.list(parsed.member(iteration, "results")?)?;
        let next = entries.len() + 1;
        entries.extend(numbered(next, results));
    }
    let calls = |entry: &Entry| parsed.member(entry.node, "request").is_some();
    entries.iter().any(calls).then_some(entries)
}

/// Returns the path of the request in the collection.
pub(super) fn title<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Option<Cow<'h, str>> {
    let path = parsed.member(entry, "path");
    path.or_else(|| parsed.at(entry, ["test", "filename"]))
        .and_then(|node| parsed.string(node))
}

pub(super) fn parts<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Parts<'h> {
    let string = |part, name| parsed.string(parsed.at(entry, [part, name])?);
    let status = parsed.at(entry, ["response", "status"]);
    let status: Option<u64> = status.and_then(|node| parsed.raw(node).parse().ok());
    let url = string("request", "url").unwrap_or_default();
    let moved = string("response", "url").filter(|answered| {
        let places = place(answered).zip(place(&url));
        places.is_some_and(|(answered, sent)| answered != sent)
    });
    let failed = match (status, moved) {
        (Some(_), Some(to)) => {
            let to = shown_url(&to);
            let why =
                format!("it was redirected to {to}, and the report does not contain the request sent there");
            Some((UnusedKind::Unreadable, why))
        }
        (Some(_), None) => None,
        (None, _) => failed(parsed, entry),
    };
    Parts {
        method: string("request", "method").unwrap_or_default(),
        url,
        status,
        failed,
    }
}

pub(super) fn request<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Body<'h> {
    let without = || without_body("request");
    let data = parsed.at(entry, ["request", "data"]).ok_or_else(without)?;
    let has = |name| parsed.member(data, name).is_some();
    let unreadable = |why: &str| Err((UnusedKind::Unreadable, why.to_owned()));
    match parsed.node(data).kind {
        JsonKind::String if parsed.is_text(data) => text(parsed, data, "request"),
        JsonKind::Object if has("_boundary") || has("_streams") => {
            unreadable("its request body is a form, not JSON")
        }
        // The bytes of a file by index, or a stream.
        JsonKind::Object if has("0") => bytes(parsed, data, "request"),
        JsonKind::Object if has("_readableState") => Err(super::newman::file()),
        JsonKind::Object if has("query") && has("variables") => {
            unreadable("its request body is a GraphQL query")
        }
        JsonKind::Object | JsonKind::Array => Ok(Cow::Borrowed(parsed.raw(data).as_bytes())),
        _ => Err(without()),
    }
}

pub(super) fn response<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Body<'h> {
    let without = || without_body("response");
    let data = parsed.at(entry, ["response", "data"]).ok_or_else(without)?;
    match parsed.node(data).kind {
        JsonKind::String if parsed.is_text(data) => text(parsed, data, "response"),
        JsonKind::String | JsonKind::Null => Err(without()),
        _ => Ok(Cow::Borrowed(parsed.raw(data).as_bytes())),
    }
}

/// Returns the reason why there is no response.
fn failed(parsed: &Parsed<'_>, entry: ValueRef) -> Option<MissingPart> {
    let text = |node: Option<ValueRef>| node.and_then(|node| parsed.string(node));
    let status = text(parsed.at(entry, ["response", "status"]));
    if status.as_deref() == Some("skipped") {
        return Some((UnusedKind::Failed, "the call was skipped".to_owned()));
    }
    let error = text(parsed.member(entry, "error"));
    (error.is_some() || status.as_deref() == Some("error")).then(|| entry::failed(error.as_deref()))
}

/// Returns scheme, host and path of a URL without the port, as Bruno writes them for a response.
fn place(url: &str) -> Option<String> {
    let url = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let path = percent_decoded(path.trim_end_matches('/'));
    Some(format!("{scheme}://{name}/{path}").to_ascii_lowercase())
}

/// Decodes a path, for comparison with a path that was encoded differently.
fn percent_decoded(path: &str) -> String {
    let decoded = crate::percent::decoded(path.as_bytes());
    decoded.map_or_else(
        || path.to_owned(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::calls::testing::{self, Read};
    use super::super::calls::{Calls, Format};
    use serde_json::{Value, json};

    fn read(document: &Value) -> Vec<Read> {
        testing::read(&document.to_string())
    }

    fn result() -> Value {
        json!({
            "request": { "method": "PUT", "url": "https://example.com:8443/Api/One?k=secret", "data": "[1]" },
            "response": { "status": 200, "data": {"a": 1.50}, "url": "https://example.com/Api/One?k=secret" },
            "error": null, "path": "folder/one",
        })
    }

    fn iteration(results: &[Value]) -> Value {
        json!({ "iterationIndex": 0, "summary": {}, "results": results })
    }

    #[test]
    fn one_iteration_or_many() {
        let both: Read = Ok((b"[1]".to_vec(), br#"{"a":1.5}"#.to_vec()));
        assert_eq!(read(&iteration(&[result()])), std::slice::from_ref(&both));
        let two = json!([iteration(&[result()]), iteration(&[result(), result()])]);
        assert_eq!(read(&two), [both.clone(), both.clone(), both]);
    }

    #[test]
    fn a_document_without_calls_is_not_a_report() {
        for text in [
            "[]",
            "{}",
            r#"[{"summary": {}, "results": []}]"#,
            r#"{"summary": {}, "results": [{"id": 1}]}"#,
            r#"[{"results": [{"request": {}}]}]"#,
        ] {
            assert!(Calls::read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn unused_entries_have_a_reason() {
        let cases = [
            ("/request/data", json!(null), "it has no request body"),
            ("/request/data", json!(""), "it has no request body"),
            (
                "/request/data",
                json!({"_boundary": "x", "_streams": []}),
                "is a form, not JSON",
            ),
            (
                "/request/data",
                json!({"query": "{a}", "variables": {}}),
                "a GraphQL query",
            ),
            (
                "/request/data",
                json!({"_readableState": {}, "path": "/x"}),
                "was sent from a file",
            ),
            ("/response/data", json!(""), "it has no response body"),
            ("/response/data", json!(null), "it has no response body"),
            ("/response/status", json!("skipped"), "the call was skipped"),
            ("/response/status", json!("error"), "the call failed"),
            (
                "/response/url",
                json!("https://login.example.com/Api/One"),
                "redirected to https://login.example.com/Api/One",
            ),
            (
                "/response/url",
                json!("http://example.com/Api/One"),
                "it was redirected",
            ),
        ];
        for (pointer, value, why) in cases {
            let mut result = result();
            *result.pointer_mut(pointer).unwrap() = value;
            let read = read(&iteration(&[result])).remove(0);
            assert!(
                read.as_ref().is_err_and(|(_, text)| text.contains(why)),
                "{pointer}: {read:?}"
            );
        }
    }

    #[test]
    fn bodies_that_are_not_strings() {
        for (data, sent) in [
            (json!({"0": 91, "1": 93}), &b"[]"[..]),
            (json!([{"a": 1}]), br#"[{"a":1}]"#),
            (json!({"a": 1}), br#"{"a":1}"#),
        ] {
            let mut result = result();
            result["request"]["data"] = data;
            result["response"]["data"] = json!("<html>");
            assert_eq!(
                read(&iteration(&[result])),
                [Ok((sent.to_vec(), b"<html>".to_vec()))]
            );
        }
    }

    #[test]
    fn the_start_of_a_file_determines_its_possible_format() {
        for (start, format) in [
            ("\u{feff} {\"log\" : {", Some(Format::Har)),
            ("{\"collection\":{", Some(Format::Newman)),
            ("[\n {\n \"iterationIndex\": 0", Some(Format::Bruno)),
            ("{\"summary\":{", Some(Format::Bruno)),
            ("[{\"log\":{", None),
            ("{\"logs\":{", None),
            ("{\"log\"}", None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(Format::of_start(start.as_bytes()), format, "{start}");
        }
    }
}
