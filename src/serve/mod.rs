//! `geplint serve`: a local server that answers calls as the API is predicted to, remembers what they change, and shows
//! them on a page.
//!
//! Only the cargo feature `serve` builds it.

mod api;
mod body;
pub mod calls;
mod clock;
mod engine;
pub mod faults;
mod guard;
mod har;
mod inspect;
mod journal;
mod listen;
mod log;
pub mod options;
mod page;
mod reply;
mod routes;
mod server;
mod stream;
mod tls;

pub use guard::host_name;
pub use listen::run;
