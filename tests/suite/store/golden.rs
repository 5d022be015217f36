//! A small store for each layout, made from the catalogue's statements with rows in the library's encoding
//! (`layout_fixtures/*.sql`), and all that is read of it (`*.txt`). With FOLDLINE_WRITE_EXPECTED set the texts are
//! written anew: look at each difference before it is kept.

use std::fmt::Write as _;
use std::path::Path;

use foldline::model::{Cancel, Event, Payload, Value};

use super::{all, line, open, scan};
use crate::fixtures::{contents, database};

#[test]
fn every_layout_reads_as_it_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout_fixtures");
    let mut wrong = String::new();
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    names.sort();
    assert!(names.len() > 30, "{}", names.len());
    for path in names {
        let temporary = tempfile::tempdir().unwrap();
        let store = temporary.path().join("a.db");
        let conn = database(&store);
        conn.execute_batch(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        conn.close().unwrap();
        let before = contents(temporary.path());
        let shown = shown(&store);
        assert_eq!(contents(temporary.path()), before);
        let text = path.with_extension("txt");
        if std::env::var_os("FOLDLINE_WRITE_EXPECTED").is_some() {
            std::fs::write(&text, &shown).unwrap();
        }
        let expected = std::fs::read_to_string(&text).unwrap_or_default();
        if expected != shown {
            writeln!(wrong, "{}\n--- expected\n{expected}\n--- read\n{shown}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// All that is read of a store, as text.
fn shown(path: &Path) -> String {
    let store = match open(path) {
        Ok(store) => store,
        Err(error) => return format!("{error}"),
    };
    let log = scan(&store);
    let mut text = format!("{}\n", store.layout().id);
    for stream in log.streams() {
        let index = log.find_stream(&stream.name).unwrap();
        let lane = log.lane(index);
        let versions: Vec<String> = (lane.iter())
            .map(|event| log.version_in(*event as usize, index).map_or("-".to_owned(), |version| version.to_string()))
            .collect();
        let marks = [(stream.archived, " archived"), (stream.deleted, " deleted"), (stream.link, " link")];
        let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
        let category = log.category(stream.category);
        writeln!(text, "stream {} of {category}: {}{marks}", stream.name, versions.join(" ")).unwrap();
    }
    for event in all(&store, &log) {
        writeln!(text, "{}{}", line(&event), besides(&event)).unwrap();
    }
    for snapshot in store.read_snapshots(&Cancel::default()).unwrap() {
        let version = snapshot.version.map_or("-".to_owned(), |version| version.to_string());
        let taken = snapshot.taken.map_or("-".to_owned(), |taken| taken.to_string());
        let state = match &snapshot.state {
            Payload::Unreadable(why) => format!("! {}", why.reason),
            state => format!("{:?}", state.decoded().unwrap()),
        };
        writeln!(text, "snapshot {} {version} {taken} {state}", snapshot.stream).unwrap();
    }
    for note in store.notes() {
        writeln!(text, "note: {note}").unwrap();
    }
    text
}

/// What an event says besides its line.
fn besides(event: &Event) -> String {
    let mut text = String::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!(" | {name} {value}"));
        }
    };
    let named = |value: &Option<std::sync::Arc<str>>| value.as_ref().map(|value| value.to_string());
    let others: Vec<&str> = event.other_streams.iter().map(|stream| &**stream).collect();
    say("also in", (!others.is_empty()).then(|| others.join(", ")));
    say("kind", (event.kind != foldline::model::EventKind::Event).then(|| format!("{:?}", event.kind)));
    say("archived", event.archived.then(|| "yes".to_owned()));
    say("id", named(&event.id));
    say("user", named(&event.user));
    say("correlation", named(&event.correlation_id));
    say("causation", named(&event.causation_id));
    say("schema", event.schema_version.as_ref().map(|version| format!("{version:?}")));
    say("valid", event.valid_time.map(|time| time.to_string()));
    say("raw time", event.time_raw.as_ref().map(|text| text.to_string()));
    say("metadata", (event.metadata != Value::Null).then(|| format!("{:?}", event.metadata)));
    text
}
