//! HAR files, as browsers and proxies write them: both bodies of every call are in it.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::recording::readable;

/// Where calls of an endpoint go.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// Endpoint id.
    pub endpoint: &'a str,
    /// Path of its URL.
    pub path: &'a str,
}

/// What a HAR file holds for us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Har {
    /// The calls of known endpoints with both bodies, in order.
    pub calls: Vec<Call>,
    /// The calls of known endpoints that lack a body: the number of the entry, from 1, and why.
    pub skipped: Vec<(usize, String)>,
    /// How many entries are anything else.
    pub others: usize,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The number of its entry, from 1.
    pub entry: usize,
    /// Endpoint id.
    pub endpoint: String,
    /// The request body.
    pub request: Vec<u8>,
    /// The response body.
    pub response: Vec<u8>,
    /// The HTTP status.
    pub status: Option<u64>,
}

/// The calls in a HAR file; fails with the reason why it is none.
pub fn har(bytes: &[u8], routes: &[Route<'_>]) -> Result<Har, String> {
    let text = readable(bytes)?;
    let mut document: Value =
        serde_json::from_str(&text).map_err(|error| format!("no HAR: it is no JSON: {error}"))?;
    let Some(Value::Array(entries)) = document.pointer_mut("/log/entries").map(Value::take) else {
        return Err("no HAR: it has no list log.entries".to_owned());
    };
    let mut har = Har::default();
    for (number, entry) in (1..).zip(&entries) {
        match endpoint(entry, routes) {
            None => har.others += 1,
            Some(endpoint) => match call(number, endpoint, entry) {
                Ok(call) => har.calls.push(call),
                Err(why) => har.skipped.push((number, why)),
            },
        }
    }
    Ok(har)
}

/// The endpoint that an entry calls, if it sends something to one.
fn endpoint<'r>(entry: &Value, routes: &[Route<'r>]) -> Option<&'r str> {
    let request = entry.get("request")?;
    let method = request.get("method")?.as_str()?;
    if !["POST", "PUT"]
        .iter()
        .any(|known| method.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let path = path(request.get("url")?.as_str()?);
    let ends = |route: &&Route<'_>| {
        let known = route.path.trim_matches('/');
        let rest = path.len().checked_sub(known.len());
        let (before, end) = rest
            .and_then(|rest| path.split_at_checked(rest))
            .unwrap_or_default();
        !known.is_empty() && end.eq_ignore_ascii_case(known) && (before.is_empty() || before.ends_with('/'))
    };
    // A path may be the end of another one: the longer says more.
    let route = routes
        .iter()
        .filter(ends)
        .max_by_key(|route| route.path.trim_matches('/').len())?;
    Some(route.endpoint)
}

/// The path of a URL, without query, fragment and trailing slashes.
fn path(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url,
    };
    path.trim_end_matches('/')
}

fn call(number: usize, endpoint: &str, entry: &Value) -> Result<Call, String> {
    let request = entry
        .pointer("/request/postData")
        .ok_or("it has no request body")?;
    let response = entry
        .pointer("/response/content")
        .ok_or("it has no response body")?;
    Ok(Call {
        entry: number,
        endpoint: endpoint.to_owned(),
        request: body(request, "request")?,
        response: body(response, "response")?,
        status: entry
            .pointer("/response/status")
            .and_then(Value::as_u64)
            .filter(|status| *status > 0),
    })
}

/// The body in a `postData` or `content`.
fn body(holder: &Value, what: &str) -> Result<Vec<u8>, String> {
    let text = match holder.get("text") {
        Some(Value::String(text)) if !text.is_empty() => text,
        None | Some(Value::String(_) | Value::Null) => return Err(format!("it has no {what} body")),
        Some(_) => return Err(format!("its {what} body is no text")),
    };
    match holder.get("encoding") {
        None | Some(Value::Null) => Ok(text.clone().into_bytes()),
        Some(Value::String(encoding)) if encoding.is_empty() => Ok(text.clone().into_bytes()),
        Some(Value::String(encoding)) if encoding.eq_ignore_ascii_case("base64") => base64(text, what),
        Some(Value::String(encoding)) => Err(format!(
            "its {what} body is in an encoding that is not known: {encoding}"
        )),
        Some(_) => Err(format!("the encoding of its {what} body is no text")),
    }
}

/// Decodes base64, with or without padding, on one line or on many.
fn base64(text: &str, what: &str) -> Result<Vec<u8>, String> {
    const MILD: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    GeneralPurpose::new(&STANDARD, MILD)
        .decode(packed)
        .map_err(|error| format!("its {what} body is no base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ROUTES: &[Route<'_>] = &[
        Route {
            endpoint: "one",
            path: "/Api/Things/One",
        },
        Route {
            endpoint: "tail",
            path: "/One",
        },
    ];

    fn entry(url: &str) -> Value {
        json!({
            "request": { "method": "POST", "url": url, "postData": { "text": "[]" } },
            "response": { "status": 200, "content": { "text": "e30", "encoding": "base64" } },
        })
    }

    fn read(entries: &[Value]) -> Har {
        let document = json!({ "log": { "entries": entries } });
        har(document.to_string().as_bytes(), ROUTES).unwrap()
    }

    #[test]
    fn urls_are_told_by_their_end() {
        let found = |url: &str| read(&[entry(url)]).calls.pop().map(|call| call.endpoint);
        let one = Some("one".to_owned());
        assert_eq!(found("https://example.com/Api/Things/One"), one);
        assert_eq!(
            found("https://example.com:8443/gateway/api/things/ONE/?x=/a/b#c"),
            one
        );
        assert_eq!(found("/Api/Things/One"), one);
        assert_eq!(found("Api/Things/One"), one);
        assert_eq!(found("https://example.com/one"), Some("tail".to_owned()));
        assert_eq!(found("https://example.com/NotApi/Things/xOne"), None);
        assert_eq!(found("https://one"), None);
        assert_eq!(found("https://example.com/é"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn bodies_are_decoded() {
        let call = read(&[entry("/one")]).calls.remove(0);
        assert_eq!(
            (call.request, call.response, call.entry, call.status),
            (b"[]".to_vec(), b"{}".to_vec(), 1, Some(200))
        );
        let mut entry = entry("/one");
        entry["request"]["postData"] = json!({ "text": "W10=\r\n", "encoding": "BASE64" });
        assert_eq!(read(&[entry]).calls[0].request, b"[]");
    }

    #[test]
    fn what_lacks_a_body_is_skipped_with_its_reason() {
        let why = |pointer: &str, value: Value| {
            let mut entry = entry("/one");
            *entry.pointer_mut(pointer).unwrap() = value;
            let har = read(&[entry]);
            assert!(har.calls.is_empty());
            har.skipped[0].1.clone()
        };
        assert_eq!(why("/request/postData", json!({})), "it has no request body");
        assert_eq!(
            why("/response/content/text", json!("")),
            "it has no response body"
        );
        assert_eq!(why("/response", json!(null)), "it has no response body");
        assert_eq!(
            why("/response/content/text", json!(1)),
            "its response body is no text"
        );
        assert!(why("/response/content/text", json!("*")).contains("no base64"));
        assert!(why("/response/content/encoding", json!("br")).contains("not known: br"));
        assert!(why("/response/content/encoding", json!([])).contains("no text"));
    }

    #[test]
    fn everything_else_is_passed_over() {
        let mut get = entry("/one");
        get["request"]["method"] = json!("GET");
        let har = read(&[
            get,
            entry("/two"),
            json!(null),
            json!([]),
            json!({ "request": 1 }),
            json!({ "request": { "method": "PUT" } }),
        ]);
        assert_eq!((har.calls.len(), har.skipped.len(), har.others), (0, 0, 6));
    }

    #[test]
    fn a_broken_file_says_why() {
        let why = |text: &str| har(text.as_bytes(), ROUTES).unwrap_err();
        assert!(why("").contains("empty"));
        assert!(why("{").contains("no JSON"));
        assert!(why("{\"log\":{\"entries\":{}}}").contains("log.entries"));
        assert!(why("[]").contains("log.entries"));
        assert!(why(&"[".repeat(100_000)).contains("no JSON"));
        assert!(har(b"\xff\xfe{\0", ROUTES).unwrap_err().contains("UTF-16"));
        assert!(har("\u{feff}{\"log\":{\"entries\":[]}}".as_bytes(), ROUTES).is_ok());
    }
}
