//! Files with requests: Postman collections, `.http` and `.rest` files, Bruno's `.bru` files, and JSON Lines.
//!
//! A container is parsed into a list of requests. Each has a method and a URL, which determine the endpoint, and a body. The
//! body is checked as it would be sent; the position of each of its bytes in the file is known, so that findings are
//! reported there. Pure: bytes in, data out.

mod bruno;
pub mod environment;
mod http;
mod kind;
mod lines;
mod postman;
mod request;
pub mod variables;

pub use kind::{ContainerKind, detect, foreign, is_wanted};
pub use request::{Body, Container, Example, Request};
pub use variables::Variables;

/// Parses a container. The error is the reason why it is invalid.
pub fn read(kind: ContainerKind, bytes: &[u8]) -> Result<Container, String> {
    match kind {
        ContainerKind::Postman => postman::read(bytes),
        ContainerKind::Http => http::read(bytes),
        ContainerKind::Bruno => bruno::read(bytes),
        ContainerKind::Lines => lines::read(bytes),
    }
}
