//! The minimum cost of a program with geplint's command line library: it parses its arguments and ends.

use clap::Parser;

/// Prints hello.
#[derive(Parser)]
struct Args {
    /// Whom to
    paths: Vec<String>,
}

fn main() {
    println!("hello {}", Args::parse().paths.len());
}
