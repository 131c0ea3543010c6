//! A whole request body: its root, its records, and what is wrong with its syntax.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use super::checked::{Checked, Needed, RecordOutcome};
use super::fast::parallel::Prefetch;
use super::fast::record::FastPath;
use super::messages;
use super::record_keys::Keys;
use super::report::Place;
use super::state::{Buffers, Linter, Resolved, key_of};
use super::surrogates::surrogate_places;
use super::syntax::{nothing_begins, syntax_findings};
use super::verdict::as_read;
use crate::finding::{Finding, Phase, Severity, Span, sort};
use crate::json::{JsonKind, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree};
use crate::rules::{Endpoint, Fact, PropertyId, TableId};
use crate::tenant::{Facts, Tenant, TenantChanges};
use crate::threads::{self, Threads};
use dotnet_bind::{self as bind, Container};

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
    let mut buffers = Buffers::default();
    let mut places = HashMap::new();
    match reader.root(&mut tree) {
        Root::Nothing => {
            // A file without a record has to say why.
            if errors.iter().chain(reader.errors()).all(SyntaxError::is_warning) {
                errors.push(nothing_begins(text));
            }
        }
        Root::Value => {
            let mut linter = Linter::new(text, &tree, endpoint, facts, None, &mut buffers, &mut checked);
            let keys = linter.bare_root();
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
                    let index = checked.records;
                    let new = reader.errors().get(told..).unwrap_or_default();
                    surrogate_places((text, &tree, root), index, new, &mut places);
                    told = reader.errors().len();
                    one_record(
                        (text, &tree, root),
                        endpoint,
                        facts,
                        &mut checked,
                        &mut buffers,
                        &mut keys,
                        outcomes,
                    );
                }
                stop.store(true, Relaxed);
            });
            if checked.records == 0 && errors.iter().chain(reader.errors()).all(SyntaxError::is_warning) {
                let mut linter = Linter::new(text, &tree, endpoint, facts, None, &mut buffers, &mut checked);
                linter.empty_request(reader.root_span().unwrap_or(Span::new(start, start + 1)));
            }
        }
    }
    errors.extend(reader.into_errors());
    checked.mendable = errors.iter().all(|error| error.is_warning() || error.certain());
    unsay(&mut checked.findings, &errors);
    let reading = as_read(text, &errors, endpoint, facts, &mut buffers, &mut checked);
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
    forget_open_facts(&mut checked);
    if !checked.mendable {
        // Where the text is guessed at, so would be its mending.
        for finding in &mut checked.findings {
            finding.fix_kind = None;
        }
    }
    sort(&mut checked.findings);
    checked
}

/// Where the request as a whole is refused, or is not JSON, no fact of the tenant changes what becomes of its records.
fn forget_open_facts(checked: &mut Checked) {
    let decided = |finding: &Finding| {
        finding.severity == Severity::Error
            && (finding.predicted.is_none() || matches!(finding.phase, Phase::Bind | Phase::Request))
    };
    if checked.findings.iter().any(decided) {
        checked.open = Needed::default();
        checked.refused_if_new.clear();
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

fn one_record<'t>(
    (text, tree, root): (&'t str, &Tree, NodeId),
    endpoint: &Endpoint,
    facts: &mut Facts<'_>,
    checked: &mut Checked,
    buffers: &mut Buffers,
    keys: &mut Keys<'t>,
    outcomes: bool,
) {
    let (index, before) = (checked.records, checked.findings.len());
    let needed = std::mem::take(&mut checked.needed);
    let mut linter = Linter::new(text, tree, endpoint, facts, Some(index), buffers, checked);
    linter.record(root);
    linter.duplicate_record(text, keys);
    let key = if outcomes {
        linter.key_text()
    } else {
        String::new()
    };
    let effect = linter.effect();
    let if_new = linter.refused_if_new;
    let told = checked.findings.get_mut(before..).unwrap_or_default();
    let good = told.iter().all(|finding| finding.severity != Severity::Error);
    let own = checked.needed;
    checked.needed = needed.and(own);
    if good {
        note_open(checked, endpoint, own, if_new);
    }
    // Records follow each other: what is in order now need not be moved, and moved again, among a million.
    sort(checked.findings.get_mut(before..).unwrap_or_default());
    if let (true, Some(effect)) = (good, effect) {
        facts.learn(effect);
    }
    note_record(checked, key, outcomes);
}

/// Notes which facts of the tenant could still change whether a record is taken.
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
        self.wrapped_in = Some(key_of(list));
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            (self.record, self.root, self.read, self.key) = (Some(index), None, None, None);
            self.buffers.slots.clear();
            self.buffers.due.clear();
            self.buffers.earlier.clear();
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
        let wrapper = self.wrapper(root);
        let words = messages::wrong_root(self.json(root, ""), wrapper.as_deref());
        let predicted = self.unconverted(sentence);
        let place = Place::of_body(self.tree.node(root).span);
        self.predict_of(None, place, words, Some(predicted));
    }

    /// An empty list of records.
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
