//! The findings of the engine, in words: what is wrong, why the API refuses it, what to do.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use super::names::{Around, Meant, meant};
use super::walk::{self, About, Doubt, Failure};
use super::{Linter, Step};
use crate::finding::{Evidence, Finding, Phase, Predicted, Severity, Span, Target, Text, Wording};
use crate::json::{JsonKind, NodeId};
use crate::rules::{
    Answer, Claim, Fact, OneOf, Property, PropertyId, Route, Shape, SingleValued, Table, TenantList, Type,
};
use crate::tenant::Knowledge;
use dotnet_bind::{Change, EnumMember};

/// A finding names its record; a key longer than this many characters is no name, and many findings would repeat it.
const LONGEST_KEY: usize = 256;

/// Room for nearly every pointer: what a file has millions of should not have twice the room it needs.
const USUAL_POINTER: usize = 24;

/// Key under which the platform reports a body that does not bind.
pub(super) const BINDING_KEY: &str = "Model Validation";

/// The key of a record, whole as a response has it, and as findings have it.
#[derive(Debug)]
pub(super) struct RecordKey {
    whole: Text,
    cut: Text,
}

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

/// What a finding is about, before it has a place.
pub(super) struct Draft<'n> {
    pub rule: Cow<'n, str>,
    pub severity: Severity,
    pub evidence: Evidence,
    pub phase: Phase,
    pub message: String,
    pub why: Cow<'n, str>,
    pub help: String,
    pub source: &'n str,
    pub predicted: Option<Arc<Predicted>>,
}

impl<'n> Draft<'n> {
    /// A warning that no table row states: how the platform reads JSON, or what a sender surely did not mean.
    fn warning(rule: &'static str, message: String, why: &'n str, help: String) -> Self {
        Self {
            rule: Cow::Borrowed(rule),
            severity: Severity::Warning,
            evidence: Evidence::Inferred,
            phase: Phase::None,
            message,
            why: Cow::Borrowed(why),
            help,
            source: "",
            predicted: None,
        }
    }
}

impl Draft<'static> {
    /// What is wrong with the syntax has a rule, and no more grounds than that.
    pub(super) const fn syntax(rule: &'static str) -> Self {
        Self {
            rule: Cow::Borrowed(rule),
            severity: Severity::Error,
            evidence: Evidence::Inferred,
            phase: Phase::None,
            message: String::new(),
            why: Cow::Borrowed(""),
            help: String::new(),
            source: "",
            predicted: None,
        }
    }
}

/// Where a finding is.
pub(super) struct Place {
    pub target: Target,
    pub span: Span,
    pub pointer: String,
    pub related: Option<Box<(Span, Cow<'static, str>)>>,
}

/// A value as it stands in a message: quoted, and cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => format!("\"{text}\""),
        Some((at, _)) => format!("\"{}…\"", &text[..at]),
    }
}

/// Fills a template; what it names is put in as it is, and not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let known = values.iter().find(|(name, _)| {
            rest[1..]
                .strip_prefix(name)
                .is_some_and(|tail| tail.starts_with('}'))
        });
        let (text, skip) = known.map_or(("{", 1), |(name, value)| (*value, name.len() + 2));
        out.push_str(text);
        rest = &rest[skip..];
    }
    out + rest
}

/// Why a constraint holds: what its row says of itself, or what is so of all. How sure it is stands beside it in a report.
fn reason(claim: &Claim) -> Cow<'static, str> {
    let note = claim.note.trim_end_matches('.');
    match (claim.evidence, note) {
        (Evidence::Contradicted, "") => "The table says so, but a documented success does otherwise.".into(),
        (Evidence::Contradicted, note) => format!("The table calls for it, but {note}.").into(),
        (_, "") if claim.severity != Severity::Error => "No answer of the API to it is documented.".into(),
        (_, "") => refusal(claim.phase).into(),
        (_, note) => sentence(note).into(),
    }
}

/// Why the API refuses what breaks a constraint that is checked at this step.
const fn refusal(phase: Phase) -> &'static str {
    match phase {
        Phase::Mandatory => "The API refuses a record without it.",
        Phase::Data => "The API checks the value and refuses the record.",
        Phase::Exception => "The service is taken to stumble over it.",
        Phase::None | Phase::Bind | Phase::Request => "The API refuses the request.",
    }
}

/// A note as a sentence.
pub(super) fn sentence(note: &str) -> String {
    let mut rest = note.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", rest.as_str())
}

impl<'a> Linter<'a> {
    // ---- places ----

    /// RFC 6901 pointer of the value at hand, in the request's own spelling.
    fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(USUAL_POINTER);
        if let Some(key) = self.wrapped_in {
            pointer.push('/');
            push_token(&mut pointer, &self.decoded(key));
        }
        if let Some(record) = self.record {
            pointer.push('/');
            push_number(&mut pointer, record);
        }
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Index(index) => push_number(&mut pointer, *index),
                Step::Key(key) => push_token(&mut pointer, &self.decoded(*key)),
            }
        }
        pointer
    }

    fn value_place(&self, value: NodeId) -> Place {
        Place {
            target: Target::Value,
            span: self.tree.node(value).span,
            pointer: self.pointer(),
            related: None,
        }
    }

    fn key_place(&self, key: NodeId) -> Place {
        let mut pointer = self.pointer();
        pointer.push('/');
        push_token(&mut pointer, &self.decoded(key));
        Place {
            target: Target::Key,
            span: self.tree.node(key).span,
            pointer,
            related: None,
        }
    }

    /// Pointer of a member of the object at hand.
    pub(super) fn member_pointer(&self, value: NodeId) -> String {
        self.key_place(super::object::key_of(value)).pointer
    }

    fn absent_place(&self, objects: &[NodeId], name: &str) -> Place {
        let mut place = self.object_place(objects);
        place.pointer.push('/');
        push_token(&mut place.pointer, name);
        place
    }

    fn object_place(&self, objects: &[NodeId]) -> Place {
        let span = objects
            .last()
            .map_or_else(Span::default, |object| self.tree.node(*object).span);
        Place {
            target: Target::Object,
            span,
            pointer: self.pointer(),
            related: None,
        }
    }

    // ---- the record's key ----

    /// The record's key in `successDetails`: the first of its key properties that is there.
    fn record_key(&self) -> &RecordKey {
        let look = || {
            let table = self.endpoint.record_table();
            let of = |root| {
                let mut ids = self.endpoint.key.iter();
                ids.find_map(|id| self.text_at(table, &[root], *id))
            };
            RecordKey::new(&self.root.and_then(of).unwrap_or_default())
        };
        self.known_key.get_or_init(look)
    }

    /// The same, once the record has been read.
    pub(super) fn key_text(&self) -> String {
        self.key
            .and_then(|value| self.scalar_text(value))
            .map_or_else(String::new, Cow::into_owned)
    }

    fn error_key(&mut self) -> Text {
        let endpoint = self.endpoint;
        match &endpoint.error_key {
            Some(key) => self.interner.get_or_insert_default().text(key),
            None => self.record_key().whole.clone(),
        }
    }

    // ---- building ----

    fn push(&mut self, note: Draft<'_>, place: Place, constraint: &str) {
        if self.endpoint.off.iter().any(|rule| *rule == note.rule) {
            return;
        }
        let order = u32::try_from(self.findings.len()).unwrap_or(u32::MAX);
        let record_key = self.root.map(|_| self.record_key().cut.clone());
        let interner = self.interner.get_or_insert_default();
        let finding = Finding {
            grounds: interner.grounds(&note, constraint, &self.endpoint.id),
            severity: note.severity,
            record: self.record,
            record_key,
            pointer: place.pointer,
            target: place.target,
            span: place.span,
            related: place.related,
            message: interner.text(&note.message),
            help: interner.text(&note.help),
            predicted: note.predicted,
            masked: None,
            order,
            fix_kind: None,
        };
        self.findings.push(finding);
    }

    /// A finding that belongs to no row.
    pub(super) fn report(&mut self, note: Draft<'_>, place: Place) {
        self.push(note, place, "");
    }

    /// An empty request where the page says what that is answered with.
    pub(super) fn no_data(&mut self, claim: &Claim, span: Span) {
        let place = Place {
            target: Target::Value,
            span,
            pointer: String::new(),
            related: None,
        };
        let message = "the request holds no record".to_owned();
        self.claim(
            claim,
            place,
            "",
            &[],
            message,
            "Put a record into the list, or do not send it.".to_owned(),
        );
    }

    /// A finding whose constraint stands in the rules.
    fn claim(
        &mut self,
        claim: &Claim,
        place: Place,
        constraint: &str,
        fills: &[(&str, &str)],
        message: String,
        help: String,
    ) {
        let predicted = match (&claim.answer, claim.severity) {
            (Some(answer), Severity::Error) => Some(self.predicted(answer, claim.wording, fills)),
            _ => None,
        };
        let note = Draft {
            rule: Cow::Borrowed(&claim.rule),
            severity: claim.severity,
            evidence: claim.evidence,
            phase: claim.phase,
            message,
            why: reason(claim),
            help,
            source: &claim.source,
            predicted,
        };
        self.push(note, place, constraint);
    }

    fn predicted(&mut self, answer: &Answer, wording: Wording, fills: &[(&str, &str)]) -> Arc<Predicted> {
        let key = self.error_key();
        let interner = self.interner.get_or_insert_default();
        interner.predicted(
            key,
            &answer.error_code,
            &fill(&answer.description, fills),
            wording,
        )
    }

    /// What the platform says of a body that does not convert.
    pub(super) fn unconverted(&mut self, sentence: &str) -> Arc<Predicted> {
        let interner = self.interner.get_or_insert_default();
        let key = interner.text(BINDING_KEY);
        interner.predicted(key, "", sentence, Wording::Inferred)
    }

    fn warn(&mut self, property: Option<&Property>, place: Place, note: Draft<'_>) {
        let source = property.map_or("", |property| &property.source);
        let constraint = property.map_or("", constraint);
        self.push(Draft { source, ..note }, place, constraint);
    }

    // ---- missing ----

    pub(super) fn absent(&mut self, table: &'a Table, property: &'a Property, objects: &[NodeId]) {
        if !self.tree.damaged {
            let place = |linter: &Self| linter.absent_place(objects, &property.name);
            self.lacking(table, property, objects, place, "is missing");
        }
    }

    pub(super) fn missing(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        value: NodeId,
    ) {
        let how = match self.kind(value) {
            JsonKind::Null => "is null",
            JsonKind::String => "is empty",
            _ => "stands for null",
        };
        let place = |linter: &Self| linter.value_place(value);
        self.lacking(table, property, objects, place, how);
    }

    fn lacking(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        place: impl FnOnce(&Self) -> Place,
        how: &str,
    ) {
        let Some(required) = &property.required else {
            return;
        };
        let new = required.for_new_contact.then(|| self.new_contact());
        match new {
            Some(Some(false)) => return,
            // Nothing can be said, and the summary counts it.
            Some(None) => {
                *self.undecided += 1;
                self.needed.add(crate::rules::Fact::Contacts);
                return;
            }
            None | Some(Some(true)) => {}
        }
        let place = place(self);
        let mut claim = Cow::Borrowed(&required.claim);
        let mut message = format!("{} {how}", property.name);
        let worse = required
            .for_new
            .filter(|severity| *severity > claim.severity && self.new_contact() == Some(true));
        if let Some(severity) = worse {
            claim.to_mut().severity = severity;
        }
        if new.is_some() || worse.is_some() {
            message.push_str(", and this contact is new to the tenant");
        }
        if let (Some(evidence), "is empty") = (required.empty_evidence, how) {
            let claim = claim.to_mut();
            claim.evidence = evidence;
            claim.wording = Wording::Inferred;
            if matches!(evidence, Evidence::Inferred | Evidence::Contradicted) {
                claim.severity = if evidence == Evidence::Inferred {
                    Severity::Warning
                } else {
                    Severity::Advice
                };
                claim.note = Cow::Borrowed(
                    "the documented failure is a null; an empty string is expected to be taken",
                );
            }
        }
        if let Some(sibling) = required.unless {
            let name = &table.property(sibling).name;
            let claim = claim.to_mut();
            if self.present(table, objects, sibling) {
                claim.severity = Severity::Advice;
                claim.evidence = Evidence::Contradicted;
                message = format!("{message}, and only {name} is given");
            } else {
                message = format!("{message}, and so is {name}");
                let property = &property.name;
                claim.note = Cow::Owned(format!(
                    "the table calls for {property}; a request may do without it only where {name} is given"
                ));
            }
        }
        let help = match property.ty {
            Type::Object(_) => format!("Send {} as an object.", property.name),
            Type::StringList | Type::ObjectList(_) => {
                format!("Send {} as a list with at least one element.", property.name)
            }
            _ => format!("Give {} a value.", property.name),
        };
        self.claim(
            &claim,
            place,
            constraint(property),
            &[("property", &property.name)],
            message,
            help,
        );
    }

    /// Whether the contact of this record is new to the tenant; `None` where we cannot tell.
    fn new_contact(&self) -> Option<bool> {
        let (code, user) = self.identity();
        // A record that names nobody is refused for that.
        if code.is_none() && user.is_none() {
            return None;
        }
        self.facts
            .holds_contact(code.as_deref(), user.as_deref())
            .map(|held| !held)
    }

    pub(super) fn blank(&mut self, property: &Property, value: NodeId) {
        let note = Draft::warning(
            "blank",
            format!("{} holds nothing but white space", property.name),
            "Whether the API takes whitespace for a value is not documented.",
            format!("Give {} a value.", property.name),
        );
        self.warn(Some(property), self.value_place(value), note);
    }

    pub(super) fn empty_list(&mut self, property: &Property, value: NodeId) {
        let note = Draft::warning(
            "empty-list",
            format!("{} is an empty list", property.name),
            "The property is mandatory; whether an empty list counts as missing is not documented.",
            format!("Put at least one element into {}.", property.name),
        );
        self.warn(Some(property), self.value_place(value), note);
    }

    pub(super) fn none_of(&mut self, claim: &Claim, table: &Table, objects: &[NodeId], ids: &[PropertyId]) {
        let names: Vec<&str> = ids.iter().map(|id| table.property(*id).name.as_ref()).collect();
        let message = format!("neither {} is given", names.join(" nor "));
        let help = format!("Send {}.", names.join(" or "));
        self.claim(
            claim,
            self.object_place(objects),
            &named(table, &names.join("|")),
            &[],
            message,
            help,
        );
    }

    // ---- nulls ----

    pub(super) fn null_record(&mut self, node: NodeId) {
        self.dereferenced("null-record", "the record is null".to_owned(), node, None);
    }

    pub(super) fn null_element(&mut self, property: &Property, node: NodeId) {
        self.dereferenced(
            "null-element",
            format!("an element of {} is null", property.name),
            node,
            Some(property),
        );
    }

    fn dereferenced(
        &mut self,
        rule: &'static str,
        message: String,
        node: NodeId,
        property: Option<&Property>,
    ) {
        let note = Draft {
            severity: Severity::Error,
            phase: Phase::Exception,
            predicted: Some(self.predicted(&self.endpoint.answers.null, Wording::Inferred, &[])),
            ..Draft::warning(
                rule,
                message,
                "The body converts, but the service is taken to stumble over the null (inferred).",
                "Remove the null, or send an object.".to_owned(),
            )
        };
        self.warn(property, self.value_place(node), note);
    }

    pub(super) fn null_text(&mut self, property: &Property, node: NodeId) {
        let note = Draft::warning(
            "null-text",
            format!("an element of {} is null", property.name),
            "It converts to a null in the list; what the service makes of it is not documented.",
            "Remove the null.".to_owned(),
        );
        self.warn(Some(property), self.value_place(node), note);
    }

    // ---- conversion ----

    /// What the value at hand is called: the property, or an element of it.
    fn called<'p>(&self, property: &'p Property) -> Cow<'p, str> {
        match self.path.last() {
            Some(Step::Index(_)) => Cow::Owned(format!("an element of {}", property.name)),
            _ => Cow::Borrowed(&property.name),
        }
    }

    /// What the value at hand has to be: the property's type, or that of its elements.
    fn type_here(&self, property: &Property) -> Type {
        match (self.path.last(), property.ty) {
            (Some(Step::Index(_)), Type::StringList) => Type::String,
            (Some(Step::Index(_)), Type::ObjectList(id)) => Type::Object(id),
            (_, ty) => ty,
        }
    }

    /// The platform refuses to convert the value: the whole request fails.
    pub(super) fn refused(&mut self, node: NodeId, property: Option<&Property>, sentence: &str) {
        let name = property.map_or_else(|| Cow::Borrowed("the record"), |property| self.called(property));
        let ty = property.map_or(Type::Object(self.endpoint.record), |property| {
            self.type_here(property)
        });
        let what = declared(ty);
        let found = match (self.kind(node), ty) {
            // Only a `$ref` that the reader refuses makes an object fail to be one.
            (JsonKind::Object, Type::Object(_)) => "an object with this \"$ref\"".to_owned(),
            _ => self.found(node),
        };
        let note = Draft {
            severity: Severity::Error,
            phase: Phase::Bind,
            predicted: Some(self.unconverted(sentence)),
            ..Draft::warning(
                "does-not-convert",
                format!("{name}: {found} does not convert to {what}"),
                "A value that does not convert fails the whole request; only the first one in the file is reported.",
                wanted(ty).to_owned(),
            )
        };
        self.warn(property, self.value_place(node), note);
    }

    /// The place where the platform's reader stops, where no value tells why.
    pub(super) fn stops(&mut self, failure: &Failure<'_>, sentence: Option<&str>) {
        let predicted = sentence.map(|sentence| self.unconverted(sentence));
        let at = failure.place.property;
        let called = at.map_or("the body", |property| &property.name);
        // What has no place is skipped, but read: names have no part in it then.
        let skipped = sentence.is_some_and(|sentence| {
            sentence.starts_with("Ticks must be ") || sentence.starts_with("Input string '")
        });
        let (why, help) = if skipped {
            (
                "The reader reads what it skips, too: a date or number out of range fails the whole request.",
                "Remove it, or send a date or number in range.",
            )
        } else {
            (
                "The reader takes one name after the other, also those that are given twice, and its own `$` names: \
                 the first failure fails the whole request.",
                "Give each name once, and remove names that begin with `$`.",
            )
        };
        let note = Draft {
            severity: Severity::Error,
            phase: Phase::Bind,
            predicted,
            ..Draft::warning(
                "does-not-convert",
                format!(
                    "{called}: the API's reader stops in {}",
                    self.excerpt(failure.place.span)
                ),
                why,
                help.to_owned(),
            )
        };
        self.at_walked(&failure.place, note);
    }

    /// What binds or not by what is not known.
    pub(super) fn doubtful(&mut self, doubt: &Doubt<'_>) {
        let here = self.excerpt(doubt.place.span);
        let name = doubt
            .place
            .property
            .map_or("the value", |property| &property.name);
        let sentence = &doubt.sentence;
        let (rule, message, why, help) = match doubt.about {
            About::Declared => return,
            About::Nullable => (
                "not-nullable",
                format!("{name} is {here}: refused unless the property is nullable"),
                format!(
                    "Whether it is nullable is not documented. If it is not, the API answers: {sentence}"
                ),
                format!("Leave {name} out, or give it once, with a value."),
            ),
            About::Version => (
                "does-not-convert",
                format!("a number in {here} is too large to read"),
                format!(
                    "The API skips the value, but not unread: .NET Framework answers: {sentence} .NET Core takes it."
                ),
                "Remove it, or put it in quotes.".to_owned(),
            ),
        };
        self.at_walked(&doubt.place, Draft::warning(rule, message, &why, help));
    }

    fn excerpt(&self, span: Span) -> String {
        format!("`{}`", shortened(span.of(self.text)))
    }

    fn at_walked(&mut self, place: &walk::Place<'_>, note: Draft<'_>) {
        self.record = place.record;
        let at = Place {
            target: Target::Value,
            span: place.span,
            pointer: place.pointer.clone(),
            related: None,
        };
        self.warn(place.property, at, note);
    }

    /// A value in words.
    fn found(&self, node: NodeId) -> String {
        match self.kind(node) {
            JsonKind::Array => "a list".to_owned(),
            JsonKind::Object => "an object".to_owned(),
            JsonKind::String | JsonKind::Key => format!("the text {}", quoted(&self.decoded(node))),
            JsonKind::Number => format!(
                "the number {}",
                shortened(self.tree.node(node).span.of(self.text))
            ),
            JsonKind::Null | JsonKind::True | JsonKind::False => {
                self.tree.node(node).span.of(self.text).to_owned()
            }
        }
    }

    pub(super) fn not_nullable(&mut self, property: &Property, value: NodeId, sentence: &str) {
        let why =
            format!("Whether it is nullable is not documented. If it is not, the API answers: {sentence}");
        let note = Draft::warning(
            "not-nullable",
            format!(
                "{} is {}: refused unless the property is nullable",
                property.name,
                self.found(value)
            ),
            &why,
            format!("Leave {} out, or send {}.", property.name, declared(property.ty)),
        );
        self.warn(Some(property), self.value_place(value), note);
    }

    pub(super) fn changed(&mut self, property: &Property, value: NodeId, change: Change, becomes: &str) {
        let same = matches!(change, Change::TextToBoolean | Change::TextToNumber);
        let digits = change == Change::NumberToText && self.tree.node(value).span.of(self.text) == becomes;
        let (rule, why) = match (same, digits) {
            (true, _) => (
                "text-for-value",
                "It converts, but a value of the declared type says what is meant.",
            ),
            (_, true) if property.is_code => (
                "changes-on-conversion",
                "It converts, but a number has no leading zeros: a code that begins with one has lost it.",
            ),
            (_, true) => (
                "changes-on-conversion",
                "It converts to a string of the same digits, but a string says what is meant.",
            ),
            _ => (
                "changes-on-conversion",
                "It converts silently, and the API works with the changed value.",
            ),
        };
        // What is lost on the way to a code is lost before the file is written.
        let severity = if (same || digits) && !property.is_code {
            Severity::Advice
        } else {
            Severity::Warning
        };
        let becomes = match change {
            Change::NumberToEnum | Change::BooleanToEnum => {
                Cow::Borrowed("a member of the list; which one is not documented")
            }
            Change::ListToEnum => Cow::Borrowed("one value that combines several names"),
            Change::NumberToText | Change::BooleanToText => {
                Cow::Owned(format!("the text {}", quoted(becomes)))
            }
            Change::OffsetApplied => Cow::Owned(format!("{becomes}, and kept in the server's local time")),
            Change::NextDay => Cow::Owned(format!("{becomes}, the next day")),
            _ => shortened(becomes),
        };
        let note = Draft::warning(
            rule,
            format!(
                "{}: {} is read as {becomes}",
                self.called(property),
                self.found(value)
            ),
            why,
            wanted(self.type_here(property)).to_owned(),
        );
        self.warn(
            Some(property),
            self.value_place(value),
            Draft { severity, ..note },
        );
    }

    pub(super) fn list_for_object(&mut self, property: &Property, node: NodeId) {
        let note = Draft::warning(
            "list-for-object",
            format!("{} is a list", property.name),
            "The page's table says list, its sample sends an object; the sample is taken to be right.",
            format!("Send {} as an object, as the page's sample does.", property.name),
        );
        self.warn(Some(property), self.value_place(node), note);
    }

    pub(super) fn unlisted_member(
        &mut self,
        property: &Property,
        value: NodeId,
        text: &str,
        members: &[EnumMember],
    ) {
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        // The page's list is open: only a slip is worth a warning.
        let (severity, help) = match near_member(&names, text) {
            Some(near) => (Severity::Warning, format!("Did you mean {}?", quoted(near))),
            None => (Severity::Advice, format!("The page names {}.", names.join(", "))),
        };
        let note = Draft::warning(
            "unlisted-value",
            format!(
                "{} {} is none of the names the page gives",
                property.name,
                quoted(text)
            ),
            "The page gives its names as examples only. A name the service does not know fails the whole request.",
            help,
        );
        self.warn(
            Some(property),
            self.value_place(value),
            Draft { severity, ..note },
        );
    }

    // ---- texts ----

    pub(super) fn too_long(
        &mut self,
        property: &Property,
        value: NodeId,
        limit: u32,
        length: usize,
        text: &str,
    ) {
        let Some(claim) = &property.too_long else { return };
        // What a person counts, unless the platform counts otherwise.
        let unit = if text.chars().count() == length {
            "characters"
        } else {
            "UTF-16 units"
        };
        let message = format!("{} has {length} {unit}, the limit is {limit}", property.name);
        let help = match property.one_of.as_ref().and_then(|list| list.list.as_ref()) {
            Some(list) => format!("Send a value of {}.", list.title),
            None => format!("Shorten it to {limit} {unit} or fewer."),
        };
        let fills = [
            ("property", &*property.name),
            ("limit", &limit.to_string()),
            ("value", text),
        ];
        self.claim(
            claim,
            self.value_place(value),
            constraint(property),
            &fills,
            message,
            help,
        );
    }

    pub(super) fn not_in_list(&mut self, property: &Property, list: &OneOf, value: NodeId, text: &str) {
        let of = list
            .list
            .as_ref()
            .map_or_else(String::new, |list| list.title.clone().into_owned());
        let message = match (of.is_empty(), list.values.is_empty()) {
            (true, _) => format!(
                "{} {} is not {}",
                property.name,
                quoted(text),
                or_list(&list.values)
            ),
            (false, _) => format!("{} {} is not in {of}", property.name, quoted(text)),
        };
        let near = near_value(list, text);
        let help = match near {
            Some(near) => format!("Did you mean {}?", quoted(near)),
            None if of.is_empty() => format!("Send {}.", or_list(&list.values)),
            None => format!("Send a value of {of}."),
        };
        let fills = [("property", &*property.name), ("value", text)];
        let told = self.findings.len();
        self.claim(
            &list.claim,
            self.value_place(value),
            constraint(property),
            &fills,
            message,
            help,
        );
        self.mend(told, self.trimmed(value, text, |text| list.holds(text)));
    }

    pub(super) fn odd_shape(&mut self, property: &Property, shape: Shape, value: NodeId, text: &str) {
        let what = shape.title();
        let example = match shape {
            Shape::Email => "name@example.com",
            Shape::Culture => "en-US",
        };
        let note = Draft::warning(
            "odd-shape",
            format!("{} {} does not look like {what}", property.name, quoted(text)),
            "No page says that the API checks it, but it is hardly what was meant.",
            format!("Send {what} such as {example}."),
        );
        let told = self.findings.len();
        self.warn(Some(property), self.value_place(value), note);
        let fits = |text: &str| shape.fits(text);
        self.mend(told, self.trimmed(value, text, fits));
    }

    pub(super) fn outbound_only(&mut self, property: &Property, value: NodeId) {
        let mut place = self.value_place(value);
        place.target = Target::Key;
        place.span = self.tree.node(super::object::key_of(value)).span;
        let note = Draft {
            evidence: Evidence::Table,
            ..Draft::warning(
                "outbound-only",
                format!("{} is sent by the API and not to it", property.name),
                "The table says that the property exists on outbound messages only.",
                format!("Remove {}.", property.name),
            )
        };
        self.warn(Some(property), place, note);
    }

    // ---- checks ----

    pub(super) fn same_value(
        &mut self,
        claim: &Claim,
        table: &Table,
        route: &Route,
        from: PropertyId,
        value: NodeId,
        text: &str,
    ) {
        let name = self.end(route);
        let own = &table.property(from).name;
        let message = format!("{name} {} is the {own} of this record itself", quoted(text));
        let help = format!("Give {name} another value, or leave it out.");
        let constraint = self.endpoint.route_name(route);
        self.claim(
            claim,
            self.value_place(value),
            &constraint,
            &[("property", &name), ("value", text)],
            message,
            help,
        );
    }

    /// A value that is like one of which the page does not speak: `equal` to it, or except for case and whitespace.
    pub(super) fn nearly_same_value(
        &mut self,
        claim: &Claim,
        table: &Table,
        (route, near): (&Route, PropertyId),
        value: NodeId,
        text: &str,
        equal: bool,
    ) {
        let name = self.end(route);
        let own = &table.property(near).name;
        let message = if equal {
            format!("{name} {} equals the {own} of this record", quoted(text))
        } else {
            format!(
                "{name} {} is the {own} of this record except for case or whitespace",
                quoted(text)
            )
        };
        let note = Draft {
            rule: Cow::Owned(format!("maybe-{}", claim.rule)),
            source: &claim.source,
            ..Draft::warning(
                "",
                message,
                "A value that is the record's own is refused; how the service compares the two is not documented.",
                format!("Give {name} another value, or leave it out."),
            )
        };
        let constraint = self.endpoint.route_name(route);
        self.push(note, self.value_place(value), &constraint);
    }

    #[expect(clippy::too_many_arguments, reason = "two values and their places")]
    pub(super) fn several_values(
        &mut self,
        claim: &Claim,
        table: &Table,
        objects: &[NodeId],
        single: &SingleValued,
        value: NodeId,
        text: &str,
        first: (&str, Span),
    ) {
        let subject = self.subject(table, objects, single);
        let name = self.end(&single.value);
        let message = format!(
            "{name} {} beside {}: only one is allowed",
            quoted(text),
            quoted(first.0)
        );
        let words = single.condition.1.join(" or ");
        let help = format!("Keep one {name} among the entries that are {words}.");
        let mut place = self.value_place(value);
        place.related = Some(Box::new((first.1, "the first one".into())));
        let constraint = self.endpoint.route_name(&single.items);
        let mut claim = Cow::Borrowed(claim);
        // A reply that shows a value clash with a held one does not show how two sent ones are answered.
        if single.held_evidence == Some(Evidence::Response) && claim.evidence != Evidence::Response {
            claim.to_mut().wording = Wording::Inferred;
        }
        self.claim(
            &claim,
            place,
            &constraint,
            &[("subject", &subject), ("value", text)],
            message,
            help,
        );
    }

    /// Two values that differ in case or whitespace alone: most probably one.
    pub(super) fn spelled_otherwise(
        &mut self,
        claim: &Claim,
        single: &SingleValued,
        value: NodeId,
        text: &str,
        first: (&str, Span),
    ) {
        let name = self.end(&single.value);
        let note = Draft {
            rule: Cow::Borrowed(&claim.rule),
            source: &claim.source,
            ..Draft::warning(
                "",
                format!(
                    "{name} {} and {} differ only in case or whitespace",
                    quoted(text),
                    quoted(first.0)
                ),
                "The API is expected to take them for one value. If it takes them for two, it refuses the record.",
                format!("Write {name} in one way."),
            )
        };
        let mut place = self.value_place(value);
        place.related = Some(Box::new((first.1, "the first one".into())));
        let constraint = self.endpoint.route_name(&single.items);
        self.push(note, place, &constraint);
    }

    /// A value beside another that the tenant holds already.
    #[expect(clippy::too_many_arguments, reason = "two values, and where they come from")]
    pub(super) fn other_than_held(
        &mut self,
        claim: &Claim,
        table: &Table,
        objects: &[NodeId],
        single: &SingleValued,
        value: NodeId,
        text: &str,
        held: &str,
    ) {
        let subject = self.subject(table, objects, single);
        let name = self.end(&single.value);
        let message = format!(
            "{name} {} beside {}, which {} already belongs to: only one is allowed",
            quoted(text),
            quoted(held),
            quoted(&subject)
        );
        let switch = single.replaced_by.as_ref().map_or_else(String::new, |route| {
            format!(", or set {} to true to replace it", self.end(route))
        });
        let mut claim = claim.clone();
        claim.evidence = single.held_evidence.unwrap_or(claim.evidence);
        claim.note = Cow::Borrowed("");
        let constraint = self.endpoint.route_name(&single.items);
        let help = format!("Send {}{switch}.", quoted(held));
        let fills = [("subject", subject.as_ref()), ("value", text)];
        self.claim(
            &claim,
            self.value_place(value),
            &constraint,
            &fills,
            message,
            help,
        );
    }

    fn subject(&self, table: &Table, objects: &[NodeId], single: &SingleValued) -> Cow<'a, str> {
        single
            .subject
            .iter()
            .find_map(|id| self.text_at(table, objects, *id))
            .unwrap_or_default()
    }

    pub(super) fn inactive(&mut self, claim: &Claim, table: &Table, objects: &[NodeId], ids: &[PropertyId]) {
        let Some((id, text)) = ids
            .iter()
            .find_map(|id| Some((*id, self.text_at(table, objects, *id)?)))
        else {
            return;
        };
        let name = &table.property(id).name;
        let allowed = self.facts.allows_update_for_inactive_users();
        let message = match allowed {
            Some(_) => format!(
                "{name} {} is inactive, and the tenant allows no update of inactive users",
                quoted(&text)
            ),
            None => format!(
                "{name} {} is inactive: refused unless the tenant allows updates of inactive users",
                quoted(&text)
            ),
        };
        let place = match self.last(table, objects, id) {
            Some(value) => Place {
                pointer: self.member_pointer(value),
                ..self.value_place(value)
            },
            None => self.object_place(objects),
        };
        let help = "Activate the contact first, or have the tenant's setting changed.".to_owned();
        self.claim(
            claim,
            place,
            &named(table, name),
            &[("value", text.as_ref())],
            message,
            help,
        );
    }

    pub(super) fn unknown_value(
        &mut self,
        property: &Property,
        known: &TenantList,
        value: NodeId,
        text: &str,
    ) {
        // The note of such a check is about values that are wrong without any list.
        let mut claim = Cow::Borrowed(&known.claim);
        let listed = self.facts.knows(known.fact, text) == Knowledge::Wrong;
        if listed && known.suspect.is_some() {
            claim.to_mut().note = Cow::Borrowed("");
        }
        let (message, help) = match known.suspect.filter(|_| !listed) {
            Some(shape) => {
                let help = if (shape, known.fact) == (Shape::Email, Fact::Contacts) {
                    "Send the contact's code. If the codes are e-mail addresses at your tenant, set `contact-codes = \"email\"` in geplint.toml."
                        .to_owned()
                } else {
                    format!("Send one of the tenant's {}.", known.fact.name())
                };
                (
                    format!("{} {} is {}", property.name, quoted(text), shape.title()),
                    help,
                )
            }
            None => (
                format!(
                    "{} {} is not among the tenant's {}",
                    property.name,
                    quoted(text),
                    known.fact.name()
                ),
                format!("Send one of the tenant's {}.", known.fact.name()),
            ),
        };
        let fills = [("property", &*property.name), ("value", text)];
        let told = self.findings.len();
        self.claim(
            &claim,
            self.value_place(value),
            constraint(property),
            &fills,
            message,
            help,
        );
        let fits = |text: &str| self.facts.knows(known.fact, text) == Knowledge::Right;
        self.mend(told, self.trimmed(value, text, fits));
    }

    /// Name of the property at the end of a route.
    fn end(&self, route: &Route) -> String {
        route.steps.last().map_or_else(String::new, |(table, id)| {
            self.endpoint.table(*table).property(*id).name.to_string()
        })
    }

    // ---- names ----

    /// A name by which the platform's reader steers itself.
    pub(super) fn reader_name(&mut self, key: NodeId, name: &str) {
        let note = Draft::warning(
            "reader-metadata",
            format!(
                "{} is a name that the platform's reader keeps for itself",
                quoted(name)
            ),
            "The reader may take the object for a reference or a wrapped value, and drop what stands beside it.",
            "Remove it.".to_owned(),
        );
        let place = self.key_place(key);
        self.push(note, place, "");
    }

    /// A name that the table does not have.
    pub(super) fn unknown_name(
        &mut self,
        table: &Table,
        base: usize,
        key: NodeId,
        value: NodeId,
        name: &str,
    ) {
        if matches!(name, "$id" | "$type" | "$ref" | "$values" | "$value") {
            return self.reader_name(key, name);
        }
        let place = self.key_place(key);
        let lost = "The API ignores names it does not know: what is sent under it is lost.";
        let tables: Vec<&Table> = self.tables.iter().map(|id| self.endpoint.table(*id)).collect();
        let around = Around {
            tables: &tables,
            has: &|id| self.slot(base, id).is_some(),
            suits: &|id| self.suits(table.property(id), value),
        };
        let meant = meant(self.endpoint, &around, name);
        let (rule, message, help) = match &meant {
            Meant::Near { property, .. } => (
                "unknown-property",
                format!("{} is no property of {}", quoted(name), table.title),
                format!("Did you mean {}?", table.property(*property).name),
            ),
            Meant::Elsewhere {
                table,
                property,
                place,
                ..
            } => {
                let spelled = &self.endpoint.table(*table).property(*property).name;
                (
                    "misplaced-property",
                    format!("{} does not belong here", quoted(name)),
                    format!("{spelled} belongs {place}."),
                )
            }
            Meant::Nothing => (
                "unknown-property",
                format!("{} is no property of {}", quoted(name), table.title),
                format!("Remove it, or see `geplint rules {}`.", self.endpoint.id),
            ),
        };
        let told = self.findings.len();
        self.push(Draft::warning(rule, message, lost, help), place, "");
        self.consider(told, &meant, table, key, value);
    }

    pub(super) fn duplicate_name(&mut self, property: &Property, key: NodeId, previous: NodeId) {
        let first = super::object::key_of(previous);
        let mut place = self.key_place(key);
        place.related = Some(Box::new((self.tree.node(first).span, "first here".into())));
        let why = match property.ty {
            Type::Object(_) => "The platform merges both objects, member by member.",
            Type::StringList | Type::ObjectList(_) => {
                "The platform appends the later list to the earlier one."
            }
            _ => "The platform takes the last value; the earlier one is lost.",
        };
        let note = Draft::warning(
            "duplicate-property",
            format!("{} stands twice in this object", quoted(&self.decoded(key))),
            why,
            "Keep one of them.".to_owned(),
        );
        self.warn(Some(property), place, note);
    }
}

/// A declared type in words.
const fn declared(ty: Type) -> &'static str {
    match ty {
        Type::String => "a text",
        Type::Boolean => "a boolean",
        Type::Int => "a whole number of 32 bits",
        Type::Long => "a whole number of 64 bits",
        Type::Decimal => "a decimal number",
        Type::DateTime => "a date",
        Type::Enum(_) => "one of its names",
        Type::Object(_) => "an object",
        Type::StringList => "a list of texts",
        Type::ObjectList(_) => "a list of objects",
    }
}

/// What to send for a declared type.
const fn wanted(ty: Type) -> &'static str {
    match ty {
        Type::String => "Send a text in double quotes.",
        Type::Boolean => "Send true or false, without quotes.",
        Type::Int => "Send a whole number between -2147483648 and 2147483647, without quotes.",
        Type::Long => "Send a whole number of at most 64 bits, without quotes.",
        Type::Decimal => "Send a number such as 1000.50, without quotes, whitespace or thousands separators.",
        Type::DateTime => "Send a date such as \"2020-01-21T11:53:45Z\".",
        Type::Enum(_) => "Send one of the names as a text.",
        Type::Object(_) => "Send an object: { ... }.",
        Type::StringList => "Send a list of texts: [\"...\"].",
        Type::ObjectList(_) => "Send a list of objects: [{ ... }].",
    }
}

/// `Table.Property` is a row's name in tests and in the report.
fn constraint(property: &Property) -> &str {
    &property.constraint
}

fn named(table: &Table, name: &str) -> String {
    format!("{}.{name}", table.name)
}

pub(super) fn push_number(pointer: &mut String, number: u32) {
    // Writing to a string cannot fail.
    let _ = write!(pointer, "{number}");
}

/// One reference token of a JSON Pointer.
pub(super) fn push_token(pointer: &mut String, token: &str) {
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

fn shortened(text: &str) -> Cow<'_, str> {
    cut(text, 60)
}

/// The first characters of a text, and a mark where there are more.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
    }
}

/// `Belonging, Serving or Both`.
fn or_list(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// The name that is one or two edits from a text, if there is one alone.
fn near_member<'n>(names: &[&'n str], text: &str) -> Option<&'n str> {
    /// No longer text is compared.
    const LONGEST: usize = 64;
    const EDITS: usize = 2;
    let text = text.trim().to_uppercase();
    if text.chars().count() > LONGEST {
        return None;
    }
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (strsim::osa_distance(&text, &name.to_uppercase()), *name))
        .filter(|(distance, name)| *distance <= EDITS && distance * 2 < name.chars().count())
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    match near.as_slice() {
        [(_, one)] => Some(one),
        [(first, one), (second, _), ..] if first < second => Some(one),
        _ => None,
    }
}

/// The one value of the list that the text surely means: the same but for case and blanks.
fn near_value<'l>(list: &'l OneOf, text: &str) -> Option<&'l str> {
    let wanted = text.trim();
    let public = list.list.iter().flat_map(|list| list.values());
    list.values
        .iter()
        .map(String::as_str)
        .chain(public)
        .find(|value| value.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_once() {
        assert_eq!(
            fill(
                "{property} is {value}",
                &[("property", "{value}"), ("value", "x")]
            ),
            "{value} is x"
        );
        assert_eq!(fill("{ {other} {", &[("value", "x")]), "{ {other} {");
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        assert_eq!(quoted(&"é".repeat(61)), format!("\"{}…\"", "é".repeat(60)));
        assert_eq!(quoted("a"), "\"a\"");
    }
}
