//! What holds of any query and any event.

use foldline::model::{Event, EventKind, Payload, Timestamp, Value};
use foldline::query::{Context, Query, Scope, Subject, parse};
use proptest::prelude::*;

use super::{holds, index, query, withdrawal};

/// Terms of every kind; properties combine them.
const ATOMS: [&str; 14] = [
    "type:Opened",
    "type = bank.Withdrawn",
    "stream:account-1",
    "category:account",
    "version > 2",
    "position <= 3",
    "after:2024-06-02",
    "kind != system",
    "user:alice",
    "data.amount >= 10",
    "data.tags = a",
    "has:data.tags",
    "state.balance < 0",
    "word",
];

#[derive(Debug, Clone)]
enum Expression {
    Atom(usize),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
}

use Expression::{And, Atom, Not, Or};

impl Expression {
    /// By the truth of the atoms alone.
    fn evaluated(&self, atoms: &[bool]) -> bool {
        match self {
            Atom(atom) => atoms[*atom],
            Not(a) => !a.evaluated(atoms),
            And(a, b) => a.evaluated(atoms) && b.evaluated(atoms),
            Or(a, b) => a.evaluated(atoms) || b.evaluated(atoms),
        }
    }

    /// With parentheses only where precedence asks for them, and `and` written or left out.
    fn printed(&self, and: &str) -> String {
        let inner = |e: &Self, parenthesised: bool| {
            let text = e.printed(and);
            if parenthesised { format!("({text})") } else { text }
        };
        match self {
            Atom(atom) => ATOMS[*atom].to_owned(),
            Not(a) => format!("not {}", inner(a, matches!(**a, And(..) | Or(..)))),
            And(a, b) => format!("{}{and}{}", inner(a, matches!(**a, Or(..))), inner(b, matches!(**b, Or(..)))),
            Or(a, b) => format!("{} or {}", inner(a, false), inner(b, false)),
        }
    }

    /// With parentheses everywhere and as few blanks as possible.
    fn parenthesised(&self) -> String {
        match self {
            Atom(atom) => format!("({})", ATOMS[*atom]),
            Not(a) => format!("(NOT{})", a.parenthesised()),
            And(a, b) => format!("({}AND{})", a.parenthesised(), b.parenthesised()),
            Or(a, b) => format!("({}OR{})", a.parenthesised(), b.parenthesised()),
        }
    }
}

fn expressions() -> impl Strategy<Value = Expression> {
    (0..ATOMS.len()).prop_map(Atom).prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Not(a.into())),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| And(a.into(), b.into())),
            (inner.clone(), inner).prop_map(|(a, b)| Or(a.into(), b.into())),
        ]
    })
}

/// Events whose fields are there or not, and near what the atoms ask for.
fn events() -> impl Strategy<Value = Event> {
    let text = |options: &'static [&'static str]| prop::sample::select(options);
    let stream = prop::option::of(text(&["account-1", "account-2", "order-1"]));
    let others = prop::collection::vec(text(&["account-1", "audit-9"]), 0..2);
    let kind = prop::sample::select(vec![EventKind::Event, EventKind::Command, EventKind::System]);
    let time = prop::option::of(text(&["2024-06-01T23:59:59.999Z", "2024-06-02", "2025-01-01"]));
    let data = text(&[
        r#"{"amount": 10.0, "tags": ["b", "a"]}"#,
        r#"{"amount": 9.99, "tags": []}"#,
        r#"{"amount": "10", "note": "a WORD here"}"#,
        r#"{"amount": 10, "note": "a w\u006frd here"}"#,
        r#"{"amount": 10"#,
        "null",
    ]);
    let metadata = text(&["null", r#"{"w": "Word"}"#]);
    let known = (prop::option::of(0..4i64), prop::option::of(text(&["alice", "bob"])), any::<bool>());
    let event_type = text(&["Opened", "bank.Opened", "bank.Withdrawn", "Withdrawn"]);
    (stream, others, kind, time, data, metadata, known, event_type).prop_map(
        |(stream, others, kind, time, data, metadata, (version, user, archived), event_type)| {
            let payload = Payload::Text(data.as_bytes().into());
            let decoded = payload.decoded().ok().map(|value| Payload::Value(value.into_owned()));
            Event {
                position: Some(1),
                stream: stream.map(Into::into),
                other_streams: others.into_iter().map(Into::into).collect(),
                version,
                event_type: event_type.into(),
                kind,
                archived,
                time: time.and_then(Timestamp::parse_iso),
                user: user.map(Into::into),
                data: decoded.unwrap_or(payload),
                metadata: super::value(metadata),
                ..withdrawal()
            }
        },
    )
}

fn states() -> impl Strategy<Value = Option<Value>> {
    prop::option::of((-2..2i64).prop_map(|balance| super::value(&format!("{{\"balance\": {balance}}}"))))
}

fn atoms_of(event: &Event, state: Option<&Value>) -> Vec<bool> {
    ATOMS.iter().map(|atom| holds(&query(atom), event, state)).collect()
}

fn same(a: &Query, b: &Query, event: &Event, state: Option<&Value>) -> bool {
    let subject = Subject { event, state };
    a.matches(&subject) == b.matches(&subject)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_spelling_means_what_its_parts_mean(e in expressions(), event in events(), state in states()) {
        let expected = e.evaluated(&atoms_of(&event, state.as_ref()));
        for text in [e.printed(" and "), e.printed(" "), e.printed("\n AND\t"), e.parenthesised()] {
            prop_assert_eq!(holds(&query(&text), &event, state.as_ref()), expected, "{}", text);
        }
    }

    #[test]
    fn negations(a in expressions(), b in expressions(), event in events(), state in states()) {
        let (a, b) = (a.printed(" "), b.printed(" "));
        for (one, other) in [
            (format!("not not ({a})"), a.clone()),
            (format!("not ({a} or {b})"), format!("not ({a}) and not ({b})")),
            (format!("not (({a}) ({b}))"), format!("not ({a}) or not ({b})")),
        ] {
            prop_assert!(same(&query(&one), &query(&other), &event, state.as_ref()), "{} / {}", one, other);
        }
    }

    #[test]
    fn the_index_never_contradicts_the_event(e in expressions(), events in prop::collection::vec(events(), 1..5)) {
        let events: Vec<Event> =
            (1..).zip(events).map(|(position, event)| Event { position: Some(position), ..event }).collect();
        let log = index(&events);
        let query = query(&e.printed(" "));
        for (at, event) in events.iter().enumerate() {
            let known = query.matches_indexed(&log, at);
            let answer = query.matches_in(&log, &Subject { event, state: None });
            prop_assert!(known.is_none_or(|known| known == answer), "{} says {:?}, not {}", query, known, answer);
            if !query.uses_payload() && !query.uses_state() && event.time.is_some() {
                prop_assert_eq!(known, Some(answer));
            }
        }
    }

    #[test]
    fn numbers_compare_as_numbers(a in -5000..5000i64, b in -5000..5000i64, places in 0..4u32) {
        let written = |number: i64| {
            let scale = 10i64.pow(places);
            let sign = if number < 0 { "-" } else { "" };
            let (whole, fraction) = (number.abs() / scale, number.abs() % scale);
            if places == 0 { number.to_string() } else { format!("{sign}{whole}.{fraction:0>width$}", width = places as usize) }
        };
        let event = Event { data: Payload::Value(super::value(&written(a))), ..withdrawal() };
        for (operator, expected) in
            [("=", a == b), ("!=", a != b), ("<", a < b), ("<=", a <= b), (">", a > b), (">=", a >= b)]
        {
            let text = format!("data {operator} {}", written(b));
            prop_assert_eq!(holds(&query(&text), &event, None), expected, "{} {}", written(a), text);
        }
    }

    #[test]
    fn quoted_text_is_found_where_it_stands(before in "\\PC{0,8}", text in "\\PC{1,8}", after in ".{0,8}") {
        let holder = Value::from(format!("{before}{text}{after}").as_str());
        let event = Event { data: Payload::Value(holder), metadata: Value::Null, ..withdrawal() };
        let quoted = foldline::model::json::to_text(&Value::from(text.as_str()));
        prop_assert!(holds(&query(&quoted), &event, None));
        let whole = foldline::model::json::to_text(&Value::from(format!("{before}{text}{after}").as_str()));
        for text in [format!("data = {whole}"), format!("data:{whole}")] {
            prop_assert!(holds(&query(&text), &event, None), "{}", text);
        }
    }

    #[test]
    fn any_text_parses_or_points(text in any::<String>(), state in any::<bool>()) {
        parses_or_points(&text, state)?;
    }

    #[test]
    fn any_mix_of_tokens_parses_or_points(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "and", "or", "NOT", "(", ")", " ", " ", "\"", "\"a b\"", "type", "data.", "data.x", ".", "state.a",
                ":", "=", "!=", "!", "<", ">=", "~", "has:", "after:", "2024-06-01", "[1]", "{", "\\", "*", "é", "1.5",
                "null", "'", "\n", "metadata", "x",
            ]),
            0..24,
        ),
        state in any::<bool>(),
    ) {
        parses_or_points(&tokens.concat(), state)?;
    }
}

fn parses_or_points(text: &str, state: bool) -> Result<(), TestCaseError> {
    let scope = if state { Scope::EventAndState } else { Scope::Event };
    match parse(text, scope, &Context::default()) {
        Ok(query) => {
            holds(&query, &withdrawal(), None);
            prop_assert_eq!(query.as_str(), text);
            prop_assert!(state || !query.uses_state());
            // What parses still parses, with the same meaning, inside parentheses.
            let inside = parse(&format!("({text})"), scope, &Context::default());
            prop_assert!(inside.is_ok_and(|inside| same(&inside, &query, &withdrawal(), None)));
        }
        Err(error) => {
            prop_assert!(text.is_char_boundary(error.at));
            prop_assert_eq!(text[..error.at].chars().count() + 1, error.character);
            prop_assert!(!error.message.is_empty());
            let shown = error.pointing(text);
            prop_assert_eq!(shown.lines().count(), 2);
            prop_assert!(shown.ends_with('^'));
        }
    }
    Ok(())
}
