//! Text that viewers render as Markdown.
//!
//! Backslashes are not enough: GitHub and GitLab search for `@name`, `#12` and addresses in the rendered text, in
//! which `\@name` is `@name`. They do not search in code, so each word that could be markup becomes code.

use std::collections::HashMap;
use std::ops::Range;

use crate::sanitize::line;

/// The longest run of backticks around code that is still readable.
const LONGEST: usize = 3;

/// Returns a text on one line, without images, links, mentions and HTML. Code between backticks stays code.
pub(super) fn inert(text: &str) -> String {
    let text = line(text);
    if is_plain(&text, true) {
        return text.into_owned();
    }
    // In SARIF this is a link even in plain text.
    let text = text.replace("](", "] (");
    let (text, mark) = marked(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut spans = spans(&text).into_iter().peekable();
    let mut start = 0;
    // From space to space, but not inside code.
    for (at, _) in text.match_indices(' ').chain([(text.len(), "")]) {
        let mut own = Vec::new();
        while let Some(span) = spans.next_if(|span| span.end <= at) {
            own.push(span);
        }
        if spans.peek().is_some_and(|span| span.contains(&at)) {
            continue;
        }
        word(&mut out, &text, start..at, &own, &mark);
        if at < text.len() {
            out.push(' ');
        }
        start = at + 1;
    }
    out
}

/// Returns the text, and the backticks to put around it as code: a number that no run in the text has.
fn marked(text: String) -> (String, String) {
    let mut taken = [false; LONGEST + 1];
    for run in runs(&text) {
        if let Some(taken) = taken.get_mut(run.len()) {
            *taken = true;
        }
    }
    match (1..=LONGEST).find(|length| !taken[*length]) {
        Some(length) => (text, "`".repeat(length)),
        None => (text.replace('`', "'"), "`".to_owned()),
    }
}

fn word(out: &mut String, text: &str, place: Range<usize>, spans: &[Range<usize>], mark: &str) {
    let word = &text[place.clone()];
    let (mut plain, mut at) = (true, place.start);
    for span in spans {
        plain &= is_plain(&text[at..span.start], at == 0);
        at = span.end;
    }
    plain &= is_plain(&text[at..place.end], at == 0);
    if plain {
        out.push_str(word);
        return;
    }
    // A quotation mark closes a quotation of several words, which begins or ends outside the code.
    let code = word.trim_matches('"');
    let (left, right) = match word.find(code) {
        Some(at) if !code.is_empty() => (&word[..at], &word[at + code.len()..]),
        _ => ("", ""),
    };
    let code = &word[left.len()..word.len() - right.len()];
    let gap = |needed: bool| if needed { " " } else { "" };
    let (before, after) = (gap(code.starts_with('`')), gap(code.ends_with('`')));
    for part in [left, mark, before, code, after, mark, right] {
        out.push_str(part);
    }
}

/// Returns true if words have no meaning in Markdown in any context. `first` is true if they begin the text.
fn is_plain(words: &str, first: bool) -> bool {
    let begins_block = first && words.starts_with(['-', '+', '=']);
    !begins_block && words.split(' ').all(is_plain_word)
}

fn is_plain_word(word: &str) -> bool {
    let harmless = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || ".,;'\"()/-=+?{}".contains(c);
    // `VIEW_HOME` is not emphasis, `_HOME_` is.
    let inside = |at: usize| {
        let (before, after) = (word[..at].chars().next_back(), word[at + 1..].chars().next());
        [before, after]
            .into_iter()
            .all(|c| c.is_some_and(char::is_alphanumeric))
    };
    let begins = |at: usize, what: &str| {
        let part = word.get(at..at + what.len());
        part.is_some_and(|part| part.eq_ignore_ascii_case(what))
    };
    // At the beginning of a comment, `/close` is a command to GitLab.
    !word.starts_with('/')
        && word.char_indices().all(|(at, c)| match c {
            // `https:`, `:smile:`, `!12`, `%v1`; but not at the end of a word.
            ':' | '!' | '%' => word[at + 1..]
                .chars()
                .next()
                .is_none_or(|after| ".,;'\")".contains(after)),
            '_' => inside(at),
            'w' | 'W' => !begins(at, "www."),
            'g' | 'G' => !begins(at, "gh-"),
            _ => harmless(c),
        })
}

/// Returns the runs of backticks.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('`')?;
        let length = text[start..].bytes().take_while(|byte| *byte == b'`').count();
        at = start + length;
        Some(start..at)
    })
}

/// Returns the existing code: the spans between two runs of the same number of backticks.
fn spans(text: &str) -> Vec<Range<usize>> {
    let runs: Vec<Range<usize>> = runs(text).collect();
    // For each length the last run, which is never closed.
    let numbered = runs.iter().enumerate();
    let last: HashMap<usize, usize> = numbered.map(|(index, run)| (run.len(), index)).collect();
    let mut spans = Vec::new();
    let mut index = 0;
    while let Some(open) = runs.get(index) {
        index += 1;
        if last.get(&open.len()).is_none_or(|last| *last < index) {
            continue;
        }
        let closing = runs[index..].iter().position(|run| run.len() == open.len());
        if let Some(skipped) = closing {
            index += skipped + 1;
            spans.push(open.start..runs[index - 1].end);
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_unchanged() {
        for text in [
            "",
            "UserName is missing (the API would answer 400 MandatoryField \"UserName is Mandatory\")",
            "see `geplint explain too-long`: 10%, at most.",
            "VIEW_HOME_2 is not among them",
            "Müller is no country; it's \"DE\", isn't it?",
        ] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn text_that_could_be_markup_is_code() {
        for (text, safe) in [
            ("ask @octocat.", "ask `@octocat.`"),
            ("a <img src=x> b", "a `<img` `src=x>` b"),
            (
                "![i](https://example.org/p.png)",
                "`![i]` `(https://example.org/p.png)`",
            ),
            ("[a b](javascript:x)", "`[a` `b]` `(javascript:x)`"),
            (
                "https://example.org WWW.example.org",
                "`https://example.org` `WWW.example.org`",
            ),
            (
                "mailto:a o/r#1 GH-1 !2 &amp; *a*",
                "`mailto:a` `o/r#1` `GH-1` `!2` `&amp;` `*a*`",
            ),
            ("/close _a_", "`/close` `_a_`"),
            ("400 \"a code a@b.co\" under", "400 \"a code `a@b.co`\" under"),
            ("\"@a\" and \"#1 b\"", "\"`@a`\" and \"`#1` b\""),
            ("- [ ] x", "`-` `[` `]` x"),
            ("a\n# b", "`a\\n#` b"),
            ("\u{1b}x", "`\\u{1b}x`"),
        ] {
            assert_eq!(inert(text), safe, "{text}");
        }
    }

    #[test]
    fn text_cannot_break_out_of_code() {
        for (text, safe) in [
            ("`a b` @x", "`a b` ``@x``"),
            ("(`@a`)", "(`@a`)"),
            ("a` @x", "``a` `` ``@x``"),
            ("a` `` @x` <b>` y", "a` `` @x` ```<b>` ``` y"),
            ("\\`@x` y", "``\\`@x` `` y"),
            ("` `` ``` @x", "' '' ''' `@x`"),
        ] {
            assert_eq!(inert(text), safe, "{text}");
        }
    }
}
