//! Checks a whole request body: its root, its records, and its syntax.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use super::checked_body::{Checked, Needed, RecordOutcome};
use super::fast::parallel::Prefetch;
use super::fast::record::FastPath;
use super::interner::Interner;
use super::messages;
use super::new_finding::Place;
use super::reader_verdict::as_read;
use super::record_keys::Keys;
use super::record_state::{Buffers, Linter, MOST_REUSED, Resolved, key_of};
use super::surrogates::{SurrogatePlace, surrogate_places};
use super::syntax::{Reading, nothing_begins, syntax_findings};
use super::wrapped::{self, Edits, Elements, Inner, Wrapped, wrapped_elements};
use crate::finding::{Finding, FixKind, Phase, Severity, Span, Target, sort};
use crate::json::{JsonKind, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree};
use crate::placeholders::Template;
use crate::rules::{Endpoint, Fact, PropertyId, TableId};
use crate::tenant::{Facts, Tenant, TenantChanges};
use crate::threads::{self, Threads};
use crate::wrapper::{has_distinctive_name, is_record};
use dotnet_bind::{self as bind, Container};

/// Options of a check.
#[derive(Debug, Clone, Copy)]
pub struct Mode {
    /// Return one entry per record, which prediction needs.
    pub outcomes: bool,
    /// The number of threads. Several make a long request faster; the result is the same.
    pub threads: Threads,
    /// True if findings of severity advice may be omitted, because they are not shown.
    pub hides_advice: bool,
}

/// Checks one request body, independent of other requests, against the rules of its endpoint.
///
/// `text` and `errors` come from [`crate::json::text`]. `outcomes` requests one entry per record, which prediction
/// needs.
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

/// The same with the facts known before the request. Each record that is predicted to succeed adds to them.
///
/// Several threads make a long request faster; the result is the same.
pub fn check_with(
    text: &str,
    errors: Vec<SyntaxError>,
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    outcomes: bool,
    threads: Threads,
) -> Checked {
    let mode = Mode {
        outcomes,
        threads,
        hides_advice: false,
    };
    check_template(&Template::plain(text), errors, endpoint, facts, mode)
}

/// The same for a body with unknown values.
pub fn check_template(
    template: &Template<'_>,
    errors: Vec<SyntaxError>,
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    mode: Mode,
) -> Checked {
    let left = &mut ReusedMemory::default();
    check_sharing(template, errors, endpoint, facts, mode, left)
}

/// Memory that the next request reuses: the interned strings of findings, and buffers.
#[derive(Debug, Default)]
pub struct ReusedMemory {
    buffers: Buffers,
    tree: Tree,
}

/// Like [`check_template`], with the reused memory of earlier requests.
#[allow(
    clippy::too_many_lines,
    reason = "the three kinds of bodies share what was read of them"
)]
pub(crate) fn check_sharing(
    template: &Template<'_>,
    mut errors: Vec<SyntaxError>,
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    mode: Mode,
    left: &mut ReusedMemory,
) -> Checked {
    let Mode {
        outcomes,
        threads,
        hides_advice,
    } = mode;
    let text: &str = &template.text;
    let mut checked = Checked::default();
    let mut reader = Reader::new(text);
    let ReusedMemory {
        mut buffers,
        mut tree,
    } = std::mem::take(left);
    let mut places = HashMap::new();
    let mut elements = Elements::default();
    let mut inner = Vec::new();
    match reader.root(&mut tree) {
        Root::Nothing => {
            // A file without a record must have a finding with the reason.
            if errors.iter().chain(reader.errors()).all(SyntaxError::is_warning) {
                errors.push(nothing_begins(text));
            }
        }
        Root::Value if template.is_whole() => {}
        Root::Value => {
            tree.mark_unknown(text, &template.unknown);
            if only_before_root(&reader, &tree) {
                tree.damaged = false;
            }
            inner = bare_body(
                (text, &tree),
                (endpoint, facts),
                &mut buffers,
                outcomes,
                &mut checked,
            );
        }
        Root::List { start } => {
            let stop = AtomicBool::new(false);
            threads::scope(|scope| {
                // If every record changes facts, the engine must check each one.
                let mut fast_path = (!outcomes
                    && errors.is_empty()
                    && template.unknown.is_empty()
                    && !facts.remembers_contacts())
                .then(|| {
                    let limits = (threads, hides_advice);
                    let ahead = Prefetch::begin(scope, text, endpoint, facts, limits, &stop);
                    (FastPath::new(text, endpoint).hiding_advice(hides_advice), ahead)
                });
                let mut keys = Keys::default();
                // After invalid UTF-8, a name may differ from the written one.
                let garbled = garbled_from(&errors);
                let mut errors_before = 0;
                loop {
                    while let Some((fast_path, ahead)) = &mut fast_path
                        && let Some(passed) =
                            fast_path.next(&mut reader, facts, &mut keys, checked.records, |start| {
                                ahead.at(start)
                            })
                    {
                        checked.records += 1;
                        checked.fast_records += 1;
                        checked.undecided += passed.undecided;
                        checked.open = checked.open.and(passed.needed);
                    }
                    if !reader.next_record(&mut tree) {
                        break;
                    }
                    let Some(root) = tree.root() else {
                        note_record(&mut checked, String::new(), outcomes);
                        continue;
                    };
                    tree.damaged |= tree.node(root).span.end > garbled;
                    if !template.unknown.is_empty() {
                        tree.mark_unknown(text, &template.unknown);
                    }
                    let index = checked.records;
                    let is_wrapped = elements.search((text, &tree, root), endpoint, index);
                    let (before, undecided) = (checked.findings.len(), checked.undecided);
                    let new = reader.errors().get(errors_before..).unwrap_or_default();
                    surrogate_places((text, &tree, root), index, new, &mut places);
                    errors_before = reader.errors().len();
                    one_record(
                        (template, &tree, root),
                        endpoint,
                        facts,
                        &mut checked,
                        &mut buffers,
                        &mut keys,
                        outcomes,
                    );
                    if is_wrapped {
                        elements.outer.extend(checked.findings.drain(before..));
                        checked.undecided = undecided;
                    }
                }
                stop.store(true, Relaxed);
            });
            if checked.records == 0 && errors.iter().chain(reader.errors()).all(SyntaxError::is_warning) {
                let mut linter = Linter::new(text, &tree, endpoint, facts, None, &mut buffers, &mut checked);
                linter.empty_request(reader.root_span().unwrap_or(Span::new(start, start + 1)));
            }
        }
    }
    let root = reader.root_span();
    errors.extend(reader.into_errors());
    let read = ReadBody {
        root,
        errors,
        places,
        elements,
        inner,
    };
    complete(
        (template, &tree),
        (endpoint, facts),
        &mut buffers,
        read,
        outcomes,
        &mut checked,
    );
    left.buffers = buffers.for_next_request();
    if tree.capacity() <= MOST_REUSED {
        tree.clear();
        left.tree = tree;
    }
    checked
}

/// Checks a body that is not an array. Returns the wrapped records that are checked in its place.
fn bare_body(
    (text, tree): (&str, &Tree),
    (endpoint, facts): (&Endpoint, &Facts<'_>),
    buffers: &mut Buffers,
    outcomes: bool,
    checked: &mut Checked,
) -> Vec<Inner> {
    let mut inner = Vec::new();
    let mut linter = Linter::new(text, tree, endpoint, facts, None, buffers, checked);
    let keys = linter.bare_root(&mut inner);
    if inner.is_empty() {
        for key in keys {
            note_record(checked, key, outcomes);
        }
    }
    inner
}

/// Intermediate results of reading a body.
struct ReadBody {
    /// The span of the body.
    root: Option<Span>,
    errors: Vec<SyntaxError>,
    places: HashMap<Span, SurrogatePlace>,
    elements: Elements,
    inner: Vec<Inner>,
}

/// Completes the result after all records were read: checks wrapped records, adds syntax errors, and drops findings
/// that result from those.
fn complete(
    (template, tree): (&Template<'_>, &Tree),
    (endpoint, facts): (&Endpoint, &mut Facts<'_>),
    buffers: &mut Buffers,
    read: ReadBody,
    outcomes: bool,
    checked: &mut Checked,
) {
    let text: &str = &template.text;
    let ReadBody {
        root,
        errors,
        mut places,
        elements,
        mut inner,
    } = read;
    let of_elements = wrapped_elements((text, tree), (endpoint, facts), buffers, elements, checked);
    let documents = several_documents((text, tree), endpoint, &errors);
    let call = call_around(text, root, &errors);
    if documents.is_some() {
        inner.clear();
        checked.records = 0;
        checked.outcomes.clear();
        checked
            .findings
            .retain(|finding| finding.rule != messages::WRONG_ROOT);
    } else if inner.len() == 1 && errors.iter().any(|error| error.kind == SyntaxKind::SeveralRoots) {
        // The file has several documents, so the finding that the first is not an array is dropped, and no other one is
        // checked.
        inner.clear();
        checked
            .findings
            .retain(|finding| finding.rule != messages::WRONG_ROOT);
    }
    checked.recoverable = errors.iter().all(|error| error.is_warning() || error.certain());
    drop_findings_at(&mut checked.findings, &errors);
    let reading = if template.unknown.is_empty() {
        as_read(text, &errors, endpoint, facts, buffers, checked)
    } else {
        // The result of the reader depends on unknown values.
        Reading::default()
    };
    let errors_are_json = errors.iter().all(SyntaxError::is_warning);
    checked.findings.extend(placed(
        syntax_findings(text, &endpoint.id, errors, &reading),
        &mut places,
    ));
    let (documents, fix) = documents.unzip();
    inner.extend(documents);
    check_inside(
        (&inner, &of_elements),
        template,
        endpoint,
        facts,
        outcomes,
        checked,
    );
    if !template.unknown.is_empty() {
        checked.placeholders = template.names().into_iter().map(str::to_owned).collect();
        let linter = Linter::new(text, tree, endpoint, facts, None, buffers, checked);
        bare_placeholders(template, linter);
    }
    finish(checked, errors_are_json);
    // The rest of the text is JSON, so these edits change nothing else.
    for (kind, edits) in [
        (SyntaxKind::SeveralRoots, fix),
        (SyntaxKind::UnexpectedText, call),
    ] {
        let is_it = |finding: &&mut Finding| finding.syntax.is_some_and(|syntax| syntax.detail == kind.id());
        if let (Some(edits), Some(finding)) = (edits, checked.findings.iter_mut().find(is_it)) {
            finding.fix_kind = Some(Box::new(FixKind::Unwrap(edits)));
        }
    }
}

/// Returns true if all syntax errors are before the body, so that it is not damaged.
fn only_before_root(reader: &Reader<'_>, tree: &Tree) -> bool {
    let start = tree.root().map_or(0, |root| tree.node(root).span.start);
    let mut errors = reader
        .errors()
        .iter()
        .filter(|error| !error.is_warning())
        .peekable();
    errors.peek().is_some() && errors.all(|error| error.span.end <= start)
}

/// Returns the records of a body that consists of several objects in a row, and the edits that make it an array.
fn several_documents(
    (text, tree): (&str, &Tree),
    endpoint: &Endpoint,
    errors: &[SyntaxError],
) -> Option<(Inner, Edits)> {
    let mut errors = errors.iter().filter(|error| !error.is_warning());
    let (Some(SyntaxKind::SeveralRoots), None) = (errors.next().map(|error| error.kind), errors.next())
    else {
        return None;
    };
    let root = tree.root()?;
    let is_one = is_record(text, tree, root, endpoint);
    is_one.then(|| wrapped::documents(text)).flatten()
}

/// Returns the edits that remove a function call around the body, if nothing else is wrong: `callback([...]);`
fn call_around(text: &str, root: Option<Span>, errors: &[SyntaxError]) -> Option<Edits> {
    let mut errors = errors.iter().filter(|error| !error.is_warning());
    let (Some(error), None) = (errors.next(), errors.next()) else {
        return None;
    };
    let end = root?.end;
    let after = text.get(end as usize..)?.trim_end();
    let closes = after.trim().trim_end_matches(';').trim_end() == ")";
    let is_call = error.kind == SyntaxKind::UnexpectedText && error.span.of(text).ends_with('(');
    let after = Span::new(end, end + u32::try_from(after.len()).ok()?);
    (is_call && closes).then(|| vec![(error.span, String::new()), (after, String::new())])
}

/// Returns a finding of severity advice that names the unknown values of a request.
#[must_use]
pub fn unknown_values(names: &[&str], span: Span, endpoint: &str) -> Finding {
    let (message, help) = messages::unknown_values(names);
    let claim = messages::advice("placeholder");
    Finding {
        basis: Interner::default().basis(&claim, &messages::reason(&claim), "", endpoint, None),
        severity: Severity::Advice,
        record: None,
        record_key: None,
        pointer: String::new(),
        target: Target::Value,
        span,
        related: None,
        message: message.as_str().into(),
        suggestion: None,
        help: help.as_str().into(),
        predicted: None,
        masked: None,
        order: 0,
        belongs: None,
        fix_kind: None,
    }
}

/// Reports placeholders outside of strings that no other finding covers. Each makes the file invalid JSON.
fn bare_placeholders<'a>(template: &'a Template<'_>, mut linter: Linter<'a>) {
    let known: HashSet<Span> = linter
        .checked
        .findings
        .iter()
        .map(|finding| finding.span)
        .collect();
    (linter.original, linter.reports_unknown) = (template.original, template.reported);
    for span in template.bare.iter().filter(|span| !known.contains(span)) {
        linter.not_filled_in(None, Place::of_body(*span));
    }
}

/// Drops fixes in a text that was repaired by a guess and facts that change nothing, and sorts the findings.
fn finish(checked: &mut Checked, errors_are_json: bool) {
    for finding in &mut checked.findings {
        // A fix in a guessed text is a guess, too. In a file that is not JSON, the text around the records may
        // contain more data.
        if !checked.recoverable || (!errors_are_json && finding.rule == messages::WRONG_ROOT) {
            finding.fix_kind = None;
        }
    }
    forget_open_facts(checked);
    sort(&mut checked.findings);
}

/// Returns the byte offset of the first invalid UTF-8.
fn garbled_from(errors: &[SyntaxError]) -> u32 {
    let garbled = errors
        .iter()
        .find(|error| matches!(error.kind, SyntaxKind::InvalidUtf8 { .. }));
    garbled.map_or(u32::MAX, |error| error.span.start)
}

/// Moves syntax findings to the values that they are about.
fn placed(mut syntax: Vec<Finding>, places: &mut HashMap<Span, SurrogatePlace>) -> Vec<Finding> {
    for finding in syntax
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Warning)
    {
        if let Some((pointer, record, target, span)) = places.remove(&finding.span) {
            (finding.pointer, finding.record, finding.target) = (pointer, Some(record), target);
            finding.span = span;
        }
    }
    syntax
}

/// Checks wrapped records where they are: those of a body that is not an array, and those of elements that are not
/// records.
fn check_inside(
    (whole, of_elements): (&[Inner], &[Inner]),
    template: &Template<'_>,
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    outcomes: bool,
    checked: &mut Checked,
) {
    let mut findings = Vec::new();
    // If the wrapper converts, the API sees one record, and not those inside.
    let fails = |finding: &Finding| finding.rule == messages::WRONG_ROOT && finding.phase == Phase::Bind;
    let fails = checked.findings.iter().any(fails);
    let whole = whole.iter().map(|inner| (inner, false));
    for (inner, is_element) in whole.chain(of_elements.iter().map(|inner| (inner, true))) {
        let mut seen = check_template(
            &inner.template(template),
            Vec::new(),
            endpoint,
            &mut facts.before_request(),
            Mode {
                outcomes,
                threads: Threads::ONE,
                hides_advice: false,
            },
        );
        let first = (!is_element).then_some(checked.records);
        findings.extend(inner.map_findings(std::mem::take(&mut seen.findings), first));
        checked.undecided += seen.undecided;
        // An array of records inside an array is the body itself.
        if is_element && fails && inner.records() > 1 && checked.records == 1 {
            checked.records = seen.records;
            checked.outcomes = seen.outcomes;
        } else if !is_element {
            checked.records += seen.records;
            checked.outcomes.append(&mut seen.outcomes);
        }
    }
    wrapped::mark_unseen(&mut findings);
    // Inside a wrapper that no fix removes, nothing is fixed.
    let stays = |finding: &Finding| finding.rule == messages::WRONG_ROOT && finding.fix_kind.is_none();
    if checked.findings.iter().any(stays) {
        for finding in &mut findings {
            finding.fix_kind = None;
        }
    }
    checked.findings.append(&mut findings);
}

/// Clears the open facts if the request as a whole is refused or is not JSON, because no fact changes the result
/// then.
fn forget_open_facts(checked: &mut Checked) {
    let decided = |finding: &Finding| {
        finding.severity == Severity::Error
            && !finding.unseen
            && (finding.predicted.is_none() || matches!(finding.phase, Phase::Bind | Phase::Request))
    };
    if checked.findings.iter().any(decided) {
        checked.open = Needed::default();
        checked.refused_if_new.clear();
    }
}

/// Removes findings about values that have a syntax error.
fn drop_findings_at(findings: &mut Vec<Finding>, errors: &[SyntaxError]) {
    let broken: HashSet<Span> = errors
        .iter()
        .filter(|error| !error.is_warning())
        .map(|error| error.span)
        .collect();
    if !broken.is_empty() {
        findings.retain(|finding| !broken.contains(&finding.span));
    }
}

fn one_record<'t>(
    (template, tree, root): (&'t Template<'_>, &Tree, NodeId),
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    checked: &mut Checked,
    buffers: &mut Buffers,
    keys: &mut Keys<'t>,
    outcomes: bool,
) {
    let (index, before) = (checked.records, checked.findings.len());
    let needed = std::mem::take(&mut checked.needed);
    let text: &'t str = &template.text;
    let mut linter = Linter::new(text, tree, endpoint, facts, Some(index), buffers, checked);
    (linter.original, linter.reports_unknown) = (template.original, template.reported);
    linter.record(root);
    linter.duplicate_record(text, keys);
    linter.second_owner(text, keys);
    let key = if outcomes {
        linter.key_text()
    } else {
        String::new()
    };
    let effect = linter.effect();
    let if_new = linter.refused_if_new;
    let reported = checked.findings.get_mut(before..).unwrap_or_default();
    let good = reported.iter().all(|finding| finding.severity != Severity::Error);
    let own = checked.needed;
    checked.needed = needed.and(own);
    if good {
        note_open(checked, endpoint, own, if_new);
    }
    // Sorted per record, so that sorting a million findings at the end moves little.
    sort(checked.findings.get_mut(before..).unwrap_or_default());
    if let Some(effect) = effect {
        facts.learn(&key, good, effect);
    }
    note_record(checked, key, outcomes);
}

/// Adds the facts of the tenant that could still decide whether a record is accepted.
fn note_open(checked: &mut Checked, endpoint: &Endpoint, own: Needed, if_new: Option<(TableId, PropertyId)>) {
    let Some((table, id)) = if_new else {
        checked.open = checked.open.and(own);
        return;
    };
    checked.open = checked.open.and(own.without(Fact::Contacts));
    let name = &*endpoint.table(table).property(id).name;
    match checked.refused_if_new.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(checked.refused_if_new.insert(name.to_owned(), 1)),
    }
}

fn note_record(checked: &mut Checked, key: String, outcomes: bool) {
    checked.records += 1;
    if outcomes {
        checked.outcomes.push(RecordOutcome { key });
    }
}

impl Linter<'_> {
    /// Reports a request that is not an array: null contains no records, and anything else fails to convert.
    ///
    /// Returns the keys of the records that the reader still reads. Texts to check in place of the body are added to
    /// `inner`.
    fn bare_root(&mut self, inner: &mut Vec<Inner>) -> Vec<String> {
        let Some(root) = self.tree.root() else {
            return Vec::new();
        };
        match self.resolve(root) {
            Resolved::Null => {
                self.nothing_to_send(self.tree.node(root).span);
                return Vec::new();
            }
            Resolved::Node(list) if list != root && self.kind(list) == JsonKind::Array => {
                self.wrapped_value(root, list, "$values");
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
            *inner = self.wrong_root(root, &sentence);
        }
        vec![String::new()]
    }

    /// Checks the records of an array that the reader uses as the body.
    fn records_of(&mut self, list: NodeId) -> Vec<String> {
        let mut keys = Vec::new();
        let mut earlier = Keys::default();
        self.wrapped_in = Some(key_of(list));
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            (self.record, self.root, self.read, self.key) = (Some(index), None, None, None);
            self.buffers.slots.clear();
            self.buffers.due.clear();
            self.buffers.earlier.clear();
            self.known_key = OnceCell::new();
            self.is_new = OnceCell::new();
            self.record(element);
            let text = self.text;
            self.duplicate_record(text, &mut earlier);
            self.second_owner(text, &mut earlier);
            keys.push(self.key_text());
        }
        keys
    }

    /// Reports that the body is not an array. Returns the texts to check in its place.
    fn wrong_root(&mut self, root: NodeId, sentence: &str) -> Vec<Inner> {
        let span = self.tree.node(root).span;
        let is_object = self.kind(root) == JsonKind::Object;
        let is_bare = is_object && wrapped::is_bare(self.text, self.tree, root, self.endpoint);
        // Common names may be those of the wrapper.
        let is_certain = is_bare && has_distinctive_name(self.text, self.tree, root, self.endpoint);
        let found = (!is_certain && !self.tree.damaged)
            .then(|| wrapped::find(self.text, self.tree, root, self.endpoint, "", None))
            .flatten();
        let is_bare = is_bare && found.is_none();
        let violation = messages::wrong_root(
            self.json(root, ""),
            found.as_ref().map(Wrapped::message_and_help),
            is_bare,
        );
        let predicted = self.unconverted(sentence);
        let before = self.checked.findings.len();
        self.predict_of(None, Place::of_body(span), violation, Some(predicted));
        let fix_kind = match &found {
            Some(found) => found.fix(self.text),
            None => is_bare.then(|| {
                let at = |place: u32, mark: &str| (Span::new(place, place), mark.to_owned());
                FixKind::Unwrap(vec![at(span.start, "["), at(span.end, "]")])
            }),
        };
        self.fix(before, fix_kind);
        match found {
            Some(found) => wrapped::inside(self.text, &found),
            None if is_bare && !self.tree.damaged => vec![wrapped::bare(self.text, span)],
            None => Vec::new(),
        }
    }

    /// Reports an empty array of records.
    fn empty_request(&mut self, span: Span) {
        match &self.endpoint.empty_request {
            Some(claim) => self.report(Place::of_body(span), "", messages::no_data(claim), &[]),
            None => self.nothing_to_send(span),
        }
    }

    fn nothing_to_send(&mut self, span: Span) {
        self.warn(Place::of_body(span), messages::nothing_to_send());
    }
}
