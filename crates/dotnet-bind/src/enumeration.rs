//! Reads enum members from text: names, comma lists and numbers.

use super::EnumMember;
use super::text::{NotInteger, parse_integer};

/// The result of reading a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// The name of one member.
    Name(i64),
    /// A comma list of names, with their values merged bit by bit.
    List(i64),
    /// A number, whether or not a member has it.
    Number(i64),
}

/// The reason why a text is not an enum value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotEnum {
    /// Empty, only whitespace, a list with a gap, or a number beyond 32 bits.
    Form,
    /// Every part of it could be a name, but at least one is not a member's name.
    UnknownMember,
}

/// Converts a whole number to an enum's number: only the low 32 bits count.
pub(super) fn truncate(value: i64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the platform truncates as well")]
    let low = value as i32;
    i64::from(low)
}

/// Reads a text as the value of an enum with these members.
pub(super) fn parse(text: &str, members: &[EnumMember]) -> Result<Read, NotEnum> {
    if let Some(member) = members.iter().find(|member| member.name == text) {
        return Ok(Read::Name(truncate(member.value)));
    }
    let mut list = text.trim_start();
    let Some(first) = list.chars().next() else {
        return Err(NotEnum::Form);
    };
    if first.is_ascii_digit() || matches!(first, '-' | '+') {
        match parse_number(text) {
            Ok(value) => return Ok(Read::Number(value)),
            Err(NotInteger::Range) => return Err(NotEnum::Form),
            Err(NotInteger::Form) => {}
        }
        // The platform trims the text here, but continues at the index of its first character before trimming.
        let spaces = text.chars().take_while(|c| c.is_whitespace()).count();
        list = text.trim();
        for _ in 0..spaces {
            let mut rest = list.chars();
            if rest.next().is_none() {
                return Ok(Read::List(0));
            }
            list = rest.as_str();
        }
    }
    parse_list(text, list, members)
}

/// Reads a number that fits the 32 bits of an enum.
fn parse_number(text: &str) -> Result<i64, NotInteger> {
    let value = parse_integer(text.trim())?;
    if i32::try_from(value).is_ok() {
        Ok(value)
    } else {
        Err(NotInteger::Range)
    }
}

/// Reads the names of a comma list; `whole` is the text that contains it.
fn parse_list(whole: &str, list: &str, members: &[EnumMember]) -> Result<Read, NotEnum> {
    let mut value = 0;
    let mut gap = false;
    let mut unknown = false;
    for part in list.split(',').map(str::trim) {
        match find(part, members) {
            Some(member) => value |= member.value,
            None if part.is_empty() => gap = true,
            None => unknown = true,
        }
    }
    if !gap && !unknown {
        let value = truncate(value);
        return Ok(if list.contains(',') {
            Read::List(value)
        } else {
            Read::Name(value)
        });
    }
    if let Some(member) = members
        .iter()
        .find(|member| member.name.eq_ignore_ascii_case(whole))
    {
        return Ok(Read::Name(truncate(member.value)));
    }
    Err(if gap {
        NotEnum::Form
    } else {
        NotEnum::UnknownMember
    })
}

/// Returns the member of this name: in the same case if possible, otherwise in any case.
fn find<'m>(name: &str, members: &'m [EnumMember]) -> Option<&'m EnumMember> {
    members.iter().find(|member| member.name == name).or_else(|| {
        members
            .iter()
            .find(|member| member.name.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Vec<EnumMember> {
        [
            ("NONE", 0),
            ("ADMINISTRATION", 1),
            ("HOME", 2),
            ("VIEW_GEPICENTER", 3),
        ]
        .map(|(name, value)| EnumMember {
            name: name.to_owned(),
            value,
        })
        .into()
    }

    #[test]
    fn names_lists_and_numbers() {
        let members = members();
        for (text, expected) in [
            ("HOME", Ok(Read::Name(2))),
            (" hOMe\u{a0}", Ok(Read::Name(2))),
            ("HOME , administration", Ok(Read::List(3))),
            ("\u{a0}+1\0 ", Ok(Read::Number(1))),
            ("+1\0x", Err(NotEnum::UnknownMember)),
            ("-1", Ok(Read::Number(-1))),
            ("2147483648", Err(NotEnum::Form)),
            ("HOME,", Err(NotEnum::Form)),
            (",", Err(NotEnum::Form)),
            ("", Err(NotEnum::Form)),
            (" ", Err(NotEnum::Form)),
            ("OFFICE", Err(NotEnum::UnknownMember)),
            ("HOME,OFFICE", Err(NotEnum::UnknownMember)),
            ("1.0", Err(NotEnum::UnknownMember)),
            (" -HOME", Ok(Read::Name(2))),
            ("  -", Ok(Read::List(0))),
        ] {
            assert_eq!(parse(text, &members), expected, "{text:?}");
        }
    }

    #[test]
    fn only_32_bits_reach_an_enum() {
        assert_eq!(truncate(4_294_967_296), 0);
        assert_eq!(truncate(i64::MAX), -1);
    }
}
