//! `foldline what-if --sweep`: from its text to a sweep, and from a sweep to text.

use chrono_tz::Tz;

use super::args::WhatIfArgs;
use super::failure::CliError;
use super::output::{Columns, Output, plain};
use crate::model::{Cancel, Path, Progress, Value, json};
use crate::whatif::{Scenario, Sweep, SweepPlace, SweepSpec, SweepValue, SweepWhat};
use crate::worker::Session;

/// The sweep that the options ask for, if they ask for one.
pub fn run(args: &WhatIfArgs, scenario: &Scenario, session: &Session, zone: Tz) -> Result<Option<Sweep>, CliError> {
    let Some(text) = &args.sweep else { return Ok(None) };
    let usage = |why: String| CliError::Usage(format!("--sweep {text}: {why}"));
    let (edit, what, range) = parts(text, scenario.edits.len()).map_err(usage)?;
    let cancel = Cancel::default();
    let fields: Vec<Path> = args
        .plot
        .iter()
        .map(|field| Path::parse(field.strip_prefix("state.").unwrap_or(field)))
        .collect::<Result<_, _>>()
        .map_err(|error| CliError::Usage(format!("--plot takes a field's path such as balance: {error}")))?;
    let edits = session.sweep_places(scenario, &cancel);
    let place = edits.get(edit).and_then(|edit| edit.places.iter().find(|place| place.what == what));
    let spec = match place {
        Some(place) => spec(edit, place, range, zone).map_err(usage)?,
        // Running it says what there is instead.
        None => SweepSpec::proposed(edit, &SweepPlace { what, value: SweepValue::Number(0.into()), in_edit: false }),
    };
    let sweep = session.sweep(scenario, &spec, &fields, &Progress::default(), &cancel)?;
    Ok(Some(sweep))
}

const FORM: &str = "write [EDIT:]WHAT=FROM..TO/STEP, such as 1:data.amount=0..100/5, time=…..…/15m or shift=-1h..1h/5m";

/// `1:data.amount=0..100/5` into the edit's index, what of it, and the range.
fn parts(text: &str, edits: usize) -> Result<(usize, SweepWhat, &str), String> {
    let (place, range) = text.rsplit_once('=').ok_or_else(|| FORM.to_owned())?;
    let (edit, what) = match place.split_once(':') {
        Some((edit, what)) if !edit.trim().is_empty() && edit.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
            let number: usize = edit.trim().parse().map_err(|_| FORM.to_owned())?;
            (number.checked_sub(1).ok_or("edits are counted from 1")?, what)
        }
        _ if edits == 1 => (0, place),
        _ if edits == 0 => return Err("the scenario has no edits; add one".to_owned()),
        _ => return Err(format!("the scenario has {edits} edits; say which one, such as 1:{place}=…")),
    };
    Ok((edit, SweepWhat::parse(what)?, range))
}

fn spec(edit: usize, place: &SweepPlace, range: &str, zone: Tz) -> Result<SweepSpec, String> {
    let (ends, step) = match range.rsplit_once('/') {
        Some((ends, step)) => (ends, Some(step)),
        None => (range, None),
    };
    let (from, to) = ends.split_once("..").ok_or_else(|| FORM.to_owned())?;
    let (from, to) = (place.value.read_alike(from, zone)?, place.value.read_alike(to, zone)?);
    let step = match step {
        Some(step) => place.value.read_step(step)?,
        None => SweepSpec::steps_between(&from, &to),
    };
    Ok(SweepSpec { edit, what: place.what.clone(), from, to, step })
}

/// Prints a sweep as text: a row for each value, then the thresholds.
pub fn print(sweep: &Sweep, output: &mut Output<'_>) -> std::io::Result<()> {
    output.line(format!(
        "{} of edit {} from {} to {} by {} (it is {})",
        plain(&sweep.what),
        sweep.edit,
        sweep.from,
        sweep.to,
        sweep.step,
        sweep.current
    ))?;
    let several = sweep.streams.len() > 1;
    let mut heads = vec![plain(&sweep.what)];
    heads.extend(sweep.fields.iter().map(|field| match &field.stream {
        Some(stream) if several => plain(&format!("{stream} {}", field.path)),
        Some(_) => plain(&field.path.to_string()),
        None => plain(&format!("total {}", field.path)),
    }));
    heads.push("broken".to_owned());
    let numeric = |at: usize| {
        sweep.points.iter().all(|point| matches!(point.fields.get(at), Some(None | Some(Value::Number(_)))))
    };
    let mut right = vec![0];
    right.extend((0..sweep.fields.len()).filter(|at| numeric(*at)).map(|at| at + 1));
    let mut columns = Columns::headless().right(&right);
    columns.cells(heads);
    for point in &sweep.points {
        let mut cells = vec![point.value.to_string()];
        cells.extend(point.fields.iter().map(|value| value.as_ref().map_or_else(String::new, shown)));
        let broken = point.broken.iter().map(|broken| {
            let at = broken.at.version.map_or_else(String::new, |version| format!(" (v{version})"));
            format!("{}{at}", broken.name)
        });
        let stops = point.stops.iter().map(|stop| stop.message.clone());
        cells.push(plain(&broken.chain(stops).collect::<Vec<_>>().join("; ")));
        columns.cells(cells);
    }
    columns.print(output, 2)?;
    if sweep.thresholds.is_empty() {
        output.line(format!("the outcome is the same at all {} values", sweep.points.len()))?;
    }
    for threshold in &sweep.thresholds {
        for what in &threshold.what {
            output.line(plain(what))?;
        }
    }
    for note in &sweep.notes {
        output.line(format!("({})", plain(note)))?;
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text),
        Value::List(list) => format!("{} items", list.len()),
        other => {
            let text = json::to_text(other);
            if text.chars().count() > 40 {
                format!("{}…", text.chars().take(39).collect::<String>())
            } else {
                plain(&text)
            }
        }
    }
}
