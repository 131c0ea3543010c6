//! The predicted response of any bytes is what the documents say of the findings.

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

/// Works the response out a second time, by what the documents say.
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
    // What one finding speaks for is in the answer; what the service never sees is not.
    let said: Vec<&Finding> = checked.findings.iter().chain(&checked.implied).collect();
    let (details, spoke) = details(&said);
    let shown_in: Vec<usize> = spoke
        .iter()
        .copied()
        .filter(|index| *index < checked.findings.len())
        .collect();
    assert_eq!(recovered.spoke, shown_in);
    assert_eq!(recovered.envelope.error_details, details);
    assert_eq!(recovered.envelope.data, None);
    let status = if details.is_empty() { "200" } else { "400" };
    assert_eq!(recovered.envelope.status_code, status);
    let spoke: Vec<&Finding> = spoke.iter().map(|index| said[*index]).collect();
    assert_eq!(taken(&recovered), successes(endpoint, checked, &spoke));
    shown(&recovered);
}

/// What `geplint predict` prints is harmless, and reads back as what was predicted.
fn shown(prediction: &Prediction) {
    let text = pretty(&prediction.envelope, "\n");
    harmless(&text, "predict");
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read, serde_json::to_value(&prediction.envelope).unwrap());
}

/// What is not marked as hidden is in the response, and nothing else is.
fn hidden(checked: &Checked, prediction: &Prediction) {
    let mut findings = checked.findings.clone();
    mask(&mut findings);
    let shown = |finding: &Finding| {
        finding.severity == Severity::Error && finding.predicted.is_some() && finding.masked.is_none()
    };
    let shown: BTreeSet<usize> = (0..findings.len())
        .filter(|index| shown(&findings[*index]))
        .collect();
    assert_eq!(shown, prediction.spoke.iter().copied().collect());
}

/// The errors that count, as `errorDetails`, and the findings that they stand on.
fn details(said: &[&Finding]) -> (Vec<ErrorDetail>, Vec<usize>) {
    let is_error = |finding: &Finding| {
        finding.severity == Severity::Error && finding.predicted.is_some() && !finding.unseen
    };
    let errors = || {
        let all = said.iter().copied().enumerate();
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
    let (mut details, mut spoke) = (Vec::new(), Vec::new());
    for record in records {
        let own = || errors().filter(move |(_, finding)| finding.record == record);
        let phase = own().map(|(_, finding)| finding.phase).min().unwrap();
        let mut said: Vec<(usize, &Finding)> = own().filter(|(_, finding)| finding.phase == phase).collect();
        said.sort_by_key(|(index, finding)| (finding.order, *index));
        // What the service stumbles over ends the record.
        said.truncate(if phase == Phase::Exception { 1 } else { said.len() });
        spoke.extend(said.iter().map(|(index, _)| *index));
        let said: Vec<&Finding> = said.into_iter().map(|(_, finding)| finding).collect();
        details.push(detail(&said));
    }
    (details, spoke)
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

/// The keys of the records that no error speaks of; none where the request is refused as a whole.
fn successes<'c>(endpoint: &Endpoint, checked: &'c Checked, spoke: &[&Finding]) -> Vec<&'c str> {
    let whole = |finding: &&Finding| matches!(finding.phase, Phase::Bind | Phase::Request);
    let unlisted = !spoke.is_empty() && endpoint.good_beside_bad != GoodBesideBad::Listed;
    if spoke.iter().any(whole) || unlisted {
        return Vec::new();
    }
    let bad: BTreeSet<Option<u32>> = spoke.iter().map(|finding| finding.record).collect();
    (0u32..)
        .zip(&checked.outcomes)
        .filter(|(record, _)| !bad.contains(&Some(*record)))
        .map(|(_, outcome)| outcome.key.as_str())
        .collect()
}
