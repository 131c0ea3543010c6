//! The result of checking a request body.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::rules::{Fact, Property};

/// The result of checking one request body.
#[derive(Debug, Default)]
pub struct Checked {
    /// All findings, in the order of [`crate::finding::sort`].
    pub findings: Vec<Finding>,
    /// The number of records in the request.
    pub records: u32,
    /// The number of records that the fast path accepted, without the engine.
    pub fast_records: u32,
    /// One entry per record, in request order. Empty unless requested.
    pub outcomes: Vec<RecordOutcome>,
    /// The number of checks that could not be made because they need facts of the tenant.
    pub undecided: u64,
    /// The facts that the undecided checks need. Complete only if outcomes were requested.
    pub needed: Needed,
    /// The facts that could still decide whether a record is accepted. Checks of records that are refused anyway are
    /// excluded.
    pub open: Needed,
    /// For each property that only a new contact needs, by name: the number of records that lack it while it is unknown
    /// whether their contact is new. Records that are refused anyway do not count.
    pub refused_if_new: BTreeMap<String, u64>,
    /// True if every syntax error has a certain repair.
    pub recoverable: bool,
    /// The placeholders whose values are unknown, as written, each once. The findings are true for any of their
    /// values; the response may depend on them.
    pub placeholders: Vec<String>,
    /// Predicted errors that one finding represents, because the records are wrapped. Used only by [`crate::predict`].
    pub implied: Box<[Finding]>,
}

/// A set of the facts of the tenant that checks need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needed(u32);

impl Needed {
    pub(super) fn add(&mut self, fact: Fact) {
        *self = self.with(fact);
    }

    /// Returns the set with `fact` added.
    #[must_use]
    pub const fn with(self, fact: Fact) -> Self {
        Self(self.0 | 1 << (fact as u32))
    }

    /// Returns the union of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns true if `fact` is in the set.
    #[must_use]
    pub const fn has(self, fact: Fact) -> bool {
        self.0 & (1 << (fact as u32)) != 0
    }

    /// Returns the set without `fact`.
    #[must_use]
    pub const fn without(self, fact: Fact) -> Self {
        Self(self.0 & !(1 << (fact as u32)))
    }

    /// Returns the names of the facts, as rules and tenant files spell them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let needed = move |(fact, _): &&(Fact, &'static str)| self.has(*fact);
        Fact::ALL.iter().filter(needed).map(|(_, name)| *name)
    }
}

/// Returns the facts of the tenant that decide whether a value of this row is refused.
pub(super) fn deciding(property: &Property) -> Needed {
    let known = property.known.iter().filter(|known| known.counts_as_undecided());
    known.fold(Needed::default(), |needed, known| needed.with(known.fact))
}

impl Checked {
    /// Returns the result for a file that is not JSON, with the finding that describes it.
    #[must_use]
    pub fn not_json(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            ..Self::default()
        }
    }
}

/// One record as the response identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutcome {
    /// The key of the record in `successDetails`.
    pub key: String,
}
