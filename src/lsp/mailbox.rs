//! The queue between the session and the worker: the newest text of each document, requests, and changes of settings.
//!
//! The lock is only held to insert or remove an entry.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use lsp_server::RequestId;
use serde_json::Value;

use super::text::Text;

/// A document at one revision.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its URI, as sent by the client.
    pub uri: Arc<str>,
    /// Its path, if it is a file.
    pub path: Option<PathBuf>,
    /// Its text.
    pub text: Arc<Text>,
    /// The version number of the client.
    pub version: i32,
    /// Our version number; it grows with every change of any document.
    pub revision: u64,
    /// True if its name or language is that of a payload.
    pub is_payload: bool,
}

/// A request that the worker answers.
#[derive(Debug)]
pub struct Job {
    /// Its id.
    pub id: RequestId,
    /// The method.
    pub method: String,
    /// The parameters.
    pub params: Value,
    /// The document, as of the arrival of the request.
    pub snapshot: Option<Snapshot>,
}

/// A task for the worker.
#[derive(Debug)]
pub enum Task {
    /// The session is over.
    Stop,
    /// The settings, or the client's folders, have changed.
    Reload,
    /// A request.
    Job(Job),
    /// A document has changed, or was opened.
    Check(Snapshot),
    /// A document was closed.
    Closed(Arc<str>),
}

/// The queue, shared by the session and the worker.
#[derive(Debug, Default)]
pub struct Mailbox {
    state: Mutex<State>,
    wake: Condvar,
}

/// The content, protected by the lock.
#[derive(Debug, Default)]
struct State {
    stopped: bool,
    reload: bool,
    documents: BTreeMap<Arc<str>, Snapshot>,
    folders: Vec<PathBuf>,
    changed: VecDeque<Arc<str>>,
    closed: VecDeque<Arc<str>>,
    jobs: VecDeque<Job>,
    /// The request that is being answered; true if it was cancelled meanwhile.
    current: Option<(RequestId, bool)>,
    /// The files with settings.
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

    /// Stops the worker.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.wake();
    }

    /// Requests that the settings are read again.
    pub fn reload(&self) {
        self.state().reload = true;
        self.wake();
    }

    /// The workspace folders of the client.
    pub fn set_folders(&self, folders: Vec<PathBuf>) {
        let mut state = self.state();
        state.folders = folders;
        state.reload = true;
        drop(state);
        self.wake();
    }

    /// Stores the newest text of a document, and queues its check.
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

    /// Drops the queue's reference to a text, so that it can be edited without a copy.
    pub fn release(&self, uri: &str) {
        self.state().documents.remove(uri);
    }

    /// Removes a closed document.
    pub fn close(&self, uri: &Arc<str>) {
        let mut state = self.state();
        state.documents.remove(uri);
        state.changed.retain(|changed| changed != uri);
        state.closed.push_back(Arc::clone(uri));
        drop(state);
        self.wake();
    }

    /// Queues a request.
    pub fn push_job(&self, job: Job) {
        self.state().jobs.push_back(job);
        self.wake();
    }

    /// Cancels a request. Returns true if it was removed before its start, and so will not be answered by the worker.
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

    /// Returns true if the file is one of those with settings.
    pub fn is_settings(&self, path: &std::path::Path) -> bool {
        self.state().settings.contains(path)
    }

    // ---- the worker's side ----

    /// Blocks until there is a task. Requests come before checks.
    pub fn next(&self) -> Task {
        let mut state = self.state();
        loop {
            if let Some(task) = state.next() {
                return task;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Returns a changed document without blocking, unless the round has to end.
    pub fn next_check(&self) -> Option<Task> {
        let mut state = self.state();
        if state.is_interrupted() {
            None
        } else {
            state.next_check()
        }
    }

    /// Puts a request back at the front of the queue.
    pub fn push_job_front(&self, job: Job) {
        self.state().jobs.push_front(job);
    }

    /// Returns true if the worker has to reload or to stop.
    pub fn is_interrupted(&self) -> bool {
        self.state().is_interrupted()
    }

    /// Marks a request as the one that is being answered.
    pub fn begin(&self, id: &RequestId) {
        self.state().current = Some((id.clone(), false));
    }

    /// Returns true if the current request was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state()
            .current
            .as_ref()
            .is_some_and(|(_, cancelled)| *cancelled)
    }

    /// Ends the current request. Returns true if it was cancelled.
    pub fn finish(&self) -> bool {
        self.state()
            .current
            .take()
            .is_some_and(|(_, cancelled)| cancelled)
    }

    /// The workspace folders of the client.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.state().folders.clone()
    }

    /// Returns all open documents.
    pub fn documents(&self) -> Vec<Snapshot> {
        self.state().documents.values().cloned().collect()
    }

    /// Returns the current state of a document.
    pub fn document(&self, uri: &str) -> Option<Snapshot> {
        self.state().documents.get(uri).cloned()
    }

    /// Queues a check of all documents.
    pub fn check_all(&self) {
        let mut state = self.state();
        state.changed = state.documents.keys().cloned().collect();
    }

    /// The files with settings.
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
