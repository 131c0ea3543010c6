//! Predicts the response of the API from findings: phases, keys, order.
//!
//! The service works in phases (inferred): it converts the body, then checks the request as a whole, then each record. A record
//! stops at its first failing phase.

use std::borrow::Cow;

use serde::Serialize;

use crate::finding::{Finding, Masked, Phase, Predicted, Severity, Unwrapped};
use crate::json::SyntaxKind;
use crate::lint::{Checked, Needed};
use crate::rules::{Endpoint, GoodBesideBad};

/// The response of the API, with its members in the order in which they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Always null in the documented responses.
    pub data: Option<()>,
    /// `"200"` or `"400"`.
    pub status_code: String,
    /// The refused records, in request order.
    pub error_details: Vec<ErrorDetail>,
    /// The accepted records, in request order.
    pub success_details: Vec<SuccessDetail>,
}

/// A refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// The record's key, or the endpoint's fixed key.
    pub key: String,
    /// The errors, in the order of the table rows (inferred).
    pub errors: Vec<ErrorEntry>,
}

/// One error of a refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEntry {
    /// The kind of error.
    pub error_code: String,
    /// The description of the error.
    pub error_description: String,
}

/// An accepted record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuccessDetail {
    /// The record's key.
    pub key: String,
}

/// The extent to which the API is predicted to refuse a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// True if it answers 400.
    pub refused: bool,
    /// True if no record is accepted because the request as a whole fails.
    pub whole: bool,
    /// The number of records that are not accepted.
    pub records: u32,
}

/// Returns the extent to which the API is predicted to refuse a request of `records` records. `findings` must be marked by
/// [`mask`]; `implied` are the errors that one of them represents ([`Checked::implied`]).
///
/// Nothing is predicted for a file that is not JSON, so it is not refused.
#[must_use]
pub fn verdict(findings: &[Finding], implied: &[Finding], records: u32) -> Verdict {
    let mut refused: Vec<Option<u32>> = Vec::new();
    let mut whole = false;
    for finding in findings
        .iter()
        .chain(implied)
        .filter(|finding| finding.severity == Severity::Error && !finding.unseen)
    {
        if finding.predicted.is_none() {
            return Verdict::default();
        }
        if finding.masked.is_none() {
            whole |= matches!(finding.phase, Phase::Bind | Phase::Request);
            refused.push(finding.record);
        }
    }
    refused.sort_unstable();
    refused.dedup();
    let refused = u32::try_from(refused.len()).unwrap_or(u32::MAX);
    Verdict {
        refused: refused > 0,
        whole,
        records: if whole { records } else { refused.min(records) },
    }
}

/// A predicted response, and its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// The response.
    pub envelope: Envelope,
    /// The findings with the errors of the response, as indices into [`Checked::findings`], in the order of the
    /// response.
    pub error_findings: Vec<usize>,
    /// The facts of the tenant on which the answer depends. This response is the likely one.
    pub depends: Needed,
    /// True if there are both valid and invalid records. The page of this endpoint shows no such response.
    pub mixed: bool,
}

/// Predicts the response to a request that was checked with outcomes.
///
/// Errors: the index of the finding that makes a prediction impossible, because the file is not JSON or the answer is
/// not documented. The index is past the last finding if the rule that would report it is turned off.
pub fn predict(endpoint: &Endpoint, checked: &Checked) -> Result<Prediction, usize> {
    let not_json = |finding: &Finding| finding.severity == Severity::Error && finding.predicted.is_none();
    if let Some(index) = checked.findings.iter().position(not_json) {
        return Err(index);
    }
    match undocumented(checked) {
        Some(index) => Err(index),
        None => Ok(predict_recovered(endpoint, checked)),
    }
}

/// Returns the index of a finding with an undocumented answer, which makes the response unknown.
///
/// `None` if the request is refused before the service reaches such a finding.
#[must_use]
pub fn undocumented(checked: &Checked) -> Option<usize> {
    let refusal = |phase: Phase| {
        let mut errors = errors(&checked.findings).filter(move |(_, finding, _)| finding.phase == phase);
        errors
            .next()
            .map(|(_, first, _)| errors.fold(first.span, |first, (_, finding, _)| first.min(finding.span)))
    };
    let converts = refusal(Phase::Bind);
    let is_open = |finding: &Finding| {
        // A null may be the first value that does not convert.
        finding.is_undocumented()
            && !finding.unseen
            && converts.is_none_or(|first| finding.rule == "not-nullable" && finding.span < first)
    };
    if refusal(Phase::Request).is_some() {
        return None;
    }
    let open = checked.findings.iter().position(is_open);
    let is_silent = checked.records == 0 && errors(&checked.findings).next().is_none();
    open.or(is_silent.then_some(checked.findings.len()))
}

/// Returns the findings that predict an error, with their indices. An error that the service never reaches is
/// omitted.
fn errors(findings: &[Finding]) -> impl Iterator<Item = (usize, &Finding, &Predicted)> {
    findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.severity == Severity::Error && !finding.unseen)
        .filter_map(|(index, finding)| Some((index, finding, finding.predicted.as_deref()?)))
}

/// The errors in the response.
enum Answered {
    /// Only one error, for the whole request.
    Whole(usize, Masked),
    /// The errors of each record, as indices in the order of the response.
    Records(Vec<u32>),
}

/// Returns the errors that the service reaches.
fn answered(findings: &[Finding]) -> Answered {
    // The converter reads from front to back and stops at its first failure; then nothing else is checked.
    let of = |phase: Phase| errors(findings).filter(move |(_, finding, _)| finding.phase == phase);
    if let Some((first, ..)) = of(Phase::Bind).min_by_key(|error| error.1.span) {
        return Answered::Whole(first, Masked::Conversion);
    }
    if let Some((first, ..)) = of(Phase::Request).next() {
        return Answered::Whole(first, Masked::Request);
    }
    let index = |(index, ..): (usize, &Finding, &Predicted)| u32::try_from(index).unwrap_or(u32::MAX);
    let mut all: Vec<u32> = errors(findings).map(index).collect();
    let at = |index: &u32| findings.get(*index as usize);
    all.sort_by_key(|index| at(index).map(|finding| (finding.record, finding.order)));
    let same = |a: &u32, b: &u32| at(a).map(|finding| finding.record) == at(b).map(|finding| finding.record);
    let phase = |index: &u32| at(index).map(|finding| finding.phase);
    let mut indices = Vec::with_capacity(all.len());
    for of_record in all.chunk_by(same) {
        // A record stops at its first failing phase; an exception ends it at once.
        let first = of_record.iter().filter_map(phase).min();
        let most = if first == Some(Phase::Exception) {
            1
        } else {
            usize::MAX
        };
        indices.extend(of_record.iter().filter(|index| phase(index) == first).take(most));
    }
    Answered::Records(indices)
}

/// Marks the findings whose answer is masked by another one, and so is not in the response to the unchanged request.
pub fn mask(findings: &mut [Finding]) {
    let answered = answered(findings);
    let hidden = match answered {
        Answered::Whole(_, by) => by,
        Answered::Records(_) => Masked::Record,
    };
    let detail = |finding: &Finding| finding.syntax.map(|syntax| syntax.detail);
    let several = findings
        .iter()
        .any(|finding| detail(finding) == Some(SyntaxKind::SeveralRoots.id()));
    for finding in findings.iter_mut() {
        let predicts = finding.severity == Severity::Error && finding.predicted.is_some();
        let by = if finding.unseen && several {
            Masked::SeveralRoots(unwrapped(finding.masked))
        } else if finding.unseen {
            Masked::Wrapper(unwrapped(finding.masked))
        } else {
            hidden
        };
        finding.masked = predicts.then_some(by);
    }
    let mut show = |index: usize| {
        if let Some(finding) = findings.get_mut(index) {
            finding.masked = None;
        }
    };
    match answered {
        Answered::Whole(index, _) => show(index),
        Answered::Records(indices) => indices.into_iter().for_each(|index| show(index as usize)),
    }
}

/// Returns what masks a finding inside a wrapper once it is unwrapped; `inside` is its mask among the unwrapped records.
const fn unwrapped(inside: Option<Masked>) -> Unwrapped {
    match inside {
        None => Unwrapped::Answers,
        Some(Masked::Conversion) => Unwrapped::Conversion,
        Some(Masked::Request) => Unwrapped::Request,
        Some(Masked::Record) => Unwrapped::Record,
        Some(Masked::Wrapper(known) | Masked::SeveralRoots(known)) => known,
    }
}

/// Predicts the response to a file in which every syntax error has a certain repair; these errors are ignored.
pub fn predict_recovered(endpoint: &Endpoint, checked: &Checked) -> Prediction {
    let shown = checked.findings.len();
    let findings = match &*checked.implied {
        [] => Cow::Borrowed(&checked.findings),
        implied => Cow::Owned([&checked.findings, implied].concat()),
    };
    let mut prediction = of_findings(endpoint, checked, &findings);
    prediction.error_findings.retain(|index| *index < shown);
    prediction
}

/// Returns the response for these findings.
fn of_findings(endpoint: &Endpoint, checked: &Checked, findings: &[Finding]) -> Prediction {
    let predicted = |index: usize| {
        Some((
            index,
            findings.get(index)?,
            findings.get(index)?.predicted.as_deref()?,
        ))
    };
    match answered(findings) {
        Answered::Whole(index, _) => Prediction {
            envelope: envelope(
                predicted(index)
                    .map(|error| detail(&[error]))
                    .into_iter()
                    .collect(),
                Vec::new(),
            ),
            error_findings: vec![index],
            // The service does not use the facts.
            depends: Needed::default(),
            mixed: false,
        },
        Answered::Records(indices) => {
            let errors: Vec<_> = indices
                .into_iter()
                .filter_map(|index| predicted(index as usize))
                .collect();
            by_record(endpoint, checked, &errors)
        }
    }
}

fn by_record(endpoint: &Endpoint, checked: &Checked, errors: &[(usize, &Finding, &Predicted)]) -> Prediction {
    let mut refused = Vec::new();
    let mut error_findings = Vec::new();
    let mut bad = std::collections::BTreeSet::new();
    for of_record in errors.chunk_by(|a, b| a.1.record == b.1.record) {
        bad.extend(of_record.first().and_then(|error| error.1.record));
        refused.push(detail(of_record));
        error_findings.extend(of_record.iter().map(|(index, _, _)| *index));
    }
    let listed = bad.is_empty() || endpoint.good_beside_bad == GoodBesideBad::Listed;
    let taken = (0u32..)
        .zip(&checked.outcomes)
        .filter(|(record, _)| listed && !bad.contains(record))
        .map(|(_, outcome)| SuccessDetail {
            key: outcome.key.clone(),
        })
        .collect();
    Prediction {
        mixed: !bad.is_empty() && bad.len() < checked.outcomes.len(),
        envelope: envelope(refused, taken),
        error_findings,
        depends: checked.needed,
    }
}

fn detail(errors: &[(usize, &Finding, &Predicted)]) -> ErrorDetail {
    ErrorDetail {
        key: errors
            .first()
            .map_or_else(String::new, |(_, _, predicted)| predicted.key.to_string()),
        errors: errors
            .iter()
            .map(|(_, _, predicted)| ErrorEntry {
                error_code: predicted.error_code.to_string(),
                error_description: predicted.error_description.to_string(),
            })
            .collect(),
    }
}

fn envelope(error_details: Vec<ErrorDetail>, success_details: Vec<SuccessDetail>) -> Envelope {
    let status_code = if error_details.is_empty() { "200" } else { "400" };
    Envelope {
        data: None,
        status_code: status_code.to_owned(),
        error_details,
        success_details,
    }
}
