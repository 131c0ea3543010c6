//! Accepts connections until a signal.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::engine::{Engine, Rules, TenantFacts};
use super::options::Options;
use super::reply::{Aborted, Reply};
use super::server::Server;
use super::state_file::Journal;
use super::stream::{Link, Stream};
use super::{api, inspect, tls};
use crate::rules::Ruleset;

/// The minimum time between two checks for idle connections.
const LEAST: Duration = Duration::from_millis(100);

/// The time limit of the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The time limit of open calls when the server stops: containers are killed after ten seconds.
const ENDING: Duration = Duration::from_secs(4);

/// The limit of the head of a request, in bytes.
const LARGEST_HEAD: usize = 64 << 10;

/// Serves until a signal. `say` prints a message: the address of the server, the state file, the end.
///
/// Errors: the server cannot start.
pub fn run(options: Options, rules: Ruleset, say: fn(&str)) -> Result<(), String> {
    raise_file_limit(options.max_connections);
    // Requests are processed one after the other anyway. With more threads, the memory of a call is allocated by one and freed by
    // another, and contention takes half of the processor time. Long tasks run on other threads.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start threads: {error}"))?;
    let served = runtime.block_on(serve(options, rules, say));
    // A check of a large body cannot be stopped, and its answer is no longer needed.
    runtime.shutdown_background();
    served
}

async fn serve(mut options: Options, rules: Ruleset, say: fn(&str)) -> Result<(), String> {
    let tls = tls::acceptor(&options)?;
    let rules = Rules::new(rules);
    let facts = TenantFacts {
        tenant: Arc::new(std::mem::take(&mut options.tenant)),
        text: options.tenant_text.take().map(Into::into),
        sent: false,
    };
    let journal = options.state.as_deref().map(Journal::open).transpose()?;
    if let Some(journal) = &journal {
        say(&journal.summary());
    }
    let engine = Engine::new(rules, facts, options.email_codes, journal)?;
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.map_err(|error| {
        let (address, ip) = (options.listen, options.listen.ip());
        let free = SocketAddr::new(ip, 0);
        match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("--listen {address}: another program has this port; --listen {free} takes a free one")
            }
            _ => format!("--listen {address}: {error}"),
        }
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let server = Arc::new(Server::new(&options, rules, engine));
    say(&format!("geplint serve: {}://{address}/_geplint/", server.scheme));
    let slots = Arc::new(Semaphore::new(options.max_connections));
    let mut ended = std::pin::pin!(ended());
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            () = &mut ended => break,
        };
        match accepted {
            Ok((tcp, slot)) => {
                tokio::spawn(connection(Arc::clone(&server), tcp, tls.clone(), slot));
            }
            // No more files can be opened until others are closed.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    say("geplint serve: stopping; open calls are answered");
    server.stopping.send_replace(true);
    let all = u32::try_from(options.max_connections).unwrap_or(u32::MAX);
    let idle = timeout(ENDING, slots.acquire_many(all));
    tokio::select! {
        _ = idle => {}
        // A second signal ends the server at once.
        () = self::ended() => {}
    }
    server.end();
    Ok(())
}

/// Accepts the next connection when fewer than the maximum are open.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (tcp, _) = listener.accept().await?;
    // Small responses are sent at once.
    let _ = tcp.set_nodelay(true);
    Ok((tcp, slot))
}

/// Serves one connection until it is closed.
async fn connection(
    server: Arc<Server>,
    tcp: TcpStream,
    tls: Option<TlsAcceptor>,
    slot: OwnedSemaphorePermit,
) {
    let link = Link::new();
    let stream = Stream::new(tcp, link.clone(), server.patience);
    match tls {
        None => http(server, stream, link).await,
        Some(tls) => {
            match timeout(HANDSHAKE, tls.accept(stream)).await {
                Ok(Ok(stream)) => http(server, stream, link).await,
                // A client that only connects, such as a health check, is not logged.
                Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    api::no_handshake(&server, &error, &link);
                }
                Ok(Err(_)) | Err(_) => {}
            }
        }
    }
    drop(slot);
}

async fn http(server: Arc<Server>, stream: impl AsyncRead + AsyncWrite + Unpin, link: Link) {
    let mut stopping = server.stopping.subscribe();
    let (idle, patience, of_connection) = (link.clone(), server.patience, Arc::clone(&server));
    let service = service_fn(move |request| {
        let (server, link) = (Arc::clone(&server), link.clone());
        async move {
            let _busy = link.busy();
            answer(&server, request, &link).await
        }
    });
    let connection = http1::Builder::new()
        // A timer for each request costs more than the request; one for each connection is enough (below).
        .header_read_timeout(None)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    loop {
        let rest = patience.saturating_sub(idle.idle()).max(LEAST);
        tokio::select! {
            // hyper answers malformed requests, if HTTP has an answer; they concern no other connection.
            ended = connection.as_mut() => {
                if let Err(error) = ended
                    && error.is_parse()
                {
                    api::unreadable(&of_connection, &error, &idle);
                }
                return;
            }
            _ = stopping.wait_for(|stopping| *stopping) => break,
            () = sleep(rest) => {
                if idle.idle() >= patience {
                    return;
                }
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn answer(server: &Arc<Server>, request: Request<Incoming>, link: &Link) -> Result<Reply, Aborted> {
    let path = request.uri().path();
    let is_inside = path
        .strip_prefix(inspect::PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let host = match server.hosts.of(&request) {
        Ok(host) => host,
        Err(why) => return Ok(api::misdirected(server, request, &why, is_inside)),
    };
    if is_inside {
        inspect::request(server, request, &host, link).await
    } else {
        api::call(server, request, host, link).await
    }
}

/// Waits for SIGINT or SIGTERM.
async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        if let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}

/// Raises the limit of open files, which is often 1,024, for this many connections.
fn raise_file_limit(connections: usize) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let wanted = connections as u64 + 100;
        if limit.current.is_some_and(|current| current < wanted) {
            let current = limit.maximum.map_or(wanted, |most| most.min(wanted));
            // If this is refused, fewer connections can be open.
            let _ = setrlimit(
                Resource::Nofile,
                Rlimit {
                    current: Some(current),
                    ..limit
                },
            );
        }
    }
    #[cfg(not(unix))]
    let _ = connections;
}
