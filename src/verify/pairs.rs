//! Pairs request files with response files.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::patterns::{Key, Pattern};

/// The kind of a file by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request to a known endpoint.
    Request,
    /// A response of the API.
    Response,
    /// Anything else.
    Other,
}

/// The kind of the named paths, which affects pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedPaths<'p> {
    /// Two folders: one may have the requests, the other the responses.
    TwoFolders(&'p Path, &'p Path),
    /// Two files: they are a pair, regardless of their names.
    TwoFiles,
    /// Anything else.
    Other,
}

/// A request and its response, as indices into the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The path of the request without the part that marks it as a request.
    pub name: PathBuf,
    /// The index of the request.
    pub request: usize,
    /// The index of the response.
    pub response: usize,
}

/// The result of pairing files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairing {
    /// The pairs, in the order of the requests.
    pub pairs: Vec<Pair>,
    /// The files without a partner, with the reason.
    pub unpaired: Vec<(usize, Cow<'static, str>)>,
}

/// The reason why a prediction, NAME.predicted.json, belongs to no pair.
pub const PREDICTION: &str = "a prediction of geplint, not a response of the API";

/// The role of a file by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Request,
    Response,
    /// A prediction of geplint, not a response of the API.
    Prediction,
    Unknown,
}

/// Pairs files by their names: first by the patterns, then by the usual names. If the names do not show the roles,
/// the kinds of the content (`kind`) do.
pub fn pair(
    files: &[PathBuf],
    patterns: &[Pattern],
    named: NamedPaths<'_>,
    kind: impl FnMut(usize) -> Kind,
) -> Pairing {
    let mut pairer = Pairer {
        files,
        names: files.iter().map(|path| split(path)).collect(),
        taken: vec![false; files.len()],
        pairs: Vec::new(),
        alone: HashMap::new(),
        kind,
    };
    for pattern in patterns {
        pairer.by_pattern(pattern);
    }
    pairer.in_one_folder();
    match named {
        NamedPaths::TwoFolders(one, other) => pairer.pair_folders(one, other),
        NamedPaths::TwoFiles if files.len() == 2 && pairer.pairs.is_empty() => pairer.add_pairs(vec![(0, 1)]),
        NamedPaths::TwoFiles | NamedPaths::Other => {}
    }
    pairer.pairing()
}

struct Pairer<'f, F> {
    files: &'f [PathBuf],
    names: Vec<(PathBuf, Role)>,
    taken: Vec<bool>,
    pairs: Vec<Pair>,
    /// Files that match a pattern without a partner, with the reason.
    alone: HashMap<usize, String>,
    kind: F,
}

impl<F: FnMut(usize) -> Kind> Pairer<'_, F> {
    /// Applies a pattern to the files that have no partner yet.
    fn by_pattern(&mut self, pattern: &Pattern) {
        let free: Vec<usize> = (0..self.files.len())
            .filter(|at| !self.taken[*at] && self.names[*at].1 != Role::Prediction)
            .collect();
        let mut responses: HashMap<Key, Vec<usize>> = HashMap::new();
        for index in free.iter().rev() {
            for key in pattern.responses(&self.files[*index]) {
                responses.entry(key).or_default().push(*index);
            }
        }
        for index in &free {
            if self.taken[*index] {
                continue;
            }
            let keys = pattern.requests(&self.files[*index]);
            // The first response that has no request yet.
            let response = keys.iter().find_map(|key| {
                let answers = responses.get_mut(key)?;
                std::iter::from_fn(|| answers.pop()).find(|at| !self.taken[*at] && at != index)
            });
            match (response, keys.first()) {
                (Some(response), _) => self.add_pair(*index, response),
                (None, Some(key)) => {
                    let why = format!(
                        "a request according to --pair {}, but there is no {}",
                        pattern.text(),
                        pattern.response_to(key)
                    );
                    self.alone.entry(*index).or_insert(why);
                }
                (None, None) => {}
            }
        }
        for index in free.iter().filter(|at| !self.taken[**at]) {
            if let Some(key) = pattern.responses(&self.files[*index]).first() {
                let why = format!(
                    "a response according to --pair {}, but there is no {}",
                    pattern.text(),
                    pattern.request_of(key)
                );
                self.alone.entry(*index).or_insert(why);
            }
        }
    }

    /// Pairs `NAME.request.json` with `NAME.response.json`.
    fn in_one_folder(&mut self) {
        let mut requests: HashMap<&Path, usize> = HashMap::new();
        let mut found = Vec::new();
        for (index, (name, role)) in self.names.iter().enumerate() {
            if *role == Role::Request && !self.taken[index] {
                requests.entry(name).or_insert(index);
            }
        }
        for (index, (name, role)) in self.names.iter().enumerate() {
            if *role == Role::Response
                && !self.taken[index]
                && let Some(request) = requests.remove(name.as_path())
            {
                found.push((request, index));
            }
        }
        for (request, response) in found {
            self.add_pair(request, response);
        }
    }

    /// Pairs equal names in two folders.
    fn pair_folders(&mut self, one: &Path, other: &Path) {
        let mut first: HashMap<&Path, usize> = HashMap::new();
        let mut second = Vec::new();
        for (index, (name, role)) in self.names.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            if *role == Role::Prediction {
                continue;
            }
            match (name.strip_prefix(one), name.strip_prefix(other)) {
                // If one folder is in the other, the deeper one has the file.
                (Ok(a), Ok(b)) if a.as_os_str().len() > b.as_os_str().len() => second.push((b, index)),
                (Ok(rest), _) => {
                    first.entry(rest).or_insert(index);
                }
                (Err(_), Ok(rest)) => second.push((rest, index)),
                (Err(_), Err(_)) => {}
            }
        }
        let pairs = second
            .into_iter()
            .filter_map(|(rest, index)| Some((first.remove(rest)?, index)))
            .collect();
        self.add_pairs(pairs);
    }

    /// Adds pairs of files: the first of each from one folder, the second from another.
    fn add_pairs(&mut self, pairs: Vec<(usize, usize)>) {
        let mut unknown = Vec::new();
        for (one, other) in pairs {
            match (self.names[one].1, self.names[other].1) {
                (Role::Unknown, Role::Unknown) => unknown.push((one, other)),
                (Role::Request, Role::Response | Role::Unknown) | (Role::Unknown, Role::Response) => {
                    self.add_pair(one, other);
                }
                (Role::Response, Role::Request | Role::Unknown) | (Role::Unknown, Role::Request) => {
                    self.add_pair(other, one);
                }
                (Role::Request, Role::Request)
                | (Role::Response, Role::Response)
                | (Role::Prediction, _)
                | (_, Role::Prediction) => {}
            }
        }
        let first_is_request = self.first_is_request(&unknown);
        for (one, other) in unknown {
            if first_is_request {
                self.add_pair(one, other);
            } else {
                self.add_pair(other, one);
            }
        }
    }

    /// Returns true if the first file of each pair is the request. The first conclusive pair decides; true if there
    /// is none.
    fn first_is_request(&mut self, pairs: &[(usize, usize)]) -> bool {
        let mut guess = None;
        for (one, other) in pairs {
            match ((self.kind)(*one), (self.kind)(*other)) {
                (Kind::Response, Kind::Request | Kind::Other) => return false,
                (Kind::Request | Kind::Other, Kind::Response) => return true,
                // The recorded answer may be an error page.
                (Kind::Request, Kind::Other) => guess = guess.or(Some(true)),
                (Kind::Other, Kind::Request) => guess = guess.or(Some(false)),
                _ => {}
            }
        }
        guess.unwrap_or(true)
    }

    fn add_pair(&mut self, request: usize, response: usize) {
        self.taken[request] = true;
        self.taken[response] = true;
        self.pairs.push(Pair {
            name: self.names[request].0.clone(),
            request,
            response,
        });
    }

    fn pairing(mut self) -> Pairing {
        self.pairs.sort_by_key(|pair| pair.request);
        let unpaired = (0..self.files.len())
            .filter(|index| !self.taken[*index])
            .map(|index| (index, self.why(index)))
            .collect();
        Pairing {
            pairs: self.pairs,
            unpaired,
        }
    }

    fn why(&self, index: usize) -> Cow<'static, str> {
        if let Some(why) = self.alone.get(&index) {
            return Cow::Owned(why.clone());
        }
        Cow::Borrowed(match self.names[index].1 {
            Role::Request => "a request without a response",
            Role::Response => "a response without a request",
            Role::Prediction => PREDICTION,
            Role::Unknown => "no other file has its name, which contains neither .request nor .response",
        })
    }
}

/// Returns a path without `.request.json` or a similar ending, and the role that it shows.
fn split(path: &Path) -> (PathBuf, Role) {
    let stem = without_extension(path, "json").unwrap_or_else(|| path.to_path_buf());
    if let Some(name) = without_extension(&stem, "request") {
        return (name, Role::Request);
    }
    if let Some(name) = without_extension(&stem, "response") {
        return (name, Role::Response);
    }
    match without_extension(&stem, "predicted") {
        Some(name) => (name, Role::Prediction),
        None => (stem, Role::Unknown),
    }
}

fn without_extension(path: &Path, wanted: &str) -> Option<PathBuf> {
    path.extension()
        .filter(|extension| extension.eq_ignore_ascii_case(wanted))
        .map(|_| path.with_extension(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> NamedPaths<'static> {
        NamedPaths::TwoFolders(Path::new("q"), Path::new("r"))
    }

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    /// Returns the pairs as `request>response`, then the remaining files.
    fn paired(names: &[&str], named: NamedPaths<'_>, kind: impl FnMut(usize) -> Kind) -> Vec<String> {
        let pairing = pair(&paths(names), &[], named, kind);
        let pairs = pairing
            .pairs
            .iter()
            .map(|pair| format!("{}>{}", names[pair.request], names[pair.response]));
        let left = pairing.unpaired.iter().map(|(index, _)| names[*index].to_owned());
        pairs.chain(left).collect()
    }

    fn unasked(_: usize) -> Kind {
        panic!("the names tell")
    }

    #[test]
    fn pairs_in_one_folder() {
        let names = [
            "b/1.response.json",
            "b/1.request.json",
            "a/1.Request.JSON",
            "a/1.RESPONSE.json",
            "a/2.request.json",
            "c/2.response.json",
            "x.json",
        ];
        assert_eq!(
            paired(&names, NamedPaths::Other, unasked),
            [
                "b/1.request.json>b/1.response.json",
                "a/1.Request.JSON>a/1.RESPONSE.json",
                "a/2.request.json",
                "c/2.response.json",
                "x.json"
            ]
        );
    }

    #[test]
    fn by_pattern() {
        let names = [
            "log/2-q.json",
            "log/1-q.json",
            "log/1-r.json",
            "log/3-r.json",
            "log/sub/1-r.json",
            "log/sub/1-q.json",
            "log/9/request.json",
            "log/9/response.json",
            "log/1.request.json",
            "log/1.response.json",
        ];
        let patterns = ["{n}-q.json={n}-r.json", "request.json=response.json"];
        let patterns = patterns.map(|text| Pattern::parse(text).unwrap());
        let pairing = pair(&paths(&names), &patterns, NamedPaths::Other, unasked);
        let pairs: Vec<_> = pairing
            .pairs
            .iter()
            .map(|pair| (pair.request, pair.response))
            .collect();
        assert_eq!(pairs, [(1, 2), (5, 4), (6, 7), (8, 9)]);
        let left: Vec<_> = pairing
            .unpaired
            .iter()
            .map(|(index, why)| (*index, &**why))
            .collect();
        assert_eq!(
            left,
            [
                (
                    0,
                    "a request according to --pair {n}-q.json={n}-r.json, but there is no log/2-r.json"
                ),
                (
                    3,
                    "a response according to --pair {n}-q.json={n}-r.json, but there is no log/3-q.json"
                ),
            ]
        );
    }

    #[test]
    fn a_response_belongs_to_one_request() {
        let names = ["1-a-q.json", "1-b-q.json", "1-x-r.json", "1-y-r.json"];
        let patterns = [Pattern::parse("{n}-*-q.json={n}-*-r.json").unwrap()];
        let pairing = pair(&paths(&names), &patterns, NamedPaths::Other, unasked);
        let pairs: Vec<_> = pairing
            .pairs
            .iter()
            .map(|pair| (pair.request, pair.response))
            .collect();
        assert_eq!(pairs, [(0, 2), (1, 3)]);
    }

    #[test]
    fn in_two_folders_by_name() {
        let names = [
            "q/a.request.json",
            "q/s/b.json",
            "q/c.request.json",
            "r/a.response.json",
            "r/s/b.response.json",
            "r/c.request.json",
        ];
        assert_eq!(
            paired(&names, folders(), unasked),
            [
                "q/a.request.json>r/a.response.json",
                "q/s/b.json>r/s/b.response.json",
                "q/c.request.json",
                "r/c.request.json",
            ]
        );
    }

    #[test]
    fn in_two_folders_by_content() {
        let names = ["q/a.json", "q/b.json", "q/c.json", "r/a.json", "r/b.json"];
        let forth = ["q/a.json>r/a.json", "q/b.json>r/b.json", "q/c.json"];
        let back = ["r/a.json>q/a.json", "r/b.json>q/b.json", "q/c.json"];
        let paired_by = |kinds: [Kind; 5]| paired(&names, folders(), |index| kinds[index]);
        let (q, r, o) = (Kind::Request, Kind::Response, Kind::Other);
        assert_eq!(paired_by([q, q, q, r, r]), forth);
        assert_eq!(paired_by([r, r, r, q, q]), back);
        assert_eq!(paired_by([o, r, o, o, o]), back);
        // A recorded error page is not recognized as a response, but a request is recognized.
        assert_eq!(paired_by([o, o, o, q, o]), back);
        assert_eq!(paired_by([o, o, o, o, o]), forth);
        // A recognized response has priority over a recognized request.
        assert_eq!(paired_by([q, r, o, o, o]), back);
    }

    #[test]
    fn one_folder_in_the_other() {
        let names = ["q/a.json", "q/r/a.json"];
        let named = NamedPaths::TwoFolders(Path::new("q"), Path::new("q/r"));
        assert_eq!(paired(&names, named, |_| Kind::Other), ["q/a.json>q/r/a.json"]);
    }

    /// `geplint samples` writes predictions next to requests.
    #[test]
    fn a_prediction_is_never_an_answer() {
        let names = [
            "q/a.json",
            "q/a.predicted.json",
            "q/b.request.json",
            "q/b.predicted.json",
        ];
        assert_eq!(paired(&names, NamedPaths::Other, unasked), names);
        let names = ["q/a.json", "r/a.predicted.json"];
        assert_eq!(paired(&names, folders(), unasked), names);
        let names = ["q/a.predicted.json", "r/a.predicted.json"];
        assert_eq!(paired(&names, folders(), unasked), names);
        assert_eq!(
            paired(&["a.json", "a.predicted.json"], NamedPaths::TwoFiles, unasked),
            ["a.json", "a.predicted.json"]
        );
    }

    #[test]
    fn two_files_that_were_named() {
        let names = ["answer.json", "question.json"];
        let kind = |index| if index == 0 { Kind::Response } else { Kind::Request };
        assert_eq!(
            paired(&names, NamedPaths::TwoFiles, kind),
            ["question.json>answer.json"]
        );
        let names = ["x/a.response.json", "y/b.request.json"];
        assert_eq!(
            paired(&names, NamedPaths::TwoFiles, unasked),
            ["y/b.request.json>x/a.response.json"]
        );
        let names = ["a.request.json", "b.request.json"];
        assert_eq!(paired(&names, NamedPaths::TwoFiles, unasked), names);
    }
}
