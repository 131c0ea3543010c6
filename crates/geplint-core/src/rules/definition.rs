//! A rules file as written: the types that serde reads, before anything is resolved or checked.
//!
//! `rules/README.md` explains every field. Unknown keys are refused. Values that must be checked against the rest of
//! the file keep their span, so that an error is shown at its position.
//!
//! To add an attribute to a row, add a field to [`PropertyDef`] and compile it. An attribute that is a word or a table
//! is a [`WordOr`]. Layers of users need no change: they are merged as data before this module reads them. A test
//! compares these fields with what `geplint rules` prints.
//!
//! Only facts of the tenant about contacts have words that are specific to contacts: `[contact]` (contacts are the
//! only list with a state), the check `active` (it reads that state), `fact = "belonging-lobs"` (it is stored for a
//! contact). All other words apply to any record.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use crate::finding::{Evidence, Wording};

/// The file of the API as a whole, with the defaults for every endpoint.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ApiDef {
    #[serde(default)]
    pub answers: AnswersDef,
    /// The defaults of a row's `known`, by the name of its fact.
    #[serde(default)]
    pub known: BTreeMap<Spanned<String>, KnownDefaultsDef>,
    /// The checks of the values of a row, by the word of its kind.
    #[serde(default)]
    pub kinds: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    #[serde(default)]
    pub texts: TextsDef,
}

/// The words and characters that checks of strings search for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TextsDef {
    #[serde(default)]
    pub placeholders: Vec<Spanned<String>>,
    #[serde(default)]
    pub code_placeholders: Vec<Spanned<String>>,
    #[serde(default)]
    pub placeholder_marks: Vec<Spanned<[String; 2]>>,
    #[serde(default)]
    pub spreadsheet_errors: Vec<Spanned<String>>,
    /// The names of characters, by code point or by the first and last code point of a range.
    #[serde(default)]
    pub hidden: BTreeMap<Spanned<String>, String>,
    /// The names of U+00A0 to U+00FF, in order.
    #[serde(default)]
    pub latin_1_entities: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub entities: BTreeMap<Spanned<String>, String>,
    /// The name of a code page, and the characters of the bytes 80 to FF.
    #[serde(default)]
    pub code_pages: Vec<Spanned<[String; 2]>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KnownDefaultsDef {
    pub rule: String,
}

/// The file of one endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EndpointDef {
    pub endpoint: String,
    pub title: String,
    pub method: Spanned<String>,
    pub path: String,
    /// The type of the body. Only a list can be checked.
    pub body: Option<Spanned<String>>,
    #[serde(default)]
    pub page: String,
    pub record: Spanned<String>,
    pub key: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub distinctive: Vec<Spanned<String>>,
    pub error_key: Option<String>,
    pub good_beside_bad: Spanned<String>,
    pub answers: Option<Spanned<AnswersDef>>,
    pub empty_request: Option<Spanned<EmptyRequestDef>>,
    pub contact: Option<Spanned<ContactDef>>,
    #[serde(default)]
    pub enums: BTreeMap<String, EnumDef>,
    pub tables: BTreeMap<Spanned<String>, TableDef>,
    #[serde(default)]
    pub checks: Vec<Spanned<CheckDef>>,
    #[serde(default)]
    pub rules_off: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AnswersDef {
    pub missing: Option<AnswerDef>,
    pub too_long: Option<AnswerDef>,
    pub not_in_list: Option<AnswerDef>,
    pub null: Option<AnswerDef>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AnswerDef {
    pub error_code: String,
    pub description: Spanned<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EmptyRequestDef {
    pub table: String,
    pub row: Option<String>,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ContactDef {
    pub code: Spanned<String>,
    pub user: Option<Spanned<String>>,
    pub active: Option<Spanned<String>>,
    pub deleted: Option<Spanned<String>>,
    #[serde(default)]
    pub placeholders: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EnumDef {
    pub members: Spanned<Vec<String>>,
    #[serde(default)]
    pub open: bool,
    pub fact: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TableDef {
    pub title: String,
    #[serde(default)]
    pub properties: Rows,
}

/// The rows of a table by name, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows(pub Vec<(Spanned<String>, Spanned<PropertyDef>)>);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByName;
        impl<'de> Visitor<'de> for ByName {
            type Value = Rows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("rows by name, such as `City = { type = \"string(50)\" }`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = map.next_entry()? {
                    rows.push(row);
                }
                Ok(Rows(rows))
            }
        }
        deserializer.deserialize_map(ByName)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PropertyDef {
    pub row: Option<Spanned<String>>,
    #[serde(rename = "type")]
    pub ty: Spanned<String>,
    #[serde(default)]
    pub or_list: bool,
    /// `"yes"`, `"no"`, or a table.
    pub required: Option<Spanned<WordOr<RequiredDef>>>,
    /// `"no"`, or a table.
    pub one_of: Option<Spanned<WordOr<OneOfDef>>>,
    pub shape: Option<Spanned<String>>,
    pub kind: Option<Spanned<String>>,
    /// The name of a fact, `"no"`, or a table.
    pub known: Option<Spanned<WordOr<KnownDef>>>,
    #[serde(default)]
    pub outbound_only: bool,
    pub null_elements: Option<Spanned<String>>,
    pub note: Option<String>,
}

/// An attribute that is a word or, with more details, a table.
#[derive(Debug, Clone)]
pub(super) enum WordOr<T> {
    Word(String),
    Table(Box<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for WordOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = WordOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word, or a table such as { evidence = \"contradicted\" }")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<WordOr<T>, E> {
                Ok(WordOr::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WordOr<T>, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|table| WordOr::Table(Box::new(table)))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// The common attributes of every constraint.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ClaimDef {
    pub rule: Option<String>,
    pub evidence: Option<Evidence>,
    pub wording: Option<Wording>,
    pub severity: Option<SeverityDef>,
    pub phase: Option<PhaseDef>,
    pub error_code: Option<String>,
    pub description: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SeverityDef {
    Advice,
    Error,
    Warning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PhaseDef {
    Request,
    Mandatory,
    Data,
    Exception,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RequiredDef {
    pub when: Option<Spanned<String>>,
    pub unless: Option<Spanned<String>>,
    pub empty_evidence: Option<Spanned<Evidence>>,
    pub new_contact: Option<Spanned<SeverityDef>>,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct OneOfDef {
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub also: Vec<String>,
    pub list: Option<Spanned<String>>,
    #[serde(default)]
    pub ignore_case: bool,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KnownDef {
    pub fact: Spanned<String>,
    #[serde(default)]
    pub also: Vec<String>,
    pub suspect: Option<Spanned<String>>,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CheckDef {
    pub kind: Spanned<String>,
    pub table: Spanned<String>,
    pub row: Option<String>,
    pub properties: Option<Spanned<Vec<Spanned<String>>>>,
    pub property: Option<Spanned<String>>,
    pub from: Option<Spanned<String>>,
    pub nearly: Option<Spanned<Vec<Spanned<String>>>>,
    pub items: Option<Spanned<String>>,
    pub value: Option<Spanned<String>>,
    pub flag: Option<Spanned<String>>,
    pub per: Option<Spanned<String>>,
    pub unless: Option<Spanned<String>>,
    pub of: Option<Spanned<String>>,
    #[serde(rename = "where")]
    pub condition: Option<Spanned<WhereDef>>,
    pub replaced_by: Option<Spanned<String>>,
    pub undecided_by: Option<Spanned<String>>,
    pub subject: Option<Spanned<Vec<Spanned<String>>>>,
    pub fact: Option<Spanned<String>>,
    pub held_evidence: Option<Spanned<Evidence>>,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WhereDef {
    pub property: Spanned<String>,
    pub is: Vec<String>,
}
