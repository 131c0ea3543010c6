//! The worker thread: reads settings, checks documents and answers requests about them, one after another.
//!
//! It works in rounds. A round uses one version of the settings of all folders, and ends when they have to be read again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::{Diagnostic, PublishDiagnosticsParams, Uri};
use lsp_server::ErrorCode;
use serde_json::{Value, json};

use super::client::Client;
use super::diagnostics;
use super::document_request::DocumentRequest;
use super::engine::{CheckedDocument, Defaults, Engine, Response, Site};
use super::mailbox::{Job, Mailbox, Snapshot, Task};
use super::text::Text;
use super::transport::{Outbox, RpcResult, value};
use super::uri;
use crate::cli::args::Common;
use crate::cli::read_settings_file;
use crate::cli::settings_source::SettingsSource;
use crate::cli::suppression::today;
use crate::manual;
use crate::rules::{Candidate, rule_text};
use crate::sanitize;

/// The state that the worker keeps between rounds.
pub struct Worker<'a> {
    common: &'a Common,
    client: Client,
    mailbox: &'a Mailbox,
    outbox: Outbox,
    /// Number of the current round.
    round: u64,
    /// URIs of the files with settings that have published diagnostics.
    published: BTreeSet<String>,
    /// The mistakes in these files that were shown as messages, by path.
    shown: BTreeMap<PathBuf, String>,
    /// The predicted responses that the client has requested, by document URI.
    responses: HashMap<Arc<str>, Option<String>>,
    /// The watched file names.
    watched: BTreeSet<String>,
}

/// The reason for the end of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Stop,
    /// The settings have to be read again.
    Reload,
    /// A document is in a folder without an engine.
    Folder,
}

/// The state of a round.
struct Round<'w, 'a, 'e> {
    engines: Vec<Engine<'e>>,
    /// The results of the last checks, by document URI.
    checked: HashMap<Arc<str>, CheckedDocument>,
    worker: &'w mut Worker<'a>,
}

impl<'a> Worker<'a> {
    /// Creates the worker for a client.
    pub fn new(common: &'a Common, client: Client, mailbox: &'a Mailbox, outbox: Outbox) -> Self {
        Self {
            common,
            client,
            mailbox,
            outbox,
            round: 0,
            published: BTreeSet::new(),
            shown: BTreeMap::new(),
            responses: HashMap::new(),
            watched: BTreeSet::new(),
        }
    }

    /// Runs until the end of the session.
    pub fn run(mut self) {
        let mut sites: Vec<Site> = Vec::new();
        let mut end = End::Reload;
        while end != End::Stop {
            let source = self.source(&sites);
            sites = self.sites(&source, sites, end == End::Reload);
            self.after_reading(&sites);
            end = self.round(&source, &sites);
        }
    }

    /// Returns the source of settings: open documents take precedence over the files on disk.
    fn source(&self, sites: &[Site]) -> SettingsSource {
        let files: BTreeSet<&PathBuf> = sites.iter().flat_map(|site| &site.files).collect();
        let mut source = SettingsSource::default();
        for snapshot in self.mailbox.documents() {
            let Some(path) = snapshot.path else { continue };
            if files.contains(&path) || !snapshot.is_payload {
                source.open.insert(path, snapshot.text.as_str().into());
            }
        }
        source
    }

    /// Returns the folders with settings: those of the client, and the parent of each document outside of them.
    fn sites(&self, source: &SettingsSource, before: Vec<Site>, again: bool) -> Vec<Site> {
        let mut folders = self.mailbox.folders();
        for snapshot in self
            .mailbox
            .documents()
            .iter()
            .filter(|snapshot| snapshot.is_payload)
        {
            let folder = folder_of(&folders, snapshot.path.as_deref());
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let mut before: BTreeMap<PathBuf, Site> = before
            .into_iter()
            .map(|site| (site.folder.clone(), site))
            .collect();
        folders
            .into_iter()
            .map(|folder| match before.remove(&folder) {
                Some(site) if !again => site,
                site => Site::read(
                    &SettingsSource {
                        folder,
                        open: source.open.clone(),
                    },
                    self.common,
                    site,
                ),
            })
            .collect()
    }

    /// Registers file watchers for the files with settings.
    fn after_reading(&mut self, sites: &[Site]) {
        let files: BTreeSet<PathBuf> = sites.iter().flat_map(|site| site.files.iter().cloned()).collect();
        let names: BTreeSet<String> = files
            .iter()
            .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
            .chain([crate::settings::FILE_NAME.to_owned()])
            .collect();
        self.mailbox.set_settings(files);
        if self.client.watches && names != self.watched {
            const ID: &str = "geplint-settings";
            const METHOD: &str = "workspace/didChangeWatchedFiles";
            if !self.watched.is_empty() {
                let old = json!([{ "id": ID, "method": METHOD }]);
                // The misspelling `unregisterations` is that of the protocol.
                self.outbox
                    .request("client/unregisterCapability", json!({ "unregisterations": old }));
            }
            let watchers: Vec<Value> = names
                .iter()
                .map(|name| json!({ "globPattern": pattern(name) }))
                .collect();
            let options = json!({ "watchers": watchers });
            let new = json!([{ "id": ID, "method": METHOD, "registerOptions": options }]);
            self.outbox
                .request("client/registerCapability", json!({ "registrations": new }));
            self.watched = names;
        }
    }

    fn round(&mut self, source: &SettingsSource, sites: &[Site]) -> End {
        let candidates: Vec<Vec<Candidate<'_>>> =
            sites.iter().map(|site| site.known.rules.candidates()).collect();
        let defaults = Defaults::default();
        let engines: Vec<Engine<'_>> = sites
            .iter()
            .zip(&candidates)
            .map(|(site, candidates)| Engine::new(site, candidates, &defaults))
            .collect();
        self.round += 1;
        self.publish_faults(source, &engines);
        self.mailbox.check_all();
        if self.client.pulls && self.client.refreshes && self.round > 1 {
            self.outbox.request("workspace/diagnostic/refresh", Value::Null);
        }
        let mut round = Round {
            engines,
            checked: HashMap::new(),
            worker: self,
        };
        round.run()
    }

    /// Publishes errors in the files with settings, and clears those that are fixed.
    fn publish_faults(&mut self, source: &SettingsSource, engines: &[Engine<'_>]) {
        let mut files: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        let encoding = self.client.encoding;
        let text = |path: &Path| {
            let text = source.text(path, read_settings_file::FACTS);
            Text::new(text.unwrap_or_default())
        };
        for engine in engines {
            let site = engine.site;
            if let Some(fault) = &site.fault {
                let all: Vec<String> = fault.each().map(ToString::to_string).collect();
                self.outbox.log(&all.join("\n"));
                let path = fault.path.as_deref().or(site.project.file());
                let Some(path) = path.map(crate::input::normal) else {
                    continue;
                };
                let text = text(&path);
                let all = fault.each();
                let own = all.map(|fault| diagnostics::fault(fault, &text, encoding));
                files.entry(path).or_default().extend(own);
                continue;
            }
            let Some(path) = site.project.file().map(crate::input::normal) else {
                continue;
            };
            let text = text(&path);
            let mistakes = engine.mistakes();
            let own = mistakes
                .iter()
                .map(|mistake| diagnostics::mistake(mistake.start, &mistake.message, &text, encoding));
            files.entry(path).or_default().extend(own);
        }
        self.show_mistakes(&files);
        let mut published = BTreeSet::new();
        for (path, mut diagnostics) in files {
            // Two folders may share a settings file.
            diagnostics.dedup();
            if diagnostics.is_empty() {
                continue;
            }
            let uri = self.uri_of(&path);
            self.publish(&uri, None, diagnostics);
            published.insert(uri);
        }
        for uri in std::mem::replace(&mut self.published, published) {
            if !self.published.contains(&uri) {
                self.publish(&uri, None, Vec::new());
            }
        }
    }

    /// Shows mistakes in files that are not open as messages, because a client may not show their diagnostics. Each change is
    /// shown once.
    fn show_mistakes(&mut self, files: &BTreeMap<PathBuf, Vec<Diagnostic>>) {
        let open: BTreeSet<PathBuf> = self
            .mailbox
            .documents()
            .into_iter()
            .filter_map(|snapshot| snapshot.path)
            .collect();
        let mut shown = BTreeMap::new();
        for (path, all) in files {
            let Some(first) = all.first() else { continue };
            let text = diagnostics::line(path, first, all.len() - 1);
            if self.shown.get(path) != Some(&text) && !open.contains(path) {
                let severity = first.severity.as_ref().map_or(Value::Null, value);
                let params = json!({ "type": severity, "message": text });
                self.outbox.notify("window/showMessage", params);
            }
            shown.insert(path.clone(), text);
        }
        self.shown = shown;
    }

    /// Returns the URI of a file; for an open file, the client's own URI.
    fn uri_of(&self, path: &Path) -> String {
        let documents = self.mailbox.documents();
        let open = documents
            .iter()
            .find(|snapshot| snapshot.path.as_deref() == Some(path));
        open.map_or_else(|| uri::of(path), |snapshot| snapshot.uri.to_string())
    }

    fn publish(&self, uri: &str, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let params = PublishDiagnosticsParams {
            uri: Uri(uri.to_owned()),
            version,
            diagnostics,
        };
        self.outbox
            .replace("textDocument/publishDiagnostics", uri, &params);
    }
}

/// Returns the folder with the settings for a document: the innermost workspace folder, or else its parent.
fn folder_of(folders: &[PathBuf], path: Option<&Path>) -> PathBuf {
    let Some(path) = path else {
        return folders.first().cloned().unwrap_or_default();
    };
    let above = folders.iter().filter(|folder| path.starts_with(folder));
    let nearest = above.max_by_key(|folder| folder.components().count());
    let own = || path.parent().unwrap_or(Path::new("/")).to_path_buf();
    nearest.cloned().unwrap_or_else(own)
}

/// Returns a glob for files of this name in any folder.
fn pattern(name: &str) -> String {
    let special = ['*', '?', '[', ']', '{', '}', '!', ',', '\\'];
    format!("**/{}", name.replace(special, "?"))
}

impl Round<'_, '_, '_> {
    fn run(&mut self) -> End {
        let day = today();
        loop {
            match self.worker.mailbox.next() {
                Task::Stop => return End::Stop,
                Task::Reload => return End::Reload,
                // Ignores expire at the end of a day.
                task if today() != day => {
                    self.put_back(task);
                    return End::Reload;
                }
                task => {
                    if let Some(end) = self.task(task) {
                        return end;
                    }
                }
            }
        }
    }

    /// Puts a task back for the next round.
    fn put_back(&self, task: Task) {
        match task {
            Task::Job(job) => self.worker.mailbox.push_job_front(job),
            Task::Closed(uri) => self.worker.mailbox.close(&uri),
            // Every round checks all documents.
            Task::Check(_) | Task::Stop | Task::Reload => {}
        }
    }

    /// Executes a task. Returns a reason if the round has to end.
    fn task(&mut self, task: Task) -> Option<End> {
        match task {
            Task::Stop => return Some(End::Stop),
            Task::Reload => return Some(End::Reload),
            Task::Job(job) => {
                let snapshot = job.snapshot.as_ref().filter(|snapshot| snapshot.is_payload);
                if snapshot.is_some_and(|snapshot| self.engine(snapshot).is_none()) {
                    self.worker.mailbox.push_job_front(job);
                    return Some(End::Folder);
                }
                self.job(job);
            }
            Task::Check(snapshot) if snapshot.is_payload => {
                if self.engine(&snapshot).is_none() {
                    return Some(End::Folder);
                }
                self.guarded(|round| round.check(&snapshot));
            }
            Task::Check(_) => {}
            Task::Closed(uri) => {
                self.checked.remove(&uri);
                self.worker.responses.remove(&uri);
                for engine in &mut self.engines {
                    engine.forget_files();
                }
                if !self.worker.published.contains(&*uri) {
                    self.worker.publish(&uri, None, Vec::new());
                }
            }
        }
        None
    }

    /// Catches a panic in one task; returns `None` after a panic.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self)));
        if done.is_err() {
            self.worker
                .outbox
                .log("this is a bug in geplint: a document could not be checked");
        }
        done.ok()
    }

    /// Returns the index of the engine for a document.
    fn engine(&self, snapshot: &Snapshot) -> Option<usize> {
        let folders: Vec<PathBuf> = self
            .engines
            .iter()
            .map(|engine| engine.site.folder.clone())
            .collect();
        let folder = folder_of(&folders, snapshot.path.as_deref());
        folders.iter().position(|own| *own == folder)
    }

    /// Returns the result for a document, and checks it if there is none for this revision.
    fn checked(&mut self, snapshot: &Snapshot) -> &CheckedDocument {
        let known = self.checked.get(&snapshot.uri).map(|checked| checked.revision);
        if known != Some(snapshot.revision) {
            let index = self.engine(snapshot);
            let engine = index.and_then(|index| self.engines.get_mut(index));
            let checked = engine.map_or_else(
                || CheckedDocument::not_checked(snapshot.revision),
                |engine| engine.check(snapshot),
            );
            self.checked.insert(Arc::clone(&snapshot.uri), checked);
        }
        let nothing = || CheckedDocument::not_checked(snapshot.revision);
        self.checked
            .entry(Arc::clone(&snapshot.uri))
            .or_insert_with(nothing)
    }

    fn diagnostics(&mut self, snapshot: &Snapshot) -> Vec<Diagnostic> {
        let encoding = self.worker.client.encoding;
        let checked = self.checked(snapshot);
        let all = [checked.findings.as_slice(), &checked.elsewhere];
        diagnostics::of(&snapshot.uri, &snapshot.text, &all, encoding)
    }

    /// Checks a document, publishes its diagnostics, and announces a changed predicted response.
    fn check(&mut self, snapshot: &Snapshot) {
        if !self.worker.client.pulls {
            let diagnostics = self.diagnostics(snapshot);
            if self.is_newest(snapshot) {
                self.worker
                    .publish(&snapshot.uri, Some(snapshot.version), diagnostics);
            }
        }
        if self.worker.responses.contains_key(&snapshot.uri) {
            let text = self.response(snapshot).text;
            let before = self
                .worker
                .responses
                .insert(Arc::clone(&snapshot.uri), text.clone());
            if before.as_ref() != Some(&text) {
                let params = json!({
                    "uri": &*snapshot.uri,
                    "textDocument": { "uri": &*snapshot.uri, "version": snapshot.version },
                });
                let method = "geplint/predictedResponseChanged";
                self.worker.outbox.replace(method, &snapshot.uri, &params);
            }
        }
    }

    /// Returns true if no newer text of the document has arrived.
    fn is_newest(&self, snapshot: &Snapshot) -> bool {
        let now = self.worker.mailbox.document(&snapshot.uri);
        now.is_some_and(|now| now.revision == snapshot.revision)
    }

    fn response(&mut self, snapshot: &Snapshot) -> Response {
        let index = self.engine(snapshot);
        match index.and_then(|index| self.engines.get_mut(index)) {
            Some(engine) => engine.predict(snapshot),
            None => Response::none("the document is in no folder".to_owned()),
        }
    }

    // ---- requests ----

    fn job(&mut self, job: Job) {
        let Job {
            id,
            method,
            params,
            snapshot,
        } = job;
        self.worker.mailbox.begin(&id);
        let answer = self.guarded(|round| round.answer(&method, &params, snapshot.as_ref()));
        let cancelled = self.worker.mailbox.finish();
        self.worker.outbox.answer(
            id,
            match answer {
                _ if cancelled => Err((ErrorCode::RequestCanceled, "cancelled".to_owned())),
                Some(answer) => answer,
                None => Err((ErrorCode::InternalError, "this is a bug in geplint".to_owned())),
            },
        );
    }

    fn answer(&mut self, method: &str, params: &Value, snapshot: Option<&Snapshot>) -> RpcResult {
        match method {
            "textDocument/diagnostic" => Ok(self.pulled(params, snapshot)),
            "workspace/diagnostic" => self.workspace(params),
            "workspace/executeCommand" => self.command(params, snapshot),
            "geplint/explain" => self.explain(params.get("rule")),
            "geplint/predictedResponse" => self.predicted(snapshot),
            _ => {
                let Some(snapshot) = snapshot else {
                    return Err((ErrorCode::InvalidParams, "the document is not open".to_owned()));
                };
                self.about(method, params, snapshot)
            }
        }
    }

    /// Answers a request about one document.
    fn about(&mut self, method: &str, params: &Value, snapshot: &Snapshot) -> RpcResult {
        let client = self.worker.client;
        // These requests do not depend on the findings, so the document is not checked first.
        let is_place = [
            "textDocument/hover",
            "textDocument/completion",
            "textDocument/documentSymbol",
        ];
        let nothing = CheckedDocument::not_checked(snapshot.revision);
        if !is_place.contains(&method) {
            self.checked(snapshot);
        }
        let checked = self.checked.get(&snapshot.uri).unwrap_or(&nothing);
        // A settings file may be in a folder without documents.
        let index = self.engine(snapshot).unwrap_or(0);
        let Some(engine) = self.engines.get(index) else {
            return Ok(Value::Null);
        };
        let about = DocumentRequest {
            client,
            engine,
            snapshot,
            checked,
        };
        match method {
            "textDocument/codeAction" => about.code_actions(params, &|path| self.worker.uri_of(path)),
            "textDocument/hover" => about.hover(params),
            "textDocument/completion" => about.completion(params),
            "textDocument/documentSymbol" => Ok(about.symbols()),
            "textDocument/prepareRename" => about.prepare_rename(params),
            "textDocument/rename" => about.rename(params),
            _ => Err((ErrorCode::MethodNotFound, "there is no such method".to_owned())),
        }
    }

    fn pulled(&mut self, params: &Value, snapshot: Option<&Snapshot>) -> Value {
        let Some(snapshot) = snapshot.filter(|snapshot| snapshot.is_payload) else {
            return json!({ "kind": "full", "items": [] });
        };
        let newest = self.worker.mailbox.document(&snapshot.uri);
        let snapshot = newest.as_ref().unwrap_or(snapshot);
        let id = self.result_id(snapshot.revision);
        if params.get("previousResultId").and_then(Value::as_str) == Some(&id) {
            return json!({ "kind": "unchanged", "resultId": id });
        }
        let items = value(&self.diagnostics(snapshot));
        json!({ "kind": "full", "resultId": id, "items": items })
    }

    /// Returns the result id for a revision of a text in this round.
    fn result_id(&self, revision: impl std::fmt::Display) -> String {
        format!("{}-{revision}", self.worker.round)
    }

    /// Checks all files of the workspace folders. Changed documents are checked in between.
    fn workspace(&mut self, params: &Value) -> RpcResult {
        let previous = params.get("previousResultIds").and_then(Value::as_array);
        let mut previous: HashMap<String, String> = previous
            .into_iter()
            .flatten()
            .filter_map(|one| {
                let text = |key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned);
                Some((text("uri")?, text("value")?))
            })
            .collect();
        let mut items = Vec::new();
        let mut done = BTreeSet::new();
        for index in 0..self.engines.len() {
            let files = self.engines.get(index).map(Engine::files).unwrap_or_default();
            for path in files {
                if self.worker.mailbox.is_cancelled() {
                    return Err((ErrorCode::RequestCanceled, "cancelled".to_owned()));
                }
                while let Some(task) = self.worker.mailbox.next_check() {
                    self.guarded(|round| round.task(task));
                }
                if self.worker.mailbox.is_interrupted() {
                    return Err((ErrorCode::ServerCancelled, "the settings have changed".to_owned()));
                }
                if done.insert(path.clone()) {
                    items.extend(self.workspace_file(index, &path, &mut previous));
                }
            }
        }
        // Clears the diagnostics of files that no longer exist.
        items.extend(
            previous
                .into_keys()
                .map(|uri| json!({ "kind": "full", "uri": uri, "version": null, "items": [] })),
        );
        Ok(json!({ "items": items }))
    }

    /// Returns the report for a file of a folder; `None` if it cannot be read.
    fn workspace_file(
        &mut self,
        index: usize,
        path: &Path,
        previous: &mut HashMap<String, String>,
    ) -> Option<Value> {
        let uri = self.worker.uri_of(path);
        let open = self.worker.mailbox.document(&uri);
        let id = match &open {
            Some(snapshot) => self.result_id(snapshot.revision),
            None => self.result_id(stamp(path)?),
        };
        let version = open.as_ref().map(|snapshot| snapshot.version);
        if previous.remove(&uri).as_ref() == Some(&id) {
            return Some(json!({ "kind": "unchanged", "uri": uri, "version": version, "resultId": id }));
        }
        let items = if let Some(snapshot) = &open {
            self.diagnostics(snapshot)
        } else {
            let bytes = crate::input::read::whole(path, crate::input::read::LARGEST).ok()?;
            let found = self.engines.get_mut(index)?.file(path, &bytes);
            let shown = found.unwrap_or_default();
            if shown.own.is_empty() && shown.elsewhere.is_empty() {
                Vec::new()
            } else {
                // Spans are valid if the text is UTF-8; otherwise only the start of the file is used.
                let text = Text::new(String::from_utf8_lossy(&bytes).into_owned());
                let all = [shown.own.as_slice(), &shown.elsewhere];
                diagnostics::of(&uri, &text, &all, self.worker.client.encoding)
            }
        };
        Some(json!({
            "kind": "full", "uri": uri, "version": version, "resultId": id, "items": value(&items),
        }))
    }

    fn predicted(&mut self, snapshot: Option<&Snapshot>) -> RpcResult {
        let Some(snapshot) = snapshot else {
            return Err((ErrorCode::InvalidParams, "the document is not open".to_owned()));
        };
        let response = self.response(snapshot);
        self.worker
            .responses
            .insert(Arc::clone(&snapshot.uri), response.text.clone());
        Ok(json!({
            "uri": &*snapshot.uri,
            "version": snapshot.version,
            "text": response.text,
            "reason": response.reason,
            "endpoint": response.endpoint,
            "dependsOn": response.depends_on,
            "guesses": response.guesses,
        }))
    }

    fn command(&mut self, params: &Value, snapshot: Option<&Snapshot>) -> RpcResult {
        let argument = params.pointer("/arguments/0");
        match params.get("command").and_then(Value::as_str) {
            Some("geplint.predictedResponse") => {
                let answer = self.predicted(snapshot)?;
                if let (true, Some(snapshot)) = (self.worker.client.virtual_documents, snapshot) {
                    self.show(&format!("geplint-response:{}", snapshot.uri));
                }
                Ok(answer)
            }
            Some("geplint.explain") => {
                let answer = self.explain(argument)?;
                let rule = argument.and_then(Value::as_str).unwrap_or_default();
                if self.worker.client.virtual_documents {
                    self.show(&format!("geplint-explain:/{rule}.md"));
                } else if let Some(rule) = rule_text(rule) {
                    // One line: many clients show only the last one, or the first.
                    self.message(&format!(
                        "{}: {} `geplint explain {0}` prints the whole page.",
                        rule.id,
                        one_line(&rule.what)
                    ));
                }
                Ok(answer)
            }
            Some("geplint.showIgnore") => {
                let uri = argument.and_then(Value::as_str).unwrap_or_default();
                let Some(file) = uri::path(uri) else {
                    return Err((ErrorCode::InvalidParams, "the document is not a file".to_owned()));
                };
                if self.worker.client.shows_documents {
                    let mut document = json!({ "uri": uri, "takeFocus": true });
                    let selection = params.pointer("/arguments/1").filter(|range| range.is_object());
                    if let (Some(selection), Some(document)) = (selection, document.as_object_mut()) {
                        document.insert("selection".to_owned(), selection.clone());
                    }
                    self.worker.outbox.request("window/showDocument", document);
                } else {
                    self.message(&format!(
                        "The ignore is in {}: write a reason there, and save the file.",
                        sanitize::plain_path(&file)
                    ));
                }
                Ok(Value::Null)
            }
            _ => Err((ErrorCode::InvalidParams, "there is no such command".to_owned())),
        }
    }

    /// Shows a line to the user with `window/showMessage`.
    fn message(&self, text: &str) {
        const INFO: u8 = 3;
        let params = json!({ "type": INFO, "message": text });
        self.worker.outbox.notify("window/showMessage", params);
    }

    /// Requests that the client shows a virtual document.
    fn show(&self, uri: &str) {
        if self.worker.client.shows_documents {
            let params = json!({ "uri": uri, "takeFocus": true });
            self.worker.outbox.request("window/showDocument", params);
        }
    }

    /// Returns the page of a rule, as `geplint explain` prints it.
    fn explain(&self, rule: Option<&Value>) -> RpcResult {
        let id = rule.and_then(Value::as_str).unwrap_or_default();
        let Some(rule) = rule_text(id) else {
            return Err((ErrorCode::InvalidParams, "there is no such rule".to_owned()));
        };
        let endpoints: Vec<_> = match self.engines.first() {
            Some(engine) => engine.site.known.rules.endpoints().collect(),
            None => Vec::new(),
        };
        let page = manual::page(rule, &endpoints, None).markdown();
        Ok(json!({ "rule": id, "markdown": page }))
    }
}

/// Returns the first paragraph of a text, on one line.
fn one_line(text: &str) -> String {
    let first = text.trim().split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a stamp of a file: modification time and length.
fn stamp(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    let written = metadata.modified().ok()?;
    let since = written
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos());
    Some(format!("{since}-{}", metadata.len()))
}
