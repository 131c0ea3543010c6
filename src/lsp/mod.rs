//! The language server: the findings of `check` in an editor, while a payload is written.
//!
//! Four threads: the reader parses messages, the session applies edits and never blocks, the worker checks the newest text of
//! each document, and the writer sends. The server writes no files; edits are only proposed to the client.

mod action_titles;
mod actions;
mod assist;
mod client;
mod diagnostics;
mod document_request;
mod engine;
mod mailbox;
mod server;
mod settings_assist;
mod text;
mod toml_position;
mod transport;
mod uri;
mod worker;

use std::io::{self, BufReader};
use std::sync::mpsc;
use std::thread;

use crate::cli::args::Common;
use mailbox::Mailbox;
use server::Server;
use transport::Outbox;

/// Capacity of the queue of received messages; when it is full, the reader blocks (back-pressure).
const WAITING: usize = 256;

/// Serves a client on standard input and output. Returns the exit code.
pub fn run(common: &Common) -> u8 {
    let outbox = Outbox::default();
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    let reader = thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let mut input = BufReader::new(io::stdin().lock());
        while let Ok(Some(incoming)) = transport::read(&mut input) {
            if sender.send(incoming).is_err() {
                break;
            }
        }
    });
    let sent = outbox.clone();
    let writer = thread::Builder::new()
        .name("writer".to_owned())
        .spawn(move || sent.write_to(&mut io::stdout().lock()));
    let (Ok(_), Ok(writer)) = (reader, writer) else {
        // The server cannot work without its threads.
        return 1;
    };
    let mailbox = Mailbox::default();
    let code = thread::scope(|scope| Server::new(common, &mailbox, outbox.clone()).serve(&receiver, scope));
    outbox.close();
    // A writer that panicked has nothing left to send.
    let _ = writer.join();
    code
}
