//! The command line, by its contract: the real binary against stores that the tests write themselves.

mod help;
mod names;
mod reading;
mod real;
mod schema;
mod snapshots;
mod states;
mod statuses;
mod traces;
mod what_if;
mod what_if_values;
mod writing;

use std::path::{Path, PathBuf};

use foldline::model::{Cancel, Progress, Timestamp};
use foldline::store::{FoldlineRow, write_foldline};
use serde_json::Value;

/// What a run of the program left behind.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as one JSON document, after a run with this status.
    #[track_caller]
    pub fn json(&self, status: i32) -> Value {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        assert!(self.out.ends_with('\n'), "no newline at the end: {}", self.out);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Standard output as NDJSON, after a run with status 0.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A run that only has to succeed.
    #[track_caller]
    pub fn done(&self) {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
    }

    /// What every refusal has in common; gives the error's text.
    #[track_caller]
    pub fn refused(&self, status: i32) -> &str {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "standard output is not empty");
        assert!(self.err.starts_with("error: "), "{}", self.err);
        &self.err
    }
}

/// A folder with stores, in which the program runs.
pub struct World {
    dir: tempfile::TempDir,
}

impl World {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A folder with `bank.db`, without rules.
    pub fn new() -> Self {
        let world = Self::empty();
        world.store("bank.db", bank());
        world
    }

    /// A folder with `bank.db` and its rules beside it.
    pub fn with_rules() -> Self {
        let world = Self::new();
        world.write("bank.db.projection.json", RULES);
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), contents).unwrap();
    }

    pub fn store(&self, name: &str, rows: Vec<FoldlineRow>) {
        write_foldline(&self.path(name), false, rows, [], &Progress::default(), &Cancel::default()).unwrap();
    }

    /// Runs the program with arguments that are divided by blanks; a part in single quotes is one.
    #[track_caller]
    pub fn run(&self, line: &str) -> Ran {
        self.run_args(&words(line))
    }

    #[track_caller]
    pub fn run_args(&self, args: &[impl AsRef<std::ffi::OsStr>]) -> Ran {
        run_in(self.dir.path(), args)
    }

    /// Every file with its contents, to see that none changed.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

#[track_caller]
pub fn run_in(dir: &Path, args: &[impl AsRef<std::ffi::OsStr>]) -> Ran {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_foldline"))
        .current_dir(dir)
        .args(args.iter().map(AsRef::as_ref))
        .output()
        .unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A line as a shell would divide it, as far as the help's examples need.
pub fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quoted, mut open) = (false, false);
    for c in line.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                if !open {
                    words.push(String::new());
                    open = true;
                }
            }
            ' ' if !quoted => open = false,
            c => {
                if !open {
                    words.push(String::new());
                    open = true;
                }
                words.last_mut().unwrap().push(c);
            }
        }
    }
    words
}

/// Rules for accounts: the balance, and that it is never below zero.
pub const RULES: &str = r#"{
  "projection": "bank-account",
  "category": "account",
  "init": { "status": "none", "balance": 0 },
  "when": {
    "Opened": [ { "set": "status", "value": "open" }, { "set": "owner", "from": "data.owner" } ],
    "Deposited": [ { "add": "balance", "from": "data.amount" } ],
    "Withdrawn": [ { "subtract": "balance", "from": "data.amount" } ],
    "Closed": [ { "set": "status", "value": "closed" }, { "unset": "owner" } ]
  },
  "key_fields": ["status", "balance"],
  "invariants": [ { "name": "Balance never below zero", "holds": "state.balance >= 0" } ]
}"#;

/// An event a minute from 2025-03-04 10:00 UTC.
pub fn row(position: i64, stream: &str, version: i64, event_type: &str, data: &str) -> FoldlineRow {
    let time = format!("2025-03-04T10:{position:02}:00Z");
    FoldlineRow {
        position: Some(position),
        stream: stream.to_owned(),
        version,
        event_id: format!("id-{position}"),
        event_type: event_type.to_owned(),
        schema_version: 1,
        recorded_at: Timestamp::parse_iso(&time),
        valid_at: None,
        data: data.to_owned(),
        metadata: Some(format!(r#"{{"user":"user-{position}","correlation_id":"c-1"}}"#)),
    }
}

/// Three streams: `account-1` goes below zero at v4 and comes back at v5; `account-2` has a gap and, at #6, a payload
/// that can't be read; `order-1` has exact numbers, a null and a list.
fn bank() -> Vec<FoldlineRow> {
    vec![
        row(1, "account-1", 1, "Opened", r#"{"owner":"Ann"}"#),
        row(2, "account-2", 1, "Opened", r#"{"owner":"Bob"}"#),
        row(3, "account-1", 2, "Deposited", r#"{"amount":50}"#),
        row(4, "account-1", 3, "Withdrawn", r#"{"amount":20.10}"#),
        row(5, "account-1", 4, "Withdrawn", r#"{"amount":40}"#),
        row(6, "account-2", 5, "Deposited", "{not json"),
        row(7, "account-1", 5, "Deposited", r#"{"amount":15.10}"#),
        row(
            8,
            "order-1",
            1,
            "Placed",
            r#"{"price":0.10,"note":null,"items":[{"sku":"a.b","qty":1}],"big":12345678901234567890123}"#,
        ),
        row(9, "account-1", 6, "Closed", "{}"),
    ]
}

/// The keys of a JSON object, in order.
#[track_caller]
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}
