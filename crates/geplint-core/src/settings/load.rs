//! Reads a settings file: from the keys as written to the settings, or the first error.

use std::cell::Cell;

use toml::Spanned;

use super::as_written;
use super::date::Date;
use super::model::{Calls, Config, Files, Ignore, Mistake, Override, Placed};
use super::path_glob::{GlobCompiler, PathGlob};
use super::pointer_glob::PointerGlob;
use crate::nearest::nearest;
use crate::rules::quoted;
use crate::toml_entry;

/// Reads a settings file.
///
/// Errors: not TOML, an unknown key, a value of the wrong kind, an invalid glob or date, an entry without a required
/// key.
pub fn load(text: &str) -> Result<Config, Mistake> {
    load_with(text, &mut GlobCompiler::default())
}

fn load_with(text: &str, globs: &mut GlobCompiler) -> Result<Config, Mistake> {
    let file: as_written::File = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let key = key_before(text, span.start);
        let given = text.get(span.clone()).unwrap_or_default();
        Mistake {
            start: span.start,
            message: in_words(key, given, error.message()),
        }
    })?;
    let (mut rules_off, mut tables) = (Vec::new(), Vec::new());
    for entry in file.ignore {
        let start = entry.span().start;
        match entry.into_inner() {
            as_written::Ignored::Table(table) => tables.push(*table),
            as_written::Ignored::Rule(rule) if rule.trim().is_empty() => {
                return Err(mistake(start, "the rule is empty"));
            }
            as_written::Ignored::Rule(value) => rules_off.push(Placed { value, start }),
        }
    }
    Ok(Config {
        include: each(file.include, |glob| path_glob(globs, glob))?,
        exclude: each(file.exclude, |glob| path_glob(globs, glob))?,
        files: each(file.files, |entry| files(globs, entry))?,
        calls: each(file.calls, calls)?,
        pair: each(file.pair, |pattern| name("a pattern", pattern))?,
        severities: each(file.severity, severity)?,
        ignores: each(tables, |entry| ignore(globs, entry))?,
        rules_off,
        rules_only: each(file.only, |rule| name("the rule", rule))?,
        fail_on: file.fail_on,
        min_severity: file.min_severity,
        unused: file.unused.unwrap_or_default(),
        contact_codes: file.contact_codes,
        tenant: file
            .tenant
            .map(|tenant| name("the tenant's file", tenant.file))
            .transpose()?,
        rules: each(file.rules, |rules| name("a rules file", rules))?,
        baseline: file.baseline.map(|file| name("the baseline", file)).transpose()?,
        format: file.output.and_then(|output| output.format).map(placed),
    })
}

/// Returns all mistakes of a settings file, at most 20; none if it can be read. Each is found in the file without the
/// entries of the earlier ones. Too many globs are always the last mistake: without one glob, the next one would be
/// refused.
#[must_use]
pub fn mistakes(text: &str) -> Vec<Mistake> {
    let is_full = Cell::new(false);
    let mut read = |text: &str| {
        let mut globs = GlobCompiler::default();
        let mistake = load_with(text, &mut globs).err();
        is_full.set(globs.is_full());
        mistake
    };
    let start = |mistake: &Mistake, _: &str| (!is_full.get()).then_some(mistake.start);
    let mut all = toml_entry::mistakes(text, &mut read, start);
    all.sort();
    all
}

/// Returns the key whose value begins at an offset of the file.
fn key_before(text: &str, start: usize) -> &str {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (key, _) = line.rsplit_once('=').unwrap_or_default();
    key.rsplit(['{', ',']).next().unwrap_or_default().trim()
}

/// The keys whose entries are all tables.
const TABLE_LISTS: [&str; 3] = ["files", "calls", "severity"];

/// Converts an error of the TOML library to a message in terms of the settings.
fn in_words(key: &str, given: &str, error: &str) -> String {
    let names =
        |list: &str| -> Vec<String> { list.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    // The word in the file is in front of the known ones.
    let given_and_known = |list: &str| {
        let mut all = names(list).into_iter();
        (all.next().unwrap_or_default(), all.collect::<Vec<_>>())
    };
    let meant = |given: &str, names: &[String]| {
        let near = nearest(given, names.iter().map(String::as_str));
        near.map_or_else(String::new, |name| format!("; did you mean {name}?"))
    };
    if let Some((_, list)) = error.split_once("unknown variant ") {
        let (given, all) = given_and_known(list);
        let is = if all.len() == 1 {
            "must be"
        } else {
            "must be one of"
        };
        return format!(
            "{} {is} {}, not \"{}\"{}",
            if key.is_empty() { "this" } else { key },
            all.join(", "),
            given.replace('\n', "\\n"),
            meant(&given, &all)
        );
    }
    if let Some((_, list)) = error.split_once("unknown field ") {
        let (given, all) = given_and_known(list);
        let near = meant(&given, &all);
        let given = quoted(&given.replace('\n', "\\n"));
        let all = if near.is_empty() {
            format!("; settings: {}", all.join(", "))
        } else {
            String::new()
        };
        return format!("there is no setting {given} here{near}{all}");
    }
    if let Some((_, rest)) = error.split_once("missing field ") {
        let all = names(rest);
        return format!(
            "{} is missing here",
            all.first().map_or("a setting", String::as_str)
        );
    }
    if let Some((_, wanted)) = error
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.split_once(", expected "))
    {
        let header = given.lines().next().unwrap_or_default().trim();
        let header = header.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let table = match header {
            Some(name) if wanted == "a sequence" && key.is_empty() => Some(name.trim()),
            _ if TABLE_LISTS.contains(&key) => Some(key),
            _ => None,
        };
        if let Some(name) = table {
            return format!("{name} must be a list of tables: write [[{name}]] above the keys of each");
        }
        let wanted = match wanted {
            "a string" | "string" => "a string in quotes",
            "a sequence" => "a list: [\"...\"]",
            "a map" | "map" => "a table",
            _ if wanted.starts_with("struct ") => "a table",
            _ if wanted.starts_with("enum ") => "one word in quotes",
            other => other,
        };
        let given: String = given
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        return format!(
            "{} must be {wanted}, not `{given}`",
            if key.is_empty() { "this" } else { key }
        );
    }
    error.replace('\n', "; ")
}

fn each<T, U>(entries: Vec<T>, read: impl FnMut(T) -> Result<U, Mistake>) -> Result<Vec<U>, Mistake> {
    entries.into_iter().map(read).collect()
}

fn placed<T>(spanned: Spanned<T>) -> Placed<T> {
    let start = spanned.span().start;
    Placed {
        value: spanned.into_inner(),
        start,
    }
}

fn mistake(start: usize, message: impl Into<String>) -> Mistake {
    Mistake {
        start,
        // A quoted value may have several lines, but a message is one line.
        message: message.into().replace('\n', "\\n"),
    }
}

/// Checks that a name is not empty.
fn name(what: &str, spanned: Spanned<String>) -> Result<Placed<String>, Mistake> {
    let name = placed(spanned);
    if name.value.trim().is_empty() {
        return Err(mistake(name.start, format!("{what} is empty")));
    }
    Ok(name)
}

fn path_glob(globs: &mut GlobCompiler, glob: Spanned<String>) -> Result<Placed<PathGlob>, Mistake> {
    let glob = name("the glob", glob)?;
    let value = globs
        .compile(&glob.value)
        .map_err(|bad| mistake(glob.start, bad.to_string()))?;
    Ok(Placed {
        value,
        start: glob.start,
    })
}

fn calls(entry: as_written::Calls) -> Result<Calls, Mistake> {
    Ok(Calls {
        url: name("a URL", entry.url)?,
        endpoint: name("an endpoint", entry.endpoint)?,
    })
}

fn files(globs: &mut GlobCompiler, entry: as_written::Files) -> Result<Files, Mistake> {
    Ok(Files {
        glob: path_glob(globs, entry.glob)?,
        endpoint: name("the endpoint", entry.endpoint)?,
    })
}

fn severity(entry: as_written::Severity) -> Result<Override, Mistake> {
    let level = placed(entry.level);
    if entry.rule.is_none() && entry.endpoint.is_none() && entry.evidence.is_none() {
        return Err(mistake(
            level.start,
            "a [[severity]] needs a condition: rule, endpoint or evidence",
        ));
    }
    Ok(Override {
        rule: entry.rule.map(|rule| name("the rule", rule)).transpose()?,
        endpoint: entry
            .endpoint
            .map(|endpoint| name("the endpoint", endpoint))
            .transpose()?,
        evidence: entry.evidence,
        level: level.value,
    })
}

fn ignore(globs: &mut GlobCompiler, entry: as_written::Ignore) -> Result<Ignore, Mistake> {
    Ok(Ignore {
        path: path_glob(globs, entry.path)?,
        rule: name("the rule", entry.rule)?,
        pointer: entry.pointer.map(pointer).transpose()?,
        reason: name("the reason", entry.reason)?.value,
        until: entry.until.map(until).transpose()?,
    })
}

fn pointer(glob: Spanned<String>) -> Result<PointerGlob, Mistake> {
    let glob = placed(glob);
    PointerGlob::new(&glob.value).map_err(|message| mistake(glob.start, message))
}

/// Returns a TOML date, or a string with a date.
fn until(value: Spanned<toml::Value>) -> Result<Placed<Date>, Mistake> {
    let value = placed(value);
    let date = match &value.value {
        toml::Value::String(text) => Date::parse(text),
        toml::Value::Datetime(date) => Date::parse(&date.to_string()),
        _ => None,
    };
    let value_of = |date| Placed {
        value: date,
        start: value.start,
    };
    date.map(value_of)
        .ok_or_else(|| mistake(value.start, "not a date; write it as 2026-01-31"))
}
