//! Scenario files of the command line: read, parsed, and judged against the store.

use std::path::Path;
use std::sync::Arc;

use crate::cli::failure::CliError;
use crate::cli::options::Opened;
use crate::cli::output::{Output, plain};
use crate::model::Cancel;
use crate::whatif::{Fit, Grades, Scenario, ScenarioFile};
use crate::worker::read_scenario_file;

/// Reads a scenario file.
pub fn read(path: &Path) -> Result<ScenarioFile, CliError> {
    read_scenario_file(path).map_err(CliError::Input)
}

/// The edits that apply, after what there is to say of how they fit. Errors name every edit that does not.
pub fn fitting(
    file: &ScenarioFile,
    path: &Path,
    opened: &Opened,
    output: &mut Output<'_>,
) -> Result<Arc<Scenario>, CliError> {
    let grades = opened.session.grade(file, &Cancel::default())?;
    let place = |index: usize| format!("edits[{index}].{}", file.edits[index].edit.verb());
    let on = |index: &usize| file.edits[*index].enabled;
    let unfit: Vec<String> = grades
        .misfits()
        .filter(on)
        .map(|index| format!("{}: {}", place(index), plain(&grades.edits[index].fit.words().join("; "))))
        .collect();
    if !unfit.is_empty() {
        return Err(CliError::Usage(unfit.join("\n")));
    }
    tell(file, path, &grades, output);
    Ok(Arc::new(file.scenario()))
}

fn tell(file: &ScenarioFile, path: &Path, grades: &Grades, output: &mut Output<'_>) {
    for words in &grades.store {
        output.note(format!("{}: {}", path.display(), plain(words)));
    }
    for (index, grade) in grades.edits.iter().enumerate() {
        let edit = &file.edits[index];
        let verb = edit.edit.verb();
        if !edit.enabled {
            let fits = if matches!(grade.fit, Fit::DoesNotFit(_)) { ", and would not fit" } else { "" };
            output.note(format!("edits[{index}].{verb}: is switched off{fits}"));
            continue;
        }
        for words in grade.fit.words() {
            output.note(format!("edits[{index}].{verb}: {}", plain(words)));
        }
    }
}
