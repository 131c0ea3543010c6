//! Faults on demand.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use super::support::{Server, route};

const BODY: &[u8] = br#"[{"ContactCode": "C-1"}]"#;

/// Returns the status of each call; 0 if the connection was reset.
fn outcomes(server: &Server, calls: usize) -> Vec<u16> {
    (0..calls).map(|_| outcome(server, &[])).collect()
}

fn outcome(server: &Server, headers: &[&str]) -> u16 {
    let (method, path) = route("contact-details");
    let headers: String = headers.iter().flat_map(|header| [*header, "\r\n"]).collect();
    let mut client = server.client();
    client.send(
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n", BODY.len())
            .as_bytes(),
    );
    client.send(BODY);
    match client.read_answer() {
        Ok(Some(answer)) => answer.status,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let args = |seed| ["--fault", "503:30%", "--fault", "reset:20%", "--seed", seed];
    let first = outcomes(&Server::start(&args("7")), 60);
    for status in [0, 400, 503] {
        assert!(first.contains(&status), "{status}: {first:?}");
    }
    let server = Server::start(&args("7"));
    assert_eq!(outcomes(&server, 60), first);
    server.request("POST", "/_geplint/reset", &[], b"");
    assert_eq!(outcomes(&server, 60), first);
    assert_ne!(outcomes(&Server::start(&args("8")), 60), first);
}

#[test]
fn a_run_without_a_seed_prints_its_seed() {
    let server = Server::start(&["--fault", "503:50%"]);
    let seed = server
        .printed
        .iter()
        .find_map(|line| line.strip_prefix("--seed ")?.split(' ').next());
    let again = Server::start(&["--fault", "503:50%", "--seed", seed.unwrap()]);
    assert_eq!(outcomes(&again, 30), outcomes(&server, 30));
}

#[test]
fn a_call_may_request_a_fault() {
    let server = Server::start(&["--fault", "500:100%"]);
    assert_eq!(outcome(&server, &[]), 500);
    assert_eq!(outcome(&server, &["X-Geplint-Fault: none"]), 400);
    assert_eq!(outcome(&server, &["X-Geplint-Fault: 429"]), 429);
    assert_eq!(outcome(&server, &["X-Geplint-Fault: reset"]), 0);
    assert_eq!(outcome(&server, &["X-Geplint-Fault: oops"]), 400);
    let begun = Instant::now();
    assert_eq!(outcome(&server, &["X-Geplint-Fault: latency=200ms"]), 400);
    // A lower bound only: a busy machine may take longer.
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[test]
fn an_answer_may_be_lost_after_the_call_was_accepted() {
    let server = Server::start(&[]);
    let (method, path) = route("save-contact-authorization-details");
    let body = br#"[{"contactCode": "L-1", "personaAndRoles": [{"personaCode": "1", "activities": [{"code": "2"}]}], "buDetails": {"orgDetails":
        [{"orgEntity": {"entityCode": "A", "entityType": "T", "lobEntityCode": "L"}, "lobType": "belonging"}]}}]"#;
    let changed = || server.get("/_geplint/tenant")["changedContactsTotal"].clone();
    let request = |fault: &str| {
        let mut client = server.client();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Geplint-Fault: {fault}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        client.send(&[head.as_bytes(), body].concat());
        client
            .read_answer()
            .map(|answer| answer.map(|answer| answer.text()))
    };
    assert!(request("reset").is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert_eq!(changed(), 0);
    assert!(request("lost").is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert_eq!(changed(), 1, "{:?}", request("none"));
    let calls = server.get("/_geplint/api/calls");
    let statuses: Vec<_> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["status"].as_u64())
        .collect();
    assert_eq!(statuses, [Some(0), Some(0)]);
}

/// A requested fault is not a response of the server, so it is named in every list of calls.
#[cfg(unix)]
#[test]
fn a_fault_is_named_in_the_list_the_log_and_the_har() {
    for format in ["text", "json"] {
        let server = Server::logging(&["--log", format]);
        for fault in ["503", "reset", "lost", "lost, 500", "none"] {
            outcome(&server, &[&format!("X-Geplint-Fault: {fault}")]);
        }
        let calls = server.get("/_geplint/api/calls")["calls"].clone();
        let har = server.get("/_geplint/har")["log"]["entries"].clone();
        let expected = [
            (503, Some("503")),
            (0, Some("reset")),
            (0, Some("lost")),
            (500, Some("500")),
            (400, None),
        ];
        for (index, (status, fault)) in expected.into_iter().enumerate() {
            let (call, entry) = (&calls[index], &har[index]);
            assert_eq!(
                (call["status"].as_u64(), call["fault"].as_str()),
                (Some(status), fault)
            );
            assert_eq!(entry["_geplint"]["fault"].as_str(), fault);
            let comment = entry["comment"].as_str();
            assert_eq!(
                comment.is_some_and(|comment| comment.contains("was requested")),
                fault.is_some()
            );
        }
        let log = server.log();
        assert_eq!(log.len(), 5, "{log:?}");
        for (line, (_, fault)) in log.iter().zip(expected) {
            let named = fault.map(|fault| match format {
                "text" => format!("fault={fault}"),
                _ => format!("\"fault\":\"{fault}\""),
            });
            match named {
                Some(named) => assert!(line.contains(&named), "{line}"),
                None => assert!(!line.contains("fault"), "{line}"),
            }
        }
    }
}

/// Each fault has its share of all calls, independent of the faults before it.
#[test]
fn shares_add_up() {
    let server = Server::start(&["--fault", "503:50%", "--fault", "lost:50%", "--seed", "7"]);
    let outcomes = outcomes(&server, 40);
    assert!(
        outcomes.iter().all(|status| [0, 503].contains(status)),
        "{outcomes:?}"
    );
}

#[test]
fn latency_is_for_every_call_and_delays_no_other() {
    let server = Server::start(&["--latency", "300ms..400ms"]);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| outcome(&server, &[]));
        }
    });
    assert!(begun.elapsed() >= Duration::from_millis(300));
    let calls = server.get("/_geplint/api/calls");
    // The listed duration excludes the latency.
    assert!(
        calls["calls"]
            .as_array()
            .unwrap()
            .iter()
            .all(|call| call["status"] == 400)
    );
}
