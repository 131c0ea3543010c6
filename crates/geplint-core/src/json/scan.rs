//! Pure functions over bytes: the ends of tokens, the next byte.

/// Returns the byte at an offset; 0 at the end (0 does not occur in JSON).
#[inline]
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// Returns a word with the byte in each of its eight lanes.
const fn lanes(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Returns the bytes from an offset on as words of eight bytes, the first byte in the lowest lane.
#[inline]
fn words(bytes: &[u8], at: usize) -> impl Iterator<Item = u64> {
    let (chunks, _) = bytes.get(at..).unwrap_or_default().as_chunks::<8>();
    chunks.iter().map(|chunk| u64::from_le_bytes(*chunk))
}

/// Returns the first lane with any bit set.
#[inline]
fn first_lane(word: u64) -> usize {
    (word.trailing_zeros() / 8) as usize
}

/// Returns the first offset from `at` on that is not JSON whitespace.
#[inline]
pub(crate) fn space(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(b'\n') => at = indent(bytes, at + 1),
            Some(b' ' | b'\r' | b'\t') => at += 1,
            _ => return at,
        }
    }
}

/// Skips the spaces at the start of a line, eight at a time.
#[inline]
fn indent(bytes: &[u8], mut at: usize) -> usize {
    for word in words(bytes, at) {
        let other = word ^ lanes(b' ');
        if other != 0 {
            return at + first_lane(other);
        }
        at += 8;
    }
    at
}

/// Returns the first offset from `at` on with a quote, a backslash or a control character; the end if there is none.
#[inline]
pub(crate) fn plain(bytes: &[u8], mut at: usize) -> usize {
    for word in words(bytes, at) {
        // The top bit of a lane is set if it has one of the three. A borrow may set it wrongly in lanes above the first
        // one, but only the first counts.
        let quote = word ^ lanes(b'"');
        let slash = word ^ lanes(b'\\');
        let hits = (quote.wrapping_sub(lanes(1)) & !quote)
            | (slash.wrapping_sub(lanes(1)) & !slash)
            | (word.wrapping_sub(lanes(0x20)) & !word);
        let hits = hits & lanes(0x80);
        if hits != 0 {
            return at + first_lane(hits);
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

/// Returns true if all bytes are printable ASCII and none of them is `$`, `%`, `&` or `'`. Four characters in a row are
/// found as fast as one.
#[inline]
pub(crate) fn printable(bytes: &[u8]) -> bool {
    let odd = |word: u64| {
        let mark = (word | lanes(0x03)) ^ lanes(b'\'');
        // Lanes above an odd one may be set wrongly, but it only counts that there is one.
        word | word.wrapping_add(lanes(1))
            | (mark.wrapping_sub(lanes(1)) & !mark)
            | (word.wrapping_sub(lanes(0x20)) & !word)
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    let hits = chunks
        .iter()
        .fold(0, |hits, chunk| hits | odd(u64::from_le_bytes(*chunk)));
    // The remaining bytes are padded with a byte that is not odd.
    let mut last = [b' '; 8];
    for (lane, byte) in last.iter_mut().zip(rest) {
        *lane = *byte;
    }
    (hits | odd(u64::from_le_bytes(last))) & lanes(0x80) == 0
}

/// Returns the end of the number at `at`. `None` if it is malformed. The text after the number is not checked.
#[inline]
pub(crate) fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(byte(bytes, at) == b'-');
    let at = match byte(bytes, at) {
        b'0' => at + 1,
        b'1'..=b'9' => digits(bytes, at + 1),
        _ => return None,
    };
    match byte(bytes, at) {
        b'.' | b'e' | b'E' => fraction(bytes, at),
        _ => Some(at),
    }
}

/// Returns true if a text is a number as defined in RFC 8259.
#[must_use]
pub fn is_number(text: &str) -> bool {
    number(text.as_bytes(), 0) == Some(text.len())
}

#[inline]
pub(super) fn digits(bytes: &[u8], mut at: usize) -> usize {
    while byte(bytes, at).is_ascii_digit() {
        at += 1;
    }
    at
}

/// Reads the rest of a number from its point or exponent on.
fn fraction(bytes: &[u8], mut at: usize) -> Option<usize> {
    if byte(bytes, at) == b'.' {
        at = some_digits(bytes, at + 1)?;
    }
    if matches!(byte(bytes, at), b'e' | b'E') {
        at += 1;
        at += usize::from(matches!(byte(bytes, at), b'+' | b'-'));
        at = some_digits(bytes, at)?;
    }
    Some(at)
}

fn some_digits(bytes: &[u8], at: usize) -> Option<usize> {
    let end = digits(bytes, at);
    (end > at).then_some(end)
}

/// Returns the end of a run of bytes that could belong to a number, a literal or a name.
pub(super) fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while is_word(byte(bytes, at)) {
        at += 1;
    }
    at
}

/// Returns true for a byte of a name or of text without quotes. Every byte of a character beyond ASCII counts.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'+' | b'-') || byte >= 0x80
}

/// Returns true if a value can begin with the byte, valid or not.
pub(super) fn begins_value(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'"' | b'\'' | b'{' | b'[')
}

/// Returns true if a value ends before the byte: a separator, a closing bracket or the end of the line.
pub(super) fn is_end(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b'\n' | b'\r' | 0)
}

/// Returns the offset after spaces and tabs, but not after a line break.
pub(super) fn inline_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(byte(bytes, at), b' ' | b'\t') {
        at += 1;
    }
    at
}

/// Returns the end of the line.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |length| at + length)
}

/// Returns the offset after the string that begins at `at`, if it ends on its line and within `limit` bytes.
pub(super) fn string_end(bytes: &[u8], at: usize, limit: usize) -> Option<usize> {
    let mut stop = at + 1;
    loop {
        stop = plain(bytes, stop);
        match byte(bytes, stop) {
            _ if stop - at > limit => return None,
            b'"' => return Some(stop + 1),
            b'\\' => stop += 2,
            b'\t' => stop += 1,
            _ => return None,
        }
    }
}

/// Returns the offset after the bracket that closes the one at `at`, whatever is in between. `None` if the text ends
/// before it, or after `limit` bytes. The kinds of brackets are not compared.
pub(crate) fn matching(bytes: &[u8], mut at: usize, limit: usize) -> Option<usize> {
    let last = at.saturating_add(limit);
    let mut depth = 0_usize;
    while at < bytes.len() && at < last {
        match byte(bytes, at) {
            b'"' => {
                at = past_string(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Returns the offset after the string at `at`, or the end of its line.
fn past_string(bytes: &[u8], at: usize) -> usize {
    let mut stop = at + 1;
    loop {
        stop = plain(bytes, stop);
        match byte(bytes, stop) {
            b'"' => return stop + 1,
            b'\\' => stop += 2,
            b'\n' => return stop,
            _ if stop >= bytes.len() => return bytes.len(),
            _ => stop += 1,
        }
    }
}

/// Returns the end of text that fits nowhere: at a separator, a bracket, a quote, a comment or the end of the line. It
/// has at least one character, and no whitespace at its end.
pub(super) fn junk_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let first = text.get(at..).and_then(|rest| rest.chars().next());
    let mut end = at + first.map_or(1, char::len_utf8);
    let mut kept = end;
    loop {
        match byte(bytes, end) {
            byte if is_end(byte) => return kept.min(bytes.len()),
            b'"' | b'{' | b'[' => return kept,
            b'#' if byte(bytes, end - 1) == b' ' => return kept,
            b'/' if matches!(byte(bytes, end + 1), b'/' | b'*') => return kept,
            b' ' | b'\t' => end += 1,
            _ => {
                end += 1;
                kept = end;
            }
        }
    }
}
