//! The session with one client. It stores the documents, and passes slow requests to the worker.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use gen_lsp_types::Range;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::mailbox::{Job, Mailbox, Snapshot};
use super::text::Text;
use super::transport::{Incoming, Outbox};
use super::uri;
use super::worker::Worker;
use crate::cli::args::Common;
use crate::containers;
use crate::sanitize;
use crate::settings::FILE_NAME;

/// The state of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before `initialize`.
    New,
    /// After `initialize`.
    Running,
    /// After `shutdown`, before `exit`.
    Down,
}

/// The requests that the worker answers.
const JOBS: [&str; 11] = [
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/documentSymbol",
    "textDocument/codeAction",
    "textDocument/prepareRename",
    "textDocument/rename",
    "workspace/executeCommand",
    "geplint/predictedResponse",
    "geplint/explain",
];

/// A session with a client.
pub struct Server<'a> {
    common: &'a Common,
    mailbox: &'a Mailbox,
    outbox: Outbox,
    stage: Stage,
    client: Client,
    documents: HashMap<String, Snapshot>,
    folders: Vec<PathBuf>,
    /// The number of the last change of a document.
    revision: u64,
}

impl<'a> Server<'a> {
    /// Creates a session in the state [`Stage::New`].
    pub fn new(common: &'a Common, mailbox: &'a Mailbox, outbox: Outbox) -> Self {
        Self {
            common,
            mailbox,
            outbox,
            stage: Stage::New,
            client: Client::default(),
            documents: HashMap::new(),
            folders: Vec::new(),
            revision: 0,
        }
    }

    /// Serves until the client ends the session or disconnects. Returns the exit code.
    pub fn serve<'s>(mut self, incoming: &Receiver<Incoming>, scope: &'s Scope<'s, 'a>) -> u8 {
        let mut worker = None;
        for incoming in incoming {
            match incoming {
                Incoming::Message(Message::Request(request)) => self.request(request),
                Incoming::Message(Message::Notification(notification)) => {
                    if notification.method == "exit" {
                        break;
                    }
                    self.notification(notification);
                }
                // The responses to our requests are ignored.
                Incoming::Message(Message::Response(_)) => {}
                Incoming::Malformed(why) => self.outbox.log(&why),
            }
            if self.stage == Stage::Running && worker.is_none() {
                worker = self.start_worker(scope);
            }
        }
        self.mailbox.stop();
        u8::from(self.stage != Stage::Down)
    }

    fn start_worker<'s>(&self, scope: &'s Scope<'s, 'a>) -> Option<ScopedJoinHandle<'s, ()>> {
        let worker = Worker::new(self.common, self.client, self.mailbox, self.outbox.clone());
        let builder = Builder::new().name("worker".to_owned());
        builder.spawn_scoped(scope, move || worker.run()).ok()
    }

    // ---- requests ----

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let answer = match (self.stage, method.as_str()) {
            (Stage::New, "initialize") => {
                self.stage = Stage::Running;
                Ok(self.initialize(&params))
            }
            (Stage::New, _) => Err((
                ErrorCode::ServerNotInitialized,
                "the session has not been initialized".to_owned(),
            )),
            (Stage::Down, _) => Err((
                ErrorCode::InvalidRequest,
                "the session has been shut down".to_owned(),
            )),
            (Stage::Running, "initialize") => Err((
                ErrorCode::InvalidRequest,
                "the session has been initialized already".to_owned(),
            )),
            (Stage::Running, "shutdown") => {
                self.stage = Stage::Down;
                Ok(Value::Null)
            }
            (Stage::Running, name) if JOBS.contains(&name) => return self.job(id, method, params),
            (Stage::Running, method) => Err((
                ErrorCode::MethodNotFound,
                format!("there is no method {}", sanitize::escape(method)),
            )),
        };
        self.outbox.answer(id, answer);
    }

    fn initialize(&mut self, params: &Value) -> Value {
        const INCREMENTAL: u8 = 2;
        self.client = Client::of(params);
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        self.folders = folders.into_iter().flatten().filter_map(folder).collect();
        if self.folders.is_empty() {
            let root = params.get("rootUri").and_then(Value::as_str).and_then(uri::path);
            let older = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
            self.folders
                .extend(root.or_else(older).filter(|root| root.is_absolute()));
        }
        self.mailbox.set_folders(self.folders.clone());
        json!({
            "capabilities": {
                "positionEncoding": self.client.encoding.name(),
                "textDocumentSync": {
                    "openClose": true,
                    "change": INCREMENTAL,
                    "save": { "includeText": false },
                },
                "diagnosticProvider": {
                    "identifier": "geplint",
                    "interFileDependencies": true,
                    "workspaceDiagnostics": true,
                },
                "hoverProvider": true,
                "completionProvider": { "triggerCharacters": ["\"", ":", " ", "{", "[", ",", "."] },
                "documentSymbolProvider": true,
                "codeActionProvider": { "codeActionKinds": ["quickfix", "source.fixAll.geplint"] },
                "renameProvider": { "prepareProvider": true },
                "executeCommandProvider": { "commands": ["geplint.explain", "geplint.predictedResponse", "geplint.showIgnore"] },
                "workspace": {
                    "workspaceFolders": { "supported": true, "changeNotifications": true },
                },
            },
            "serverInfo": { "name": "geplint", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn job(&self, id: RequestId, method: String, params: Value) {
        let uri = params
            .pointer("/textDocument/uri")
            .or_else(|| params.pointer("/arguments/0"))
            .and_then(Value::as_str);
        let snapshot = uri.and_then(|uri| self.documents.get(uri)).cloned();
        self.mailbox.push_job(Job {
            id,
            method,
            params,
            snapshot,
        });
    }

    // ---- notifications ----

    fn notification(&mut self, notification: Notification) {
        if self.stage != Stage::Running {
            return;
        }
        let Notification { method, params } = notification;
        let done = match method.as_str() {
            "textDocument/didOpen" => self.opened(&params),
            "textDocument/didChange" => self.changed(&params),
            "textDocument/didClose" => self.closed(&params),
            "textDocument/didSave" => {
                self.saved(&params);
                Ok(())
            }
            "workspace/didChangeWatchedFiles" => {
                self.watched(&params);
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.folders_changed(&params);
                Ok(())
            }
            "$/cancelRequest" => {
                self.cancelled(&params);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(why) = done {
            self.outbox.log(&format!("{method}: {why}"));
        }
    }

    fn opened(&mut self, params: &Value) -> Result<(), String> {
        let document = params.get("textDocument").ok_or("there is no document in it")?;
        let uri = text(document, "uri")?;
        let path = uri::path(uri);
        let is_wanted = |path: &PathBuf| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
                || containers::is_wanted(path)
        };
        let language = document
            .get("languageId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let is_payload = path.as_ref().map_or_else(|| language == "json", is_wanted);
        self.revision += 1;
        let snapshot = Snapshot {
            uri: uri.into(),
            path,
            text: Arc::new(Text::new(text(document, "text")?.to_owned())),
            version: version(document).unwrap_or(0),
            revision: self.revision,
            is_payload,
        };
        self.put(snapshot);
        Ok(())
    }

    fn changed(&mut self, params: &Value) -> Result<(), String> {
        let document = params.get("textDocument").ok_or("there is no document in it")?;
        let uri = text(document, "uri")?;
        let Some(mut snapshot) = self.documents.remove(uri) else {
            return Err(format!("{} is not open", sanitize::escape(uri)));
        };
        // With only one reference, the text is edited without a copy.
        self.mailbox.release(uri);
        let changes = params.get("contentChanges").and_then(Value::as_array);
        let mut done = changes
            .map(|_| ())
            .ok_or_else(|| "there are no changes in it".to_owned());
        let whole = Arc::make_mut(&mut snapshot.text);
        for change in changes.into_iter().flatten() {
            let Some(with) = change.get("text").and_then(Value::as_str) else {
                done = Err("a change has no text".to_owned());
                continue;
            };
            match change
                .get("range")
                .filter(|range| !range.is_null())
                .map(Range::deserialize)
            {
                None => *whole = Text::new(with.to_owned()),
                Some(Ok(range)) => whole.edit(&range, with, self.client.encoding),
                Some(Err(why)) => done = Err(format!("a change has no range: {why}")),
            }
        }
        self.revision += 1;
        snapshot.revision = self.revision;
        // Edits are applied in the order of the stream, independent of the client's version numbers.
        snapshot.version = version(document).unwrap_or(snapshot.version);
        self.put(snapshot);
        done
    }

    /// Stores a new or changed document.
    fn put(&mut self, snapshot: Snapshot) {
        let is_settings = self.is_settings(snapshot.path.as_ref());
        self.documents.insert(snapshot.uri.to_string(), snapshot.clone());
        self.mailbox.put(snapshot);
        if is_settings {
            self.mailbox.reload();
        }
    }

    fn closed(&mut self, params: &Value) -> Result<(), String> {
        let document = params.get("textDocument").ok_or("there is no document in it")?;
        let uri = text(document, "uri")?;
        let Some(snapshot) = self.documents.remove(uri) else {
            return Err(format!("{} is not open", sanitize::escape(uri)));
        };
        self.mailbox.close(&snapshot.uri);
        // From now on the file on disk is used.
        if self.is_settings(snapshot.path.as_ref()) {
            self.mailbox.reload();
        }
        Ok(())
    }

    fn saved(&self, params: &Value) {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        if self.is_settings(uri.and_then(uri::path).as_ref()) {
            self.mailbox.reload();
        }
    }

    fn watched(&self, params: &Value) {
        let changes = params.get("changes").and_then(Value::as_array);
        let mut paths = changes
            .into_iter()
            .flatten()
            .filter_map(|change| uri::path(change.get("uri")?.as_str()?));
        if paths.any(|path| self.is_settings(Some(&path))) {
            self.mailbox.reload();
        }
    }

    fn folders_changed(&mut self, params: &Value) {
        let list = |pointer: &str| -> Vec<PathBuf> {
            let list = params.pointer(pointer).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(folder).collect()
        };
        let gone = list("/event/removed");
        self.folders.retain(|folder| !gone.contains(folder));
        for folder in list("/event/added") {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        self.mailbox.set_folders(self.folders.clone());
    }

    fn cancelled(&self, params: &Value) {
        let id = params.get("id").cloned().unwrap_or_default();
        if let Ok(id) = serde_json::from_value::<RequestId>(id)
            && self.mailbox.cancel(&id)
        {
            let cancelled = (ErrorCode::RequestCanceled, "cancelled".to_owned());
            self.outbox.answer(id, Err(cancelled));
        }
    }

    /// Returns true if the file is one of those with settings, or has the name of a settings file.
    fn is_settings(&self, path: Option<&PathBuf>) -> bool {
        path.is_some_and(|path| {
            path.file_name().is_some_and(|name| name == FILE_NAME) || self.mailbox.is_settings(path)
        })
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Result<&'v str, String> {
    let text = value.get(key).and_then(Value::as_str);
    text.ok_or_else(|| format!("there is no {key} in it"))
}

fn version(document: &Value) -> Option<i32> {
    i32::try_from(document.get("version")?.as_i64()?).ok()
}

/// Returns the path of a workspace folder.
fn folder(value: &Value) -> Option<PathBuf> {
    uri::path(value.get("uri")?.as_str()?)
}
