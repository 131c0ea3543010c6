//! The calls as a HAR 1.2 file, for `geplint verify --self` and other tools.
//!
//! Pure functions: a document consists of [`open`], the entries separated by commas, and [`close`], so that it can be written in parts.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::verify::har::SERVE;

/// A call of a HAR file.
#[derive(Debug, Clone, Default)]
pub struct HarCall<'a> {
    /// Its number.
    pub seq: u64,
    /// The time of its arrival, in the format of RFC 3339.
    pub time: String,
    /// The time until the response, in milliseconds.
    pub millis: f64,
    /// Its method.
    pub method: &'a str,
    /// The whole URL, without user name and password.
    pub url: String,
    /// The headers of the request, without secrets.
    pub headers: Vec<(&'a str, String)>,
    /// The body of the request.
    pub body: &'a [u8],
    /// The id of the endpoint, if there is one.
    pub endpoint: Option<&'a str>,
    /// The value of the evidence header; empty if there is no prediction.
    pub evidence: &'a str,
    /// The text of the tenant file, if the previous call had another one.
    pub tenant: Option<&'a str>,
    /// The requested fault.
    pub fault: Option<String>,
    /// The HTTP status; 0 if the connection was reset.
    pub status: u16,
    /// The headers of the response.
    pub response_headers: Vec<(&'a str, String)>,
    /// The body of the response: the predicted one, even if the connection was reset instead.
    pub response: &'a [u8],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: &'a str,
    time: f64,
    request: Request<'a>,
    response: Response<'a>,
    cache: Empty,
    timings: Timings,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(rename = "_geplint")]
    own: Own<'a>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Own<'a> {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    evidence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'a str>,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i64,
    body_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    #[serde(flatten)]
    text: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'static str,
    headers_size: i64,
    body_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: usize,
    mime_type: &'a str,
    #[serde(flatten)]
    text: Text<'a>,
}

/// A body, in base64 if it is not UTF-8.
#[derive(Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

/// The start of the document, with a comment for its reader.
pub fn open(comment: Option<&str>) -> String {
    let creator = Creator {
        name: SERVE,
        version: env!("CARGO_PKG_VERSION"),
    };
    let comment = comment.map_or_else(String::new, |comment| format!("\"comment\":{},", json(&comment)));
    format!(
        "{{\"log\":{{\"version\":\"1.2\",\"creator\":{},{comment}\"entries\":[\n",
        json(&creator)
    )
}

/// One call.
pub fn entry(call: &HarCall<'_>) -> String {
    let query = call.url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('&').filter(|pair| !pair.is_empty());
    let entry = Entry {
        started_date_time: &call.time,
        time: call.millis,
        request: Request {
            method: call.method,
            url: &call.url,
            http_version: "HTTP/1.1",
            cookies: [],
            headers: pairs(&call.headers),
            query_string: query
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    Pair { name, value }
                })
                .collect(),
            post_data: (!call.body.is_empty()).then(|| PostData {
                mime_type: kind(&call.headers),
                text: text(call.body),
            }),
            headers_size: -1,
            body_size: call.body.len(),
        },
        response: Response {
            status: call.status,
            status_text: "",
            http_version: "HTTP/1.1",
            cookies: [],
            headers: pairs(&call.response_headers),
            content: Content {
                size: call.response.len(),
                mime_type: kind(&call.response_headers),
                text: text(call.response),
            },
            redirect_url: "",
            headers_size: -1,
            body_size: call.response.len(),
        },
        cache: Empty {},
        timings: Timings {
            send: 0.0,
            wait: call.millis,
            receive: 0.0,
        },
        comment: comment(call),
        own: Own {
            seq: call.seq,
            endpoint: call.endpoint,
            evidence: call.evidence,
            tenant: call.tenant,
            fault: call.fault.as_deref(),
        },
    };
    json(&entry)
}

/// Describes the fault in place of the response.
fn comment(call: &HarCall<'_>) -> Option<String> {
    match (&call.fault, call.status) {
        (Some(fault), 0) => Some(format!(
            "fault \"{fault}\" was requested: the connection was reset in place of this response"
        )),
        (Some(fault), _) => Some(format!(
            "fault \"{fault}\" was requested: this response is not a prediction"
        )),
        (None, 0) => Some("the connection was reset in place of this response".to_owned()),
        (None, _) => None,
    }
}

/// The end of the document.
pub const fn close() -> &'static str {
    "\n]}}\n"
}

/// The name of the file.
pub const FILE_NAME: &str = "geplint-serve.har";

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn pairs<'a>(headers: &'a [(&'a str, String)]) -> Vec<Pair<'a>> {
    let pair = |(name, value): &'a (&'a str, String)| Pair { name, value };
    headers.iter().map(pair).collect()
}

fn kind<'a>(headers: &'a [(&'a str, String)]) -> &'a str {
    let mut named = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    named
        .next()
        .map_or("application/octet-stream", |(_, value)| value)
}

fn text(bytes: &[u8]) -> Text<'_> {
    match str::from_utf8(bytes) {
        Ok(text) => Text {
            text: text.into(),
            encoding: None,
        },
        Err(_) => Text {
            text: STANDARD.encode(bytes).into(),
            encoding: Some("base64"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::calls::Calls;
    use crate::verify::har::SERVE_MEMBER;
    use crate::verify::routes::{Route, Routes};

    fn call<'a>(body: &'a [u8], response: &'a [u8], status: u16) -> HarCall<'a> {
        HarCall {
            seq: 7,
            time: "2026-01-12T09:30:00.125Z".to_owned(),
            millis: 0.25,
            method: "POST",
            url: "http://127.0.0.1:8400/gep/one?a=b&c".to_owned(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("x", "\u{202e}\"".to_owned()),
            ],
            body,
            endpoint: Some("one"),
            evidence: "table",
            tenant: None,
            fault: None,
            status,
            response_headers: vec![("x-geplint-evidence", "table".to_owned())],
            response,
        }
    }

    fn document(calls: &[HarCall<'_>], comment: Option<&str>) -> String {
        let entries: Vec<String> = calls.iter().map(entry).collect();
        open(comment) + &entries.join(",\n") + close()
    }

    #[test]
    fn verify_reads_the_written_file() {
        let bodies: [&[u8]; 5] = [
            b"[]",
            b"[{\"a\": \"\xc3\xa9\\u0000\r\n\"}]",
            b"\xef\xbb\xbf[1]",
            b"[\"\xff\xfe\"]",
            b"\x00\x1b\xe2\x80\xae not JSON",
        ];
        let calls: Vec<HarCall<'_>> = bodies.iter().map(|body| call(body, body, 400)).collect();
        let text = document(&calls, Some("\"a\" </script>\u{2028}"));
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let har = Calls::read(text.as_bytes()).unwrap();
        assert_eq!(har.creator, SERVE);
        // The URL is that of a gateway; the entry has the endpoint.
        let routes = Routes {
            known: vec![Route {
                endpoint: "one",
                path: "/api/one",
            }],
            ..Routes::default()
        };
        let entries = har.entries(true);
        assert_eq!(entries.len(), bodies.len());
        for (entry, body) in entries.into_iter().zip(bodies) {
            let read = har.call(entry, &routes, &mut |_| Err(String::new())).unwrap();
            assert_eq!((&*read.request, &*read.response), (body, body));
            assert_eq!(
                (&*read.endpoint, read.status, read.predicted),
                ("one", Some(400), true)
            );
            assert_eq!(har.tenant(entry), None);
        }
    }

    #[test]
    fn a_tenant_file_and_a_lost_answer_are_read_back() {
        let mut lost = call(b"[]", b"{}", 0);
        lost.fault = Some("lost".to_owned());
        lost.tenant = Some("contacts = [\"C\\\"1\"]\n");
        let text = document(&[lost, call(b"", b"", 503)], None);
        let har = Calls::read(text.as_bytes()).unwrap();
        let routes = Routes {
            known: vec![Route {
                endpoint: "one",
                path: "/api/one",
            }],
            ..Routes::default()
        };
        let entries = har.entries(false);
        assert_eq!(
            har.tenant(entries[0]).as_deref(),
            Some("contacts = [\"C\\\"1\"]\n")
        );
        let read = har
            .call(entries[0], &routes, &mut |_| Err(String::new()))
            .unwrap();
        assert_eq!((&*read.response, read.status), (&b"{}"[..], None));
        assert!(
            har.call(entries[1], &routes, &mut |_| Err(String::new()))
                .is_err()
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let first = &value["log"]["entries"][0];
        assert_eq!(first["request"]["queryString"][0]["value"], "b");
        assert!(
            first["comment"]
                .as_str()
                .unwrap()
                .contains("\"lost\" was requested")
        );
        assert_eq!(first[SERVE_MEMBER]["fault"], "lost");
        assert!(first[SERVE_MEMBER]["tenant"].is_string());
        assert!(value["log"]["entries"][1]["request"].get("postData").is_none());
    }

    #[test]
    fn no_calls_are_a_document_too() {
        let value: serde_json::Value = serde_json::from_str(&document(&[], None)).unwrap();
        assert_eq!(value["log"]["entries"], serde_json::json!([]));
    }
}
