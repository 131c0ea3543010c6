//! What findings have said: a file with a million of them mostly repeats itself, and what is the same is kept once.
//!
//! A table of what was said last, of fixed size: a text has one slot, and takes it from the one before. So neither a file in
//! which no two findings agree nor one made so that slots collide costs more than the findings themselves.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::messages::Draft;
use crate::finding::{Grounds, Predicted, Syntax, Text, Wording};

/// How many of each kind are remembered; more than an endpoint has constraints.
const SLOTS: usize = 256;

/// A longer text is hardly said twice.
const LONGEST: usize = 256;

/// What was said last.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Vec<Option<Text>>,
    grounds: Vec<Option<Arc<Grounds>>>,
    predicted: Vec<Option<Arc<Predicted>>>,
}

impl Default for Interner {
    fn default() -> Self {
        Self {
            texts: vec![None; SLOTS],
            grounds: vec![None; SLOTS],
            predicted: vec![None; SLOTS],
        }
    }
}

impl Interner {
    /// This text, shared with who said it before.
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

    /// What a note stands on, shared likewise.
    pub(super) fn grounds(&mut self, note: &Draft<'_>, constraint: &str, endpoint: &str) -> Arc<Grounds> {
        self.grounds_of(note, constraint, endpoint, None)
    }

    /// The same for a mistake in the text of the file.
    pub(super) fn grounds_of(
        &mut self,
        note: &Draft<'_>,
        constraint: &str,
        endpoint: &str,
        syntax: Option<Syntax>,
    ) -> Arc<Grounds> {
        let same = |known: &Grounds| {
            known.constraint == constraint
                && known.rule == note.rule
                && known.why == note.why
                && known.source == note.source
                && known.endpoint == endpoint
                && (known.evidence, known.phase, known.syntax) == (note.evidence, note.phase, syntax)
        };
        let make = || Grounds {
            rule: Cow::Owned(note.rule.clone().into_owned()),
            constraint: constraint.to_owned(),
            evidence: note.evidence,
            endpoint: Cow::Owned(endpoint.to_owned()),
            why: note.why.clone().into_owned(),
            source: note.source.to_owned(),
            phase: note.phase,
            syntax,
        };
        shared(&mut self.grounds, slot((constraint, &note.rule)), same, make)
    }

    /// An error that is predicted, shared likewise.
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

/// What is in a slot, if it is the same; else what is made takes its place.
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

/// The slot of a text: the same on every run.
fn slot(text: impl Hash) -> usize {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_again_is_kept_once() {
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
