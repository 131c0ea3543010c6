//! Claims: the answer, the evidence and the severity of a constraint, completed with defaults.

use std::ops::Range;

use toml::Spanned;

use super::error::{Result, fail};
use crate::finding::{Evidence, Phase, Severity, Wording};
use crate::rules::definition::{AnswerDef, AnswersDef, ClaimDef, EndpointDef, PhaseDef, SeverityDef};
use crate::rules::{Answer, Answers, Claim};

/// The defaults of a constraint.
pub(super) struct Defaults<'a> {
    pub rule: &'a str,
    pub evidence: Evidence,
    pub phase: Phase,
    pub answer: Option<&'a Answer>,
    pub source: &'a str,
    /// The placeholders that its description may contain.
    pub words: &'a [&'a str],
}

/// The placeholders for a missing property.
pub(super) const WORDS_OF_MISSING: &[&str] = &["property"];

/// The placeholders for a string that is too long.
pub(super) const WORDS_OF_LENGTH: &[&str] = &["property", "limit", "value"];

/// The placeholders for a value.
pub(super) const WORDS_OF_VALUE: &[&str] = &["property", "value"];

/// The placeholders for one of several values.
pub(super) const WORDS_OF_SEVERAL: &[&str] = &["subject", "value"];

/// Completes a claim with defaults. The severity follows from the evidence: a documented or stated constraint is an
/// error.
pub(super) fn claim(def: &ClaimDef, defaults: &Defaults, span: Range<usize>) -> Result<Claim> {
    if let Some(description) = &def.description {
        can_be_filled(description, defaults.words, span)?;
    }
    let evidence = def.evidence.unwrap_or(defaults.evidence);
    let severity = match (def.severity, evidence) {
        (Some(SeverityDef::Error), _) | (None, Evidence::Response | Evidence::Table) => Severity::Error,
        (Some(SeverityDef::Warning), _) | (None, Evidence::Inferred) => Severity::Warning,
        (Some(SeverityDef::Advice), _) | (None, Evidence::Contradicted) => Severity::Advice,
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
        wording: def.wording.unwrap_or(Wording::Inferred),
        phase,
        answer: code.zip(description).map(|(code, text)| Answer {
            error_code: code.to_owned().into(),
            description: text.to_owned().into(),
        }),
        source: defaults.source.to_owned().into(),
        note: def.note.clone().unwrap_or_default().into(),
    })
}

/// Completes the claim of a check, which has no answer by default. Without an answer it is a warning, because an
/// error predicts the answer of the API.
pub(super) fn answered(def: &ClaimDef, defaults: &Defaults, span: &Range<usize>) -> Result<Claim> {
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

/// Returns the answers of an endpoint, completed with those of the API.
pub(super) fn answers(def: &EndpointDef, api: &AnswersDef) -> Result<Answers> {
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
            format!("[answers] needs `{name}`: neither this file nor an `api.toml` beside it sets it"),
        ),
    };
    Ok(Answers {
        missing: one(&own.missing, &api.missing, "missing")?,
        too_long: one(&own.too_long, &api.too_long, "too-long")?,
        not_in_list: one(&own.not_in_list, &api.not_in_list, "not-in-list")?,
        null: one(&own.null, &api.null, "null")?,
    })
}

/// Checks that the templates of `[answers]` contain only known placeholders.
pub(super) fn answers_can_be_filled(answers: &AnswersDef) -> Result<()> {
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

pub(super) fn answer(def: &AnswerDef) -> Answer {
    Answer {
        error_code: def.error_code.clone().into(),
        description: def.description.get_ref().clone().into(),
    }
}

/// Checks that every placeholder of a template is known.
pub(super) fn can_be_filled(template: &str, words: &[&str], span: Range<usize>) -> Result<()> {
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

/// Returns `Buyer Contact 1.2`: the caption and the row, or the caption alone.
pub(super) fn cite(title: &str, row: &str) -> String {
    if row.is_empty() {
        title.to_owned()
    } else {
        format!("{title} {row}")
    }
}
