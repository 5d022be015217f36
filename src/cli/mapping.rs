//! `foldline mapping`: a first guess at which tables of an unknown database hold events, as a mapping file.

use super::args::MappingArgs;
use super::failure::{CliError, Status};
use super::nearest::did_you_mean;
use super::output::{Output, plain};
use crate::model::mapping::{Certainty, Mapping, Place, Survey, TableVerdict, explain};
use crate::model::{Cancel, Progress};
use crate::worker;

/// Tables that an error or a note names.
const NAMED: usize = 20;

/// Runs the command.
pub fn run(args: &MappingArgs, output: &mut Output<'_>) -> Result<Status, CliError> {
    let survey = worker::survey(&args.file, &Progress::default(), &Cancel::default())?;
    let mapping = if args.tables.is_empty() { survey.guess.clone() } else { of_tables(&survey, &args.tables)? };
    if mapping.tables.is_empty() {
        return Err(CliError::Input(nothing(&survey)));
    }
    output.line(mapping.to_json().trim_end())?;
    if args.tables.is_empty() {
        output.note(match survey.certainty {
            Certainty::Sure => "names, types and values agree: the guess is most likely right",
            Certainty::Likely => "most of it fits: the guess is probably right; look at what it makes of the rows",
            Certainty::Unsure | Certainty::None => "it may not be events at all: look closely",
        });
    }
    explain(&mapping).iter().for_each(|line| output.note(plain(line)));
    for problem in survey.problems.iter().filter(|problem| mapping.tables.iter().any(|t| t.table == problem.table)) {
        output.note(plain(&format!("{}, {}: {}", problem.table, problem.role, problem.words)));
    }
    let taken = |name: &str| mapping.tables.iter().any(|table| table.table == name);
    for table in survey.tables.iter().filter(|table| !taken(&table.name)).take(NAMED) {
        output.note(plain(&format!("not taken: {} ({})", table.name, table.why)));
    }
    let words = "put it into a file, mend it if need be, and read the store with --mapping FILE";
    output.note(words);
    Ok(Status::Done)
}

/// A mapping of tables that were named.
fn of_tables(survey: &Survey, names: &[String]) -> Result<Mapping, CliError> {
    let mut mapping = Mapping { name: survey.guess.name.clone(), tables: Vec::new() };
    for name in names {
        let Some(table) = survey.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)) else {
            let hint = did_you_mean(name, survey.tables.iter().map(|table| table.name.as_str()));
            return Err(CliError::Usage(format!("there is no table {name:?}{hint}")));
        };
        if table.verdict == TableVerdict::Impossible {
            return Err(CliError::Usage(format!("{:?} can't be mapped: {}", table.name, table.why)));
        }
        let mut mapped = table.guess.clone();
        mapped.table.clone_from(&table.name);
        mapped.event_type.get_or_insert_with(|| Place::Value(table.name.clone()));
        mapping.tables.push(mapped);
    }
    Ok(mapping)
}

fn nothing(survey: &Survey) -> String {
    let why = survey.tables.iter().take(NAMED).map(|table| format!("\n  {}: {}", table.name, table.why));
    format!(
        "nothing in the database looks like events; name the tables that hold some with --table, or look for another \
         file: {}{}",
        survey.path.display(),
        plain_lines(&why.collect::<String>())
    )
}

/// Lines stay lines; what else could confuse a terminal does not.
fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}
