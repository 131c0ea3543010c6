//! `geplint predict`: prints the predicted responses of the API.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::args::{Common, Predict};
use super::exit_code::{CLEAN, FINDINGS, TROUBLE, UNMATCHED};
use super::expected::Expected;
use super::inputs::{self, Knowledge};
use super::payload::{Kind, Payload};
use super::requests::{Part, Requests};
use super::routes::Others;
use super::settings::Project;
use super::terminal;
use crate::containers::{Container, ContainerKind};
use crate::finding::Wording;
use crate::input::{Entry, Reader};
use crate::json::pretty;
use crate::predict::{Envelope, Prediction};
use crate::report::{OutputError, Source, labels, output, sanitize};
use crate::response_document;
use crate::session::{Request, Session};

/// The response to one of several files.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileResponse {
    path: String,
    /// The name of the request, if the file has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    endpoint: String,
    /// `None` if no response can be predicted; the reason is on standard error.
    response: Option<Envelope>,
    /// The conditions, besides the request, on which the response depends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
    /// The guessed parts of its structure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guesses: Vec<String>,
}

/// Prints the predicted response to one file, or an array of the responses to several.
pub fn run(args: &Predict, common: &Common) -> Result<u8, OutputError> {
    let ready = inputs::prepare(&args.files, &args.knowledge, None, false, common);
    let Some((project, entries, known)) = terminal::ok_or_print(ready, common) else {
        return Ok(TROUBLE);
    };
    known.print_tenant_facts(common, true, false);
    let endpoints = known.rules.candidates();
    let expected = Expected::new(&entries, &known, &project, args.files.max_file_size);
    let others = Others::new();
    let mut run = Run {
        args,
        common,
        requests: Requests::new(
            &args.knowledge,
            &project,
            &known,
            &others,
            (&entries, args.files.max_file_size),
        ),
        session: Session::new(&endpoints, &known.tenant, args.knowledge.in_order),
        known: &known,
        project: &project,
        expected: &expected,
        answers: Vec::new(),
        has_container: false,
        had_problem: false,
    };
    let mut reader = Reader::new(args.files.max_file_size);
    for entry in &entries {
        run.entry(entry, &mut reader);
    }
    let single = matches!(
        entries.as_slice(),
        [Entry::Stdin | Entry::Problem { .. } | Entry::File { named: true, .. }]
    );
    match run.print(single && !run.has_container) {
        Ok(()) | Err(OutputError::Closed) => Ok(run.exit_code()),
        Err(error) => Err(error),
    }
}

struct Run<'a> {
    args: &'a Predict,
    common: &'a Common,
    requests: Requests<'a>,
    session: Session<'a>,
    known: &'a Knowledge,
    project: &'a Project,
    expected: &'a Expected<'a>,
    answers: Vec<FileResponse>,
    /// True if a file is a collection, so that the responses are always an array.
    has_container: bool,
    had_problem: bool,
}

impl Run<'_> {
    fn entry(&mut self, entry: &Entry, reader: &mut Reader) {
        let file = match Payload::read(entry, &self.args.files, false, reader) {
            Ok(file) => file,
            Err((path, message)) => return self.report_problem(path, &message),
        };
        let Payload { path, bytes, .. } = file;
        if let Some((format, container)) = Requests::container(path, bytes) {
            return self.container(&file, format, container);
        }
        match file.check(self.known, self.project, self.expected, &mut self.session, true) {
            Kind::Request(request) => self.answer(path, None, bytes, &request),
            Kind::NotJson(finding) => {
                let why = inputs::not_json(&finding, bytes);
                self.report_problem(path, &format!("no prediction: {why}"));
            }
            Kind::Unclear(reason) => self.skip(path, &reason),
            Kind::Skipped(_) => {}
            Kind::Problem(message) => self.report_problem(path, &message),
        }
    }

    /// Predicts the responses to the requests in a container.
    fn container(&mut self, file: &Payload<'_>, format: ContainerKind, container: Result<Container, String>) {
        self.has_container = true;
        match container {
            Ok(container) => {
                let all = self
                    .requests
                    .check((file, format), &container, &mut self.session, true);
                for Part {
                    name,
                    request,
                    source,
                    ..
                } in &all.checked
                {
                    match source {
                        None => self.answer(
                            file.path,
                            Some(name.as_str()).filter(|name| !name.is_empty()),
                            file.bytes,
                            request,
                        ),
                        Some((path, text)) => self.answer(path, Some(name), text.as_bytes(), request),
                    }
                }
            }
            Err(why) => {
                let message = format!("{} that cannot be read: {why}", format.name());
                if file.named {
                    self.report_problem(file.path, &message);
                } else {
                    self.skip(file.path, &message);
                }
            }
        }
    }

    fn answer(&mut self, path: &Path, name: Option<&str>, bytes: &[u8], request: &Request<'_>) {
        let mut answer = FileResponse {
            path: sanitize::plain_path(path),
            request: name.map(str::to_owned),
            endpoint: request.endpoint.id.to_string(),
            response: None,
            depends_on: Vec::new(),
            guesses: Vec::new(),
        };
        match response(path, bytes, request) {
            Ok(response) => {
                self.name_inferred(path, request, &response.prediction);
                answer.depends_on = response.depends_on;
                answer.guesses = response.guesses;
                self.name(path, "depends on", &answer.depends_on);
                self.name(path, "inferred", &answer.guesses);
                answer.response = Some(response.prediction.envelope);
            }
            Err(why) => self.report_problem(path, &format!("no prediction: {why}")),
        }
        self.answers.push(answer);
    }

    /// Prints the dependencies of the response on standard error.
    fn name(&self, path: &Path, what: &str, all: &[String]) {
        if self.args.quiet {
            return;
        }
        for text in all {
            let (path, text) = (sanitize::path(path), sanitize::escape(text));
            terminal::eprintln(&format!("{path}: {what} {text}"));
        }
    }

    /// Prints the guessed texts of the response on standard error.
    fn name_inferred(&self, path: &Path, request: &Request<'_>, prediction: &Prediction) {
        if self.args.quiet {
            return;
        }
        let path = sanitize::path(path);
        let mut lines: Vec<(String, u64)> = Vec::new();
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        for index in &prediction.error_findings {
            let Some(finding) = request.checked.findings.get(*index) else {
                continue;
            };
            let Some(predicted) = finding
                .predicted
                .as_ref()
                .filter(|answer| answer.wording == Wording::Inferred)
            else {
                continue;
            };
            let (code, text) = (&*predicted.error_code, &*predicted.error_description);
            let at = *known.entry((code, text)).or_insert(lines.len());
            if let Some((_, count)) = lines.get_mut(at) {
                *count += 1;
                continue;
            }
            let line = format!(
                "{path}: inferred wording: {}\"{}\"",
                if code.is_empty() {
                    String::new()
                } else {
                    sanitize::escape(code).into_owned() + " "
                },
                sanitize::escape(text)
            );
            lines.push((line, 1));
        }
        for (line, count) in lines {
            let times = match count {
                1 => String::new(),
                count => format!(" ({} times)", labels::thousands(count)),
            };
            terminal::eprintln(&(line + &times));
        }
    }

    fn skip(&self, path: &Path, reason: &str) {
        if !self.args.quiet {
            let (path, reason) = (sanitize::path(path), sanitize::escape(reason));
            terminal::eprintln(&format!("skipped {path}: {reason}"));
        }
    }

    fn report_problem(&mut self, path: &Path, message: &str) {
        self.had_problem = true;
        terminal::problem(self.common, path, message);
    }

    fn print(&self, single: bool) -> Result<(), OutputError> {
        let text = match (single, self.answers.as_slice()) {
            (true, [answer]) => answer.response.as_ref().map(response_document::document),
            (true, _) => None,
            (false, answers) => Some(pretty(&answers, "\n") + "\n"),
        };
        match text {
            Some(text) => output::write(&mut io::stdout().lock(), &text),
            None => Ok(()),
        }
    }

    fn exit_code(&self) -> u8 {
        let refused = |answer: &FileResponse| {
            answer
                .response
                .as_ref()
                .is_some_and(|response| response.status_code != "200")
        };
        if self.had_problem {
            TROUBLE
        } else if self.answers.is_empty() {
            terminal::error(self.common, &inputs::nothing_matched(&self.args.files, false));
            UNMATCHED
        } else if self.answers.iter().any(refused) {
            FINDINGS
        } else {
            CLEAN
        }
    }
}

/// A predicted response with its dependencies.
pub struct Response {
    pub prediction: Prediction,
    /// Descriptions of the facts, besides the request, on which it depends.
    pub depends_on: Vec<String>,
    /// Descriptions of the guessed parts of its structure.
    pub guesses: Vec<String>,
}

/// Returns the response to a request. The error is the reason why there is none, with the position.
pub fn response(path: &Path, bytes: &[u8], request: &Request<'_>) -> Result<Response, String> {
    let prediction = request
        .predict()
        .map_err(|index| no_prediction(path, bytes, request, index))?;
    Ok(Response {
        depends_on: response_document::depends_on(prediction.depends, &request.checked.placeholders),
        guesses: response_document::guesses(request.endpoint, &prediction),
        prediction,
    })
}

/// Returns the reason why there is no prediction for a request, with the position.
fn no_prediction(path: &Path, bytes: &[u8], request: &Request<'_>, index: usize) -> String {
    let Some(finding) = request.checked.findings.get(index) else {
        return "the request has no record, and the API's response to that is not documented".to_owned();
    };
    let name = sanitize::plain_path(path);
    let source = Source::new(&name, bytes);
    let at = source.position(finding.span.start);
    let place = format!("line {}, column {}: {}", at.line, at.column, finding.message);
    if finding.is_undocumented() {
        format!("the API's response is not documented: {place}")
    } else {
        format!("it is not valid JSON: {place}")
    }
}
