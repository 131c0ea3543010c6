//! Small pure functions over bytes: where a token ends, what comes next.

/// The byte at a place; 0 at the end (and 0 is in no JSON).
#[inline]
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// One byte in each of the eight lanes of a word.
const fn lanes(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// What is left from a place on, in words of eight bytes, the first byte in the lowest lane.
#[inline]
fn words(bytes: &[u8], at: usize) -> impl Iterator<Item = u64> {
    let (chunks, _) = bytes.get(at..).unwrap_or_default().as_chunks::<8>();
    chunks.iter().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The first lane of which any bit is set.
#[inline]
fn first_lane(word: u64) -> usize {
    (word.trailing_zeros() / 8) as usize
}

/// The first place from `at` on that is no JSON white space.
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

/// The first place from `at` on that holds a quote, a backslash or a control character; the end if none.
#[inline]
pub(crate) fn plain(bytes: &[u8], mut at: usize) -> usize {
    for word in words(bytes, at) {
        // A lane's top bit is set where it holds one of the three; above the first such lane a borrow
        // may set it wrongly, but only the first counts.
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

/// Whether all bytes are printable ASCII and none of them is an ampersand.
#[inline]
pub(crate) fn printable(bytes: &[u8]) -> bool {
    let odd = |word: u64| {
        let ampersand = word ^ lanes(b'&');
        // Above a lane that is odd, others may seem so; that there is one is all that counts.
        word | word.wrapping_add(lanes(1))
            | (ampersand.wrapping_sub(lanes(1)) & !ampersand)
            | (word.wrapping_sub(lanes(0x20)) & !word)
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    let hits = chunks
        .iter()
        .fold(0, |hits, chunk| hits | odd(u64::from_le_bytes(*chunk)));
    // What is left over is filled up with a byte that is not odd.
    let mut last = [b' '; 8];
    for (lane, byte) in last.iter_mut().zip(rest) {
        *lane = *byte;
    }
    (hits | odd(u64::from_le_bytes(last))) & lanes(0x80) == 0
}

/// Where the number at `at` ends; `None` if it is malformed. What follows is not looked at.
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

/// Whether a text is a number of RFC 8259's form.
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

/// The rest of a number from its point or exponent on.
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

/// Where the run of bytes ends that could belong to a number, a literal or a name.
pub(super) fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while is_word(byte(bytes, at)) {
        at += 1;
    }
    at
}

/// A byte of a name or of text without quotes; any byte of a character beyond ASCII is taken for one.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'+' | b'-') || byte >= 0x80
}

/// Whether a value can begin with the byte, well written or not.
pub(super) fn begins_value(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'"' | b'\'' | b'{' | b'[')
}

/// Whether a value is over here: a separator, a closing bracket or the end of the line.
pub(super) fn is_end(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b'\n' | b'\r' | 0)
}

/// Skips spaces and tabs, but no line break.
pub(super) fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(byte(bytes, at), b' ' | b'\t') {
        at += 1;
    }
    at
}

/// The end of the line.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |length| at + length)
}

/// Behind the string that begins at `at`, if it ends on its line and within `limit` bytes.
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

/// Behind the bracket that closes the one at `at`, whatever is in between; `None` where the text ends before,
/// or after `limit` bytes. The kinds of brackets are not compared.
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

/// Behind the string at `at`, or at the end of its line.
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

/// Where text that belongs to nothing ends: at a separator, a bracket, a quote, a comment or the line's end.
/// At least one character is taken, and no blanks at the end.
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
