//! One run over several files: the endpoint of each, and the changes by earlier ones.

use crate::finding::{Finding, Phase, Severity};
use crate::json::{self, SyntaxError};
use crate::lint::{self, Checked, Memory, ReusedMemory};
use crate::placeholders::{Scope, Template};
use crate::predict::{Prediction, mask, predict, predict_recovered, undocumented};
use crate::recognize::{Doubt, Recognized, STRONG, Standard, recognize_as};
use crate::rules::{Candidate, Endpoint, PropertyId, bit};
use crate::tenant::{AcceptedRecords, Effect, Facts, Tenant, TenantChanges};
use crate::threads::Threads;

/// The result for a file.
#[derive(Debug)]
pub enum Outcome<'r> {
    /// A request, which has been checked.
    Checked(Request<'r>),
    /// A file that is not JSON, and whose names do not show that it is a payload.
    NotJson(Box<Finding>),
    /// JSON that is not a payload, with the reason.
    Unrecognized(&'static str),
    /// JSON that looks like a request to several endpoints.
    OneOf(Vec<String>),
    /// JSON with several names of an endpoint, but too few for a file that the user did not name; with a message.
    Weak(String),
}

/// A request and its result.
#[derive(Debug)]
pub struct Request<'r> {
    /// The endpoint.
    pub endpoint: &'r Endpoint,
    /// The result.
    pub checked: Checked,
    /// True if it is not JSON, but every syntax error has a certain repair.
    pub recovered: bool,
}

impl Request<'_> {
    /// Returns the predicted response, or the index of the finding that makes a prediction impossible.
    pub fn predict(&self) -> Result<Prediction, usize> {
        predict(self.endpoint, &self.checked)
    }

    /// The same, with syntax errors repaired if the repair is certain.
    pub fn predict_recovered(&self) -> Result<Prediction, usize> {
        match (self.recovered, undocumented(&self.checked)) {
            (false, _) => self.predict(),
            (true, Some(index)) => Err(index),
            (true, None) => Ok(predict_recovered(self.endpoint, &self.checked)),
        }
    }
}

/// The state that the files of one run share.
#[derive(Debug)]
pub struct Session<'r> {
    candidates: &'r [Candidate<'r>],
    tenant: &'r Tenant,
    in_order: bool,
    changes: TenantChanges,
    /// The changes by the request of a call; the caller of [`Session::ended`] decides whether they are applied.
    call: Option<CallChanges>,
    threads: Threads,
    hides_advice: bool,
    last: Option<LastEndpoint<'r>>,
    left: ReusedMemory,
}

/// The state that a call gets from earlier calls.
#[derive(Debug, Default)]
pub struct EarlierCalls {
    /// Their changes.
    pub changes: TenantChanges,
    /// The memory that the next call reuses.
    pub left: ReusedMemory,
}

/// The changes by a call.
#[derive(Debug, Default)]
struct CallChanges {
    changes: TenantChanges,
    /// The changes by each record, to be stored.
    effects: Vec<Effect>,
}

/// The endpoint of the last file.
#[derive(Debug)]
struct LastEndpoint<'r> {
    endpoint: &'r Endpoint,
    /// For each other endpoint: the properties of a record that it has as well, one bit each.
    others: Option<Vec<u64>>,
    /// The properties of a record whose names no other API has, one bit each.
    distinctive: u64,
    memory: Memory,
}

/// The size in bytes from which on a file is read by several threads. Recognition is negligible for it.
const LONG: usize = 1 << 20;

/// Returns, for each other endpoint, the properties of this one's records that it has as well, one bit each.
fn known_to_others(candidates: &[Candidate<'_>], endpoint: &Endpoint) -> Vec<u64> {
    let rows = &endpoint.record_table().properties;
    candidates
        .iter()
        .filter(|other| other.id() != endpoint.id)
        .map(|other| {
            (0..)
                .zip(rows)
                .filter(|(_, row)| other.knows(&row.name))
                .fold(0, |known, (index, _)| known | bit(PropertyId(index)))
        })
        .collect()
}

/// Returns the message for a file with too little evidence of these endpoints.
fn weak_reason(ids: &[&str], doubt: Doubt) -> String {
    let ids = ids.join(" or ");
    let what = match doubt {
        Doubt::Names { known, names } => format!("{known} of {names} names match {ids}: too few to be sure"),
        Doubt::Depth => format!("names deep inside match {ids}: too deep to be sure"),
    };
    format!("{what}; name the file, or set its endpoint under [[files]]")
}

impl<'r> Session<'r> {
    /// Starts a run. If `in_order`, the files are calls made one after another.
    #[must_use]
    pub fn new(candidates: &'r [Candidate<'r>], tenant: &'r Tenant, in_order: bool) -> Self {
        Self {
            candidates,
            tenant,
            in_order,
            changes: TenantChanges::default(),
            call: None,
            threads: Threads::ONE,
            hides_advice: false,
            last: None,
            left: ReusedMemory::default(),
        }
    }

    /// Starts one call after others that have changed the tenant. Its changes apply once it is
    /// [`ended`](Self::ended).
    #[must_use]
    pub fn call(candidates: &'r [Candidate<'r>], tenant: &'r Tenant, earlier: EarlierCalls) -> Self {
        Self {
            changes: earlier.changes,
            left: earlier.left,
            call: Some(CallChanges::default()),
            ..Self::new(candidates, tenant, true)
        }
    }

    /// Returns the state after the call, with its changes if `counts`, and its new effects, to be replayed later.
    #[must_use]
    pub fn ended(mut self, counts: bool) -> (EarlierCalls, Vec<Effect>) {
        let call = self.call.filter(|_| counts).unwrap_or_default();
        let effects = if self.changes.merge(call.changes) {
            call.effects
        } else {
            Vec::new()
        };
        let earlier = EarlierCalls {
            changes: self.changes,
            left: self.left,
        };
        (earlier, effects)
    }

    /// Sets the number of threads for a long file.
    #[must_use]
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Allows omitting findings of severity advice, for callers that do not show them: records with no other findings then pass
    /// the fast path. A check with outcomes omits nothing.
    #[must_use]
    pub fn hiding_advice(self, hides_advice: bool) -> Self {
        Self { hides_advice, ..self }
    }

    /// Returns the endpoint with this id.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> Option<&'r Endpoint> {
        let mut known = self.candidates.iter();
        known.find(|candidate| candidate.id() == id)?.endpoint()
    }

    /// Checks one of several versions of a file as a request to this endpoint, without changing the state of the run.
    pub fn check_version(&self, bytes: &[u8], endpoint: &'r Endpoint) -> Checked {
        let (text, errors) = json::text(bytes);
        let template = Template::from(&*text);
        self.check_apart(&template, errors, endpoint)
    }

    /// The same for a request of a collection, in which placeholders are filled in before it is sent.
    pub fn look_template(&self, text: &str, endpoint: &'r Endpoint) -> Checked {
        let (text, errors) = json::text(text.as_bytes());
        let template = Template::of(&text, Scope::AnyPart);
        let template = template.unwrap_or_else(|| Template::from(&*text));
        self.check_apart(&template, errors, endpoint)
    }

    fn check_apart(
        &self,
        template: &Template<'_>,
        errors: Vec<SyntaxError>,
        endpoint: &'r Endpoint,
    ) -> Checked {
        let memory = &mut ReusedMemory::default();
        self.lint(template, errors, endpoint, false, None, memory).0
    }

    /// Returns the findings in a text, and the changes by its records.
    ///
    /// If the text is sent unchanged, each placeholder in it is one finding.
    fn lint(
        &self,
        template: &Template<'_>,
        errors: Vec<SyntaxError>,
        endpoint: &'r Endpoint,
        outcomes: bool,
        answer: Option<&AcceptedRecords>,
        left: &mut ReusedMemory,
    ) -> (Checked, CallChanges) {
        let mut run = |template: &Template<'_>, errors| {
            let mut facts = Facts::new(self.tenant, &self.changes, self.in_order).answered(answer);
            if self.call.is_some() {
                facts = facts.keeping_effects();
            }
            let mode = lint::Mode {
                outcomes,
                threads: self.threads,
                hides_advice: self.hides_advice,
            };
            let checked = lint::check_sharing(template, errors, endpoint, &mut facts, mode, left);
            let effects = facts.take_effects();
            let changes = facts.into_changes();
            (checked, CallChanges { changes, effects })
        };
        let as_it_is = run(template, errors.clone());
        if as_it_is.0.findings.is_empty() || template.has_unknown() {
            return as_it_is;
        }
        let Some(template) = Template::of(template.text(), Scope::Whole) else {
            return as_it_is;
        };
        let with_unknown = run(&template, errors);
        let broken = |(checked, _): &(Checked, CallChanges)| {
            let findings = checked.findings.iter();
            findings.filter(|finding| finding.syntax.is_some()).count()
        };
        if broken(&with_unknown) <= broken(&as_it_is) {
            with_unknown
        } else {
            as_it_is
        }
    }

    /// Returns the recognized endpoint of a file, if there is one.
    pub fn recognized(&self, bytes: &[u8], standard: Standard) -> Option<&'r Endpoint> {
        match recognize_as(&json::text(bytes).0, self.candidates, standard) {
            Recognized::Request(id) => self.endpoint(id),
            _ => None,
        }
    }

    /// Recognizes the endpoint of a file that the user named, and checks the file.
    pub fn file(&mut self, bytes: &[u8], outcomes: bool) -> Outcome<'r> {
        self.file_as(bytes, outcomes, Standard::Named)
    }

    /// The same for a file that must meet a given standard.
    pub fn file_as(&mut self, bytes: &[u8], outcomes: bool, standard: Standard) -> Outcome<'r> {
        let (text, errors) = json::text(bytes);
        if !outcomes
            && errors.is_empty()
            && text.len() < LONG
            && let Some(request) = self.like_last_file(&text, standard)
        {
            return Outcome::Checked(request);
        }
        // A file that is not UTF-8 is recognized by its decoded text.
        let meant = errors.iter().find_map(SyntaxError::decoded).unwrap_or(&text);
        let recognized = recognize_as(meant, self.candidates, standard);
        if let Recognized::Request(id) = recognized
            && let Some(endpoint) = self.endpoint(id)
        {
            self.remember_endpoint(endpoint);
            return Outcome::Checked(self.check(&text, errors, endpoint, outcomes, None));
        }
        // A file is skipped only if it is JSON; anything else has a finding.
        if let Some(finding) = lint::not_json(&text, errors) {
            return Outcome::NotJson(Box::new(finding));
        }
        match recognized {
            Recognized::Request(_) => Outcome::Unrecognized("there are no rules for it"),
            Recognized::OneOf(ids) => Outcome::OneOf(ids.into_iter().map(str::to_owned).collect()),
            Recognized::Weak { ids, doubt } => Outcome::Weak(weak_reason(&ids, doubt)),
            Recognized::Response => Outcome::Unrecognized("it looks like an API response"),
            Recognized::Other(reason) => Outcome::Unrecognized(reason),
        }
    }

    /// Checks a file as a clean request to the endpoint of the last file, which most files of a folder are. One pass
    /// verifies that, instead of one for recognition and one for the check. The result is the same.
    fn like_last_file(&mut self, text: &str, standard: Standard) -> Option<Request<'r>> {
        let facts = Facts::new(self.tenant, &self.changes, self.in_order);
        let last = self.last.as_mut()?;
        let endpoint = last.endpoint;
        let others = last
            .others
            .get_or_insert_with(|| known_to_others(self.candidates, endpoint));
        let distinctive = last.distinctive;
        let is_strong = |met: u64| {
            let enough = met & distinctive != 0 || met.count_ones() as usize >= STRONG;
            standard == Standard::Named || enough
        };
        // All names of a clean record are known. The endpoint is certain if there is a name, and if no other endpoint
        // has all of the names.
        let is_for = |met: u64| met != 0 && is_strong(met) && others.iter().all(|known| met & !known != 0);
        let checked = lint::check_plain(
            text,
            endpoint,
            &facts,
            (&mut last.memory, self.hides_advice),
            is_for,
        )?;
        Some(Request {
            endpoint,
            checked,
            recovered: false,
        })
    }

    /// Stores the endpoint of the last file.
    fn remember_endpoint(&mut self, endpoint: &'r Endpoint) {
        let same = |last: &LastEndpoint<'_>| std::ptr::eq(last.endpoint, endpoint);
        if !self.in_order && !self.last.as_ref().is_some_and(same) {
            self.last = Some(LastEndpoint {
                endpoint,
                others: None,
                distinctive: endpoint.distinctive.iter().fold(0, |all, id| all | bit(*id)),
                memory: Memory::default(),
            });
        }
    }

    /// Checks a file as a request to this endpoint, regardless of its content.
    pub fn request(&mut self, bytes: &[u8], endpoint: &'r Endpoint, outcomes: bool) -> Request<'r> {
        let (text, errors) = json::text(bytes);
        self.check(&text, errors, endpoint, outcomes, None)
    }

    /// The same for a request of a collection, whose placeholders are replaced before it is sent.
    pub fn template(&mut self, text: &str, endpoint: &'r Endpoint, outcomes: bool) -> Request<'r> {
        let (text, errors) = json::text(text.as_bytes());
        let template = Template::of(&text, Scope::AnyPart);
        let template = template.unwrap_or_else(|| Template::from(&*text));
        self.check_template(&template, errors, endpoint, outcomes, None)
    }

    /// The same as [`request`](Self::request) with outcomes. Later requests see the changes by the records that the
    /// recorded answer accepted; without an answer, by those predicted to succeed.
    pub fn answered(
        &mut self,
        bytes: &[u8],
        endpoint: &'r Endpoint,
        answer: Option<&AcceptedRecords>,
    ) -> Request<'r> {
        let (text, errors) = json::text(bytes);
        self.check(&text, errors, endpoint, true, answer)
    }

    fn check(
        &mut self,
        text: &str,
        errors: Vec<SyntaxError>,
        endpoint: &'r Endpoint,
        outcomes: bool,
        answer: Option<&AcceptedRecords>,
    ) -> Request<'r> {
        self.check_template(&Template::from(text), errors, endpoint, outcomes, answer)
    }

    fn check_template(
        &mut self,
        template: &Template<'_>,
        errors: Vec<SyntaxError>,
        endpoint: &'r Endpoint,
        outcomes: bool,
        answer: Option<&AcceptedRecords>,
    ) -> Request<'r> {
        let mut left = std::mem::take(&mut self.left);
        let (mut checked, CallChanges { changes, effects }) =
            self.lint(template, errors, endpoint, outcomes, answer, &mut left);
        self.left = left;
        mask(&mut checked.findings);
        let syntax = |finding: &&Finding| finding.severity == Severity::Error && finding.predicted.is_none();
        let broken = checked.findings.iter().filter(syntax).count();
        let recovered = broken > 0 && checked.recoverable;
        // A body that does not convert, or is not JSON, changes nothing.
        let refused = checked.findings.iter().any(|finding| {
            finding.severity == Severity::Error && matches!(finding.phase, Phase::Bind | Phase::Request)
        });
        if self.in_order && (answer.is_some() || (!refused && (broken == 0 || recovered))) {
            match &mut self.call {
                Some(call) => *call = CallChanges { changes, effects },
                None => {
                    self.changes.merge(changes);
                }
            }
        }
        Request {
            endpoint,
            checked,
            recovered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Candidate;
    use crate::rules::testing::{builtin_text, candidates, load};

    fn taken_like(text: &str, next: &str) -> bool {
        let (known, tenant): (Vec<_>, _) = (candidates().collect(), Tenant::default());
        let mut session = Session::new(&known, &tenant, false);
        assert!(
            matches!(session.file(text.as_bytes(), false), Outcome::Checked(_)),
            "{text}"
        );
        session.like_last_file(next, Standard::Found).is_some()
    }

    #[test]
    fn a_file_like_the_last_one_is_not_recognized_again() {
        let one = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}]"#;
        let more = r#"[{"clientContactCode": "C-2", "InterfaceStatus": "Success"}, {"ClientContactCode": "C-3", "InterfaceStatus": "Success"}]"#;
        assert!(taken_like(one, one));
        assert!(taken_like(one, more));
        let others = [
            r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}] ]"#,
            r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}, 1]"#,
            r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success", "Other": 1}]"#,
            r#"{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}"#,
            "[]",
            "",
        ];
        for other in others {
            assert!(!taken_like(one, other), "{other}");
        }
    }

    #[test]
    fn a_call_changes_something_only_if_it_counts() {
        let (known, tenant): (Vec<_>, _) = (candidates().collect(), Tenant::default());
        let body = br#"[{"ContactCode": "C-1", "UserName": "u", "FirstName": "A", "LastName": "B",
            "EmailAddress": "a@example.com", "Address": {"AddressLine1": "1", "City": "C", "CountryCode": "US"}}]"#;
        let call = |changes: &TenantChanges, counts: bool| {
            let earlier = EarlierCalls {
                changes: changes.clone(),
                ..EarlierCalls::default()
            };
            let mut session = Session::call(&known, &tenant, earlier);
            let endpoint = session.endpoint("contact-details").expect("it is compiled in");
            let taken = session
                .request(body, endpoint, true)
                .predict()
                .expect("it is JSON");
            assert_eq!(taken.envelope.status_code, "200", "{:?}", taken.envelope);
            let (earlier, effects) = session.ended(counts);
            (earlier.changes, effects)
        };
        let none = TenantChanges::default();
        let (after, effects) = call(&none, false);
        assert!(after.is_empty() && effects.is_empty());
        let (after, effects) = call(&none, true);
        assert_eq!((after.len(), effects.len()), (1, 1));
        // The same call once more has no new effects.
        let (again, none_new) = call(&after, true);
        assert!(none_new.is_empty());
        assert_eq!(again.contacts(9), after.contacts(9));
        // The stored effects give the same changes.
        let mut replayed = TenantChanges::default();
        replayed.replay(&tenant, effects);
        assert_eq!(replayed.contacts(9), after.contacts(9));
        assert_eq!(after.contacts(9)[0].codes, ["c-1"]);
    }

    #[test]
    fn a_file_that_fits_several_endpoints_is_recognized_again() {
        let text = builtin_text("contact-interface-status").expect("it is compiled in");
        let twin = load(&text.replace("\"contact-interface-status\"", "\"twin\""))
            .expect("only its name has changed");
        let (known, tenant) = ([Candidate::from(&twin)], Tenant::default());
        let mut both = known.to_vec();
        for candidate in candidates() {
            both.push(candidate);
        }
        let text = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}]"#;
        for (candidates, taken) in [(&known[..], true), (&both, false)] {
            let mut session = Session::new(candidates, &tenant, false);
            session.remember_endpoint(&twin);
            assert_eq!(session.like_last_file(text, Standard::Named).is_some(), taken);
        }
    }
}
