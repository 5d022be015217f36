//! Two small questions: by how much events are put later or earlier, and where an event is moved.

use std::sync::Arc;

use super::edit_form::place;
use super::{App, Command, Document};
use crate::job::Request;
use crate::whatif::{Edit, Move, Selector, Target, retime_text};

/// A question about events that are to be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// By how much to put events later or earlier.
    Retime(Retime),
    /// Where to move an event.
    Move(MoveTo),
}

/// By how much, and which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retime {
    /// The event from which it was asked.
    pub event: u32,
    /// Which events.
    pub scope: Scope,
    /// How much: `2 h 30 min`, or a number of [`unit`](Self::unit)s.
    pub amount: String,
    /// What a number alone counts.
    pub unit: Unit,
    /// Earlier instead of later.
    pub earlier: bool,
    /// The edit that is being changed, and what it is about.
    pub changing: Option<(usize, Target)>,
}

/// Which events are put later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// The event alone.
    One,
    /// It and all that follow it in its stream.
    #[default]
    FromHere,
    /// The chosen events.
    Chosen,
}

/// What a number of time counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unit {
    /// Minutes.
    Minutes,
    /// Hours.
    #[default]
    Hours,
    /// Days.
    Days,
}

impl Unit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 86_400,
        }
    }
}

/// Where an event goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveTo {
    /// Which event.
    pub event: u32,
    /// The stream that it joins.
    pub stream: String,
    /// What it comes after, as it is typed.
    pub after: String,
    /// The edit that is being changed.
    pub changing: Option<usize>,
}

/// Reads how long: `90`, `1.5`, `2 h 30 min`, `1d`. A number alone counts units.
///
/// # Errors
///
/// What is wrong, in words.
pub fn read_duration(text: &str, unit: Unit) -> Result<i64, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("How much? Write a number, or a time such as 2 h 30 min".to_owned());
    }
    let unclear = || format!("'{text}' is no length of time: write a number, or a time such as 2 h 30 min");
    let mut total: f64 = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().map_err(|_| unclear())?;
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let seconds = match rest[..end].trim() {
            "" => unit.seconds(),
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            _ => return Err(unclear()),
        };
        rest = &rest[end..];
        total += number * seconds as f64;
    }
    if total > 1e12 {
        return Err("That is longer than all of history".to_owned());
    }
    match total.round() as i64 {
        0 => Err("That changes nothing: write a number above 0".to_owned()),
        seconds => Ok(seconds),
    }
}

impl Retime {
    /// The edits that it makes, and what they are called.
    ///
    /// # Errors
    ///
    /// What is wrong, in words.
    pub fn edits(&self, document: &Document) -> Result<(Vec<Edit>, String), String> {
        let seconds = read_duration(&self.amount, self.unit)?;
        let seconds = if self.earlier { -seconds } else { seconds };
        let by = retime_text(seconds);
        if let Some((_, target)) = &self.changing {
            return Ok((vec![super::choosing::shift(target.clone(), seconds)], format!("Retime by {by}")));
        }
        let (edits, about) = match self.scope {
            Scope::One => (document.retime_all(&[self.event], seconds), document.words_for(self.event)),
            Scope::Chosen => {
                let events: Vec<u32> = document.chosen.iter().collect();
                (document.retime_all(&events, seconds), document.words_for_all(&events))
            }
            Scope::FromHere => {
                let targets = document.from_here(self.event).ok_or("The event is in no stream")?;
                let edits: Vec<Edit> =
                    targets.into_iter().map(|target| super::choosing::shift(target, seconds)).collect();
                (edits, format!("everything from {} on", document.words_for(self.event)))
            }
        };
        match edits.len() {
            0 => Err("These events are left out: there is nothing to put later".to_owned()),
            1..=super::choosing::MOST_EDITS => Ok((edits, format!("Retime {about} by {by}"))),
            count => Err(format!("That would be {count} edits: choose events that follow each other")),
        }
    }
}

impl MoveTo {
    /// The edit that it makes.
    ///
    /// # Errors
    ///
    /// What is wrong, in words.
    pub fn edit(&self, document: &Document) -> Result<Edit, String> {
        let log = &document.opened.log;
        let stream = self.stream.trim();
        if stream.is_empty() {
            return Err("An event needs a stream: one that is there, or a new name".to_owned());
        }
        let own = place::stream_of(document, self.event);
        let typed = place::read(document, stream, &self.after)?;
        if typed.event == Some(self.event) {
            return Err("An event can't follow itself".to_owned());
        }
        let elsewhere = own.as_deref() != Some(stream);
        if !elsewhere {
            let lane = document.opened.log.find_stream(stream).map_or(&[][..], |stream| log.lane(stream));
            let before = lane.iter().position(|event| *event == self.event).and_then(|at| at.checked_sub(1));
            if self.changing.is_none() && typed.event == before.map(|at| lane[at]) && !self.after.starts_with("id ") {
                return Err("It is there already".to_owned());
            }
        }
        Ok(Edit::Move(Move {
            event: Selector::Position(log.position(self.event as usize)),
            stream: Some(Arc::from(stream)),
            after: typed.after,
        }))
    }
}

impl App {
    /// Opens a question about events.
    pub(super) fn ask_about(&mut self, asking: Option<Asking>) {
        if let Some(document) = &mut self.document {
            document.asking = asking;
        }
    }

    /// Makes the edit that the open question asks about; where something is wrong, it stays open and says so.
    pub(super) fn answer_asking(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &mut self.document else { return };
        let Some(asking) = document.asking.clone() else { return };
        let command = match &asking {
            Asking::Retime(retime) => match (retime.edits(document), &retime.changing) {
                (Ok((edits, _)), Some((at, _))) => {
                    edits.into_iter().next().map(|edit| Command::ReplaceEdit { at: *at, edit })
                }
                (Ok((edits, words)), None) => Some(Command::AddEdits { edits, words }),
                (Err(_), _) => None,
            },
            Asking::Move(moved) => match (moved.edit(document), moved.changing) {
                (Ok(edit), Some(at)) => Some(Command::ReplaceEdit { at, edit }),
                (Ok(edit), None) => {
                    let words = document.edit_words(&edit).sentence();
                    Some(Command::AddEdits { edits: vec![edit], words })
                }
                (Err(_), _) => None,
            },
        };
        if let Some(command) = command {
            document.asking = None;
            self.dispatch(command, requests);
        }
    }
}

impl Document {
    /// The question by how much an event, and what follows it, is put later.
    pub fn ask_retime(&self, event: u32) -> Asking {
        let scope = if self.chosen.contains(event) { Scope::Chosen } else { Scope::FromHere };
        let (amount, unit) = ("1".to_owned(), Unit::default());
        Asking::Retime(Retime { event, scope, amount, unit, earlier: false, changing: None })
    }

    /// The question where an event is moved.
    pub fn ask_move(&self, event: u32) -> Asking {
        let stream = place::stream_of(self, event).map_or_else(String::new, |stream| stream.to_string());
        Asking::Move(MoveTo { event, stream, after: String::new(), changing: None })
    }

    /// The form or question in which an edit of the active scenario is changed; `None` where there is nothing to
    /// write: an event that is left out.
    pub fn ask_edit(&self, at: usize) -> Option<Command> {
        let edit = self.active_scenario().draft.edits().nth(at)?.edit.clone();
        let words = self.edit_words(&edit);
        match &*edit {
            Edit::Insert(_) => Some(Command::Form(super::FormCommand::Begin(super::FormStart::Edit(at)))),
            Edit::Update(update) => match update.time {
                Some(crate::whatif::TimeChange::ShiftSeconds(seconds))
                    if update.event_type.is_none() && update.data.is_none() && update.metadata.is_none() =>
                {
                    let (amount, unit) = amount_of(seconds.unsigned_abs());
                    Some(Command::Ask(Some(Asking::Retime(Retime {
                        event: words.event.unwrap_or_default(),
                        scope: Scope::FromHere,
                        amount,
                        unit,
                        earlier: seconds < 0,
                        changing: Some((at, update.target.clone())),
                    }))))
                }
                _ => Some(Command::Form(super::FormCommand::Begin(super::FormStart::Edit(at)))),
            },
            Edit::Move(moved) => {
                let event = super::scenarios::event_of(&self.opened.log, &moved.event)?;
                let own = place::stream_of(self, event);
                let stream = moved.stream.clone().or(own).map_or_else(String::new, |stream| stream.to_string());
                let after = place::text_of_after(moved.after.as_ref());
                Some(Command::Ask(Some(Asking::Move(MoveTo { event, stream, after, changing: Some(at) }))))
            }
            Edit::Delete(_) => None,
        }
    }
}

fn amount_of(seconds: u64) -> (String, Unit) {
    match seconds {
        seconds if seconds % 86_400 == 0 => ((seconds / 86_400).to_string(), Unit::Days),
        seconds if seconds % 3600 == 0 => ((seconds / 3600).to_string(), Unit::Hours),
        seconds if seconds % 60 == 0 => ((seconds / 60).to_string(), Unit::Minutes),
        seconds => (format!("{seconds} s"), Unit::Hours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        for (text, seconds) in [
            ("2", 7200),
            ("1.5", 5400),
            ("90 min", 5400),
            ("2 h 30 min", 9000),
            ("1d", 86_400),
            ("1 day 1h", 90_000),
            ("45s", 45),
        ] {
            assert_eq!(read_duration(text, Unit::Hours), Ok(seconds), "{text}");
        }
        for text in ["", "0", "later", "2 moons", "-3", "1..2", "99999999999999 d"] {
            assert!(read_duration(text, Unit::Hours).is_err(), "{text}");
        }
        for seconds in [60, 90, 3600, 7_200, 86_400, 3_601] {
            let (text, unit) = amount_of(seconds);
            assert_eq!(read_duration(&text, unit), Ok(seconds as i64));
        }
    }
}
