//! Values that the platform does not convert, or whose conversion changes them.

use std::borrow::Cow;

use super::meant_value::{self, Reading};
use super::messages;
use super::record_state::{Linter, Step, is_of_reader};
use crate::finding::{FixKind, Span};
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, Table, Type, quoted, shortened};
use dotnet_bind::{self as bind, Change, Container};

impl Linter<'_> {
    /// Returns the name of the current value for messages: the property, or one of its elements.
    fn display_name<'p>(&self, property: &'p Property) -> Cow<'p, str> {
        match self.buffers.path.last() {
            Some(Step::Index(_)) => Cow::Owned(format!("an element of {}", property.name)),
            _ => Cow::Borrowed(&property.name),
        }
    }

    /// Returns the type that the current value must have: the property's type, or that of its elements.
    fn type_here(&self, property: &Property) -> Type {
        match (self.buffers.path.last(), property.ty) {
            (Some(Step::Index(_)), Type::StringList) => Type::String,
            (Some(Step::Index(_)), Type::ObjectList(id)) => Type::Object(id),
            (_, ty) => ty,
        }
    }

    /// Describes the value for a message.
    fn describe(&self, node: NodeId) -> String {
        let decoded = match self.kind(node) {
            JsonKind::String | JsonKind::Key => self.decoded(node),
            _ => Cow::Borrowed(""),
        };
        messages::describe_value(self.json(node, &decoded), self.tree.node(node).span.of(self.text))
    }

    /// Reports a value that the platform refuses to convert. The whole request fails.
    pub(super) fn refused(&mut self, node: NodeId, property: Option<&Property>, sentence: &str) {
        let (name, ty) = match property {
            Some(property) => (self.display_name(property), self.type_here(property)),
            None => (Cow::Borrowed("the record"), Type::Object(self.endpoint.record)),
        };
        let found = match (self.kind(node), ty) {
            // An object fails to convert to an object only if the reader refuses its `$ref`.
            (JsonKind::Object, Type::Object(_)) => "an object with this \"$ref\"".to_owned(),
            _ => self.describe(node),
        };
        let (help, fix_kind) = match self.reading(node, ty) {
            Some(reading) => {
                let help = format!("{}. Send {}.", reading.description, reading.json);
                (help, Some(FixKind::Write(reading.json)))
            }
            None => match property.and_then(|_| self.other_brackets(node, ty)) {
                Some((help, fix)) => (help, Some(fix)),
                None => (self.help(node, ty), None),
            },
        };
        let violation = messages::refused(&name, &found, ty, help);
        let predicted = self.unconverted(sentence);
        let index = self.checked.findings.len();
        self.predict_of(property, self.value_place(node), violation, Some(predicted));
        self.fix(index, fix_kind);
    }

    /// Returns the help for a value whose intended meaning is uncertain.
    fn help(&self, node: NodeId, ty: Type) -> String {
        let cut = self.cut_by_serializer(node, ty).map(str::to_owned);
        let help = cut.or_else(|| self.separated(node, ty));
        help.unwrap_or_else(|| messages::wanted(ty).to_owned())
    }

    /// Returns the help for a string that may be several codes, separated by a character.
    fn separated(&self, node: NodeId, ty: Type) -> Option<String> {
        /// The number of values from which on the help would be too long.
        const MANY: usize = 6;
        if ty != Type::StringList || self.kind(node) != JsonKind::String {
            return None;
        }
        let text = self.decoded(node);
        let separator = [';', '|', ',', '\n', '\t']
            .into_iter()
            .find(|mark| text.contains(*mark))?;
        let parts: Vec<&str> = text.split(separator).map(str::trim).collect();
        let is_code = |part: &&str| {
            let other = |c: char| c.is_whitespace() || "[]{}\"\\,;|".contains(c);
            !part.is_empty() && !part.contains(other)
        };
        let is_list = parts.len() < MANY && parts.iter().all(is_code);
        is_list.then(|| {
            let parts: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
            format!(
                "If these are {} values, send [{}].",
                parts.len(),
                parts.join(", ")
            )
        })
    }

    /// Returns the help and the fix for an object in place of an array of objects, and for an array in place of its
    /// only element.
    fn other_brackets(&self, node: NodeId, ty: Type) -> Option<(String, FixKind)> {
        let is_of = |node: NodeId, id| {
            let table = self.endpoint.table(id);
            let mut keys = self.tree.members(node).map(|(key, _)| self.decoded(key));
            keys.any(|name| table.find(&name).is_some())
        };
        let span = self.tree.node(node).span;
        if let (JsonKind::Object, Type::ObjectList(id)) = (self.kind(node), ty) {
            let at = |place: u32, mark: &str| (Span::new(place, place), mark.to_owned());
            return is_of(node, id).then(|| {
                let edits = vec![at(span.start, "["), at(span.end, "]")];
                let help = "Put [ before the object and ] after it.".to_owned();
                (help, FixKind::Unwrap(edits))
            });
        }
        if self.kind(node) == JsonKind::Object && !ty.is_container() {
            return self.value_in_object(node);
        }
        let mut elements = self.tree.elements(node);
        let (Some(only), None) = (elements.next(), elements.next()) else {
            return None;
        };
        let fits = match (self.kind(only), ty) {
            (JsonKind::Object, Type::Object(id)) => is_of(only, id),
            (_, ty) if ty.is_container() => false,
            (JsonKind::String | JsonKind::Number | JsonKind::True | JsonKind::False, _) => true,
            _ => false,
        };
        fits.then(|| {
            let help = "Send the value without the list around it.".to_owned();
            let value = self.tree.node(only).span;
            (help, FixKind::TakeOut { value, name: None })
        })
    }

    /// Returns the help and the fix for an object around a single value, as converters from XML and databases write it:
    /// `{"#text": "C-1"}`, `{"$numberInt": "1"}`.
    fn value_in_object(&self, node: NodeId) -> Option<(String, FixKind)> {
        let mut members = self.tree.members(node);
        let (Some((key, value)), None) = (members.next(), members.next()) else {
            return None;
        };
        let scalars = [
            JsonKind::String,
            JsonKind::Number,
            JsonKind::True,
            JsonKind::False,
        ];
        let name = self.decoded(key);
        let is_blank = self.kind(value) == JsonKind::String && self.decoded(value).trim().is_empty();
        let is_value = scalars.contains(&self.kind(value)) && !self.tree.node(value).malformed;
        if !is_value || is_blank || is_of_reader(&name) {
            return None;
        }
        let help = format!(
            "Send the value of {} without the object around it.",
            quoted(&name)
        );
        let fix_kind = FixKind::TakeOut {
            value: self.tree.node(value).span,
            name: Some(name.into_owned()),
        };
        Some((help, fix_kind))
    }

    /// Returns the help for a string in place of an object or array: its JSON, or the output of a serializer.
    fn cut_by_serializer(&self, node: NodeId, ty: Type) -> Option<&'static str> {
        let ends = match ty {
            Type::Object(_) => ('{', '}'),
            Type::ObjectList(_) | Type::StringList => ('[', ']'),
            _ => return None,
        };
        if self.kind(node) != JsonKind::String {
            return None;
        }
        let text = self.decoded(node);
        messages::cut_by_serializer(&text).or_else(|| {
            let is_json = text.trim().starts_with(ends.0) && text.trim().ends_with(ends.1);
            is_json.then_some("Send the JSON itself, not a string that contains it.")
        })
    }

    /// Returns a string or number as the only string of an array; `None` as for [`one_string`](Self::one_string).
    pub(super) fn in_array(&self, node: NodeId) -> Option<String> {
        Some(format!("[{}]", self.one_string(node)?))
    }

    /// Returns a string or number in an array of objects as the value of the element's only mandatory property, if
    /// that is a code. For other objects the meaning of a string is unclear: a string in place of an address is not a
    /// country code.
    fn in_object(&self, node: NodeId, table: &Table) -> Option<String> {
        if !matches!(self.buffers.path.last(), Some(Step::Index(_))) {
            return None;
        }
        let mut mandatory = table.properties.iter().filter(|property| property.is_mandatory());
        let (Some(property), None) = (mandatory.next(), mandatory.next()) else {
            return None;
        };
        let value = self.one_string(node)?;
        let is_code = property.ty == Type::String && property.is_code();
        is_code.then(|| format!("{{\"{}\": {value}}}", property.name))
    }

    /// Returns a string or number as a JSON string. `None` if it is blank or a placeholder, may be several strings, or is a
    /// number that is not only digits.
    fn one_string(&self, node: NodeId) -> Option<String> {
        let written = self.tree.node(node).span.of(self.text);
        match self.kind(node) {
            // `1.0` and `1e3` may be codes that a spreadsheet has changed.
            JsonKind::Number if written.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(format!("\"{written}\""))
            }
            JsonKind::String => {
                let text = self.decoded(node);
                let is_value = !text.trim().is_empty() && !self.endpoint.texts.is_placeholder(&text);
                let one = is_value && !text.contains(['[', '{', ',', ';', '|', '\n', '\t']);
                // Without the escapes of the file, unless there may be a lone surrogate, which needs one.
                let plain = serde_json::to_string(&text)
                    .ok()
                    .filter(|_| !text.contains('\u{fffd}'));
                one.then(|| plain.unwrap_or_else(|| written.to_owned()))
            }
            _ => None,
        }
    }

    /// Returns the intended value of a value of the wrong type, if it is certain.
    fn reading(&self, node: NodeId, ty: Type) -> Option<Reading> {
        if !matches!(self.kind(node), JsonKind::String | JsonKind::Number) {
            return None;
        }
        if ty == Type::StringList {
            let json = self.in_array(node)?;
            return Some(Reading {
                description: "The value must be in an array".to_owned(),
                json,
            });
        }
        if let Type::Object(id) = ty {
            let json = self.in_object(node, self.endpoint.table(id))?;
            return Some(Reading {
                description: "The value must be in an object".to_owned(),
                json,
            });
        }
        let text = self.scalar_text(node)?;
        if let Type::Enum(id) = ty {
            let near = self.endpoint.enums[usize::from(id)].near(&text)?;
            return Some(Reading {
                description: format!("It looks like {}", quoted(near)),
                json: format!("\"{near}\""),
            });
        }
        meant_value::of(ty, self.kind(node), &text, &self.endpoint.vocabulary)
    }

    pub(super) fn not_nullable(&mut self, property: &Property, value: NodeId, sentence: &str) {
        let name = &property.name;
        let help = format!("Leave {name} out, or send {}.", messages::declared(property.ty));
        let violation = messages::not_nullable(name, &self.describe(value), sentence, help);
        self.warn_of(Some(property), self.value_place(value), violation);
    }

    pub(super) fn changed(&mut self, property: &Property, value: NodeId, change: Change, becomes: &str) {
        let (name, ty) = (self.display_name(property), self.type_here(property));
        let digits = change == Change::NumberToText && self.tree.node(value).span.of(self.text) == becomes;
        let found = self.describe(value);
        let meant = self.meant_number(value, ty, change, becomes);
        let help = match &meant {
            Some(reading) => format!("{}. Send {}.", reading.description, reading.json),
            None => messages::wanted(ty).to_owned(),
        };
        let read = messages::changed(
            &name,
            &found,
            (change, becomes),
            (digits, property.is_code()),
            help,
        );
        let index = self.checked.findings.len();
        self.warn_of(Some(property), self.value_place(value), read);
        self.fix(index, meant.map(|reading| FixKind::Write(reading.json)));
    }

    /// Returns the intended number if the platform reads another one from the string, because it removes commas.
    fn meant_number(&self, value: NodeId, ty: Type, change: Change, becomes: &str) -> Option<Reading> {
        let reading = self
            .reading(value, ty)
            .filter(|_| change == Change::CommasDropped)?;
        (reading.json != becomes).then_some(reading)
    }

    /// Quotes a part of the file for a message.
    pub(super) fn excerpt(&self, span: Span) -> String {
        format!("`{}`", shortened(span.of(self.text)))
    }

    pub(super) fn wrong_container(&mut self, node: NodeId, property: Option<&Property>, ty: Type) {
        let what = if matches!(ty, Type::Object(_)) {
            Container::Object
        } else {
            Container::List
        };
        let name = self.clr_name(ty);
        self.wrong_container_named(node, property, what, &name);
    }

    pub(super) fn wrong_container_named(
        &mut self,
        node: NodeId,
        property: Option<&Property>,
        what: Container,
        name: &str,
    ) {
        let decoded = self.scalar_text(node).unwrap_or_default();
        if let Err(sentence) = bind::bind_container(what, self.json(node, &decoded), name) {
            self.refused(node, property, &sentence);
        }
    }
}
