//! `foldline check`: whether the history is sound.

use super::args::CheckArgs;
use super::failure::{CliError, Status};
use super::options::{self, Setting};
use super::output::Output;
use crate::analysis::health::Findings;
use crate::model::{Cancel, Progress};

/// Runs the command.
pub fn run(args: &CheckArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let projections = options::projections(&args.projection)?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let health = opened.session.health(&Findings::default(), &Progress::default(), &Cancel::default())?;
    if opened.json {
        output.json(&health)?;
    } else {
        health.lines().iter().try_for_each(|line| output.line(line))?;
    }
    opened.tell_notes(output);
    Ok(Status::found_if(health.found_trouble()))
}
