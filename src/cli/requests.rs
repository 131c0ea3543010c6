//! Requests in containers, for `check` and `predict`: selects those for a known endpoint, and checks them.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use super::args::KnowledgeArgs;
use super::inputs::Knowledge;
use super::payload::Payload;
use super::routes::{Others, routes};
use super::settings::Project;
use crate::containers::{self, Body, Container, ContainerKind, Request, Variables, variables};
use crate::finding::{Finding, Span};
use crate::input::read::explain;
use crate::input::{Entry, read};
use crate::lint::unknown_values;
use crate::mapped_text::MappedText;
use crate::placeholders::{Scope, Template};
use crate::recognize::Standard;
use crate::report::sanitize;
use crate::rules::Endpoint;
use crate::session::{self, Session};
use crate::verify::routes::{Miss, Routes};

/// Finds and checks the requests in containers.
pub struct Requests<'a> {
    args: &'a KnowledgeArgs,
    project: &'a Project,
    known: &'a Knowledge,
    others: &'a Others,
    /// The files of the run. A body in one of them is checked as that file.
    files: &'a [Entry],
    /// The maximum size of a file, in bytes.
    most: u64,
    /// Created for the first container, because most runs have none.
    routes: OnceLock<Routes<'a>>,
    /// The paths of the files, without links.
    entries: OnceLock<HashSet<PathBuf>>,
}

/// A checked request of a container, for a known endpoint.
pub struct Part<'r> {
    /// The name.
    pub name: String,
    /// The findings, with positions in the container.
    pub request: session::Request<'r>,
    /// The span of its body in the file.
    pub span: Span,
    /// The path and the text of the file with its body; `None` if the body is in the container.
    pub source: Option<(PathBuf, String)>,
    /// The bytes of the container that name this file; equal to `span` if there is none.
    #[cfg_attr(
        not(feature = "lsp"),
        allow(dead_code, reason = "only an editor shows such findings in the container")
    )]
    pub place: Span,
}

/// A request to check.
struct Chosen<'r> {
    name: String,
    endpoint: &'r Endpoint,
    body: MappedText,
    source: Option<(PathBuf, String)>,
    /// The bytes of the container that name the file of the body.
    name_span: Option<Span>,
    fixable: bool,
}

/// The result for a container.
#[derive(Default)]
pub struct Parts<'r> {
    /// The requests for known endpoints, in the order of the file.
    pub checked: Vec<Part<'r>>,
    /// The names of requests that may be for a known endpoint, each with the reason why it is skipped.
    pub skipped: Vec<(String, String)>,
    /// The number of requests that are not for a known endpoint.
    pub others: usize,
    /// The placeholders without a value in the parts.
    unknown: Vec<String>,
    /// The part with the first such placeholder, and its position.
    first_unknown: Option<(usize, Span)>,
}

/// The target of a request.
enum Target<'r> {
    Endpoint(&'r Endpoint),
    /// Unknown, because the URL has variables without values.
    Unclear,
    /// Another target, with a reason if it should be reported.
    Other(Option<String>),
}

impl<'a> Requests<'a> {
    pub const fn new(
        args: &'a KnowledgeArgs,
        project: &'a Project,
        known: &'a Knowledge,
        others: &'a Others,
        (files, most): (&'a [Entry], u64),
    ) -> Self {
        Self {
            args,
            project,
            known,
            others,
            files,
            most,
            routes: OnceLock::new(),
            entries: OnceLock::new(),
        }
    }

    /// Parses a container; `None` if the file is not one. The error is the reason why it is invalid.
    pub fn container(path: &Path, bytes: &[u8]) -> Option<(ContainerKind, Result<Container, String>)> {
        let format = containers::detect(path, bytes)?;
        Some((format, containers::read(format, bytes)))
    }

    /// Checks the requests of a container that are for known endpoints.
    pub fn check<'r>(
        &self,
        (file, format): (&Payload<'_>, ContainerKind),
        container: &Container,
        session: &mut Session<'r>,
        outcomes: bool,
    ) -> Parts<'r> {
        let mut all = Parts::default();
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let chosen = if format == ContainerKind::Lines {
            self.lines(file, container, session, &mut all)
        } else {
            self.chosen((container, folder), session, &mut all)
        };
        for Chosen {
            name,
            endpoint,
            body,
            source,
            name_span,
            fixable,
        } in chosen
        {
            let mut request = session.template(body.text(), endpoint, outcomes);
            for finding in &mut request.checked.findings {
                body.map_finding(finding, fixable);
            }
            // A body in another file is checked unchanged.
            if source.is_none()
                && let Some(template) = Template::of(body.text(), Scope::AnyPart)
            {
                all.unknown
                    .extend(template.names().into_iter().map(str::to_owned));
                let place = template.first().map(|first| body.span(first));
                if let (None, Some(place)) = (all.first_unknown, place) {
                    all.first_unknown = Some((all.checked.len(), place));
                }
            }
            all.checked.push(Part {
                name,
                request,
                span: body.file_span(),
                source,
                place: name_span.unwrap_or_else(|| body.file_span()),
            });
        }
        all
    }

    /// Returns the findings in a version of a container, without bodies in other files, with positions in that
    /// version.
    pub fn look(&self, path: &Path, bytes: &[u8], session: &Session<'_>) -> Vec<Finding> {
        let Some((_, Ok(container))) = Self::container(path, bytes) else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        let folder = path.parent().unwrap_or(Path::new(""));
        let chosen = self.chosen((&container, folder), session, &mut Parts::default());
        for Chosen {
            endpoint,
            body,
            fixable,
            ..
        } in chosen.into_iter().filter(|chosen| chosen.source.is_none())
        {
            let mut own = session.look_template(body.text(), endpoint).findings;
            for finding in &mut own {
                body.map_finding(finding, fixable);
            }
            findings.append(&mut own);
        }
        findings
    }

    /// Returns the bodies of the requests for known endpoints, each with the name of its request.
    #[cfg(feature = "lsp")]
    pub fn bodies<'r>(
        &self,
        (file, format): (&Payload<'_>, ContainerKind),
        container: &Container,
        session: &Session<'r>,
    ) -> Vec<(String, &'r Endpoint, MappedText)> {
        let mut all = Parts::default();
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let chosen = if format == ContainerKind::Lines {
            self.lines(file, container, session, &mut all)
        } else {
            self.chosen((container, folder), session, &mut all)
        };
        let own = chosen.into_iter().filter(|chosen| chosen.source.is_none());
        own.map(|chosen| (chosen.name, chosen.endpoint, chosen.body))
            .collect()
    }

    /// Returns the requests for known endpoints, with the bodies that would be sent.
    fn chosen<'r>(
        &self,
        (container, folder): (&Container, &Path),
        session: &Session<'r>,
        all: &mut Parts<'_>,
    ) -> Vec<Chosen<'r>> {
        let variables = container.variables.and(&self.known.variables);
        let mut chosen = Vec::new();
        for request in &container.requests {
            let target = self.target(request, &variables, session);
            if let Target::Other(why) = target {
                match why {
                    Some(why) => all.skipped.push((request.name.clone(), why)),
                    None => all.others += 1,
                }
                continue;
            }
            let (body, source, name_span, fixable) = match &request.body {
                Body::Text { text, fixable } if !text.text().trim().is_empty() => {
                    (variables.filled_in(text), None, None, *fixable)
                }
                Body::File(name, name_span) => match self.file(folder, name) {
                    Ok(Some((path, text))) => {
                        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
                        let body = MappedText::verbatim(&text, whole);
                        (body, Some((path, text)), Some(*name_span), false)
                    }
                    Ok(None) => {
                        all.others += 1;
                        continue;
                    }
                    Err(why) => {
                        all.skipped.push((request.name.clone(), why));
                        continue;
                    }
                },
                Body::Text { .. } | Body::None => {
                    all.others += 1;
                    continue;
                }
            };
            let endpoint = match target {
                Target::Endpoint(endpoint) => Some(endpoint),
                _ => session.recognized(body.text().as_bytes(), Standard::Found),
            };
            match endpoint {
                Some(endpoint) => chosen.push(Chosen {
                    name: request.name.clone(),
                    endpoint,
                    body,
                    source,
                    name_span,
                    fixable,
                }),
                None => all.others += 1,
            }
        }
        chosen
    }

    /// Returns the requests in a JSON Lines file. All are for the endpoint assigned to the file. Without one, each is
    /// for the endpoint recognized by its names or, if there is none, for the first one recognized in any line.
    fn lines<'r>(
        &self,
        file: &Payload<'_>,
        container: &Container,
        session: &Session<'r>,
        all: &mut Parts<'_>,
    ) -> Vec<Chosen<'r>> {
        let assigned = self
            .known
            .assigned_endpoint(self.project, file.path, file.named, file.bytes);
        let assigned = assigned.and_then(|endpoint| session.endpoint(&endpoint.id));
        let texts: Vec<(&Request, MappedText)> = container
            .requests
            .iter()
            .filter_map(|request| match &request.body {
                Body::Text { text, .. } => Some((request, self.known.variables.filled_in(text))),
                Body::None | Body::File(..) => None,
            })
            .collect();
        let recognized = |text: &MappedText| session.recognized(text.text().as_bytes(), file.standard);
        let own: Vec<Option<&'r Endpoint>> = texts
            .iter()
            .map(|(_, text)| assigned.or_else(|| recognized(text)))
            .collect();
        let first = own.iter().copied().flatten().next();
        let mut chosen = Vec::new();
        for ((request, body), own) in texts.into_iter().zip(own) {
            match own.or(first) {
                Some(endpoint) => chosen.push(Chosen {
                    name: request.name.clone(),
                    endpoint,
                    body,
                    source: None,
                    name_span: None,
                    fixable: false,
                }),
                None => all.others += 1,
            }
        }
        chosen
    }

    /// Returns the path and the text of the file with the body of a request. `None` if the run checks that file anyway. The
    /// error is the reason why it is not read.
    fn file(&self, folder: &Path, name: &str) -> Result<Option<(PathBuf, String)>, String> {
        let shown = sanitize::plain_path(Path::new(name));
        let refused = |why: String| format!("its body is the file {shown}: {why}");
        if variables::has_reference(name) || name.is_empty() {
            return Err(refused(
                "the value of a variable in its name is not known".to_owned(),
            ));
        }
        let path = normal_relative(&folder.join(name));
        self.project
            .admit(&path)
            .map_err(|_| refused("it is outside the repository".to_owned()))?;
        let real = path.canonicalize().map_err(|error| refused(explain(&error)))?;
        let known = self.entries.get_or_init(|| {
            let files = self.files.iter().filter_map(Entry::file);
            files.filter_map(|file| file.canonicalize().ok()).collect()
        });
        if known.contains(&real) {
            return Ok(None);
        }
        let bytes = read::whole(&path, self.most).map_err(|error| refused(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8".to_owned()))?;
        Ok(Some((path, text)))
    }

    /// Returns the target of a request, by its method and its URL.
    fn target<'r>(&self, request: &Request, variables: &Variables, session: &Session<'r>) -> Target<'r> {
        let routes = self
            .routes
            .get_or_init(|| routes(self.args, self.project, self.known, self.others));
        let url = variables.filled(&request.url);
        let miss = match routes.endpoint(&request.method, &url) {
            Ok(found) if found.by_url || begins_like_json(&request.body) => {
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
                "its URL ends like that of an endpoint, but begins with {base}; use --base-path {base} if that is the path \
                 of the API"
            ))),
            Miss::Url | Miss::Method | Miss::OtherEndpoint(_) => Target::Other(None),
        }
    }
}

impl Parts<'_> {
    /// Adds one finding of severity advice for each file with placeholders without values, to the first request that
    /// has one.
    pub fn add_advice(&mut self) {
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
        if let Some(Part { request, .. }) = self.checked.get_mut(index) {
            let advice = unknown_values(&names, place, &request.endpoint.id);
            request.checked.findings.push(advice);
        }
    }
}

/// Returns true if a body begins like JSON.
fn begins_like_json(body: &Body) -> bool {
    match body {
        Body::Text { text, .. } => text.text().trim_start().starts_with(['[', '{']),
        Body::None | Body::File(..) => false,
    }
}

/// Removes `./` from a path.
fn normal_relative(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// Groups findings by the body that they are in; `spans` has the bodies, in order.
pub fn by_part(findings: Vec<Finding>, spans: &[Span]) -> Vec<Vec<Finding>> {
    let mut all: Vec<Vec<Finding>> = spans.iter().map(|_| Vec::new()).collect();
    for finding in findings {
        // Only the first may contain others.
        let after = spans
            .get(1..)
            .unwrap_or_default()
            .partition_point(|span| span.start <= finding.span.start);
        let inside = spans
            .get(after)
            .is_some_and(|span| finding.span.start <= span.end);
        if let Some(own) = all.get_mut(if inside { after } else { 0 }) {
            own.push(finding);
        }
    }
    all
}
