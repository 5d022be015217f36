//! Stores as libraries write them: sound ones, and damaged ones.

use super::*;

#[test]
fn small_stores_of_every_layout_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, path) in fixtures::all(folder.path()) {
        let health = check(&path);
        assert!(!health.found_trouble(), "{layout}: {:#?}", health.findings);
        assert_eq!(health.scanned.payloads, 6, "{layout}");
    }
}

#[test]
fn stores_that_libraries_wrote_tell_no_errors() {
    let Some(stores) = fixtures::stores() else { return };
    let mut looked = 0;
    for name in [
        "pyeventsourcing-bank.db",
        "pyeventsourcing-bank-zlib.db",
        "emmett-0.42-shop.db",
        "sqlite-es-bank.db",
        "patchlevel-3.5-stream-shop.db",
        "livestore-0.4-eventlog@6.db",
        "sqlstreamstore-shop.db",
        "eventuous-bookings.db",
        "akka-1.4.45-compat-public.db",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::copy(stores.join(name), &path).unwrap();
        let health = check(&path);
        assert!(!health.found_trouble(), "{name}: {:#?}", health.findings);
        looked += 1;
    }
    assert_eq!(looked, 9);
}

/// The small store of a layout that the tests have as SQL, and what spoils it.
fn small(name: &str, spoil: &str) -> Health {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/suite/layout_fixtures/{name}.sql"));
    let conn = fixtures::database(&path);
    conn.execute_batch(&std::fs::read_to_string(sql).unwrap()).unwrap();
    conn.execute_batch(spoil).unwrap();
    conn.close().unwrap();
    check(&path)
}

fn told(health: &Health) -> Vec<(Kind, Severity, Option<i64>)> {
    health.findings.iter().map(|finding| (finding.kind, finding.severity, finding.position)).collect()
}

#[test]
fn versions_that_are_a_pair_are_used_twice_only_as_a_pair() {
    // The second event of the client alone shares the number of the first shared one.
    let health = small("livestore", "");
    assert!(health.findings.iter().all(|finding| finding.kind == K::TypeOnce), "{:#?}", health.findings);
    let again = "INSERT INTO eventlog VALUES
        (1, 1, 7, 1, 0, 0, 'v1.FilterSet', '{\"filter\":\"done\"}', 'desktop-1', 's-a', 4, '{}'),
        (1, 2, 0, 1, 1, 0, 'v1.FilterSet', '{\"filter\":\"all\"}', 'desktop-1', 's-a', 4, '{}'),
        (2, 0, 3, 1, 0, 0, 'v1.TodoMade', '{\"id\":\"b\",\"text\":\"y\"}', 'desktop-2', 's-b', 4, '{}');";
    let health = small("livestore", again);
    let twice: Vec<_> = health.findings.iter().filter(|finding| finding.kind == K::VersionDuplicate).collect();
    let said: Vec<(Option<i64>, &str)> = twice.iter().map(|one| (one.position, &*one.message)).collect();
    assert_eq!(
        said,
        [
            (Some(3), "version 1 with seqNumClient 1 is used twice, by FilterSet at #2 and by FilterSet here"),
            (Some(6), "version 2 with seqNumClient 0 is used twice, by TodoDone at #5 and by TodoMade here"),
        ]
    );
    assert!(!health.is_ok());
}

#[test]
fn what_a_payload_that_cant_be_read_would_have_said_is_not_missed_besides() {
    // Type and time are in the payload, or the time is.
    let health =
        small("neventstore", "UPDATE Commits SET Payload = x'00ff' WHERE rowid = (SELECT min(rowid) FROM Commits)");
    let kinds: Vec<(Kind, Severity)> = health.findings.iter().map(|one| (one.kind, one.severity)).collect();
    assert!(kinds.contains(&(K::PayloadUnreadable, Error)), "{:#?}", health.findings);
    assert!(kinds.iter().all(|(kind, _)| *kind != K::TypeEmpty), "{:#?}", health.findings);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.db");
    fixtures::pyeventsourcing(&path, fixtures::Python::Zlib);
    let conn = fixtures::database(&path);
    conn.execute("UPDATE stored_events SET state = substr(state, 1, 20) WHERE rowid = 6", []).unwrap();
    conn.close().unwrap();
    assert_eq!(told(&check(&path)), [(K::PayloadUnreadable, Error, Some(6))]);
}

#[test]
fn what_only_the_library_reads_is_no_error() {
    let unread = |health: &Health| {
        let found = health.findings.iter().filter(|one| one.kind == K::PayloadUnreadable);
        found.map(|one| (one.severity, one.message.clone())).collect::<Vec<_>>()
    };
    let opaque = "bincode, which only the program that wrote it can read".to_owned();
    let only = vec![(Info, format!("the only payload can't be read: {opaque}"))];
    assert_eq!(unread(&small("evento_empty", "")), only);
    assert_eq!(unread(&small("evento_empty", "UPDATE event SET data = x'0102'")), only);
    let both = vec![(Info, format!("none of the 2 payloads can be read: {opaque}"))];
    assert_eq!(unread(&small("evento", "UPDATE event SET data = x'' WHERE version = 2")), both);
    // A commit that is encrypted has its type inside.
    let health = small("neventstore", "");
    let of_one = "1 event without a type can't be read: encrypted, or written by a serializer of the application";
    assert_eq!(unread(&health), [(Info, of_one.to_owned())], "{:#?}", health.findings);
    assert!(health.is_ok(), "{:#?}", health.findings);
}

#[test]
fn an_id_may_be_used_again_by_another_tenant() {
    let twice = |spoil: &str| {
        let health = small("sekiban_dcb", spoil);
        health.findings.iter().filter(|one| one.kind == K::IdDuplicate).count()
    };
    assert_eq!(twice(""), 0);
    // In a table that lets it, by the same tenant.
    let again = "CREATE TABLE e AS SELECT * FROM dcb_events; DROP TABLE dcb_events; ALTER TABLE e RENAME TO dcb_events;
                 INSERT INTO dcb_events SELECT ServiceId, Id, '1' || SortableUniqueId, EventType, PayloadJson, '[]', \
                 Timestamp, '', '', '' FROM dcb_events WHERE Id = 'e3'";
    assert_eq!(twice(again), 1);
}

#[test]
fn what_libraries_do_on_purpose_is_no_error() {
    let errors = |name: &str, spoil: &str| {
        let health = small(name, spoil);
        let errors = health.findings.into_iter().filter(|one| one.severity != Info);
        errors.map(|one| (one.kind, one.position)).collect::<Vec<_>>()
    };
    // A node of Temporal that another one took the place of; two tables of Home Assistant count their rows each for
    // itself; what began it all names itself, and is what it is correlated with.
    let temporal = errors("temporal", "");
    assert!(temporal.iter().all(|(kind, _)| *kind != K::VersionDuplicate), "{temporal:?}");
    assert_eq!(errors("home_assistant_old", ""), []);
    assert_eq!(errors("sourced", ""), []);
}

#[test]
fn an_archived_event_and_the_one_that_took_its_place_may_share_a_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    fixtures::emmett(&path);
    let conn = fixtures::database(&path);
    // The stream begins again under its name, once and then again.
    let again = |id: &str, position: i64| {
        let sql = "INSERT INTO emt_messages SELECT stream_id, stream_position, ?1, message_kind, message_data, \
                   message_metadata, message_schema_version, message_type, ?1, 0, ?2, created FROM emt_messages \
                   WHERE global_position = 11";
        conn.execute(sql, rusqlite::params![id, position]).unwrap();
    };
    again("new", 90);
    let of = |health: &Health| {
        let found = health.findings.iter().filter(|one| one.kind == K::VersionDuplicate);
        found.map(|one| (one.severity, one.position, one.message.clone())).collect::<Vec<_>>()
    };
    let words = "version 1 is also that of an archived event: #90 took the place of #11".to_owned();
    assert_eq!(of(&check(&path)), [(Info, Some(90), words.clone())]);
    again("newer", 91);
    let twice = "version 1 is used twice, by Opened at #90 and by Opened here".to_owned();
    assert_eq!(of(&check(&path)), [(Error, Some(91), twice), (Info, Some(90), words)]);
}

#[test]
fn rows_of_the_library_itself_are_no_types_seen_once() {
    let health = small("sqlstreamstore", "");
    let once: Vec<Option<i64>> =
        health.findings.iter().filter(|one| one.kind == K::TypeOnce).map(|one| one.position).collect();
    assert_eq!(once, [Some(0), Some(3), Some(4)], "{:#?}", health.findings);
}

#[test]
fn a_stream_that_is_begun_again_does_not_repeat_what_was_archived() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    fixtures::emmett(&path);
    let again = |version: i64, id: &str| {
        let insert = "INSERT INTO emt_messages VALUES ('account-B', ?1, 'x', 'E', '{}', '{}', '0', 'Opened', ?2, 0, NULL, \
                      '2026-01-07 08:00:00')";
        fixtures::database(&path).execute(insert, (version, id)).unwrap();
    };
    again(1, "again-1");
    let is_repeat = |finding: &&Finding| finding.kind == K::VersionDuplicate && finding.severity == Error;
    let repeats = || check(&path).findings.iter().filter(is_repeat).count();
    assert_eq!(repeats(), 0);
    // Among those that are not archived it is a repeat as ever.
    fixtures::database(&path)
        .execute("UPDATE emt_messages SET partition = 'y' WHERE message_id = 'again-1'", [])
        .unwrap();
    again(1, "again-2");
    assert_eq!(repeats(), 1);
}
