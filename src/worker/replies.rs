//! Summaries of a stream at a moment, to be pasted into an answer.

use std::collections::BTreeMap;

use super::row_changes::stopped_text;
use super::run::{failed, replay_failed};
use super::session::{Session, lock};
use crate::job::{Failure, Reply, ReplyFormat};
use crate::model::{Cancel, Event, Moment, Segment, Selection, Value, ValuePath};
use crate::replay::{Change, Fold, Frame, ProjectionKind, diff_for, leaves};
use crate::report::reply::{MOST_EVENTS, listed, markdown, text};
use crate::report::{ReplyEvent, ReplyFacts, SetLeaf, sentence};

/// What the automatic projection tells of the last event, which the summary tells anyway.
const OWN_FIELDS: [&str; 3] = ["$type", "$version", "$updated"];

impl Session {
    /// A summary of a stream at a moment. The `hash` is the file's, where it is known.
    pub(super) fn reply(
        &self,
        name: &str,
        moment: Moment,
        zone: chrono_tz::Tz,
        format: ReplyFormat,
        hash: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Reply, Failure> {
        let stream = self.find_stream(name)?;
        let log = self.log();
        let selection = log.select(stream, moment).map_err(|error| Failure::Failed(error.to_string()))?;
        let (fold, frame) = {
            let replayer = self.second_replayer(stream);
            let mut replayer = lock(&replayer);
            let frame = replayer.frame(&selection, cancel).map_err(|failure| replay_failed(&failure))?;
            (replayer.fold().clone(), frame)
        };
        let lane = log.lane(stream);
        let taken = taken_in(&selection, &frame);
        let (mut set, set_at) = set_leaves(&*fold, &frame);
        let info = fold.info();
        let shown = listed(&set, &info.key_fields);
        let last = &taken[taken.len().saturating_sub(MOST_EVENTS)..];

        // Each event that is told of is read once.
        let setting = shown.iter().filter_map(|at| set_at[*at]);
        let mut events: BTreeMap<u32, Option<ReplyEvent>> =
            last.iter().copied().chain(setting).filter_map(|place| Some((*lane.get(place)?, None))).collect();
        let indices: Vec<u32> = events.keys().copied().collect();
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        let read = self.events(&indices).map_err(|error| failed(&error.into()))?;
        events.extend(indices.into_iter().zip(read).map(|(index, event)| (index, Some(told(&*fold, event)))));
        let event_at = |place: usize| events.get(lane.get(place)?).cloned().flatten();
        for at in shown {
            set[at].event = set_at[at].and_then(event_at);
        }

        let file_name = self.path().file_name().unwrap_or(self.path().as_os_str()).to_string_lossy();
        // With the folder, also where the path was given without one.
        let path = std::path::absolute(self.path()).unwrap_or_else(|_| self.path().to_owned());
        let facts = ReplyFacts {
            file_name: &file_name,
            path: &path.display().to_string(),
            layout_title: &self.store().layout().title,
            hash,
            stream: name,
            moment,
            zone,
            at: last.last().copied().and_then(event_at),
            taken: taken.len(),
            of: lane.len(),
            projection: &info.title,
            kind: info.kind,
            key_fields: &info.key_fields,
            state: &frame.state.value,
            leaves: set,
            stopped: frame.error.as_ref().map(stopped_text),
            broken: frame.broken.iter().filter_map(|at| info.invariants.get(*at).cloned()).collect(),
            last_events: last.iter().copied().filter_map(event_at).collect(),
        };
        let text = match format {
            ReplyFormat::Text => text(&facts),
            ReplyFormat::Markdown => markdown(&facts),
        };
        Ok(Reply { format, text })
    }
}

/// Places of the events that the state has taken in.
fn taken_in(selection: &Selection, frame: &Frame) -> Vec<usize> {
    let places: Vec<usize> = match selection {
        Selection::Prefix(len) => (0..*len).collect(),
        Selection::Places(places) => places.clone(),
    };
    let failed = frame.error.as_ref().map(|error| error.place);
    places.into_iter().take_while(|place| Some(*place) != failed).collect()
}

/// Every leaf of the state, and the place of the event that set each.
fn set_leaves(fold: &dyn Fold, frame: &Frame) -> (Vec<SetLeaf>, Vec<Option<usize>>) {
    let automatic = fold.info().kind == ProjectionKind::Automatic;
    let is_own = |path: &ValuePath| {
        automatic
            && path
                .0
                .first()
                .is_some_and(|first| OWN_FIELDS.iter().any(|own| matches!(first, Segment::Key(key) if **key == **own)))
    };
    // After an error the last event taken in is not the last one selected: what it changed is not known.
    let changes = match frame.error {
        None => diff_for(fold, &frame.before.value, &frame.state.value),
        Some(_) => Vec::new(),
    };
    let changed: BTreeMap<&ValuePath, &Change> = changes.iter().map(|change| (&change.path, change)).collect();
    let empty = Value::Object(crate::model::Object::default());
    leaves(&frame.state)
        .into_iter()
        .filter(|(path, _)| !is_own(path))
        .filter_map(|(path, origin)| {
            let (value, _) = frame.state.value.slot_at(&path)?;
            // A state without anything in it is no value.
            if path.0.is_empty() && *value == empty {
                return None;
            }
            let change = changed.get(&path).filter(|change| change.to.is_some());
            let leaf = SetLeaf {
                value: value.clone(),
                from: change.and_then(|change| change.from.clone()),
                changed_now: change.is_some(),
                event: None,
                path,
            };
            Some((leaf, origin.place()))
        })
        .unzip()
}

fn told(fold: &dyn Fold, event: Event) -> ReplyEvent {
    ReplyEvent {
        position: event.position,
        version: event.version,
        time: event.time,
        sentence: fold.label(&event).unwrap_or_else(|| sentence(&event)),
        user: event.user,
    }
}
