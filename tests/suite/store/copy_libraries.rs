//! Copies with edits in the tables of further libraries: they read back as the branch was, what no edit concerns is as
//! it was, and what the library keeps beside its events fits, so that it can read them and go on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldline::model::{Cancel, CopyPlan, CopyRow, Event, Progress, Timestamp, Value, json};
use foldline::store::{CopyOptions, CopyReport, StoreError, describe_copy, write_copy};
use foldline::whatif::{After, Edit, Insert, Move, Scenario, Selector, Target, TimeChange, Update};
use foldline::worker::{Session, SessionOptions};
use rusqlite::types::Value as SqlValue;

use super::{all, open, scan};
use crate::fixtures::{self, contents, database};

fn session(path: &Path) -> Arc<Session> {
    Session::open(path, SessionOptions::default(), &Progress::default(), &Cancel::default()).unwrap()
}

/// A store of a file of SQL, or a real one if the folder of those is there.
pub(super) fn store(name: &str) -> Option<(tempfile::TempDir, PathBuf)> {
    if !name.ends_with(".sql") {
        return Some(super::facts::copied(&fixtures::stores()?, name));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures").join(name);
    database(&path).execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    Some((folder, path))
}

pub(super) fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

pub(super) fn at(position: i64) -> Selector {
    Selector::Position(position)
}

pub(super) fn update(position: i64) -> Update {
    Update::of(Target::One(at(position)))
}

/// An insert after an event.
pub(super) fn insert(stream: &str, after: Option<Selector>, event_type: &str, data: &str) -> Insert {
    Insert { data: Some(value(data)), ..Insert::new(Arc::from(stream), after.map(After::Event), Arc::from(event_type)) }
}

/// The first event of a new stream.
pub(super) fn new(stream: &str, event_type: &str, data: &str) -> Insert {
    Insert { time: Timestamp::parse_iso("2026-03-02T00:00:00Z"), ..insert(stream, None, event_type, data) }
}

/// Writes the copy of a scenario in the store's own layout: the folder, the file and what was told.
pub(super) fn written(path: &Path, edits: Vec<Edit>) -> Result<(tempfile::TempDir, PathBuf, CopyReport), StoreError> {
    let session = session(path);
    let before = contents(path.parent().unwrap());
    let mut scenario = Scenario::new("edits");
    scenario.edits = edits;
    let plan = session.scenario_copy(&Arc::new(scenario), &Cancel::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.db");
    let options = CopyOptions::default();
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let described = describe_copy(session.store(), session.log(), &plan, &options, &progress, &cancel).unwrap();
    let report = write_copy(session.store(), session.log(), &plan, &out, &options, &progress, &cancel);
    assert_eq!(contents(path.parent().unwrap()), before, "the opened file is as it was");
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            if let StoreError::CannotEncode { event, why } = &error {
                let refusal = described.refusal.expect("what is refused is told before");
                assert_eq!((&refusal.event, &refusal.why), (event, why));
            }
            assert!(contents(folder.path()).is_empty());
            return Err(error);
        }
    };
    assert_eq!(described.refusal, None);
    assert_eq!([&described.bookkeeping[..], &described.notes[..]].concat(), report.notes);
    check(path, &session, &plan, &out);
    Ok((folder, out, report))
}

/// What a refused copy says.
pub(super) fn refused(path: &Path, edits: Vec<Edit>) -> String {
    written(path, edits).unwrap_err().to_string()
}

/// The copy is what was planned, and everything else is as it was.
fn check(path: &Path, session: &Session, plan: &CopyPlan, out: &Path) {
    let events = all(session.store(), session.log());
    let copy = open(out).unwrap();
    assert_eq!(copy.layout().id, session.store().layout().id);
    let log = scan(&copy);
    let read = all(&copy, &log);
    let planned: Vec<&Event> = plan
        .rows
        .iter()
        .map(|row| match row {
            CopyRow::Recorded(index) => &events[*index as usize],
            CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => &**event,
        })
        .collect();
    let is_timeless = events.iter().all(|event| event.time.is_none());
    let said = |event: &Event| {
        let time = if is_timeless { None } else { event.time };
        said(&Event { time, ..event.clone() })
    };
    // The states follow from what each stream's events say, in their order.
    let streams = |events: &[&Event]| {
        let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for event in events {
            streams.entry(format!("{:?}", event.stream)).or_default().push(said(event));
        }
        streams
    };
    let read: Vec<&Event> = read.iter().collect();
    assert_eq!(streams(&read), streams(&planned));
    if !log.has_ordinal_positions() {
        let order = |events: &[&Event]| events.iter().map(|event| said(event)).collect::<Vec<_>>();
        assert_eq!(order(&read), order(&planned));
    }
    let table = session.store().event_table();
    let (before, after) = (rows(path, table), rows(out, table));
    let kept = plan.rows.iter().filter(|row| matches!(row, CopyRow::Recorded(_))).count();
    let same = before.iter().filter(|row| after.contains(row)).count();
    // Rows of several events, and those that name the one before them, may be others.
    assert!(
        same >= kept || ["Commits", "ledger"].contains(&table),
        "{same} rows are as they were, and {kept} should be"
    );
    let conn = database(out);
    let broken: i64 = conn.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    assert_eq!(broken, 0);
    let fine: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(fine, "ok");
}

/// What counts for a state.
fn said(event: &Event) -> String {
    let data = match event.data.decoded() {
        Ok(data) => {
            let mut data = Value::clone(&data);
            // What libraries keep inside payloads is theirs.
            if let Value::Object(object) = &mut data {
                for own in ["$type", "seq_nr", "occurred_at", "id", "aggregate_id", "event", "timestamp"] {
                    object.remove(own);
                }
            }
            format!("{data:?}")
        }
        Err(why) => format!("unreadable {:02x?}", why.raw),
    };
    format!("{:?} {} {:?} {data} {}", event.version, event.event_type, event.time, event.archived)
}

/// The rows of a table without positions, which may shift.
fn rows(path: &Path, table: &str) -> Vec<String> {
    let conn = database(path);
    let mut select = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let shift = ["ordering", "global_index", "globalIndex", "global_position", "global_seq", "sequencenumber"];
    let shifts = |name: &str| shift.contains(&name) || (name == "position" && table != "Events");
    let columns: Vec<usize> =
        (0..select.column_count()).filter(|at| !shifts(select.column_name(*at).unwrap())).collect();
    let found = select.query_map([], |row| {
        let values = columns.iter().map(|at| row.get::<_, SqlValue>(*at));
        Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
    });
    found.unwrap().map(Result::unwrap).collect()
}

/// Every row that a query finds, with `|` between its columns.
pub(super) fn found(path: &Path, sql: &str) -> Vec<String> {
    let conn = database(path);
    let mut select = conn.prepare(sql).unwrap();
    let width = select.column_count();
    let found = select.query_map([], |row| {
        let values = (0..width).map(|at| {
            Ok(match row.get::<_, SqlValue>(at)? {
                SqlValue::Null => "NULL".to_owned(),
                SqlValue::Integer(number) => number.to_string(),
                SqlValue::Real(number) => format!("{number:?}"),
                SqlValue::Text(text) => text,
                SqlValue::Blob(bytes) => format!("x'{}'", String::from_utf8_lossy(&bytes)),
            })
        });
        Ok(values.collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    });
    found.unwrap().map(Result::unwrap).collect()
}

/// One of every kind of edit, on events in the middle of a real store; what is inserted is like an event of the store.
pub(super) fn one_of_each(path: &Path) -> Vec<Edit> {
    let session = session(path);
    let log = session.log();
    let events = all(session.store(), log);
    let plain = |event: &&Event| {
        let is_object = event.data.decoded().is_ok_and(|data| data.as_object().is_some());
        is_object && event.stream.is_some() && event.kind == foldline::model::EventKind::Event
    };
    let some: Vec<&Event> = events.iter().filter(plain).collect();
    let lane_of = |stream: &str| some.iter().filter(|event| event.stream.as_deref() == Some(stream)).count();
    let long: Vec<&&Event> = some.iter().filter(|event| lane_of(event.stream.as_deref().unwrap()) > 3).collect();
    let pick = |part: usize| long[long.len() * part / 7];
    let position = |event: &Event| at(event.position.unwrap());
    let stream = |event: &Event| event.stream.clone().unwrap();
    let data = |event: &Event| Some(Value::clone(&event.data.decoded().unwrap()));
    let (a, b, c, d, e, f) = (pick(1), pick(2), pick(3), pick(4), pick(5), pick(6));
    let new_stream: Arc<str> = match stream(f).rsplit_once('-') {
        Some((before, _)) => format!("{}-new", before.split('-').next().unwrap()).into(),
        None => "new-1".into(),
    };
    let mut edits = vec![
        Edit::Update(Update {
            data: Some(value(r#"{"note":"é","amount":1.50}"#)),
            ..Update::of(Target::One(position(a)))
        }),
        Edit::Insert(Insert {
            data: data(b),
            ..Insert::new(stream(b), Some(After::Event(position(b))), b.event_type.clone())
        }),
        Edit::Delete(Target::One(position(c))),
    ];
    // Only the library knows how it makes the key of a new stream.
    let is_of = |names: &[&str]| names.iter().any(|name| path.to_string_lossy().contains(name));
    if !is_of(&["adapter", "livestore"]) {
        let insert = Insert::new(new_stream, None, f.event_type.clone());
        edits.push(Edit::Insert(Insert { data: data(f), time: f.time, ..insert }));
    }
    // Where the time is the order, no event comes before earlier ones.
    if !is_of(&["resolve", "rasa"]) {
        edits.push(Edit::Move(Move { event: position(e), stream: None, after: None }));
    }
    if d.time.is_some() && !is_of(&["rasa"]) {
        let shift = Some(TimeChange::ShiftSeconds(90));
        edits.push(Edit::Update(Update { time: shift, ..Update::of(Target::One(position(d))) }));
    }
    edits
}

#[test]
fn edits_of_real_stores_read_back() {
    for name in [
        "akka-1.3.0-public.db",
        "axon4-jpa-jackson-tickets.db",
        "eventuous-bookings.db",
        "sqlstreamstore-shop.db",
        "akka-persistence-sql-new-schema.db",
        "event-store-adapter-rs-bank.db",
        "resolve-eventstore-lite.db",
        "segerfeldt-days-epoch.db",
    ] {
        let Some((_folder, path)) = store(name) else { return };
        let (_kept, out, _) = written(&path, one_of_each(&path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        match name {
            "eventuous-bookings.db" => {
                let wrong = "SELECT count(*) FROM eventuous_streams s WHERE version <> \
                             (SELECT max(stream_position) FROM eventuous_messages m WHERE m.stream_id = s.stream_id)";
                assert_eq!(found(&out, wrong), found(&path, wrong));
            }
            "akka-persistence-sql-new-schema.db" => {
                let stray = "SELECT count(*) FROM tags t WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE \
                             j.ordering = t.ordering_id AND j.sequence_number = t.sequence_nr \
                             AND j.persistence_id = t.persistence_id)";
                assert_eq!(found(&out, stray), found(&path, stray));
            }
            "axon4-jpa-jackson-tickets.db" => {
                let next =
                    "SELECT next_val > (SELECT max(global_index) FROM domain_event_entry) FROM domain_event_entry_seq";
                assert_eq!(found(&out, next), ["1"]);
            }
            "event-store-adapter-rs-bank.db" => {
                let wrong = "SELECT count(*) FROM journal WHERE skey <> aid || '-' || seq_nr OR seq_nr <> \
                             (SELECT json_extract(value, '$.seq_nr') FROM json_each(CAST(payload AS TEXT)))";
                assert_eq!(found(&out, wrong), ["0"]);
            }
            "segerfeldt-days-epoch.db" => {
                let wrong = "SELECT count(*) FROM Entities e WHERE version <> (SELECT max(ordinal) FROM Events WHERE entity_id = e.id)";
                assert_eq!(found(&out, wrong), found(&path, wrong));
            }
            "sqlstreamstore-shop.db" => {
                let wrong = "SELECT count(*) FROM streams s WHERE version <> \
                             (SELECT max(stream_version) FROM messages m WHERE m.stream_id_internal = s.id_internal)
                             OR position <> (SELECT max(position) FROM messages m WHERE m.stream_id_internal = s.id_internal)";
                assert_eq!(found(&out, wrong), found(&path, wrong));
                assert_eq!(found(&out, "SELECT count(*) FROM messages WHERE event_id <> upper(event_id)"), ["0"]);
            }
            _ => {}
        }
    }
}

#[test]
fn akkas_classes_serializers_and_ticks_are_kept() {
    let (_folder, path) = store("akka_persistence_sqlite.sql").unwrap();
    let time = Timestamp::parse_iso("2022-11-04T18:34:22.0000001Z");
    let edits = vec![
        Edit::Update(Update { data: Some(value(r#"{"Owner":"Ann"}"#)), ..update(7) }),
        Edit::Update(Update { data: Some(value("199")), ..update(11) }),
        Edit::Update(Update { data: Some(value(r#""201""#)), ..update(8) }),
        Edit::Insert(Insert { time, ..insert("account-1", Some(at(11)), "Acme.Opened, Acme", r#"{"Owner":"Eve"}"#) }),
        Edit::Delete(Target::One(at(9))),
    ];
    let (_kept, out, report) = written(&path, edits).unwrap();
    assert_eq!(
        found(
            &out,
            "SELECT ordering, sequence_nr, is_deleted, manifest, timestamp, payload, tags, serializer_id FROM event_journal"
        ),
        [
            r#"7|6|0|Acme.Opened, Acme|638031836611442499|x'{"$type":"Acme.Opened, Acme","Owner":"Ann"}'|;red;blue;|1"#,
            "8|7|1|System.String, System.Private.CoreLib|638031836611442509|x'201'|NULL|17",
            "11|8|0|System.Int32, System.Private.CoreLib|638031836611442529|x'\u{fffd}\0\0\0'|NULL|17",
            r#"12|9|0|Acme.Opened, Acme|638031836620000001|x'{"$type":"Acme.Opened, Acme","Owner":"Eve"}'|;red;blue;|1"#,
            "13|10|0|System.Int64, System.Private.CoreLib|638031836611442539|x'\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}'|NULL|17",
            r#"14|11|0||638031836611442549|x'{"$type":"Acme.Closed, Acme"}'|NULL|NULL"#,
            "15|12|0|CSM|638031836611442559|x'z\0\0\0'|NULL|999",
        ]
    );
    // The snapshot at 11 knows what is not so any more.
    assert_eq!(found(&out, "SELECT sequence_nr FROM snapshot"), ["5"]);
    assert!(report.notes.iter().any(|note| note.starts_with("1 snapshot left out")), "{:?}", report.notes);
    let why =
        refused(&path, vec![Edit::Update(Update { data: Some(value(r#"{"a":1}"#)), replace: true, ..update(14) })]);
    assert!(why.contains("only the application can write"), "{why}");
    let why = refused(&path, vec![Edit::Update(Update { data: Some(value("5000000000")), ..update(11) })]);
    assert!(why.contains("does not fit into the 4 bytes"), "{why}");
    let why = refused(&path, vec![Edit::Insert(insert("account-1", Some(at(14)), "CSM", "{}"))]);
    assert!(why.contains("only the application can write"), "{why}");
    let other = Edit::Update(Update { data: Some(value(r#"{"$type":"Acme.Shut, Acme"}"#)), ..update(7) });
    let why = refused(&path, vec![other]);
    assert!(why.contains("field $type"), "{why}");
}

#[test]
fn axons_json_is_written_and_its_xml_is_not() {
    let (_folder, path) = store("axon4_jpa.sql").unwrap();
    let stream = "TicketAggregate-976a79d7-3c48-57a9-864e-2365e73f6aa3";
    let edits = vec![
        Edit::Update(Update {
            data: Some(value(r#"{"a":2}"#)),
            metadata: Some(value(r#"{"userId":"v"}"#)),
            ..update(1)
        }),
        Edit::Insert(Insert {
            id: Some("e9".into()),
            ..insert(stream, Some(at(1)), "com.acme.TicketOpened", r#"{"b":1}"#)
        }),
    ];
    let (_kept, out, _) = written(&path, edits).unwrap();
    assert_eq!(
        found(
            &out,
            "SELECT global_index, event_identifier, meta_data, payload, payload_revision, payload_type, time_stamp, sequence_number, type FROM domain_event_entry ORDER BY 1"
        ),
        [
            r#"1|e1|x'{"traceId":"t1","correlationId":"e0","userId":"v"}'|x'{"a":2}'|2.0|com.acme.TicketOpened|2025-12-10T17:26:26.687841Z|0|TicketAggregate"#,
            r#"2|e9|x'{}'|x'{"b":1}'|2.0|com.acme.TicketOpened|2025-12-10T17:26:26.687841Z|1|TicketAggregate"#,
            "3|e2|NULL|x'{}'|NULL|com.acme.TicketClosed|2025-12-10T17:26:27Z|2|TicketAggregate",
            "4|976a79d7-0000-57a9-864e-2365e73f6aa4|NULL|x'{}'|NULL|com.acme.Ticked|2025-12-10T17:26:28Z|0|NULL",
        ]
    );
    assert!(found(&out, "SELECT 1 FROM snapshot_event_entry").is_empty());
    let (_folder, path) = store("axon4_jdbc_xstream.sql").unwrap();
    let why = refused(&path, vec![Edit::Update(Update { data: Some(value(r#"{"a":2}"#)), ..update(1) })]);
    assert!(why.contains("XStream XML, which is read and not written"), "{why}");
    // A time is no part of the payload.
    let time = Some(TimeChange::ShiftSeconds(1));
    let (_kept, out, _) = written(&path, vec![Edit::Update(Update { time, ..update(1) })]).unwrap();
    assert_eq!(found(&out, "SELECT timeStamp FROM DomainEventEntry"), ["2025-12-10T17:26:27.687841Z"]);
    let (_folder, path) = store("axon5_jpa.sql").unwrap();
    let edits = vec![
        Edit::Insert(insert("Ride-r-2", None, "rides.RideRated", r#"{"stars":1}"#)),
        Edit::Delete(Target::One(at(1))),
    ];
    let edits = edits.into_iter().map(|edit| match edit {
        Edit::Insert(insert) => Edit::Insert(Insert { time: Timestamp::parse_iso("2026-04-13T12:18:32Z"), ..insert }),
        edit => edit,
    });
    let (_kept, out, _) = written(&path, edits.collect()).unwrap();
    assert_eq!(
        found(
            &out,
            "SELECT global_index, aggregate_type, aggregate_identifier, aggregate_sequence_number, payload FROM aggregate_event_entry ORDER BY 1"
        ),
        [
            "2|NULL|NULL|NULL|x'<com.acme.DayEnded><day>3</day></com.acme.DayEnded>'",
            "5|Ride|r-1|0|x'{}'",
            r#"6|Ride|r-2|0|x'{"stars":1}'"#
        ]
    );
}

#[test]
fn streams_that_have_numbers_get_new_ones() {
    let (_folder, path) = store("eventuous.sql").unwrap();
    let time = Timestamp::parse_iso("2026-04-13T12:49:00Z");
    let edits = vec![
        Edit::Insert(Insert {
            time,
            id: Some("e9".into()),
            ..insert("Ride-9", None, "V1.RideRequested", r#"{"a":1}"#)
        }),
        Edit::Delete(Target::One(at(4))),
        Edit::Move(Move {
            event: at(6),
            stream: Some("Ride-9".into()),
            after: Some(After::Event(Selector::Id("e9".into()))),
        }),
    ];
    let (_kept, out, report) = written(&path, edits).unwrap();
    assert_eq!(found(&out, "SELECT * FROM bookings_streams"), ["1|Ride-1|2", "3|Ride-9|1"]);
    assert_eq!(
        found(
            &out,
            "SELECT global_position, message_id, message_type, stream_id, stream_position, json_data, json_metadata, created FROM bookings_messages"
        ),
        [
            r#"3|e3|V1.RideStarted|1|2|{"km":1.50}|{"eventuous.correlation-id":"c","eventuous.causation-id":"e2","trace-id":"t"}|2026-04-13T12:47:33.1558470Z"#,
            r#"4|e9|V1.RideRequested|3|0|{"a":1}|NULL|2026-04-13T12:49:00.0000000Z"#,
            r#"5|e6|V1.RideRated|3|1|{"stars":4}|{}|2026-04-13T12:48:00.0000000Z"#,
        ]
    );
    let told = "bookings_streams is set: 1 stream with another last version, 1 stream new, 1 stream not in it any more";
    assert!(report.notes.iter().any(|note| note == told), "{:?}", report.notes);

    let (_folder, path) = store("sqlstreamstore.sql").unwrap();
    let time = Timestamp::parse_iso("2026-02-27T17:02:53Z");
    let insert = Insert { time, ..insert("test2", None, "OrderPlaced", r#"{"a":1}"#) };
    let edits = vec![Edit::Insert(insert), Edit::Delete(Target::One(at(4)))];
    let (_kept, out, _) = written(&path, edits).unwrap();
    assert_eq!(
        found(&out, "SELECT * FROM streams WHERE id_internal IN (2, 5)"),
        [
            "A94A8FE5CCB19BA61C4C0873D391E987982FBBD3|order-1|2|0|3|NULL|20",
            "109F4B3C50D7B0DF729D299BC6F8E9EF9066971F|test2|5|0|7|NULL|NULL"
        ]
    );
}

#[test]
fn gleams_metadata_is_a_list_of_pairs() {
    let (_folder, path) = store("gleam_eventsourcing.sql").unwrap();
    let edits = vec![
        Edit::Update(Update { metadata: Some(value(r#"{"user":"teller-6"}"#)), ..update(1) }),
        Edit::Insert(insert(
            "BankAccount-b1f6",
            Some(at(1)),
            "BankAccountEvent",
            r#"{"amount":7,"event-type":"MoneyDeposited"}"#,
        )),
        Edit::Insert(new("BankAccount-new", "BankAccountEvent", r#"{"event-type":"Opened"}"#)),
    ];
    let (_kept, out, _) = written(&path, edits).unwrap();
    assert_eq!(
        found(&out, "SELECT * FROM event ORDER BY rowid"),
        [
            r#"BankAccount|b1f6|1|BankAccountEvent|1|{"amount":5,"event-type":"MoneyDeposited"}|[["correlation_id","c-1"],["user","teller-6"]]"#,
            r#"BankAccount|b1f6|2|BankAccountEvent|1|{"amount":7,"event-type":"MoneyDeposited"}|[]"#,
            r#"BankAccount|b1f6|3|BankAccountEvent|1|{"event-type":"Closed"}|[]"#,
            r#"BankAccount|new|1|BankAccountEvent|1|{"event-type":"Opened"}|[]"#,
        ]
    );
    assert!(found(&out, "SELECT 1 FROM snapshot").is_empty());
}

#[test]
fn what_is_made_of_stream_and_version_is_made_anew() {
    let (_folder, path) = store("protoactor.sql").unwrap();
    let edits = vec![
        Edit::Insert(insert("ride-6", Some(at(1)), "Rides.Requested, Rides", r#"{"Stars":2}"#)),
        Edit::Update(Update { event_type: Some("Rides.Judged, Rides".into()), ..update(2) }),
    ];
    let (_kept, out, _) = written(&path, edits).unwrap();
    assert_eq!(
        found(&out, "SELECT * FROM Events ORDER BY rowid"),
        [
            r#"ride-6-0|ride-6|0.0|{"$type":"Rides.Requested, Rides","Stars":4}"#,
            r#"ride-6-1|ride-6|1.0|{"$type":"Rides.Requested, Rides","Stars":2}"#,
            r#"ride-6-2|ride-6|2.0|{"$type":"Rides.Judged, Rides"}"#,
            "ride-7-0|ride-7|0.0|{}",
        ]
    );
    assert!(found(&out, "SELECT 1 FROM Snapshots").is_empty());

    let (_folder, path) = store("event_store_adapter_rs.sql").unwrap();
    database(&path)
        .execute_batch(
            "DELETE FROM journal WHERE seq_nr = 2;
             INSERT INTO journal VALUES ('BankAccount-16', 'BankAccount-b1-2', 'BankAccount-b1', 2, CAST('{\"Paid\":{\"id\":\"e-2\",\
             \"aggregate_id\":{\"value\":\"b1\"},\"seq_nr\":2,\"body\":{\"n\":1},\"occurred_at\":\"2026-03-01T13:56:45.000250Z\"}}' AS BLOB), 1772373405000);",
        )
        .unwrap();
    let edits = vec![
        Edit::Insert(Insert {
            id: Some("e-9".into()),
            time: Timestamp::parse_iso("2026-03-01T13:56:46Z"),
            ..insert("BankAccount-b1", Some(at(2)), "Paid", r#"{"body":{"n":2}}"#)
        }),
        Edit::Delete(Target::One(at(1))),
    ];
    let (_kept, out, report) = written(&path, edits).unwrap();
    assert_eq!(
        found(&out, "SELECT * FROM journal ORDER BY rowid"),
        [
            r#"BankAccount-16|BankAccount-b1-1|BankAccount-b1|1|x'{"Paid":{"id":"e-2","aggregate_id":{"value":"b1"},"seq_nr":1,"body":{"n":1},"occurred_at":"2026-03-01T13:56:45.000250Z"}}'|1772373405000"#,
            r#"BankAccount-16|BankAccount-b1-2|BankAccount-b1|2|x'{"Paid":{"body":{"n":2},"aggregate_id":{"value":"b1"},"id":"e-9","occurred_at":"2026-03-01T13:56:46.000000Z","seq_nr":2}}'|1772373406000"#,
        ]
    );
    assert!(report.notes.iter().any(|note| note.contains("finds no aggregate")), "{:?}", report.notes);
    let why = refused(&path, vec![Edit::Insert(new("BankAccount-b7", "Paid", r#"{"body":{}}"#))]);
    assert!(why.contains("there is none for a new stream"), "{why}");
}

#[test]
fn akkas_tags_go_with_their_events() {
    let (_folder, path) = store("akka_persistence_sql.sql").unwrap();
    database(&path)
        .execute_batch(
            "INSERT INTO journal VALUES (4, 1772373404696, 0, 'account-3', 1, X'7b7d', 'Acme.Closed, Acme', 1, 'w'); \
                        INSERT INTO tags VALUES (4, 'money', 1, 'account-3')",
        )
        .unwrap();
    let edits = vec![
        Edit::Insert(insert("account-1", None, "Acme.Opened, Acme", r#"{"Owner":"Eve"}"#)),
        Edit::Update(Update { data: Some(value(r#""bye""#)), ..update(2) }),
    ];
    let (_kept, out, report) = written(&path, edits).unwrap();
    assert_eq!(
        found(
            &out,
            "SELECT ordering, created, deleted, persistence_id, sequence_number, message, manifest, identifier FROM journal"
        ),
        [
            r#"1|1772373404693|0|account-1|1|x'{"Owner":"Eve"}'|Acme.Opened, Acme|1"#,
            r#"2|1772373404693|0|account-1|2|x'{"Owner":"Bo"}'|Acme.Opened, Acme|1"#,
            "3|1772373404694|1|account-1|3|x'bye'|System.String, System.Private.CoreLib|17",
            "4|1772373404695|1|account-2|1|x'hello'|System.String, System.Private.CoreLib|17",
            "5|1772373404696|0|account-3|1|x'{}'|Acme.Closed, Acme|1",
        ]
    );
    assert_eq!(
        found(&out, "SELECT * FROM tags ORDER BY 1, 2"),
        [
            "1|admin|1|account-1",
            "1|money|1|account-1",
            "2|admin|2|account-1",
            "2|money|2|account-1",
            "5|money|1|account-3"
        ]
    );
    assert!(report.notes.iter().any(|note| note.starts_with("inserted events have the tags")), "{:?}", report.notes);
    // Without edits too: what is not in the copy has no tags there.
    let (_kept, out, _) = written(&path, vec![Edit::Delete(Target::One(at(1)))]).unwrap();
    assert_eq!(found(&out, "SELECT * FROM tags"), ["4|money|1|account-3"]);
}

#[test]
fn axons_tokens_are_set_back_and_its_numbers_go_on() {
    let (_folder, path) = store("axon4_jpa.sql").unwrap();
    database(&path)
        .execute_batch(
            "CREATE TABLE domain_event_entry_seq (next_val bigint); INSERT INTO domain_event_entry_seq VALUES (5);
             INSERT INTO token_entry VALUES ('p', 0, NULL, 't', CAST('{\"index\":4,\"gaps\":[0,2]}' AS BLOB), 'GapAware'), \
             ('q', 0, NULL, 't', CAST('<token/>' AS BLOB), 'GapAware')",
        )
        .unwrap();
    let last = insert("976a79d7-0000-57a9-864e-2365e73f6aa4", Some(at(4)), "com.acme.Ticked", "{}");
    let last = Insert { id: Some("e9".into()), ..last };
    let edits = vec![Edit::Update(Update { data: Some(value(r#"{"x":1}"#)), ..update(3) }), Edit::Insert(last)];
    let (_kept, out, report) = written(&path, edits).unwrap();
    assert_eq!(found(&out, "SELECT token FROM token_entry"), [r#"x'{"index":1,"gaps":[0]}'"#, "x'<token/>'"]);
    assert_eq!(found(&out, "SELECT next_val FROM domain_event_entry_seq"), ["6"]);
    assert!(report.notes.iter().any(|note| note.contains("no JSON are kept as they are")), "{:?}", report.notes);
}

#[test]
fn rows_that_are_ordered_by_themselves_come_where_they_should() {
    let (_folder, path) = store("segerfeldt.sql").unwrap();
    let stream = "Ride-6c860be3-10f6-48be-ba86-74589931d72f";
    let edits = vec![
        Edit::Insert(insert(stream, Some(at(2)), "RideRated", r#"{"stars":1}"#)),
        Edit::Insert(Insert {
            time: Timestamp::parse_iso("2026-04-13T18:00:00Z"),
            ..insert("Ride-b", None, "RideRequested", "{}")
        }),
    ];
    let (_kept, out, _) = written(&path, edits).unwrap();
    assert_eq!(
        found(
            &out,
            "SELECT name, details, timestamp, ordinal, position FROM Events WHERE entity_id <> 'b' ORDER BY position, ordinal"
        ),
        [
            "RideRequested|{}|2461143.75|0|183",
            "RideStarted|{}|20556.5|1|183",
            r#"RideRated|{"stars":1}|20556.5|2|183"#,
            r#"RideRated|{"stars":4}|20556.5128516|3|184"#,
        ]
    );
    assert_eq!(
        found(&out, "SELECT type, id, version FROM Entities ORDER BY version"),
        ["Ride|b|0", "Ride|6c860be3-10f6-48be-ba86-74589931d72f|3"]
    );

    let (_folder, path) = store("resolve_lite.sql").unwrap();
    let edits =
        vec![Edit::Insert(insert("TCK-1", Some(at(3)), "SOLVED", r#"{"b":2}"#)), Edit::Delete(Target::One(at(2)))];
    let (_kept, out, report) = written(&path, edits).unwrap();
    assert_eq!(
        found(
            &out,
            "SELECT threadId, threadCounter, timestamp, aggregateVersion, type, payload FROM events ORDER BY timestamp, threadCounter, threadId"
        ),
        [
            r#"174|0|1765387586685|1|OPENED|{"a":1}"#,
            "3|1|1765387586686|2|SOLVED|null",
            r#"3|2|1765387586686|3|SOLVED|{"b":2}"#,
            "9|0|1765387586687|4|CLOSED|NULL",
        ]
    );
    assert!(found(&out, "SELECT 1 FROM snapshots").is_empty());
    let told = "1 row of snapshots left out: the library makes them again from the events";
    assert!(report.notes.iter().any(|note| note == told), "{:?}", report.notes);
    let why = refused(&path, vec![Edit::Move(Move { event: at(4), stream: None, after: None })]);
    assert!(why.contains("change its time too"), "{why}");
}

#[test]
fn why_a_layout_has_no_copies_with_edits_is_said() {
    let (_folder, path) = store("home_assistant.sql").unwrap();
    let session = session(&path);
    let mut scenario = Scenario::new("edits");
    scenario.edits.push(Edit::Delete(Target::One(at(session.log().position(0)))));
    let plan = session.scenario_copy(&Arc::new(scenario), &Cancel::default()).unwrap();
    let why = session.why_not_in_own_layout(&plan).unwrap();
    assert!(why.contains("share rows of other tables"), "{why}");
    assert!(!session.copies_in_own_layout(&plan));
}
