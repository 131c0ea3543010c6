//! Compiles the text of a rules file to an [`Endpoint`]: resolves every name, and reports errors with their place.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::definition::{
    AnswerDef, AnswersDef, ApiDef, CheckDef, ClaimDef, ContactDef, EndpointDef, EnumDef, EvidenceDef,
    KnownDef, OneOfDef, PhaseDef, PropertyDef, RequiredDef, SeverityDef, TableDef, TextsDef, WordOr,
    WordingDef,
};
use super::text_defects::{TextDefects, bit_of, length_bit};
use super::{
    Active, Answer, Answers, AnyOf, Ask, AtMostOne, BelongsToOne, Check, CheckKind, Claim, ContactRows,
    Differs, Endpoint, Enumeration, Fact, FastRows, GoodBesideBad, NameIndex, OneOf, Property, PropertyId,
    QuickCheck, Required, Route, RowKind, Shape, Shared, SingleValued, Table, TableId, TenantList, Type,
    Unique, fast_plan,
};
use crate::finding::{Evidence, Phase, Severity, Wording};
use dotnet_bind::EnumMember;

/// An error in a rules file, with its byte range in that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The mistake, and what would be valid.
    pub message: String,
    /// The byte range.
    pub span: Range<usize>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LoadError {}

type Result<T> = std::result::Result<T, LoadError>;

fn fail<T>(span: Range<usize>, message: impl Into<String>) -> Result<T> {
    Err(LoadError {
        message: message.into(),
        span,
    })
}

/// Reads the rules file of one endpoint.
///
/// Errors: not TOML, an unknown key or word, a type, table or property that does not exist, a duplicate row or name,
/// a table that no record reaches.
pub fn load(text: &str, shared: &Shared) -> Result<Endpoint> {
    let table = DeTable::parse(text).map_err(|error| of_toml(&error))?;
    read(table, &Layered::default(), shared)
}

/// The user's file that changed a row or a check, by the byte offset at which the row's name or the check begins.
pub(super) type Layered = BTreeMap<usize, String>;

/// The same for a file that is parsed, and merged with the layers of users.
pub(super) fn read(table: Spanned<DeTable<'_>>, layered: &Layered, shared: &Shared) -> Result<Endpoint> {
    refuse_former_form(table.get_ref())?;
    let def = EndpointDef::deserialize(Deserializer::from(table)).map_err(|error| of_toml(&error))?;
    Compiler::new(&def, layered, shared)?.endpoint()
}

impl Shared {
    /// Returns the same with the file of the API as a whole, such as `rules/api.toml`.
    ///
    /// Errors: not TOML, an unknown key, a word in braces that cannot be filled in, a fact that does not exist.
    pub fn with_api(self, text: &str) -> Result<Self> {
        let api = api(text)?;
        Ok(Self {
            kinds: kinds(&api)?,
            texts: texts(&api.texts)?,
            api,
            ..self
        })
    }
}

/// Reads the file of the API as a whole.
fn api(text: &str) -> Result<ApiDef> {
    let def: ApiDef = toml::from_str(text).map_err(|error| of_toml(&error))?;
    answers_can_be_filled(&def.answers)?;
    for name in def.known.keys() {
        listed_fact(name)?;
    }
    Ok(def)
}

/// Refuses a check of kind `known`, which checks one value and so is an attribute of that value's row.
fn refuse_former_form(file: &DeTable<'_>) -> Result<()> {
    let Some(DeValue::Array(checks)) = file.get("checks").map(Spanned::get_ref) else {
        return Ok(());
    };
    for check in checks {
        if let DeValue::Table(check) = check.get_ref()
            && let Some(kind) = check.get("kind")
            && kind.get_ref().as_str() == Some("known")
        {
            let word = |key| check.get(key).and_then(|value| value.get_ref().as_str());
            return fail(
                kind.span(),
                format!(
                    "\"known\" is not a kind of check but a key of the property's row: `{}.known = \"{}\"` in [tables.{}.properties]",
                    word("property").unwrap_or("NAME"),
                    word("fact").unwrap_or("FACT"),
                    word("table").unwrap_or("TABLE"),
                ),
            );
        }
    }
    Ok(())
}

/// Converts an error of the TOML parser.
pub(super) fn of_toml(error: &toml::de::Error) -> LoadError {
    LoadError {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(0..0),
    }
}

struct Compiler<'d> {
    def: &'d EndpointDef,
    layered: &'d Layered,
    /// The definitions that all endpoints share.
    shared: &'d Shared,
    /// The tables in the order of the file.
    tables: Vec<(&'d Spanned<String>, &'d TableDef)>,
    ids: BTreeMap<&'d str, TableId>,
    enums: Vec<&'d str>,
    answers: Answers,
}

/// The defaults of a constraint.
struct Defaults<'a> {
    rule: &'a str,
    evidence: Evidence,
    phase: Phase,
    answer: Option<&'a Answer>,
    source: &'a str,
    /// The words in braces that its description may contain.
    words: &'a [&'a str],
}

/// The words for a missing property.
const WORDS_OF_MISSING: &[&str] = &["property"];
/// The words for a text that is too long.
const WORDS_OF_LENGTH: &[&str] = &["property", "limit", "value"];
/// The words for a value.
const WORDS_OF_VALUE: &[&str] = &["property", "value"];
/// The words for one of several values.
const WORDS_OF_SEVERAL: &[&str] = &["subject", "value"];

/// Checks that every word in braces can be filled in.
fn can_be_filled(template: &str, words: &[&str], span: Range<usize>) -> Result<()> {
    for (at, _) in template.match_indices('{') {
        let Some((word, _)) = template.get(at + 1..).and_then(|rest| rest.split_once('}')) else {
            return fail(span, "unclosed `{` in this description");
        };
        let is_word = !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_word && !words.contains(&word) {
            let known: Vec<String> = words.iter().map(|word| format!("{{{word}}}")).collect();
            let known = if known.is_empty() {
                "no placeholders are allowed here".to_owned()
            } else {
                format!("allowed here: {}", known.join(", "))
            };
            return fail(
                span,
                format!("unknown placeholder `{{{word}}}` in this description; {known}"),
            );
        }
    }
    Ok(())
}

/// Checks that the body is an array of records; no other request can be checked.
fn has_a_list_for_body(def: &EndpointDef) -> Result<()> {
    if let Some(body) = &def.body
        && body.get_ref() != "list"
    {
        return fail(
            body.span(),
            format!(
                "`body` must be \"list\", not \"{}\": only a body that is a list of records can be checked",
                body.get_ref()
            ),
        );
    }
    let method = def.method.get_ref();
    if !["POST", "PUT", "PATCH"].contains(&method.as_str()) {
        return fail(
            def.method.span(),
            format!(
                "`method` must be \"POST\", \"PUT\" or \"PATCH\", not \"{method}\": only requests with a body can be checked"
            ),
        );
    }
    Ok(())
}

/// Returns the answers of an endpoint: its own, and the API's for the rest.
fn answers(def: &EndpointDef, api: &AnswersDef) -> Result<Answers> {
    let (none, span) = (
        AnswersDef::default(),
        def.answers.as_ref().map_or(0..0, Spanned::span),
    );
    let own = def.answers.as_ref().map_or(&none, Spanned::get_ref);
    answers_can_be_filled(own)?;
    let one = |own: &Option<AnswerDef>, api: &Option<AnswerDef>, name| match own.as_ref().or(api.as_ref()) {
        Some(def) => Ok(answer(def)),
        None => fail(
            span.clone(),
            format!("[answers] needs `{name}`: no file sets it for the whole API"),
        ),
    };
    Ok(Answers {
        missing: one(&own.missing, &api.missing, "missing")?,
        too_long: one(&own.too_long, &api.too_long, "too-long")?,
        not_in_list: one(&own.not_in_list, &api.not_in_list, "not-in-list")?,
        null: one(&own.null, &api.null, "null")?,
    })
}

/// Checks that the templates of `[answers]` contain only words that are filled in there.
fn answers_can_be_filled(answers: &AnswersDef) -> Result<()> {
    for (answer, words) in [
        (&answers.missing, WORDS_OF_MISSING),
        (&answers.too_long, WORDS_OF_LENGTH),
        (&answers.not_in_list, WORDS_OF_VALUE),
        (&answers.null, &[]),
    ] {
        if let Some(answer) = answer {
            can_be_filled(answer.description.get_ref(), words, answer.description.span())?;
        }
    }
    Ok(())
}

impl<'d> Compiler<'d> {
    fn new(def: &'d EndpointDef, layered: &'d Layered, shared: &'d Shared) -> Result<Self> {
        let mut tables: Vec<_> = def.tables.iter().collect();
        tables.sort_by_key(|(name, _)| name.span().start);
        let ids = (0..)
            .zip(&tables)
            .map(|(id, (name, _))| (name.get_ref().as_str(), TableId(id)))
            .collect();
        Ok(Self {
            def,
            layered,
            shared,
            tables,
            ids,
            enums: def.enums.keys().map(String::as_str).collect(),
            answers: answers(def, &shared.api.answers)?,
        })
    }

    /// Returns a source, with the name of the user's file that changed what begins at this offset.
    fn cited(&self, source: String, start: usize) -> String {
        match self.layered.get(&start) {
            Some(layer) => format!("{source} ({layer})"),
            None => source,
        }
    }

    fn endpoint(&self) -> Result<Endpoint> {
        let def = self.def;
        has_a_list_for_body(def)?;
        let record = self.table_id(&def.record)?;
        let mut tables = self
            .tables
            .iter()
            .map(|(_, table)| self.table(table))
            .collect::<Result<Vec<_>>>()?;
        for check in &def.checks {
            self.check(check, &mut tables)?;
        }
        self.route_tables(record, &mut tables)?;
        let key = key(&def.key, &tables[usize::from(record.0)])?;
        let distinctive = def
            .distinctive
            .iter()
            .map(|name| property_at(&tables[usize::from(record.0)], name))
            .collect::<Result<Vec<_>>>()?;
        let contact = def
            .contact
            .as_ref()
            .map(|rows| contact(rows, &tables[usize::from(record.0)]))
            .transpose()?;
        tables.iter_mut().for_each(seal);
        fast_plan::take(&mut tables, record);
        let vocabulary = self.shared.names.vocabulary(&tables);
        Ok(Endpoint {
            contact,
            id: def.endpoint.clone().into(),
            title: def.title.clone().into(),
            method: def.method.get_ref().clone().into(),
            path: def.path.clone().into(),
            page: def.page.clone().into(),
            record,
            key,
            distinctive,
            error_key: def.error_key.clone().map(Cow::Owned),
            good_beside_bad: good_beside_bad(&def.good_beside_bad)?,
            answers: self.answers.clone(),
            vocabulary,
            texts: self.shared.texts.clone(),
            off: def.rules_off.iter().map(|rule| rule.get_ref().clone()).collect(),
            empty_request: def
                .empty_request
                .as_ref()
                .map(|empty| self.empty_request(empty))
                .transpose()?,
            enums: def
                .enums
                .iter()
                .map(|(name, def)| enumeration(name, def))
                .collect::<Result<Vec<_>>>()?,
            tables,
        })
    }

    fn empty_request(&self, empty: &Spanned<super::definition::EmptyRequestDef>) -> Result<Claim> {
        let def = empty.get_ref();
        let source = cite(&def.table, def.row.as_deref().unwrap_or(""));
        let defaults = Defaults {
            rule: "no-data",
            evidence: Evidence::Table,
            phase: Phase::Request,
            answer: Some(&self.answers.missing),
            source: &source,
            words: &[],
        };
        claim(&def.claim, &defaults, empty.span())
    }

    fn table_id(&self, name: &Spanned<String>) -> Result<TableId> {
        self.table_named(name.get_ref(), name.span())
    }

    fn table_named(&self, name: &str, span: Range<usize>) -> Result<TableId> {
        match self.ids.get(name) {
            Some(id) => Ok(*id),
            None => fail(
                span,
                format!("there is no table `{name}`; tables: {}", join(self.ids.keys())),
            ),
        }
    }

    fn table(&self, def: &TableDef) -> Result<Table> {
        let rows = &def.properties.0;
        let mut properties: Vec<Property> = Vec::with_capacity(rows.len());
        let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for (name, row) in rows {
            let property = self.property(def, name, row)?;
            if !names.insert(property.name.to_ascii_lowercase()) {
                return fail(
                    name.span(),
                    format!("`{}` is repeated in this table; case is ignored", property.name),
                );
            }
            if !property.row.is_empty() && !numbers.insert(property.row.clone()) {
                return fail(
                    row.get_ref()
                        .row
                        .as_ref()
                        .map_or_else(|| row.span(), Spanned::span),
                    format!("row {} is repeated in this table", property.row),
                );
            }
            properties.push(property);
        }
        let names = NameIndex::new(properties.iter().map(|property| &*property.name));
        let mut table = Table {
            name: Cow::default(),
            title: def.title.clone().into(),
            properties,
            names,
            offset: 0,
            id: TableId(0),
            attended: Vec::new(),
            fast_rows: FastRows::default(),
            checks: Vec::new(),
            route: Vec::new(),
        };
        for (index, (_, row)) in rows.iter().enumerate() {
            resolve_unless(&mut table, index, row)?;
        }
        Ok(table)
    }

    fn property(
        &self,
        table: &TableDef,
        name: &Spanned<String>,
        row: &Spanned<PropertyDef>,
    ) -> Result<Property> {
        let def = row.get_ref();
        let number = def.row.as_ref().map_or("", |row| row.get_ref()).to_owned();
        let start = name.span().start;
        let name = name.get_ref();
        let cited = cite(&table.title, if number.is_empty() { name } else { &number });
        let source = self.cited(cited, start);
        let (ty, max_length) = self.ty(&def.ty)?;
        let too_long = max_length
            .map(|_| {
                let defaults = Defaults {
                    rule: "too-long",
                    evidence: Evidence::Table,
                    phase: Phase::Data,
                    answer: Some(&self.answers.too_long),
                    source: &source,
                    words: WORDS_OF_LENGTH,
                };
                claim(&ClaimDef::default(), &defaults, def.ty.span())
            })
            .transpose()?;
        let required = def
            .required
            .as_ref()
            .map(|required| self.required(required, &source))
            .transpose()?
            .flatten();
        let one_of = def
            .one_of
            .as_ref()
            .map(|list| self.one_of(list, &source))
            .transpose()?
            .flatten();
        let known = def
            .known
            .as_ref()
            .map(|known| self.known(known, &source))
            .transpose()?
            .flatten();
        let kind = row_kind(def.kind.as_ref(), ty)?;
        let property = Property {
            quick_check: QuickCheck::Never,
            row: number.into(),
            name: name.clone().into(),
            ty,
            or_list: def.or_list,
            max_length,
            too_long: too_long.map(Box::new),
            required: required.map(Box::new),
            one_of: one_of.map(Box::new),
            asks: self.asks(def, kind)?,
            known: known.into_iter().collect(),
            outbound_only: def.outbound_only,
            kind,
            null_elements_allowed: null_elements(def.null_elements.as_ref())?,
            note: def.note.clone().unwrap_or_default().into(),
            source: source.into(),
            constraint: Cow::default(),
            has_to_say: false,
        };
        let property = Property {
            // Whitespace is not a value if the property is mandatory or has a list of values.
            has_to_say: property.required.is_some() || property.one_of.is_some(),
            ..property
        };
        if property.or_list && !matches!(property.ty, Type::Object(_)) {
            return fail(
                def.ty.span(),
                "`or-list` is only allowed with the type of a table",
            );
        }
        suits(def, &property)?;
        Ok(property)
    }

    /// Returns what a row asks of its values besides its length and its lists: what its kind asks, and its shape.
    fn asks(&self, def: &PropertyDef, kind: Option<RowKind>) -> Result<Vec<Ask>> {
        let mut kinds = self.shared.kinds.iter();
        let of_kind = kinds.find(|(known, _)| Some(*known) == kind);
        let mut asks = of_kind.map_or_else(Vec::new, |(_, asks)| asks.clone());
        if let Some(word) = &def.shape {
            asks.push(Ask::Shape(shape(word.get_ref(), word.span())?));
        }
        Ok(asks)
    }

    fn required(&self, def: &Spanned<WordOr<RequiredDef>>, source: &str) -> Result<Option<Required>> {
        let plain = RequiredDef::default();
        let table = match def.get_ref() {
            WordOr::Table(table) => table,
            WordOr::Word(word) if word == "yes" => &plain,
            WordOr::Word(word) if word == "no" => return Ok(None),
            WordOr::Word(word) => {
                return fail(
                    def.span(),
                    format!(
                        "`required` must be \"yes\", \"no\", or a table such as {{ evidence = \"contradicted\" }}, not \"{word}\""
                    ),
                );
            }
        };
        let for_new_contact = match &table.when {
            None => false,
            Some(when) if when.get_ref() != "new" => {
                return fail(
                    when.span(),
                    format!("`when` must be \"new\", not \"{}\"", when.get_ref()),
                );
            }
            Some(when) => {
                self.names_a_contact(when.span())?;
                true
            }
        };
        let for_new = match &table.new_contact {
            None => None,
            Some(level) if for_new_contact => {
                return fail(
                    level.span(),
                    "`new-contact` is only allowed on a row that applies to every contact",
                );
            }
            Some(level) => {
                self.names_a_contact(level.span())?;
                match level.get_ref() {
                    SeverityDef::Warning => Some(Severity::Warning),
                    SeverityDef::Error | SeverityDef::Advice => {
                        return fail(level.span(), "`new-contact` must be \"warning\"");
                    }
                }
            }
        };
        let defaults = Defaults {
            rule: "missing-mandatory",
            evidence: Evidence::Table,
            phase: Phase::Mandatory,
            answer: Some(&self.answers.missing),
            source,
            words: WORDS_OF_MISSING,
        };
        Ok(Some(Required {
            claim: claim(&table.claim, &defaults, def.span())?,
            for_new_contact,
            for_new,
            empty_evidence: table
                .empty_evidence
                .as_ref()
                .map(|word| evidence(*word.get_ref())),
            unless: None,
        }))
    }

    /// Checks that the file says which properties identify the contact of a record.
    fn names_a_contact(&self, span: Range<usize>) -> Result<()> {
        match &self.def.contact {
            Some(_) => Ok(()),
            None => fail(
                span,
                "this needs [contact], which identifies the contact of a record",
            ),
        }
    }

    /// Compiles a row's `known`: the answer to a value that is not in the tenant's list.
    fn known(&self, def: &Spanned<WordOr<KnownDef>>, source: &str) -> Result<Option<TenantList>> {
        let plain;
        let table = match def.get_ref() {
            WordOr::Table(table) => table,
            WordOr::Word(word) if word == "no" => return Ok(None),
            WordOr::Word(word) => {
                plain = KnownDef {
                    fact: Spanned::new(def.span(), word.clone()),
                    also: Vec::new(),
                    suspect: None,
                    claim: ClaimDef::default(),
                };
                &plain
            }
        };
        let of_fact = self.shared.api.known.get(table.fact.get_ref().as_str());
        let defaults = Defaults {
            rule: of_fact.map_or("unknown-value", |of_fact| &of_fact.rule),
            evidence: Evidence::Inferred,
            phase: Phase::Data,
            answer: Some(&self.answers.not_in_list),
            source,
            words: WORDS_OF_VALUE,
        };
        let mut claim = claim(&table.claim, &defaults, def.span())?;
        // A warning predicts no answer.
        if claim.severity == Severity::Warning {
            claim.answer = None;
        }
        let suspect = table.suspect.as_ref();
        Ok(Some(TenantList {
            claim,
            fact: listed_fact(&table.fact)?,
            suspect: suspect
                .map(|word| shape(word.get_ref(), word.span()))
                .transpose()?,
            also: table.also.clone(),
        }))
    }

    fn one_of(&self, def: &Spanned<WordOr<OneOfDef>>, source: &str) -> Result<Option<OneOf>> {
        let inner = match def.get_ref() {
            WordOr::Table(table) => table,
            WordOr::Word(word) if word == "no" => return Ok(None),
            WordOr::Word(word) => {
                return fail(
                    def.span(),
                    format!(
                        "`one-of` must be a table such as {{ values = [\"A\", \"B\"] }}, or \"no\", not \"{word}\""
                    ),
                );
            }
        };
        let lists = &self.shared.lists;
        let named = |name: &Spanned<String>| {
            let found = lists.iter().find(|list| list.name == *name.get_ref());
            if let Some(list) = found {
                return Ok(Box::new(list.clone()));
            }
            let known: Vec<&str> = lists.iter().map(|list| &*list.name).collect();
            let message = format!(
                "there is no list \"{}\"; lists: {}",
                name.get_ref(),
                known.join(", ")
            );
            fail(name.span(), message)
        };
        let list = inner.list.as_ref().map(named).transpose()?;
        let mut values = inner.values.clone();
        values.extend(inner.also.iter().cloned());
        if values.is_empty() && list.is_none() {
            return fail(def.span(), "`one-of` needs `values` or `list`");
        }
        let defaults = Defaults {
            rule: "",
            evidence: Evidence::Table,
            phase: Phase::Data,
            answer: Some(&self.answers.not_in_list),
            source,
            words: WORDS_OF_VALUE,
        };
        let mut claim = claim(&inner.claim, &defaults, def.span())?;
        if claim.rule.is_empty() {
            claim.rule = Cow::from(if claim.severity == Severity::Error {
                "not-in-list"
            } else {
                "unlisted-value"
            });
        }
        Ok(Some(OneOf {
            claim,
            values,
            list,
            ignore_case: inner.ignore_case,
        }))
    }

    /// Parses a type word, and the length in it.
    fn ty(&self, word: &Spanned<String>) -> Result<(Type, Option<u32>)> {
        let text = word.get_ref().as_str();
        let plain = |ty| Ok((ty, None));
        match text {
            "string" => plain(Type::String),
            "boolean" => plain(Type::Boolean),
            "int" => plain(Type::Int),
            "long" => plain(Type::Long),
            "decimal" => plain(Type::Decimal),
            "date-time" => plain(Type::DateTime),
            "list of string" => plain(Type::StringList),
            _ => {
                if let Some(length) = text
                    .strip_prefix("string(")
                    .and_then(|rest| rest.strip_suffix(')'))
                {
                    return match length.parse() {
                        Ok(length) if length > 0 => Ok((Type::String, Some(length))),
                        _ => fail(word.span(), format!("`{length}` is not a length")),
                    };
                }
                if let Some(name) = text.strip_prefix("enum ") {
                    return match (0..).zip(&self.enums).find(|(_, known)| **known == name) {
                        Some((id, _)) => plain(Type::Enum(id)),
                        None => fail(
                            word.span(),
                            format!("there is no enum `{name}`; enums: {}", join(self.enums.iter())),
                        ),
                    };
                }
                if let Some(name) = text.strip_prefix("list of ") {
                    return plain(Type::ObjectList(self.table_named(name, word.span())?));
                }
                match self.ids.get(text) {
                    Some(id) => plain(Type::Object(*id)),
                    None => fail(
                        word.span(),
                        format!(
                            "there is no type `{text}`; types: string, string(n), boolean, int, long, decimal, date-time, enum NAME, a table, list of string, list of a table"
                        ),
                    ),
                }
            }
        }
    }

    fn check(&self, check: &Spanned<CheckDef>, tables: &mut [Table]) -> Result<()> {
        let def = check.get_ref();
        let span = check.span();
        let table = self.table_id(&def.table)?;
        only_its_own_keys(def)?;
        let here = &tables[usize::from(table.0)];
        let source = self.cited(cite(&here.title, def.row.as_deref().unwrap_or("")), span.start);
        let (kind, words) = match def.kind.get_ref().as_str() {
            "any-of" => (
                CheckKind::AnyOf(AnyOf(some(
                    here,
                    def.properties.as_ref(),
                    "properties",
                    &span,
                    property_at,
                )?)),
                &[][..],
            ),
            "differs" => (differs(def, table, tables, &span)?, WORDS_OF_VALUE),
            "single-valued" => {
                if let Some(fact) = &def.fact {
                    self.names_a_contact(fact.span())?;
                }
                let subject = self.subject(def, here)?;
                let single = single_valued(def, table, tables, subject, &span)?;
                (CheckKind::SingleValued(single), WORDS_OF_SEVERAL)
            }
            "active" => {
                self.names_a_contact(def.kind.span())?;
                if def.table.get_ref() != self.def.record.get_ref() {
                    return fail(
                        def.table.span(),
                        "`active` is only allowed with the table of a record",
                    );
                }
                (
                    CheckKind::Active(Active(self.subject(def, here)?)),
                    &["value"][..],
                )
            }
            "unique" => (unique(def, table, tables, &span)?, WORDS_OF_VALUE),
            "at-most-one" => (at_most_one(def, table, tables, &span)?, &[][..]),
            "belongs-to-one" => {
                if def.table.get_ref() != self.def.record.get_ref() {
                    return fail(
                        def.table.span(),
                        "`belongs-to-one` is only allowed with the table of a record",
                    );
                }
                let of_kind = |check: &Check| matches!(check.kind, CheckKind::BelongsToOne(_));
                if here.checks.iter().any(of_kind) {
                    return fail(
                        def.kind.span(),
                        "an endpoint can have only one check of this kind",
                    );
                }
                (belongs_to_one(def, here, &span)?, WORDS_OF_VALUE)
            }
            other => {
                let kinds = "any-of, differs, single-valued, active, unique, at-most-one, belongs-to-one";
                return fail(
                    def.kind.span(),
                    format!("there is no kind \"{other}\"; kinds: {kinds}"),
                );
            }
        };
        let anchor = kind.anchor(here);
        let any_of = match &kind {
            CheckKind::AnyOf(AnyOf(ids)) => ids.clone(),
            _ => Vec::new(),
        };
        let source = match &kind {
            CheckKind::Differs(differs) => match (end(tables, &differs.route), self.layered.get(&span.start))
            {
                (Some(end), None) if def.row.is_none() => end.source.to_string(),
                _ => source,
            },
            _ => source,
        };
        if def.claim.rule.is_none() {
            return fail(span, "a check needs a `rule`");
        }
        let defaults = Defaults {
            rule: "",
            evidence: Evidence::Table,
            phase: Phase::Data,
            answer: None,
            source: &source,
            words,
        };
        let claim = answered(&def.claim, &defaults, &span)?;
        for id in any_of {
            whitespace_is_no_value(&mut tables[usize::from(table.0)], id);
        }
        tables[usize::from(table.0)]
            .checks
            .push(Check { anchor, claim, kind });
        Ok(())
    }

    /// Returns the properties that identify the subject of a check: by default the record's key.
    fn subject(&self, def: &CheckDef, table: &Table) -> Result<Vec<PropertyId>> {
        let names = match &def.subject {
            Some(names) if names.get_ref().is_empty() => {
                return fail(names.span(), "`subject` names no property");
            }
            Some(names) => names,
            None if def.table.get_ref() == self.def.record.get_ref() => &self.def.key,
            None => return Ok(Vec::new()),
        };
        names.get_ref().iter().map(|name| scalar(table, name)).collect()
    }

    /// Finds the shortest route from a record to each table. A table without one is an error.
    fn route_tables(&self, record: TableId, tables: &mut [Table]) -> Result<()> {
        let mut reached = vec![false; tables.len()];
        reached[usize::from(record.0)] = true;
        let mut queue = std::collections::VecDeque::from([record]);
        while let Some(at) = queue.pop_front() {
            let route = tables[usize::from(at.0)].route.clone();
            let next: Vec<(TableId, String)> = tables[usize::from(at.0)]
                .properties
                .iter()
                .filter_map(|property| match property.ty {
                    Type::Object(id) | Type::ObjectList(id) => Some((id, property.name.to_string())),
                    _ => None,
                })
                .collect();
            for (id, name) in next {
                if !std::mem::replace(&mut reached[usize::from(id.0)], true) {
                    tables[usize::from(id.0)].route = route.iter().cloned().chain([name]).collect();
                    queue.push_back(id);
                }
            }
        }
        let mut offset = 0u16;
        for (index, (name, _)) in self.tables.iter().enumerate() {
            if !reached[index] {
                return fail(
                    name.span(),
                    format!("no record leads to table `{}`", name.get_ref()),
                );
            }
            let table = &mut tables[index];
            table.offset = offset;
            table.id = TableId(u16::try_from(index).unwrap_or(u16::MAX));
            offset = offset.saturating_add(u16::try_from(table.properties.len() + 1).unwrap_or(u16::MAX));
            table.name = name.get_ref().clone().into();
            for property in &mut table.properties {
                property.constraint = format!("{}.{}", table.name, property.name).into();
            }
        }
        Ok(())
    }
}

/// Checks that a row's keys suit its type.
fn suits(def: &PropertyDef, property: &Property) -> Result<()> {
    let text = property.ty == Type::String;
    let value = !matches!(
        property.ty,
        Type::String | Type::Object(_) | Type::StringList | Type::ObjectList(_)
    );
    if let Some(shape) = def.shape.as_ref().filter(|_| !text) {
        return fail(shape.span(), "`shape` is only allowed with type \"string\"");
    }
    if let Some(list) = def.one_of.as_ref().filter(|_| !text && property.one_of.is_some()) {
        return fail(list.span(), "`one-of` is only allowed with type \"string\"");
    }
    if let Some(known) = def.known.as_ref().filter(|_| !property.known.is_empty()) {
        holds_values(property, known.span())?;
        if let WordOr::Table(table) = known.get_ref()
            && let Some(word) = &table.suspect
            && !matches!(property.ty, Type::String | Type::StringList)
        {
            return fail(word.span(), "`suspect` is only allowed with strings");
        }
    }
    if let Some(word) = &def.null_elements
        && !matches!(property.ty, Type::StringList | Type::ObjectList(_))
    {
        return fail(
            word.span(),
            "`null-elements` is only allowed with the type of a list",
        );
    }
    let Some(required) = def.required.as_ref().filter(|_| property.required.is_some()) else {
        return Ok(());
    };
    if property.outbound_only {
        return fail(
            required.span(),
            "an `outbound-only` property is not sent, so it cannot be `required`",
        );
    }
    if let WordOr::Table(table) = required.get_ref() {
        if let Some(empty) = table.empty_evidence.as_ref().filter(|_| value) {
            return fail(
                empty.span(),
                "`empty-evidence` is only allowed with strings, objects and lists: other types have no empty value",
            );
        }
        if let Some(unless) = &table.unless
            && unless.get_ref().eq_ignore_ascii_case(&property.name)
        {
            return fail(
                unless.span(),
                "`unless` must name another property than the row's own",
            );
        }
    }
    Ok(())
}

/// Refuses keys that this kind of check does not use, because their author expects an effect.
fn only_its_own_keys(def: &CheckDef) -> Result<()> {
    let span = |present: Option<Range<usize>>, key| present.map(|span| (key, span));
    let present = [
        span(def.properties.as_ref().map(Spanned::span), "properties"),
        span(def.property.as_ref().map(Spanned::span), "property"),
        span(def.from.as_ref().map(Spanned::span), "from"),
        span(def.nearly.as_ref().map(Spanned::span), "nearly"),
        span(def.items.as_ref().map(Spanned::span), "items"),
        span(def.value.as_ref().map(Spanned::span), "value"),
        span(def.flag.as_ref().map(Spanned::span), "flag"),
        span(def.per.as_ref().map(Spanned::span), "per"),
        span(def.unless.as_ref().map(Spanned::span), "unless"),
        span(def.of.as_ref().map(Spanned::span), "of"),
        span(def.condition.as_ref().map(Spanned::span), "where"),
        span(def.replaced_by.as_ref().map(Spanned::span), "replaced-by"),
        span(def.undecided_by.as_ref().map(Spanned::span), "undecided-by"),
        span(def.subject.as_ref().map(Spanned::span), "subject"),
        span(def.fact.as_ref().map(Spanned::span), "fact"),
        span(def.held_evidence.as_ref().map(Spanned::span), "held-evidence"),
    ];
    let own: &[&str] = match def.kind.get_ref().as_str() {
        "any-of" => &["properties"],
        "differs" => &["property", "from", "nearly"],
        "single-valued" => &[
            "items",
            "value",
            "where",
            "replaced-by",
            "undecided-by",
            "subject",
            "fact",
            "held-evidence",
        ],
        "active" => &["subject"],
        "unique" => &["items", "value"],
        "at-most-one" => &["items", "flag", "per", "unless"],
        "belongs-to-one" => &["property", "of"],
        _ => return Ok(()),
    };
    match present.into_iter().flatten().find(|(key, _)| !own.contains(key)) {
        Some((key, span)) => fail(
            span,
            format!(
                "`{key}` is not allowed with kind \"{}\": {}",
                def.kind.get_ref(),
                own.join(", ")
            ),
        ),
        None => Ok(()),
    }
}

fn differs(def: &CheckDef, table: TableId, tables: &[Table], span: &Range<usize>) -> Result<CheckKind> {
    let here = &tables[usize::from(table.0)];
    let property = need(def.property.as_ref(), "property", span)?;
    let route = route_to_values(tables, table, property)?;
    let from = scalar(here, need(def.from.as_ref(), "from", span)?)?;
    if route.steps == [(table, from)] {
        return fail(property.span(), "a property cannot differ from itself");
    }
    let nearly = match &def.nearly {
        None => Vec::new(),
        Some(names) => names
            .get_ref()
            .iter()
            .map(|name| scalar(here, name))
            .collect::<Result<_>>()?,
    };
    Ok(CheckKind::Differs(Differs { route, from, nearly }))
}

/// Returns an array of the table itself, and the table of its items.
fn own_list(
    def: &CheckDef,
    table: TableId,
    tables: &[Table],
    span: &Range<usize>,
) -> Result<(Route, TableId)> {
    let path = need(def.items.as_ref(), "items", span)?;
    let items = route(tables, table, path)?;
    match (items.steps.as_slice(), end(tables, &items).map(|end| end.ty)) {
        ([_], Some(Type::ObjectList(item))) => Ok((items, item)),
        _ => fail(
            path.span(),
            "`items` must be a list of objects in the table itself",
        ),
    }
}

fn unique(def: &CheckDef, table: TableId, tables: &[Table], span: &Range<usize>) -> Result<CheckKind> {
    let (items, item) = own_list(def, table, tables, span)?;
    let value = route_to_values(tables, item, need(def.value.as_ref(), "value", span)?)?;
    let steps = items.steps.iter().chain(&value.steps).copied().collect();
    Ok(CheckKind::Unique(Unique {
        items,
        value: Route { steps },
    }))
}

fn at_most_one(def: &CheckDef, table: TableId, tables: &[Table], span: &Range<usize>) -> Result<CheckKind> {
    let (items, item) = own_list(def, table, tables, span)?;
    let here = &tables[usize::from(item.0)];
    let flag = |name: &Spanned<String>| {
        let id = scalar(here, name)?;
        match here.property(id).ty {
            Type::Boolean => Ok(id),
            _ => fail(name.span(), format!("`{}` must be a boolean", name.get_ref())),
        }
    };
    Ok(CheckKind::AtMostOne(AtMostOne {
        items,
        item,
        flag: flag(need(def.flag.as_ref(), "flag", span)?)?,
        per: def.per.as_ref().map(|name| scalar(here, name)).transpose()?,
        unless: def.unless.as_ref().map(flag).transpose()?,
    }))
}

fn belongs_to_one(def: &CheckDef, table: &Table, span: &Range<usize>) -> Result<CheckKind> {
    let text = |name: &Spanned<String>| {
        let id = scalar(table, name)?;
        match table.property(id).ty {
            Type::String => Ok(id),
            _ => fail(name.span(), format!("`{}` must be a string", name.get_ref())),
        }
    };
    let name = need(def.property.as_ref(), "property", span)?;
    let property = text(name)?;
    let of = text(need(def.of.as_ref(), "of", span)?)?;
    if property == of {
        return fail(name.span(), "a property cannot belong to itself");
    }
    Ok(CheckKind::BelongsToOne(BelongsToOne { property, of }))
}

fn single_valued(
    def: &CheckDef,
    table: TableId,
    tables: &[Table],
    subject: Vec<PropertyId>,
    span: &Range<usize>,
) -> Result<SingleValued> {
    let items_path = need(def.items.as_ref(), "items", span)?;
    let items = route(tables, table, items_path)?;
    let Some(Type::ObjectList(item_table)) = end(tables, &items).map(|end| end.ty) else {
        return fail(items_path.span(), "`items` must lead to a list of objects");
    };
    let condition = def
        .condition
        .as_ref()
        .map_or_else(|| fail(span.clone(), "single-valued needs `where`"), Ok)?;
    if condition.get_ref().is.is_empty() {
        return fail(condition.span(), "`where` needs a value in `is`");
    }
    let flag = |path: Option<&Spanned<String>>| {
        let Some(path) = path else { return Ok(None) };
        let route = route(tables, table, path)?;
        match end(tables, &route).map(|end| end.ty) {
            Some(Type::Boolean) => Ok(Some(route)),
            _ => fail(
                path.span(),
                format!("`{}` must lead to a boolean", path.get_ref()),
            ),
        }
    };
    if let Some(fact) = &def.fact
        && self::fact(fact)? != Fact::BelongingLobs
    {
        return fail(
            fact.span(),
            format!(
                "`single-valued` is only allowed with the fact \"{}\"",
                Fact::BelongingLobs.name()
            ),
        );
    }
    Ok(SingleValued {
        value: route_to_values(tables, item_table, need(def.value.as_ref(), "value", span)?)?,
        condition: (
            scalar(&tables[usize::from(item_table.0)], &condition.get_ref().property)?,
            condition.get_ref().is.clone(),
        ),
        replaced_by: flag(def.replaced_by.as_ref())?,
        undecided_by: flag(def.undecided_by.as_ref())?,
        subject,
        fact: def.fact.as_ref().map(fact).transpose()?,
        held_evidence: def.held_evidence.as_ref().map(|word| evidence(*word.get_ref())),
        items,
    })
}

fn contact(rows: &Spanned<ContactDef>, table: &Table) -> Result<ContactRows> {
    let def = rows.get_ref();
    let flag = |name: Option<&Spanned<String>>| {
        let Some(name) = name else { return Ok(None) };
        let id = property_at(table, name)?;
        match table.property(id).ty {
            Type::Boolean => Ok(Some(id)),
            _ => fail(name.span(), format!("`{}` is not a boolean", name.get_ref())),
        }
    };
    Ok(ContactRows {
        code: scalar(table, &def.code)?,
        user: def.user.as_ref().map(|name| scalar(table, name)).transpose()?,
        active: flag(def.active.as_ref())?,
        deleted: flag(def.deleted.as_ref())?,
        placeholders: def.placeholders.clone(),
    })
}

fn answer(def: &AnswerDef) -> Answer {
    Answer {
        error_code: def.error_code.clone().into(),
        description: def.description.get_ref().clone().into(),
    }
}

fn enumeration(name: &str, def: &EnumDef) -> Result<Enumeration> {
    let mut names = BTreeSet::new();
    if let Some(twice) = def
        .members
        .get_ref()
        .iter()
        .find(|name| !names.insert(name.to_ascii_lowercase()))
    {
        return fail(def.members.span(), format!("`{twice}` is repeated in this enum"));
    }
    if names.is_empty() && !def.open {
        return fail(def.members.span(), "an enum needs at least one member");
    }
    let members = (0..)
        .zip(def.members.get_ref())
        .map(|(value, name)| EnumMember {
            name: name.clone(),
            value,
        })
        .collect();
    let fact = def.fact.as_ref().map(listed_fact).transpose()?;
    Ok(Enumeration {
        name: name.to_owned().into(),
        members,
        open: def.open,
        fact,
    })
}

const fn evidence(def: EvidenceDef) -> Evidence {
    match def {
        EvidenceDef::Response => Evidence::Response,
        EvidenceDef::Table => Evidence::Table,
        EvidenceDef::Inferred => Evidence::Inferred,
        EvidenceDef::Contradicted => Evidence::Contradicted,
    }
}

/// Completes a claim with defaults. The severity follows from the evidence: what is documented or stated is an error.
fn claim(def: &ClaimDef, defaults: &Defaults, span: Range<usize>) -> Result<Claim> {
    if let Some(description) = &def.description {
        can_be_filled(description, defaults.words, span)?;
    }
    let evidence = def.evidence.map_or(defaults.evidence, evidence);
    let severity = match (def.severity, evidence) {
        (Some(SeverityDef::Error), _) | (None, Evidence::Response | Evidence::Table) => Severity::Error,
        (Some(SeverityDef::Warning), _) | (None, Evidence::Inferred) => Severity::Warning,
        (Some(SeverityDef::Advice), _) | (None, Evidence::Contradicted) => Severity::Advice,
    };
    let wording = match def.wording {
        Some(WordingDef::Documented) => Wording::Documented,
        None | Some(WordingDef::Inferred) => Wording::Inferred,
    };
    let phase = match def.phase {
        Some(PhaseDef::Request) => Phase::Request,
        Some(PhaseDef::Mandatory) => Phase::Mandatory,
        Some(PhaseDef::Data) => Phase::Data,
        Some(PhaseDef::Exception) => Phase::Exception,
        None => defaults.phase,
    };
    let code = def
        .error_code
        .as_deref()
        .or(defaults.answer.map(|answer| &*answer.error_code));
    let description = def
        .description
        .as_deref()
        .or(defaults.answer.map(|answer| &*answer.description));
    Ok(Claim {
        rule: def
            .rule
            .clone()
            .unwrap_or_else(|| defaults.rule.to_owned())
            .into(),
        evidence,
        severity,
        wording,
        phase,
        answer: code.zip(description).map(|(code, text)| Answer {
            error_code: code.to_owned().into(),
            description: text.to_owned().into(),
        }),
        source: defaults.source.to_owned().into(),
        note: def.note.clone().unwrap_or_default().into(),
    })
}

/// Completes the claim of a check, which has no answer by default. Without one it is a warning, because an error
/// predicts the answer of the API.
fn answered(def: &ClaimDef, defaults: &Defaults, span: &Range<usize>) -> Result<Claim> {
    let mut claim = claim(def, defaults, span.clone())?;
    if def.error_code.is_some() != def.description.is_some() {
        return fail(
            span.clone(),
            "`error-code` and `description` go together: both, or neither for a warning",
        );
    }
    if claim.answer.is_none() {
        claim.severity = claim.severity.min(Severity::Warning);
    }
    Ok(claim)
}

/// Returns `Buyer Contact 1.2`: the caption and the row, or the caption alone.
fn cite(title: &str, row: &str) -> String {
    if row.is_empty() {
        title.to_owned()
    } else {
        format!("{title} {row}")
    }
}

fn need<'a>(
    value: Option<&'a Spanned<String>>,
    name: &str,
    span: &Range<usize>,
) -> Result<&'a Spanned<String>> {
    value.map_or_else(
        || fail(span.clone(), format!("this kind of check needs `{name}`")),
        Ok,
    )
}

fn good_beside_bad(word: &Spanned<String>) -> Result<GoodBesideBad> {
    match word.get_ref().as_str() {
        "listed" => Ok(GoodBesideBad::Listed),
        "left-out" => Ok(GoodBesideBad::LeftOut),
        other => fail(
            word.span(),
            format!("`good-beside-bad` must be \"listed\" or \"left-out\", not \"{other}\""),
        ),
    }
}

fn shape(word: &str, span: Range<usize>) -> Result<Shape> {
    match word {
        "email" => Ok(Shape::Email),
        "culture" => Ok(Shape::Culture),
        other => fail(
            span,
            format!("there is no shape \"{other}\"; shapes: email, culture"),
        ),
    }
}

/// Returns the kind of a row. The default for a string is text for people.
fn row_kind(word: Option<&Spanned<String>>, ty: Type) -> Result<Option<RowKind>> {
    let is_text = matches!(ty, Type::String | Type::StringList);
    let Some(word) = word else {
        return Ok(is_text.then_some(RowKind::Text));
    };
    let kind = kind_named(word)?;
    let (suits, with) = match kind {
        RowKind::Amount => (
            matches!(ty, Type::Decimal | Type::Int | Type::Long),
            "\"decimal\", \"int\" or \"long\"",
        ),
        _ => (is_text, "\"string\" or \"list of string\""),
    };
    if suits {
        return Ok(Some(kind));
    }
    fail(
        word.span(),
        format!("`kind` \"{}\" is only allowed with type {with}", kind.word()),
    )
}

fn kind_named(word: &Spanned<String>) -> Result<RowKind> {
    let mut kinds = RowKind::ALL.into_iter();
    let named = kinds.find(|kind| kind.word() == word.get_ref());
    named.map_or_else(
        || {
            let kinds = join(RowKind::ALL.iter().map(|kind| kind.word()));
            fail(
                word.span(),
                format!("there is no kind \"{}\"; kinds: {kinds}", word.get_ref()),
            )
        },
        Ok,
    )
}

/// Returns what each kind of row asks of its values.
fn kinds(api: &ApiDef) -> Result<Vec<(RowKind, Vec<Ask>)>> {
    let ask = |word: &Spanned<String>| {
        let found = Ask::OF_KINDS.iter().find(|(name, _)| name == word.get_ref());
        found.map_or_else(
            || {
                let names = join(Ask::OF_KINDS.iter().map(|(name, _)| name));
                fail(
                    word.span(),
                    format!(
                        "a kind has no requirement \"{}\"; requirements: {names}",
                        word.get_ref()
                    ),
                )
            },
            |(_, ask)| Ok(*ask),
        )
    };
    let mut all = Vec::new();
    for (word, asks) in &api.kinds {
        let mut asks = asks.iter().map(ask).collect::<Result<Vec<_>>>()?;
        asks.sort_unstable();
        asks.dedup();
        all.push((kind_named(word)?, asks));
    }
    Ok(all)
}

/// Returns the bit of a placeholder's last character.
fn last_bit(word: &Spanned<String>) -> Result<(usize, u64)> {
    match word.get_ref().bytes().next_back() {
        Some(last) if last.is_ascii() => Ok(bit_of(last)),
        _ => fail(word.span(), "a placeholder must end with an ASCII character"),
    }
}

/// Compiles lists of words and characters, each to one text.
fn texts(def: &TextsDef) -> Result<TextDefects> {
    let mut starts = [0_u64; 2];
    let mut start = |text: &str, span: Range<usize>| match text.bytes().next() {
        Some(byte) if byte.is_ascii_graphic() && !text.contains('\n') && text.trim() == text => {
            let (word, bit) = bit_of(byte);
            starts[word] |= bit;
            Ok(())
        }
        _ => fail(
            span,
            "expected a string that begins with a visible ASCII character and has no line break",
        ),
    };
    let (mut placeholders, mut code_placeholders) = (String::new(), String::new());
    let (mut ends, mut lengths) = ([0_u64; 2], 0);
    for (words, lines) in [
        (&def.placeholders, &mut placeholders),
        (&def.code_placeholders, &mut code_placeholders),
    ] {
        for word in words {
            start(word.get_ref(), word.span())?;
            let (index, bit) = last_bit(word)?;
            ends[index] |= bit;
            lengths |= length_bit(word.get_ref().len());
            lines.push_str(word.get_ref());
            lines.push('\n');
        }
    }
    let (mut marks, mut errors) = (String::new(), String::new());
    for word in &def.spreadsheet_errors {
        let text = word.get_ref();
        start(text, word.span())?;
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return fail(
                word.span(),
                "an error value of a spreadsheet must begin with a punctuation mark",
            );
        }
        errors.push_str(text);
        errors.push('\n');
    }
    for pair in &def.placeholder_marks {
        for mark in pair.get_ref() {
            start(mark, pair.span())?;
            if mark.contains(|c: char| c.is_alphanumeric() || c.is_whitespace()) {
                return fail(pair.span(), "a mark must not contain letters, digits or spaces");
            }
        }
        let [open, close] = pair.get_ref();
        marks.extend([open, " ", close, "\n"]);
    }
    Ok(TextDefects {
        placeholders: placeholders.into(),
        code_placeholders: code_placeholders.into(),
        marks: marks.into(),
        spreadsheet_errors: errors.into(),
        hidden: hidden_characters(def)?.into(),
        entities: entities(def)?.into(),
        starts,
        ends,
        lengths,
    })
}

/// Compiles the ranges of invisible characters: a line for each, sorted.
fn hidden_characters(def: &TextsDef) -> Result<String> {
    let mut ranges = BTreeMap::new();
    for (range, name) in &def.hidden {
        let text = range.get_ref();
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let number = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        match (number(first), number(last)) {
            (Some(low), Some(high)) if low <= high => {
                ranges.insert(low, (high, range.span(), [first, " ", last, " ", name, "\n"]));
            }
            _ => {
                return fail(
                    range.span(),
                    "expected a code point such as 00A0, or a range such as 2000-200A",
                );
            }
        }
    }
    // They are found by binary search, so they must be sorted, with each character in one range only.
    let (mut hidden, mut end) = (String::new(), None);
    for (low, (high, span, line)) in ranges {
        if end.is_some_and(|end| end >= low) {
            return fail(span, "this range overlaps another one");
        }
        end = Some(high);
        hidden.extend(line);
    }
    Ok(hidden)
}

/// Compiles the HTML entities: a line for each name, sorted.
fn entities(def: &TextsDef) -> Result<String> {
    let mut texts_of_entities: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    if let Some(names) = &def.latin_1_entities {
        if names.get_ref().len() != 96 {
            return fail(names.span(), "U+00A0 to U+00FF are 96 characters");
        }
        for (name, c) in names.get_ref().iter().zip('\u{A0}'..='\u{FF}') {
            texts_of_entities.insert(name, c.to_string().into());
        }
    }
    for (name, text) in &def.entities {
        texts_of_entities.insert(name.get_ref(), text.into());
    }
    let mut entities = String::new();
    for (name, text) in &texts_of_entities {
        entities.extend([name, " ", text, "\n"]);
    }
    Ok(entities)
}

fn null_elements(word: Option<&Spanned<String>>) -> Result<bool> {
    match word.map(|word| (word.get_ref().as_str(), word.span())) {
        None => Ok(false),
        Some(("allowed", _)) => Ok(true),
        Some((other, span)) => fail(
            span,
            format!("`null-elements` must be \"allowed\", not \"{other}\""),
        ),
    }
}

fn fact(name: &Spanned<String>) -> Result<Fact> {
    match Fact::ALL.iter().find(|(_, known)| *known == name.get_ref()) {
        Some((fact, _)) => Ok(*fact),
        None => fail(
            name.span(),
            format!(
                "there is no fact \"{}\"; facts: {}",
                name.get_ref(),
                join(Fact::ALL.iter().map(|(_, name)| name))
            ),
        ),
    }
}

/// Returns a fact that is a list of values.
fn listed_fact(name: &Spanned<String>) -> Result<Fact> {
    match fact(name)? {
        Fact::BelongingLobs => fail(
            name.span(),
            format!(
                "\"{}\" is not a list of values; it is only allowed with `single-valued`",
                name.get_ref()
            ),
        ),
        fact => Ok(fact),
    }
}

fn property_at(table: &Table, name: &Spanned<String>) -> Result<PropertyId> {
    match table.find(name.get_ref()) {
        Some(id) => Ok(id),
        None => fail(
            name.span(),
            format!("table `{}` has no property `{}`", table.title, name.get_ref()),
        ),
    }
}

/// Returns the key properties of a record: at least one, without duplicates.
fn key(names: &Spanned<Vec<Spanned<String>>>, record: &Table) -> Result<Vec<PropertyId>> {
    let mut key = Vec::new();
    for name in names.get_ref() {
        let id = scalar(record, name)?;
        if key.contains(&id) {
            return fail(name.span(), format!("`{}` is in the key already", name.get_ref()));
        }
        key.push(id);
    }
    if key.is_empty() {
        return fail(names.span(), "the key names no property");
    }
    Ok(key)
}

/// Returns a property with a single value, which is neither an array nor an object.
fn scalar(table: &Table, name: &Spanned<String>) -> Result<PropertyId> {
    let id = property_at(table, name)?;
    match table.property(id).ty {
        Type::Object(_) | Type::ObjectList(_) | Type::StringList => fail(
            name.span(),
            format!(
                "`{}` is a list or an object; expected a single value",
                name.get_ref()
            ),
        ),
        _ => Ok(id),
    }
}

/// Checks that a property has values: single ones, or strings in an array.
fn holds_values(property: &Property, span: Range<usize>) -> Result<()> {
    match property.ty {
        Type::Object(_) | Type::ObjectList(_) => fail(
            span,
            format!("`{}` contains objects; expected values", property.name),
        ),
        _ => Ok(()),
    }
}

/// Returns properties of a table, at least one.
fn some(
    table: &Table,
    names: Option<&Spanned<Vec<Spanned<String>>>>,
    key: &str,
    span: &Range<usize>,
    find: fn(&Table, &Spanned<String>) -> Result<PropertyId>,
) -> Result<Vec<PropertyId>> {
    match names {
        Some(names) if !names.get_ref().is_empty() => {
            names.get_ref().iter().map(|name| find(table, name)).collect()
        }
        _ => {
            let span = names.map_or_else(|| span.clone(), Spanned::span);
            fail(span, format!("this kind of check needs `{key}`"))
        }
    }
}

/// Returns a route that ends at values.
fn route_to_values(tables: &[Table], from: TableId, path: &Spanned<String>) -> Result<Route> {
    let route = route(tables, from, path)?;
    if let Some(end) = end(tables, &route) {
        holds_values(end, path.span())?;
    }
    Ok(route)
}

/// Resolves `ContactManagers/ManagerCode` from a table down.
fn route(tables: &[Table], from: TableId, path: &Spanned<String>) -> Result<Route> {
    let mut at = Some(from);
    let mut steps = Vec::new();
    for name in path.get_ref().split('/') {
        let Some(table) = at else {
            return fail(
                path.span(),
                format!("`{}`: the parent of `{name}` has no properties", path.get_ref()),
            );
        };
        let id = property_at(
            &tables[usize::from(table.0)],
            &Spanned::new(path.span(), name.to_owned()),
        )?;
        steps.push((table, id));
        at = match tables[usize::from(table.0)].property(id).ty {
            Type::Object(next) | Type::ObjectList(next) => Some(next),
            _ => None,
        };
    }
    Ok(Route { steps })
}

/// Computes what the engine checks, once all constraints are in place.
fn seal(table: &mut Table) {
    let mut attended = vec![0_u64; table.properties.len().div_ceil(64)];
    for (index, property) in (0u16..).zip(&mut table.properties) {
        property.quick_check = property.quick_check();
        let checked = table.checks.iter().any(|check| check.anchor == PropertyId(index));
        if checked || property.required.is_some() {
            attended[usize::from(index / 64)] |= 1 << (index % 64);
        }
    }
    table.attended = attended;
}

/// Returns the property at the end of a route.
fn end<'t>(tables: &'t [Table], route: &Route) -> Option<&'t Property> {
    route
        .steps
        .last()
        .map(|(table, id)| tables[usize::from(table.0)].property(*id))
}

/// Makes whitespace in this property count as no value.
fn whitespace_is_no_value(table: &mut Table, id: PropertyId) {
    let property = &mut table.properties[usize::from(id.0)];
    property.has_to_say = true;
}

fn resolve_unless(table: &mut Table, index: usize, row: &Spanned<PropertyDef>) -> Result<()> {
    let Some(required) = &row.get_ref().required else {
        return Ok(());
    };
    let WordOr::Table(def) = required.get_ref() else {
        return Ok(());
    };
    let Some(name) = &def.unless else {
        return Ok(());
    };
    let id = property_at(table, name)?;
    whitespace_is_no_value(table, id);
    if let Some(required) = &mut table.properties[index].required {
        required.unless = Some(id);
    }
    Ok(())
}

fn join(names: impl Iterator<Item = impl fmt::Display>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}
