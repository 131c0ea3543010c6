//! Compares two envelopes by value, and derives a verdict on each predicted error.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use serde_json::Value;

use super::recording::Recorded;
use crate::predict::{Envelope, ErrorDetail, ErrorEntry, SuccessDetail};

/// The result of comparing a prediction with a recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The differences. Empty if and only if the envelopes are equal.
    pub differences: Vec<Difference>,
    /// One entry per predicted error, in the envelope's order.
    pub verdicts: Vec<Verdict>,
}

/// The verdict of a recording on a predicted error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The error was answered with the predicted text.
    Confirmed,
    /// The record was accepted, or refused only for other predicted reasons.
    Refuted,
    /// The record was refused, but with a text that was not predicted.
    OtherWords,
}

/// One difference. Predicted errors are identified by their index in the envelope's order, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Another status.
    Status {
        /// The predicted status.
        predicted: String,
        /// The recorded status.
        recorded: String,
    },
    /// The recording has data, which is never predicted.
    Data {
        /// The recorded data.
        recorded: Value,
    },
    /// The same errors under another key.
    Key {
        /// The predicted key.
        predicted: String,
        /// The recorded key.
        recorded: String,
        /// The index of the first error.
        error: usize,
        /// The number of errors.
        count: usize,
    },
    /// Apparently the same error, with another text.
    Wording {
        /// The record's key.
        key: String,
        /// The index of the predicted error.
        error: usize,
        /// The recorded error.
        recorded: ErrorEntry,
        /// True if the code differs.
        code: bool,
        /// True if the description differs.
        text: bool,
    },
    /// An error that was recorded but not predicted.
    MissingError {
        /// The record's key.
        key: String,
        /// The error; `None` if a record was refused without one.
        recorded: Option<ErrorEntry>,
    },
    /// An error that was predicted but not recorded.
    ExtraError {
        /// The record's key.
        key: String,
        /// The index of the error.
        error: usize,
    },
    /// A record that was accepted, which was not predicted.
    MissingSuccess {
        /// The key.
        key: String,
    },
    /// A record that was predicted to be accepted, which was not recorded.
    ExtraSuccess {
        /// The key.
        key: String,
    },
    /// The same entries in another order.
    Order {
        /// The kind of entries.
        of: Order,
        /// The predicted order, from the first difference to the last.
        predicted: Vec<String>,
        /// The recorded order of the same part.
        recorded: Vec<String>,
    },
}

impl Difference {
    /// Returns the key of the record with the difference, if there is one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Status { .. } | Self::Data { .. } | Self::Key { .. } => None,
            Self::Wording { key, .. }
            | Self::MissingError { key, .. }
            | Self::ExtraError { key, .. }
            | Self::MissingSuccess { key }
            | Self::ExtraSuccess { key } => Some(key),
            Self::Order { of, .. } => match of {
                Order::Errors(key) => Some(key),
                Order::Refused | Order::Taken => None,
            },
        }
    }

    /// Returns the index of the predicted error with the difference, if there is one.
    pub const fn error(&self) -> Option<usize> {
        match self {
            Self::Key { error, .. } | Self::Wording { error, .. } | Self::ExtraError { error, .. } => {
                Some(*error)
            }
            _ => None,
        }
    }
}

/// The kinds of entries that may be in another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The errors of a record, by its key.
    Errors(String),
    /// The refused records.
    Refused,
    /// The accepted records.
    Taken,
}

/// Compares two envelopes by value.
pub fn compare(predicted: &Envelope, recorded: &Recorded) -> Comparison {
    let mut compare = Compare {
        recorded,
        out: Comparison::default(),
        first: 0,
    };
    compare.status(predicted);
    compare.refused(predicted);
    compare.successes(predicted);
    compare.out
}

struct Compare<'a> {
    recorded: &'a Recorded,
    out: Comparison,
    /// The number of predicted errors before the current entry.
    first: usize,
}

impl Compare<'_> {
    fn status(&mut self, predicted: &Envelope) {
        if predicted.status_code != self.recorded.status_code {
            self.push(Difference::Status {
                predicted: predicted.status_code.clone(),
                recorded: self.recorded.status_code.clone(),
            });
        }
        if !self.recorded.data.is_null() {
            self.push(Difference::Data {
                recorded: self.recorded.data.clone(),
            });
        }
    }

    fn refused(&mut self, envelope: &Envelope) {
        let (predicted, recorded) = (&envelope.error_details, &self.recorded.error_details);
        let taken = keys(&self.recorded.success_details);
        let meant = keys(&envelope.success_details);
        let mut entries = Matching::new(predicted.len(), recorded.len());
        entries.by(predicted, recorded, |entry| Some((&*entry.key, errors_of(entry))));
        entries.by(predicted, recorded, |entry| Some(entry.key.as_str()));
        // The same errors under another key, unless it is the key of an accepted record.
        entries.by(predicted, recorded, |entry| {
            let elsewhere = taken.contains(&*entry.key) || meant.contains(&*entry.key);
            (!elsewhere).then(|| errors_of(entry))
        });
        let unforeseen = entries.has_free();
        for (index, entry) in predicted.iter().enumerate() {
            match entries.partner[index] {
                Some(partner) => self.entry(entry, &recorded[partner]),
                None => self.unmatched(entry, &taken, unforeseen),
            }
            self.first += entry.errors.len();
        }
        for index in entries.unmatched_second() {
            self.unforeseen(&recorded[index]);
        }
        self.order(
            Order::Refused,
            &entries,
            |index| predicted[index].key.clone(),
            |index| recorded[index].key.clone(),
        );
    }

    /// Compares a predicted entry with the recorded one about the same record.
    fn entry(&mut self, predicted: &ErrorDetail, recorded: &ErrorDetail) {
        if predicted.key != recorded.key {
            self.other_key(predicted, recorded);
            return;
        }
        let (ours, theirs) = (&predicted.errors, &recorded.errors);
        let mut errors = Matching::new(ours.len(), theirs.len());
        errors.by(ours, theirs, |error| {
            Some((&error.error_code, &error.error_description))
        });
        errors.by(ours, theirs, |error| Some(&error.error_description));
        errors.by(ours, theirs, |error| Some(&error.error_code));
        errors.by_elimination();
        let unforeseen = errors.has_free();
        for (index, error) in ours.iter().enumerate() {
            match errors.partner[index] {
                Some(partner) => self.wording(&predicted.key, index, error, &theirs[partner]),
                None => self.extra(&predicted.key, index, unforeseen),
            }
        }
        for index in errors.unmatched_second() {
            self.push(Difference::MissingError {
                key: recorded.key.clone(),
                recorded: Some(theirs[index].clone()),
            });
        }
        self.order(
            Order::Errors(predicted.key.clone()),
            &errors,
            |index| quoted(&ours[index]),
            |index| quoted(&theirs[index]),
        );
    }

    fn other_key(&mut self, predicted: &ErrorDetail, recorded: &ErrorDetail) {
        self.push(Difference::Key {
            predicted: predicted.key.clone(),
            recorded: recorded.key.clone(),
            error: self.first,
            count: predicted.errors.len(),
        });
        let verdicts = predicted.errors.iter().map(|_| Verdict::OtherWords);
        self.out.verdicts.extend(verdicts);
    }

    fn wording(&mut self, key: &str, index: usize, predicted: &ErrorEntry, recorded: &ErrorEntry) {
        let code = predicted.error_code != recorded.error_code;
        let text = predicted.error_description != recorded.error_description;
        if code || text {
            self.push(Difference::Wording {
                key: key.to_owned(),
                error: self.first + index,
                recorded: recorded.clone(),
                code,
                text,
            });
            self.out.verdicts.push(Verdict::OtherWords);
        } else {
            self.out.verdicts.push(Verdict::Confirmed);
        }
    }

    fn extra(&mut self, key: &str, index: usize, unforeseen: bool) {
        self.push(Difference::ExtraError {
            key: key.to_owned(),
            error: self.first + index,
        });
        self.out.verdicts.push(if unforeseen {
            Verdict::OtherWords
        } else {
            Verdict::Refuted
        });
    }

    /// Handles a predicted entry without a recorded one: the record was accepted, or refused as part of another entry.
    fn unmatched(&mut self, entry: &ErrorDetail, taken: &HashSet<&str>, unforeseen: bool) {
        let unforeseen = unforeseen && !taken.contains(&*entry.key);
        for index in 0..entry.errors.len() {
            self.extra(&entry.key, index, unforeseen);
        }
    }

    fn unforeseen(&mut self, entry: &ErrorDetail) {
        let missing = |recorded| Difference::MissingError {
            key: entry.key.clone(),
            recorded,
        };
        if entry.errors.is_empty() {
            self.push(missing(None));
        }
        for error in &entry.errors {
            self.push(missing(Some(error.clone())));
        }
    }

    fn successes(&mut self, predicted: &Envelope) {
        let (ours, theirs) = (&predicted.success_details, &self.recorded.success_details);
        let mut keys = Matching::new(ours.len(), theirs.len());
        keys.by(ours, theirs, |success| Some(&success.key));
        for index in keys.unmatched_first() {
            let key = ours[index].key.clone();
            self.push(Difference::ExtraSuccess { key });
        }
        for index in keys.unmatched_second() {
            let key = theirs[index].key.clone();
            self.push(Difference::MissingSuccess { key });
        }
        self.order(
            Order::Taken,
            &keys,
            |index| ours[index].key.clone(),
            |index| theirs[index].key.clone(),
        );
    }

    /// Reports entries that both sides have, but in another order.
    fn order(
        &mut self,
        of: Order,
        matching: &Matching,
        predicted: impl Fn(usize) -> String,
        recorded: impl Fn(usize) -> String,
    ) {
        let couples: Vec<(usize, usize)> = matching.matched_pairs().collect();
        if couples.is_sorted_by_key(|(_, theirs)| *theirs) {
            return;
        }
        let mut sorted: Vec<usize> = couples.iter().map(|(_, theirs)| *theirs).collect();
        sorted.sort_unstable();
        let moved = |at: &usize| couples[*at].1 != sorted[*at];
        let from = (0..sorted.len()).find(moved).unwrap_or(0);
        let to = (0..sorted.len())
            .rfind(moved)
            .map_or(sorted.len(), |last| last + 1);
        self.push(Difference::Order {
            of,
            predicted: couples[from..to]
                .iter()
                .map(|(ours, _)| predicted(*ours))
                .collect(),
            recorded: sorted[from..to].iter().map(|theirs| recorded(*theirs)).collect(),
        });
    }

    fn push(&mut self, difference: Difference) {
        self.out.differences.push(difference);
    }
}

fn keys(details: &[SuccessDetail]) -> HashSet<&str> {
    details.iter().map(|detail| detail.key.as_str()).collect()
}

/// Returns the errors of an entry, as a key for matching.
fn errors_of(entry: &ErrorDetail) -> Vec<(&str, &str)> {
    entry
        .errors
        .iter()
        .map(|error| (&*error.error_code, &*error.error_description))
        .collect()
}

/// Formats `Code "text"`, on one line.
pub(super) fn quoted(error: &ErrorEntry) -> String {
    let text = format!("\"{}\"", error.error_description);
    if error.error_code.is_empty() {
        text + " (empty errorCode)"
    } else {
        format!("{} {text}", error.error_code)
    }
}

/// Matches the entries of two lists, in rounds from the strictest equality to the weakest.
struct Matching {
    /// For each entry of the first list: its partner in the second.
    partner: Vec<Option<usize>>,
    /// For each entry of the second list: true if it has a partner.
    matched: Vec<bool>,
}

impl Matching {
    fn new(first: usize, second: usize) -> Self {
        Self {
            partner: vec![None; first],
            matched: vec![false; second],
        }
    }

    /// Matches entries that are still free and have the same key, in order. Entries without a key stay free.
    fn by<'t, T, K: Eq + Hash>(&mut self, first: &'t [T], second: &'t [T], key: impl Fn(&'t T) -> Option<K>) {
        let mut free: HashMap<K, VecDeque<usize>> = HashMap::new();
        for index in self.unmatched_second() {
            if let Some(key) = key(&second[index]) {
                free.entry(key).or_default().push_back(index);
            }
        }
        if free.is_empty() {
            return;
        }
        for (index, item) in first.iter().enumerate() {
            if self.partner[index].is_some() {
                continue;
            }
            let found = key(item).and_then(|key| free.get_mut(&key)?.pop_front());
            if let Some(found) = found {
                self.partner[index] = Some(found);
                self.matched[found] = true;
            }
        }
    }

    /// Matches the remaining entries if there is one on each side: they are probably the same, with another text.
    fn by_elimination(&mut self) {
        let ours: Vec<usize> = self.unmatched_first().take(2).collect();
        let theirs: Vec<usize> = self.unmatched_second().take(2).collect();
        if let ([ours], [theirs]) = (ours.as_slice(), theirs.as_slice()) {
            self.partner[*ours] = Some(*theirs);
            self.matched[*theirs] = true;
        }
    }

    fn matched_pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let partners = self.partner.iter().enumerate();
        partners.filter_map(|(index, partner)| Some((index, (*partner)?)))
    }

    /// Returns the entries of the first list without a partner.
    fn unmatched_first(&self) -> impl Iterator<Item = usize> {
        (0..self.partner.len()).filter(|index| self.partner[*index].is_none())
    }

    /// Returns the entries of the second list without a partner.
    fn unmatched_second(&self) -> impl Iterator<Item = usize> {
        (0..self.matched.len()).filter(|index| !self.matched[*index])
    }

    fn has_free(&self) -> bool {
        self.matched.iter().any(|matched| !matched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Entry<'t> = (&'t str, &'t [(&'t str, &'t str)]);

    fn details(refused: &[Entry<'_>]) -> Vec<ErrorDetail> {
        refused
            .iter()
            .map(|(key, errors)| ErrorDetail {
                key: (*key).to_owned(),
                errors: errors.iter().map(|(code, text)| error(code, text)).collect(),
            })
            .collect()
    }

    fn error(code: &str, text: &str) -> ErrorEntry {
        ErrorEntry {
            error_code: code.to_owned(),
            error_description: text.to_owned(),
        }
    }

    fn successes(taken: &[&str]) -> Vec<SuccessDetail> {
        taken
            .iter()
            .map(|key| SuccessDetail {
                key: (*key).to_owned(),
            })
            .collect()
    }

    fn envelope(refused: &[Entry<'_>], taken: &[&str]) -> Envelope {
        Envelope {
            data: None,
            status_code: if refused.is_empty() { "200" } else { "400" }.to_owned(),
            error_details: details(refused),
            success_details: successes(taken),
        }
    }

    fn recorded(refused: &[Entry<'_>], taken: &[&str]) -> Recorded {
        let Envelope {
            status_code,
            error_details,
            success_details,
            ..
        } = envelope(refused, taken);
        Recorded {
            data: Value::Null,
            status_code,
            error_details,
            success_details,
            extra: Vec::new(),
        }
    }

    const A: (&str, &str) = ("M", "a is missing");
    const B: (&str, &str) = ("M", "b is missing");
    const C: (&str, &str) = ("D", "c is wrong");

    #[test]
    fn equal_envelopes() {
        let refused: &[Entry<'_>] = &[("1", &[A, B]), ("1", &[A, B]), ("", &[C])];
        let result = compare(&envelope(refused, &["2", "2"]), &recorded(refused, &["2", "2"]));
        assert_eq!(result.differences, []);
        assert_eq!(result.verdicts, [Verdict::Confirmed; 5]);
    }

    #[test]
    fn a_false_alarm() {
        let result = compare(&envelope(&[("1", &[A])], &[]), &recorded(&[], &["1"]));
        assert_eq!(
            result.differences,
            [
                Difference::Status {
                    predicted: "400".to_owned(),
                    recorded: "200".to_owned()
                },
                Difference::ExtraError {
                    key: "1".to_owned(),
                    error: 0
                },
                Difference::MissingSuccess { key: "1".to_owned() },
            ]
        );
        assert_eq!(result.verdicts, [Verdict::Refuted]);
    }

    #[test]
    fn a_missed_400() {
        let result = compare(&envelope(&[], &["1"]), &recorded(&[("1", &[A])], &[]));
        assert_eq!(
            result.differences[1..],
            [
                Difference::MissingError {
                    key: "1".to_owned(),
                    recorded: Some(error(A.0, A.1))
                },
                Difference::ExtraSuccess { key: "1".to_owned() },
            ]
        );
        assert_eq!(result.verdicts, []);
    }

    #[test]
    fn another_text_for_the_same_error() {
        let wording = |ours, theirs| {
            let result = compare(
                &envelope(&[("1", &[ours])], &[]),
                &recorded(&[("1", &[theirs])], &[]),
            );
            assert_eq!(result.verdicts, [Verdict::OtherWords]);
            match result.differences.as_slice() {
                [Difference::Wording { code, text, .. }] => (*code, *text),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(wording(A, ("X", A.1)), (true, false));
        assert_eq!(wording(A, (A.0, "else")), (false, true));
        assert_eq!(wording(A, ("X", "else")), (true, true));
    }

    #[test]
    fn other_errors_of_a_record_that_is_still_refused() {
        // Everything recorded was predicted: the second error is refuted.
        let result = compare(&envelope(&[("1", &[A, C])], &[]), &recorded(&[("1", &[A])], &[]));
        assert_eq!(result.verdicts, [Verdict::Confirmed, Verdict::Refuted]);
        assert_eq!(
            result.differences,
            [Difference::ExtraError {
                key: "1".to_owned(),
                error: 1
            }]
        );
        // Two recorded errors that differ from both predicted ones may be the same with another text.
        let theirs: &[(&str, &str)] = &[("X", "x"), ("Y", "y"), A];
        let result = compare(
            &envelope(&[("1", &[A, B, C])], &[]),
            &recorded(&[("1", theirs)], &[]),
        );
        assert_eq!(
            result.verdicts,
            [Verdict::Confirmed, Verdict::OtherWords, Verdict::OtherWords]
        );
        assert_eq!(result.differences.len(), 4);
    }

    #[test]
    fn the_whole_request_is_refused_instead() {
        let result = compare(
            &envelope(&[("1", &[A]), ("2", &[B])], &[]),
            &recorded(&[("whole", &[C])], &[]),
        );
        assert_eq!(result.verdicts, [Verdict::OtherWords; 2]);
        assert_eq!(result.differences.len(), 3);
    }

    #[test]
    fn the_same_errors_under_another_key() {
        let result = compare(
            &envelope(&[("1", &[C]), ("2", &[A, B])], &[]),
            &recorded(&[("1", &[C]), ("key", &[A, B])], &[]),
        );
        assert_eq!(
            result.differences,
            [Difference::Key {
                predicted: "2".to_owned(),
                recorded: "key".to_owned(),
                error: 1,
                count: 2
            }]
        );
        assert_eq!(
            result.verdicts,
            [Verdict::Confirmed, Verdict::OtherWords, Verdict::OtherWords]
        );
        // Another record was refused, and the one that was predicted to fail was accepted.
        let result = compare(
            &envelope(&[("1", &[A])], &["2"]),
            &recorded(&[("2", &[A])], &["1"]),
        );
        assert_eq!(result.verdicts, [Verdict::Refuted]);
        assert_eq!(result.differences.len(), 4);
    }

    #[test]
    fn order_is_a_separate_difference() {
        let result = compare(
            &envelope(&[("1", &[A, B, C]), ("2", &[A]), ("3", &[A])], &["4", "5", "6"]),
            &recorded(&[("2", &[A]), ("1", &[A, C, B]), ("3", &[A])], &["4", "6", "5"]),
        );
        assert_eq!(result.verdicts, [Verdict::Confirmed; 5]);
        let of: Vec<(&Order, usize)> = result
            .differences
            .iter()
            .map(|difference| match difference {
                Difference::Order { of, predicted, .. } => (of, predicted.len()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            of,
            [
                (&Order::Errors("1".to_owned()), 2),
                (&Order::Refused, 2),
                (&Order::Taken, 2)
            ]
        );
    }

    #[test]
    fn records_that_share_a_key_are_matched_in_order() {
        let result = compare(
            &envelope(&[("key", &[A]), ("key", &[B])], &[]),
            &recorded(&[("key", &[A]), ("key", &[C]), ("key", &[B])], &[]),
        );
        assert_eq!(
            result.differences,
            [Difference::MissingError {
                key: "key".to_owned(),
                recorded: Some(error(C.0, C.1))
            }]
        );
        assert_eq!(result.verdicts, [Verdict::Confirmed; 2]);
    }

    #[test]
    fn data_and_refusals_without_an_error_count() {
        let mut theirs = recorded(&[("1", &[])], &[]);
        theirs.data = Value::from(1);
        let result = compare(&envelope(&[], &[]), &theirs);
        assert_eq!(result.differences.len(), 3);
        assert!(
            result
                .differences
                .iter()
                .any(|difference| matches!(difference, Difference::MissingError { recorded: None, .. }))
        );
    }

    /// Two small envelopes have no difference if and only if they are equal.
    #[test]
    fn no_difference_means_equal() {
        let entries: [Entry<'_>; 5] = [
            ("1", &[A]),
            ("1", &[A, B]),
            ("1", &[B, A]),
            ("2", &[A]),
            ("1", &[]),
        ];
        let mut lists: Vec<Vec<Entry<'_>>> = vec![vec![]];
        for one in entries {
            lists.push(vec![one]);
            lists.extend(entries.map(|two| vec![one, two]));
        }
        // No record is ever predicted to be refused without an error.
        let predictable = |list: &&Vec<Entry<'_>>| list.iter().all(|entry| !entry.1.is_empty());
        for ours in lists.iter().filter(predictable) {
            for theirs in &lists {
                let result = compare(&envelope(ours, &[]), &recorded(theirs, &[]));
                assert_eq!(
                    result.differences.is_empty(),
                    ours == theirs,
                    "{ours:?} {theirs:?}: {result:?}"
                );
                let errors: usize = ours.iter().map(|entry| entry.1.len()).sum();
                assert_eq!(result.verdicts.len(), errors);
            }
        }
    }
}
