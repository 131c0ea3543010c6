//! The options of the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::faults::{Fault, Latency};
use crate::cli::args::CallLog;
use crate::tenant::Tenant;

/// The options of the server.
#[derive(Debug)]
pub struct Options {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Host names that are accepted besides `localhost` and addresses.
    pub hosts: Vec<String>,
    /// Prefixes of paths: before an endpoint's path, or before its last segment.
    pub bases: Vec<String>,
    /// All predicted responses have the HTTP status 200; only the body has another one.
    pub always_200: bool,
    /// The token that calls must have; others are answered with 401.
    pub token: Option<Token>,
    /// The latency of responses.
    pub latency: Option<Latency>,
    /// Faults, each with its share of the calls.
    pub faults: Vec<(Fault, f64)>,
    /// The seed of faults and latency.
    pub seed: u64,
    /// The file that keeps the changes by calls.
    pub state: Option<PathBuf>,
    /// The facts of the tenant.
    pub tenant: Tenant,
    /// The text of the tenant file.
    pub tenant_text: Option<String>,
    /// True if contact codes are e-mail addresses.
    pub email_codes: bool,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// The maximum number of open connections.
    pub max_connections: usize,
    /// The maximum time without data from a client while the server waits for it.
    pub patience: Duration,
    /// The certificate for HTTPS.
    pub tls: Option<Tls>,
    /// The format of the log.
    pub log: CallLog,
}

/// The token that a call must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Any.
    Any,
    /// Exactly this one.
    Exact(String),
}

/// The source of the certificate.
#[derive(Debug)]
pub enum Tls {
    /// Two PEM files: the certificates and the key.
    Files(PathBuf, PathBuf),
    /// Generated at the start, and written to a file for clients.
    SelfSigned(Option<PathBuf>),
}
