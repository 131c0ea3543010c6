//! The paths of the endpoints.

use std::borrow::Cow;
use std::collections::HashMap;

use hyper::Method;

use crate::percent;
use crate::rules::Endpoint;

/// The paths of the endpoints.
#[derive(Debug, Default)]
pub struct Routes {
    /// The endpoints of a path, which is in lower case.
    paths: HashMap<String, Vec<&'static Endpoint>>,
}

/// The result for a method and a path.
#[derive(Debug)]
pub enum Found {
    /// An endpoint.
    Endpoint(&'static Endpoint),
    /// The path has these other methods.
    Methods(String),
    /// Nothing.
    Nothing,
}

impl Routes {
    /// The paths of the endpoints. A base is a prefix of a path, or of its last segment.
    pub fn new(endpoints: impl Iterator<Item = &'static Endpoint>, bases: &[String]) -> Self {
        let mut routes = Self::default();
        for endpoint in endpoints {
            let path = endpoint.path.trim_matches('/');
            let name = path.rsplit('/').next().unwrap_or(path);
            routes.add(&format!("/{path}"), endpoint);
            for base in bases.iter().map(|base| base.trim_matches('/')) {
                let base = if base.is_empty() {
                    String::new()
                } else {
                    format!("/{base}")
                };
                routes.add(&format!("{base}/{path}"), endpoint);
                routes.add(&format!("{base}/{name}"), endpoint);
            }
        }
        routes
    }

    fn add(&mut self, path: &str, endpoint: &'static Endpoint) {
        let endpoints = self.paths.entry(path.to_lowercase()).or_default();
        if !endpoints.iter().any(|other| other.method == endpoint.method) {
            endpoints.push(endpoint);
        }
    }

    /// The endpoint of a call. Case and one slash at the end are ignored.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        let Some(path) = decoded(path) else {
            return Found::Nothing;
        };
        let path = path.to_lowercase();
        let Some(there) = self.paths.get(path.strip_suffix('/').unwrap_or(&path)) else {
            return Found::Nothing;
        };
        let takes = |endpoint: &&&Endpoint| endpoint.method.eq_ignore_ascii_case(method.as_str());
        there.iter().find(takes).map_or_else(
            || {
                let methods: Vec<&str> = there.iter().map(|endpoint| &*endpoint.method).collect();
                Found::Methods(methods.join(", "))
            },
            |endpoint| Found::Endpoint(endpoint),
        )
    }

    /// The paths of an endpoint, the shortest first.
    pub fn of(&self, id: &str) -> Vec<&str> {
        let leads = |there: &[&'static Endpoint]| there.iter().any(|endpoint| endpoint.id == id);
        let paths = self.paths.iter().filter(|(_, there)| leads(there));
        let mut paths: Vec<&str> = paths.map(|(path, _)| path.as_str()).collect();
        paths.sort_by_key(|path| (path.len(), *path));
        paths
    }
}

/// A value of `--base-path`, decoded as the paths of requests are.
///
/// Errors: a message with the mistake and the expected form.
pub fn base_path(text: &str) -> Result<String, String> {
    let what = if text.contains("://") {
        " is a URL"
    } else if text.contains(['?', '#']) {
        " has a query or a fragment"
    } else {
        ""
    };
    match decoded(text) {
        Some(path) if what.is_empty() => Ok(path.into_owned()),
        _ => Err(format!(
            "\"{text}\"{what}: expected a path alone, such as /gep/v1"
        )),
    }
}

/// Returns a path with percent-encoding decoded. `None` if the encoding is invalid, or of a slash or NUL.
fn decoded(path: &str) -> Option<Cow<'_, str>> {
    if !path.bytes().any(|byte| b"%\\\0".contains(&byte)) {
        return Some(path.into());
    }
    let parts = path.split('/').map(|part| percent::decoded(part.as_bytes()));
    let parts: Vec<Vec<u8>> = parts.collect::<Option<_>>()?;
    let hides = |part: &Vec<u8>| part.iter().any(|byte| b"/\\\0".contains(byte));
    if parts.iter().any(hides) {
        return None;
    }
    String::from_utf8(parts.join(&b'/')).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::builtin;

    fn routes() -> Routes {
        Routes::new(builtin("user-group").into_iter(), &["/gep/v1/".to_owned()])
    }

    fn finds(path: &str) -> bool {
        matches!(routes().find(&Method::POST, path), Found::Endpoint(_))
    }

    #[test]
    fn paths_are_found_in_any_case_and_after_a_base() {
        let path = &*builtin("user-group").unwrap().path;
        let (upper, name) = (path.to_uppercase(), path.rsplit('/').next().unwrap());
        let encoded = path.replace('o', "%6f").replace('p', "%50");
        for path in [
            path,
            &upper,
            &encoded,
            &format!("{path}/"),
            &format!("/gep/v1{path}"),
            &format!("/GEP/v1/{name}"),
        ] {
            assert!(finds(path), "{path}");
        }
        for path in [
            &format!("/{name}"),
            &format!("{path}//"),
            &format!("/{path}"),
            &format!("/x{path}"),
            &format!("/x/..{path}"),
            &format!("{path}/../{name}"),
            &path.replace('/', "%2f"),
            &format!("{path}%"),
            &format!("{path}%0"),
            &format!("{path}%+1"),
            &format!("{path}%00"),
            &format!("{path}%ff"),
            "",
            "/",
        ] {
            assert!(!finds(path), "{path}");
        }
    }

    #[test]
    fn a_base_is_a_path_alone() {
        let path = &*builtin("user-group").unwrap().path;
        let name = path.rsplit('/').next().unwrap();
        for (base, called) in [
            ("/", format!("/{name}")),
            ("", format!("/{name}")),
            ("gep", format!("/gep/{name}")),
            ("/a b", format!("/a%20b/{name}")),
            ("/a%20b/", format!("/a%20b{path}")),
        ] {
            let routes = Routes::new(builtin("user-group").into_iter(), &[base_path(base).unwrap()]);
            assert!(
                matches!(routes.find(&Method::POST, &called), Found::Endpoint(_)),
                "{base}: {called}"
            );
        }
        for (base, words) in [
            ("http://gep.example.com/v1", "is a URL"),
            ("/gep?x=1", "has a query"),
            ("/gep%", "expected a path"),
            ("\\gep", "expected a path"),
        ] {
            let why = base_path(base).unwrap_err();
            assert!(why.contains(words), "{base}: {why}");
        }
    }

    #[test]
    fn a_known_path_returns_its_methods() {
        let path = &*builtin("user-group").unwrap().path;
        for method in [Method::GET, Method::OPTIONS, Method::DELETE] {
            assert!(matches!(routes().find(&method, path), Found::Methods(methods) if methods == "POST"));
        }
    }
}
