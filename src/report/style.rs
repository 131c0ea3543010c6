//! Colour, drawing characters and width, determined by pure functions of the environment.

use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display};

use owo_colors::Style;

use crate::finding::Severity;

/// The `--color` flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// With colour on a terminal, unless the environment sets it.
    #[default]
    Auto,
    /// With colour.
    Always,
    /// Without colour.
    Never,
}

/// The environment variables about terminals, unchanged; `None` if a variable is not set.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// `NO_COLOR`: no colour, if it is set to anything.
    pub no_color: Option<OsString>,
    /// `CLICOLOR_FORCE`: colour even without a terminal, if set to anything but `0`.
    pub clicolor_force: Option<OsString>,
    /// `TERM`: `dumb` means neither colour nor drawing characters.
    pub term: Option<OsString>,
    /// `LC_ALL`, the locale that overrides the others.
    pub lc_all: Option<OsString>,
    /// `LC_CTYPE`, the locale of characters.
    pub lc_ctype: Option<OsString>,
    /// `LANG`, the locale of everything else.
    pub lang: Option<OsString>,
    /// `COLUMNS`, the width if there is no terminal.
    pub columns: Option<OsString>,
}

impl ColorChoice {
    /// Returns true if a stream is written in colour: by the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then the
    /// stream.
    pub fn resolve(self, env: &Env, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if is_set(env.no_color.as_ref()) => false,
            Self::Auto if is_set(env.clicolor_force.as_ref()) && !is(env.clicolor_force.as_ref(), "0") => {
                true
            }
            Self::Auto => is_terminal && !is(env.term.as_ref(), "dumb"),
        }
    }
}

impl Env {
    /// Returns the environment of this process.
    pub fn read() -> Self {
        let variable = std::env::var_os;
        Self {
            no_color: variable("NO_COLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
            lc_all: variable("LC_ALL"),
            lc_ctype: variable("LC_CTYPE"),
            lang: variable("LANG"),
            columns: variable("COLUMNS"),
        }
    }

    /// Returns true if lines may be drawn with `╭─`: not on a dumb terminal, and not in the C locale.
    pub fn unicode(&self) -> bool {
        let locales = [&self.lc_all, &self.lc_ctype, &self.lang];
        let locale = locales
            .into_iter()
            .map(Option::as_ref)
            .find(|value| is_set(*value))
            .flatten();
        !is(self.term.as_ref(), "dumb") && !is(locale, "C") && !is(locale, "POSIX")
    }

    /// Returns the width: the terminal's, or `COLUMNS`, or 80; between 40 and 160.
    pub fn width(&self, terminal: Option<u16>) -> usize {
        let stated = || {
            self.columns
                .as_deref()
                .and_then(OsStr::to_str)
                .and_then(|columns| columns.parse().ok())
        };
        usize::from(
            terminal
                .or_else(stated)
                .filter(|columns| *columns > 0)
                .unwrap_or(80),
        )
        .clamp(40, 160)
    }
}

/// Returns true if a variable is set and not empty.
fn is_set(value: Option<&OsString>) -> bool {
    value.is_some_and(|value| !value.is_empty())
}

fn is(value: Option<&OsString>, text: &str) -> bool {
    value.is_some_and(|value| value == text)
}

/// The look of reports for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// True if colours are used.
    pub color: bool,
    /// True if lines are drawn in Unicode.
    pub unicode: bool,
    /// The number of columns.
    pub width: usize,
}

impl Look {
    /// No colour, Unicode, 80 columns.
    pub const PLAIN: Self = Self {
        color: false,
        unicode: true,
        width: 80,
    };

    /// Replaces characters that cannot be drawn in a text of the program.
    pub(super) fn drawn(self, text: &str) -> String {
        if self.unicode {
            text.to_owned()
        } else {
            text.replace('…', "...")
        }
    }

    /// Returns the colours.
    pub const fn palette(self) -> Palette {
        Palette { color: self.color }
    }
}

/// The colours of all output without the graphical handler, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// True if there are colours.
    pub color: bool,
}

/// Returns the style of a severity.
pub(super) const fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Advice => Style::new().cyan().bold(),
    }
}

/// Returns the style of the labels of further places.
pub(super) const fn other_place() -> Style {
    Style::new().blue().bold()
}

/// Returns the style of names.
pub(super) const fn name() -> Style {
    Style::new().cyan()
}

impl Palette {
    /// Paints text in the colour of errors.
    pub fn error<T: Display>(self, text: T) -> impl Display {
        self.severity(Severity::Error, text)
    }

    /// Paints text in the colour of a severity.
    pub fn severity<T: Display>(self, of: Severity, text: T) -> impl Display {
        self.paint(severity(of), text)
    }

    /// Paints text in the colour of warnings.
    pub fn warning<T: Display>(self, text: T) -> impl Display {
        self.severity(Severity::Warning, text)
    }

    /// Paints text in the colour of success.
    pub fn good<T: Display>(self, text: T) -> impl Display {
        self.paint(Style::new().green().bold(), text)
    }

    /// Paints text in the colour of names: files, notes.
    pub fn name<T: Display>(self, text: T) -> impl Display {
        self.paint(name(), text)
    }

    /// Paints text in the style of emphasis.
    pub fn strong<T: Display>(self, text: T) -> impl Display {
        self.paint(Style::new().bold(), text)
    }

    /// Paints text in the style of less important text.
    pub fn faint<T: Display>(self, text: T) -> impl Display {
        self.paint(Style::new().dimmed(), text)
    }

    fn paint<T: Display>(self, style: Style, text: T) -> Painted<T> {
        Painted {
            style: if self.color { style } else { Style::new() },
            text,
        }
    }
}

/// Text in a style. A plain style writes no escape sequence.
struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.style.is_plain() {
            self.text.fmt(f)
        } else {
            self.style.style(&self.text).fmt(f)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(text: &str) -> OsString {
        OsString::from(text)
    }

    #[test]
    fn the_flag_overrides_everything() {
        let env = Env {
            no_color: Some(os("1")),
            clicolor_force: Some(os("1")),
            ..Env::default()
        };
        assert!(ColorChoice::Always.resolve(&env, false));
        assert!(!ColorChoice::Never.resolve(&env, true));
    }

    #[test]
    fn auto_asks_the_environment_and_then_the_stream() {
        let auto = |env: Env, terminal| ColorChoice::Auto.resolve(&env, terminal);
        assert!(auto(Env::default(), true));
        assert!(!auto(Env::default(), false));
        assert!(!auto(
            Env {
                no_color: Some(os("1")),
                ..Env::default()
            },
            true
        ));
        assert!(auto(
            Env {
                no_color: Some(os("")),
                ..Env::default()
            },
            true
        ));
        assert!(auto(
            Env {
                clicolor_force: Some(os("1")),
                ..Env::default()
            },
            false
        ));
        assert!(!auto(
            Env {
                clicolor_force: Some(os("0")),
                ..Env::default()
            },
            false
        ));
        assert!(!auto(
            Env {
                clicolor_force: Some(os("1")),
                no_color: Some(os("1")),
                ..Env::default()
            },
            true
        ));
        assert!(!auto(
            Env {
                term: Some(os("dumb")),
                ..Env::default()
            },
            true
        ));
        assert!(auto(
            Env {
                term: Some(os("dumb")),
                clicolor_force: Some(os("1")),
                ..Env::default()
            },
            true
        ));
    }

    #[test]
    fn lines_are_drawn_in_unicode_except_in_the_c_locale() {
        assert!(Env::default().unicode());
        assert!(
            Env {
                lang: Some(os("C.UTF-8")),
                ..Env::default()
            }
            .unicode()
        );
        assert!(
            !Env {
                lang: Some(os("C")),
                ..Env::default()
            }
            .unicode()
        );
        assert!(
            !Env {
                lang: Some(os("en_GB.UTF-8")),
                lc_all: Some(os("POSIX")),
                ..Env::default()
            }
            .unicode()
        );
        assert!(
            Env {
                lang: Some(os("C")),
                lc_ctype: Some(os("de_DE.UTF-8")),
                lc_all: Some(os("")),
                ..Env::default()
            }
            .unicode()
        );
        assert!(
            !Env {
                term: Some(os("dumb")),
                ..Env::default()
            }
            .unicode()
        );
    }

    #[test]
    fn the_width_is_the_terminals_within_reason() {
        assert_eq!(Env::default().width(None), 80);
        assert_eq!(Env::default().width(Some(100)), 100);
        assert_eq!(
            Env {
                columns: Some(os("120")),
                ..Env::default()
            }
            .width(None),
            120
        );
        assert_eq!(
            Env {
                columns: Some(os("120")),
                ..Env::default()
            }
            .width(Some(90)),
            90
        );
        assert_eq!(
            Env {
                columns: Some(os("many")),
                ..Env::default()
            }
            .width(None),
            80
        );
        assert_eq!(
            (Env::default().width(Some(10)), Env::default().width(Some(999))),
            (40, 160)
        );
        assert_eq!(Env::default().width(Some(0)), 80);
    }

    #[test]
    fn without_colour_there_is_no_escape() {
        assert_eq!(Palette { color: false }.error("x").to_string(), "x");
        assert!(
            Palette { color: true }
                .error("x")
                .to_string()
                .starts_with("\u{1b}[")
        );
    }
}
