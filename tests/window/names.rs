//! Names that are empty, alike or long: what people see and hear of them everywhere.

use std::collections::{BTreeMap, BTreeSet};

use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use foldline::app::{Command, Tab};
use foldline::timeline::{AxisKind, Mark};
use foldline::ui::Window;

use super::stores::store;
use super::{accessible, window};

fn send(window: &mut Harness<'_, Window>, command: Command) {
    window.state_mut().send(command);
    window.run();
}

/// Everything that the window says, by role.
fn said(window: &Harness<'_, Window>) -> BTreeSet<String> {
    // The lines of a text that is told as a whole are left out.
    let all = window.root().children_recursive().filter(|node| node.accesskit_node().role() != Role::TextRun);
    all.filter_map(|node| {
        let node = node.accesskit_node();
        node.label().or_else(|| node.value())
    })
    .collect()
}

fn time(at: usize) -> String {
    format!("2025-03-04T{:02}:{:02}:00Z", 8 + at / 60, at % 60)
}

/// A store whose events are of these streams and types, a minute apart.
fn store_of(events: &[(&str, &str)]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let times: Vec<String> = (0..events.len()).map(time).collect();
    let mut versions: BTreeMap<&str, i64> = BTreeMap::new();
    let mut rows = Vec::new();
    for (at, (stream, event_type)) in events.iter().enumerate() {
        let version = versions.entry(stream).or_default();
        *version += 1;
        rows.push((*stream, *version, *event_type, times[at].as_str(), format!("{{\"amount\": {at}}}")));
    }
    let path = store(&folder.path().join("names.db"), &rows);
    (folder, path)
}

#[test]
fn what_has_no_name_is_told_in_words_everywhere() {
    let (_folder, path) = store_of(&[("", ""), ("", "Opened"), (" \t", ""), ("a-1", "Opened"), ("a-1", " ")]);
    let mut window = window(Some(&path));
    for stream in ["", " \t", "a-1"] {
        send(&mut window, Command::SelectStream(stream.into()));
        send(&mut window, Command::TogglePinned(stream.into()));
        accessible::walk(&window, &format!("the stream {stream:?}"));
    }
    send(&mut window, Command::SelectStream("".into()));
    let said = said(&window);
    let has = |part: &str| {
        assert!(said.iter().any(|words| words.contains(part)), "{part} is said nowhere: {said:#?}");
    };
    for part in ["(no name)", "Lane of (no name)", "(no type)", "v1 of (no name)", "Legend. (no name), "] {
        has(part);
    }
    let blank = |words: &&String| words.contains("of ,") || words.ends_with(" of ") || words.ends_with(" of");
    assert_eq!(said.iter().find(blank), None);
    window.get_by_label("Last value of each field of (no name)");
    // What was found: streams, events, and the one that is chosen.
    send(&mut window, Command::Search("amount".to_owned()));
    send(&mut window, Command::ShowTab(Tab::Found));
    window.get_by_label("2 found in (no name)");
    let mut rows = window.query_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
    assert!(rows.any(|label| label.starts_with("Event #") && label.contains("(no type)")));
    accessible::walk(&window, "what was found");
    // What is copied and looked for is the name itself.
    let document = window.state().app().document.as_ref().unwrap();
    assert!(document.opened.log.find_stream("(no name)").is_none());
    assert_eq!(document.stream.as_deref(), Some(""));
}

#[test]
fn a_type_looks_the_same_in_every_category() {
    let mut events = Vec::new();
    // The commonest of orders is the third of carts, the commonest of carts is the second of orders.
    for (stream, types) in [
        ("order-1", &["Noted", "Noted", "Noted", "Opened", "Opened", "Paid"][..]),
        ("cart-1", &["Opened", "Opened", "Opened", "Opened", "Filled", "Filled", "Noted"][..]),
        ("visit-1", &["Seen", "Seen", "Opened"][..]),
    ] {
        events.extend(types.iter().map(|event_type| (stream, *event_type)));
    }
    let (_folder, path) = store_of(&events);
    let mut window = window(Some(&path));
    for axis in [AxisKind::Time, AxisKind::Sequence] {
        send(&mut window, Command::SetAxis(axis));
        let document = window.state().app().document.as_ref().unwrap();
        let (log, marks) = (&document.opened.log, &document.opened.drawing.marks);
        let mut of_type: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut of_category: BTreeMap<u32, BTreeMap<&str, Mark>> = BTreeMap::new();
        for event in 0..log.len() {
            let (mark, name) = (marks.mark(log, event), &*log.event_type(log.type_of(event)).name);
            of_type.entry(name).or_default().insert(format!("{mark:?}"));
            let category = log.stream(log.stream_of(event).unwrap()).category.0;
            of_category.entry(category).or_default().insert(name, mark);
        }
        assert!(of_type.values().all(|marks| marks.len() == 1), "{of_type:?}");
        for types in of_category.values() {
            let colours: BTreeSet<Option<usize>> = types.values().map(|mark| mark.colour).collect();
            assert_eq!(colours.len(), types.len(), "two types of one category share a colour: {types:?}");
        }
    }
    // The legend tells each once.
    let words = said(&window).into_iter().find(|words| words.starts_with("Legend")).unwrap();
    for event_type in ["Noted", "Opened", "Paid", "Filled", "Seen"] {
        assert_eq!(words.matches(&format!(", {event_type} ")).count(), 1, "{event_type}: {words}");
    }
}
