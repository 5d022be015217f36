//! `foldline schema`: event types, their fields, and how they changed.

use std::io;

use super::args::{SchemaArgs, SchemaFormat};
use super::failure::{CliError, Status};
use super::nearest::did_you_mean;
use super::options::{self, Opened, Setting};
use super::output::{Columns, Output, counted, passed_over, plain, plain_name, plain_type};
use crate::analysis::schema::{Catalogue, Change, Field, Place, Presence, TypeEntry, json_schema};
use crate::model::{Cancel, Progress, TypeIndex};
use crate::worker::CatalogueScope;

/// Characters of what is told of a field's values.
const VALUES: usize = 100;

/// Runs the command.
pub fn run(args: &SchemaArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    Setting::of(&args.store)?;
    let opened = options::open(&args.store)?;
    let mut scope = CatalogueScope::default();
    for name in &args.types {
        scope.types.extend(types(&opened, name)?);
    }
    scope.category = args.category.as_deref().map(|name| opened.category(name)).transpose()?;
    let mut catalogue = opened.session.catalogue(&scope, &Progress::default(), &Cancel::default())?;
    let looked_at = catalogue.types.len();
    if let Some(part) = &args.field {
        catalogue.retain_fields(part);
    }
    match args.format {
        Some(SchemaFormat::JsonSchema) => output.json(&json_schema(&catalogue))?,
        Some(SchemaFormat::Json) => output.json(&catalogue)?,
        None if opened.json => output.json(&catalogue)?,
        Some(SchemaFormat::Text) | None => {
            output.line(heading(&catalogue, looked_at, args.field.as_deref()))?;
            for entry in &catalogue.types {
                output.line("")?;
                print_type(entry, output)?;
            }
        }
    }
    Ok(Status::Done)
}

/// The types of a name, in full or short: several may be shown alike.
fn types(opened: &Opened, name: &str) -> Result<Vec<TypeIndex>, CliError> {
    let known = opened.log().types();
    let all = (0..known.len()).map(|at| TypeIndex(at as u32));
    let exact = all.clone().find(|index| *opened.log().event_type(*index).name == *name);
    let found: Vec<TypeIndex> = match exact {
        Some(index) => vec![index],
        None => all.filter(|index| *opened.log().event_type(*index).short == *name).collect(),
    };
    if found.is_empty() {
        let hint = did_you_mean(name, known.iter().map(|kind| &*kind.short));
        let hint = if hint.is_empty() { "; `foldline info` lists them".to_owned() } else { hint };
        return Err(CliError::Usage(format!("there is no event type {name:?}{hint}")));
    }
    Ok(found)
}

/// What was looked at, and what of it is shown. `types` were there before those without such a field were left out.
fn heading(catalogue: &Catalogue, types: usize, field: Option<&str>) -> String {
    let Catalogue { of, scanned, unreadable, types: shown, .. } = catalogue;
    let events = match (*scanned, *of) {
        (1, 1) => "the only event".to_owned(),
        (scanned, of) if scanned == of => format!("all {}", counted(of, "event")),
        (scanned, of) => format!("{scanned} of {}", counted(of, "event")),
    };
    let mut words = match field {
        _ if *of == 0 => return "the store has no events".to_owned(),
        _ if *scanned == 0 => return format!("none of {} fits", counted(*of, "event")),
        Some(part) if shown.is_empty() => {
            format!(
                "no field's name has {} in it; looked at {events} of {}",
                plain(part),
                counted(types as u64, "type")
            )
        }
        Some(part) => {
            let have = if shown.len() == 1 { "has" } else { "have" };
            let types = counted(types as u64, "event type");
            format!("{} of {types} {have} a field with {} in its name; looked at {events}", shown.len(), plain(part))
        }
        None if types == 0 => format!("no event says what type it is; looked at {events}"),
        None => format!("{} in {events}", counted(types as u64, "event type")),
    };
    if *unreadable > 0 {
        words = format!("{words}; {}", passed_over(usize::try_from(*unreadable).unwrap_or(usize::MAX)));
    }
    words
}

fn print_type(entry: &TypeEntry, output: &mut Output<'_>) -> io::Result<()> {
    let full = if entry.name == entry.short { String::new() } else { format!(" ({})", plain(&entry.name)) };
    output.line(format!("{}{full}: {}", plain_type(&entry.short), counted(entry.events, "event")))?;
    if entry.events == 1 {
        output.line(format!("  at {}", place(&entry.first)))?;
    } else {
        output.line(format!("  first {}, last {}", place(&entry.first), place(&entry.last)))?;
    }
    let list = |items: Vec<String>| items.join(", ");
    if !entry.categories.is_empty() {
        let categories = entry.categories.iter().map(|one| format!("{} ({})", plain_name(&one.category), one.events));
        output.line(format!("  categories: {}", list(categories.collect())))?;
    }
    if !entry.schema_versions.is_empty() {
        let versions = entry.schema_versions.iter().map(|one| format!("{} ({})", plain(&one.version), one.events));
        output.line(format!("  schema versions: {}", list(versions.collect())))?;
    }
    for count in &entry.unreadable {
        let words = format!("{} can't be read", counted(count.events, "payload"));
        output.line(format!("  {words}: {}, first at {}", plain(&count.reason), place(&count.first)))?;
    }
    let mut columns = Columns::headless().right(&[2]);
    for field in &entry.fields {
        let indent = "  ".repeat(field.depth);
        columns.row([
            format!("{indent}{}", plain(&field.name)),
            field.types_words(),
            field.filled().map_or_else(String::new, Presence::percent),
            values(field),
        ]);
    }
    columns.print(output, 4)?;
    if entry.more_fields {
        output.line("    and more fields that are not told apart")?;
    }
    if !entry.changes.is_empty() {
        output.line("  changes:")?;
        let mut columns = Columns::headless();
        for change in &entry.changes {
            columns.row([when(change), change.verdict().to_owned(), told(change), change.facts()]);
        }
        columns.print(output, 4)?;
    }
    Ok(())
}

fn values(field: &Field) -> String {
    let words = plain(&field.values_words());
    match words.char_indices().nth(VALUES) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}

fn told(change: &Change) -> String {
    let hint = change.hint().map_or_else(String::new, |hint| format!(" ({hint})"));
    plain(&format!("{}{hint}", change.words()))
}

fn when(change: &Change) -> String {
    let word = if change.after { "after" } else { "from" };
    format!("{word} {}", place(&change.at))
}

fn place(place: &Place) -> String {
    match place.time {
        Some(time) => format!("{time} #{}", place.position),
        None => format!("#{}", place.position),
    }
}
