//! Reads the body of a request, within bounds of size and time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, EXPECT};
use tokio::time::{Instant, timeout_at};

use super::stream::{Busy, Link};

/// The speed of a slow line in bytes per second: the time limit of a body grows by one second for each.
const A_SECOND: u64 = 100_000;

/// The limit for all bodies that are being read, in bytes.
const MOST_READING: usize = 512 << 20;

/// The reason for a missing body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBody {
    /// It is larger than the limit.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// Together with other bodies, it exceeds the limit for all bodies.
    Busy,
    /// The connection was closed, or its data is not HTTP.
    Broken,
}

/// The bytes that a body has added to the count of all bodies that are being read.
struct Held<'a> {
    all: &'a AtomicUsize,
    own: usize,
}

impl Held<'_> {
    fn add(&mut self, bytes: usize) -> Result<(), NoBody> {
        let before = self.all.fetch_add(bytes, Ordering::Relaxed);
        self.own += bytes;
        // A single body is always read, whatever its size.
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

/// Reads a body of at most `most` bytes within `patience`, plus a time for its length. `reading` counts the bytes of all bodies that are being read.
pub async fn read(
    headers: &HeaderMap,
    mut body: Incoming,
    (most, patience): (usize, Duration),
    reading: &AtomicUsize,
    link: &Link,
) -> Result<Bytes, NoBody> {
    let read = read_from(headers, &mut body, (most, patience), reading).await;
    // Further reading would send `100 Continue` to a client that expects it.
    if let Err(NoBody::TooLarge | NoBody::Busy) = read
        && !headers.contains_key(EXPECT)
    {
        tokio::spawn(discard(body, patience, link.busy()));
    }
    read
}

/// Reads on for the time that a body has: a client that is still sending would see a reset connection instead of the response.
async fn discard(mut body: Incoming, patience: Duration, busy: Busy) {
    let begun = Instant::now();
    let mut bytes = 0;
    while let Ok(Some(Ok(frame))) = timeout_at(begun + allowed(patience, bytes), body.frame()).await
        && bytes < MOST_READING
    {
        bytes += frame.data_ref().map_or(0, Bytes::len);
    }
    drop(busy);
}

/// The time for a body of which so many bytes have arrived.
fn allowed(patience: Duration, bytes: usize) -> Duration {
    patience + Duration::from_secs(bytes as u64 / A_SECOND)
}

async fn read_from(
    headers: &HeaderMap,
    body: &mut Incoming,
    (most, patience): (usize, Duration),
    reading: &AtomicUsize,
) -> Result<Bytes, NoBody> {
    // Checked before the body is read: a client with `Expect: 100-continue` is answered before it sends anything.
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
        let until = begun + allowed(patience, held.own);
        let frame = match timeout_at(until, body.frame()).await {
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
    // A copy of exactly its size: the received bytes share the read buffer of their connection.
    Ok(if all.is_empty() {
        Bytes::copy_from_slice(&first)
    } else {
        all.into_boxed_slice().into()
    })
}
