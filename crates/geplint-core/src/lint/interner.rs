//! Interns the strings of findings, so that equal strings are stored once. Most findings of a large file repeat.
//!
//! The table has a fixed size: each string has one slot, and replaces the string that was there. So the memory is
//! bounded, even for a file whose findings all differ or are made to collide.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::finding::{Basis, Predicted, Syntax, Text, Wording};
use crate::rules::Claim;

/// The number of slots for each kind of entry; more than an endpoint has constraints.
const SLOTS: usize = 256;

/// The longest string that is interned, in bytes. Longer ones rarely repeat.
const LONGEST: usize = 256;

/// The strings of recent findings.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Vec<Option<Text>>,
    basis: Vec<Option<Arc<Basis>>>,
    predicted: Vec<Option<Arc<Predicted>>>,
}

impl Default for Interner {
    fn default() -> Self {
        Self {
            texts: vec![None; SLOTS],
            basis: vec![None; SLOTS],
            predicted: vec![None; SLOTS],
        }
    }
}

impl Interner {
    /// Returns the string, shared with an equal earlier one.
    pub(super) fn text(&mut self, text: &str) -> Text {
        if text.len() > LONGEST {
            return text.into();
        }
        let Some(known) = self.texts.get_mut(slot(text)) else {
            return text.into();
        };
        match known {
            Some(known) if *known == *text => known.clone(),
            _ => known.insert(text.into()).clone(),
        }
    }

    /// Returns the basis of a finding (the claim, why it holds, the constraint's name), shared with an equal earlier
    /// one.
    pub(super) fn basis(
        &mut self,
        claim: &Claim,
        why: &str,
        constraint: &str,
        endpoint: &str,
        syntax: Option<Syntax>,
    ) -> Arc<Basis> {
        let same = |known: &Basis| {
            known.constraint == constraint
                && known.rule == claim.rule
                && known.why == why
                && known.source == claim.source
                && known.endpoint == endpoint
                && (known.evidence, known.phase, known.syntax) == (claim.evidence, claim.phase, syntax)
        };
        let make = || Basis {
            rule: Cow::Owned(claim.rule.clone().into_owned()),
            constraint: constraint.to_owned(),
            evidence: claim.evidence,
            endpoint: Cow::Owned(endpoint.to_owned()),
            why: why.to_owned(),
            source: claim.source.clone().into_owned(),
            phase: claim.phase,
            unseen: false,
            syntax,
        };
        shared(&mut self.basis, slot((constraint, &claim.rule)), same, make)
    }

    /// Returns a predicted error, shared with an equal earlier one.
    pub(super) fn predicted(
        &mut self,
        key: Text,
        code: &str,
        description: &str,
        wording: Wording,
    ) -> Arc<Predicted> {
        let made = Predicted {
            key,
            error_code: self.text(code),
            error_description: self.text(description),
            wording,
        };
        let slot = slot((code, description));
        let same = |known: &Predicted| *known == made;
        shared(&mut self.predicted, slot, same, || made.clone())
    }
}

/// Returns the entry of a slot if it is equal; otherwise stores a new entry there.
fn shared<T>(
    slots: &mut [Option<Arc<T>>],
    slot: usize,
    same: impl Fn(&T) -> bool,
    make: impl FnOnce() -> T,
) -> Arc<T> {
    let Some(known) = slots.get_mut(slot) else {
        return Arc::new(make());
    };
    match known {
        Some(known) if same(known) => known.clone(),
        _ => known.insert(Arc::new(make())).clone(),
    }
}

/// Returns the slot of a string; the same on every run.
fn slot(text: impl Hash) -> usize {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_are_stored_once() {
        let mut interner = Interner::default();
        let (one, same, other) = (interner.text("a"), interner.text("a"), interner.text("b"));
        assert!(std::ptr::eq(&raw const *one, &raw const *same), "kept twice");
        assert_eq!((&*one, &*other), ("a", "b"));
        for number in 0..10_000 {
            let text = number.to_string();
            assert_eq!(interner.text(&text), *text);
        }
        assert_eq!(interner.text("a"), *"a");
    }
}
