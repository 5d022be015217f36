//! The first guess, against stores of real libraries with their own layouts hidden.

use foldline::model::mapping::{Certainty, MappedTable, PayloadFrom, Place, TableVerdict, TimeFrom};
use foldline::model::{Cancel, Progress};
use foldline::store::{OpenOptions, Surveyed, survey};

use crate::fixtures::stores;
use crate::store::real::copied;

/// File, and where its stream, type, payload and time are: a column, or `payload:path`, `metadata:path`, `tag`. `-` is
/// nothing, `?` anything: what no column of one table can say.
const KNOWN: &str = "
akka-1.2.3-public.db persistence_id manifest payload timestamp
akka-1.3.0-public.db persistence_id manifest payload timestamp
akka-1.4.45-compat-public.db persistence_id manifest payload timestamp
akka-persistence-sql-new-schema.db persistence_id manifest message created
axon4-jpa-jackson-tickets.db aggregate_identifier payload_type payload time_stamp
broadway-tickets.db uuid type payload recorded_on
dcb-doctrine-shop.db - type data recorded_at
emmett-0.42-shop.db stream_id message_type message_data created
event-store-adapter-rs-bank.db aid tag payload occurred_at
eventflow-tickets.db AggregateId metadata:event_name Data metadata:timestamp
evento-1.8-rides.db aggregator_id name data timestamp
eventsauce-default-binary-bank.db aggregate_root_id payload:headers.__event_type payload payload:headers.__time_of_recording
eventsource-py-bank.db aggregate_id event_type payload timestamp
eventuous-bookings.db stream_id message_type json_data created
hallgren-go-tickets.db id reason data timestamp
homegrown-a-text-iso.db aggregate_id type payload occurred_at
homegrown-d-dirty.db stream event_name json created_at
laravel-verbs-shop.sqlite - type data created_at
livestore-0.4-eventlog@6.db ? name argsJson payload:at
message-db-sqlite-port.db stream_name type data time
neventstore-bank.db StreamIdOriginal ? Payload CommitStamp
ocel1-pm4py-example-public.sqlite - ocel:activity ? ocel:timestamp
patchlevel-3.5-stream-shop.db stream event payload recorded_on
patchlevel-next-taggable-shop.db stream event_name event_payload recorded_on
pyeventsourcing-bank-zlib.db originator_id topic state payload:timestamp._data_
pyeventsourcing-bank.db originator_id topic state payload:timestamp._data_
pyeventsourcing-live-wal.db originator_id topic state payload:timestamp._data_
pyeventsourcing-sqlalchemy-bank.db originator_id topic state payload:timestamp._data_
rails-event-store-shop-json.db - event_type data created_at
rasa-tracker-store.db sender_id type_name data timestamp
resolve-eventstore-lite.db aggregateId type payload timestamp
segerfeldt-days-epoch.db entity_id name details timestamp
sourced-ruby-shop.db stream_id type payload created_at
spatie-laravel-bank.sqlite aggregate_uuid event_class event_properties created_at
sql-event-store-orders.db entity_key event data timestamp
sqlite-es-bank.db aggregate_id event_type payload -
sqlstreamstore-shop.db stream_id_internal type json_data created_utc
";

/// Of all roles of all files, this share is right.
const FLOOR: f64 = 0.96;

fn look(name: &str) -> Option<(tempfile::TempDir, Surveyed)> {
    let (kept, path) = copied(&stores()?, name);
    let surveyed = survey(&path, &OpenOptions::default(), &Progress::default(), &Cancel::default()).unwrap();
    Some((kept, surveyed))
}

fn shown(place: Option<&Place>) -> String {
    match place {
        None => "-".to_owned(),
        Some(Place::Column(column)) => column.clone(),
        Some(Place::Payload(path)) => format!("payload:{path}"),
        Some(Place::Metadata(path)) => format!("metadata:{path}"),
        Some(Place::Tag) => "tag".to_owned(),
        Some(Place::Value(value)) => format!("value:{value}"),
    }
}

fn roles(table: Option<&MappedTable>) -> [String; 4] {
    let Some(table) = table else { return std::array::from_fn(|_| "-".to_owned()) };
    let payload = match &table.payload {
        PayloadFrom::Column { column, .. } => column.clone(),
        other => format!("{other:?}"),
    };
    let time = match &table.time {
        Some(TimeFrom::At { place, .. }) => shown(Some(place)),
        Some(TimeFrom::Split { date, time }) => format!("{date}+{time}"),
        None => "-".to_owned(),
    };
    [shown(table.stream.last()), shown(table.event_type.as_ref()), payload, time]
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is for whoever runs it with --nocapture")]
fn the_guess_is_nearly_always_right() {
    if stores().is_none() {
        return;
    }
    let (mut right, mut all) = (0, 0);
    let mut wrong = Vec::new();
    println!("{:<38} {:<8} stream, type, payload, time", "store", "sure");
    for line in KNOWN.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let Some((_kept, surveyed)) = look(name) else { return };
        let found = surveyed.survey();
        let guessed = roles(found.guess.tables.first());
        println!("{name:<38} {:<8} {}", format!("{:?}", found.certainty), guessed.join(", "));
        for (role, (wanted, guessed)) in words.zip(&guessed).enumerate() {
            all += 1;
            if wanted == guessed || wanted == "?" {
                right += 1;
            } else {
                wrong.push(format!(
                    "{name}: {} is {guessed}, not {wanted}",
                    ["stream", "type", "payload", "time"][role]
                ));
            }
        }
    }
    let share = f64::from(right) / f64::from(all);
    println!("{right} of {all} right\n{}", wrong.join("\n"));
    assert!(share >= FLOOR, "{right} of {all} right: {wrong:#?}");
}

#[test]
fn databases_without_events_are_not_taken_for_stores() {
    let Some((_kept, surveyed)) = look("negative-chinook.sqlite") else { return };
    let found = surveyed.survey();
    assert_eq!(found.certainty, Certainty::None);
    assert!(found.guess.tables.is_empty());
    assert!(
        found.tables.iter().all(|table| !matches!(table.verdict, TableVerdict::Events(_)) && !table.why.is_empty())
    );
}

#[test]
fn dirty_rows_are_told_of() {
    let Some((_kept, surveyed)) = look("homegrown-d-dirty.db") else { return };
    let said: Vec<&str> = surveyed.survey().problems.iter().map(|problem| problem.words.as_str()).collect();
    for words in [
        "5 of 300 sampled rows have no type",
        "50 of 300 sampled rows have no time",
        "8 of 300 sampled rows have broken JSON",
        "75 of 300 sampled rows have a version that is text",
        "seconds since 1970, milliseconds since 1970; each is read by its form and magnitude",
        "3 of 300 sampled rows are of a stream without a name",
    ] {
        assert!(said.iter().any(|said| said.contains(words)), "{words}: {said:#?}");
    }
}
