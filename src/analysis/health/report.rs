//! What was found, as text and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::findings::{Count, Finding, Health, Scanned, Severity};

#[derive(Serialize)]
struct Shape<'a> {
    /// The worst first; of each kind in the store's order.
    findings: &'a [Finding],
    /// How many there are of each kind, those included that are not listed.
    counts: &'a [Count],
    scanned: Scanned,
    /// Whether that was all.
    complete: bool,
    /// Whether no error was found.
    ok: bool,
}

/// So many findings of a kind are written for people.
const PRINTED: usize = 20;

impl Serialize for Health {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { findings, counts, scanned, complete, .. } = self;
        Shape { findings, counts, scanned: *scanned, complete: *complete, ok: self.is_ok() }.serialize(serializer)
    }
}

impl Health {
    /// What was found, in a few words: `2 errors, 1 warning`.
    pub fn summary(&self) -> String {
        let found: Vec<String> = Severity::ALL
            .iter()
            .map(|severity| (*severity, self.count(*severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| severity.counted(count))
            .collect();
        if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") }
    }

    /// How much was looked at, in words.
    pub fn range(&self) -> String {
        let Scanned { events, streams, payloads, snapshots } = self.scanned;
        let looked = format!("{} in {}", counted(events, "event"), counted(streams, "stream"));
        let snapshots = match snapshots {
            0 => String::new(),
            count => format!(" and {}", counted(count, "snapshot")),
        };
        if self.complete {
            format!("looked at all {looked} with their payloads{snapshots}")
        } else {
            format!("stopped: looked at the index of {looked}{snapshots}, and at {}", counted(payloads, "payload"))
        }
    }

    /// All of it as text, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut out = vec![format!("{}; {}", self.summary(), self.range())];
        out.extend(self.notes.iter().cloned());
        for Count { kind, severity, count } in &self.counts {
            out.push(String::new());
            out.push(format!("{} ({}): {}", kind.title(), kind.name(), severity.counted(*count)));
            out.push(format!("  {}", kind.meaning()));
            out.push(format!("  Next: {}", kind.advice()));
            let listed: Vec<[String; 4]> = self
                .findings
                .iter()
                .filter(|finding| (finding.kind, finding.severity) == (*kind, *severity) && !finding.is_rest())
                .take(PRINTED)
                .map(cells)
                .collect();
            let width = |column: usize| listed.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
            let widths: Vec<usize> = (0..3).map(width).collect();
            for cells in &listed {
                let mut line = " ".to_owned();
                for (cell, width) in cells.iter().zip(&widths).filter(|(_, width)| **width > 0) {
                    // Writing to a text can't fail.
                    let _ = write!(line, " {cell:<width$} ");
                }
                line = format!("{line} {}", cells[3]);
                out.push(line.trim_end().to_owned());
            }
            if *count > listed.len() {
                out.push(format!("  and {} more", count - listed.len()));
            }
        }
        out
    }
}

fn cells(finding: &Finding) -> [String; 4] {
    let place = finding.position.map_or_else(String::new, |position| format!("#{position}"));
    let time = finding.time.map_or_else(String::new, |time| time.to_string());
    let plain = |text: &str| text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>();
    [place, plain(finding.stream.as_deref().unwrap_or_default()), time, plain(&finding.message)]
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
