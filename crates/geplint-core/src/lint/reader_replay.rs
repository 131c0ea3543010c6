//! A replay of the platform's reader: binds a body as the platform does, one occurrence after the other.
//!
//! The engine checks a request property by property. The platform reads the text once: it fills objects, skips
//! unknown names, and stops at the first token or value that it refuses. For duplicate names, the reader's `$` names,
//! and text that is not valid JSON, the result depends on that order. The replay determines the verdict in these
//! cases; the engine determines it in all others.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::new_finding::push_number;
use super::syntax::Reading;
use crate::finding::Span;
use crate::json::{SyntaxError, SyntaxKind, matching};
use crate::pointer::push as push_token;
use crate::rules::{Endpoint, Property, PropertyId, Table, Type};
use crate::tenant::{Facts, Presence};
use dotnet_bind::{self as bind, As, Container, Json, Scalar, Stop, TextReader, Token};

/// The result of the platform for a body.
#[derive(Debug, Default)]
pub(super) struct ReplayResult<'a> {
    /// The failure that stops it; `None` if the body binds.
    pub(super) failure: Option<Failure<'a>>,
    /// Values whose result is uncertain, in reading order.
    pub(super) doubts: Vec<Doubt<'a>>,
    /// True if there are uncertain values, including those that are not reported.
    doubtful: bool,
    /// The byte offset after the last byte that is read.
    pub(super) end: u32,
}

/// The position and the reason of a body that does not bind.
#[derive(Debug)]
pub(super) struct Failure<'a> {
    /// The reason.
    pub(super) stop: Stop,
    /// The byte offset of the reader.
    pub(super) at: u32,
    /// The value that the reader is in.
    pub(super) place: Place<'a>,
}

/// A place in the body.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The span of the value.
    pub(super) span: Span,
    /// The RFC 6901 pointer, with names as the request spells them.
    pub(super) pointer: String,
    /// The index of the record, from 0.
    pub(super) record: Option<u32>,
    /// The property whose value is read.
    pub(super) property: Option<&'a Property>,
}

/// A value for which an unknown fact decides whether it binds.
#[derive(Debug)]
pub(super) struct Doubt<'a> {
    /// The unknown fact.
    pub(super) unknown: UnknownFact,
    /// The sentence of a refusal; empty if another finding has it.
    pub(super) sentence: String,
    /// The place of the value.
    pub(super) place: Place<'a>,
}

/// The unknown fact that a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownFact {
    /// The nullability of the property.
    Nullable,
    /// The platform's version, which determines whether a number that is too large for a double is accepted.
    Version,
    /// The declared type: a list or not, or the members of an enum.
    Declared,
}

impl ReplayResult<'_> {
    /// Returns true if the reader accepts the body. `None` if that is unknown.
    pub(super) fn accepts(&self) -> Option<bool> {
        match &self.failure {
            Some(failure) if failure.stop == Stop::Unknown => None,
            // An uncertain value may fail earlier, but the body fails in any case.
            Some(_) => Some(false),
            None => (!self.doubtful).then_some(true),
        }
    }

    /// The same for a file that is not valid JSON.
    pub(super) fn reading(&self) -> Reading {
        let at = self.failure.as_ref().map_or(0, |failure| failure.at);
        Reading {
            accepts: self.accepts(),
            refusal: self.sentence().map(|sentence| (at, sentence.to_owned())),
            by_value: matches!(
                &self.failure,
                Some(Failure {
                    stop: Stop::Refused(_),
                    ..
                })
            ),
        }
    }

    /// Returns the sentence of the refusal, if it is known to be the first one.
    pub(super) fn sentence(&self) -> Option<&str> {
        match &self.failure.as_ref()?.stop {
            Stop::Refused(sentence) | Stop::Unreadable(sentence) => Some(sentence),
            Stop::Unknown => None,
        }
    }
}

/// Returns the result of the reader for a file whose decoded text differs from the bytes that are sent.
pub(super) fn of_bytes(
    text: &str,
    errors: &[SyntaxError],
    endpoint: &Endpoint,
    facts: &Facts<'_>,
) -> Option<Reading> {
    errors.iter().find_map(|error| match error.kind {
        // The reader decodes the bytes strictly, one block at a time; its sentence for invalid bytes is unknown. It
        // may not reach bytes after the body.
        SyntaxKind::InvalidUtf8 { .. } => {
            let replayed = replay(text, endpoint, facts, &keep_no_doubt);
            let behind = replayed.failure.is_none() && replayed.end <= error.span.start;
            Some(Reading {
                accepts: (!behind).then_some(false),
                refusal: None,
                by_value: false,
            })
        }
        SyntaxKind::TooLarge => Some(Reading::default()),
        SyntaxKind::Foreign(_) if !text.is_empty() => None,
        SyntaxKind::Encoding(_) | SyntaxKind::Foreign(_) => Some(match error.decoded() {
            // An offset in the decoded text is not an offset in the file.
            Some(decoded) => Reading {
                accepts: replay(decoded, endpoint, facts, &keep_no_doubt).accepts(),
                refusal: None,
                by_value: false,
            },
            None => Reading::default(),
        }),
        _ => None,
    })
}

/// Binds a body to the endpoint's list of records.
///
/// `report` returns true if the doubt about the value at a span is needed. In a large file nearly all may be reported
/// already.
pub(super) fn replay<'a>(
    text: &'a str,
    endpoint: &'a Endpoint,
    facts: &'a Facts<'a>,
    report: &dyn Fn(Span) -> bool,
) -> ReplayResult<'a> {
    let mut replay = Replay {
        text,
        reader: TextReader::new(text),
        endpoint,
        facts,
        path: Vec::new(),
        values: vec![Span::default()],
        properties: Vec::new(),
        references: HashMap::new(),
        named: HashSet::new(),
        held: HashMap::new(),
        last: 0,
        doubts: Vec::new(),
        doubtful: false,
        report,
        failed_at: None,
    };
    let failure = replay.body().err().map(|stop| Failure {
        stop,
        at: replay.failed_at.unwrap_or_else(|| replay.span()).start,
        place: replay.place(),
    });
    ReplayResult {
        end: replay.span().end,
        failure,
        doubts: replay.doubts,
        doubtful: replay.doubtful,
    }
}

/// Drops every doubt.
pub(super) fn keep_no_doubt(_: Span) -> bool {
    false
}

/// The number of an array or object that was created. Two values with the same number are the same object.
type Identity = u32;

/// The result of a value, as far as other values depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Null,
    Scalar,
    Created(Identity, Type),
}

#[derive(Debug)]
enum Step<'a> {
    Name(Cow<'a, str>),
    Index(u32),
}

struct Replay<'a, 't> {
    text: &'a str,
    reader: TextReader<'a>,
    endpoint: &'a Endpoint,
    facts: &'a Facts<'a>,
    path: Vec<Step<'a>>,
    /// For the body and each step: the first token of the value. Empty until it is read.
    values: Vec<Span>,
    /// The properties of the current path.
    properties: Vec<&'a Property>,
    /// The arrays and objects by `$id`.
    references: HashMap<String, (Identity, Type)>,
    /// The arrays and objects that have an `$id`.
    named: HashSet<Identity>,
    /// The arrays and objects in the properties of each object.
    held: HashMap<(Identity, PropertyId), (Identity, Type)>,
    last: Identity,
    doubts: Vec<Doubt<'a>>,
    doubtful: bool,
    report: &'t dyn Fn(Span) -> bool,
    failed_at: Option<Span>,
}

type Replayed<T> = Result<T, Stop>;

/// Returns the stop for a value that cannot be used.
fn refused<T>(sentence: impl Into<String>) -> Replayed<T> {
    Err(Stop::Refused(sentence.into()))
}

/// Returns the stop for a token where another one is expected.
fn unreadable<T>(sentence: impl Into<String>) -> Replayed<T> {
    Err(Stop::Unreadable(sentence.into()))
}

impl<'a> Replay<'a, '_> {
    fn place(&self) -> Place<'a> {
        let mut pointer = String::new();
        let mut record = None;
        // The innermost value that has begun.
        let deep = self.values.iter().rposition(|span| !span.is_empty());
        for (depth, step) in self.path.iter().enumerate().take(deep.unwrap_or(0)) {
            pointer.push('/');
            match step {
                Step::Name(name) => push_token(&mut pointer, name),
                Step::Index(index) => {
                    push_number(&mut pointer, *index);
                    if depth == 0 {
                        record = Some(*index);
                    }
                }
            }
        }
        Place {
            span: deep.map_or_else(|| self.span(), |deep| self.whole(self.values[deep])),
            pointer,
            record,
            property: self.properties.last().copied(),
        }
    }

    fn span(&self) -> Span {
        let (start, end) = self.reader.place();
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(end))
    }

    /// Returns the span of the whole value that begins with this token.
    fn whole(&self, token: Span) -> Span {
        let bytes = self.text.as_bytes();
        let at = token.start as usize;
        let end = match bytes.get(at) {
            Some(b'[' | b'{') => matching(bytes, at, bytes.len() - at),
            _ => None,
        };
        let end = end.and_then(|end| u32::try_from(end).ok());
        Span::new(token.start, end.unwrap_or(token.end))
    }

    /// Goes one step down, before the value there.
    fn enter(&mut self, step: Step<'a>) {
        self.path.push(step);
        self.values.push(Span::default());
    }

    /// Stores the current token as the first one of the value of the last step.
    ///
    /// After a failure the last token may be from before the place.
    fn set_value_start(&mut self, failed: bool) {
        if !failed && matches!(self.reader.token(), Token::Name(_)) {
            return;
        }
        let span = self.span();
        let span = Span::new(span.start, span.end.max(span.start.saturating_add(1)));
        let begins = !matches!(
            span.bytes(self.text).first(),
            None | Some(b'}' | b']' | b',' | b':')
        );
        if begins && let Some(value) = self.values.last_mut() {
            *value = span;
        }
    }

    fn leave(&mut self) {
        self.path.pop();
        self.values.pop();
    }

    fn note_doubt(&mut self, unknown: UnknownFact, sentence: String) {
        self.doubtful = true;
        let at = self.values.iter().rfind(|span| !span.is_empty());
        if unknown == UnknownFact::Declared || !at.is_some_and(|at| (self.report)(*at)) {
            return;
        }
        let mut place = self.place();
        if unknown == UnknownFact::Version {
            place.property = None;
        }
        self.doubts.push(Doubt {
            unknown,
            sentence,
            place,
        });
    }

    fn body(&mut self) -> Replayed<()> {
        if self.reader.read_content()? {
            self.set_value_start(false);
            self.create(Type::ObjectList(self.endpoint.record), None, None)?;
        }
        Ok(())
    }

    fn read_and_assert(&mut self) -> Replayed<()> {
        if self.reader.read()? {
            Ok(())
        } else {
            unreadable("Unexpected end when reading JSON.")
        }
    }

    fn new_identity(&mut self) -> Identity {
        self.last += 1;
        self.last
    }

    /// Reads the value of a property or an element. Returns false at the end of the text.
    fn read_for(&mut self, ty: Type) -> Replayed<bool> {
        let wanted = match ty {
            Type::String => As::String,
            Type::Boolean => As::Boolean,
            Type::Int => As::Int,
            Type::Decimal => As::Decimal,
            Type::DateTime => As::DateTime,
            _ => {
                let found = self.reader.read_content()?;
                if ty == Type::Long && *self.reader.token() == Token::Undefined {
                    return refused("An undefined token is not a valid System.Int64.");
                }
                return Ok(found);
            }
        };
        self.reader.read_as(wanted)?;
        Ok(*self.reader.token() != Token::None)
    }

    /// Creates a value from the current token.
    fn create(
        &mut self,
        ty: Type,
        property: Option<&'a Property>,
        held: Option<Identity>,
    ) -> Replayed<Value> {
        loop {
            match self.reader.token() {
                Token::StartObject => return self.object(ty, property, held),
                Token::StartArray => return self.list(ty, property, held, None),
                Token::Comment(_) => {}
                Token::None | Token::EndObject | Token::EndArray | Token::Name(_) => {
                    let name = self.reader.token().name();
                    return unreadable(format!("Unexpected token while deserializing object: {name}."));
                }
                _ => return self.scalar(ty),
            }
            if !self.reader.read()? {
                return unreadable("Unexpected end when deserializing object.");
            }
        }
    }

    // ---- scalars ----

    fn scalar(&mut self, ty: Type) -> Replayed<Value> {
        let (endpoint, token) = (self.endpoint, self.reader.token().clone());
        let name = endpoint.clr_name(ty);
        let number;
        let json = match &token {
            Token::Boolean(value) => Json::Bool(*value),
            Token::Text(text) => Json::Text(text),
            Token::Number(raw) => {
                number = bind::number_for(raw, kind(ty)).map_err(Stop::Refused)?;
                Json::Number(&number)
            }
            Token::Infinite(_) if ty == Type::String => return Ok(Value::Scalar),
            Token::Infinite(word) => {
                return refused(format!("Error converting value {word} to type '{name}'."));
            }
            _ => Json::Null,
        };
        let what = match ty {
            Type::Object(_) => Some(Container::Object),
            Type::StringList | Type::ObjectList(_) => Some(Container::List),
            _ => None,
        };
        if let Some(what) = what {
            return match bind::bind_container(what, json, &name) {
                Ok(()) => Ok(Value::Null),
                Err(sentence) => refused(sentence),
            };
        }
        let members: &[_] = match ty {
            Type::Enum(id) => &endpoint.enums[usize::from(id)].members,
            _ => &[],
        };
        let bound = |nullable| bind::bind(kind(ty), members, nullable, json, &name);
        let plain = bound(false);
        match (bound(true), plain) {
            (Ok(_), Ok(_)) => {}
            (Ok(_), Err(failure)) => self.note_doubt(UnknownFact::Nullable, failure.sentence),
            (Err(failure), plain) => {
                let failure = plain.err().unwrap_or(failure);
                let known = match (ty, json) {
                    (Type::Enum(id), Json::Text(text)) if failure.unknown_member => {
                        let list = &endpoint.enums[usize::from(id)];
                        if list.open {
                            list.knows(text, self.facts)
                        } else {
                            Presence::Absent
                        }
                    }
                    _ => Presence::Absent,
                };
                match known {
                    Presence::Present => {}
                    Presence::Absent => return refused(failure.sentence),
                    Presence::Unknown => self.note_doubt(UnknownFact::Declared, String::new()),
                }
            }
        }
        Ok(if json == Json::Null {
            Value::Null
        } else {
            Value::Scalar
        })
    }

    // ---- objects ----

    /// Reads an object, and applies its `$` names.
    fn object(
        &mut self,
        ty: Type,
        property: Option<&'a Property>,
        held: Option<Identity>,
    ) -> Replayed<Value> {
        let start = self.span();
        self.read_and_assert()?;
        let mut id = None;
        if let Some(value) = self.metadata(ty, property, held, &mut id)? {
            return Ok(value);
        }
        let endpoint = self.endpoint;
        if let Type::Object(table) = ty {
            let identity = match held {
                Some(identity) => identity,
                None => self.new_identity(),
            };
            if let Some(id) = id {
                self.refer(id, identity, ty)?;
            }
            self.members(endpoint.table(table), identity)?;
            return Ok(Value::Created(identity, ty));
        }
        let is_value = matches!(self.reader.token(), Token::Name(name) if name == "$value");
        if is_value && matches!(ty, Type::Long | Type::Enum(_)) {
            self.read_and_assert()?;
            if *self.reader.token() == Token::StartObject {
                return unreadable("Unexpected token when deserializing primitive value: StartObject.");
            }
            self.check_version();
            let value = self.create(ty, property, held)?;
            self.read_and_assert()?;
            return Ok(value);
        }
        self.failed_at = Some(start);
        self.wrong_container(ty, Json::Object)
    }

    /// Returns the sentence for a container of the wrong kind, or for a scalar.
    fn wrong_container<T>(&self, ty: Type, json: Json<'_>) -> Replayed<T> {
        let name = self.endpoint.clr_name(ty);
        let sentence = match ty {
            Type::Object(_) => bind::bind_container(Container::Object, json, &name).err(),
            Type::StringList | Type::ObjectList(_) => {
                bind::bind_container(Container::List, json, &name).err()
            }
            _ => bind::bind(kind(ty), &[], false, json, &name)
                .err()
                .map(|failure| failure.sentence),
        };
        Err(sentence.map_or(Stop::Unknown, Stop::Refused))
    }

    /// Reads the leading `$` names of an object. Returns a value if they replace the object by one.
    fn metadata(
        &mut self,
        ty: Type,
        property: Option<&'a Property>,
        held: Option<Identity>,
        id: &mut Option<String>,
    ) -> Replayed<Option<Value>> {
        while let Token::Name(name) = self.reader.token() {
            match name.as_ref() {
                "$ref" => {
                    self.read_and_assert()?;
                    self.check_version();
                    let reference = match (self.reader.token(), self.reader.token().name()) {
                        (Token::Text(text), "String") => Some(text.clone().into_owned()),
                        (Token::Null, _) => None,
                        _ => return refused(bind::REF_NOT_TEXT),
                    };
                    self.read_and_assert()?;
                    if let Some(reference) = reference {
                        if matches!(self.reader.token(), Token::Name(_)) {
                            return refused(bind::REF_NOT_ALONE);
                        }
                        let found = self.references.get(&reference);
                        return Ok(Some(
                            found.map_or(Value::Null, |(identity, ty)| Value::Created(*identity, *ty)),
                        ));
                    }
                }
                "$type" => {
                    self.read_and_assert()?;
                    self.check_version();
                    if self.as_text().is_none() {
                        return refused("Object reference not set to an instance of an object.");
                    }
                    self.read_and_assert()?;
                }
                "$id" => {
                    self.read_and_assert()?;
                    self.check_version();
                    *id = self.as_text();
                    self.read_and_assert()?;
                }
                "$values" => {
                    self.read_and_assert()?;
                    self.check_version();
                    self.enter(Step::Name(Cow::Borrowed("$values")));
                    self.set_value_start(false);
                    let list = self.list(ty, property, held, id.take())?;
                    self.leave();
                    self.read_and_assert()?;
                    return Ok(Some(list));
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn check_version(&mut self) {
        if let Some(sentence) = self.reader.without_value() {
            self.note_doubt(UnknownFact::Version, sentence);
        }
    }

    /// Returns the string that the platform reads from the current token; `None` for null.
    fn as_text(&self) -> Option<String> {
        match self.reader.token() {
            Token::Text(text) | Token::Name(text) => Some(text.clone().into_owned()),
            Token::Comment(text) => Some((*text).to_owned()),
            Token::Number(raw) => Some((*raw).to_owned()),
            Token::Infinite(word) => Some((*word).to_owned()),
            Token::Boolean(value) => Some(if *value { "True" } else { "False" }.to_owned()),
            _ => None,
        }
    }

    /// Gives an object an `$id`. Each id and each object can be used only once.
    fn refer(&mut self, id: String, identity: Identity, ty: Type) -> Replayed<()> {
        if self.references.contains_key(&id) || self.named.contains(&identity) {
            return refused(format!("Error reading object reference '{id}'."));
        }
        self.named.insert(identity);
        self.references.insert(id, (identity, ty));
        Ok(())
    }

    /// Reads the members of an object. Their first token has been read already.
    fn members(&mut self, table: &'a Table, identity: Identity) -> Replayed<()> {
        loop {
            match self.reader.token().clone() {
                Token::Name(name) => {
                    let property = table.find(&name);
                    self.enter(Step::Name(name));
                    match property {
                        Some(id) => self.member(table, id, identity)?,
                        None => self.skip()?,
                    }
                    self.leave();
                }
                Token::EndObject => return Ok(()),
                Token::Comment(_) => {}
                other => {
                    let name = other.name();
                    return unreadable(format!("Unexpected token when deserializing object: {name}."));
                }
            }
            if !self.reader.read()? {
                return unreadable("Unexpected end when deserializing object.");
            }
        }
    }

    /// Skips a member without a property.
    fn skip(&mut self) -> Replayed<()> {
        if !self.reader.read()? {
            return Ok(());
        }
        self.set_value_start(false);
        let mut odd = None;
        let done = self.reader.skip(&mut |sentence| {
            odd.get_or_insert(sentence);
        });
        if let Some(sentence) = odd {
            self.note_doubt(UnknownFact::Version, sentence);
        }
        done
    }

    /// Reads a member with a property.
    fn member(&mut self, table: &'a Table, id: PropertyId, identity: Identity) -> Replayed<()> {
        let property = table.property(id);
        self.properties.push(property);
        let found = self.read_for(property.ty);
        self.set_value_start(found.is_err());
        if !found? {
            let name = match self.path.last() {
                Some(Step::Name(name)) => name,
                _ => "",
            };
            return unreadable(format!("Unexpected end when setting {name}'s value."));
        }
        let begins = matches!(self.reader.token(), Token::StartArray | Token::StartObject);
        let slot = (identity, id);
        let held = self.held.get(&slot).filter(|_| begins).copied();
        let ty = held.map_or(property.ty, |(_, ty)| ty);
        let value = self.create(ty, Some(property), held.map(|(identity, _)| identity))?;
        let sentence = || format!("Error setting value to '{}' on '{}'.", property.name, table.name);
        let is_container = property.ty.is_container();
        match value {
            Value::Null if begins && !is_container => self.note_doubt(UnknownFact::Nullable, sentence()),
            Value::Null | Value::Scalar => {
                self.held.remove(&slot);
            }
            Value::Created(made, made_of) if is_container && fits(property, made_of) => {
                self.held.insert(slot, (made, made_of));
            }
            Value::Created(..) => return refused(sentence()),
        }
        self.properties.pop();
        Ok(())
    }

    // ---- lists ----

    /// Reads an array. Its bracket, or the token in its place after `$values`, has been read already.
    fn list(
        &mut self,
        ty: Type,
        property: Option<&'a Property>,
        held: Option<Identity>,
        id: Option<String>,
    ) -> Replayed<Value> {
        let (item, made) = match ty {
            Type::ObjectList(table) => (Type::Object(table), ty),
            Type::StringList => (Type::String, ty),
            // It is unknown whether an object or an array is declared.
            Type::Object(table)
                if property.is_some_and(|property| property.or_list)
                    && *self.reader.token() == Token::StartArray =>
            {
                self.note_doubt(UnknownFact::Declared, String::new());
                (ty, Type::ObjectList(table))
            }
            _ => return self.wrong_container(ty, Json::Array),
        };
        let identity = match held {
            Some(identity) => identity,
            None => self.new_identity(),
        };
        if let Some(id) = id {
            self.refer(id, identity, made)?;
        }
        let index_is_record = self.path.is_empty();
        self.enter(Step::Index(0));
        for index in 0.. {
            if let Some(step) = self.path.last_mut() {
                *step = Step::Index(index);
            }
            if let Some(value) = self.values.last_mut() {
                *value = Span::default();
            }
            let found = self.read_for(item);
            self.set_value_start(found.is_err());
            if !found? {
                return unreadable("Unexpected end when deserializing array.");
            }
            if *self.reader.token() == Token::EndArray {
                break;
            }
            match self.create(item, None, None)? {
                Value::Created(_, made) if made != item => {
                    let (made, item) = (self.endpoint.clr_name(made), self.endpoint.clr_name(item));
                    return refused(format!(
                        "The value \"{made}\" is not of type \"{item}\" and cannot be used in this generic \
                         collection.\nParameter name: value"
                    ));
                }
                _ => {}
            }
            if index_is_record && self.references.is_empty() {
                // Nothing that follows can add to the objects of this record.
                self.held.clear();
            }
        }
        self.leave();
        Ok(Value::Created(identity, made))
    }
}

/// Returns true if a value that was created for one property can be used for another.
fn fits(property: &Property, made: Type) -> bool {
    match (property.ty, made) {
        (Type::Object(table), Type::ObjectList(other)) => property.or_list && table == other,
        (ty, made) => ty == made,
    }
}

/// Returns the binder's name of a type. Containers never get here.
fn kind(ty: Type) -> Scalar {
    match ty {
        Type::Boolean => Scalar::Boolean,
        Type::Int => Scalar::Int,
        Type::Long => Scalar::Long,
        Type::Decimal => Scalar::Decimal,
        Type::DateTime => Scalar::DateTime,
        Type::Enum(_) => Scalar::Enum,
        _ => Scalar::String,
    }
}
