//! The minimum cost of reading JSON, and the usual way to read it: `floor read|ignored|seq PATH`.
//!
//! `read` walks and reads, `ignored` parses without building anything, `seq` builds a `serde_json::Value` of each file.
//! Uses one thread; folders are sorted, as geplint sorts them. Prints the number of bytes.

use std::fs;
use std::hint::black_box;
use std::io;
use std::process::ExitCode;

use serde::de::IgnoredAny;
use serde_json::Value;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, path] = args.as_slice() else {
        eprintln!("usage: floor read|ignored|seq PATH");
        return ExitCode::from(2);
    };
    match run(what, path) {
        Ok(bytes) => {
            println!("{bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(what: &str, path: &str) -> io::Result<usize> {
    let mut total = 0;
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry?;
        let json = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "json");
        if !(json && entry.file_type().is_file()) {
            continue;
        }
        let bytes = fs::read(entry.path())?;
        total += bytes.len();
        match what {
            "read" => {
                black_box(&bytes);
            }
            "ignored" => {
                black_box(serde_json::from_slice::<IgnoredAny>(&bytes)?);
            }
            "seq" => {
                black_box(serde_json::from_slice::<Value>(&bytes)?);
            }
            _ => return Err(io::Error::other("read, ignored or seq")),
        }
    }
    Ok(total)
}
