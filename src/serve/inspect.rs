//! The paths below `/_geplint/`: the page and its data.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONNECTION, CONTENT_DISPOSITION, HeaderValue, LOCATION};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout_at};

use super::api::LONG;
use super::body::{self, NoBody};
use super::calls::{Call, Calls, Headers};
use super::clock::rfc_3339;
use super::engine::{Engine, NoResponse, Predicted, Tried};
use super::har::{self, HarCall};
use super::log::{Summary, millis};
use super::page;
use super::reply::{self, Aborted, Reply, document, problem, problem_at};
use super::request_origin::is_from_here;
use super::server::Server;
use super::stream::Link;
use crate::finding::Finding;
use crate::report::formats::json::rows;
use crate::report::{FileReport, Source};
use crate::tenant::ChangedContact;

/// The start of all paths of the server itself.
pub const PREFIX: &str = "/_geplint";

/// The default number of listed calls.
const LISTED: usize = 1000;

/// The maximum time that a request for later calls waits.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// The maximum of shown bytes of a body.
const SHOWN_BYTES: usize = 8 << 20;

/// The maximum of shown findings of a body.
const SHOWN_FINDINGS: usize = 1000;

/// The maximum of shown contacts with changes.
const SHOWN_CONTACTS: usize = 1000;

#[derive(Serialize)]
struct CallList<'a> {
    calls: Vec<Summary<'a>>,
    last: u64,
    forgotten: u64,
    resets: u64,
}

#[derive(Serialize)]
struct CallDetail<'a, F> {
    call: Summary<'a>,
    request: Sent<'a>,
    response: Got<'a>,
    findings: F,
    #[serde(rename = "findingsTotal")]
    total: usize,
    undecided: &'a str,
}

#[derive(Serialize)]
struct Sent<'a> {
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, String)>,
    body: String,
    truncated: bool,
}

#[derive(Serialize)]
struct Got<'a> {
    status: u16,
    headers: Vec<(&'a str, String)>,
    body: String,
    truncated: bool,
}

#[derive(Serialize, Default)]
struct TryDetail<F> {
    endpoint: Option<String>,
    status: Option<u16>,
    response: Option<String>,
    /// The reason for a missing response.
    why: Option<String>,
    evidence: Option<Cow<'static, str>>,
    undecided: Vec<&'static str>,
    findings: F,
    #[serde(rename = "findingsTotal")]
    total: usize,
    candidates: Vec<String>,
}

#[derive(Serialize)]
struct EndpointLine<'a> {
    id: &'a str,
    title: &'a str,
    method: &'a str,
    path: &'a str,
    /// All its paths, in lower case.
    paths: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TenantDetail<'a> {
    /// `none`, `file` or `sent`.
    source: &'static str,
    text: Option<&'a str>,
    lists: Vec<List<'a>>,
    changed_by_calls: u64,
    changed_contacts: Vec<ContactLine<'a>>,
    changed_contacts_total: usize,
}

#[derive(Serialize)]
struct List<'a> {
    name: &'static str,
    entries: usize,
    files: &'a [String],
    incomplete: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactLine<'a> {
    /// In lower case, as they are compared.
    codes: Vec<&'a str>,
    /// In lower case, as they are compared.
    users: Vec<&'a str>,
    exists: Option<bool>,
    active: Option<bool>,
    lobs: Vec<&'a str>,
    /// `added`, `replaced` or `unknown`; `None` if no call has changed them.
    lobs_change: Option<&'static str>,
}

impl<'a> From<ChangedContact<'a>> for ContactLine<'a> {
    fn from(contact: ChangedContact<'a>) -> Self {
        Self {
            codes: contact.codes,
            users: contact.users,
            exists: contact.there,
            active: contact.active,
            lobs: contact.lobs,
            lobs_change: contact.lobs_change,
        }
    }
}

/// Answers a request to a path of the server itself.
///
/// Errors: the connection was closed.
pub async fn request(
    server: &Arc<Server>,
    request: Request<Incoming>,
    host: &str,
    link: &Link,
) -> Result<Reply, Aborted> {
    let (parts, incoming) = request.into_parts();
    let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let methods: &[Method] = match path {
        "" | "/" | "/api/calls" | "/api/endpoints" | "/har" => &[Method::GET, Method::HEAD],
        "/api/try" | "/reset" => &[Method::POST],
        "/tenant" => &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE],
        path if path.starts_with("/api/calls/") => &[Method::GET, Method::HEAD],
        _ => {
            return Ok(problem(
                StatusCode::NOT_FOUND,
                "there is no such path; the page is at /_geplint/",
            ));
        }
    };
    if !methods.contains(&parts.method) {
        let methods = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let why = format!("this path takes {methods}");
        let mut reply = problem(StatusCode::METHOD_NOT_ALLOWED, &why);
        if let Ok(methods) = HeaderValue::try_from(methods) {
            reply.headers_mut().insert(ALLOW, methods);
        }
        return Ok(reply);
    }
    let is_safe = parts.method == Method::GET || parts.method == Method::HEAD;
    if !is_safe && !is_from_here(&parts.headers, &format!("{}://{host}", server.scheme)) {
        let why =
            "this is a request from a page of another site: send no Origin header, or that of this server";
        return Ok(problem(StatusCode::FORBIDDEN, why));
    }
    let body = match body::read(
        &parts.headers,
        incoming,
        (server.max_body, server.patience),
        &server.reading,
        link,
    )
    .await
    {
        Ok(body) => body,
        Err(NoBody::Broken) => return Err(Aborted),
        Err(why) => return Ok(no_body(why)),
    };
    Ok(answer(server, path, &parts, body).await)
}

async fn answer(server: &Arc<Server>, path: &str, parts: &Parts, body: Bytes) -> Reply {
    let query = parts.uri.query().unwrap_or_default();
    match path {
        "" => {
            let mut reply = problem(StatusCode::PERMANENT_REDIRECT, "the page is at /_geplint/");
            reply
                .headers_mut()
                .insert(LOCATION, HeaderValue::from_static("/_geplint/"));
            reply
        }
        "/" => page::page(&server.policy),
        "/api/endpoints" => endpoints(server),
        "/api/calls" => calls(server, query).await,
        "/api/try" => try_out(server, query, body).await,
        "/har" => saved(server).await,
        "/reset" => {
            let mut engine = server.engine.lock().await;
            engine.reset();
            server.calls.clear();
            server.faults.restart();
            kept(engine).await
        }
        "/tenant" if parts.method == Method::PUT => set_tenant(server, &body).await,
        "/tenant" if parts.method == Method::DELETE => {
            let mut engine = server.engine.lock().await;
            engine.clear_tenant();
            kept(engine).await
        }
        "/tenant" => tenant(&*server.engine.lock().await),
        path => match path.strip_prefix("/api/calls/").and_then(|seq| seq.parse().ok()) {
            Some(seq) => call(&server.calls, seq).await,
            None => problem(
                StatusCode::NOT_FOUND,
                "expected the number of a call, as in /_geplint/api/calls/1",
            ),
        },
    }
}

fn no_body(why: NoBody) -> Reply {
    let (status, text) = match why {
        NoBody::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large (--max-body)",
        ),
        NoBody::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
        NoBody::Busy | NoBody::Broken => (
            StatusCode::SERVICE_UNAVAILABLE,
            "too many large bodies are being received",
        ),
    };
    let mut reply = problem(status, text);
    reply
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}

/// The value of a parameter of a query.
fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn endpoints(server: &Server) -> Reply {
    let lines = server.rules.endpoints().map(|endpoint| EndpointLine {
        id: &endpoint.id,
        title: &endpoint.title,
        method: &endpoint.method,
        path: &endpoint.path,
        paths: server.routes.of(&endpoint.id),
    });
    document(&lines.collect::<Vec<_>>())
}

/// The calls after a number. If there is none yet, waits for one.
async fn calls(server: &Server, query: &str) -> Reply {
    let number = |name: &str, default: u64| match parameter(query, name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| format!("{name}={text}: expected a whole number")),
    };
    let numbers =
        number("after", 0).and_then(|after| Ok((after, number("limit", LISTED as u64)?, number("wait", 0)?)));
    let (after, limit, wait) = match numbers {
        Ok(numbers) => numbers,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
    let until = Instant::now() + Duration::from_secs(wait).min(LONGEST_WAIT);
    let (mut later, mut stopping) = (server.calls.watch(), server.stopping.subscribe());
    loop {
        later.borrow_and_update();
        let listed = server.calls.after(after, limit);
        let is_stopping = *stopping.borrow_and_update();
        // After a reset or a restart of the server, the page sends a higher number than the server has.
        if !listed.calls.is_empty() || listed.last < after || is_stopping || Instant::now() >= until {
            return document(&CallList {
                calls: listed.calls.iter().map(|call| Summary::new(call)).collect(),
                last: listed.last,
                forgotten: listed.forgotten,
                resets: listed.resets,
            });
        }
        let _ = timeout_at(until, async {
            tokio::select! {
                _ = later.changed() => {}
                _ = stopping.changed() => {}
            }
        })
        .await;
    }
}

async fn call(calls: &Calls, seq: u64) -> Reply {
    let Some(call) = calls.get(seq) else {
        return problem(
            StatusCode::NOT_FOUND,
            "there is no such call, or it is no longer stored",
        );
    };
    let size = call.body.len() + call.answer.body.len();
    aside(size, move || detail(&call)).await
}

/// Makes a reply, on another thread if it concerns many bytes, so that no other request waits for it.
async fn aside(bytes: usize, work: impl FnOnce() -> Reply + Send + 'static) -> Reply {
    if bytes <= LONG {
        return work();
    }
    let reply = tokio::task::spawn_blocking(work).await;
    reply.unwrap_or_else(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "this is a bug in geplint"))
}

fn detail(call: &Call) -> Reply {
    let (body, truncated) = shown(&call.body);
    let request = Sent {
        method: call.method.as_str(),
        path: &call.path,
        headers: headers(&call.headers),
        body,
        truncated,
    };
    let (body, truncated) = shown(&call.answer.body);
    let response = Got {
        status: call.answer.status,
        headers: headers(&call.answer.headers),
        body,
        truncated,
    };
    let findings = reported(&call.body, &call.answer.findings, call.answer.records);
    let name = format!("request {}", call.seq);
    let source = Source::new(&name, &call.body);
    document(&CallDetail {
        call: Summary::new(call),
        request,
        response,
        // A report merges some findings.
        total: findings.len() + (call.answer.found - call.answer.findings.len()),
        findings: rows(&source, findings.get(..SHOWN_FINDINGS).unwrap_or(&findings)),
        undecided: &call.answer.undecided,
    })
}

/// The calls as a HAR file.
async fn saved(server: &Arc<Server>) -> Reply {
    let (is_restored, elsewhere) = {
        let engine = server.engine.lock().await;
        let facts = engine.facts();
        let elsewhere = facts.text.clone().filter(|_| facts.whole_text().is_none());
        (engine.is_restored(), elsewhere)
    };
    let server = Arc::clone(server);
    let work = move || {
        let kept = server.calls.after(0, usize::MAX);
        let comment = incomplete(kept.forgotten, is_restored, elsewhere.as_deref());
        let mut met: Option<&Arc<str>> = None;
        let mut text = har::open(comment.as_deref());
        for (index, call) in kept.calls.iter().enumerate() {
            if index > 0 {
                text.push_str(",\n");
            }
            let mut entry = har_call(call, server.scheme);
            if let Some(tenant) = &call.answer.tenant {
                // Facts that are received again delete the changes by calls, even if they are the same.
                let is_met = met.replace(tenant).is_some_and(|met| Arc::ptr_eq(met, tenant));
                entry.tenant = Some(&**tenant).filter(|_| !is_met);
            }
            text.push_str(&har::entry(&entry));
        }
        text.push_str(har::close());
        reply::text(StatusCode::OK, reply::JSON, text)
    };
    let mut reply = aside(usize::MAX, work).await;
    let name = HeaderValue::try_from(format!("attachment; filename=\"{}\"", har::FILE_NAME));
    if let Ok(name) = name {
        reply.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    reply
}

/// Describes dependencies of the predictions that are not in the HAR file. `elsewhere` is a tenant file that refers to other
/// files.
fn incomplete(forgotten: u64, is_restored: bool, elsewhere: Option<&str>) -> Option<String> {
    let earlier = match (forgotten, is_restored) {
        (0, false) => None,
        (0, true) => Some("changes by earlier calls were read from a file (--state)".to_owned()),
        (1, _) => Some("1 earlier call is no longer stored".to_owned()),
        (forgotten, _) => Some(format!("{forgotten} earlier calls are no longer stored")),
    };
    let earlier =
        earlier.map(|earlier| format!("{earlier}; predictions in this file may depend on their changes"));
    let facts = elsewhere.map(|text| {
        let digest = Sha256::digest(text).iter().fold(String::new(), |mut digest, byte| {
            // Writing to a string cannot fail.
            let _ = write!(digest, "{byte:02x}");
            digest
        });
        format!(
            "the predictions depend on facts of the tenant that are not in this file, because they are in other files than the \
             tenant file; give geplint verify the same --tenant (SHA-256 {digest})"
        )
    });
    let parts: Vec<String> = earlier.into_iter().chain(facts).collect();
    (!parts.is_empty()).then(|| parts.join(". "))
}

fn har_call<'c>(call: &'c Call, scheme: &str) -> HarCall<'c> {
    HarCall {
        seq: call.seq,
        time: rfc_3339(call.time),
        millis: millis(call),
        method: call.method.as_str(),
        url: format!("{scheme}://{}{}", call.host, call.path),
        headers: headers(&call.headers),
        body: &call.body,
        endpoint: call.answer.endpoint.as_deref(),
        evidence: &call.answer.evidence,
        tenant: None,
        fault: call.answer.fault.map(|fault| fault.name()),
        status: call.answer.status,
        response_headers: headers(&call.answer.headers),
        response: &call.answer.body,
    }
}

/// The findings, as in a report.
fn reported(body: &[u8], findings: &[Finding], records: u32) -> Vec<Finding> {
    let report = FileReport::new("request".as_ref(), body, findings.to_vec(), records);
    report.findings.into_owned()
}

fn headers(headers: &Headers) -> Vec<(&str, String)> {
    headers
        .iter()
        .map(|(name, value)| (name, value.into_owned()))
        .collect()
}

/// The text of a body, and true if it is truncated.
fn shown(body: &[u8]) -> (String, bool) {
    let mut end = body.len().min(SHOWN_BYTES);
    let truncated = end < body.len();
    // At the start of a character.
    while truncated && end > 0 && body.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    let text = String::from_utf8_lossy(body.get(..end).unwrap_or_default());
    (text.into_owned(), truncated)
}

/// Predicts a response without changing anything.
async fn try_out(server: &Arc<Server>, query: &str, body: Bytes) -> Reply {
    let endpoint = match parameter(query, "endpoint").filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => match server.rules.endpoint(id) {
            Some(endpoint) => Some(endpoint),
            None => return problem(StatusCode::NOT_FOUND, &format!("there is no endpoint \"{id}\"")),
        },
    };
    let mut engine = Arc::clone(&server.engine).lock_owned().await;
    let always_200 = server.always_200;
    aside(body.len(), move || {
        let tried = engine.try_out(&body, endpoint);
        drop(engine);
        match tried {
            Tried::Predicted(predicted) => tried_out(*predicted, &body, always_200),
            Tried::OneOf(candidates) => document(&TryDetail::<[(); 0]> {
                why: Some(format!(
                    "it fits several endpoints, {}: select one",
                    candidates.join(" or ")
                )),
                candidates,
                ..TryDetail::default()
            }),
            Tried::Unknown(why) => document(&TryDetail::<[(); 0]> {
                why: Some(why),
                ..TryDetail::default()
            }),
        }
    })
    .await
}

fn tried_out(predicted: Predicted, body: &[u8], always_200: bool) -> Reply {
    let findings = reported(body, &predicted.findings, predicted.records);
    let source = Source::new("request", body);
    let mut detail = TryDetail {
        endpoint: Some(predicted.endpoint.into_owned()),
        status: None,
        response: None,
        why: None,
        evidence: None,
        undecided: Vec::new(),
        total: findings.len(),
        findings: rows(&source, findings.get(..SHOWN_FINDINGS).unwrap_or(&findings)),
        candidates: Vec::new(),
    };
    match predicted.response {
        Ok(response) => {
            detail.status = Some(if always_200 { 200 } else { response.status });
            detail.response = Some(String::from_utf8_lossy(&response.body).into_owned());
            detail.evidence = Some(response.evidence_header());
            detail.undecided = response.undecided;
        }
        Err(none) => {
            detail.status = Some(NoResponse::STATUS);
            detail.why = Some(none.why);
        }
    }
    document(&detail)
}

async fn set_tenant(server: &Server, body: &[u8]) -> Reply {
    let Ok(text) = str::from_utf8(body) else {
        return problem(StatusCode::BAD_REQUEST, "the tenant file is not UTF-8");
    };
    let mut engine = server.engine.lock().await;
    if let Err(error) = engine.set_tenant(text) {
        return problem_at(StatusCode::BAD_REQUEST, &error.message, Some(error.position));
    }
    kept(engine).await
}

/// The tenant's facts, after they are on disk.
async fn kept(engine: tokio::sync::MutexGuard<'_, Engine>) -> Reply {
    let (mark, reply) = (engine.mark(), tenant(&engine));
    drop(engine);
    match mark {
        None => reply,
        Some(mark) => match mark.reached().await {
            Ok(()) => reply,
            Err(why) => problem(StatusCode::INTERNAL_SERVER_ERROR, &why),
        },
    }
}

fn tenant(engine: &Engine) -> Reply {
    let facts = engine.facts();
    let (changes, changed_by_calls) = engine.changes();
    let lists = facts.tenant.loaded().iter().map(|list| List {
        name: list.fact.name(),
        entries: list.entries,
        files: &list.files,
        incomplete: list.incomplete.as_deref(),
    });
    document(&TenantDetail {
        source: match (&facts.text, facts.sent) {
            (None, _) => "none",
            (Some(_), false) => "file",
            (Some(_), true) => "sent",
        },
        text: facts.text.as_deref(),
        lists: lists.collect(),
        changed_by_calls,
        changed_contacts: changes
            .contacts(SHOWN_CONTACTS)
            .into_iter()
            .map(ContactLine::from)
            .collect(),
        changed_contacts_total: changes.len(),
    })
}
