//! From findings to the response that the API would send: phases, keys, order.
//!
//! The service works in phases (inferred): the body is converted, then the request as a whole is looked at, then
//! each record by itself, which stops at its first failing phase.

use serde::Serialize;

use crate::finding::{Finding, Phase, Predicted, Severity};
use crate::lint::Checked;
use crate::rules::{Endpoint, GoodBesideBad};

/// The API's response, in the order in which it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Always null in the documented responses.
    pub data: Option<()>,
    /// `200` or `400`, as a text.
    pub status_code: String,
    /// The records that are refused, in request order.
    pub error_details: Vec<ErrorDetail>,
    /// The records that are taken, in request order.
    pub success_details: Vec<SuccessDetail>,
}

/// One refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// The record's key, or what the endpoint says in its place.
    pub key: String,
    /// Its errors, in the order of the table rows (inferred).
    pub errors: Vec<ErrorEntry>,
}

/// One error of a refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEntry {
    /// Kind of error.
    pub error_code: String,
    /// What is wrong.
    pub error_description: String,
}

/// One record that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuccessDetail {
    /// The record's key.
    pub key: String,
}

/// A predicted response, and what it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// The response.
    pub envelope: Envelope,
    /// The findings whose errors stand in it, as indices into [`Checked::findings`], in the envelope's order.
    pub spoke: Vec<usize>,
}

/// Predicts the response to a request that was checked with its outcomes.
///
/// Fails with the index of the finding that makes a prediction impossible: the file is no JSON.
pub fn predict(endpoint: &Endpoint, checked: &Checked) -> Result<Prediction, usize> {
    let unpredictable =
        |finding: &Finding| finding.severity == Severity::Error && finding.predicted.is_none();
    if let Some(index) = checked.findings.iter().position(unpredictable) {
        return Err(index);
    }
    Ok(predict_mended(endpoint, checked))
}

/// The same for a file whose mistakes in syntax are surely mended by recovery: they are passed over.
pub fn predict_mended(endpoint: &Endpoint, checked: &Checked) -> Prediction {
    let mut errors: Vec<(usize, &Finding, &Predicted)> = checked
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.severity == Severity::Error)
        .filter_map(|(index, finding)| Some((index, finding, finding.predicted.as_deref()?)))
        .collect();
    // The converter reads from front to back and stops at its first failure; nothing else is looked at then.
    if let Some(first) = errors
        .iter()
        .filter(|(_, finding, _)| finding.phase == Phase::Bind)
        .min_by_key(|error| error.1.span)
    {
        return refused_as_a_whole(first);
    }
    if let Some(first) = errors
        .iter()
        .find(|(_, finding, _)| finding.phase == Phase::Request)
    {
        return refused_as_a_whole(first);
    }
    errors.sort_by_key(|(_, finding, _)| (finding.record, finding.order));
    by_record(endpoint, checked, &errors)
}

fn refused_as_a_whole(error: &(usize, &Finding, &Predicted)) -> Prediction {
    Prediction {
        envelope: envelope(vec![detail(&[*error])], Vec::new()),
        spoke: vec![error.0],
    }
}

fn by_record(endpoint: &Endpoint, checked: &Checked, errors: &[(usize, &Finding, &Predicted)]) -> Prediction {
    let mut refused = Vec::new();
    let mut spoke = Vec::new();
    let mut bad = std::collections::BTreeSet::new();
    for of_record in errors.chunk_by(|a, b| a.1.record == b.1.record) {
        let said = first_phase(of_record);
        bad.extend(of_record.first().and_then(|error| error.1.record));
        refused.push(detail(&said));
        spoke.extend(said.iter().map(|(index, _, _)| *index));
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
        envelope: envelope(refused, taken),
        spoke,
    }
}

/// A record stops at its first failing phase; an exception ends it at once.
fn first_phase<'f>(
    errors: &[(usize, &'f Finding, &'f Predicted)],
) -> Vec<(usize, &'f Finding, &'f Predicted)> {
    let first = errors
        .iter()
        .map(|(_, finding, _)| finding.phase)
        .min()
        .unwrap_or(Phase::None);
    let most = if first == Phase::Exception { 1 } else { usize::MAX };
    errors
        .iter()
        .filter(|(_, finding, _)| finding.phase == first)
        .take(most)
        .copied()
        .collect()
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
