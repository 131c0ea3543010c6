//! Compiles checks over several properties.

use std::ops::Range;

use toml::Spanned;

use super::claim::{Defaults, WORDS_OF_SEVERAL, WORDS_OF_VALUE, answered, cite};
use super::compiler::Compiler;
use super::error::{Result, fail, no_such};
use super::lookup::{
    end, fact_named, need, properties_named, property_at, route, route_to_values, scalar,
    whitespace_is_no_value,
};
use crate::finding::{Evidence, Phase};
use crate::rules::definition::CheckDef;
use crate::rules::{
    Active, AnyOf, AtMostOne, BelongsToOne, Check, CheckKind, Differs, Fact, PropertyId, Route, SingleValued,
    Table, TableId, Type, Unique,
};

/// A kind of check, as a rules file names it.
#[derive(Debug, Clone, Copy)]
pub struct KindOfCheck {
    /// Its name.
    pub name: &'static str,
    /// The keys that only some kinds have; keys of all checks are not listed.
    pub own_keys: &'static [&'static str],
    /// The placeholders that its description may contain.
    words: &'static [&'static str],
    /// The default of `phase`.
    phase: Phase,
    compile: fn(&Compiler<'_>, &Definition<'_>) -> Result<CheckKind>,
}

/// A check as written.
struct Definition<'d> {
    def: &'d CheckDef,
    /// The place of the check in the file.
    span: Range<usize>,
    table: TableId,
    tables: &'d [Table],
}

impl Definition<'_> {
    /// Returns the table whose objects are checked.
    fn here(&self) -> &Table {
        &self.tables[usize::from(self.table.0)]
    }
}

impl KindOfCheck {
    /// All kinds, in the order of `rules/README.md`.
    pub const ALL: [Self; 7] = [
        Self {
            name: "any-of",
            own_keys: &["properties"],
            words: &[],
            phase: Phase::Mandatory,
            compile: any_of,
        },
        Self {
            name: "differs",
            own_keys: &["property", "from", "nearly"],
            words: WORDS_OF_VALUE,
            phase: Phase::Data,
            compile: differs,
        },
        Self {
            name: "single-valued",
            own_keys: &[
                "items",
                "value",
                "where",
                "replaced-by",
                "undecided-by",
                "subject",
                "fact",
                "held-evidence",
            ],
            words: WORDS_OF_SEVERAL,
            phase: Phase::Data,
            compile: single_valued,
        },
        Self {
            name: "active",
            own_keys: &["subject"],
            words: &["value"],
            phase: Phase::Data,
            compile: active,
        },
        Self {
            name: "unique",
            own_keys: &["items", "value"],
            words: WORDS_OF_VALUE,
            phase: Phase::Data,
            compile: unique,
        },
        Self {
            name: "at-most-one",
            own_keys: &["items", "flag", "per", "unless"],
            words: &[],
            phase: Phase::Data,
            compile: at_most_one,
        },
        Self {
            name: "belongs-to-one",
            own_keys: &["property", "of"],
            words: WORDS_OF_VALUE,
            phase: Phase::Data,
            compile: belongs_to_one,
        },
    ];

    fn named(word: &Spanned<String>) -> Result<Self> {
        let named = Self::ALL.into_iter().find(|kind| kind.name == word.get_ref());
        named.map_or_else(
            || no_such("kind", word, Self::ALL.iter().map(|kind| kind.name)),
            Ok,
        )
    }
}

impl Compiler<'_> {
    pub(super) fn check(&self, check: &Spanned<CheckDef>, tables: &mut [Table]) -> Result<()> {
        let def = check.get_ref();
        let span = check.span();
        let table = self.table_id(&def.table)?;
        let named = KindOfCheck::named(&def.kind)?;
        only_its_own_keys(def, named)?;
        let kind = (named.compile)(
            self,
            &Definition {
                def,
                span: span.clone(),
                table,
                tables,
            },
        )?;
        let here = &tables[usize::from(table.0)];
        let anchor = kind.anchor(here);
        let cited = self.cited(cite(&here.title, def.row.as_deref().unwrap_or("")), span.start);
        let source = match &kind {
            CheckKind::Differs(differs) => match (end(tables, &differs.route), self.layered.get(&span.start))
            {
                (Some(end), None) if def.row.is_none() => end.source.to_string(),
                _ => cited,
            },
            _ => cited,
        };
        if def.claim.rule.is_none() {
            return fail(span, "a check needs a `rule`");
        }
        let defaults = Defaults {
            rule: "",
            evidence: Evidence::Table,
            phase: named.phase,
            answer: None,
            source: &source,
            words: named.words,
        };
        let claim = answered(&def.claim, &defaults, &span)?;
        let here = &mut tables[usize::from(table.0)];
        if let CheckKind::AnyOf(AnyOf(ids)) = &kind {
            for id in ids {
                whitespace_is_no_value(here, *id);
            }
        }
        here.checks.push(Check { anchor, claim, kind });
        Ok(())
    }

    /// Refuses a check of another table than that of a record.
    fn is_of_record(&self, def: &CheckDef) -> Result<()> {
        if def.table.get_ref() == self.def.record.get_ref() {
            return Ok(());
        }
        fail(
            def.table.span(),
            format!(
                "`{}` is only allowed with the table of a record",
                def.kind.get_ref()
            ),
        )
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
}

/// Refuses keys that this kind of check does not use, because they would have no effect.
fn only_its_own_keys(def: &CheckDef, kind: KindOfCheck) -> Result<()> {
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
    let own = kind.own_keys;
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

fn any_of(_: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    let names = check.def.properties.as_ref();
    let properties = properties_named(check.here(), names, "properties", &check.span, property_at)?;
    Ok(CheckKind::AnyOf(AnyOf(properties)))
}

fn active(compiler: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    compiler.names_a_contact(check.def.kind.span())?;
    compiler.is_of_record(check.def)?;
    let subject = compiler.subject(check.def, check.here())?;
    Ok(CheckKind::Active(Active(subject)))
}

fn differs(_: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    let (def, span, table, here) = (check.def, &check.span, check.table, check.here());
    let property = need(def.property.as_ref(), "property", span)?;
    let route = route_to_values(check.tables, table, property)?;
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

/// Returns a property of the table that is an array of objects, and the table of these objects.
fn own_list(check: &Definition<'_>) -> Result<(Route, TableId)> {
    let (tables, path) = (
        check.tables,
        need(check.def.items.as_ref(), "items", &check.span)?,
    );
    let items = route(tables, check.table, path)?;
    match (items.steps.as_slice(), end(tables, &items).map(|end| end.ty)) {
        ([_], Some(Type::ObjectList(item))) => Ok((items, item)),
        _ => fail(
            path.span(),
            "`items` must be a list of objects in the table itself",
        ),
    }
}

fn unique(_: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    let (items, item) = own_list(check)?;
    let value = need(check.def.value.as_ref(), "value", &check.span)?;
    let value = route_to_values(check.tables, item, value)?;
    let steps = items.steps.iter().chain(&value.steps).copied().collect();
    Ok(CheckKind::Unique(Unique {
        items,
        value: Route { steps },
    }))
}

fn at_most_one(_: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    let (items, item) = own_list(check)?;
    let (def, span, here) = (check.def, &check.span, &check.tables[usize::from(item.0)]);
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

fn belongs_to_one(compiler: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    let (def, span, table) = (check.def, &check.span, check.here());
    compiler.is_of_record(def)?;
    let of_kind = |check: &Check| matches!(check.kind, CheckKind::BelongsToOne(_));
    if table.checks.iter().any(of_kind) {
        return fail(
            def.kind.span(),
            "an endpoint can have only one check of this kind",
        );
    }
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

fn single_valued(compiler: &Compiler<'_>, check: &Definition<'_>) -> Result<CheckKind> {
    let (def, span, table, tables) = (check.def, &check.span, check.table, check.tables);
    if let Some(fact) = &def.fact {
        compiler.names_a_contact(fact.span())?;
    }
    let subject = compiler.subject(def, check.here())?;
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
        && fact_named(fact)? != Fact::BelongingLobs
    {
        return fail(
            fact.span(),
            format!(
                "`single-valued` is only allowed with the fact \"{}\"",
                Fact::BelongingLobs.name()
            ),
        );
    }
    Ok(CheckKind::SingleValued(SingleValued {
        value: route_to_values(tables, item_table, need(def.value.as_ref(), "value", span)?)?,
        condition: (
            scalar(&tables[usize::from(item_table.0)], &condition.get_ref().property)?,
            condition.get_ref().is.clone(),
        ),
        replaced_by: flag(def.replaced_by.as_ref())?,
        undecided_by: flag(def.undecided_by.as_ref())?,
        subject,
        fact: def.fact.as_ref().map(fact_named).transpose()?,
        held_evidence: def.held_evidence.as_ref().map(|word| *word.get_ref()),
        items,
    }))
}
