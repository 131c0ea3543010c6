//! The fast path for a record: a clean record is accepted in one pass, without nodes and without the engine.
//!
//! Nearly all records are clean, and their only result is their number. The fast path compares the text of a record
//! with the tables and stops at the first doubt: a name in two spellings, a `\u` escape, a value that changes when it
//! is converted, a row that only the engine can check. The reader and the engine then read the record again from its
//! start. So the fast path never reports anything, and the records that it accepts are a subset of those that the
//! engine accepts; `tests/it/fast_path.rs` compares the two.

use crate::finding::Span;
use crate::json::{Reader, number, plain, space};
use crate::lint::checked_body::{Needed, deciding};
use crate::lint::record_keys::{Key, Keys, unquoted};
use crate::rules::{
    Active, CheckKind, Endpoint, FastRow, Property, PropertyId, QuickCheck, Table, TableId, TextPosition,
    Type, accept_text, bit, plain_number,
};
use crate::tenant::Facts;
use dotnet_bind::{self as bind, Json, Scalar};

/// The deepest nesting of objects on the fast path. No table is nested that deep.
const DEPTH: u32 = 24;

/// The number of strings that are cached for each row.
const RECENT_TEXTS: usize = 6;

/// After this many consecutive records that are not clean, only every `PATIENCE`-th record is tried.
const PATIENCE: u32 = 8;

/// The state of the fast path for one request.
pub(in crate::lint) struct FastPath<'a> {
    text: &'a str,
    bytes: &'a [u8],
    endpoint: &'a Endpoint,
    memory: Memory,
    /// The rows that are present in the current record, one bit each.
    present_rows: u64,
    /// The number of checks of the current record that need facts of the tenant.
    undecided: u64,
    /// The facts that these checks need.
    needed: Needed,
    /// The number of objects around the current position.
    depth: u32,
    /// The [generation](Facts::generation) of the facts for which the cached strings are valid.
    generation: usize,
    /// The number of consecutive records that were not clean.
    misses: u32,
    /// True if a record with only findings of severity advice counts as clean.
    hides_advice: bool,
}

/// The state that is kept from record to record: buffers, and guesses that are compared with the text before they are
/// used. It can be passed on to the next request to the same endpoint.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// For each row, and for the start of each table: the member that followed it last time.
    followed: Vec<Name>,
    /// For each row: its last strings without a fault.
    recent: Vec<RecentText>,
    /// The current round. Strings of other rounds do not count.
    round: u32,
    /// The scalars of the current record by row, as written. An empty span if there is none.
    slots: Vec<Span>,
    /// The values of the current record that are compared with others.
    watched: Vec<(TableId, PropertyId, Span)>,
}

/// A string of a row that had no fault.
#[derive(Debug, Clone, Copy, Default)]
struct RecentText {
    span: Span,
    /// The number of its checks that need facts of the tenant.
    undecided: u32,
    round: u32,
}

/// The longest name that is cached, in bytes with quotes. No table has a longer one.
const LONGEST: usize = 44;

/// A name as written, with quotes, and its row.
#[derive(Debug, Clone, Copy)]
struct Name {
    row: u16,
    length: u8,
    spelling: [u8; LONGEST],
}

impl Name {
    /// An empty slot.
    const NONE: Self = Self {
        row: 0,
        length: 0,
        spelling: [0; LONGEST],
    };

    fn of(row: PropertyId, written: &[u8]) -> Self {
        let mut name = Self::NONE;
        if let Some(room) = name.spelling.get_mut(..written.len()) {
            room.copy_from_slice(written);
            name.row = row.0;
            name.length = u8::try_from(written.len()).unwrap_or(0);
        }
        name
    }

    fn spelling(&self) -> &[u8] {
        self.spelling.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl Memory {
    /// Invalidates all strings; names stay.
    fn forget_texts(&mut self) {
        self.round = self.round.wrapping_add(1);
        // The counter has wrapped around: strings of the first round must not become valid again.
        if self.round == 0 {
            self.recent.clear();
            self.round = 1;
        }
    }
}

impl<'a> FastPath<'a> {
    pub(in crate::lint) fn new(text: &'a str, endpoint: &'a Endpoint) -> Self {
        Self::with(Memory::default(), text, endpoint)
    }

    /// The same as [`FastPath::new`], with the memory of another request to the same endpoint.
    pub(in crate::lint) fn with(mut memory: Memory, text: &'a str, endpoint: &'a Endpoint) -> Self {
        memory.forget_texts();
        Self {
            text,
            bytes: text.as_bytes(),
            endpoint,
            memory,
            present_rows: 0,
            undecided: 0,
            needed: Needed::default(),
            depth: 0,
            generation: 0,
            misses: 0,
            hides_advice: false,
        }
    }

    /// Accepts also records that lack rows whose absence is only advice.
    pub(in crate::lint) const fn hiding_advice(mut self, hides_advice: bool) -> Self {
        self.hides_advice = hides_advice;
        self
    }

    /// Returns the bytes of the request.
    pub(in crate::lint) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the rows that are present in the current record, one bit each.
    pub(in crate::lint) const fn present_rows(&self) -> u64 {
        self.present_rows
    }

    /// Returns true if only the end of the array follows a record.
    pub(in crate::lint) fn is_last(&self, passed: &CleanRecord) -> bool {
        matches!(AfterRecord::of(self.bytes, passed.end), Some(AfterRecord::End))
    }

    /// Returns the memory, for the next request.
    pub(in crate::lint) fn into_memory(self) -> Memory {
        self.memory
    }

    /// Accepts the next record if it is clean, and adds its key to `keys`. `ahead` returns the record that another
    /// thread has read at a given start.
    pub(in crate::lint) fn next(
        &mut self,
        reader: &mut Reader<'_>,
        facts: &Facts<'_>,
        keys: &mut Keys<'a>,
        index: u32,
        ahead: impl FnOnce(usize) -> Option<CleanRecord>,
    ) -> Option<CleanRecord> {
        let is_outdated = self.generation != facts.generation();
        if is_outdated {
            self.generation = facts.generation();
            self.memory.forget_texts();
        }
        // If several records in a row were not clean, only some of the next ones are worth a try.
        if self.misses > PATIENCE && !index.is_multiple_of(PATIENCE) {
            return None;
        }
        let start = reader.ahead()?;
        // Prefetched records were read with the facts of the first generation.
        let known = (self.generation == 0).then(|| ahead(start)).flatten();
        let passed = known.or_else(|| self.record(start, facts));
        let Some(passed) = passed.filter(|passed| keys.add(self.text, passed.key, passed.owned)) else {
            self.misses = self.misses.saturating_add(1);
            return None;
        };
        self.misses = 0;
        reader.pass_over(passed.end);
        Some(passed)
    }

    /// Reads the record whose brace is at `at`. Returns it if it is clean; checks against earlier records are left to
    /// the caller.
    pub(in crate::lint) fn record(&mut self, at: usize, facts: &Facts<'_>) -> Option<CleanRecord> {
        let table = self.endpoint.record_table();
        self.memory.slots.clear();
        self.memory.slots.resize(table.properties.len(), Span::default());
        self.memory.watched.clear();
        (self.undecided, self.needed, self.depth) = (0, Needed::default(), 0);
        let end = self.object(at, self.endpoint.record, facts)?;
        AfterRecord::of(self.bytes, end)?;
        self.passes(table, facts).then(|| CleanRecord {
            start: at,
            end,
            undecided: self.undecided,
            needed: self.needed,
            key: self.key(),
            owned: self.owned(table),
        })
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Returns the end of the object at `at`.
    fn object(&mut self, at: usize, id: TableId, facts: &Facts<'_>) -> Option<usize> {
        let endpoint = self.endpoint;
        let table = endpoint.table(id);
        // A table with too many rows is left to the engine, even if none of them is present.
        if table.fast_rows.rows.len() != table.properties.len() {
            return None;
        }
        // The rows that are present, and the rows that have a value.
        let (mut present, mut with_value) = (0_u64, 0_u64);
        let mut before = usize::from(table.offset);
        self.depth += 1;
        let mut at = space(self.bytes, at + 1);
        if self.byte(at) == b'"' && self.depth <= DEPTH {
            loop {
                let (row, value) = self.name(table, at, before)?;
                before = usize::from(table.offset) + 1 + usize::from(row.0);
                let fast_row = *table.fast_rows.rows.get(usize::from(row.0))?;
                let bit = bit(row);
                if present & bit != 0 || fast_row.left_to_the_engine {
                    return None;
                }
                present |= bit;
                let end = self.value(table, id, row, fast_row, value, facts)?;
                // Null and the empty string are no value.
                let first = self.byte(value);
                if !(first == b'n' || (first == b'"' && end - value == 2)) {
                    with_value |= bit;
                }
                at = space(self.bytes, end);
                match self.byte(at) {
                    b',' => at = space(self.bytes, at + 1),
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.depth -= 1;
        if self.depth == 0 {
            self.present_rows = present;
        }
        let fast_rows = &table.fast_rows;
        // Facts about contacts would make its severity higher, but with such facts the fast path is not used.
        let mandatory = if self.hides_advice {
            fast_rows.mandatory & !fast_rows.advised
        } else {
            fast_rows.mandatory
        };
        let complete = with_value & mandatory == mandatory
            && fast_rows.any_of.iter().all(|set| with_value & set != 0)
            && self.byte(at) == b'}';
        complete.then_some(at + 1)
    }

    /// Returns the row of the name at `at`, and the start of its value.
    fn name(&mut self, table: &Table, at: usize, before: usize) -> Option<(PropertyId, usize)> {
        let (row, end) = self.row(table, at, before)?;
        let colon = if self.byte(end) == b':' {
            end
        } else {
            space(self.bytes, end)
        };
        (self.byte(colon) == b':').then(|| (row, space(self.bytes, colon + 1)))
    }

    /// Returns the row of the name at `at`, and the end of the name.
    fn row(&mut self, table: &Table, at: usize, before: usize) -> Option<(PropertyId, usize)> {
        if let Some(guess) = self.memory.followed.get(before) {
            let known = guess.spelling();
            let end = at + known.len();
            if !known.is_empty() && self.bytes.get(at..end).is_some_and(|text| same(text, known)) {
                return Some((PropertyId(guess.row), end));
            }
        }
        let span = self.string(at)?;
        let id = table.find(self.inner(span)?)?;
        let followed = &mut self.memory.followed;
        if followed.len() <= before {
            followed.resize(before + 1, Name::NONE);
        }
        followed[before] = Name::of(id, span.bytes(self.text));
        Some((id, span.end as usize))
    }

    /// Returns the string at `at`, with quotes, if it has no escapes.
    #[inline]
    fn string(&self, at: usize) -> Option<Span> {
        if self.byte(at) != b'"' {
            return None;
        }
        let stop = plain(self.bytes, at + 1);
        (self.byte(stop) == b'"').then(|| span(at, stop + 1))
    }

    /// Returns the text between the quotes.
    fn inner(&self, span: Span) -> Option<&'a str> {
        self.text.get(span.start as usize + 1..span.end as usize - 1)
    }

    /// Returns the end of the value at `at`.
    #[inline]
    fn value(
        &mut self,
        table: &'a Table,
        id: TableId,
        row: PropertyId,
        fast_row: FastRow,
        at: usize,
        facts: &Facts<'_>,
    ) -> Option<usize> {
        if self.byte(at) == b'n' {
            return self.null(fast_row, at);
        }
        let end = match fast_row.ty {
            Type::String => self.text_value(table, row, fast_row, at, facts)?,
            Type::Boolean => self.boolean(at)?,
            Type::Int | Type::Long | Type::Decimal => self.number(fast_row.ty, at)?,
            Type::DateTime => self.date_time(at)?,
            Type::Enum(list) => self.member(list, at)?,
            Type::Object(inner) if self.byte(at) == b'{' => self.object(at, inner, facts)?,
            Type::Object(_) => return None,
            Type::ObjectList(inner) => {
                let kept = self.memory.watched.len();
                let end = self.list(at, fast_row, |fast_path, at| fast_path.element(at, inner, facts))?;
                if fast_row.has_list_checks && !self.list_holds(table, row, kept) {
                    return None;
                }
                end
            }
            Type::StringList => {
                let (property, texts) = (table.property(row), &self.endpoint.texts);
                self.list(at, fast_row, |fast_path, at| {
                    let span = fast_path.string(at)?;
                    let text = fast_path.inner(span)?;
                    let undecided = accept_text(property, text, facts, texts, TextPosition::Element)?;
                    fast_path.depends(property, undecided);
                    fast_path.watch(fast_row, id, row, span);
                    Some(span.end as usize)
                })?
            }
        };
        if fast_row.watched && fast_row.ty != Type::StringList {
            self.watch(fast_row, id, row, span(at, end));
        }
        if self.depth == 1 {
            self.memory.slots[usize::from(row.0)] = span(at, end);
        }
        Some(end)
    }

    fn watch(&mut self, fast_row: FastRow, table: TableId, row: PropertyId, span: Span) {
        if fast_row.watched {
            self.memory.watched.push((table, row, span));
        }
    }

    /// Accepts a null if no value is required and null has no finding.
    fn null(&self, fast_row: FastRow, at: usize) -> Option<usize> {
        let fine = match fast_row.ty {
            Type::String => matches!(fast_row.quick_check, QuickCheck::Typed | QuickCheck::MaybeText),
            Type::Object(_) | Type::ObjectList(_) | Type::StringList => !fast_row.mandatory,
            _ => false,
        };
        (fine && self.bytes.get(at..at + 4) == Some(b"null")).then_some(at + 4)
    }

    fn text_value(
        &mut self,
        table: &Table,
        row: PropertyId,
        fast_row: FastRow,
        at: usize,
        facts: &Facts<'_>,
    ) -> Option<usize> {
        match fast_row.quick_check {
            // Compared values are compared as written, so they must not have escapes.
            QuickCheck::Typed if self.depth == 1 || fast_row.watched => Some(self.string(at)?.end as usize),
            QuickCheck::Typed => self.any_text(at),
            QuickCheck::Text(most) => {
                let span = self.string(at)?;
                let text = self.inner(span)?;
                if text.is_empty() || text.len() > most as usize {
                    return None;
                }
                if !self.endpoint.texts.is_plain(text.as_bytes()) {
                    self.undecided += self.right(table, row, span, facts)?;
                }
                Some(span.end as usize)
            }
            QuickCheck::MaybeText => {
                let Some(span) = self.string(at) else {
                    let is_compared = self.depth == 1 || fast_row.watched;
                    return if is_compared { None } else { self.escaped_text(at) };
                };
                if !self.endpoint.texts.is_plain(self.inner(span)?.as_bytes()) {
                    self.undecided += self.right(table, row, span, facts)?;
                }
                Some(span.end as usize)
            }
            QuickCheck::Never => {
                let span = self.string(at)?;
                let undecided = self.right(table, row, span, facts)?;
                self.depends(table.property(row), undecided);
                Some(span.end as usize)
            }
        }
    }

    /// Adds the undecided checks of a string.
    fn depends(&mut self, property: &Property, undecided: u64) {
        if undecided > 0 {
            self.undecided += undecided;
            self.needed = self.needed.and(deciding(property));
        }
    }

    /// The same as [`accept_text`], with a cache of the last strings of the row, because values repeat often.
    fn right(&mut self, table: &Table, row: PropertyId, span: Span, facts: &Facts<'_>) -> Option<u64> {
        let slot = (usize::from(table.offset) + usize::from(row.0)) * RECENT_TEXTS;
        let (round, memory) = (self.memory.round, &mut self.memory.recent);
        if memory.len() < slot + RECENT_TEXTS {
            memory.resize(slot + RECENT_TEXTS, RecentText::default());
        }
        let recent = &mut memory[slot..slot + RECENT_TEXTS];
        let bytes = span.bytes(self.text);
        let same = |known: &&RecentText| known.round == round && same(known.span.bytes(self.text), bytes);
        if let Some(known) = recent.iter().find(same) {
            return Some(u64::from(known.undecided));
        }
        let text = unquoted(span.of(self.text));
        let undecided = accept_text(
            table.property(row),
            text,
            facts,
            &self.endpoint.texts,
            TextPosition::Row,
        )?;
        if let Ok(undecided) = u32::try_from(undecided) {
            recent.rotate_right(1);
            recent[0] = RecentText {
                span,
                undecided,
                round,
            };
        }
        Some(undecided)
    }

    /// Returns the end of the string at `at`. Escapes of one letter are accepted, `\u` escapes are not.
    fn any_text(&self, at: usize) -> Option<usize> {
        if self.byte(at) != b'"' {
            return None;
        }
        let mut stop = plain(self.bytes, at + 1);
        loop {
            match self.byte(stop) {
                b'"' => return Some(stop + 1),
                b'\\'
                    if matches!(
                        self.byte(stop + 1),
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'
                    ) =>
                {
                    stop = plain(self.bytes, stop + 2);
                }
                _ => return None,
            }
        }
    }

    /// Returns the end of a string with escapes if it cannot contain a defect. Without this, the engine reads each
    /// record with a quote in a description again: 20 % of the records of `benches`.
    fn escaped_text(&self, at: usize) -> Option<usize> {
        let end = self.any_text(at)?;
        let written = self.bytes.get(at + 1..end - 1)?;
        self.endpoint.texts.is_plain_with_escapes(written).then_some(end)
    }

    fn boolean(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        match rest {
            [b't', b'r', b'u', b'e', ..] => Some(at + 4),
            [b'f', b'a', b'l', b's', b'e', ..] => Some(at + 5),
            _ => None,
        }
    }

    fn number(&self, ty: Type, at: usize) -> Option<usize> {
        let end = number(self.bytes, at)?;
        plain_number(ty, self.bytes.get(at..end)?).then_some(end)
    }

    fn date_time(&self, at: usize) -> Option<usize> {
        let span = self.string(at)?;
        let bound = bind::bind(Scalar::DateTime, &[], true, Json::Text(self.inner(span)?), "").ok()?;
        let right = bound.change.is_none() && span.len() > 2;
        right.then_some(span.end as usize)
    }

    fn member(&self, list: u16, at: usize) -> Option<usize> {
        let span = self.string(at)?;
        let text = self.inner(span)?;
        let members = &self.endpoint.enums.get(usize::from(list))?.members;
        members
            .iter()
            .any(|member| member.name == text)
            .then_some(span.end as usize)
    }

    fn element(&mut self, at: usize, table: TableId, facts: &Facts<'_>) -> Option<usize> {
        if self.byte(at) != b'{' {
            return None;
        }
        self.object(at, table, facts)
    }

    /// Returns the end of the array at `at`.
    fn list(
        &mut self,
        at: usize,
        fast_row: FastRow,
        mut element: impl FnMut(&mut Self, usize) -> Option<usize>,
    ) -> Option<usize> {
        if self.byte(at) != b'[' {
            return None;
        }
        let mut at = space(self.bytes, at + 1);
        if self.byte(at) == b']' {
            return (!fast_row.mandatory).then_some(at + 1);
        }
        loop {
            at = space(self.bytes, element(self, at)?);
            match self.byte(at) {
                b',' => at = space(self.bytes, at + 1),
                b']' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// Returns the string of a row of the record. `None` if it is missing or empty.
    fn slot(&self, id: PropertyId) -> Option<&'a str> {
        let span = *self.memory.slots.get(usize::from(id.0))?;
        let text = unquoted(span.of(self.text));
        (!text.is_empty()).then_some(text)
    }

    /// The same, but `None` for a string that identifies no contact.
    fn identity(&self, id: PropertyId) -> Option<&'a str> {
        let text = self.slot(id)?;
        let contact = self.endpoint.contact.as_ref();
        (!contact.is_some_and(|rows| rows.identifies_no_contact(id, text))).then_some(text)
    }

    /// Returns true if no check over the items of a list has a finding. The watched values of the items begin at
    /// `from`.
    fn list_holds(&self, table: &Table, row: PropertyId, from: usize) -> bool {
        let kept = self.memory.watched.get(from..).unwrap_or_default();
        let kept = kept
            .iter()
            .map(|(table, id, span)| (*table, *id, unquoted(span.of(self.text))));
        let mut checks = table.checks.iter();
        checks.all(|check| check.kind.holds_in_list(row, kept.clone()))
    }

    /// Returns a value of the current record that must belong to one owner, and that owner.
    fn owned(&self, table: &Table) -> Option<(Key, Key)> {
        let belongs = table.checks.iter().find_map(|check| match check.kind {
            CheckKind::BelongsToOne(belongs) => Some(belongs),
            _ => None,
        })?;
        let key = |id: PropertyId| {
            self.identity(id)?;
            self.memory.slots.get(usize::from(id.0)).copied().map(Key::new)
        };
        Some((key(belongs.property)?, key(belongs.of)?))
    }

    /// Returns true if no check over several values of the record has a finding.
    fn passes(&self, table: &Table, facts: &Facts<'_>) -> bool {
        table.checks.iter().all(|check| match &check.kind {
            // Checked with each object, or left to the engine if it applies to a value.
            CheckKind::AnyOf(_)
            | CheckKind::SingleValued(_)
            | CheckKind::Unique(_)
            | CheckKind::AtMostOne(_)
            // Checked against the earlier records.
            | CheckKind::BelongsToOne(_) => true,
            CheckKind::Differs(differs) => {
                let watched = self.memory.watched.iter();
                let kept = watched.map(|(table, id, span)| (*table, *id, unquoted(span.of(self.text))));
                differs.holds(kept, self.endpoint.contact.as_ref(), |id| self.slot(id))
            }
            CheckKind::Active(_) => {
                let rows = self.endpoint.contact.as_ref();
                let name = |id: Option<PropertyId>| self.identity(id?);
                let code = name(rows.map(|rows| rows.code));
                let user = name(rows.and_then(|rows| rows.user));
                !Active::breaks(facts, code, user)
            }
        })
    }

    /// Returns the key of the current record.
    fn key(&self) -> Option<Key> {
        let id = self.endpoint.key.iter().find(|id| self.slot(**id).is_some())?;
        self.memory.slots.get(usize::from(id.0)).copied().map(Key::new)
    }
}

/// A record without findings.
#[derive(Debug, Clone, Copy)]
pub(in crate::lint) struct CleanRecord {
    /// The byte offset of its opening brace.
    pub(in crate::lint) start: usize,
    /// The byte offset after its closing brace.
    pub(in crate::lint) end: usize,
    /// The number of its checks that need facts of the tenant.
    pub(in crate::lint) undecided: u64,
    /// The facts that these checks need.
    pub(in crate::lint) needed: Needed,
    key: Option<Key>,
    owned: Option<(Key, Key)>,
}

/// Returns true if two strings are equal. Most are one or two machine words long: comparing those inline takes less
/// time than a call to `memcmp`.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (Some(first), Some(last)) = (one.first_chunk::<8>(), one.last_chunk::<8>()) else {
        return one == other;
    };
    other.first_chunk() == Some(first)
        && other.last_chunk() == Some(last)
        && (one.len() <= 16 || one == other)
}

/// The text after a record.
pub(in crate::lint) enum AfterRecord {
    /// The byte offset of the next record's brace.
    Record(usize),
    /// The end of the array.
    End,
}

impl AfterRecord {
    /// Returns the text after a record that ends at byte `end`, if it is another record or the end of the array.
    pub(in crate::lint) fn of(bytes: &[u8], end: usize) -> Option<Self> {
        let at = space(bytes, end);
        match bytes.get(at)? {
            b']' => Some(Self::End),
            b',' => {
                let next = space(bytes, at + 1);
                (bytes.get(next) == Some(&b'{')).then_some(Self::Record(next))
            }
            _ => None,
        }
    }
}

/// Returns the span of two byte offsets; the text is known to be short enough for `u32`.
fn span(start: usize, end: usize) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}
