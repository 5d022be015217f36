//! `foldline sample`: sample stores with stories.

use serde::Serialize;

use super::args::SampleArgs;
use super::failure::{CliError, Status};
use super::output::{Output, counted, plain};
use crate::model::{Cancel, Progress};
use crate::sample::samples;
use crate::worker::{SampleOrder, write_sample};

/// A sample in the list.
#[derive(Debug, Serialize)]
struct SampleShape {
    name: &'static str,
    title: &'static str,
    story: &'static str,
    /// What there is to find, and where.
    to_find: &'static [&'static str],
    /// How many events it has without --events.
    events: usize,
}

/// A sample that was written.
#[derive(Debug, Serialize)]
struct WrittenShape {
    /// The store, as it was given.
    path: String,
    events: u64,
    /// The rules beside it.
    projection: String,
}

/// Runs the command.
pub fn run(args: &SampleArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let (Some(name), Some(out)) = (&args.name, &args.out) else { return list(args.json, output) };
    let order =
        SampleOrder { name: name.clone(), out: out.clone(), events: args.events, seed: args.seed, force: args.force };
    let written = write_sample(&order, &Progress::default(), &Cancel::default())?;
    let shape = WrittenShape {
        path: out.to_string_lossy().into_owned(),
        events: written.events,
        projection: written.projection.to_string_lossy().into_owned(),
    };
    if args.json {
        output.json(&shape)?;
    } else {
        output.line(format!("{} written: {}", counted(shape.events, "event"), plain(&shape.path)))?;
        output.line(format!("its rules beside it, which apply at once: {}", plain(&shape.projection)))?;
    }
    Ok(Status::Done)
}

fn list(json: bool, output: &mut Output<'_>) -> Result<Status, CliError> {
    let shapes = samples().iter().map(|sample| SampleShape {
        name: sample.name,
        title: sample.title,
        story: sample.story,
        to_find: sample.to_find,
        events: sample.events,
    });
    if json {
        output.json(&shapes.collect::<Vec<_>>())?;
        return Ok(Status::Done);
    }
    for (number, sample) in shapes.enumerate() {
        if number > 0 {
            output.line("")?;
        }
        output.line(format!("{}: {} ({})", sample.name, sample.title, counted(sample.events, "event")))?;
        output.line(format!("  {}", sample.story))?;
        sample.to_find.iter().try_for_each(|hint| output.line(format!("  - {hint}")))?;
    }
    Ok(Status::Done)
}
