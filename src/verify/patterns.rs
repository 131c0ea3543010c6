//! Patterns for the names of a request and its response: `{name}-request.json={name}-response.json`.

use std::path::Path;

/// A pattern for the name of a request, and one for the name of its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    request: Side,
    response: Side,
}

/// The result of matching a path: equal for a request and its response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The part of the path before the match.
    before: String,
    /// The strings of the placeholders, in the order of the request's side.
    values: Vec<String>,
}

/// One side of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    /// The text before the first hole, then the text after each hole.
    literals: Vec<String>,
    /// The placeholder of each hole; `None` for `*`.
    holes: Vec<Option<String>>,
}

impl Pattern {
    /// Parses `REQUEST=RESPONSE`. The error is the reason why it is invalid.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "expected REQUEST=RESPONSE, as in {name}-request.json={name}-response.json";
        let Some((request, response)) = text.split_once('=') else {
            return Err(FORM.to_owned());
        };
        if response.contains('=') {
            return Err(format!("it has more than one \"=\"; {FORM}"));
        }
        let pattern = Self {
            text: text.to_owned(),
            request: Side::parse(request, "request")?,
            response: Side::parse(response, "response")?,
        };
        if pattern.request == pattern.response {
            return Err("the request and the response have the same pattern".to_owned());
        }
        for (one, other, side) in [
            (&pattern.request, &pattern.response, "request"),
            (&pattern.response, &pattern.request, "response"),
        ] {
            let mut names = one.names();
            if let Some(name) = names.find(|name| !other.names().any(|known| known == *name)) {
                return Err(format!(
                    "{{{name}}} is only in the pattern of the {side}; use * for what differs"
                ));
            }
        }
        Ok(pattern)
    }

    /// Returns the pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the extensions of the files that it can match, without the dot.
    pub fn extensions(&self) -> impl Iterator<Item = &str> {
        [&self.request, &self.response]
            .into_iter()
            .filter_map(Side::extension)
    }

    /// Returns the matches of a path as a request, the one closest to the file name first.
    pub fn requests(&self, path: &Path) -> Vec<Key> {
        self.keys(&self.request, path)
    }

    /// Returns the matches of a path as a response, the one closest to the file name first.
    pub fn responses(&self, path: &Path) -> Vec<Key> {
        self.keys(&self.response, path)
    }

    /// Returns the path of a request's response, with `*` for any text.
    pub fn response_to(&self, request: &Key) -> String {
        self.fill(&self.response, request)
    }

    /// Returns the path of a response's request, with `*` for any text.
    pub fn request_of(&self, response: &Key) -> String {
        self.fill(&self.request, response)
    }

    fn fill(&self, side: &Side, key: &Key) -> String {
        let names: Vec<&str> = self.names();
        let value = |hole: &Option<String>| {
            let place = names.iter().position(|name| Some(*name) == hole.as_deref());
            place
                .and_then(|place| key.values.get(place))
                .map_or("*", String::as_str)
        };
        let mut literals = side.literals.iter();
        let mut path = key.before.clone();
        path.extend(literals.next().map(String::as_str));
        for (hole, literal) in side.holes.iter().zip(literals) {
            path.push_str(value(hole));
            path.push_str(literal);
        }
        path
    }

    /// Returns the different placeholders, in the order of the request's side.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.request.names() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn keys(&self, side: &Side, path: &Path) -> Vec<Key> {
        let path = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let segments = path.rmatch_indices('/').map(|(at, _)| at + 1).chain([0]);
        let key = |start: usize| {
            let (before, rest) = path.split_at_checked(start)?;
            let found = side.find(rest)?;
            let value = |name: &str| {
                let mut of_name = found.iter().filter(|(hole, _)| *hole == Some(name));
                let (_, first) = of_name.next()?;
                let is_whole = !first.starts_with('/') && !first.ends_with('/');
                (is_whole && of_name.all(|(_, other)| other == first)).then(|| (*first).to_owned())
            };
            let values: Option<Vec<String>> = self.names().into_iter().map(value).collect();
            Some(Key {
                before: before.to_owned(),
                values: values?,
            })
        };
        segments.filter_map(key).collect()
    }
}

impl Side {
    fn parse(text: &str, side: &str) -> Result<Self, String> {
        let text = text.trim().replace('\\', "/");
        let text = text.strip_prefix("./").unwrap_or(&text);
        let wrong = |what: &str| Err(format!("the pattern of the {side} {what}"));
        if text.is_empty() {
            return wrong("is empty");
        }
        if text.starts_with('/') || text.ends_with('/') {
            return wrong("has to begin and end with a name, not with \"/\"");
        }
        if text.split('/').any(|segment| segment == "..") {
            return wrong("goes up with \"..\"; begin it in the folder that both files are in or below");
        }
        let mut side = Self {
            literals: vec![String::new()],
            holes: Vec::new(),
        };
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}', '*']) {
            let (literal, hole) = rest.split_at(at);
            side.push(literal);
            if !side.holes.is_empty() && side.literals.last().is_some_and(String::is_empty) {
                return wrong("has two placeholders with nothing between them");
            }
            rest = match hole.strip_prefix('{').map(|inside| inside.split_once('}')) {
                Some(Some((name, rest))) if is_name(name) => {
                    side.holes.push(Some(name.to_owned()));
                    rest
                }
                Some(Some((name, _))) => {
                    return wrong(&format!(
                        "has {{{name}}}; a placeholder is a word of letters, digits, - and _, as in {{name}}"
                    ));
                }
                Some(None) => return wrong("has \"{\" without \"}\""),
                None if hole.starts_with('*') => {
                    side.holes.push(None);
                    hole.get(1..).unwrap_or_default()
                }
                None => return wrong("has \"}\" without \"{\""),
            };
            side.literals.push(String::new());
        }
        side.push(rest);
        Ok(side)
    }

    fn push(&mut self, literal: &str) {
        if let Some(last) = self.literals.last_mut() {
            last.push_str(literal);
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.holes.iter().filter_map(Option::as_deref)
    }

    fn extension(&self) -> Option<&str> {
        let last = self.literals.last()?;
        let (_, extension) = last.rsplit_once('.')?;
        (!extension.is_empty() && !extension.contains('/')).then_some(extension)
    }

    /// Returns the strings of the holes if the whole side matches a text. Each is as short as possible, and not
    /// empty.
    fn find<'t>(&self, text: &'t str) -> Option<Vec<(Option<&str>, &'t str)>> {
        let (first, literals) = self.literals.split_first()?;
        let mut rest = without_start(text, first)?;
        let mut found = Vec::new();
        for (index, (hole, literal)) in self.holes.iter().zip(literals).enumerate() {
            let is_last = index + 1 == self.holes.len();
            let least = usize::from(hole.is_some());
            let end = if is_last {
                rest.len().checked_sub(literal.len()).filter(|end| {
                    *end >= least
                        && rest
                            .get(*end..)
                            .is_some_and(|end| end.eq_ignore_ascii_case(literal))
                })?
            } else {
                find(rest, literal, least)?
            };
            found.push((hole.as_deref(), rest.get(..end)?));
            rest = rest.get(end + literal.len()..)?;
        }
        rest.is_empty().then_some(found)
    }
}

fn is_name(name: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(inside)
}

/// Removes a prefix from a text, without regard to ASCII case.
fn without_start<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let (before, rest) = text.split_at_checked(start.len())?;
    before.eq_ignore_ascii_case(start).then_some(rest)
}

/// Returns the position of a string in a text, from an offset on, without regard to ASCII case.
fn find(text: &str, wanted: &str, from: usize) -> Option<usize> {
    let windows = text.as_bytes().get(from..)?.windows(wanted.len().max(1));
    let at = windows
        .into_iter()
        .position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))?;
    Some(from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    /// The values of the first key.
    fn values(pattern: &Pattern, path: &str) -> Option<(String, Vec<String>)> {
        let key = pattern.requests(Path::new(path)).into_iter().next()?;
        Some((key.before, key.values))
    }

    fn belong(pattern: &Pattern, request: &str, response: &str) -> bool {
        let requests = pattern.requests(Path::new(request));
        let responses = pattern.responses(Path::new(response));
        requests.iter().any(|key| responses.contains(key))
    }

    #[test]
    fn files_in_one_folder() {
        let names = pattern("{name}-request.json={name}-response.json");
        assert!(belong(&names, "a/b/C-1-request.json", "a/b/C-1-response.json"));
        assert!(belong(&names, "C-1-REQUEST.json", "C-1-response.JSON"));
        assert!(!belong(&names, "a/C-1-request.json", "b/C-1-response.json"));
        assert!(!belong(&names, "a/C-1-request.json", "a/c-1-response.json"));
        assert!(!belong(&names, "a/-request.json", "a/-response.json"));
        assert_eq!(names.requests(Path::new("a/x.json")), []);
    }

    #[test]
    fn files_in_folders() {
        let folders = pattern("in/{name}.json=out/{name}.json");
        assert!(belong(&folders, "log/in/a/1.json", "log/out/a/1.json"));
        assert!(belong(&folders, "in/in/1.json", "in/out/1.json"));
        assert!(!belong(&folders, "log/in/1.json", "other/out/1.json"));
        assert!(!belong(&folders, "login/1.json", "logout/1.json"));
        let same = pattern("request.json=response.json");
        assert!(belong(&same, "1/request.json", "1/response.json"));
        assert!(!belong(&same, "1/request.json", "2/response.json"));
        let up = pattern("{call}/request.json=answers/{call}.json");
        assert!(belong(&up, "log/7/request.json", "log/answers/7.json"));
    }

    #[test]
    fn several_placeholders_and_stars() {
        let turned = pattern("{day}_{id}_*_req.txt=resp/{id}/{day}_*.txt");
        assert!(belong(
            &turned,
            "2026-11-29_7_0915_req.txt",
            "resp/7/2026-11-29_0916.txt"
        ));
        assert!(!belong(
            &turned,
            "2026-11-29_7_0915_req.txt",
            "resp/8/2026-11-29_0916.txt"
        ));
        let key = turned
            .requests(Path::new("x/2026-11-29_7_0915_req.txt"))
            .remove(0);
        assert_eq!(turned.response_to(&key), "x/resp/7/2026-11-29_*.txt");
        assert_eq!(turned.request_of(&key), "x/2026-11-29_7_*_req.txt");
        let twice = pattern("{a}/{a}.q.json={a}/{a}.r.json");
        assert_eq!(
            values(&twice, "x/1/1.q.json"),
            Some(("x/".to_owned(), vec!["1".to_owned()]))
        );
        assert_eq!(values(&twice, "x/1/2.q.json"), None);
        assert_eq!(turned.extensions().collect::<Vec<_>>(), ["txt", "txt"]);
    }

    #[test]
    fn mistakes_are_described() {
        for (text, why) in [
            ("{name}.json", "expected REQUEST=RESPONSE"),
            ("a=b=c", "more than one"),
            ("={name}", "the pattern of the request is empty"),
            ("{name}= ", "the pattern of the response is empty"),
            ("{name}.q={name}.q", "the same pattern"),
            ("{a}.q={b}.r", "{a} is only in the pattern of the request"),
            ("x.q={b}.r", "{b} is only in the pattern of the response"),
            ("{name.q={name}.r", "\"{\" without \"}\""),
            ("name}.q={name}.r", "\"}\" without \"{\""),
            ("{}.q={}.r", "a placeholder is a word"),
            ("{a b}.q={a b}.r", "a placeholder is a word"),
            ("{a}{b}.q={a}.{b}.r", "nothing between them"),
            ("{a}*.q={a}.r", "nothing between them"),
            ("/{a}.q={a}.r", "begin and end with a name"),
            ("{a}.q=../{a}.r", "goes up"),
        ] {
            let said = Pattern::parse(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
