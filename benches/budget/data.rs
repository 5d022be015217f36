//! The stores that are measured: the bank sample made large, and one account with a long life.

use std::path::{Path, PathBuf};

use foldline::model::{Cancel, Progress, Timestamp};
use foldline::store::{FoldlineRow, write_foldline};
use foldline::worker::{SampleOrder, write_sample};

use super::table::{Table, shown, timed};

/// The bank sample with so many events. How long writing it took is a figure of its own.
pub fn bank(folder: &Path, events: usize, table: &mut Table) -> PathBuf {
    let out = folder.join("bank.db");
    let order =
        SampleOrder { name: "bank".to_owned(), out: out.clone(), events: Some(events), seed: None, force: false };
    let (took, written) = timed(|| write_sample(&order, &Progress::default(), &Cancel::default()).unwrap());
    let bytes = std::fs::metadata(&out).unwrap().len();
    let figure = format!("write a sample of {} events, {} MB", written.events, bytes >> 20);
    table.figure(&figure, &shown(took), "");
    out
}

/// A store of Foldline's own layout with so many events in a tenth as many streams, as mixed as a busy shop's.
pub fn many_streams(folder: &Path, events: usize) -> PathBuf {
    let out = folder.join(format!("streams-{events}.db"));
    let conn = rusqlite::Connection::open_with_flags(
        &out,
        rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE,
    )
    .unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
         CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id TEXT NOT NULL, version INTEGER NOT NULL, \
         event_id TEXT NOT NULL, type TEXT NOT NULL, schema_version INTEGER NOT NULL, recorded_at TEXT NOT NULL, \
         valid_at TEXT, data TEXT NOT NULL, metadata TEXT);",
    )
    .unwrap();
    let mut insert = conn.prepare("INSERT INTO events VALUES (NULL, ?1, ?2, ?3, ?4, 1, ?5, NULL, ?6, ?7)").unwrap();
    let streams = (events / 10).max(1);
    let mut versions = vec![0i64; streams];
    let types = ["OrderPlaced", "ItemAdded", "ItemRemoved", "PaymentTaken", "OrderShipped", "AddressChanged"];
    for at in 0..events {
        // A multiplicative step visits streams in an order that no cache can guess.
        let stream = at.wrapping_mul(2_654_435_761) % streams;
        versions[stream] += 1;
        let time = Timestamp::from_micros(1_735_000_000_000_000 + at as i64 * 1_700_123).unwrap();
        insert
            .execute((
                format!("order-{stream:08}"),
                versions[stream],
                format!("{at:08x}-0000-4000-8000-000000000000"),
                types[at % types.len()],
                time.to_string(),
                format!(
                    r#"{{"sku":"SKU-{}","quantity":{},"price":{}.95,"note":"as ordered by phone"}}"#,
                    at % 977,
                    at % 7,
                    at % 300
                ),
                r#"{"user":"ada","correlation_id":"c0ffee"}"#,
            ))
            .unwrap();
    }
    drop(insert);
    conn.execute_batch("COMMIT").unwrap();
    conn.close().unwrap();
    out
}

/// The long stream's name.
pub const STREAM: &str = "account-1";

/// A balance and counts: what a reducer would keep (`benches/redux/toggle.mjs` has the same).
pub const COUNTS: &str = r#"{ "projections": [ { "projection": "counts", "category": "account",
  "init": { "balance": 0, "deposits": 0, "withdrawals": 0, "payments": 0, "fees": 0 },
  "when": {
    "AccountOpened": [ { "set": "owner", "from": "data.owner" } ],
    "FundsDeposited": [ { "add": "balance", "from": "data.amount" }, { "add": "deposits", "value": 1 } ],
    "FundsWithdrawn": [ { "subtract": "balance", "from": "data.amount" }, { "add": "withdrawals", "value": 1 } ],
    "CardPaymentMade": [ { "subtract": "balance", "from": "data.amount" }, { "add": "payments", "value": 1 } ],
    "FeeCharged": [ { "subtract": "balance", "from": "data.amount" }, { "add": "fees", "value": 1 } ]
  } } ] }"#;

/// One account's stream of so many events, with the bank's rules beside it.
pub fn long_stream(folder: &Path, events: usize) -> PathBuf {
    let out = folder.join("stream.db");
    let rows = (0..events as i64).map(|at| {
        let (event_type, data) = match at % 10 {
            _ if at == 0 => ("AccountOpened", r#"{"owner":"Ada","kind":"current","currency":"EUR"}"#.to_owned()),
            0..=4 => ("FundsDeposited", format!(r#"{{"amount":{}.50,"source":"cash"}}"#, 100 + at % 90)),
            5..=7 => ("FundsWithdrawn", format!(r#"{{"amount":{}.25}}"#, 20 + at % 50)),
            8 => ("CardPaymentMade", format!(r#"{{"amount":{}.99,"merchant":"Bakery {}"}}"#, at % 40, at % 17)),
            _ => ("FeeCharged", r#"{"amount":0.75,"kind":"card"}"#.to_owned()),
        };
        FoldlineRow {
            position: None,
            stream: STREAM.to_owned(),
            version: at + 1,
            event_id: format!("{at:08x}-0000-4000-8000-000000000000"),
            event_type: event_type.to_owned(),
            schema_version: 1,
            recorded_at: Timestamp::from_micros(1_735_000_000_000_000 + at * 61_000_000),
            valid_at: None,
            data,
            metadata: Some(r#"{"user":"ada","channel":"app"}"#.to_owned()),
        }
    });
    write_foldline(&out, false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    let rules = foldline::sample::projection("bank").unwrap();
    std::fs::write(folder.join("stream.projection.json"), rules).unwrap();
    out
}
