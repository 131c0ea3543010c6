//! Keeps the changes by calls in a file. The changes of each answered call are in it, even if the process is killed.
//!
//! Each line is an entry: the first half of the SHA-256 of the rest, and the entry as JSON. Entries are only appended. If
//! the last line is incomplete, its call was not answered, and it is dropped. A thread writes the entries that have
//! arrived while it was writing, and syncs the file once for all calls that wait.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::sanitize;
use crate::tenant::Effect;

/// The version of the format.
const VERSION: u32 = 1;

/// Entries before the last start are removed when the file is opened, if they have at least this many bytes.
const WORTH_LEAVING_OUT: usize = 1 << 20;

/// An entry of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Entry {
    /// All entries before it are invalid.
    Start {
        /// The version of the format.
        version: u32,
        /// The tenant file that was received over HTTP, if there is one.
        tenant: Option<String>,
    },
    /// The changes by a call.
    Effects(Vec<Effect>),
}

/// The content of a file when it was opened.
#[derive(Debug, Default)]
pub struct Earlier {
    /// The tenant file that was received over HTTP.
    pub tenant: Option<String>,
    /// The changes by each call.
    pub effects: Vec<Vec<Effect>>,
    /// True if the last line was incomplete.
    pub torn: bool,
}

/// A file that keeps the changes by calls.
#[derive(Debug)]
pub struct Journal {
    /// Its content when it was opened.
    pub earlier: Earlier,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    done: watch::Sender<Done>,
}

/// The entries that have not been written.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    /// The number of all entries so far.
    entries: u64,
    closed: bool,
}

/// The number of entries on disk.
#[derive(Debug, Clone, Default)]
struct Done {
    entries: u64,
    failed: Option<Arc<str>>,
}

/// A number of entries that must be on disk.
#[derive(Debug)]
pub struct Mark {
    entries: u64,
    done: watch::Receiver<Done>,
}

impl Mark {
    /// Waits until they are.
    ///
    /// Errors: they could not be written.
    pub async fn reached(mut self) -> Result<(), String> {
        let entries = self.entries;
        let arrived = |done: &Done| done.failed.is_some() || done.entries >= entries;
        match self.done.wait_for(arrived).await {
            Ok(done) => done.failed.as_ref().map_or(Ok(()), |why| Err(why.to_string())),
            Err(_) => Err("the state file is closed".to_owned()),
        }
    }
}

impl Journal {
    /// Opens or creates the file.
    ///
    /// Errors: it cannot be read or written, another process has it, or it is damaged.
    pub fn open(path: &Path) -> Result<Self, String> {
        let shown = sanitize::plain_path(path);
        let fail = |why: String| format!("--state {shown}: {why}");
        let (file, earlier) = open(path).map_err(fail)?;
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            wake: Condvar::new(),
            done: watch::Sender::default(),
        });
        let (writer, name) = (Arc::clone(&shared), shown.clone());
        let started = thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || writer.write_all(file, &name));
        started.map_err(|error| fail(error.to_string()))?;
        Ok(Self { earlier, shared })
    }

    /// A message with the content of the file.
    pub fn summary(&self) -> String {
        let calls = self.earlier.effects.len();
        let torn = if self.earlier.torn {
            "; the incomplete last line is dropped: its call was not answered"
        } else {
            ""
        };
        let calls = match calls {
            1 => "1 call has".to_owned(),
            calls => format!("{calls} calls have"),
        };
        format!("state: {calls} changed the tenant{torn}")
    }

    /// Adds the changes by a call.
    pub fn add(&mut self, effects: &[Effect]) {
        self.append(&Entry::Effects(effects.to_vec()));
    }

    /// Invalidates all entries, and keeps a tenant file that was received over HTTP.
    pub fn restart(&mut self, tenant: Option<&str>) {
        self.append(&Entry::Start {
            version: VERSION,
            tenant: tenant.map(str::to_owned),
        });
    }

    /// All entries up to now.
    pub fn mark(&self) -> Mark {
        Mark {
            entries: self.shared.queue().entries,
            done: self.shared.done.subscribe(),
        }
    }

    fn append(&self, entry: &Entry) {
        let line = line(entry);
        let mut queue = self.shared.queue();
        queue.bytes.extend_from_slice(line.as_bytes());
        queue.entries += 1;
        drop(queue);
        self.shared.wake.notify_one();
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes entries as they arrive, until the journal is closed.
    fn write_all(&self, mut file: File, shown: &str) {
        let mut bytes = Vec::new();
        loop {
            let mut queue = self.queue();
            while queue.bytes.is_empty() {
                if queue.closed {
                    return;
                }
                queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            bytes.clear();
            mem::swap(&mut bytes, &mut queue.bytes);
            let entries = queue.entries;
            drop(queue);
            let written = file.write_all(&bytes).and_then(|()| file.sync_data());
            self.done.send_modify(|done| {
                done.entries = entries;
                // After an entry that could not be written, no later one may be written.
                if let (Err(error), None) = (written, &done.failed) {
                    done.failed = Some(format!("cannot write the state to {shown}: {error}").into());
                }
            });
            if self.done.borrow().failed.is_some() {
                return;
            }
        }
    }
}

fn line(entry: &Entry) -> String {
    // Structs of strings and numbers can always be serialised.
    let json = serde_json::to_string(entry).unwrap_or_default();
    format!("{} {json}\n", checksum(&json))
}

fn checksum(json: &str) -> String {
    let hash = Sha256::digest(json);
    hash.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The entry of a line, if it is complete.
fn parsed(line: &str) -> Option<Entry> {
    let (sum, json) = line.split_once(' ')?;
    let entry = (sum == checksum(json)).then(|| serde_json::from_str(json).ok())?;
    entry.filter(|entry| !matches!(entry, Entry::Start { version, .. } if *version != VERSION))
}

/// Opens and locks the file, and returns it positioned at its end, with its content.
fn open(path: &Path) -> Result<(File, Earlier), String> {
    let message = |error: io::Error| error.to_string();
    if path.is_dir() {
        return Err("this is a folder: name a file in it".to_owned());
    }
    if path
        .parent()
        .is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.exists())
    {
        return Err("its folder does not exist: create it first".to_owned());
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(message)?;
    if !file.metadata().map_err(message)?.is_file() {
        return Err("this is not a regular file".to_owned());
    }
    lock(&file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(message)?;
    let read = read(&bytes)?;
    if read.whole == 0 || read.start >= WORTH_LEAVING_OUT {
        let from = bytes.get(read.start..read.whole).unwrap_or_default();
        let start = line(&Entry::Start {
            version: VERSION,
            tenant: None,
        });
        let new = if from.is_empty() { start.as_bytes() } else { from };
        file = replaced(path, new).map_err(message)?;
    } else {
        // The next entry overwrites an incomplete line.
        file.set_len(read.whole as u64).map_err(message)?;
        file.sync_all().map_err(message)?;
        file.seek(SeekFrom::End(0)).map_err(message)?;
    }
    Ok((file, read.earlier))
}

/// Locks the file: only one process may keep its state in it.
fn lock(file: &File) -> Result<(), String> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err("another geplint keeps its state in it".to_owned()),
        // Some file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Replaces a file atomically.
fn replaced(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let path = fs::canonicalize(path)?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let beside: PathBuf = path.with_file_name(name);
    let written = (|| {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        lock(&file).map_err(|why| io::Error::new(ErrorKind::WouldBlock, why))?;
        fs::rename(&beside, &path)?;
        Ok(file)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    written
}

struct Content {
    earlier: Earlier,
    /// Byte offset of the last start entry.
    start: usize,
    /// Byte offset of the end of the last complete line.
    whole: usize,
}

const NOT_OURS: &str =
    "this is not a state file of geplint serve, or it is of another version: use another file, or delete it";

/// The content of a file.
///
/// Errors: a line with an end is damaged, or this is not a state file.
fn read(bytes: &[u8]) -> Result<Content, String> {
    let mut read = Content {
        earlier: Earlier::default(),
        start: 0,
        whole: 0,
    };
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let Some(whole) = line.strip_suffix(b"\n") else {
            // Only the last line has no end: it was being written, and its call was not answered.
            read.earlier.torn = true;
            break;
        };
        match str::from_utf8(whole).ok().and_then(parsed) {
            // A file of ours begins with a complete line, because it is created with one.
            None if read.whole == 0 => return Err(NOT_OURS.to_owned()),
            // A line with its terminator was written completely, and its call was answered.
            None => {
                return Err(format!(
                    "line {number} is damaged; restore the file from a copy, or delete it to start with nothing kept"
                ));
            }
            Some(Entry::Start { tenant, .. }) => {
                read.start = read.whole;
                read.earlier.tenant = tenant;
                read.earlier.effects.clear();
            }
            Some(Entry::Effects(_)) if read.whole == 0 => {
                return Err(
                    "its first line is missing; delete the file to start with nothing kept".to_owned(),
                );
            }
            Some(Entry::Effects(effects)) => read.earlier.effects.push(effects),
        }
        read.whole += line.len();
    }
    if read.whole == 0 && read.earlier.torn {
        return Err(NOT_OURS.to_owned());
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(tenant: Option<&str>) -> String {
        line(&Entry::Start {
            version: VERSION,
            tenant: tenant.map(str::to_owned),
        })
    }

    fn effects(code: &str) -> String {
        line(&Entry::Effects(vec![Effect {
            code: Some(code.to_owned()),
            adds: true,
            ..Effect::default()
        }]))
    }

    fn codes(earlier: &Earlier) -> Vec<&str> {
        let all = earlier.effects.iter().flatten();
        all.filter_map(|effect| effect.code.as_deref()).collect()
    }

    /// An incomplete last line does not affect the lines before it.
    #[test]
    fn half_a_last_line_is_dropped() {
        let before = start(None) + &effects("A");
        let last = effects("B");
        for length in 0..=last.len() {
            let text = format!("{before}{}", &last[..length]);
            let read = read(text.as_bytes()).unwrap();
            let whole = length == last.len();
            assert_eq!(
                codes(&read.earlier),
                if whole { vec!["A", "B"] } else { vec!["A"] }
            );
            assert_eq!(read.earlier.torn, !whole && length > 0);
            assert_eq!(read.whole, if whole { text.len() } else { before.len() });
        }
    }

    #[test]
    fn a_damaged_line_is_an_error_at_any_position() {
        for rest in ["", &effects("B"), "half"] {
            let text = start(None) + &effects("A").replace('A', "X") + rest;
            assert!(
                read(text.as_bytes()).is_err_and(|why| why.contains("line 2")),
                "{rest}"
            );
        }
        for text in ["hello\n", "{}\n", "hello", &effects("A"), &start(None)[..20]] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_start_invalidates_earlier_entries() {
        let text = start(None) + &effects("A") + &start(Some("lobs = []")) + &effects("B");
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(
            (codes(&read.earlier), read.earlier.tenant.as_deref()),
            (vec!["B"], Some("lobs = []"))
        );
    }
}
