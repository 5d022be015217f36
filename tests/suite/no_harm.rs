//! Nothing is written to an opened store, or beside it: every command over every store.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use foldline::cli::{Outcome, Streams};
use serde_json::Value;

use crate::fixtures;

/// Names, contents and times of everything in a folder.
type Listing = BTreeMap<String, (Vec<u8>, SystemTime)>;

fn listing(folder: &Path) -> Listing {
    let mut found = Listing::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.insert(name, (std::fs::read(&path).unwrap(), written));
    }
    found
}

/// Runs the program in this process.
fn run(args: &[&str]) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("foldline").chain(args.iter().copied()).map(OsString::from);
    let ended = foldline::cli::run(arguments, Streams { out: &mut out, err: &mut err, terminal: false });
    let Outcome::Exit(status) = ended else { panic!("{args:?} opens the window") };
    (status, String::from_utf8(out).unwrap())
}

fn json(args: &[&str]) -> Value {
    let (status, out) = run(args);
    assert_eq!(status, 0, "{args:?}");
    serde_json::from_str(&out).unwrap()
}

/// The commands that the help lists, but for those that are about no store.
fn commands() -> Vec<String> {
    let (_, help) = run(&["--help"]);
    let list = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let names =
        list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty());
    let about_none = ["sample", "layouts", "completions", "help"];
    names.filter(|name| !about_none.contains(name)).map(str::to_owned).collect()
}

/// Every command with every kind of answer, for a store with this stream.
fn lines(store: &str, out: &Path, stream: &Value, last: &Value, until: &str) -> Vec<Vec<String>> {
    let name = stream["stream"].as_str().unwrap_or_default();
    let category = stream["category"].as_str().unwrap_or_default();
    let out = |file: &str| out.join(file).display().to_string();
    let scenario = out("scenario.json");
    let edits = serde_json::json!({ "foldline": "scenario/1", "name": "Without the last one",
        "edits": [ { "delete": { "position": last["position"] } } ] });
    std::fs::write(&scenario, edits.to_string()).unwrap();
    let (saved, copy, part, ours) = (out("saved.db"), out("copy.db"), out("part.db"), out("ours.db"));
    let mut all: Vec<Vec<&str>> = vec![
        vec!["info", store],
        vec!["info", store, "--json", "--hash"],
        vec!["info", store, "--quick", "--json"],
        vec!["streams", store, "--query", "data.amount > 1"],
        vec!["events", store, "--format", "ndjson"],
        vec!["events", store, "--stream", name, "--format", "csv"],
        vec!["events", store, "--query", "a", "--format", "text"],
        vec!["state", store, name, "--json", "--blame"],
        vec!["state", store, name, "--at", until, "--skip-unreadable"],
        vec!["diff", store, name, "--from", "p0", "--to", "p999999999"],
        vec!["find", store, "--when", "state.amount > 1", "--json"],
        vec!["table", store, "--category", category, "--json"],
        vec!["what-if", store, "--scenario", &scenario, "--json"],
        vec!["what-if", store, "--scenario", &scenario, "--save-copy", &saved],
        vec!["copy", store, &copy, "--whole"],
        vec!["copy", store, &part, "--until", until],
        vec!["copy", store, &ours, "--as", "foldline"],
        vec!["suggest", store, "--category", category],
        // Over the store itself, which must be refused.
        vec!["copy", store, store, "--force"],
        vec!["what-if", store, "--scenario", &scenario, "--save-copy", store, "--force"],
    ];
    // What was added since is tried plainly.
    let commands = commands();
    let tried: Vec<&str> = all.iter().map(|line| line[0]).collect();
    for command in commands.iter().filter(|command| !tried.contains(&command.as_str())) {
        all.push(vec![command, store]);
        all.push(vec![command, store, "--json"]);
    }
    all.into_iter().map(|line| line.into_iter().map(str::to_owned).collect()).collect()
}

/// Runs every command over a store in a folder of its own. Whether it opened.
fn is_left_alone(store: &Path) -> bool {
    let folder = store.parent().unwrap();
    let before = listing(folder);
    let path = store.display().to_string();
    let opens = run(&["info", &path, "--quick", "--json"]).0 == 0;
    if opens {
        let streams = json(&["streams", &path, "--json"]);
        let streams = streams.as_array().unwrap();
        let nothing = Value::Null;
        let stream = streams.iter().max_by_key(|stream| stream["events"].as_u64()).unwrap_or(&nothing);
        let name = stream["stream"].as_str().unwrap_or_default();
        let (_, events) = run(&["events", &path, "--stream", name, "--format", "ndjson"]);
        let last: Value = events.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap());
        let info = json(&["info", &path, "--quick", "--json"]);
        let until = info["last_time"].as_str().unwrap_or("2026-01-01").to_owned();
        let out = tempfile::tempdir().unwrap();
        for line in lines(&path, out.path(), stream, &last, &until) {
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let (status, printed) = run(&line);
            assert!(status <= 3, "{line:?}: {status}");
            if line.contains(&"--hash") {
                let info: Value = serde_json::from_str(&printed).unwrap();
                let hash = blake3::hash(&std::fs::read(store).unwrap()).to_hex().to_string();
                let expected = serde_json::json!(
                    { "algorithm": "blake3", "at_opening": hash, "at_end": hash, "same": true }
                );
                assert_eq!(info["hash"], expected, "{line:?}");
            }
            if line[1..].contains(&"--force") {
                assert_eq!(status, 2, "{line:?}");
            }
            // Told here, where it is known which command it was.
            assert!(listing(folder) == before, "{line:?} left a trace");
        }
    } else {
        for command in commands() {
            let status = run(&[&command, &path]).0;
            // A mapping may be guessed of what no layout knows.
            assert!(status != 0 || command == "mapping", "{command} {path}");
        }
    }
    assert!(listing(folder) == before, "{path} is not what it was");
    opens
}

fn set_read_only(path: &Path, read_only: bool) {
    let mut permissions = std::fs::metadata(path).unwrap().permissions();
    permissions.set_readonly(read_only);
    std::fs::set_permissions(path, permissions).unwrap();
}

#[test]
fn no_command_leaves_a_trace_at_our_own_stores() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, store) in fixtures::all(folder.path()) {
        let home = tempfile::tempdir().unwrap();
        let alone = home.path().join("store.db");
        std::fs::copy(&store, &alone).unwrap();
        assert!(is_left_alone(&alone), "{layout} does not open");
    }
}

#[test]
fn no_command_needs_to_write_where_a_store_lies() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, store) in fixtures::all(folder.path()) {
        let home = tempfile::tempdir().unwrap();
        let alone = home.path().join("store.db");
        std::fs::copy(&store, &alone).unwrap();
        set_read_only(&alone, true);
        set_read_only(home.path(), true);
        assert!(is_left_alone(&alone), "{layout} does not open read-only");
        set_read_only(home.path(), false);
        set_read_only(&alone, false);
    }
}

#[test]
fn no_command_leaves_a_trace_beside_a_write_ahead_log() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, store) in fixtures::all(folder.path()) {
        let home = tempfile::tempdir().unwrap();
        let alone = home.path().join("store.db");
        std::fs::copy(&store, &alone).unwrap();
        let writer = fixtures::database(&alone);
        writer.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
        writer.execute_batch("PRAGMA wal_autocheckpoint = 0; CREATE TABLE besides (a)").unwrap();
        let info = json(&["info", &alone.display().to_string(), "--quick", "--json"]);
        let beside: Vec<&str> =
            info["side_files"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(beside, ["store.db-wal", "store.db-shm"], "{layout}");
        assert!(is_left_alone(&alone), "{layout} does not open with a log");
        drop(writer);
    }
}

#[test]
fn no_command_leaves_a_trace_at_real_stores() {
    let Some(stores) = fixtures::stores() else { return };
    let mut opened = 0;
    for entry in std::fs::read_dir(stores).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if [".json", ".md", "-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        let copied = |suffix: &str| -> PathBuf {
            let to = home.path().join(format!("{name}{suffix}"));
            let from = path.with_file_name(format!("{name}{suffix}"));
            if from.exists() {
                std::fs::write(&to, std::fs::read(from).unwrap()).unwrap();
            }
            to
        };
        copied("-wal");
        copied("-journal");
        opened += usize::from(is_left_alone(&copied("")));
    }
    assert!(opened > 0, "none of the real stores opens");
}
