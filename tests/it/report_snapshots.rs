//! The reports in colour, in ASCII and at other widths (`formats` has each format once), as `snapshots/`.
//! `INSTA_UPDATE=always cargo test --test it report_snapshots` updates them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::support::sample;

use geplint::report::{Concise, Full, Look, Report};

use sample::{CONTACTS, contacts, document, file, plain};

fn shown(report: &dyn Report) -> String {
    document(
        report,
        &[file("payloads/contacts.json", CONTACTS.as_bytes(), contacts())],
    )
}

#[test]
fn full_in_140_columns() {
    insta::assert_snapshot!(shown(&Full::new(plain(140))));
}

#[test]
fn full_in_40_columns() {
    insta::assert_snapshot!(shown(&Full::new(plain(40))));
}

#[test]
fn full_in_ascii() {
    insta::assert_snapshot!(shown(&Full::new(Look {
        unicode: false,
        ..plain(80)
    })));
}

/// Escapes are made visible, so that the snapshot is text.
#[test]
fn full_in_colour() {
    insta::assert_snapshot!(
        shown(&Full::new(Look {
            color: true,
            ..plain(80)
        }))
        .replace('\u{1b}', "␛")
    );
}

#[test]
fn concise_in_colour() {
    let look = Look {
        color: true,
        ..plain(80)
    };
    insta::assert_snapshot!(shown(&Concise::new(look.palette())).replace('\u{1b}', "␛"));
}

#[test]
fn colours_change_no_text() {
    for width in [40, 80, 140] {
        let colored = shown(&Full::new(Look {
            color: true,
            ..plain(width)
        }));
        assert_eq!(without_escapes(&colored), shown(&Full::new(plain(width))));
    }
}

#[test]
fn the_ascii_report_is_ascii_except_for_the_file() {
    let report = shown(&Full::new(Look {
        unicode: false,
        ..plain(80)
    }))
    .replace("Müller", "");
    assert!(report.is_ascii(), "{report}");
}

fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}
