//! Versions, ids, causes, types, and how streams begin and end.

use super::*;

#[test]
fn versions() {
    tells(
        |store| {
            store.add("account-1", 9, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::VersionGap, Warning, Some("account-1"), Some(51))],
        "versions 6 to 8 are missing",
    );
    tells(
        |store| store.rows.retain(|row| row.stream != "account-1" || row.version > Some(2)),
        // What was deleted is no cause any more, and neither is a beginning: no wonder.
        &[
            (K::VersionGap, Info, Some("account-1"), Some(8)),
            (K::CauseMissing, Info, Some("account-1"), Some(8)),
            (K::NoStart, Info, Some("account-1"), Some(8)),
        ],
        "history starts at version 3: 2 earlier events are not in this store",
    );
    tells(
        |store| {
            store.add("account-1", 5, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::VersionDuplicate, Error, Some("account-1"), Some(51))],
        "version 5 is used twice, by Withdrawn at #10 and by Deposited here",
    );
    tells(
        |store| store.add("account-1", 6, "Deposited", r#"{"amount":1}"#).version = None,
        &[(K::VersionMissing, Info, Some("account-1"), Some(51))],
        "1 of 6 events of this stream has no version",
    );
    // What is missing may be what has no number.
    tells(
        |store| {
            store.at(9).version = None;
            store.snapshots.clear();
        },
        &[(K::VersionGap, Info, Some("account-1"), Some(10)), (K::VersionMissing, Info, Some("account-1"), Some(9))],
        "version 4 is missing: version 5 follows version 3, and an event of this stream has no version",
    );
    // A row that was copied stands last by its number, so it is late, and after an end: that says nothing more.
    tells(
        |store| {
            let copied = store.at(17).clone();
            store.rows.push(Row { position: 51, ..copied });
        },
        &[
            (K::VersionDuplicate, Error, Some("account-3"), Some(51)),
            (K::IdDuplicate, Error, Some("account-3"), Some(51)),
        ],
        "version 2 is used twice, by Deposited at #17 and by Deposited here",
    );
    tells(
        |store| {
            store.add("account-1", 6, "Deposited", r#"{"amount":1}"#).metadata = r#"{"expected_version":5}"#.to_owned();
            store.add("account-1", 7, "Deposited", r#"{"amount":1}"#).metadata = r#"{"expected_version":5}"#.to_owned();
        },
        &[(K::VersionDuplicate, Warning, Some("account-1"), Some(52))],
        "written for version 5, as #51 was before it",
    );
}

#[test]
fn events_without_a_type_are_called_so() {
    tells(
        |store| {
            store.add("account-1", 5, " ", "{}");
        },
        &[
            (K::VersionDuplicate, Error, Some("account-1"), Some(51)),
            (K::TypeEmpty, Warning, Some("account-1"), Some(51)),
        ],
        "version 5 is used twice, by Withdrawn at #10 and by an event without a type here",
    );
    tells(
        |store| {
            store.at(10).event_type = String::new();
            store.add("account-1", 5, "", "{}");
        },
        &[
            (K::VersionDuplicate, Error, Some("account-1"), Some(51)),
            (K::TypeEmpty, Warning, Some("account-1"), Some(10)),
            (K::TypeEmpty, Warning, Some("account-1"), Some(51)),
        ],
        "version 5 is used twice, at #10 and here, by events without a type",
    );
}

#[test]
fn numbers_that_do_not_count_are_told_once() {
    tells(
        |store| {
            for row in &mut store.rows {
                row.version = Some(row.position * 10);
            }
            store.snapshots.clear();
        },
        &[(K::VersionGap, Info, None, None)],
        "40 of 40 events skip numbers",
    );
}

#[test]
fn ids() {
    tells(
        |store| {
            store.add("account-1", 6, "Deposited", r#"{ "amount": 30.0 }"#).id = "id-7".to_owned();
        },
        &[(K::IdDuplicate, Error, Some("account-1"), Some(51))],
        "has the id id-7 of #7 and says the same",
    );
    tells(
        |store| {
            store.add("account-1", 6, "Deposited", r#"{"amount":31}"#).id = "id-7".to_owned();
        },
        &[(K::IdDuplicate, Error, Some("account-1"), Some(51))],
        "another payload: two events with one id",
    );
    // A UUID is the same however it is written.
    tells(
        |store| {
            store.at(50).id = "7d0c4f2e-1111-4222-8333-444455556666".to_owned();
            store.add("account-9", 6, "Opened", "{}").id = "7D0C4F2E111142228333444455556666".to_owned();
            store.at(51).metadata = "{}".to_owned();
        },
        &[(K::IdDuplicate, Error, Some("account-9"), Some(51))],
        "another type",
    );
}

#[test]
fn causes() {
    tells(
        |store| store.at(20).metadata = r#"{"causation_id":"nowhere"}"#.to_owned(),
        &[(K::CauseMissing, Warning, Some("account-3"), Some(20))],
        "caused by nowhere, which no event here is (39 of 40 causes are events of this store)",
    );
    // What began it all is a command.
    tells(|store| store.at(20).metadata = r#"{"causation_id":"c","correlation_id":"c"}"#.to_owned(), &[], "");
    tells(
        |store| store.at(20).metadata = r#"{"causation_id":"id-20"}"#.to_owned(),
        &[(K::CausationLoop, Error, Some("account-3"), Some(20))],
        "itself",
    );
    // #20 causes #19, and #19 causes #20.
    tells(
        |store| store.at(19).metadata = r#"{"causation_id":"id-20"}"#.to_owned(),
        &[(K::CausationLoop, Error, Some("account-3"), Some(19))],
        "2 events in a loop, each caused by the next: #19 → #20 → #19",
    );
    tells(
        |store| store.at(19).metadata = r#"{"causation_id":"id-42"}"#.to_owned(),
        &[(K::CauseLater, Warning, Some("account-3"), Some(19))],
        "caused by #42",
    );
    tells(
        |store| store.at(17).metadata = r#"{"causation_id":"id-19"}"#.to_owned(),
        &[(K::CausationLoop, Error, Some("account-3"), Some(17))],
        "3 events in a loop, each caused by the next: #17 → #19 → #18 → #17",
    );
    // What was deleted is missing by its version, and its being a cause is no second defect.
    tells(
        |store| store.rows.retain(|row| row.position != 18),
        &[(K::VersionGap, Warning, Some("account-3"), Some(19)), (K::CauseMissing, Info, Some("account-3"), Some(19))],
        "version 3 is missing",
    );
    // Where no cause is an event here, they name something else.
    tells(
        |store| {
            for row in &mut store.rows {
                row.metadata = format!(r#"{{"causation_id":"command-{}"}}"#, row.position);
            }
        },
        &[(K::CauseMissing, Info, Some("account-0"), Some(1))],
        "none of 50 causes is an event of this store: commands may be meant",
    );
    tells(
        |store| {
            store.rows.iter_mut().for_each(|row| row.metadata = "{}".to_owned());
            store.at(7).metadata = r#"{"causation_id":"command-7"}"#.to_owned();
        },
        &[(K::CauseMissing, Info, Some("account-1"), Some(7))],
        "the only cause that is named is no event of this store",
    );
    // What began it all, as some libraries write it.
    tells(|store| store.at(7).metadata = r#"{"causation_id":"id-7","correlation_id":"id-7"}"#.to_owned(), &[], "");
}

#[test]
fn types_and_streams() {
    tells(
        |store| store.at(49).event_type = "Depositde".to_owned(),
        &[(K::TypeOnce, Info, Some("account-9"), Some(49))],
        "no other event has the type Depositde",
    );
    tells(
        |store| store.at(49).event_type = " ".to_owned(),
        &[(K::TypeEmpty, Warning, Some("account-9"), Some(49))],
        "has no type",
    );
}

#[test]
fn beginnings_and_ends() {
    tells(
        |store| {
            store.add("account-77", 1, "Deposited", r#"{"amount":1}"#).metadata = "{}".to_owned();
        },
        &[(K::NoStart, Warning, Some("account-77"), Some(51))],
        "begins with Deposited; 10 of 10 other streams of account begin with Opened",
    );
    // Another way to begin.
    tells(
        |store| {
            for account in 20..22 {
                store.add(&format!("account-{account}"), 1, "Imported", "{}").metadata = "{}".to_owned();
            }
        },
        &[],
        "",
    );
    tells(
        |store| {
            store.add("account-3", 6, "Deposited", r#"{"amount":1}"#);
            store.add("account-3", 7, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::AfterEnd, Warning, Some("account-3"), Some(51))],
        "Deposited comes after Closed at #20, which ends the stream, and 1 more event follows",
    );
    // What may be the last is not, if something else ends the stream.
    tells(
        |store| {
            for position in [4, 19] {
                store.at(position).event_type = "Completed".to_owned();
            }
            store.add("account-3", 6, "Deposited", r#"{"amount":1}"#);
        },
        &[(K::AfterEnd, Warning, Some("account-3"), Some(51))],
        "Deposited comes after Closed at #20",
    );
    // What is taken up again goes on.
    tells(
        |store| {
            for account in [0, 3, 6] {
                let stream = format!("account-{account}");
                store.add(&stream, 6, "Reopened", "{}");
                store.add(&stream, 7, "Deposited", r#"{"amount":1}"#);
            }
        },
        &[],
        "",
    );
    // A word for an end that is none, as all streams show.
    tells(
        |store| {
            for account in [0, 3, 6, 9] {
                store.add(&format!("account-{account}"), 6, "Deposited", r#"{"amount":1}"#);
            }
        },
        &[],
        "",
    );
}

#[test]
fn of_two_streams_the_names_tell_which_has_no_beginning() {
    for (first, second, expected) in
        [("Opened", "Deposited", Some(2)), ("Deposited", "Opened", Some(1)), ("Paid", "Deposited", None)]
    {
        let mut store = Store { rows: Vec::new(), snapshots: Vec::new() };
        store.add("account-1", 1, first, r#"{"amount":1,"owner":"x"}"#);
        store.add("account-2", 1, second, r#"{"amount":1,"owner":"x"}"#);
        for version in 2..5 {
            store.add("account-1", version, "Deposited", r#"{"amount":1}"#);
        }
        let found = store.check().findings;
        let starts: Vec<_> = found.iter().filter(|one| one.kind == K::NoStart).map(place).collect();
        let stream = |at: i64| if at == 1 { "account-1" } else { "account-2" };
        let expected: Vec<_> = expected.map(|at| (K::NoStart, Info, Some(stream(at)), Some(at))).into_iter().collect();
        assert_eq!(starts, expected, "{first} {second}");
    }
}

#[test]
fn a_log_of_many_entities_in_one_stream_does_not_end() {
    tells(
        |store| {
            for (version, row) in (1..).zip(&mut store.rows) {
                row.stream = "log".to_owned();
                row.version = Some(version);
            }
            store.snapshots.clear();
        },
        &[],
        "",
    );
}
