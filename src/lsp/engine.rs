//! A folder's settings, and documents checked with them as `geplint check` in that folder would.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::mailbox::Snapshot;
use crate::cli::args::{Common, KnowledgeArgs, Suppression};
use crate::cli::expected::Expected;
use crate::cli::fix::{Fixer, Purpose};
use crate::cli::inputs::Knowledge;
use crate::cli::payload::{Kind, Payload};
use crate::cli::predict;
use crate::cli::requests::{Part, Requests, by_part};
use crate::cli::routes::Others;
use crate::cli::settings::Project;
use crate::cli::settings_error::Fault;
use crate::cli::settings_source::SettingsSource;
use crate::cli::suppression::{self, FindingFilter};
use crate::containers::{self, Container, ContainerKind};
use crate::finding::{Finding, Severity, Span};
use crate::input::{WalkOptions, read, search};
use crate::json::pretty;
use crate::lint::Checked;
use crate::mapped_text::MappedText;
use crate::recognize::Standard;
use crate::report::{FileReport, Lines, Look, Source, sanitize};
use crate::rules::{Candidate, Endpoint};
use crate::session::Session;
use crate::settings::Mistake;
use crate::suppress::Ledger;
use crate::threads::Threads;

/// A folder with its settings; after an error, with the last valid ones.
pub struct Site {
    /// The absolute path of the folder.
    pub folder: PathBuf,
    /// The settings.
    pub project: Project,
    /// Rules and tenant facts.
    pub known: Knowledge,
    /// Minimum severity of shown findings.
    least: Severity,
    /// The baseline.
    baseline: Option<suppression::File>,
    /// The error in one of the files with settings, if any. The previous settings are kept.
    pub fault: Option<Fault>,
    /// The files that the settings come from, including those that could not be read.
    pub files: Vec<PathBuf>,
    /// The rules files among them.
    pub rules_files: Vec<PathBuf>,
    /// The tenant file among them.
    pub tenant_file: Option<PathBuf>,
}

impl Site {
    /// Reads the settings of a folder. If they are invalid, those of `before` are kept.
    pub fn read(source: &SettingsSource, common: &Common, before: Option<Self>) -> Self {
        let mut files: Vec<PathBuf> = common.rules.clone();
        let mut rules_files = before
            .as_ref()
            .map_or_else(Vec::new, |site| site.rules_files.clone());
        let mut tenant_file = before.as_ref().and_then(|site| site.tenant_file.clone());
        let read = Project::read(source, common).and_then(|project| {
            files.extend(project.file().map(Path::to_path_buf));
            rules_files = project.rules(common);
            files.extend(rules_files.iter().cloned());
            tenant_file = project.tenant();
            files.extend(tenant_file.clone());
            files.extend(
                project
                    .config
                    .baseline
                    .iter()
                    .map(|file| project.path(&file.value)),
            );
            let known = Knowledge::read(source, &KnowledgeArgs::default(), common, &project)?;
            files.extend(known.files.iter().cloned());
            let least = project.min_severity(None, project.fail_on(false, None));
            // Two settings contradict each other, so the error has no position.
            let least = least.map_err(|why| match project.file() {
                Some(file) => Fault::of(file, why),
                None => why.into(),
            })?;
            suppression::check_rules(&project, &known)?;
            let baseline = suppression::File::of(source, &Suppression::default(), &project)?;
            Ok((project, known, least, baseline))
        });
        let folder = source.folder.clone();
        let mut site = match read {
            Ok((project, known, least, baseline)) => Self {
                folder,
                project,
                known,
                least,
                baseline,
                fault: None,
                files: Vec::new(),
                rules_files: Vec::new(),
                tenant_file: None,
            },
            Err(fault) => {
                let before = before.unwrap_or_else(|| Self::without_settings(folder));
                files.extend(fault.path.clone());
                files.extend(before.files.iter().cloned());
                Self {
                    fault: Some(fault),
                    ..before
                }
            }
        };
        let normal = |file: &PathBuf| crate::input::normal(file);
        site.files = files.iter().map(normal).collect();
        site.rules_files = rules_files.iter().map(normal).collect();
        site.tenant_file = tenant_file.as_ref().map(normal);
        site
    }

    /// A folder with default settings.
    fn without_settings(folder: PathBuf) -> Self {
        Self {
            folder,
            project: Project::default(),
            known: Knowledge::built_in(),
            least: Severity::Warning,
            baseline: None,
            fault: None,
            files: Vec::new(),
            rules_files: Vec::new(),
            tenant_file: None,
        }
    }
}

/// The result of checking a document.
pub struct CheckedDocument {
    /// The revision of the checked text.
    pub revision: u64,
    /// The findings to show, in the order of the text.
    pub findings: Vec<Finding>,
    /// Findings in files that the document references as bodies of requests, at the references.
    pub elsewhere: Vec<Finding>,
}

/// The body of a request in a document.
pub struct Body<'a> {
    /// The name of the request.
    pub name: String,
    /// The endpoint of the request.
    pub endpoint: &'a Endpoint,
    /// The body, mapped to its position in the document.
    pub text: MappedText,
    /// True if the body is in a JSON string of the document.
    pub is_escaped: bool,
}

/// The findings to show for a file.
#[derive(Default)]
pub struct Shown {
    /// Findings in the file, in the order of its text.
    pub own: Vec<Finding>,
    /// Findings in files that it references as bodies of requests, at the references.
    pub elsewhere: Vec<Finding>,
}

/// Default arguments, and files that are read once for all folders.
#[derive(Default)]
pub struct Defaults {
    suppression: Suppression,
    knowledge: KnowledgeArgs,
    others: Others,
}

/// The predicted response for a document.
pub struct Response {
    /// The text that `geplint predict` prints; `None` without a prediction.
    pub text: Option<String>,
    /// The reason for the missing prediction.
    pub reason: Option<String>,
    /// The endpoint of the request.
    pub endpoint: Option<String>,
    /// The facts besides the request that it depends on.
    pub depends_on: Vec<String>,
    /// The guessed parts.
    pub guesses: Vec<String>,
}

impl CheckedDocument {
    /// The result for a text that is not checked.
    pub const fn not_checked(revision: u64) -> Self {
        Self {
            revision,
            findings: Vec::new(),
            elsewhere: Vec::new(),
        }
    }
}

impl Response {
    /// No prediction, with a reason.
    pub const fn none(reason: String) -> Self {
        Self {
            text: None,
            reason: Some(reason),
            endpoint: None,
            depends_on: Vec::new(),
            guesses: Vec::new(),
        }
    }
}

/// Checks the documents of one folder.
pub struct Engine<'a> {
    /// The folder.
    pub site: &'a Site,
    filter: FindingFilter<'a>,
    expected: Expected<'a>,
    defaults: &'a Defaults,
    session: Session<'a>,
}

impl<'a> Engine<'a> {
    /// Creates an engine; `candidates` are those of the site's rules.
    pub fn new(site: &'a Site, candidates: &'a [Candidate<'a>], defaults: &'a Defaults) -> Self {
        let Site { project, known, .. } = site;
        // Severities in the settings may raise advice to a warning.
        let hides_advice = site.least > Severity::Advice && project.config.severities.is_empty();
        Self {
            site,
            filter: FindingFilter::new(
                &defaults.suppression,
                site.least,
                project,
                known,
                site.baseline.clone(),
            ),
            expected: Expected::for_single_files(known, project, read::LARGEST),
            defaults,
            session: Session::new(candidates, &known.tenant, false)
                .with_threads(Threads::of(None))
                .hiding_advice(hides_advice),
        }
    }

    /// Clears the cache of neighbouring files.
    pub fn forget_files(&mut self) {
        let Site { project, known, .. } = self.site;
        self.expected = Expected::for_single_files(known, project, read::LARGEST);
    }

    /// Returns the settings entries without effect that can be found without a run over all files.
    pub fn mistakes(&self) -> Vec<Mistake> {
        self.filter.mistakes(&Ledger::default(), false)
    }

    /// Returns the path of a document. A document that is not a file gets the name `untitled` in the folder.
    fn path(&self, snapshot: &Snapshot) -> PathBuf {
        snapshot
            .path
            .clone()
            .unwrap_or_else(|| self.site.folder.join("untitled"))
    }

    /// Returns true if `geplint check` over the folder would include the file.
    fn includes(&self, path: &Path) -> bool {
        let project = &self.site.project;
        let own = self.filter.baseline().map(|own| project.absolute(own));
        project.includes(path)
            && !project.excludes(&[]).is_ok_and(|excludes| excludes.matches(path))
            && own.is_none_or(|own| own != path)
    }

    /// Returns the checker for files with several requests.
    const fn requests<'r>(site: &'r Site, defaults: &'r Defaults) -> Requests<'r> {
        let Site { project, known, .. } = site;
        let Defaults {
            knowledge, others, ..
        } = defaults;
        Requests::new(knowledge, project, known, others, (&[], read::LARGEST))
    }

    fn payload<'p>(path: &'p Path, bytes: &'p [u8]) -> Payload<'p> {
        Payload {
            path,
            named: false,
            standard: Standard::Found,
            stdin: false,
            bytes,
        }
    }

    /// Checks a document.
    pub fn check(&mut self, snapshot: &Snapshot) -> CheckedDocument {
        let path = self.path(snapshot);
        let is_checked = snapshot.is_payload && (snapshot.path.is_none() || self.includes(&path));
        if !is_checked {
            return CheckedDocument::not_checked(snapshot.revision);
        }
        let shown = self
            .file(&path, snapshot.text.as_str().as_bytes())
            .unwrap_or_default();
        CheckedDocument {
            revision: snapshot.revision,
            findings: shown.own,
            elsewhere: shown.elsewhere,
        }
    }

    /// Checks bytes as the file at a path, found in a folder. `None` if it is not a payload.
    pub fn file(&mut self, path: &Path, bytes: &[u8]) -> Option<Shown> {
        if let Some((format, container)) = Requests::container(path, bytes) {
            return Some(self.container(path, bytes, format, &container.ok()?));
        }
        let Site { project, known, .. } = self.site;
        let file = Self::payload(path, bytes);
        let checked = match file.check(known, project, &self.expected, &mut self.session, false) {
            Kind::Request(request) => request.checked,
            Kind::NotJson(finding) => Checked::not_json(*finding),
            Kind::Unclear(_) | Kind::Skipped(_) | Kind::Problem(_) => return None,
        };
        let (findings, _) = self.filter.apply(path, checked.findings);
        let report = FileReport::new(path, bytes, findings, checked.records);
        Some(Shown {
            own: report.findings.into_owned(),
            elsewhere: Vec::new(),
        })
    }

    /// Checks the requests in a file.
    fn container(
        &mut self,
        path: &Path,
        bytes: &[u8],
        format: ContainerKind,
        container: &Container,
    ) -> Shown {
        let file = Self::payload(path, bytes);
        let requests = Self::requests(self.site, self.defaults);
        let mut all = requests.check((&file, format), container, &mut self.session, false);
        all.add_advice();
        let (own, others): (Vec<Part<'_>>, Vec<Part<'_>>) =
            all.checked.into_iter().partition(|part| part.source.is_none());
        let spans: Vec<Span> = own.iter().map(|part| part.span).collect();
        let findings = own
            .into_iter()
            .flat_map(|part| part.request.checked.findings)
            .collect();
        let (findings, _) = self.filter.apply(path, findings);
        let lines = Lines::default();
        let mut shown = Shown::default();
        for (number, findings) in by_part(findings, &spans).into_iter().enumerate() {
            // Only findings of the same request form pairs.
            let report = FileReport::of_request(path, (bytes, &lines), ("", number), findings, 0);
            shown.own.extend(report.findings.into_owned());
        }
        for part in others {
            let Some((body, text)) = &part.source else {
                continue;
            };
            if self.is_checked_itself(body) {
                continue;
            }
            let (findings, _) = self.filter.apply(body, part.request.checked.findings);
            let report = FileReport::new(body, text.as_bytes(), findings, 0);
            let name = self.short(body);
            let source = Source::new(&name, text.as_bytes());
            for mut finding in report.findings.into_owned() {
                let at = source.position(finding.span.start);
                let place = format!("{name}:{}:{}", at.line, at.column);
                finding.message = format!("{place}: {}", finding.message).into();
                finding.span = part.place;
                finding.related = None;
                finding.fix_kind = None;
                shown.elsewhere.push(finding);
            }
        }
        shown
    }

    /// Returns true if `geplint check` over the folder checks the file directly, not only as the body of a request.
    fn is_checked_itself(&self, path: &Path) -> bool {
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        path.starts_with(&self.site.folder) && (is_json || containers::is_wanted(path)) && self.includes(path)
    }

    /// Returns a path for messages, relative to the folder if it is inside.
    fn short(&self, path: &Path) -> String {
        sanitize::plain_path(path.strip_prefix(&self.site.folder).unwrap_or(path))
    }

    /// Returns the files that `geplint check` over the folder would include.
    pub fn files(&self) -> Vec<PathBuf> {
        let options = WalkOptions {
            excludes: self.site.project.excludes(&[]).unwrap_or_default(),
            requests: true,
            ..WalkOptions::default()
        };
        let found = search(std::slice::from_ref(&self.site.folder), &options);
        let files = found
            .entries
            .into_iter()
            .filter_map(|entry| entry.file().cloned());
        files.filter(|file| self.includes(file)).collect()
    }

    /// Returns the document as `geplint check --fix` would write it; `None` without changes.
    pub fn fixed(&self, snapshot: &Snapshot, unsafe_too: bool) -> Option<String> {
        let path = self.path(snapshot);
        let requests = Self::requests(self.site, self.defaults);
        let fixer = Fixer {
            purpose: Purpose::Show,
            unsafe_too,
            palette: Look::PLAIN.palette(),
            filter: &self.filter,
            requests: Some(&requests),
        };
        let payload = Self::payload(&path, snapshot.text.as_str().as_bytes());
        let fixed = fixer.fixed(&self.session, &payload)?;
        String::from_utf8(fixed.bytes).ok()
    }

    /// Returns the bodies of the requests in a collection; `None` for another document.
    pub fn bodies(&self, snapshot: &Snapshot) -> Option<Vec<Body<'a>>> {
        let path = self.path(snapshot);
        let bytes = snapshot.text.as_str().as_bytes();
        let (format, container) = Requests::container(&path, bytes)?;
        let Ok(container) = container else {
            return Some(Vec::new());
        };
        let requests = Self::requests(self.site, self.defaults);
        let file = Self::payload(&path, bytes);
        let bodies = requests.bodies((&file, format), &container, &self.session);
        let bodies = bodies.into_iter().map(|(name, endpoint, text)| Body {
            name,
            endpoint,
            text,
            is_escaped: format == ContainerKind::Postman,
        });
        Some(bodies.collect())
    }

    /// Returns the endpoint that the settings assign to a document.
    pub fn assigned_endpoint(&self, snapshot: &Snapshot) -> Option<&'a Endpoint> {
        let Site { project, known, .. } = self.site;
        let path = self.path(snapshot);
        let bytes = snapshot.text.as_str().as_bytes();
        known.assigned_endpoint(project, &path, false, bytes)
    }

    /// Predicts the response for a document, as `geplint predict FILE` does.
    pub fn predict(&mut self, snapshot: &Snapshot) -> Response {
        let Site { project, known, .. } = self.site;
        let path = self.path(snapshot);
        let bytes = snapshot.text.as_str().as_bytes();
        if let Some((format, container)) = Requests::container(&path, bytes) {
            return self.predict_requests(&path, bytes, format, container);
        }
        let file = Payload {
            named: true,
            standard: Standard::Named,
            ..Self::payload(&path, bytes)
        };
        match file.check(known, project, &self.expected, &mut self.session, true) {
            Kind::Request(request) => {
                let endpoint = Some(request.endpoint.id.to_string());
                match predict::response(&path, bytes, &request) {
                    Ok(response) => Response {
                        text: Some(pretty(&response.prediction.envelope, "\n") + "\n"),
                        reason: None,
                        endpoint,
                        depends_on: response.depends_on,
                        guesses: response.guesses,
                    },
                    Err(reason) => Response {
                        endpoint,
                        ..Response::none(reason)
                    },
                }
            }
            Kind::NotJson(finding) => Response::none(crate::cli::inputs::not_json(&finding, bytes)),
            Kind::Unclear(reason) | Kind::Problem(reason) => Response::none(reason),
            Kind::Skipped(reason) => Response::none(reason.into_owned()),
        }
    }

    /// Predicts the responses for the requests in a file, as an array.
    fn predict_requests(
        &mut self,
        path: &Path,
        bytes: &[u8],
        format: ContainerKind,
        container: Result<Container, String>,
    ) -> Response {
        let container = match container {
            Ok(container) => container,
            Err(why) => return Response::none(format!("{} that cannot be read: {why}", format.name())),
        };
        let file = Self::payload(path, bytes);
        let requests = Self::requests(self.site, self.defaults);
        let all = requests.check((&file, format), &container, &mut self.session, true);
        let mut answers = Vec::new();
        for part in &all.checked {
            let (path, bytes) = match &part.source {
                Some((path, text)) => (path.as_path(), text.as_bytes()),
                None => (path, bytes),
            };
            let mut answer = json!({ "request": part.name, "endpoint": &*part.request.endpoint.id });
            match predict::response(path, bytes, &part.request) {
                Ok(response) => {
                    answer["response"] = super::transport::value(&response.prediction.envelope);
                    answer["dependsOn"] = response.depends_on.into();
                    answer["guesses"] = response.guesses.into();
                }
                Err(reason) => answer["reason"] = reason.into(),
            }
            answers.push(answer);
        }
        if answers.is_empty() {
            return Response::none(format!("{} without a request to a known endpoint", format.name()));
        }
        Response {
            text: Some(pretty(&answers, "\n") + "\n"),
            reason: None,
            endpoint: None,
            depends_on: Vec::new(),
            guesses: Vec::new(),
        }
    }
}
