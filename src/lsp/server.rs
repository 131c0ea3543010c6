//! The session with one client: what it asks for, and when it ends.

use std::sync::mpsc::Receiver;

use lsp_server::{ErrorCode, Message, Notification, Request};
use serde_json::{Value, json};

use super::transport::{Incoming, Outbox};
use crate::cli::args::Common;

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was asked for yet.
    New,
    /// It was initialized.
    Running,
    /// It was shut down, and waits for its end.
    Down,
}

/// A session with a client.
pub struct Server<'a> {
    common: &'a Common,
    outbox: Outbox,
    stage: Stage,
}

impl<'a> Server<'a> {
    /// A session that has not begun.
    pub fn new(common: &'a Common, outbox: Outbox) -> Self {
        Self {
            common,
            outbox,
            stage: Stage::New,
        }
    }

    /// Serves until the client ends the session or is gone; the exit code.
    pub fn serve(mut self, incoming: &Receiver<Incoming>) -> u8 {
        for incoming in incoming {
            match incoming {
                Incoming::Message(Message::Request(request)) => self.request(request),
                Incoming::Message(Message::Notification(notification)) => {
                    if notification.method == "exit" {
                        break;
                    }
                    self.notification(notification);
                }
                // Nothing depends on what is answered to our requests.
                Incoming::Message(Message::Response(_)) => {}
                Incoming::Malformed(why) => self.outbox.log(&why),
            }
        }
        u8::from(self.stage != Stage::Down)
    }

    fn request(&mut self, request: Request) {
        let answer = match (self.stage, request.method.as_str()) {
            (Stage::New, "initialize") => {
                self.stage = Stage::Running;
                Ok(self.initialize(&request.params))
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
            (Stage::Running, method) => Err((
                ErrorCode::MethodNotFound,
                format!("there is no method {}", crate::sanitize::escape(method)),
            )),
        };
        self.outbox.answer(request.id, answer);
    }

    #[allow(clippy::unused_self, reason = "the settings of the session follow")]
    fn initialize(&self, _params: &Value) -> Value {
        let _ = self.common;
        json!({
            "capabilities": {},
            "serverInfo": { "name": "geplint", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    #[allow(clippy::unused_self, reason = "documents follow")]
    fn notification(&mut self, _notification: Notification) {}
}
