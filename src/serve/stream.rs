//! A connection that can be reset, and whose reader has to read.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// What is known of a connection while it is open.
#[derive(Debug, Clone)]
pub struct Link(Arc<Known>);

#[derive(Debug)]
struct Known {
    opened: Instant,
    /// It is to be reset.
    reset: AtomicBool,
    /// A request is being answered.
    busy: AtomicBool,
    /// When something was last sent to the client, in milliseconds since it was opened.
    sent: AtomicU64,
}

impl Link {
    /// A connection that was opened just now.
    pub fn new() -> Self {
        Self(Arc::new(Known {
            opened: Instant::now(),
            reset: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            sent: AtomicU64::new(0),
        }))
    }

    /// Resets the connection: nothing more is written to it.
    pub fn reset(&self) {
        self.0.reset.store(true, Ordering::Relaxed);
    }

    /// Whether a request is being answered.
    pub fn set_busy(&self, is_busy: bool) {
        self.0.busy.store(is_busy, Ordering::Relaxed);
        if !is_busy {
            self.touch();
        }
    }

    /// How long the client has neither sent a whole head of a request nor read anything.
    pub fn idle(&self) -> Duration {
        if self.0.busy.load(Ordering::Relaxed) {
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

/// A connection.
#[derive(Debug)]
pub struct Stream {
    tcp: TcpStream,
    link: Link,
    /// How long a client may read nothing of what is sent to it.
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// A connection that is reset when that is asked for, or when its client reads nothing for so long.
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

    /// What a write came to, unless it has waited for too long.
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
            // Where that cannot be set, the connection is closed instead.
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
        Pin::new(&mut self.tcp).poll_read(cx, buffer)
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
