//! What a row asks of a value, judged once: the engine reports what is said here, and skimming passes over a record only
//! if nothing is. Neither has a judgement of its own.

use crate::finding::Severity;
use crate::json::utf16_len;
use crate::rules::{ContactRows, OneOf, Property, PropertyId, Shape, TenantList, Type};
use crate::tenant::{Facts, Knowledge};

/// What is wrong with the text of a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault<'p> {
    /// Nothing but whitespace.
    Blank,
    /// Longer than the limit; the length in UTF-16 units.
    TooLong(u32, usize),
    /// The tenant does not have it.
    Unknown(&'p TenantList),
    /// Not in the row's list.
    NotInList(&'p OneOf),
    /// Another shape than the row's.
    OddShape(Shape),
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// It is the value of the row, and not empty.
    InRow,
    /// It is an element of the row's list.
    InList,
}

/// Judges the text of a value that converts. Each fault goes to `fault`; returns how many checks need facts of the tenant.
#[inline]
pub(super) fn text<'p>(
    property: &'p Property,
    text: &str,
    stands: Stands,
    facts: &Facts<'_>,
    mut fault: impl FnMut(Fault<'p>),
) -> u64 {
    let blank = match stands {
        Stands::InRow => property.has_to_say && is_blank(text),
        Stands::InList => !text.is_empty() && is_blank(text),
    };
    if blank {
        fault(Fault::Blank);
    }
    if let Some(limit) = property.max_length {
        // UTF-8 never has fewer bytes than UTF-16 has units.
        if text.len() > limit as usize && utf16_len(text) > limit as usize {
            fault(Fault::TooLong(limit, utf16_len(text)));
            return 0;
        }
    }
    // Where the tenant's own list decides, a public one has nothing to add; nor to whitespace.
    let (mut decided, mut undecided) = (blank, 0);
    for known in &property.known {
        match knows(known, text, facts) {
            None => {}
            Some(Knowledge::Right) => decided = true,
            Some(Knowledge::Wrong) => {
                decided = true;
                fault(Fault::Unknown(known));
            }
            Some(Knowledge::CannotTell) => {
                undecided += u64::from(known.claim.severity == Severity::Error);
            }
        }
    }
    if let Some(list) = &property.one_of
        && !(blank || (decided && list.claim.severity != Severity::Error))
        && !list.holds(text)
    {
        fault(Fault::NotInList(list));
    }
    if let Some(shape) = property.shape
        && !decided
        && !shape.fits(text)
    {
        fault(Fault::OddShape(shape));
    }
    undecided
}

/// Whether the tenant has a value; `None` for a placeholder that is right at any tenant.
fn knows(known: &TenantList, text: &str, facts: &Facts<'_>) -> Option<Knowledge> {
    if known.also.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return None;
    }
    let suspect = |shape: Shape| shape.fits(text.trim()) && !facts.may_be(shape, known.fact);
    Some(match facts.knows(known.fact, text) {
        Knowledge::CannotTell if known.suspect.is_some_and(suspect) => Knowledge::Wrong,
        knowledge => knowledge,
    })
}

fn is_blank(text: &str) -> bool {
    !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && text.trim().is_empty()
}

/// How a value is like one that it has to differ from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It is the very value of `from`.
    Same,
    /// It is the value of this property, of which the page does not speak.
    Equals(PropertyId),
    /// It is the value of this property except for case or the whitespace around it.
    Nearly(PropertyId),
}

/// Compares a value with those that it has to differ from; `of` gives the text of a property, if it is there, and `contact`
/// says which properties name the contact of a record. Whitespace is the value of nobody.
pub(super) fn likeness<T: AsRef<str>>(
    text: &str,
    from: PropertyId,
    nearly: &[PropertyId],
    contact: Option<&ContactRows>,
    of: impl Fn(PropertyId) -> Option<T>,
) -> Option<Likeness> {
    if is_blank(text) {
        return None;
    }
    // Nor is what a placeholder stands for: only another placeholder equals it.
    if let Some(rows) = contact
        && (rows.is_nobody(from, text) || nearly.iter().any(|id| rows.is_nobody(*id, text)))
    {
        return None;
    }
    if of(from).is_some_and(|own| own.as_ref() == text) {
        return Some(Likeness::Same);
    }
    let mut nearest = None;
    for id in nearly.iter().copied() {
        let Some(own) = of(id).filter(|own| nearly_same(own.as_ref(), text)) else {
            continue;
        };
        if own.as_ref() == text {
            return Some(Likeness::Equals(id));
        }
        nearest.get_or_insert(Likeness::Nearly(id));
    }
    nearest
}

/// The same except for case and the whitespace around it.
pub(super) fn nearly_same(a: &str, b: &str) -> bool {
    let plainly_other =
        |a: &u8, b: &u8| a.is_ascii_graphic() && b.is_ascii_graphic() && !a.eq_ignore_ascii_case(b);
    if let (Some(a), Some(b)) = (a.as_bytes().first(), b.as_bytes().first())
        && plainly_other(a, b)
    {
        return false;
    }
    let (a, b) = (a.trim(), b.trim());
    !a.is_empty() && folded(a).eq(folded(b))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Whether a JSON number, as it is written, is one of this type and so short that it is in range: nearly all are.
#[inline]
pub(super) fn plain_number(ty: Type, written: &[u8]) -> bool {
    let digits = |most| written.len() <= most && written.iter().all(u8::is_ascii_digit);
    match ty {
        Type::Int => digits(9),
        Type::Long => digits(18),
        Type::Decimal => {
            written.len() <= 18 && written.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        }
        _ => false,
    }
}
