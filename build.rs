//! Lists the rules files, so that a new endpoint is a new file in `rules/` and nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(&root).join("rules"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.retain(|path| {
        path.extension().is_some_and(|ext| ext == "toml")
            && path
                .file_stem()
                .is_some_and(|stem| stem != "rules" && stem != "facts")
    });
    files.sort();
    let mut code = format!("static FILES: [File; {}] = [\n", files.len());
    for path in &files {
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        // The path is put together where the code is compiled: a copied target folder must not read the old place.
        let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/{id}.toml\"))");
        let _ = writeln!(
            code,
            "    File {{ id: {id:?}, text: {text}, loaded: OnceLock::new() }},"
        );
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("endpoints.rs"), code)
}
