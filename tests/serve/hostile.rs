//! Clients that are slow, malformed or hostile: none of them affects another one.

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use super::random::Random;
use super::support::{Answer, Server, route};

const BODY: &[u8] = br#"[{"ContactCode": "C-1"}]"#;

/// A valid call gets its answer at the same time.
fn usual(server: &Server) -> Answer {
    let answer = server.post("contact-details", BODY);
    assert_eq!(answer.status, 400);
    assert!(
        answer.text().contains("UserName is Mandatory"),
        "{}",
        answer.text()
    );
    answer
}

fn head(extra: &str) -> String {
    let (method, path) = route("contact-details");
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{extra}")
}

#[test]
fn bodies_in_every_valid_transfer_form_are_read() {
    let server = Server::start(&[]);
    let expected = usual(&server);
    let mut chunks = String::new();
    for byte in BODY.chunks(5) {
        write!(
            chunks,
            "{:x};x=y\r\n{}\r\n",
            byte.len(),
            std::str::from_utf8(byte).unwrap()
        )
        .unwrap();
    }
    let chunked = head("Transfer-Encoding: chunked\r\n\r\n") + &chunks + "0\r\nX-Trailer: 1\r\n\r\n";
    let text = std::str::from_utf8(BODY).unwrap();
    let expecting = head(&format!(
        "Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    ));
    for request in [chunked.clone(), expecting + text] {
        let mut client = server.client();
        client.send(request.as_bytes());
        assert_eq!(client.answer().unwrap().body, expected.body, "{request}");
    }
    // A byte at a time.
    let mut client = server.client();
    for byte in chunked.as_bytes() {
        client.send(&[*byte]);
    }
    assert_eq!(client.answer().unwrap().body, expected.body);
    // Pipelined requests are answered in their order.
    let mut client = server.client();
    let mut all = chunked.repeat(2) + "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n";
    all += &chunked;
    client.send(all.as_bytes());
    let statuses: Vec<u16> = (0..4).map(|_| client.answer().unwrap().status).collect();
    assert_eq!(statuses, [400, 400, 404, 400]);
}

#[test]
fn malformed_http_is_refused_and_affects_no_other_client() {
    let server = Server::start(&[]);
    let long = "x".repeat(100_000);
    let many = "X: x\r\n".repeat(500);
    let requests = [
        "\r\n\r\n\r\n".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n".to_owned(),
        "GET /\u{1f600} HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: \u{0}\r\n\r\n".to_owned(),
        format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
        head("Content-Length: -1\r\n\r\n"),
        head("Content-Length: 1e3\r\n\r\n"),
        head("Content-Length: 99999999999999999999\r\n\r\n"),
        head("Content-Length: 1\r\nContent-Length: 2\r\n\r\n[]"),
        head("Content-Length: 2\r\nTransfer-Encoding: gzip\r\n\r\n[]"),
        head("Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        head("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
        head("Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
    ];
    for request in requests {
        let mut client = server.client();
        let _ = client.try_send(request.as_bytes());
        let shown: String = request.chars().take(200).collect();
        if let Ok(Some(answer)) = client.read_answer() {
            assert!((400..500).contains(&answer.status), "{shown}: {answer:?}");
        }
        usual(&server);
    }
    let requests: [&[u8]; 2] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for request in requests {
        let _ = server.client().try_send(request);
        usual(&server);
    }
}

#[test]
fn only_paths_of_endpoints_are_found() {
    let server = Server::start(&[]);
    let (_, path) = route("contact-details");
    for path in [
        "/../../../../etc/passwd".to_owned(),
        "/_geplint/../../../etc/passwd".to_owned(),
        "/_geplint/%2e%2e/%2e%2e/etc/passwd".to_owned(),
        "/_geplint/..%2f..%2fetc%2fpasswd".to_owned(),
        "/_geplintx/".to_owned(),
        "//_geplint/".to_owned(),
        format!("{path}%00"),
        format!("{path}%2f"),
        format!("/.{path}"),
        "/%".to_owned(),
        "/%zz".to_owned(),
        "*".to_owned(),
    ] {
        let answer = server.request("GET", &path, &[], b"");
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
}

#[test]
fn bodies_have_a_limit() {
    let server = Server::start(&["--max-body", "1000"]);
    let text = |length: usize| vec![b' '; length];
    assert_eq!(server.post("contact-details", &text(1001)).status, 413);
    assert_ne!(server.post("contact-details", &text(1000)).status, 413);
    // A client with `Expect: 100-continue` is refused before it sends the body.
    let mut client = server.client();
    client.send(head("Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n").as_bytes());
    assert_eq!(client.first_line(), "HTTP/1.1 413 Payload Too Large");
    // A body without a length is refused when it is too long.
    let mut client = server.client();
    client.send(head("Transfer-Encoding: chunked\r\n\r\n").as_bytes());
    let chunk = format!("100\r\n{}\r\n", " ".repeat(256));
    for _ in 0..8 {
        let _ = client.try_send(chunk.as_bytes());
    }
    assert_eq!(client.answer().unwrap().status, 413);
    assert_eq!(server.request("POST", "/nowhere", &[], &text(1001)).status, 413);
    assert_eq!(
        server.request("PUT", "/_geplint/tenant", &[], &text(1001)).status,
        413
    );
}

#[test]
fn the_limit_is_that_of_iis() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.send(head("Content-Length: 30000001\r\n\r\n").as_bytes());
    assert_eq!(client.answer().unwrap().status, 413);
    // A client that sends everything before it reads gets the answer too.
    let body = vec![b' '; 30_000_001];
    assert_eq!(server.post("contact-details", &body).status, 413);
    assert_eq!(
        server.request("POST", "/_geplint/api/try", &[], &body).status,
        413
    );
    let body = vec![b' '; 30_000_000];
    assert_eq!(server.post("contact-details", &body).status, 501);
}

/// A refused body is read for as long as an accepted one, or its sender would get a reset connection in place of the response.
#[test]
fn a_slow_sender_of_a_refused_body_reads_the_reason() {
    let server = Server::start(&["--max-body", "1000", "--client-timeout", "1s"]);
    let mut client = server.client();
    client.send(head("Content-Length: 1000000\r\n\r\n").as_bytes());
    let piece = vec![b' '; 100_000];
    for _ in 0..10 {
        thread::sleep(Duration::from_millis(250));
        client.send(&piece);
    }
    assert_eq!(client.answer().unwrap().status, 413);
}

#[test]
fn a_long_body_does_not_block_the_page() {
    let server = Server::start(&[]);
    let record = br#"{"ContactCode": "C", "FirstName": 1, "x": [], "y": {}},"#;
    let mut body = b"[".to_vec();
    while body.len() < 120_000 {
        body.extend_from_slice(record);
    }
    body.extend_from_slice(b"{}]");
    thread::scope(|scope| {
        let long: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| server.post("contact-details", &body).status))
            .collect();
        while !long.iter().all(thread::ScopedJoinHandle::is_finished) {
            assert_eq!(
                server.request("GET", "/_geplint/api/endpoints", &[], b"").status,
                200
            );
        }
        assert!(long.into_iter().all(|long| long.join().unwrap() == 400));
    });
    usual(&server);
}

#[test]
fn silent_connections_affect_no_other_client() {
    let server = Server::start(&["--max-connections", "300"]);
    let part = head("Content-Length: 100\r\n\r\n[");
    let mut slow: Vec<_> = (0..250)
        .map(|number| {
            let mut client = server.client();
            client.send(part.get(..number % part.len()).unwrap().as_bytes());
            client
        })
        .collect();
    for _ in 0..20 {
        usual(&server);
    }
    slow.truncate(100);
    usual(&server);
}

#[test]
fn slow_clients_are_disconnected() {
    let server = Server::start(&["--client-timeout", "300ms", "--max-connections", "3"]);
    let large = vec![b' '; 8 << 20];
    server.request("POST", "/nowhere", &[], &large);
    let sent = |text: &str| {
        let mut client = server.client();
        client.send(text.as_bytes());
        client
    };
    assert!(sent("").answer().is_none());
    assert!(sent(&head("")).answer().is_none());
    // It sends a byte now and then, and never a whole head.
    let mut dripping = server.client();
    while dripping.try_send(b"G").is_ok() {
        thread::sleep(Duration::from_millis(50));
    }
    let late = sent(&head("Content-Length: 100\r\n\r\n[")).answer().unwrap();
    assert_eq!(late.status, 408);
    // It sends nothing after its answer.
    let mut idle = server.client();
    assert_eq!(idle.post("contact-details", BODY).status, 400);
    assert!(idle.answer().is_none());
    // They never read their answers. No other client could connect if they were not disconnected.
    let question = "GET /_geplint/api/calls/1 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(5);
    let deaf: Vec<_> = (0..3).map(|_| sent(&question)).collect();
    usual(&server);
    drop(deaf);
}

/// A connection above the limit waits until another one is closed.
#[test]
fn connections_are_bounded() {
    let server = Server::start(&["--max-connections", "2"]);
    let (one, two) = (server.client(), server.client());
    thread::scope(|scope| {
        let third = scope.spawn(|| usual(&server));
        thread::sleep(Duration::from_millis(300));
        assert!(!third.is_finished());
        drop(one);
        third.join().unwrap();
    });
    drop(two);
}

#[test]
fn incomplete_requests_are_dropped() {
    let server = Server::start(&[]);
    for part in [
        head("Content-Length: 100\r\n\r\n[{"),
        head(""),
        "G".to_owned(),
        head("Transfer-Encoding: chunked\r\n\r\n5\r\n[{"),
    ] {
        server.client().send(part.as_bytes());
        usual(&server);
    }
    let calls = server.get("/_geplint/api/calls");
    assert_eq!(calls["last"], 4);
}

/// The log names the cause of a failed call.
#[cfg(unix)]
#[test]
fn requests_that_are_no_calls_are_logged() {
    let server = Server::logging(&[]);
    let long = "x".repeat(1_000_000);
    for request in [
        "nonsense\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n"),
        "GET /one HTTP/1.1\r\nHost: gep:8404\r\n\r\n".to_owned(),
        "GET /_geplint/ HTTP/1.1\r\nHost: gep:8404\r\n\r\n".to_owned(),
        "CONNECT gep:443 HTTP/1.1\r\nHost: gep:443\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}".to_owned(),
    ] {
        let mut client = server.client();
        let _ = client.try_send(request.as_bytes());
        let _ = client.read_answer();
    }
    let mut half = server.client();
    half.send(head("Content-Length: 100\r\n\r\n[").as_bytes());
    drop(half);
    usual(&server);
    // Only requests that could be calls are listed.
    let calls = server.get("/_geplint/api/calls")["calls"].clone();
    let listed: Vec<_> = calls
        .as_array()
        .unwrap()
        .iter()
        .map(|call| &call["status"])
        .collect();
    assert_eq!(listed, [421, 421, 400]);
    let log = server.log();
    for (words, count) in [
        (
            " 400 - - - - 0 findings 0 bytes 0.0 ms: the request cannot be read: ",
            1,
        ),
        (" 431 - - ", 1),
        (" 421 GET /one ", 1),
        (" 421 GET /_geplint/ ", 1),
        (" 421 CONNECT - - - ", 1),
        (" 400 - - - - 0 findings 0 bytes 0.0 ms: the client uses HTTPS", 1),
        ("--allow-host gep makes it one", 3),
        (": the connection ended before the body did", 1),
    ] {
        let found = log.iter().filter(|line| line.contains(words)).count();
        assert_eq!(found, count, "{words}: {log:#?}");
    }
}

/// After any bytes, the server answers other clients.
#[test]
fn random_bytes_affect_no_other_client() {
    let server = Server::start(&[]);
    let mut random = Random(0x1234_5678);
    let right = head(&format!("Content-Length: {}\r\n\r\n", BODY.len())).into_bytes();
    for _ in 0..300 {
        let mut request = [right.as_slice(), BODY].concat();
        for _ in 0..=random.below(8) {
            let at = random.below(request.len());
            let byte = u8::try_from(random.below(256)).unwrap();
            match random.below(3) {
                0 => request[at] = byte,
                1 => drop(request.remove(at)),
                _ => request.insert(at, byte),
            }
        }
        let _ = server.client().try_send(&request);
    }
    usual(&server);
}
