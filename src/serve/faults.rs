//! Faults on demand: late responses, errors of the server, reset connections.
//!
//! The fault of a call is a function of the seed and of the number of the call, so that a test can be repeated.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A fault in place of a normal response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The response is this HTTP status, and nothing changes.
    Status(u16),
    /// The connection is reset before the call is processed: nothing changes.
    Reset,
    /// The call is processed with all changes, but the connection is reset instead of a response.
    Lost,
}

impl Fault {
    /// Parses `503`, `reset` or `lost`.
    ///
    /// Errors: a message with the accepted values.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "reset" => Ok(Self::Reset),
            "lost" => Ok(Self::Lost),
            _ => {
                let status = text.parse().ok().filter(|status| (400..600).contains(status));
                status.map(Self::Status).ok_or_else(|| {
                    format!(
                        "\"{text}\" is not a fault: use an HTTP status from 400 to 599, \"reset\" or \"lost\""
                    )
                })
            }
        }
    }

    /// Parses `503:5%`: a fault and its share of the calls.
    ///
    /// Errors: a message.
    pub fn with_share(text: &str) -> Result<(Self, f64), String> {
        let (fault, share) = text
            .rsplit_once(':')
            .ok_or_else(|| format!("\"{text}\" has no share of the calls: write 503:5% for 5 % of them"))?;
        let percent = share
            .strip_suffix('%')
            .and_then(|share| share.parse::<f64>().ok());
        let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
        let percent = percent.ok_or_else(|| {
            if share
                .parse::<f64>()
                .is_ok_and(|share| (0.0..=100.0).contains(&share))
            {
                format!("the share \"{share}\" has no unit: write {share}%")
            } else {
                format!("the share \"{share}\" is not a percentage from 0% to 100%")
            }
        })?;
        Ok((Self::parse(fault)?, percent / 100.0))
    }

    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Reset => "reset".to_owned(),
            Self::Lost => "lost".to_owned(),
        }
    }
}

/// The minimum and maximum of the latency of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    least: Duration,
    most: Duration,
}

/// The maximum latency.
const LONGEST: Duration = Duration::from_mins(10);

impl Latency {
    /// Parses `200ms` or `200ms..500ms`.
    ///
    /// Errors: a message.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let (least, most) = (duration(least)?, duration(most)?);
        if least > most {
            return Err(format!("\"{text}\": the maximum is less than the minimum"));
        }
        Ok(Self { least, most })
    }
}

/// Parses `200ms` or `1.5s`.
///
/// Errors: a message with the accepted values.
pub fn duration(text: &str) -> Result<Duration, String> {
    let number = |text: &str| text.parse::<f64>().ok();
    let seconds = match text.strip_suffix("ms") {
        Some(text) => number(text).map(|number| number / 1000.0),
        None => text.strip_suffix('s').and_then(number),
    };
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| {
            if number(text).is_some_and(f64::is_finite) {
                format!("the time \"{text}\" has no unit: write {text}ms or {text}s")
            } else {
                format!("the time \"{text}\" is not one such as 200ms or 1.5s, at most 600s")
            }
        })
}

/// The latency and fault of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The latency of its response.
    pub latency: Duration,
    /// The fault in place of a response.
    pub fault: Option<Fault>,
}

/// Selects the fault of each call.
#[derive(Debug)]
pub struct Faults {
    latency: Option<Latency>,
    shares: Vec<(Fault, f64)>,
    seed: u64,
    calls: AtomicU64,
}

impl Faults {
    /// Faults with their shares of the calls, and a seed.
    pub fn new(latency: Option<Latency>, shares: Vec<(Fault, f64)>, seed: u64) -> Self {
        Self {
            latency,
            shares,
            seed,
            calls: AtomicU64::new(0),
        }
    }

    /// Starts again with the first call.
    pub fn restart(&self) {
        self.calls.store(0, Ordering::Relaxed);
    }

    /// The fault of the next call. `asked`, the header of the call, takes precedence.
    ///
    /// Errors: a message about the header.
    pub fn next(&self, asked: Option<&str>) -> Result<Plan, String> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        match asked {
            Some(asked) => self.asked(asked, call),
            None => Ok(self.plan(call)),
        }
    }

    fn plan(&self, call: u64) -> Plan {
        let latency = self
            .latency
            .map_or(Duration::ZERO, |latency| self.wait(latency, call));
        // One draw decides between all faults, so that each has its share of all calls.
        let mut rest = self.draw(call, 1);
        let fault = self.shares.iter().find(|(_, share)| {
            rest -= share;
            rest < 0.0
        });
        Plan {
            latency,
            fault: fault.map(|(fault, _)| *fault),
        }
    }

    /// Parses `503`, `reset`, `lost`, `latency=2s` or `none`, separated by commas.
    fn asked(&self, asked: &str, call: u64) -> Result<Plan, String> {
        let mut plan = Plan::default();
        for part in asked.split(',').map(str::trim) {
            if let Some(latency) = part.strip_prefix("latency=") {
                plan.latency = self.wait(Latency::parse(latency)?, call);
            } else if part != "none" {
                plan.fault = Some(Fault::parse(part)?);
            }
        }
        Ok(plan)
    }

    fn wait(&self, latency: Latency, call: u64) -> Duration {
        let more = latency.most.saturating_sub(latency.least);
        latency.least + more.mul_f64(self.draw(call, 0))
    }

    /// A number from 0 up to, not including, 1: the same for the same seed, call and draw.
    #[allow(clippy::cast_precision_loss, reason = "the number has 53 bits")]
    fn draw(&self, call: u64, draw: u64) -> f64 {
        let mixed = mix(mix(mix(self.seed) ^ call) ^ draw);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One step of `SplitMix64`.
const fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(seed: u64) -> Faults {
        let shares = vec![(Fault::Status(503), 0.25), (Fault::Reset, 0.1)];
        Faults::new(Latency::parse("10ms..20ms").ok(), shares, seed)
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let plans = |seed| {
            let faults = faults(seed);
            (0..1000).map(|_| faults.next(None).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(plans(1), plans(1));
        assert_ne!(plans(1), plans(2));
        let count = |fault: &Fault| {
            plans(1)
                .iter()
                .filter(|plan| plan.fault.as_ref() == Some(fault))
                .count()
        };
        assert!(
            (200..300).contains(&count(&Fault::Status(503))),
            "{}",
            count(&Fault::Status(503))
        );
        // The second one has its share of the calls without the first.
        assert!(
            (60..140).contains(&count(&Fault::Reset)),
            "{}",
            count(&Fault::Reset)
        );
        let (least, most) = (Duration::from_millis(10), Duration::from_millis(20));
        assert!(plans(1).iter().all(|plan| (least..=most).contains(&plan.latency)));
    }

    #[test]
    fn a_restart_begins_with_the_first_call() {
        let faults = faults(3);
        let first: Vec<_> = (0..50).map(|_| faults.next(None).unwrap()).collect();
        faults.restart();
        let again: Vec<_> = (0..50).map(|_| faults.next(None).unwrap()).collect();
        assert_eq!(first, again);
    }

    #[test]
    fn a_call_may_ask_for_a_fault() {
        let faults = faults(1);
        let plan = faults.next(Some("latency=1.5s, 503")).unwrap();
        assert_eq!(
            (plan.latency, plan.fault),
            (Duration::from_millis(1500), Some(Fault::Status(503)))
        );
        assert_eq!(faults.next(Some("none")).unwrap(), Plan::default());
        for wrong in ["", "200", "600", "Reset", "latency=", "latency=5", "503,,"] {
            assert!(faults.next(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_and_shares_are_read() {
        for wrong in [
            "", "1", "ms", "-1s", "2s..1s", "1s..", "601s", "nans", "infs", "1e999s",
        ] {
            assert!(Latency::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Fault::with_share("503:5%"), Ok((Fault::Status(503), 0.05)));
        for wrong in ["503", "503:5", "503:101%", "503:-1%", "503:nan%", "ok:5%", ":5%"] {
            assert!(Fault::with_share(wrong).is_err(), "{wrong}");
        }
    }
}
