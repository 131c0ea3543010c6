//! The formats and their names, and a file for each format. Code shared by formats is in the parent folder.

pub mod checkstyle;
pub mod concise;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod rdjson;
pub mod sarif;
pub mod table;

use clap::ValueEnum;

use super::style::Look;
use super::{
    Checkstyle, Concise, Full, GitHub, GitLab, JUnit, Json, JsonLines, RdJson, Report, Sarif, Table,
};

/// A format of a report, as `--format` and `--output` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A report with source lines, the predicted response and how to fix each mistake
    Full,
    /// One line for each finding: `path:line:col: error[rule]: message`
    Concise,
    /// An overview: one line for each file and rule
    Table,
    /// One JSON document (version 1)
    Json,
    /// One line for each finding: a JSON object with the fields of the JSON document
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands, which become annotations
    Github,
    /// GitLab Code Quality
    Gitlab,
    /// JUnit XML: a suite for each file
    Junit,
    /// Checkstyle XML
    Checkstyle,
    /// reviewdog's JSON
    Rdjson,
}

impl Format {
    /// All formats, in the order of the help text.
    pub const ALL: [Self; 11] = [
        Self::Full,
        Self::Concise,
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Rdjson,
    ];

    /// Returns the name on the command line and in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Rdjson => "rdjson",
        }
    }

    /// Returns the report. `look` is for formats that people read; `strict` is true if warnings fail the run, for
    /// JUnit.
    pub fn report(self, look: Look, strict: bool) -> Box<dyn Report> {
        match self {
            Self::Full => Box::new(Full::new(look)),
            Self::Concise => Box::new(Concise::new(look.palette())),
            Self::Table => Box::new(Table::new(look.palette())),
            Self::Json => Box::new(Json),
            Self::Jsonl => Box::new(JsonLines),
            Self::Sarif => Box::new(Sarif),
            Self::Github => Box::new(GitHub),
            Self::Gitlab => Box::new(GitLab),
            Self::Junit => Box::new(JUnit::new(strict)),
            Self::Checkstyle => Box::new(Checkstyle),
            Self::Rdjson => Box::new(RdJson),
        }
    }

    /// Returns true if the format is for people, so that further text after it does no harm.
    pub const fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise | Self::Table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_has_the_same_formats_and_names() {
        assert_eq!(Format::value_variants(), Format::ALL);
        for format in Format::ALL {
            assert_eq!(Format::from_str(format.name(), false), Ok(format));
        }
    }
}
