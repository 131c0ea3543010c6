//! Accepts only requests to a host name of the server (against DNS rebinding), and changes only from its own page or without a
//! page.

use std::net::IpAddr;

use hyper::header::{HOST, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Request};

/// The accepted host names.
#[derive(Debug)]
pub struct Hosts {
    named: Vec<String>,
}

impl Hosts {
    /// `localhost`, every address, and these names. A page of another site cannot have an address as its host by DNS.
    pub fn new(named: &[String]) -> Self {
        Self {
            named: named.iter().map(|name| name.to_lowercase()).collect(),
        }
    }

    /// The host and port of a request.
    ///
    /// Errors: it is another host, or missing.
    pub fn of<B>(&self, request: &Request<B>) -> Result<String, String> {
        let mut headers = request.headers().get_all(HOST).iter();
        let host = match (headers.next(), headers.next()) {
            (Some(host), None) => host
                .to_str()
                .map_err(|_| "the Host header is not ASCII".to_owned())?,
            (None, _) => return Err("the Host header is missing".to_owned()),
            _ => return Err("there are several Host headers".to_owned()),
        };
        let target = request.uri().authority().map(Authority::as_str);
        for named in [Some(host), target].into_iter().flatten() {
            if !self.is_ours(named) {
                let bare = named.rsplit_once(':').map_or(named, |(name, _)| name);
                let hint = host_name(bare).map_or_else(
                    |_| String::new(),
                    |name| format!("; --allow-host {name} makes it one"),
                );
                return Err(format!("\"{named}\" is not a name of this server{hint}"));
            }
        }
        Ok(host.to_owned())
    }

    fn is_ours(&self, host: &str) -> bool {
        if let Some(address) = host.strip_prefix('[') {
            return address
                .split_once(']')
                .is_some_and(|(address, port)| is_address(address) && (port.is_empty() || is_port(port)));
        }
        let (name, port) = host.find(':').map_or((host, ""), |at| host.split_at(at));
        if is_address(name) {
            return port.is_empty() || is_port(port);
        }
        let name = name.strip_suffix('.').unwrap_or(name).to_lowercase();
        (port.is_empty() || is_port(port))
            && (name == "localhost"
                || name.ends_with(".localhost")
                || is_address(&name)
                || self.named.contains(&name))
    }
}

/// Parses a value of `--allow-host`: the part of a `Host` header before the port.
///
/// Errors: a message with the actual and the expected form.
pub fn host_name(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.bytes().all(is_part)
    };
    if name.split('.').all(is_label) {
        return Ok(name.to_lowercase());
    }
    let has_port = text
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let what = if text.contains("://") {
        " has a scheme"
    } else if has_port {
        " has a port"
    } else if text.contains('*') {
        " has a wildcard"
    } else {
        ""
    };
    Err(format!(
        "\"{text}\"{what}: expected a host name alone, such as gep or gep.example.com"
    ))
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// `:8400`.
fn is_port(text: &str) -> bool {
    text.strip_prefix(':')
        .is_some_and(|port| port.parse::<u16>().is_ok())
}

/// True if a request may change something: it is from the server's own page, or from no page.
pub fn is_from_here(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let fetched = text("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let from = headers.get(ORIGIN).map(|value| value.to_str().unwrap_or("?"));
    fetched && from.is_none_or(|from| from.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderName;

    fn accepted(host: &str) -> bool {
        let request = Request::builder().header(HOST, host).body(()).unwrap();
        Hosts::new(&["geplint".to_owned(), "Mock.Example.com".to_owned()])
            .of(&request)
            .is_ok()
    }

    #[test]
    fn a_request_names_this_host() {
        for host in [
            "localhost",
            "LOCALHOST:8400",
            "localhost.:8400",
            "a.localhost",
            "127.0.0.1:8400",
            "[::1]:8400",
            "[::1]",
            "192.0.2.1",
            "geplint:8400",
            "mock.example.com",
        ] {
            assert!(accepted(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "xlocalhost",
            "127.0.0.1.example.com",
            "user@localhost",
            "localhost:x",
            "localhost:80:80",
            "localhost:99999",
            "[::1",
            "[localhost]",
            "[::1]x",
            "geplint.example.com",
        ] {
            assert!(!accepted(host), "{host}");
        }
    }

    #[test]
    fn a_host_name_has_no_scheme_port_or_wildcard() {
        for (text, name) in [
            ("gep", "gep"),
            ("Gep.Example.com.", "gep.example.com"),
            ("a_b-1", "a_b-1"),
        ] {
            assert_eq!(host_name(text).as_deref(), Ok(name));
        }
        for (text, words) in [
            ("gep:8404", "has a port"),
            ("http://gep", "has a scheme"),
            ("*.example.com", "has a wildcard"),
            ("", "expected"),
            (".", "expected"),
            ("a..b", "expected"),
            ("gep/x", "expected"),
            (" gep", "expected"),
        ] {
            let why = host_name(text).unwrap_err();
            assert!(why.contains(words), "{text}: {why}");
        }
    }

    #[test]
    fn the_target_of_a_request_is_a_host_too() {
        let request = |target: &str| {
            Request::builder()
                .uri(target)
                .header(HOST, "localhost")
                .body(())
                .unwrap()
        };
        let hosts = Hosts::new(&[]);
        assert!(hosts.of(&request("http://localhost:1/x")).is_ok());
        assert!(hosts.of(&request("http://example.com/x")).is_err());
        let request = Request::builder().uri("http://localhost/").body(()).unwrap();
        assert!(hosts.of(&request).is_err());
    }

    #[test]
    fn pages_of_other_sites_change_nothing() {
        let origin = "http://localhost:8400";
        let from_here = |headers: &[(&'static str, &'static str)]| {
            let headers = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
            is_from_here(&headers.collect(), origin)
        };
        assert!(from_here(&[]));
        assert!(from_here(&[
            ("origin", "http://localhost:8400"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(from_here(&[("sec-fetch-site", "none")]));
        assert!(!from_here(&[("origin", "http://localhost:8401")]));
        assert!(!from_here(&[("origin", "https://localhost:8400")]));
        assert!(!from_here(&[("origin", "null")]));
        assert!(!from_here(&[("sec-fetch-site", "same-site")]));
        assert!(!from_here(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://localhost:8400")
        ]));
    }
}
