//! Home-grown tables of many shapes, made here: what the guess makes of them, and what is read by it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::reading::{guessed, json as document, lines, with_mapping};

const KINDS: [&str; 4] = ["OrderPlaced", "ItemAdded", "OrderPaid", "OrderShipped"];

/// One event of the made-up history.
struct Made {
    stream: usize,
    version: i64,
    kind: usize,
    /// Microseconds since 1970.
    micros: i64,
}

/// Six orders, whose events are mixed.
fn history() -> Vec<Made> {
    let mut versions = [0i64; 6];
    (0..60usize)
        .map(|at| {
            let stream = (at * 5 + at / 6) % versions.len();
            versions[stream] += 1;
            let version = versions[stream];
            let kind = if version == 1 { 0 } else { 1 + (at % 3) };
            Made { stream, version, kind, micros: 1_767_225_600_000_000 + at as i64 * 61_500_000 }
        })
        .collect()
}

fn iso(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn body(made: &Made) -> Json {
    json!({ "sku": format!("SKU-{}", made.version), "qty": made.kind + 1, "price": 12.5 })
}

fn database(folder: &Path, sql: &str) -> (PathBuf, rusqlite::Connection) {
    let path = folder.join("shop.db");
    let conn = crate::fixtures::database(&path);
    conn.execute_batch(sql).unwrap();
    (path, conn)
}

/// Reads a store by its guess, and holds it against the history.
#[track_caller]
fn check(store: &Path, expected: &Expected) {
    let mapping = guessed(store);
    let text = std::fs::read_to_string(&mapping).unwrap();
    let info = document(&with_mapping(&["info", "--json"], store, &mapping));
    let history = history();
    assert_eq!(info["events"], history.len(), "{text}");
    assert_eq!(info["streams"], 6, "{text}");
    assert_eq!(info["unreadable"], json!([]), "{text}");
    let events = lines(&with_mapping(&["events", "--format", "ndjson"], store, &mapping));
    let surveyed =
        foldline::store::survey(store, &Default::default(), &Default::default(), &Default::default()).unwrap();
    let guess = &surveyed.survey().guess;
    if guess.tables.len() == 1 {
        let preview = surveyed.preview(guess);
        assert_eq!(preview.rows.len(), 10);
        // What is shown before is what is read after.
        for (row, event) in preview.rows.iter().zip(&events) {
            assert_eq!(event["stream"], json!(row.stream), "{text}");
            assert_eq!(event["type"], json!(row.event_type), "{text}");
            assert_eq!(event["version"], json!(row.version), "{text}");
            assert_eq!(event["time"], json!(row.time.map(|time| time.to_string())), "{text}");
            assert_eq!(event["data"], serde_json::from_str::<Json>(&row.payload).unwrap(), "{text}");
        }
    }
    for (event, made) in events.iter().zip(&history) {
        let kind = (expected.kind)(made);
        assert_eq!(event["type"], kind.as_str(), "{text}");
        assert_eq!(event["stream"], (expected.stream)(made), "{text}");
        let time = event["time"].as_str().map(|time| chrono::DateTime::parse_from_rfc3339(time).unwrap());
        assert_eq!(
            time.map(|time| time.timestamp_micros() / expected.resolution),
            Some(made.micros / expected.resolution),
            "{text}"
        );
        if expected.versions {
            assert_eq!(event["version"], made.version, "{text}");
        }
        assert_eq!(event["data"], (expected.data)(made), "{text}");
    }
}

struct Expected {
    kind: fn(&Made) -> String,
    stream: fn(&Made) -> String,
    data: fn(&Made) -> Json,
    versions: bool,
    /// Microseconds that the time's form loses.
    resolution: i64,
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            kind: |made| KINDS[made.kind].to_owned(),
            stream: |made| format!("ord_{}", made.stream),
            data: body,
            versions: true,
            resolution: 1,
        }
    }
}

#[test]
fn gzip_payloads_and_blank_names() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(
        folder.path(),
        r#"CREATE TABLE "order events" ("row no" INTEGER PRIMARY KEY, "order id" TEXT, "event name" TEXT, "event data" BLOB,
           "happened at" INTEGER, "seq in order" INT)"#,
    );
    for made in history() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(body(&made).to_string().as_bytes()).unwrap();
        conn.execute(
            r#"INSERT INTO "order events" ("order id", "event name", "event data", "happened at", "seq in order") VALUES (?1, ?2, ?3, ?4, ?5)"#,
            (format!("ord_{}", made.stream), KINDS[made.kind], packed.finish().unwrap(), made.micros / 1000, made.version),
        )
        .unwrap();
    }
    drop(conn);
    check(&path, &Expected { resolution: 1000, ..Expected::default() });
}

#[test]
fn a_table_a_type() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(folder.path(), "CREATE TABLE customers (id TEXT, name TEXT)");
    for kind in KINDS {
        let sql =
            format!("CREATE TABLE \"{kind}\" (order_id TEXT, sku TEXT, qty INTEGER, price REAL, occurred_at TEXT)");
        conn.execute_batch(&sql).unwrap();
    }
    for made in history() {
        let body = body(&made);
        let sql = format!("INSERT INTO \"{}\" VALUES (?1, ?2, ?3, ?4, ?5)", KINDS[made.kind]);
        let values = (
            format!("ord_{}", made.stream),
            body["sku"].as_str(),
            body["qty"].as_i64(),
            body["price"].as_f64(),
            iso(made.micros),
        );
        conn.execute(&sql, values).unwrap();
    }
    drop(conn);
    check(&path, &Expected { versions: false, ..Expected::default() });
}

#[test]
fn day_and_time_of_day_in_two_columns_and_no_version() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(
        folder.path(),
        "CREATE TABLE Ereignisse (Vorgang TEXT, Ereignisart TEXT, Nutzdaten TEXT, Datum TEXT, Uhrzeit TEXT)",
    );
    for made in history() {
        let time = iso(made.micros);
        conn.execute(
            "INSERT INTO Ereignisse VALUES (?1, ?2, ?3, ?4, ?5)",
            (format!("ord_{}", made.stream), KINDS[made.kind], body(&made).to_string(), &time[..10], &time[11..19]),
        )
        .unwrap();
    }
    drop(conn);
    check(&path, &Expected { versions: false, resolution: 1_000_000, ..Expected::default() });
}

#[test]
fn everything_inside_one_json_column() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(folder.path(), "CREATE TABLE log (id INTEGER PRIMARY KEY, json TEXT)");
    for made in history() {
        let envelope = json!({
            "type": KINDS[made.kind], "orderId": format!("ord_{}", made.stream), "version": made.version,
            "timestamp": iso(made.micros), "data": body(&made),
        });
        conn.execute("INSERT INTO log (json) VALUES (?1)", [envelope.to_string()]).unwrap();
    }
    drop(conn);
    check(&path, &Expected { versions: false, ..Expected::default() });
}

#[test]
fn a_table_a_category_with_numbers_as_ids() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(folder.path(), "");
    for table in ["order_events", "invoice_events"] {
        let sql = format!(
            "CREATE TABLE {table} (seq INTEGER PRIMARY KEY, entity_id INTEGER, event TEXT, payload TEXT, ts REAL)"
        );
        conn.execute_batch(&sql).unwrap();
    }
    for made in history() {
        let table = if made.stream < 3 { "order_events" } else { "invoice_events" };
        let sql = format!("INSERT INTO {table} (entity_id, event, payload, ts) VALUES (?1, ?2, ?3, ?4)");
        let values = (made.stream as i64 % 3, KINDS[made.kind], body(&made).to_string(), made.micros as f64 / 1e6);
        conn.execute(&sql, values).unwrap();
    }
    drop(conn);
    let stream = |made: &Made| format!("{}-{}", if made.stream < 3 { "order" } else { "invoice" }, made.stream % 3);
    check(&path, &Expected { versions: false, stream, ..Expected::default() });
}

#[test]
fn enum_tags_name_the_type() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(
        folder.path(),
        "CREATE TABLE journal (aggregate_id TEXT, sequence INTEGER, payload TEXT, created_at INTEGER, PRIMARY KEY (aggregate_id, sequence))",
    );
    for made in history() {
        let payload = json!({ KINDS[made.kind]: body(&made) }).to_string();
        conn.execute(
            "INSERT INTO journal VALUES (?1, ?2, ?3, ?4)",
            (format!("ord_{}", made.stream), made.version, payload, made.micros),
        )
        .unwrap();
    }
    drop(conn);
    check(&path, &Expected::default());
}

#[test]
fn a_number_orders_rows_that_were_written_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let (path, conn) = database(
        folder.path(),
        "CREATE TABLE events (uuid TEXT, seq INTEGER, stream TEXT, type TEXT, data TEXT, ts TEXT)",
    );
    let history = history();
    for step in 0..history.len() {
        // Every row once, in leaps.
        let at = step * 23 % history.len();
        let made = &history[at];
        let uuid = format!("0f0e0d0c-0b0a-4908-8706-0504030201{at:02}");
        let stream = format!("ord_{}", made.stream);
        conn.execute(
            "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (uuid, at as i64 + 1, stream, KINDS[made.kind], body(made).to_string(), iso(made.micros)),
        )
        .unwrap();
    }
    drop(conn);
    let mapping = guessed(&path);
    let events = lines(&with_mapping(&["events", "--format", "ndjson"], &path, &mapping));
    let positions: Vec<i64> = events.iter().map(|event| event["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, (1..=history.len() as i64).collect::<Vec<_>>());
}

/// Names of the roles, in spellings that people use.
const NAMES: [[&str; 5]; 8] = [
    ["aggregate_id", "event_type", "payload", "created_at", "version"],
    ["streamId", "type", "data", "timestamp", "streamVersion"],
    ["Entity Id", "Event Name", "Event Data", "Occurred At", "Seq"],
    ["order_id", "kind", "body", "ts", "revision"],
    ["Vorgang", "Ereignisart", "Nutzdaten", "Zeitstempel", "Versionsnummer"],
    ["subject", "topic", "json", "occurredOn", "sequence_nr"],
    ["agregat_id", "type_evenement", "donnees", "horodatage", "numero"],
    ["entity_key", "action", "details", "recorded_at", "no"],
];

/// A time as a column holds it, and the microseconds that this loses.
fn written(form: usize, micros: i64) -> (rusqlite::types::Value, i64) {
    use rusqlite::types::Value;
    match form {
        0 => (Value::Text(iso(micros)), 1),
        1 => (Value::Text(iso(micros)[..19].replace('T', " ")), 1_000_000),
        2 => (Value::Integer(micros / 1_000_000), 1_000_000),
        3 => (Value::Integer(micros / 1000), 1000),
        4 => (Value::Integer(micros), 1),
        5 => (Value::Integer(micros * 1000), 1),
        6 => (Value::Integer(621_355_968_000_000_000 + micros * 10), 1),
        7 => (Value::Real(2_440_587.5 + micros as f64 / 86_400e6), 1_000_000),
        _ => (Value::Real(micros as f64 / 1e6), 1000),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_names_and_encodings_are_guessed(
        names in 0..NAMES.len(), time in 0..9usize, table in prop::sample::select(vec!["events", "event store", "EventLog", "my\"events", "Ereignisse"]),
        uuids: bool, numbered: bool, versions: bool, order in Just([0usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let names = NAMES[names];
        let order: Vec<usize> = order.into_iter().filter(|role| versions || *role != 4).collect();
        let mut columns: Vec<String> = order.iter().map(|role| quoted(names[*role])).collect();
        if numbered {
            columns.insert(0, "id INTEGER PRIMARY KEY".to_owned());
        }
        let (path, conn) = database(folder.path(), &format!("CREATE TABLE {} ({})", quoted(table), columns.join(", ")));
        let id = |made: &Made| if uuids { format!("0f0e0d0c-0b0a-4908-8706-05040302010{}", made.stream) } else { format!("ord_{}", made.stream) };
        let mut resolution = 1;
        for made in history() {
            let values = order.iter().map(|role| match role {
                0 => rusqlite::types::Value::Text(id(&made)),
                1 => rusqlite::types::Value::Text(KINDS[made.kind].to_owned()),
                2 => rusqlite::types::Value::Text(body(&made).to_string()),
                3 => {
                    let (value, loses) = written(time, made.micros);
                    resolution = loses;
                    value
                }
                _ => rusqlite::types::Value::Integer(made.version),
            });
            let places: Vec<String> = (1..=order.len()).map(|at| format!("?{at}")).collect();
            let named: Vec<String> = order.iter().map(|role| quoted(names[*role])).collect();
            let sql = format!("INSERT INTO {} ({}) VALUES ({})", quoted(table), named.join(", "), places.join(", "));
            conn.execute(&sql, rusqlite::params_from_iter(values)).unwrap();
        }
        drop(conn);
        let mapping = foldline::store::survey(&path, &Default::default(), &Default::default(), &Default::default()).unwrap();
        let text = mapping.survey().guess.to_json();
        let read = &mapping.survey().guess.tables;
        prop_assert_eq!(read.len(), 1, "{}", &text);
        let read = &read[0];
        let column = |role: usize| Some(foldline::model::mapping::Place::Column(names[role].to_owned()));
        prop_assert_eq!(read.stream.last().cloned(), column(0), "{}", &text);
        prop_assert_eq!(read.event_type.clone(), column(1), "{}", &text);
        prop_assert_eq!(read.version.clone(), column(4).filter(|_| versions), "{}", &text);
        let preview = mapping.preview(&mapping.survey().guess);
        prop_assert_eq!(preview.refusal, None);
        for (row, made) in preview.rows.iter().zip(history()) {
            prop_assert_eq!(row.event_type.as_deref(), Some(KINDS[made.kind]), "{}", &text);
            let micros = row.time.map(|time| time.micros() / resolution);
            prop_assert!(micros.is_some_and(|micros| (micros - made.micros / resolution).abs() <= 1), "{} {:?} {}", &text, row.time, iso(made.micros));
            prop_assert_eq!(row.payload.clone(), body(&made).to_string());
        }
    }
}
