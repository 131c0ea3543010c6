//! A whole request body: its root, its records, and what is wrong with its syntax.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use super::fast::parallel::Prefetch;
use super::fast::record::FastPath;
use super::fixes::PendingFixes;
use super::interner::Interner;
use super::messages::{Draft, Place, push_token, quoted, sentence};
use super::object::Resolved;
use super::record_keys::Keys;
use super::walk::{self, Walked, walk};
use super::{Followed, Linter, Step};
use crate::finding::{Evidence, Finding, FixKind, Phase, Severity, Span, Syntax, Target, sort};
use crate::json::{JsonKind, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree, decode};
use crate::rules::{Endpoint, Fact, TableId};
use crate::tenant::{Facts, Tenant, TenantChanges};
use crate::threads::{self, Threads};
use dotnet_bind::{self as bind, Container, Json};

/// What came of checking one request body.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything that was found, in the order of [`crate::finding::sort`].
    pub findings: Vec<Finding>,
    /// How many records the request has.
    pub records: u32,
    /// How many of them were plainly right, so that the engine did not look at them.
    pub fast_records: u32,
    /// One entry a record, in request order; empty unless asked for.
    pub outcomes: Vec<RecordOutcome>,
    /// Checks that could not be made because they need facts of the tenant.
    pub undecided: u64,
    /// The facts that these checks need; complete only where outcomes were asked for.
    pub needed: Needed,
    /// Every mistake in the syntax was surely read as its author meant it.
    pub mendable: bool,
}

/// Facts of the tenant that checks need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needed(u32);

impl Needed {
    pub(super) fn add(&mut self, fact: Fact) {
        self.0 |= 1 << (fact as u32);
    }

    /// Whether a check needs this one.
    #[must_use]
    pub const fn has(self, fact: Fact) -> bool {
        self.0 & (1 << (fact as u32)) != 0
    }

    /// The others.
    #[must_use]
    pub const fn without(self, fact: Fact) -> Self {
        Self(self.0 & !(1 << (fact as u32)))
    }

    /// The names of the facts, as rules and tenant files have them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let needed = move |(fact, _): &&(Fact, &'static str)| self.has(*fact);
        Fact::ALL.iter().filter(needed).map(|(_, name)| *name)
    }
}

impl Checked {
    /// Of a file that is not JSON, for the reason given.
    #[must_use]
    pub fn not_json(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            ..Self::default()
        }
    }
}

/// One record as the response would name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutcome {
    /// Its key in `successDetails`.
    pub key: String,
}

/// Checks one request body by itself against the rules of its endpoint.
///
/// `text` and `errors` come from [`crate::json::text`]; `outcomes` asks for one entry a record, which prediction needs.
pub fn check(
    text: &str,
    errors: Vec<SyntaxError>,
    endpoint: &Endpoint,
    tenant: &Tenant,
    outcomes: bool,
) -> Checked {
    check_with(
        text,
        errors,
        endpoint,
        &mut Facts::new(tenant, &TenantChanges::default(), false),
        outcomes,
        Threads::ONE,
    )
}

/// The same with what is known before the request; each record that is predicted to succeed adds to it.
///
/// With several threads a long request takes less time, and comes to the same.
pub fn check_with(
    text: &str,
    mut errors: Vec<SyntaxError>,
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    outcomes: bool,
    threads: Threads,
) -> Checked {
    let mut checked = Checked::default();
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let mut scratch = Scratch::default();
    let mut places = HashMap::new();
    match reader.root(&mut tree) {
        Root::Nothing => {
            // A file without a record has to say why.
            if errors.iter().chain(reader.errors()).all(SyntaxError::is_warning) {
                errors.push(nothing_begins(text));
            }
        }
        Root::Value => {
            let mut linter = scratch.linter(text, &tree, endpoint, facts, None, &mut checked);
            let keys = linter.bare_root();
            scratch.keep(linter);
            for key in keys {
                note_record(&mut checked, key, outcomes);
            }
        }
        Root::List { start } => {
            let stop = AtomicBool::new(false);
            threads::scope(|scope| {
                // Where every record leaves something behind, each is looked at.
                let mut fast_path =
                    (!outcomes && errors.is_empty() && !facts.remembers_contacts()).then(|| {
                        let ahead = Prefetch::begin(scope, text, endpoint, facts, threads, &stop);
                        (FastPath::new(text, endpoint), ahead)
                    });
                let mut keys = Keys::default();
                // Behind bytes that are no text, a name may not be what it was.
                let garbled = errors
                    .iter()
                    .find(|error| matches!(error.kind, SyntaxKind::InvalidUtf8 { .. }));
                let garbled = garbled.map_or(u32::MAX, |error| error.span.start);
                let mut told = 0;
                loop {
                    while let Some((fast_path, ahead)) = &mut fast_path
                        && let Some(passed) =
                            fast_path.next(&mut reader, facts, &mut keys, ahead, checked.records)
                    {
                        checked.records += 1;
                        checked.fast_records += 1;
                        checked.undecided += passed.undecided;
                    }
                    if !reader.next_record(&mut tree) {
                        break;
                    }
                    let Some(root) = tree.root() else {
                        note_record(&mut checked, String::new(), outcomes);
                        continue;
                    };
                    tree.damaged |= tree.node(root).span.end > garbled;
                    let index = checked.records;
                    let new = reader.errors().get(told..).unwrap_or_default();
                    surrogate_places((text, &tree, root), index, new, &mut places);
                    told = reader.errors().len();
                    one_record(
                        (text, &tree, root),
                        endpoint,
                        facts,
                        &mut checked,
                        &mut scratch,
                        &mut keys,
                        outcomes,
                    );
                }
                stop.store(true, Relaxed);
            });
            if checked.records == 0 && errors.iter().chain(reader.errors()).all(SyntaxError::is_warning) {
                let mut linter = scratch.linter(text, &tree, endpoint, facts, None, &mut checked);
                linter.empty_request(reader.root_span().unwrap_or(Span::new(start, start + 1)));
            }
        }
    }
    errors.extend(reader.into_errors());
    checked.mendable = errors.iter().all(|error| error.is_warning() || error.certain());
    unsay(&mut checked.findings, &errors);
    let reading = as_read(text, &errors, endpoint, facts, &mut scratch, &mut checked);
    let mut syntax = syntax_findings(text, &endpoint.id, errors, &reading);
    for finding in syntax
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Warning)
    {
        if let Some((pointer, record, target, span)) = places.remove(&finding.span) {
            (finding.pointer, finding.record, finding.target) = (pointer, Some(record), target);
            finding.span = span;
        }
    }
    checked.findings.extend(syntax);
    if !checked.mendable {
        // Where the text is guessed at, so would be its mending.
        for finding in &mut checked.findings {
            finding.fix_kind = None;
        }
    }
    sort(&mut checked.findings);
    checked
}

/// What the platform's reader makes of the body, where that takes more than a look at its values.
///
/// Of a file that is JSON it settles what the engine has found, of any other it is only told.
fn as_read(
    text: &str,
    errors: &[SyntaxError],
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    scratch: &mut Scratch,
    checked: &mut Checked,
) -> Reading {
    let is_json = errors.iter().all(|error| error.kind == SyntaxKind::LoneSurrogate);
    if is_json && !scratch.odd {
        return Reading::default();
    }
    // A byte order mark before a clean body: the reader takes it, and the walk would say no more.
    let marked =
        |error: &SyntaxError| matches!(error.kind, SyntaxKind::LoneSurrogate | SyntaxKind::ByteOrderMark);
    if checked.findings.is_empty() && !scratch.odd && errors.iter().all(marked) {
        return Reading {
            accepts: Some(true),
            ..Reading::default()
        };
    }
    if let Some(reading) = walk::of_bytes(text, errors, endpoint, facts) {
        return reading;
    }
    if !errors.iter().all(SyntaxError::is_warning) {
        return walk(text, endpoint, facts, &walk::nobody).reading();
    }
    sort(&mut checked.findings);
    let known = |span: Span| {
        let from = checked
            .findings
            .partition_point(|finding| finding.span.start < span.start);
        let here = checked.findings.iter().skip(from);
        here.take_while(|finding| finding.span.start == span.start)
            .any(|finding| finding.rule == "not-nullable")
    };
    let report = |span: Span| !known(span);
    let walked = walk(text, endpoint, facts, &report);
    settle(text, &walked, endpoint, facts, scratch, checked);
    walked.reading()
}

/// Holds what the engine has found against the reader's walk: what comes before the place where that stops does convert,
/// and what stops it is said.
fn settle(
    text: &str,
    walked: &Walked<'_>,
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    scratch: &mut Scratch,
    checked: &mut Checked,
) {
    let stop = walked.failure.as_ref();
    if stop.is_some_and(|failure| failure.stop == bind::Stop::Unknown) {
        return;
    }
    let until = stop.map_or(u32::MAX, |failure| failure.at);
    let fails = |finding: &Finding| finding.severity == Severity::Error && finding.phase == Phase::Bind;
    checked
        .findings
        .retain(|finding| !fails(finding) || finding.span.start >= until);
    let tree = Tree::default();
    let before = checked.findings.len();
    let said = stop.is_some_and(|failure| {
        let same = |finding: &&Finding| {
            fails(finding)
                && (finding.span.start == failure.at || finding.span.start == failure.place.span.start)
        };
        checked.findings.iter().find(same).is_some_and(|finding| {
            let predicted = finding.predicted.as_deref();
            predicted.is_some_and(|predicted| walked.sentence() == Some(&*predicted.error_description))
        })
    });
    let records = checked.records;
    let mut linter = scratch.linter(text, &tree, endpoint, facts, None, checked);
    for doubt in &walked.doubts {
        linter.doubtful(doubt);
    }
    if let Some(failure) = stop.filter(|_| !said) {
        linter.stops(failure, walked.sentence());
    }
    scratch.keep(linter);
    // A record names itself in what the engine has found of it.
    let (engine, walked) = checked.findings.split_at_mut(before);
    for finding in walked {
        finding.record = finding.record.filter(|record| *record < records);
        let from = engine.partition_point(|other| other.span.start < finding.span.start);
        let mut near = engine
            .iter()
            .skip(from)
            .take(1)
            .chain(engine.iter().take(from).rev().take(1));
        finding.record_key = near
            .find(|other| other.record.is_some() && other.record == finding.record)
            .and_then(|other| other.record_key.clone());
    }
}

/// What has a mistake of its own in its syntax says nothing of its value.
fn unsay(findings: &mut Vec<Finding>, errors: &[SyntaxError]) {
    let broken: HashSet<Span> = errors
        .iter()
        .filter(|error| !error.is_warning())
        .map(|error| error.span)
        .collect();
    if !broken.is_empty() {
        findings.retain(|finding| !broken.contains(&finding.span));
    }
}

/// Where a finding about half a character stands: unlike other mistakes in the syntax it is about a value.
type SurrogatePlace = (String, u32, Target, Span);

/// Takes in errors that stand in one place: its pointer, its kind and its bytes.
type SurrogatesFound<'f> = dyn FnMut(&[Span], &str, Target, Span) + 'f;

/// Where in their record the strings stand that hold half a character.
fn surrogate_places(
    (text, tree, root): (&str, &Tree, NodeId),
    record: u32,
    errors: &[SyntaxError],
    places: &mut HashMap<Span, SurrogatePlace>,
) {
    let mut spans: Vec<Span> = errors
        .iter()
        .filter(|error| error.kind == SyntaxKind::LoneSurrogate)
        .map(|error| error.span)
        .collect();
    if spans.is_empty() {
        return;
    }
    spans.sort_unstable();
    let mut found = |spans: &[Span], pointer: &str, target, at| {
        places.extend(
            spans
                .iter()
                .map(|span| (*span, (pointer.to_owned(), record, target, at))),
        );
    };
    surrogates_in((text, tree, root), &mut format!("/{record}"), &spans, &mut found);
}

/// Hands to `found` the errors in a node, each group with its place. All of them go down together, so that a record is
/// gone through once, however many they are. As deep as the tree, for which the reader has a limit.
fn surrogates_in(
    (text, tree, node): (&str, &Tree, NodeId),
    pointer: &mut String,
    errors: &[Span],
    found: &mut SurrogatesFound<'_>,
) {
    let mut rest = errors;
    // Those that stand in no child, because the text around them is broken.
    let mut own: Vec<Span> = Vec::new();
    // The errors in the next child.
    let mut inside = |child: NodeId| {
        let span = tree.node(child).span;
        let (before, from) = rest.split_at(rest.partition_point(|error| error.start < span.start));
        let (inside, after) = from.split_at(from.partition_point(|error| error.end <= span.end));
        own.extend(before);
        rest = after;
        inside
    };
    let length = pointer.len();
    match tree.node(node).kind {
        JsonKind::Object => {
            for (key, value) in tree.members(node) {
                let (in_key, in_value) = (inside(key), inside(value));
                if in_key.is_empty() && in_value.is_empty() {
                    continue;
                }
                pointer.push('/');
                push_token(pointer, &decode(text, tree.node(key)));
                if !in_key.is_empty() {
                    found(in_key, pointer, Target::Key, tree.node(key).span);
                }
                if !in_value.is_empty() {
                    surrogates_in((text, tree, value), pointer, in_value, found);
                }
                pointer.truncate(length);
            }
        }
        JsonKind::Array => {
            for (index, element) in (0u32..).zip(tree.elements(node)) {
                let in_element = inside(element);
                if !in_element.is_empty() {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    surrogates_in((text, tree, element), pointer, in_element, found);
                    pointer.truncate(length);
                }
            }
        }
        _ => {}
    }
    own.extend(rest);
    if !own.is_empty() {
        found(&own, pointer, Target::Value, tree.node(node).span);
    }
}

fn one_record<'t>(
    (text, tree, root): (&'t str, &Tree, NodeId),
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    checked: &mut Checked,
    scratch: &mut Scratch,
    keys: &mut Keys<'t>,
    outcomes: bool,
) {
    let (index, before) = (checked.records, checked.findings.len());
    let mut linter = scratch.linter(text, tree, endpoint, facts, Some(index), checked);
    linter.record(root);
    linter.duplicate_record(text, keys);
    let key = if outcomes {
        linter.key_text()
    } else {
        String::new()
    };
    let effect = linter.effect();
    scratch.keep(linter);
    let told = checked.findings.get_mut(before..).unwrap_or_default();
    let good = told.iter().all(|finding| finding.severity != Severity::Error);
    // Records follow each other: what is in order now need not be moved, and moved again, among a million.
    sort(told);
    if let (true, Some(effect)) = (good, effect) {
        facts.learn(effect);
    }
    note_record(checked, key, outcomes);
}

fn note_record(checked: &mut Checked, key: String, outcomes: bool) {
    checked.records += 1;
    if outcomes {
        checked.outcomes.push(RecordOutcome { key });
    }
}

/// No JSON value begins in a text, and nothing else was said of it.
fn nothing_begins(text: &str) -> SyntaxError {
    let end = text.chars().next().map_or(0, char::len_utf8);
    SyntaxError::new(
        SyntaxKind::UnexpectedText,
        Span::new(0, u32::try_from(end).unwrap_or(0)),
    )
}

/// Why a text is not JSON: its first mistake. `None` for JSON, whatever it holds.
///
/// `errors` come with the text from [`crate::json::text`]. The rest of the text is read for it.
pub fn not_json(text: &str, mut errors: Vec<SyntaxError>) -> Option<Finding> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let root = reader.root(&mut tree);
    if let Root::List { .. } = root {
        while reader.next_record(&mut tree) {}
    }
    errors.extend(reader.into_errors());
    errors.retain(|error| !error.is_warning());
    if errors.is_empty() && root == Root::Nothing {
        errors.push(nothing_begins(text));
    }
    let comment = |error: &SyntaxError| matches!(error.kind, SyntaxKind::Comment | SyntaxKind::HashComment);
    let comments = root == Root::Nothing && errors.iter().all(comment);
    let first = errors.into_iter().min_by_key(|error| error.span)?;
    let says_so = rule(first.kind) != "syntax" || matches!(first.kind, SyntaxKind::Foreign(_));
    let mut finding = syntax_findings(text, "", vec![first], &Reading::default()).pop()?;
    if comments {
        finding.message = "not JSON: the file holds nothing but comments".into();
    } else if !says_so {
        finding.message = format!("not JSON: {}", finding.message).into();
    }
    // Of a file that nobody knows to be a payload nothing is changed.
    finding.fix_kind = None;
    Some(finding)
}

/// What the platform's reader makes of a body, JSON or not.
///
/// [`check_with`] asks for it where it takes more than a look at the values; it holds everywhere.
#[must_use]
pub fn read_through(text: &str, endpoint: &Endpoint, tenant: &Tenant) -> Reading {
    walk(
        text,
        endpoint,
        &Facts::new(tenant, &TenantChanges::default(), false),
        &walk::nobody,
    )
    .reading()
}

/// What the platform's reader makes of a body.
#[derive(Debug, Default)]
pub struct Reading {
    /// Whether it takes the file; `None` where that is not known.
    pub(super) accepts: Option<bool>,
    /// Where it stops, and in what words.
    pub(super) refusal: Option<(u32, String)>,
    /// It stops at a value, and not at the text as such: what is wrong with that is said already.
    pub(super) by_value: bool,
}

impl Reading {
    /// Whether it takes the file; `None` where that is not known.
    #[must_use]
    pub const fn accepts(&self) -> Option<bool> {
        self.accepts
    }

    /// The sentence of a refusal, where it is known.
    #[must_use]
    pub fn sentence(&self) -> Option<&str> {
        self.refusal.as_ref().map(|(_, sentence)| sentence.as_str())
    }

    /// The error that says the sentence of a refusal: the last one before the place where the reader stops, or the first.
    fn speaker(&self, errors: &[SyntaxError]) -> Option<usize> {
        let (at, _) = self.refusal.as_ref()?;
        let mut all = errors.iter().enumerate().filter(|(_, error)| !error.is_warning());
        let first = all.clone().map(|(index, _)| index).next();
        let before = all.rfind(|(_, error)| error.span.start <= *at);
        before.map(|(index, _)| index).or(first).or(Some(0))
    }

    /// What is added to the help of an error.
    fn help(&self, error: &SyntaxError, speaks: bool) -> Option<String> {
        let help = match (self.accepts, error.kind) {
            (None, _) | (_, SyntaxKind::LoneSurrogate) | (Some(true), SyntaxKind::Empty) => return None,
            (Some(true), SyntaxKind::SeveralRoots) => {
                "this API's reader would take the first and drop the rest".to_owned()
            }
            (Some(true), _) => "this API's reader would take it, other tools on the way will not".to_owned(),
            (Some(false), _) => {
                let (_, sentence) = self.refusal.as_ref().filter(|_| speaks && self.by_value)?;
                let line = sentence.lines().next().unwrap_or_default().trim_end_matches('.');
                format!("this API's reader would refuse the body, too: {line}")
            }
        };
        Some(help)
    }
}

/// What is wrong with a file's syntax, as findings. No 400 is predicted: other tools on the way refuse the file.
pub fn syntax_findings(
    text: &str,
    endpoint: &str,
    errors: Vec<SyntaxError>,
    reading: &Reading,
) -> Vec<Finding> {
    if errors.is_empty() {
        return Vec::new();
    }
    let mut said = Interner::default();
    let speaker = reading.speaker(&errors);
    errors
        .into_iter()
        .enumerate()
        .map(|(index, error)| Finding {
            grounds: said.grounds_of(
                &Draft::syntax(rule(error.kind)),
                "",
                endpoint,
                Some(Syntax {
                    detail: error.kind.id(),
                    reader_accepts: reading.accepts,
                }),
            ),
            severity: if error.is_warning() {
                Severity::Warning
            } else {
                Severity::Error
            },
            record: None,
            record_key: None,
            pointer: String::new(),
            target: Target::Value,
            span: error.span,
            related: error.related.map(|(span, label)| Box::new((span, label.into()))),
            message: said.text(&error.message(text)),
            help: said.text(&sentence(&with_reading(
                error.help(text),
                reading.help(&error, speaker == Some(index)),
            ))),
            predicted: None,
            masked: None,
            order: 0,
            fix_kind: fix_kind(error.kind).map(Box::new),
        })
        .collect()
}

/// What to do about an error, and what the platform's reader makes of it.
fn with_reading(advice: String, reading: Option<String>) -> String {
    match reading {
        None => advice,
        Some(reading) if advice.is_empty() => reading,
        Some(reading) => format!("{advice}; {reading}"),
    }
}

/// What would mend a mistake in the syntax: only where nothing that is meant is lost.
const fn fix_kind(kind: SyntaxKind) -> Option<FixKind> {
    match kind {
        SyntaxKind::ByteOrderMark | SyntaxKind::TrailingComma => Some(FixKind::Remove),
        SyntaxKind::Comment | SyntaxKind::HashComment => Some(FixKind::RemoveComment),
        _ => None,
    }
}

/// The rule that speaks for a mistake in the syntax: most share one.
const fn rule(kind: SyntaxKind) -> &'static str {
    match kind {
        SyntaxKind::ByteOrderMark => "byte-order-mark",
        SyntaxKind::Empty => "empty-file",
        SyntaxKind::Encoding(_) => "utf16",
        SyntaxKind::InvalidUtf8 { .. } => "invalid-utf8",
        SyntaxKind::TooDeep => "too-deep",
        SyntaxKind::LoneSurrogate => "lone-surrogate",
        _ => "syntax",
    }
}

/// Buffers that live from record to record.
#[derive(Default)]
struct Scratch {
    path: Vec<Step>,
    slots: Vec<Option<NodeId>>,
    due: Vec<u64>,
    followed: Vec<Followed>,
    earlier: Vec<(usize, NodeId)>,
    tables: Vec<TableId>,
    interner: Option<Box<Interner>>,
    /// Only the reader's own walk tells what the body comes to.
    odd: bool,
}

impl Scratch {
    fn linter<'a>(
        &mut self,
        text: &'a str,
        tree: &'a Tree,
        endpoint: &'a Endpoint,
        facts: &'a Facts<'a>,
        record: Option<u32>,
        checked: &'a mut Checked,
    ) -> Linter<'a> {
        Linter {
            text,
            tree,
            endpoint,
            facts,
            record,
            path: std::mem::take(&mut self.path),
            slots: std::mem::take(&mut self.slots),
            due: std::mem::take(&mut self.due),
            followed: std::mem::take(&mut self.followed),
            earlier: std::mem::take(&mut self.earlier),
            wrapped_in: None,
            tables: std::mem::take(&mut self.tables),
            unknown: Vec::new(),
            root: None,
            read: None,
            key: None,
            known_key: OnceCell::new(),
            pending_fixes: PendingFixes::default(),
            odd: Cell::new(false),
            interner: self.interner.take(),
            findings: &mut checked.findings,
            undecided: &mut checked.undecided,
            needed: &mut checked.needed,
        }
    }

    fn keep(&mut self, linter: Linter<'_>) {
        self.path = linter.path;
        self.slots = linter.slots;
        self.due = linter.due;
        self.followed = linter.followed;
        self.earlier = linter.earlier;
        self.tables = linter.tables;
        self.interner = linter.interner;
        self.odd |= linter.odd.get();
        self.path.clear();
        self.slots.clear();
        self.due.clear();
        self.earlier.clear();
        self.tables.clear();
    }
}

impl Linter<'_> {
    /// A request that is no list: null is nothing to send, everything else fails to convert.
    ///
    /// Returns the keys of the records that it holds all the same.
    fn bare_root(&mut self) -> Vec<String> {
        let Some(root) = self.tree.root() else {
            return Vec::new();
        };
        match self.resolve(root) {
            Resolved::Null => {
                self.nothing_to_send(self.tree.node(root).span);
                return Vec::new();
            }
            Resolved::Node(list) if list != root && self.kind(list) == JsonKind::Array => {
                self.reader_name_in(root, "$values");
                return self.records_of(list);
            }
            Resolved::Node(_) | Resolved::Refused(_) => {}
        }
        let text = self.scalar_text(root).unwrap_or_default();
        let name = format!(
            "System.Collections.Generic.List`1[{}]",
            self.endpoint.record_table().name
        );
        if let Err(sentence) = bind::bind_container(Container::List, self.json(root, &text), &name) {
            self.wrong_root(root, &sentence);
        }
        // The reader stops here: what else there is to say of it would be noise.
        vec![String::new()]
    }

    /// The records of a list that the reader takes for the body.
    fn records_of(&mut self, list: NodeId) -> Vec<String> {
        let mut keys = Vec::new();
        self.wrapped_in = Some(super::object::key_of(list));
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            (self.record, self.root, self.read, self.key) = (Some(index), None, None, None);
            self.slots.clear();
            self.due.clear();
            self.earlier.clear();
            self.known_key = OnceCell::new();
            self.record(element);
            keys.push(self.key_text());
        }
        keys
    }

    fn knows_a_name(&self, object: NodeId) -> bool {
        let table = self.endpoint.record_table();
        self.tree
            .members(object)
            .any(|(key, _)| table.find(&self.decoded(key)).is_some())
    }

    /// The name under which an object with strange names holds the records.
    fn wrapper(&self, root: NodeId) -> Option<String> {
        let strange = self.kind(root) == JsonKind::Object && !self.knows_a_name(root);
        let mut inside = self.tree.members(root).filter(|_| strange);
        let (key, _) =
            inside.find(|(_, value)| matches!(self.kind(*value), JsonKind::Array | JsonKind::Object))?;
        Some(self.decoded(key).into_owned())
    }

    fn wrong_root(&mut self, root: NodeId, sentence: &str) {
        let what = match self.json(root, "") {
            Json::Object => "a bare object",
            Json::Text(_) => "a text",
            Json::Number(_) => "a number",
            _ => "no list",
        };
        let wrapper = self.wrapper(root);
        let note = Draft {
            rule: "wrong-root".into(),
            severity: Severity::Error,
            evidence: Evidence::Inferred,
            phase: Phase::Bind,
            message: match &wrapper {
                Some(name) => format!(
                    "the records are wrapped in {}; the body has to be the list itself",
                    quoted(name)
                ),
                None => format!("the body is {what}; it has to be a list of records"),
            },
            why: "A body that does not convert fails as a whole.".into(),
            help: match wrapper {
                Some(name) => format!("Send what stands under {} as the body, as a list.", quoted(&name)),
                None => "Put [ before the record and ] after it.".to_owned(),
            },
            source: "",
            predicted: Some(self.unconverted(sentence)),
        };
        let place = Place {
            target: Target::Value,
            span: self.tree.node(root).span,
            pointer: String::new(),
            related: None,
        };
        self.report(note, place);
    }

    /// An empty list of records.
    fn empty_request(&mut self, span: Span) {
        match &self.endpoint.empty_request {
            Some(claim) => self.no_data(claim, span),
            None => self.nothing_to_send(span),
        }
    }

    fn nothing_to_send(&mut self, span: Span) {
        let note = Draft {
            rule: "nothing-to-send".into(),
            severity: Severity::Warning,
            evidence: Evidence::Inferred,
            phase: Phase::None,
            message: "the request holds no record: nothing to send".to_owned(),
            why: "What the API answers to a request without records is not documented.".into(),
            help: "Put a record into the list, or do not send it.".to_owned(),
            source: "",
            predicted: None,
        };
        self.report(
            note,
            Place {
                target: Target::Value,
                span,
                pointer: String::new(),
                related: None,
            },
        );
    }
}
