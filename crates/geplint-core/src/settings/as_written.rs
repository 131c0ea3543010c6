//! A settings file as written: the types that serde reads. `schema/config.json` and `docs/config.md` have every key,
//! too.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::model::{ContactCodes, FailOn, Level, Unused};
use crate::finding;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    #[serde(default)]
    pub include: Vec<Spanned<String>>,
    #[serde(default)]
    pub exclude: Vec<Spanned<String>>,
    #[serde(default)]
    pub rules: Vec<Spanned<String>>,
    pub fail_on: Option<FailOn>,
    pub min_severity: Option<finding::Severity>,
    pub unused: Option<Unused>,
    pub contact_codes: Option<ContactCodes>,
    pub baseline: Option<Spanned<String>>,
    pub output: Option<Output>,
    pub tenant: Option<Tenant>,
    #[serde(default)]
    pub files: Vec<Files>,
    #[serde(default)]
    pub calls: Vec<Calls>,
    #[serde(default)]
    pub pair: Vec<Spanned<String>>,
    #[serde(default)]
    pub severity: Vec<Severity>,
    #[serde(default)]
    pub ignore: Vec<Spanned<Ignored>>,
    #[serde(default)]
    pub only: Vec<Spanned<String>>,
}

/// An element of `ignore`: a rule that is off everywhere, or the table of `[[ignore]]`.
#[derive(Debug)]
pub(super) enum Ignored {
    Rule(String),
    Table(Box<Ignore>),
}

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Ignored;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rule in quotes or a table")
            }

            fn visit_str<E: Error>(self, rule: &str) -> Result<Ignored, E> {
                Ok(Ignored::Rule(rule.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ignored, A::Error> {
                let table = Ignore::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Ignored::Table(Box::new(table)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// `[output]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Output {
    pub format: Option<Spanned<String>>,
}

/// `[tenant]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Tenant {
    pub file: Spanned<String>,
}

/// `[[files]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Files {
    pub glob: Spanned<String>,
    pub endpoint: Spanned<String>,
}

/// `[[calls]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Calls {
    pub url: Spanned<String>,
    pub endpoint: Spanned<String>,
}

/// `[[severity]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Severity {
    pub rule: Option<Spanned<String>>,
    pub endpoint: Option<Spanned<String>>,
    pub evidence: Option<finding::Evidence>,
    pub level: Spanned<Level>,
}

/// `[[ignore]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Ignore {
    pub path: Spanned<String>,
    pub rule: Spanned<String>,
    pub pointer: Option<Spanned<String>>,
    pub reason: Spanned<String>,
    pub until: Option<Spanned<toml::Value>>,
}
