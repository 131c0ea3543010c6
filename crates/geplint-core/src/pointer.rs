//! JSON Pointers (RFC 6901) as strings: their reference tokens and escapes.

use std::borrow::Cow;

/// Returns the pointer of the object or array around a value.
#[must_use]
pub fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Returns the last token of a pointer, still escaped; empty for the whole document.
#[must_use]
pub fn last(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(_, last)| last)
}

/// Returns the name or index of a token.
#[must_use]
pub fn unescaped(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        // In this order: `~01` is `~1`.
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Returns the token of a name.
#[must_use]
pub fn escaped(name: &str) -> String {
    let mut token = String::with_capacity(name.len());
    push(&mut token, name);
    token
}

/// Appends the token of a name.
pub fn push(pointer: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_its_token() {
        for name in ["", "a", "~", "/", "~1", "~0", "~01", "a/b~c", "é/~"] {
            let token = escaped(name);
            assert!(!token.contains('/'), "{token}");
            assert_eq!(unescaped(&token), name);
            let pointer = format!("/0/{token}");
            assert_eq!((parent(&pointer), last(&pointer)), ("/0", token.as_str()));
        }
        assert_eq!((parent(""), last("")), ("", ""));
    }
}
