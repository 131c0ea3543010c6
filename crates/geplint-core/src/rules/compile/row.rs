//! Compiles rows of a table: the type and the constraints on a value.

use std::borrow::Cow;

use toml::Spanned;

use super::claim::{Defaults, WORDS_OF_LENGTH, WORDS_OF_MISSING, WORDS_OF_VALUE, cite, claim};
use super::compiler::Compiler;
use super::error::{Result, fail, join, no_such};
use super::lookup::{
    holds_values, kind_named, listed_fact, property_at, shape_named, whitespace_is_no_value,
};
use crate::finding::{Evidence, Phase, Severity};
use crate::rules::definition::{
    ClaimDef, KnownDef, OneOfDef, PropertyDef, RequiredDef, SeverityDef, TableDef, WordOr,
};
use crate::rules::{OneOf, Property, QuickCheck, Required, RowKind, Table, TenantList, Type, ValueCheck};

impl Compiler<'_> {
    pub(super) fn property(
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
            value_checks: self.value_checks(def, kind)?,
            known: known.into_iter().collect(),
            outbound_only: def.outbound_only,
            kind,
            null_elements_allowed: null_elements(def.null_elements.as_ref())?,
            note: def.note.clone().unwrap_or_default().into(),
            source: source.into(),
            constraint: Cow::default(),
            blank_is_missing: false,
        };
        let property = Property {
            // Whitespace is not a value if the property is mandatory or has a list of values.
            blank_is_missing: property.required.is_some() || property.one_of.is_some(),
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

    /// Returns the checks of a row besides its length and its lists: those of its kind, and its shape.
    fn value_checks(&self, def: &PropertyDef, kind: Option<RowKind>) -> Result<Vec<ValueCheck>> {
        let mut kinds = self.shared.kinds.iter();
        let of_kind = kinds.find(|(known, _)| Some(*known) == kind);
        let mut checks = of_kind.map_or_else(Vec::new, |(_, checks)| checks.clone());
        if let Some(word) = &def.shape {
            checks.push(ValueCheck::Shape(shape_named(word.get_ref(), word.span())?));
        }
        Ok(checks)
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
            empty_evidence: table.empty_evidence.as_ref().map(|word| *word.get_ref()),
            unless: None,
        }))
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
                .map(|word| shape_named(word.get_ref(), word.span()))
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
            match found {
                Some(list) => Ok(Box::new(list.clone())),
                None => no_such("list", name, lists.iter().map(|list| &list.name)),
            }
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
}

/// Refuses keys that do not suit the type of a row.
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

/// Returns the kind of a row. The default for a string is [`RowKind::Text`].
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

pub(super) fn resolve_unless(table: &mut Table, index: usize, row: &Spanned<PropertyDef>) -> Result<()> {
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
