//! What follows in the whole store: hints, totals, and the one line.

use std::sync::Arc;

use foldline::model::{Cancel, Event, Path, Progress};
use foldline::replay::OnUnreadable;
use foldline::whatif::{Because, Follows, HintScan, Hints, StreamFollows, Sums, compare};

use super::world::{Bank, World, value, world};

/// Events with what caused them: `id cause process`, a dash for nothing, all in stream `s` and the letter of the id.
fn hints(deleted: &[u32], events: &str) -> Hints {
    let mut world = world(&events.lines().map(|_| "s X\n").collect::<String>());
    for (event, line) in world.events.iter_mut().zip(events.lines()) {
        let mut words = line.split_whitespace();
        let mut next = || words.next().filter(|word| *word != "-").map(Arc::from);
        let event: &mut Event = Arc::make_mut(event);
        (event.id, event.causation_id, event.correlation_id) = (next(), next(), next());
        event.stream = event.id.as_deref().map(|id: &str| Arc::from(&id[..1]));
    }
    let mut scan = HintScan::new(deleted);
    for (index, event) in (0u32..).zip(&world.events).skip(deleted[0] as usize) {
        scan.see(index, event);
    }
    scan.finish()
}

/// Each stream's counts, and what is named with why.
fn told(hints: &Hints) -> Vec<String> {
    let stream = |stream: &foldline::whatif::StreamHint| {
        let first = stream.first.iter().map(|event| {
            let why = match event.because {
                Because::Caused => "<",
                Because::SameProcess => "~",
                Because::OtherCause => "?",
            };
            format!("{}{why}{}", event.at.version.unwrap(), event.deleted.version.unwrap())
        });
        format!(
            "{} {}+{}+{}: {}",
            stream.stream,
            stream.caused,
            stream.same_process,
            stream.other_cause,
            first.collect::<Vec<_>>().join(" ")
        )
    };
    hints.streams.iter().map(stream).collect()
}

#[test]
fn what_a_deleted_event_caused_would_probably_not_have_happened() {
    // a1 is deleted; b2 goes back to it, c3 through b2; d4 to something else; c5 through c3.
    let found = hints(&[0], "a1 - -\nb2 a1 -\nc3 b2 -\nd4 zz -\nc5 c3 -");
    assert_eq!(told(&found), ["b 1+0+0: 2<1", "c 2+0+0: 3<1 5<1"]);
    assert_eq!((found.scanned, found.causation_ids, found.correlation_ids), (5, true, false));
    assert_eq!(found.probable(), (3, 2));
}

#[test]
fn a_process_is_weaker_than_a_cause() {
    // p is the process of the deleted a2: a1 was before it, b3 names no cause, b4 another one, c5 is not in it.
    let found = hints(&[1], "a1 - p\na2 a1 p\nb3 - p\nb4 a1 p\nc5 - q\nb6 a2 p");
    assert_eq!(told(&found), ["b 1+1+1: 3~2 4?2 6<2"]);
    assert_eq!(found.probable(), (2, 1));
    // An event that names itself, or its process, as its cause names none.
    assert_eq!(told(&hints(&[0], "a1 - p\nb2 b2 p\nb3 p p")), ["b 0+2+0: 2~1 3~1"]);
}

#[test]
fn what_is_deleted_itself_is_no_hint() {
    let found = hints(&[0, 1], "a1 - p\nb2 a1 p\nc3 b2 p");
    assert_eq!(told(&found), ["c 1+0+0: 3<2"]);
    assert_eq!(found.deleted, 2);
    let none = hints(&[0], "a1 - -\nb2 - -");
    assert_eq!((told(&none).len(), none.causation_ids, none.correlation_ids, none.scanned), (0, false, false, 2));
}

#[test]
fn only_the_first_few_are_named() {
    let many: String = (0..20).map(|n| format!("\nb{n} a1 -")).collect();
    let found = hints(&[0], &format!("a1 - -{many}"));
    assert_eq!((found.streams[0].caused, found.streams[0].first.len()), (20, 5));
}

#[test]
fn a_moved_event_is_not_deleted() {
    let mut world = world("a X\n a X\n b X\n a X");
    let branch = world
        .edit(
            r#"{"move":{"position":10},"after":{"position":20}}
               {"move":{"position":30},"stream":"z"}
               {"delete":{"position":40}}
               {"insert":{"stream":"a"},"type":"Y"}"#,
        )
        .unwrap();
    assert_eq!(branch.deleted(), [3]);
    let branch = world
        .edit(
            r#"{"move":{"position":10},"after":{"position":20}}
               {"delete":{"id":"e10"}}"#,
        )
        .unwrap();
    assert_eq!(branch.deleted(), [0]);
}

#[test]
fn sums_are_exact_and_leave_out_what_is_no_number() {
    let fields = [Path::parse("balance").unwrap(), Path::parse("deep.n").unwrap(), Path::parse("name").unwrap()];
    let mut before = Sums::new(&fields);
    let states = [
        r#"{"balance":0.10,"name":"x","deep":{"n":1}}"#,
        r#"{"balance":0.20,"name":"y"}"#,
        r#"{"balance":"none"}"#,
        "null",
    ];
    states.iter().for_each(|state| before.add(&value(state)));
    let mut after = before.clone();
    after.remove(&value(states[0]));
    after.add(&value(r#"{"balance":-5}"#));
    after.add(&value(r#"{"balance":1}"#));
    let totals = before.against(&after, "a".into());
    let fields: Vec<String> =
        totals.fields.iter().map(|field| format!("{} {:?} {:?}", field.field, field.before, field.after)).collect();
    assert_eq!(fields, ["balance Some(0.30) Some(-3.80)", "deep.n Some(1) Some(0)"]);
    assert_eq!((totals.entities_before, totals.entities_after), (4, 5));
    // Beyond exact arithmetic nothing is claimed.
    after.add(&value(r#"{"balance":1e40}"#));
    assert_eq!(before.against(&after, "a".into()).fields[0].after, None);
}

fn follow(world: &mut World, edits: &str) -> Follows {
    let branch = world.edit(edits).unwrap();
    let fold = Bank::new(true);
    let streams = branch.lanes().iter().map(|lane| {
        let history = world.history(lane.name());
        let compared =
            compare(&fold, &history, lane, OnUnreadable::Stop, &Progress::default(), &Cancel::default()).unwrap();
        StreamFollows::new(compared, &[Path::parse("balance").unwrap()])
    });
    Follows { edits: edits.lines().count(), streams: streams.collect(), ..Follows::default() }
}

#[test]
fn one_line_says_what_it_comes_to() {
    let story = "
        a Opened
        a In {\"n\":50}
        b Opened
        a Out {\"n\":20}
        a Out {\"n\":20}
        a Closed
        a In {\"n\":1}
        b In {\"n\":7}
    ";
    for (edits, stream, expected) in [
        (r#"{"delete":{"stream":"a","version":4}}"#, "a", "differs from v4 · balance 10 → 30 · version 5 → 4"),
        (
            r#"{"insert":{"stream":"a","after":2},"type":"Closed"}"#,
            "a",
            "differs from v3 · balance 10 → 50 · version 5 → 6 · 2 events without effect",
        ),
        (
            r#"{"update":{"stream":"a","version":2},"data":{"n":30}}"#,
            "b",
            "a differs from v2 · balance 10 → -10 · breaks \"never below zero\" at v4 and at 2 more events",
        ),
        (
            r#"{"delete":{"stream":"a","version":3}}
               {"update":{"stream":"b","version":2},"type":"Bad"}"#,
            "b",
            "differs from v2 · balance 7 → 0 · version 2 → 1 · the projection stops at v2 · 1 more stream differs",
        ),
        (r#"{"update":{"position":40},"data":{"n":20}}"#, "a", "every state comes out as recorded"),
    ] {
        let mut world = world(story);
        let follows = follow(&mut world, edits);
        assert_eq!(follows.summary(Some(stream)), expected, "{edits}");
    }
    assert_eq!(Follows::default().summary(None), "no edits: all as recorded");
}

#[test]
fn hints_are_in_the_line_as_hints() {
    let mut world = world("a Opened\n b Opened\n c Opened");
    let mut follows = follow(&mut world, r#"{"delete":{"position":10}}"#);
    for (events, words) in [
        ("a1 - -\nb2 a1 -\nc3 b2 -\nc4 b2 -", "3 events in 2 other streams would probably not have happened"),
        ("a1 - -\nb2 a1 -", "1 event in another stream would probably not have happened"),
        ("a1 - -\na2 a1 -", "1 event in 1 stream would probably not have happened"),
    ] {
        follows.hints = hints(&[0], events);
        assert!(follows.summary(Some("a")).ends_with(&format!(" · {words}")), "{}", follows.summary(Some("a")));
    }
    follows.hints = hints(&[0], "a1 - p\nb2 zz p");
    assert!(!follows.summary(None).contains("probably"), "another cause is no hint in the line");
}

#[test]
fn against_another_scenario_totals_and_hints_are_those_of_both() {
    use foldline::worker::{Session, SessionOptions};
    let store = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/bank.db");
    let session = Session::open(&store, SessionOptions::default(), &Progress::default(), &Cancel::default()).unwrap();
    let scenario = |edits: &str| Arc::new(super::world::scenario(edits));
    let follow =
        |scenario, against| session.follow(scenario, against, &Progress::default(), &Cancel::default()).unwrap();
    let one = scenario(
        r#"{"delete":{"stream":"account-A","version":4}}
           {"delete":{"stream":"transfer-0110","version":1}}"#,
    );
    let other = scenario(
        r#"{"update":{"stream":"account-A","version":2},"data":{"amount":70.50}}
           {"delete":{"stream":"transfer-0110","version":1}}
           {"insert":{"stream":"account-new"},"type":"AccountOpened","time":"2025-02-01T00:00:00Z"}"#,
    );
    let total = |follows: &Follows, after: bool| {
        let totals = follows.totals.iter().find(|totals| &*totals.category == "account").unwrap();
        let (field, entities) = (&totals.fields[0], (totals.entities_before, totals.entities_after));
        if after { (field.after.clone(), entities.1) } else { (field.before.clone(), entities.0) }
    };
    let (alone, other_alone) = (follow(&one, None), follow(&other, None));
    assert_eq!(alone.hints.probable(), (3, 3));
    for (left, right, left_alone, right_alone) in
        [(&one, &other, &alone, &other_alone), (&other, &one, &other_alone, &alone)]
    {
        let both = follow(right, Some(left));
        assert_eq!(total(&both, false), total(left_alone, true));
        assert_eq!(total(&both, true), total(right_alone, true));
        // What both leave out makes no difference between them.
        assert!(both.hints.streams.is_empty(), "{:?}", both.hints);
        assert!(
            both.summary(None).starts_with("compared with test · account-A differs from v2"),
            "{}",
            both.summary(None)
        );
        let same = follow(right, Some(right));
        assert_eq!(same.summary(None), "compared with test · every state comes out as in test");
    }
}
