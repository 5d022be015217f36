//! Copies of a store of every layout: what leaves events out is in the layout's own tables where the layout says so,
//! and everything can be had in Foldline's.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldline::model::{Cancel, CopyPlan, CopyRow, Event, Moment, Progress, StreamIndex, Value, json};
use foldline::store::{CopyOptions, copies_in_own_layout, describe_copy, layouts, write_copy};
use foldline::whatif::{After, Edit, Insert, Move, Scenario, Selector, Target, Update};
use foldline::worker::{Session, SessionOptions, partial_copy};
use rusqlite::types::Value as SqlValue;

use super::{all, open, scan};
use crate::fixtures::{self, contents, database};

fn session(path: &Path) -> Option<Arc<Session>> {
    Session::open(path, SessionOptions::default(), &Progress::default(), &Cancel::default()).ok()
}

/// A store of each file of SQL, and real ones.
fn each_store(f: &mut dyn FnMut(&str, &Path)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    for file in files {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        database(&path).execute_batch(&std::fs::read_to_string(&file).unwrap()).unwrap();
        f(&file.file_name().unwrap().to_string_lossy(), &path);
    }
    let Some(folder) = fixtures::stores() else { return };
    let mut stores: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    stores.retain(|path| path.extension().is_some_and(|extension| extension == "db" || extension == "sqlite"));
    stores.sort();
    for store in stores.iter().filter(|store| std::fs::metadata(store).unwrap().len() < 400_000) {
        let name = store.file_name().unwrap().to_string_lossy();
        if !name.contains("live") && !name.contains("negative") {
            let (_temporary, path) = super::facts::copied(&folder, &name);
            f(&name, &path);
        }
    }
}

/// Copies as of some moments, of one stream, and of everything.
fn cuts(session: &Session) -> Vec<CopyPlan> {
    let log = session.log();
    let mut plans = vec![partial_copy(log, None, None).unwrap()];
    for place in [0, log.len() / 3, log.len() / 2, log.len().saturating_sub(2)] {
        let moment = Moment::Position(log.position(place));
        plans.extend(partial_copy(log, Some(moment), None));
    }
    if !log.streams().is_empty() {
        plans.extend(partial_copy(log, None, Some(&[StreamIndex(0)])));
    }
    plans
}

/// Every row of every table, with its table's name.
fn rows(path: &Path) -> BTreeSet<String> {
    let conn = database(path);
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut tables = conn.prepare(names).unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut all = BTreeSet::new();
    for name in names {
        let mut select = conn.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let width = select.column_count();
        let found = select.query_map([], |row| {
            let values = (0..width).map(|at| row.get::<_, SqlValue>(at)).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("{name} {values:?}"))
        });
        all.extend(found.unwrap().map(Result::unwrap));
    }
    all
}

/// What a copied event still says.
fn said(event: &Event) -> String {
    let data = match event.data.decoded() {
        Ok(data) => json::to_text(&data),
        Err(why) => format!("unreadable {:02x?}", why.raw),
    };
    format!("{:?} {} {:?} {:?} {data}", event.stream, event.event_type, event.time, event.valid_time)
}

#[test]
fn leaving_events_out_changes_nothing_else() {
    let mut wrong = String::new();
    let mut written = BTreeSet::new();
    each_store(&mut |name, path| {
        let Some(session) = session(path) else { return };
        if session.log().is_empty() {
            return;
        }
        let spec = session.store().layout();
        let events = all(session.store(), session.log());
        let before = rows(path);
        for (number, plan) in cuts(&session).into_iter().enumerate() {
            if !copies_in_own_layout(session.store(), session.log(), &plan) {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("out.db");
            let options = CopyOptions::default();
            let (progress, cancel) = (Progress::default(), Cancel::default());
            let described = describe_copy(session.store(), session.log(), &plan, &options, &progress, &cancel).unwrap();
            let report = match write_copy(session.store(), session.log(), &plan, &out, &options, &progress, &cancel) {
                Ok(report) => report,
                Err(error) => {
                    assert!(contents(folder.path()).is_empty());
                    writeln!(wrong, "{name} {number}: {error} ({:?})", described.refusal).unwrap();
                    continue;
                }
            };
            assert_eq!([&described.bookkeeping[..], &described.notes[..]].concat(), report.notes, "{name} {number}");
            let copy = open(&out).unwrap();
            let copied: Vec<String> = all(&copy, &scan(&copy)).iter().map(said).collect();
            let planned = plan.rows.iter().map(|row| match row {
                CopyRow::Recorded(index) => said(&events[*index as usize]),
                _ => panic!("only recorded events"),
            });
            let planned: Vec<String> = planned.collect();
            if copied != planned {
                writeln!(wrong, "{name} {number}: {copied:?}\n  but {planned:?}").unwrap();
            }
            let new: Vec<String> = rows(&out).difference(&before).cloned().collect();
            // Only bookkeeping that is told is other than it was.
            if !new.is_empty() && described.bookkeeping.is_empty() {
                writeln!(wrong, "{name} {number}: other rows {new:?}").unwrap();
            }
            written.insert(spec.id.to_string());
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
    for layout in layouts().iter().filter(|layout| layout.writing.leaving_out) {
        assert!(written.contains(&layout.id), "{} was never written", layout.id);
    }
}

#[test]
fn every_layout_can_be_had_in_foldlines() {
    let mut wrong = String::new();
    each_store(&mut |name, path| {
        let Some(session) = session(path) else { return };
        let events = all(session.store(), session.log());
        let plan = partial_copy(session.log(), None, None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.db");
        let options = CopyOptions { as_foldline: true, ..CopyOptions::default() };
        let (progress, cancel) = (Progress::default(), Cancel::default());
        let described = describe_copy(session.store(), session.log(), &plan, &options, &progress, &cancel).unwrap();
        match write_copy(session.store(), session.log(), &plan, &out, &options, &progress, &cancel) {
            Ok(report) if &*session.store().layout().id != "foldline" => {
                assert_eq!(described.notes, report.notes, "{name}");
            }
            Ok(_) => {}
            Err(error) => return writeln!(wrong, "{name}: {error}").unwrap(),
        }
        let copy = open(&out).unwrap();
        let copied: Vec<String> = all(&copy, &scan(&copy)).iter().map(said).collect();
        let planned: Vec<String> = events
            .iter()
            .map(|event| {
                let mut event = event.clone();
                event.stream.get_or_insert("(no stream)".into());
                said(&event)
            })
            .collect();
        if copied != planned {
            let differ = copied.iter().zip(&planned).find(|(a, b)| a != b);
            writeln!(wrong, "{name}: {} and {} events, first {differ:?}", copied.len(), planned.len()).unwrap();
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
}

/// One edit of each kind on some events of the store, those that the session accepts.
fn scenarios(session: &Session) -> Vec<Scenario> {
    let log = session.log();
    let plain = |index: &usize| log.stream_of(*index).is_some();
    let places = [0, log.len() / 2, log.len().saturating_sub(1)];
    let mut all = Vec::new();
    for index in places.into_iter().filter(plain) {
        let at = || Selector::Position(log.position(index));
        let stream = log.stream(log.stream_of(index).unwrap()).name.clone();
        let event_type = log.event_type(log.type_of(index)).name.clone();
        let data = Some(json::parse(br#"{"n":1.50,"note":"\u00e9"}"#).unwrap());
        let id = Some(Arc::from("0b5c0000-0000-4000-8000-000000000001"));
        let another = log.position(log.len() - 1 - index);
        for edit in [
            Edit::Delete(Target::One(at())),
            Edit::Update(Update { data: data.clone(), ..Update::of(Target::One(at())) }),
            Edit::Insert(Insert {
                data,
                id,
                time: log.time(index),
                ..Insert::new(stream.clone(), Some(After::Event(at())), event_type)
            }),
            Edit::Move(Move { event: at(), stream: None, after: Some(After::Event(Selector::Position(another))) }),
        ] {
            let mut scenario = Scenario::new("an edit");
            scenario.edits.push(edit);
            if session.branch(&Arc::new(scenario.clone())).is_ok() {
                all.push(scenario);
            }
        }
    }
    all
}

/// An event without what the library keeps for itself in payloads.
fn without_own<T>(event: &Event, own: &std::collections::BTreeMap<String, T>) -> Event {
    let mut event = event.clone();
    if let Ok(data) = event.data.decoded()
        && let Value::Object(mut object) = Value::clone(&data)
        && !own.is_empty()
    {
        for key in own.keys() {
            object.remove(key);
        }
        event.data = foldline::model::Payload::Value(Value::Object(object));
    }
    event
}

#[test]
fn edits_read_back_in_every_layout_that_is_written() {
    let mut wrong = String::new();
    each_store(&mut |name, path| {
        let Some(session) = session(path) else { return };
        let layout = session.store().layout().clone();
        let why = foldline::store::why_no_edits(session.store(), session.log());
        assert!(layout.writable || why.is_some(), "{name}");
        if why.is_some() || session.log().is_empty() {
            return;
        }
        // A history of several tables has no one row form: how it is refused is tested elsewhere.
        if (0..session.log().len()).any(|index| session.log().source(index) > 0) {
            return;
        }
        let events = all(session.store(), session.log());
        let (mut whole, mut tried) = (0usize, 0usize);
        for (number, scenario) in scenarios(&session).into_iter().enumerate() {
            let plan = session.scenario_copy(&Arc::new(scenario), &Cancel::default()).unwrap();
            // Events of several tables are not written into them.
            if !copies_in_own_layout(session.store(), session.log(), &plan) {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("out.db");
            let options = CopyOptions::default();
            let (progress, cancel) = (Progress::default(), Cancel::default());
            tried += 1;
            let described = describe_copy(session.store(), session.log(), &plan, &options, &progress, &cancel).unwrap();
            if let Err(error) = write_copy(session.store(), session.log(), &plan, &out, &options, &progress, &cancel) {
                // Classes of XML can't be made of JSON.
                let xml = |why: &str| why.contains("XStream XML, which is read and not written");
                tried -= usize::from(described.refusal.as_ref().is_some_and(|refusal| xml(&refusal.why)));
                if described.refusal.is_none() {
                    writeln!(wrong, "{name} {number}: {error}").unwrap();
                }
                continue;
            }
            whole += 1;
            let copy = open(&out).unwrap();
            let read: Vec<Event> = all(&copy, &scan(&copy));
            let own = &layouts().iter().find(|spec| *spec.id == *layout.id).unwrap().writing.payload_fields;
            let in_full =
                |event: &Event| format!("{:?} {} {}", event.version, said(&without_own(event, own)), event.archived);
            let mut read: Vec<String> = read.iter().map(in_full).collect();
            let mut planned: Vec<String> = plan
                .rows
                .iter()
                .map(|row| match row {
                    CopyRow::Recorded(index) => in_full(&events[*index as usize]),
                    CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => in_full(event),
                })
                .collect();
            read.sort();
            planned.sort();
            if read != planned {
                writeln!(wrong, "{name} {number}: {read:?}\n  but {planned:?}").unwrap();
            }
        }
        // Where only the application can write payloads, events can still be removed.
        let least = if layout.id.starts_with("evento") { tried / 5 } else { tried.div_ceil(2) };
        if whole < least {
            writeln!(wrong, "{name}: {whole} of {tried} were written").unwrap();
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
}

/// What a query finds in a copy of the first events of a small store.
fn found_in_cut(file: &str, events: usize, sql: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("a.db"), folder.path().join("out.db"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures").join(file);
    database(&path).execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    let session = session(&path).unwrap();
    let until = Moment::Position(session.log().position(events - 1));
    let plan = partial_copy(session.log(), Some(until), None).unwrap();
    let options = CopyOptions::default();
    let (progress, cancel) = (Progress::default(), Cancel::default());
    write_copy(session.store(), session.log(), &plan, &out, &options, &progress, &cancel).unwrap();
    let conn = database(&out);
    let mut select = conn.prepare(sql).unwrap();
    let found = select.query_map([], |row| row.get::<_, SqlValue>(0).map(|value| format!("{value:?}")));
    found.unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_belongs_to_an_event_goes_with_it() {
    let links = "SELECT count(*) FROM event_store_events_in_streams l WHERE NOT EXISTS \
                 (SELECT 1 FROM event_store_events e WHERE e.event_id = l.event_id)";
    assert_eq!(found_in_cut("rails_event_store_json.sql", 1, links), ["Integer(0)"]);
    let kept = "SELECT count(*) > 0 FROM event_store_events_in_streams";
    assert_eq!(found_in_cut("rails_event_store_json.sql", 1, kept), ["Integer(1)"]);
    let versions = "SELECT count(*) FROM bookings_streams s WHERE s.version <> \
                    (SELECT max(stream_position) FROM bookings_messages m WHERE m.stream_id = s.stream_id)";
    assert_eq!(found_in_cut("eventuous.sql", 1, versions), ["Integer(0)"]);
    let stream = "SELECT version || ' ' || position FROM streams WHERE id_original = 'order-1'";
    assert_eq!(found_in_cut("sqlstreamstore.sql", 3, stream), ["Text(\"1 4\")"]);
    assert_eq!(found_in_cut("sqlstreamstore.sql", 2, stream), ["Text(\"0 3\")"]);
    assert!(found_in_cut("sqlstreamstore.sql", 1, stream).is_empty());
}
