//! Builds findings: their place, their record, their predicted answer.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use super::messages::{self, fill, reason};
use super::record_state::{Linter, RecordKey, Step, key_of};
use crate::finding::{Finding, FixKind, Predicted, Severity, Span, Target, Text, Wording};
use crate::json::{JsonKind, NodeId};
use crate::pointer::push as push_token;
use crate::rules::{Answer, Property, Type, ValueCheck, Violation, cut};

/// The longest key, in characters, that findings show. Longer ones are not real keys, and many findings would repeat
/// them.
const LONGEST_KEY: usize = 256;

/// The initial capacity of a pointer, in bytes; enough for nearly every pointer. A file can have millions of
/// pointers, so growing by doubling would waste memory.
const USUAL_POINTER: usize = 24;

/// The key under which the platform reports a body that does not bind.
const BINDING_KEY: &str = "Model Validation";

impl RecordKey {
    fn new(key: &str) -> Self {
        let whole = Text::from(key);
        let cut = match cut(key, LONGEST_KEY) {
            Cow::Borrowed(_) => whole.clone(),
            Cow::Owned(cut) => cut.into(),
        };
        Self { whole, cut }
    }
}

/// The place of a finding.
pub(super) struct Place {
    pub target: Target,
    pub span: Span,
    pub pointer: String,
    pub related: Option<Box<(Span, Cow<'static, str>)>>,
}

impl Place {
    /// Returns a place that is the request as a whole.
    pub(super) fn of_body(span: Span) -> Self {
        Self::new(Target::Value, span, String::new())
    }

    pub(super) fn new(target: Target, span: Span, pointer: String) -> Self {
        Self {
            target,
            span,
            pointer,
            related: None,
        }
    }

    /// Adds a second place that belongs to this one.
    pub(super) fn with(mut self, related: Span, label: &'static str) -> Self {
        self.related = Some(Box::new((related, label.into())));
        self
    }
}

pub(super) fn push_number(pointer: &mut String, number: u32) {
    // Writing to a string cannot fail.
    let _ = write!(pointer, "{number}");
}

impl Linter<'_> {
    // ---- places ----

    /// Returns the RFC 6901 pointer of the current value, with names as the request spells them.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(USUAL_POINTER);
        if let Some(key) = self.wrapped_in {
            pointer.push('/');
            push_token(&mut pointer, &self.decoded(key));
        }
        if let Some(record) = self.record {
            pointer.push('/');
            push_number(&mut pointer, record);
        }
        for step in &self.buffers.path {
            pointer.push('/');
            match step {
                Step::Index(index) => push_number(&mut pointer, *index),
                Step::Key(key) => push_token(&mut pointer, &self.decoded(*key)),
            }
        }
        pointer
    }

    pub(super) fn value_place(&self, value: NodeId) -> Place {
        Place::new(Target::Value, self.tree.node(value).span, self.pointer())
    }

    pub(super) fn key_place(&self, key: NodeId) -> Place {
        let mut pointer = self.pointer();
        pointer.push('/');
        push_token(&mut pointer, &self.decoded(key));
        Place::new(Target::Key, self.tree.node(key).span, pointer)
    }

    /// Returns the pointer of a member of the current object.
    pub(super) fn member_pointer(&self, value: NodeId) -> String {
        self.key_place(key_of(value)).pointer
    }

    pub(super) fn absent_place(&self, objects: &[NodeId], name: &str) -> Place {
        let mut place = self.object_place(objects);
        place.pointer.push('/');
        push_token(&mut place.pointer, name);
        place
    }

    pub(super) fn object_place(&self, objects: &[NodeId]) -> Place {
        let object = objects.last().map(|object| self.tree.node(*object).span);
        Place::new(Target::Object, object.unwrap_or_default(), self.pointer())
    }

    // ---- the record's key ----

    /// Returns the record's key in `successDetails`: the first of its key properties that is present.
    pub(super) fn record_key(&self) -> &RecordKey {
        let look = || {
            let table = self.endpoint.record_table();
            let of = |root| {
                let mut ids = self.endpoint.key.iter();
                ids.find_map(|id| {
                    let value = self.last(table, &[root], *id)?;
                    self.shown_text(value).filter(|text| !text.is_empty())
                })
            };
            RecordKey::new(&self.root.and_then(of).unwrap_or_default())
        };
        self.known_key.get_or_init(look)
    }

    /// Returns the text of the record's key, once the record has been read.
    pub(super) fn key_text(&self) -> String {
        self.key
            .and_then(|value| self.shown_text(value))
            .map_or_else(String::new, Cow::into_owned)
    }

    pub(super) fn error_key(&mut self) -> Text {
        let endpoint = self.endpoint;
        match &endpoint.error_key {
            Some(key) => self.buffers.interner.get_or_insert_default().text(key),
            None => self.record_key().whole.clone(),
        }
    }

    // ---- findings ----

    fn push(
        &mut self,
        place: Place,
        constraint: &str,
        violation: Violation<'_>,
        predicted: Option<Arc<Predicted>>,
    ) {
        let Violation { claim, message, help } = violation;
        if self.endpoint.off.iter().any(|rule| *rule == claim.rule) {
            return;
        }
        let order = u32::try_from(self.checked.findings.len()).unwrap_or(u32::MAX);
        let record_key = self.root.map(|_| self.record_key().cut.clone());
        let interner = self.buffers.interner.get_or_insert_default();
        let finding = Finding {
            basis: interner.basis(&claim, &reason(&claim), constraint, &self.endpoint.id, None),
            severity: claim.severity,
            record: self.record,
            record_key,
            pointer: place.pointer,
            target: place.target,
            span: place.span,
            related: place.related,
            message: interner.text(&message),
            help: interner.text(&help),
            predicted,
            masked: None,
            order,
            suggestion: None,
            belongs: None,
            fix_kind: None,
        };
        self.checked.findings.push(finding);
    }

    /// Adds a finding that no row states and that predicts nothing.
    pub(super) fn warn(&mut self, place: Place, violation: Violation<'_>) {
        self.push(place, "", violation, None);
    }

    /// The same for the value of a row, if there is one.
    pub(super) fn warn_of(&mut self, property: Option<&Property>, place: Place, violation: Violation<'_>) {
        self.predict_of(property, place, violation, None);
    }

    /// The same with a predicted error.
    pub(super) fn predict_of(
        &mut self,
        property: Option<&Property>,
        place: Place,
        violation: Violation<'_>,
        predicted: Option<Arc<Predicted>>,
    ) {
        match property {
            Some(row) => self.push(place, &row.constraint, violation.about(row), predicted),
            None => self.push(place, "", violation, predicted),
        }
    }

    /// Adds a finding with the answer of its claim. The answer is a template that is filled with `fills`.
    pub(super) fn report(
        &mut self,
        place: Place,
        constraint: &str,
        violation: Violation<'_>,
        fills: &[(&str, &str)],
    ) {
        let claim = &violation.claim;
        let predicted = match (&claim.answer, claim.severity) {
            (Some(answer), Severity::Error) => Some(self.predicted(answer, claim.wording, fills)),
            _ => None,
        };
        self.push(place, constraint, violation, predicted);
    }

    pub(super) fn predicted(
        &mut self,
        answer: &Answer,
        wording: Wording,
        fills: &[(&str, &str)],
    ) -> Arc<Predicted> {
        let key = self.error_key();
        let interner = self.buffers.interner.get_or_insert_default();
        interner.predicted(
            key,
            &answer.error_code,
            &fill(&answer.description, fills),
            wording,
        )
    }

    /// Returns the predicted error for a body that does not convert.
    pub(super) fn unconverted(&mut self, sentence: &str) -> Arc<Predicted> {
        let interner = self.buffers.interner.get_or_insert_default();
        let key = interner.text(BINDING_KEY);
        interner.predicted(key, "", sentence, Wording::Inferred)
    }

    /// Reports a null that the service dereferences.
    pub(super) fn dereferenced(&mut self, property: Option<&Property>, node: NodeId) {
        let predicted = self.predicted(&self.endpoint.answers.null, Wording::Inferred, &[]);
        let violation = messages::dereferenced(property);
        self.predict_of(property, self.value_place(node), violation, Some(predicted));
    }

    /// Reports a name with a special meaning to the platform's reader.
    pub(super) fn reader_name(&mut self, key: NodeId, name: &str) {
        let place = self.key_place(key);
        self.warn(place, messages::reader_name(name));
    }

    /// The same for the first member with this name.
    pub(super) fn reader_name_in(&mut self, object: NodeId, name: &str) {
        let key = self
            .tree
            .members(object)
            .map(|(key, _)| key)
            .find(|key| self.decoded(*key) == name);
        if let Some(key) = key {
            self.reader_name(key, name);
        }
    }

    /// The same for a name whose value, `inner`, the reader uses in place of the object around it.
    ///
    /// The fix unwraps the value if all names of the object begin with `$`.
    pub(super) fn wrapped_value(&mut self, object: NodeId, inner: NodeId, name: &str) {
        let index = self.checked.findings.len();
        self.reader_name_in(object, name);
        let is_alone = self
            .tree
            .members(object)
            .all(|(key, _)| self.decoded(key).starts_with('$'));
        if is_alone {
            let (around, inner) = (self.tree.node(object).span, self.tree.node(inner).span);
            let edits = vec![
                (Span::new(around.start, inner.start), String::new()),
                (Span::new(inner.end, around.end), String::new()),
            ];
            self.fix(index, Some(FixKind::Unwrap(edits)));
        }
    }

    /// Reports a placeholder in place of a value or a name, unless placeholders are allowed there.
    pub(super) fn not_filled_in(&mut self, property: Option<&Property>, place: Place) {
        let written = place.span.of(self.original);
        // In free text, placeholder marks may be intended.
        let is_free = |row: &Property| {
            matches!(row.ty, Type::String | Type::StringList)
                && !row.value_checks.contains(&ValueCheck::NoPlaceholder)
        };
        let is_meant = written.starts_with('"') && property.is_some_and(is_free);
        // The placeholder is inside an object, and is reported separately.
        let is_around = place.span.of(self.text).starts_with('{');
        if self.reports_unknown && !is_meant && !is_around {
            let violation = messages::not_filled_in(property, written, place.target);
            match property {
                Some(row) => self.push(place, &row.constraint, violation.about(row), None),
                None => self.push(place, "", violation, None),
            }
        }
    }

    // ---- fixes ----

    /// Sets the fix of a finding, if the finding was added and no syntax error in its record was repaired by a guess.
    pub(super) fn fix(&mut self, finding: usize, fix_kind: Option<FixKind>) {
        if let (false, Some(finding)) = (self.tree.damaged, self.checked.findings.get_mut(finding)) {
            finding.fix_kind = fix_kind.map(Box::new);
        }
    }

    /// Returns the fix that trims a string, if the trimmed string passes `fits`.
    pub(super) fn trimmed(&self, value: NodeId, text: &str, fits: impl Fn(&str) -> bool) -> Option<FixKind> {
        let trimmed = text.trim();
        let has_whitespace = self.kind(value) == JsonKind::String && trimmed != text && !trimmed.is_empty();
        (has_whitespace && fits(trimmed)).then_some(FixKind::Trim)
    }
}
