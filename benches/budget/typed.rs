//! What a programmer would write for the bank's events: structs, a match, serde_json, floats for money.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A fold written by hand.
pub trait Typed {
    /// Folds a whole store.
    fn fold(store: &Path) -> Self;
    /// An account's balance and number of transactions.
    fn account(&self, stream: &str) -> Option<(f64, usize)>;
    /// How many accounts there are.
    fn accounts(&self) -> usize;
}

#[derive(Deserialize)]
struct Opened {
    owner: String,
    kind: String,
    currency: String,
}

#[derive(Deserialize)]
struct OpenedBriefly {
    owner: String,
}

#[derive(Deserialize)]
struct Amount {
    amount: f64,
}

#[derive(Deserialize)]
struct CardPayment {
    amount: f64,
    merchant: String,
}

#[derive(Deserialize)]
struct Sent {
    amount: f64,
    to: String,
}

#[derive(Deserialize)]
struct Received {
    amount: f64,
    from: String,
}

#[derive(Deserialize)]
struct Card {
    last_digits: String,
}

#[derive(Deserialize)]
struct Limit {
    limit: f64,
}

#[derive(Deserialize)]
struct Requested {
    from: String,
    to: String,
    amount: f64,
    reference: Option<String>,
}

#[derive(Deserialize)]
struct Reason {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Registered {
    name: String,
    city: String,
    country: String,
}

#[derive(Deserialize)]
struct Verified {
    document: String,
}

#[derive(Deserialize)]
struct Address {
    street: Option<String>,
    city: Option<String>,
    country: Option<String>,
}

#[expect(dead_code, reason = "the state is built to be looked at, which no bench does")]
struct Transaction {
    kind: &'static str,
    amount: f64,
    with: Option<String>,
    at: String,
}

#[derive(Default)]
#[expect(dead_code, reason = "the state is built to be looked at, which no bench does")]
struct Account {
    status: &'static str,
    owner: String,
    kind: String,
    currency: String,
    opened_at: String,
    balance: f64,
    limit: f64,
    available: f64,
    fees: f64,
    declined: u32,
    highest: Option<f64>,
    lowest: Option<f64>,
    cards: Vec<(String, String)>,
    transactions: Vec<Transaction>,
}

#[derive(Default)]
#[expect(dead_code, reason = "the state is built to be looked at, which no bench does")]
struct Transfer {
    status: &'static str,
    from: String,
    to: String,
    amount: f64,
    reference: Option<String>,
    requested_at: String,
    completed_at: String,
    reason: Option<String>,
}

#[derive(Default)]
#[expect(dead_code, reason = "the state is built to be looked at, which no bench does")]
struct Customer {
    name: String,
    verified: bool,
    document: String,
    since: String,
    city: String,
    country: String,
    street: Option<String>,
    lives_there_since: Option<String>,
}

/// Everything that the bank sample's rules keep.
#[derive(Default)]
pub struct Bank {
    accounts: HashMap<String, Account>,
    transfers: HashMap<String, Transfer>,
    customers: HashMap<String, Customer>,
}

/// Owner, status and balance of accounts alone.
#[derive(Default)]
pub struct Balances {
    accounts: HashMap<String, (&'static str, String, f64)>,
}

fn each_row(store: &Path, columns: &str, visit: &mut dyn FnMut(&Row<'_>)) {
    // As quick as it can be: without a mutex at each call.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(store, flags).unwrap();
    let mut statement = conn.prepare(&format!("SELECT {columns} FROM events ORDER BY position")).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        visit(row);
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> &'r str {
    row.get_ref(column).unwrap().as_str().unwrap()
}

fn of<'m, T: Default>(map: &'m mut HashMap<String, T>, stream: &str) -> &'m mut T {
    // Two look-ups only for a new stream, and no copy of the name for a known one.
    if !map.contains_key(stream) {
        map.insert(stream.to_owned(), T::default());
    }
    map.get_mut(stream).unwrap()
}

impl Typed for Balances {
    fn fold(store: &Path) -> Self {
        let mut accounts: HashMap<String, (&'static str, String, f64)> = HashMap::new();
        each_row(store, "stream_id, type, data", &mut |row| {
            let stream = text(row, 0);
            let data = || row.get_ref(2).unwrap().as_bytes().unwrap();
            let amount = || serde_json::from_slice::<Amount>(data()).unwrap().amount;
            match text(row, 1) {
                "AccountOpened" => {
                    let OpenedBriefly { owner } = serde_json::from_slice(data()).unwrap();
                    *of(&mut accounts, stream) = ("open", owner, 0.0);
                }
                "FundsDeposited" | "TransferReceived" | "FeeRefunded" => of(&mut accounts, stream).2 += amount(),
                "FundsWithdrawn" | "CardPaymentMade" | "TransferSent" | "FeeCharged" | "DepositReversed" => {
                    of(&mut accounts, stream).2 -= amount();
                }
                "AccountClosed" => of(&mut accounts, stream).0 = "closed",
                _ => {}
            }
        });
        Self { accounts }
    }

    fn account(&self, stream: &str) -> Option<(f64, usize)> {
        self.accounts.get(stream).map(|account| (account.2, 0))
    }

    fn accounts(&self) -> usize {
        self.accounts.len()
    }
}

impl Typed for Bank {
    fn fold(store: &Path) -> Self {
        let mut bank = Self::default();
        each_row(store, "stream_id, type, recorded_at, data, metadata, valid_at", &mut |row| bank.take(row));
        bank
    }

    fn account(&self, stream: &str) -> Option<(f64, usize)> {
        self.accounts.get(stream).map(|account| (account.balance, account.transactions.len()))
    }

    fn accounts(&self) -> usize {
        self.accounts.len()
    }
}

impl Bank {
    fn take(&mut self, row: &Row<'_>) {
        let (stream, event_type) = (text(row, 0), text(row, 1));
        let at = || text(row, 2).to_owned();
        match stream.split_once('-').map_or(stream, |(category, _)| category) {
            "account" => of(&mut self.accounts, stream).take(event_type, row, &at),
            "transfer" => of(&mut self.transfers, stream).take(event_type, row, &at),
            "customer" => of(&mut self.customers, stream).take(event_type, row, &at),
            _ => {}
        }
    }
}

fn data<T: DeserializeOwned>(row: &Row<'_>) -> T {
    serde_json::from_slice(row.get_ref(3).unwrap().as_bytes().unwrap()).unwrap()
}

impl Account {
    fn take(&mut self, event_type: &str, row: &Row<'_>, at: &dyn Fn() -> String) {
        match event_type {
            "AccountOpened" => {
                let Opened { owner, kind, currency } = data(row);
                *self = Self { status: "open", owner, kind, currency, opened_at: at(), ..std::mem::take(self) };
            }
            "FundsDeposited" => {
                let Amount { amount } = data(row);
                self.gain(amount, "deposit", None, at);
            }
            "FundsWithdrawn" => {
                let Amount { amount } = data(row);
                self.lose(amount, "withdrawal", None, at);
            }
            "WithdrawalDeclined" => self.declined += 1,
            "CardIssued" => {
                let Card { last_digits } = data(row);
                match self.cards.iter_mut().find(|card| card.0 == last_digits) {
                    Some(card) => card.1 = at(),
                    None => self.cards.push((last_digits, at())),
                }
            }
            "CardBlocked" => self.cards.clear(),
            "CardPaymentMade" => {
                let CardPayment { amount, merchant } = data(row);
                self.lose(amount, "card", Some(merchant), at);
            }
            "TransferSent" => {
                let Sent { amount, to } = data(row);
                self.lose(amount, "transfer out", Some(to), at);
            }
            "TransferReceived" => {
                let Received { amount, from } = data(row);
                self.gain(amount, "transfer in", Some(from), at);
            }
            "FeeCharged" => {
                let Amount { amount } = data(row);
                self.balance -= amount;
                self.available -= amount;
                self.lowest = Some(self.lowest.map_or(self.balance, |lowest| lowest.min(self.balance)));
                self.fees += amount;
            }
            "FeeRefunded" => {
                let Amount { amount } = data(row);
                self.balance += amount;
                self.available += amount;
                self.fees -= amount;
            }
            "DepositReversed" => {
                let Amount { amount } = data(row);
                self.balance -= amount;
                self.available -= amount;
                self.transactions.push(Transaction { kind: "reversal", amount, with: None, at: at() });
            }
            "OverdraftLimitSet" => {
                let Limit { limit } = data(row);
                self.available += limit - self.limit;
                self.limit = limit;
            }
            "AccountNoticeGiven" => self.status = "closing",
            "AccountClosed" => {
                self.status = "closed";
                self.cards.clear();
            }
            _ => {}
        }
    }

    fn gain(&mut self, amount: f64, kind: &'static str, with: Option<String>, at: &dyn Fn() -> String) {
        self.balance += amount;
        self.available += amount;
        self.highest = Some(self.highest.map_or(self.balance, |highest| highest.max(self.balance)));
        self.transactions.push(Transaction { kind, amount, with, at: at() });
    }

    fn lose(&mut self, amount: f64, kind: &'static str, with: Option<String>, at: &dyn Fn() -> String) {
        self.balance -= amount;
        self.available -= amount;
        self.lowest = Some(self.lowest.map_or(self.balance, |lowest| lowest.min(self.balance)));
        self.transactions.push(Transaction { kind, amount, with, at: at() });
    }
}

impl Transfer {
    fn take(&mut self, event_type: &str, row: &Row<'_>, at: &dyn Fn() -> String) {
        match event_type {
            "TransferRequested" => {
                let Requested { from, to, amount, reference } = data(row);
                let requested_at = at();
                *self = Self { status: "requested", from, to, amount, reference, requested_at, ..Self::default() };
            }
            "TransferCompleted" => {
                self.status = "completed";
                self.completed_at = at();
            }
            "TransferDeclined" => {
                let metadata = row.get_ref(4).unwrap().as_bytes().unwrap();
                self.status = "declined";
                self.reason = serde_json::from_slice::<Reason>(metadata).unwrap().reason;
            }
            _ => {}
        }
    }
}

impl Customer {
    fn take(&mut self, event_type: &str, row: &Row<'_>, at: &dyn Fn() -> String) {
        match event_type {
            "CustomerRegistered" => {
                let Registered { name, city, country } = data(row);
                *self = Self { name, city, country, since: at(), ..Self::default() };
            }
            "CustomerVerified" => {
                self.verified = true;
                self.document = data::<Verified>(row).document;
            }
            "CustomerMoved" => {
                let Address { street, city, country } = data(row);
                self.street = street.or(self.street.take());
                self.city = city.unwrap_or_default();
                self.country = country.unwrap_or_else(|| std::mem::take(&mut self.country));
                self.lives_there_since = row.get_ref(5).unwrap().as_str().ok().map(str::to_owned);
            }
            _ => {}
        }
    }
}
