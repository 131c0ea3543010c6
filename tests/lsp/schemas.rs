//! The schemas of tenant and rules files, which completion uses, list the keys and words that the loaders accept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::check::folder;
use crate::client::{Client, uri};

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn keys(node: &Value) -> BTreeSet<String> {
    node["properties"].as_object().unwrap().keys().cloned().collect()
}

fn words(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// Folds a name as the loader of tenant files does.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '_'], "")
}

/// Returns the standard error of a command about a file with this text.
fn stderr_about(root: &Path, arguments: &[&str], text: &str) -> String {
    let path = root.join("x.toml");
    fs::write(&path, text).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_geplint"))
        .args(arguments)
        .arg(&path)
        .current_dir(root)
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// Returns the mistake in a tenant file; empty if there is none.
fn tenant_mistake(root: &Path, text: &str) -> String {
    fs::write(root.join("a.json"), "[]").unwrap();
    let mistake = stderr_about(root, &["check", "--quiet", "a.json", "--tenant"], text);
    if mistake.contains("x.toml:") {
        mistake
    } else {
        String::new()
    }
}

#[test]
fn the_schema_of_tenant_files_equals_the_loader() {
    let root = folder("tenant-schema");
    let schema = schema(include_str!("../../schema/tenant.json"));
    let mistake = tenant_mistake(&root, "misspelt = []\n");
    let (_, known) = mistake.split_once("keys: ").unwrap();
    let known: BTreeSet<String> = known.trim().split(", ").map(str::to_owned).collect();
    assert_eq!(keys(&schema), known);
    for (list, entry) in schema["properties"].as_object().unwrap() {
        let Some(names) = entry.pointer("/items/properties") else {
            continue;
        };
        let mistake = tenant_mistake(&root, &format!("{list} = [{{ misspelt = \"x\" }}]\n"));
        let (_, known) = mistake
            .split_once("keys: ")
            .unwrap_or_else(|| panic!("{list}: {mistake}"));
        let known: BTreeSet<String> = known.trim().split(", ").map(folded).collect();
        for name in names.as_object().unwrap().keys() {
            assert!(known.contains(&folded(name)), "{list} has no {name}: {mistake}");
        }
    }
}

/// Returns the fields of the structs, and the variants of the enums, to which rules files are deserialized, as written in the
/// file.
fn definitions() -> Vec<(String, BTreeSet<String>)> {
    let sources = [
        include_str!("../../crates/geplint-core/src/rules/definition.rs"),
        include_str!("../../crates/geplint-core/src/finding.rs"),
    ];
    let mut all = Vec::new();
    let mut rename = None;
    let mut current: Option<(String, BTreeSet<String>)> = None;
    for line in sources.into_iter().flat_map(str::lines) {
        let line = line.trim_end();
        if let Some(head) = line
            .strip_prefix("pub(super) ")
            .or_else(|| line.strip_prefix("pub "))
        {
            let name = head
                .strip_prefix("struct ")
                .or_else(|| head.strip_prefix("enum "));
            current = name
                .and_then(|name| name.strip_suffix(" {"))
                .map(|name| (name.to_owned(), BTreeSet::new()));
        } else if line == "}" {
            all.extend(current.take());
        } else if let Some(name) = line.trim().strip_prefix("#[serde(rename = \"") {
            rename = name.split('"').next();
        } else if let Some((_, fields)) = &mut current {
            let field = line
                .trim()
                .strip_prefix("pub ")
                .and_then(|field| field.split(':').next());
            let variant = line
                .trim()
                .strip_suffix(',')
                .filter(|name| name.chars().all(char::is_alphanumeric));
            if let Some(name) = field.or(variant) {
                let name = rename.take().unwrap_or(name).trim_start_matches("r#");
                fields.insert(name.replace('_', "-").to_ascii_lowercase());
            }
        }
    }
    all
}

#[test]
fn the_schema_of_rules_files_has_the_keys_of_their_definition() {
    let schema = schema(include_str!("../../schema/rules.json"));
    let definitions = definitions();
    let fields = |name: &str| -> BTreeSet<String> {
        let found = definitions.iter().find(|(own, _)| own == name);
        let mut fields = found.unwrap_or_else(|| panic!("there is no {name}")).1.clone();
        if fields.remove("claim") {
            let claim = definitions.iter().find(|(own, _)| own == "ClaimDef");
            fields.extend(claim.unwrap().1.iter().cloned());
        }
        fields
    };
    let row = "/properties/tables/additionalProperties/properties/properties/additionalProperties";
    let at = |pointer: &str| schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
    let table = |pointer: &str, name: &str| {
        let mut own = keys(at(pointer));
        // Only layers have this key.
        if name == "CheckDef" {
            assert!(own.remove("off"));
        }
        assert_eq!(own, fields(name), "{name}");
        assert_eq!(at(pointer)["additionalProperties"], false, "{name}");
    };
    table("", "EndpointDef");
    for answer in ["missing", "too-long", "not-in-list", "null"] {
        table(&format!("/properties/answers/properties/{answer}"), "AnswerDef");
    }
    for (pointer, name) in [
        ("/properties/answers", "AnswersDef"),
        ("/properties/empty-request", "EmptyRequestDef"),
        ("/properties/contact", "ContactDef"),
        ("/properties/enums/additionalProperties", "EnumDef"),
        ("/properties/tables/additionalProperties", "TableDef"),
        ("/properties/checks/items", "CheckDef"),
        ("/properties/checks/items/properties/where", "WhereDef"),
        (row, "PropertyDef"),
    ] {
        table(pointer, name);
    }
    for (key, name) in [
        ("required", "RequiredDef"),
        ("one-of", "OneOfDef"),
        ("known", "KnownDef"),
    ] {
        let pointer = format!("{row}/properties/{key}/anyOf/1");
        table(&pointer, name);
        for (key, name) in [
            ("evidence", "Evidence"),
            ("wording", "Wording"),
            ("severity", "SeverityDef"),
            ("phase", "PhaseDef"),
        ] {
            assert_eq!(
                words(at(&format!("{pointer}/properties/{key}/enum"))),
                fields(name),
                "{name}"
            );
        }
    }
    let evidence = fields("Evidence");
    for pointer in [
        format!("{row}/properties/required/anyOf/1/properties/empty-evidence/enum"),
        "/properties/checks/items/properties/held-evidence/enum".to_owned(),
    ] {
        assert_eq!(words(at(&pointer)), evidence, "{pointer}");
    }
}

/// The error for an invalid word lists the valid ones.
#[test]
fn the_schema_of_rules_files_has_the_words_of_the_loader() {
    let root = folder("rules-schema");
    let schema = schema(include_str!("../../schema/rules.json"));
    let row = "/properties/tables/additionalProperties/properties/properties/additionalProperties/properties";
    let head = "endpoint = \"contact-details\"\n";
    let property = |line: &str| format!("{head}[tables.Address.properties]\n{line}\n");
    for (pointer, text) in [
        (format!("{row}/kind/enum"), property("City.kind = \"-\"")),
        (format!("{row}/shape/enum"), property("City.shape = \"-\"")),
        (
            format!("{row}/null-elements/enum"),
            property("City.null-elements = \"-\""),
        ),
        (
            format!("{row}/required/anyOf/0/enum"),
            property("City.required = \"-\""),
        ),
        (
            format!("{row}/required/anyOf/1/properties/when/enum"),
            property("City.required.when = \"-\""),
        ),
        (
            format!("{row}/one-of/anyOf/0/enum"),
            property("City.one-of = \"-\""),
        ),
        (
            format!("{row}/one-of/anyOf/1/properties/list/enum"),
            property("City.one-of.list = \"-\""),
        ),
        (
            format!("{row}/known/anyOf/0/enum"),
            property("City.known = \"-\""),
        ),
        (
            format!("{row}/known/anyOf/1/properties/fact/enum"),
            property("City.known.fact = \"-\""),
        ),
        (
            "/properties/method/enum".to_owned(),
            format!("{head}method = \"-\"\n"),
        ),
        (
            "/properties/body/enum".to_owned(),
            format!("{head}body = \"-\"\n"),
        ),
        (
            "/properties/good-beside-bad/enum".to_owned(),
            format!("{head}good-beside-bad = \"-\"\n"),
        ),
        (
            "/properties/enums/additionalProperties/properties/fact/enum".to_owned(),
            format!("{head}[enums.Own]\nmembers = [\"a\"]\nfact = \"-\"\n"),
        ),
    ] {
        let wrong = stderr_about(&root, &["rules", "--check"], &text);
        for word in words(schema.pointer(&pointer).unwrap_or_else(|| panic!("{pointer}"))) {
            // "no" removes any key.
            assert!(word == "no" || wrong.contains(&word), "{word}: {wrong}");
            let own = format!("\"{word}\"");
            let mistake = stderr_about(&root, &["rules", "--check"], &text.replace("\"-\"", &own));
            assert_ne!(mistake, wrong.replace("\"-\"", &own));
        }
    }
}

#[test]
fn own_files_are_completed_by_their_role_in_the_settings() {
    let root = folder("own-files");
    let write = |name: &str, text: &str| -> PathBuf {
        let path = root.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    write(
        "geplint.toml",
        "rules = [\"r.toml\"]\n[tenant]\nfile = \"t.toml\"\n",
    );
    let rules = write("r.toml", "endpoint = \"contact-details\"\n");
    let tenant = write("t.toml", "");
    let other = write("other.toml", "");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let mut offered = |path: &Path, text: &str| -> Vec<String> {
        client.open(path, text);
        let line = text.matches('\n').count();
        let character = text.rsplit('\n').next().unwrap().len();
        let position = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": uri(path) }, "position": position });
        let items = client.request("textDocument/completion", params);
        client.close(path);
        let items = items
            .as_array()
            .cloned()
            .or_else(|| items["items"].as_array().cloned());
        let items = items.unwrap_or_default();
        items
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(offered(&tenant, "").contains(&"personas".to_owned()));
    let own = "endpoint = \"contact-details\"\n[tables.Address.properties]\n";
    assert!(offered(&rules, own).contains(&"City".to_owned()));
    assert!(offered(&rules, &format!("{own}City.kind = ")).contains(&"code".to_owned()));
    assert!(offered(&other, "").is_empty());
    assert_eq!(client.end(), 0);
}
