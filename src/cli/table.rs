//! `foldline table`: the read model of a category, one row an entity, as of a moment.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::args::{TableArgs, TableFormat};
use super::failure::{CliError, Status};
use super::find::all_streams;
use super::options::{self, Opened, Setting, position};
use super::output::{Columns, Output, plain, plain_name, short, shown};
use crate::model::{Cancel, EventLog, Moment, Object, Path, Selection, StreamIndex, Timestamp, Value, json};
use crate::query::{Query, Scope, Subject};
use crate::replay::ReplayError;
use crate::worker::FoldedStream;

/// Characters of a value that a column shows.
const SHOWN: usize = 30;

/// The read model of a category.
#[derive(Debug, Serialize)]
struct TableShape {
    category: Arc<str>,
    at: At,
    /// Paths into the states: key fields, then the other fields in order of first appearance.
    columns: Vec<String>,
    /// In the order of `streams`; streams without an event yet have none.
    rows: Vec<Row>,
}

/// As of when: what was asked for, and the store's last event within it.
#[derive(Debug, Serialize)]
struct At {
    position: Option<i64>,
    time: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Row {
    stream: Arc<str>,
    version: Option<i64>,
    state: Value,
    /// Where the projection stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ReplayError>,
}

/// Runs the command.
pub fn run(args: &TableArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let setting = Setting::of(&args.store)?;
    let moment = match (&args.at, &args.position) {
        (Some(at), _) => Some(setting.moment(at)?),
        (None, Some(text)) => Some(Moment::Position(position("--position", text)?)),
        (None, None) => None,
    };
    if matches!(moment, Some(Moment::Version(_))) {
        return Err(CliError::Usage("--at takes a time here: a version is a place in one stream".to_owned()));
    }
    let condition = args.condition.as_deref().map(|query| setting.query(query, Scope::EventAndState)).transpose()?;
    let projections = options::projections(&args.projection)?;
    let opened = options::open_with(&args.store, projections, options::on_unreadable(args.skip_unreadable))?;
    let (table, unreadable) = table(&opened, &args.category, moment, condition.as_ref())?;
    match args.format {
        Some(TableFormat::Csv) => print_csv(&table, output)?,
        Some(TableFormat::Json) => output.json(&table)?,
        None if opened.json => output.json(&table)?,
        None => print(&table, output)?,
    }
    if condition.is_some() {
        output.note_unreadable(unreadable);
    }
    opened.tell_notes(output);
    Ok(Status::Done)
}

/// The table, and how many of the events behind it have a payload that can't be read: counted for a condition only.
/// Without one no more of the events is read than the projections need.
fn table(
    opened: &Opened,
    category: &str,
    moment: Option<Moment>,
    condition: Option<&Query>,
) -> Result<(TableShape, usize), CliError> {
    let log = opened.log();
    let category = opened.category(category)?;
    let in_category = all_streams(log).filter(|stream| log.stream(*stream).category == category);
    let wanted: Vec<(StreamIndex, Selection)> = in_category
        .map(|stream| Ok((stream, opened.select(stream, moment)?)))
        .filter(|wanted| !matches!(wanted, Ok((_, selection)) if selection.is_empty()))
        .collect::<Result<_, CliError>>()?;
    let mut unreadable = HashSet::new();
    let folded = match condition {
        Some(_) => opened.session.fold_streams(&wanted, &Cancel::default(), &mut |passed| {
            if passed.event.data.decoded().is_err() {
                unreadable.insert(passed.index);
            }
        })?,
        None => opened.session.end_states(&wanted, &Cancel::default())?,
    };
    let mut rows = Vec::with_capacity(folded.len());
    for ((_, selection), folded) in wanted.iter().zip(folded) {
        if let Some(condition) = condition
            && !holds(opened, condition, &folded)?
        {
            continue;
        }
        let last = selection.last().and_then(|place| log.lane(folded.stream).get(place));
        rows.push(Row {
            stream: log.stream(folded.stream).name.clone(),
            version: last.and_then(|last| log.version(*last as usize)),
            state: folded.state.value,
            error: folded.error,
        });
    }
    let fold = opened.session.fold(category);
    let columns = columns(&fold.info().key_fields, &rows);
    let table = TableShape { category: log.category(category).clone(), at: at(log, moment), columns, rows };
    Ok((table, unreadable.len()))
}

/// Whether a stream's last event and state fit.
fn holds(opened: &Opened, condition: &Query, folded: &FoldedStream) -> Result<bool, CliError> {
    let Some(last) = folded.last else { return Ok(false) };
    let mut holds = false;
    opened.session.each_event(&mut std::iter::once(last), &Cancel::default(), &mut |_, event| {
        let subject = Subject { event: &event, state: Some(&folded.state.value) };
        holds = condition.matches_in(opened.log(), &subject);
        std::ops::ControlFlow::Break(())
    })?;
    Ok(holds)
}

fn at(log: &EventLog, moment: Option<Moment>) -> At {
    let end = match moment {
        Some(Moment::Position(position)) => log.count_up_to_position(position),
        Some(Moment::Instant(instant)) => {
            (0..log.len()).rev().find(|event| log.time(*event).is_some_and(|time| time <= instant)).map_or(0, |e| e + 1)
        }
        _ => log.len(),
    };
    let last = end.checked_sub(1);
    let mut at = At { position: last.map(|last| log.position(last)), time: last.and_then(|last| log.time(last)) };
    match moment {
        Some(Moment::Position(position)) => at.position = Some(position),
        Some(Moment::Instant(instant)) => at.time = Some(instant),
        _ => {}
    }
    at
}

/// Key fields first, then each other field of the states that no key field is or lies in.
fn columns(key_fields: &[Path], rows: &[Row]) -> Vec<String> {
    let mut columns: Vec<String> = key_fields.iter().map(ToString::to_string).collect();
    let mut seen: std::collections::HashSet<Arc<str>> =
        key_fields.iter().filter(|path| path.parts().len() == 1).map(|path| path.parts()[0].clone()).collect();
    for (key, _) in rows.iter().filter_map(|row| row.state.as_object()).flat_map(Object::iter) {
        if seen.insert(key.clone()) {
            columns.push(Path(vec![key.clone()]).to_string());
        }
    }
    columns
}

fn cell<'a>(row: &'a Row, column: &str) -> Option<&'a Value> {
    row.state.at(&Path::parse(column).ok()?)
}

fn print_csv(table: &TableShape, output: &mut Output<'_>) -> Result<(), CliError> {
    let failed = |error: csv::Error| std::io::Error::other(error.to_string());
    // The table is in memory anyway: so is its text, and a closed pipe shows where it is printed.
    let mut csv = csv::Writer::from_writer(Vec::new());
    let heads = ["stream", "version"].into_iter().chain(table.columns.iter().map(String::as_str));
    csv.write_record(heads).map_err(failed)?;
    for row in &table.rows {
        let cells = table.columns.iter().map(|column| match cell(row, column) {
            Some(Value::String(text)) => text.to_string(),
            Some(value) => json::to_text(value),
            None => String::new(),
        });
        let record: Vec<String> = [row.stream.to_string(), shown(row.version)].into_iter().chain(cells).collect();
        csv.write_record(record).map_err(failed)?;
    }
    let text = csv.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    output.write_all(&text)?;
    Ok(())
}

fn print(table: &TableShape, output: &mut Output<'_>) -> std::io::Result<()> {
    let heads: Vec<String> =
        ["stream", "version"].into_iter().map(str::to_owned).chain(table.columns.iter().map(|c| plain(c))).collect();
    let mut columns = Columns::headless();
    columns.cells(heads);
    for row in &table.rows {
        let version = row.version.map_or(String::new(), |version| format!("v{version}"));
        let cells =
            table.columns.iter().map(|column| shown(cell(row, column).map(|value| plain(&short(value, SHOWN)))));
        columns.cells([plain_name(&row.stream), version].into_iter().chain(cells).collect());
    }
    columns.print(output, 0)?;
    for row in &table.rows {
        if let Some(error) = &row.error {
            output.line(format!(
                "{} stands where its projection stopped: {}",
                plain_name(&row.stream),
                plain(&error.to_string())
            ))?;
        }
    }
    Ok(())
}
