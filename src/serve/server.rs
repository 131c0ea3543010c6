//! What all connections share.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use hyper::header::HeaderValue;
use tokio::sync::{Mutex, watch};

use super::calls::{Call, Calls};
use super::engine::{Engine, Rules};
use super::faults::Faults;
use super::guard::Hosts;
use super::log::Log;
use super::options::{Options, Token};
use super::page;
use super::routes::Routes;

/// What all connections share.
#[derive(Debug)]
pub struct Server {
    /// The rules.
    pub rules: Rules,
    /// Where calls go.
    pub routes: Routes,
    /// The names of the server.
    pub hosts: Hosts,
    /// Answers requests, one after the other in the order in which they get the lock.
    pub engine: Arc<Mutex<Engine>>,
    /// The calls that were made.
    pub calls: Calls,
    /// What happens to them.
    pub faults: Faults,
    /// The token that they have to have.
    pub token: Option<Token>,
    /// Every predicted answer is sent with HTTP 200.
    pub always_200: bool,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// How long a client may send and read nothing while it is its turn.
    pub patience: Duration,
    /// How many bytes of bodies are held that are being read.
    pub reading: AtomicUsize,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// What browsers may do with the page.
    pub policy: HeaderValue,
    /// Whether the server is to end.
    pub stopping: watch::Sender<bool>,
    log: Log,
}

impl Server {
    /// A server that nobody has called yet.
    pub fn new(options: &Options, rules: Rules, engine: Engine) -> Self {
        Self {
            rules,
            routes: Routes::new(rules.endpoints(), &options.bases),
            hosts: Hosts::new(&options.hosts),
            engine: Arc::new(Mutex::new(engine)),
            calls: Calls::default(),
            faults: Faults::new(options.latency, options.faults.clone(), options.seed),
            token: options.token.clone(),
            always_200: options.always_200,
            max_body: options.max_body,
            patience: options.patience,
            reading: AtomicUsize::new(0),
            scheme: if options.tls.is_some() { "https" } else { "http" },
            policy: page::policy(),
            stopping: watch::Sender::new(false),
            log: Log::new(options.log),
        }
    }

    /// Keeps a call and logs it.
    pub fn record(&self, call: Call) {
        let call = self.calls.add(call);
        self.log.call(&call);
    }

    /// Logs a request that is no call of the API, and is not listed.
    pub fn log(&self, call: Call) {
        self.log.call(&Arc::new(call));
    }

    /// Writes what waits to be logged.
    pub fn end(&self) {
        self.log.end();
    }
}
