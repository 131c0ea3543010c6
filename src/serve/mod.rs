//! `geplint serve`: a local server that answers calls with predicted responses, keeps their changes, and shows them on a
//! page.
//!
//! Requires the cargo feature `serve`.

mod api;
mod body;
pub mod calls;
mod clock;
mod engine;
pub mod faults;
mod har;
mod inspect;
mod listen;
mod log;
pub mod options;
mod page;
mod reply;
mod request_origin;
mod routes;
mod server;
mod state_file;
mod stream;
mod tls;

pub use listen::run;
pub use request_origin::host_name;
pub use routes::base_path;
