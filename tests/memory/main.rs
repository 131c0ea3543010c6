//! Tests that count allocations and bytes.
//!
//! A separate program with one test, because the counts are for the whole process.

mod allocations;
mod finding_memory;
mod report_linear;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn memory() {
    allocations::a_clean_record_allocates_nothing();
    allocations::an_allocation_for_each_record_is_counted();
    finding_memory::a_finding_costs_little_and_its_report_nothing_that_grows();
    report_linear::four_times_the_findings_are_four_times_the_work();
    report_linear::work_that_grows_with_pairs_of_findings_is_noticed();
}
