//! Whether a scenario fits a store: each edit judged by itself, not only the first that does not fit.

use std::sync::Arc;

use crate::model::EventLog;
use crate::model::names::short_type;

use super::error::{EditProblem, selector_text};
use super::file::{About, FileEdit, MadeFor, ScenarioFile, Was, same_place, subject, was_at};
use super::overlay::{Overlay, Recorded, Subject};
use super::scenario::{Edit, Update};

/// How a scenario fits a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grades {
    /// How each edit fits, in order, those that are switched off included.
    pub edits: Vec<EditGrade>,
    /// In what the store differs from the one that the scenario was made for, in words.
    pub store: Vec<String>,
}

/// How an edit fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditGrade {
    /// The verdict.
    pub fit: Fit,
    /// What the edit is about in this store, as far as that could be found.
    pub now: Option<Was>,
}

/// A verdict on an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It can be applied and is about what it was made for.
    Fits,
    /// It can be applied; what to look at, in words.
    Warnings(Vec<String>),
    /// It can't be applied: why, in words.
    DoesNotFit(String),
}

impl Fit {
    /// What there is to say, in words; nothing where it fits.
    pub fn words(&self) -> &[String] {
        match self {
            Self::Fits => &[],
            Self::Warnings(words) => words,
            Self::DoesNotFit(why) => std::slice::from_ref(why),
        }
    }
}

impl Grades {
    /// Indices of the edits that don't fit.
    pub fn misfits(&self) -> impl Iterator<Item = usize> {
        let unfit = |grade: &EditGrade| matches!(grade.fit, Fit::DoesNotFit(_));
        self.edits.iter().enumerate().filter(move |(_, grade)| unfit(grade)).map(|(index, _)| index)
    }

    /// How many edits fit with warnings.
    pub fn warned(&self) -> usize {
        self.edits.iter().filter(|grade| matches!(grade.fit, Fit::Warnings(_))).count()
    }

    /// The verdict on the whole, as a short sentence without a stop: `1 of 3 edits does not fit this store`.
    pub fn words(&self) -> String {
        let (all, unfit, warned) = (self.edits.len(), self.misfits().count(), self.warned());
        let of_all = |count: usize, one: &str, more: &str| match (count, all) {
            (1, 1) => format!("the edit {one}"),
            (1, _) => format!("1 of {all} edits {one}"),
            (count, all) if count == all => format!("none of the {all} edits {}", more.replace("do not ", "")),
            (count, _) => format!("{count} of {all} edits {more}"),
        };
        let warnings = match (warned, all) {
            (1, 1) => "the edit fits with a warning".to_owned(),
            (1, _) => format!("1 of {all} edits fits with a warning"),
            (_, _) => format!("{warned} of {all} edits fit with warnings"),
        };
        match (unfit, warned) {
            (0, 0) => "fits this store".to_owned(),
            (0, _) => warnings,
            (_, 0) => of_all(unfit, "does not fit this store", "do not fit this store"),
            (_, _) => format!("{}, {warnings}", of_all(unfit, "does not fit this store", "do not fit this store")),
        }
    }
}

/// Judges every edit of a scenario. One that is switched off is judged as though it were on, and later ones as though
/// it were not there, and so after one that does not fit. `handles` says whether anything becomes of an event of this
/// type in this stream.
///
/// Errors: the store could not be read; the words are its own.
pub fn grade(
    file: &ScenarioFile,
    log: &Arc<EventLog>,
    recorded: &mut dyn Recorded,
    handles: &dyn Fn(&str, &str) -> bool,
) -> Result<Grades, String> {
    let mut edits = Vec::with_capacity(file.edits.len());
    let mut overlay = Overlay::new(&file.name, log, recorded);
    for (index, edit) in file.edits.iter().enumerate() {
        overlay.edit = index;
        overlay.begin();
        let grade = judge(edit, &mut overlay, handles)?;
        if !edit.enabled || matches!(grade.fit, Fit::DoesNotFit(_)) {
            overlay.take_back();
        }
        edits.push(grade);
    }
    Ok(Grades { edits, store: file.made_for.as_ref().map_or_else(Vec::new, |made_for| store_words(made_for, log)) })
}

fn judge(
    edit: &FileEdit,
    overlay: &mut Overlay<'_>,
    handles: &dyn Fn(&str, &str) -> bool,
) -> Result<EditGrade, String> {
    let now = find(edit, overlay)?;
    let before = match &edit.edit {
        Edit::Update(update) => overlay.contents_of(&update.target).ok(),
        _ => None,
    };
    if let Err(problem) = overlay.apply(&edit.edit) {
        let fit = match problem {
            EditProblem::Read(why) => return Err(why),
            problem => Fit::DoesNotFit(with_what_it_was(&problem, edit)),
        };
        return Ok(EditGrade { fit, now });
    }
    let mut warnings = Vec::new();
    if let (Some(was), Some(now)) = (&edit.was, &now)
        && !same_place(was, now)
    {
        warnings.push(changed_words(&edit.edit, was, now));
    }
    if let (Edit::Update(update), Some(before)) = (&edit.edit, before) {
        warnings.extend(update_warning(update, &before, overlay, handles)?);
    }
    if let Edit::Insert(insert) = &edit.edit
        && !handles(&insert.stream, &insert.event_type)
    {
        warnings.push(no_rule(&insert.event_type));
    }
    Ok(EditGrade { fit: if warnings.is_empty() { Fit::Fits } else { Fit::Warnings(warnings) }, now })
}

/// What the edit is about in this store; `None` where that is not there or was never recorded.
fn find(edit: &FileEdit, overlay: &mut Overlay<'_>) -> Result<Option<Was>, String> {
    let found = match subject(&edit.edit) {
        None => return Ok(None),
        Some(About::Range(range)) => {
            let events = overlay.count_in_range(&range).map(|events| events as u64);
            return Ok(events.map(|events| Was { events: Some(events), ..Was::default() }));
        }
        Some(About::Event(selector)) => overlay.recorded_index(&selector)?,
    };
    let Some(index) = found else { return Ok(None) };
    let mut now = was_at(overlay.log, index);
    // An event is read for its id alone, and only where that decides.
    if edit.was.as_ref().is_some_and(|was| was.id.is_some()) {
        now.id = overlay.read(index)?.id.clone();
    }
    Ok(Some(now))
}

fn with_what_it_was(problem: &EditProblem, edit: &FileEdit) -> String {
    match &edit.was {
        Some(was) if was.event_type.is_some() => format!("{problem} (when this was made it was {})", was.words()),
        _ => problem.to_string(),
    }
}

fn changed_words(edit: &Edit, was: &Was, now: &Was) -> String {
    let named = match subject(edit) {
        Some(About::Event(selector)) => selector_text(&selector),
        Some(About::Range(_)) | None => "the range".to_owned(),
    };
    match (was.events, now.events) {
        (Some(before), Some(after)) if before != after => {
            return format!("the range has {}, and had {before} when this was made", counted(after));
        }
        _ => {}
    }
    if was.id.is_some() && same_place(&Was { id: None, ..was.clone() }, now) {
        format!("{named} is another event than when this was made: it has another id")
    } else {
        format!("{named} is {}, and was {} when this was made", now.words(), was.words())
    }
}

fn counted(events: u64) -> String {
    if events == 1 { "1 event".to_owned() } else { format!("{events} events") }
}

fn no_rule(event_type: &str) -> String {
    format!("no rule is for {}, so it changes no state", short_type(event_type))
}

fn update_warning(
    update: &Update,
    before: &[(Subject, Arc<crate::model::Event>)],
    overlay: &mut Overlay<'_>,
    handles: &dyn Fn(&str, &str) -> bool,
) -> Result<Option<String>, String> {
    let mut differs = false;
    for (subject, before) in before {
        let after = overlay.event(*subject).map_err(|problem| problem.to_string())?;
        differs |= after != *before;
        if let Some(event_type) = &update.event_type
            && !handles(after.stream.as_deref().unwrap_or_default(), event_type)
        {
            return Ok(Some(no_rule(event_type)));
        }
    }
    Ok((!differs && !before.is_empty()).then(|| "the store says so already, so it changes nothing".to_owned()))
}

/// In what a store differs from the one that a scenario was made for. That another name of the file is no
/// difference in what is in it is the reader's to judge.
fn store_words(made_for: &MadeFor, log: &EventLog) -> Vec<String> {
    let mut words = Vec::new();
    let events = log.len() as u64;
    if let Some(before) = made_for.events
        && before != events
    {
        let change = match events.checked_sub(before) {
            Some(more) => format!("{} came since this was made", counted(more)),
            None => format!("the store has {}, and had {before} when this was made", counted(events)),
        };
        words.push(change);
    } else if let Some(before) = made_for.last_position
        && log.len().checked_sub(1).map(|last| log.position(last)) != Some(before)
    {
        words.push(format!("the last event was #{before} when this was made, and is another one now"));
    }
    words
}
