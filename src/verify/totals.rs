//! Totals of all comparisons: the accuracy of predictions, in total and by rule.

use std::collections::BTreeMap;

use super::recording::is_refusal;
use super::{Comparison, Difference, Forecast, Outcome, Recorded, Verdict, Verified};

/// The totals of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Requests with a recorded answer.
    pub pairs: u32,
    /// Pairs with equal envelopes.
    pub agreed: u32,
    /// Pairs whose recorded answer is not from the API.
    pub not_answered: u32,
    /// Pairs without a predicted envelope.
    pub not_comparable: u32,
    /// Pairs whose request is not JSON, and was repaired for the prediction.
    pub recovered: u32,
    /// Recorded 400s among the compared pairs.
    pub refused: u32,
    /// Recorded 400s that were predicted.
    pub caught: u32,
    /// Predicted 400s that were accepted.
    pub false_alarms: u32,
    /// Recorded errors that were not predicted, not even with another text.
    pub unforeseen: u32,
    /// Files without a partner.
    pub unpaired: u32,
    /// Calls of known endpoints that were recorded without a body.
    pub skipped: u32,
    /// Recorded calls of known endpoints with an unreadable part.
    pub unreadable: u32,
    /// Recorded calls of known endpoints that were not made or failed.
    pub failed: u32,
    /// Recorded calls of anything else.
    pub others: u32,
    /// Recorded predictions, if responses of the API are compared.
    pub predictions: u32,
    /// Recorded responses that are not marked as predictions, if predictions are compared.
    pub no_predictions: u32,
    /// Fields that only recordings have, each with the number of these recordings.
    pub extra: BTreeMap<String, u32>,
    /// The verdicts on each rule, by its id.
    pub rules: BTreeMap<String, RuleTally>,
}

/// The number of a rule's predicted errors, by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleTally {
    /// Recorded word for word.
    pub confirmed: u32,
    /// Not recorded: the record was accepted, or refused only for other reasons.
    pub refuted: u32,
    /// Recorded with another text.
    pub other_words: u32,
}

impl Tally {
    /// Counts an exchange.
    pub fn add(&mut self, verified: &Verified) {
        self.pair(verified);
        for name in verified.recorded.iter().flat_map(|recorded| &recorded.extra) {
            *self.extra.entry(name.clone()).or_default() += 1;
        }
        match (&verified.outcome, &verified.forecast, &verified.recorded) {
            (Outcome::Compared(comparison), Some(forecast), Some(recorded)) => {
                self.compared(comparison, forecast, recorded);
            }
            (Outcome::NotAnswered(_), _, _) => self.not_answered += 1,
            _ => self.not_comparable += 1,
        }
    }

    /// Counts an exchange with an earlier prediction. It is not included in the API's 400s or the totals of rules.
    pub fn add_prediction(&mut self, verified: &Verified) {
        self.pair(verified);
        match &verified.outcome {
            Outcome::Compared(_) => {}
            Outcome::NotAnswered(_) => self.not_answered += 1,
            Outcome::NotComparable(_) => self.not_comparable += 1,
        }
    }

    fn pair(&mut self, verified: &Verified) {
        self.pairs += 1;
        self.agreed += u32::from(verified.agreed());
        self.recovered += u32::from(verified.recovered);
    }

    fn compared(&mut self, comparison: &Comparison, forecast: &Forecast, recorded: &Recorded) {
        let predicted = is_refusal(&forecast.envelope.status_code);
        let refused = is_refusal(&recorded.status_code);
        self.refused += u32::from(refused);
        self.caught += u32::from(refused && predicted);
        self.false_alarms += u32::from(predicted && !refused);
        for difference in &comparison.differences {
            self.unforeseen += u32::from(matches!(difference, Difference::MissingError { .. }));
        }
        for (place, verdict) in forecast.origins.iter().zip(&comparison.verdicts) {
            let rule = self.rules.entry(place.rule.clone()).or_default();
            match verdict {
                Verdict::Confirmed => rule.confirmed += 1,
                Verdict::Refuted => rule.refuted += 1,
                Verdict::OtherWords => rule.other_words += 1,
            }
        }
    }

    /// Returns the number of pairs that were compared.
    pub const fn compared_pairs(&self) -> u32 {
        self.pairs - self.not_answered - self.not_comparable
    }

    /// Returns the number of pairs that were compared and differ.
    pub const fn differing(&self) -> u32 {
        self.compared_pairs() - self.agreed
    }

    /// Returns the share of compared pairs that are equal; `None` if none was compared.
    pub fn agreement(&self) -> Option<f64> {
        ratio(self.agreed, self.compared_pairs())
    }

    /// Returns the number of recorded 400s that were not predicted.
    pub const fn missed(&self) -> u32 {
        self.refused - self.caught
    }

    /// Returns the share of predicted 400s that were 400s; `None` if none was predicted.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.caught, self.caught + self.false_alarms)
    }

    /// Returns the share of recorded 400s that were predicted; `None` if none was recorded.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.caught, self.refused)
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::Envelope;
    use crate::verify::ErrorOrigin;
    use serde_json::Value;

    fn place(rule: &str) -> ErrorOrigin {
        ErrorOrigin {
            rule: rule.to_owned(),
            pointer: String::new(),
            line: 1,
            column: 1,
        }
    }

    fn verified(predicted: &str, recorded: &str, verdicts: &[(&str, Verdict)]) -> Verified {
        let mut differences = Vec::new();
        if predicted != recorded {
            differences.push(Difference::Status {
                predicted: predicted.to_owned(),
                recorded: recorded.to_owned(),
            });
        }
        Verified {
            name: String::new(),
            origin: String::new(),
            url: None,
            endpoint: None,
            recovered: false,
            forecast: Some(Forecast::of(
                Envelope {
                    data: None,
                    status_code: predicted.to_owned(),
                    error_details: Vec::new(),
                    success_details: Vec::new(),
                },
                verdicts.iter().map(|(rule, _)| place(rule)).collect(),
            )),
            recorded: Some(Recorded {
                data: Value::Null,
                status_code: recorded.to_owned(),
                error_details: Vec::new(),
                success_details: Vec::new(),
                extra: vec!["traceId".to_owned()],
            }),
            outcome: Outcome::Compared(Comparison {
                differences,
                verdicts: verdicts.iter().map(|(_, verdict)| *verdict).collect(),
            }),
        }
    }

    #[test]
    fn counts_400s() {
        let mut tally = Tally::default();
        for (predicted, recorded) in [
            ("400", "400"),
            ("400", "400"),
            ("400", "400"),
            ("400", "200"),
            ("200", "400"),
            ("200", "200"),
            ("200", "422"),
        ] {
            tally.add(&verified(predicted, recorded, &[]));
        }
        assert_eq!((tally.pairs, tally.agreed, tally.differing()), (7, 4, 3));
        assert_eq!((tally.refused, tally.caught, tally.missed()), (5, 3, 2));
        assert_eq!(tally.false_alarms, 1);
        assert_eq!((tally.precision(), tally.recall()), (Some(0.75), Some(0.6)));
        assert_eq!(tally.extra["traceId"], 7);
    }

    #[test]
    fn without_400s_there_is_no_precision() {
        let mut tally = Tally::default();
        tally.add(&verified("200", "200", &[]));
        assert_eq!((tally.precision(), tally.recall()), (None, None));
    }

    #[test]
    fn counts_verdicts_by_rule() {
        let mut tally = Tally::default();
        tally.add(&verified(
            "400",
            "400",
            &[
                ("b", Verdict::Confirmed),
                ("a", Verdict::Refuted),
                ("b", Verdict::Confirmed),
            ],
        ));
        tally.add(&verified("400", "400", &[("a", Verdict::OtherWords)]));
        let rules: Vec<_> = tally.rules.into_iter().collect();
        let of = |confirmed, refuted, other_words| RuleTally {
            confirmed,
            refuted,
            other_words,
        };
        assert_eq!(
            rules,
            [("a".to_owned(), of(0, 1, 1)), ("b".to_owned(), of(2, 0, 0))]
        );
    }

    #[test]
    fn incomparable_pairs_are_counted_separately() {
        let mut tally = Tally::default();
        let mut verified = verified("400", "400", &[("a", Verdict::Confirmed)]);
        verified.outcome = Outcome::NotComparable("x".to_owned());
        verified.recorded = None;
        verified.recovered = true;
        tally.add(&verified);
        assert_eq!((tally.pairs, tally.not_comparable, tally.recovered), (1, 1, 1));
        assert_eq!((tally.agreed, tally.refused, tally.rules.len()), (0, 0, 0));
    }
}
