//! `foldline copy`: a copy of the store, whole or as of a moment.

use serde::Serialize;

use super::args::{CopyArgs, LayoutOfCopy};
use super::failure::{CliError, Status};
use super::options::{self, Setting};
use super::output::{Output, counted, plain};
use crate::model::{Cancel, CopyPlan, Moment, Progress, StreamIndex};
use crate::worker::{CopyLayout, CopyTarget, Session, partial_copy};

/// A copy that was written.
#[derive(Debug, Serialize)]
pub struct CopyShape {
    /// Where it is, as it was given.
    pub path: String,
    /// How many events it holds.
    pub events: u64,
}

/// The layout that a copy is written in.
pub fn layout(asked: Option<LayoutOfCopy>) -> CopyLayout {
    match asked {
        Some(LayoutOfCopy::Foldline) => CopyLayout::Foldline,
        None => CopyLayout::Own,
    }
}

/// Says before anything is written that a copy can't be in the store's own layout.
pub fn say_layout(asked: Option<LayoutOfCopy>, session: &Session, plan: &CopyPlan, output: &mut Output<'_>) {
    if asked.is_none() && !session.copies_in_own_layout(plan) {
        let title = &session.store().layout().title;
        if session.store().is_several() {
            output.note("a copy of several files can't be written in their own layout; this one is in Foldline's");
            return;
        }
        let what = if plan.scenario.is_some() { "a copy with edits" } else { "such a copy" };
        let why = session.why_not_in_own_layout(plan).map(|why| format!(": {why}")).unwrap_or_default();
        output.note(plain(&format!("{what} can't be written in the layout {title}; this one is in Foldline's{why}")));
    }
}

/// Runs the command.
pub fn run(args: &CopyArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let until = args.until.as_deref().map(|text| setting.moment(text)).transpose()?;
    if matches!(until, Some(Moment::Version(_))) && args.streams.len() != 1 {
        return Err(CliError::Usage(
            "a version is a place in one stream; name the stream with --stream, or the moment by a position (#12) or a time"
                .to_owned(),
        ));
    }
    options::check_target(&args.out, &args.store, &[])?;
    let opened = options::open(&args.store)?;
    let streams: Vec<StreamIndex> = args.streams.iter().map(|name| opened.stream(name)).collect::<Result<_, _>>()?;
    let streams = (!streams.is_empty()).then_some(streams.as_slice());
    let plan = partial_copy(opened.log(), until, streams)?;
    say_layout(args.layout_of_copy, &opened.session, &plan, output);
    if args.whole && !opened.session.copies_in_own_layout(&plan) {
        output.note("tables that are not the event store's are not in it");
    }
    let target =
        CopyTarget { out: &args.out, force: args.force, whole: args.whole, layout: layout(args.layout_of_copy) };
    let copied = opened.session.write_copy(&plan, target, &Progress::default(), &Cancel::default())?;
    copied.notes.iter().for_each(|note| output.note(plain(note)));
    let shape = CopyShape { path: args.out.to_string_lossy().into_owned(), events: copied.events };
    if opened.json {
        output.json(&shape)?;
    } else {
        output.line(format!(
            "{} written in the layout {}: {}",
            counted(shape.events, "event"),
            copied.layout_title,
            plain(&shape.path)
        ))?;
    }
    Ok(Status::Done)
}
