//! Tests of imports: no cycles between the files of a crate, and no files, clocks or network in the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The crates, as folders of sources.
const CRATES: [&str; 3] = ["src", "crates/geplint-core/src", "crates/dotnet-bind/src"];

type Module = Vec<String>;

struct Crate {
    /// The code without comments, strings and tests, by module.
    files: BTreeMap<Module, (PathBuf, String)>,
    /// The names that a module re-exports, with the module that defines them; `None` for another crate's.
    reexports: BTreeMap<Module, BTreeMap<String, Option<Module>>>,
}

impl Crate {
    fn of(files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut all = Self {
            files: BTreeMap::new(),
            reexports: BTreeMap::new(),
        };
        for (path, text) in files {
            let mut module: Module = path
                .with_extension("")
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            module.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
            all.files.insert(module, (path, bare(&text)));
        }
        let modules: Vec<Module> = all.files.keys().cloned().collect();
        for module in modules {
            let mut names = BTreeMap::new();
            for (public, paths) in uses(&all.files[&module].1) {
                for path in paths.into_iter().filter(|_| public) {
                    let name = path.last().cloned().unwrap_or_default();
                    names.insert(name, all.absolute(&module, &path));
                }
            }
            all.reexports.insert(module, names);
        }
        all
    }

    fn read(folder: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        Self::of(
            files
                .filter(|entry| {
                    entry
                        .path()
                        .extension()
                        .is_some_and(|extension| extension == "rs")
                })
                .map(|entry| {
                    let inside = entry.path().strip_prefix(&root).unwrap().to_path_buf();
                    (inside, fs::read_to_string(entry.path()).unwrap())
                }),
        )
    }

    /// Resolves a path in a module to a path from the root of the crate; `None` for another crate's.
    fn absolute(&self, from: &Module, path: &[String]) -> Option<Module> {
        let mut base = from.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (base, rest) = (Module::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                base.push(first.to_owned());
                if !self.files.contains_key(&base) {
                    return None;
                }
                rest = &path[1..];
            }
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    /// Returns the module whose file defines the item of a path, following re-exports.
    fn home(&self, path: Module) -> Option<Module> {
        let mut path = path;
        for _ in 0..8 {
            let length = (0..=path.len()).rfind(|length| self.files.contains_key(&path[..*length]))?;
            let module = path[..length].to_vec();
            let Some(name) = path.get(length) else {
                return Some(module);
            };
            match self.reexports[&module].get(name) {
                None => return Some(module),
                Some(target) => path = target.clone()?,
            }
        }
        None
    }

    /// Returns for each file the files that it imports from. A re-export is an import if the file itself uses the name.
    fn imports(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |module: &Module, text: &str| {
            let code = without_declarations(text);
            let written = uses(text).into_iter().flat_map(|(public, paths)| {
                let mut paths = paths;
                paths.retain(|path| !public || path.last().is_some_and(|name| mentions(&code, name)));
                paths
            });
            let children = self
                .files
                .keys()
                .filter_map(|other| other.strip_prefix(module.as_slice()))
                .filter(|rest| rest.len() == 1);
            let children = children.map(|rest| rest[0].as_str());
            let written = written.chain(inline(&code, children));
            written
                .filter_map(|path| self.home(self.absolute(module, &path)?))
                .filter(|home| home != module)
                .collect()
        };
        let files = self.files.iter();
        files
            .map(|(module, (_, text))| (module, of(module, text)))
            .collect()
    }

    /// Returns groups of files that import each other, directly or indirectly.
    fn circles(&self) -> Vec<Vec<String>> {
        let imports = self.imports();
        let reached: BTreeMap<&Module, BTreeSet<&Module>> = imports
            .keys()
            .map(|start| {
                let (mut seen, mut open) = (BTreeSet::new(), vec![*start]);
                while let Some(next) = open.pop() {
                    let new = imports[next].iter().filter(|module| seen.insert(*module));
                    open.extend(new.collect::<Vec<_>>());
                }
                (*start, seen)
            })
            .collect();
        let mut circles = BTreeSet::new();
        for (module, reach) in &reached {
            if reach.contains(module) {
                let circle = reach.iter().filter(|other| reached[**other].contains(module));
                circles.insert(circle.map(|module| self.shown(module)).collect::<Vec<_>>());
            }
        }
        circles.into_iter().collect()
    }

    fn shown(&self, module: &Module) -> String {
        self.files[module].0.to_string_lossy().replace('\\', "/")
    }
}

/// Returns the text of a file without comments, strings, and the part after `#[cfg(test)]`, which is always last.
fn bare(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or("");
    let mut bare = String::new();
    let mut nested = false;
    for line in text.lines() {
        nested |= line.contains("mod ") && line.ends_with('{') && !line.starts_with(' ');
        nested &= line != "}";
        // In an inline module, `super` is the file.
        let line = if nested {
            line.replace("super::", "self::")
        } else {
            line.to_owned()
        };
        let code = line.replace("\\\"", "").replace("'\"'", "");
        let code: String = code.split('"').step_by(2).collect();
        bare += code.split("//").next().unwrap_or("");
        bare.push('\n');
    }
    bare
}

/// Returns the `use` declarations of a text: whether each is public, and its paths.
fn uses(text: &str) -> Vec<(bool, Vec<Module>)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        let (public, Some(rest)) = (line.starts_with("pub"), declaration(line)) else {
            continue;
        };
        let mut tree = rest.to_owned();
        while !tree.contains(';') {
            tree += lines.next().unwrap_or(";").trim();
        }
        let mut paths = Vec::new();
        expand(tree.split(';').next().unwrap_or(""), &[], &mut paths);
        found.push((public, paths));
    }
    found
}

fn declaration(line: &str) -> Option<&str> {
    ["use ", "pub use ", "pub(crate) use ", "pub(super) use "]
        .iter()
        .find_map(|start| line.strip_prefix(start))
}

/// Returns a text without its declarations of names: `use a::b;` and `mod c;`.
fn without_declarations(text: &str) -> String {
    let (mut code, mut open) = (String::new(), false);
    for line in text.lines() {
        let is_module = line.contains("mod ") && line.ends_with(';');
        open |= is_module || declaration(line.trim()).is_some();
        if !open {
            code += line;
            code.push('\n');
        }
        open &= !line.contains(';');
    }
    code
}

/// Returns true if a name occurs in code as a word.
fn mentions(code: &str, name: &str) -> bool {
    code.split(|character: char| !character.is_alphanumeric() && character != '_')
        .any(|word| word == name)
}

/// Expands `a::{b, c::d}` to `a::b` and `a::c::d`.
fn expand(tree: &str, before: &[String], paths: &mut Vec<Module>) {
    let tree = tree.trim();
    let mut path = before.to_vec();
    let Some((head, list)) = tree.split_once('{') else {
        let own = tree.split(" as ").next().unwrap_or("").split("::");
        path.extend(
            own.map(|part| part.trim().to_owned())
                .filter(|part| !["", "self", "*"].contains(&part.as_str()) || path_start(before, part)),
        );
        paths.push(path);
        return;
    };
    path.extend(
        head.split("::")
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned),
    );
    let (mut depth, mut start) = (0, 0);
    let list = list.strip_suffix('}').unwrap_or(list);
    for (index, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&list[start..index], &path, paths);
                start = index + 1;
            }
            _ => {}
        }
    }
    if !list[start..].trim().is_empty() {
        expand(&list[start..], &path, paths);
    }
}

/// True if `self` is a segment, as at the start of a path; in a list it means the path before the list.
fn path_start(before: &[String], part: &str) -> bool {
    before.is_empty() && part == "self"
}

/// Returns the paths in code that start with `crate`, `super` or the name of a child module.
fn inline<'t>(text: &'t str, children: impl Iterator<Item = &'t str>) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate", "super"].into_iter().chain(children) {
        for (at, _) in text.match_indices(start) {
            let is_path = |character: char| character.is_alphanumeric() || "_:".contains(character);
            if text[..at].chars().next_back().is_some_and(is_path)
                || !text[at + start.len()..].starts_with("::")
                // A visibility.
                || text[..at].ends_with("pub(in ")
            {
                continue;
            }
            let path: String = text[at..]
                .chars()
                .take_while(|character| is_path(*character))
                .collect();
            // The start of a list, which `uses` reads.
            if path.ends_with("::") {
                continue;
            }
            let parts = path.split("::");
            found.push(parts.map(str::to_owned).collect());
        }
    }
    found
}

#[test]
fn no_files_import_each_other() {
    for folder in CRATES {
        let circles = Crate::read(folder).circles();
        assert!(
            circles.is_empty(),
            "files of {folder} that import each other: {circles:#?}"
        );
    }
}

#[test]
fn a_cycle_is_found_through_lists_reexports_and_paths_in_code() {
    let file = |name: &str, text: &str| (PathBuf::from(name), text.to_owned());
    let all = Crate::of([
        file("lib.rs", "mod a;\nmod b;\nmod c;\npub use other::Thing;"),
        file("a/mod.rs", "mod one;\npub use one::{\n    One,\n    Other,\n};"),
        file("a/one.rs", "use crate::{b::Two, Thing};"),
        file("b.rs", "use super::c::{self, Three as Third};"),
        file(
            "c.rs",
            "fn three() { crate::a::One }\n\n#[cfg(test)]\nmod tests {\n use crate::d::Four; }",
        ),
        file("d.rs", "use crate::c; // use crate::d::x;"),
        file("e/mod.rs", "mod f;\nfn run() { f::run() }\npub struct E;"),
        file("e/f.rs", "use super::E;"),
        file("g/mod.rs", "mod h;\npub use h::H;\npub struct G(H);"),
        file("g/h.rs", "use super::G;"),
    ]);
    assert_eq!(
        all.circles(),
        [
            vec!["a/one.rs", "b.rs", "c.rs"],
            vec!["e/mod.rs", "e/f.rs"],
            vec!["g/mod.rs", "g/h.rs"]
        ]
    );
    let none = Crate::of([
        file("a.rs", "use crate::b::B;"),
        file("b.rs", "let text = \"crate::a::A\";"),
        file("c/mod.rs", "mod d;\npub use d::D;\npub struct C;"),
        file("c/d.rs", "use super::C;\npub(in crate::a) struct D;"),
    ]);
    assert!(none.circles().is_empty());
}

#[test]
fn the_engine_uses_no_files_clocks_or_network() {
    for folder in ["crates/geplint-core/src", "crates/dotnet-bind/src"] {
        for (path, text) in Crate::read(folder).files.into_values() {
            if path.ends_with("testing.rs") || path.ends_with("observed_cases.rs") {
                continue;
            }
            for outside in [
                "std::fs",
                "std::env",
                "std::process",
                "std::net",
                "std::time",
                "std::os",
                "io::std",
                "print!",
                "println!",
            ] {
                assert!(!text.contains(outside), "{folder}/{}: {outside}", path.display());
            }
            for listed in uses(&text).into_iter().flat_map(|(_, paths)| paths) {
                let outside = listed.first().is_some_and(|first| first == "std")
                    && listed.get(1).is_some_and(|part| {
                        ["fs", "env", "process", "net", "time", "os"].contains(&part.as_str())
                    });
                assert!(!outside, "{folder}/{}: {}", path.display(), listed.join("::"));
            }
            if !path.ends_with("threads.rs") {
                assert!(
                    !text.contains("thread::"),
                    "{folder}/{}: threads go through `threads`, which has a feature",
                    path.display()
                );
            }
        }
    }
}
