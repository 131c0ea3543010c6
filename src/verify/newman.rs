//! The JSON report of Newman, which runs Postman collections.
//!
//! Newman keeps one call for each item and iteration. If scripts of the item send requests, the last of these calls
//! is repeated, once for each call, with the same `cursor.ref`.

use std::borrow::Cow;
use std::collections::HashMap;

use super::entry::{self, Body, Entry, MissingPart, Parts, UnusedKind, numbered, without_body};
use super::har::base64;
use super::parsed::{Parsed, ValueRef};
use crate::json::{self, JsonKind};

/// Returns the entries of a report. `None` for any other document.
pub(super) fn entries(parsed: &Parsed<'_>, roots: &[ValueRef]) -> Option<Vec<Entry>> {
    let list = parsed.list(parsed.at(*roots.first()?, ["run", "executions"])?)?;
    let mut entries = numbered(1, list);
    let mut known = HashMap::new();
    for entry in &mut entries {
        let reference = parsed.at(entry.node, ["cursor", "ref"]);
        if let Some(reference) = reference.and_then(|node| parsed.string(node)) {
            let first = *known.entry(reference).or_insert(entry.number);
            entry.repeats = (first != entry.number).then_some(first);
        }
    }
    Some(entries)
}

/// Returns the reason why a repeated entry is not used.
pub(super) fn repeats(first: usize) -> String {
    format!(
        "a repetition of #{first}: if scripts of an item send requests, Newman records only the last call"
    )
}

/// Returns the name of the request in the collection.
pub(super) fn title<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Option<Cow<'h, str>> {
    parsed.string(parsed.at(entry, ["item", "name"])?)
}

pub(super) fn parts<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Parts<'h> {
    let method = parsed.at(entry, ["request", "method"]);
    let status = parsed.at(entry, ["response", "code"]);
    let status: Option<u64> = status.and_then(|node| parsed.raw(node).parse().ok());
    let error = parsed.member(entry, "requestError");
    Parts {
        method: method.and_then(|node| parsed.string(node)).unwrap_or_default(),
        url: parsed
            .at(entry, ["request", "url"])
            .map(|node| url(parsed, node))
            .unwrap_or_default(),
        status,
        // An earlier request of a script may have failed; the response belongs to the last request.
        failed: error
            .filter(|_| status.is_none())
            .map(|error| failed(parsed, entry, error)),
    }
}

pub(super) fn request<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Body<'h> {
    let without = || without_body("request");
    let body = parsed.at(entry, ["request", "body"]).ok_or_else(without)?;
    let disabled = parsed.member(body, "disabled");
    if disabled.is_some_and(|node| parsed.node(node).kind == JsonKind::True) {
        return Err(without());
    }
    let mode = parsed.member(body, "mode").and_then(|mode| parsed.string(mode));
    let unreadable = |why: &str| Err((UnusedKind::Unreadable, why.to_owned()));
    match mode.as_deref() {
        Some("file") => Err(file()),
        Some("urlencoded" | "formdata") => unreadable("its request body is a form, not JSON"),
        Some("graphql") => unreadable("its request body is a GraphQL query"),
        _ => match parsed.member(body, "raw") {
            Some(raw) if parsed.is_text(raw) => text(parsed, raw, "request"),
            _ => Err(without()),
        },
    }
}

pub(super) fn response<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Body<'h> {
    let without = || without_body("response");
    let response = parsed.member(entry, "response").ok_or_else(without)?;
    if let Some(stream) = parsed.member(response, "stream") {
        let bytes = buffer(parsed, stream, "response")?;
        return if bytes.is_empty() {
            Err(without())
        } else {
            Ok(bytes)
        };
    }
    match parsed.member(response, "body") {
        Some(body) if parsed.is_text(body) => text(parsed, body, "response"),
        _ => Err(without()),
    }
}

/// Returns a body that is a string.
pub(super) fn text<'h>(parsed: &'h Parsed<'_>, node: ValueRef, what: &str) -> Body<'h> {
    if parsed.has_other_bytes(node) {
        return Err((
            UnusedKind::Unreadable,
            format!("its {what} body has bytes that are not UTF-8"),
        ));
    }
    Ok(match json::decode(&parsed.text, parsed.node(node)) {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

/// Returns the bytes of a buffer of Node.js: `{"type": "Buffer", "data": [91, 93]}`, or base64.
fn buffer<'h>(parsed: &'h Parsed<'_>, node: ValueRef, what: &str) -> Body<'h> {
    let data = parsed.member(node, "data").unwrap_or(node);
    if let Some(text) = parsed.string(data) {
        let packed = text.strip_prefix("base64:").unwrap_or(&text);
        return match base64(packed, what) {
            Ok(bytes) => Ok(Cow::Owned(bytes.into_owned())),
            Err(why) => Err((UnusedKind::Unreadable, why)),
        };
    }
    bytes(parsed, data, what)
}

/// Returns the bytes in an array or an object of numbers.
pub(super) fn bytes<'h>(parsed: &Parsed<'_>, holder: ValueRef, what: &str) -> Body<'h> {
    let numbers = parsed.values(holder).map(|byte| parsed.raw(byte).parse().ok());
    let bytes: Option<Vec<u8>> = numbers.collect();
    bytes.map(Cow::Owned).ok_or_else(|| {
        let why = format!("its {what} body is an array, but not of bytes");
        (UnusedKind::Unreadable, why)
    })
}

pub(super) fn file() -> MissingPart {
    let why = "its request body was sent from a file, which is not in the report";
    (UnusedKind::WithoutBody, why.to_owned())
}

/// Returns the reason why there is no response: the text of the error, or of the list of failures.
fn failed(parsed: &Parsed<'_>, entry: ValueRef, error: ValueRef) -> MissingPart {
    let text = |node: Option<ValueRef>| node.and_then(|node| parsed.string(node));
    let part = |name| text(parsed.member(error, name));
    let listed = || {
        let reference = text(parsed.at(entry, ["cursor", "ref"]))?;
        let failures = parsed.list(parsed.at(*parsed.roots().first()?, ["run", "failures"])?)?;
        let mut of_entry = failures.into_iter().filter(|failure| {
            text(parsed.at(*failure, ["cursor", "ref"])).is_some_and(|known| known == reference)
        });
        of_entry.find_map(|failure| text(parsed.at(failure, ["error", "message"])))
    };
    let why = part("code").or_else(|| part("message")).or_else(listed);
    entry::failed(why.as_deref())
}

/// Returns the URL, which Postman splits into parts.
fn url<'h>(parsed: &'h Parsed<'_>, node: ValueRef) -> Cow<'h, str> {
    if parsed.node(node).kind == JsonKind::String {
        return parsed.string(node).unwrap_or_default();
    }
    let part = |name| parsed.member(node, name);
    let text = |name| part(name).and_then(|node| parsed.string(node));
    let joined = |name, between: &str| {
        let parts = part(name).map(|list| pieces(parsed, node, list));
        parts.unwrap_or_default().join(between)
    };
    let (host, path) = (joined("host", "."), joined("path", "/"));
    if host.is_empty() && path.is_empty() {
        return text("raw").unwrap_or_default();
    }
    let protocol = text("protocol").unwrap_or(Cow::Borrowed("http"));
    let port = text("port").map_or_else(String::new, |port| format!(":{port}"));
    let path = path.trim_start_matches('/');
    Cow::Owned(format!("{protocol}://{host}{port}/{path}"))
}

/// Returns the parts of a host or a path; `:name` is a variable of the URL.
fn pieces<'h>(parsed: &'h Parsed<'_>, url: ValueRef, list: ValueRef) -> Vec<Cow<'h, str>> {
    if let Some(whole) = parsed.string(list) {
        return vec![whole];
    }
    let value_of = |name: &str| {
        let variables = parsed.list(parsed.member(url, "variable")?)?;
        let variable = variables.into_iter().find(|variable| {
            let key = parsed.member(*variable, "key").and_then(|key| parsed.string(key));
            key.is_some_and(|key| key == name)
        })?;
        parsed.string(parsed.member(variable, "value")?)
    };
    let pieces = parsed.list(list).unwrap_or_default().into_iter();
    pieces
        .filter_map(|piece| parsed.string(piece))
        .map(|piece| match piece.strip_prefix(':') {
            Some(name) => value_of(name).unwrap_or(piece),
            None => piece,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::calls::testing::{self, Read};
    use super::*;
    use serde_json::{Value, json};

    fn read(executions: &[Value]) -> Vec<Read> {
        testing::read(&json!({ "collection": {}, "run": { "executions": executions } }).to_string())
    }

    fn execution() -> Value {
        json!({
            "cursor": { "ref": "r1", "iteration": 0 },
            "item": { "name": "one" },
            "request": {
                "method": "PUT",
                "url": { "protocol": "https", "host": ["example", "com"], "path": ["Api", ":what"],
                         "variable": [{"key": "what", "value": "One"}], "query": [{"key": "k", "value": "secret"}] },
                "body": { "mode": "raw", "raw": "[1]" },
            },
            "response": { "code": 200, "stream": { "type": "Buffer", "data": [123, 125] } },
        })
    }

    fn with(pointer: &str, value: Value) -> Read {
        let mut execution = execution();
        *execution.pointer_mut(pointer).unwrap() = value;
        read(&[execution]).remove(0)
    }

    #[test]
    fn bodies_are_read_in_every_form() {
        let both = Ok((b"[1]".to_vec(), b"{}".to_vec()));
        assert_eq!(read(&[execution()]), std::slice::from_ref(&both));
        assert_eq!(with("/response/stream", json!([123, 125])), both);
        assert_eq!(
            with(
                "/response/stream",
                json!({"type": "Buffer", "data": "base64:e30="})
            ),
            both
        );
        assert_eq!(with("/response", json!({"code": 200, "body": "{}"})), both);
        assert_eq!(
            with("/request/url", json!("https://example.com/Api/One?k=secret#x")),
            both
        );
    }

    #[test]
    fn unused_entries_have_a_reason() {
        let cases = [
            ("/request/body", json!(null), "it has no request body"),
            ("/request/body/disabled", json!(true), "it has no request body"),
            ("/request/body/mode", json!("file"), "was sent from a file"),
            ("/request/body/mode", json!("formdata"), "is a form, not JSON"),
            ("/request/body/mode", json!("urlencoded"), "is a form, not JSON"),
            ("/request/body/mode", json!("graphql"), "a GraphQL query"),
            ("/response/stream/data", json!([]), "it has no response body"),
            ("/response/stream/data", json!([1, 256]), "but not of bytes"),
            ("/response/stream/data", json!("*"), "not base64"),
            (
                "/request/url",
                json!("https://example.com/"),
                "not that of an endpoint",
            ),
            ("/request/method", json!("GET"), "its method is GET"),
        ];
        for (pointer, value, why) in cases {
            let mut execution = execution();
            execution["request"]["body"]["disabled"] = json!(false);
            *execution.pointer_mut(pointer).unwrap() = value;
            let read = read(&[execution]).remove(0);
            assert!(
                read.as_ref().is_err_and(|(_, text)| text.contains(why)),
                "{pointer}: {read:?}"
            );
        }
    }

    #[test]
    fn a_failed_call_is_reported() {
        let mut failed = execution();
        failed["requestError"] = json!({"code": "ECONNRESET"});
        // The answer belongs to the last sent request.
        assert!(read(&[failed.clone()])[0].is_ok());
        failed.as_object_mut().unwrap().remove("response");
        let why = (UnusedKind::Failed, "the call failed: ECONNRESET".to_owned());
        assert_eq!(read(&[failed.clone()]), [Err(why)]);
        failed["request"]["url"] = json!({"query": [], "variable": []});
        failed["requestError"] = json!({});
        assert_eq!(
            read(&[failed]),
            [Err((UnusedKind::Other, "the call failed".to_owned()))]
        );
    }

    #[test]
    fn a_call_that_is_written_twice_counts_once() {
        let mut third = execution();
        third["cursor"]["ref"] = json!("r2");
        let read = read(&[execution(), execution(), third]);
        assert!(read[0].is_ok() && read[2].is_ok());
        assert!(
            read[1]
                .as_ref()
                .is_err_and(|(_, why)| why.starts_with("a repetition of #1:"))
        );
    }
}
