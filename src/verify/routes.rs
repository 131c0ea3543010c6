//! Finds the endpoint of a recorded call by its URL.

/// The path of an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The id of the endpoint.
    pub endpoint: &'a str,
    /// The path of its URL.
    pub path: &'a str,
}

/// The URLs that a gateway uses for an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    /// The URL without query and fragment; `*` matches anything.
    pub url: &'a str,
    /// The id of the endpoint.
    pub endpoint: &'a str,
}

/// The known routes.
#[derive(Debug, Clone, Default)]
pub struct Routes<'a> {
    /// The paths of the API.
    pub known: Vec<Route<'a>>,
    /// Paths that replace the API's path before an endpoint's name.
    pub bases: Vec<&'a str>,
    /// The mappings of the settings. Of several that match, the last one counts.
    pub mapped: Vec<Mapping<'a>>,
    /// The endpoint for every call whose URL does not show another one.
    pub only: Option<&'a str>,
}

/// The reason why a call has no endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// It sends no payload.
    Method,
    /// Its URL is unknown.
    Url,
    /// It is for this endpoint, and another one was requested.
    OtherEndpoint(String),
    /// Its URL ends with an endpoint's name, after this path, which is not the API's.
    Base(String),
}

/// The endpoint of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// The id of the endpoint.
    pub endpoint: &'a str,
    /// True if the URL shows it; false if it is only requested.
    pub by_url: bool,
}

impl<'a> Routes<'a> {
    /// Returns the endpoint of a call.
    pub fn endpoint(&self, method: &str, url: &str) -> Result<Found<'a>, Miss> {
        let sends = ["POST", "PUT"]
            .iter()
            .any(|known| method.eq_ignore_ascii_case(known));
        if !sends {
            return Err(Miss::Method);
        }
        let found = self.by_mapping(url).or_else(|| self.by_path(path(url)));
        match (found, self.only) {
            (Some(endpoint), Some(only)) if endpoint != only => Err(Miss::OtherEndpoint(endpoint.to_owned())),
            (Some(endpoint), _) => Ok(Found {
                endpoint,
                by_url: true,
            }),
            (None, Some(endpoint)) => Ok(Found {
                endpoint,
                by_url: false,
            }),
            (None, None) => Err(self.miss(path(url))),
        }
    }

    /// Returns the endpoint with that id, unless another one was requested.
    pub fn named(&self, id: Option<&str>) -> Option<Found<'a>> {
        let route = self.known.iter().find(|route| Some(route.endpoint) == id)?;
        let asked = self.only.is_none_or(|only| only == route.endpoint);
        asked.then_some(Found {
            endpoint: route.endpoint,
            by_url: true,
        })
    }

    fn by_mapping(&self, url: &str) -> Option<&'a str> {
        let url = without_query(url);
        let mut mapped = self.mapped.iter().rev();
        Some(mapped.find(|mapping| matches(mapping.url, url))?.endpoint)
    }

    fn by_path(&self, path: &str) -> Option<&'a str> {
        let based = |route: &Route<'_>| {
            let name = last_segment(route.path);
            self.bases
                .iter()
                .any(|base| ends_in(path, &format!("{}/{name}", self::path(base).trim_matches('/'))))
        };
        let fits = |route: &&Route<'_>| ends_in(path, route.path) || based(route);
        // A path may be the end of another one; the longer one is more specific.
        let route = self
            .known
            .iter()
            .filter(fits)
            .max_by_key(|route| route.path.trim_matches('/').len())?;
        Some(route.endpoint)
    }

    fn miss(&self, path: &str) -> Miss {
        let (base, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = |route: &Route<'_>| last_segment(route.path).eq_ignore_ascii_case(name);
        if !base.is_empty() && !name.is_empty() && self.known.iter().any(names) {
            Miss::Base(format!("/{base}"))
        } else {
            Miss::Url
        }
    }
}

/// Returns true if a path ends with whole segments of another, in any case.
fn ends_in(path: &str, end: &str) -> bool {
    let end = end.trim_matches('/');
    let parts = path
        .len()
        .checked_sub(end.len())
        .and_then(|at| path.split_at_checked(at));
    let Some((before, rest)) = parts else {
        return false;
    };
    !end.is_empty() && rest.eq_ignore_ascii_case(end) && (before.is_empty() || before.ends_with('/'))
}

fn last_segment(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn without_query(url: &str) -> &str {
    &url[..url.find(['?', '#']).unwrap_or(url.len())]
}

/// Returns the path of a URL, without query, fragment and outer slashes.
fn path(url: &str) -> &str {
    let url = without_query(url);
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url,
    };
    path.trim_matches('/')
}

/// Returns true if a text matches a pattern, in which `*` matches anything, without regard to ASCII case.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (
        pattern.to_ascii_lowercase(),
        text.trim_end_matches('/').to_ascii_lowercase(),
    );
    let mut parts = pattern.trim_end_matches('/').split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(between) = last.replace(part) {
            let Some(at) = rest.find(between) else {
                return false;
            };
            rest = &rest[at + between.len()..];
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

/// Returns a URL without the query, the fragment and the user name, which may be secret.
pub fn shown_url(url: &str) -> String {
    let url = without_query(url);
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Route<'static>; 2] = [
        Route {
            endpoint: "one",
            path: "/Api/Things/One",
        },
        Route {
            endpoint: "tail",
            path: "/One",
        },
    ];

    fn routes() -> Routes<'static> {
        Routes {
            known: KNOWN.to_vec(),
            ..Routes::default()
        }
    }

    fn found(routes: &Routes<'static>, url: &str) -> Option<&'static str> {
        routes.endpoint("put", url).ok().map(|found| found.endpoint)
    }

    #[test]
    fn urls_are_recognised_by_their_end() {
        let found = |url| found(&routes(), url);
        assert_eq!(found("https://example.com/Api/Things/One"), Some("one"));
        assert_eq!(
            found("https://example.com:8443/gateway/api/things/ONE/?x=/a/b#c"),
            Some("one")
        );
        assert_eq!(found("/Api/Things/One"), Some("one"));
        assert_eq!(found("Api/Things/One"), Some("one"));
        assert_eq!(found("https://example.com/one"), Some("tail"));
        assert_eq!(found("https://example.com/NotApi/Things/xOne"), None);
        assert_eq!(found("https://one"), None);
        assert_eq!(found("https://example.com/é"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn a_gateway_has_a_base_or_a_mapped_url() {
        let mut routes = Routes {
            known: KNOWN[..1].to_vec(),
            ..Routes::default()
        };
        let url = "https://gateway.example.com/gep/v1/One?key=1";
        assert_eq!(
            routes.endpoint("POST", url),
            Err(Miss::Base("/gep/v1".to_owned()))
        );
        for base in ["/gep/v1", "gep/v1/", "v1", "https://gateway.example.com/gep/v1"] {
            routes.bases = vec![base];
            assert_eq!(found(&routes, url), Some("one"), "{base}");
        }
        for base in ["/gep", "ep/v1", "/gep/v1/One"] {
            routes.bases = vec![base];
            assert_eq!(found(&routes, url), None, "{base}");
        }
        routes.mapped = vec![
            Mapping {
                url: "*/v1/*",
                endpoint: "first",
            },
            Mapping {
                url: "*/V1/one",
                endpoint: "last",
            },
        ];
        assert_eq!(found(&routes, url), Some("last"));
        assert_eq!(found(&routes, "https://example.com/v1/two"), Some("first"));
    }

    #[test]
    fn the_requested_endpoint_is_used_unless_the_url_is_anothers() {
        let routes = Routes {
            only: Some("one"),
            ..routes()
        };
        let by_url = |url| {
            routes
                .endpoint("POST", url)
                .map(|found| (found.endpoint, found.by_url))
        };
        assert_eq!(by_url("/Api/Things/One"), Ok(("one", true)));
        assert_eq!(by_url("/other"), Ok(("one", false)));
        assert_eq!(by_url("/x/One"), Err(Miss::OtherEndpoint("tail".to_owned())));
        assert_eq!(routes.endpoint("GET", "/other"), Err(Miss::Method));
    }

    #[test]
    fn a_star_matches_anything() {
        for (pattern, text) in [
            ("*/erp/contacts", "https://example.com/http/erp/contacts/"),
            ("https://example.com/a", "https://example.com/a"),
            ("*", "anything"),
            ("*a*b", "xaxbxb"),
            ("a**b", "ab"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("*/erp/contacts", "https://example.com/erp/contacts/1"),
            ("/a", "x/a"),
            ("ab*b", "ab"),
            ("*a*a", "a"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_shown_url_has_no_secret() {
        assert_eq!(
            shown_url("https://user:secret@example.com:8443/a@b/c?key=secret#secret"),
            "https://example.com:8443/a@b/c"
        );
        assert_eq!(shown_url("/a?b"), "/a");
    }
}
