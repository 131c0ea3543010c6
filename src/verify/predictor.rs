//! The interface through which verification gets predictions.

use crate::finding::Severity;
use crate::lint::Checked;
use crate::predict::Prediction;
use crate::recognize::Standard;
use crate::session::{Outcome, Request, Session};
use crate::tenant::AcceptedRecords;

/// Predicts the answers of the API, call by call.
pub trait Predictor {
    /// Predicts the answer to a request body.
    ///
    /// `endpoint` is set if the URL or the user determines it; otherwise it is recognized by the names in the body.
    /// Later predictions see the changes by the records that `answer` accepted; without an answer, by those predicted
    /// to succeed.
    fn predict(
        &mut self,
        request: &[u8],
        endpoint: Option<&str>,
        answer: Option<&AcceptedRecords>,
    ) -> Predicted;
}

/// The prediction for a request body.
#[derive(Debug)]
pub enum Predicted {
    /// An answer.
    Envelope {
        /// The id of the endpoint.
        endpoint: String,
        /// The answer.
        prediction: Prediction,
        /// The result of the check that it is based on.
        checked: Box<Checked>,
        /// True if the request is not JSON, and the answer is for its certain repair.
        recovered: bool,
    },
    /// The request is not for a known endpoint, with the reason.
    Unrecognized(String),
    /// The request is not JSON, with the error.
    NotJson(String),
    /// The API's answer is not documented, with the finding.
    Undocumented(String),
}

impl Predictor for Session<'_> {
    fn predict(
        &mut self,
        request: &[u8],
        endpoint: Option<&str>,
        answer: Option<&AcceptedRecords>,
    ) -> Predicted {
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
                Predicted::Unrecognized(format!("it looks like {}; use --endpoint", ids.join(" or ")))
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
            None => Predicted::Undocumented("the request contains no records".to_owned()),
        },
    }
}
