//! Any bytes as a request to any endpoint, with and without facts of the tenant, separately and in order.

use geplint::json;
use geplint::lint::{self, Checked};
use geplint::rules::Endpoint;
use geplint::session::{Outcome, Session};
use geplint::tenant::Tenant;

use super::shared::{candidates, hold_together, likely, plain_json, points_at, some_tenant};

/// Checks the bytes as a request to the endpoint that they are likely for, or to every one.
pub fn run(data: &[u8]) {
    let (text, _) = json::text(data);
    // One tenant for each input allows twice as many inputs.
    let tenant = some_tenant(data);
    let mut in_order = Session::new(candidates(), tenant, true);
    for endpoint in likely(data) {
        let checked = check(data, endpoint, tenant);
        hold_together(data, &checked);
        assert_not_silent(&checked);
        if let Some(root) = plain_json(data, &checked) {
            for finding in &checked.findings {
                points_at(&root, &text, finding);
            }
        }
        let first = in_order.request(data, endpoint, true);
        hold_together(data, &first.checked);
        // A second call has the effects of the first.
        hold_together(data, &in_order.request(data, endpoint, true).checked);
    }
    if let Outcome::Checked(request) = in_order.file(data, true) {
        assert_not_silent(&request.checked);
    }
}

/// Asserts that a request with neither findings nor records does not pass silently.
fn assert_not_silent(checked: &Checked) {
    assert!(checked.records > 0 || !checked.findings.is_empty(), "{checked:?}");
}

fn check(data: &[u8], endpoint: &Endpoint, tenant: &Tenant) -> Checked {
    let (text, errors) = json::text(data);
    lint::check(&text, errors, endpoint, tenant, true)
}
