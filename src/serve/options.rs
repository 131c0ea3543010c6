//! What the command line asks of the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::faults::{Fault, Latency};
use crate::tenant::Tenant;

/// What the command line asks of the server.
#[derive(Debug)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Names besides `localhost` and addresses that a `Host` header may have.
    pub hosts: Vec<String>,
    /// Paths that stand before an endpoint's path, or in place of all of it but the last segment.
    pub bases: Vec<String>,
    /// HTTP 200 for every predicted answer; the body alone says 400.
    pub always_200: bool,
    /// A call without a token is answered with 401.
    pub token: Option<Token>,
    /// How long answers take.
    pub latency: Option<Latency>,
    /// Calls that fail without being answered, and how often.
    pub faults: Vec<(Fault, f64)>,
    /// Where the faults and the latency begin.
    pub seed: u64,
    /// Keeps what calls have changed.
    pub state: Option<PathBuf>,
    /// The tenant's facts, and the file they are from.
    pub tenant: Tenant,
    /// The text of the tenant file.
    pub tenant_text: Option<String>,
    /// Contact codes are e-mail addresses.
    pub email_codes: bool,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// The most connections at once.
    pub max_connections: usize,
    /// How long a client may send and read nothing while it is its turn.
    pub patience: Duration,
    /// HTTPS.
    pub tls: Option<Tls>,
    /// How calls are logged.
    pub log: LogFormat,
}

/// The token that a call has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Any.
    Any,
    /// This one.
    Exact(String),
}

/// Where the certificate comes from.
#[derive(Debug)]
pub enum Tls {
    /// Two files in PEM: the certificates, and the key.
    Files(PathBuf, PathBuf),
    /// Made at the start, and written to a file for clients.
    SelfSigned(Option<PathBuf>),
}

/// How calls are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A line a call.
    Text,
    /// A JSON object a call.
    Json,
    /// Not at all.
    Off,
}
