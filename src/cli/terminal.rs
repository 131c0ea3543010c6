//! Standard output and standard error: their look, and messages on them.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::args::{Color, Common};
use super::settings_error::Fault;
use crate::report::style::{ColorChoice, Env, Look, Palette};
use crate::report::{OutputError, output, sanitize, summary};

/// Returns the look of standard output.
pub fn stdout_look(common: &Common) -> Look {
    look(common, io::stdout().is_terminal())
}

/// Returns the look of standard error.
pub fn stderr_look(common: &Common) -> Look {
    look(common, io::stderr().is_terminal())
}

/// Returns the colours of standard error.
pub fn stderr_palette(common: &Common) -> Palette {
    look(common, io::stderr().is_terminal()).palette()
}

/// Prints that this build lacks a command, and how to get a build that has it.
#[cfg(not(all(feature = "lsp", feature = "serve")))]
pub fn print_missing_feature(common: &Common, command: &str) {
    error(
        common,
        &format!(
            "this build of geplint has no `{command}`; released binaries have it, or build it with `cargo install --path . --features full`"
        ),
    );
}

/// Returns true if standard input has data: from a pipe or a file, not from a terminal. `false` on systems where that is
/// unknown.
pub fn has_input() -> bool {
    #[cfg(unix)]
    {
        let input = io::stdin();
        // Input on a terminal is for the next command.
        !input.is_terminal() && rustix::io::ioctl_fionread(&input).is_ok_and(|bytes| bytes > 0)
    }
    #[cfg(not(unix))]
    false
}

/// Prints an error on standard error. A closed stream is ignored.
pub fn error(common: &Common, message: &str) {
    let palette = stderr_palette(common);
    eprintln(&format!(
        "{}: {}",
        palette.error("error"),
        sanitize::escape(message)
    ));
}

/// Returns the value, or prints the error, or each of several.
pub fn ok_or_print<T>(result: Result<T, impl Into<Fault>>, common: &Common) -> Option<T> {
    let print = |fault: Fault| fault.each().for_each(|one| error(common, &one.to_string()));
    result.map_err(|fault| print(fault.into())).ok()
}

/// Prints a warning on standard error.
pub fn warn(common: &Common, message: &str) {
    let palette = stderr_palette(common);
    eprintln(&format!(
        "{}: {}",
        palette.warning("warning"),
        sanitize::escape(message)
    ));
}

/// Prints on standard error why a file could not be checked.
pub fn problem(common: &Common, path: &Path, message: &str) {
    eprintln(&summary::problem(path, message, stderr_palette(common)));
}

/// Prints a text of the program on standard output. Quoted text must be escaped before; this is a safety net.
pub fn print(text: &str) -> Result<(), OutputError> {
    output::write(&mut io::stdout().lock(), &sanitize::document(text))
}

/// Prints a line, or several lines of the program, on standard error. A closed stream is ignored.
pub fn eprintln(line: &str) {
    let mut stream = io::stderr().lock();
    let _ = output::write(&mut stream, &format!("{}\n", sanitize::document(line)));
    let _ = stream.flush();
}

/// Prints the output of clap, help or error, with colours like everything else. The stream may be closed.
pub fn usage(error: &clap::Error) -> Result<(), OutputError> {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let (stream, terminal): (&mut dyn Write, bool) = if error.use_stderr() {
        let terminal = err.is_terminal();
        (&mut err, terminal)
    } else {
        let terminal = out.is_terminal();
        (&mut out, terminal)
    };
    let text = error.render();
    let text = if ColorChoice::Auto.resolve(&Env::read(), terminal) {
        sanitize::document(&text.ansi().to_string()).into_owned()
    } else {
        // It quotes arguments, which may be names of files.
        let lines = text.to_string();
        lines
            .lines()
            .fold(String::new(), |text, line| text + &sanitize::escape(line) + "\n")
    };
    output::write(stream, &text)?;
    Ok(stream.flush()?)
}

fn look(common: &Common, terminal: bool) -> Look {
    let env = Env::read();
    let choice = match common.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let size = terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| width.0);
    Look {
        color: choice.resolve(&env, terminal),
        unicode: env.unicode(),
        width: env.width(size),
    }
}
