//! `foldline what-if`: a scenario's edits against what was recorded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::WhatIfArgs;
use super::compensation;
use super::copy::layout;
use super::failure::{CliError, Status};
use super::options::{self, Setting};
use super::output::{Output, counted, plain};
use super::state::print_changes;
use super::sweep;
use crate::model::{Cancel, Progress};
use crate::whatif::{self, CopyWritten, EventMoment, Scenario, StreamComparison, WhatIf};
use crate::worker::CopyTarget;

/// Scenario files larger than this are no scenario files.
const FILE_LIMIT: u64 = 256 << 20;

/// What is printed: the comparison, and what was asked for besides.
#[derive(serde::Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    what_if: &'a WhatIf,
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<&'a whatif::Sweep>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compensation: Option<&'a [whatif::Compensation]>,
}

/// Runs the command.
pub fn run(args: &WhatIfArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let projections = options::projections(&args.projection)?;
    if let Some(out) = &args.save_copy {
        let files = args.projection.files.iter().map(PathBuf::as_path);
        let inputs: Vec<&Path> = std::iter::once(args.scenario.as_path()).chain(files).collect();
        options::check_target(out, &args.store, &inputs)?;
    }
    let scenario = Arc::new(read(args)?);
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let streams = opened.session.compare(&scenario, &Progress::default(), &Cancel::default())?;
    let sweep = sweep::run(args, &scenario, &opened.session, setting.zone())?;
    let compensation = if args.compensate { Some(compensation::run(&scenario, &opened.session)?) } else { None };
    let copy = match &args.save_copy {
        Some(out) => {
            let plan = opened.session.scenario_copy(&scenario)?;
            let target = CopyTarget { out, force: args.force, whole: false, layout: layout(args.layout_of_copy) };
            let copied = opened.session.write_copy(&plan, target, &Progress::default(), &Cancel::default())?;
            copied.notes.iter().for_each(|note| output.note(plain(note)));
            Some(CopyWritten { path: out.to_string_lossy().into_owned(), events: copied.events })
        }
        None => None,
    };
    let what_if = WhatIf { scenario: scenario.name.clone(), edits: scenario.edits.len(), streams, copy };
    let breaks = what_if.streams.iter().any(|stream| !stream.broken_invariants.is_empty());
    if opened.json {
        output.json(&Document { what_if: &what_if, sweep: sweep.as_ref(), compensation: compensation.as_deref() })?;
    } else {
        print(&what_if, output)?;
        if let Some(sweep) = &sweep {
            output.line("")?;
            sweep::print(sweep, output)?;
        }
        if let Some(proposals) = &compensation {
            compensation::print(proposals, output)?;
        }
    }
    opened.tell_notes(output);
    Ok(Status::found_if(breaks))
}

fn read(args: &WhatIfArgs) -> Result<Scenario, CliError> {
    let path = &args.scenario;
    let unreadable =
        |why: String| CliError::Input(format!("can't read the scenario ({why}); check the name: {}", path.display()));
    let about = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if about.is_dir() || about.len() > FILE_LIMIT {
        return Err(unreadable("a scenario is a file of JSON text".to_owned()));
    }
    let text = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
    whatif::parse(&text).map_err(|error| CliError::Input(format!("{}: {error}", path.display())))
}

fn print(what_if: &WhatIf, output: &mut Output<'_>) -> std::io::Result<()> {
    output.line(format!("{}: {}", plain(&what_if.scenario), counted(what_if.edits, "edit")))?;
    if what_if.streams.is_empty() {
        output.line("no stream differs")?;
    }
    for stream in &what_if.streams {
        output.line("")?;
        print_stream(stream, output)?;
    }
    if let Some(copy) = &what_if.copy {
        output.line("")?;
        output.line(format!("a copy with {} was written: {}", counted(copy.events, "event"), plain(&copy.path)))?;
    }
    Ok(())
}

fn print_stream(stream: &StreamComparison, output: &mut Output<'_>) -> std::io::Result<()> {
    let name = plain(&stream.stream);
    match &stream.first_divergence {
        Some(moment) => output.line(format!("{name} differs from {}", words(moment)))?,
        None => output.line(format!("{name} has the same states"))?,
    }
    print_changes(&stream.changes, output)?;
    for broken in &stream.broken_invariants {
        output.line(format!("  newly broken at {}: {}", words(&broken.at), plain(&broken.name)))?;
    }
    for moment in &stream.no_effect {
        output.line(format!("  no longer has an effect: {}", words(moment)))?;
    }
    for (side, end) in [("as recorded", &stream.baseline), ("in the branch", &stream.branch)] {
        if let Some(error) = &end.error {
            output.line(format!("  {side} the projection stops: {}", plain(&error.to_string())))?;
        }
    }
    Ok(())
}

fn words(moment: &EventMoment) -> String {
    let EventMoment { position, version, time, event_type } = moment.clone();
    plain(&crate::report::MomentShape { position, version, time, event_type: Some(event_type) }.words())
}
