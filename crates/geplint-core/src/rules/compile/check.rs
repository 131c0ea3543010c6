//! A check over several properties, by its kind.

use std::ops::Range;

use toml::Spanned;

use super::claim::{Defaults, WORDS_OF_SEVERAL, WORDS_OF_VALUE, answered, cite, evidence};
use super::compiler::Compiler;
use super::error::{Result, fail};
use super::lookup::{
    end, fact_named, need, property_at, route, route_to_values, scalar, some, whitespace_is_no_value,
};
use crate::finding::{Evidence, Phase};
use crate::rules::definition::CheckDef;
use crate::rules::{
    Active, AnyOf, AtMostOne, BelongsToOne, Check, CheckKind, Differs, Fact, PropertyId, Route, SingleValued,
    Table, TableId, Type, Unique,
};

impl Compiler<'_> {
    pub(super) fn check(&self, check: &Spanned<CheckDef>, tables: &mut [Table]) -> Result<()> {
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
    Ok(SingleValued {
        value: route_to_values(tables, item_table, need(def.value.as_ref(), "value", span)?)?,
        condition: (
            scalar(&tables[usize::from(item_table.0)], &condition.get_ref().property)?,
            condition.get_ref().is.clone(),
        ),
        replaced_by: flag(def.replaced_by.as_ref())?,
        undecided_by: flag(def.undecided_by.as_ref())?,
        subject,
        fact: def.fact.as_ref().map(fact_named).transpose()?,
        held_evidence: def.held_evidence.as_ref().map(|word| evidence(*word.get_ref())),
        items,
    })
}
