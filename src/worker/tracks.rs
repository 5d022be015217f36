//! Tracks: a field or a condition over the whole history of a stream.

use std::sync::Arc;

use super::lives::slot;
use super::row_changes::stopped_text;
use super::run::failed;
use super::session::Session;
use crate::job::{Failure, Interval, Track, TrackStep, TrackWhat};
use crate::model::{Cancel, Progress, StreamIndex, Value, ValuePath, Wanted};
use crate::query::{Query, Subject};

/// Characters of a text that a step shows.
const SHOWN: usize = 40;

impl Session {
    /// A track of a stream. Progress counts events of the stream.
    pub(super) fn track(
        &self,
        name: &str,
        what: &TrackWhat,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Track, Failure> {
        let stream = self.find_stream(name)?;
        progress.set_total(self.log().lane(stream).len() as u64);
        match what {
            TrackWhat::Field(path) => self.field_track(stream, path, progress, cancel),
            TrackWhat::Condition(query) => self.condition_track(stream, query, progress, cancel),
        }
    }

    fn field_track(
        &self,
        stream: StreamIndex,
        path: &ValuePath,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Track, Failure> {
        let mut last = slot(&self.unfolded(stream).state, path).map(|(value, _)| value.clone());
        let mut steps = vec![step(None, last.as_ref())];
        let folded = self.pass_through(stream, Wanted::NOTHING, cancel, &mut |passed| {
            progress.add(1);
            let now = slot(passed.state, path).map(|(value, _)| value);
            if last.as_ref() != now {
                steps.push(step(Some(passed.index), now));
                last = now.cloned();
            }
        });
        let folded = folded.map_err(|error| failed(&error))?;
        let stopped = folded.error.as_ref().map(stopped_text);
        Ok(Track { steps, intervals: Vec::new(), scanned: folded.looked_at(), stopped })
    }

    fn condition_track(
        &self,
        stream: StreamIndex,
        query: &Query,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Track, Failure> {
        let log = self.log();
        let mut intervals: Vec<Interval> = Vec::new();
        let mut held = false;
        let folded = self.pass_through(stream, wanted_by(query), cancel, &mut |passed| {
            progress.add(1);
            let holds = query.matches_in(log, &Subject { event: passed.event, state: Some(&passed.state.value) });
            if holds && !held {
                intervals.push(Interval { from: passed.index, to: None });
            } else if held
                && !holds
                && let Some(interval) = intervals.last_mut()
            {
                interval.to = Some(passed.index);
            }
            held = holds;
        });
        let folded = folded.map_err(|error| failed(&error))?;
        let stopped = folded.error.as_ref().map(stopped_text);
        Ok(Track { steps: Vec::new(), intervals, scanned: folded.looked_at(), stopped })
    }
}

/// Which parts of an event a query must be given.
pub(super) fn wanted_by(query: &Query) -> Wanted {
    let needs = query.needs();
    if needs.details { Wanted::ALL } else { Wanted { payload: needs.data, ..Wanted::NOTHING } }
}

fn step(event: Option<u32>, value: Option<&Value>) -> TrackStep {
    TrackStep { event, number: number(value), text: value.map(words) }
}

/// A value's number, for a line.
pub(super) fn number(value: Option<&Value>) -> Option<f64> {
    let number = value.and_then(Value::as_number).map(crate::model::Number::to_f64_lossy);
    number.filter(|number| number.is_finite())
}

/// A value in a few words.
pub(super) fn words(value: &Value) -> Arc<str> {
    let counted = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => if *value { "true" } else { "false" }.into(),
        Value::Number(number) => number.to_string().into(),
        Value::String(text) if text.chars().nth(SHOWN).is_none() => text.clone(),
        Value::String(text) => text.chars().take(SHOWN - 1).chain(['…']).collect::<String>().into(),
        Value::List(list) => counted(list.len(), "item", "items").into(),
        Value::Object(object) => counted(object.len(), "field", "fields").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn values_in_a_few_words() {
        let long = "x".repeat(SHOWN);
        for (value, expected) in [
            ("null", "null"),
            ("true", "true"),
            ("1.50", "1.50"),
            ("\"open\"", "open"),
            ("[]", "0 items"),
            ("[[1,2]]", "1 item"),
            (r#"{"a":1,"b":2}"#, "2 fields"),
            (&format!("\"{long}\""), &long),
            (&format!("\"{long}é\""), &format!("{}…", &long[1..])),
        ] {
            assert_eq!(&*words(&json::parse(value.as_bytes()).unwrap()), expected, "{value}");
        }
    }
}
