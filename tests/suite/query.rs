//! The query language: what each sentence of its specification means, where errors point, what holds of any query.

mod errors;
mod properties;
mod semantics;

use foldline::model::{Event, EventKind, EventLog, EventLogBuilder, LogRow, Payload, Timestamp, Value, json, names};
use foldline::query::{Context, Query, Scope, Subject, parse};

fn value(text: &str) -> Value {
    json::parse(text.as_bytes()).expect("the test's own JSON")
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).expect("the test's own time")
}

fn query(text: &str) -> Query {
    let context = Context { today: chrono::NaiveDate::from_ymd_opt(2024, 6, 3), ..Context::default() };
    match parse(text, Scope::EventAndState, &context) {
        Ok(query) => query,
        Err(error) => panic!("{error}\n{}", error.pointing(text)),
    }
}

/// A withdrawal with something in every field.
fn withdrawal() -> Event {
    Event {
        position: Some(1284),
        stream: Some("account-42".into()),
        other_streams: vec!["audit-2024".into()],
        version: Some(7),
        id: Some("7d0cA1".into()),
        event_type: "bank.domain:Account.FundsWithdrawn".into(),
        kind: EventKind::Event,
        archived: false,
        schema_version: Some(Value::from(2)),
        time: Some(time("2024-06-02T12:00:00Z")),
        time_raw: None,
        valid_time: Some(time("2024-05-31T22:30:00Z")),
        user: Some("Alice".into()),
        data: Payload::Value(value(
            r#"{"amount": 120.50, "text": "120.50", "currency": "EUR", "ok": true, "note": null, "empty": "",
                "tags": ["Urgent", "fraud", 7], "none": [], "nested": [[1, 2], {"sku": "A-1"}],
                "items": [{"sku": "pants", "qty": 5}], "a.b": {"": "odd", "x=y": 1}, "owner": {"name": "Zoë \"Z\" Đặng"}}"#,
        )),
        metadata: value(r#"{"reason": "Rent for June", "$correlation": "c-1", "attempt": 2}"#),
        correlation_id: Some("order-7".into()),
        repeated_key: None,
        causation_id: None,
    }
}

/// The same event with its payload not decoded yet.
fn undecoded(event: &Event) -> Event {
    let text = json::to_pretty_text(&event.data.decoded().expect("a readable payload"));
    Event { data: Payload::Text(text.as_bytes().into()), ..event.clone() }
}

/// An index of these events whose categories are not those that the streams' names suggest.
fn index(events: &[Event]) -> EventLog {
    let mut builder = EventLogBuilder::new(1);
    for (row_key, event) in (0..).zip(events) {
        let category = |name: &str| format!("Layout-{}", names::category_of(name, "events"));
        let stream = event.stream.as_deref().map(|name| builder.stream(name, category));
        let event_type = builder.event_type(&event.event_type);
        builder.push(LogRow {
            source: 0,
            part: 0,
            row_key,
            position: event.position,
            stream,
            version: event.version,
            event_type,
            time: event.time,
            kind: event.kind,
            archived: event.archived,
        });
        for other in &event.other_streams {
            let other = builder.stream(other, category);
            builder.also_in(other, None);
        }
    }
    builder.finish()
}

/// What the query says of the event, which must not depend on how much of it was decoded or indexed beforehand.
#[track_caller]
fn holds(query: &Query, event: &Event, state: Option<&Value>) -> bool {
    let answer = query.matches(&Subject { event, state });
    if let Payload::Value(_) = event.data {
        assert_eq!(query.matches(&Subject { event: &undecoded(event), state }), answer, "{query} undecoded");
    }
    answer
}
