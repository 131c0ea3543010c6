//! Skimming: a record that is plainly right is passed over in one go, without nodes and without the engine.
//!
//! Nearly all records of nearly all files are right, and all that is to be said of them is how many there are. Skimming
//! goes over the text of a record with the tables at hand and gives up at the first thing that is not plain to see: a name
//! in two spellings, an escape with a code, a value that changes on the way, a row that only the engine understands. The
//! record is then read again, by the reader and the engine, as if nothing had been. So skimming never says anything, and
//! what it accepts is a subset of what they accept: `tests/it/fast_path.rs` compares the two.

use crate::finding::Span;
use crate::json::{Reader, number, plain, space};
use crate::lint::checked::{Needed, deciding};
use crate::lint::record_keys::{Key, Keys, unquoted};
use crate::rules::{
    Active, CheckKind, Endpoint, FastRow, Property, PropertyId, QuickCheck, Stands, Table, TableId, Type,
    bit, plain_number, right_text,
};
use crate::tenant::Facts;
use dotnet_bind::{self as bind, Json, Scalar};

/// Objects within objects beyond this are left to the engine; no table leads this deep.
const DEPTH: u32 = 24;

/// How many texts of a row are remembered.
const LATELY: usize = 6;

/// After so many records in a row that are not plainly right, only every so many-th is tried.
const PATIENCE: u32 = 8;

/// What one request's records are skimmed with.
pub(in crate::lint) struct FastPath<'a> {
    text: &'a str,
    bytes: &'a [u8],
    endpoint: &'a Endpoint,
    memory: Memory,
    /// The rows of the record at hand that were met, a bit each.
    met: u64,
    /// Checks of the record at hand that need facts of the tenant.
    undecided: u64,
    /// The facts that these need.
    needed: Needed,
    /// In how many objects the place is.
    depth: u32,
    /// What is remembered of texts was true at this many [generation](Facts::generation).
    generation: usize,
    /// How many records in a row were not plainly right.
    misses: u32,
}

/// What is remembered from record to record: guesses, which are held against the text before they count, and buffers.
/// It may go on to the next request to the same endpoint.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// For each row, and for the start of each table, the member that came next the last time.
    followed: Vec<Name>,
    /// For each row the texts that it had lately and that were right.
    lately: Vec<Lately>,
    /// Those that were met in another round are forgotten.
    round: u32,
    /// The scalars of the record at hand by row, as they are written; an empty span for none.
    slots: Vec<Span>,
    /// The values of the record at hand that are compared with others.
    watched: Vec<(TableId, PropertyId, Span)>,
}

/// A text that a row had and that was right.
#[derive(Debug, Clone, Copy, Default)]
struct Lately {
    span: Span,
    /// How many of its checks need facts of the tenant.
    undecided: u32,
    round: u32,
}

/// The longest name that is remembered, quotes and all, in bytes: no table has a longer one.
const LONGEST: usize = 44;

/// A name as it was written, quotes and all, and its row.
#[derive(Debug, Clone, Copy)]
struct Name {
    row: u16,
    length: u8,
    spelling: [u8; LONGEST],
}

impl Name {
    /// None at all.
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
    /// Forgets what was true of texts; names stay.
    fn forget_texts(&mut self) {
        self.round = self.round.wrapping_add(1);
        // Once in four billion rounds, what was met in the first one must not count again.
        if self.round == 0 {
            self.lately.clear();
            self.round = 1;
        }
    }
}

impl<'a> FastPath<'a> {
    pub(in crate::lint) fn new(text: &'a str, endpoint: &'a Endpoint) -> Self {
        Self::with(Memory::default(), text, endpoint)
    }

    /// The same, with what is remembered of another request to the same endpoint.
    pub(in crate::lint) fn with(mut memory: Memory, text: &'a str, endpoint: &'a Endpoint) -> Self {
        memory.forget_texts();
        Self {
            text,
            bytes: text.as_bytes(),
            endpoint,
            memory,
            met: 0,
            undecided: 0,
            needed: Needed::default(),
            depth: 0,
            generation: 0,
            misses: 0,
        }
    }

    /// The rows of the record at hand that were met, a bit each.
    pub(in crate::lint) const fn met(&self) -> u64 {
        self.met
    }

    /// Whether nothing but the end of the list follows a record.
    pub(in crate::lint) fn is_last(&self, passed: &CleanRecord) -> bool {
        matches!(Behind::of(self.bytes, passed.end), Some(Behind::End))
    }

    /// What is remembered.
    pub(in crate::lint) fn into_memory(self) -> Memory {
        self.memory
    }

    /// Passes over the next record if it is plainly right, and adds its key to `keys`. `ahead` has what other threads have
    /// found out of the record that begins at a place.
    pub(in crate::lint) fn next(
        &mut self,
        reader: &mut Reader<'_>,
        facts: &Facts<'_>,
        keys: &mut Keys<'a>,
        index: u32,
        ahead: impl FnOnce(usize) -> Option<CleanRecord>,
    ) -> Option<CleanRecord> {
        let taught = self.generation != facts.generation();
        if taught {
            self.generation = facts.generation();
            self.memory.forget_texts();
        }
        // Where one after the other is not, only now and then one is worth a try.
        if self.misses > PATIENCE && !index.is_multiple_of(PATIENCE) {
            return None;
        }
        let start = reader.ahead()?;
        // What was found out ahead was found out before anything was learnt.
        let known = (self.generation == 0).then(|| ahead(start)).flatten();
        let passed = known.or_else(|| self.record(start, facts));
        let Some(passed) = passed.filter(|passed| keys.add(self.text, passed.key, passed.owned, index))
        else {
            self.misses = self.misses.saturating_add(1);
            return None;
        };
        self.misses = 0;
        reader.pass_over(passed.end);
        Some(passed)
    }

    /// The record whose brace stands at `at`, if it is plainly right as far as it can be told without those before it.
    pub(in crate::lint) fn record(&mut self, at: usize, facts: &Facts<'_>) -> Option<CleanRecord> {
        let table = self.endpoint.record_table();
        self.memory.slots.clear();
        self.memory.slots.resize(table.properties.len(), Span::default());
        self.memory.watched.clear();
        (self.undecided, self.needed, self.depth) = (0, Needed::default(), 0);
        let end = self.object(at, self.endpoint.record, facts)?;
        Behind::of(self.bytes, end)?;
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

    /// Where the object that begins at `at` ends.
    fn object(&mut self, at: usize, id: TableId, facts: &Facts<'_>) -> Option<usize> {
        let endpoint = self.endpoint;
        let table = endpoint.table(id);
        // A table with too many rows is not skimmed, not even where none of them is there.
        if table.fast_rows.rows.len() != table.properties.len() {
            return None;
        }
        // The rows that were met, and those of them whose value is there.
        let (mut met, mut there) = (0_u64, 0_u64);
        let mut before = usize::from(table.offset);
        self.depth += 1;
        let mut at = space(self.bytes, at + 1);
        if self.byte(at) == b'"' && self.depth <= DEPTH {
            loop {
                let (row, value) = self.name(table, at, before)?;
                before = usize::from(table.offset) + 1 + usize::from(row.0);
                let fast_row = *table.fast_rows.rows.get(usize::from(row.0))?;
                let bit = bit(row);
                if met & bit != 0 || fast_row.left_to_the_engine {
                    return None;
                }
                met |= bit;
                let end = self.value(table, id, row, fast_row, value, facts)?;
                // Null, and the empty text.
                let first = self.byte(value);
                if !(first == b'n' || (first == b'"' && end - value == 2)) {
                    there |= bit;
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
            self.met = met;
        }
        let fast_rows = &table.fast_rows;
        let complete = there & fast_rows.mandatory == fast_rows.mandatory
            && fast_rows.any_of.iter().all(|set| there & set != 0)
            && self.byte(at) == b'}';
        complete.then_some(at + 1)
    }

    /// The row of the name at `at`, and where its value begins.
    fn name(&mut self, table: &Table, at: usize, before: usize) -> Option<(PropertyId, usize)> {
        let (row, end) = self.row(table, at, before)?;
        let colon = if self.byte(end) == b':' {
            end
        } else {
            space(self.bytes, end)
        };
        (self.byte(colon) == b':').then(|| (row, space(self.bytes, colon + 1)))
    }

    /// The row of the name at `at`, and where the name ends.
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

    /// The string at `at`, with its quotes, if there is no escape in it.
    #[inline]
    fn string(&self, at: usize) -> Option<Span> {
        if self.byte(at) != b'"' {
            return None;
        }
        let stop = plain(self.bytes, at + 1);
        (self.byte(stop) == b'"').then(|| span(at, stop + 1))
    }

    /// What stands between the quotes.
    fn inner(&self, span: Span) -> Option<&'a str> {
        self.text.get(span.start as usize + 1..span.end as usize - 1)
    }

    /// Where the value at `at` ends.
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
                    let undecided = right_text(property, text, facts, texts, Stands::InList)?;
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

    /// A null where nothing has to be, and where null is no surprise.
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
            // What is compared with others is compared as it is written.
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

    /// Notes the checks of a text that need facts of the tenant.
    fn depends(&mut self, property: &Property, undecided: u64) {
        if undecided > 0 {
            self.undecided += undecided;
            self.needed = self.needed.and(deciding(property));
        }
    }

    /// As [`right_text`], which is asked only of texts that the row has not had lately: many values are few.
    fn right(&mut self, table: &Table, row: PropertyId, span: Span, facts: &Facts<'_>) -> Option<u64> {
        let slot = (usize::from(table.offset) + usize::from(row.0)) * LATELY;
        let (round, memory) = (self.memory.round, &mut self.memory.lately);
        if memory.len() < slot + LATELY {
            memory.resize(slot + LATELY, Lately::default());
        }
        let lately = &mut memory[slot..slot + LATELY];
        let bytes = span.bytes(self.text);
        let same = |known: &&Lately| known.round == round && same(known.span.bytes(self.text), bytes);
        if let Some(known) = lately.iter().find(same) {
            return Some(u64::from(known.undecided));
        }
        let text = unquoted(span.of(self.text));
        let undecided = right_text(
            table.property(row),
            text,
            facts,
            &self.endpoint.texts,
            Stands::InRow,
        )?;
        if let Ok(undecided) = u32::try_from(undecided) {
            lately.rotate_right(1);
            lately[0] = Lately {
                span,
                undecided,
                round,
            };
        }
        Some(undecided)
    }

    /// Where the text at `at` ends; escapes of one letter are taken, codes are not.
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

    /// Where a text with escapes ends, if nothing that is looked for can be in it. Without this, each record with a quote in a
    /// description is read again by the engine: 20 % of those of `benches`.
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

    /// Where the list at `at` ends.
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

    /// The text of a row of the record; none where it is missing or empty.
    fn slot(&self, id: PropertyId) -> Option<&'a str> {
        let span = *self.memory.slots.get(usize::from(id.0))?;
        let text = unquoted(span.of(self.text));
        (!text.is_empty()).then_some(text)
    }

    /// The same, unless it is a text that names nobody.
    fn identity(&self, id: PropertyId) -> Option<&'a str> {
        let text = self.slot(id)?;
        let contact = self.endpoint.contact.as_ref();
        (!contact.is_some_and(|rows| rows.is_nobody(id, text))).then_some(text)
    }

    /// Whether the checks that look at the items of a list have nothing to say. What was kept of the items begins at `from`.
    fn list_holds(&self, table: &Table, row: PropertyId, from: usize) -> bool {
        let kept = self.memory.watched.get(from..).unwrap_or_default();
        let kept = kept
            .iter()
            .map(|(table, id, span)| (*table, *id, unquoted(span.of(self.text))));
        let mut checks = table.checks.iter();
        checks.all(|check| check.kind.holds_in_list(row, kept.clone()))
    }

    /// A value of the record at hand that belongs to one owner, and that owner.
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

    /// Whether the checks over several values of the record have nothing to say.
    fn passes(&self, table: &Table, facts: &Facts<'_>) -> bool {
        table.checks.iter().all(|check| match &check.kind {
            // Looked at with each object, or left to the engine wherever they concern a value.
            CheckKind::AnyOf(_)
            | CheckKind::SingleValued(_)
            | CheckKind::Unique(_)
            | CheckKind::AtMostOne(_)
            // And at the records before.
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

    /// The key of the record at hand.
    fn key(&self) -> Option<Key> {
        let id = self.endpoint.key.iter().find(|id| self.slot(**id).is_some())?;
        self.memory.slots.get(usize::from(id.0)).copied().map(Key::new)
    }
}

/// A record that is plainly right.
#[derive(Debug, Clone, Copy)]
pub(in crate::lint) struct CleanRecord {
    /// Where its brace stands.
    pub(in crate::lint) start: usize,
    /// Behind its last brace.
    pub(in crate::lint) end: usize,
    /// How many of its checks need facts of the tenant.
    pub(in crate::lint) undecided: u64,
    /// The facts that these need.
    pub(in crate::lint) needed: Needed,
    key: Option<Key>,
    owned: Option<(Key, Key)>,
}

/// Whether two texts are the same. Most are a word or two of the machine's: comparing these here takes less time than
/// to call somebody who can compare any number.
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

/// What stands behind a record.
pub(in crate::lint) enum Behind {
    /// The brace of the next one.
    Record(usize),
    /// The end of the list.
    End,
}

impl Behind {
    /// Looks behind a record that ends at `end`; none where anything else is there.
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

/// A span of a text that was found to be small enough for one.
fn span(start: usize, end: usize) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}
