//! The language server: what `check` says, in the editor while a payload is written.
//!
//! Four threads: the reader takes messages apart, the session applies edits and never waits, the worker checks the newest
//! text of each document, the writer sends. Nothing is written to disk; an edit is only ever proposed to the client.

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
mod toml_place;
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

/// Messages that wait to be looked at; a client that sends more waits itself.
const WAITING: usize = 256;

/// Serves a client on standard input and output; the exit code.
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
        // No thread, no server.
        return 1;
    };
    let mailbox = Mailbox::default();
    let code = thread::scope(|scope| Server::new(common, &mailbox, outbox.clone()).serve(&receiver, scope));
    outbox.close();
    // A writer that panicked has nothing left to send.
    let _ = writer.join();
    code
}
