//! `copy`, `what-if`, `sample`, `suggest`.

use serde_json::{Value, json};

use super::{RULES, World, keys, row};

fn events(world: &World, store: &str) -> Vec<Value> {
    world.run(&format!("events {store}")).lines()
}

fn positions(world: &World, store: &str) -> Vec<i64> {
    events(world, store).iter().map(|event| event["position"].as_i64().unwrap()).collect()
}

#[test]
fn a_plain_copy_has_the_same_events() {
    let world = World::new();
    let before = world.files();
    let copied = world.run("copy bank.db copy.db --json").json(0);
    assert_eq!(copied, json!({"path": "copy.db", "events": 9}));
    assert_eq!(events(&world, "copy.db"), events(&world, "bank.db"));
    let after: Vec<_> = world.files().into_iter().filter(|(name, _)| name != "copy.db").collect();
    assert_eq!(after, before);
}

#[test]
fn a_copy_up_to_a_moment_or_of_some_streams() {
    let world = World::new();
    for (number, (options, expected)) in [
        ("--until '#4'", &[1, 2, 3, 4][..]),
        ("--until p4 --stream account-1", &[1, 3, 4]),
        ("--until v2 --stream account-1", &[1, 3]),
        ("--until '2025-03-04 11:02' --tz Europe/Berlin", &[1, 2]),
        ("--stream order-1 --stream account-2", &[2, 6, 8]),
        ("--until 2020-01-01", &[]),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("copy-{number}.db");
        let copied = world.run(&format!("copy bank.db {out} {options} --json")).json(0);
        assert_eq!(copied["events"], json!(expected.len()), "{options}");
        assert_eq!(positions(&world, &out), expected, "{options}");
    }
}

#[test]
fn copies_overwrite_only_when_told_to_and_never_the_store() {
    let world = World::new();
    world.write("other.db", "precious");
    let before = world.files();
    assert!(world.run("copy bank.db other.db").refused(2).contains("--force"));
    world.run("copy bank.db bank.db --force").refused(2);
    world.run("copy bank.db ./bank.db --force").refused(2);
    world.run("copy bank.db nowhere/copy.db").refused(3);
    world.run("copy bank.db copy.db --until v2").refused(2);
    world.run("copy bank.db copy.db --stream nobody-1").refused(2);
    assert_eq!(world.files(), before);
    assert_eq!(world.run("copy bank.db other.db --force").status, 0);
    assert_eq!(events(&world, "other.db").len(), 9);
}

const WITHOUT_V4: &str =
    r#"{"foldline":"scenario/1","name":"Without v4","edits":[{"delete":{"stream":"account-1","version":4}}]}"#;
const MORE: &str = r#"{"foldline":"scenario/1","name":"More","edits":[
  {"update":{"position":4},"data":{"amount":70}},
  {"insert":{"stream":"account-9"},"type":"Opened","time":"2025-03-04T10:04:30Z"}]}"#;

#[test]
fn a_what_if_has_every_key_in_its_shape() {
    let world = World::with_rules();
    world.write("s.json", WITHOUT_V4);
    let what_if = world.run("what-if bank.db --scenario s.json --json").json(0);
    assert_eq!(keys(&what_if)[..4], ["scenario", "edits", "streams", "copy"]);
    assert_eq!((&what_if["scenario"], &what_if["edits"]), (&json!("Without v4"), &json!(1)));
    assert!(what_if["copy"].is_null());
    let streams = what_if["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 1);
    let stream = &streams[0];
    assert_eq!(
        keys(stream),
        [
            "stream",
            "first_divergence",
            "baseline",
            "branch",
            "changes",
            "broken_invariants",
            "mended_invariants",
            "no_effect"
        ]
    );
    assert_eq!(
        stream["first_divergence"],
        json!({"position": 5, "version": 4, "time": "2025-03-04T10:05:00Z", "type": "Withdrawn"})
    );
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(stream["changes"], json!([{"path": "balance", "from": number("5.00"), "to": number("45.00")}]));
    assert_eq!((&stream["baseline"]["version"], &stream["branch"]["version"]), (&json!(6), &json!(5)));
    assert_eq!(stream["branch"]["state"]["balance"], number("45.00"));
    assert_eq!((&stream["broken_invariants"], &stream["no_effect"]), (&json!([]), &json!([])));
}

#[test]
fn a_newly_broken_invariant_is_found() {
    let world = World::with_rules();
    world.write("s.json", MORE);
    let what_if = world.run("what-if bank.db --scenario s.json --json").json(1);
    let names: Vec<&str> =
        what_if["streams"].as_array().unwrap().iter().map(|s| s["stream"].as_str().unwrap()).collect();
    assert_eq!(names, ["account-1", "account-9"]);
    let broken = &what_if["streams"][0]["broken_invariants"];
    assert_eq!(broken[0]["name"], "Balance never below zero");
    assert_eq!(keys(&broken[0]["at"]), ["position", "version", "time", "type"]);
    assert_eq!(broken[0]["at"]["version"], 3);
    // A new stream of a known category has the category's rules.
    assert_eq!(what_if["streams"][1]["branch"]["state"]["status"], "open");
}

#[test]
fn a_saved_copy_says_what_the_branch_said() {
    let world = World::with_rules();
    let before = world.files();
    world.write("s.json", MORE);
    let what_if = world.run("what-if bank.db --scenario s.json --save-copy out.db --json").json(1);
    assert_eq!(what_if["copy"], json!({"path": "out.db", "events": 10}));
    assert_eq!(events(&world, "out.db").len(), 10);
    for stream in what_if["streams"].as_array().unwrap() {
        let name = stream["stream"].as_str().unwrap();
        let ran = world.run(&format!("state out.db {name} --projection bank.db.projection.json --json"));
        let state: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(state["state"], stream["branch"]["state"], "{name}");
    }
    world.run("what-if bank.db --scenario s.json --save-copy out.db").refused(2);
    world.run("what-if bank.db --scenario s.json --save-copy bank.db --force").refused(2);
    let after: Vec<_> =
        world.files().into_iter().filter(|(name, _)| !["out.db", "s.json"].contains(&name.as_str())).collect();
    assert_eq!(after, before);
}

#[test]
fn a_moved_event_takes_the_next_position_and_no_other_changes() {
    for (positions, edits, expected) in [
        (&[2, 4][..], r#"{"move":{"position":2},"after":{"position":4}}"#, &[(4, "id-4"), (5, "id-2")][..]),
        (
            &[1, 2, 16, 20],
            r#"{"move":{"position":2},"after":{"position":16}},{"move":{"position":1},"after":{"position":20}}"#,
            &[(16, "id-16"), (17, "id-2"), (20, "id-20"), (21, "id-1")],
        ),
        (
            &[1, 2, 3, 9],
            r#"{"move":{"position":1},"after":{"position":2}}"#,
            &[(2, "id-2"), (3, "id-1"), (4, "id-3"), (9, "id-9")],
        ),
    ] {
        let world = World::empty();
        let rows = positions.iter().map(|p| row(*p, &format!("account-{p}"), 1, "Opened", "{}"));
        world.store("own.db", rows.collect());
        world.write("s.json", format!(r#"{{"foldline":"scenario/1","name":"Moves","edits":[{edits}]}}"#));
        world.run("what-if own.db --scenario s.json --save-copy out.db").done();
        let found = events(&world, "out.db");
        let found: Vec<(i64, &str)> =
            found.iter().map(|e| (e["position"].as_i64().unwrap(), e["id"].as_str().unwrap())).collect();
        assert_eq!(found, expected, "{edits}");
    }
}

#[test]
fn a_copy_never_takes_the_place_of_what_it_is_made_from() {
    let world = World::with_rules();
    world.write("s.json", WITHOUT_V4);
    world.write("rules.json", RULES);
    std::fs::hard_link(world.path("s.json"), world.path("again.json")).unwrap();
    let before = world.files();
    let what_if = "what-if bank.db --scenario s.json --force";
    for line in [
        format!("{what_if} --save-copy s.json"),
        format!("{what_if} --save-copy ./s.json"),
        format!("{what_if} --save-copy again.json"),
        format!("{what_if} --save-copy bank.db"),
        format!("{what_if} --save-copy bank.db.projection.json"),
        format!("{what_if} --save-copy rules.json --projection rules.json"),
        "copy bank.db bank.db.projection.json --force".to_owned(),
    ] {
        world.run(&line).refused(2);
        assert_eq!(world.files(), before, "{line}");
    }
}

#[test]
fn an_insert_after_an_event_without_a_time_has_none() {
    let world = World::empty();
    let timeless = |at| foldline::store::FoldlineRow { recorded_at: None, ..row(at, "a-1", at, "T", "{}") };
    world.store("timeless.db", vec![timeless(1), timeless(2)]);
    world.store("mixed.db", vec![row(1, "a-1", 1, "T", "{}"), timeless(2)]);
    world.write(
        "s.json",
        r#"{"foldline":"scenario/1","name":"s","edits":[{"insert":{"stream":"a-1","after":2},"type":"T"}]}"#,
    );
    for store in ["timeless", "mixed"] {
        world.run(&format!("what-if {store}.db --scenario s.json --save-copy {store}-out.db")).done();
        let events = events(&world, &format!("{store}-out.db"));
        assert_eq!(events.len(), 3);
        assert!(events[2]["time"].is_null() && events[2]["time_raw"].is_null(), "{}", events[2]);
    }
}

#[test]
fn edits_in_the_help_apply() {
    let world = World::empty();
    world.run("sample bank bank.db").done();
    let help = world.run("help what-if").out;
    let edits: Vec<&str> =
        help.lines().map(str::trim).filter(|line| line.starts_with("{ \"") && !line.contains("foldline")).collect();
    for verb in ["update", "insert", "move"] {
        assert!(edits.iter().any(|edit| edit.contains(&format!("\"{verb}\""))), "{verb}: {edits:?}");
    }
    for edit in edits {
        world.write("s.json", format!(r#"{{"foldline":"scenario/1","name":"s","edits":[{edit}]}}"#));
        let ran = world.run("what-if bank.db --scenario s.json");
        assert!(ran.status < 2, "{edit}: {}", ran.err);
    }
}

#[test]
fn a_scenario_without_edits_changes_nothing() {
    let world = World::with_rules();
    world.write("s.json", r#"{"foldline":"scenario/1","name":"Nothing","edits":[]}"#);
    let what_if = world.run("what-if bank.db --scenario s.json --save-copy same.db --json").json(0);
    assert_eq!(what_if["streams"], json!([]));
    assert_eq!(events(&world, "same.db"), events(&world, "bank.db"));
}

#[test]
fn samples_are_the_bundled_files() {
    let world = World::empty();
    let bundled = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    for name in ["bank", "orders", "rides"] {
        let written = world.run(&format!("sample {name} {name}.db --json")).json(0);
        assert_eq!(keys(&written), ["path", "events", "projection"]);
        assert_eq!(written["projection"], format!("{name}.db.projection.json"));
        let same = |ours: &str, theirs: &str| {
            assert!(std::fs::read(world.path(ours)).unwrap() == std::fs::read(bundled.join(theirs)).unwrap(), "{ours}");
        };
        same(&format!("{name}.db"), &format!("{name}.db"));
        same(&format!("{name}.db.projection.json"), &format!("{name}.projection.json"));
    }
    let list = world.run("sample --list --json").json(0);
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|sample| sample["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["bank", "orders", "rides"]);
    assert!(list.as_array().unwrap().iter().all(|s| s["title"].is_string() && s["story"].is_string()));
    // The rules apply at once.
    assert_eq!(world.run("state bank.db account-A --json").json(0)["state"]["balance"], 10);
    assert_eq!(world.run("state bank.db account-A --version 3 --json").json(0)["state"]["balance"], 30);
}

#[test]
fn a_sample_has_exactly_as_many_events_as_asked_for() {
    let world = World::empty();
    for count in [0, 1, 5, 3000] {
        let out = format!("s{count}.db");
        assert_eq!(world.run(&format!("sample rides {out} --events {count} --json")).json(0)["events"], count);
        assert_eq!(world.run(&format!("info {out} --json")).json(0)["events"], count);
    }
    world.run("sample rides other.db --events 3000 --seed 5").done();
    world.run("sample rides again.db --events 3000 --seed 5").done();
    let bytes = |name: &str| std::fs::read(world.path(name)).unwrap();
    assert!(bytes("other.db") == bytes("again.db"));
    assert!(bytes("other.db") != bytes("s3000.db"));
}

#[test]
fn samples_overwrite_nothing_unless_told_to() {
    let world = World::empty();
    world.write("bank.db", "precious");
    world.write("rules.db.projection.json", "precious too");
    let before = world.files();
    world.run("sample bank bank.db").refused(2);
    world.run("sample bank rules.db").refused(2);
    world.run("sample nothing new.db").refused(2);
    world.run("sample bank nowhere/new.db").refused(3);
    assert_eq!(world.files(), before);
    assert_eq!(world.run("sample bank bank.db --force").status, 0);
    assert_eq!(world.run("sample bank rules.db --force").status, 0);
}

#[test]
fn suggested_rules_apply() {
    let world = World::new();
    let rules = world.run("suggest bank.db --category account");
    assert_eq!(rules.json(0)["category"], "account");
    world.write("bank.db.projection.json", &rules.out);
    let state = world.run("state bank.db account-1 --json").json(0);
    assert_eq!(state["projection"]["kind"], "rules");
    assert!(world.run("suggest bank.db --category nothing").refused(2).contains("account"));
}

/// What the program leaves when no file may grow beyond some blocks: the error of a disk that fills up half-way.
#[cfg(unix)]
#[test]
fn a_copy_that_can_not_be_written_to_its_end_leaves_nothing() {
    let world = World::with_rules();
    world.write("s.json", MORE);
    let before = world.files();
    for line in ["copy bank.db out.db", "what-if bank.db --scenario s.json --save-copy out.db"] {
        let program = env!("CARGO_BIN_EXE_foldline");
        // Without the signal, writing too much is an error like any other.
        let script = format!("trap '' XFSZ; ulimit -f 8; exec {program} {line}");
        let ran = std::process::Command::new("sh").args(["-c", &script]).current_dir(world.path(".")).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(3), "{told}");
        assert!(ran.stdout.is_empty() && told.starts_with("error: can't write the copy"), "{told}");
        assert_eq!(world.files(), before, "{line}");
        // A program that is killed leaves no half copy under the name, either.
        let script = format!("ulimit -f 8; exec {program} {line}");
        let killed =
            std::process::Command::new("sh").args(["-c", &script]).current_dir(world.path(".")).output().unwrap();
        assert_eq!(killed.status.code(), None, "{killed:?}");
        assert!(!world.path("out.db").exists());
        for entry in std::fs::read_dir(world.path(".")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tmp") {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
}

#[test]
fn copies_of_other_libraries_stores_by_the_command_line() {
    let world = World::empty();
    for (store, write) in [
        ("emmett", crate::fixtures::emmett as fn(&std::path::Path)),
        ("cqrs", crate::fixtures::cqrs_es),
        ("patchlevel", crate::fixtures::patchlevel),
    ] {
        write(&world.path(&format!("{store}.db")));
        let whole = world.run(&format!("copy {store}.db {store}-all.db --json")).json(0);
        assert_eq!(whole["events"], 6, "{store}");
        let all = events(&world, &format!("{store}.db"));
        assert_eq!(events(&world, &format!("{store}-all.db")), all);
        let third = &all[2];
        for (number, moment) in
            [format!("#{}", third["position"]), third["time"].as_str().unwrap().to_owned()].into_iter().enumerate()
        {
            let out = format!("{store}-{number}.db");
            world.run(&format!("copy {store}.db {out} --until {moment}")).done();
            assert_eq!(events(&world, &out), all[..3], "{store} {moment}");
            let layout = |path: &str| world.run(&format!("info {path} --json")).json(0)["layout"].clone();
            assert_eq!(layout(&out), layout(&format!("{store}.db")));
        }
        let stream = all[0]["stream"].as_str().unwrap();
        world.run(&format!("copy {store}.db {store}-one.db --stream {stream} --until v2")).done();
        let one = events(&world, &format!("{store}-one.db"));
        assert_eq!(one.len(), 2, "{store}");
        assert!(one.iter().all(|event| event["stream"] == stream));
    }
    // What a layout can't hold is refused with 2, by name, and nothing is left.
    let edit = r#"{"update":{"position":3},"metadata":{"n":1}}"#;
    world.write("s.json", format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{edit}]}}"#));
    let ran = world.run("what-if cqrs.db --scenario s.json --save-copy out.db");
    let refused = ran.refused(2);
    assert!(refused.contains("account-A v2 (Deposited)") && refused.contains("texts only"), "{refused}");
    assert!(!world.path("out.db").exists());
}

#[test]
fn what_a_layout_cant_hold_is_in_foldlines_and_said() {
    let world = World::empty();
    let sql = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures/eventium.sql");
    let path = world.path("tickets.db");
    crate::fixtures::database(&path).execute_batch(&std::fs::read_to_string(sql).unwrap()).unwrap();
    let first = events(&world, "tickets.db")[0]["position"].as_i64().unwrap();
    world.write(
        "s.json",
        format!(r#"{{"foldline":"scenario/1","name":"Without","edits":[{{"delete":{{"position":{first}}}}}]}}"#),
    );
    let layout = |store: &str| world.run(&format!("info {store} --json")).json(0)["layout"].clone();
    // Without edits nothing has to be encoded.
    let copied = world.run("copy tickets.db copy.db");
    assert!(copied.status == 0 && !copied.err.contains("Foldline's"), "{}", copied.err);
    assert_eq!(layout("copy.db"), "eventium");
    let saved = world.run("what-if tickets.db --scenario s.json --save-copy out.db");
    assert!(saved.err.contains("this one is in Foldline's"), "{}", saved.err);
    assert_eq!(layout("out.db"), "foldline");
    assert_eq!(events(&world, "out.db").len() + 1, events(&world, "tickets.db").len());
}
