//! `foldline what-if`: scenarios' edits against what was recorded.

mod files;
mod print;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use self::print::{BetweenShape, FixtureWritten, WhatIfShape};
use super::args::{FixtureFormat, WhatIfArgs};
use super::compensation;
use super::copy::{layout, say_layout};
use super::failure::{CliError, Status};
use super::options::{self, Opened, Setting};
use super::output::{Output, plain};
use super::sweep;
use crate::model::{Cancel, Moment, Progress};
use crate::whatif::{CopyWritten, Scenario};
use crate::worker::{CopyTarget, FixtureCases};

/// Several scenarios at once, each as it would be alone.
#[derive(Serialize)]
struct Several {
    scenarios: Vec<WhatIfShape>,
    between: Vec<BetweenShape>,
}

/// Runs the command.
pub fn run(args: &WhatIfArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let projections = options::projections(&args.projection)?;
    let fixture_at = args.fixture_at.as_deref().map(|moment| setting.moment(moment)).transpose()?;
    check_outputs(args)?;
    let files = args.scenarios.iter().map(|path| Ok((files::read(path)?, path)));
    let files = files.collect::<Result<Vec<_>, CliError>>()?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let mut shapes = Vec::with_capacity(files.len());
    let mut scenarios = Vec::with_capacity(files.len());
    for (file, path) in &files {
        let scenario = files::fitting(file, path, &opened, output)?;
        let follows = opened.session.follow(&scenario, None, &Progress::default(), &Cancel::default())?;
        let told = follows.told_of(None).map(|told| told.comparison.stream.clone());
        let mut shape = WhatIfShape::new(&scenario, follows);
        shape.sweep = sweep::run(args, &scenario, &opened.session, setting.zone())?;
        if args.compensate {
            shape.compensation = Some(compensation::run(&scenario, &opened.session)?);
        }
        // What can't be written is known before anything else is.
        let fixture = match &args.fixture {
            Some(out) => Some(fixture(args, fixture_at, out, &opened, &scenario, told, &shape)?),
            None => None,
        };
        if let Some(out) = &args.save_copy {
            let plan = opened.session.scenario_copy(&scenario, &Cancel::default())?;
            say_layout(args.layout_of_copy, &opened.session, &plan, output);
            let target = CopyTarget { out, force: args.force, whole: false, layout: layout(args.layout_of_copy) };
            let copied = opened.session.write_copy(&plan, target, &Progress::default(), &Cancel::default())?;
            copied.notes.iter().for_each(|note| output.note(plain(note)));
            shape.copy = Some(CopyWritten { path: out.to_string_lossy().into_owned(), events: copied.events });
        }
        if let (Some(out), Some((written, text))) = (&args.fixture, fixture) {
            opened.session.write_text(out, &text, args.force)?;
            shape.fixture = Some(written);
        }
        shapes.push(shape);
        scenarios.push(scenario);
    }
    let between = between(&scenarios, &opened)?;
    let breaks = shapes.iter().any(WhatIfShape::breaks);
    print(shapes, between, opened.json, output)?;
    opened.tell_notes(output);
    Ok(Status::found_if(breaks))
}

/// Every two scenarios, the later one compared with the earlier.
fn between(scenarios: &[Arc<Scenario>], opened: &Opened) -> Result<Vec<BetweenShape>, CliError> {
    let pairs =
        scenarios.iter().enumerate().flat_map(|(at, left)| scenarios[at + 1..].iter().map(move |right| (left, right)));
    let shapes = pairs.map(|(left, right)| {
        let follows = opened.session.follow(right, Some(left), &Progress::default(), &Cancel::default())?;
        Ok(BetweenShape::new(left, right, follows))
    });
    shapes.collect()
}

fn print(
    mut shapes: Vec<WhatIfShape>,
    between: Vec<BetweenShape>,
    json: bool,
    output: &mut Output<'_>,
) -> Result<(), CliError> {
    match (json, shapes.len()) {
        (true, 1) => output.json(&shapes.remove(0))?,
        (true, _) => output.json(&Several { scenarios: shapes, between })?,
        (false, _) => {
            for (at, shape) in shapes.iter().enumerate() {
                if at > 0 {
                    output.line("")?;
                }
                shape.print(output)?;
            }
            between.iter().try_for_each(|shape| shape.print(output))?;
        }
    }
    Ok(())
}

/// Refuses what can't be written where it is asked for, before anything is read.
fn check_outputs(args: &WhatIfArgs) -> Result<(), CliError> {
    let several = args.scenarios.len() > 1;
    for (option, out) in [("--save-copy", &args.save_copy), ("--fixture", &args.fixture)] {
        let Some(out) = out else { continue };
        if several {
            return Err(CliError::Usage(format!("{option} writes what one scenario makes; name one --scenario")));
        }
        let files = args.projection.files.iter().chain(&args.scenarios).map(PathBuf::as_path);
        options::check_target(out, &args.store, &files.collect::<Vec<&Path>>())?;
    }
    if let (Some(copy), Some(fixture)) = (&args.save_copy, &args.fixture)
        && (copy == fixture || crate::worker::is_same_file(copy, fixture))
    {
        return Err(CliError::Usage(format!("--save-copy and --fixture name the same file: {}", copy.display())));
    }
    Ok(())
}

/// A fixture's text, and what will be said of it.
fn fixture(
    args: &WhatIfArgs,
    at: Option<Moment>,
    out: &Path,
    opened: &Opened,
    scenario: &Arc<Scenario>,
    told: Option<Arc<str>>,
    shape: &WhatIfShape,
) -> Result<(FixtureWritten, String), CliError> {
    let first = || told.or_else(|| shape.streams.first().map(|one| one.stream.clone()));
    let stream: Arc<str> = match &args.fixture_stream {
        Some(name) if shape.streams.iter().any(|one| *one.stream == **name) => name.as_str().into(),
        Some(name) => opened.log().stream(opened.stream(name)?).name.clone(),
        None => first().ok_or_else(|| {
            CliError::Usage(
                "the scenario has no edits, so no stream stands out; name one with --fixture-stream".to_owned(),
            )
        })?,
    };
    let cases = at.map_or(FixtureCases::Telling, FixtureCases::At);
    let fixture = opened.session.fixture(scenario, &stream, cases, &Progress::default(), &Cancel::default())?;
    let text = match args.fixture_format.unwrap_or_else(|| FixtureFormat::of(out)) {
        FixtureFormat::Json => fixture.to_json(),
        FixtureFormat::Text => fixture.to_text(),
    };
    let path = out.to_string_lossy().into_owned();
    Ok((FixtureWritten { path, stream, cases: fixture.cases.len() }, text))
}
