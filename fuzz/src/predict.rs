//! The predicted response for any bytes follows from the findings as documented.

use std::collections::BTreeSet;

use geplint::finding::{Finding, Phase, Severity};
use geplint::json;
use geplint::json::pretty;
use geplint::lint::{self, Checked};
use geplint::predict::{ErrorDetail, ErrorEntry, Prediction, mask, predict, predict_recovered, undocumented};
use geplint::rules::{Endpoint, GoodBesideBad};
use serde_json::Value;

use super::shared::{endpoints, harmless, some_tenant};

/// Predicts the answer of every endpoint to the bytes.
pub fn run(data: &[u8]) {
    for endpoint in endpoints() {
        let (text, errors) = json::text(data);
        let checked = lint::check(&text, errors, endpoint, some_tenant(data), true);
        assert_eq!(checked.outcomes.len(), checked.records as usize);
        as_documented(endpoint, &checked);
    }
}

/// Computes the response a second time, directly from the documentation.
pub fn as_documented(endpoint: &Endpoint, checked: &Checked) {
    let recovered = predict_recovered(endpoint, checked);
    let no_json = checked
        .findings
        .iter()
        .position(|finding| finding.severity == Severity::Error && finding.predicted.is_none());
    match (predict(endpoint, checked), no_json) {
        (Err(index), Some(first)) => assert_eq!(index, first),
        (Err(index), None) => assert_eq!(undocumented(checked), Some(index)),
        (Ok(prediction), None) => {
            assert_eq!(prediction, recovered);
            assert_eq!(undocumented(checked), None);
        }
        other => panic!("{other:?}"),
    }
    hidden(checked, &recovered);
    // The answer comes from the findings and the implied ones, without errors that the service never sees.
    let findings: Vec<&Finding> = checked.findings.iter().chain(&checked.implied).collect();
    let (details, indexes) = details(&findings);
    let shown_in: Vec<usize> = indexes
        .iter()
        .copied()
        .filter(|index| *index < checked.findings.len())
        .collect();
    assert_eq!(recovered.error_findings, shown_in);
    assert_eq!(recovered.envelope.error_details, details);
    assert_eq!(recovered.envelope.data, None);
    let status = if details.is_empty() { "200" } else { "400" };
    assert_eq!(recovered.envelope.status_code, status);
    let counted: Vec<&Finding> = indexes.iter().map(|index| findings[*index]).collect();
    assert_eq!(taken(&recovered), successes(endpoint, checked, &counted));
    shown(&recovered);
}

/// The output of `geplint predict` is harmless, and parses to the prediction.
fn shown(prediction: &Prediction) {
    let text = pretty(&prediction.envelope, "\n");
    harmless(&text, "predict");
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read, serde_json::to_value(&prediction.envelope).unwrap());
}

/// The findings that are not masked are in the response, and no others.
fn hidden(checked: &Checked, prediction: &Prediction) {
    let mut findings = checked.findings.clone();
    mask(&mut findings);
    let shown = |finding: &Finding| {
        finding.severity == Severity::Error && finding.predicted.is_some() && finding.masked.is_none()
    };
    let shown: BTreeSet<usize> = (0..findings.len())
        .filter(|index| shown(&findings[*index]))
        .collect();
    assert_eq!(shown, prediction.error_findings.iter().copied().collect());
}

/// Returns the errors that count as `errorDetails`, and the indexes of their findings.
fn details(findings: &[&Finding]) -> (Vec<ErrorDetail>, Vec<usize>) {
    let is_error = |finding: &Finding| {
        finding.severity == Severity::Error && finding.predicted.is_some() && !finding.unseen
    };
    let errors = || {
        let all = findings.iter().copied().enumerate();
        all.filter(|(_, finding)| is_error(finding))
    };
    let whole = |phase: Phase| errors().filter(move |(_, finding)| finding.phase == phase);
    let first = whole(Phase::Bind)
        .min_by_key(|(_, finding)| finding.span)
        .or_else(|| whole(Phase::Request).next());
    if let Some((index, finding)) = first {
        return (vec![detail(&[finding])], vec![index]);
    }
    let records: BTreeSet<Option<u32>> = errors().map(|(_, finding)| finding.record).collect();
    let (mut details, mut indexes) = (Vec::new(), Vec::new());
    for record in records {
        let own = || errors().filter(move |(_, finding)| finding.record == record);
        let phase = own().map(|(_, finding)| finding.phase).min().unwrap();
        let mut counted: Vec<(usize, &Finding)> =
            own().filter(|(_, finding)| finding.phase == phase).collect();
        counted.sort_by_key(|(index, finding)| (finding.order, *index));
        // An exception ends the processing of the record.
        counted.truncate(if phase == Phase::Exception {
            1
        } else {
            counted.len()
        });
        indexes.extend(counted.iter().map(|(index, _)| *index));
        let counted: Vec<&Finding> = counted.into_iter().map(|(_, finding)| finding).collect();
        details.push(detail(&counted));
    }
    (details, indexes)
}

fn detail(findings: &[&Finding]) -> ErrorDetail {
    let entry = |finding: &&Finding| {
        let predicted = finding.predicted.as_ref().unwrap();
        ErrorEntry {
            error_code: predicted.error_code.to_string(),
            error_description: predicted.error_description.to_string(),
        }
    };
    ErrorDetail {
        key: findings[0].predicted.as_ref().unwrap().key.to_string(),
        errors: findings.iter().map(entry).collect(),
    }
}

fn taken(prediction: &Prediction) -> Vec<&str> {
    let keys = prediction.envelope.success_details.iter();
    keys.map(|success| success.key.as_str()).collect()
}

/// Returns the keys of the records without errors; none if the request is refused as a whole.
fn successes<'c>(endpoint: &Endpoint, checked: &'c Checked, counted: &[&Finding]) -> Vec<&'c str> {
    let whole = |finding: &&Finding| matches!(finding.phase, Phase::Bind | Phase::Request);
    let unlisted = !counted.is_empty() && endpoint.good_beside_bad != GoodBesideBad::Listed;
    if counted.iter().any(whole) || unlisted {
        return Vec::new();
    }
    let bad: BTreeSet<Option<u32>> = counted.iter().map(|finding| finding.record).collect();
    (0u32..)
        .zip(&checked.outcomes)
        .filter(|(record, _)| !bad.contains(&Some(*record)))
        .map(|(_, outcome)| outcome.key.as_str())
        .collect()
}
