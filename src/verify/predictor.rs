//! The one way in which verification asks for a prediction.

use crate::finding::Severity;
use crate::lint::Checked;
use crate::predict::Prediction;
use crate::recognize::Standard;
use crate::session::{Outcome, Request, Session};
use crate::tenant::Answer;

/// Answers requests as the API would, one call after the other.
pub trait Predictor {
    /// Predicts the answer to a request body.
    ///
    /// `endpoint` is the one that is known, from the URL or from the user; without it the body's names say it. Later
    /// predictions meet what `answer` says was taken, and without one what is predicted.
    fn predict(&mut self, request: &[u8], endpoint: Option<&str>, answer: Option<&Answer>) -> Predicted;
}

/// What there is to say of a request body.
#[derive(Debug)]
pub enum Predicted {
    /// An answer.
    Envelope {
        /// Endpoint id.
        endpoint: String,
        /// The answer.
        prediction: Prediction,
        /// The findings that it stands on.
        checked: Box<Checked>,
        /// The request is no JSON as it stands, but what was meant is certain: the answer is to that.
        recovered: bool,
    },
    /// It is for no endpoint that is known, and why.
    Unrecognized(String),
    /// It is no JSON, and what is wrong.
    NotJson(String),
    /// Nothing is documented of what the API answers, and to what.
    Undocumented(String),
}

impl Predictor for Session<'_> {
    fn predict(&mut self, request: &[u8], endpoint: Option<&str>, answer: Option<&Answer>) -> Predicted {
        let recognized = || self.recognized(request, Standard::Named);
        let known = match endpoint {
            Some(id) => match self.endpoint(id) {
                Some(endpoint) => Some(endpoint),
                None => return Predicted::Unrecognized("there are no rules for its endpoint".to_owned()),
            },
            None => recognized(),
        };
        let outcome = match known {
            Some(endpoint) => Outcome::Checked(self.answered(request, endpoint, answer)),
            None => self.file(request, true),
        };
        match outcome {
            Outcome::Checked(request) => of_request(request),
            Outcome::NotJson(finding) => Predicted::NotJson(finding.message.to_string()),
            Outcome::Unrecognized(why) => Predicted::Unrecognized(why.to_owned()),
            Outcome::Weak(why) => Predicted::Unrecognized(why),
            Outcome::OneOf(ids) => {
                Predicted::Unrecognized(format!("it looks like {}; pass --endpoint", ids.join(" or ")))
            }
        }
    }
}

fn of_request(request: Request<'_>) -> Predicted {
    match request.predict_recovered() {
        Ok(prediction) => Predicted::Envelope {
            endpoint: request.endpoint.id.to_string(),
            prediction,
            recovered: request.recovered,
            checked: Box::new(request.checked),
        },
        Err(index) => match request.checked.findings.get(index) {
            Some(finding) if finding.severity == Severity::Error => {
                Predicted::NotJson(finding.message.to_string())
            }
            Some(finding) => Predicted::Undocumented(finding.message.to_string()),
            None => Predicted::Undocumented("the request holds no record".to_owned()),
        },
    }
}
