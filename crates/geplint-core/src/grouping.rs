//! Groups findings into diagnostics, so that the effects of one cause are shown once.
//!
//! Findings stay separate: each has a pointer, for suppression, the baseline and machines. [`pair`] joins a missing
//! property with the unknown name in its place; every report shows the pair as one finding. [`group`] joins the
//! findings of a file with the same cause, for reports that people read.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use crate::finding::{Evidence, Finding, FixKind, Severity, Span, Target, sort};
use crate::pointer::{last, parent, unescaped};
use crate::rules::{quoted, unmarked};
use crate::source::Position;

/// The rule for an unknown name.
const UNKNOWN: &str = "unknown-property";

/// The rule for a name that belongs elsewhere.
const MISPLACED: &str = "misplaced-property";

/// The rule for a value in quotes that converts anyway.
const QUOTED: &str = "text-for-value";

/// The rule for a `null` for a property that may not be nullable.
const NULL: &str = "not-nullable";

/// The number of different properties from which on one style is a habit of the file.
const HABIT: usize = 3;

/// The number of other places that a diagnostic keeps. Further ones are only counted.
const PLACES: usize = 24;

// ---- pairs ----

/// Joins each missing property with the unknown name in its place, in the same object.
///
/// Call it with the findings that remain after suppression and the baseline, so that each half can be suppressed
/// alone. The pair has the higher severity of the two. It is reported as the missing property if that is an error,
/// otherwise as the unknown name. `position` returns line and column of an offset.
#[must_use]
pub fn pair(mut findings: Vec<Finding>, position: impl Fn(u32) -> Position) -> Vec<Finding> {
    let partners = partners(&findings);
    if partners.is_empty() {
        return findings;
    }
    let mut gone = vec![false; findings.len()];
    for (missing, unknown) in partners {
        let Some((led, other)) = joined(&findings, missing, unknown, &position) else {
            continue;
        };
        let (kept, dropped) = if other == missing {
            (unknown, missing)
        } else {
            (missing, unknown)
        };
        findings[kept] = led;
        gone[dropped] = true;
    }
    let mut at = 0;
    findings.retain(|_| {
        at += 1;
        !gone[at - 1]
    });
    sort(&mut findings);
    findings
}

/// Returns the indices of the missing properties and of the names in their place. A name is joined with only one property, and
/// a property with the first such name.
fn partners(findings: &[Finding]) -> Vec<(usize, usize)> {
    let mut unknown: HashMap<(&str, &str), usize> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if let Some(suggestion) = &finding.suggestion
            && finding.target == Target::Key
        {
            unknown
                .entry((parent(&finding.pointer), suggestion))
                .or_insert(index);
        }
    }
    if unknown.is_empty() {
        return Vec::new();
    }
    let missing = findings.iter().enumerate();
    missing
        .filter(|(_, finding)| finding.target == Target::Object && finding.suggestion.is_none())
        .filter_map(|(index, finding)| {
            let partner = lacking(finding).find_map(|(object, name)| unknown.remove(&(object, name)));
            partner.map(|partner| (index, partner))
        })
        .collect()
}

/// Returns the object that lacks a property, with each name that would satisfy it.
fn lacking(finding: &Finding) -> impl Iterator<Item = (&str, &str)> {
    let names = finding.constraint.rsplit('.').next().unwrap_or_default();
    let several = names.contains('|').then(|| names.split('|'));
    let (object, name) = match several {
        Some(_) => (finding.pointer.as_str(), None),
        None => (parent(&finding.pointer), Some(last(&finding.pointer))),
    };
    let names = several.into_iter().flatten().chain(name);
    names.map(move |name| (object, name))
}

/// Returns the pair, and the index of the half that does not provide its rule and pointer.
fn joined(
    findings: &[Finding],
    missing: usize,
    unknown: usize,
    position: &impl Fn(u32) -> Position,
) -> Option<(Finding, usize)> {
    let (lacks, name) = (findings.get(missing)?, findings.get(unknown)?);
    let property = name.suggestion.clone()?;
    let severity = lacks.severity.max(name.severity);
    if lacks.severity != Severity::Error || lacks.evidence == Evidence::Contradicted {
        let place = Span::new(lacks.span.start, lacks.span.end.min(lacks.span.start + 1));
        let led = Finding {
            severity,
            related: Some(Box::new((place, format!("{property} is missing here").into()))),
            message: format!("{}; did you mean {property}, which is missing?", name.message).into(),
            ..name.clone()
        };
        return Some((led, missing));
    }
    let Position { line, column } = position(name.span.start);
    let written = quoted(&unescaped(last(&name.pointer)));
    let rename = match name.fix_kind.as_deref() {
        Some(FixKind::Rename(to)) => Some((to, None)),
        Some(FixKind::RenameAndWrite { name, value, json }) => Some((name, Some((*value, json.clone())))),
        _ => None,
    };
    let to = rename.as_ref().map_or(&*property, |(to, _)| to.as_str());
    let led = Finding {
        severity,
        related: Some(Box::new((name.span, format!("did you mean {to}?").into()))),
        message: format!("{}; rename {written} ({line}:{column}) to {to}?", lacks.message).into(),
        // Without a fix, the help about the name describes its value as well.
        help: match rename {
            Some(_) => {
                let to = quoted(to);
                format!("Rename {written} to {to}, if that is the property you mean.").into()
            }
            None => name.help.clone(),
        },
        fix_kind: rename.map(|(to, value)| {
            Box::new(FixKind::RenameAt {
                at: name.span,
                name: to.clone(),
                value,
            })
        }),
        suggestion: Some(property),
        ..lacks.clone()
    };
    Some((led, unknown))
}

impl Finding {
    /// Returns true if the finding is a missing property and the unknown name in its place, joined by [`pair`].
    #[must_use]
    pub fn is_pair(&self) -> bool {
        self.suggestion.is_some() && self.related.is_some()
    }

    /// Returns the name that a fix writes in place of an unknown one; the table's name if there is no fix.
    #[must_use]
    pub fn right_name(&self) -> Option<&str> {
        match self.fix_kind.as_deref() {
            Some(
                FixKind::Rename(name) | FixKind::RenameAt { name, .. } | FixKind::RenameAndWrite { name, .. },
            ) => Some(name),
            _ => self.suggestion.as_deref(),
        }
    }

    /// Returns the message without the place of the unknown name, for reports that show that place separately.
    #[must_use]
    pub fn short_message(&self) -> Cow<'_, str> {
        if let Some((what, written)) = self.renamed() {
            return Cow::Owned(format!("{what}, rename {written}?"));
        }
        let what = self
            .message
            .split_once("; did you mean ")
            .filter(|_| self.is_pair());
        let what = what.map_or(&*self.message, |(what, _)| what);
        match self.right_name() {
            Some(name) => Cow::Owned(format!("{what}, did you mean {name}?")),
            None => Cow::Borrowed(what),
        }
    }

    /// Returns the two parts of the message of a missing property that is joined with an unknown name: the missing property,
    /// and that name in quotes.
    #[must_use]
    pub fn renamed(&self) -> Option<(&str, &str)> {
        let (what, rest) = self.message.split_once("; rename ").filter(|_| self.is_pair())?;
        Some((what, rest.rsplit_once(" (")?.0))
    }
}

// ---- groups ----

/// The kind of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One rule for one property.
    One,
    /// Properties that are missing from one object.
    Missing,
    /// Unknown names in one kind of object.
    Unknown,
    /// Names of the table in another style.
    Casing(Casing),
    /// Quoted values.
    Quoted,
    /// Values that are each inside an object.
    InObjects,
    /// Properties that are refused unless they are nullable.
    Null,
    /// Names that are paths into one object: `Address.City`.
    Paths,
    /// Names that belong to one other object.
    Elsewhere,
}

/// A style of names that the API does not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Casing {
    /// `user_name`
    Snake,
    /// `user-name`
    Kebab,
    /// `user name`
    Spaced,
    /// `@userName`, `ns:userName`
    Xml,
}

impl Casing {
    /// Returns the casing as the end of the sentence `names are …`.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Snake => "in snake_case",
            Self::Kebab => "in kebab-case",
            Self::Spaced => "written with spaces",
            Self::Xml => "marked as in XML",
        }
    }
}

/// The findings of a file with one cause.
#[derive(Debug, Clone)]
pub struct Diagnostic<'f> {
    /// The kind.
    pub kind: Kind,
    /// The first finding, which is shown in full; an error if there is one.
    pub lead: &'f Finding,
    /// The first finding of each property or name, including the lead, in the order of the file.
    pub parts: Vec<Part<'f>>,
    /// The number of its findings.
    pub findings: u64,
    /// These findings by severity and rule, in the order of the file.
    pub tallies: Vec<Tally<'f>>,
    /// The first finding in each of the other records, or at each other place if they do not belong to another record.
    pub others: Vec<&'f Finding>,
    /// The number of other records or places, including those in `others`.
    pub elsewhere: u64,
    /// Other places in the record of the first finding.
    pub nearby: Vec<&'f Finding>,
    /// The number of these places, including those in `nearby`.
    pub near: u64,
}

impl Diagnostic<'_> {
    /// Returns a digest of the message without its values. It differs between diagnostics of the same rule and
    /// property.
    #[must_use]
    pub fn words(&self) -> u64 {
        match self.kind {
            Kind::One if !self.lead.is_pair() => words(&self.lead.message),
            _ => 0,
        }
    }
}

/// The findings of a diagnostic with one severity and one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally<'f> {
    /// The severity.
    pub severity: Severity,
    /// The id of the rule.
    pub rule: &'f str,
    /// The number of findings.
    pub findings: u64,
}

/// One property or name of a diagnostic.
#[derive(Debug, Clone)]
pub struct Part<'f> {
    /// The first finding.
    pub finding: &'f Finding,
    /// The number of its findings.
    pub count: u64,
}

/// The common key of the findings in one diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key<'f> {
    Casing(Casing),
    Quoted(Severity),
    /// The help, which has the name inside the objects.
    InObjects(&'f str),
    /// The index of the signature: the kind of object and its missing properties.
    Missing(usize),
    Unknown(Severity, String),
    Null(Severity),
    /// The object around the names, and the common start of their paths.
    Paths(Severity, String),
    /// The object around the names, and the place where they belong.
    Elsewhere(Severity, String, &'f str),
    /// The last is the digest of the message without its values: one property may have several mistakes.
    Rule(&'f str, Severity, bool, Cow<'f, str>, u64),
}

impl Key<'_> {
    const fn kind(&self) -> Kind {
        match self {
            Self::Casing(casing) => Kind::Casing(*casing),
            Self::Quoted(_) => Kind::Quoted,
            Self::InObjects(_) => Kind::InObjects,
            Self::Missing(_) => Kind::Missing,
            Self::Unknown(..) => Kind::Unknown,
            Self::Null(_) => Kind::Null,
            Self::Paths(..) => Kind::Paths,
            Self::Elsewhere(..) => Kind::Elsewhere,
            Self::Rule(..) => Kind::One,
        }
    }
}

/// Groups the findings of a file by cause. They must be sorted and paired. Errors come first.
#[must_use]
pub fn group(findings: &[Finding]) -> Vec<Diagnostic<'_>> {
    let habits = Habits::of(findings);
    let missing = missing(findings);
    let mut classes: HashMap<Key<'_>, usize> = HashMap::new();
    let mut all: Vec<Class<'_>> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let key = habits
            .key(finding)
            .or_else(|| missing.get(&index).map(|signature| Key::Missing(*signature)))
            .unwrap_or_else(|| plain_key(finding));
        let kind = key.kind();
        let class = *classes.entry(key).or_insert_with(|| {
            all.push(Class::new(kind, finding));
            all.len() - 1
        });
        if let Some(class) = all.get_mut(class) {
            class.add(finding);
        }
    }
    let mut diagnostics: Vec<Diagnostic<'_>> = all.into_iter().map(|class| class.diagnostic).collect();
    for diagnostic in &mut diagnostics {
        if matches!(diagnostic.kind, Kind::Casing(_)) {
            diagnostic.parts.sort_by_key(|part| name_start(part.finding));
        }
    }
    // Findings that the API answers first come first. The sort is stable: the rest keeps the order of the file.
    diagnostics.sort_by_key(|diagnostic| {
        let lead = diagnostic.lead;
        (std::cmp::Reverse(lead.severity), lead.masked.is_some())
    });
    diagnostics
}

fn plain_key(finding: &Finding) -> Key<'_> {
    if finding.rule == NULL {
        return Key::Null(finding.severity);
    }
    if finding.rule == MISPLACED
        && let Some(object) = path_object(last(&finding.pointer))
    {
        let around = route(parent(&finding.pointer)).into_owned();
        return Key::Paths(finding.severity, format!("{around}/{object}"));
    }
    if finding.rule == MISPLACED
        && let Some(belongs) = &finding.belongs
    {
        let around = route(parent(&finding.pointer)).into_owned();
        return Key::Elsewhere(finding.severity, around, belongs.place.as_ref());
    }
    if finding.rule == UNKNOWN && finding.suggestion.is_none() {
        return Key::Unknown(finding.severity, route(parent(&finding.pointer)).into_owned());
    }
    let place = match (&finding.syntax, finding.constraint.as_str()) {
        (Some(syntax), _) => Cow::Borrowed(syntax.detail),
        // Unknown names have no common constraint.
        (None, constraint) if !constraint.is_empty() => Cow::Borrowed(constraint),
        (None, _) => route(&finding.pointer),
    };
    let pair = finding.is_pair();
    // In a pair, the unknown name counts as a value.
    let words = match &finding.syntax {
        // `None` and `True` have the same message, but different help.
        Some(_) => words(&finding.message) ^ digest(&finding.help),
        None if pair => 0,
        None => words(&finding.message),
    };
    Key::Rule(&finding.rule, finding.severity, pair, place, words)
}

/// Returns a digest of a message without its values: quoted text, and words with a digit or marked as code.
fn words(message: &str) -> u64 {
    let (before, rest) = message.split_once('"').unwrap_or((message, ""));
    let after = rest.rsplit_once('"').map_or("", |(_, after)| after);
    let mut hasher = DefaultHasher::new();
    let words = before.split_whitespace().chain(after.split_whitespace());
    for word in words.filter(|word| !word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'`')) {
        word.hash(&mut hasher);
    }
    hasher.finish()
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A diagnostic to which findings are added.
struct Class<'f> {
    diagnostic: Diagnostic<'f>,
    /// The index of each part, by its name.
    known: HashMap<&'f str, usize>,
    /// The record of the last finding.
    last: Option<u32>,
}

impl<'f> Class<'f> {
    fn new(kind: Kind, lead: &'f Finding) -> Self {
        Self {
            diagnostic: Diagnostic {
                kind,
                lead,
                parts: Vec::new(),
                findings: 0,
                tallies: Vec::new(),
                others: Vec::new(),
                elsewhere: 0,
                nearby: Vec::new(),
                near: 0,
            },
            known: HashMap::new(),
            last: lead.record,
        }
    }

    fn add(&mut self, finding: &'f Finding) {
        let diagnostic = &mut self.diagnostic;
        diagnostic.findings += 1;
        let (severity, rule) = (finding.severity, &*finding.rule);
        let mut tallies = diagnostic.tallies.iter_mut();
        match tallies.find(|tally| (tally.severity, tally.rule) == (severity, rule)) {
            Some(tally) => tally.findings += 1,
            None => diagnostic.tallies.push(Tally {
                severity,
                rule,
                findings: 1,
            }),
        }
        let part = match diagnostic.kind {
            Kind::One => "",
            _ => name(finding),
        };
        let next = diagnostic.parts.len();
        let part = *self.known.entry(part).or_insert(next);
        match diagnostic.parts.get_mut(part) {
            Some(part) => part.count += 1,
            None => diagnostic.parts.push(Part { finding, count: 1 }),
        }
        // A habit may have errors and warnings.
        if finding.severity > diagnostic.lead.severity {
            diagnostic.lead = finding;
            (diagnostic.others, diagnostic.elsewhere) = (Vec::new(), 0);
            (diagnostic.nearby, diagnostic.near) = (Vec::new(), 0);
        } else if !std::ptr::eq(finding, diagnostic.lead) && is_nearby(diagnostic, finding) {
            diagnostic.near += 1;
            if diagnostic.nearby.len() < PLACES {
                diagnostic.nearby.push(finding);
            }
        } else if !std::ptr::eq(finding, diagnostic.lead) && self.is_elsewhere(finding) {
            let diagnostic = &mut self.diagnostic;
            diagnostic.elsewhere += 1;
            if diagnostic.others.len() < PLACES {
                diagnostic.others.push(finding);
            }
        }
        self.last = finding.record;
    }

    /// Returns true if the finding is at a new place: in another record or, for one rule on one property, anywhere.
    fn is_elsewhere(&self, finding: &Finding) -> bool {
        match finding.record {
            Some(record) => self.last != Some(record) && Some(record) != self.diagnostic.lead.record,
            None => self.diagnostic.kind == Kind::One,
        }
    }
}

/// Returns true if the finding repeats the first one in its record. For a habit, one place is enough.
fn is_nearby(diagnostic: &Diagnostic<'_>, finding: &Finding) -> bool {
    let lead = diagnostic.lead;
    lead.record.is_some()
        && lead.record == finding.record
        && match diagnostic.kind {
            Kind::One => true,
            Kind::Missing | Kind::Unknown | Kind::Null | Kind::Paths | Kind::Elsewhere => {
                name(finding) == name(lead)
            }
            Kind::Casing(_) | Kind::Quoted | Kind::InObjects => false,
        }
}

/// Returns the name of a value inside an object that is in place of the value: `#text`.
fn name_around(finding: &Finding) -> Option<&str> {
    match finding.fix_kind.as_deref()? {
        FixKind::TakeOut { name, .. } => name.as_deref(),
        _ => None,
    }
}

/// The styles that enough properties of a file have.
struct Habits<'f> {
    casings: Vec<Casing>,
    quotes: bool,
    /// The names of the values that are each in an object.
    names_around: Vec<&'f str>,
}

impl<'f> Habits<'f> {
    fn of(findings: &'f [Finding]) -> Self {
        let mut written: HashMap<Casing, HashSet<&str>> = HashMap::new();
        let mut quotes: HashSet<&str> = HashSet::new();
        let mut names: HashMap<&str, HashSet<&str>> = HashMap::new();
        for finding in findings {
            if let (Some(casing), Some(property)) = (casing(finding), &finding.suggestion) {
                written.entry(casing).or_default().insert(property);
            } else if finding.rule == QUOTED {
                quotes.insert(&finding.constraint);
            } else if let Some(name) = name_around(finding) {
                names.entry(name).or_default().insert(&finding.constraint);
            }
        }
        let often = written.into_iter().filter(|(_, names)| names.len() >= HABIT);
        Self {
            casings: often.map(|(casing, _)| casing).collect(),
            quotes: quotes.len() >= HABIT,
            names_around: names
                .into_iter()
                .filter(|(_, properties)| properties.len() >= HABIT)
                .map(|(name, _)| name)
                .collect(),
        }
    }

    fn key(&self, finding: &'f Finding) -> Option<Key<'f>> {
        if let Some(name) = name_around(finding).filter(|name| self.names_around.contains(name)) {
            return Some(Key::InObjects(name));
        }
        if self.quotes && finding.rule == QUOTED {
            return Some(Key::Quoted(finding.severity));
        }
        let casing = casing(finding).filter(|casing| self.casings.contains(casing))?;
        Some(Key::Casing(casing))
    }
}

/// Returns the casing of an unknown name that otherwise equals the suggested one.
fn casing(finding: &Finding) -> Option<Casing> {
    let suggestion = finding.suggestion.as_ref()?;
    let name = unknown_name(finding);
    let own = unmarked(name);
    let plain = own.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    let same = plain
        .flat_map(char::to_lowercase)
        .eq(suggestion.chars().flat_map(char::to_lowercase));
    let casings = [('_', Casing::Snake), ('-', Casing::Kebab), (' ', Casing::Spaced)];
    let found = casings.into_iter().find(|(mark, _)| name.contains(*mark));
    let found = match found {
        _ if own.len() < name.len() => Some(Casing::Xml),
        found => found.map(|(_, casing)| casing),
    };
    found.filter(|_| same)
}

/// Returns the unknown name of a finding with a suggestion, in the spelling of its pointer or, for a pair, of its
/// message.
fn unknown_name(finding: &Finding) -> &str {
    if finding.target == Target::Key {
        return last(&finding.pointer);
    }
    finding.renamed().map_or("", |(_, name)| name.trim_matches('"'))
}

/// Returns the byte offset of the unknown name of a finding.
fn name_start(finding: &Finding) -> u32 {
    match finding.related.as_deref() {
        Some((name, _)) if finding.target == Target::Object => name.start,
        _ => finding.span.start,
    }
}

/// Returns the name that distinguishes the parts of a diagnostic.
fn name(finding: &Finding) -> &str {
    match &finding.suggestion {
        Some(property) => property,
        None => last(&finding.pointer),
    }
}

/// Returns, for the index of each finding about a missing property, the number of its diagnostic. A diagnostic has all
/// objects of one kind that lack the same properties, or, if that gives fewer diagnostics, all objects that lack one
/// property.
fn missing(findings: &[Finding]) -> HashMap<usize, usize> {
    let mut objects: Vec<Lack<'_>> = Vec::new();
    let mut at: HashMap<(u32, &str, Severity), usize> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let single = finding.target == Target::Object
            && finding.suggestion.is_none()
            && !finding.constraint.is_empty()
            && !finding.constraint.contains('|');
        if !single {
            continue;
        }
        let object = *at
            .entry((finding.span.start, &finding.rule, finding.severity))
            .or_insert_with(|| {
                objects.push(Lack {
                    kind: (&finding.rule, finding.severity, table(&finding.constraint)),
                    members: Vec::new(),
                });
                objects.len() - 1
            });
        if let Some(object) = objects.get_mut(object) {
            object.members.push(index);
        }
    }
    numbered(findings, &objects)
}

/// The missing properties of one object.
struct Lack<'f> {
    /// Rule, severity and table.
    kind: (&'f str, Severity, &'f str),
    /// The indices of the findings.
    members: Vec<usize>,
}

fn numbered(findings: &[Finding], objects: &[Lack<'_>]) -> HashMap<usize, usize> {
    let property = |index: &usize| findings.get(*index).map_or("", |finding| &*finding.constraint);
    let signature = |lack: &Lack<'_>| -> Vec<&str> { lack.members.iter().map(property).collect() };
    let mut counts: HashMap<_, (HashSet<Vec<&str>>, HashSet<&str>)> = HashMap::new();
    for lack in objects {
        let (signatures, properties) = counts.entry(lack.kind).or_default();
        // If there are more signatures than properties, their number does not matter.
        if signatures.len() <= properties.len() {
            signatures.insert(signature(lack));
        }
        properties.extend(lack.members.iter().map(property));
    }
    let mut numbers: HashMap<_, usize> = HashMap::new();
    let mut found = HashMap::new();
    for lack in objects {
        let alone = counts
            .get(&lack.kind)
            .is_some_and(|(signatures, properties)| signatures.len() > properties.len());
        let all = if alone { Vec::new() } else { signature(lack) };
        for index in &lack.members {
            let key = if alone { vec![property(index)] } else { all.clone() };
            let next = numbers.len();
            found.insert(*index, *numbers.entry((lack.kind, key)).or_insert(next));
        }
    }
    found
}

// ---- pointers ----

/// Returns the first part of a name that is a path: `address` of `Address.City`.
fn path_object(token: &str) -> Option<String> {
    let name = unescaped(token);
    let (object, rest) = name.split_once(['.', '/', '['])?;
    (!object.is_empty() && !rest.is_empty()).then(|| object.to_lowercase())
}

/// Returns the table of a constraint `Table.Property`.
fn table(constraint: &str) -> &str {
    constraint.rsplit_once('.').map_or(constraint, |(table, _)| table)
}

/// Returns a pointer without indices: the same for all records and elements.
#[must_use]
pub fn route(pointer: &str) -> Cow<'_, str> {
    let is_index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    if !pointer.split('/').any(is_index) {
        return Cow::Borrowed(pointer);
    }
    let mut route = String::with_capacity(pointer.len());
    for token in pointer.split('/').skip(1).filter(|token| !is_index(token)) {
        route.push('/');
        route.push_str(token);
    }
    Cow::Owned(route)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Basis, Phase};
    use std::sync::Arc;

    fn finding(rule: &'static str, severity: Severity, pointer: &str, constraint: &str, at: u32) -> Finding {
        let record = pointer.split('/').nth(1).and_then(|index| index.parse().ok());
        Finding {
            basis: Arc::new(Basis {
                unseen: false,
                rule: rule.into(),
                constraint: constraint.to_owned(),
                evidence: Evidence::Table,
                endpoint: "".into(),
                why: String::new(),
                source: String::new(),
                phase: Phase::Mandatory,
                syntax: None,
            }),
            severity,
            record,
            record_key: None,
            pointer: pointer.to_owned(),
            target: Target::Value,
            span: Span::new(at, at + 1),
            related: None,
            message: pointer.into(),
            help: "".into(),
            predicted: None,
            masked: None,
            order: 0,
            suggestion: None,
            belongs: None,
            fix_kind: None,
        }
    }

    /// Returns a finding that the object of this record, which begins at `at`, lacks a property.
    fn lacks(record: u32, property: &str, at: u32) -> Finding {
        let message = format!("{property} is missing");
        Finding {
            target: Target::Object,
            message: message.into(),
            ..finding(
                "missing-mandatory",
                Severity::Error,
                &format!("/{record}/{property}"),
                &format!("T.{property}"),
                at,
            )
        }
    }

    fn unknown(record: u32, name: &str, suggestion: Option<&str>, at: u32) -> Finding {
        Finding {
            target: Target::Key,
            suggestion: suggestion.map(Into::into),
            fix_kind: suggestion.map(|name| Box::new(FixKind::Rename(name.to_owned()))),
            message: format!("\"{name}\" is not a property of T").into(),
            ..finding(UNKNOWN, Severity::Warning, &format!("/{record}/{name}"), "", at)
        }
    }

    fn paired(mut findings: Vec<Finding>) -> Vec<Finding> {
        sort(&mut findings);
        pair(findings, |offset| Position {
            line: 1,
            column: offset + 1,
        })
    }

    fn reported(findings: &[Finding]) -> Vec<(&str, &str)> {
        findings
            .iter()
            .map(|finding| (&*finding.pointer, &*finding.message))
            .collect()
    }

    #[test]
    fn a_name_and_the_missing_property_that_it_means_are_one_finding() {
        let findings = paired(vec![lacks(0, "Mail", 0), unknown(0, "Post", Some("Mail"), 77)]);
        let message = "Mail is missing; rename \"Post\" (1:78) to Mail?";
        assert_eq!(reported(&findings), [("/0/Mail", message)]);
        let pair = &findings[0];
        assert_eq!(
            (pair.severity, &*pair.rule),
            (Severity::Error, "missing-mandatory")
        );
        assert_eq!(pair.related.as_deref().unwrap().0, Span::new(77, 78));
        let fix = FixKind::RenameAt {
            at: Span::new(77, 78),
            name: "Mail".to_owned(),
            value: None,
        };
        assert_eq!(pair.fix_kind.as_deref(), Some(&fix));
        assert_eq!(pair.short_message(), "Mail is missing, rename \"Post\"?");
    }

    #[test]
    fn a_missing_property_below_error_is_reported_as_the_name() {
        for change in [
            (|lack: &mut Finding| lack.severity = Severity::Warning) as fn(&mut Finding),
            |lack| Arc::make_mut(&mut lack.basis).evidence = Evidence::Contradicted,
        ] {
            let mut lack = lacks(0, "Zip", 0);
            change(&mut lack);
            let severity = lack.severity;
            let findings = paired(vec![lack, unknown(0, "Zp", Some("Zip"), 9)]);
            let message = "\"Zp\" is not a property of T; did you mean Zip, which is missing?";
            assert_eq!(reported(&findings), [("/0/Zp", message)]);
            assert_eq!(&*findings[0].rule, UNKNOWN);
            assert_eq!(findings[0].severity, severity);
            assert_eq!(
                findings[0].fix_kind.as_deref(),
                Some(&FixKind::Rename("Zip".to_owned()))
            );
        }
    }

    #[test]
    fn only_names_of_the_same_object_are_paired_and_each_once() {
        let apart = vec![lacks(0, "Mail", 0), unknown(1, "Post", Some("Mail"), 77)];
        assert_eq!(paired(apart.clone()), apart);
        let twice = paired(vec![
            lacks(0, "Mail", 0),
            unknown(0, "Post", Some("Mail"), 7),
            unknown(0, "Pst", Some("Mail"), 9),
        ]);
        let pointers: Vec<&str> = twice.iter().map(|finding| &*finding.pointer).collect();
        assert_eq!(pointers, ["/0/Mail", "/0/Pst"]);
    }

    #[test]
    fn either_half_is_kept_if_the_other_is_suppressed() {
        for half in [lacks(0, "Mail", 0), unknown(0, "Post", Some("Mail"), 7)] {
            assert_eq!(paired(vec![half.clone()]), [half]);
        }
    }

    #[test]
    fn one_of_several_that_are_missing_is_paired() {
        let none = Finding {
            pointer: "/0".to_owned(),
            target: Target::Object,
            ..finding("none-of", Severity::Error, "/0", "T.Code|Name", 0)
        };
        let findings = paired(vec![none, unknown(0, "Nme", Some("Name"), 7)]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].pointer, "/0");
    }

    fn kinds(findings: &[Finding]) -> Vec<(Kind, usize, u64, u64)> {
        let all = group(findings);
        let all = all.iter();
        all.map(|one| (one.kind, one.parts.len(), one.findings, one.elsewhere))
            .collect()
    }

    #[test]
    fn properties_missing_in_one_object_are_one_diagnostic() {
        let same = |record: u32| ["A", "B", "C"].map(|name| lacks(record, name, record * 10));
        let findings = paired((0..5).flat_map(same).collect());
        assert_eq!(kinds(&findings), [(Kind::Missing, 3, 15, 4)]);
    }

    #[test]
    fn missing_alternatives_are_grouped_by_property() {
        let all = (1..8u32).flat_map(|record| {
            let names = [("A", 1), ("B", 2), ("C", 4)].into_iter();
            names
                .filter(move |(_, bit)| record & bit != 0)
                .map(move |(name, _)| lacks(record, name, record * 10))
        });
        let findings = paired(all.collect());
        assert_eq!(kinds(&findings), [(Kind::Missing, 1, 4, 3); 3]);
    }

    #[test]
    fn a_style_of_names_is_one_diagnostic() {
        let record = |record: u32| {
            let at = record * 100;
            [
                lacks(record, "FirstName", at),
                unknown(record, "first_name", Some("FirstName"), at + 1),
                unknown(record, "last_name", Some("LastName"), at + 2),
                unknown(record, "zip_code", Some("ZipCode"), at + 3),
                unknown(record, "Zp_Cde", Some("ZipCode"), at + 4),
            ]
        };
        let findings = paired((0..2).flat_map(record).collect());
        let expected = [(Kind::Casing(Casing::Snake), 3, 6, 1), (Kind::One, 1, 2, 1)];
        assert_eq!(kinds(&findings), expected);
        assert_eq!(group(&findings)[0].lead.severity, Severity::Error);
        let xml = paired(vec![
            unknown(0, "@first_name", Some("FirstName"), 2),
            unknown(0, "ns:LastName", Some("LastName"), 3),
            unknown(0, "@ZipCode", Some("ZipCode"), 4),
        ]);
        assert_eq!(kinds(&xml), [(Kind::Casing(Casing::Xml), 3, 3, 0)]);
        // Two names can be two separate mistakes.
        let two = paired(vec![
            unknown(0, "last_name", Some("LastName"), 2),
            unknown(0, "zip_code", Some("ZipCode"), 3),
        ]);
        assert_eq!(kinds(&two), [(Kind::One, 1, 1, 0); 2]);
    }

    #[test]
    fn names_without_a_similar_one_are_one_diagnostic_and_errors_come_first() {
        let findings = paired(vec![
            unknown(0, "x", None, 1),
            unknown(0, "y", None, 2),
            unknown(1, "x", None, 11),
            finding("too-long", Severity::Error, "/1/City", "T.City", 12),
        ]);
        let expected = [(Kind::One, 1, 1, 0), (Kind::Unknown, 2, 3, 1)];
        assert_eq!(kinds(&findings), expected);
    }

    #[test]
    fn other_places_in_the_same_record_are_counted() {
        let long = |record: u32, at: u32| {
            let pointer = format!("/{record}/Codes/{at}/Code");
            finding("too-long", Severity::Error, &pointer, "T.Code", at)
        };
        let with_message = |finding: Finding| Finding {
            message: format!("Code \"{}\" is too long", finding.span.start).into(),
            ..finding
        };
        let findings: Vec<Finding> = (0..40).map(|at| with_message(long(0, at))).collect();
        let findings = paired(findings.into_iter().chain([with_message(long(1, 90))]).collect());
        let all = group(&findings);
        let one = &all[0];
        assert_eq!(
            (all.len(), one.near, one.nearby.len(), one.elsewhere),
            (1, 39, PLACES, 1)
        );
    }

    #[test]
    fn messages_that_differ_in_more_than_a_value_are_two_diagnostics() {
        let with = |message: &str, at| Finding {
            message: message.to_owned().into(),
            ..finding(
                "does-not-convert",
                Severity::Error,
                &format!("/{at}/Codes"),
                "T.Codes",
                at,
            )
        };
        let findings = paired(vec![
            with("an element of Codes: the text \"C-1\" is no object", 1),
            with(
                "an element of Codes: the text \"a \"quoted\" one\" is no object",
                2,
            ),
            with("Codes: the text \"C-3\" is no list", 3),
            with("Codes: the text \"4\" is no list", 4),
        ]);
        assert_eq!(kinds(&findings), [(Kind::One, 1, 2, 1), (Kind::One, 1, 2, 1)]);
    }

    #[test]
    fn properties_that_may_not_be_null_are_one_diagnostic() {
        let null = |name: &str, at| {
            finding(
                NULL,
                Severity::Warning,
                &format!("/0/{name}"),
                &format!("T.{name}"),
                at,
            )
        };
        let findings = paired(vec![null("A", 1), null("B", 2), null("C", 3)]);
        assert_eq!(kinds(&findings), [(Kind::Null, 3, 3, 0)]);
    }

    #[test]
    fn one_rule_on_one_property_is_one_diagnostic_at_any_index() {
        let long = |pointer: &str, at| Finding {
            message: "too long".into(),
            ..finding("too-long", Severity::Error, pointer, "", at)
        };
        let findings = paired(vec![
            long("/0/Regions/0/Name", 1),
            long("/0/Regions/1/Name", 2),
            long("/3/Regions/0/Name", 3),
            long("/3/Name", 4),
        ]);
        assert_eq!(kinds(&findings), [(Kind::One, 1, 3, 1), (Kind::One, 1, 1, 0)]);
    }
}
