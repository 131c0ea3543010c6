//! Any bytes as a tenant file, and as each of the lists that one may name.

use geplint::json;
use geplint::lint;
use geplint::session::Session;
use geplint::source::Position;
use geplint::tenant::{Tenant, TenantError, load};

use super::shared::{candidates, endpoints, hold_together};

/// Every list that a tenant file may name.
const LISTS: [&str; 14] = [
    "contacts",
    "personas",
    "activities",
    "activity-names",
    "currencies",
    "cultures",
    "deliver-to-keys",
    "lobs",
    "belonging-lobs",
    "entity-types",
    "entity-codes",
    "document-types",
    "amount-codes",
    "regions",
];

const REQUEST: &[u8] =
    include_bytes!("../../testdata/documented/save-contact-authorization-details/2-error.request.json");

/// Loads the bytes in every way; if they load, checks a request with these facts.
pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        check_loaded(load(text, &mut |_| Ok(data.to_vec())), data);
        check_loaded(load(text, &mut |name| Err(format!("no {name}"))), data);
    }
    for list in LISTS {
        for file in ["list.csv", "list.json"] {
            let text = format!("{list} = {file:?}");
            check_loaded(load(&text, &mut |_| Ok(data.to_vec())), data);
        }
    }
}

fn check_loaded(loaded: Result<Tenant, TenantError>, data: &[u8]) {
    match loaded {
        Ok(tenant) => check(&tenant),
        Err(error) => {
            assert!(!error.message.is_empty());
            let Position { line, column } = error.position;
            assert!(line >= 1 && column >= 1, "{error:?}");
            let most = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 2;
            assert!(line as usize <= most, "{error:?}");
        }
    }
}

fn check(tenant: &Tenant) {
    let mut session = Session::new(candidates(), tenant, true);
    for endpoint in endpoints() {
        let (text, errors) = json::text(REQUEST);
        hold_together(REQUEST, &lint::check(&text, errors, endpoint, tenant, true));
        hold_together(REQUEST, &session.request(REQUEST, endpoint, true).checked);
    }
}
