//! A rules file as it is written: what serde reads, before anything is resolved or checked.
//!
//! Every field is explained in `rules/README.md`. Unknown keys are refused, and what has to be checked against
//! the rest of the file keeps its span, so that a mistake is shown at its place.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use toml::Spanned;

/// One endpoint's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EndpointDef {
    pub endpoint: String,
    pub title: String,
    pub method: Spanned<String>,
    pub path: String,
    /// What the body is: nothing but a list can be checked.
    pub body: Option<Spanned<String>>,
    #[serde(default)]
    pub page: String,
    pub record: Spanned<String>,
    pub key: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub distinctive: Vec<Spanned<String>>,
    pub error_key: Option<String>,
    pub good_beside_bad: Spanned<String>,
    pub answers: AnswersDef,
    pub empty_request: Option<Spanned<EmptyRequestDef>>,
    pub contact: Option<Spanned<ContactDef>>,
    #[serde(default)]
    pub enums: BTreeMap<String, EnumDef>,
    pub tables: BTreeMap<Spanned<String>, TableDef>,
    #[serde(default)]
    pub checks: Vec<Spanned<CheckDef>>,
    #[serde(default)]
    pub rules_off: Vec<String>,
}

/// A user's layer over an endpoint's file: the same, with nothing but its endpoint mandatory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read only to see whether it can be")]
pub(super) struct PatchDef {
    pub endpoint: String,
    pub title: Option<String>,
    pub method: Option<String>,
    pub path: Option<String>,
    pub body: Option<String>,
    pub page: Option<String>,
    pub record: Option<String>,
    pub key: Option<Vec<String>>,
    pub distinctive: Option<Vec<String>>,
    pub error_key: Option<String>,
    pub good_beside_bad: Option<String>,
    #[serde(default)]
    pub answers: BTreeMap<String, AnswerDef>,
    pub empty_request: Option<EmptyRequestDef>,
    pub contact: Option<ContactDef>,
    #[serde(default)]
    pub enums: BTreeMap<String, EnumDef>,
    #[serde(default)]
    pub tables: BTreeMap<String, TablePatchDef>,
    #[serde(default)]
    pub checks: Vec<Spanned<CheckPatchDef>>,
    #[serde(default)]
    pub rules_off: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read only to see whether it can be")]
pub(super) struct TablePatchDef {
    pub title: Option<String>,
    #[serde(default)]
    pub properties: Vec<PropertyPatchDef>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read only to see whether it can be")]
pub(super) struct PropertyPatchDef {
    pub row: Option<String>,
    pub name: Spanned<String>,
    #[serde(rename = "type")]
    pub ty: Option<String>,
    #[serde(default)]
    pub or_list: bool,
    pub required: Option<RequiredDef>,
    pub one_of: Option<OneOfDef>,
    pub shape: Option<String>,
    pub kind: Option<String>,
    #[serde(default)]
    pub outbound_only: bool,
    pub null_elements: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read only to see whether it can be")]
pub(super) struct CheckPatchDef {
    pub kind: Option<String>,
    pub table: Option<String>,
    pub row: Option<String>,
    #[serde(default)]
    pub properties: Vec<String>,
    pub property: Option<String>,
    pub from: Option<String>,
    #[serde(default)]
    pub nearly: Vec<String>,
    pub items: Option<String>,
    pub value: Option<String>,
    #[serde(rename = "where")]
    pub condition: Option<WhereDef>,
    pub replaced_by: Option<String>,
    pub undecided_by: Option<String>,
    #[serde(default)]
    pub subject: Vec<String>,
    pub fact: Option<String>,
    pub suspect: Option<String>,
    pub held_evidence: Option<EvidenceDef>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub off: bool,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AnswersDef {
    pub missing: AnswerDef,
    pub too_long: AnswerDef,
    pub not_in_list: AnswerDef,
    pub null: AnswerDef,
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
    pub properties: Vec<Spanned<PropertyDef>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PropertyDef {
    pub row: Option<Spanned<String>>,
    pub name: Spanned<String>,
    #[serde(rename = "type")]
    pub ty: Spanned<String>,
    #[serde(default)]
    pub or_list: bool,
    pub required: Option<Spanned<RequiredDef>>,
    pub one_of: Option<Spanned<OneOfDef>>,
    pub shape: Option<Spanned<String>>,
    pub kind: Option<Spanned<String>>,
    #[serde(default)]
    pub outbound_only: bool,
    pub null_elements: Option<Spanned<String>>,
    pub note: Option<String>,
    /// The user's file that the row comes from; merging puts it there.
    pub layer: Option<String>,
}

/// What a constraint may say of itself, wherever it stands.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ClaimDef {
    pub rule: Option<String>,
    pub evidence: Option<EvidenceDef>,
    pub wording: Option<WordingDef>,
    pub severity: Option<SeverityDef>,
    pub phase: Option<PhaseDef>,
    pub error_code: Option<String>,
    pub description: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EvidenceDef {
    Response,
    Table,
    Inferred,
    Contradicted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WordingDef {
    Documented,
    Inferred,
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
pub(super) struct RequiredTableDef {
    pub when: Option<Spanned<String>>,
    pub unless: Option<Spanned<String>>,
    pub empty_evidence: Option<Spanned<EvidenceDef>>,
    pub new_contact: Option<Spanned<SeverityDef>>,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

/// `required = "yes"` or `"no"`, or a table that says more.
#[derive(Debug, Clone)]
pub(super) enum RequiredDef {
    /// Not required: how a patch takes a requirement back.
    No,
    /// Required.
    Yes(Box<RequiredTableDef>),
}

impl<'de> Deserialize<'de> for RequiredDef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = RequiredDef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"yes\", \"no\", or a table such as { evidence = \"contradicted\" }")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<RequiredDef, E> {
                match word {
                    "yes" => Ok(RequiredDef::Yes(Box::default())),
                    "no" => Ok(RequiredDef::No),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RequiredDef, A::Error> {
                RequiredTableDef::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|table| RequiredDef::Yes(Box::new(table)))
            }
        }
        deserializer.deserialize_any(Either)
    }
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
    /// Any value is fine: how a patch takes a list back.
    #[serde(default)]
    pub off: bool,
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
    #[serde(rename = "where")]
    pub condition: Option<Spanned<WhereDef>>,
    pub replaced_by: Option<Spanned<String>>,
    pub undecided_by: Option<Spanned<String>>,
    pub subject: Option<Spanned<Vec<Spanned<String>>>>,
    pub fact: Option<Spanned<String>>,
    pub suspect: Option<Spanned<String>>,
    pub held_evidence: Option<Spanned<EvidenceDef>>,
    pub also: Option<Spanned<Vec<String>>>,
    /// The user's file that the check comes from; merging puts it there.
    pub layer: Option<String>,
    #[serde(flatten)]
    pub claim: ClaimDef,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WhereDef {
    pub property: Spanned<String>,
    pub is: Vec<String>,
}
