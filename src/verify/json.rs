//! The JSON report of `verify`, version 1. Within a version, fields are only added.
//!
//! A document is [`open`], the pairs separated by commas, then [`close`], so that it can be written incrementally.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Difference, Forecast, Order, Outcome, Recorded, Tally, Verified};
use crate::json::pretty;
use crate::predict::{Envelope, ErrorEntry};

/// Returns the start of the document. `predictions` is true if predictions are compared, not responses of the API.
pub fn open(predictions: bool) -> String {
    let tool = concat!("geplint ", env!("CARGO_PKG_VERSION"));
    format!("{{\n  \"version\": 1,\n  \"tool\": \"{tool}\",\n  \"self\": {predictions},\n  \"pairs\": [")
}

/// Returns one pair.
pub fn pair(verified: &Verified) -> String {
    const INDENT: &str = "\n    ";
    format!("{INDENT}{}", pretty(&Pair::new(verified), INDENT))
}

/// Returns the end of the document. `empty` is true if there was no pair.
///
/// `unused` has the calls and files that are not pairs, in order.
pub fn close(tally: &Tally, empty: bool, unused: &[Unused]) -> String {
    const INDENT: &str = "\n  ";
    let end = if empty { "]" } else { "\n  ]" };
    let rules: Vec<RuleRow<'_>> = tally
        .rules
        .iter()
        .map(|(rule, tally)| RuleRow {
            rule,
            confirmed: tally.confirmed,
            refuted: tally.refuted,
            other_words: tally.other_words,
        })
        .collect();
    format!(
        "{end},\n  \"summary\": {},\n  \"rules\": {},\n  \"unused\": {}\n}}\n",
        pretty(&Summary::new(tally), INDENT),
        pretty(&rules, INDENT),
        pretty(&unused, INDENT)
    )
}

/// A call or file that is not a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// The file.
    pub file: String,
    /// The number of the entry in the file, 1-based, if the file has several.
    pub entry: Option<usize>,
    /// The HTTP method, if it is known.
    pub method: Option<String>,
    /// The URL, if it is known, without parts that may be secret.
    pub url: Option<String>,
    /// The reason why it is not used.
    pub reason: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pair<'a> {
    name: &'a str,
    request: &'a str,
    url: Option<&'a str>,
    endpoint: Option<&'a str>,
    agreed: bool,
    answered: bool,
    comparable: bool,
    reason: Option<&'a str>,
    recovered: bool,
    predicted: Option<&'a Envelope>,
    recorded: Option<&'a Recorded>,
    extra_fields: &'a [String],
    differences: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    kind: &'static str,
    key: Option<&'a str>,
    predicted: Option<Side<'a>>,
    recorded: Option<Side<'a>>,
    rule: Option<&'a str>,
    pointer: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Side<'a> {
    Text(&'a str),
    Error(&'a ErrorEntry),
    List(&'a [String]),
    Value(&'a Value),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    pairs: u32,
    agreed: u32,
    differing: u32,
    compared: u32,
    agreement: Option<f64>,
    not_answered: u32,
    not_comparable: u32,
    recovered: u32,
    recorded400s: u32,
    caught: u32,
    missed: u32,
    false_alarms: u32,
    precision: Option<f64>,
    recall: Option<f64>,
    unforeseen_errors: u32,
    unpaired_files: u32,
    skipped_calls: u32,
    unreadable_calls: u32,
    failed_calls: u32,
    other_calls: u32,
    predictions: u32,
    no_predictions: u32,
    extra_fields: &'a BTreeMap<String, u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow<'a> {
    rule: &'a str,
    confirmed: u32,
    refuted: u32,
    other_words: u32,
}

impl<'a> Pair<'a> {
    fn new(verified: &'a Verified) -> Self {
        let (reason, differences) = match &verified.outcome {
            Outcome::NotAnswered(why) | Outcome::NotComparable(why) => (Some(why.as_str()), [].as_slice()),
            Outcome::Compared(comparison) => (None, comparison.differences.as_slice()),
        };
        let forecast = verified.forecast.as_ref();
        let recorded = verified.recorded.as_ref();
        Self {
            name: &verified.name,
            request: &verified.origin,
            url: verified.url.as_deref(),
            endpoint: verified.endpoint.as_deref(),
            agreed: verified.agreed(),
            answered: !matches!(verified.outcome, Outcome::NotAnswered(_)),
            comparable: reason.is_none(),
            reason,
            recovered: verified.recovered,
            predicted: forecast.map(|forecast| &forecast.envelope),
            recorded,
            extra_fields: recorded.map_or(&[], |recorded| &recorded.extra),
            differences: differences
                .iter()
                .filter_map(|difference| Some(Row::new(difference, forecast?)))
                .collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn new(difference: &'a Difference, forecast: &'a Forecast) -> Self {
        let (predicted, recorded) = sides(difference, forecast);
        let place = difference.error().and_then(|error| forecast.origins.get(error));
        Self {
            kind: kind(difference),
            key: difference.key(),
            predicted,
            recorded,
            rule: place.map(|place| place.rule.as_str()),
            pointer: place.map(|place| place.pointer.as_str()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }
    }
}

pub(super) const fn kind(difference: &Difference) -> &'static str {
    match difference {
        Difference::Status { .. } => "status",
        Difference::Data { .. } => "data",
        Difference::Key { .. } => "key",
        Difference::Wording { code, text, .. } => match (code, text) {
            (true, true) => "code-and-text",
            (true, false) => "code",
            (false, _) => "text",
        },
        Difference::MissingError { .. } => "missing-error",
        Difference::ExtraError { .. } => "extra-error",
        Difference::MissingSuccess { .. } => "missing-success",
        Difference::ExtraSuccess { .. } => "extra-success",
        Difference::Order { of, .. } => match of {
            Order::Errors(_) => "order-of-errors",
            Order::Refused => "order-of-error-details",
            Order::Taken => "order-of-success-details",
        },
    }
}

/// Returns the predicted and the recorded value, if there are any.
fn sides<'a>(difference: &'a Difference, forecast: &'a Forecast) -> (Option<Side<'a>>, Option<Side<'a>>) {
    let ours = |error| forecast.error(error).map(Side::Error);
    match difference {
        Difference::Status { predicted, recorded } => {
            (Some(Side::Text(predicted)), Some(Side::Text(recorded)))
        }
        Difference::Key {
            predicted, recorded, ..
        } => (Some(Side::Text(predicted)), Some(Side::Text(recorded))),
        Difference::Data { recorded } => (None, Some(Side::Value(recorded))),
        Difference::Wording { error, recorded, .. } => (ours(*error), Some(Side::Error(recorded))),
        Difference::MissingError { recorded, .. } => (None, recorded.as_ref().map(Side::Error)),
        Difference::ExtraError { error, .. } => (ours(*error), None),
        Difference::MissingSuccess { key } => (None, Some(Side::Text(key))),
        Difference::ExtraSuccess { key } => (Some(Side::Text(key)), None),
        Difference::Order {
            predicted, recorded, ..
        } => (Some(Side::List(predicted)), Some(Side::List(recorded))),
    }
}

impl<'a> Summary<'a> {
    fn new(tally: &'a Tally) -> Self {
        Self {
            pairs: tally.pairs,
            agreed: tally.agreed,
            differing: tally.differing(),
            compared: tally.compared_pairs(),
            agreement: tally.agreement(),
            not_answered: tally.not_answered,
            not_comparable: tally.not_comparable,
            recovered: tally.recovered,
            recorded400s: tally.refused,
            caught: tally.caught,
            missed: tally.missed(),
            false_alarms: tally.false_alarms,
            precision: tally.precision(),
            recall: tally.recall(),
            unforeseen_errors: tally.unforeseen,
            unpaired_files: tally.unpaired,
            skipped_calls: tally.skipped,
            unreadable_calls: tally.unreadable,
            failed_calls: tally.failed,
            other_calls: tally.others,
            predictions: tally.predictions,
            no_predictions: tally.no_predictions,
            extra_fields: &tally.extra,
        }
    }
}
