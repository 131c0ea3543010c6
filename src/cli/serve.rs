//! `geplint serve`: answers HTTP calls with the predicted responses of the API.

use super::args::{Common, Serve};
use super::exit_code::TROUBLE;
use super::terminal;
use crate::report::OutputError;

/// Prints how to get a build with the server.
#[cfg(not(feature = "serve"))]
#[allow(clippy::unnecessary_wraps, reason = "the same type as with the feature")]
pub fn run(_: &Serve, common: &Common) -> Result<u8, OutputError> {
    terminal::print_missing_feature(common, "serve");
    Ok(TROUBLE)
}

/// Serves until a signal ends it.
#[cfg(feature = "serve")]
#[allow(
    clippy::unnecessary_wraps,
    reason = "every command may fail to write its output"
)]
pub fn run(args: &Serve, common: &Common) -> Result<u8, OutputError> {
    let served = with_server::run(args, common);
    Ok(terminal::ok_or_print(served, common).map_or(TROUBLE, |()| super::exit_code::CLEAN))
}

#[cfg(feature = "serve")]
mod with_server {
    use std::hash::{BuildHasher as _, RandomState};

    use super::super::args::{Common, HttpStatus, KnowledgeArgs, Serve};
    use super::super::inputs::Knowledge;
    use super::super::read_settings_file;
    use super::super::settings::Project;
    use super::super::settings_error;
    use super::super::terminal;
    use crate::serve::faults::{Fault, Latency, duration};
    use crate::serve::options::{Options, Tls, Token};
    use crate::serve::{base_path, host_name};

    pub fn run(args: &Serve, common: &Common) -> Result<(), settings_error::Fault> {
        if !args.listen.ip().is_loopback() && !args.allow_remote {
            return Err(format!(
                "--listen {}: other machines can reach this address, and read and change everything that is sent to it; \
                 use --allow-remote to allow that",
                args.listen
            )
            .into());
        }
        let latency = args.latency.as_deref().map(Latency::parse).transpose();
        let latency = latency.map_err(|why| format!("--latency: {why}"))?;
        let faults = args
            .fault
            .iter()
            .map(|fault| Fault::with_share(fault))
            .collect::<Result<Vec<_>, _>>();
        let faults = faults.map_err(|why| format!("--fault: {why}"))?;
        let share: f64 = faults.iter().map(|(_, share)| share).sum();
        if share > 1.0 + 1e-9 {
            return Err(format!(
                "--fault: the shares add up to {:.1}% of the calls; at most 100% can fail",
                share * 100.0
            )
            .into());
        }
        let hosts = args
            .allow_host
            .iter()
            .map(|name| host_name(name))
            .collect::<Result<Vec<_>, _>>();
        let hosts = hosts.map_err(|why| format!("--allow-host {why}"))?;
        let bases = args
            .base_path
            .iter()
            .map(|base| base_path(base))
            .collect::<Result<Vec<_>, _>>();
        let bases = bases.map_err(|why| format!("--base-path {why}"))?;
        let patience = duration(&args.client_timeout).map_err(|why| format!("--client-timeout: {why}"))?;
        if patience.is_zero() || args.max_body == 0 {
            let option = if patience.is_zero() {
                "--client-timeout"
            } else {
                "--max-body"
            };
            return Err(format!("{option}: with 0, no body could be received").into());
        }
        let project = Project::of(common)?;
        let tenant_file = args.tenant.clone().or_else(|| project.tenant());
        let knowledge = KnowledgeArgs {
            tenant: args.tenant.clone(),
            in_order: true,
            ..KnowledgeArgs::default()
        };
        let known = Knowledge::of(&knowledge, common, &project)?;
        known.print_tenant_facts(common, false, false);
        let tenant_text = tenant_file.map(|file| read_settings_file::text(&file, read_settings_file::FACTS));
        let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(0));
        if args.seed.is_none() && (latency.is_some() || !faults.is_empty()) {
            terminal::eprintln(&format!("--seed {seed} repeats the faults of this run"));
        }
        if !args.listen.ip().is_loopback() {
            terminal::warn(common, &open_to_others(args));
        }
        let options = Options {
            listen: args.listen,
            hosts,
            bases,
            always_200: args.http_status == HttpStatus::Always200,
            token: args
                .require_token
                .clone()
                .map(|token| token.map_or(Token::Any, Token::Exact)),
            latency,
            faults,
            seed,
            state: args.state.clone(),
            tenant: known.tenant,
            tenant_text: tenant_text.transpose()?,
            email_codes: project.has_email_codes(),
            max_body: args.max_body,
            patience,
            max_connections: args.max_connections as usize,
            tls: match (&args.tls_cert, &args.tls_key, &args.tls_self_signed) {
                (Some(certificates), Some(key), _) => Some(Tls::Files(certificates.clone(), key.clone())),
                (_, _, Some(file)) => Some(Tls::SelfSigned(file.clone())),
                _ => None,
            },
            log: args.log,
        };
        Ok(crate::serve::run(options, known.rules, terminal::eprintln)?)
    }

    /// Returns the warning about `--allow-remote`.
    fn open_to_others(args: &Serve) -> String {
        let token = if args.require_token.is_some() {
            "Only calls of the API need the token, not the page."
        } else {
            "No token is needed."
        };
        let tls = if args.tls_cert.is_some() || args.tls_self_signed.is_some() {
            ""
        } else {
            " The connection is not encrypted."
        };
        format!(
            "other machines can reach {}: they can call the API, read every call on the page with its body, and change the \
             tenant's facts. {token}{tls}",
            args.listen
        )
    }
}
