//! Compares the fast path with the engine for any bytes, separately and among other records.

#[path = "../../tests/it/support/fast_path.rs"]
pub mod support;

use geplint::tenant::Tenant;

use super::scanner::support::Random;
use super::shared::{likely, pick, unknown_tenant};
use support::{PLAIN, compare, records, tenant_of_lists};

/// The number of records in a request that is composed of records of the input.
const MANY: usize = 12;

/// Checks the bytes as a request to the endpoint that they are likely for, or to every one. Then checks a request of
/// their records and of plain ones, in another order and with repetitions.
pub fn run(data: &[u8]) {
    for endpoint in likely(data) {
        for tenant in [unknown_tenant(), tenant_of_lists()] {
            compare(data, endpoint, tenant, "by itself");
        }
    }
    let records = records(data);
    if records.is_empty() {
        return;
    }
    let tenant: &Tenant = if pick(data, 2) == 0 {
        tenant_of_lists()
    } else {
        unknown_tenant()
    };
    let mut random = Random(data.iter().fold(0x2545_F491, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    }));
    for endpoint in likely(data) {
        let plain: Vec<String> = PLAIN
            .iter()
            .filter(|(id, _)| *id == endpoint.id)
            .map(|(_, inner)| format!("{{{inner}}}"))
            .collect();
        let body: Vec<&str> = (0..MANY)
            .map(|_| match random.below(3) {
                0 if !plain.is_empty() => plain[random.below(plain.len())].as_str(),
                _ => records[random.below(records.len())].as_str(),
            })
            .collect();
        let body = format!("[{}]", body.join(","));
        compare(body.as_bytes(), endpoint, tenant, "among others");
    }
}
