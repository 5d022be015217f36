//! What single events changed in the state of their stream: the rows of a table that are in sight.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::run::replay_failed;
use super::session::{Session, lock};
use crate::job::{Failure, RowChange};
use crate::model::{Cancel, Event, Path, Segment, StreamIndex, Value, ValuePath, names};
use crate::replay::{Applied, Change, Fold, ReplayError, Replayer, Step, diff_for_within};

/// Changed leaves that a row tells of one by one.
const SHOWN: usize = 3;
/// Changed leaves of a list or part that are counted; nobody misses the others.
const COUNTED: usize = 100_000;
/// Up to so many events between two rows are folded on the way rather than jumped over.
const BRIDGED: usize = 64;

type Rows = Vec<(u32, Arc<RowChange>)>;

impl Session {
    /// What these events changed, in the order of the stream. Events that are not in the stream are left out.
    pub(super) fn row_changes(&self, stream: &str, events: &[u32], cancel: &Cancel) -> Result<Rows, Failure> {
        let stream = self.find_stream(stream)?;
        let places = self.places_of(stream, events);
        let replayer = self.second_replayer(stream);
        let mut replayer = lock(&replayer);
        let mut rows = Vec::with_capacity(places.len());
        for run in places.chunk_by(|a, b| b - a <= BRIDGED) {
            self.changes_of_run(&mut replayer, stream, run, cancel, &mut rows)?;
        }
        Ok(rows)
    }

    /// Places of events in a stream, in order.
    fn places_of(&self, stream: StreamIndex, events: &[u32]) -> Vec<usize> {
        let lane = self.log().lane(stream);
        let mut places: Vec<usize> = if lane.is_sorted() {
            events.iter().filter_map(|event| lane.binary_search(event).ok()).collect()
        } else {
            let mut events = events.to_vec();
            events.sort_unstable();
            (0..lane.len()).filter(|place| events.binary_search(&lane[*place]).is_ok()).collect()
        };
        places.sort_unstable();
        places.dedup();
        places
    }

    fn changes_of_run(
        &self,
        replayer: &mut Replayer,
        stream: StreamIndex,
        run: &[usize],
        cancel: &Cancel,
        rows: &mut Rows,
    ) -> Result<(), Failure> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(()) };
        let log = self.log();
        let lane = log.lane(stream);
        let fold = replayer.fold().clone();
        let mut left = run.iter().peekable();
        let walked = replayer.walk(*first..last + 1, cancel, &mut |step| {
            if left.next_if(|place| **place == step.place).is_some() {
                rows.push((lane[step.place], Arc::new(change_of(&*fold, step))));
            }
            ControlFlow::Continue(())
        });
        let stopped = walked.map_err(|failure| replay_failed(&failure))?;
        // What is left comes after the error, or is its event.
        for (place, error) in left.flat_map(|place| stopped.as_ref().map(|error| (*place, error))) {
            let event_type = &log.event_type(log.type_of(lane[place] as usize)).name;
            let row = RowChange {
                failed: Some(if place == error.place { error.to_string() } else { stopped_text(error) }),
                ignored: fold.handler_for(event_type).is_none(),
                ..RowChange::default()
            };
            rows.push((lane[place], Arc::new(row)));
        }
        Ok(())
    }
}

/// Where a projection stopped, and why: for what comes after.
pub(super) fn stopped_text(error: &ReplayError) -> String {
    let event = names::shown_type(names::short_type(&error.event_type));
    match (error.version, error.position) {
        (Some(version), _) => format!("the replay stopped at {event}, version {version}: {error}"),
        (None, Some(position)) => format!("the replay stopped at {event}, position {position}: {error}"),
        (None, None) => format!("the replay stopped at {event}: {error}"),
    }
}

fn change_of(fold: &dyn Fold, step: &Step<'_>) -> RowChange {
    let info = fold.info();
    let mut changes = worth_telling(diff_for_within(fold, &step.before.value, &step.after.value, COUNTED));
    changes.sort_by_key(|change| (rank(&info.key_fields, &change.path), how_little(step.event, change)));
    let more = changes.len().saturating_sub(SHOWN);
    changes.truncate(SHOWN);
    let broken = fold.broken_invariants(step.after, Some(step.event));
    let unreadable = || step.event.data.decoded().err().map_or_else(String::new, |why| format!(": {}", why.note));
    RowChange {
        changes,
        more,
        broken: broken.into_iter().filter_map(|at| info.invariants.get(at).cloned()).collect(),
        failed: (step.applied == Applied::Skipped).then(|| format!("its payload can't be read{}", unreadable())),
        ignored: fold.handler_for(&step.event.event_type).is_none(),
    }
}

/// Which changes of an event people care about least: of ids, of times, and of what serializers add.
fn how_little(event: &Event, change: &Change) -> u8 {
    let keys = change.path.0.iter().rev();
    let key = keys.filter_map(|segment| if let Segment::Key(key) = segment { Some(&**key) } else { None }).next();
    let value = change.to.as_ref().or(change.from.as_ref());
    value.map_or(0, |value| crate::report::how_little(event, key.unwrap_or_default(), value))
}

/// Without the empty containers that are no longer empty: what came into them tells that.
fn worth_telling(changes: Vec<Change>) -> Vec<Change> {
    let filled = |change: &Change, next: Option<&Change>| {
        change.to.is_none()
            && change.from.as_ref().is_some_and(|from| matches!(from, Value::List(_) | Value::Object(_)))
            && next.is_some_and(|next| next.path.0.starts_with(&change.path.0))
    };
    // Sorted by path: a container comes right before what is in it.
    let kept: Vec<bool> = changes.iter().enumerate().map(|(at, change)| !filled(change, changes.get(at + 1))).collect();
    changes.into_iter().zip(kept).filter_map(|(change, kept)| kept.then_some(change)).collect()
}

/// Key fields and what is in them come first, in their order.
pub(super) fn rank(key_fields: &[Path], path: &ValuePath) -> usize {
    if key_fields.is_empty() {
        return 0;
    }
    let path = path.to_path();
    key_fields.iter().position(|field| path.parts().starts_with(field.parts())).unwrap_or(key_fields.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn key_fields_come_first() {
        let fields = [Path::parse("status").unwrap(), Path::parse("owner.name").unwrap()];
        let path = |keys: &[&str]| ValuePath(keys.iter().map(|key| Segment::Key((*key).into())).collect());
        for (keys, expected) in [
            (&["status"][..], 0),
            (&["status", "of"], 0),
            (&["owner", "name"], 1),
            (&["owner", "name", "first"], 1),
            (&["owner"], 2),
            (&["balance"], 2),
        ] {
            assert_eq!(rank(&fields, &path(keys)), expected, "{keys:?}");
        }
    }

    #[test]
    fn ids_and_what_serializers_add_come_last() {
        let event = Event::new("RideRequested");
        let told = |changes: &str| {
            let value = |text: &str| json::parse(text.as_bytes()).unwrap();
            let mut changes = worth_telling(crate::replay::diff(&value("{}"), &value(changes)));
            changes.sort_by_key(|change| how_little(&event, change));
            changes.iter().map(|change| change.path.to_string()).collect::<Vec<_>>()
        };
        let found = told(
            r#"{"$type":"a.B","at":"2026-04-28T08:10:20Z","eventId":"4","fare":7,"kind":"ride_requested","seats":[{"no":1}]}"#,
        );
        assert_eq!(found, ["fare", "seats.0.no", "at", "eventId", "$type", "kind"]);
    }

    #[test]
    fn what_came_into_an_empty_container_is_told_once() {
        let paths = |before: &str, after: &str| {
            let value = |text: &str| json::parse(text.as_bytes()).unwrap();
            let told = worth_telling(crate::replay::diff(&value(before), &value(after)));
            told.iter().map(|change| change.path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(paths("{}", r#"{"a":1,"b":{"c":2}}"#), ["a", "b.c"]);
        assert_eq!(paths(r#"{"a":[],"b":{}}"#, r#"{"a":[1],"b":{"c":2}}"#), ["a.0", "b.c"]);
        assert_eq!(paths(r#"{"a":[1],"b":{}}"#, r#"{"a":[]}"#), ["a", "a.0", "b"]);
        assert_eq!(paths(r#"{"a":[],"ab":1}"#, r#"{"ab":2}"#), ["a", "ab"]);
    }
}
