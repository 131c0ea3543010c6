//! From a rules file's text to an [`Endpoint`]: resolve every name, refuse what does not fit, say where.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml::Spanned;

use super::definition::{
    AnswerDef, CheckDef, ClaimDef, ContactDef, EndpointDef, EnumDef, EvidenceDef, OneOfDef, PhaseDef,
    PropertyDef, RequiredDef, SeverityDef, TableDef, WordingDef,
};
use super::{
    Answer, Answers, Check, CheckKind, Claim, ContactRows, Endpoint, Enumeration, Fact, Glance,
    GoodBesideBad, Known, List, NameIndex, OneOf, Property, PropertyId, Required, Route, Shape, Sights,
    SingleValued, Table, TableId, Type, fast_plan,
};
use crate::finding::{Evidence, Phase, Severity, Wording};
use dotnet_bind::EnumMember;

/// A mistake in a rules file, with its bytes in that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong and what would be right.
    pub message: String,
    /// Where.
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

/// Reads one endpoint's rules file.
///
/// Errors: not TOML, an unknown key or word, a type, table or property that does not exist, a duplicate row or
/// name, a table that no record reaches.
pub fn load(text: &str, lists: &[List]) -> Result<Endpoint> {
    let def: EndpointDef = toml::from_str(text).map_err(|error| LoadError {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(0..0),
    })?;
    Compiler::new(&def, lists).endpoint()
}

struct Compiler<'d> {
    def: &'d EndpointDef,
    /// Public code lists that rows may name.
    lists: &'d [List],
    /// Tables in the file's order.
    tables: Vec<(&'d Spanned<String>, &'d TableDef)>,
    ids: BTreeMap<&'d str, TableId>,
    enums: Vec<&'d str>,
    answers: Answers,
}

/// What a constraint is when its file does not say.
struct Defaults<'a> {
    rule: &'a str,
    phase: Phase,
    answer: Option<&'a Answer>,
    source: &'a str,
}

impl<'d> Compiler<'d> {
    fn new(def: &'d EndpointDef, lists: &'d [List]) -> Self {
        let mut tables: Vec<_> = def.tables.iter().collect();
        tables.sort_by_key(|(name, _)| name.span().start);
        let ids = (0..)
            .zip(&tables)
            .map(|(id, (name, _))| (name.get_ref().as_str(), TableId(id)))
            .collect();
        let answers = Answers {
            missing: answer(&def.answers.missing),
            too_long: answer(&def.answers.too_long),
            not_in_list: answer(&def.answers.not_in_list),
            null: answer(&def.answers.null),
        };
        Self {
            def,
            lists,
            tables,
            ids,
            enums: def.enums.keys().map(String::as_str).collect(),
            answers,
        }
    }

    fn endpoint(&self) -> Result<Endpoint> {
        let def = self.def;
        let record = self.table_id(def.record.get_ref(), def.record.span())?;
        let mut tables = self
            .tables
            .iter()
            .map(|(_, table)| self.table(table))
            .collect::<Result<Vec<_>>>()?;
        for check in &def.checks {
            self.check(check, &mut tables)?;
        }
        self.route_tables(record, &mut tables)?;
        let key = def
            .key
            .iter()
            .map(|name| property_id(&tables[usize::from(record.0)], name.get_ref(), name.span()))
            .collect::<Result<Vec<_>>>()?;
        let distinctive = def
            .distinctive
            .iter()
            .map(|name| property_id(&tables[usize::from(record.0)], name.get_ref(), name.span()))
            .collect::<Result<Vec<_>>>()?;
        let contact = def
            .contact
            .as_ref()
            .map(|rows| contact(rows, &tables[usize::from(record.0)]))
            .transpose()?;
        tables.iter_mut().for_each(seal);
        fast_plan::take(&mut tables, record);
        Ok(Endpoint {
            contact,
            id: def.endpoint.clone().into(),
            title: def.title.clone().into(),
            method: def.method.clone().into(),
            path: def.path.clone().into(),
            page: def.page.clone().into(),
            record,
            key,
            distinctive,
            error_key: def.error_key.clone().map(Cow::Owned),
            good_beside_bad: good_beside_bad(&def.good_beside_bad)?,
            answers: self.answers.clone(),
            off: def.rules_off.clone(),
            empty_request: def.empty_request.as_ref().map(|empty| self.empty_request(empty)),
            enums: def
                .enums
                .iter()
                .map(|(name, def)| enumeration(name, def))
                .collect::<Result<Vec<_>>>()?,
            tables,
        })
    }

    fn empty_request(&self, empty: &super::definition::EmptyRequestDef) -> Claim {
        let source = cite(&empty.table, empty.row.as_deref().unwrap_or(""));
        let defaults = Defaults {
            rule: "no-data",
            phase: Phase::Request,
            answer: Some(&self.answers.missing),
            source: &source,
        };
        claim(&empty.claim, &defaults)
    }

    fn table_id(&self, name: &str, span: Range<usize>) -> Result<TableId> {
        match self.ids.get(name) {
            Some(id) => Ok(*id),
            None => fail(
                span,
                format!("there is no table `{name}`; tables: {}", join(self.ids.keys())),
            ),
        }
    }

    fn table(&self, def: &TableDef) -> Result<Table> {
        let mut properties: Vec<Property> = Vec::with_capacity(def.properties.len());
        for row in &def.properties {
            let property = self.property(def, row)?;
            if properties
                .iter()
                .any(|other| other.name.eq_ignore_ascii_case(&property.name))
            {
                return fail(
                    row.span(),
                    format!("`{}` stands twice in this table", property.name),
                );
            }
            if !property.row.is_empty() && properties.iter().any(|other| other.row == property.row) {
                return fail(
                    row.span(),
                    format!("row {} stands twice in this table", property.row),
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
            attended: Vec::new(),
            sights: Sights::default(),
            checks: Vec::new(),
            route: Vec::new(),
        };
        for (index, row) in def.properties.iter().enumerate() {
            resolve_unless(&mut table, index, row)?;
        }
        Ok(table)
    }

    fn property(&self, table: &TableDef, row: &Spanned<PropertyDef>) -> Result<Property> {
        let def = row.get_ref();
        let number = def.row.clone().unwrap_or_default();
        let cited = cite(&table.title, if number.is_empty() { &def.name } else { &number });
        let source = layered(cited, def.layer.as_deref());
        let (ty, max_length) = self.ty(&def.ty)?;
        let defaults = |rule, phase, answer| Defaults {
            rule,
            phase,
            answer,
            source: &source,
        };
        let too_long = max_length.map(|_| {
            claim(
                &ClaimDef::default(),
                &defaults("too-long", Phase::Data, Some(&self.answers.too_long)),
            )
        });
        let required = def
            .required
            .as_ref()
            .map(|required| self.required(required, &source))
            .transpose()?
            .flatten();
        let one_of = def
            .one_of
            .as_ref()
            .filter(|list| !list.get_ref().off)
            .map(|list| self.one_of(list, &source))
            .transpose()?;
        let property = Property {
            glance: Glance::Never,
            row: number.into(),
            name: def.name.clone().into(),
            ty,
            or_list: def.or_list,
            max_length,
            too_long: too_long.map(Box::new),
            required: required.map(Box::new),
            one_of: one_of.map(Box::new),
            shape: def
                .shape
                .as_ref()
                .map(|shape| self::shape(shape.get_ref(), shape.span()))
                .transpose()?,
            known: Vec::new(),
            outbound_only: def.outbound_only,
            null_elements_allowed: null_elements(def.null_elements.as_ref())?,
            note: def.note.clone().unwrap_or_default().into(),
            source: source.into(),
            constraint: Cow::default(),
            has_to_say: def.required.is_some(),
        };
        if property.or_list && !matches!(property.ty, Type::Object(_)) {
            return fail(def.ty.span(), "`or-list` goes with the type of a table");
        }
        if property.ty != Type::String && (property.shape.is_some() || property.one_of.is_some()) {
            return fail(def.ty.span(), "`one-of` and `shape` go with type \"string\"");
        }
        Ok(property)
    }

    fn required(&self, def: &Spanned<RequiredDef>, source: &str) -> Result<Option<Required>> {
        let RequiredDef::Yes(table) = def.get_ref() else {
            return Ok(None);
        };
        let for_new_contact = match table.when.as_deref() {
            None => false,
            Some("new-contact") => true,
            Some(other) => {
                return fail(
                    def.span(),
                    format!("`when` knows \"new-contact\", not \"{other}\""),
                );
            }
        };
        let defaults = Defaults {
            rule: "missing-mandatory",
            phase: Phase::Mandatory,
            answer: Some(&self.answers.missing),
            source,
        };
        Ok(Some(Required {
            claim: claim(&table.claim, &defaults),
            for_new_contact,
            empty_evidence: table.empty_evidence.map(evidence),
            unless: None,
        }))
    }

    fn one_of(&self, def: &Spanned<OneOfDef>, source: &str) -> Result<OneOf> {
        let inner = def.get_ref();
        let list = match inner.list.as_deref() {
            None => None,
            Some(name) => match self.lists.iter().find(|list| list.name == name) {
                Some(list) => Some(Box::new(list.clone())),
                None => {
                    let names: Vec<&str> = self.lists.iter().map(|list| &*list.name).collect();
                    return fail(
                        def.span(),
                        format!("there is no list \"{name}\"; lists: {}", names.join(", ")),
                    );
                }
            },
        };
        let mut values = inner.values.clone();
        values.extend(inner.also.iter().cloned());
        if values.is_empty() && list.is_none() {
            return fail(def.span(), "`one-of` needs `values` or `list`");
        }
        let defaults = Defaults {
            rule: "",
            phase: Phase::Data,
            answer: Some(&self.answers.not_in_list),
            source,
        };
        let mut claim = claim(&inner.claim, &defaults);
        if claim.rule.is_empty() {
            claim.rule = Cow::from(if claim.severity == Severity::Error {
                "not-in-list"
            } else {
                "unlisted-value"
            });
        }
        Ok(OneOf {
            claim,
            values,
            list,
            ignore_case: inner.ignore_case,
        })
    }

    /// A type word, and the length that stands in it.
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
                        Ok(length) => Ok((Type::String, Some(length))),
                        Err(_) => fail(word.span(), format!("`{length}` is no length")),
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
                    return plain(Type::ObjectList(self.table_id(name, word.span())?));
                }
                match self.ids.get(text) {
                    Some(id) => plain(Type::Object(*id)),
                    None => fail(
                        word.span(),
                        format!(
                            "there is no type `{text}`: string, string(n), boolean, int, long, decimal, date-time, enum NAME, a table, list of string, list of a table"
                        ),
                    ),
                }
            }
        }
    }

    fn check(&self, check: &Spanned<CheckDef>, tables: &mut [Table]) -> Result<()> {
        let def = check.get_ref();
        let span = check.span();
        let table = self.table_id(&def.table, span.clone())?;
        let here = &tables[usize::from(table.0)];
        let source = layered(
            cite(&here.title, def.row.as_deref().unwrap_or("")),
            def.layer.as_deref(),
        );
        let kind = match def.kind.as_str() {
            "known" => return known(check, table, tables),
            "any-of" => CheckKind::AnyOf(properties(here, &def.properties, &span)?),
            "differs" => CheckKind::Differs {
                route: route(
                    tables,
                    table,
                    need(def.property.as_ref(), "property", &span)?,
                    &span,
                )?,
                from: property_id(here, need(def.from.as_ref(), "from", &span)?, span.clone())?,
                nearly: properties(here, &def.nearly, &span)?,
            },
            "single-valued" => CheckKind::SingleValued(single_valued(def, table, tables, &span)?),
            "active" => CheckKind::Active(properties(here, &def.subject, &span)?),
            other => {
                let kinds = "any-of, differs, single-valued, active, known";
                return fail(span, format!("there is no kind \"{other}\": {kinds}"));
            }
        };
        // A kind that knows its fact by itself may name it; a name that is none is a slip all the same.
        if let Some(name) = &def.fact {
            fact(name, &span)?;
        }
        let anchor = anchor(&kind, here);
        let any_of = match &kind {
            CheckKind::AnyOf(ids) => ids.clone(),
            _ => Vec::new(),
        };
        let source = match &kind {
            CheckKind::Differs { route, .. } => match (end(tables, route), &def.layer) {
                (Some(end), None) if def.row.is_none() => end.source.to_string(),
                _ => source,
            },
            _ => source,
        };
        if def.claim.rule.is_none() {
            return fail(span, "a check needs a `rule`");
        }
        let claim = claim(
            &def.claim,
            &Defaults {
                rule: "",
                phase: Phase::Data,
                answer: None,
                source: &source,
            },
        );
        for id in any_of {
            says(&mut tables[usize::from(table.0)], id);
        }
        tables[usize::from(table.0)]
            .checks
            .push(Check { anchor, claim, kind });
        Ok(())
    }

    /// Finds the shortest way from a record to each table; a table without one is a mistake.
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
            offset = offset.saturating_add(u16::try_from(table.properties.len() + 1).unwrap_or(u16::MAX));
            table.name = name.get_ref().clone().into();
            for property in &mut table.properties {
                property.constraint = format!("{}.{}", table.name, property.name).into();
            }
        }
        Ok(())
    }
}

fn known(check: &Spanned<CheckDef>, table: TableId, tables: &mut [Table]) -> Result<()> {
    let (def, span) = (check.get_ref(), check.span());
    let table = &mut tables[usize::from(table.0)];
    let id = property_id(
        table,
        need(def.property.as_ref(), "property", &span)?,
        span.clone(),
    )?;
    let property = &mut table.properties[usize::from(id.0)];
    let fact = fact(need(def.fact.as_ref(), "fact", &span)?, &span)?;
    let suspect = def
        .suspect
        .as_ref()
        .map(|word| shape(word, span.clone()))
        .transpose()?;
    let defaults = Defaults {
        rule: "unknown-value",
        phase: Phase::Data,
        answer: None,
        source: &property.source,
    };
    let mut claim = claim(&def.claim, &defaults);
    if claim.answer.is_none() {
        claim.severity = Severity::Warning;
    }
    property.known.push(Known {
        claim,
        fact,
        suspect,
        also: def.also.clone(),
    });
    Ok(())
}

fn single_valued(
    def: &CheckDef,
    table: TableId,
    tables: &[Table],
    span: &Range<usize>,
) -> Result<SingleValued> {
    let items = route(tables, table, need(def.items.as_ref(), "items", span)?, span)?;
    let Some(Type::ObjectList(item_table)) = end(tables, &items).map(|end| end.ty) else {
        return fail(span.clone(), "`items` has to lead to a list of objects");
    };
    let Some(condition) = &def.condition else {
        return fail(span.clone(), "single-valued needs `where`");
    };
    let optional = |path: Option<&String>| path.map(|path| route(tables, table, path, span)).transpose();
    Ok(SingleValued {
        value: route(tables, item_table, need(def.value.as_ref(), "value", span)?, span)?,
        condition: (
            property_id(
                &tables[usize::from(item_table.0)],
                &condition.property,
                span.clone(),
            )?,
            condition.is.clone(),
        ),
        replaced_by: optional(def.replaced_by.as_ref())?,
        undecided_by: optional(def.undecided_by.as_ref())?,
        subject: properties(&tables[usize::from(table.0)], &def.subject, span)?,
        fact: def.fact.as_deref().map(|name| fact(name, span)).transpose()?,
        held_evidence: def.held_evidence.map(evidence),
        items,
    })
}

fn contact(rows: &Spanned<ContactDef>, table: &Table) -> Result<ContactRows> {
    let (def, span) = (rows.get_ref(), rows.span());
    let optional = |name: Option<&String>| {
        name.map(|name| property_id(table, name, span.clone()))
            .transpose()
    };
    Ok(ContactRows {
        code: property_id(table, &def.code, span.clone())?,
        user: optional(def.user.as_ref())?,
        active: optional(def.active.as_ref())?,
        deleted: optional(def.deleted.as_ref())?,
        placeholders: def.placeholders.clone(),
    })
}

fn answer(def: &AnswerDef) -> Answer {
    Answer {
        error_code: def.error_code.clone().into(),
        description: def.description.clone().into(),
    }
}

fn enumeration(name: &str, def: &EnumDef) -> Result<Enumeration> {
    let members = (0..)
        .zip(&def.members)
        .map(|(value, name)| EnumMember {
            name: name.clone(),
            value,
        })
        .collect();
    let fact = def
        .fact
        .as_ref()
        .map(|word| fact(word.get_ref(), &word.span()))
        .transpose()?;
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

/// Fills in what a constraint leaves out. Severity follows from evidence: we predict what is documented or stated.
fn claim(def: &ClaimDef, defaults: &Defaults) -> Claim {
    let evidence = def.evidence.map_or(Evidence::Table, evidence);
    let severity = match (def.severity, evidence) {
        (Some(SeverityDef::Error), _) | (None, Evidence::Response | Evidence::Table) => Severity::Error,
        (Some(SeverityDef::Warning), _) | (None, Evidence::Inferred | Evidence::Contradicted) => {
            Severity::Warning
        }
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
    Claim {
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
    }
}

/// `Buyer Contact 1.2`: the caption and the row, or the caption alone.
fn cite(title: &str, row: &str) -> String {
    if row.is_empty() {
        title.to_owned()
    } else {
        format!("{title} {row}")
    }
}

/// The same with the user's file that changed it.
fn layered(source: String, layer: Option<&str>) -> String {
    match layer {
        Some(layer) => format!("{source} ({layer})"),
        None => source,
    }
}

fn need<'a>(value: Option<&'a String>, name: &str, span: &Range<usize>) -> Result<&'a String> {
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
            format!("`good-beside-bad` is \"listed\" or \"left-out\", not \"{other}\""),
        ),
    }
}

fn shape(word: &str, span: Range<usize>) -> Result<Shape> {
    match word {
        "email" => Ok(Shape::Email),
        "culture" => Ok(Shape::Culture),
        other => fail(span, format!("there is no shape \"{other}\": email, culture")),
    }
}

fn null_elements(word: Option<&Spanned<String>>) -> Result<bool> {
    match word.map(|word| (word.get_ref().as_str(), word.span())) {
        None => Ok(false),
        Some(("allowed", _)) => Ok(true),
        Some((other, span)) => fail(
            span,
            format!("`null-elements` knows \"allowed\", not \"{other}\""),
        ),
    }
}

fn fact(name: &str, span: &Range<usize>) -> Result<Fact> {
    match Fact::ALL.iter().find(|(_, known)| *known == name) {
        Some((fact, _)) => Ok(*fact),
        None => fail(
            span.clone(),
            format!(
                "there is no fact \"{name}\": {}",
                join(Fact::ALL.iter().map(|(_, name)| name))
            ),
        ),
    }
}

fn property_id(table: &Table, name: &str, span: Range<usize>) -> Result<PropertyId> {
    match table.find(name) {
        Some(id) => Ok(id),
        None => fail(span, format!("table `{}` has no property `{name}`", table.title)),
    }
}

fn properties(table: &Table, names: &[String], span: &Range<usize>) -> Result<Vec<PropertyId>> {
    names
        .iter()
        .map(|name| property_id(table, name, span.clone()))
        .collect()
}

/// Resolves `ContactManagers/ManagerCode` from a table down.
fn route(tables: &[Table], from: TableId, path: &str, span: &Range<usize>) -> Result<Route> {
    let mut at = Some(from);
    let mut steps = Vec::new();
    for name in path.split('/') {
        let Some(table) = at else {
            return fail(
                span.clone(),
                format!("`{path}`: nothing lies below `{name}`'s parent"),
            );
        };
        let id = property_id(&tables[usize::from(table.0)], name, span.clone())?;
        steps.push((table, id));
        at = match tables[usize::from(table.0)].property(id).ty {
            Type::Object(next) | Type::ObjectList(next) => Some(next),
            _ => None,
        };
    }
    Ok(Route { steps })
}

/// Works out what the engine looks at, now that all constraints are in place.
fn seal(table: &mut Table) {
    let mut attended = vec![0_u64; table.properties.len().div_ceil(64)];
    for (index, property) in (0u16..).zip(&mut table.properties) {
        property.glance = property.glance();
        let checked = table.checks.iter().any(|check| check.anchor == PropertyId(index));
        if checked || property.required.is_some() {
            attended[usize::from(index / 64)] |= 1 << (index % 64);
        }
    }
    table.attended = attended;
}

/// The row that a check goes with; one that concerns the record as a whole goes with the last.
fn anchor(kind: &CheckKind, table: &Table) -> PropertyId {
    let first = |route: &Route| route.steps.first().map(|(_, id)| *id);
    let of_kind = match kind {
        CheckKind::AnyOf(ids) => ids.iter().min().copied(),
        CheckKind::Differs { route, .. } => first(route),
        CheckKind::SingleValued(single) => first(&single.items),
        CheckKind::Active(_) => None,
    };
    let last = u16::try_from(table.properties.len().saturating_sub(1)).unwrap_or(u16::MAX);
    of_kind.unwrap_or(PropertyId(last))
}

/// The property at the end of a route.
fn end<'t>(tables: &'t [Table], route: &Route) -> Option<&'t Property> {
    route
        .steps
        .last()
        .map(|(table, id)| tables[usize::from(table.0)].property(*id))
}

/// White space in this property is no value.
fn says(table: &mut Table, id: PropertyId) {
    let property = &mut table.properties[usize::from(id.0)];
    property.has_to_say = true;
}

fn resolve_unless(table: &mut Table, index: usize, row: &Spanned<PropertyDef>) -> Result<()> {
    let Some(required) = &row.get_ref().required else {
        return Ok(());
    };
    let RequiredDef::Yes(def) = required.get_ref() else {
        return Ok(());
    };
    let Some(name) = &def.unless else {
        return Ok(());
    };
    let id = property_id(table, name, required.span())?;
    says(table, id);
    if let Some(required) = &mut table.properties[index].required {
        required.unless = Some(id);
    }
    Ok(())
}

fn join(names: impl Iterator<Item = impl fmt::Display>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}
