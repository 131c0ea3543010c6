//! The example of a rule, checked.

use std::sync::OnceLock;

use super::Block;
use crate::finding::{Finding, Severity, sort};
use crate::rules::{Endpoint, RuleText};
use crate::tenant::{self, Tenant};
use crate::{json, lint};

/// The name that an example is shown with.
pub const NAME: &str = "bad.json";

/// A payload that breaks a rule, with its findings.
#[derive(Debug, Clone)]
pub struct Example {
    /// The id of its endpoint.
    pub endpoint: String,
    /// The name that it is shown with.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The findings, in the order in which they are shown.
    pub findings: Vec<Finding>,
    /// The number of records.
    pub records: u32,
    /// True if it needs the tenant of the examples.
    pub needs_tenant: bool,
}

impl Example {
    /// Returns the rule's bad payload; `None` if it has none, or if its endpoint is not among these.
    pub fn of(rule: &RuleText, endpoints: &[&Endpoint]) -> Option<Self> {
        let bad = rule.bad.as_deref()?;
        let needs_tenant = rule.needs.is_some();
        let id = rule.endpoint.as_deref()?;
        Self::new(NAME, bad.as_bytes().to_vec(), id, endpoints, needs_tenant)
    }

    /// Returns a file that is checked as a request to the endpoint of that id.
    pub fn new(
        name: &str,
        bytes: Vec<u8>,
        id: &str,
        endpoints: &[&Endpoint],
        needs_tenant: bool,
    ) -> Option<Self> {
        let endpoint = endpoints.iter().find(|endpoint| endpoint.id == id)?;
        let no_tenant = Tenant::default();
        let tenant = if needs_tenant {
            example_tenant()
        } else {
            &no_tenant
        };
        let (text, errors) = json::text(&bytes);
        let mut checked = lint::check(&text, errors, endpoint, tenant, false);
        let is_advice = |finding: &Finding| finding.severity == Severity::Advice;
        // Advice is only shown if there is nothing else, as in a run.
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

    /// Returns the finding of the rule.
    pub fn finding(&self, rule: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.rule == rule)
    }

    /// Returns the command that shows the findings, and its output.
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

/// The tenant of the examples that need one. A test loads it, so the fallback is never used.
pub fn example_tenant() -> &'static Tenant {
    static TENANT: OnceLock<Tenant> = OnceLock::new();
    TENANT.get_or_init(|| {
        let mut none = |name: &str| Err(format!("{name}: there are no lists next to the example"));
        tenant::load(include_str!("../../rules/examples/tenant.toml"), &mut none).unwrap_or_default()
    })
}
