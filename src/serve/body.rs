//! Reads the body of a request, within bounds of size and time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, EXPECT};
use tokio::time::{Instant, timeout_at};

/// A slow line transports so many bytes in a second: for each of them a body has a second more.
const A_SECOND: u64 = 100_000;

/// A body that is refused is read for so long, so that its sender reads the answer.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// The most bytes of bodies that are read at the same time.
const MOST_READING: usize = 512 << 20;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBody {
    /// It is larger than the limit.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// Others send too much at the same time.
    Busy,
    /// The client has gone, or what it sends is no HTTP.
    Broken,
}

/// The bytes of a body that is being read, as far as they count.
struct Held<'a> {
    all: &'a AtomicUsize,
    own: usize,
}

impl Held<'_> {
    fn add(&mut self, bytes: usize) -> Result<(), NoBody> {
        let before = self.all.fetch_add(bytes, Ordering::Relaxed);
        self.own += bytes;
        // One body is always read, however large.
        if before + bytes > MOST_READING && before + bytes > self.own {
            return Err(NoBody::Busy);
        }
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own, Ordering::Relaxed);
    }
}

/// Reads a body of at most `most` bytes, which may take `patience` and longer if it is long; `reading` counts the bytes of all bodies that are being read.
pub async fn read(
    headers: &HeaderMap,
    mut body: Incoming,
    (most, patience): (usize, Duration),
    reading: &AtomicUsize,
) -> Result<Bytes, NoBody> {
    let read = read_from(headers, &mut body, (most, patience), reading).await;
    // Who waits for leave to send must not get it by being read.
    if let Err(NoBody::TooLarge | NoBody::Busy) = read
        && !headers.contains_key(EXPECT)
    {
        tokio::spawn(discard(body));
    }
    read
}

/// Reads on for a while: a client that is still sending would take a closed connection for an error, and miss the answer.
async fn discard(mut body: Incoming) {
    let until = Instant::now() + AFTERWARDS;
    while let Ok(Some(Ok(_))) = timeout_at(until, body.frame()).await {}
}

async fn read_from(
    headers: &HeaderMap,
    body: &mut Incoming,
    (most, patience): (usize, Duration),
    reading: &AtomicUsize,
) -> Result<Bytes, NoBody> {
    // Who asks first whether the body may come is answered before it does.
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(NoBody::TooLarge);
    }
    let begun = Instant::now();
    let mut held = Held { all: reading, own: 0 };
    let mut first = Bytes::new();
    let mut all = Vec::new();
    loop {
        let allowed = patience + Duration::from_secs(held.own as u64 / A_SECOND);
        let frame = match timeout_at(begun + allowed, body.frame()).await {
            Err(_) => return Err(NoBody::TooSlow),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(NoBody::Broken),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if held.own + data.len() > most {
            return Err(NoBody::TooLarge);
        }
        held.add(data.len())?;
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    // In memory of its own, of its own size: as it comes, it shares that of its connection.
    Ok(if all.is_empty() {
        Bytes::copy_from_slice(&first)
    } else {
        all.into_boxed_slice().into()
    })
}
