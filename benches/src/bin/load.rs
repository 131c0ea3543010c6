//! Posts one body repeatedly over persistent connections, and prints the results as JSON.
//!
//! ```text
//! load ADDRESS PATH FILE [--connections N] [--seconds N] [--rate N] [--number DIGITS]
//! ```
//!
//! Without a rate each connection posts as soon as it has its answer. With one, requests are due at regular intervals, and latency is
//! measured from the due time, so that a server that stalls is also measured by the requests that it delays (no coordinated omission). The
//! digits, which have to be in the body, are another number in each request.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

struct Plan {
    address: String,
    request: Vec<u8>,
    connections: u32,
    seconds: u64,
    rate: f64,
    /// Offset in the request at which a number is written.
    number: Option<Range<usize>>,
}

#[derive(Default)]
struct Outcome {
    /// Of each answer, in microseconds.
    times: Vec<u32>,
    errors: u64,
    /// The status of the first answer; 0 where there was none.
    status: u16,
    /// The number of answers with another status.
    others: u64,
}

fn main() -> ExitCode {
    let Some(plan) = plan() else {
        eprintln!("load ADDRESS PATH FILE [--connections N] [--seconds N] [--rate N] [--number DIGITS]");
        return ExitCode::from(2);
    };
    let begun = Instant::now();
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let work = |number| {
            let plan = &plan;
            scope.spawn(move || connection(plan, number, begun))
        };
        let threads: Vec<_> = (0..plan.connections).map(work).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_default())
            .collect()
    });
    let elapsed = begun.elapsed().as_secs_f64();
    let mut times: Vec<u32> = outcomes
        .iter()
        .flat_map(|outcome| &outcome.times)
        .copied()
        .collect();
    times.sort_unstable();
    let errors: u64 = outcomes.iter().map(|outcome| outcome.errors).sum();
    let others: u64 = outcomes.iter().map(|outcome| outcome.others).sum();
    let share = |of: usize| {
        times
            .get((times.len() * of / 1000).min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0)
    };
    println!(
        "{{\"status\":{},\"answers\":{},\"perSecond\":{:.0},\"errors\":{errors},\"otherStatuses\":{others},\"microseconds\":{{\"p50\":{},\"p90\":{},\"p99\":{},\"p999\":{},\"max\":{}}}}}",
        outcomes.iter().map(|outcome| outcome.status).max().unwrap_or(0),
        times.len(),
        f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX)) / elapsed,
        share(500),
        share(900),
        share(990),
        share(999),
        times.last().copied().unwrap_or(0),
    );
    ExitCode::from(u8::from(errors > 0 || others > 0))
}

fn plan() -> Option<Plan> {
    let words: Vec<String> = env::args().skip(1).collect();
    let value = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1)?.parse::<f64>().ok()
    };
    let (address, path, file) = (words.first()?, words.get(1)?, words.get(2)?);
    let body = fs::read(file).ok()?;
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(&body);
    let digits = words
        .iter()
        .position(|word| word == "--number")
        .and_then(|at| words.get(at + 1));
    let number = match digits {
        None => None,
        Some(digits) => {
            let at = request
                .windows(digits.len())
                .rposition(|window| window == digits.as_bytes())?;
            Some(at..at + digits.len())
        }
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small numbers"
    )]
    Some(Plan {
        address: address.clone(),
        request,
        connections: value("--connections").unwrap_or(32.0) as u32,
        seconds: value("--seconds").unwrap_or(10.0) as u64,
        rate: value("--rate").unwrap_or(0.0),
        number,
    })
}

fn connection(plan: &Plan, number: u32, begun: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let end = begun + Duration::from_secs(plan.seconds);
    // Every connection has its share of the rate, and begins at its own time.
    let pace = (plan.rate > 0.0).then(|| Duration::from_secs_f64(f64::from(plan.connections) / plan.rate));
    let mut due = begun + pace.unwrap_or_default() * number / plan.connections;
    let mut stream = None;
    let mut request = plan.request.clone();
    // No two runs have the same numbers, as long as they are long enough.
    let seconds = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let mut count = seconds % 5000 * 20_000 + u64::from(number);
    while Instant::now() < end {
        if pace.is_some() {
            thread::sleep(due.saturating_duration_since(Instant::now()));
        } else {
            due = Instant::now();
        }
        if let Some(place) = plan.number.clone().and_then(|place| request.get_mut(place)) {
            let digits = format!("{count:0width$}", width = place.len());
            let start = digits.len() - place.len();
            place.copy_from_slice(&digits.as_bytes()[start..]);
            count += u64::from(plan.connections);
        }
        if let Ok(status) = post(&mut stream, &plan.address, &request) {
            outcome
                .times
                .push(u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX));
            if outcome.status == 0 {
                outcome.status = status;
            }
            outcome.others += u64::from(outcome.status != status);
        } else {
            outcome.errors += 1;
            stream = None;
        }
        due += pace.unwrap_or_default();
    }
    outcome
}

/// Posts once, and gives the status of the answer.
fn post(stream: &mut Option<BufReader<TcpStream>>, address: &str, request: &[u8]) -> io::Result<u16> {
    let stream = if let Some(stream) = stream {
        stream
    } else {
        let new = TcpStream::connect(address)?;
        new.set_nodelay(true)?;
        new.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.insert(BufReader::new(new))
    };
    stream.get_mut().write_all(request)?;
    let mut line = String::new();
    let (mut status, mut length, mut chunked) = (None, 0, false);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if status.is_none() {
            status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        } else if let Some((name, value)) = text.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        }
    }
    if chunked {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size)?;
            let size = u64::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            io::copy(&mut stream.by_ref().take(size + 2), &mut io::sink())?;
            if size == 0 {
                break;
            }
        }
    } else {
        io::copy(&mut stream.by_ref().take(length), &mut io::sink())?;
    }
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}
