//! A scalar meets its row: its type first, then what its text has to be.

use super::Linter;
use crate::finding::Severity;
use crate::json::{JsonKind, NodeId, utf16_len};
use crate::rules::{Glance, Property, Shape, Table, Type};
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
        if binds && property.glance == Glance::Typed {
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
        if let (Type::String, Some(text)) = (property.ty, self.scalar_text(value)) {
            self.text(property, value, &text);
        }
    }

    /// Whether the value is right, as far as its own row goes, and that is plain to see.
    #[inline]
    pub(super) fn right_at_a_glance(&self, property: &Property, value: NodeId) -> bool {
        let node = self.tree.node(value);
        match property.glance {
            Glance::Never => false,
            Glance::Typed => !node.malformed && self.surely_binds(property.ty, value),
            Glance::Text(most) => {
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
        let digits = |most: usize| {
            let raw = node.span.bytes(self.text);
            raw.len() <= most && raw.iter().all(u8::is_ascii_digit)
        };
        match (ty, node.kind) {
            (Type::String, JsonKind::String) | (Type::Boolean, JsonKind::True | JsonKind::False) => true,
            (Type::Int, JsonKind::Number) => digits(9),
            (Type::Long, JsonKind::Number) => digits(18),
            (Type::Decimal, JsonKind::Number) => {
                let raw = node.span.bytes(self.text);
                raw.len() <= 18 && raw.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
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
            JsonKind::Null => self.null_text(property, element),
            _ => {
                if !self.bind_as(property, Type::String, element) {
                    return;
                }
            }
        }
        if self
            .scalar_text(element)
            .is_some_and(|text| !text.is_empty() && text.trim().is_empty())
        {
            self.blank(property, element);
        }
        if let (false, Some(text)) = (property.known.is_empty(), self.scalar_text(element)) {
            self.known(property, element, &text);
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

    /// What a text that is neither null nor empty has to be.
    fn text(&mut self, property: &'a Property, value: NodeId, text: &str) {
        if property.glance == Glance::Typed {
            return;
        }
        let blank = property.has_to_say && text.trim().is_empty();
        if blank {
            self.blank(property, value);
        }
        if let Some(limit) = property.max_length {
            // UTF-8 never has fewer bytes than UTF-16 has units.
            if text.len() > limit as usize && utf16_len(text) > limit as usize {
                self.too_long(property, value, limit, utf16_len(text), text);
                return;
            }
        }
        // Where the tenant's own list speaks, a public one has nothing to add.
        let decided = (!property.known.is_empty() && self.known(property, value, text)) || blank;
        if let Some(list) = &property.one_of
            && !(decided && list.claim.severity == Severity::Warning)
            && !list.holds(text)
        {
            self.not_in_list(property, list, value, text);
        }
        if let Some(shape) = property.shape
            && !decided
            && !has_shape(shape, text)
        {
            self.odd_shape(property, shape, value, text);
        }
    }
}

/// How many checks of the text could not be made, if all others find it right, and not only by a narrow margin.
///
/// The counterpart of [`Linter::text`], for records that are skimmed: it may refuse what that accepts, and nothing else.
pub(super) fn right_text(property: &Property, text: &str, facts: &Facts<'_>, in_list: bool) -> Option<u64> {
    if !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
        // Empty, or perhaps blank; in a list an empty text is right where nothing else is asked of it.
        return (in_list && text.is_empty() && property.known.is_empty()).then_some(0);
    }
    if property
        .max_length
        .is_some_and(|limit| text.len() > limit as usize)
    {
        return None;
    }
    let mut undecided = 0;
    for known in &property.known {
        if known.also.iter().any(|word| word.eq_ignore_ascii_case(text)) {
            continue;
        }
        match facts.knows(known.fact, text) {
            Knowledge::Right => {}
            Knowledge::Wrong => return None,
            Knowledge::CannotTell if known.suspect.is_some_and(|shape| has_shape(shape, text)) => {
                return None;
            }
            Knowledge::CannotTell => undecided += u64::from(known.claim.severity == Severity::Error),
        }
    }
    let listed = property.one_of.as_ref().is_none_or(|list| list.holds(text));
    let shaped = property.shape.is_none_or(|shape| has_shape(shape, text));
    (listed && shaped).then_some(undecided)
}

/// Whether a text looks like what it should be; generous, for a warning has to be right.
pub(super) fn has_shape(shape: Shape, text: &str) -> bool {
    match shape {
        Shape::Email if text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let mut signs = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'@');
            matches!((signs.next(), signs.next()), (Some((_, at)), None) if at > 1 && at < text.len())
        }
        Shape::Email => {
            text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            }) && !text.contains(char::is_whitespace)
        }
        Shape::Culture => {
            let mut parts = text.split('-');
            parts.next().is_some_and(|language| {
                matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic())
            }) && parts.all(|part| {
                matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (text, is) in [
            ("a@b", true),
            ("ann@example.com", true),
            ("@b", false),
            ("a@", false),
            ("a@b@c", false),
            ("a b@c", false),
            ("@", false),
            ("", false),
            ("a@@b", false),
            ("@a@b", false),
            ("\u{e9}@b", true),
            ("\u{e9}@b@c", false),
            ("\u{e9}@\u{a0}b", false),
        ] {
            assert_eq!(has_shape(Shape::Email, text), is, "{text}");
        }
        for (text, is) in [
            ("en", true),
            ("en-US", true),
            ("zh-Hans-CN", true),
            ("english", false),
            ("en_US", false),
            ("", false),
        ] {
            assert_eq!(has_shape(Shape::Culture, text), is, "{text}");
        }
    }
}
