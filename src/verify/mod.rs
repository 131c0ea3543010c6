//! Predictions held against recorded answers: which answer belongs to which request, where the two envelopes
//! differ, and what that says of each rule.
//!
//! Pure: data in, data out. The command that reads files and prints is elsewhere.

pub mod archive;
mod bruno;
pub mod calls;
pub mod compare;
pub mod har;
pub mod json;
mod newman;
pub mod pairs;
mod parsed;
pub mod predictor;
pub mod recording;
pub mod routes;
pub mod tally;
pub mod text;

use std::collections::HashSet;

pub use compare::{Comparison, Difference, Order, Verdict, compare};
pub use predictor::{Predicted, Predictor};
pub use recording::{Recorded, recorded};
pub use tally::Tally;

use crate::lint::Checked;
use crate::predict::{Envelope, ErrorEntry, Prediction};
use crate::report::Source;
use crate::tenant::Answer;

/// A request and the answer that was recorded for it.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// What the two are called together.
    pub name: &'a str,
    /// Where the request is from: places in it are named by this.
    pub origin: &'a str,
    /// The request body.
    pub request: &'a [u8],
    /// The response body.
    pub response: &'a [u8],
    /// The endpoint, where the URL tells it or the user does.
    pub endpoint: Option<&'a str>,
    /// The HTTP status, where it was recorded.
    pub http_status: Option<u64>,
    /// The URL that was called, where it is recorded, without what may be secret in it.
    pub url: Option<&'a str>,
}

/// What came of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its name.
    pub name: String,
    /// Where the request is from.
    pub origin: String,
    /// The URL that was called, where it is recorded.
    pub url: Option<String>,
    /// The endpoint, where it is known.
    pub endpoint: Option<String>,
    /// The request is no JSON as it stands; the prediction is for what it surely was meant to be.
    pub recovered: bool,
    /// The prediction, where there is one.
    pub forecast: Option<Forecast>,
    /// The recorded envelope, where it is one.
    pub recorded: Option<Recorded>,
    /// How the two compare.
    pub outcome: Outcome,
}

/// How prediction and recording compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Both are envelopes.
    Compared(Comparison),
    /// What was recorded is no envelope, and why: a gateway or a login answered, not the API.
    NotAnswered(String),
    /// There is no predicted envelope, and why.
    NotComparable(String),
}

/// A predicted envelope, and where each of its errors comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The envelope.
    pub envelope: Envelope,
    /// One entry an error, in the envelope's order.
    pub places: Vec<Place>,
    /// For each error, the number of its record and its own number in it.
    numbers: Vec<(usize, usize)>,
}

/// Where in the request an error comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The rule that spoke.
    pub rule: String,
    /// RFC 6901.
    pub pointer: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in bytes, from 1.
    pub column: u32,
}

impl Verified {
    /// Whether the two envelopes are equal.
    pub fn agreed(&self) -> bool {
        matches!(&self.outcome, Outcome::Compared(comparison) if comparison.differences.is_empty())
    }
}

impl Forecast {
    /// An envelope, and the places of its errors in the envelope's order.
    pub fn of(envelope: Envelope, places: Vec<Place>) -> Self {
        let entries = envelope.error_details.iter().enumerate();
        let numbers =
            entries.flat_map(|(record, entry)| (0..entry.errors.len()).map(move |error| (record, error)));
        Self {
            numbers: numbers.collect(),
            envelope,
            places,
        }
    }

    fn new(prediction: Prediction, checked: &Checked, exchange: &Exchange<'_>) -> Self {
        let source = Source::new(exchange.origin, exchange.request);
        let findings = prediction
            .spoke
            .iter()
            .filter_map(|index| checked.findings.get(*index));
        let places = findings.map(|finding| {
            let position = source.position(finding.span.start);
            Place {
                rule: finding.rule.clone().into_owned(),
                pointer: finding.pointer.clone(),
                line: position.line,
                column: position.column,
            }
        });
        Self::of(prediction.envelope, places.collect())
    }

    /// A predicted error by its number in the envelope's order, from 0.
    pub fn error(&self, number: usize) -> Option<&ErrorEntry> {
        let (record, error) = self.numbers.get(number)?;
        self.envelope.error_details.get(*record)?.errors.get(*error)
    }
}

/// Predicts the answer to a request, and holds it against the recorded one.
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
    // Predicted even if there is nothing to compare with: later predictions may build on this one.
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
        Predicted::Unrecognized(why) => Some(format!("the request is for no known endpoint: {why}")),
        Predicted::NotJson(why) => Some(format!("the request is no JSON: {why}")),
        Predicted::Undocumented(why) => Some(format!("what the API answers is not documented: {why}")),
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

/// Which records a recorded answer says were taken; of what is no envelope, none were.
fn answer(recorded: Option<&Recorded>) -> Answer {
    let Some(recorded) = recorded else {
        return Answer::nothing_taken();
    };
    if !tally::is_refusal(&recorded.status_code) {
        return Answer::AllTaken;
    }
    let refused: HashSet<&str> = recorded.error_details.iter().map(|detail| &*detail.key).collect();
    let keys = recorded.success_details.iter().map(|detail| &detail.key);
    Answer::Taken(
        keys.filter(|key| !refused.contains(key.as_str()))
            .cloned()
            .collect(),
    )
}
