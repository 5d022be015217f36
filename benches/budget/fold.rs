//! Folding every stream of a store to its end, against a program written by hand for just these events.

use std::path::Path;
use std::sync::Arc;

use foldline::model::{Cancel, List, Progress, Selection, StreamIndex, Value};
use foldline::worker::{FoldedStream, Projections, Session, SessionOptions};

use super::table::{Table, best_of_both};
use super::typed::{Balances, Bank, Typed};

/// The least that is worth a fold.
const BALANCES: &str = r#"{
  "projection": "balance", "category": "account", "init": { "status": "none", "balance": 0 },
  "when": {
    "AccountOpened": [ { "set": "status", "value": "open" }, { "set": "owner", "from": "data.owner" } ],
    "FundsDeposited": [ { "add": "balance", "from": "data.amount" } ],
    "FundsWithdrawn": [ { "subtract": "balance", "from": "data.amount" } ],
    "CardPaymentMade": [ { "subtract": "balance", "from": "data.amount" } ],
    "TransferSent": [ { "subtract": "balance", "from": "data.amount" } ],
    "TransferReceived": [ { "add": "balance", "from": "data.amount" } ],
    "FeeCharged": [ { "subtract": "balance", "from": "data.amount" } ],
    "FeeRefunded": [ { "add": "balance", "from": "data.amount" } ],
    "DepositReversed": [ { "subtract": "balance", "from": "data.amount" } ],
    "AccountClosed": [ { "set": "status", "value": "closed" } ]
  }
}"#;

pub fn run(store: &Path, table: &mut Table) {
    let rules = store.with_file_name("balances.json");
    std::fs::write(&rules, BALANCES).unwrap();
    compare::<Balances>("fold balances only", store, Projections::Files(vec![rules]), Some("account"), table);
    compare::<Bank>("fold the bank's rules, every stream", store, Projections::Beside, None, table);
}

fn compare<T: Typed>(what: &str, store: &Path, projections: Projections, category: Option<&str>, table: &mut Table) {
    let options = SessionOptions { projections, ..SessionOptions::default() };
    let session = Session::open(store, options, &Progress::default(), &Cancel::default()).unwrap();
    check(&fold(&session, category), &session, &T::fold(store));
    let (folded, typed) = best_of_both(3, || fold(&session, category), || T::fold(store));
    table.throughput(what, session.log().len(), folded, typed, ">= 1.0 x a typed fold with serde_json");
}

fn fold(session: &Arc<Session>, category: Option<&str>) -> Vec<FoldedStream> {
    let log = session.log();
    let wanted: Vec<(StreamIndex, Selection)> = (0..log.streams().len() as u32)
        .map(StreamIndex)
        .filter(|stream| category.is_none_or(|wanted| **log.category(log.stream(*stream).category) == *wanted))
        .map(|stream| (stream, Selection::Prefix(log.lane(stream).len())))
        .collect();
    session.end_states(&wanted, &Cancel::default()).unwrap()
}

/// The baseline is only worth something if it does the same.
fn check(folded: &[FoldedStream], session: &Session, typed: &impl Typed) {
    let mut accounts = 0;
    for one in folded {
        assert!(one.error.is_none(), "{:?}", one.error);
        let name = &session.log().stream(one.stream).name;
        let Some((balance, transactions)) = typed.account(name) else { continue };
        let state = one.state.value.as_object().unwrap();
        let found = state.get("balance").and_then(Value::as_number).unwrap().to_f64_lossy();
        assert!((found - balance).abs() < 0.005, "{name}: {found} and {balance}");
        let list = state.get("transactions").and_then(Value::as_list).map_or(0, List::len);
        assert_eq!(list, transactions, "{name}");
        accounts += 1;
    }
    assert_eq!(accounts, typed.accounts());
}
