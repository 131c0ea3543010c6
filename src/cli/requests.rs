//! Requests in containers, as `check` and `predict` see them: which are for a known endpoint, and what is found in them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::OnceLock;

use super::args::KnowledgeArgs;
use super::inputs::Knowledge;
use super::routes::{Others, routes};
use super::settings::Project;
use crate::containers::{self, Body, Container, Format, Request, Variables, variables};
use crate::finding::{Finding, Span};
use crate::lint::unknown_values;
use crate::placeholders::{Scope, Template};
use crate::recognize::Standard;
use crate::rules::Endpoint;
use crate::session::{self, Session};
use crate::verify::routes::{Miss, Routes};

/// What finds the requests in containers.
pub struct Requests<'a> {
    args: &'a KnowledgeArgs,
    project: &'a Project,
    known: &'a Knowledge,
    others: &'a Others,
    /// Most runs meet no container.
    routes: OnceLock<Routes<'a>>,
}

/// A request of a container that is for a known endpoint, checked.
pub struct Part<'r> {
    /// Its name.
    pub name: String,
    /// What was found, with places in the container.
    pub request: session::Request<'r>,
    /// The bytes of the container that its body comes from.
    pub span: Span,
}

/// What came of a container.
#[derive(Default)]
pub struct Parts<'r> {
    /// The requests for known endpoints, in the order of the file.
    pub parts: Vec<Part<'r>>,
    /// Requests that may be meant for one, each with the reason why they are not checked.
    pub passed_over: Vec<(String, String)>,
    /// How many requests are for nothing that is known.
    pub others: usize,
    /// The placeholders in the parts whose values are not known.
    unknown: Vec<String>,
    /// The part that has the first of them, and its place.
    first_unknown: Option<(usize, Span)>,
}

/// What a request is taken for.
enum Target<'r> {
    Endpoint(&'r Endpoint),
    /// Its URL is not known before its variables are.
    Unclear,
    /// Something else, and why, where that is worth a line.
    Other(Option<String>),
}

impl<'a> Requests<'a> {
    pub const fn new(
        args: &'a KnowledgeArgs,
        project: &'a Project,
        known: &'a Knowledge,
        others: &'a Others,
    ) -> Self {
        Self {
            args,
            project,
            known,
            others,
            routes: OnceLock::new(),
        }
    }

    /// Reads a container, if a file is one; the message says why it cannot be read.
    pub fn container(path: &Path, bytes: &[u8]) -> Option<(Format, Result<Container, String>)> {
        let format = containers::detect(path, bytes)?;
        Some((format, containers::read(format, bytes)))
    }

    /// Checks the requests of a container that are for known endpoints.
    pub fn check<'r>(&self, container: &Container, session: &mut Session<'r>, outcomes: bool) -> Parts<'r> {
        let variables = container.variables.and(&self.known.variables);
        let mut all = Parts::default();
        for request in &container.requests {
            let (text, fixable) = match &request.body {
                Body::Text { text, fixable } if !text.text().trim().is_empty() => (text, *fixable),
                _ => {
                    all.others += 1;
                    continue;
                }
            };
            let target = self.target(request, &variables, session);
            if let Target::Other(why) = target {
                match why {
                    Some(why) => all.passed_over.push((request.name.clone(), why)),
                    None => all.others += 1,
                }
                continue;
            }
            let body = variables.filled_in(text);
            let endpoint = match target {
                Target::Endpoint(endpoint) => Some(endpoint),
                _ => session.recognized(body.text().as_bytes(), Standard::Found),
            };
            let Some(endpoint) = endpoint else {
                all.others += 1;
                continue;
            };
            let template = Template::of(body.text(), Scope::AnyPart);
            let mut checked = session.template(body.text(), endpoint, outcomes);
            for finding in &mut checked.checked.findings {
                body.move_back(finding, fixable);
            }
            if let Some(template) = &template {
                all.unknown
                    .extend(template.names().into_iter().map(str::to_owned));
                let place = template.first().map(|first| body.span(first));
                if let (None, Some(place)) = (all.first_unknown, place) {
                    all.first_unknown = Some((all.parts.len(), place));
                }
            }
            all.parts.push(Part {
                name: request.name.clone(),
                request: checked,
                span: text.file_span(),
            });
        }
        all
    }

    /// What a request is for, by its method and its URL.
    fn target<'r>(&self, request: &Request, variables: &Variables, session: &Session<'r>) -> Target<'r> {
        let routes = self
            .routes
            .get_or_init(|| routes(self.args, self.project, self.known, self.others));
        let url = variables.filled(&request.url);
        let miss = match routes.endpoint(&request.method, &url) {
            Ok(found) if found.by_url || holds_json(&request.body) => {
                return session
                    .endpoint(found.endpoint)
                    .map_or(Target::Other(None), Target::Endpoint);
            }
            Ok(_) => return Target::Other(None),
            Err(miss) => miss,
        };
        let mut segments = url
            .trim_end_matches('/')
            .rsplit('/')
            .map(variables::has_reference);
        match miss {
            Miss::Url | Miss::Base(_) if url.is_empty() || segments.next() == Some(true) => Target::Unclear,
            Miss::Base(_) if segments.next() == Some(true) => Target::Unclear,
            Miss::Base(base) => Target::Other(Some(format!(
                "its URL ends in the name of an endpoint, but begins with {base}: --base-path {base} if that is where \
                 the API is"
            ))),
            Miss::Url | Miss::Method | Miss::OtherEndpoint(_) => Target::Other(None),
        }
    }
}

impl Parts<'_> {
    /// Names the placeholders without a value, once a file: an advice in the first request that has one.
    pub fn advise(&mut self) {
        let Some((index, place)) = self.first_unknown else {
            return;
        };
        let mut seen = HashSet::new();
        let names: Vec<&str> = self
            .unknown
            .iter()
            .map(String::as_str)
            .filter(|name| seen.insert(*name))
            .collect();
        if let Some(Part { request, .. }) = self.parts.get_mut(index) {
            let advice = unknown_values(&names, place, &request.endpoint.id);
            request.checked.findings.push(advice);
        }
    }
}

/// Whether a body begins as JSON does.
fn holds_json(body: &Body) -> bool {
    match body {
        Body::Text { text, .. } => text.text().trim_start().starts_with(['[', '{']),
        Body::None | Body::File(..) => false,
    }
}

/// Takes the findings apart that are in the body of each part; `spans` are those of the parts, in order.
pub fn by_part(findings: Vec<Finding>, spans: &[Span]) -> Vec<Vec<Finding>> {
    let mut all: Vec<Vec<Finding>> = spans.iter().map(|_| Vec::new()).collect();
    for finding in findings {
        let after = spans.partition_point(|span| span.start <= finding.span.start);
        if let Some(own) = all.get_mut(after.saturating_sub(1)) {
            own.push(finding);
        }
    }
    all
}
