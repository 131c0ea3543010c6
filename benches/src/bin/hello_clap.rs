//! The least that a program with geplint's command line library costs: it reads its arguments and ends.

use clap::Parser;

/// Says hello.
#[derive(Parser)]
struct Args {
    /// Whom to
    paths: Vec<String>,
}

fn main() {
    println!("hello {}", Args::parse().paths.len());
}
