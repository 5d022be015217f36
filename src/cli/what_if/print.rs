//! What a what-if comes to, as text and as JSON.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use crate::cli::compensation;
use crate::cli::output::{Output, counted, plain, plain_name};
use crate::cli::state::print_changes;
use crate::cli::sweep;
use crate::report::MomentShape;
use crate::whatif::{
    Because, CategoryTotals, Compensation, CopyWritten, EventMoment, Follows, Hints, ReadModel, Scenario,
    StreamComparison, StreamFollows, Sweep,
};

/// A what-if as JSON: what every version prints, then what follows in the whole store.
#[derive(Debug, Serialize)]
pub struct WhatIfShape {
    scenario: String,
    edits: usize,
    pub streams: Vec<StreamComparison>,
    pub copy: Option<CopyWritten>,
    summary: String,
    read_models: Vec<ReadModel>,
    totals: Vec<CategoryTotals>,
    hints: Hints,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Vec<Compensation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixture: Option<FixtureWritten>,
}

/// A fixture that was written.
#[derive(Debug, Serialize)]
pub struct FixtureWritten {
    pub path: String,
    pub stream: Arc<str>,
    pub cases: usize,
}

/// One scenario compared with another.
#[derive(Debug, Serialize)]
pub struct BetweenShape {
    left: String,
    right: String,
    streams: Vec<StreamComparison>,
    summary: String,
}

impl BetweenShape {
    /// The right one compared with the left one.
    pub fn new(left: &Scenario, right: &Scenario, follows: Follows) -> Self {
        let summary = follows.summary(None);
        let streams = follows.streams.into_iter().filter(StreamFollows::differs).map(|one| one.comparison);
        Self { left: left.name.clone(), right: right.name.clone(), streams: streams.collect(), summary }
    }

    /// Prints it for people.
    pub fn print(&self, output: &mut Output<'_>) -> std::io::Result<()> {
        output.line("")?;
        output.line(format!("{}: {}", plain(&self.right), plain(&self.summary)))?;
        for stream in &self.streams {
            print_stream(stream, output)?;
        }
        Ok(())
    }
}

impl WhatIfShape {
    /// The shape of what follows from a scenario.
    pub fn new(scenario: &Scenario, follows: Follows) -> Self {
        let summary = follows.summary(None);
        Self {
            scenario: scenario.name.clone(),
            edits: scenario.edits.len(),
            streams: follows.streams.into_iter().map(|one| one.comparison).collect(),
            copy: None,
            summary,
            read_models: follows.read_models,
            totals: follows.totals,
            hints: follows.hints,
            sweep: None,
            compensation: None,
            fixture: None,
        }
    }

    /// Whether an invariant breaks that held before.
    pub fn breaks(&self) -> bool {
        self.streams.iter().any(|stream| !stream.broken_invariants.is_empty())
    }

    /// Prints it for people.
    pub fn print(&self, output: &mut Output<'_>) -> std::io::Result<()> {
        output.line(format!("{}: {}", plain(&self.scenario), counted(self.edits, "edit")))?;
        if self.edits > 0 {
            output.line(plain(&self.summary))?;
        }
        if self.streams.is_empty() {
            output.line("no stream differs")?;
        }
        for stream in &self.streams {
            output.line("")?;
            print_stream(stream, output)?;
        }
        self.print_models(output)?;
        print_hints(&self.hints, output)?;
        if let Some(sweep) = &self.sweep {
            output.line("")?;
            sweep::print(sweep, output)?;
        }
        if let Some(proposals) = &self.compensation {
            compensation::print(proposals, output)?;
        }
        if let Some(copy) = &self.copy {
            output.line("")?;
            output.line(format!("a copy with {} was written: {}", counted(copy.events, "event"), plain(&copy.path)))?;
        }
        if let Some(fixture) = &self.fixture {
            output.line("")?;
            let cases = counted(fixture.cases, "case");
            output.line(format!(
                "a fixture of {} with {cases} was written: {}",
                plain_name(&fixture.stream),
                plain(&fixture.path)
            ))?;
        }
        Ok(())
    }

    fn print_models(&self, output: &mut Output<'_>) -> std::io::Result<()> {
        if self.read_models.is_empty() {
            return Ok(());
        }
        output.line("")?;
        output.line("read models")?;
        for model in &self.read_models {
            let entities = if model.entities == 1 { "entity" } else { "entities" };
            let verb = if model.differing == 1 { "ends" } else { "end" };
            output.line(format!(
                "  {}: {} of {} {entities} {verb} otherwise",
                plain_name(&model.category),
                model.differing,
                model.entities
            ))?;
            let totals = self.totals.iter().find(|totals| totals.category == model.category);
            for field in totals.into_iter().flat_map(|totals| &totals.fields) {
                let side = |number: &Option<crate::model::Number>| {
                    number.as_ref().map_or_else(|| "beyond exact sums".to_owned(), ToString::to_string)
                };
                let (before, after) = (side(&field.before), side(&field.after));
                let change =
                    if before == after { format!("{before}, unchanged") } else { format!("{before} → {after}") };
                output.line(format!("    sum of {}: {change}", plain(&field.field)))?;
            }
        }
        Ok(())
    }
}

fn print_hints(hints: &Hints, output: &mut Output<'_>) -> std::io::Result<()> {
    if hints.deleted == 0 {
        return Ok(());
    }
    output.line("")?;
    let looked = format!("{} looked at, from the first deleted one on", counted(hints.scanned, "event"));
    if !hints.causation_ids && !hints.correlation_ids {
        return output.line(format!("which other events depend on the deleted ones can't be told: none of them names its cause or its process ({looked})"));
    }
    if hints.streams.is_empty() {
        return output
            .line(format!("no other event names a deleted one as its cause, or is later in its process ({looked})"));
    }
    output.line(format!("would probably not have happened ({looked})"))?;
    for stream in &hints.streams {
        let mut parts = Vec::new();
        if stream.caused > 0 {
            parts.push(format!("{} caused by deleted events", counted(stream.caused, "event")));
        }
        if stream.same_process > 0 {
            parts.push(format!("{} later in the same process", counted(stream.same_process, "event")));
        }
        if stream.other_cause > 0 {
            parts.push(format!("{} of the same process with another cause", counted(stream.other_cause, "event")));
        }
        let name = if stream.stream.is_empty() { "(no stream)" } else { &stream.stream };
        output.line(format!("  {}: {}", plain(name), parts.join(", ")))?;
        for event in &stream.first {
            let why = match event.because {
                Because::Caused => "goes back to",
                Because::SameProcess => "same process as",
                Because::OtherCause => "another cause, same process as",
            };
            let root = crate::whatif::place_words(&event.deleted);
            output.line(format!("    {}  ({why} {root} of {})", words(&event.at), plain_name(&event.deleted_from)))?;
        }
    }
    Ok(())
}

fn print_stream(stream: &StreamComparison, output: &mut Output<'_>) -> std::io::Result<()> {
    let name = plain_name(&stream.stream);
    match &stream.first_divergence {
        Some(moment) => output.line(format!("{name} differs from {}", words(moment)))?,
        None => output.line(format!("{name} has the same states"))?,
    }
    print_changes(&stream.changes, output)?;
    for broken in &stream.broken_invariants {
        output.line(format!("  newly broken at {}: {}", words(&broken.at), plain(&broken.name)))?;
    }
    let mut told = BTreeSet::new();
    for mended in stream.mended_invariants.iter().filter(|mended| told.insert(mended.name.clone())) {
        output.line(format!("  no longer broken from {}: {}", words(&mended.at), plain(&mended.name)))?;
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
    plain(&MomentShape { position, version, time, event_type: Some(event_type) }.words())
}
