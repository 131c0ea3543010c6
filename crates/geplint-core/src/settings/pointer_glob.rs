//! Globs of JSON Pointers.

/// A JSON Pointer in which `*` matches one token and `**` any number of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointerGlob {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Exactly this token, escaped as in RFC 6901.
    Is(String),
    /// `*`
    One,
    /// `**`
    Any,
}

impl PointerGlob {
    /// Parses a glob. The error describes the mistake.
    pub fn new(glob: &str) -> Result<Self, String> {
        if glob.is_empty() {
            return Ok(Self { tokens: Vec::new() });
        }
        let Some(tokens) = glob.strip_prefix('/') else {
            return Err("a JSON Pointer begins with /, as in \"/*/Name\"".to_owned());
        };
        let tokens = tokens.split('/').map(token).collect::<Result<_, _>>()?;
        Ok(Self { tokens })
    }

    /// Returns true if the glob matches this pointer.
    pub fn matches(&self, pointer: &str) -> bool {
        let tokens: Vec<&str> = pointer
            .strip_prefix('/')
            .map_or_else(Vec::new, |tokens| tokens.split('/').collect());
        self.matches_tokens(&tokens)
    }

    /// If `**` matched too few tokens, it is extended by one. Only the last `**` has to be tried again.
    fn matches_tokens(&self, tokens: &[&str]) -> bool {
        let (mut glob, mut at) = (0, 0);
        let mut again: Option<(usize, usize)> = None;
        while at < tokens.len() {
            match self.tokens.get(glob) {
                Some(Token::Any) => {
                    again = Some((glob + 1, at));
                    glob += 1;
                    continue;
                }
                Some(Token::One) => {}
                Some(Token::Is(name)) if name == tokens[at] => {}
                _ => {
                    let Some((after, taken)) = again else {
                        return false;
                    };
                    again = Some((after, taken + 1));
                    (glob, at) = (after, taken + 1);
                    continue;
                }
            }
            glob += 1;
            at += 1;
        }
        self.tokens[glob..].iter().all(|token| *token == Token::Any)
    }
}

fn token(text: &str) -> Result<Token, String> {
    let escapes = text.split('~').skip(1);
    if escapes
        .into_iter()
        .any(|rest| !rest.starts_with('0') && !rest.starts_with('1'))
    {
        return Err("in a JSON Pointer a ~ is written ~0, and a / in a name ~1".to_owned());
    }
    match text {
        "*" => Ok(Token::One),
        "**" => Ok(Token::Any),
        _ if text.contains('*') => Err(format!(
            "* matches a whole name or index, not a part of \"{text}\""
        )),
        _ => Ok(Token::Is(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, pointer: &str) -> bool {
        PointerGlob::new(glob).unwrap().matches(pointer)
    }

    #[test]
    fn a_star_is_one_token_and_two_are_any() {
        for (glob, pointer) in [
            ("", ""),
            ("/**", ""),
            ("/**", "/0/A"),
            ("/*", "/0"),
            ("/*/Name", "/17/Name"),
            ("/**/Name", "/Name"),
            ("/**/Name", "/0/A/0/Name"),
            ("/0/**/Name", "/0/Name/0/Name"),
            ("/**/A/**/B", "/A/A/x/B/B"),
            ("/a~1b", "/a~1b"),
            ("/", "/"),
            ("/**/*", "/0"),
        ] {
            assert!(matches(glob, pointer), "{glob} {pointer}");
        }
        for (glob, pointer) in [
            ("", "/0"),
            ("/*", ""),
            ("/*", "/0/A"),
            ("/*/Name", "/0/0/Name"),
            ("/*/Name", "/0/name"),
            ("/**/Name", "/0/Name/0"),
            ("/**/*", ""),
            ("/**/A/**/B", "/A/B/C"),
        ] {
            assert!(!matches(glob, pointer), "{glob} {pointer}");
        }
    }

    #[test]
    fn many_stars_are_matched_in_linear_time() {
        let glob = format!("{}/b", "/**/a".repeat(50));
        assert!(!matches(&glob, &"/a".repeat(5_000)));
    }

    #[test]
    fn invalid_pointers_are_refused() {
        for (glob, word) in [
            ("Name", "begins with /"),
            ("*/Name", "begins with /"),
            ("/Na*", "whole name"),
            ("/***", "whole name"),
            ("/a~b", "~0"),
            ("/a~", "~0"),
        ] {
            let message = PointerGlob::new(glob).unwrap_err();
            assert!(message.contains(word), "{glob}: {message}");
        }
    }
}
