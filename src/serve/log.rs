//! One line per call on standard output, written by another thread, so that a slow reader delays no call.

use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::Serialize;

use super::calls::Call;
use super::clock::rfc_3339;
use crate::cli::args::CallLog;
use crate::report::labels;
use crate::sanitize;

/// The maximum number of waiting lines; further ones are counted and dropped.
const WAITING: usize = 10_000;

/// Lines within this time are written together. A longer time would save little, and the work for more lines at once would delay
/// calls where processors are few.
const TOGETHER: Duration = Duration::from_millis(2);

/// The maximum number of keys in a line of text.
const KEYS: usize = 3;

/// The log of the calls.
#[derive(Debug)]
pub struct Log {
    lines: Mutex<Option<SyncSender<Arc<Call>>>>,
    left_out: Arc<AtomicU64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// A call in a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    undecided: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
}

/// A summary of a call, as in the list of the page.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    seq: u64,
    time: String,
    method: &'a str,
    path: &'a str,
    endpoint: Option<&'a str>,
    /// 0: the connection was reset.
    status: u16,
    /// The requested fault: `reset`, `lost` or a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    keys: &'a [String],
    evidence: &'a str,
    /// Errors and warnings.
    findings: usize,
    bytes: usize,
    millis: f64,
}

impl<'a> Summary<'a> {
    /// The summary of a call.
    pub fn new(call: &'a Call) -> Self {
        Self {
            seq: call.seq,
            time: rfc_3339(call.time),
            method: call.method.as_str(),
            path: &call.path,
            endpoint: call.answer.endpoint.as_deref(),
            status: call.answer.status,
            fault: call.answer.fault.map(|fault| fault.name()),
            keys: &call.answer.keys,
            evidence: &call.answer.evidence,
            findings: call.answer.problems,
            bytes: call.body.len(),
            millis: millis(call),
        }
    }
}

/// The time until the response, in milliseconds.
#[allow(clippy::cast_precision_loss, reason = "no call takes longer than a century")]
pub fn millis(call: &Call) -> f64 {
    call.took.as_micros() as f64 / 1000.0
}

impl Log {
    /// Starts the log. If no thread can be started, nothing is logged.
    pub fn new(format: CallLog) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&left_out);
        let writer = (format != CallLog::Off)
            .then(|| {
                let name = thread::Builder::new().name("log".to_owned());
                name.spawn(move || write_all(format, &receiver, &counter)).ok()
            })
            .flatten();
        Self {
            lines: Mutex::new(writer.is_some().then_some(sender)),
            left_out,
            writer: Mutex::new(writer),
        }
    }

    /// Logs a call.
    pub fn call(&self, call: &Arc<Call>) {
        if let Some(lines) = &*held(&self.lines)
            && lines.try_send(Arc::clone(call)).is_err()
        {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes the waiting lines, and ends the log.
    pub fn end(&self) {
        *held(&self.lines) = None;
        if let Some(writer) = held(&self.writer).take() {
            let _ = writer.join();
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes lines as they arrive. A closed output does not stop the server.
fn write_all(format: CallLog, calls: &Receiver<Arc<Call>>, left_out: &AtomicU64) {
    let mut out = BufWriter::new(io::stdout());
    let mut works = true;
    while let Ok(first) = calls.recv() {
        let mut next = Some(first);
        while let Some(call) = next {
            works = works && out.write_all(line(format, &call).as_bytes()).is_ok();
            next = calls.try_recv().ok();
        }
        let left_out = left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            works = works && out.write_all(gap(format, left_out).as_bytes()).is_ok();
        }
        works = works && out.flush().is_ok();
        // A wake-up for each call would cost more than its line.
        thread::sleep(TOGETHER);
    }
}

fn line(format: CallLog, call: &Call) -> String {
    let summary = Summary::new(call);
    let answer = &call.answer;
    if format == CallLog::Json {
        let line = Line {
            summary,
            undecided: &answer.undecided,
            note: &answer.note,
        };
        let (mut out, mut scratch) = (String::new(), Vec::new());
        crate::json::compact(&line, &mut scratch, &mut out);
        return out + "\n";
    }
    let status = match answer.status {
        0 => "reset".to_owned(),
        status => status.to_string(),
    };
    let (endpoint, keys) = (
        answer.endpoint.as_deref().unwrap_or("-"),
        shown_keys(&answer.keys),
    );
    let fault = summary
        .fault
        .as_ref()
        .map(|fault| format!(" fault={fault}"))
        .unwrap_or_default();
    let note = match answer.note.as_str() {
        "" => String::new(),
        note => format!(": {note}"),
    };
    let text = format!(
        "{} {status} {} {} {endpoint} {keys} {} {} bytes {:.1} ms{fault}{note}",
        summary.time,
        call.method,
        if call.path.is_empty() {
            "-"
        } else {
            call.path.as_str()
        },
        labels::count(answer.problems as u64, "finding"),
        call.body.len(),
        summary.millis,
    );
    sanitize::escape(&text).into_owned() + "\n"
}

fn shown_keys(keys: &[String]) -> String {
    if keys.is_empty() {
        return "-".to_owned();
    }
    // A key with a space in it would look like two columns.
    let short = |key: &String| -> String {
        let short: String = key.chars().take(60).collect();
        if short.is_empty() || short == "-" || short.contains([' ', ',', '"']) {
            format!("{short:?}")
        } else {
            short
        }
    };
    let mut shown = keys.iter().take(KEYS).map(short).collect::<Vec<_>>().join(",");
    if keys.len() > KEYS {
        shown.push_str(",…");
    }
    shown
}

fn gap(format: CallLog, left_out: u64) -> String {
    if format == CallLog::Json {
        format!("{{\"leftOut\":{left_out}}}\n")
    } else {
        format!("{left_out} calls are not in this log: its reader was too slow\n")
    }
}
