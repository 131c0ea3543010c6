//! What the environment says of the two streams.

use std::io::{self, IsTerminal, Write};

use super::args::{Color, Common};
use crate::report::style::{ColorChoice, Env, Look, Palette};
use crate::report::{OutputError, output, sanitize};

/// How standard output looks.
pub fn stdout_look(common: &Common) -> Look {
    look(common, io::stdout().is_terminal())
}

/// How standard error looks.
pub fn stderr_look(common: &Common) -> Look {
    look(common, io::stderr().is_terminal())
}

/// How standard error is coloured.
pub fn stderr_palette(common: &Common) -> Palette {
    look(common, io::stderr().is_terminal()).palette()
}

/// Tells on standard error what went wrong; a closed stream is nobody's loss.
pub fn complain(common: &Common, message: &str) {
    let palette = stderr_palette(common);
    tell(&format!(
        "{}: {}",
        palette.error("error"),
        sanitize::escape(message)
    ));
}

/// What went right; what went wrong is told.
pub fn right<T>(result: Result<T, String>, common: &Common) -> Option<T> {
    result.map_err(|message| complain(common, &message)).ok()
}

/// Tells on standard error what is worth knowing, and hinders nothing.
pub fn warn(common: &Common, message: &str) {
    let palette = stderr_palette(common);
    tell(&format!(
        "{}: {}",
        palette.warning("warning"),
        sanitize::escape(message)
    ));
}

/// A text of ours on standard output; what it quotes has been escaped before, and is again if that was forgotten.
pub fn print(text: &str) -> Result<(), OutputError> {
    output::write(&mut io::stdout().lock(), &sanitize::document(text))
}

/// A line on standard error, or several of ours.
pub fn tell(line: &str) {
    let mut stream = io::stderr().lock();
    let _ = output::write(&mut stream, &format!("{}\n", sanitize::document(line)));
    let _ = stream.flush();
}

/// What clap has to say, help or complaint, in colour where everything else is; nobody may be reading it.
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
        // It repeats what was said on the command line, and that may be a file's name.
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
