//! `foldline check`: whether the history is sound.

use serde::Serialize;

use super::args::CheckArgs;
use super::failure::{CliError, Status};
use super::options::{self, Setting};
use super::output::{Columns, Output, counted, plain, shown};
use crate::analysis::health::{Count, Finding, Findings, Health, Scanned, Severity};
use crate::model::{Cancel, Progress};

/// What was found.
#[derive(Debug, Serialize)]
struct CheckShape<'a> {
    /// The worst first; of each kind in the store's order.
    findings: &'a [Finding],
    /// How many there are of each kind, those included that are not listed.
    counts: &'a [Count],
    scanned: Scanned,
    /// Whether no error was found.
    ok: bool,
}

/// So many findings of a kind are printed for people.
const PRINTED: usize = 20;

/// Runs the command.
pub fn run(args: &CheckArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let projections = options::projections(&args.projection)?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let health = opened.session.health(&Findings::default(), &Progress::default(), &Cancel::default())?;
    if opened.json {
        let Health { findings, counts, scanned, .. } = &health;
        output.json(&CheckShape { findings, counts, scanned: *scanned, ok: health.is_ok() })?;
    } else {
        print(&health, output)?;
    }
    opened.tell_notes(output);
    Ok(Status::found_if(health.found_trouble()))
}

fn print(health: &Health, output: &mut Output<'_>) -> std::io::Result<()> {
    let Scanned { events, streams, payloads, snapshots } = health.scanned;
    let found: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| (*severity, health.count(*severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| severity.counted(count))
        .collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    output.line(format!(
        "{found}; looked at {} in {}, {} and {}",
        counted(events, "event"),
        counted(streams, "stream"),
        counted(payloads, "payload"),
        counted(snapshots, "snapshot")
    ))?;
    for Count { kind, severity, count } in &health.counts {
        output.line("")?;
        output.line(format!("{} ({}): {}", kind.title(), kind.name(), severity.counted(*count)))?;
        output.line(format!("  {}", kind.meaning()))?;
        output.line(format!("  Next: {}", kind.advice()))?;
        let mut columns = Columns::headless();
        let listed = || health.findings.iter().filter(|finding| (finding.kind, finding.severity) == (*kind, *severity));
        for finding in listed().filter(|finding| !finding.is_rest()).take(PRINTED) {
            let place = finding.position.map_or_else(String::new, |position| format!("#{position}"));
            let stream = finding.stream.as_deref().map_or_else(String::new, plain);
            columns.row([place, stream, shown(finding.time), plain(&finding.message)]);
        }
        columns.print(output, 2)?;
        if *count > PRINTED {
            output.line(format!("  and {} more", count - PRINTED))?;
        }
    }
    Ok(())
}
