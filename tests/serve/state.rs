//! The changes by calls, and the state file.

use std::fs;
use std::io::Write as _;
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use super::support::{Folder, Server, files, folder_name, geplint};

/// Returns a body with one contact, which needs an address if it is new.
fn contact(code: &str, address: bool) -> Vec<u8> {
    let mut contact = json!({
        "ContactCode": code, "UserName": format!("{code}@example.com"), "FirstName": "Ada", "LastName": "Example",
        "EmailAddress": format!("{code}@example.com"),
    });
    if address {
        contact["Address"] =
            json!({"AddressLine1": "1 Road", "City": "Town", "CountryCode": "US", "ZipCode": "1"});
    }
    serde_json::to_vec(&json!([contact])).unwrap()
}

fn errors(answer: &Value) -> String {
    answer["errorDetails"].to_string()
}

/// The first success of page 003, without its extra brace, and the error after it.
#[test]
fn the_documented_pair_gives_its_200_and_its_400() {
    let server = Server::start(&[]);
    let endpoint = "save-contact-authorization-details";
    let read = |name: &str| {
        fs::read_to_string(files(&format!("documented/{endpoint}"), name).pop().unwrap()).unwrap()
    };
    let first = read("1-success.request.json");
    let first = first.replacen('{', "", 1);
    for (request, response, status) in [
        (first, "1-success.response.json", 200),
        (read("2-error.request.json"), "2-error.response.json", 400),
    ] {
        let answer = server.post(endpoint, request.as_bytes());
        let documented: Value = serde_json::from_str(&read(response)).unwrap();
        assert_eq!((answer.status, answer.json()), (status, documented));
    }
    server.request("POST", "/_geplint/reset", &[], b"");
    assert_eq!(
        server
            .post(endpoint, read("2-error.request.json").as_bytes())
            .status,
        200
    );
}

/// The answers to consecutive calls equal those of `predict --in-order`.
#[test]
fn calls_in_order_are_answered_as_files_in_order() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let mut paths = files("rules", ".json");
    paths.extend(files("documented", ".request.json"));
    // Mixed endpoints, so that calls depend on the changes by others.
    paths.sort_by_key(|path| path.file_name().unwrap().to_owned());
    for endpoint in ["contact-details", "save-contact-authorization-details"] {
        let paths: Vec<_> = paths
            .iter()
            .filter(|path| folder_name(path) == endpoint)
            .cloned()
            .collect();
        // A call without a predicted answer may have changes in a run over files, but has none here.
        let alone = super::support::predicted(endpoint, &paths, &[]);
        let paths: Vec<_> = paths
            .into_iter()
            .zip(alone)
            .filter(|(_, answer)| answer.is_some())
            .map(|(path, _)| path)
            .collect();
        let expected = super::support::predicted(endpoint, &paths, &["--in-order"]);
        assert!(paths.len() > 50);
        for (path, expected) in paths.iter().zip(expected) {
            let answer = client.post(endpoint, &fs::read(path).unwrap());
            assert_eq!(Some(answer.text()), expected, "{}", path.display());
        }
        client.request("POST", "/_geplint/reset", &[], b"");
    }
}

#[test]
fn a_tenant_is_read_shown_replaced_and_reset() {
    let folder = Folder::new();
    folder.write("contacts.csv", "ContactCode\nC-1\n");
    let file = folder.write("tenant.toml", "contacts = \"contacts.csv\"\n");
    let server = Server::start(&["--tenant", &file]);
    let is_new = |code: &str| {
        errors(&server.post("contact-details", &contact(code, false)).json()).contains("Address is Mandatory")
    };
    assert!(!is_new("C-1") && is_new("C-2"));
    let tenant = server.get("/_geplint/tenant");
    assert_eq!(
        (&tenant["source"], &tenant["text"]),
        (&json!("file"), &json!("contacts = \"contacts.csv\"\n"))
    );
    assert_eq!(
        tenant["lists"][0],
        json!({"name": "contacts", "entries": 1, "files": ["contacts.csv"], "incomplete": null})
    );
    assert_eq!(server.post("contact-details", &contact("C-2", true)).status, 200);
    assert!(!is_new("C-2"));
    let put = |text: &str| server.request("PUT", "/_geplint/tenant", &[], text.as_bytes());
    assert_eq!(put("contacts = [{ code = \"C-3\" }]").status, 200);
    assert!(is_new("C-1") && is_new("C-2") && !is_new("C-3"));
    assert_eq!(server.get("/_geplint/tenant")["source"], "sent");
    // A mistake changes nothing, and no file is read.
    for wrong in [
        "contacts = 1",
        "x",
        "contacts = \"contacts.csv\"",
        "lobs = [\"/etc/passwd\"",
        "\u{0}",
        // The text that `curl -d @tenant.toml` sends (without line breaks), and an empty one.
        "# The tenant.contacts = [\"C-9\"]",
        "",
        " \n",
    ] {
        let answer = put(wrong);
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert!(problem["detail"].is_string(), "{wrong}: {problem}");
        assert!(
            problem["line"].is_u64() && problem["column"].is_u64(),
            "{wrong}: {problem}"
        );
    }
    assert_eq!(
        server.request("PUT", "/_geplint/tenant", &[], b"\xff").status,
        400
    );
    assert!(!is_new("C-3"));
    assert_eq!(put("contacts = []").status, 200);
    assert!(is_new("C-3"));
    assert_eq!(put("allow-update-for-inactive-users = true").status, 200);
    let removed = server.request("DELETE", "/_geplint/tenant", &[], b"").json();
    assert_eq!(
        (&removed["source"], &removed["lists"]),
        (&json!("sent"), &json!([]))
    );
    assert_eq!(server.request("POST", "/_geplint/reset", &[], b"").status, 200);
    assert!(!is_new("C-1") && is_new("C-3"));
    assert_eq!(server.get("/_geplint/tenant")["source"], "file");
}

/// The facts that a prediction depends on are saved with it, or a comment names the missing ones.
#[test]
fn a_har_has_the_facts_or_names_the_missing_ones() {
    let folder = Folder::new();
    folder.write("contacts.csv", "ContactCode\nC-1\n");
    for (facts, is_whole) in [
        ("contacts = [\"C-1\"]\n", true),
        ("contacts = \"contacts.csv\"\n", false),
    ] {
        let file = folder.write("tenant.toml", facts);
        let server = Server::start(&["--tenant", &file]);
        for code in ["C-1", "C-2"] {
            server.post("contact-details", &contact(code, false));
        }
        server.request("PUT", "/_geplint/tenant", &[], b"contacts = [\"C-2\"]");
        server.post("contact-details", &contact("C-1", false));
        if !is_whole {
            server.request("POST", "/_geplint/reset", &[], b"");
            server.post("contact-details", &contact("C-2", false));
        }
        let text = server.request("GET", "/_geplint/har", &[], b"").text();
        let har = folder.write("calls.har", &text);
        let verify = |args: &[&str]| {
            let output = geplint().arg("verify").arg(&har).args(args).output().unwrap();
            (
                output.status.code(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            )
        };
        let (code, printed) = verify(&["--self"]);
        assert_eq!(code, Some(i32::from(!is_whole)), "{printed}");
        assert_eq!(
            printed.contains("give geplint verify the same --tenant"),
            !is_whole,
            "{printed}"
        );
        assert_eq!(verify(&["--self", "--tenant", &file]).0, Some(0));
        // Without --self, the message is that the answers are predictions.
        let (code, printed) = verify(&[]);
        assert_eq!(code, Some(3), "{printed}");
        assert!(printed.contains("no response of the API to verify"), "{printed}");
    }
}

#[test]
fn created_contacts_are_known_to_later_calls() {
    let server = Server::start(&[]);
    assert_eq!(
        server.post("contact-details", &contact("New-1", true)).status,
        200
    );
    let tenant = server.get("/_geplint/tenant");
    assert_eq!(
        (&tenant["changedByCalls"], &tenant["changedContactsTotal"]),
        (&json!(1), &json!(1))
    );
    let known = &tenant["changedContacts"][0];
    assert_eq!(
        (&known["codes"], &known["exists"]),
        (&json!(["new-1"]), &json!(true))
    );
    // Once more changes nothing.
    assert_eq!(
        server.post("contact-details", &contact("New-1", true)).status,
        200
    );
    assert_eq!(server.get("/_geplint/tenant")["changedByCalls"], 1);
}

#[test]
fn a_state_file_is_there_after_a_restart_and_a_kill() {
    let folder = Folder::new();
    let file = folder.path("state");
    let args = ["--state", file.as_str()];
    let server = Server::start(&args);
    for number in 0..20 {
        assert_eq!(
            server
                .post("contact-details", &contact(&format!("C-{number}"), true))
                .status,
            200
        );
    }
    let before = server.get("/_geplint/tenant");
    server.kill();
    let server = Server::start(&args);
    assert_eq!(server.get("/_geplint/tenant"), before);
    // An incomplete line, as after a kill.
    server.kill();
    let whole = fs::read(&file).unwrap();
    let half = &whole[..whole.iter().position(|byte| *byte == b'\n').unwrap() + 40];
    fs::OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap()
        .write_all(&half[half.len() - 30..])
        .unwrap();
    let server = Server::start(&args);
    assert!(
        server
            .printed
            .iter()
            .any(|line| line.contains("incomplete last line")),
        "{:?}",
        server.printed
    );
    assert_eq!(server.get("/_geplint/tenant"), before);
    assert_eq!(server.post("contact-details", &contact("C-20", true)).status, 200);
    server.kill();
    let server = Server::start(&args);
    assert_eq!(server.get("/_geplint/tenant")["changedContactsTotal"], 21);
    // A tenant file that was received is kept, and so is a reset.
    server.request("PUT", "/_geplint/tenant", &[], b"lobs = [\"A\"]");
    server.kill();
    let server = Server::start(&args);
    let tenant = server.get("/_geplint/tenant");
    assert_eq!(
        (&tenant["source"], &tenant["text"]),
        (&json!("sent"), &json!("lobs = [\"A\"]"))
    );
    server.request("POST", "/_geplint/reset", &[], b"");
    server.kill();
    let server = Server::start(&args);
    assert_eq!(server.get("/_geplint/tenant")["source"], "none");
    // No other process writes to it.
    let second = Server::try_start(&args).err().unwrap();
    assert!(
        second.iter().any(|line| line.contains("another geplint")),
        "{second:?}"
    );
}

#[test]
fn a_file_that_is_not_a_state_file_is_not_changed() {
    let folder = Folder::new();
    let file = folder.write("notes.txt", "my notes\n");
    let printed = Server::try_start(&["--state", &file]).err().unwrap();
    assert!(
        printed
            .iter()
            .any(|line| line.contains("this is not a state file of geplint serve")),
        "{printed:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "my notes\n");
}

/// After a kill under load, no changes of answered calls are lost.
#[test]
fn a_kill_loses_nothing_that_was_answered() {
    let folder = Folder::new();
    let file = folder.path("state");
    let args = ["--state", file.as_str()];
    for round in 0..3 {
        let server = Server::start(&args);
        let answered = Mutex::new(Vec::new());
        let address = server.address;
        thread::scope(|scope| {
            for client in 0..4 {
                let answered = &answered;
                scope.spawn(move || {
                    let stream = std::net::TcpStream::connect(address).unwrap();
                    let mut connection = super::support::Client::new(stream);
                    for number in 0.. {
                        let code = format!("K-{round}-{client}-{number}");
                        let (method, path) = super::support::route("contact-details");
                        let body = contact(&code, true);
                        let head = format!(
                            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                            body.len()
                        );
                        let sent = connection.try_send(&[head.as_bytes(), &body].concat());
                        match sent.and_then(|()| connection.read_answer()) {
                            Ok(Some(answer)) => {
                                assert_eq!(answer.status, 200);
                                answered.lock().unwrap().push(code.to_lowercase());
                            }
                            _ => return,
                        }
                    }
                });
            }
            // It is killed while calls come in: after this many answers.
            while answered.lock().unwrap().len() < 40 {
                thread::yield_now();
            }
            server.kill();
        });
        let server = Server::start(&args);
        let tenant = server.get("/_geplint/tenant");
        let kept: Vec<&str> = tenant["changedContacts"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|contact| contact["codes"][0].as_str())
            .collect();
        let answered = answered.into_inner().unwrap();
        let lost: Vec<_> = answered
            .iter()
            .filter(|code| !kept.contains(&code.as_str()))
            .collect();
        assert!(lost.is_empty() && answered.len() >= 40, "{lost:?}");
        server.request("POST", "/_geplint/reset", &[], b"");
    }
}

#[test]
fn mistakes_at_the_start_are_reported() {
    let folder = Folder::new();
    let bad = folder.write("bad.toml", "contacts = 1\n");
    for (args, words) in [
        (vec!["--tenant", &bad], "bad.toml:1:"),
        (vec!["--latency", "5"], "--latency"),
        (vec!["--latency", "5"], "write 5ms or 5s"),
        (vec!["--fault", "503"], "no share"),
        (vec!["--fault", "503:5"], "write 5%"),
        (vec!["--fault", "503:60%", "--fault", "lost:60%"], "120.0%"),
        (vec!["--allow-host", "gep:8404"], "\"gep:8404\" has a port"),
        (vec!["--allow-host", "http://gep"], "\"http://gep\" has a scheme"),
        (vec!["--allow-host", "*.example.com"], "has a wildcard"),
        (vec!["--tls-cert", &bad, "--tls-key", &bad], "--tls-cert"),
        (vec!["--state", "/"], "--state /: this is a folder"),
        (vec!["--state", "none/state"], "its folder does not exist"),
        (vec!["--base-path", "http://gep/v1"], "is a URL"),
        (vec!["--client-timeout", "0s"], "--client-timeout: with 0"),
        (vec!["--max-body", "0"], "--max-body: with 0"),
    ] {
        let printed = Server::try_start(&args).err().unwrap();
        assert!(
            printed.iter().any(|line| line.contains(words)),
            "{args:?}: {printed:?}"
        );
    }
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (listen, words) in [
        ("0.0.0.0:0", "--allow-remote"),
        ("[::]:8412", "--listen [::]:8412: other machines"),
        ("gep:8400", "localhost:8400"),
        (&taken, "--listen 127.0.0.1:0 takes a free one"),
    ] {
        let output = geplint().args(["serve", "--listen", listen]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{listen}");
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(printed.contains(words), "{printed}");
    }
}

/// Addresses are shown in their usual form, not escaped like hostile text.
#[test]
fn the_printed_address_can_be_opened() {
    for listen in ["[::1]:0", "localhost:0", "0", ":0"] {
        // Not every machine has IPv6.
        if listen.starts_with('[') && std::net::TcpListener::bind(listen).is_err() {
            continue;
        }
        let server = Server::on(listen);
        assert_eq!(
            server.get("/_geplint/api/calls")["last"],
            0,
            "{:?}",
            server.printed
        );
    }
}

/// A container is killed when it has not ended after ten seconds.
#[cfg(unix)]
#[test]
fn an_incomplete_body_does_not_delay_the_end() {
    let server = Server::start(&["--client-timeout", "600s"]);
    let mut half = server.client();
    let (method, path) = super::support::route("user-group");
    half.send(
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[").as_bytes(),
    );
    // Its head has been read once a later connection is answered.
    server.get("/_geplint/api/calls");
    assert_eq!(server.terminate().code(), Some(0));
    assert!(half.answer().is_none());
}

/// The call of a complete line was answered, so dropping the line would silently lose a change.
#[test]
fn a_damaged_state_file_is_not_used_and_not_changed() {
    let folder = Folder::new();
    let file = folder.path("state");
    let args = ["--state", file.as_str()];
    let server = Server::start(&args);
    for code in ["C-1", "C-2"] {
        assert_eq!(server.post("contact-details", &contact(code, true)).status, 200);
    }
    server.kill();
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let at = damaged.len() - 5;
    damaged[at] ^= 1;
    fs::write(&file, &damaged).unwrap();
    let printed = Server::try_start(&args).err().unwrap();
    assert!(
        printed.iter().any(|line| line.contains("line 3 is damaged")),
        "{printed:?}"
    );
    assert_eq!(fs::read(&file).unwrap(), damaged);
    fs::write(&file, &whole).unwrap();
    assert_eq!(
        Server::start(&args).get("/_geplint/tenant")["changedContactsTotal"],
        2
    );
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_when_calls_are_answered() {
    let server = Server::start(&["--latency", "300ms"]);
    let mut slow = server.client();
    let (method, path) = super::support::route("user-group");
    slow.send(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes());
    // It has begun once it is listed.
    while server.get("/_geplint/api/calls")["last"] == 0 {}
    let idle = server.client();
    let status = server.terminate();
    assert_eq!(slow.answer().unwrap().status, 400);
    assert_eq!(status.code(), Some(0));
    drop(idle);
}
