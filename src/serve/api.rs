//! Calls of the API.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue,
    PROXY_AUTHORIZATION, RETRY_AFTER, TRANSFER_ENCODING, WWW_AUTHENTICATE,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::time::sleep;

use super::body::{self, NoBody};
use super::calls::{Answer, Call, Headers, MOST_FINDINGS};
use super::engine::{Engine, NoResponse, Predicted};
use super::faults::Fault;
use super::options::Token;
use super::reply::{self, Aborted, JSON, Reply, problem};
use super::routes::Found;
use super::server::Server;
use super::stream::Link;
use crate::finding::{Finding, Severity};
use crate::rules::Endpoint;

/// The evidence of a response.
const EVIDENCE: HeaderName = HeaderName::from_static("x-geplint-evidence");
/// The undecided facts that could change a response.
const UNDECIDED: HeaderName = HeaderName::from_static("x-geplint-undecided");
/// Requests a fault.
const FAULT: HeaderName = HeaderName::from_static("x-geplint-fault");

/// Larger bodies, in bytes, are checked on another thread, so that no other connection waits.
pub const LONG: usize = 64 << 10;

/// Headers with values that may be secret.
const SECRETS: [HeaderName; 6] = [
    AUTHORIZATION,
    COOKIE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("api-key"),
    HeaderName::from_static("ocp-apim-subscription-key"),
];

/// A received request.
struct Received {
    time: SystemTime,
    begun: Instant,
    parts: Parts,
    host: String,
    body: Bytes,
    /// The fault that the client gets in place of the response.
    fault: Option<Fault>,
}

/// Answers a call of the API.
///
/// Errors: the connection must be reset.
pub async fn call(
    server: &Arc<Server>,
    request: Request<Incoming>,
    host: String,
    link: &Link,
) -> Result<Reply, Aborted> {
    let (time, begun) = (SystemTime::now(), Instant::now());
    let (parts, incoming) = request.into_parts();
    let asked = parts
        .headers
        .get(&FAULT)
        .map(|asked| asked.to_str().unwrap_or("?"));
    let plan = server.faults.next(asked);
    let read = body::read(
        &parts.headers,
        incoming,
        (server.max_body, server.patience),
        &server.reading,
        link,
    )
    .await;
    let (body, failure) = match read {
        Ok(body) => (body, None),
        Err(why) => (Bytes::new(), Some(why)),
    };
    let mut incoming = Received {
        time,
        begun,
        parts,
        host,
        body,
        fault: None,
    };
    let plan = match (failure, plan) {
        (Some(NoBody::Broken), _) => {
            let call = incoming.ended(Answer {
                note: "the connection ended before the body did, or the body is not chunked as announced"
                    .to_owned(),
                ..Answer::default()
            });
            server.log(call);
            return Err(Aborted);
        }
        (Some(why), _) => return Ok(incoming.end(server, no_body(server, why))),
        (None, Err(why)) => {
            let reply = problem(StatusCode::BAD_REQUEST, &format!("X-Geplint-Fault: {why}"));
            return Ok(incoming.end(server, answer(None, reply)));
        }
        (None, Ok(plan)) => plan,
    };
    incoming.fault = plan.fault;
    let abort = || {
        link.reset();
        Err(Aborted)
    };
    let reply = match plan.fault {
        Some(Fault::Reset) => {
            server.record(incoming.ended(Answer::default()));
            return abort();
        }
        Some(Fault::Status(status)) => incoming.end(server, failed(status)),
        _ => incoming.answered(server).await,
    };
    if !plan.latency.is_zero() {
        sleep(plan.latency).await;
    }
    if plan.fault == Some(Fault::Lost) {
        return abort();
    }
    Ok(reply)
}

/// Answers a request for another host: a call that is listed, as far as it is not for the server itself.
pub fn misdirected(server: &Server, request: Request<Incoming>, why: &str, is_inside: bool) -> Reply {
    let reply = problem(StatusCode::MISDIRECTED_REQUEST, why);
    let (parts, _) = request.into_parts();
    let host = parts
        .headers
        .get(HOST)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let received = Received {
        time: SystemTime::now(),
        begun: Instant::now(),
        host: String::from_utf8_lossy(host).into_owned(),
        parts,
        body: Bytes::new(),
        fault: None,
    };
    let made = answer(None, reply.clone());
    let call = received.ended(Answer {
        note: why.to_owned(),
        headers: Headers::of(&made.headers, |_| false),
        ..made.stored
    });
    if is_inside {
        server.log(call);
    } else {
        server.record(call);
    }
    reply
}

/// Logs a request that is not HTTP, or whose head is too large. hyper has already answered it.
pub fn unreadable(server: &Server, error: &hyper::Error, link: &Link) {
    let is_large = error.is_parse_too_large();
    let status = if is_large {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    };
    let note = if link.begins_with_tls() {
        "the client uses HTTPS, and this server HTTP: use http://, or start it with --tls-self-signed"
            .to_owned()
    } else {
        format!("the request cannot be read: {error}")
    };
    no_request(server, status.as_u16(), note);
}

/// Logs a client without a connection over TLS.
pub fn no_handshake(server: &Server, error: &std::io::Error, link: &Link) {
    let note = if link.begins_with_tls() {
        format!("the TLS handshake failed: {error}")
    } else {
        "the client uses HTTP, and this server HTTPS: use https://".to_owned()
    };
    no_request(server, 0, note);
}

/// Logs a client that has sent no request that can be read.
fn no_request(server: &Server, status: u16, note: String) {
    server.log(Call {
        seq: 0,
        time: SystemTime::now(),
        method: Method::from_bytes(b"-").unwrap_or_default(),
        path: "-".to_owned(),
        host: String::new(),
        headers: Headers::default(),
        body: Bytes::new(),
        answer: Answer {
            status,
            note,
            ..Answer::default()
        },
        took: Duration::ZERO,
    });
}

impl Received {
    /// Answers the request as the API is predicted to.
    async fn answered(self, server: &Arc<Server>) -> Reply {
        let parts = &self.parts;
        let endpoint = match server.routes.find(&parts.method, parts.uri.path()) {
            Found::Endpoint(endpoint) => endpoint,
            Found::Nothing => {
                let reply = problem(
                    StatusCode::NOT_FOUND,
                    "no endpoint has this path; GET /_geplint/api/endpoints lists the paths, and the page is at /_geplint/",
                );
                return self.end(server, answer(None, reply));
            }
            Found::Methods(methods) => {
                let mut reply = problem(
                    StatusCode::METHOD_NOT_ALLOWED,
                    &format!("this path takes {methods}"),
                );
                if let Ok(methods) = HeaderValue::try_from(methods) {
                    reply.headers_mut().insert(ALLOW, methods);
                }
                return self.end(server, answer(None, reply));
            }
        };
        let refused = refused_token(server.token.as_ref(), &parts.headers);
        if let Some(reply) = refused.or_else(|| refused_kind(&parts.headers)) {
            return self.end(server, answer(Some(endpoint), reply));
        }
        if let Some(charset) = other_charset(&parts.headers, &self.body) {
            let why = format!(
                "the Content-Type has the charset \"{charset}\", and the response of the API to it is not known: send UTF-8"
            );
            let mut made = no_prediction(&why);
            made.stored.endpoint = Some(endpoint.id.clone());
            return self.end(server, made);
        }
        let done = if self.body.len() > LONG {
            let engine = Arc::clone(&server.engine).lock_owned().await;
            let server = Arc::clone(server);
            let work = move || {
                let mut engine = engine;
                self.accepted(&server, &mut engine, endpoint)
            };
            match tokio::task::spawn_blocking(work).await {
                Ok(done) => done,
                Err(_) => return problem(StatusCode::INTERNAL_SERVER_ERROR, "this is a bug in geplint"),
            }
        } else {
            let mut engine = server.engine.lock().await;
            self.accepted(server, &mut engine, endpoint)
        };
        let (reply, mark) = done;
        if let Some(mark) = mark
            && let Err(why) = mark.reached().await
        {
            return problem(StatusCode::INTERNAL_SERVER_ERROR, &why);
        }
        reply
    }

    /// Answers the request and stores the call. Also returns what must be on disk before the response is sent. The engine is locked,
    /// so that calls are stored in the order of their responses.
    fn accepted(
        self,
        server: &Server,
        engine: &mut Engine,
        endpoint: &'static Endpoint,
    ) -> (Reply, Option<super::state_file::Mark>) {
        let predicted = engine.accept(&self.body, endpoint);
        let reply = self.end(server, of_prediction(predicted, server.always_200));
        (reply, engine.mark())
    }

    /// Stores the call with its response, and returns the response.
    fn end(self, server: &Server, made: Made) -> Reply {
        let Made { headers, mut stored } = made;
        stored.headers = Headers::of(&headers, |_| false);
        let mut reply = Response::new(http_body_util::Full::new(stored.body.clone()));
        *reply.status_mut() = StatusCode::from_u16(stored.status).unwrap_or_default();
        *reply.headers_mut() = headers;
        server.record(self.ended(stored));
        reply
    }

    /// Returns the call with its response, or with the fault that replaces it.
    fn ended(self, mut answer: Answer) -> Call {
        let Self {
            time,
            begun,
            parts,
            host,
            body,
            fault,
        } = self;
        answer.fault = fault;
        if matches!(fault, Some(Fault::Reset | Fault::Lost)) {
            answer.status = 0;
        }
        Call {
            seq: 0,
            time,
            path: parts.uri.path().to_owned(),
            method: parts.method,
            host,
            headers: Headers::of(&parts.headers, |name| SECRETS.contains(name)),
            body,
            answer,
            took: begun.elapsed(),
        }
    }
}

/// A response to be sent, and its stored parts.
struct Made {
    headers: HeaderMap,
    /// Without the headers.
    stored: Answer,
}

/// The answer with this reply.
fn answer(endpoint: Option<&'static Endpoint>, reply: Reply) -> Made {
    let (parts, body) = reply.into_parts();
    Made {
        headers: parts.headers,
        stored: Answer {
            endpoint: endpoint.map(|endpoint| endpoint.id.clone()),
            status: parts.status.as_u16(),
            body: body.into_inner().unwrap_or_default(),
            ..Answer::default()
        },
    }
}

fn no_body(server: &Server, why: NoBody) -> Made {
    let (status, text) = match why {
        NoBody::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {} bytes (--max-body)", server.max_body),
        ),
        NoBody::TooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time".to_owned(),
        ),
        NoBody::Busy | NoBody::Broken => (
            StatusCode::SERVICE_UNAVAILABLE,
            "too many large bodies are being received".to_owned(),
        ),
    };
    let mut reply = problem(status, &text);
    // The rest of the body is not read.
    reply
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    answer(None, reply)
}

/// A requested error of the server.
fn failed(status: u16) -> Made {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut reply = problem(status, "this fault was requested (--fault or X-Geplint-Fault)");
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
        reply
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer(None, reply)
}

/// The reply to a call without the required token.
fn refused_token(token: Option<&Token>, headers: &HeaderMap) -> Option<Reply> {
    let authorization = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let bearer = authorization.and_then(|authorization| {
        let (scheme, token) = authorization.split_at_checked(7)?;
        scheme
            .eq_ignore_ascii_case(b"bearer ")
            .then(|| token.trim_ascii())
    });
    let is_right = match token {
        None => true,
        Some(Token::Any) => authorization.is_some_and(|authorization| !authorization.trim_ascii().is_empty()),
        Some(Token::Exact(token)) => bearer == Some(token.as_bytes()),
    };
    if is_right {
        return None;
    }
    let why = match authorization {
        None => "the Authorization header is missing (--require-token)",
        Some(_) => "the Authorization header has another token (--require-token)",
    };
    let mut reply = problem(StatusCode::UNAUTHORIZED, why);
    reply
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    Some(reply)
}

/// The reply to a call whose body is not declared as JSON, or is encoded.
fn refused_kind(headers: &HeaderMap) -> Option<Reply> {
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("?").trim())
    };
    let unsupported = |why: &str| Some(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    let kind = text(CONTENT_TYPE).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !["application/json", "text/json"]
        .iter()
        .any(|json| essence.eq_ignore_ascii_case(json))
    {
        return unsupported(&match kind {
            "" => "the Content-Type header is missing: send application/json".to_owned(),
            kind => format!("the Content-Type is \"{kind}\": send application/json"),
        });
    }
    for (name, plain) in [(CONTENT_ENCODING, "identity"), (TRANSFER_ENCODING, "chunked")] {
        let encoding = text(name.clone()).unwrap_or_default();
        if !encoding.is_empty() && !encoding.eq_ignore_ascii_case(plain) {
            return unsupported(&format!(
                "the body has the {name} \"{encoding}\": send it without compression"
            ));
        }
    }
    None
}

/// The declared charset, if a reader that follows it would read another text than UTF-8.
fn other_charset(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let charset = kind.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })?;
    let charset = charset.trim().trim_matches('"').to_ascii_lowercase();
    let is_utf_8 = ["utf-8", "utf8"].contains(&charset.as_str());
    // These have the bytes of ASCII in common with UTF-8.
    let has_ascii = ["us-ascii", "ascii", "iso-8859-", "latin", "windows-125"]
        .iter()
        .any(|family| charset.starts_with(family));
    let is_read_as_utf_8 = is_utf_8 || (has_ascii && body.is_ascii());
    (!is_read_as_utf_8).then_some(charset)
}

/// The answer if there is no prediction. No response of the API has its status.
fn no_prediction(why: &str) -> Made {
    let status = StatusCode::from_u16(NoResponse::STATUS).unwrap_or_default();
    let mut made = answer(None, problem(status, why));
    made.stored.evidence = "none".into();
    "answer".clone_into(&mut made.stored.undecided);
    with_evidence(made)
}

/// Adds the headers about the evidence of an answer.
fn with_evidence(mut made: Made) -> Made {
    let evidence = match &made.stored.evidence {
        Cow::Borrowed(text) => Ok(HeaderValue::from_static(text)),
        Cow::Owned(text) => HeaderValue::try_from(text),
    };
    for (name, value) in [
        (EVIDENCE, evidence),
        (UNDECIDED, HeaderValue::try_from(&made.stored.undecided)),
    ] {
        if let Ok(value) = value
            && !value.is_empty()
        {
            made.headers.insert(name, value);
        }
    }
    made
}

/// The predicted answer, or the reason why there is none.
fn of_prediction(predicted: Predicted, always_200: bool) -> Made {
    let mut made = match predicted.response {
        Ok(response) => {
            let status = if always_200 { 200 } else { response.status };
            let status = StatusCode::from_u16(status).unwrap_or_default();
            let evidence = response.evidence_header();
            let undecided = response.undecided.join(", ");
            let mut made = answer(None, reply::with_body(status, JSON, response.body));
            made.stored.evidence = evidence;
            made.stored.undecided = undecided;
            with_evidence(made)
        }
        Err(none) => no_prediction(&none.why),
    };
    let stored = &mut made.stored;
    stored.endpoint = Some(predicted.endpoint);
    stored.keys = predicted.keys;
    stored.found = predicted.findings.len();
    let is_problem = |finding: &&Finding| finding.severity != Severity::Advice;
    stored.problems = predicted.findings.iter().filter(is_problem).count();
    stored.findings = predicted.findings;
    if stored.found > MOST_FINDINGS {
        stored.findings.truncate(MOST_FINDINGS);
        stored.findings.shrink_to_fit();
    }
    stored.records = predicted.records;
    stored.tenant = predicted.tenant;
    made
}
