//! Standard output that stays empty until a command can't fail any more, and text in columns.

use std::io::{self, Write};

use crate::model::{Value, json, names};

/// So much is held back before anything is printed: answers up to this size are printed whole or not at all, and
/// larger ones stream in constant memory.
const HELD_BACK: usize = 32 << 20;

/// What a command prints.
pub struct Output<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    held: Vec<u8>,
    streaming: bool,
    flushes: bool,
    /// Whether people read it, in a terminal.
    pub terminal: bool,
}

impl<'a> Output<'a> {
    /// Nothing printed yet.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, terminal: bool) -> Self {
        Self { out, err, held: Vec::new(), streaming: false, flushes: false, terminal }
    }

    /// Prints a JSON document and ends its line.
    pub fn json(&mut self, document: &impl serde::Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self, document)?;
        self.write_all(b"\n")
    }

    /// Prints a line of text.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.write_all(text.as_ref().as_bytes())?;
        self.write_all(b"\n")
    }

    /// Tells something beside the answer, on standard error.
    pub fn note(&mut self, text: impl AsRef<str>) {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(self.err, "note: {}", text.as_ref());
    }

    /// Tells how many payloads a search could not look into.
    pub fn note_unreadable(&mut self, count: usize) {
        if count > 0 {
            self.note(passed_over(count));
        }
    }

    /// From now on what is flushed is printed.
    pub fn stream(&mut self) {
        self.flushes = true;
    }

    /// Prints what is still held back.
    pub fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.held.clear();
        self.out.flush()
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        // Once it streams, 64 KiB a write is enough to make system calls cheap.
        let limit = if self.streaming { 64 << 10 } else { HELD_BACK };
        if self.held.len() >= limit {
            self.streaming = true;
            self.out.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(bytes.len())
    }

    /// Nothing is printed before it is sure that the command does not fail; whoever is sure calls
    /// [`finish`](Output::finish) or asks to [`stream`](Output::stream).
    fn flush(&mut self) -> io::Result<()> {
        if self.flushes { self.finish() } else { Ok(()) }
    }
}

/// How many payloads a search could not look into, in words.
pub fn passed_over(count: usize) -> String {
    let verb = if count == 1 { "was" } else { "were" };
    format!("{} that can't be read {verb} passed over", counted(count, "payload"))
}

/// Text in columns.
#[derive(Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<String>>,
    /// Columns whose text ends at the same place: numbers.
    right: Vec<usize>,
}

impl Columns {
    /// Columns with these heads.
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()], right: Vec::new() }
    }

    /// Columns without heads.
    pub fn headless() -> Self {
        Self::default()
    }

    /// Aligns these columns at their right.
    pub fn right(mut self, columns: &[usize]) -> Self {
        self.right = columns.to_vec();
        self
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Adds a row of any length.
    pub fn cells(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Prints the rows, indented.
    pub fn print(&self, output: &mut Output<'_>, indent: usize) -> io::Result<()> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width_of = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..count).map(width_of).collect();
        for row in &self.rows {
            let mut line = " ".repeat(indent);
            for (column, cell) in row.iter().enumerate() {
                let gap = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                let (before, after) =
                    if self.right.contains(&column) { (gap.as_str(), "") } else { ("", gap.as_str()) };
                line.extend([before, cell, after, "  "]);
            }
            output.line(line.trim_end())?;
        }
        Ok(())
    }
}

/// A value in one line, cut after so many characters.
pub fn short(value: &Value, limit: usize) -> String {
    let text = json::to_text(value);
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// What can be shown, or nothing.
pub fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

/// `1 event`, `2 events`.
pub fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Text of a store in one line of a terminal: control characters would move its cursor.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The name of a stream or a category in one line of a terminal: never blank.
pub fn plain_name(name: &str) -> String {
    plain(names::shown(name))
}

/// The name of an event type in one line of a terminal: never blank.
pub fn plain_type(name: &str) -> String {
    plain(names::shown_type(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let mut columns = Columns::new(&["name", "n"]).right(&[1]);
        columns.row(["größe".to_owned(), "7".to_owned()]);
        columns.row(["a".to_owned(), "1000".to_owned()]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output::new(&mut out, &mut err, false);
        columns.print(&mut output, 1).unwrap();
        output.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), " name      n\n größe     7\n a      1000\n");
    }

    #[test]
    fn nothing_is_printed_before_the_end_unless_it_is_much() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output::new(&mut out, &mut err, false);
        output.line("x").unwrap();
        drop(output);
        assert!(out.is_empty());
        let mut output = Output::new(&mut out, &mut err, false);
        output.write_all(&vec![b'x'; HELD_BACK]).unwrap();
        drop(output);
        assert_eq!(out.len(), HELD_BACK);
    }
}
