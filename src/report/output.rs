//! Writes a document to a stream that may be closed early.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Write};
use std::thread;
use std::time::Duration;

use super::{Chunks, FileReport, Report, Stage, Summary};

/// The reason why writing has failed.
#[derive(Debug)]
pub enum OutputError {
    /// The reader has closed the pipe (`geplint … | head -1`). This is not an error.
    Closed,
    /// An I/O error, such as a full disk.
    Io(io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Io(error)
        }
    }
}

impl Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the reader of the output closed it"),
            Self::Io(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

impl std::error::Error for OutputError {}

/// Writes a report's document, file by file.
pub struct Output<'a, W: Write> {
    report: &'a dyn Report,
    stage: Option<Box<dyn Stage>>,
    stream: W,
    opened: bool,
    empty: bool,
    /// True in the middle of a file.
    inside: bool,
}

impl<'a, W: Write> Output<'a, W> {
    /// Returns a document for a stream. Nothing is written before the first call.
    pub fn new(report: &'a dyn Report, stream: W) -> Self {
        Self {
            report,
            stage: report.stage(),
            stream,
            opened: false,
            empty: true,
            inside: false,
        }
    }

    /// Renders the findings of one file, and writes them.
    pub fn file(&mut self, file: &FileReport<'_>) -> Result<(), OutputError> {
        let mut keep = |_: &mut String| true;
        let mut whole = Chunks::new(&mut keep);
        self.report.write(file, &mut whole);
        self.rendered(&whole.rest())
    }

    /// Writes the output of [`Report::write`] for one file, or its rest after [`Self::piece`].
    pub fn rendered(&mut self, rendered: &str) -> Result<(), OutputError> {
        let written = self.piece(rendered);
        self.inside = false;
        written
    }

    /// Writes a part of the output of [`Report::write`] for one file; more follows.
    pub fn piece(&mut self, piece: &str) -> Result<(), OutputError> {
        self.begin()?;
        let staged = self.stage.as_mut().map(|stage| stage.piece(piece));
        let piece = staged.as_deref().unwrap_or(piece);
        if piece.is_empty() {
            return Ok(());
        }
        if !self.empty && !self.inside {
            write(&mut self.stream, self.report.between())?;
        }
        (self.empty, self.inside) = (false, true);
        write(&mut self.stream, piece)
    }

    /// Ends the document, flushes it, and returns the stream.
    pub fn finish(mut self, summary: &Summary) -> Result<W, OutputError> {
        self.begin()?;
        if let Some(stage) = &mut self.stage {
            write(&mut self.stream, &stage.end())?;
        }
        write(&mut self.stream, &self.report.close(summary, self.empty))?;
        retry(|| self.stream.flush())?;
        Ok(self.stream)
    }

    fn begin(&mut self) -> Result<(), OutputError> {
        if self.opened {
            return Ok(());
        }
        self.opened = true;
        write(&mut self.stream, &self.report.open())
    }
}

/// Writes all of `text`. Waits if a nonblocking pipe is full.
pub fn write(stream: &mut dyn Write, text: &str) -> Result<(), OutputError> {
    write_bytes(stream, text.as_bytes())
}

/// The same for bytes that may not be UTF-8.
pub fn write_bytes(stream: &mut dyn Write, bytes: &[u8]) -> Result<(), OutputError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match retry(|| stream.write(rest))? {
            0 => return Err(OutputError::Io(ErrorKind::WriteZero.into())),
            written => rest = &rest[written..],
        }
    }
    Ok(())
}

fn retry<T>(mut attempt: impl FnMut() -> io::Result<T>) -> Result<T, OutputError> {
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
            other => return Ok(other?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that accepts a few bytes at a time, is full every other time, and is closed after `left` bytes.
    struct Pipe {
        left: usize,
        full: bool,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.full = !self.full;
            if self.full {
                return Err(ErrorKind::WouldBlock.into());
            }
            if self.left == 0 {
                return Err(ErrorKind::BrokenPipe.into());
            }
            let taken = bytes.len().min(3).min(self.left);
            self.left -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_pipe_blocks() {
        let mut pipe = Pipe {
            left: 100,
            full: false,
        };
        assert!(write(&mut pipe, &"x".repeat(50)).is_ok());
        assert_eq!(pipe.left, 50);
    }

    #[test]
    fn a_closed_pipe_is_distinguished_from_a_full_disk() {
        let closed = write(&mut Pipe { left: 4, full: false }, "more than four");
        assert!(matches!(closed, Err(OutputError::Closed)));
        let full = OutputError::from(io::Error::from(ErrorKind::StorageFull));
        assert!(matches!(full, OutputError::Io(_)));
    }
}
