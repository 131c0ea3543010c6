//! `geplint verify`: compares recorded responses with predictions.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::anonymize::Folder;
use super::args::{Common, Verify, VerifyFormat};
use super::exit_code::{CLEAN, FINDINGS, TROUBLE, UNMATCHED};
use super::inputs::{self, Knowledge};
use super::routes::{Others, routes};
use super::settings::{Project, globs};
use super::settings_error::Fault;
use super::terminal;
use crate::containers::{self, ContainerKind, detect, variables};
use crate::input::{Entry, ReadError, Reader, WalkOptions, read, search};
use crate::json;
use crate::recognize::{Recognized, recognize};
use crate::report::style::Look;
use crate::report::{OutputError, sanitize};
use crate::rules::Candidate;
use crate::session::Session;
use crate::tenant::{self, AcceptedRecords, Tenant};
use crate::verify::anonymize::Anonymizer;
use crate::verify::archive::{Archive, is_archive};
use crate::verify::calls::{self, Attached, Call, Calls, Sent, Unused, UnusedKind, Used};
use crate::verify::pairs::{Kind, NamedPaths, PREDICTION, Pair, Pairing, pair};
use crate::verify::patterns::Pattern;
use crate::verify::routes::{Routes, shown_url};
use crate::verify::{Exchange, Outcome, Predictor, Tally, Verified, json as document, text, verify};

/// The number of bytes of a file that are read to detect its format.
const START: u64 = 512;

/// Verifies the files that the arguments name. Returns the exit code.
pub fn run(args: &Verify, common: &Common) -> Result<u8, OutputError> {
    let ready = Project::of(common).and_then(|project| {
        let excludes = project.excludes(&args.walk.exclude)?;
        let includes = globs("--include", &args.walk.include)?;
        let known = Knowledge::of(&args.knowledge, common, &project)?;
        let patterns = patterns(args, &project)?;
        Ok((project, (excludes, includes), known, patterns))
    });
    let Some((project, (excludes, includes), known, patterns)) = terminal::ok_or_print(ready, common) else {
        return Ok(TROUBLE);
    };
    known.print_tenant_facts(common, args.quiet, args.verbose);
    let options = WalkOptions {
        notes: false,
        excludes,
        includes,
        no_ignore: args.walk.no_ignore,
        hidden: args.walk.hidden,
        har: true,
        extensions: patterns
            .iter()
            .flat_map(Pattern::extensions)
            .map(str::to_owned)
            .collect(),
        shallow: false,
        requests: false,
        repeats: false,
        only: None,
    };
    let endpoints = known.rules.candidates();
    let folder = args
        .anonymize
        .as_deref()
        .map(|path| Folder::new(path, Anonymizer::new(&endpoints)));
    let Some(folder) = terminal::ok_or_print(folder.transpose(), common) else {
        return Ok(TROUBLE);
    };
    let others = Others::new();
    let mut run = Run {
        args,
        common,
        project: &project,
        known: &known,
        look: terminal::stdout_look(common),
        predictor: Session::new(
            &endpoints,
            &known.tenant,
            args.knowledge.in_order || args.predictions,
        ),
        endpoints: &endpoints,
        routes: routes(&args.knowledge, &project, &known, &others),
        patterns: &patterns,
        folder,
        tally: Tally::default(),
        unused: Vec::new(),
        had_problem: false,
        gap: false,
    };
    let found = search(&args.paths, &options);
    inputs::warn_of_ignore_files(&found.ignore_files, common);
    let mut files = run.files(found.entries);
    // The files of an earlier run in that folder are not recordings.
    if let Some(folder) = args.anonymize.as_ref().and_then(|path| path.canonicalize().ok()) {
        files.retain(|file| !file.canonicalize().is_ok_and(|file| file.starts_with(&folder)));
    }
    let account = run.account(&files);
    if let Some(Err(why)) = run.folder.as_ref().map(|folder| folder.write(common)) {
        terminal::error(common, &why);
        return Ok(TROUBLE);
    }
    match account {
        // The pipe was closed before anything was compared.
        Err(OutputError::Closed) if run.tally.pairs == 0 && !run.had_problem => Ok(CLEAN),
        Ok(()) | Err(OutputError::Closed) => Ok(run.exit_code()),
        Err(error) => Err(error),
    }
}

/// A source of recorded calls.
enum Step<'f> {
    Pair(Pair),
    Calls(&'f Path),
    Archive(&'f Path),
    Collection(&'f Path, ContainerKind),
}

struct Run<'a> {
    args: &'a Verify,
    common: &'a Common,
    project: &'a Project,
    known: &'a Knowledge,
    look: Look,
    predictor: Session<'a>,
    endpoints: &'a [Candidate<'a>],
    routes: Routes<'a>,
    patterns: &'a [Pattern],
    folder: Option<Folder<'a>>,
    tally: Tally,
    /// Calls that are not pairs; kept only for the JSON document.
    unused: Vec<document::Unused>,
    had_problem: bool,
    /// True if the last output was a line without an empty line after it.
    gap: bool,
}

impl Run<'_> {
    /// Compares everything, and prints the results.
    fn account(&mut self, files: &[PathBuf]) -> Result<(), OutputError> {
        self.begin()?;
        for (_, call) in self.calls(files) {
            match call {
                Step::Pair(pair) => self.pair(files, &pair)?,
                Step::Calls(path) => self.recording(path)?,
                Step::Archive(path) => self.archive(path)?,
                Step::Collection(path, format) => self.collection(path, format)?,
            }
        }
        self.end()
    }

    /// Returns the found paths, and reports problems.
    fn files(&mut self, entries: Vec<Entry>) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in entries {
            match entry {
                Entry::File { path, .. } => files.push(path),
                Entry::Stdin => self.problem(Path::new("-"), "a pair has two files; name both"),
                Entry::Problem { path, message } => self.problem(&path, &message),
            }
        }
        files
    }

    /// Returns pairs and HAR files, in the order of the files.
    fn calls<'f>(&mut self, files: &'f [PathBuf]) -> Vec<(usize, Step<'f>)> {
        let mut steps: Vec<(usize, Step<'f>)> = Vec::new();
        let mut bodies: Vec<usize> = Vec::new();
        let mut whole = Reader::new(read::LARGEST);
        for (index, path) in files.iter().enumerate() {
            let start = read::start(path, START).unwrap_or_default();
            match () {
                () if is_archive(&start) => steps.push((index, Step::Archive(path))),
                () if is_named_har(path) || has_calls(path, &start) => steps.push((index, Step::Calls(path))),
                () => match format(path, &start, &mut whole) {
                    Some(format) => steps.push((index, Step::Collection(path, format))),
                    None => bodies.push(index),
                },
            }
        }
        let paths: Vec<PathBuf> = bodies.iter().map(|index| files[*index].clone()).collect();
        let mut reader = Reader::new(read::LARGEST);
        let pairing = pair(&paths, self.patterns, named_paths(&self.args.paths), |index| {
            self.kind(&paths[index], &mut reader)
        });
        self.name_predictions(&pairing, &paths);
        for (index, why) in &pairing.unpaired {
            self.tally.unpaired += 1;
            self.print_verbose(|| {
                let path = sanitize::path(&paths[*index]);
                format!("unpaired {path}: {}", sanitize::escape(why))
            });
            self.keep_unused(&sanitize::plain_path(&paths[*index]), why);
        }
        steps.extend(pairing.pairs.into_iter().map(|mut pair| {
            pair.request = bodies[pair.request];
            pair.response = bodies[pair.response];
            (pair.request, Step::Pair(pair))
        }));
        steps.sort_by_key(|(index, _)| *index);
        steps
    }

    /// Verifies the responses that are saved in a collection.
    fn collection(&mut self, path: &Path, format: ContainerKind) -> Result<(), OutputError> {
        if self.args.predictions {
            let why = "a collection has no predictions; --self reads HAR files of geplint serve";
            self.tally.no_predictions += 1;
            self.print_verbose(|| format!("unused {}: {why}", sanitize::path(path)));
            self.keep_unused(&sanitize::plain_path(path), why);
            return Ok(());
        }
        let mut reader = Reader::new(read::LARGEST);
        let Some(bytes) = self.readable(path, reader.file(path)) else {
            return Ok(());
        };
        let container = match containers::read(format, bytes) {
            Ok(container) => container,
            Err(why) => {
                self.problem(path, &format!("{} that cannot be read: {why}", format.name()));
                return Ok(());
            }
        };
        let variables = container.variables.and(&self.known.variables);
        let file = sanitize::plain_path(path);
        let examples = container.requests.iter().flat_map(|request| &request.examples);
        for (number, example) in (1..).zip(examples) {
            let url = variables.filled(&example.url);
            let other = |kind, why| Unused {
                method: example.method.clone(),
                url: shown_url(&url),
                kind,
                why,
                sent: None,
            };
            let found = match self.routes.endpoint(&example.method, &url) {
                Ok(found) => found,
                Err(miss) => {
                    let unused = other(UnusedKind::Other, calls::miss_reason(&miss, &example.method));
                    self.unused(&file, number, Some(&example.name), unused);
                    continue;
                }
            };
            let missing = [("request", &example.request), ("response", &example.response)];
            if let Some((what, _)) = missing.into_iter().find(|(_, body)| body.trim().is_empty()) {
                let unused = other(UnusedKind::WithoutBody, format!("it has no {what} body"));
                self.unused(&file, number, Some(&example.name), unused);
                continue;
            }
            let endpoint = found.endpoint.to_owned();
            let body = variables.filled(&example.request);
            if let Some(name) = variables::names(&body).next() {
                let why = format!("the value of {{{{{name}}}}} is not known; set it with --env or --var");
                self.unused(
                    &file,
                    number,
                    Some(&example.name),
                    other(UnusedKind::Unreadable, why),
                );
                continue;
            }
            let name = format!("{file} ({})", example.name);
            let exchange = Exchange {
                name: &name,
                origin: &name,
                request: body.as_bytes(),
                response: example.response.as_bytes(),
                endpoint: Some(&endpoint),
                http_status: example.status,
                url: Some(&shown_url(&url)),
            };
            let verified = verify(&mut self.predictor, &exchange);
            self.exchange(&exchange, &verified)?;
        }
        Ok(())
    }

    /// Reports files with predictions, which would always agree.
    fn name_predictions(&self, pairing: &Pairing, paths: &[PathBuf]) {
        let mut predictions = pairing.unpaired.iter().filter(|(_, why)| why == PREDICTION);
        // With --verbose, each has a line.
        if self.args.quiet || self.args.verbose {
            return;
        }
        let Some((first, _)) = predictions.next() else {
            return;
        };
        let more = match predictions.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let shown = sanitize::path(&paths[*first]);
        terminal::eprintln(&format!("skipped {shown}{more}: {PREDICTION}"));
    }

    fn kind(&self, path: &Path, reader: &mut Reader) -> Kind {
        let Ok(bytes) = reader.file(path) else {
            // Reported when the file is read for the comparison.
            return Kind::Other;
        };
        let (text, _) = json::text(bytes);
        match recognize(&text, self.endpoints) {
            Recognized::Response => Kind::Response,
            Recognized::Request(_) | Recognized::OneOf(_) => Kind::Request,
            Recognized::Other(_) | Recognized::Weak { .. } => Kind::Other,
        }
    }

    fn pair(&mut self, files: &[PathBuf], pair: &Pair) -> Result<(), OutputError> {
        let (request, response) = (&files[pair.request], &files[pair.response]);
        if self.args.predictions {
            let why = "a pair of files has no predictions; --self reads HAR files of geplint serve";
            self.tally.no_predictions += 1;
            self.print_verbose(|| format!("unused {}: {why}", sanitize::path(response)));
            self.keep_unused(&sanitize::plain_path(response), why);
            return Ok(());
        }
        let (mut asked, mut answered) = (Reader::new(read::LARGEST), Reader::new(read::LARGEST));
        let (Some(request_body), Some(response_body)) = (
            self.readable(request, asked.file(request)),
            self.readable(response, answered.file(response)),
        ) else {
            return Ok(());
        };
        let endpoint = self.args.knowledge.endpoint.clone().or_else(|| {
            let configured = self.known.endpoint(self.project, request)?;
            Some(configured.id.to_string())
        });
        let exchange = Exchange {
            name: &sanitize::plain_path(&pair.name),
            origin: &sanitize::plain_path(request),
            request: request_body,
            response: response_body,
            endpoint: endpoint.as_deref(),
            http_status: None,
            url: None,
        };
        let verified = verify(&mut self.predictor, &exchange);
        self.exchange(&exchange, &verified)
    }

    fn recording(&mut self, path: &Path) -> Result<(), OutputError> {
        let mut reader = Reader::new(read::LARGEST);
        let Some(bytes) = self.readable(path, reader.file(path)) else {
            return Ok(());
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        self.recorded(path, &sanitize::plain_path(path), bytes, &mut |name| {
            beside(folder, name)
        })
    }

    fn archive(&mut self, path: &Path) -> Result<(), OutputError> {
        let mut reader = Reader::new(read::LARGEST);
        let Some(bytes) = self.readable(path, reader.file(path)) else {
            return Ok(());
        };
        let archive = match Archive::read(bytes) {
            Ok(archive) => archive,
            Err(why) => {
                self.problem(path, &why);
                return Ok(());
            }
        };
        let hars = archive.har_names();
        if hars.is_empty() {
            self.problem(path, "there is no .har file in this archive");
        }
        for har in hars {
            let name = format!("{}/{har}", sanitize::plain_path(path));
            match archive.file(&har) {
                Ok(bytes) => self.recorded(Path::new(&name), &name, &bytes, &mut |body| {
                    archive.beside(&har, body)
                })?,
                Err(why) => self.problem(Path::new(&name), &why),
            }
        }
        Ok(())
    }

    /// Verifies the calls in a file. `attached` returns the files that it names.
    fn recorded(
        &mut self,
        path: &Path,
        name: &str,
        bytes: &[u8],
        attached: &mut Attached<'_>,
    ) -> Result<(), OutputError> {
        let calls = match Calls::read(bytes) {
            Ok(calls) => calls,
            Err(why) => {
                self.problem(path, &why);
                return Ok(());
            }
        };
        if let Some(why) = calls.cut() {
            self.problem(path, &why);
        }
        if self.args.predictions
            && let Some(missing) = calls.missing_facts()
        {
            let text = format!("{name}: {missing}");
            terminal::warn(self.common, &text);
        }
        let mut without_body = 0_u32;
        let mut predictions = 0_u32;
        let tenants = self.tenants(path, &calls);
        // A file with predictions begins with the initial facts of the server.
        let mut own = self
            .args
            .predictions
            .then(|| Session::new(self.endpoints, &self.known.tenant, true));
        // Its calls are in the order of the file, because clocks may be set back.
        for entry in calls.entries(self.args.knowledge.in_order && !self.args.predictions) {
            if let Some(tenant) = tenants.get(&entry.number) {
                own = Some(Session::new(self.endpoints, tenant, true));
            }
            let call = calls
                .call(entry, &self.routes, attached)
                .and_then(|call| self.wanted(call));
            let predictor: &mut dyn Predictor = match &mut own {
                Some(own) => own,
                None => &mut self.predictor,
            };
            let title = calls.title(entry);
            match call {
                Ok(call) => {
                    let origin = format!("{name}#{}", entry.number);
                    let titled = title.as_ref().map(|title| format!("{origin} {title}"));
                    let exchange = Exchange {
                        name: titled.as_ref().unwrap_or(&origin),
                        origin: &origin,
                        request: &call.request,
                        response: &call.response,
                        endpoint: Some(&call.endpoint),
                        http_status: call.status,
                        url: Some(&call.url),
                    };
                    let verified = verify(predictor, &exchange);
                    match &verified.outcome {
                        // A server refuses some calls before it predicts anything.
                        Outcome::NotAnswered(why) if self.args.predictions => {
                            let unused = unused(call.url.clone(), UnusedKind::Other, why);
                            self.unused(name, entry.number, None, unused);
                        }
                        _ => self.exchange(&exchange, &verified)?,
                    }
                }
                Err(unused) => {
                    without_body += u32::from(unused.kind == UnusedKind::WithoutBody);
                    predictions += u32::from(unused.kind == UnusedKind::Prediction);
                    if self.args.knowledge.in_order
                        && let Some(sent) = &unused.sent
                    {
                        apply_request(predictor, sent);
                    }
                    self.unused(name, entry.number, title.as_deref(), unused);
                }
            }
        }
        if predictions > 0 {
            terminal::warn(self.common, &not_counted(name, predictions));
        }
        if without_body > 0 {
            let number = if without_body == 1 {
                "1 call was"
            } else {
                &format!("{without_body} calls were")
            };
            terminal::warn(
                self.common,
                &format!(
                    "{}: {number} recorded without bodies and cannot be verified; {}",
                    sanitize::escape(name),
                    calls.how_to_record_bodies()
                ),
            );
        }
        Ok(())
    }

    /// Counts an entry that is not a pair, and lists it with `--verbose`.
    fn unused(&mut self, file: &str, number: usize, title: Option<&str>, unused: Unused) {
        match unused.kind {
            UnusedKind::Other => self.tally.others += 1,
            UnusedKind::WithoutBody => self.tally.skipped += 1,
            UnusedKind::Unreadable => self.tally.unreadable += 1,
            UnusedKind::Prediction => self.tally.predictions += 1,
            UnusedKind::NoPrediction => self.tally.no_predictions += 1,
            UnusedKind::Failed => self.tally.failed += 1,
        }
        self.print_verbose(|| {
            let call = [unused.method.as_str(), unused.url.as_str()].join(" ");
            let call = match call.trim() {
                "" => String::new(),
                call => format!("{call}: "),
            };
            let title = title.map(|title| format!(" {title}")).unwrap_or_default();
            let line = format!("unused {file}#{number}{title}: {call}{}", unused.why);
            sanitize::escape(&line).into_owned()
        });
        if self.args.format == VerifyFormat::Json {
            let known = |text: String| Some(text).filter(|text| !text.is_empty());
            self.unused.push(document::Unused {
                file: file.to_owned(),
                entry: Some(number),
                method: known(unused.method),
                url: known(unused.url),
                reason: unused.why,
            });
        }
    }

    /// Returns the facts of the tenant in a file with predictions, by the number of the entry that they precede.
    fn tenants(&mut self, path: &Path, calls: &Calls<'_>) -> BTreeMap<usize, Tenant> {
        let mut tenants = BTreeMap::new();
        if !self.args.predictions {
            return tenants;
        }
        for entry in calls.entries(false) {
            let Some(text) = calls.tenant(entry) else { continue };
            match tenant::load(&text, &mut |_| Err("a HAR file has no list files".to_owned())) {
                Ok(tenant) if self.project.has_email_codes() => {
                    tenants.insert(entry.number, tenant.with_email_codes());
                }
                Ok(tenant) => {
                    tenants.insert(entry.number, tenant);
                }
                Err(error) => {
                    let why = format!("#{}: its tenant facts: {}", entry.number, error.message);
                    self.problem(path, &why);
                }
            }
        }
        tenants
    }

    /// Returns a call if its response is of the compared kind.
    fn wanted<'h>(&self, call: Call<'h>) -> Used<'h> {
        if call.predicted == self.args.predictions {
            return Ok(call);
        }
        let (kind, why) = if call.predicted {
            (
                UnusedKind::Prediction,
                "its response is from geplint serve, not from the API",
            )
        } else {
            (
                UnusedKind::NoPrediction,
                "its response is not a prediction of geplint serve; leave out --self to compare it",
            )
        };
        Err(unused(call.url, kind, why))
    }

    fn keep_unused(&mut self, file: &str, why: &str) {
        if self.args.format == VerifyFormat::Json {
            self.unused.push(document::Unused {
                file: file.to_owned(),
                entry: None,
                method: None,
                url: None,
                reason: why.to_owned(),
            });
        }
    }

    fn exchange(&mut self, exchange: &Exchange<'_>, verified: &Verified) -> Result<(), OutputError> {
        let first = self.tally.pairs == 0;
        if self.args.predictions {
            self.tally.add_prediction(verified);
        } else {
            self.tally.add(verified);
        }
        if let Some(folder) = &mut self.folder
            && matches!(verified.outcome, Outcome::Compared(_))
            && !verified.agreed()
        {
            folder.take(exchange, verified);
        }
        match self.args.format {
            VerifyFormat::Text => self.block(&text::pair(verified, self.look, self.args.verbose)),
            VerifyFormat::Json if first => print(&document::pair(verified)),
            VerifyFormat::Json => print(&format!(",{}", document::pair(verified))),
        }
    }

    fn begin(&self) -> Result<(), OutputError> {
        match self.args.format {
            VerifyFormat::Text => Ok(()),
            VerifyFormat::Json => print(&document::open(self.args.predictions)),
        }
    }

    /// Prints a block, after an empty line if single lines precede it.
    fn block(&mut self, block: &str) -> Result<(), OutputError> {
        if block.is_empty() {
            return Ok(());
        }
        let spaced = block.ends_with("\n\n");
        if std::mem::replace(&mut self.gap, !spaced) && spaced {
            print("\n")?;
        }
        print(block)
    }

    fn end(&self) -> Result<(), OutputError> {
        match self.args.format {
            VerifyFormat::Json => print(&document::close(&self.tally, self.tally.pairs == 0, &self.unused)),
            VerifyFormat::Text if self.args.quiet || self.tally.pairs == 0 => Ok(()),
            VerifyFormat::Text => {
                let gap = if self.gap { "\n" } else { "" };
                let summary = if self.args.predictions {
                    text::summary_of_predictions(&self.tally, self.look, self.args.verbose)
                } else {
                    text::summary(&self.tally, self.look, self.args.verbose)
                };
                print(&format!("{gap}{summary}"))
            }
        }
    }

    fn readable<'b>(&mut self, path: &Path, bytes: Result<&'b [u8], ReadError>) -> Option<&'b [u8]> {
        bytes.map_err(|error| self.problem(path, &error.to_string())).ok()
    }

    /// Prints a line with `--verbose`.
    fn print_verbose(&self, line: impl FnOnce() -> String) {
        if self.args.verbose {
            terminal::eprintln(&line());
        }
    }

    fn problem(&mut self, path: &Path, message: &str) {
        self.had_problem = true;
        terminal::problem(self.common, path, message);
    }

    fn exit_code(&self) -> u8 {
        if self.had_problem {
            TROUBLE
        } else if self.tally.pairs == 0 {
            terminal::error(self.common, &nothing_paired(self.args, &self.tally));
            UNMATCHED
        } else if self.tally.not_answered == self.tally.pairs {
            let message = format!(
                "nothing to verify: none of the {} recorded responses is from the API; -v lists them",
                self.tally.pairs
            );
            terminal::error(self.common, &message);
            UNMATCHED
        } else if self.tally.agreed + self.tally.not_answered < self.tally.pairs {
            FINDINGS
        } else {
            CLEAN
        }
    }
}

/// Returns the kind of a container. Only an object can have saved responses.
fn format(path: &Path, start: &[u8], reader: &mut Reader) -> Option<ContainerKind> {
    let start = start
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(start)
        .trim_ascii_start();
    if !start.starts_with(b"{") {
        return None;
    }
    // Reported when it is read for the comparison.
    detect(path, reader.file(path).ok()?)
}

fn print(text: &str) -> Result<(), OutputError> {
    terminal::print(text)?;
    Ok(io::Write::flush(&mut io::stdout())?)
}

/// Returns true if a file with this start has recorded calls, regardless of its name.
fn has_calls(path: &Path, start: &[u8]) -> bool {
    match calls::Format::of_start(start) {
        None => false,
        // No other format begins like this.
        Some(calls::Format::Har) => true,
        Some(calls::Format::Newman | calls::Format::Bruno) => {
            read::whole(path, read::LARGEST).is_ok_and(|bytes| Calls::read(&bytes).is_ok())
        }
    }
}

fn is_named_har(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("har"))
}

/// Returns the patterns of the arguments and the settings.
fn patterns(args: &Verify, project: &Project) -> Result<Vec<Pattern>, Fault> {
    let configured = project
        .config
        .pair
        .iter()
        .map(|text| Pattern::parse(&text.value).map_err(|why| project.mistake(text.start, why)));
    args.pair.iter().cloned().map(Ok).chain(configured).collect()
}

/// Reads a file named in a HAR file. It must be in the same folder or below.
fn beside(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let inside = Path::new(name)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let path = folder.join(name);
    let real = path
        .canonicalize()
        .map_err(|_| "there is no such file".to_owned())?;
    let root = folder.canonicalize().map_err(|error| error.to_string())?;
    if !inside || !real.starts_with(root) {
        return Err("it is not next to the HAR file".to_owned());
    }
    read::whole(&path, read::LARGEST).map_err(|error| error.to_string())
}

fn named_paths(paths: &[PathBuf]) -> NamedPaths<'_> {
    let folders: Vec<&PathBuf> = paths.iter().filter(|path| path.is_dir()).collect();
    match (folders.as_slice(), paths.len()) {
        ([one, other], _) => NamedPaths::TwoFolders(one, other),
        ([], 2) => NamedPaths::TwoFiles,
        _ => NamedPaths::Other,
    }
}

/// Returns the warning about predictions in a file, for runs that compare responses of the API.
fn not_counted(name: &str, predictions: u32) -> String {
    let what = if predictions == 1 {
        "1 response is from geplint serve, not from the API, and is"
    } else {
        &format!("{predictions} responses are from geplint serve, not from the API, and are")
    };
    format!(
        "{}: {what} not counted; --self compares predictions with new ones",
        sanitize::escape(name)
    )
}

/// Applies the effects of a request without a recorded response, unless its status is a failure.
fn apply_request(predictor: &mut dyn Predictor, sent: &Sent) {
    let refused = sent.status.is_some_and(|status| status >= 300);
    let answer = refused.then(AcceptedRecords::none);
    let endpoint = Some(sent.endpoint.as_str());
    let _ = predictor.predict(&sent.request, endpoint, answer.as_ref());
}

/// Creates the record of a call that is not compared.
fn unused(url: String, kind: UnusedKind, why: &str) -> Unused {
    Unused {
        method: String::new(),
        url,
        kind,
        why: why.to_owned(),
        sent: None,
    }
}

fn nothing_paired(args: &Verify, tally: &Tally) -> String {
    let unused = tally.skipped + tally.unreadable;
    let paths: Vec<String> = args.paths.iter().map(|path| sanitize::path(path)).collect();
    let paths = paths.join(", ");
    if args.predictions {
        return format!("no prediction to compare in {paths}; --self reads HAR files of geplint serve");
    }
    if tally.predictions > 0 {
        let rest = match unused {
            0 => String::new(),
            1 => "; 1 more call was recorded without both bodies".to_owned(),
            unused => format!("; {unused} more calls were recorded without both bodies"),
        };
        return format!(
            "no response of the API to verify in {paths}: predictions of geplint serve are skipped; --self compares them{rest}"
        );
    }
    if unused > 0 {
        let calls = if unused == 1 {
            "1 call was"
        } else {
            &format!("{unused} calls were")
        };
        return format!(
            "no recorded response to verify in {paths}: {calls} recorded without both bodies; -v lists each with the reason"
        );
    }
    format!(
        "no recorded response to verify in {paths}; a pair is NAME.request.json and NAME.response.json, or a call \
         in a HAR file or a report of Newman or Bruno; -v lists what was skipped"
    )
}
