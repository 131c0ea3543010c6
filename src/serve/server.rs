//! The state that all connections share.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use hyper::header::HeaderValue;
use tokio::sync::{Mutex, watch};

use super::calls::{Call, Calls};
use super::engine::{Engine, Rules};
use super::faults::Faults;
use super::log::Log;
use super::options::{Options, Token};
use super::page;
use super::request_origin::Hosts;
use super::routes::Routes;

/// The state that all connections share.
#[derive(Debug)]
pub struct Server {
    /// The rules.
    pub rules: Rules,
    /// The paths of the endpoints.
    pub routes: Routes,
    /// The accepted host names.
    pub hosts: Hosts,
    /// Predicts responses, one after the other in the order of the lock.
    pub engine: Arc<Mutex<Engine>>,
    /// The last calls.
    pub calls: Calls,
    /// The faults of calls.
    pub faults: Faults,
    /// The token that calls must have.
    pub token: Option<Token>,
    /// All predicted responses have the HTTP status 200.
    pub always_200: bool,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// The maximum time without data from a client while the server waits for it.
    pub patience: Duration,
    /// The bytes of all bodies that are being read.
    pub reading: AtomicUsize,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The content security policy of the page.
    pub policy: HeaderValue,
    /// True when the server is stopping.
    pub stopping: watch::Sender<bool>,
    log: Log,
}

impl Server {
    /// A server without calls.
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

    /// Stores a call and logs it.
    pub fn record(&self, call: Call) {
        let call = self.calls.add(call);
        self.log.call(&call);
    }

    /// Logs a request that is not a call of the API, and is not listed.
    pub fn log(&self, call: Call) {
        self.log.call(&Arc::new(call));
    }

    /// Writes the rest of the log.
    pub fn end(&self) {
        self.log.end();
    }
}
