//! Copies with edits where rows hold several events, name the one before them, or are numbered beside their streams.

use foldline::whatif::{After, Edit, Move, Target, Update};

use super::copy_libraries::{at, found, insert, new, one_of_each, refused, store, update, value, written};

/// Commits whose numbers don't count their stream, whose versions don't count their events, or that stand elsewhere.
const WRONG_COMMITS: [&str; 4] = [
    "SELECT count(*) FROM Commits c WHERE StreamRevision <> (SELECT sum(Items) FROM Commits p \
     WHERE p.BucketId = c.BucketId AND p.StreamId = c.StreamId AND p.CommitSequence <= c.CommitSequence)",
    "SELECT count(*) FROM Commits c WHERE CommitSequence <> (SELECT count(*) FROM Commits p \
     WHERE p.BucketId = c.BucketId AND p.StreamId = c.StreamId AND p.CheckpointNumber <= c.CheckpointNumber)",
    "SELECT count(*) - count(DISTINCT hex(CommitId)) FROM Commits",
    "SELECT count(*) FROM Snapshots s WHERE StreamRevision > (SELECT max(StreamRevision) FROM Commits c \
     WHERE c.BucketId = s.BucketId AND c.StreamId = s.StreamId)",
];

#[test]
fn a_commit_is_cut_where_events_go_and_come() {
    let (_folder, path) = store("neventstore.sql").unwrap();
    let commits = "SELECT BucketId, StreamIdOriginal, StreamRevision, Items, CommitSequence, length(CommitId), CheckpointNumber, \
                   CAST(Headers AS TEXT), CAST(Payload AS TEXT) FROM Commits WHERE StreamRevision < 4 AND substr(Payload, 1, 3) = x'efbbbf' ORDER BY CheckpointNumber";
    let opened = r#"{"Headers":{"n":1},"Body":{"$type":"Acme.Opened, Acme","Owner":"Bo"}}"#;
    let paid = r#"{"Body":{"$type":"Acme.Box`1[[Acme.Paid, Acme]], Acme","Cents":5}}"#;
    let headers = "\u{feff}{\"CorrelationId\":\"c\",\"User\":\"u\"}";

    // One between the two of a commit: three commits, the first of which goes on.
    let between = insert("default/account-1", Some(at(1)), "Acme.Opened", r#"{"Owner":"Eve"}"#);
    let (_kept, out, _) = written(&path, vec![Edit::Insert(between)]).unwrap();
    assert_eq!(
        found(&out, commits)[..3],
        [
            format!("default|account-1|1|1|1|1|5|{headers}|\u{feff}[{opened}]"),
            format!(
                "default|account-1|2|1|2|16|6|\u{feff}{{}}|\u{feff}{}",
                r#"[{"Headers":{},"Body":{"$type":"Acme.Opened, Acme","Owner":"Eve"}}]"#
            ),
            format!("default|account-1|3|1|3|16|7|{headers}|\u{feff}[{paid}]"),
        ]
    );
    assert_eq!(found(&out, "SELECT max(CommitSequence), max(StreamRevision), sum(Items) FROM Commits"), ["6|6|7"]);
    assert!(found(&out, "SELECT * FROM Snapshots").is_empty(), "the snapshot knew other events");

    // Without the first one: the commit goes on with the other, and later ones are the same but for their numbers.
    let (_kept, out, _) = written(&path, vec![Edit::Delete(Target::One(at(1)))]).unwrap();
    assert_eq!(found(&out, commits)[0], format!("default|account-1|1|1|1|1|5|{headers}|\u{feff}[{paid}]"));
    assert_eq!(
        found(&out, "SELECT StreamRevision, CommitSequence FROM Commits WHERE CheckpointNumber >= 7"),
        ["2|2", "3|3", "4|4"]
    );

    // An edit of one event leaves the other as it is.
    let changed = Update { data: Some(value(r#"{"Cents":7}"#)), ..update(2) };
    let (_kept, out, _) = written(&path, vec![Edit::Update(changed)]).unwrap();
    let cents = paid.replace('5', "7");
    assert_eq!(found(&out, commits)[0], format!("default|account-1|2|2|1|1|5|{headers}|\u{feff}[{opened},{cents}]"));

    // A new stream, keyed as the application does it.
    let first = new("tenant-b/account-9", "Acme.Opened", r#"{"Owner":"Zoë"}"#);
    let why = refused(&path, vec![Edit::Insert(first)]);
    assert!(why.contains("keys of its own"), "{why}");

    // What is encrypted stays, and BSON is not written.
    let changed = Update { data: Some(value(r#"{"Cents":1}"#)), ..update(3) };
    let why = refused(&path, vec![Edit::Update(changed)]);
    assert!(why.contains("BSON"), "{why}");
    let unknown = insert("default/account-1", Some(at(2)), "Acme.Unknown", "{}");
    let why = refused(&path, vec![Edit::Insert(unknown)]);
    assert!(why.contains("say the class and its assembly"), "{why}");
}

/// Edits behind the last event of one client alone.
fn late_edits() -> Vec<Edit> {
    vec![
        Edit::Update(Update { data: Some(value(r#"{"note":"é"}"#)), ..update(450) }),
        Edit::Delete(Target::One(at(455))),
        Edit::Insert(insert("(single log)", Some(at(457)), "v1.RideStarted", r#"{"rideId":"x"}"#)),
        Edit::Move(Move { event: at(460), stream: None, after: Some(After::Event(at(462))) }),
    ]
}

#[test]
fn what_one_client_has_alone_is_not_numbered_anew() {
    let (_folder, path) = store("livestore.sql").unwrap();
    let why = refused(&path, vec![Edit::Insert(insert("(single log)", None, "v1.TodoMade", "{}"))]);
    assert!(why.contains("numbered by the event of all clients"), "{why}");
    let rows = "SELECT seqNumGlobal, seqNumClient, parentSeqNumGlobal, parentSeqNumClient, name, syncMetadataJson \
                FROM eventlog ORDER BY 1, 2";
    let last = insert("(single log)", Some(at(3)), "v1.TodoDone", r#"{"id":"b"}"#);
    let (_kept, out, _) = written(&path, vec![Edit::Insert(last)]).unwrap();
    assert_eq!(found(&out, rows)[3..], [r#"3|0|2|0|v1.TodoDone|{"_tag":"None"}"#]);
}

#[test]
fn edits_of_real_stores_keep_what_their_libraries_count() {
    for (name, wrong) in [
        ("neventstore-bank.db", &WRONG_COMMITS[..]),
        (
            "livestore-0.4-eventlog@6.db",
            &[
                "SELECT count(*) FROM eventlog WHERE seqNumClient = 0 AND (seqNumGlobal, 0) <> (parentSeqNumGlobal + 1, parentSeqNumClient)",
            ],
        ),
        (
            "rasa-tracker-store.db",
            &["SELECT count(*) FROM events WHERE type_name IS NOT json_extract(data, '$.event') \
                 OR action_name IS NOT json_extract(data, '$.name') OR timestamp <> json_extract(data, '$.timestamp')"],
        ),
        (
            "sourced-ruby-shop.db",
            &[
                "SELECT count(*) FROM sourced_streams s WHERE seq <> (SELECT max(seq) FROM sourced_messages m WHERE m.stream_id = s.id)",
                "SELECT count(*) FROM sourced_messages m WHERE seq <> (SELECT count(*) FROM sourced_messages p \
                 WHERE p.stream_id = m.stream_id AND p.global_seq <= m.global_seq)",
            ],
        ),
        (
            "sql-event-store-orders.db",
            &["SELECT count(*) FROM ledger l WHERE previous_id IS NOT (SELECT event_id FROM ledger p WHERE \
                 p.entity = l.entity AND p.entity_key = l.entity_key AND p.sequence < l.sequence ORDER BY p.sequence DESC LIMIT 1)"],
        ),
    ] {
        let Some((_folder, path)) = store(name) else { return };
        let edits = if name.starts_with("livestore") { late_edits() } else { one_of_each(&path) };
        let (_kept, out, _) = written(&path, edits).unwrap_or_else(|error| panic!("{name}: {error}"));
        for wrong in wrong {
            assert_eq!(found(&out, wrong), found(&path, wrong), "{name}: {wrong}");
        }
        assert_ne!(found(&out, "SELECT count(*) FROM foldline_scenario"), ["0"], "{name}");
    }
}

#[test]
fn a_stream_that_is_left_out_takes_its_offsets_with_it() {
    let (_folder, path) = store("sourced.sql").unwrap();
    let conn = crate::fixtures::database(&path);
    conn.execute_batch(
        "INSERT INTO sourced_consumer_groups VALUES (1, 'g', 2, 'active');
         INSERT INTO sourced_offsets VALUES (1, 1, 75, 2, NULL, 0), (2, 1, 76, 0, NULL, 0);",
    )
    .unwrap();
    drop(conn);
    let streams = "SELECT id, stream_id, seq FROM sourced_streams";
    let (_kept, out, _) = written(&path, vec![Edit::Delete(Target::One(at(2)))]).unwrap();
    assert_eq!(found(&out, streams), ["75|cart-733d9334|1"]);
    assert_eq!(found(&out, "SELECT stream_id, global_seq FROM sourced_offsets"), ["75|1"]);
    assert_eq!(found(&out, "SELECT highest_global_seq FROM sourced_consumer_groups"), ["1"]);
    let all = vec![Edit::Delete(Target::One(at(1))), Edit::Delete(Target::One(at(2)))];
    let more = new("cart-new", "carts.opened", "{}");
    let (_kept, out, _) = written(&path, [all, vec![Edit::Insert(more)]].concat()).unwrap();
    assert_eq!(found(&out, streams), ["77|cart-new|1"]);
    assert_eq!(found(&out, "SELECT count(*) FROM sourced_offsets"), ["0"]);
    assert_eq!(found(&out, "SELECT highest_global_seq FROM sourced_consumer_groups"), ["0"]);
}

#[test]
fn a_tenant_is_part_of_a_new_streams_name() {
    let (_folder, path) = store("pupsourcing.sql").unwrap();
    let first = new("Identity/User-8", "UserCreated", r#"{"name":"Bo"}"#);
    let (_kept, out, _) = written(&path, vec![Edit::Insert(first)]).unwrap();
    let row = "SELECT bounded_context, aggregate_type, aggregate_id, aggregate_version FROM ";
    assert_eq!(found(&out, &format!("{row} events WHERE global_position = 3")), ["Identity|User|8|1"]);
    assert_eq!(found(&out, &format!("{row} aggregate_heads")), ["Identity|User|7|1", "Identity|User|8|1"]);
    let why = refused(&path, vec![Edit::Insert(new("User-8", "UserCreated", "{}"))]);
    assert!(why.contains("default/User-8"), "{why}");
}

#[test]
fn a_row_that_names_the_one_before_it_names_the_one_that_is_there() {
    let (_folder, path) = store("mattbishop_ledger.sql").unwrap();
    let chain = "SELECT event_id, previous_id FROM ledger ORDER BY sequence";
    let (_kept, out, _) = written(&path, vec![Edit::Delete(Target::One(at(3)))]).unwrap();
    assert_eq!(found(&out, chain), ["db75ff0f-dd92-4a13-ba1e-1e27980fd6e9|NULL"]);
    let between = insert("order-2026-00029", Some(at(3)), "OrderPaid", r#"{"cents":1}"#);
    let (_kept, out, _) = written(&path, vec![Edit::Insert(between)]).unwrap();
    let new = found(&out, chain)[1].split('|').next().unwrap().to_owned();
    assert_eq!(
        found(&out, chain)[1..],
        [format!("{new}|db75ff0f-dd92-4a13-ba1e-1e27980fd6e8"), format!("db75ff0f-dd92-4a13-ba1e-1e27980fd6e9|{new}"),]
    );
}

#[test]
fn what_is_ordered_by_ids_of_the_clock_gets_one_between_its_neighbours() {
    let (_folder, path) = store("sekiban_dcb.sql").unwrap();
    let events = "SELECT ServiceId, SortableUniqueId, EventType, TagsJson, CausationId FROM dcb_events \
                  WHERE length(Id) > 2 ORDER BY SortableUniqueId";
    let tags = "SELECT t.Id, t.ServiceId, t.Tag, TagGroup, t.SortableUniqueId = e.SortableUniqueId, e.EventType = t.EventType \
                FROM dcb_tags t JOIN dcb_events e ON e.Id = t.EventId AND e.ServiceId = t.ServiceId WHERE length(e.Id) > 2";
    let between = insert("default/Cart:1", Some(at(1)), "ItemAdded", "{}");
    let first = new("other/Room:7", "CartOpened", "{}");
    let (_kept, out, _) = written(&path, vec![Edit::Insert(between), Edit::Insert(first)]).unwrap();
    assert_eq!(
        found(&out, events),
        [
            r#"default|063907807501904995002777264791|ItemAdded|["Cart:1"]|"#,
            r#"other|063908006400000000050817386940|CartOpened|["Room:7"]|"#,
        ]
    );
    assert_eq!(found(&out, tags), ["2|default|Cart:1|Cart|1|1", "6|other|Room:7|Room|1|1"]);
    let (_kept, out, _) = written(&path, vec![Edit::Delete(Target::One(at(2)))]).unwrap();
    assert_eq!(found(&out, "SELECT Id, Tag FROM dcb_tags"), ["1|Cart:1", "4|Cart:1"]);
}

#[test]
fn one_topic_of_watermill_takes_edits_and_its_consumers_begin_where_they_differ() {
    let (_folder, path) = store("watermill.sql").unwrap();
    let conn = crate::fixtures::database(&path);
    let one = "DROP TABLE watermill_audit; DROP TABLE watermill_offsets_audit;
               INSERT INTO watermill_offsets_orders VALUES ('g', 2, 0)";
    conn.execute_batch(one).unwrap();
    drop(conn);
    let named = insert("orders", Some(at(1)), "OrderPlaced", r#"{"id":2}"#);
    let (_kept, out, _) = written(&path, vec![Edit::Insert(named)]).unwrap();
    let rows = r#"SELECT "offset", CAST(payload AS TEXT), metadata FROM watermill_orders WHERE "offset" = 2"#;
    assert_eq!(found(&out, rows), [r#"2|{"id":2}|{"name":"OrderPlaced"}"#]);
    assert_eq!(found(&out, "SELECT offset_acked FROM watermill_offsets_orders"), ["1"]);
}
