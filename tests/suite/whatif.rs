//! What-if, sentence by sentence: scenario files, naming, places, contents, versions, copies, drafts.

mod alignment;
mod compare;
mod compensate;
mod files;
mod follows;
mod lanes;
mod properties;
mod sweep;
mod world;

use foldline::model::{CopyRow, Moment, json};
use foldline::whatif::{Draft, Edit, Insert, Scenario, Selector, Target, inserted_id, parse};

use self::world::{scenario, time, value, world};

/// Two accounts, interleaved: `a` at #10, #20, #40, #60, `b` at #30, #50.
const TWO: &str = "
    a Opened
    a In {\"n\":50}
    b Opened
    a Out {\"n\":20}
    b In {\"n\":7}
    a Out {\"n\":20}
";

fn check_lane(history: &str, edits: &str, stream: &str, expected: &str) {
    let mut world = world(history);
    let branch = world.edit(edits).unwrap_or_else(|error| panic!("{error}\n{edits}"));
    assert_eq!(world.lane_text(&branch, stream), expected, "{stream} after {edits}");
}

fn check_error(history: &str, edits: &str, expected: &str) {
    match world(history).edit(edits) {
        Ok(branch) => panic!("no error: {:?}\n{edits}", branch.lanes()),
        Err(error) => assert_eq!(error.to_string(), expected, "{edits}"),
    }
}

#[test]
fn events_are_named_by_position_version_or_id() {
    for selector in [r#"{"position":40}"#, r#"{"stream":"a","version":3}"#, r#"{"id":"e40"}"#] {
        check_lane(TWO, &format!(r#"{{"delete":{selector}}}"#), "a", "1#10 2#20 3#60");
    }
    check_lane(TWO, r#"{"delete":{"position":40}}"#, "b", "as recorded");
}

#[test]
fn edits_name_events_as_recorded_whatever_was_edited_before() {
    let edits = r#"
        {"delete":{"stream":"a","version":2}}
        {"move":{"stream":"a","version":4},"after":1}
        {"update":{"stream":"a","version":3},"data":{"n":1}}
        {"update":{"stream":"a","version":4},"data":{"n":2}}
        {"insert":{"stream":"a","after":4},"type":"X"}"#;
    check_lane(TWO, edits, "a", "1#10 2~60 3+X 4~40");
}

#[test]
fn an_inserted_event_is_named_by_its_id() {
    let edits = r#"
        {"insert":{"stream":"a","after":1},"type":"X","id":"x"}
        {"insert":{"stream":"a","after":{"id":"x"}},"type":"Y"}
        {"update":{"id":"x"},"type":"Z"}
        {"move":{"id":"x"},"after":{"position":60}}"#;
    check_lane(TWO, edits, "a", "1#10 2+Y 3#20 4#40 5#60 6+Z");
    let default = inserted_id("test", 0);
    let edits = format!(
        r#"{{"insert":{{"stream":"a"}},"type":"X"}}
        {{"delete":{{"id":"{default}"}}}}"#
    );
    check_lane(TWO, &edits, "a", "1#10 2#20 3#40 4#60");
}

#[test]
fn what_is_not_there_is_an_error_that_names_the_edit() {
    for (edits, expected) in [
        (
            r#"{"delete":{"position":35}}"#,
            "edits[0].delete: no event was recorded at position 35; there are #30 and #40",
        ),
        (r#"{"delete":{"position":99}}"#, "edits[0].delete: no event was recorded at position 99; the last is #60"),
        (
            r#"{"delete":{"stream":"aa","version":1}}"#,
            "edits[0].delete: no stream \"aa\" was recorded; did you mean \"a\"?",
        ),
        (
            r#"{"delete":{"stream":"a","version":9}}"#,
            "edits[0].delete: a was recorded without version 9; the last is v4",
        ),
        (
            r#"{"delete":{"id":"nobody"}}"#,
            "edits[0].delete: no event has the id \"nobody\", and no insert before this edit gives it",
        ),
        (
            r#"{"delete":{"position":10}}
               {"update":{"stream":"a","version":1},"data":{}}"#,
            "edits[1].update: v1 of a was deleted by edits[0]",
        ),
        (
            r#"{"delete":{"stream":"a","from":2}}
               {"insert":{"stream":"a","after":3},"type":"X"}"#,
            "edits[1].insert: v3 of a was deleted by edits[0]",
        ),
        (
            r#"{"delete":{"stream":"a","from":5}}"#,
            "edits[0].delete: no event of a is left from v5 on; there are v1 and v4",
        ),
        (
            r#"{"insert":{"stream":"b","after":{"position":10}},"type":"X"}"#,
            "edits[0].insert: #10 is not in b, so nothing of b can follow it",
        ),
        (
            r#"{"move":{"position":10},"after":{"stream":"b","version":1}}
               {"insert":{"stream":"a","after":1},"type":"X"}"#,
            "edits[1].insert: v1 of a is not in a, so nothing of a can follow it",
        ),
        (r#"{"move":{"position":10},"after":1}"#, "edits[0].move: #10 can't follow itself"),
        (
            r#"{"insert":{"stream":"new"},"type":"X"}"#,
            "edits[0].insert: new is a new stream, and its place in the store follows from a time; add \"time\"",
        ),
        (
            r#"{"insert":{"stream":"new","after":1},"type":"X","time":"2020-01-01"}"#,
            "edits[0].insert: no stream \"new\" was recorded",
        ),
        (
            r#"{"insert":{"stream":"a"},"type":"X","id":"e30"}"#,
            "edits[0].insert: the id \"e30\" is that of #30; give the inserted event another \"id\"",
        ),
        (
            r#"{"update":{"position":10},"shift_seconds":999999999999}"#,
            "edits[0].update: shifting #10 by so many seconds leaves the years 0001 to 9999",
        ),
    ] {
        check_error(TWO, edits, expected);
    }
}

#[test]
fn a_version_that_occurs_twice_names_nothing() {
    let history = "a:1 X\n a:2 X\n a:2 X";
    check_error(
        history,
        r#"{"delete":{"stream":"a","version":2}}"#,
        "edits[0].delete: version 2 occurs 2 times in a; name the event by its position, such as #20",
    );
    check_lane(history, r#"{"delete":{"stream":"a","version":1}}"#, "a", "1#20 2#30");
    check_lane(history, r#"{"delete":{"position":20}}"#, "a", "1#10 2#30");
}

#[test]
fn places() {
    for (edits, expected) in [
        // Null or absent is before the first.
        (r#"{"insert":{"stream":"a"},"type":"X"}"#, "1+X 2#10 3#20 4#40 5#60"),
        (r#"{"insert":{"stream":"a","after":null},"type":"X"}"#, "1+X 2#10 3#20 4#40 5#60"),
        (r#"{"move":{"position":40},"after":null}"#, "1#40 2#10 3#20 4#60"),
        (r#"{"move":{"position":40}}"#, "1#40 2#10 3#20 4#60"),
        // Several at one place stand in list order.
        (
            r#"{"insert":{"stream":"a"},"type":"X"}
               {"insert":{"stream":"a"},"type":"Y"}
               {"insert":{"stream":"a","after":1},"type":"P"}
               {"insert":{"stream":"a","after":{"position":10}},"type":"Q"}
               {"move":{"position":60},"after":{"id":"e10"}}"#,
            "1+X 2+Y 3#10 4+P 5+Q 6#60 7#20 8#40",
        ),
        // What follows an insert stays with it, before what came to the place later.
        (
            r#"{"insert":{"stream":"a","after":2},"type":"X","id":"x"}
               {"insert":{"stream":"a","after":2},"type":"Y"}
               {"insert":{"stream":"a","after":{"id":"x"}},"type":"Z"}"#,
            "1#10 2#20 3+X 4+Z 5+Y 6#40 7#60",
        ),
        // A place stays when the event it came after goes.
        (
            r#"{"insert":{"stream":"a","after":2},"type":"X"}
               {"delete":{"position":20}}"#,
            "1#10 2+X 3#40 4#60",
        ),
        (
            r#"{"insert":{"stream":"a","after":2},"type":"X"}
               {"move":{"position":20},"after":3}
               {"insert":{"stream":"a","after":2},"type":"Y"}"#,
            "1#10 2+X 3#40 4#20 5+Y 6#60",
        ),
        // Moving to where it is changes nothing.
        (r#"{"move":{"position":20},"after":1}"#, "1#10 2#20 3#40 4#60"),
    ] {
        check_lane(TWO, edits, "a", expected);
    }
}

#[test]
fn ranges_have_open_ends_and_pass_over_what_was_deleted() {
    for (edits, expected) in [
        (r#"{"delete":{"stream":"a","from":2,"to":3}}"#, "1#10 2#60"),
        (r#"{"delete":{"stream":"a","from":3}}"#, "1#10 2#20"),
        (r#"{"delete":{"stream":"a","from":null,"to":3}}"#, "1#60"),
        (r#"{"delete":{"stream":"a"}}"#, ""),
        (
            r#"{"delete":{"position":20}}
               {"delete":{"stream":"a","from":2}}"#,
            "1#10",
        ),
        (
            r#"{"delete":{"stream":"a"}}
               {"insert":{"stream":"a"},"type":"X"}"#,
            "1+X",
        ),
    ] {
        check_lane(TWO, edits, "a", expected);
    }
}

#[test]
fn versions_in_the_branch_are_the_recorded_ones_in_order() {
    let gaps = "a:3 X\n a:5 X\n a:9 X";
    check_lane(gaps, r#"{"delete":{"stream":"a","version":5}}"#, "a", "3#10 5#30");
    check_lane(
        gaps,
        r#"{"insert":{"stream":"a","after":3},"type":"P"}
           {"insert":{"stream":"a","after":9},"type":"Q"}"#,
        "a",
        "3#10 5+P 9#20 10#30 11+Q",
    );
    let unversioned = "a:- X\n a:- X\n a:- X";
    check_lane(
        unversioned,
        r#"{"delete":{"stream":"a","version":2}}
           {"insert":{"stream":"a","after":3},"type":"P"}"#,
        "a",
        "-#10 -#30 -+P",
    );
    check_error(
        unversioned,
        r#"{"delete":{"stream":"a","version":4}}"#,
        "edits[0].delete: a was recorded without version 4; the last is v3",
    );
    // Against the order of positions.
    check_lane("a:2 X\n a:1 X\n a:3 X", r#"{"delete":{"stream":"a","version":2}}"#, "a", "1#20 2#30");
}

#[test]
fn a_new_stream_starts_as_the_others_do() {
    let new = r#"
        {"insert":{"stream":"z"},"type":"P","time":"1970-01-01T00:35:00Z","id":"p"}
        {"insert":{"stream":"z","after":{"id":"p"}},"type":"Q"}
        {"insert":{"stream":"z"},"type":"R"}"#;
    check_lane(TWO, new, "z", "1+P 2+Q 3+R");
    check_lane("a:0 X\n b:0 X\n c:4 X", new, "z", "0+P 1+Q 2+R");
    check_lane("a:- X\n b:- X", new, "z", "-+P -+Q -+R");
    let mut world = world(TWO);
    let branch = world.edit(new).unwrap();
    assert_eq!(branch.streams().map(|name| &**name).collect::<Vec<_>>(), ["z"]);
    let times = branch.lane("z").unwrap().iter().map(|event| match event {
        foldline::whatif::BranchEvent::Inserted { event } => event.time.unwrap().to_string(),
        other => panic!("{other:?}"),
    });
    assert_eq!(times.collect::<Vec<_>>(), ["1970-01-01T00:35:00Z"; 3]);
}

#[test]
fn moves_cross_streams_and_keep_id_time_and_payload() {
    let mut world = world(TWO);
    let branch = world.edit(r#"{"move":{"position":40},"after":{"stream":"b","version":1}}"#).unwrap();
    assert_eq!(world.lane_text(&branch, "a"), "1#10 2#20 3#60");
    assert_eq!(world.lane_text(&branch, "b"), "1#30 2~40 3#50");
    let moved = branch.lane("b").unwrap().get(1);
    let Some(foldline::whatif::BranchEvent::Edited { event, .. }) = moved else { panic!() };
    let mut expected = (*world.events[3]).clone();
    expected.stream = Some("b".into());
    expected.version = Some(2);
    assert_eq!(*event, expected);

    check_lane(TWO, r#"{"move":{"position":40},"stream":"b"}"#, "b", "1~40 2#30 3#50");
    check_lane(TWO, r#"{"move":{"position":40},"stream":"z"}"#, "z", "1~40");
    check_lane(TWO, r#"{"move":{"position":40},"after":{"stream":"b"}}"#, "b", "1~40 2#30 3#50");
    check_lane(TWO, r#"{"move":{"position":40},"stream":"b","after":{"stream":"b"}}"#, "b", "1~40 2#30 3#50");
    check_lane(TWO, r#"{"insert":{"stream":"b","after":{"stream":"b"}},"type":"Y"}"#, "b", "1+Y 2#30 3#50");
}

fn updated(edit: &str) -> foldline::model::Event {
    let mut world = world(TWO);
    let branch = world.edit(edit).unwrap();
    let plan = world.plan(&branch);
    let edited = plan.rows.into_iter().find_map(|row| match row {
        CopyRow::Edited { event, .. } => Some(event),
        _ => None,
    });
    (*edited.unwrap()).clone()
}

#[test]
fn updates_patch_or_replace() {
    let data = |edit: &str| json::to_text(&updated(edit).data.decoded().unwrap());
    assert_eq!(data(r#"{"update":{"position":20},"data":{"x":{"y":1}}}"#), r#"{"n":50,"x":{"y":1}}"#);
    assert_eq!(data(r#"{"update":{"position":20},"data":{"n":null}}"#), "{}");
    assert_eq!(data(r#"{"update":{"position":20},"data":{"m":1},"replace":true}"#), r#"{"m":1}"#);
    assert_eq!(data(r#"{"update":{"position":20},"data":null}"#), "null");
    assert_eq!(&*updated(r#"{"update":{"position":20},"type":"Out"}"#).event_type, "Out");
    let event = updated(r#"{"update":{"position":20},"metadata":{"user":"bob","why":"x"}}"#);
    assert_eq!(json::to_text(&event.metadata), r#"{"user":"bob","correlation_id":"c1","why":"x"}"#);
    assert_eq!((event.user.as_deref(), event.correlation_id.as_deref()), (Some("bob"), Some("c1")));
    let event = updated(r#"{"update":{"position":20},"metadata":{},"replace":true}"#);
    assert_eq!((event.user, event.correlation_id), (None, None));
}

#[test]
fn times_change_without_changing_the_order() {
    check_lane(TWO, r#"{"update":{"position":20},"time":"2030-01-01T00:00:00Z"}"#, "a", "1#10 2~20 3#40 4#60");
    let event = updated(r#"{"update":{"position":20},"time":"2030-01-01T00:00:00Z"}"#);
    assert_eq!(event.time, Some(time("2030-01-01T00:00:00Z")));
    let event = updated(r#"{"update":{"stream":"a","from":2,"to":2},"shift_seconds":-90}"#);
    assert_eq!(event.time, Some(time("1970-01-01T00:08:30Z")));
    let untimed = "a X @-\n a X @5\n a X @-";
    check_error(
        untimed,
        r#"{"update":{"position":10},"shift_seconds":1}"#,
        "edits[0].update: #10 has no time to shift; set one with \"time\"",
    );
    check_lane(untimed, r#"{"update":{"stream":"a"},"shift_seconds":1}"#, "a", "1~10 2~20 3~30");
}

#[test]
fn what_cannot_be_read_can_only_be_replaced() {
    let history = "a X !";
    check_error(
        history,
        r#"{"update":{"position":10},"data":{"n":1}}"#,
        "edits[0].update: the payload of #10 can't be read (invalid JSON), so it can't be patched; replace it whole with \"replace\": true",
    );
    check_lane(history, r#"{"update":{"position":10},"data":{"n":1},"replace":true}"#, "a", "1~10");
    check_lane(history, r#"{"update":{"position":10},"type":"Y"}"#, "a", "1~10");
}

#[test]
fn inserted_events_have_defaults() {
    let mut world = world(TWO);
    let branch = world
        .edit(
            r#"{"insert":{"stream":"a","after":2},"type":"X"}
               {"insert":{"stream":"a"},"type":"Y"}
               {"insert":{"stream":"b","after":2},"type":"Z","time":"2000-01-01","data":[1],"metadata":{"user":"eve"},"id":"z"}"#,
        )
        .unwrap();
    let find = |stream: &str, kind: &str| {
        let found = branch.lane(stream).unwrap().iter().find_map(|event| match event {
            foldline::whatif::BranchEvent::Inserted { event } if &*event.event_type == kind => Some(event),
            _ => None,
        });
        found.unwrap()
    };
    let x = find("a", "X");
    assert_eq!((x.position, x.version, x.stream.as_deref()), (None, Some(4), Some("a")));
    assert_eq!(json::to_text(&x.data.decoded().unwrap()), "{}");
    assert_eq!(x.time, world.log.time(1), "the time of the event it follows");
    assert_eq!(find("a", "Y").time, world.log.time(0), "at the start, of the next");
    assert_eq!(x.id, Some(inserted_id("test", 0)));
    assert_eq!(x.id.as_deref(), Some("d3772dbc-8f57-5e38-9215-4ddeb5de2695"), "the same in every version");
    let z = find("b", "Z");
    assert_eq!((z.id.as_deref(), z.user.as_deref(), z.time), (Some("z"), Some("eve"), Some(time("2000-01-01"))));
}

fn plan_text(history: &str, edits: &str) -> String {
    let mut world = world(history);
    let branch = world.edit(edits).unwrap();
    let plan = world.plan(&branch);
    assert_eq!(plan.rows.len(), branch.events(&world.log));
    let rows = plan.rows.iter().map(|row| match row {
        CopyRow::Recorded(index) => format!("#{}", world.log.position(*index as usize)),
        CopyRow::Edited { base, event, .. } => {
            format!(
                "{}:{}~{}",
                event.stream.as_deref().unwrap(),
                event.version.unwrap_or(-1),
                world.log.position(*base as usize)
            )
        }
        CopyRow::Inserted(event) => {
            format!("{}:{}+{}", event.stream.as_deref().unwrap(), event.version.unwrap_or(-1), event.event_type)
        }
    });
    let edited = plan.edited_streams.iter().map(|(name, first)| format!("{name}@{first}"));
    format!("{} | {}", rows.collect::<Vec<_>>().join(" "), edited.collect::<Vec<_>>().join(" "))
}

#[test]
fn the_order_of_the_store() {
    for (edits, expected) in [
        ("", "#10 #20 #30 #40 #50 #60 | "),
        (r#"{"delete":{"position":40}}"#, "#10 #20 #30 #50 a:3~60 | a@2"),
        // Right after the event that it follows.
        (r#"{"insert":{"stream":"a","after":2},"type":"X"}"#, "#10 #20 a:3+X #30 a:4~40 #50 a:5~60 | a@2"),
        // Right before the stream's first.
        (r#"{"insert":{"stream":"b"},"type":"X"}"#, "#10 #20 b:1+X b:2~30 #40 b:3~50 #60 | b@0"),
        (r#"{"move":{"position":60},"after":{"stream":"b","version":1}}"#, "#10 #20 #30 b:2~60 #40 b:3~50 | a@3 b@1"),
        (r#"{"update":{"position":40},"time":"1970-01-01"}"#, "#10 #20 #30 a:3~40 #50 #60 | a@2"),
        // A new stream after the last position whose time is not later.
        (
            r#"{"insert":{"stream":"z"},"type":"X","time":"1970-01-01T00:20:00Z"}"#,
            "#10 #20 #30 z:1+X #40 #50 #60 | z@0",
        ),
        (
            r#"{"insert":{"stream":"z"},"type":"X","time":"1970-01-01T00:19:59Z"}"#,
            "#10 #20 z:1+X #30 #40 #50 #60 | z@0",
        ),
        (r#"{"insert":{"stream":"z"},"type":"X","time":"1969-01-01"}"#, "z:1+X #10 #20 #30 #40 #50 #60 | z@0"),
    ] {
        assert_eq!(plan_text(TWO, edits), expected, "{edits}");
    }
    let z = r#"{"insert":{"stream":"z"},"type":"X","time":"1970-01-01T00:05:00Z"}"#;
    assert_eq!(
        plan_text("a X @1\n a X @-\n a X @9", z),
        "#10 #20 z:1+X #30 | z@0",
        "untimed goes with its predecessor"
    );
    assert_eq!(plan_text("a X @-\n a X @-", z), "#10 #20 z:1+X | z@0", "no times at all");
    assert_eq!(plan_text("a X @9\n a X @3\n a X @7", z), "#10 #20 z:1+X #30 | z@0", "the last, not the first run");
}

/// Versions that a moment shows of a branch's stream.
fn check_select(edits: &str, stream: &str, moment: Moment, expected: usize) {
    let mut world = world(TWO);
    let branch = world.edit(edits).unwrap();
    let selection = branch.stream(stream).unwrap().select(&world.log, moment);
    assert_eq!(selection.len(), expected, "{moment:?} of {stream} after {edits}");
}

#[test]
fn a_moved_event_stands_with_the_one_that_it_follows() {
    // The branch of `a` is #10 #60 #20 #40, at #10 #10 #20 #40.
    let moved = r#"{"move":{"stream":"a","version":4},"after":1}"#;
    for (position, expected) in [(9, 0), (10, 2), (19, 2), (20, 3), (39, 3), (40, 4), (60, 4)] {
        check_select(moved, "a", Moment::Position(position), expected);
    }
    // Moved back: #20 #40 #60 #10, at #20 #40 #60 #60.
    let moved = r#"{"move":{"stream":"a","version":1},"after":4}"#;
    for (position, expected) in [(10, 0), (20, 1), (40, 2), (59, 2), (60, 4)] {
        check_select(moved, "a", Moment::Position(position), expected);
    }
    // To another stream: b is #30 #10 #50.
    let moved = r#"{"move":{"position":10},"after":{"stream":"b","version":1}}"#;
    for (position, expected) in [(29, 0), (30, 2), (49, 2), (50, 3)] {
        check_select(moved, "b", Moment::Position(position), expected);
    }
    // Right before the stream's first, also where that is gone.
    let edits = r#"
        {"insert":{"stream":"a"},"type":"X"}
        {"delete":{"position":10}}"#;
    for (position, expected) in [(9, 0), (10, 1), (20, 2)] {
        check_select(edits, "a", Moment::Position(position), expected);
    }
}

#[test]
fn an_edit_reads_only_what_it_changes() {
    let history: String = (0..2000).map(|_| "a In {\"n\":1}\n").collect();
    let mut world = world(&history);
    let branch = world.edit(r#"{"delete":{"position":10000}}"#).unwrap();
    assert_eq!((world.reads, branch.first_invalid("a")), (0, Some(999)));
    world.edit(r#"{"update":{"position":10000},"data":{"n":2}}"#).unwrap();
    assert_eq!(world.reads, 1);
}

#[test]
fn the_design_page_example_parses_and_prints() {
    let text = r#"{
  "foldline": "scenario/1",
  "name": "Without the second withdrawal",
  "edits": [
    { "delete": { "stream": "account-1", "version": 3 } },
    { "update": { "position": 12 }, "data": { "amount": 20 }, "time": "2025-03-04T10:00:00Z" },
    { "insert": { "stream": "account-1", "after": 2 }, "type": "FundsDeposited", "data": { "amount": 5 } },
    { "move":   { "id": "7d0c…" }, "after": { "stream": "account-1", "version": 1 } }
  ]
}"#;
    let scenario = parse(text).unwrap();
    assert_eq!((scenario.name.as_str(), scenario.edits.len()), ("Without the second withdrawal", 4));
    assert_eq!(parse(&scenario.to_json()).unwrap(), scenario);
    assert_eq!(value(&scenario.to_json()), value(text), "nothing is added, nothing lost");
}

#[test]
fn scenario_errors_say_where_and_what() {
    let edit = |edit: &str| {
        format!(r#"{{"foldline":"scenario/1","name":"n","edits":[{{"delete":{{"position":1}}}},{edit}]}}"#)
    };
    for (text, expected) in [
        ("".to_owned(), "this is no scenario file: invalid JSON: EOF while parsing a value at line 1 column 0"),
        ("[]".to_owned(), "expected an object, found a list"),
        ("{\n \"a\": }".to_owned(), "this is no scenario file: invalid JSON: expected value at line 2 column 7"),
        (r#"{"name":"n"}"#.to_owned(), "this is no scenario file: it needs \"foldline\": \"scenario/1\""),
        (r#"{"foldline":"scenario/2"}"#.to_owned(), "foldline: expected \"scenario/1\", found \"scenario/2\""),
        (r#"{"foldline":"scenario/1","edits":[]}"#.to_owned(), "needs \"name\": the scenario's name, a text"),
        (r#"{"foldline":"scenario/1","name":"n"}"#.to_owned(), "needs \"edits\": a list of edits, [] for none"),
        (
            r#"{"foldline":"scenario/1","nmae":"n","edits":[]}"#.to_owned(),
            "unknown key \"nmae\"; did you mean \"name\"?",
        ),
        (
            r#"{"foldline":"scenario/1","name":"n","name":"m","edits":[]}"#.to_owned(),
            "an object has the key \"name\" twice",
        ),
        (edit("3"), "edits[1]: expected an object, found 3"),
        (
            edit(r#"{"move":{"position":4},"after":{"stream":"b","from":1}}"#),
            "edits[1].after: names one event: its \"version\"; \"stream\" alone is the place before the stream's first event",
        ),
        (
            edit(r#"{"insert":{"stream":"a","after":{"stream":"b"}},"type":"T"}"#),
            "edits[1].insert.after: is the start of b, and \"stream\" says a; keep one of them",
        ),
        (edit("{}"), "edits[1]: needs one of \"delete\", \"update\", \"insert\", \"move\""),
        (
            edit(r#"{"udpate":{}}"#),
            "edits[1]: needs one of \"delete\", \"update\", \"insert\", \"move\"; did you mean \"update\"?",
        ),
        (
            edit(r#"{"delete":{"position":1},"move":{"position":1}}"#),
            "edits[1]: has both \"delete\" and \"move\"; write two edits",
        ),
        (edit(r#"{"delete":{"position":"1"}}"#), "edits[1].delete.position: expected a whole number, found \"1\""),
        (edit(r#"{"delete":{"position":1.5}}"#), "edits[1].delete.position: expected a whole number, found 1.5"),
        (edit(r#"{"delete":{"positon":1}}"#), "edits[1].delete: unknown key \"positon\"; did you mean \"position\"?"),
        (
            edit(r#"{"delete":{"version":1}}"#),
            "edits[1].delete: needs \"stream\", the name of the stream in which the version counts",
        ),
        (edit(r#"{"delete":{"stream":"a","from":3,"to":2}}"#), "edits[1].delete: the range from 3 to 2 runs backwards"),
        (edit(r#"{"insert":{"stream":"a"}}"#), "edits[1]: needs \"type\": the event's type"),
        (
            edit(r#"{"insert":{"after":1},"type":"X"}"#),
            "edits[1].insert: needs \"stream\": the name of the stream to insert into",
        ),
        (
            edit(r#"{"insert":{"stream":"a","afer":1},"type":"X"}"#),
            "edits[1].insert: unknown key \"afer\"; did you mean \"after\"?",
        ),
        (
            edit(r#"{"insert":{"stream":"a","after":"1"},"type":"X"}"#),
            "edits[1].insert.after: expected a version, a selector, or null for the stream's start, found \"1\"",
        ),
        (
            edit(r#"{"insert":{"stream":"a"},"type":"X","time":"soon"}"#),
            "edits[1].time: expected a time such as \"2025-03-04T10:00:00Z\", found \"soon\"",
        ),
        (edit(r#"{"move":{"stream":"a"},"after":1}"#), "edits[1].move: moves one event; name its \"version\""),
        (
            edit(r#"{"update":{"position":1},"replace":true}"#),
            "edits[1].replace: needs \"data\" or \"metadata\", the new contents",
        ),
        (
            edit(r#"{"update":{"position":1},"time":"2020-01-01","shift_seconds":1}"#),
            "edits[1].shift_seconds: stands beside \"time\"; keep one of them",
        ),
    ] {
        assert_eq!(parse(&text).map_err(|error| error.to_string()).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn drafts_undo_in_the_users_words() {
    let mut draft = Draft::new(Scenario::new("n"));
    draft.add(Edit::Delete(Target::One(Selector::Version { stream: "account-A".into(), version: 4 })));
    assert_eq!((draft.undo_words(), draft.is_modified()), (Some("Delete v4 of account-A"), true));
    let before = draft.scenario().to_json();
    assert!(draft.set_enabled(0, false));
    assert!(draft.scenario().edits.is_empty());
    assert_eq!(draft.undo_words(), Some("Switch off: Delete v4 of account-A"));
    assert!(draft.undo());
    assert_eq!((draft.scenario().to_json(), draft.redo_words()), (before, Some("Switch off: Delete v4 of account-A")));
    assert!(draft.undo() && !draft.undo());
    assert!(!draft.is_modified() && draft.is_empty());
    assert!(draft.redo() && draft.redo() && !draft.redo());
    draft.mark_saved();
    assert!(!draft.is_modified());
}

#[test]
fn inserted_events_keep_their_ids_when_other_edits_come_and_go() {
    let mut draft = Draft::new(scenario(
        r#"{"delete":{"position":20}}
           {"insert":{"stream":"a","after":1},"type":"X"}"#,
    ));
    draft.add(Edit::Insert(Insert::new("a", None, "Y")));
    let ids = |draft: &Draft| {
        let mut world = world(TWO);
        let branch = world.apply(&draft.scenario()).unwrap();
        let events = branch.lane("a").unwrap().iter().filter_map(|event| match event {
            foldline::whatif::BranchEvent::Inserted { event } => event.id.clone(),
            _ => None,
        });
        events.collect::<Vec<_>>()
    };
    let before = ids(&draft);
    assert_eq!(before.len(), 2);
    draft.set_enabled(0, false);
    assert_eq!(ids(&draft), before);
    assert_eq!(draft.index_of_applied(0), Some(1));
}

#[test]
fn an_event_in_several_streams_is_edited_in_all_of_them() {
    let history = "a X\n a X +t\n b:5 X +t\n a X";
    check_lane(history, r#"{"delete":{"position":20}}"#, "a", "1#10 2#40");
    check_lane(history, r#"{"delete":{"position":20}}"#, "t", "5#30");
    check_lane(history, r#"{"update":{"position":20},"type":"Y"}"#, "t", "2~20 5#30");
    check_lane(history, r#"{"insert":{"stream":"t","after":{"position":20}},"type":"Y"}"#, "t", "2#20 -+Y 5#30");
    check_lane(history, r#"{"insert":{"stream":"a","after":{"position":20}},"type":"Y"}"#, "t", "as recorded");
    check_error(
        history,
        r#"{"move":{"position":20},"after":{"position":10}}"#,
        "edits[0].move: #20 is in several streams and can't be moved; delete it and insert another",
    );
}
