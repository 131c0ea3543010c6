//! What the session leaves for the worker: the newest text of each document, requests, and that settings have changed.
//!
//! Neither side waits for the other for longer than it takes to put something in or take it out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use lsp_server::RequestId;
use serde_json::Value;

use super::text::Text;

/// A document as it was at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its address, as the client gave it.
    pub uri: Arc<str>,
    /// The file that it is, if it is one.
    pub path: Option<PathBuf>,
    /// Its text.
    pub text: Arc<Text>,
    /// The client's number for this text.
    pub version: i32,
    /// Ours: it grows with every change of any document.
    pub revision: u64,
    /// Whether it may be a payload, by its name or language.
    pub is_payload: bool,
}

/// A request that takes longer than a moment.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub id: RequestId,
    /// The method.
    pub method: String,
    /// What is asked.
    pub params: Value,
    /// The document that it is about, as it was when it was asked.
    pub snapshot: Option<Snapshot>,
}

/// What there is to do next.
#[derive(Debug)]
pub enum Task {
    /// The session is over.
    Stop,
    /// Settings, or the folders they are looked for in, have changed.
    Reload,
    /// A request.
    Job(Job),
    /// A document has changed, or was opened.
    Check(Snapshot),
    /// A document was closed.
    Closed(Arc<str>),
}

/// Where both sides meet.
#[derive(Debug, Default)]
pub struct Mailbox {
    state: Mutex<State>,
    wake: Condvar,
}

/// What is in it.
#[derive(Debug, Default)]
struct State {
    stopped: bool,
    reload: bool,
    documents: BTreeMap<Arc<str>, Snapshot>,
    folders: Vec<PathBuf>,
    changed: VecDeque<Arc<str>>,
    closed: VecDeque<Arc<str>>,
    jobs: VecDeque<Job>,
    /// The request that is being answered, and whether it was cancelled meanwhile.
    current: Option<(RequestId, bool)>,
    /// The files that settings were read from.
    settings: BTreeSet<PathBuf>,
}

impl Mailbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.wake.notify_one();
    }

    // ---- the session's side ----

    /// Ends the worker.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.wake();
    }

    /// Has the settings read again.
    pub fn reload(&self) {
        self.state().reload = true;
        self.wake();
    }

    /// The folders that the client works in.
    pub fn set_folders(&self, folders: Vec<PathBuf>) {
        let mut state = self.state();
        state.folders = folders;
        state.reload = true;
        drop(state);
        self.wake();
    }

    /// The newest text of a document.
    pub fn put(&self, snapshot: Snapshot) {
        let mut state = self.state();
        let uri = Arc::clone(&snapshot.uri);
        if !state.changed.contains(&uri) {
            state.changed.push_back(Arc::clone(&uri));
        }
        state.closed.retain(|closed| *closed != uri);
        state.documents.insert(uri, snapshot);
        drop(state);
        self.wake();
    }

    /// Lets go of the mailbox's hold on a text, so that it can be changed where it is.
    pub fn release(&self, uri: &str) {
        self.state().documents.remove(uri);
    }

    /// A document is no longer open.
    pub fn close(&self, uri: &Arc<str>) {
        let mut state = self.state();
        state.documents.remove(uri);
        state.changed.retain(|changed| changed != uri);
        state.closed.push_back(Arc::clone(uri));
        drop(state);
        self.wake();
    }

    /// Asks for something.
    pub fn ask(&self, job: Job) {
        self.state().jobs.push_back(job);
        self.wake();
    }

    /// Takes a request back; `true` if it was not begun and is not going to be answered.
    pub fn cancel(&self, id: &RequestId) -> bool {
        let mut state = self.state();
        if let Some((current, cancelled)) = &mut state.current
            && current == id
        {
            *cancelled = true;
            return false;
        }
        let before = state.jobs.len();
        state.jobs.retain(|job| job.id != *id);
        state.jobs.len() < before
    }

    /// Whether settings were read from a file.
    pub fn is_settings(&self, path: &std::path::Path) -> bool {
        self.state().settings.contains(path)
    }

    // ---- the worker's side ----

    /// The next thing to do, after as long as it takes. What a person waits for comes first.
    pub fn next(&self) -> Task {
        let mut state = self.state();
        loop {
            if let Some(task) = state.next() {
                return task;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A document that has changed, and nothing else.
    pub fn next_check(&self) -> Option<Task> {
        let mut state = self.state();
        if state.is_interrupted() {
            None
        } else {
            state.next_check()
        }
    }

    /// Puts a request that was taken back in its place.
    pub fn ask_first(&self, job: Job) {
        self.state().jobs.push_front(job);
    }

    /// Whether the worker has to begin anew, or to end.
    pub fn is_interrupted(&self) -> bool {
        self.state().is_interrupted()
    }

    /// Marks a request as the one that is being answered.
    pub fn begin(&self, id: &RequestId) {
        self.state().current = Some((id.clone(), false));
    }

    /// Whether the request that is being answered was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state()
            .current
            .as_ref()
            .is_some_and(|(_, cancelled)| *cancelled)
    }

    /// The request was answered; whether it was cancelled.
    pub fn finish(&self) -> bool {
        self.state()
            .current
            .take()
            .is_some_and(|(_, cancelled)| cancelled)
    }

    /// The folders that the client works in.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.state().folders.clone()
    }

    /// All documents.
    pub fn documents(&self) -> Vec<Snapshot> {
        self.state().documents.values().cloned().collect()
    }

    /// One document, as it is now.
    pub fn document(&self, uri: &str) -> Option<Snapshot> {
        self.state().documents.get(uri).cloned()
    }

    /// Has all documents checked again.
    pub fn check_all(&self) {
        let mut state = self.state();
        state.changed = state.documents.keys().cloned().collect();
    }

    /// The files that settings were read from.
    pub fn set_settings(&self, files: BTreeSet<PathBuf>) {
        self.state().settings = files;
    }
}

impl State {
    const fn is_interrupted(&self) -> bool {
        self.stopped || self.reload
    }

    fn next(&mut self) -> Option<Task> {
        if self.stopped {
            return Some(Task::Stop);
        }
        if std::mem::take(&mut self.reload) {
            return Some(Task::Reload);
        }
        if let Some(uri) = self.closed.pop_front() {
            return Some(Task::Closed(uri));
        }
        if let Some(job) = self.jobs.pop_front() {
            return Some(Task::Job(job));
        }
        self.next_check()
    }

    fn next_check(&mut self) -> Option<Task> {
        while let Some(uri) = self.changed.pop_front() {
            if let Some(snapshot) = self.documents.get(&uri) {
                return Some(Task::Check(snapshot.clone()));
            }
        }
        None
    }
}
