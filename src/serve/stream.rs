//! A connection that can be reset, and that times out if its client does not read.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// The state of an open connection.
#[derive(Debug, Clone)]
pub struct Link(Arc<State>);

#[derive(Debug)]
struct State {
    opened: Instant,
    /// True if the connection is to be reset.
    reset: AtomicBool,
    /// The number of uses that may take longer than a client may be silent: a request that is being answered, a refused body that is
    /// being read.
    busy: AtomicUsize,
    /// The time of the last write to the client, in milliseconds since it was opened.
    sent: AtomicU64,
    /// The first byte from the client; 0 before it.
    first: AtomicU8,
}

impl Link {
    /// The state of a new connection.
    pub fn new() -> Self {
        Self(Arc::new(State {
            opened: Instant::now(),
            reset: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            first: AtomicU8::new(0),
        }))
    }

    /// Requests a reset: nothing more is written to the connection.
    pub fn reset(&self) {
        self.0.reset.store(true, Ordering::Relaxed);
    }

    /// The connection is not idle until the result is dropped.
    pub fn busy(&self) -> Busy {
        self.0.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// True if the client has begun a TLS handshake.
    pub fn begins_with_tls(&self) -> bool {
        self.0.first.load(Ordering::Relaxed) == TLS_HANDSHAKE
    }

    /// The time since the client last completed the head of a request or read anything.
    pub fn idle(&self) -> Duration {
        if self.0.busy.load(Ordering::Relaxed) > 0 {
            return Duration::ZERO;
        }
        let sent = Duration::from_millis(self.0.sent.load(Ordering::Relaxed));
        self.0.opened.elapsed().saturating_sub(sent)
    }

    fn touch(&self) {
        let now = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.sent.store(now, Ordering::Relaxed);
    }

    fn is_reset(&self) -> bool {
        self.0.reset.load(Ordering::Relaxed)
    }
}

/// The first byte of a TLS handshake; no HTTP request begins with it.
const TLS_HANDSHAKE: u8 = 22;

/// A use of a connection, which has its own limit of time.
#[derive(Debug)]
pub struct Busy(Link);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.busy.fetch_sub(1, Ordering::Relaxed);
        self.0.touch();
    }
}

/// A connection.
#[derive(Debug)]
pub struct Stream {
    tcp: TcpStream,
    link: Link,
    /// The maximum time without a read by the client.
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// A connection that is reset on request, or if its client reads nothing for this time.
    pub fn new(tcp: TcpStream, link: Link, patience: Duration) -> Self {
        Self {
            tcp,
            link,
            patience,
            waiting: None,
        }
    }

    fn is_alive(&self) -> io::Result<()> {
        if self.link.is_reset() {
            return Err(ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }

    /// The result of a write, or an error if it has waited for too long.
    fn watched<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            self.link.touch();
            return written;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(cx));
        self.link.reset();
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.link.is_reset() {
            // If this fails, the connection is closed instead.
            let _ = self.tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.is_alive()?;
        let start = buffer.filled().len();
        let read = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        let first = &self.link.0.first;
        if first.load(Ordering::Relaxed) == 0
            && let Some(byte) = buffer.filled().get(start)
        {
            first.store(*byte, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_alive()?;
        let written = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.watched(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.is_alive()?;
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, parts);
        self.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_alive()?;
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_alive()?;
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
