//! Compares predictions with recorded answers: matches answers to requests, finds differences between the envelopes,
//! and counts them by rule.
//!
//! Pure: data in, data out. `cli` reads the files and prints the results.

pub mod anonymize;
pub mod archive;
mod bruno;
pub mod calls;
pub mod compare;
mod entry;
pub mod har;
pub mod json;
mod newman;
pub mod pairs;
mod parsed;
pub mod patterns;
pub mod predictor;
pub mod recording;
mod replacements;
pub mod routes;
pub mod text;
pub mod totals;

use std::collections::HashSet;

pub use compare::{Comparison, Difference, Order, Verdict, compare};
pub use predictor::{Predicted, Predictor};
pub use recording::{Recorded, recorded};
pub use totals::Tally;

use crate::lint::Checked;
use crate::predict::{Envelope, ErrorEntry, Prediction};
use crate::report::Source;
use crate::tenant::AcceptedRecords;
use recording::is_refusal;

/// A request and its recorded answer.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The name of the exchange.
    pub name: &'a str,
    /// The file of the request, for origins in it.
    pub origin: &'a str,
    /// The request body.
    pub request: &'a [u8],
    /// The response body.
    pub response: &'a [u8],
    /// The endpoint, if the URL or the user determines it.
    pub endpoint: Option<&'a str>,
    /// The HTTP status, if it was recorded.
    pub http_status: Option<u64>,
    /// The URL, if it was recorded, without parts that may be secret.
    pub url: Option<&'a str>,
}

/// The result for one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The name.
    pub name: String,
    /// The file of the request.
    pub origin: String,
    /// The URL, if it was recorded.
    pub url: Option<String>,
    /// The endpoint, if it is known.
    pub endpoint: Option<String>,
    /// True if the request is not JSON, and the prediction is for its certain repair.
    pub recovered: bool,
    /// The prediction, if there is one.
    pub forecast: Option<Forecast>,
    /// The recorded envelope, if it is one.
    pub recorded: Option<Recorded>,
    /// The result of the comparison.
    pub outcome: Outcome,
}

/// The result of comparing prediction and recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Both are envelopes.
    Compared(Comparison),
    /// The recording is not an envelope, with the reason: a gateway or a login page answered, not the API.
    NotAnswered(String),
    /// There is no predicted envelope, with the reason.
    NotComparable(String),
}

/// A predicted envelope, with the origin of each error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The envelope.
    pub envelope: Envelope,
    /// One entry per error, in the envelope's order.
    pub origins: Vec<ErrorOrigin>,
    /// For each error: the index of its record, and its index in the record.
    numbers: Vec<(usize, usize)>,
}

/// The origin of an error in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorOrigin {
    /// The rule.
    pub rule: String,
    /// The RFC 6901 pointer.
    pub pointer: String,
    /// The line, 1-based.
    pub line: u32,
    /// The column in bytes, 1-based.
    pub column: u32,
}

impl Verified {
    /// Returns true if the two envelopes are equal.
    pub fn agreed(&self) -> bool {
        matches!(&self.outcome, Outcome::Compared(comparison) if comparison.differences.is_empty())
    }
}

impl Forecast {
    /// Returns a forecast of an envelope and the origins of its errors, in the envelope's order.
    pub fn of(envelope: Envelope, origins: Vec<ErrorOrigin>) -> Self {
        let entries = envelope.error_details.iter().enumerate();
        let numbers =
            entries.flat_map(|(record, entry)| (0..entry.errors.len()).map(move |error| (record, error)));
        Self {
            numbers: numbers.collect(),
            envelope,
            origins,
        }
    }

    fn new(prediction: Prediction, checked: &Checked, exchange: &Exchange<'_>) -> Self {
        let source = Source::new(exchange.origin, exchange.request);
        let findings = prediction
            .error_findings
            .iter()
            .filter_map(|index| checked.findings.get(*index));
        let origins = findings.map(|finding| {
            let position = source.position(finding.span.start);
            ErrorOrigin {
                rule: finding.rule.clone().into_owned(),
                pointer: finding.pointer.clone(),
                line: position.line,
                column: position.column,
            }
        });
        Self::of(prediction.envelope, origins.collect())
    }

    /// Returns a predicted error by its index in the envelope's order, from 0.
    pub fn error(&self, number: usize) -> Option<&ErrorEntry> {
        let (record, error) = self.numbers.get(number)?;
        self.envelope.error_details.get(*record)?.errors.get(*error)
    }
}

/// Predicts the answer to a request, and compares it with the recorded one.
pub fn verify(predictor: &mut dyn Predictor, exchange: &Exchange<'_>) -> Verified {
    let recorded = recorded(exchange.response).map_err(|why| match exchange.http_status {
        Some(status) => format!("{why} (HTTP status {status})"),
        None => why,
    });
    let mut verified = Verified {
        name: exchange.name.to_owned(),
        origin: exchange.origin.to_owned(),
        url: exchange.url.map(ToOwned::to_owned),
        endpoint: exchange.endpoint.map(ToOwned::to_owned),
        recovered: false,
        forecast: None,
        recorded: None,
        outcome: Outcome::NotComparable(String::new()),
    };
    // Predicted even without an answer, because later predictions may depend on this one.
    let answer = answer(recorded.as_ref().ok());
    let why = match predictor.predict(exchange.request, exchange.endpoint, Some(&answer)) {
        Predicted::Envelope {
            endpoint,
            prediction,
            checked,
            recovered,
        } => {
            verified.endpoint = Some(endpoint);
            verified.recovered = recovered;
            verified.forecast = Some(Forecast::new(prediction, &checked, exchange));
            None
        }
        Predicted::Unrecognized(why) => Some(format!("the request is not for a known endpoint: {why}")),
        Predicted::NotJson(why) => Some(format!("the request is not JSON: {why}")),
        Predicted::Undocumented(why) => Some(format!("the API's response is not documented: {why}")),
    };
    verified.outcome = match (&verified.forecast, &recorded, why) {
        (_, Err(why), _) => Outcome::NotAnswered(why.clone()),
        (Some(forecast), Ok(recorded), _) => Outcome::Compared(compare(&forecast.envelope, recorded)),
        (None, Ok(_), Some(why)) => Outcome::NotComparable(why),
        (None, Ok(_), None) => Outcome::NotComparable("nothing was predicted".to_owned()),
    };
    verified.recorded = recorded.ok();
    verified
}

/// Returns the records that were accepted according to a recorded answer; none if it is not an envelope.
fn answer(recorded: Option<&Recorded>) -> AcceptedRecords {
    let Some(recorded) = recorded else {
        return AcceptedRecords::none();
    };
    if !is_refusal(&recorded.status_code) {
        return AcceptedRecords::All;
    }
    let refused: HashSet<&str> = recorded.error_details.iter().map(|detail| &*detail.key).collect();
    let keys = recorded.success_details.iter().map(|detail| &detail.key);
    AcceptedRecords::Only(
        keys.filter(|key| !refused.contains(key.as_str()))
            .cloned()
            .collect(),
    )
}
