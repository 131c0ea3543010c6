//! Runs two commands alternately, A B A B, and prints the cost of each run: `pairs ROUNDS FOLDER A... -- B...`.
//!
//! Standard output has one line for each run: which command, wall, user and system time in seconds, peak resident
//! memory in bytes, exit code. Standard output of the commands goes to `/dev/null`; their standard error goes to the
//! files `FOLDER/a` and `FOLDER/b`, which keep that of the last run. This program is small, so that starting
//! processes costs little and its own memory is not counted as theirs.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use wait4::Wait4;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pairs: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &[String]) -> io::Result<()> {
    let usage = || io::Error::other("usage: pairs ROUNDS FOLDER A... -- B...");
    let [rounds, folder, commands @ ..] = args else {
        return Err(usage());
    };
    let rounds: u32 = rounds.parse().map_err(|_| usage())?;
    let middle = commands.iter().position(|word| word == "--").ok_or_else(usage)?;
    let (a, b) = (&commands[..middle], &commands[middle + 1..]);
    let folder = Path::new(folder);
    // One run of each without measurement, to fill the page cache.
    once(a, &folder.join("a"))?;
    once(b, &folder.join("b"))?;
    for _ in 0..rounds {
        println!("a {}", once(a, &folder.join("a"))?);
        println!("b {}", once(b, &folder.join("b"))?);
    }
    Ok(())
}

/// Runs a command to its end.
fn once(command: &[String], complaints: &Path) -> io::Result<String> {
    let [program, args @ ..] = command else {
        return Err(io::Error::other("no command"));
    };
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(complaints)?);
    let start = Instant::now();
    let ended = command.spawn()?.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    let usage = ended.rusage;
    let code = ended.status.code().unwrap_or(-1);
    Ok(format!(
        "{wall:.6} {:.6} {:.6} {} {code}",
        usage.utime.as_secs_f64(),
        usage.stime.as_secs_f64(),
        usage.maxrss,
    ))
}
