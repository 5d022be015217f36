//! Summaries as they are pasted.

use super::*;
use crate::model::json;

fn event(number: i64, time: &str, sentence: &str, user: Option<&str>) -> ReplyEvent {
    ReplyEvent {
        position: Some(1280 + number),
        version: Some(number),
        time: Timestamp::parse_iso(time),
        sentence: sentence.to_owned(),
        user: user.map(Into::into),
    }
}

fn key(path: &str) -> ValuePath {
    ValuePath(path.split('.').map(|part| part.parse().map_or(Segment::Key(part.into()), Segment::Index)).collect())
}

fn leaf(path: &str, value: &str, event: Option<ReplyEvent>) -> SetLeaf {
    SetLeaf { path: key(path), value: json::parse(value.as_bytes()).unwrap(), from: None, changed_now: false, event }
}

fn opened() -> ReplyEvent {
    event(1, "2025-03-01T08:00:00Z", "Account opened · owner Ada Lovelace", Some("branch-7"))
}

fn withdrawn() -> ReplyEvent {
    event(4, "2025-03-04T13:34:12Z", "Funds withdrawn · amount 20", Some("alice"))
}

fn facts<'a>(state: &'a Value, key_fields: &'a [Path]) -> ReplyFacts<'a> {
    let balance = SetLeaf {
        from: Some(json::parse(b"97.50").unwrap()),
        changed_now: true,
        ..leaf("balance", "77.50", Some(withdrawn()))
    };
    ReplyFacts {
        file_name: "bank.db",
        path: "/home/sam/bank.db",
        layout_title: "Foldline",
        hash: Some("3f2a90"),
        stream: "account-42",
        moment: Moment::Instant(Timestamp::parse_iso("2025-03-04T13:34:12Z").unwrap()),
        zone: chrono_tz::Europe::Berlin,
        at: Some(withdrawn()),
        taken: 4,
        of: 7,
        projection: "Bank account",
        kind: ProjectionKind::Rules,
        key_fields,
        state,
        leaves: vec![
            leaf("transactions.0.kind", "\"deposit\"", Some(opened())),
            leaf("owner.name", "\"Ada Lovelace\"", Some(opened())),
            leaf("limit", "0", None),
            balance,
        ],
        stopped: None,
        broken: Vec::new(),
        last_events: vec![opened(), event(3, "2025-03-03T09:15:00.5Z", "Limit asked for", None), withdrawn()],
    }
}

fn bank() -> (Value, Vec<Path>) {
    (json::parse(b"{\"balance\":77.50}").unwrap(), vec![Path::parse("balance").unwrap()])
}

#[test]
fn as_text() {
    let (state, keys) = bank();
    let expected = "\
account-42 at 2025-03-04 14:34:12, Europe/Berlin (UTC+1)

State
  balance              77.50 (was 97.50)  set 2025-03-04 14:34:12 by alice: Funds withdrawn · amount 20 (event 1284, version 4)
  owner.name           Ada Lovelace       set 2025-03-01 09:00:00 by branch-7: Account opened · owner Ada Lovelace (event 1281, version 1)
  limit                0                  there from the start, set by no event
  transactions.0.kind  deposit            set 2025-03-01 09:00:00 by branch-7: Account opened · owner Ada Lovelace (event 1281, version 1)

The last 3 events
  2025-03-01 09:00:00      event 1281, version 1  Account opened · owner Ada Lovelace, by branch-7
  2025-03-03 10:15:00.500  event 1283, version 3  Limit asked for
  2025-03-04 14:34:12      event 1284, version 4  Funds withdrawn · amount 20, by alice

Where this comes from
  Store     bank.db (/home/sam/bank.db)
  Layout    Foldline
  BLAKE3    3f2a90
  Stream    account-42
  Moment    2025-03-04 14:34:12
  Times     Europe/Berlin (UTC+1)
  Events    4 of 7 taken in, the last is event 1284, version 4, recorded 2025-03-04 14:34:12
  State by  Bank account (rules)

Foldline only read this file: nothing was written to it.
";
    assert_eq!(text(&facts(&state, &keys)), expected);
}

#[test]
fn as_markdown() {
    let (state, keys) = bank();
    let mut facts = facts(&state, &keys);
    facts.leaves.truncate(0);
    facts.leaves.push(leaf("note", "\"a `b` | *c*\"", Some(event(2, "2025-03-04", "Noted · <b>bold</b> @all", None))));
    facts.broken = vec!["never_negative".into()];
    facts.last_events.truncate(1);
    facts.hash = None;
    let expected = "\
**account-42 at 2025-03-04 14:34:12, Europe/Berlin (UTC+1)**

**State**

- `note`: ``a `b` | *c*``, set 2025-03-04 01:00:00: Noted · \\<b\\>bold\\</b\\> \\@all (event 1282, version 2)

**Does not hold at this moment**

- never\\_negative

**The last event**

- 2025-03-01 09:00:00, event 1281, version 1: Account opened · owner Ada Lovelace, by branch-7

**Where this comes from**

- Store: bank.db (/home/sam/bank.db)
- Layout: Foldline
- Stream: account-42
- Moment: 2025-03-04 14:34:12
- Times: Europe/Berlin (UTC+1)
- Events: 4 of 7 taken in, the last is event 1284, version 4, recorded 2025-03-04 14:34:12
- State by: Bank account (rules)

Foldline only read this file: nothing was written to it.
";
    assert_eq!(markdown(&facts), expected);
}

#[test]
fn before_the_first_event_nothing_is_set() {
    let mut facts = facts(&Value::Null, &[]);
    facts.at = None;
    facts.taken = 0;
    facts.leaves.clear();
    facts.last_events.clear();
    facts.moment = Moment::Version(0);
    facts.kind = ProjectionKind::Automatic;
    let text = text(&facts);
    assert!(text.starts_with("account-42 after version 0\n"), "{text}");
    assert!(text.contains("Times     Europe/Berlin\n"), "{text}");
    assert!(text.contains("none of 7 taken in: this is before the first one"), "{text}");
    assert!(text.contains("\nLast value of each field\n  state  nothing is set\n"), "{text}");
    assert!(!text.contains("The last"), "{text}");
}

#[test]
fn every_time_says_its_offset_where_clocks_were_changed_in_between() {
    let (state, keys) = bank();
    let mut facts = facts(&state, &keys);
    facts.last_events.push(event(5, "2025-07-01T12:00:00Z", "Later", None));
    let text = text(&facts);
    assert!(text.contains("2025-07-01 14:00:00 UTC+2 "), "{text}");
    assert!(text.contains("recorded 2025-03-04 14:34:12 UTC+1\n"), "{text}");
}

#[test]
fn long_states_are_cut_and_say_so() {
    let (state, keys) = bank();
    let mut facts = facts(&state, &keys);
    facts.leaves.extend((0..1000).map(|at| leaf(&format!("list.{at}"), "\"x\"", None)));
    facts.last_events = vec![withdrawn(); 50];
    for text in [text(&facts), markdown(&facts)] {
        // Items that nothing happened to are counted, not listed.
        assert!(text.contains("and 1001 more values"), "{text}");
        assert!(text.contains("The last 5 events"), "{text}");
        // The key field is not lost among the items.
        assert!(text.contains("77.50"), "{text}");
        assert!(text.lines().count() < 60, "{text}");
    }
}

#[test]
fn hostile_words_do_no_harm() {
    let (state, keys) = bank();
    let mut facts = facts(&state, &keys);
    let nasty = "x\u{1b}[2J\r\n# y\u{202e}\u{7}`|` ![i](http://e) \u{2028}";
    let nasty = nasty.repeat(100);
    facts.stream = &nasty;
    facts.path = &nasty;
    facts.projection = &nasty;
    facts.broken = vec![nasty.as_str().into()];
    let path = ValuePath(vec![Segment::Key(nasty.as_str().into())]);
    let user: Option<Arc<str>> = Some(nasty.as_str().into());
    let set = ReplyEvent { sentence: nasty.clone(), user: user.clone(), ..withdrawn() };
    facts.leaves = vec![SetLeaf { path, value: Value::string(nasty.as_str()), ..leaf("a", "1", Some(set.clone())) }];
    facts.last_events = vec![set];
    for text in [text(&facts), markdown(&facts)] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains(['\u{202e}', '\u{2028}']), "{text:?}");
        assert!(text.lines().all(|line| line.chars().count() < 1000 && !line.starts_with('#')), "{text}");
        assert!(text.lines().count() < 30, "{text}");
    }
    // Outside code, no link is left.
    let markdown = markdown(&facts);
    let plain: String = markdown.split('`').step_by(2).collect();
    assert!(!markdown.lines().next().unwrap_or_default().contains(" ![") && plain.contains("\\!\\["), "{markdown}");
}
