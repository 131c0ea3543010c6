//! Writes the files that geplint is measured with.
//!
//! `workloads OUT [--small | --counted]`: all of them; all of them at a twentieth of their size; those for counting
//! instructions. The same bytes on every machine.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use geplint_benches::Json;
use geplint_benches::people::{self, Wrong};
use geplint_benches::random::Random;

/// The share of records and of files with mistakes, in thousandths: one record in a thousand, one file in twenty.
const BAD_RECORDS: u64 = 1;
const BAD_FILES: u64 = 50;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [out] => all(Path::new(out), 1),
        [out, "--small"] => all(Path::new(out), 20),
        [out, "--counted"] => counted(Path::new(out)),
        _ => Err(io::Error::other("usage: workloads OUT [--small | --counted]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("workloads: {error}");
            ExitCode::from(2)
        }
    }
}

/// Writes all files, `scale` times smaller. The largest of three sizes is the one in the other tables.
fn all(out: &Path, scale: u64) -> io::Result<()> {
    for share in [4, 2, 1] {
        files(
            &out.join(format!("a-{}", 10_000 / scale / share)),
            10_000 / scale / share,
        )?;
        let records = 200_000 / scale / share;
        array(&out.join(format!("bv-{records}.json")), 2, records, |_| {
            Wrong::Nothing
        })?;
        let findings = 200_000 / scale / share;
        array(&out.join(format!("f-{findings}.json")), 4, findings / 4, |_| {
            Wrong::Four
        })?;
    }
    array(
        &out.join(format!("b-{}.json", 200_000 / scale)),
        2,
        200_000 / scale,
        |random| {
            if random.chance(BAD_RECORDS) {
                Wrong::Somewhat
            } else {
                Wrong::Nothing
            }
        },
    )?;
    array(&out.join("c.json"), 3, 3, |_| Wrong::Nothing)?;
    tenant(&out.join("t"), 100_000 / scale)
}

/// Writes the files for counting instructions: small, since counting is fifty times slower.
fn counted(out: &Path) -> io::Result<()> {
    files(&out.join("files"), 200)?;
    array(&out.join("array.json"), 2, 1000, |_| Wrong::Nothing)?;
    array(&out.join("findings.json"), 4, 500, |_| Wrong::Four)?;
    array(&out.join("one.json"), 3, 3, |_| Wrong::Nothing)?;
    tenant(&out.join("tenant"), 10_000)
}

/// Writes small files of one to three contacts, in nested folders.
fn files(out: &Path, count: u64) -> io::Result<()> {
    let mut random = Random::new(1);
    let mut number = 0;
    for file in 0..count {
        let folder = out.join(format!("site{:02}/batch{:02}", file % 10, file / 10 % 25));
        fs::create_dir_all(&folder)?;
        let records = 1 + random.below(3);
        let faulty = random.chance(BAD_FILES).then(|| number + random.below(records));
        let text = people::request(&mut random, number..number + records, |number, _| {
            if faulty == Some(number) {
                Wrong::Somewhat
            } else {
                Wrong::Nothing
            }
        });
        fs::write(folder.join(format!("contact-{file:05}.json")), text)?;
        number += records;
    }
    Ok(())
}

/// Writes one list of so many contacts, without keeping it in memory.
fn array(
    path: &Path,
    seed: u64,
    records: u64,
    mut wrong: impl FnMut(&mut Random) -> Wrong,
) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut random = Random::new(seed);
    // Mistakes have random numbers of their own, so that files with and without them are otherwise the same.
    let mut faults = Random::new(seed + 100);
    let mut out = BufWriter::new(fs::File::create(path)?);
    out.write_all(b"[")?;
    for number in 0..records {
        out.write_all(if number == 0 { b"\n  " } else { b",\n  " })?;
        let mut json = Json::at(1);
        people::contact(&mut json, &mut random, number, wrong(&mut faults));
        out.write_all(json.out.as_bytes())?;
    }
    out.write_all(b"\n]\n")?;
    out.flush()
}

/// Writes a tenant with so many contacts, as CSV and as JSON, and a request.
fn tenant(out: &Path, contacts: u64) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let mut csv = String::from("ContactCode,UserName,IsActive,BelongingLobs\n");
    let mut json = Json::at(0);
    json.list(contacts, |json, number| {
        let (code, user) = (people::code(number), format!("user{number}@example.com"));
        let _ = writeln!(csv, "{code},{user},true,LOB-1");
        json.object(|json| {
            json.text("contactCode", &code);
            json.text("userName", &user);
            json.plain("isActive", true);
        });
    });
    json.out.push('\n');
    fs::write(out.join("contacts.csv"), csv)?;
    fs::write(out.join("contacts.json"), json.out)?;
    fs::write(out.join("csv.toml"), "contacts = \"contacts.csv\"\n")?;
    fs::write(out.join("json.toml"), "contacts = \"contacts.json\"\n")?;
    array(&out.join("payload.json"), 3, 3, |_| Wrong::Nothing)
}
