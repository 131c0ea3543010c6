//! The page at `/_geplint/`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use hyper::{Response, StatusCode};
use sha2::{Digest, Sha256};

use super::reply::{self, Reply};

/// The page: one file without external resources.
const PAGE: &str = include_str!("page.html");

/// The content security policy: only the script, the style and the server of the page itself.
pub fn policy() -> HeaderValue {
    let (script, style) = (hash(between(PAGE, "script")), hash(between(PAGE, "style")));
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    // The text is ASCII without control characters.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The page with its policy.
pub fn page(policy: &HeaderValue) -> Reply {
    const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
    let mut reply: Response<_> = reply::text(StatusCode::OK, HTML, PAGE);
    reply
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy.clone());
    reply
}

/// The text of the only element with this name.
fn between<'p>(page: &'p str, name: &str) -> &'p str {
    let inside = page
        .split_once(&format!("<{name}>"))
        .map_or("", |(_, after)| after);
    inside
        .split_once(&format!("</{name}>"))
        .map_or("", |(inside, _)| inside)
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_one_script_and_one_style() {
        for name in ["script", "style"] {
            assert_eq!(PAGE.matches(&format!("<{name}")).count(), 1, "{name}");
            assert!(!between(PAGE, name).trim().is_empty(), "{name}");
        }
        assert!(policy().to_str().unwrap().contains("script-src 'sha256-"));
    }

    /// The script inserts text only as text nodes, and names no other host.
    #[test]
    fn the_page_makes_no_markup_of_text() {
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "eval(",
            "Function(",
            "http:",
            "https:",
            "//cdn",
            " style=",
            "onclick=",
            "onload=",
            "javascript:",
        ] {
            assert!(!PAGE.contains(forbidden), "{forbidden}");
        }
    }
}
