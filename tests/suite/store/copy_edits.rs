//! Copies with edits of what real libraries wrote: each kind of edit reads back as planned, the rows that no edit
//! concerns are as they were byte for byte, and what the library repeats or keeps beside its events fits.

use std::path::Path;
use std::sync::Arc;

use foldline::model::{Cancel, CopyPlan, CopyRow, Event, Progress, StreamIndex, Value, json};
use foldline::store::{CopyOptions, CopyReport, StoreError, copies_in_own_layout, describe_copy, write_copy};
use foldline::whatif::{After, Edit, Insert, Move, Scenario, Selector, Target, TimeChange, Update};
use foldline::worker::{Session, SessionOptions};
use rusqlite::types::Value as SqlValue;

use super::{all, open, scan};
use crate::fixtures::{self, contents, database};

fn session(path: &Path) -> Arc<Session> {
    Session::open(path, SessionOptions::default(), &Progress::default(), &Cancel::default()).unwrap()
}

fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

/// A scenario of one edit.
fn only(edit: Edit) -> Scenario {
    let mut scenario = Scenario::new("an edit");
    scenario.edits.push(edit);
    scenario
}

/// What a layout takes.
struct Layout {
    file: &'static str,
    /// The column of the positions; empty for a table that orders itself.
    key: &'static str,
    /// A stream that is not there.
    new_stream: &'static str,
    /// Edits that it can't take, each with a part of the reason.
    refused: &'static [(&'static str, &'static str)],
}

/// One edit of each kind.
fn edits(session: &Session, layout: &Layout) -> Vec<(&'static str, Scenario)> {
    let log = session.log();
    let at = |index: u32| Selector::Position(log.position(index as usize));
    // A stream in whose middle an event is in no other stream.
    let is_alone = |index: u32| log.other_streams_of(index as usize).next().is_none();
    let stream = (0..log.streams().len() as u32)
        .map(StreamIndex)
        .filter(|stream| !log.stream(*stream).link && log.lane(*stream).len() >= 4)
        .max_by_key(|stream| log.lane(*stream).iter().filter(|index| is_alone(**index)).count())
        .unwrap();
    let (lane, name) = (log.lane(stream), log.stream(stream).name.clone());
    let place = (1..lane.len() - 1).find(|place| is_alone(lane[*place])).unwrap_or(1);
    let (before, index, next) = (lane[place - 1], lane[place], lane[place + 1]);
    let type_of = |index: u32| log.event_type(log.type_of(index as usize)).name.clone();
    let patch = Some(value(r#"{"amount":1.50,"note":"é \/ \\ 你","list":[1,{"a":null}]}"#));
    let id = |n: u32| Some(Arc::from(format!("0b5c0000-0000-4000-8000-{n:012}")));
    let inserted = |stream: &Arc<str>, n, after, event_type| {
        Edit::Insert(Insert {
            data: patch.clone(),
            id: id(n),
            time: log.time(index as usize),
            ..Insert::new(stream.clone(), after, event_type)
        })
    };
    let mut edits = vec![
        ("payload", only(Edit::Update(Update { data: patch.clone(), ..Update::of(Target::One(at(index))) }))),
        (
            "type",
            only(Edit::Update(Update { event_type: Some(type_of(lane[0])), ..Update::of(Target::One(at(index))) })),
        ),
        (
            "time",
            only(Edit::Update(Update {
                time: Some(TimeChange::ShiftSeconds(1)),
                ..Update::of(Target::One(at(lane[lane.len() - 1])))
            })),
        ),
        (
            "metadata",
            only(Edit::Update(Update {
                metadata: Some(value(r#"{"why":"é"}"#)),
                ..Update::of(Target::One(at(index)))
            })),
        ),
        ("removed", only(Edit::Delete(Target::One(at(index))))),
        ("inserted", only(inserted(&name, 1, Some(After::Event(at(before))), type_of(index)))),
        ("inserted first", only(inserted(&name, 2, None, type_of(lane[0])))),
        ("new type", only(inserted(&name, 3, Some(After::Event(at(next))), "Foldline.Test.Corrected".into()))),
        ("new stream", only(inserted(&layout.new_stream.into(), 4, None, type_of(lane[0])))),
    ];
    if is_alone(index) {
        let moved = Move { event: at(index), stream: None, after: Some(After::Event(at(next))) };
        edits.push(("moved", only(Edit::Move(moved))));
    }
    // All of it in one.
    let mut several = Scenario::new("several edits");
    several.edits.push(Edit::Delete(Target::One(at(before))));
    several.edits.push(inserted(&name, 5, Some(After::Event(at(index))), type_of(index)));
    several.edits.push(inserted(&name, 6, None, type_of(index)));
    several.edits.push(Edit::Update(Update { data: patch.clone(), ..Update::of(Target::One(at(next))) }));
    edits.push(("several", several));
    edits
}

/// What an event says, without what the library makes of its place.
fn said(event: &Event) -> String {
    let data = match event.data.decoded() {
        Ok(data) => json::to_text(&data),
        Err(why) => format!("unreadable {:02x?}", why.raw),
    };
    let Event { stream, other_streams, version, event_type, time, valid_time, user, .. } = event;
    format!("{stream:?} {other_streams:?} {version:?} {event_type} {time:?} {valid_time:?} {user:?} {data}")
}

fn planned(events: &[Event], plan: &CopyPlan) -> Vec<Event> {
    let each = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) => events[*index as usize].clone(),
        CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => Event::clone(event),
    });
    each.collect()
}

/// Every row of the event table in the order of a column, without that column; in that of the row numbers without one.
fn rows(path: &Path, table: &str, key: &str) -> Vec<String> {
    let conn = database(path);
    let order = if key.is_empty() { "rowid" } else { key };
    let mut statement = conn.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY \"{order}\"")).unwrap();
    let columns: Vec<usize> =
        (0..statement.column_count()).filter(|at| statement.column_name(*at).unwrap() != key).collect();
    let rows = statement.query_map([], |row| {
        let values = columns.iter().map(|at| row.get::<_, SqlValue>(*at));
        Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn write(session: &Session, scenario: Scenario, out: &Path) -> (CopyPlan, Result<CopyReport, StoreError>) {
    let plan = session.scenario_copy(&Arc::new(scenario), &Cancel::default()).unwrap();
    let options = CopyOptions::default();
    let (progress, cancel) = (Progress::default(), Cancel::default());
    assert!(copies_in_own_layout(session.store(), session.log(), &plan));
    let described = describe_copy(session.store(), session.log(), &plan, &options, &progress, &cancel).unwrap();
    let report = write_copy(session.store(), session.log(), &plan, out, &options, &progress, &cancel);
    match &report {
        Ok(report) => assert_eq!([&described.bookkeeping[..], &described.notes[..]].concat(), report.notes),
        Err(StoreError::CannotEncode { why, .. }) => {
            assert_eq!(described.refusal.map(|refusal| refusal.why).as_ref(), Some(why), "told before");
        }
        Err(_) => {}
    }
    (plan, report)
}

fn check(layout: &Layout, path: &Path) {
    let session = session(path);
    let before = contents(path.parent().unwrap());
    let events = all(session.store(), session.log());
    let table = session.store().event_table().to_owned();
    let stored = rows(path, &table, layout.key);
    for (name, scenario) in edits(&session, layout) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.db");
        let told = format!("{}: {name}", layout.file);
        if let Err(error) = session.branch(&Arc::new(scenario.clone())) {
            panic!("{told}: {error}");
        }
        let (plan, report) = write(&session, scenario, &out);
        let refused = layout.refused.iter().find(|(of, _)| *of == name);
        match (&report, refused) {
            (Ok(_), None) => {}
            (Err(error), Some((_, why))) if error.to_string().contains(why) => {
                assert!(contents(folder.path()).is_empty(), "{told}");
                continue;
            }
            (Err(error), _) => panic!("{told}: {error}"),
            (Ok(_), Some((_, why))) => panic!("{told} was written, and not refused ({why})"),
        }
        let copy = open(&out).unwrap();
        assert_eq!(copy.layout().id, session.store().layout().id, "{told}");
        let read = all(&copy, &scan(&copy));
        let planned = planned(&events, &plan);
        assert_eq!(planned.len(), read.len(), "{told}");
        let new = rows(&out, &table, layout.key);
        for (place, (wanted, found)) in planned.iter().zip(&read).enumerate() {
            assert_eq!(said(wanted), said(found), "{told}");
            if let CopyRow::Recorded(index) = &plan.rows[place] {
                let index = *index as usize;
                assert_eq!(events[index].metadata, found.metadata, "{told}");
                if layout.key.is_empty() {
                    assert!(new.contains(&stored[index]), "{told}");
                } else {
                    assert_eq!(new[place], stored[index], "{told}");
                }
            }
        }
    }
    assert_eq!(contents(path.parent().unwrap()), before, "{}: the opened file", layout.file);
}

/// A real file, if they are here.
fn real(layout: &Layout) {
    let Some(folder) = fixtures::stores() else { return };
    let (_temporary, path) = super::facts::copied(&folder, layout.file);
    check(layout, &path);
}

const NEW_UUID: &str = "5f0d1c1e-7a53-4d7e-9d0b-0d6c8a3b9e11";

#[test]
fn eventsauce() {
    real(&Layout { file: "eventsauce-default-binary-bank.db", key: "id", new_stream: NEW_UUID, refused: &[] });
}

#[test]
fn broadway() {
    real(&Layout { file: "broadway-tickets.db", key: "id", new_stream: NEW_UUID, refused: &[] });
}

#[test]
fn eventsource_py() {
    let new_stream = "BankAccount-5f0d1c1e-7a53-4d7e-9d0b-0d6c8a3b9e11";
    real(&Layout { file: "eventsource-py-bank.db", key: "global_position", new_stream, refused: &[] });
}

#[test]
fn wwwision_dcb() {
    real(&Layout { file: "dcb-doctrine-shop.db", key: "sequence_number", new_stream: "cart:köln/1", refused: &[] });
}
