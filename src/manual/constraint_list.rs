//! The section on where a rule applies: the rows and checks with the rule.

use std::collections::BTreeMap;

use super::document::{Block, Cell, Piece, plain, text};
use crate::bind::{Container, Json, Scalar, bind, bind_container};
use crate::report::labels;
use crate::rules::{Constraint, Endpoint, Stated, Type};

/// Returns the rows and checks of an endpoint with a rule; those that follow from others come last.
pub fn of(rule: &str, endpoint: &Endpoint) -> Vec<Constraint> {
    let all = endpoint.constraints().into_iter().chain(endpoint.implied());
    all.filter(|constraint| constraint.rule == rule).collect()
}

/// Returns a table of rows for each endpoint; by type if the rule applies to every row.
pub fn blocks(rule: &str, endpoints: &[&Endpoint]) -> Vec<Block> {
    let found: Vec<_> = endpoints
        .iter()
        .map(|endpoint| (*endpoint, of(rule, endpoint)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    if found.is_empty() {
        let words = "Anywhere. The rule does not come from a row of a table, but from how the API reads JSON, or from what the sender probably means.";
        return vec![Block::Words(plain(words))];
    }
    if found
        .iter()
        .all(|(_, rows)| rows.iter().all(|row| row.stated == Stated::Type))
    {
        return by_type(endpoints);
    }
    let mut blocks = Vec::new();
    for (endpoint, rows) in found {
        blocks.push(Block::Heading(endpoint.id.to_string()));
        let head = vec!["property", "constraint", "row", "evidence", "severity"];
        blocks.push(Block::Table(head, rows.iter().map(row).collect()));
    }
    blocks
}

fn row(constraint: &Constraint) -> Vec<Cell> {
    let words = |text: &str| Piece::Words(text.to_owned());
    let what = match constraint.needs {
        Some(_) => format!("{} (needs --tenant)", constraint.what),
        None => constraint.what.clone(),
    };
    vec![
        Piece::Code(constraint.name.clone()),
        Piece::Words(what),
        words(&constraint.source),
        words(constraint.evidence.word()),
        words(constraint.severity.word()),
    ]
}

/// Declared types that the converter treats alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    String,
    Boolean,
    Int,
    Long,
    Decimal,
    DateTime,
    Enum,
    Object,
    List,
}

impl Kind {
    const fn of(ty: Type) -> Self {
        match ty {
            Type::String => Self::String,
            Type::Boolean => Self::Boolean,
            Type::Int => Self::Int,
            Type::Long => Self::Long,
            Type::Decimal => Self::Decimal,
            Type::DateTime => Self::DateTime,
            Type::Enum(_) => Self::Enum,
            Type::Object(_) => Self::Object,
            Type::StringList | Type::ObjectList(_) => Self::List,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Decimal => "decimal",
            Self::DateTime => "date-time",
            Self::Enum => "enum",
            Self::Object => "object",
            Self::List => "list",
        }
    }

    /// Returns a value that it refuses: as written, and as the converter takes it.
    const fn refused(self) -> (&'static str, Json<'static>) {
        match self {
            Self::String | Self::Enum | Self::Object => ("[]", Json::Array),
            Self::Boolean => ("\"yes\"", Json::Text("yes")),
            Self::Int | Self::Long => ("\"12 pcs\"", Json::Text("12 pcs")),
            Self::Decimal => ("\"12.50 EUR\"", Json::Text("12.50 EUR")),
            Self::DateTime => ("\"31.01.2026\"", Json::Text("31.01.2026")),
            Self::List => ("{}", Json::Object),
        }
    }

    /// Returns the converter's sentence about that value.
    fn sentence(self, endpoint: &Endpoint, ty: Type) -> Option<String> {
        let (_, json) = self.refused();
        let name = endpoint.clr_name(ty);
        let scalar = |scalar| {
            let bound = bind(scalar, &[], false, json, &name);
            bound.err().map(|failure| failure.sentence)
        };
        match self {
            Self::String => scalar(Scalar::String),
            Self::Boolean => scalar(Scalar::Boolean),
            Self::Int => scalar(Scalar::Int),
            Self::Long => scalar(Scalar::Long),
            Self::Decimal => scalar(Scalar::Decimal),
            Self::DateTime => scalar(Scalar::DateTime),
            Self::Enum => scalar(Scalar::Enum),
            Self::Object => bind_container(Container::Object, json, &name).err(),
            Self::List => bind_container(Container::List, json, &name).err(),
        }
    }
}

/// Returns the number of rows by declared type, with the answer to a value that does not convert.
fn by_type(endpoints: &[&Endpoint]) -> Vec<Block> {
    let mut kinds: BTreeMap<Kind, (usize, &Endpoint, Type)> = BTreeMap::new();
    let mut total = 0;
    for endpoint in endpoints {
        for property in endpoint.tables.iter().flat_map(|table| &table.properties) {
            let first = (0, *endpoint, property.ty);
            kinds.entry(Kind::of(property.ty)).or_insert(first).0 += 1;
            total += 1;
        }
    }
    let points = kinds.iter().map(|(kind, (count, endpoint, ty))| {
        let (value, _) = kind.refused();
        let mut point = text(&format!(
            "`{}`, {}: ",
            kind.name(),
            labels::count(*count as u64, "row")
        ));
        point.push(Piece::Code(value.to_owned()));
        point.push(Piece::Words(" is answered with ".to_owned()));
        point.push(Piece::Code(kind.sentence(endpoint, *ty).unwrap_or_default()));
        point
    });
    vec![
        Block::Words(text(&format!(
            "On every one of the {total} rows, by its declared type (evidence inferred, severity error). \
             `geplint rules ENDPOINT` shows the type of each row. An example of each:"
        ))),
        Block::Points(points.collect()),
        Block::Words(plain(
            "The type name of an object or a list in the text is a guess.",
        )),
    ]
}
