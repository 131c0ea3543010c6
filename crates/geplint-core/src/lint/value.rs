//! A scalar meets its row: its type first, then what its text has to be.

use super::Linter;
use super::judge::{self, Fault, Stands, plain_number};
use crate::finding::Severity;
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, QuickCheck, Table, Type};
use crate::tenant::{Facts, Knowledge};
use dotnet_bind::{self as bind, Change, EnumMember, Failure, Scalar};

impl<'a> Linter<'a> {
    pub(super) fn scalar_property(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        value: NodeId,
    ) {
        let binds = self.surely_binds(property.ty, value);
        if binds && property.quick_check == QuickCheck::Typed {
            return;
        }
        if !binds && !self.bind_scalar(property, value) {
            return;
        }
        if self.is_nothing(value) {
            if property.ty == Type::String {
                self.missing(table, property, objects, value);
            }
            return;
        }
        if property.quick_check == QuickCheck::Typed {
            return;
        }
        let inner = match self.kind(value) {
            JsonKind::Object => self.unwrapped_value(value),
            _ => Some(value),
        };
        if let Some(text) = inner.and_then(|inner| self.scalar_text(inner)) {
            self.text(property, value, &text, Stands::InRow);
        }
    }

    /// Whether the value is right, as far as its own row goes, and that is plain to see.
    #[inline]
    pub(super) fn surely_right(&self, property: &Property, value: NodeId) -> bool {
        let node = self.tree.node(value);
        match property.quick_check {
            QuickCheck::Never => false,
            QuickCheck::Typed => !node.malformed && self.surely_binds(property.ty, value),
            QuickCheck::Text(most) => {
                node.kind == JsonKind::String
                    && !node.malformed
                    && node.span.len() > 2
                    && node.span.len() - 2 <= most
                    && matches!(node.span.bytes(self.text), [b'"', b'!'..=b'~', .., b'"'])
                    // The first of several characters may be written as an escape, of a blank too.
                    && !node.escaped
            }
        }
    }

    /// What nearly every value is: of its own type, and too short to be out of range. The binder need not be asked.
    fn surely_binds(&self, ty: Type, value: NodeId) -> bool {
        let node = self.tree.node(value);
        match (ty, node.kind) {
            (Type::String, JsonKind::String) | (Type::Boolean, JsonKind::True | JsonKind::False) => true,
            (Type::Int | Type::Long | Type::Decimal, JsonKind::Number) => {
                plain_number(ty, node.span.bytes(self.text))
            }
            (Type::Enum(id), JsonKind::String) => {
                let text = self.decoded(value);
                self.endpoint.enums[usize::from(id)]
                    .members
                    .iter()
                    .any(|member| *member.name == text)
            }
            _ => false,
        }
    }

    /// An element of a list of texts.
    pub(super) fn text_element(&mut self, property: &'a Property, element: NodeId) {
        match self.kind(element) {
            JsonKind::String => {}
            JsonKind::Null if property.null_elements_allowed => return,
            JsonKind::Null => return self.null_text(property, element),
            _ => {
                if !self.bind_as(property, Type::String, element) {
                    return;
                }
            }
        }
        if let Some(text) = self.scalar_text(element) {
            self.text(property, element, &text, Stands::InList);
        }
    }

    /// Whether the value converts to the row's type; tells where it does not, and where it changes.
    pub(super) fn bind_scalar(&mut self, property: &Property, value: NodeId) -> bool {
        self.bind_as(property, property.ty, value)
    }

    fn bind_as(&mut self, property: &Property, ty: Type, value: NodeId) -> bool {
        let wrapped = match (ty, self.kind(value)) {
            (Type::Long | Type::Enum(_), JsonKind::Object) => self.unwrapped_value(value),
            _ => None,
        };
        if let (Type::Long | Type::Enum(_), super::object::Resolved::Refused(sentence)) =
            (ty, self.resolve(value))
        {
            self.refused(value, Some(property), &sentence);
            return false;
        }
        if wrapped.is_some() {
            self.reader_name_in(value, "$value");
        }
        let node = wrapped.unwrap_or(value);
        let text = self.scalar_text(node).unwrap_or_default();
        let name = self.clr_name(ty);
        let (scalar, members) = self.scalar(ty);
        match bind::bind(scalar, members, true, self.json(node, &text), &name) {
            Ok(bound) => {
                if let Some(change) = bound.change {
                    let becomes = bound.becomes(members);
                    let told = self.findings.len();
                    self.changed(property, value, change, &becomes);
                    if matches!(change, Change::TextToBoolean | Change::TextToNumber) {
                        self.mend(told, self.plain_value(ty, value, &bound, &becomes));
                    }
                }
                self.nullable(property, value, ty);
                true
            }
            // What even a nullable type refuses is told in the words of the plain one: nullability is not known.
            Err(failure) => {
                let plain = bind::bind(scalar, members, false, self.json(node, &text), &name).err();
                self.not_bound(property, value, ty, &plain.unwrap_or(failure), &text)
            }
        }
    }

    /// Null for a type that may not be nullable: the platform's answer depends on what we cannot know.
    fn nullable(&mut self, property: &Property, value: NodeId, ty: Type) {
        if ty == Type::String || !self.is_nothing(value) {
            return;
        }
        let text = self.scalar_text(value).unwrap_or_default();
        let (scalar, members) = self.scalar(ty);
        if let Err(failure) = bind::bind(
            scalar,
            members,
            false,
            self.json(value, &text),
            &self.clr_name(ty),
        ) {
            self.not_nullable(property, value, &failure.sentence);
        }
    }

    /// Returns whether the checks that follow make sense.
    fn not_bound(
        &mut self,
        property: &Property,
        value: NodeId,
        ty: Type,
        failure: &Failure,
        text: &str,
    ) -> bool {
        let open = match ty {
            Type::Enum(id) => {
                let list = &self.endpoint.enums[usize::from(id)];
                (list.open && failure.unknown_member).then_some(list)
            }
            _ => None,
        };
        let Some(list) = open else {
            self.refused(value, Some(property), &failure.sentence);
            return false;
        };
        match self.membership(list, text) {
            Knowledge::Right => {}
            Knowledge::Wrong => self.refused(value, Some(property), &failure.sentence),
            Knowledge::CannotTell => {
                if let Some(fact) = list.fact {
                    *self.undecided += 1;
                    self.needed.add(fact);
                }
                self.unlisted_member(property, value, text, &list.members);
            }
        }
        true
    }

    pub(super) fn scalar(&self, ty: Type) -> (Scalar, &'a [EnumMember]) {
        match ty {
            Type::Boolean => (Scalar::Boolean, &[]),
            Type::Int => (Scalar::Int, &[]),
            Type::Long => (Scalar::Long, &[]),
            Type::Decimal => (Scalar::Decimal, &[]),
            Type::DateTime => (Scalar::DateTime, &[]),
            Type::Enum(id) => (Scalar::Enum, &self.endpoint.enums[usize::from(id)].members),
            _ => (Scalar::String, &[]),
        }
    }

    /// Reports what is wrong with the text of a value that converts.
    fn text(&mut self, property: &'a Property, value: NodeId, text: &str, stands: Stands) {
        let facts = self.facts;
        let undecided = judge::text(property, text, stands, facts, |fault| match fault {
            Fault::Blank => self.blank(property, value),
            Fault::TooLong(limit, length) => self.too_long(property, value, limit, length, text),
            Fault::Unknown(known) => self.unknown_value(property, known, value, text),
            Fault::NotInList(list) => self.not_in_list(property, list, value, text),
            Fault::OddShape(shape) => self.odd_shape(property, shape, value, text),
        });
        if undecided > 0 {
            *self.undecided += undecided;
            for known in property
                .known
                .iter()
                .filter(|known| known.claim.severity == Severity::Error)
            {
                self.needed.add(known.fact);
            }
        }
    }
}

/// How many checks of a text could not be made, if nothing is wrong with it. What is empty is left to the engine.
pub(super) fn right_text(property: &Property, text: &str, facts: &Facts<'_>, stands: Stands) -> Option<u64> {
    if text.is_empty() && stands == Stands::InRow {
        return None;
    }
    let mut right = true;
    let undecided = judge::text(property, text, stands, facts, |_| right = false);
    right.then_some(undecided)
}
