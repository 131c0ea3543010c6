//! What comes of checking a request body.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::rules::{Fact, Property};

/// What came of checking one request body.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything that was found, in the order of [`crate::finding::sort`].
    pub findings: Vec<Finding>,
    /// How many records the request has.
    pub records: u32,
    /// How many of them were plainly right, so that the engine did not look at them.
    pub fast_records: u32,
    /// One entry a record, in request order; empty unless asked for.
    pub outcomes: Vec<RecordOutcome>,
    /// Checks that could not be made because they need facts of the tenant.
    pub undecided: u64,
    /// The facts that these checks need; complete only where outcomes were asked for.
    pub needed: Needed,
    /// The facts that could still change whether a record is taken: those of checks of records that are not refused anyway.
    pub open: Needed,
    /// How many records lack a property that only a new contact needs, by its name, where it is not known who is new.
    /// Records that are refused anyway do not count.
    pub refused_if_new: BTreeMap<String, u64>,
    /// Every mistake in the syntax was surely read as its author meant it.
    pub recoverable: bool,
    /// Errors of the answer for which one finding speaks: the records are wrapped. Only [`crate::predict`] needs them.
    pub implied: Box<[Finding]>,
}

/// Facts of the tenant that checks need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needed(u32);

impl Needed {
    pub(super) fn add(&mut self, fact: Fact) {
        *self = self.with(fact);
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, fact: Fact) -> Self {
        Self(self.0 | 1 << (fact as u32))
    }

    /// These and others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a check needs this one.
    #[must_use]
    pub const fn has(self, fact: Fact) -> bool {
        self.0 & (1 << (fact as u32)) != 0
    }

    /// The others.
    #[must_use]
    pub const fn without(self, fact: Fact) -> Self {
        Self(self.0 & !(1 << (fact as u32)))
    }

    /// The names of the facts, as rules and tenant files have them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let needed = move |(fact, _): &&(Fact, &'static str)| self.has(*fact);
        Fact::ALL.iter().filter(needed).map(|(_, name)| *name)
    }
}

/// The facts of the tenant that decide whether a value of this row is refused.
pub(super) fn deciding(property: &Property) -> Needed {
    let known = property.known.iter().filter(|known| known.is_missed());
    known.fold(Needed::default(), |needed, known| needed.with(known.fact))
}

impl Checked {
    /// Of a file that is not JSON, for the reason given.
    #[must_use]
    pub fn not_json(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            ..Self::default()
        }
    }
}

/// One record as the response would name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutcome {
    /// Its key in `successDetails`.
    pub key: String,
}
