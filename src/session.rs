//! One run over several files: which endpoint each is for, and what earlier ones have changed.

use crate::finding::{Phase, Severity};
use crate::input::recognize::{Recognized, recognize};
use crate::json::{self, SyntaxError};
use crate::lint::{self, Checked};
use crate::predict::{Prediction, predict, predict_mended};
use crate::rules::Endpoint;
use crate::tenant::{Facts, Learnt, Tenant};

/// What became of a file.
#[derive(Debug)]
pub enum Outcome<'r> {
    /// It was checked as a request to an endpoint.
    Checked(Request<'r>),
    /// Nothing could be read from it; these are its findings.
    Unreadable(Checked),
    /// No payload, and why.
    Stranger(&'static str),
    /// It looks like a request to several endpoints.
    OneOf(Vec<String>),
}

/// A request and what was found in it.
#[derive(Debug)]
pub struct Request<'r> {
    /// Its endpoint.
    pub endpoint: &'r Endpoint,
    /// What was found.
    pub checked: Checked,
    /// It is no JSON as it stands, but recovery surely reads it as its author meant it.
    pub mended: bool,
}

impl Request<'_> {
    /// The predicted response; the index of the finding that stands in the way where there is none.
    pub fn predict(&self) -> Result<Prediction, usize> {
        predict(self.endpoint, &self.checked)
    }

    /// The same, with mistakes in the syntax mended where recovery is sure.
    pub fn predict_mended(&self) -> Result<Prediction, usize> {
        if self.mended {
            Ok(predict_mended(self.endpoint, &self.checked))
        } else {
            self.predict()
        }
    }
}

/// What the files of one run have in common.
#[derive(Debug)]
pub struct Session<'r> {
    endpoints: &'r [&'r Endpoint],
    tenant: &'r Tenant,
    in_order: bool,
    learnt: Learnt,
    threads: usize,
}

impl<'r> Session<'r> {
    /// A run. `in_order`: the files are calls made one after another.
    #[must_use]
    pub fn new(endpoints: &'r [&'r Endpoint], tenant: &'r Tenant, in_order: bool) -> Self {
        Self {
            endpoints,
            tenant,
            in_order,
            learnt: Learnt::default(),
            threads: 1,
        }
    }

    /// Lets so many threads work at one file where it is long.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The endpoint of that id.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> Option<&'r Endpoint> {
        self.endpoints.iter().copied().find(|endpoint| endpoint.id == id)
    }

    /// What is found in a file as a request to this endpoint. Nothing is learnt of it: it is one version of several.
    pub fn look(&self, bytes: &[u8], endpoint: &'r Endpoint) -> Checked {
        let (text, errors) = json::text(bytes);
        let mut facts = Facts::new(self.tenant, &self.learnt, self.in_order);
        lint::check_with(&text, errors, endpoint, &mut facts, false, self.threads)
    }

    /// The endpoint that a file's names tell, if they tell one.
    pub fn recognized(&self, bytes: &[u8]) -> Option<&'r Endpoint> {
        match recognize(&json::text(bytes).0, self.endpoints) {
            Recognized::Request(id) => self.endpoint(id),
            _ => None,
        }
    }

    /// Checks a file as a request to the endpoint that its names tell.
    pub fn file(&mut self, bytes: &[u8], outcomes: bool) -> Outcome<'r> {
        let (text, errors) = json::text(bytes);
        match recognize(&text, self.endpoints) {
            Recognized::Request(id) => match self.endpoint(id) {
                Some(endpoint) => Outcome::Checked(self.check(&text, errors, endpoint, outcomes)),
                None => Outcome::Stranger("there are no rules for it"),
            },
            Recognized::OneOf(ids) => Outcome::OneOf(ids.into_iter().map(str::to_owned).collect()),
            Recognized::Unreadable => {
                let mut findings = lint::syntax_findings(&text, "", errors);
                for finding in &mut findings {
                    finding.remedy = None;
                }
                Outcome::Unreadable(Checked {
                    findings,
                    ..Checked::default()
                })
            }
            Recognized::Response => Outcome::Stranger("it is a response of the API"),
            Recognized::Other(reason) => Outcome::Stranger(reason),
        }
    }

    /// Checks a file as a request to this endpoint, whatever it looks like.
    pub fn request(&mut self, bytes: &[u8], endpoint: &'r Endpoint, outcomes: bool) -> Request<'r> {
        let (text, errors) = json::text(bytes);
        self.check(&text, errors, endpoint, outcomes)
    }

    fn check(
        &mut self,
        text: &str,
        errors: Vec<SyntaxError>,
        endpoint: &'r Endpoint,
        outcomes: bool,
    ) -> Request<'r> {
        let mut facts = Facts::new(self.tenant, &self.learnt, self.in_order);
        let checked = lint::check_with(text, errors, endpoint, &mut facts, outcomes, self.threads);
        let learnt = facts.into_learnt();
        let syntax = |finding: &&crate::finding::Finding| {
            finding.severity == Severity::Error && finding.predicted.is_none()
        };
        let broken = checked.findings.iter().filter(syntax).count();
        let mended = broken > 0 && checked.mendable;
        // A body that does not convert, or is no JSON at all, changes nothing.
        let refused = checked.findings.iter().any(|finding| {
            finding.severity == Severity::Error && matches!(finding.phase, Phase::Bind | Phase::Request)
        });
        if self.in_order && !refused && (broken == 0 || mended) {
            self.learnt.merge(learnt);
        }
        Request {
            endpoint,
            checked,
            mended,
        }
    }
}
