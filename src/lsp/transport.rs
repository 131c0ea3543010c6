//! Reads and writes messages: framing, and the queue of outgoing messages.
//!
//! The codec of `lsp-server` fails at the first malformed message, and allocates any length that a header states. Here a
//! malformed message is reported and skipped, and the buffer grows with the received bytes.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use lsp_server::{ErrorCode, Message, Notification, RequestId, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// Maximum size of a message, in bytes: room for a document of 256 MB with every byte escaped.
const LARGEST: u64 = 1 << 30;

/// Maximum length of a header line, in bytes.
const LONGEST_HEADER: u64 = 4 << 10;

/// The result of a request, or an error code with a message.
pub type RpcResult = Result<Value, (ErrorCode, String)>;

/// Serializes one of the protocol's types; these can always be serialized to JSON.
pub fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// Received input.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Message),
    /// Anything else, with the reason.
    Malformed(String),
}

/// Reads the next message; `None` at the end of the stream.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = header(input)? else {
        return Ok(None);
    };
    if length > LARGEST {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(Some(Incoming::Malformed(format!(
            "a message of {length} bytes was skipped: the limit is {LARGEST} bytes"
        ))));
    }
    let mut body = Vec::new();
    let read = input.take(length).read_to_end(&mut body)? as u64;
    if read < length {
        return Ok(None);
    }
    Ok(Some(match serde_json::from_slice(&body) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(format!("a message was skipped: {error}")),
    }))
}

/// Returns the length in the next header. Other lines are skipped, so that reading resumes at the next header after a framing
/// error.
fn header(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let read = input.take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            if let Some(length) = length {
                return Ok(Some(length));
            }
            continue;
        }
        if let Some((name, value)) = line.rsplit_once(':')
            && name.to_ascii_lowercase().ends_with("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}

/// The queue of outgoing messages. Sending never blocks; the writer takes the messages in order.
#[derive(Debug, Clone, Default)]
pub struct Outbox(Arc<(Mutex<Queue>, Condvar)>);

/// A queued message.
#[derive(Debug)]
enum Outgoing {
    Message(Message),
    /// A serialized notification about a document.
    Document {
        method: String,
        uri: String,
        json: String,
    },
}

impl Outgoing {
    fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let json = match self {
            Self::Message(message) => return message.write(output),
            Self::Document { json, .. } => json,
        };
        write!(output, "Content-Length: {}\r\n\r\n", json.len())?;
        output.write_all(json.as_bytes())?;
        output.flush()
    }
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<Outgoing>,
    closed: bool,
    /// The id of our last request.
    last: i32,
}

impl Outbox {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, message: Message) {
        self.push(Outgoing::Message(message));
    }

    fn push(&self, message: Outgoing) {
        self.queue().messages.push_back(message);
        self.0.1.notify_one();
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: Value) {
        self.send(Message::Notification(Notification {
            method: method.to_owned(),
            params,
        }));
    }

    /// Sends a notification about a document. It replaces a queued one of the same method and document, so that a slow client
    /// gets the newest.
    ///
    /// The parameters may be long, so they are serialized directly, without a [`Value`].
    pub fn replace(&self, method: &str, uri: &str, params: &impl Serialize) {
        #[derive(Serialize)]
        struct Notification<'m, P> {
            jsonrpc: &'static str,
            method: &'m str,
            params: &'m P,
        }
        let notification = Notification {
            jsonrpc: "2.0",
            method,
            params,
        };
        // The protocol's types can always be serialized to JSON.
        let Ok(json) = serde_json::to_string(&notification) else {
            return;
        };
        self.queue().messages.retain(|message| match message {
            Outgoing::Document {
                method: old, uri: of, ..
            } => old != method || of != uri,
            Outgoing::Message(_) => true,
        });
        self.push(Outgoing::Document {
            method: method.to_owned(),
            uri: uri.to_owned(),
            json,
        });
    }

    /// Sends a request; the response is ignored.
    pub fn request(&self, method: &str, params: Value) {
        let mut queue = self.queue();
        queue.last = queue.last.wrapping_add(1);
        let id = RequestId::from(format!("geplint-{}", queue.last));
        drop(queue);
        let method = method.to_owned();
        self.send(Message::Request(lsp_server::Request { id, method, params }));
    }

    /// Answers a request.
    pub fn answer(&self, id: RequestId, answer: RpcResult) {
        self.send(Message::Response(match answer {
            Ok(result) => Response {
                id,
                response_result: Ok(result),
            },
            Err((code, message)) => Response::new_err(id, code as i32, message),
        }));
    }

    /// Sends a line for the client's log.
    pub fn log(&self, message: &str) {
        const WARNING: u8 = 2;
        self.notify(
            "window/logMessage",
            json!({ "type": WARNING, "message": crate::sanitize::escape(message) }),
        );
    }

    /// Closes the queue; the writer ends after the last message.
    pub fn close(&self) {
        self.queue().closed = true;
        self.0.1.notify_one();
    }

    /// Writes messages until the queue is closed and empty, or the reader has closed the pipe.
    pub fn write_to(&self, output: &mut impl Write) {
        loop {
            let mut queue = self.queue();
            let message = loop {
                match queue.messages.pop_front() {
                    Some(message) => break message,
                    None if queue.closed => return,
                    None => queue = self.0.1.wait(queue).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(queue);
            if message.write(output).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut all = Vec::new();
        while let Some(incoming) = read(&mut input).unwrap() {
            all.push(match incoming {
                Incoming::Message(Message::Notification(one)) => one.method,
                Incoming::Message(other) => format!("{other:?}"),
                Incoming::Malformed(why) => format!("malformed: {why}"),
            });
        }
        all
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn malformed_messages_are_skipped() {
        let good = framed(r#"{"method":"a"}"#);
        for bad in [
            framed("{"),
            framed("[]"),
            framed("\u{fe}"),
            framed(r#"{"id":1.5,"method":"a"}"#),
            framed(&"[".repeat(100_000)),
            "no header\r\n\r\n".to_owned(),
            "Content-Length: none\r\n\r\n".to_owned(),
            "Content-Length: -1\r\n\r\n".to_owned(),
            "\r\n\r\n\n".to_owned(),
            "x".repeat(10_000) + "\n",
        ] {
            let seen = all(format!("{good}{bad}{good}").as_bytes());
            assert_eq!(seen.first().map(String::as_str), Some("a"), "{bad}");
            assert_eq!(seen.last().map(String::as_str), Some("a"), "{bad}");
            assert!(
                seen.iter()
                    .all(|one| one == "a" || one.starts_with("malformed: ")),
                "{seen:?}"
            );
        }
    }

    #[test]
    fn a_stated_length_allocates_nothing() {
        assert!(all(b"Content-Length: 1000000000\r\n\r\n{}").is_empty());
        assert!(all(b"Content-Length: 99999999999999\r\n\r\n{}").len() <= 1);
    }

    #[test]
    fn unsent_notifications_are_replaced() {
        let outbox = Outbox::default();
        for (uri, version) in [("a", 1), ("b", 1), ("a", 2)] {
            outbox.replace("m", uri, &json!({ "uri": uri, "version": version }));
        }
        outbox.notify("n", Value::Null);
        outbox.close();
        let mut written = Vec::new();
        outbox.write_to(&mut written);
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.matches("Content-Length").count(), 3, "{text}");
        assert!(!text.contains(r#""uri":"a","version":1"#), "{text}");
    }
}
