//! Exit statuses; and that nothing is printed but the error where it is 2 or 3.

use std::io::Read as _;
use std::process::{Command, Stdio};

use super::{RULES, World};

#[test]
fn wrong_arguments_are_2() {
    let world = World::with_rules();
    world.write("more.json", RULES.replace("bank-account", "more"));
    world.write("rules.js", "fromAll()");
    world.write("missing-event.json", r#"{"foldline":"scenario/1","name":"x","edits":[{"delete":{"position":99}}]}"#);
    for (line, says) in [
        ("nonsense bank.db", "no command or file"),
        ("bogus", "foldline --help"),
        ("bogus --json", "foldline --help"),
        ("inf bank.db --json", "did you mean info?"),
        ("inf", "did you mean info?"),
        ("info", "FILE"),
        ("info bank.db --nonsense", "--nonsense"),
        ("info bank.db --layout nonsense", "foldline"),
        ("info bank.db --mapping m.json --layout foldline", "--layout"),
        ("mapping bank.db --table evnts", "did you mean events?"),
        ("info bank.db --tz Europe/Belrin", "Europe/Berlin"),
        ("streams bank.db --category nothing", "account, order"),
        ("streams bank.db --query 'data.x >'", "character"),
        ("events bank.db --query 'state.x = 1'", "state"),
        ("events bank.db --query '(type:x'", "character"),
        ("events bank.db --stream acount-1", "did you mean account-1"),
        ("events bank.db --after later", "--after"),
        ("events bank.db --limit -1", "-1"),
        ("events bank.db --format xml", "ndjson"),
        ("state bank.db", "STREAM"),
        ("state bank.db account-3", "account-1"),
        ("state bank.db account-1 --version 7", "its last is v6"),
        ("state bank.db account-2 --version 3", "v1 and v5"),
        ("state bank.db account-1 --version x", "--version"),
        ("state bank.db account-1 --version 1 --position 1", "--position"),
        ("state bank.db account-1 --at nonsense", "no moment"),
        ("state bank.db account-1 --at '2025-03-30 02:30' --tz Europe/Berlin", "+01:00"),
        ("state bank.db account-1 --at '2025-10-26 02:30' --tz Europe/Berlin", "+02:00"),
        ("state bank.db account-1 --projection rules.js", "not available yet"),
        ("state bank.db account-1 --projection more.json --projection bank.db.projection.json", "account"),
        ("state bank.db account-1 --projection more.json --projection auto", "auto"),
        ("diff bank.db account-1 --from v1", "--to"),
        ("diff bank.db account-1 --from v1 --to v9", "v6"),
        ("find bank.db --when 'state.x ='", "character"),
        ("find bank.db --when x --stream nobody", "nobody"),
        ("table bank.db --category nothing", "account, order"),
        ("table bank.db --category account --at v3", "time"),
        ("what-if bank.db --scenario missing-event.json", "99"),
        ("suggest bank.db --category nothing", "account"),
        ("sample", "NAME"),
        ("sample bank", "OUT"),
        ("completions nonsense", "bash"),
        ("compare bank.db --projection a --projection b", "not available yet"),
        ("run bank.db --projection p.js --engine v2", "not available yet"),
    ] {
        let ran = world.run(line);
        let text = ran.refused(2);
        assert!(text.contains(says), "{line}: {text}");
    }
}

#[test]
fn files_that_are_not_what_they_should_be_are_3() {
    let world = World::with_rules();
    world.write("empty", "");
    world.write("text.db", "just some words, nothing else, and long enough to be looked at ".repeat(40));
    world.write("cut.db", &std::fs::read(world.path("bank.db")).unwrap()[..5000]);
    world.write("broken.json", "{");
    world.write("unknown-key.json", RULES.replace(r#""set": "status""#, r#""sett": "status""#));
    world.write("scenario.json", r#"{"foldline":"scenario/1","name":"x","edits":[{"delet":{}}]}"#);
    std::fs::create_dir(world.path("folder")).unwrap();
    for (line, says) in [
        ("info missing.db", "missing.db"),
        ("info empty", "empty"),
        ("info text.db", "not a SQLite database"),
        ("info cut.db", "cut"),
        ("info folder", "directory"),
        ("events missing.db", "missing.db"),
        ("streams missing.db --json", "missing.db"),
        ("state bank.db account-1 --projection missing.json", "missing.json"),
        ("state bank.db account-1 --projection folder", "folder"),
        ("state bank.db account-1 --projection broken.json", "broken.json"),
        ("state bank.db account-1 --projection unknown-key.json", "when.Opened[0]"),
        ("diff bank.db account-1 --from v1 --to v2 --projection unknown-key.json", "sett"),
        ("find bank.db --when x --projection broken.json", "broken.json"),
        ("table bank.db --category account --projection broken.json", "broken.json"),
        ("info bank.db --mapping missing.json", "missing.json"),
        ("info bank.db --mapping folder", "folder"),
        ("info bank.db --mapping broken.json", "broken.json"),
        ("info bank.db --mapping scenario.json", "mapping/1"),
        ("mapping missing.db", "missing.db"),
        ("what-if bank.db --scenario missing.json", "missing.json"),
        ("what-if bank.db --scenario folder", "folder"),
        ("what-if bank.db --scenario broken.json", "broken.json"),
        ("what-if bank.db --scenario scenario.json", "delet"),
        ("missing.db", "missing.db"),
        ("missing.db --json", "missing.db"),
        ("./missing", "./missing"),
    ] {
        let ran = world.run(line);
        let text = ran.refused(3);
        assert!(text.contains(says), "{line}: {text}");
    }
}

#[test]
fn a_database_without_events_is_3_and_says_what_it_holds() {
    let world = World::empty();
    let conn = rusqlite::Connection::open_with_flags(world.path("music.db"), rusqlite::OpenFlags::default()).unwrap();
    conn.execute_batch("CREATE TABLE albums (id INTEGER PRIMARY KEY, title TEXT)").unwrap();
    drop(conn);
    assert!(world.run("info music.db").refused(3).contains("albums"));
    assert!(world.run("info music.db --layout foldline").refused(3).contains("foldline"));
}

#[test]
fn times_are_never_invented() {
    let world = World::empty();
    let timeless =
        (1..4).map(|at| foldline::store::FoldlineRow { recorded_at: None, ..super::row(at, "a-1", at, "T", "{}") });
    world.store("timeless.db", timeless.collect());
    assert!(world.run("state timeless.db a-1 --at 2025-01-01").refused(2).contains("--position"));
    let state = world.run("state timeless.db a-1 --position 2 --json").json(0);
    assert!(state["time"].is_null());
    assert_eq!(state["version"], 2);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let world = World::empty();
    world.run("sample bank bank.db --events 20000").done();
    let mut child = Command::new(env!("CARGO_BIN_EXE_foldline"))
        .args(["events", "bank.db"])
        .current_dir(world.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[test]
fn nothing_is_left_behind_by_reading() {
    let world = World::with_rules();
    let before = world.files();
    for line in [
        "info bank.db",
        "streams bank.db --query Ann",
        "events bank.db --format csv",
        "state bank.db account-1 --blame",
        "diff bank.db account-1 --from v1 --to v2",
        "find bank.db --when 'state.balance < 0'",
        "table bank.db --category account",
        "suggest bank.db --category account",
    ] {
        let ran = world.run(line);
        assert!(ran.status < 2, "{line}: {}", ran.err);
        assert_eq!(world.files(), before, "{line}");
    }
}
