//! `geplint man`: manual pages, generated from the definition of the command line.

use std::path::Path;
use std::{fs, io};

use clap_mangen::Man;

use super::args::{Common, Pages, command};
use super::exit_code::{CLEAN, TROUBLE};
use super::terminal;
use crate::report::{OutputError, output, sanitize};

/// Prints the page of geplint, or writes the pages of all commands to a folder.
pub fn run(args: &Pages, common: &Common) -> Result<u8, OutputError> {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        // `geplint help` has no page.
        Man::new(command().disable_help_subcommand(true)).render(&mut page)?;
        let page = String::from_utf8_lossy(&page);
        output::write(&mut io::stdout().lock(), &page)?;
        return Ok(CLEAN);
    };
    let written = write(folder).map_err(|error| format!("{}: {error}", sanitize::plain_path(folder)));
    Ok(terminal::ok_or_print(written, common).map_or(TROUBLE, |()| CLEAN))
}

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command(), folder)
}
