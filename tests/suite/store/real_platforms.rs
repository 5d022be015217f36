//! Real stores of .NET, JVM and SQL libraries, of workflow engines and of event logs, against their facts.

use foldline::model::Value;

use super::facts::{Known, PLAIN, hold};

const KNOWN: [Known; 17] = [
    Known { file: "akka-1.2.3-public.db", layout: "akka-persistence-sqlite", categories: &["p"], ..PLAIN },
    Known {
        file: "akka-1.3.0-public.db",
        layout: "akka-persistence-sqlite",
        categories: &["A", "B", "C"],
        also: |_, events| assert!(events.iter().all(|event| (6..=10).contains(&event.version.unwrap()))),
        ..PLAIN
    },
    Known {
        file: "akka-persistence-sql-new-schema.db",
        layout: "akka-persistence-sql",
        categories: &["account"],
        snapshots: Some(36),
        also: |facts, events| {
            let deleted = events.iter().filter(|event| event.archived).count();
            assert_eq!(Some(deleted as u64), facts["soft_deleted"].as_u64());
            let tags = events.iter().filter(|event| format!("{:?}", event.metadata).contains(r#""tags":["#)).count();
            assert_eq!(tags, 782);
        },
        ..PLAIN
    },
    Known { file: "eventuous-bookings.db", layout: "eventuous", categories: &["Ride"], ..PLAIN },
    Known {
        file: "sqlstreamstore-shop.db",
        layout: "sqlstreamstore",
        categories: &["$$order", "$deleted", "messages", "order"],
        also: |facts, events| {
            let system = events.iter().filter(|event| event.kind == foldline::model::EventKind::System);
            let system: Vec<&str> = system.map(|event| event.stream.as_deref().unwrap()).collect();
            let expected: Vec<&str> =
                facts["system_streams"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
            assert_eq!(system, expected);
        },
        ..PLAIN
    },
    Known {
        file: "neventstore-bank.db",
        layout: "neventstore",
        categories: &["Commits"],
        stream: |sample| sample["stream"].as_str().unwrap().to_owned(),
        snapshots: Some(1),
        ..PLAIN
    },
    Known { file: "eventflow-tickets.db", layout: "eventflow", categories: &["TicketAggregate"], ..PLAIN },
    Known {
        file: "axon4-jpa-jackson-tickets.db",
        layout: "axon4-jpa",
        categories: &["TicketAggregate"],
        snapshots: Some(47),
        ..PLAIN
    },
    Known {
        file: "sql-event-store-orders.db",
        layout: "mattbishop-ledger",
        categories: &["order"],
        // The writer counted; the store has none.
        version: "no version is stored",
        ..PLAIN
    },
    Known { file: "resolve-eventstore-lite.db", layout: "resolve-lite", categories: &["TCK"], ..PLAIN },
    Known { file: "segerfeldt-days-epoch.db", layout: "segerfeldt", categories: &["Ride"], ..PLAIN },
    Known {
        file: "message-db-sqlite-port.db",
        layout: "message-db-sqlite",
        categories: &["order", "shoppingCart", "shoppingCart:command"],
        also: |_, events| {
            let commands = events.iter().filter(|event| event.kind == foldline::model::EventKind::Command);
            assert_eq!(commands.count(), 76);
        },
        ..PLAIN
    },
    Known {
        file: "activitywatch-peewee-v2.db",
        layout: "activitywatch",
        categories: &["afkstatus", "currentwindow"],
        ..PLAIN
    },
    Known { file: "temporal-dev-history.db", layout: "temporal", categories: &["ride"], ..PLAIN },
    Known { file: "rasa-tracker-store.db", layout: "rasa-tracker", categories: &["events", "user"], ..PLAIN },
    Known {
        file: "ocel1-pm4py-example-public.sqlite",
        layout: "ocel1-pm4py",
        categories: &["delivery", "element", "order"],
        ..PLAIN
    },
    Known {
        file: "ocel2-pm4py-example-public.sqlite",
        layout: "ocel2",
        categories: &["Invoice", "Payment", "Purchase Order", "Purchase Requisition"],
        ..PLAIN
    },
];

#[test]
fn stores_of_these_platforms_hold_what_their_writers_knew() {
    hold(&KNOWN);
}

#[test]
fn a_journal_of_several_serializers_is_read_where_it_can_be() {
    let Some(folder) = crate::fixtures::stores() else { return };
    let name = "akka-1.4.45-compat-public.db";
    // Akka's own streams are categories of their own; there are many.
    let store = super::facts::copied(&folder, name);
    let log = super::scan(&super::open(&store.1).unwrap());
    let mut categories: Vec<String> = log.categories().iter().map(ToString::to_string).collect();
    categories.sort_unstable();
    assert!(categories.iter().any(|category| category == "event_journal"), "{categories:?}");
    let categories: Vec<&'static str> = categories.into_iter().map(|name| &*name.leak()).collect();
    hold(&[Known {
        file: name,
        layout: "akka-persistence-sqlite",
        categories: categories.leak(),
        stream: |sample| sample["stream"].as_str().unwrap().to_owned(),
        partly_opaque: true,
        also: |_, events| {
            let read = |kind: &str| {
                events.iter().filter(|e| e.event_type.starts_with(kind)).map(|e| e.data.decoded()).collect::<Vec<_>>()
            };
            assert!(read("System.Int32").iter().all(|value| matches!(&**value.as_ref().unwrap(), Value::Number(_))));
            assert!(read("System.String").iter().all(|value| value.as_ref().unwrap().as_str().is_some()));
            assert!(read("CSM").iter().all(Result::is_err));
        },
        ..PLAIN
    }]);
}
