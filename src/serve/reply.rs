//! Responses of the server itself.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::json::compact;
use crate::sanitize;
use crate::source::Position;

/// The response to a call.
pub type Reply = Response<Full<Bytes>>;

/// The connection is reset instead of a response.
#[derive(Debug)]
pub struct Aborted;

impl std::fmt::Display for Aborted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is reset")
    }
}

impl std::error::Error for Aborted {}

/// The media type of responses of the API.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// The media type of errors of the server itself, which no client confuses with a response of the API.
pub const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A response with a body.
pub fn with_body(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, kind);
    reply
}

/// A JSON document for the page or for a program.
pub fn document<T: Serialize>(document: &T) -> Reply {
    let (mut json, mut scratch) = (String::new(), Vec::new());
    compact(document, &mut scratch, &mut json);
    text(StatusCode::OK, JSON, json)
}

/// A text with the headers of [`private`].
pub fn text(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Reply {
    let mut reply = with_body(status, kind, body);
    for (name, value) in private() {
        reply.headers_mut().insert(name, value);
    }
    reply
}

/// Headers against caching, content sniffing and referrers.
pub fn private() -> [(HeaderName, HeaderValue); 3] {
    [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}

#[derive(Serialize)]
struct Problem<'a> {
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(flatten)]
    position: Option<Position>,
}

/// An error of the server itself (RFC 9457).
pub fn problem(status: StatusCode, detail: &str) -> Reply {
    problem_at(status, detail, None)
}

/// Like [`problem`], with the position in the body of the request.
pub fn problem_at(status: StatusCode, detail: &str, position: Option<Position>) -> Reply {
    let document = Problem {
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail: &sanitize::escape(detail),
        position,
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    text(status, PROBLEM, body)
}
