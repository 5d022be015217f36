//! What was found, as text and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::findings::{Count, Finding, Health, Scanned, Severity, Unchecked};

#[derive(Serialize)]
struct Shape<'a> {
    /// The worst first; of each kind in the store's order. What is of several kinds is found under each, with the word
    /// for the one under which people are told of it.
    findings: Vec<Finding>,
    /// How many there are of each kind, those included that are not listed; what is told under another kind is not
    /// counted again.
    counts: &'a [Count],
    scanned: Scanned,
    /// What could not be looked for, and why.
    not_checked: &'a [Unchecked],
    /// Whether that was all.
    complete: bool,
    /// Whether no error was found.
    ok: bool,
}

/// So many findings of a kind are written for people.
const PRINTED: usize = 20;

impl Serialize for Health {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { counts, scanned, complete, not_checked, .. } = self;
        let others = self.findings.iter().flat_map(Finding::under_other_kinds);
        let mut findings: Vec<Finding> = self.findings.iter().cloned().chain(others).collect();
        findings.sort_by(Finding::by_severity);
        Shape { findings, counts, scanned: *scanned, not_checked, complete: *complete, ok: self.is_ok() }
            .serialize(serializer)
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
        self.range_in(&|count| count.to_string())
    }

    /// The same with its numbers as somebody writes them.
    pub fn range_in(&self, number: &dyn Fn(usize) -> String) -> String {
        let Scanned { events, streams, payloads, snapshots } = self.scanned;
        let counted = |count: usize, noun: &str| {
            if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", number(count)) }
        };
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
        if !self.not_checked.is_empty() {
            out.push(String::new());
            out.push("Not looked for:".to_owned());
            let width = self.not_checked.iter().map(|part| part.what.chars().count()).max().unwrap_or(0);
            out.extend(self.not_checked.iter().map(|Unchecked { what, why, .. }| format!("  {what:<width$}  {why}")));
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
