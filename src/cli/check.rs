//! `foldline check`: whether the history is sound.

use super::args::CheckArgs;
use super::failure::{CliError, Status};
use super::options::{self, Setting};
use super::output::Output;
use crate::analysis::health::{Findings, Severity};
use crate::model::{Cancel, Progress};
use crate::worker::told;

/// Runs the command. What is found is printed at its end, the worst first, and only if all could be read; until then a
/// terminal shows how far it is.
pub fn run(args: &CheckArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let projections = options::projections(&args.projection)?;
    let on_unreadable = options::on_unreadable(args.skip_unreadable);
    let (opening, checking, findings) = (Progress::default(), Progress::default(), Findings::default());
    let open = || options::open_with_progress(&args.store, projections, on_unreadable, &opening);
    let opened = told(&|| reading(&opening), open)?;
    let check = || opened.session.health(&findings, &checking, &Cancel::default());
    let health = told(&|| so_far(&checking, &findings), check)?;
    if opened.json {
        output.json(&health)?;
    } else {
        health.lines().iter().try_for_each(|line| output.line(line))?;
    }
    opened.tell_notes(output);
    Ok(Status::found_if(health.found_trouble()))
}

fn reading(progress: &Progress) -> String {
    match progress.counts() {
        _ if progress.is_copying() => format!("making a private copy:{}", share(progress.counts())),
        (0, _) => "opening the store".to_owned(),
        counts => format!("reading the index:{} of its rows", share(counts)),
    }
}

/// How much was looked at and what was found, in a line.
fn so_far(progress: &Progress, findings: &Findings) -> String {
    let looked = match progress.counts() {
        (0, total) => format!("looking at the index of {total} events"),
        (done, total) => format!("looked at {done} of {total} payloads,{}", share((done, total))),
    };
    let counts = findings.counts();
    let of = |severity| counts.iter().filter(|count| count.severity == severity).map(|count| count.count).sum();
    let found = Severity::ALL.into_iter().map(|severity| (severity, of(severity))).filter(|(_, count)| *count > 0);
    let found: Vec<String> = found.map(|(severity, count)| severity.counted(count)).collect();
    match found.is_empty() {
        true => format!("{looked}; nothing found so far"),
        false => format!("{looked}; {} so far", found.join(", ")),
    }
}

/// In hundredths; nothing where it is not known of how much.
fn share((done, total): (u64, u64)) -> String {
    let share = done.min(total).saturating_mul(100).checked_div(total);
    share.map_or_else(String::new, |share| format!(" {share} %"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::health::{Finding, Kind};

    #[test]
    fn how_far_it_is_in_a_line() {
        let (progress, findings) = (Progress::default(), Findings::default());
        assert_eq!(reading(&progress), "opening the store");
        progress.set_total(200);
        assert_eq!(so_far(&progress, &findings), "looking at the index of 200 events; nothing found so far");
        progress.set_done(50);
        assert_eq!(reading(&progress), "reading the index: 25 % of its rows");
        for severity in [Severity::Info, Severity::Error, Severity::Error] {
            findings.push(Finding::new(Kind::VersionGap, severity, "x"));
        }
        assert_eq!(so_far(&progress, &findings), "looked at 50 of 200 payloads, 25 %; 2 errors, 1 note so far");
        progress.set_copying(true);
        assert_eq!(reading(&progress), "making a private copy: 25 %");
    }
}
