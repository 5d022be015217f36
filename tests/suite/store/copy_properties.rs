//! What holds of every copy with edits, in every layout: it reads back as the branch was, everything that no edit
//! concerns is as it was byte for byte, and the library's own bookkeeping fits.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use foldline::model::{Cancel, CopyPlan, CopyRow, Event, EventLog, Progress, Timestamp, Value, json};
use foldline::store::{CopyOptions, StoreError, describe_copy, write_copy};
use foldline::whatif::{After, Edit, Insert, Move, Scenario, Selector, Target, TimeChange, Update, VersionRange};
use foldline::worker::{Session, SessionOptions};
use proptest::prelude::*;
use rusqlite::types::Value as SqlValue;

use super::{all, open, scan};
use crate::fixtures::{self, contents, database};

type Seed = (u8, usize, usize, usize);

fn session(path: &Path) -> Arc<Session> {
    Session::open(path, SessionOptions::default(), &Progress::default(), &Cancel::default()).unwrap()
}

/// The small stores, with what libraries also write: checkpoints, streams without times, variants without fields.
fn small_stores(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let stores = fixtures::all(folder);
    for (layout, path) in &stores {
        let more = match *layout {
            "emmett-sqlite" => {
                "CREATE TABLE emt_processors(processor_id TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1, partition TEXT \
                 NOT NULL DEFAULT 'global', status TEXT NOT NULL DEFAULT 'stopped', last_processed_checkpoint TEXT NOT NULL, \
                 PRIMARY KEY (processor_id, partition, version));
                 INSERT INTO emt_processors VALUES ('p', 1, 'global', 'stopped', '0000000000000000013');
                 CREATE TABLE emt_subscriptions(subscription_id TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1, \
                 last_processed_position BIGINT NOT NULL);
                 INSERT INTO emt_subscriptions VALUES ('s', 1, 15);
                 CREATE TABLE orders (id TEXT);"
            }
            "cqrs-es-sqlite" => {
                "INSERT INTO events VALUES ('customer', 'A', 1, 'Registered', '2.1', '{\"Registered\":{\"name\":\"Ö\"}}', '{}'), \
                 ('customer', 'A', 2, 'Left', '2.1', '\"Left\"', '{}');
                 INSERT INTO snapshots VALUES ('customer', 'A', 1, 1, '{}');"
            }
            "patchlevel-v3-stream" => {
                "INSERT INTO event_store (stream, playhead, event, payload, recorded_on, new_stream_start, custom_headers) \
                 VALUES ('account-A', 5, 'Opened', '{}', '2026-01-07 00:00:00', 1, '[]');
                 UPDATE event_store SET archived = 1 WHERE playhead < 5;"
            }
            _ => continue,
        };
        database(path).execute_batch(more).unwrap();
    }
    stores
}

/// Made once: nothing is ever written to them.
static SMALL: LazyLock<(tempfile::TempDir, Vec<(&'static str, PathBuf)>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let stores = small_stores(folder.path());
    (folder, stores)
});

/// Edits that the store's own session accepts, made from numbers.
fn scenario(session: &Session, layout: &str, seeds: &[Seed]) -> Scenario {
    let log = session.log();
    let mut scenario = Scenario::new("property");
    let mut given = 0;
    for (kind, which, other, n) in seeds {
        let index = which % log.len();
        let stream = |index: usize| log.stream(log.stream_of(index).unwrap()).name.clone();
        let selector = Selector::Position(log.position(index));
        let another = other % log.len();
        let data = json::parse(format!(r#"{{"n":{n},"note":"é"}}"#).as_bytes()).unwrap();
        let after = if n % 3 == 0 { None } else { Some(After::Event(Selector::Position(log.position(another)))) };
        let some_type = log.event_type(log.type_of(another)).name.clone();
        given += 1;
        let id = Some(Arc::from(format!("0b5c0000-0000-4000-8000-{given:012}")));
        let edit = match kind {
            0 => Edit::Delete(Target::One(selector)),
            1 => Edit::Delete(Target::Range(VersionRange { stream: stream(index), from: None, to: None })),
            2 => Edit::Update(Update { data: Some(data), ..Update::of(Target::One(selector)) }),
            3 => Edit::Update(Update { event_type: Some(some_type), ..Update::of(Target::One(selector)) }),
            4 => {
                let shift = Some(TimeChange::ShiftSeconds(*n as i64 - 20));
                Edit::Update(Update { time: shift, ..Update::of(Target::One(selector)) })
            }
            5 if layout != "pyeventsourcing" => {
                let metadata = Some(json::parse(format!(r#"{{"note":"n{n}"}}"#).as_bytes()).unwrap());
                Edit::Update(Update { metadata, ..Update::of(Target::One(selector)) })
            }
            6 => {
                let name = if layout == "pyeventsourcing" { format!("{n:032x}") } else { format!("account-new-{n}") };
                let time = log.time(index).or_else(|| Timestamp::parse_iso("2026-01-03T00:00:00Z"));
                let metadata = (layout != "pyeventsourcing").then(|| json::parse(br#"{"user":"ann"}"#).unwrap());
                Edit::Insert(Insert {
                    data: Some(data),
                    time,
                    id,
                    metadata,
                    ..Insert::new(Arc::from(name), None, some_type)
                })
            }
            7 | 8 => {
                let stream = stream(another);
                Edit::Insert(Insert { data: Some(data), id, ..Insert::new(stream, after, some_type) })
            }
            _ => Edit::Move(Move { event: selector, stream: Some(stream(another)), after }),
        };
        scenario.edits.push(edit);
        if session.branch(&Arc::new(scenario.clone())).is_err() {
            scenario.edits.pop();
        }
    }
    scenario
}

/// Every row of a table without the column of the position, as text.
fn rows(path: &Path, table: &str, without: &str) -> Vec<String> {
    let conn = database(path);
    let mut statement = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns: Vec<usize> =
        (0..statement.column_count()).filter(|at| statement.column_name(*at).unwrap() != without).collect();
    let rows = statement.query_map([], |row| {
        let values = columns.iter().map(|at| row.get::<_, SqlValue>(*at));
        Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn schema(path: &Path) -> Vec<String> {
    let conn = database(path);
    let mut statement = conn
        .prepare("SELECT sql FROM sqlite_schema WHERE name NOT IN ('foldline_scenario', 'orders') ORDER BY type, name")
        .unwrap();
    let found = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    found.map(|sql| sql.unwrap().unwrap_or_default()).collect()
}

fn nothing(metadata: &Value) -> bool {
    matches!(json::to_text(metadata).as_str(), "null" | "{}" | "[]")
}

fn without_time(metadata: &Value) -> Value {
    let mut object = metadata.as_object().cloned().unwrap_or_default();
    object.remove("time");
    object.remove("timestamp");
    Value::Object(object)
}

fn assert_same(layout: &str, planned: &Event, read: &Event) {
    let told = |what: &str| format!("{layout}: {what} of {planned:?}");
    assert_eq!(planned.stream, read.stream, "{}", told("stream"));
    assert_eq!(planned.version, read.version, "{}", told("version"));
    assert_eq!(planned.event_type, read.event_type, "{}", told("type"));
    assert_eq!(planned.time, read.time, "{}", told("time"));
    assert_eq!(planned.kind, read.kind, "{}", told("kind"));
    assert_eq!(planned.archived, read.archived, "{}", told("archived"));
    assert_eq!(*planned.data.decoded().unwrap(), *read.data.decoded().unwrap(), "{}", told("data"));
    if !["pyeventsourcing", "cqrs-es-sqlite", "patchlevel-v3-stream"].contains(&layout) {
        assert_eq!(planned.id, read.id, "{}", told("id"));
    }
    match layout {
        // The library's own fields are in the payload.
        "pyeventsourcing" => {}
        "cqrs-es-sqlite" => assert_eq!(without_time(&planned.metadata), without_time(&read.metadata)),
        _ if nothing(&planned.metadata) => assert!(nothing(&read.metadata), "{}", told("metadata")),
        _ => assert_eq!(planned.metadata, read.metadata, "{}", told("metadata")),
    }
    assert_eq!((&planned.user, &planned.correlation_id), (&read.user, &read.correlation_id), "{}", told("who"));
}

/// The planned events as they should be read from the copy.
fn planned(events: &[Event], plan: &CopyPlan) -> Vec<Event> {
    let each = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) => events[*index as usize].clone(),
        CopyRow::Edited { event, .. } | CopyRow::Inserted(event) => Event::clone(event),
    });
    each.collect()
}

/// Whether the copy could be written.
fn check(layout: &str, path: &Path, seeds: &[Seed]) -> bool {
    let session = session(path);
    let events = all(session.store(), session.log());
    let scenario = Arc::new(scenario(&session, layout, seeds));
    let plan = session.scenario_copy(&scenario, &Cancel::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (out, again) = (folder.path().join("out.db"), folder.path().join("again.db"));
    let options = CopyOptions::default();
    let (progress, cancel) = (Progress::default(), Cancel::default());
    let write = |out: &Path| write_copy(session.store(), session.log(), &plan, out, &options, &progress, &cancel);
    let described = describe_copy(session.store(), session.log(), &plan, &options, &progress, &cancel).unwrap();
    let report = match write(&out) {
        Ok(report) => report,
        // The generator knows nothing of tags and fields: what is refused is told before, and leaves nothing.
        Err(StoreError::CannotEncode { event, why }) => {
            assert!(contents(folder.path()).is_empty());
            let refusal = described.refusal.unwrap_or_else(|| panic!("{layout}: not foreseen: {event}: {why}"));
            assert_eq!((refusal.event, refusal.why), (event, why));
            return false;
        }
        Err(error) => panic!("{layout}: {error}\n{}", scenario.to_json()),
    };
    assert_eq!(described.refusal, None, "{layout}");
    assert_eq!(
        (described.events, &described.layout_title),
        (report.events, &session.store().layout().title.to_string())
    );
    assert_eq!([&described.bookkeeping[..], &described.notes[..]].concat(), report.notes, "{layout}");
    let gone = events.len() as u64 + described.inserted - described.left_out;
    assert_eq!(gone, described.events, "{layout}");
    write(&again).unwrap();
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&again).unwrap(), "{layout}: the same bytes");

    let copy = open(&out).unwrap();
    assert_eq!(&*copy.layout().id, layout);
    let log = scan(&copy);
    let read = all(&copy, &log);
    assert_eq!(read.len(), plan.rows.len());
    let planned = planned(&events, &plan);
    if log.has_ordinal_positions() {
        let key = |event: &Event| (event.stream.clone(), event.version);
        let read: HashMap<_, _> = read.iter().map(|event| (key(event), event)).collect();
        planned.iter().for_each(|event| assert_same(layout, event, read[&key(event)]));
    } else {
        planned.iter().zip(&read).for_each(|(planned, read)| assert_same(layout, planned, read));
    }

    // Rows that no edit concerns: byte for byte.
    let table = session.store().event_table();
    let position = match layout {
        "emmett-sqlite" => "global_position",
        "patchlevel-v3-stream" => "id",
        "foldline" => "position",
        _ => "",
    };
    let (before, mut after) = (rows(path, table, position), rows(&out, table, position));
    after.sort_unstable();
    if !session.log().has_ordinal_positions() {
        for row in &plan.rows {
            if let CopyRow::Recorded(index) = row {
                assert!(after.binary_search(&before[*index as usize]).is_ok(), "{layout}: {}", before[*index as usize]);
            }
        }
    }
    assert_eq!(schema(&out), schema(path), "{layout}");
    check_snapshots(&copy, &session, &plan);
    if layout == "emmett-sqlite" {
        check_emmett(&out, &log, &read, &plan);
    }
    if layout == "patchlevel-v3-stream" {
        check_playheads(path, &out);
    }
    true
}

/// No snapshot knows an edited event.
fn check_snapshots(copy: &foldline::store::Store, session: &Session, plan: &CopyPlan) {
    let unchanged: HashMap<_, _> = plan.edited_streams.iter().cloned().collect();
    let snapshots = |store: &foldline::store::Store| store.read_snapshots(&Cancel::default()).unwrap();
    let kept = snapshots(copy);
    for snapshot in snapshots(session.store()) {
        let log = session.log();
        let lane = log.find_stream(&snapshot.stream).map(|stream| log.lane(stream)).unwrap_or_default();
        let upto = unchanged.get(&snapshot.stream).copied().unwrap_or(lane.len());
        let last = upto.checked_sub(1).and_then(|last| log.version(lane[last] as usize));
        let is_kept = kept.contains(&snapshot);
        assert!(!is_kept || snapshot.version <= last, "{} {:?}", snapshot.stream, snapshot.version);
        // An event that was moved to where it was makes no difference, and yet may cost a snapshot.
        let moved_back = !unchanged.contains_key(&snapshot.stream)
            && plan.rows.iter().any(
                |row| matches!(row, CopyRow::Edited { event, .. } if event.stream.as_ref() == Some(&snapshot.stream)),
            );
        assert!(is_kept || snapshot.version > last || moved_back, "{} {:?}", snapshot.stream, snapshot.version);
    }
}

/// What emmett looks at: the stream's last version, and that no processor is ahead of what it has seen.
fn check_emmett(out: &Path, log: &EventLog, events: &[Event], plan: &CopyPlan) {
    let conn = database(out);
    let mut expected: BTreeMap<(String, bool), i64> = BTreeMap::new();
    for event in events {
        let last = expected.entry((event.stream.as_deref().unwrap().to_owned(), event.archived)).or_default();
        *last = event.version.unwrap().max(*last);
    }
    let mut statement =
        conn.prepare("SELECT stream_id, is_archived, stream_position, partition FROM emt_streams").unwrap();
    let found = statement.query_map([], |row| {
        assert_eq!(row.get::<_, String>(3)?, "[object Object]");
        Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
    });
    let found: BTreeMap<(String, bool), i64> = found.unwrap().map(|row| row.unwrap()).collect();
    assert_eq!(found, expected);
    let same = |(place, row): &(usize, &CopyRow)| matches!(row, CopyRow::Recorded(index) if *index as usize == *place);
    let unchanged = plan.rows.iter().enumerate().take_while(same).count();
    let limit = if unchanged == plan.rows.len() && unchanged == log.len() && plan.edited_streams.is_empty() {
        i64::MAX
    } else {
        unchanged.checked_sub(1).map_or(0, |last| log.position(last))
    };
    for sql in [
        "SELECT CAST(last_processed_checkpoint AS INTEGER), length(last_processed_checkpoint) FROM emt_processors",
        "SELECT last_processed_position, 19 FROM emt_subscriptions",
    ] {
        let Ok(mut statement) = conn.prepare(sql) else { continue };
        let found = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap();
        for (position, width) in found.map(|row| row.unwrap()) {
            assert!(position <= limit, "{sql}: {position} is beyond {limit}");
            assert_eq!(width, 19);
        }
    }
}

/// Playheads count each stream without gaps where they did so before, and no number is given twice.
fn check_playheads(path: &Path, out: &Path) {
    let counts = "SELECT stream, count(playhead), max(playhead), min(playhead), count(*) FROM event_store GROUP BY 1";
    let conn = database(out);
    let mut statement = conn.prepare(counts).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (count, all): (i64, i64) = (row.get(1).unwrap(), row.get(4).unwrap());
        assert!(count == 0 || count == all, "playheads of a stream are all there or all null");
        if count > 0 {
            assert_eq!((row.get::<_, i64>(2).unwrap(), row.get::<_, i64>(3).unwrap()), (count, 1));
        }
    }
    let sequence = |path: &Path| -> i64 {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'event_store'";
        database(path).query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert!(sequence(out) >= sequence(path));
}

fn seeds(edits: usize) -> impl Strategy<Value = Vec<Seed>> {
    prop::collection::vec((0..11u8, any::<usize>(), any::<usize>(), 0..40usize), 1..edits)
}

#[test]
fn a_copy_with_edits_reads_back_as_the_branch_was() {
    use proptest::test_runner::{Config, TestRunner};
    let config = Config { cases: 160, failure_persistence: None, ..Config::default() };
    let tried: RefCell<BTreeMap<&str, (usize, usize)>> = RefCell::default();
    TestRunner::new(config)
        .run(&(any::<usize>(), seeds(6)), |(which, seeds)| {
            let stores = &SMALL.1;
            let (layout, path) = &stores[which % stores.len()];
            let written = check(layout, path, &seeds);
            let mut tried = tried.borrow_mut();
            let (all, whole) = tried.entry(*layout).or_default();
            *all += 1;
            *whole += usize::from(written);
            Ok(())
        })
        .unwrap();
    // A refusal proves little: of each layout many copies are really written.
    let tried = tried.into_inner();
    for (layout, _) in &SMALL.1 {
        let (all, whole) = tried.get(layout).copied().unwrap_or_default();
        assert!(whole >= 3 && whole * 2 >= all, "{layout}: {whole} of {all} were written");
    }
}

#[test]
fn so_does_one_of_a_real_store() {
    use proptest::test_runner::{Config, TestRunner};
    let Some(folder) = fixtures::stores() else { return };
    let stores = [
        ("pyeventsourcing-bank.db", "pyeventsourcing"),
        ("pyeventsourcing-bank-zlib.db", "pyeventsourcing"),
        ("emmett-0.42-shop.db", "emmett-sqlite"),
        ("sqlite-es-bank.db", "cqrs-es-sqlite"),
        ("patchlevel-3.5-stream-shop.db", "patchlevel-v3-stream"),
    ];
    for (name, layout) in stores {
        let (_temporary, path) = super::facts::copied(&folder, name);
        let config = Config { cases: 4, failure_persistence: None, ..Config::default() };
        TestRunner::new(config)
            .run(&seeds(8), |seeds| {
                check(layout, &path, &seeds);
                Ok(())
            })
            .unwrap();
    }
}
