//! Predicts the response to one request after the other, and keeps their changes.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use hyper::body::Bytes;

use super::calls::MOST_KEYS;
use super::state_file::{Journal, Mark};
use crate::finding::{Evidence, Finding, Wording};
use crate::predict::Prediction;
use crate::recognize::Standard;
use crate::response_document;
use crate::rules::{Candidate, Endpoint, Ruleset};
use crate::sanitize;
use crate::session::{EarlierCalls, Outcome, Request, Session};
use crate::source::{Position, Source};
use crate::tenant::{self, Tenant, TenantChanges, TenantError};

/// The rules, which live as long as the process.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The endpoints and shapes by which a body is recognized.
    pub candidates: &'static [Candidate<'static>],
}

impl Rules {
    /// Keeps the rules until the process ends: every call needs them, and they are never replaced.
    pub fn new(rules: Ruleset) -> Self {
        let rules: &'static Ruleset = Box::leak(Box::new(rules));
        Self {
            candidates: rules.candidates().leak(),
        }
    }

    /// The endpoint with this id.
    pub fn endpoint(self, id: &str) -> Option<&'static Endpoint> {
        self.candidates.iter().find(|known| known.id() == id)?.endpoint()
    }

    /// All endpoints.
    pub fn endpoints(self) -> impl Iterator<Item = &'static Endpoint> {
        self.candidates.iter().filter_map(Candidate::endpoint)
    }
}

/// The facts of a tenant file.
#[derive(Debug, Clone, Default)]
pub struct TenantFacts {
    /// The facts.
    pub tenant: Arc<Tenant>,
    /// The text of the file.
    pub text: Option<Arc<str>>,
    /// True if the text was received over HTTP.
    pub sent: bool,
}

impl TenantFacts {
    /// The text, if it states the facts without any other file.
    pub fn whole_text(&self) -> Option<Arc<str>> {
        let mut lists = self.tenant.loaded().iter();
        self.text
            .clone()
            .filter(|_| lists.all(|list| list.files.is_empty()))
    }
}

/// The result for a request.
#[derive(Debug)]
pub struct Predicted {
    /// The id of the endpoint.
    pub endpoint: Cow<'static, str>,
    /// The predicted response, or the reason why there is none.
    pub response: Result<Response, NoResponse>,
    /// The keys of the records, in the order of the response.
    pub keys: Vec<String>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// The number of records.
    pub records: u32,
    /// The text of the tenant file, if it states all facts that the prediction depends on: it names no other files.
    pub tenant: Option<Arc<str>>,
}

/// A predicted response.
#[derive(Debug)]
pub struct Response {
    /// 200 or 400.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// `no-error`, or the weakest evidence of an error in it.
    pub evidence: &'static str,
    /// True if the text of an error in it is a guess.
    pub guessed_words: bool,
    /// The causes that could change it: names of facts, `order`, `shape`.
    pub undecided: Vec<&'static str>,
}

impl Response {
    /// The value of the evidence header.
    pub fn evidence_header(&self) -> Cow<'static, str> {
        if self.guessed_words {
            format!("{}; wording=inferred", self.evidence).into()
        } else {
            self.evidence.into()
        }
    }
}

/// The reason for a missing response.
#[derive(Debug)]
pub struct NoResponse {
    /// The error with its position.
    pub why: String,
}

impl NoResponse {
    /// The HTTP status. The API has no response with it, so that no client takes it for a prediction.
    pub const STATUS: u16 = 501;
}

/// The message for a received tenant file without facts. If its line breaks were lost, the comment at its start includes all of
/// it.
const NO_FACTS: &str = "the text states no list, such as contacts = [\"C-1\"]; curl keeps its line breaks with --data-binary, not with \
                        -d; DELETE removes all facts";

/// The result for a body, possibly without an endpoint.
#[derive(Debug)]
pub enum Tried {
    /// It was checked.
    Predicted(Box<Predicted>),
    /// It fits several endpoints.
    OneOf(Vec<String>),
    /// It fits none, with the reason.
    Unknown(String),
}

/// Predicts the response to one request after the other.
#[derive(Debug)]
pub struct Engine {
    rules: Rules,
    /// The facts of the tenant file at the start.
    first: TenantFacts,
    facts: TenantFacts,
    earlier: EarlierCalls,
    /// The number of calls that changed anything.
    changed: u64,
    email_codes: bool,
    journal: Option<Journal>,
    /// True if changes were read from a journal.
    is_restored: bool,
}

impl Engine {
    /// Starts with the facts of a tenant file, and with the changes in a journal.
    ///
    /// Errors: the journal cannot be read.
    pub fn new(
        rules: Rules,
        first: TenantFacts,
        email_codes: bool,
        journal: Option<Journal>,
    ) -> Result<Self, String> {
        let mut engine = Self {
            rules,
            facts: first.clone(),
            first,
            earlier: EarlierCalls::default(),
            changed: 0,
            email_codes,
            journal: None,
            is_restored: false,
        };
        if let Some(mut journal) = journal {
            let earlier = mem::take(&mut journal.earlier);
            engine.is_restored = earlier.tenant.is_some() || !earlier.effects.is_empty();
            if let Some(text) = earlier.tenant {
                engine.facts = engine.read(&text).map_err(|error| error.message)?;
            }
            for effects in earlier.effects {
                engine.earlier.changes.replay(&engine.facts.tenant, effects);
                engine.changed += 1;
            }
            engine.journal = Some(journal);
        }
        Ok(engine)
    }

    /// Predicts the response to a request and keeps its changes. Without a prediction there are none.
    pub fn accept(&mut self, body: &[u8], endpoint: &'static Endpoint) -> Predicted {
        let tenant = Arc::clone(&self.facts.tenant);
        let earlier = mem::take(&mut self.earlier);
        let mut session = Session::call(self.rules.candidates, &tenant, earlier);
        let mut predicted = predicted(session.request(body, endpoint, true), body);
        predicted.tenant = self.facts.whole_text();
        let (earlier, effects) = session.ended(predicted.response.is_ok());
        self.earlier = earlier;
        if !effects.is_empty() {
            self.changed += 1;
            if let Some(journal) = &mut self.journal {
                journal.add(&effects);
            }
        }
        predicted
    }

    /// Predicts a response without changing anything. Without an endpoint, the body is recognized.
    pub fn try_out(&mut self, body: &[u8], endpoint: Option<&'static Endpoint>) -> Tried {
        let tenant = Arc::clone(&self.facts.tenant);
        let earlier = mem::take(&mut self.earlier);
        let mut session = Session::call(self.rules.candidates, &tenant, earlier);
        let outcome = match endpoint {
            Some(endpoint) => Outcome::Checked(session.request(body, endpoint, true)),
            None => session.file_as(body, true, Standard::Named),
        };
        self.earlier = session.ended(false).0;
        match outcome {
            Outcome::Checked(request) => Tried::Predicted(Box::new(predicted(request, body))),
            Outcome::NotJson(finding) => Tried::Unknown(format!("not JSON: {}", of_body(&finding.message))),
            Outcome::OneOf(ids) => Tried::OneOf(ids),
            Outcome::Weak(why) => Tried::Unknown(why),
            Outcome::Unrecognized(why) => Tried::Unknown(why.to_owned()),
        }
    }

    /// The facts of the current tenant file.
    pub fn facts(&self) -> &TenantFacts {
        &self.facts
    }

    /// The changes by calls, and the number of calls that changed anything.
    pub fn changes(&self) -> (&TenantChanges, u64) {
        (&self.earlier.changes, self.changed)
    }

    /// Deletes all changes, and goes back to the tenant file of the start.
    pub fn reset(&mut self) {
        self.replace(self.first.clone());
    }

    /// Replaces the tenant file, and deletes all changes.
    ///
    /// Errors: the first mistake in the text, or it states nothing.
    pub fn set_tenant(&mut self, text: &str) -> Result<(), TenantError> {
        let facts = self.read(text)?;
        let tenant = &facts.tenant;
        if tenant.loaded().is_empty() && tenant.allows_update_for_inactive_users().is_none() {
            return Err(TenantError {
                file: None,
                position: Position::START,
                message: NO_FACTS.to_owned(),
            });
        }
        self.replace(facts);
        Ok(())
    }

    /// Deletes all facts of the tenant, and the changes by calls.
    pub fn clear_tenant(&mut self) {
        self.replace(TenantFacts {
            text: Some("".into()),
            sent: true,
            ..TenantFacts::default()
        });
    }

    fn replace(&mut self, facts: TenantFacts) {
        if let Some(journal) = &mut self.journal {
            journal.restart(facts.text.as_deref().filter(|_| facts.sent));
        }
        self.is_restored = false;
        self.facts = facts;
        self.earlier = EarlierCalls::default();
        self.changed = 0;
    }

    /// True if changes were read from a journal, so that the stored calls do not explain them.
    pub const fn is_restored(&self) -> bool {
        self.is_restored
    }

    fn read(&self, text: &str) -> Result<TenantFacts, TenantError> {
        let mut none =
            |_: &str| Err("a list in a file cannot be read here: write the list into the text".to_owned());
        let tenant = tenant::load(text, &mut none)?;
        Ok(TenantFacts {
            tenant: Arc::new(if self.email_codes {
                tenant.with_email_codes()
            } else {
                tenant
            }),
            text: Some(text.into()),
            sent: true,
        })
    }

    /// The entries that must be on disk before the last response is sent; `None` without a journal.
    pub fn mark(&self) -> Option<Mark> {
        self.journal.as_ref().map(Journal::mark)
    }
}

fn predicted(request: Request<'_>, body: &[u8]) -> Predicted {
    let endpoint = request.endpoint;
    let response = request.predict();
    let keys = response.as_ref().map(keys).unwrap_or_default();
    let response = match response {
        Ok(prediction) => Ok(Response {
            status: if prediction.envelope.status_code == "200" {
                200
            } else {
                400
            },
            // Of exactly its size, since it is stored.
            body: response_document::document(&prediction.envelope)
                .into_bytes()
                .into_boxed_slice()
                .into(),
            evidence: evidence(&request, &prediction),
            guessed_words: guessed_words(&request, &prediction),
            undecided: undecided(&prediction),
        }),
        Err(index) => Err(no_response(&request, index, body)),
    };
    Predicted {
        endpoint: endpoint.id.clone(),
        response,
        keys,
        findings: request.checked.findings,
        records: request.checked.records,
        tenant: None,
    }
}

fn keys(prediction: &Prediction) -> Vec<String> {
    let refused = prediction.envelope.error_details.iter().map(|detail| &detail.key);
    let taken = prediction
        .envelope
        .success_details
        .iter()
        .map(|detail| &detail.key);
    refused.chain(taken).take(MOST_KEYS).cloned().collect()
}

/// The findings whose errors are in the response.
fn error_findings<'p>(
    request: &'p Request<'_>,
    prediction: &'p Prediction,
) -> impl Iterator<Item = &'p Finding> {
    let findings = &request.checked.findings;
    prediction
        .error_findings
        .iter()
        .filter_map(|index| findings.get(*index))
}

fn evidence(request: &Request<'_>, prediction: &Prediction) -> &'static str {
    let weakest: Option<Evidence> = error_findings(request, prediction)
        .map(|finding| finding.evidence)
        .max();
    weakest.map_or("no-error", Evidence::word)
}

fn guessed_words(request: &Request<'_>, prediction: &Prediction) -> bool {
    let mut words = error_findings(request, prediction).filter_map(|finding| finding.predicted.as_ref());
    words.any(|said| said.wording == Wording::Inferred)
}

/// The causes that could change the response. `shape`: no documented response of the endpoint has both valid and invalid
/// records.
fn undecided(prediction: &Prediction) -> Vec<&'static str> {
    let shape = prediction.mixed.then_some("shape");
    prediction.depends.names().chain(shape).collect()
}

/// The message of a finding, adapted to a body that is not a file.
fn of_body(message: &str) -> Cow<'_, str> {
    let about = message.strip_prefix("not JSON: ").unwrap_or(message);
    match about.strip_prefix("the file ") {
        Some(rest) => format!("the body {rest}").into(),
        None => message.into(),
    }
}

fn no_response(request: &Request<'_>, index: usize, body: &[u8]) -> NoResponse {
    let Some(finding) = request.checked.findings.get(index) else {
        return NoResponse {
            why: "the request has no record, and the response of the API to that is not documented"
                .to_owned(),
        };
    };
    let at = Source::new("", body).position(finding.span.start);
    let message = of_body(&finding.message);
    let place = format!(
        "line {}, column {}: {}",
        at.line,
        at.column,
        sanitize::escape(&message)
    );
    NoResponse {
        why: if finding.is_undocumented() {
            format!("the response of the API is not documented: {place}")
        } else {
            format!("the body is not valid JSON, and the response of the API to that is not known: {place}")
        },
    }
}
