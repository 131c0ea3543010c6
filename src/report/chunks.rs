//! The text of a report in chunks, so that the report of a file with a million findings is never in memory as a whole.

/// The size, in bytes, from which on a chunk is sent.
const PIECE: usize = 64 * 1024;

/// Extra capacity, so that the finding that exceeds the size does not reallocate the chunk.
const MARGIN: usize = 4 * 1024;

/// Receives a chunk; may drain it or let it grow. Returns false once the reader has closed the pipe.
pub type ChunkReceiver<'a> = dyn FnMut(&mut String) -> bool + 'a;

/// The text of one file's report. A chunk ends with a finding.
pub struct Chunks<'a> {
    text: String,
    /// The length at which the chunk is sent next.
    next_send: usize,
    closed: bool,
    receiver: &'a mut ChunkReceiver<'a>,
}

impl<'a> Chunks<'a> {
    /// Returns an empty text.
    pub fn new(receiver: &'a mut ChunkReceiver<'a>) -> Self {
        Self {
            text: String::new(),
            next_send: PIECE,
            closed: false,
            receiver,
        }
    }

    /// Returns the text to append the next finding to; `None` once the reader has closed the pipe.
    pub fn buffer(&mut self) -> Option<&mut String> {
        if self.text.len() >= self.next_send {
            self.send();
        }
        (!self.closed).then_some(&mut self.text)
    }

    /// Returns the text that has not been drained.
    pub fn rest(self) -> String {
        self.text
    }

    fn send(&mut self) {
        self.closed |= !(self.receiver)(&mut self.text);
        self.next_send = self.text.len() + PIECE;
        if self.text.capacity() == 0 && !self.closed {
            self.text.reserve(PIECE + MARGIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_whole_whichever_are_accepted() {
        let (mut taken, mut offers) = (String::new(), 0);
        let mut receiver = |text: &mut String| {
            offers += 1;
            if offers % 3 == 0 {
                taken += &std::mem::take(text);
            }
            true
        };
        let mut pieces = Chunks::new(&mut receiver);
        let mut whole = String::new();
        for number in 0..100_000 {
            let line = format!("{number}\n");
            pieces.buffer().unwrap().push_str(&line);
            whole += &line;
        }
        let rest = pieces.rest();
        assert!(!taken.is_empty() && !rest.is_empty(), "all in one piece");
        assert!(taken.ends_with('\n'), "a piece ends inside of a line");
        assert_eq!(taken + &rest, whole);
    }

    #[test]
    fn nothing_is_written_without_a_reader() {
        let mut receiver = |_: &mut String| false;
        let mut pieces = Chunks::new(&mut receiver);
        let line = "x".repeat(PIECE);
        pieces.buffer().unwrap().push_str(&line);
        assert!(pieces.buffer().is_none() && pieces.buffer().is_none());
    }
}
