//! Payloads, snapshots, and what projections make of a history.

use super::*;

#[test]
fn payloads() {
    tells(
        |store| store.at(50).data = r#"{"amount":"#.to_owned(),
        &[(K::PayloadUnreadable, Error, Some("account-9"), Some(50))],
        "invalid JSON",
    );
    tells(
        |store| store.at(49).data = r#"{"amount":1,"note":{"a":1,"b":2,"a":3}}"#.to_owned(),
        &[(K::PayloadRepeatedKey, Warning, Some("account-9"), Some(49))],
        "the key \"a\"",
    );
}

#[test]
fn an_encoding_that_is_the_rule_is_told_once() {
    tells(
        |store| {
            for row in store.rows.iter_mut().filter(|row| row.event_type == "Withdrawn") {
                row.event_type = "Sealed".to_owned();
                row.data = "\u{1}\u{2}\u{3}".to_owned();
            }
        },
        &[(K::PayloadUnreadable, Info, Some("account-0"), Some(4))],
        "no Sealed can be read",
    );
}

#[test]
fn repeated_keys_are_found_below_wrappers_and_packing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, form) in [("json", fixtures::Python::Json), ("zlib", fixtures::Python::Zlib)] {
        let path = folder.path().join(name);
        fixtures::pyeventsourcing(&path, form);
        let state =
            br#"{"timestamp":{"_type_":"datetime_iso","_data_":"2026-01-06T08:00:00+00:00"},"amount":1,"amount":2}"#;
        let state = if form == fixtures::Python::Zlib { fixtures::zlib(state) } else { state.to_vec() };
        let conn = fixtures::database(&path);
        conn.execute("UPDATE stored_events SET state = ?1 WHERE rowid = 6", [state]).unwrap();
        conn.close().unwrap();
        let health = check(&path);
        let found: Vec<_> = health.findings.iter().map(|finding| (finding.kind, finding.position)).collect();
        assert_eq!(found, [(K::PayloadRepeatedKey, Some(6))], "{name}");
    }
}

#[test]
fn snapshots() {
    tells(
        |store| store.snapshots.push(("ghost-1", 2, "{}")),
        &[(K::SnapshotOrphan, Warning, Some("ghost-1"), None)],
        "a snapshot of version 2 of a stream that has no events here",
    );
    tells(
        |store| store.snapshots.push(("account-2", 6, "{}")),
        &[(K::SnapshotOrphan, Error, Some("account-2"), Some(15))],
        "version 6, but the stream ends at version 5",
    );
    tells(
        |store| store.snapshots.push(("account-2", 3, r#"{"status":"open","balance":41,"extra":1}"#)),
        &[(K::SnapshotDrift, Warning, Some("account-2"), Some(13))],
        "balance is 41 in it and 40 by its events",
    );
    // Another shape is another program's, not a difference.
    tells(|store| store.snapshots.push(("account-2", 3, r#"{"a":1,"b":2,"c":3}"#)), &[], "");
}

#[test]
fn projections() {
    tells(
        |store| {
            store.add("account-1", 6, "Withdrawn", r#"{"amount":500}"#);
            store.add("account-1", 7, "Withdrawn", r#"{"amount":1}"#);
            store.add("account-1", 8, "Deposited", r#"{"amount":900}"#);
        },
        &[(K::InvariantBroken, Error, Some("account-1"), Some(51))],
        "Balance never below zero",
    );
    tells(
        |store| {
            store.add("account-1", 6, "Withdrawn", r#"{"amount":"ten"}"#);
        },
        &[(K::ProjectionError, Error, Some("account-1"), Some(51))],
        "stops here: Withdrawn[0] subtract balance",
    );
}

#[test]
fn without_a_projection_states_are_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.db");
    let mut store = Store::healthy();
    store.add("account-1", 6, "Withdrawn", r#"{"amount":500}"#);
    store.snapshots.push(("account-2", 3, r#"{"balance":41}"#));
    store.write(&path);
    assert_eq!(check(&path).findings, []);
}
