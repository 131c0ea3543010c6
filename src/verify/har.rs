//! HAR files of browsers, proxies and test tools, with both bodies of every call.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::entry::{Attached, Body, Entry, Parts, UnusedKind, is_json, numbered, without_body};
use super::parsed::{Parsed, ValueRef};
use crate::bind::{Bound, DateTime, Day, Json, Scalar, Value, bind};
use crate::finding::Span;
use crate::json::{self, JsonKind, Node};
use crate::percent;

/// The creator of HAR files with predictions.
pub const SERVE: &str = "geplint serve";

/// The prefix of the response headers of a prediction, in lower case.
const SERVE_HEADERS: &str = "x-geplint-";

/// The member of an entry with data that only `geplint serve` writes.
pub const SERVE_MEMBER: &str = "_geplint";

/// Returns the entries of a HAR file. `None` for any other document.
pub(super) fn entries(parsed: &Parsed<'_>, roots: &[ValueRef]) -> Option<Vec<Entry>> {
    let list = parsed.list(parsed.at(*roots.first()?, ["log", "entries"])?)?;
    Some(numbered(1, list))
}

/// Returns the name of the tool that wrote a HAR file.
pub(super) fn creator(parsed: &Parsed<'_>, roots: &[ValueRef]) -> Option<String> {
    let name = parsed.string(parsed.at(*roots.first()?, ["log", "creator", "name"])?)?;
    Some(name.into_owned())
}

/// Returns the comment on a whole HAR file.
pub(super) fn comment<'h>(parsed: &'h Parsed<'_>, roots: &[ValueRef]) -> Option<Cow<'h, str>> {
    parsed.string(parsed.at(*roots.first()?, ["log", "comment"])?)
}

/// Returns the time of the call, in a form that can be compared.
pub(super) fn started(parsed: &Parsed<'_>, entry: ValueRef) -> Option<(u16, u8, u8, i64)> {
    let text = parsed.string(parsed.member(entry, "startedDateTime")?)?;
    let Ok(Bound {
        value: Value::DateTime(DateTime { day, ticks, .. }),
        ..
    }) = bind(Scalar::DateTime, &[], false, Json::Text(&text), "")
    else {
        return None;
    };
    match day {
        Day::Date { year, month, day } => Some((year, month, day, ticks)),
        Day::ThisYear { .. } | Day::Today { .. } => None,
    }
}

pub(super) fn parts<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Parts<'h> {
    let request = |name| parsed.string(parsed.at(entry, ["request", name])?);
    let status = parsed.at(entry, ["response", "status"]);
    Parts {
        method: request("method").unwrap_or_default(),
        url: request("url").unwrap_or_default(),
        status: status
            .and_then(|node| parsed.raw(node).parse().ok())
            .filter(|status| *status > 0),
        failed: None,
    }
}

/// Returns true if `geplint serve` answered: it wrote the file, or a header of the response names it.
pub(super) fn is_predicted(parsed: &Parsed<'_>, creator: &str, entry: ValueRef) -> bool {
    let is_its_header = |header| {
        let name = parsed.member(header, "name").and_then(|name| parsed.string(name));
        name.as_ref()
            .and_then(|name| name.get(..SERVE_HEADERS.len()))
            .is_some_and(|start| start.eq_ignore_ascii_case(SERVE_HEADERS))
    };
    let headers = || parsed.list(parsed.at(entry, ["response", "headers"])?);
    creator == SERVE || headers().is_some_and(|headers| headers.into_iter().any(is_its_header))
}

/// Returns the endpoint that `geplint serve` has chosen for a call.
pub(super) fn endpoint<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Option<Cow<'h, str>> {
    parsed.string(parsed.at(entry, [SERVE_MEMBER, "endpoint"])?)
}

/// Returns the facts of the tenant before a call to `geplint serve`, as a tenant file. `None` if they are the result
/// of the previous calls.
pub(super) fn tenant<'h>(parsed: &'h Parsed<'_>, entry: ValueRef) -> Option<Cow<'h, str>> {
    let facts = parsed.at(entry, [SERVE_MEMBER, "tenant"])?;
    let node = parsed.node(facts);
    (node.kind == JsonKind::String).then(|| json::decode(&parsed.text, node))
}

pub(super) fn request<'h>(parsed: &'h Parsed<'_>, entry: ValueRef, attached: &mut Attached<'_>) -> Body<'h> {
    body(
        parsed,
        parsed.at(entry, ["request", "postData"]),
        "request",
        attached,
    )
}

pub(super) fn response<'h>(parsed: &'h Parsed<'_>, entry: ValueRef, attached: &mut Attached<'_>) -> Body<'h> {
    body(
        parsed,
        parsed.at(entry, ["response", "content"]),
        "response",
        attached,
    )
}

/// Returns the body in a `postData` or `content`.
fn body<'h>(
    parsed: &'h Parsed<'_>,
    holder: Option<ValueRef>,
    what: &str,
    attached: &mut Attached<'_>,
) -> Body<'h> {
    let unreadable = |why: String| (UnusedKind::Unreadable, why);
    let holder = holder.ok_or_else(|| without_body(what))?;
    let text = match parsed.member(holder, "text") {
        Some(text) if parsed.is_text(text) => text,
        None => return elsewhere(parsed, holder, what, attached),
        Some(text) if matches!(parsed.node(text).kind, JsonKind::String | JsonKind::Null) => {
            return elsewhere(parsed, holder, what, attached);
        }
        Some(_) => return Err(unreadable(format!("its {what} body is not a string"))),
    };
    if parsed.has_other_bytes(text) {
        return Err(unreadable(format!(
            "its {what} body has bytes that are not UTF-8"
        )));
    }
    let text = parsed.node(text);
    let Some(encoding) = parsed.member(holder, "encoding") else {
        return Ok(verbatim(&parsed.text, text));
    };
    let node = parsed.node(encoding);
    match node.kind {
        JsonKind::Null => Ok(verbatim(&parsed.text, text)),
        JsonKind::String => {
            let encoding = json::decode(&parsed.text, node);
            match &*encoding.to_ascii_lowercase() {
                "" | "utf-8" | "utf8" => Ok(verbatim(&parsed.text, text)),
                "base64" => base64(&json::decode(&parsed.text, text), what).map_err(unreadable),
                _ => Err(unreadable(format!(
                    "its {what} body has an unknown encoding: {encoding}"
                ))),
            }
        }
        _ => Err(unreadable(format!(
            "the encoding of its {what} body is not a string"
        ))),
    }
}

/// Returns a body that is in a file, or split into the parameters of a form, instead of in `text`.
fn elsewhere<'h>(
    parsed: &'h Parsed<'_>,
    holder: ValueRef,
    what: &str,
    attached: &mut Attached<'_>,
) -> Body<'h> {
    if let Some(name) = parsed
        .member(holder, "_file")
        .and_then(|name| parsed.string(name))
    {
        return match attached(&name) {
            Ok(bytes) if bytes.is_empty() => Err((
                UnusedKind::WithoutBody,
                format!("the file of its {what} body is empty: {name}"),
            )),
            Ok(bytes) => Ok(Cow::Owned(bytes)),
            Err(why) => Err((
                UnusedKind::Unreadable,
                format!("the file of its {what} body: {name}: {why}"),
            )),
        };
    }
    let parameters = parsed.member(holder, "params").map(|params| form(parsed, params));
    match parameters {
        Some(form) if !form.is_empty() => match json_of_form(&form) {
            Some(body) => Ok(Cow::Owned(body)),
            None => Err((
                UnusedKind::Unreadable,
                format!("its {what} body is a form, not JSON"),
            )),
        },
        _ => Err(without_body(what)),
    }
}

/// Joins parameters to `name=value&name`, as sent.
fn form(parsed: &Parsed<'_>, list: ValueRef) -> String {
    let parameters = parsed.list(list).unwrap_or_default().into_iter();
    let parts = parameters.map(|parameter| {
        let part = |name| {
            parsed
                .member(parameter, name)
                .and_then(|node| parsed.string(node))
        };
        let name = part("name").unwrap_or_default();
        match part("value") {
            Some(value) => format!("{name}={value}"),
            None => name.into_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Returns the bytes of a string. Some tools (mitmproxy) write a lone surrogate, U+DC80 to U+DCFF, for a byte that is
/// not UTF-8.
fn verbatim<'t>(text: &'t str, node: &Node) -> Cow<'t, [u8]> {
    let decoded = json::decode(text, node);
    match decoded {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(decoded) if !decoded.contains('\u{FFFD}') => Cow::Owned(decoded.into_bytes()),
        Cow::Owned(_) => Cow::Owned(with_bytes(json::raw(text, node))),
    }
}

/// The same as [`verbatim`] for the escaped text of a string.
fn with_bytes(raw: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    // The start of the rest, which is not decoded yet.
    let mut start = 0;
    let mut at = 0;
    let bytes = raw.as_bytes();
    while let Some(offset) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += offset;
        match unit(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(low @ 0xDC80..=0xDCFF) => {
                out.extend(decoded(raw.get(start..at).unwrap_or_default()));
                out.push(u8::try_from(low & 0xFF).unwrap_or_default());
                at += 6;
                start = at;
            }
            _ => at += 2,
        }
    }
    out.extend(decoded(raw.get(start..).unwrap_or_default()));
    out
}

/// Returns the UTF-16 unit of a `\u` at an offset.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

fn decoded(raw: &str) -> Vec<u8> {
    let quoted = format!("\"{raw}\"");
    let node = Node {
        span: Span::new(0, u32::try_from(quoted.len()).unwrap_or(u32::MAX)),
        next: 1,
        kind: JsonKind::String,
        escaped: true,
        malformed: false,
        unknown: false,
    };
    json::decode(&quoted, &node).into_owned().into_bytes()
}

/// Returns JSON that was sent as a form, as `curl -d` does: tools split it at `&` and `=`.
fn json_of_form(form: &str) -> Option<Vec<u8>> {
    if is_json(form.as_bytes()) {
        return Some(form.as_bytes().to_vec());
    }
    let text = form.replace('+', " ");
    percent::decoded(text.as_bytes()).filter(|body| is_json(body))
}

/// Decodes base64, with or without padding, on one line or on many.
pub(super) fn base64<'t>(text: &str, what: &str) -> Result<Cow<'t, [u8]>, String> {
    const MILD: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    GeneralPurpose::new(&STANDARD, MILD)
        .decode(packed)
        .map(Cow::Owned)
        .map_err(|error| format!("its {what} body is not base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::calls::{Calls, Unused, UnusedKind};
    use super::super::routes::{Route, Routes};
    use serde_json::{Value, json};

    fn routes() -> Routes<'static> {
        Routes {
            known: vec![Route {
                endpoint: "one",
                path: "/One",
            }],
            ..Routes::default()
        }
    }

    fn entry(url: &str) -> Value {
        json!({
            "request": { "method": "POST", "url": url, "postData": { "text": "[]" } },
            "response": { "status": 200, "content": { "text": "e30", "encoding": "base64" } },
        })
    }

    fn no_files(_: &str) -> Result<Vec<u8>, String> {
        Err("there is none".to_owned())
    }

    /// The bytes of a request and of its response.
    type Read = Result<(Vec<u8>, Vec<u8>), Unused>;

    fn of_text(text: &str) -> Vec<Read> {
        let har = Calls::read(text.as_bytes()).unwrap();
        let used = har.entries(false).into_iter().map(|entry| {
            let call = har.call(entry, &routes(), &mut no_files)?;
            Ok((call.request.into_owned(), call.response.into_owned()))
        });
        used.collect()
    }

    fn read(entries: &[Value]) -> Vec<Read> {
        of_text(&json!({ "log": { "entries": entries } }).to_string())
    }

    fn why(pointer: &str, value: Value) -> (UnusedKind, String) {
        let mut entry = entry("/one");
        *entry.pointer_mut(pointer).unwrap() = value;
        let unused = read(&[entry]).remove(0).unwrap_err();
        (unused.kind, unused.why)
    }

    #[test]
    fn bodies_are_decoded() {
        assert_eq!(read(&[entry("/one")]), [Ok((b"[]".to_vec(), b"{}".to_vec()))]);
        let mut entry = entry("/one");
        entry["request"]["postData"] = json!({ "text": "W10=\r\n", "encoding": "BASE64" });
        assert_eq!(read(&[entry])[0].as_ref().unwrap().0, b"[]");
    }

    #[test]
    fn calls_without_a_body_have_a_reason() {
        for (pointer, value, what) in [
            ("/request/postData", json!({}), "it has no request body"),
            (
                "/request",
                json!({"method": "PUT", "url": "/one"}),
                "it has no request body",
            ),
            (
                "/response/content/text",
                json!(""),
                "it has no response body (HTTP status 200)",
            ),
            (
                "/response/content/text",
                json!(null),
                "it has no response body (HTTP status 200)",
            ),
            ("/response", json!(null), "it has no response body"),
        ] {
            assert_eq!(why(pointer, value), (UnusedKind::WithoutBody, what.to_owned()));
        }
    }

    #[test]
    fn unreadable_calls_have_a_reason() {
        for (pointer, value, what) in [
            (
                "/response/content/text",
                json!(1),
                "its response body is not a string",
            ),
            ("/response/content/text", json!("*"), "not base64"),
            ("/response/content/encoding", json!("br"), "unknown encoding: br"),
            ("/response/content/encoding", json!([]), "is not a string"),
            (
                "/response/content",
                json!({"_file": "a.json"}),
                "a.json: there is none",
            ),
            (
                "/request/postData",
                json!({"params": [{"name": "a", "value": "b"}]}),
                "is a form, not JSON",
            ),
        ] {
            let (kind, why) = why(pointer, value);
            assert_eq!(kind, UnusedKind::Unreadable);
            assert!(why.contains(what), "{why}");
        }
    }

    #[test]
    fn a_form_that_was_json_is_put_together_again() {
        for params in [
            json!([{"name": "[{\"a\":\"b", "value": "c"}, {"name": "d\"}]", "value": ""}]),
            json!([{"name": "%5B%7B%22a%22%3A%22b%3Dc%26d%22%7D%5D"}]),
        ] {
            let mut entry = entry("/one");
            entry["request"]["postData"] = json!({"text": "", "params": params});
            assert_eq!(read(&[entry])[0].as_ref().unwrap().0, br#"[{"a":"b=c&d"}]"#);
        }
    }

    #[test]
    fn mistakes_in_other_parts_do_not_matter() {
        let text = r#"{"log":{"entries":[
            {"time": NaN, "request":{"method":"PUT","url":"/one","headers":[{"value":"M\udcfcller"}],
              "postData":{"text":"[1]"}},"response":{"status":1e999,"content":{"text":"{}"}}},
            {"request":{"method":"PUT","url":"/one","postData":{"text":"[2]" ] },"response":{"content":{"text":"{}"}}},
            {"request":{"method":"PUT","url":"/one","postData":{"text":"[3]"}},"response":{"content":{"text":"{}"}}}
        ]}}"#;
        let used = of_text(text);
        let bodies: Vec<Option<&[u8]>> = used
            .iter()
            .map(|used| used.as_ref().ok().map(|call| &*call.0))
            .collect();
        assert_eq!(bodies, [Some(&b"[1]"[..]), None, Some(b"[3]")]);
        assert_eq!(used[1].as_ref().unwrap_err().kind, UnusedKind::Unreadable);
    }

    #[test]
    fn half_a_surrogate_pair_is_the_byte_that_was_sent() {
        for (written, sent) in [
            (r"M\udcfcller", &b"M\xfcller"[..]),
            (
                r#"\uDCE9\\udcfc\" \ud83d\ude00 \udc80"#,
                b"\xe9\\udcfc\" \xf0\x9f\x98\x80 \x80",
            ),
            (r"'\ufffd\ud800", "'\u{fffd}\u{fffd}".as_bytes()),
        ] {
            let text = format!(
                r#"{{"log":{{"entries":[{{"request":{{"method":"PUT","url":"/one","postData":{{"text":"{written}"}}}},
                "response":{{"content":{{"text":"{{}}"}}}}}}]}}}}"#
            );
            assert_eq!(of_text(&text)[0].as_ref().unwrap().0, sent, "{written}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_matter_in_bodies_alone() {
        let text = |header: &str, body: &str| {
            let (header, body) = (header.as_bytes(), body.as_bytes());
            let parts: [&[u8]; 5] = [
                br#"{"log":{"entries":[{"comment":""#,
                header,
                br#"","request":{"method":"PUT","url":"/one","postData":{"text":""#,
                body,
                br#""}},"response":{"content":{"text":"{}"}}}]}}"#,
            ];
            let mut bytes = parts.concat();
            for byte in &mut bytes {
                *byte = if *byte == b'~' { 0xFC } else { *byte };
            }
            bytes
        };
        let unused = |bytes: &[u8]| {
            let har = Calls::read(bytes).unwrap();
            har.call(har.entries(false)[0], &routes(), &mut no_files).err()
        };
        assert_eq!(unused(&text("M~ller", "[]")), None);
        assert!(unused(&text("", "[~]")).unwrap().why.contains("not UTF-8"));
    }

    #[test]
    fn entries_are_ordered_by_time() {
        let timed = |time: Value| json!({ "startedDateTime": time });
        let entries = [
            timed(json!("2026-11-28T10:00:02.5Z")),
            timed(json!(null)),
            timed(json!("2026-11-28T10:00:01.123456+00:00")),
            timed(json!("2026-11-28T11:00:00.000+01:00")),
        ];
        let text = json!({ "log": { "entries": entries } }).to_string();
        let har = Calls::read(text.as_bytes()).unwrap();
        let numbers = |by_time| {
            har.entries(by_time)
                .iter()
                .map(|entry| entry.number)
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers(false), [1, 2, 3, 4]);
        assert_eq!(numbers(true), [4, 3, 1, 2]);
    }

    #[test]
    fn other_entries_are_not_calls() {
        let mut get = entry("/one");
        get["request"]["method"] = json!("GET");
        let used = read(&[
            get,
            entry("/two"),
            json!(null),
            json!([]),
            json!({ "request": 1 }),
            json!({ "request": { "method": "PUT" } }),
        ]);
        for unused in &used {
            assert_eq!(unused.as_ref().unwrap_err().kind, UnusedKind::Other);
        }
        assert!(used[0].as_ref().unwrap_err().why.contains("its method is GET"));
    }

    #[test]
    fn an_invalid_file_is_reported_with_the_reason() {
        let why = |text: &str| Calls::read(text.as_bytes()).unwrap_err();
        assert!(why("").contains("empty"));
        assert!(why("{").contains("not JSON"));
        assert!(why("<html>").contains("HTML"));
        assert!(why("{\"log\":{\"entries\":{}}}").contains("log.entries"));
        assert!(why("[]").contains("log.entries"));
        assert!(
            why(&"[".repeat(100_000)).contains("log.entries")
                || why(&"[".repeat(100_000)).contains("not JSON")
        );
        assert!(Calls::read(b"\xff\xfe{\0").unwrap_err().contains("UTF-16"));
        assert!(Calls::read("\u{feff}{\"log\":{\"entries\":[]}}".as_bytes()).is_ok());
    }

    #[test]
    fn a_truncated_file_has_a_position() {
        let text = r#"{"log":{"entries":[{"request":{"method":"PUT","url":"/one","postData":{"text":"[]"}},
            "response":{"content":{"text":"{}"}}},
            {"request":{"method":"PUT","url":"/one","postData":{"te"#;
        let har = Calls::read(text.as_bytes()).unwrap();
        assert!(har.cut().unwrap().starts_with("line 3: "), "{:?}", har.cut());
        let used = of_text(text);
        assert!(used[0].is_ok());
        assert_eq!(used[1].as_ref().unwrap_err().kind, UnusedKind::Unreadable);
    }
}
