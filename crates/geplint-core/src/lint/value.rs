//! Checks a scalar against its row: first its type, then its string.

use super::checked_body::deciding;
use super::messages;
use super::record_state::{Linter, Resolved};
use crate::finding::FixKind;
use crate::json::{JsonKind, NodeId};
use crate::rules::{Fault, Property, QuickCheck, Table, TextPosition, Type, judge, plain_number};
use crate::tenant::Presence;
use dotnet_bind::{self as bind, Bound, Change, Failure, Json};

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
        if self.is_null_or_empty(value) {
            if property.ty == Type::String {
                self.missing(table, property, objects, value);
            }
            return;
        }
        if property.quick_check == QuickCheck::Typed && property.value_checks.is_empty() {
            return;
        }
        let inner = match self.kind(value) {
            JsonKind::Object => self.unwrapped_value(value),
            _ => Some(value),
        };
        if let Some(text) = inner.and_then(|inner| self.scalar_text(inner)) {
            self.text(property, value, &text, TextPosition::Row);
        }
    }

    /// Returns true if the value certainly violates nothing in its row, by a quick check.
    #[inline]
    pub(super) fn surely_right(&self, property: &Property, value: NodeId) -> bool {
        let node = self.tree.node(value);
        match property.quick_check {
            QuickCheck::Never => false,
            QuickCheck::Typed => !node.malformed && self.surely_binds(property.ty, value),
            QuickCheck::Text(most) => {
                node.span.len() > 2 && node.span.len() - 2 <= most && self.is_plain_text(value)
            }
            QuickCheck::MaybeText => self.is_plain_text(value),
        }
    }

    /// Returns true if the value is a string that, as written, cannot contain a defect.
    fn is_plain_text(&self, value: NodeId) -> bool {
        let node = self.tree.node(value);
        // An escape can represent any character.
        node.kind == JsonKind::String
            && !node.malformed
            && !node.escaped
            && matches!(node.span.bytes(self.text), [b'"', text @ .., b'"'] if self.endpoint.texts.is_plain(text))
    }

    /// Returns true if the value has exactly its declared type and is too short to be out of range. This is true for
    /// nearly every value, and saves a call of the binder.
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

    /// Checks an element of an array of strings.
    pub(super) fn text_element(&mut self, property: &'a Property, element: NodeId) {
        match self.kind(element) {
            JsonKind::String => {}
            JsonKind::Null if property.null_elements_allowed => return,
            JsonKind::Null => {
                let place = self.value_place(element);
                return self.warn_of(Some(property), place, messages::null_text(property));
            }
            _ => {
                if !self.bind_as(property, Type::String, element) {
                    return;
                }
            }
        }
        if let Some(text) = self.scalar_text(element) {
            self.text(property, element, &text, TextPosition::Element);
        }
    }

    /// Returns true if the value converts to the row's type. Reports a value that does not, or whose conversion
    /// changes it.
    pub(super) fn bind_scalar(&mut self, property: &Property, value: NodeId) -> bool {
        self.bind_as(property, property.ty, value)
    }

    fn bind_as(&mut self, property: &Property, ty: Type, value: NodeId) -> bool {
        let wrapped = match (ty, self.kind(value)) {
            (Type::Long | Type::Enum(_), JsonKind::Object) => self.unwrapped_value(value),
            _ => None,
        };
        if let (Type::Long | Type::Enum(_), Resolved::Refused(sentence)) = (ty, self.resolve(value)) {
            self.refused(value, Some(property), &sentence);
            return false;
        }
        if let Some(inner) = wrapped {
            self.wrapped_value(value, inner, "$value");
        }
        let node = wrapped.unwrap_or(value);
        let text = self.scalar_text(node).unwrap_or_default();
        let name = self.clr_name(ty);
        let (scalar, members) = self.scalar(ty);
        match bind::bind(scalar, members, true, self.json(node, &text), &name) {
            Ok(bound) => {
                if let Some(change) = bound.change {
                    let becomes = bound.becomes(members);
                    let index = self.checked.findings.len();
                    self.changed(property, value, change, &becomes);
                    if matches!(change, Change::TextToBoolean | Change::TextToNumber) {
                        self.fix(index, self.plain_value(ty, value, &bound, &becomes));
                    }
                }
                self.nullable(property, value, ty);
                true
            }
            // The sentence is that of the non-nullable type, even if a nullable type refuses the value, too:
            // nullability is unknown.
            Err(failure) => {
                let plain = bind::bind(scalar, members, false, self.json(node, &text), &name).err();
                self.not_bound(property, value, ty, &plain.unwrap_or(failure), &text)
            }
        }
    }

    /// Reports a null for a type that may not be nullable: the platform's answer depends on that.
    fn nullable(&mut self, property: &Property, value: NodeId, ty: Type) {
        if ty == Type::String || !self.is_null_or_empty(value) {
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

    /// Reports a value that does not bind. Returns true if further checks still make sense.
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
        match list.knows(text, self.facts) {
            Presence::Present => {}
            Presence::Absent => self.refused(value, Some(property), &failure.sentence),
            Presence::Unknown => {
                if list.fact.is_some() {
                    self.count_undecided(list.fact);
                }
                let violation = list.violation(property, text);
                let index = self.checked.findings.len();
                self.warn_of(Some(property), self.value_place(value), violation);
                self.fix(index, self.written(value, list.near(text)));
            }
        }
        true
    }

    /// Reports the faults of a string value that converts.
    fn text(&mut self, property: &'a Property, value: NodeId, text: &str, position: TextPosition) {
        let (facts, texts) = (self.facts, &self.endpoint.texts);
        let undecided = judge(property, text, position, facts, texts, |fault| {
            self.faulty(property, value, text, fault);
        });
        if undecided > 0 {
            self.checked.undecided += undecided;
            self.checked.needed = self.checked.needed.and(deciding(property));
        }
    }

    fn faulty(&mut self, property: &Property, value: NodeId, text: &str, fault: Fault<'_>) {
        let texts = &self.endpoint.texts;
        // A lone surrogate is decoded as a lost character, but has a separate finding.
        if fault.is_of_lost_character(text, texts) && !self.has_lost_character(value) {
            return;
        }
        let violation = fault.violation(property, text, self.facts, texts);
        let limit = property.max_length.unwrap_or(u32::MAX).to_string();
        let fills = [("property", &*property.name), ("value", text), ("limit", &limit)];
        let index = self.checked.findings.len();
        self.report(self.value_place(value), &property.constraint, violation, &fills);
        let meant = self.written(value, fault.meant(property, text, texts).as_deref());
        let trimmed = || {
            self.trimmed(value, text, |trimmed| {
                fault.is_fixed_by(trimmed, self.facts, texts)
            })
        };
        self.fix(index, meant.or_else(trimmed));
    }

    /// Returns the fix that replaces the current string by another one.
    fn written(&self, value: NodeId, meant: Option<&str>) -> Option<FixKind> {
        let meant = meant.filter(|_| self.kind(value) == JsonKind::String)?;
        serde_json::to_string(meant).ok().map(FixKind::Write)
    }

    /// Returns true if the file itself has U+FFFD in this value, directly or as an escape.
    fn has_lost_character(&self, value: NodeId) -> bool {
        let written = self.tree.node(value).span.of(self.text);
        written.contains('\u{FFFD}') || written.to_ascii_lowercase().contains("\\ufffd")
    }

    /// Returns the fix that removes the quotes, if the platform reads the unquoted value from the string.
    fn plain_value(&self, ty: Type, value: NodeId, bound: &Bound<'_>, becomes: &str) -> Option<FixKind> {
        let json = match (ty, becomes) {
            _ if self.kind(value) != JsonKind::String => return None,
            (Type::Boolean, "true") => Json::Bool(true),
            (Type::Boolean, "false") => Json::Bool(false),
            (Type::Int | Type::Long | Type::Decimal, number) => Json::Number(number),
            _ => return None,
        };
        let (scalar, members) = self.scalar(ty);
        let again = bind::bind(scalar, members, true, json, "").ok()?;
        (again.value == bound.value && again.change.is_none()).then(|| FixKind::Retype(becomes.to_owned()))
    }
}
