//! A single call that checks one file, for editors, servers and tests.

use crate::finding::Finding;
use crate::predict::Prediction;
use crate::recognize::Standard;
use crate::rules::Endpoint;
use crate::ruleset::Ruleset;
use crate::session::{Outcome, Request, Session};
use crate::tenant::Tenant;

/// The options of a check.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Options<'a> {
    /// The id of the endpoint. `None` recognizes it by the names in the file.
    pub endpoint: Option<&'a str>,
    /// True if the file was found in a folder rather than named by the user. It is then recognized as a payload only
    /// with strong evidence.
    pub found: bool,
}

impl<'a> Options<'a> {
    /// Returns options that check the file as a request to this endpoint, regardless of its content.
    #[must_use]
    pub const fn for_endpoint(id: &'a str) -> Self {
        Self {
            endpoint: Some(id),
            found: false,
        }
    }
}

/// The result of checking a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Checked<'r> {
    /// A request.
    #[non_exhaustive]
    Request {
        /// The endpoint.
        endpoint: &'r Endpoint,
        /// The number of records.
        records: u32,
        /// The findings, in the order of [`crate::finding::sort`].
        findings: Vec<Finding>,
        /// The predicted response of the API. `Err` has the index of the finding that makes a prediction impossible.
        prediction: Result<Prediction, usize>,
    },
    /// A file that is not JSON and does not appear to be a request.
    NotJson(Box<Finding>),
    /// JSON that is not a request to a known endpoint, with the reason.
    Unrecognized(String),
    /// JSON that looks like a request to each of these endpoints.
    Ambiguous(Vec<String>),
}

/// Checks one file, independent of other files.
///
/// Pure: the same bytes, rules, facts and options give the same result.
///
/// ```
/// use geplint_core::rules::Layer;
/// use geplint_core::tenant::Tenant;
/// use geplint_core::{Checked, Options, Ruleset, check};
///
/// let file = r#"
/// endpoint = "things"
/// title = "Things"
/// method = "POST"
/// path = "/things"
/// page = "-"
/// record = "Thing"
/// key = ["Code"]
/// good-beside-bad = "listed"
///
/// [answers]
/// missing = { error-code = "Missing", description = "{property} is missing" }
/// too-long = { error-code = "TooLong", description = "{property} is longer than {limit}" }
/// not-in-list = { error-code = "Invalid", description = "{value} is not valid" }
/// null = { error-code = "Exception", description = "null" }
///
/// [tables.Thing]
/// title = "Thing"
///
/// [tables.Thing.properties]
/// Code = { type = "string", required = "yes" }
/// City = { type = "string(3)" }
/// "#;
/// let layer = Layer { name: "things.toml", text: file };
/// let rules = Ruleset::new(&[layer])?;
/// let payload = br#"[{"Code": "A", "City": "Oslo"}]"#;
/// let options = Options::for_endpoint("things");
/// let Checked::Request { findings, prediction, .. } = check(payload, &rules, &Tenant::default(), &options) else {
///     panic!("it is a request");
/// };
/// assert_eq!(findings[0].rule, "too-long");
/// let response = prediction.expect("nothing rules a prediction out").envelope;
/// assert_eq!(response.error_details[0].errors[0].error_description, "City is longer than 3");
/// # Ok::<(), geplint_core::RuleError>(())
/// ```
#[must_use]
pub fn check<'r>(bytes: &[u8], rules: &'r Ruleset, tenant: &Tenant, options: &Options<'_>) -> Checked<'r> {
    let candidates = rules.candidates();
    let standard = if options.found {
        Standard::Found
    } else {
        Standard::Named
    };
    let mut session = Session::new(&candidates, tenant, false);
    let outcome = match options.endpoint {
        None => session.file_as(bytes, true, standard),
        Some(id) => match session.endpoint(id) {
            Some(endpoint) => Outcome::Checked(session.request(bytes, endpoint, true)),
            None => return Checked::Unrecognized(format!("there is no endpoint {id:?}")),
        },
    };
    match outcome {
        Outcome::Checked(request) => checked(rules, request),
        Outcome::NotJson(finding) => Checked::NotJson(finding),
        Outcome::Unrecognized(reason) => Checked::Unrecognized(reason.to_owned()),
        Outcome::Weak(reason) => Checked::Unrecognized(reason),
        Outcome::OneOf(ids) => Checked::Ambiguous(ids),
    }
}

fn checked<'r>(rules: &'r Ruleset, request: Request<'_>) -> Checked<'r> {
    let prediction = request.predict();
    match rules.endpoint(&request.endpoint.id) {
        Some(endpoint) => Checked::Request {
            endpoint,
            records: request.checked.records,
            findings: request.checked.findings,
            prediction,
        },
        None => Checked::Unrecognized("there are no rules for it".to_owned()),
    }
}
