//! Where two envelopes differ, by value, and what that says of each predicted error.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use serde_json::Value;

use super::recording::Recorded;
use crate::predict::{Envelope, ErrorDetail, ErrorEntry, SuccessDetail};

/// What came of comparing a prediction with a recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Where they differ; empty exactly where the envelopes are equal.
    pub differences: Vec<Difference>,
    /// One entry a predicted error, in the envelope's order.
    pub verdicts: Vec<Verdict>,
}

/// What a recording says of a predicted error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was answered, word for word.
    Confirmed,
    /// The record was taken, or refused for other predicted reasons alone.
    Refuted,
    /// The record was refused, but in words that were not predicted.
    OtherWords,
}

/// One difference. A predicted error is given by its number in the envelope's order, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Another status.
    Status {
        /// As predicted.
        predicted: String,
        /// As recorded.
        recorded: String,
    },
    /// The recording holds data; none is ever predicted.
    Data {
        /// As recorded.
        recorded: Value,
    },
    /// The same errors under another key.
    Key {
        /// The predicted key.
        predicted: String,
        /// The recorded key.
        recorded: String,
        /// The first of the errors.
        error: usize,
        /// How many errors there are.
        count: usize,
    },
    /// What is taken for the same error, in other words.
    Wording {
        /// The record's key.
        key: String,
        /// The predicted error.
        error: usize,
        /// The recorded error.
        recorded: ErrorEntry,
        /// The code differs.
        code: bool,
        /// The text differs.
        text: bool,
    },
    /// An error that was recorded and not predicted.
    MissingError {
        /// The record's key.
        key: String,
        /// The error; `None` where a record is refused without one.
        recorded: Option<ErrorEntry>,
    },
    /// An error that was predicted and not recorded.
    ExtraError {
        /// The record's key.
        key: String,
        /// The error.
        error: usize,
    },
    /// A record that was taken, which was not predicted.
    MissingSuccess {
        /// Its key.
        key: String,
    },
    /// A record that was predicted to be taken, which was not recorded.
    ExtraSuccess {
        /// Its key.
        key: String,
    },
    /// The same in another order.
    Order {
        /// What stands in another order.
        of: Order,
        /// In the predicted order, from the first that differs to the last.
        predicted: Vec<String>,
        /// The same part in the recorded order.
        recorded: Vec<String>,
    },
}

impl Difference {
    /// The key of the record that it is about, where it is about one.
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

    /// The predicted error that it is about, where it is about one.
    pub const fn error(&self) -> Option<usize> {
        match self {
            Self::Key { error, .. } | Self::Wording { error, .. } | Self::ExtraError { error, .. } => {
                Some(*error)
            }
            _ => None,
        }
    }
}

/// What may stand in another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The errors of a record, given by its key.
    Errors(String),
    /// The refused records.
    Refused,
    /// The records that were taken.
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
    compare.taken(predicted);
    compare.out
}

struct Compare<'a> {
    recorded: &'a Recorded,
    out: Comparison,
    /// How many predicted errors stand before the entry in question.
    first: usize,
}

impl Compare<'_> {
    fn status(&mut self, predicted: &Envelope) {
        if predicted.status_code != self.recorded.status_code {
            self.tell(Difference::Status {
                predicted: predicted.status_code.clone(),
                recorded: self.recorded.status_code.clone(),
            });
        }
        if !self.recorded.data.is_null() {
            self.tell(Difference::Data {
                recorded: self.recorded.data.clone(),
            });
        }
    }

    fn refused(&mut self, envelope: &Envelope) {
        let (predicted, recorded) = (&envelope.error_details, &self.recorded.error_details);
        let taken = keys(&self.recorded.success_details);
        let meant = keys(&envelope.success_details);
        let mut entries = Matching::new(predicted.len(), recorded.len());
        entries.by(predicted, recorded, |entry| Some((&*entry.key, words(entry))));
        entries.by(predicted, recorded, |entry| Some(entry.key.as_str()));
        // The same errors under another key, but not where the key is that of a record which was taken.
        entries.by(predicted, recorded, |entry| {
            let elsewhere = taken.contains(&*entry.key) || meant.contains(&*entry.key);
            (!elsewhere).then(|| words(entry))
        });
        let unforeseen = entries.has_free();
        for (index, entry) in predicted.iter().enumerate() {
            match entries.partner[index] {
                Some(partner) => self.entry(entry, &recorded[partner]),
                None => self.unmatched(entry, &taken, unforeseen),
            }
            self.first += entry.errors.len();
        }
        for index in entries.free() {
            self.unforeseen(&recorded[index]);
        }
        self.order(
            Order::Refused,
            &entries,
            |index| predicted[index].key.clone(),
            |index| recorded[index].key.clone(),
        );
    }

    /// A predicted entry, and the recorded one that is about the same record.
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
        errors.by_being_left();
        let unforeseen = errors.has_free();
        for (index, error) in ours.iter().enumerate() {
            match errors.partner[index] {
                Some(partner) => self.words(&predicted.key, index, error, &theirs[partner]),
                None => self.extra(&predicted.key, index, unforeseen),
            }
        }
        for index in errors.free() {
            self.tell(Difference::MissingError {
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
        self.tell(Difference::Key {
            predicted: predicted.key.clone(),
            recorded: recorded.key.clone(),
            error: self.first,
            count: predicted.errors.len(),
        });
        let verdicts = predicted.errors.iter().map(|_| Verdict::OtherWords);
        self.out.verdicts.extend(verdicts);
    }

    fn words(&mut self, key: &str, index: usize, predicted: &ErrorEntry, recorded: &ErrorEntry) {
        let code = predicted.error_code != recorded.error_code;
        let text = predicted.error_description != recorded.error_description;
        if code || text {
            self.tell(Difference::Wording {
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
        self.tell(Difference::ExtraError {
            key: key.to_owned(),
            error: self.first + index,
        });
        self.out.verdicts.push(if unforeseen {
            Verdict::OtherWords
        } else {
            Verdict::Refuted
        });
    }

    /// A predicted entry without a recorded one: the record was taken, or refused as part of something else.
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
            self.tell(missing(None));
        }
        for error in &entry.errors {
            self.tell(missing(Some(error.clone())));
        }
    }

    fn taken(&mut self, predicted: &Envelope) {
        let (ours, theirs) = (&predicted.success_details, &self.recorded.success_details);
        let mut keys = Matching::new(ours.len(), theirs.len());
        keys.by(ours, theirs, |success| Some(&success.key));
        for index in keys.single() {
            let key = ours[index].key.clone();
            self.tell(Difference::ExtraSuccess { key });
        }
        for index in keys.free() {
            let key = theirs[index].key.clone();
            self.tell(Difference::MissingSuccess { key });
        }
        self.order(
            Order::Taken,
            &keys,
            |index| ours[index].key.clone(),
            |index| theirs[index].key.clone(),
        );
    }

    /// Tells where those that stand on both sides stand in another order.
    fn order(
        &mut self,
        of: Order,
        matching: &Matching,
        predicted: impl Fn(usize) -> String,
        recorded: impl Fn(usize) -> String,
    ) {
        let couples: Vec<(usize, usize)> = matching.couples().collect();
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
        self.tell(Difference::Order {
            of,
            predicted: couples[from..to]
                .iter()
                .map(|(ours, _)| predicted(*ours))
                .collect(),
            recorded: sorted[from..to].iter().map(|theirs| recorded(*theirs)).collect(),
        });
    }

    fn tell(&mut self, difference: Difference) {
        self.out.differences.push(difference);
    }
}

fn keys(details: &[SuccessDetail]) -> HashSet<&str> {
    details.iter().map(|detail| detail.key.as_str()).collect()
}

/// The errors of an entry, to find it by.
fn words(entry: &ErrorDetail) -> Vec<(&str, &str)> {
    entry
        .errors
        .iter()
        .map(|error| (&*error.error_code, &*error.error_description))
        .collect()
}

/// `Code "text"`, on one line.
pub(super) fn quoted(error: &ErrorEntry) -> String {
    let text = format!("\"{}\"", error.error_description);
    if error.error_code.is_empty() {
        text + " (empty errorCode)"
    } else {
        format!("{} {text}", error.error_code)
    }
}

/// Which of one list is which of another, found in rounds from the strictest sameness to the mildest.
struct Matching {
    /// For each of the first list, its partner in the second.
    partner: Vec<Option<usize>>,
    /// Which of the second list have a partner.
    matched: Vec<bool>,
}

impl Matching {
    fn new(first: usize, second: usize) -> Self {
        Self {
            partner: vec![None; first],
            matched: vec![false; second],
        }
    }

    /// Matches those that are still free and have the same key, in order; without a key they stay free.
    fn by<'t, T, K: Eq + Hash>(&mut self, first: &'t [T], second: &'t [T], key: impl Fn(&'t T) -> Option<K>) {
        let mut free: HashMap<K, VecDeque<usize>> = HashMap::new();
        for index in self.free() {
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

    /// Matches what is left if it is one on either side: it is taken for the same, in other words altogether.
    fn by_being_left(&mut self) {
        let ours: Vec<usize> = self.single().take(2).collect();
        let theirs: Vec<usize> = self.free().take(2).collect();
        if let ([ours], [theirs]) = (ours.as_slice(), theirs.as_slice()) {
            self.partner[*ours] = Some(*theirs);
            self.matched[*theirs] = true;
        }
    }

    fn couples(&self) -> impl Iterator<Item = (usize, usize)> {
        let partners = self.partner.iter().enumerate();
        partners.filter_map(|(index, partner)| Some((index, (*partner)?)))
    }

    /// Those of the first list that have no partner.
    fn single(&self) -> impl Iterator<Item = usize> {
        (0..self.partner.len()).filter(|index| self.partner[*index].is_none())
    }

    /// Those of the second list that have no partner.
    fn free(&self) -> impl Iterator<Item = usize> {
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
        let came = compare(&envelope(refused, &["2", "2"]), &recorded(refused, &["2", "2"]));
        assert_eq!(came.differences, []);
        assert_eq!(came.verdicts, [Verdict::Confirmed; 5]);
    }

    #[test]
    fn a_false_alarm() {
        let came = compare(&envelope(&[("1", &[A])], &[]), &recorded(&[], &["1"]));
        assert_eq!(
            came.differences,
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
        assert_eq!(came.verdicts, [Verdict::Refuted]);
    }

    #[test]
    fn a_missed_400() {
        let came = compare(&envelope(&[], &["1"]), &recorded(&[("1", &[A])], &[]));
        assert_eq!(
            came.differences[1..],
            [
                Difference::MissingError {
                    key: "1".to_owned(),
                    recorded: Some(error(A.0, A.1))
                },
                Difference::ExtraSuccess { key: "1".to_owned() },
            ]
        );
        assert_eq!(came.verdicts, []);
    }

    #[test]
    fn other_words_for_the_same() {
        let wording = |ours, theirs| {
            let came = compare(
                &envelope(&[("1", &[ours])], &[]),
                &recorded(&[("1", &[theirs])], &[]),
            );
            assert_eq!(came.verdicts, [Verdict::OtherWords]);
            match came.differences.as_slice() {
                [Difference::Wording { code, text, .. }] => (*code, *text),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(wording(A, ("X", A.1)), (true, false));
        assert_eq!(wording(A, (A.0, "else")), (false, true));
        assert_eq!(wording(A, ("X", "else")), (true, true));
    }

    #[test]
    fn errors_of_a_record_that_is_refused_all_the_same() {
        // All that was recorded was predicted: the second error is refuted.
        let came = compare(&envelope(&[("1", &[A, C])], &[]), &recorded(&[("1", &[A])], &[]));
        assert_eq!(came.verdicts, [Verdict::Confirmed, Verdict::Refuted]);
        assert_eq!(
            came.differences,
            [Difference::ExtraError {
                key: "1".to_owned(),
                error: 1
            }]
        );
        // Two recorded errors that are neither of the predicted ones: they may be the same in other words.
        let theirs: &[(&str, &str)] = &[("X", "x"), ("Y", "y"), A];
        let came = compare(
            &envelope(&[("1", &[A, B, C])], &[]),
            &recorded(&[("1", theirs)], &[]),
        );
        assert_eq!(
            came.verdicts,
            [Verdict::Confirmed, Verdict::OtherWords, Verdict::OtherWords]
        );
        assert_eq!(came.differences.len(), 4);
    }

    #[test]
    fn the_whole_request_is_refused_instead() {
        let came = compare(
            &envelope(&[("1", &[A]), ("2", &[B])], &[]),
            &recorded(&[("whole", &[C])], &[]),
        );
        assert_eq!(came.verdicts, [Verdict::OtherWords; 2]);
        assert_eq!(came.differences.len(), 3);
    }

    #[test]
    fn the_same_errors_under_another_key() {
        let came = compare(
            &envelope(&[("1", &[C]), ("2", &[A, B])], &[]),
            &recorded(&[("1", &[C]), ("key", &[A, B])], &[]),
        );
        assert_eq!(
            came.differences,
            [Difference::Key {
                predicted: "2".to_owned(),
                recorded: "key".to_owned(),
                error: 1,
                count: 2
            }]
        );
        assert_eq!(
            came.verdicts,
            [Verdict::Confirmed, Verdict::OtherWords, Verdict::OtherWords]
        );
        // Another record, where the one that was predicted to fail was taken.
        let came = compare(
            &envelope(&[("1", &[A])], &["2"]),
            &recorded(&[("2", &[A])], &["1"]),
        );
        assert_eq!(came.verdicts, [Verdict::Refuted]);
        assert_eq!(came.differences.len(), 4);
    }

    #[test]
    fn order_is_a_difference_of_its_own() {
        let came = compare(
            &envelope(&[("1", &[A, B, C]), ("2", &[A]), ("3", &[A])], &["4", "5", "6"]),
            &recorded(&[("2", &[A]), ("1", &[A, C, B]), ("3", &[A])], &["4", "6", "5"]),
        );
        assert_eq!(came.verdicts, [Verdict::Confirmed; 5]);
        let of: Vec<(&Order, usize)> = came
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
        let came = compare(
            &envelope(&[("key", &[A]), ("key", &[B])], &[]),
            &recorded(&[("key", &[A]), ("key", &[C]), ("key", &[B])], &[]),
        );
        assert_eq!(
            came.differences,
            [Difference::MissingError {
                key: "key".to_owned(),
                recorded: Some(error(C.0, C.1))
            }]
        );
        assert_eq!(came.verdicts, [Verdict::Confirmed; 2]);
    }

    #[test]
    fn data_and_refusals_without_an_error_count() {
        let mut theirs = recorded(&[("1", &[])], &[]);
        theirs.data = Value::from(1);
        let came = compare(&envelope(&[], &[]), &theirs);
        assert_eq!(came.differences.len(), 3);
        assert!(
            came.differences
                .iter()
                .any(|difference| matches!(difference, Difference::MissingError { recorded: None, .. }))
        );
    }

    /// Every pair of small envelopes: no difference exactly where they are equal.
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
                let came = compare(&envelope(ours, &[]), &recorded(theirs, &[]));
                assert_eq!(
                    came.differences.is_empty(),
                    ours == theirs,
                    "{ours:?} {theirs:?}: {came:?}"
                );
                let errors: usize = ours.iter().map(|entry| entry.1.len()).sum();
                assert_eq!(came.verdicts.len(), errors);
            }
        }
    }
}
