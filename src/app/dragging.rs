//! Dragging an event elsewhere: from the place where it is dropped to the edits that put it there.
//!
//! ```text
//! v4 ──── v5 ──────── v6 ── v7
//!             ◇ ←─────────── ╯      move v7 after v5; on the axis of time, it also gets the time of its new place
//! ```

use std::sync::Arc;

use chrono_tz::Tz;

use super::branch_marks::{in_branch, place_in, time_of};
use super::scenarios::{ScenarioView, event_of};
use super::{Command, Direction, Document};
use crate::model::{EventLog, Timestamp, names, zoned};
use crate::timeline::AxisKind;
use crate::whatif::{After, BranchEvent, BranchLane, Edit, Insert, Move, Selector, Target, TimeChange, Update};

mod order;

use order::Order;

/// The event that is dragged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A recorded one, by its index.
    Recorded(u32),
    /// One that the active scenario inserts, by its id.
    Inserted(Arc<str>),
}

/// Where along the axis something is dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Along {
    /// At a time, which it then has.
    Time(Timestamp),
    /// After the events that stand before this place, in the store's order.
    Sequence(f64),
    /// Where it stood: only the stream may be another.
    Same,
}

/// What comes of dropping an event.
#[derive(Debug)]
pub struct Landing {
    /// What it comes to, in words: `Move v7 to after v5, 14:20:00`.
    pub words: String,
    /// The step that does it; `None` where nothing would change.
    pub command: Option<Command>,
}

/// What comes of dropping an event in the lane of a stream. An error says why it can't be dropped there.
pub fn dropped(document: &Document, held: &Held, stream: &str, along: Along, zone: Tz) -> Result<Landing, String> {
    let hand = Hand::new(document, held)?;
    let target = hand.target(stream)?;
    let axis = document.axis.kind();
    let (at, time) = match (along, axis) {
        (Along::Time(time), _) => (target.after_time(time), Some(time)),
        (Along::Sequence(place), _) => (target.after_coordinate(place), None),
        (Along::Same, AxisKind::Time) => (hand.time.map_or(target.len(), |time| target.after_time(time)), None),
        (Along::Same, AxisKind::Sequence) => (target.after_coordinate(hand.coordinate()), None),
    };
    let home = *stream == *hand.stream;
    // On the axis of time an event moves only when it passes others: it may stand out of their order already.
    let passes = match (home, along, hand.time) {
        (false, ..) => true,
        (true, Along::Same, _) => false,
        (true, Along::Time(time), Some(before)) => {
            (target.after_time(before) != at && hand.place != at) || hand.passes_left_out(&target, before, time)
        }
        (true, ..) => hand.place != at,
    };
    let time = time.filter(|time| hand.time != Some(*time));
    Ok(hand.landing(&target, passes.then_some(at), time, zone))
}

/// Moves an event past its neighbour in its stream; its time stays. `None` at the end of the stream; an error says why
/// it can't be moved.
pub fn nudged(document: &Document, event: u32, direction: Direction, zone: Tz) -> Result<Option<Command>, String> {
    let held = Held::Recorded(event);
    let hand = Hand::new(document, &held)?;
    let target = hand.target(&hand.stream)?;
    let at = match direction {
        Direction::Back => hand.place.checked_sub(1),
        Direction::Forward => Some(hand.place + 1).filter(|at| *at <= target.len()),
    };
    Ok(at.and_then(|at| hand.landing(&target, Some(at), None, zone).command))
}

/// The event that is dragged, and where it is now.
struct Hand<'a> {
    document: &'a Document,
    view: &'a ScenarioView,
    held: &'a Held,
    stream: Arc<str>,
    /// Its place in the stream, with the edits.
    place: usize,
    time: Option<Timestamp>,
}

impl<'a> Hand<'a> {
    fn new(document: &'a Document, held: &'a Held) -> Result<Self, String> {
        let (log, view) = (&*document.opened.log, document.active_scenario());
        if let Some((_, why)) = &view.refused {
            return Err(format!("Nothing can be moved while an edit does not fit: {why}"));
        }
        if view.scenario().is_some() && view.current_branch().is_none() {
            return Err("The edits are still being applied".to_owned());
        }
        if let Held::Recorded(event) = held
            && log.other_streams_of(*event as usize).next().is_some()
        {
            return Err(format!("{} is in several streams and can't be moved", called(document, held)));
        }
        let at = |lane: &BranchLane, place: usize| lane.events().get(place);
        let lanes = view.current_branch().map_or(&[][..], |branch| branch.lanes());
        let moved = lanes.iter().find_map(|lane| {
            let fresh = lane.fresh().iter().map(|place| *place as usize);
            let mut held_there = fresh.filter_map(|place| Some((place, at(lane, place)?)));
            let (place, event) = held_there.find(|(_, event)| *held == subject(event))?;
            Some((lane.name().clone(), place, time_of(log, &event)))
        });
        let found = moved.or_else(|| {
            let Held::Recorded(event) = held else { return None };
            let stream = log.stream_of(*event as usize)?;
            let name = &log.stream(stream).name;
            let (place, time) = match lanes.iter().find(|lane| lane.stream() == Some(stream)) {
                Some(lane) => {
                    let place = in_branch(log, lane, *event)?;
                    (place, at(lane, place).and_then(|event| time_of(log, &event)))
                }
                None => (place_in(log, stream, *event)?, log.time(*event as usize)),
            };
            Some((name.clone(), place, time))
        });
        let (stream, place, time) = found.ok_or_else(|| match held {
            Held::Recorded(event) if log.stream_of(*event as usize).is_none() => {
                "An event without a stream can't be moved".to_owned()
            }
            _ => format!("{} is left out: take it back in to move it", called(document, held)),
        })?;
        Ok(Self { document, view, held, stream, place, time })
    }

    fn log(&self) -> &'a EventLog {
        &self.document.opened.log
    }

    /// The events of a stream among which it may be dropped.
    fn target(&self, stream: &str) -> Result<Order<'a>, String> {
        let log = self.log();
        let recorded = log.find_stream(stream);
        if recorded.is_some_and(|stream| log.stream(stream).link) {
            return Err(format!("{} is made of links to events of other streams", names::shown(stream)));
        }
        let category = |name: &str| match log.find_stream(name) {
            Some(stream) => log.category(log.stream(stream).category).to_string(),
            None => names::category_of(name, "").to_owned(),
        };
        if *stream != *self.stream && category(stream) != category(&self.stream) {
            let category = category(&self.stream);
            return Err(format!("An event of {} stays among the streams of {category}", self.stream));
        }
        let lane = self.view.current_branch().and_then(|branch| branch.stream(stream));
        let skip = (*stream == *self.stream).then_some(self.place);
        Ok(Order::new(log, self.document.axis, recorded, lane, stream, skip))
    }

    /// Whether events that are left out lie between two times: the event passes them too, in the store's order.
    fn passes_left_out(&self, target: &Order<'_>, before: Timestamp, after: Timestamp) -> bool {
        let (from, to) = (before.min(after), before.max(after));
        target.left_out().any(|(_, time)| time.is_some_and(|time| from < time && time <= to))
    }

    fn coordinate(&self) -> f64 {
        let here = self.target(&self.stream);
        here.map_or(0.0, |mut here| {
            here.skip = None;
            here.coordinate(self.place)
        })
    }

    fn landing(&self, target: &Order<'_>, at: Option<usize>, time: Option<Timestamp>, zone: Tz) -> Landing {
        let mut step = Step::default();
        if let Some(at) = at {
            self.moved(target, at, time, &mut step);
        } else if let Some(time) = time {
            self.retimed(time, &mut step);
        }
        let mut words = format!("Move {}", called(self.document, self.held));
        let mut parts = Vec::new();
        if at.is_some() && *target.stream != *self.stream {
            parts.push(target.stream.to_owned());
        }
        if let Some(at) = at {
            parts.push(match (at.checked_sub(1), target.len()) {
                (Some(before), _) => format!("after {}", called(self.document, &target.subject(before))),
                (None, 0) => "its start".to_owned(),
                (None, _) => format!("before {}", called(self.document, &target.subject(0))),
            });
        }
        if let Some(time) = time {
            let same_day = self.time.is_some_and(|before| zoned::date(before, zone) == zoned::date(time, zone));
            parts.push(if same_day { zoned::clock(time, zone) } else { zoned::date_time(time, zone) });
        }
        if step.is_empty() {
            let words = format!("{} stays where it is", upper(&called(self.document, self.held)));
            return Landing { words, command: None };
        }
        words = format!("{words} to {}", parts.join(", "));
        let Step { drop, change, add } = step;
        Landing { command: Some(Command::ChangeEdits { drop, change, add, words: words.clone() }), words }
    }

    /// Puts it after so many events of the target, with another time if there is one.
    fn moved(&self, target: &Order<'_>, at: usize, time: Option<Timestamp>, step: &mut Step) {
        let anchor = at.checked_sub(1).map(|before| target.subject(before));
        // What hangs on the anchor already would come first: it follows the event that is dropped before it.
        let behind: Vec<Held> = if self.comes_behind(target, at) {
            (at..target.len()).take_while(|at| target.is_fresh(*at)).map(|at| target.subject(at)).collect()
        } else {
            Vec::new()
        };
        let simple = behind.is_empty() && at.checked_sub(1).is_none_or(|before| !target.is_fresh(before));
        if simple
            && let Some((index, insert)) = self.own_insert()
            && !self.is_named_after(index)
            && target.recorded.is_some()
        {
            let after = anchor.as_ref().map(|anchor| self.after(anchor, target));
            let stream = target.stream.into();
            let mut insert = Insert { stream, after, ..insert.clone() };
            match time {
                // What a later edit says of its time would win.
                Some(time) if self.edits().any(|(at, edit)| at > index && self.says_time(edit)) => {
                    self.retimed(time, step);
                }
                time => insert.time = time.or(insert.time).or(self.time),
            }
            step.change.push((index, Edit::Insert(insert)));
            return;
        }
        step.drop.extend(self.earlier_moves());
        let first = step.drop.len() == self.moves().count();
        if !(simple && first && self.is_natural(target, at, time)) {
            let began = match self.held {
                Held::Recorded(event) => self.log().stream_of(*event as usize).map(|at| &self.log().stream(at).name),
                Held::Inserted(id) => self.edits().find_map(|(_, edit)| match edit {
                    Edit::Insert(insert) if insert.id.as_ref() == Some(id) => Some(&insert.stream),
                    _ => None,
                }),
            };
            // A move that stays may have taken it elsewhere.
            let at_home =
                first && *target.stream == *self.stream && began.is_none_or(|began| **began == *target.stream);
            let stream = (!at_home).then(|| target.stream.into());
            let after = anchor.as_ref().map(|anchor| self.after(anchor, target));
            step.add.push(Edit::Move(Move { event: self.selector(self.held), stream, after }));
            let mut last = self.held.clone();
            for next in behind {
                let after = Some(After::Event(self.selector(&last)));
                step.add.push(Edit::Move(Move { event: self.selector(&next), stream: None, after }));
                last = next;
            }
        }
        if let Some(time) = time {
            self.retimed(time, step);
        }
    }

    /// Gives it another time.
    fn retimed(&self, time: Timestamp, step: &mut Step) {
        // Edits that say something of its time, the last one first.
        let mut said = self.edits().filter(|(_, edit)| self.says_time(edit)).collect::<Vec<_>>();
        let last = said.pop();
        match last {
            Some((index, Edit::Insert(insert))) => {
                step.change.push((index, Edit::Insert(Insert { time: Some(time), ..insert.clone() })));
            }
            Some((index, Edit::Update(update))) if matches!(update.target, Target::One(_)) => {
                let only_time = update.event_type.is_none() && update.data.is_none() && update.metadata.is_none();
                if only_time && said.is_empty() && self.recorded_time() == Some(time) {
                    step.drop.push(index);
                } else {
                    let update = Update { time: Some(TimeChange::To(time)), ..update.clone() };
                    step.change.push((index, Edit::Update(update)));
                }
            }
            _ => {
                let target = Target::One(self.selector(self.held));
                step.add.push(Edit::Update(Update { time: Some(TimeChange::To(time)), ..Update::of(target) }));
            }
        }
    }

    fn recorded_time(&self) -> Option<Timestamp> {
        match self.held {
            Held::Recorded(event) => self.log().time(*event as usize),
            Held::Inserted(_) => None,
        }
    }

    /// The active scenario's edits that are switched on.
    fn edits(&self) -> impl Iterator<Item = (usize, &'a Edit)> {
        self.view.draft.edits().enumerate().filter(|(_, edit)| edit.enabled).map(|(index, edit)| (index, &*edit.edit))
    }

    fn says_time(&self, edit: &Edit) -> bool {
        match edit {
            Edit::Insert(insert) => matches!(self.held, Held::Inserted(id) if insert.id.as_ref() == Some(id)),
            Edit::Update(Update { target, time: Some(_), .. }) => covers(self.document, target, self.held),
            _ => false,
        }
    }

    /// The insert that makes it, if it is an inserted one that was never moved.
    fn own_insert(&self) -> Option<(usize, &'a Insert)> {
        let Held::Inserted(id) = self.held else { return None };
        let insert = self.edits().find_map(|(index, edit)| match edit {
            Edit::Insert(insert) if insert.id.as_ref() == Some(id) => Some((index, insert)),
            _ => None,
        });
        insert.filter(|_| self.moves().next().is_none())
    }

    /// The moves of this event.
    fn moves(&self) -> impl Iterator<Item = usize> {
        self.edits().filter_map(|(index, edit)| match edit {
            Edit::Move(moved) if names(self.document, &moved.event, self.held) => Some(index),
            _ => None,
        })
    }

    /// Those of its moves that nothing else hangs on: another move takes their place.
    fn earlier_moves(&self) -> Vec<usize> {
        self.moves().filter(|index| !self.is_named_after(*index)).collect()
    }

    /// Whether an edit after this one puts something after the event.
    fn is_named_after(&self, index: usize) -> bool {
        self.edits().filter(|(at, _)| *at > index).any(|(_, edit)| {
            let (after, stream) = match edit {
                Edit::Insert(insert) => (&insert.after, Some(&insert.stream)),
                Edit::Move(moved) => (&moved.after, moved.stream.as_ref()),
                _ => return false,
            };
            match after {
                Some(After::Event(selector)) => names(self.document, selector, self.held),
                // Whose version it is depends on the edits before it: better kept than lost.
                Some(After::Version(version)) => match (stream, self.held) {
                    (Some(stream), held) => {
                        let selector = Selector::Version { stream: stream.clone(), version: *version };
                        names(self.document, &selector, held)
                    }
                    (None, Held::Recorded(event)) => self.log().version(*event as usize) == Some(*version),
                    (None, Held::Inserted(_)) => false,
                },
                None => false,
            }
        })
    }

    /// Whether what stands at a place of the target may hang on the event before it.
    fn comes_behind(&self, target: &Order<'_>, at: usize) -> bool {
        if at >= target.len() || !target.is_fresh(at) {
            return false;
        }
        let Some(before) = at.checked_sub(1).filter(|before| target.is_fresh(*before)) else { return true };
        // What got its place sooner than the other can't hang on it.
        let placed = |event: &Held| {
            let edits = self.edits().filter(|(_, edit)| match edit {
                Edit::Insert(insert) => matches!(event, Held::Inserted(id) if insert.id.as_ref() == Some(id)),
                Edit::Move(moved) => names(self.document, &moved.event, event),
                _ => false,
            });
            edits.map(|(index, _)| index).last()
        };
        placed(&target.subject(at)) > placed(&target.subject(before))
    }

    /// Whether a place is the one that it has without any move.
    fn is_natural(&self, target: &Order<'_>, at: usize, time: Option<Timestamp>) -> bool {
        let Held::Recorded(event) = self.held else { return false };
        let log = self.log();
        let Some(stream) = log.stream_of(*event as usize).filter(|stream| target.recorded == Some(*stream)) else {
            return false;
        };
        let Some(own) = place_in(log, stream, *event) else { return false };
        let place = |at: usize| match target.subject(at) {
            Held::Recorded(event) if !target.is_fresh(at) => place_in(log, stream, event),
            _ => None,
        };
        let after = at.checked_sub(1).is_none_or(|before| place(before).is_some_and(|place| place < own));
        let before = at >= target.len() || place(at).is_some_and(|place| place > own);
        // What is left out has its place in the store all the same.
        let among =
            |time: Timestamp| target.left_out().all(|(place, at)| at.is_none_or(|at| (at <= time) == (place < own)));
        after && before && time.is_none_or(among)
    }

    /// How an edit names an event.
    fn selector(&self, event: &Held) -> Selector {
        let log = self.log();
        match event {
            Held::Inserted(id) => Selector::Id(id.clone()),
            Held::Recorded(event) => {
                let position = Selector::Position(log.position(*event as usize));
                let stream = log.stream_of(*event as usize);
                let Some((stream, version)) = stream.zip(log.version(*event as usize)) else { return position };
                let lane = log.lane(stream);
                let Some(place) = place_in(log, stream, *event) else { return position };
                // Lanes are in the order of versions: one that occurs twice has its like beside it.
                let like = |at: Option<usize>| {
                    at.and_then(|at| lane.get(at)).is_some_and(|other| log.version(*other as usize) == Some(version))
                };
                if like(place.checked_sub(1)) || like(Some(place + 1)) {
                    return position;
                }
                Selector::Version { stream: log.stream(stream).name.clone(), version }
            }
        }
    }

    fn after(&self, anchor: &Held, target: &Order<'_>) -> After {
        match self.selector(anchor) {
            Selector::Version { stream, version } if *stream == *target.stream => After::Version(version),
            selector => After::Event(selector),
        }
    }
}

/// The edits of a scenario that made an event what it is, by their places in its draft.
pub fn concerning(document: &Document, view: &ScenarioView, event: &Held) -> Vec<usize> {
    let concerns = |edit: &Edit| match edit {
        Edit::Delete(target) | Edit::Update(Update { target, .. }) => covers(document, target, event),
        Edit::Insert(insert) => matches!(event, Held::Inserted(id) if insert.id.as_ref() == Some(id)),
        Edit::Move(moved) => names(document, &moved.event, event),
    };
    let edits = view.draft.edits().enumerate().filter(|(_, edit)| edit.enabled && concerns(&edit.edit));
    edits.map(|(index, _)| index).collect()
}

fn names(document: &Document, selector: &Selector, event: &Held) -> bool {
    match (selector, event) {
        (Selector::Id(id), Held::Inserted(of)) => id == of,
        (Selector::Id(id), Held::Recorded(event)) => {
            document.rows.get(event).is_some_and(|row| row.event.id.as_ref() == Some(id))
        }
        (selector, Held::Recorded(event)) => event_of(&document.opened.log, selector) == Some(*event),
        (_, Held::Inserted(_)) => false,
    }
}

fn covers(document: &Document, target: &Target, event: &Held) -> bool {
    match (target, event) {
        (Target::One(selector), event) => names(document, selector, event),
        (Target::Range(range), Held::Recorded(event)) => {
            let (log, event) = (&document.opened.log, *event as usize);
            let of = log.stream_of(event).is_some_and(|stream| log.stream(stream).name == range.stream);
            let from = |version| range.from.is_none_or(|from| from <= version);
            let to = |version| range.to.is_none_or(|to| version <= to);
            of && log.version(event).is_none_or(|version| from(version) && to(version))
        }
        (Target::Range(_), Held::Inserted(_)) => false,
    }
}

/// The edits of one step.
#[derive(Default)]
struct Step {
    drop: Vec<usize>,
    change: Vec<(usize, Edit)>,
    add: Vec<Edit>,
}

impl Step {
    fn is_empty(&self) -> bool {
        self.drop.is_empty() && self.change.is_empty() && self.add.is_empty()
    }
}

fn subject(event: &BranchEvent) -> Held {
    match event {
        BranchEvent::Recorded { index, .. } | BranchEvent::Edited { base: index, .. } => Held::Recorded(*index),
        BranchEvent::Inserted { event } => Held::Inserted(event.id.clone().unwrap_or_default()),
    }
}

/// `v7`, `#12` without a version, `the inserted Funds deposited`.
fn called(document: &Document, event: &Held) -> String {
    let log = &document.opened.log;
    match event {
        Held::Recorded(event) => match log.version(*event as usize) {
            Some(version) => format!("v{version}"),
            None => format!("#{}", log.position(*event as usize)),
        },
        Held::Inserted(id) => {
            let edits = document.active_scenario().draft.edits();
            let insert = edits.filter_map(|edit| match &*edit.edit {
                Edit::Insert(insert) if insert.id.as_ref() == Some(id) => Some(names::type_words(&insert.event_type)),
                _ => None,
            });
            insert.last().map_or_else(|| "the inserted event".to_owned(), |name| format!("the inserted {name}"))
        }
    }
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
