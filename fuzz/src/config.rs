//! Any bytes as `geplint.toml`, and as a baseline.

use std::path::Path;
use std::sync::OnceLock;

use geplint::baseline::Baseline;
use geplint::finding::Finding;
use geplint::json;
use geplint::lint;
use geplint::settings::{Date, load};
use geplint::settings::{Name, Settings};
use geplint::suppress::{KnownFindings, suppress};

use super::shared::{endpoints, unknown_tenant};

/// Parses the bytes as settings, and applies them to some findings.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    settings(text);
    // Large settings take much longer than small ones.
    if text.len() % 8 == 0 {
        settings(&grown(text));
    }
}

/// Returns settings with a glob that is much longer than the fuzzer's inputs, or with very many globs.
fn grown(text: &str) -> String {
    const KEYS: [&str; 4] = ["include", "exclude", "files", "ignore"];
    const LENGTHS: [usize; 4] = [4_000, 30_000, 60_000, 200_000];
    let bits = text.len() / 8;
    let key = KEYS[bits % KEYS.len()];
    let length = LENGTHS[bits / 4 % LENGTHS.len()];
    let unit = text.chars().filter(|c| !c.is_control() && !"\"\\".contains(*c));
    let unit: String = unit.take(200).collect();
    let times = length / unit.len().max(1);
    let (glob, many) = match bits / 16 % 2 {
        0 => (unit.repeat(times), 1),
        _ => (unit, times.min(1_000)),
    };
    let entry = match key {
        "files" => format!("[[files]]\nglob = \"{glob}\"\nendpoint = \"x\"\n"),
        "ignore" => format!("[[ignore]]\npath = \"{glob}\"\nrule = \"x\"\nreason = \"x\"\n"),
        key => return format!("{key} = [{}]", format!("\"{glob}\",").repeat(many)),
    };
    entry.repeat(many)
}

/// Parses a text as settings, and applies them to some findings.
fn settings(text: &str) {
    let baseline = Baseline::load(text).ok();
    if let Some(baseline) = &baseline {
        let written = baseline.text();
        assert_eq!(Baseline::load(&written).as_ref(), Ok(baseline), "{written}");
    }
    let config = match load(text) {
        Ok(config) => config,
        Err(mistake) => {
            assert!(text.is_char_boundary(mistake.start), "{mistake:?}");
            assert!(!mistake.message.contains('\n'), "{mistake:?}");
            return;
        }
    };
    let known = baseline
        .as_ref()
        .map_or(KnownFindings::Nothing, KnownFindings::Baseline);
    let today = Date::parse("2026-06-15").unwrap();
    let settings = Settings::new(&config, today).with_known(known);
    for path in ["a.json", "payloads/deep/b.json"] {
        let name = Name {
            config: Some(Path::new(path)),
            baseline: path,
        };
        let all = findings();
        let (shown, ledger) = suppress(all.to_vec(), &settings.for_path(name));
        assert_eq!(
            shown.len() + usize::try_from(ledger.suppressed).unwrap(),
            all.len()
        );
        let _ = config
            .include
            .iter()
            .any(|glob| glob.value.matches(Path::new(path)));
        let _ = config
            .exclude
            .iter()
            .any(|glob| glob.value.matches(Path::new(path)));
        let _ = config
            .files
            .iter()
            .any(|files| files.glob.value.matches(Path::new(path)));
    }
}

/// The findings to suppress: those of the documented requests.
fn findings() -> &'static [Finding] {
    static ALL: OnceLock<Vec<Finding>> = OnceLock::new();
    const REQUEST: &[u8] = include_bytes!("../../testdata/documented/contact-details/3-error.request.json");
    ALL.get_or_init(|| {
        let of = |endpoint| {
            let (text, errors) = json::text(REQUEST);
            lint::check(&text, errors, endpoint, unknown_tenant(), false).findings
        };
        endpoints().iter().flat_map(|endpoint| of(endpoint)).collect()
    })
}
