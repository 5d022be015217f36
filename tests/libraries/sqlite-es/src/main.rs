//! The bank of the tests, written and read by the Rust libraries `cqrs-es` and `sqlite-es` themselves.
//!
//! ```text
//! sqlite-es-bank write STORE         makes a store; prints what streams and types are called in it
//! sqlite-es-bank read STORE          prints every account as the library loads it, with and without snapshots
//! sqlite-es-bank append STORE NAME   deposits 1 into an account; prints its new version
//! ```

use std::collections::HashMap;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, DomainEvent, EventStore};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlite_es::{SqliteEventRepository, default_sqlite_pool, sqlite_snapshot_cqrs};
use sqlx::{Pool, Sqlite};

const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];
const SNAPSHOT_EVERY: usize = 4;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum AccountEvent {
    Opened { owner: String },
    Deposited { amount: i64 },
    Withdrawn { amount: i64 },
    /// A variant without fields: a bare text in the store.
    Audited,
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        let name = match self {
            Self::Opened { .. } => "Opened",
            Self::Deposited { .. } => "Deposited",
            Self::Withdrawn { .. } => "Withdrawn",
            Self::Audited => "Audited",
        };
        name.to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Account {
    owner: Option<String>,
    balance: i64,
}

#[derive(Debug)]
struct NoError;

impl std::fmt::Display for NoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no error")
    }
}

impl std::error::Error for NoError {}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountEvent;
    type Event = AccountEvent;
    type Error = NoError;
    type Services = ();

    async fn handle(&mut self, command: AccountEvent, (): &(), sink: &EventSink<Self>) -> Result<(), NoError> {
        // Into a copy: version 0.5.0 applies the events again where it takes a snapshot.
        sink.write(command, &mut self.clone()).await;
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened { owner } => self.owner = Some(owner),
            AccountEvent::Deposited { amount } => self.balance += amount,
            AccountEvent::Withdrawn { amount } => self.balance -= amount,
            AccountEvent::Audited => {}
        }
    }
}

async fn pool(path: &str) -> Pool<Sqlite> {
    default_sqlite_pool(&format!("sqlite://{path}")).await
}

async fn write(path: &str) -> Value {
    let pool = pool(path).await;
    for statement in include_str!("../schema.sql").split_inclusive(';').filter(|sql| !sql.trim().is_empty()) {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let cqrs = sqlite_snapshot_cqrs::<Account>(pool.clone(), vec![], SNAPSHOT_EVERY, ());
    let story: Vec<(String, String, Value)> = serde_json::from_str(&std::env::var("STORY").unwrap()).unwrap();
    for (second, (name, kind, value)) in story.into_iter().enumerate() {
        let command = match kind.as_str() {
            "Opened" => AccountEvent::Opened { owner: value.as_str().unwrap().to_owned() },
            "Deposited" => AccountEvent::Deposited { amount: value.as_i64().unwrap() },
            _ => AccountEvent::Withdrawn { amount: value.as_i64().unwrap() },
        };
        let mut metadata = HashMap::from([("user".to_owned(), "ann".to_owned())]);
        // Times are the application's own business; account C's events have none.
        if name != "C" {
            metadata.insert("time".to_owned(), format!("2025-03-04T10:00:{second:02}.250Z"));
        }
        cqrs.execute_with_metadata(&name, command, metadata).await.unwrap();
    }
    cqrs.execute("C", AccountEvent::Audited).await.unwrap();
    pool.close().await;
    let streams: HashMap<_, _> = NAMES.iter().map(|name| (*name, format!("account-{name}"))).collect();
    json!({ "streams": streams, "category": "account",
        "types": { "Opened": "Opened", "Deposited": "Deposited", "Withdrawn": "Withdrawn" } })
}

async fn read(path: &str) -> Value {
    let pool = pool(path).await;
    let repository = || SqliteEventRepository::new(pool.clone());
    let replaying = PersistedEventStore::<_, Account>::new_event_store(repository());
    let from_snapshots = PersistedEventStore::<_, Account>::new_snapshot_store(repository(), SNAPSHOT_EVERY);
    let mut found = serde_json::Map::new();
    for name in NAMES {
        let events = replaying.load_events(name).await.unwrap();
        if events.is_empty() {
            continue;
        }
        let replayed = replaying.load_aggregate(name).await.unwrap();
        let loaded = from_snapshots.load_aggregate(name).await.unwrap();
        assert_eq!(replayed.current_sequence, loaded.current_sequence, "{name}");
        let state = serde_json::to_value(&replayed.aggregate).unwrap();
        assert_eq!(serde_json::to_value(&loaded.aggregate).unwrap(), state, "{name}: a snapshot that is not of these events");
        let events = events.iter().map(|event| {
            json!({ "type": event.payload.event_type(), "version": event.sequence, "time": event.metadata.get("time") })
        });
        let account = json!({ "version": replayed.current_sequence, "state": state, "events": events.collect::<Vec<_>>() });
        found.insert(name.to_owned(), account);
    }
    Value::Object(found)
}

async fn append(path: &str, name: &str) -> Value {
    let pool = pool(path).await;
    let cqrs = sqlite_snapshot_cqrs::<Account>(pool.clone(), vec![], SNAPSHOT_EVERY, ());
    cqrs.execute(name, AccountEvent::Deposited { amount: 1 }).await.unwrap();
    let store = PersistedEventStore::<_, Account>::new_event_store(SqliteEventRepository::new(pool.clone()));
    let version = store.load_aggregate(name).await.unwrap().current_sequence;
    pool.close().await;
    json!(version)
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match arguments.as_slice() {
        ["write", path] => write(path).await,
        ["read", path] => read(path).await,
        ["append", path, name] => append(path, name).await,
        _ => panic!("write STORE, read STORE, or append STORE NAME"),
    };
    println!("{answer}");
}
