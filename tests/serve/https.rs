//! HTTPS, with generated and with given certificates.

use std::net::TcpStream;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::support::{Client, Folder, Server, files};

fn connect(
    server: &Server,
    certificate: &str,
    name: &'static str,
) -> Client<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(certificate).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), name.try_into().unwrap()).unwrap();
    Client::new(StreamOwned::new(
        connection,
        TcpStream::connect(server.address).unwrap(),
    ))
}

#[test]
fn a_certificate_is_made_and_the_bytes_are_the_same() {
    let folder = Folder::new();
    let file = folder.path("certificate.pem");
    let server = Server::logging(&[
        &format!("--tls-self-signed={file}"),
        "--allow-host",
        "mock.example.com",
    ]);
    assert!(
        server
            .printed
            .iter()
            .any(|line| line.contains("https://127.0.0.1:")),
        "{:?}",
        server.printed
    );
    let path = files("documented/user-group", "2-error.request.json")
        .pop()
        .unwrap();
    let body = std::fs::read(path).unwrap();
    let plain = Server::start(&[]).post("user-group", &body);
    for name in ["localhost", "127.0.0.1", "mock.example.com"] {
        let mut client = connect(&server, &file, name);
        for _ in 0..2 {
            assert_eq!(client.post("user-group", &body).body, plain.body, "{name}");
        }
    }
    // A client of HTTP is not served, and neither is one that does not trust the certificate.
    let mut wrong = server.client();
    wrong.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(!matches!(wrong.read_answer(), Ok(Some(_))));
    assert_eq!(
        connect(&server, &file, "localhost")
            .post("user-group", &body)
            .status,
        400
    );
    let other = folder.path("other.pem");
    drop(Server::start(&[&format!("--tls-self-signed={other}")]));
    assert!(
        connect(&server, &other, "localhost")
            .try_send(b"GET / HTTP/1.1\r\n\r\n")
            .is_err()
    );
    drop(server.client());
    let log = server.log();
    for (words, count) in [
        (": the client uses HTTP, and this server HTTPS", 1),
        (": the TLS handshake failed: ", 1),
    ] {
        let found = log.iter().filter(|line| line.contains(words)).count();
        assert_eq!(found, count, "{words}: {log:#?}");
    }
}

/// The server only overwrites its own files.
#[test]
fn the_file_for_the_certificate_overwrites_no_other_file() {
    let folder = Folder::new();
    let file = folder.path("certificate.pem");
    let flag = format!("--tls-self-signed={file}");
    drop(Server::start(&[&flag]));
    let first = std::fs::read_to_string(&file).unwrap();
    drop(Server::start(&[&flag]));
    let second = std::fs::read_to_string(&file).unwrap();
    assert_ne!(first, second);
    let mut own = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    own.distinguished_name = rcgen::DistinguishedName::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let own = own.self_signed(&key).unwrap().pem();
    for text in [
        "my notes\n",
        &own,
        &format!("{second}{second}"),
        &format!("{second}{}", key.serialize_pem()),
        &format!("my notes\n{second}"),
    ] {
        std::fs::write(&file, text).unwrap();
        let lines = Server::try_start(&[&flag]).err().unwrap();
        assert!(
            lines.iter().any(|line| line.contains("the file exists")),
            "{text}: {lines:?}"
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), *text);
    }
}

#[test]
fn given_certificates_are_used() {
    let folder = Folder::new();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = folder.write("certificate.pem", &made.cert.pem());
    let key = folder.write("key.pem", &made.signing_key.serialize_pem());
    let server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key]);
    assert_eq!(
        connect(&server, &certificate, "localhost")
            .request("GET", "/_geplint/", &[], b"")
            .status,
        200
    );
    // The key has to be that of the certificate.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = folder.write("other.pem", &other.signing_key.serialize_pem());
    assert!(Server::try_start(&["--tls-cert", &certificate, "--tls-key", &other]).is_err());
    assert!(Server::try_start(&["--tls-cert", &key, "--tls-key", &key]).is_err());
}
