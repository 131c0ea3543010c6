//! Compiles the rules files, so that a run has nothing to parse. A new endpoint needs only a new file in
//! `rules/endpoints/`, and an error in one stops the build.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use geplint_core::rules::{Endpoint, Layer, LoadError, PropertyId, Shared, load};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let variable = |name| env::var(name).map_err(io::Error::other);
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let rules = Path::new(&root).join("rules");
    let mut paths = ["api.toml", "names.toml", "rules.toml"]
        .map(|name| rules.join(name))
        .to_vec();
    paths.extend(files(&rules.join("lists"), "txt")?);
    let texts = paths
        .iter()
        .map(fs::read_to_string)
        .collect::<io::Result<Vec<_>>>()?;
    let names: Vec<Cow<'_, str>> = paths.iter().map(|path| path.to_string_lossy()).collect();
    let shared: Vec<Layer<'_>> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| Layer { name, text })
        .collect();
    let shared =
        Shared::from_files(&shared).map_err(|(index, error)| placed(&paths[index], &texts[index], &error))?;
    // Paths are resolved where the code is compiled, because a copied target folder must not read the old place.
    let mut code = format!("static SHARED: [(&str, &str); {}] = [\n", paths.len());
    for path in &paths {
        let name = path
            .strip_prefix(&root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        let _ = writeln!(
            code,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{name}\"))),"
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

/// Returns the endpoint that a rules file describes.
fn endpoint(path: &Path, shared: &Shared) -> io::Result<Endpoint> {
    let text = fs::read_to_string(path)?;
    load(&text, shared).map_err(|error| placed(path, &text, &error))
}

fn placed(path: &Path, text: &str, error: &LoadError) -> io::Error {
    let line = text.get(..error.span.start).unwrap_or("").matches('\n').count() + 1;
    io::Error::other(format!("{}:{line}: {error}", path.display()))
}
