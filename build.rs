//! Compiles the rules files, so that a run has nothing to parse. A new endpoint needs only a new file in
//! `rules/endpoints/`, and an error in one stops the build.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use geplint_core::rules::{Endpoint, List, LoadError, PropertyId, Shared, load};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let variable = |name| env::var(name).map_err(io::Error::other);
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let rules = Path::new(&root).join("rules");
    let names = fs::read_to_string(rules.join("names.toml"))?;
    // No built-in file turns a rule off, so no rule ids are needed.
    let shared = Shared::new(lists(&rules.join("lists"))?, &names, Vec::new()).map_err(io::Error::other)?;
    let api = rules.join("api.toml");
    let text = fs::read_to_string(&api)?;
    let shared = shared
        .with_api(&text)
        .map_err(|error| placed(&api, &text, &error))?;
    let lists = &shared.lists;
    // Paths are resolved where the code is compiled, because a copied target folder must not read the old place.
    let mut code = format!("static LISTS: [(&str, &str); {}] = [\n", lists.len());
    for list in lists {
        let name = &list.name;
        let _ = writeln!(
            code,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/lists/{name}.txt\"))),"
        );
    }
    code.push_str("];\n");
    let files = files(&rules.join("endpoints"), "toml")?;
    let endpoints = files.iter().map(|path| endpoint(path, &shared));
    let endpoints = endpoints.collect::<io::Result<Vec<Endpoint>>>()?;
    shared.check_names(&endpoints).map_err(io::Error::other)?;
    let _ = writeln!(code, "static BUILTIN: [Compiled; {}] = [", files.len());
    for (path, endpoint) in files.iter().zip(&endpoints) {
        let id = stem(path);
        let bytes = endpoint.to_bytes().map_err(io::Error::other)?;
        fs::write(Path::new(&out).join(format!("{id}.rules")), bytes)?;
        let rows = &endpoint.record_table().properties;
        let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
        let names_of = |id: &PropertyId| &*endpoint.record_table().property(*id).name;
        let distinctive: Vec<&str> = endpoint.distinctive.iter().map(names_of).collect();
        let _ = writeln!(
            code,
            "    Compiled {{ id: {id:?}, names: &{names:?}, distinctive: &{distinctive:?}, \
                text: include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/endpoints/{id}.toml\")), \
                bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{id}.rules\")), \
                loaded: OnceLock::new() }},"
        );
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("endpoints.rs"), code)
}

/// Returns the files of a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn lists(folder: &Path) -> io::Result<Vec<List>> {
    let parse = |path: PathBuf| {
        let text = fs::read_to_string(&path)?;
        List::parse(&stem(&path), &text)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
    };
    files(folder, "txt")?.into_iter().map(parse).collect()
}

/// Returns the endpoint that a rules file describes.
fn endpoint(path: &Path, shared: &Shared) -> io::Result<Endpoint> {
    let text = fs::read_to_string(path)?;
    load(&text, shared).map_err(|error| placed(path, &text, &error))
}

fn placed(path: &Path, text: &str, error: &LoadError) -> io::Error {
    let line = text.get(..error.span.start).unwrap_or("").matches('\n').count() + 1;
    io::Error::other(format!("{}:{line}: {error}", path.display()))
}
