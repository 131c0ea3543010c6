//! A rule's own example, checked.

use std::sync::OnceLock;

use super::Block;
use crate::finding::{Finding, Severity, sort};
use crate::rules::{Endpoint, RuleText};
use crate::tenant::{self, Tenant};
use crate::{json, lint};

/// The name that an example is shown under.
pub const NAME: &str = "bad.json";

/// A payload that breaks a rule, and what is found in it.
#[derive(Debug, Clone)]
pub struct Example {
    /// Id of the endpoint that it is for.
    pub endpoint: String,
    /// The name that it is shown under.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is found, in the order it is shown in.
    pub findings: Vec<Finding>,
    /// How many records it has.
    pub records: u32,
    /// It needs the tenant of the examples.
    pub needs_tenant: bool,
}

impl Example {
    /// The rule's bad payload; `None` where it has none, or its endpoint is not among these.
    pub fn of(rule: &RuleText, endpoints: &[&Endpoint]) -> Option<Self> {
        let bad = rule.bad.as_deref()?;
        let needs_tenant = rule.needs.is_some();
        let id = rule.endpoint.as_deref()?;
        Self::new(NAME, bad.as_bytes().to_vec(), id, endpoints, needs_tenant)
    }

    /// A file that is checked as a request to the endpoint of that id.
    pub fn new(
        name: &str,
        bytes: Vec<u8>,
        id: &str,
        endpoints: &[&Endpoint],
        needs_tenant: bool,
    ) -> Option<Self> {
        let endpoint = endpoints.iter().find(|endpoint| endpoint.id == id)?;
        let nobody = Tenant::default();
        let tenant = if needs_tenant { example_tenant() } else { &nobody };
        let (text, errors) = json::text(&bytes);
        let mut checked = lint::check(&text, errors, endpoint, tenant, false);
        let is_advice = |finding: &Finding| finding.severity == Severity::Advice;
        // What a run shows by itself, or all of it where that is nothing.
        if !checked.findings.iter().all(is_advice) {
            checked.findings.retain(|finding| !is_advice(finding));
        }
        sort(&mut checked.findings);
        Some(Self {
            endpoint: id.to_owned(),
            name: name.to_owned(),
            bytes,
            findings: checked.findings,
            records: checked.records,
            needs_tenant,
        })
    }

    /// The finding that is the rule's own.
    pub fn finding(&self, rule: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.rule == rule)
    }

    /// The command that shows it, and what it prints.
    pub fn output(&self) -> Block {
        let tenant = if self.needs_tenant {
            " --tenant tenant.toml"
        } else {
            ""
        };
        let is_advice = |finding: &Finding| finding.severity == Severity::Advice;
        let shown = if !self.findings.is_empty() && self.findings.iter().all(is_advice) {
            " --min-severity advice"
        } else {
            ""
        };
        let command = format!(
            "geplint check --endpoint {}{tenant}{shown} {}",
            self.endpoint, self.name
        );
        Block::Output(command, self.bytes.clone(), self.findings.clone(), self.records)
    }
}

/// The tenant of the examples that need one. A test loads it, so that it never comes back empty.
pub fn example_tenant() -> &'static Tenant {
    static TENANT: OnceLock<Tenant> = OnceLock::new();
    TENANT.get_or_init(|| {
        let mut none = |name: &str| Err(format!("{name}: there are no lists beside the example"));
        tenant::load(include_str!("../../rules/examples/tenant.toml"), &mut none).unwrap_or_default()
    })
}
