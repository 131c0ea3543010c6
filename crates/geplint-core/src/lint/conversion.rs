//! Values that the platform does not convert, or whose conversion changes them.

use std::borrow::Cow;

use super::meant_value::{self, Reading};
use super::messages;
use super::record_state::{Linter, Step, is_of_reader};
use crate::finding::{FixKind, Span};
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, RowKind, Table, Type, quoted, shortened};
use crate::tenant::Fact;
use dotnet_bind::{self as bind, Change, Container};

/// The number of values from which on a help would be too long.
const MANY: usize = 6;

/// Returns the property that a string in place of an object of this table certainly is. It is the only mandatory one, if
/// that is a code; or else the first one, if no other is a code or has a list of valid values, and no other is mandatory.
fn named_by(table: &Table) -> Option<&Property> {
    let mut mandatory = table.properties.iter().filter(|property| property.is_mandatory());
    let required = mandatory.next();
    if mandatory.next().is_some() {
        return None;
    }
    if let Some(code) = required.filter(|property| property.ty == Type::String && property.is_code()) {
        return Some(code);
    }
    let mut naming = table.properties.iter().filter(|property| match property.ty {
        Type::String => property.is_code() || !property.known.is_empty(),
        Type::Enum(_) => true,
        _ => false,
    });
    let (Some(first), None) = (naming.next(), naming.next()) else {
        return None;
    };
    let is_first = table
        .properties
        .first()
        .is_some_and(|property| property.name == first.name);
    let is_enough = required.is_none_or(|property| property.name == first.name);
    (is_first && is_enough).then_some(first)
}

/// Returns the date in UTC, if the platform converts its offset.
fn in_utc(change: Change, becomes: &str) -> Option<Reading> {
    (change == Change::OffsetApplied && becomes.ends_with('Z')).then(|| Reading {
        description: "A date in UTC is the same everywhere".to_owned(),
        json: format!("\"{becomes}\""),
    })
}

/// Returns an object with one member.
fn member_as_object(property: &Property, json: &str) -> String {
    format!("{{\"{}\": {json}}}", property.name)
}

/// Returns an array for a help, with the first element only if there are many.
fn in_list(elements: &[String]) -> String {
    match elements {
        [first, ..] if elements.len() >= MANY => format!("[{first}, ...]"),
        elements => format!("[{}]", elements.join(", ")),
    }
}

/// Returns true if the name of the only member of an object may be that of any value, such as `#text`, `item` or
/// `$numberInt`. An id, a language or `@xsi:nil` is data.
fn is_holder(name: &str) -> bool {
    /// The shortest such name without marks, in bytes.
    const SHORTEST: usize = 3;
    let own = name.rsplit(':').next().unwrap_or(name);
    let own = own.trim_start_matches(['@', '#', '$', '_']);
    let is_short_mark = matches!(name, "$" | "_" | "$t" | "#" | "_t");
    let is_word = own.len() >= SHORTEST && own.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_data = matches!(
        own.to_ascii_lowercase().as_str(),
        "nil" | "null" | "type" | "lang"
    );
    !is_of_reader(name) && (is_short_mark || is_word && !is_data)
}

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

    /// Returns the help for a value that no fix replaces.
    fn help(&self, node: NodeId, ty: Type) -> String {
        let cut = self.cut_by_serializer(node, ty).map(str::to_owned);
        let help = cut.or_else(|| self.separated(node, ty));
        let help = help.or_else(|| self.impossible_date(node, ty));
        let help = help.or_else(|| self.with_currency(node, ty));
        help.unwrap_or_else(|| messages::wanted(ty).to_owned())
    }

    /// Returns the help for a date that does not exist.
    fn impossible_date(&self, node: NodeId, ty: Type) -> Option<String> {
        let is_date = ty == Type::DateTime && self.kind(node) == JsonKind::String;
        is_date.then(|| meant_value::no_such_date(&self.decoded(node)))?
    }

    /// Returns the help for an amount with its currency. There is no fix, because the currency would be lost.
    fn with_currency(&self, node: NodeId, ty: Type) -> Option<String> {
        /// Signs of several currencies. Those of one are in the list of codes.
        const SIGNS: [&str; 3] = ["$", "\u{a5}", "kr"];
        if ty != Type::Decimal || self.kind(node) != JsonKind::String {
            return None;
        }
        let record = self.endpoint.table(self.endpoint.record);
        let currency = record.properties.iter().find(|property| {
            let mut lists = property.known.iter();
            lists.any(|list| list.fact == Fact::Currencies)
        });
        let currency = currency?;
        let codes = currency.one_of.as_ref()?;
        let is_currency = |word: &str| SIGNS.contains(&word) || codes.meant(word).is_some();
        let json = meant_value::amount(&self.decoded(node), is_currency)?;
        Some(format!("Send {json}; the currency belongs in {}.", currency.name))
    }

    /// Returns the help for a string that may be several codes, separated by a character.
    fn separated(&self, node: NodeId, ty: Type) -> Option<String> {
        if self.kind(node) != JsonKind::String {
            return None;
        }
        let naming = match ty {
            Type::StringList => None,
            Type::ObjectList(id) => Some(named_by(self.endpoint.table(id))?),
            _ => return None,
        };
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
            let element = |part: &&str| match naming {
                Some(property) => member_as_object(property, &quoted(part)),
                None => quoted(part),
            };
            let elements: Vec<String> = parts.iter().map(element).collect();
            format!(
                "If these are {} values, send {}.",
                parts.len(),
                in_list(&elements)
            )
        })
    }

    /// Returns the help and the fix for an object in place of an array, and for an array in place of a value or an
    /// object.
    fn other_brackets(&self, node: NodeId, ty: Type) -> Option<(String, FixKind)> {
        match (self.kind(node), ty) {
            (JsonKind::Object, Type::ObjectList(id)) => self.object_for_list(node, self.endpoint.table(id)),
            (JsonKind::Object, Type::StringList) => self.list_in_object(node, None),
            (JsonKind::Object, ty) if !ty.is_container() => self.value_in_object(node),
            (JsonKind::Array, Type::Object(id)) => {
                let table = self.endpoint.table(id);
                self.list_of_property(node, table)
                    .or_else(|| self.value_in_list(node, ty))
            }
            (JsonKind::Array, _) => self.value_in_list(node, ty),
            _ => None,
        }
    }

    /// Returns true if a name in the object is one of the table's.
    fn is_of(&self, object: NodeId, table: &Table) -> bool {
        let mut keys = self.tree.members(object).map(|(key, _)| self.decoded(key));
        keys.any(|name| table.find(&name).is_some())
    }

    /// Returns the edits that put a text before a value, and another one after it.
    fn around(&self, node: NodeId, before: String, after: &str) -> FixKind {
        let span = self.tree.node(node).span;
        let at = |place: u32| Span::new(place, place);
        FixKind::Unwrap(vec![(at(span.start), before), (at(span.end), after.to_owned())])
    }

    /// Returns the help and the fix for an object in place of an array of objects.
    fn object_for_list(&self, node: NodeId, table: &Table) -> Option<(String, FixKind)> {
        if !self.is_of(node, table) {
            return self
                .pairs(node, table)
                .or_else(|| self.list_in_object(node, Some(table)));
        }
        // A value with other brackets than its property has would be refused in the array, too.
        let mut members = self.tree.members(node);
        let is_refused = |(key, value): (NodeId, NodeId)| {
            let ty = table.find(&self.decoded(key)).map(|id| table.property(id).ty);
            match (self.kind(value), ty) {
                (JsonKind::Object, Some(ty)) => !matches!(ty, Type::Object(_)),
                (JsonKind::Array, Some(ty)) => !matches!(ty, Type::ObjectList(_) | Type::StringList),
                _ => false,
            }
        };
        if members.any(is_refused) {
            return self.object_for_each(node, table);
        }
        let help = "Put [ before the object and ] after it.".to_owned();
        Some((help, self.around(node, "[".to_owned(), "]")))
    }

    /// Returns the help and the fix for an object whose only member has the strings of several objects:
    /// `{"Code": ["A", "B"]}`.
    fn object_for_each(&self, node: NodeId, table: &Table) -> Option<(String, FixKind)> {
        let (key, value) = self.only_member(node)?;
        let property = table.property(table.find(&self.decoded(key))?);
        if property.ty != Type::String || self.kind(value) != JsonKind::Array {
            return None;
        }
        let objects = self.tree.elements(value).map(|element| {
            let json = self.one_string(element)?;
            Some(member_as_object(property, &json))
        });
        let objects: Vec<String> = objects.collect::<Option<_>>()?;
        let json = format!("[{}]", objects.join(", "));
        let help = format!("Send one object for each value: {}.", in_list(&objects));
        (!objects.is_empty()).then_some((help, FixKind::Write(json)))
    }

    /// Returns the help and the fix for an object in place of an array of keys and values: `{"CostCenter": "4711"}`.
    fn pairs(&self, node: NodeId, table: &Table) -> Option<(String, FixKind)> {
        let [key, value, ..] = table.properties.as_slice() else {
            return None;
        };
        let is_pair = key.ty == Type::String && value.kind == Some(RowKind::Free);
        if !is_pair || !matches!(value.ty, Type::String | Type::StringList) {
            return None;
        }
        let json_of = |node: NodeId| match (self.kind(node), value.ty) {
            (JsonKind::Array, Type::StringList) => {
                let elements = self.tree.elements(node).map(|element| self.one_string(element));
                let elements: Vec<String> = elements.collect::<Option<_>>()?;
                (!elements.is_empty()).then(|| format!("[{}]", elements.join(", ")))
            }
            (_, Type::StringList) => self.in_array(node),
            _ => self.one_string(node),
        };
        let objects = self.tree.members(node).map(|(name, member)| {
            let (name, json) = (self.decoded(name), json_of(member)?);
            let is_name = !name.trim().is_empty() && !is_of_reader(&name);
            let name = serde_json::to_string(&name).ok().filter(|_| is_name)?;
            Some(format!(
                "{{\"{}\": {name}, \"{}\": {json}}}",
                key.name, value.name
            ))
        });
        let objects: Vec<String> = objects.collect::<Option<_>>()?;
        let json = format!("[{}]", objects.join(", "));
        let help = format!("Send {}.", in_list(&objects));
        (!objects.is_empty()).then_some((help, FixKind::Write(json)))
    }

    /// Returns the help and the fix for an object around an array, as converters from XML write it:
    /// `{"Region": [{...}]}`, and `{"Region": {...}}` for an array of one element. `table` is that of the elements;
    /// `None` for an array of strings.
    fn list_in_object(&self, node: NodeId, table: Option<&Table>) -> Option<(String, FixKind)> {
        let (key, value) = self.only_member(node)?;
        let name = self.decoded(key);
        let is_element = |element: NodeId| match table {
            Some(table) => self.kind(element) == JsonKind::Object && self.is_of(element, table),
            None => self.one_string(element).is_some(),
        };
        if !is_holder(&name) || self.tree.node(value).malformed {
            return None;
        }
        let mut elements = self.tree.elements(value).peekable();
        if elements.peek().is_some() && elements.all(is_element) {
            let help = format!(
                "Send the list under {} without the object around it.",
                quoted(&name)
            );
            let fix_kind = FixKind::TakeOut {
                value: self.tree.node(value).span,
                name: Some(name.into_owned()),
            };
            return Some((help, fix_kind));
        }
        is_element(value).then(|| {
            let (span, inner) = (self.tree.node(node).span, self.tree.node(value).span);
            let help = format!("Send the value of {} in a list, without its name.", quoted(&name));
            let edits = vec![
                (Span::new(span.start, inner.start), "[".to_owned()),
                (Span::new(inner.end, span.end), "]".to_owned()),
            ];
            (help, FixKind::Unwrap(edits))
        })
    }

    /// Returns the help and the fix for an array in place of the object that has it as its only array.
    fn list_of_property(&self, node: NodeId, table: &Table) -> Option<(String, FixKind)> {
        let mut lists = table
            .properties
            .iter()
            .filter(|property| matches!(property.ty, Type::ObjectList(_) | Type::StringList));
        let (Some(list), None) = (lists.next(), lists.next()) else {
            return None;
        };
        let Type::ObjectList(id) = list.ty else {
            return None;
        };
        let inner = self.endpoint.table(id);
        let mut elements = self.tree.elements(node).peekable();
        elements.peek()?;
        elements
            .all(|element| {
                let is_object = self.kind(element) == JsonKind::Object;
                is_object && self.is_of(element, inner) && !self.is_of(element, table)
            })
            .then(|| {
                let help = format!("Put it into an object: {{\"{}\": [...]}}.", list.name);
                (help, self.around(node, format!("{{\"{}\": ", list.name), "}"))
            })
    }

    /// Returns the help and the fix for an array in place of its only element.
    fn value_in_list(&self, node: NodeId, ty: Type) -> Option<(String, FixKind)> {
        let only = self.tree.only_element(node)?;
        let fits = match (self.kind(only), ty) {
            (JsonKind::Object, Type::Object(id)) => self.is_of(only, self.endpoint.table(id)),
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

    /// Returns the name and the value of the only member of an object.
    fn only_member(&self, object: NodeId) -> Option<(NodeId, NodeId)> {
        let mut members = self.tree.members(object);
        members.next().filter(|_| members.next().is_none())
    }

    /// Returns the help and the fix for an object around a single value, as converters from XML and databases write it:
    /// `{"#text": "C-1"}`, `{"$numberInt": "1"}`.
    fn value_in_object(&self, node: NodeId) -> Option<(String, FixKind)> {
        let (key, value) = self.only_member(node)?;
        let scalars = [
            JsonKind::String,
            JsonKind::Number,
            JsonKind::True,
            JsonKind::False,
        ];
        let name = self.decoded(key);
        let is_blank = self.kind(value) == JsonKind::String && self.decoded(value).trim().is_empty();
        let is_value = scalars.contains(&self.kind(value)) && !self.tree.node(value).malformed;
        if !is_value || is_blank || !is_holder(&name) {
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

    /// Returns a string or number in place of an object as the object that certainly has it.
    fn in_object(&self, node: NodeId, table: &Table) -> Option<String> {
        let property = named_by(table)?;
        if property.ty != Type::String && self.kind(node) != JsonKind::String {
            return None;
        }
        Some(member_as_object(property, &self.one_string(node)?))
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
        if let Type::ObjectList(id) = ty {
            let json = self.in_object(node, self.endpoint.table(id))?;
            return Some(Reading {
                description: "The value must be in an object in an array".to_owned(),
                json: format!("[{json}]"),
            });
        }
        if let Type::Object(id) = ty {
            // A single object has no such property: a string in place of an address is not a country code.
            let is_element = matches!(self.buffers.path.last(), Some(Step::Index(_)));
            let json = self
                .in_object(node, self.endpoint.table(id))
                .filter(|_| is_element)?;
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
        let meant = self.meant_number(value, ty, change);
        let meant = meant.or_else(|| in_utc(change, becomes));
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

    /// Returns the intended number of a string from which the platform removes commas.
    fn meant_number(&self, value: NodeId, ty: Type, change: Change) -> Option<Reading> {
        let reading = self.reading(value, ty);
        reading.filter(|_| change == Change::CommasDropped)
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
