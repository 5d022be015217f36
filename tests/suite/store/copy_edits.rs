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
    // What can't be read can't be patched.
    let replace = layout.key.is_empty();
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
        ("payload", only(Edit::Update(Update { data: patch.clone(), replace, ..Update::of(Target::One(at(index))) }))),
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
    several.edits.push(Edit::Update(Update { data: patch.clone(), replace, ..Update::of(Target::One(at(next))) }));
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

/// The row of an event in a table that orders itself: that with its id.
fn stored_as(event: &Event, rows: &[String]) -> String {
    let id = event.id.as_deref().unwrap();
    rows.iter().find(|row| row.contains(id)).unwrap().clone()
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
        if layout.key.is_empty() {
            // Of events at one time the order between streams is the table's own.
            let lanes = |events: &[Event]| {
                let mut said: Vec<(Option<Arc<str>>, usize, String)> =
                    events.iter().enumerate().map(|(at, event)| (event.stream.clone(), at, said(event))).collect();
                said.sort();
                said.into_iter().map(|(stream, _, said)| (stream, said)).collect::<Vec<_>>()
            };
            assert_eq!(lanes(&planned), lanes(&read), "{told}");
            for row in &plan.rows {
                if let CopyRow::Recorded(index) = row {
                    assert!(new.contains(&stored_as(&events[*index as usize], &stored)), "{told}");
                }
            }
            continue;
        }
        for (place, (wanted, found)) in planned.iter().zip(&read).enumerate() {
            assert_eq!(said(wanted), said(found), "{told}");
            if let CopyRow::Recorded(index) = &plan.rows[place] {
                let index = *index as usize;
                assert_eq!(events[index].metadata, found.metadata, "{told}");
                assert_eq!(new[place], stored[index], "{told}");
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

#[test]
fn verbs() {
    let new_stream = r"App\States\CartState-418028027352449999";
    real(&Layout { file: "laravel-verbs-shop.sqlite", key: "id", new_stream, refused: &[] });
}

#[test]
fn rails_event_store() {
    real(&Layout { file: "rails-event-store-shop-json.db", key: "id", new_stream: "Shop::Order$new", refused: &[] });
}

#[test]
fn evento() {
    const OPAQUE: &str = "payloads that only the application can write";
    const METADATA: &str = "metadata is in a form that is not written";
    const REFUSED: &[(&str, &str)] = &[
        ("payload", OPAQUE),
        ("inserted", METADATA),
        ("inserted first", METADATA),
        ("new type", METADATA),
        ("new stream", METADATA),
        ("several", METADATA),
        ("metadata", "metadata"),
        ("moved", "change its time too"),
    ];
    real(&Layout {
        file: "evento-1.8-rides.db",
        key: "",
        new_stream: "gen_evento1/Ride-01KN48Z1QR5WQQT0MR7BQ5FV99",
        refused: REFUSED,
    });
}

/// A store of a file of SQL.
fn fixture(file: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures").join(file);
    database(&path).execute_batch(&std::fs::read_to_string(sql).unwrap()).unwrap();
    (folder, path)
}

/// What a query finds in the copy of a store with edits, each row as a text.
fn found(path: &Path, edits: Vec<Edit>, sql: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.db");
    let mut scenario = Scenario::new("edits");
    scenario.edits = edits;
    write(&session(path), scenario, &out).1.unwrap();
    let conn = database(&out);
    let mut select = conn.prepare(sql).unwrap();
    let width = select.column_count();
    let rows = select.query_map([], |row| {
        let text = |at| {
            Ok(match row.get::<_, SqlValue>(at)? {
                SqlValue::Null => "null".to_owned(),
                SqlValue::Integer(number) => number.to_string(),
                SqlValue::Real(number) => number.to_string(),
                SqlValue::Text(text) => text,
                SqlValue::Blob(bytes) => String::from_utf8(bytes).unwrap(),
            })
        };
        Ok((0..width).map(text).collect::<rusqlite::Result<Vec<_>>>()?.join(" | "))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn at(position: i64) -> Selector {
    Selector::Position(position)
}

fn insert(stream: &str, after: Option<i64>, event_type: &str, data: &str) -> Edit {
    Edit::Insert(Insert {
        data: Some(value(data)),
        id: Some("0b5c0000-0000-4000-8000-000000000001".into()),
        ..Insert::new(stream, after.map(|after| After::Event(at(after))), event_type)
    })
}

#[test]
fn links_follow_their_events_in_the_order_of_the_stream() {
    let (_folder, path) = fixture("rails_event_store_json.sql");
    let links = "SELECT id, stream, position, event_id, created_at FROM event_store_events_in_streams ORDER BY id";
    let edits = vec![insert("Shop::Order$2026-1", Some(1), "Shop::OrderPlaced", r#"{"total":1,"by":"é"}"#)];
    assert_eq!(
        found(&path, edits, links),
        [
            "1 | Shop::Order$2026-1 | 0 | e-1 | 2026-02-02 11:29:30",
            "2 | Shop::Order$2026-1 | 1 | 0b5c0000-0000-4000-8000-000000000001 | 2026-02-02 11:29:29.831824",
            "3 | $by_type_Shop::OrderPlaced | null | e-1 | 2026-02-02 11:29:30",
            "4 | Shop::Order$2026-1 | 2 | e-2 | 2026-02-02 12:00:00",
            "5 | Shop::ByCity$Köln | null | e-1 | 2026-02-02 12:00:00",
            "6 | free-stream | null | e-4 | 2026-02-03 12:00:00",
            "7 | $by_correlation_id_c-1 | null | e-2 | 2026-02-03 12:00:00",
        ]
    );
    let removed = found(&path, vec![Edit::Delete(Target::One(at(1)))], links);
    assert_eq!(
        removed,
        [
            "3 | Shop::Order$2026-1 | 0 | e-2 | 2026-02-02 12:00:00",
            "5 | free-stream | null | e-4 | 2026-02-03 12:00:00",
            "6 | $by_correlation_id_c-1 | null | e-2 | 2026-02-03 12:00:00",
        ]
    );
    let mut added = insert("Shop::Order$new", None, "Shop::OrderPlaced", "{}");
    if let Edit::Insert(insert) = &mut added {
        insert.time = foldline::model::Timestamp::parse_iso("2026-02-02T12:00:00.5Z");
    }
    let new = found(&path, vec![added], links);
    let row = "7 | Shop::Order$new | null | 0b5c0000-0000-4000-8000-000000000001 | 2026-02-02 12:00:00.500";
    assert!(new.iter().any(|found| found.starts_with(row)), "{new:?}");
}

#[test]
fn ruby_is_told_the_classes_of_what_was_edited() {
    let Some(folder) = fixtures::stores() else { return };
    let (_temporary, path) = super::facts::copied(&folder, "rails-event-store-shop-json.db");
    let types = "SELECT json_extract(CAST(metadata AS TEXT), '$.types.data') FROM event_store_events WHERE id = 2";
    let edit = Edit::Update(Update {
        data: Some(value(r#"{"note":"x","quantity":1.5,"name":null}"#)),
        ..Update::of(Target::One(at(2)))
    });
    let expected = concat!(
        r#"{"productId":["String","String"],"quantity":["String","Float"],"#,
        r#""unitPriceCents":["String","Integer"],"note":["String","String"]}"#
    );
    assert_eq!(found(&path, vec![edit], types), [expected]);
}

#[test]
fn a_row_number_that_is_an_id_changes_with_its_place_everywhere() {
    let (_folder, path) = fixture("verbs.sql");
    let first = 418_086_133_553_955_731;
    let stream = r"App\States\CartState-418028027352449922";
    let edits = || vec![insert(stream, Some(first), r"App\Events\CartOpened", r#"{"client":"c-2"}"#)];
    assert_eq!(
        found(&path, edits(), "SELECT id, type, data, metadata, created_at, updated_at FROM verb_events ORDER BY id"),
        [
            r#"418086133553955731 | App\Events\CartOpened | {"client":"c-1"} | {"user":"c-1"} | 2026-02-27 16:45:01 | null"#,
            r#"418086133553955732 | App\Events\CartOpened | {"client":"c-2"} | {} | 2026-02-27 16:45:01 | 2026-02-27 16:45:01"#,
            r#"418086133553955733 | App\Events\OrderPlaced | {"total":3} | [] | 2026-02-27 16:45:02 | null"#,
            r#"418086133553955734 | App\Events\Cleaned | {} | {} | 2026-02-27 16:45:03 | null"#,
        ]
    );
    assert_eq!(
        found(&path, edits(), "SELECT id, event_id, state_id FROM verb_state_events ORDER BY id"),
        [
            "1 | 418086133553955731 | 418028027352449922",
            "2 | 418086133553955732 | 418028027352449922",
            "3 | 418086133553955733 | 418028027352449922",
            "4 | 418086133553955733 | 418028027352449999",
        ]
    );
    // The library would not look at what changed under a snapshot.
    assert!(found(&path, edits(), "SELECT id FROM verb_snapshots").is_empty());
    let other = vec![insert(r"App\States\OrderState-418028027352449999", None, r"App\Events\Cleaned", "{}")];
    assert_eq!(found(&path, other, "SELECT last_event_id FROM verb_snapshots"), ["418086133553955731"]);
}

#[test]
fn rows_about_an_event_that_is_not_as_it_was_are_left_out() {
    let (_folder, path) = fixture("eventsource_py.sql");
    let outbox = "SELECT event_id FROM event_outbox";
    let added = vec![insert("BankAccount-b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a", Some(1), "MoneyDeposited", "{}")];
    assert_eq!(found(&path, added.clone(), outbox), ["e-1"]);
    let edit = Edit::Update(Update { data: Some(value(r#"{"amount_cents":1}"#)), ..Update::of(Target::One(at(1))) });
    assert!(found(&path, vec![edit], outbox).is_empty());
    let payload = "SELECT payload, tenant_id, actor_id, created_at FROM events WHERE global_position = 2";
    assert_eq!(
        found(&path, added, payload),
        [concat!(
            r#"{"event_id":"0b5c0000-0000-4000-8000-000000000001","event_type":"MoneyDeposited","event_version":3,"#,
            r#""occurred_at":"2026-03-01T13:56:44.693437Z","aggregate_id":"b1f6bfcf-b8b9-4010-a1f6-3f1baade9b1a","#,
            r#""aggregate_type":"BankAccount","aggregate_version":2,"tenant_id":"t-1","actor_id":null,"metadata":{}}"#,
            " | t-1 | null | 2026-03-01T13:56:44.693437+00:00"
        )]
    );
}

#[test]
fn what_php_libraries_put_around_payloads_is_as_they_write_it() {
    let (_folder, path) = fixture("broadway.sql");
    let stream = "976a79d7-3c48-57a9-864e-2365e73f6aa3";
    let added = vec![insert(stream, Some(1), "Helpdesk.Event.TicketNoted", r#"{"note":"x"}"#)];
    assert_eq!(
        found(&path, added, "SELECT playhead, payload, metadata, type FROM event_store WHERE id = 2"),
        [concat!(
            r#"1 | {"class":"Helpdesk\\Event\\TicketNoted","payload":{"note":"x"}} | "#,
            r#"{"class":"Broadway\\Domain\\Metadata","payload":[]} | Helpdesk.Event.TicketNoted"#
        )]
    );
    let (_folder, path) = fixture("eventsauce_legacy.sql");
    let stream = "6c860be3-10f6-48be-ba86-74589931d72f";
    let added = vec![insert(stream, Some(1), "acme.ride_paid", r#"{"cents":5}"#)];
    let row = "SELECT event_type, aggregate_root_version, time_of_recording, payload FROM domain_messages WHERE id = 2";
    assert_eq!(
        found(&path, added, row),
        [concat!(
            r#"acme.ride_paid | 8 | 2026-04-13 12:18:30.379383+0000 | "#,
            r#"{"headers":{"__event_type":"acme.ride_paid"},"payload":{"cents":5}}"#
        )]
    );
}
