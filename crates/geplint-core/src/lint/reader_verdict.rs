//! The verdict of the platform's reader on a body, if checking the values is not enough.

use super::checked_body::Checked;
use super::messages;
use super::new_finding::Place;
use super::reader_replay::{self, Doubt, Failure, ReplayResult, UnknownFact, replay};
use super::record_state::{Buffers, Linter};
use super::syntax::Reading;
use crate::finding::{Finding, Phase, Severity, Span, Target, sort};
use crate::json::{SyntaxError, SyntaxKind, Tree};
use crate::rules::{Endpoint, Violation};
use crate::tenant::{Facts, Tenant, TenantChanges};
use dotnet_bind as bind;

/// Returns the result of the platform's reader for a body, JSON or not.
///
/// [`check_with`](crate::lint::check_with) calls it only if checking the values is not enough; it is valid for any
/// body.
#[must_use]
pub fn read_through(text: &str, endpoint: &Endpoint, tenant: &Tenant) -> Reading {
    replay(
        text,
        endpoint,
        &Facts::new(tenant, &TenantChanges::default(), false),
        &reader_replay::keep_no_doubt,
    )
    .reading()
}

/// Returns the result of the platform's reader for the body, if checking the values is not enough.
///
/// For JSON, also corrects the findings of the engine.
pub(super) fn as_read(
    text: &str,
    errors: &[SyntaxError],
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    buffers: &mut Buffers,
    checked: &mut Checked,
) -> Reading {
    let is_json = errors.iter().all(|error| error.kind == SyntaxKind::LoneSurrogate);
    if is_json && !buffers.needs_replay.get() {
        return Reading::default();
    }
    // A byte order mark before a clean body is accepted by the reader, and a replay would find nothing else.
    let marked =
        |error: &SyntaxError| matches!(error.kind, SyntaxKind::LoneSurrogate | SyntaxKind::ByteOrderMark);
    if checked.findings.is_empty() && !buffers.needs_replay.get() && errors.iter().all(marked) {
        return Reading {
            accepts: Some(true),
            ..Reading::default()
        };
    }
    if let Some(reading) = reader_replay::of_bytes(text, errors, endpoint, facts) {
        return reading;
    }
    if !errors.iter().all(SyntaxError::is_warning) {
        return replay(text, endpoint, facts, &reader_replay::keep_no_doubt).reading();
    }
    sort(&mut checked.findings);
    let known = |span: Span| {
        let from = checked
            .findings
            .partition_point(|finding| finding.span.start < span.start);
        let here = checked.findings.iter().skip(from);
        here.take_while(|finding| finding.span.start == span.start)
            .any(|finding| finding.rule == "not-nullable")
    };
    let report = |span: Span| !known(span);
    let replayed = replay(text, endpoint, facts, &report);
    correct_findings(text, &replayed, endpoint, facts, buffers, checked);
    replayed.reading()
}

/// Corrects the findings with the result of the replay: values before the place where the reader stops do convert,
/// and that place gets a finding.
fn correct_findings(
    text: &str,
    replayed: &ReplayResult<'_>,
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    buffers: &mut Buffers,
    checked: &mut Checked,
) {
    let stop = replayed.failure.as_ref();
    if stop.is_some_and(|failure| failure.stop == bind::Stop::Unknown) {
        return;
    }
    let until = stop.map_or(u32::MAX, |failure| failure.at);
    let fails = |finding: &Finding| finding.severity == Severity::Error && finding.phase == Phase::Bind;
    checked
        .findings
        .retain(|finding| !fails(finding) || finding.span.start >= until);
    let tree = Tree::default();
    let before = checked.findings.len();
    let is_reported = stop.is_some_and(|failure| {
        let same = |finding: &&Finding| {
            fails(finding)
                && (finding.span.start == failure.at || finding.span.start == failure.place.span.start)
        };
        checked.findings.iter().find(same).is_some_and(|finding| {
            let predicted = finding.predicted.as_deref();
            predicted.is_some_and(|predicted| replayed.sentence() == Some(&*predicted.error_description))
        })
    });
    let records = checked.records;
    let mut linter = Linter::new(text, &tree, endpoint, facts, None, buffers, checked);
    for doubt in &replayed.doubts {
        linter.doubtful(doubt);
    }
    if let Some(failure) = stop.filter(|_| !is_reported) {
        linter.stops(failure, replayed.sentence());
    }
    // A finding of the replay gets the record key of a finding next to it.
    let (engine, replayed) = checked.findings.split_at_mut(before);
    for finding in replayed {
        finding.record = finding.record.filter(|record| *record < records);
        let from = engine.partition_point(|other| other.span.start < finding.span.start);
        let mut near = engine
            .iter()
            .skip(from)
            .take(1)
            .chain(engine.iter().take(from).rev().take(1));
        finding.record_key = near
            .find(|other| other.record.is_some() && other.record == finding.record)
            .and_then(|other| other.record_key.clone());
    }
}

impl Linter<'_> {
    /// Reports the place where the platform's reader stops, if no finding about a value explains it.
    fn stops(&mut self, failure: &Failure<'_>, sentence: Option<&str>) {
        let predicted = sentence.map(|sentence| self.unconverted(sentence));
        let name = failure
            .place
            .property
            .map_or("the body", |property| &property.name);
        // A value of an unknown name is skipped but still read, so its name does not matter.
        let skipped = sentence.is_some_and(|sentence| {
            sentence.starts_with("Ticks must be ") || sentence.starts_with("Input string '")
        });
        let violation = messages::stops(name, &self.excerpt(failure.place.span), skipped);
        let place = self.replayed_place(&failure.place);
        self.predict_of(failure.place.property, place, violation, predicted);
    }

    /// Reports a value for which an unknown fact decides whether it binds.
    fn doubtful(&mut self, doubt: &Doubt<'_>) {
        let (here, property) = (self.excerpt(doubt.place.span), doubt.place.property);
        let violation: Violation<'_> = match doubt.unknown {
            UnknownFact::Declared => return,
            UnknownFact::Nullable => {
                let name = property.map_or("the value", |property| &property.name);
                let help = format!("Leave {name} out, or give it once, with a value.");
                messages::not_nullable(name, &here, &doubt.sentence, help)
            }
            UnknownFact::Version => messages::too_large_to_read(&here, &doubt.sentence),
        };
        let place = self.replayed_place(&doubt.place);
        self.warn_of(property, place, violation);
    }

    /// Returns a place of the replay; its record becomes the current one.
    fn replayed_place(&mut self, place: &reader_replay::Place<'_>) -> Place {
        self.record = place.record;
        Place::new(Target::Value, place.span, place.pointer.clone())
    }
}
