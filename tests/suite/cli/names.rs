//! What people read of names that are empty, and of sums; what programs read stays as the store has it.

use super::{World, row};

#[test]
fn empty_names_are_told_in_words_and_stay_empty_for_programs() {
    let world = World::empty();
    let rows = vec![
        row(1, "", 1, "", r#"{"amount":1}"#),
        row(2, "a-1", 1, " ", r#"{"amount":2}"#),
        row(3, "", 2, "Opened", r#"{"amount":3}"#),
    ];
    world.store("odd.db", rows);
    for (line, parts) in [
        ("info odd.db", &["(no name)", "(no type)"][..]),
        ("streams odd.db", &["(no name)"]),
        ("events odd.db", &["(no name)", "(no type)"]),
        ("state odd.db '' --version 1", &["(no name) at v1", "(no type)"]),
        ("diff odd.db '' --from v1 --to v2", &["(no name) from v1", "(no type)"]),
        ("find odd.db --when 'state.amount > 0'", &["(no name)", "(no type)"]),
        ("table odd.db --category ''", &["(no name)"]),
        ("schema odd.db", &["(no name)", "(no type)"]),
    ] {
        let ran = world.run(line);
        for part in parts {
            // Where output goes to no terminal, some print what programs read.
            let told = ran.out.contains(part) || ran.out.starts_with('{');
            assert!(told && ran.err.is_empty(), "{line}: {}{}", ran.out, ran.err);
        }
        if line.starts_with("find") || line.starts_with("diff") {
            continue;
        }
        let json = world.run(&format!("{line} --json")).out;
        assert!(!json.contains("(no name)") && !json.contains("(no type)"), "{line}: {json}");
    }
    let info = world.run("info odd.db --json").json(0);
    assert_eq!(info["types"][0]["name"], "", "{info}");
    assert_eq!(world.run("streams odd.db --json").json(0)[0]["stream"], "");
    assert_eq!(world.run("events odd.db --format ndjson").lines()[0]["type"], "");
    let csv = world.run("events odd.db --format csv").out;
    assert!(!csv.contains("(no "), "{csv}");
}

/// A line of a table for people, its cells divided by one blank.
fn line<'a>(text: &'a str, begins: &str) -> String {
    let found: Option<&'a str> = text.lines().find(|line| line.starts_with(begins));
    found.unwrap_or_else(|| panic!("no {begins} in {text}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn sums_of_a_store_with_links_are_explained() {
    let world = World::empty();
    let sql =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures/rails_event_store_json.sql");
    let path = world.path("shop.db");
    crate::fixtures::database(&path).execute_batch(&std::fs::read_to_string(sql).unwrap()).unwrap();
    let streams = world.run("streams shop.db --json").json(0);
    let streams = streams.as_array().unwrap();
    let links = streams.iter().filter(|stream| stream["link"] == true).count();
    let info = world.run("info shop.db --json").json(0);
    assert_eq!(info["streams"], streams.len(), "links count in JSON");
    assert!(links > 1 && links < streams.len());
    let text = world.run("info shop.db").out;
    let told = format!("streams {}, {links} of them link streams, whose events are those of others", streams.len());
    assert_eq!(line(&text, "streams"), told);
    let in_none = world.run("events shop.db").lines();
    let in_none = in_none.iter().filter(|event| event["stream"].is_null()).count();
    assert!(in_none > 0);
    assert_eq!(line(&text, "events"), format!("events {}, {in_none} of them in no stream", info["events"]));
    assert!(line(&text, "$by_type").ends_with(" a link stream: its events are those of others"), "{text}");
    assert!(text.contains("are in streams of several categories, and counted in each)"), "{text}");
    // Where all adds up, there is nothing to explain.
    let plain = World::new().run("info bank.db").out;
    assert_eq!((line(&plain, "streams"), line(&plain, "events")), ("streams 3".to_owned(), "events 9".to_owned()));
    assert!(!plain.contains("link") && !plain.contains("several"), "{plain}");
}
