//! Files that hold requests: collections of Postman, `.http` and `.rest` files, Bruno's `.bru` files, and JSON Lines.
//!
//! A container is read to a list of requests. Each has its method and URL, by which its endpoint is found, and its body
//! with the place in the file of each of its bytes: the body is checked as it would be sent, and the findings are moved
//! back. Pure: bytes in, data out.

mod bruno;
pub mod environment;
mod format;
mod http;
mod lines;
mod postman;
mod request;
pub mod variables;

pub use format::{Format, detect, foreign, is_wanted};
pub use request::{Body, Container, Example, Request};
pub use variables::Variables;

/// Reads a container; the message says why it cannot be read.
pub fn read(format: Format, bytes: &[u8]) -> Result<Container, String> {
    match format {
        Format::Postman => postman::read(bytes),
        Format::Http => http::read(bytes),
        Format::Bruno => bruno::read(bytes),
        Format::Lines => lines::read(bytes),
    }
}
