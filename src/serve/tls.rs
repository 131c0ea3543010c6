//! HTTPS.

use std::fs;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::CertifiedKey;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::options::{Options, Tls};
use crate::sanitize;

/// The acceptor of HTTPS connections; `None` without HTTPS.
///
/// Errors: a file cannot be read, or has no usable certificate or key.
pub fn acceptor(options: &Options) -> Result<Option<TlsAcceptor>, String> {
    let (certificates, key) = match &options.tls {
        None => return Ok(None),
        Some(Tls::Files(certificates, key)) => of_files(certificates, key)?,
        Some(Tls::SelfSigned(file)) => self_signed(options, file.as_deref())?,
    };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key));
    let mut config = config.map_err(|error| format!("the certificate cannot be used: {error}"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn of_files(certificates: &Path, key: &Path) -> Result<Identity, String> {
    let named = |flag: &str, path: &Path, why: &dyn std::fmt::Display| {
        format!("{flag} {}: {why}", sanitize::plain_path(path))
    };
    let read = |flag: &str, path: &Path| fs::read(path).map_err(|error| named(flag, path, &error));
    let text = read("--tls-cert", certificates)?;
    let list: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let list = list.map_err(|error| named("--tls-cert", certificates, &error))?;
    if list.is_empty() {
        return Err(named(
            "--tls-cert",
            certificates,
            &"there is no certificate in it (PEM)",
        ));
    }
    let text = read("--tls-key", key)?;
    let secret = PrivateKeyDer::from_pem_slice(&text).map_err(|error| named("--tls-key", key, &error))?;
    Ok((list, secret))
}

/// Refuses a file without a certificate of an earlier run: its content would be lost.
fn refuse_other_file(file: &Path) -> Result<(), String> {
    let fail = |why: &str| format!("--tls-self-signed={}: {why}", sanitize::plain_path(file));
    let text = match fs::read(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fail(&error.to_string())),
        Ok(text) => text,
    };
    let text = text.trim_ascii();
    let is_alone =
        text.starts_with(b"-----BEGIN CERTIFICATE-----") && text.ends_with(b"-----END CERTIFICATE-----");
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(text).collect();
    let is_ours = match certificates.as_slice() {
        [Ok(one)] => is_alone && one.windows(SUBJECT.len()).any(|part| part == SUBJECT),
        _ => false,
    };
    if is_ours || text.is_empty() {
        return Ok(());
    }
    Err(fail(
        "the file exists and holds no certificate of geplint serve; name another file, or delete it",
    ))
}

/// The name that the certificates are issued to.
const SUBJECT: &[u8] = b"rcgen self signed cert";

/// A certificate for the names and addresses of the server.
fn self_signed(options: &Options, file: Option<&Path>) -> Result<Identity, String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let address: IpAddr = options.listen.ip();
    if !address.is_loopback() && !address.is_unspecified() {
        names.push(address.to_string());
    }
    names.extend(options.hosts.iter().cloned());
    let made = rcgen::generate_simple_self_signed(names);
    let CertifiedKey { cert, signing_key } = made.map_err(|error| format!("--tls-self-signed: {error}"))?;
    if let Some(file) = file {
        refuse_other_file(file)?;
        let written = fs::write(file, cert.pem());
        written.map_err(|error| format!("--tls-self-signed={}: {error}", sanitize::plain_path(file)))?;
    }
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    Ok((vec![cert.der().clone()], key.into()))
}
