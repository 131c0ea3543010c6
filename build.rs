//! Compiles the rules files, so that a run has nothing to parse: a new endpoint is a new file in `rules/` and nothing
//! else, and a mistake in one is told before anything is built.

// What the rules are made of, and what makes them, is compiled for this script as well.
#[allow(dead_code, unused_imports)]
#[path = "src/bind"]
mod bind {
    mod member;
    pub use member::EnumMember;
}
#[allow(dead_code)]
#[path = "src/finding.rs"]
mod finding;
#[allow(dead_code, unused_imports)]
#[path = "src/rules"]
mod rules {
    mod compile;
    mod definition;
    mod lists;
    mod model;
    mod names;
    mod sight;

    pub use compile::load;
    pub use model::*;
    pub use names::NameIndex;
    pub(crate) use sight::Sights;
}

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    for input in ["rules", "src/rules", "src/bind/member.rs", "src/finding.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let variable = |name| env::var(name).map_err(io::Error::other);
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let files = endpoint_files(&Path::new(&root).join("rules"))?;
    let mut code = format!("static BUILTIN: [Builtin; {}] = [\n", files.len());
    for path in &files {
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let endpoint = endpoint(path)?;
        let compiled = postcard::to_stdvec(&endpoint).map_err(io::Error::other)?;
        fs::write(Path::new(&out).join(format!("{id}.rules")), compiled)?;
        let rows = &endpoint.record_table().properties;
        let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
        // Paths are put together where the code is compiled: a copied target folder must not read the old place.
        let _ = writeln!(
            code,
            "    Builtin {{ id: {id:?}, names: &{names:?}, \
                text: include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/{id}.toml\")), \
                compiled: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{id}.rules\")), \
                loaded: OnceLock::new() }},"
        );
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("endpoints.rs"), code)
}

/// The files of `rules/` that are about an endpoint, sorted.
fn endpoint_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.retain(|path| {
        path.extension().is_some_and(|ext| ext == "toml")
            && path
                .file_stem()
                .is_some_and(|stem| stem != "rules" && stem != "facts")
    });
    files.sort();
    Ok(files)
}

/// The endpoint that a rules file describes.
fn endpoint(path: &Path) -> io::Result<rules::Endpoint> {
    let text = fs::read_to_string(path)?;
    rules::load(&text).map_err(|error| {
        let line = text.get(..error.span.start).unwrap_or("").matches('\n').count() + 1;
        io::Error::other(format!("{}:{line}: {error}", path.display()))
    })
}
