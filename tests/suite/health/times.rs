//! Times: what is told of one that is wrong, and of which event.

use super::*;

#[test]
fn times() {
    tells(
        |store| store.at(20).time = hour(18),
        &[(K::TimeBackwards, Warning, Some("account-3"), Some(20))],
        "recorded 1 h before #19, which it follows: one of the two times is off",
    );
    // In its stream it is in order.
    tells(
        |store| store.at(16).time = hour(14),
        &[(K::PositionOutOfOrder, Warning, Some("account-3"), Some(16))],
        "recorded 1 h before #15, which stands before it in the store",
    );
    tells(
        |store| store.at(50).time = hour(400 * DAY),
        &[(K::ClockJump, Warning, Some("account-9"), Some(50))],
        "usually it is at most 1 h",
    );
    tells(
        |store| store.at(25).time = hour(4000 * DAY),
        &[(K::ClockJump, Warning, Some("account-4"), Some(25))],
        "11 years after #26, which stands after it",
    );
    tells(
        |store| store.at(26).time = "1970-01-01T00:00:00Z".to_owned(),
        &[(K::ClockJump, Warning, Some("account-5"), Some(26))],
        "which is where clocks start",
    );
    tells(
        |store| store.at(26).time = "soon".to_owned(),
        &[(K::TimeMissing, Warning, Some("account-5"), Some(26))],
        "its time can't be read: \"soon\"",
    );
    // A silence of a month is one to know of.
    tells(
        |store| {
            for row in store.rows.iter_mut().filter(|row| row.position > 25) {
                row.time = hour(row.position + 40 * DAY);
            }
        },
        &[(K::ClockJump, Info, Some("account-5"), Some(26))],
        "recorded 40 days 1 h after #25",
    );
}

#[test]
fn versions_that_run_against_the_order_of_the_store() {
    tells(
        |store| {
            store.at(8).version = Some(4);
            store.at(9).version = Some(3);
            // Both at once: no time tells which is right.
            store.at(9).time = hour(8);
            store.snapshots.clear();
        },
        &[(K::PositionOutOfOrder, Warning, Some("account-1"), Some(8))],
        "stands before #9 in the store",
    );
}

#[test]
fn the_odd_one_is_named_and_not_those_that_it_is_in_the_way_of() {
    // Two of its stream come after it, and both are innocent.
    tells(
        |store| store.at(23).time = hour(4000 * DAY),
        &[(K::ClockJump, Warning, Some("account-4"), Some(23))],
        "11 years after #24, which follows it",
    );
    tells(
        |store| store.at(23).time = hour(27),
        &[(K::TimeBackwards, Warning, Some("account-4"), Some(23))],
        "recorded 3 h after #24, which follows it",
    );
    // By its stream alone it could be either of the two; the other streams tell.
    tells(
        |store| store.at(24).time = hour(27),
        &[(K::TimeBackwards, Warning, Some("account-4"), Some(24))],
        "recorded 2 h after #25, which follows it",
    );
    // Two against three of its stream, but all the others are with the two.
    tells(
        |store| (23..=25).for_each(|at| store.at(at).time = hour(at - 13)),
        &[(K::TimeBackwards, Warning, Some("account-4"), Some(23))],
        "recorded 12 h before #22, which it follows; so were the next 2 events of the stream",
    );
    // Nothing comes after both but that one of them leaps years ahead.
    tells(
        |store| store.at(49).time = hour(4000 * DAY),
        &[(K::ClockJump, Warning, Some("account-9"), Some(49))],
        "11 years after #50",
    );
}

#[test]
fn a_clock_that_was_set_back_is_told_of_once_for_a_stream_and_not_for_each_event() {
    let mut store = Store::healthy();
    for at in 6..40 {
        store.add("account-1", at, "Deposited", r#"{"amount":1}"#);
    }
    // From #61 on it is three hours late, and from #81 on it is right again.
    for at in 61..=80 {
        store.at(at).time = hour(at - 3);
    }
    let health = store.check();
    let found: Vec<_> = health.findings.iter().map(place).collect();
    assert_eq!(found, [(K::TimeBackwards, Warning, Some("account-1"), Some(61))], "{:#?}", health.findings);
    let said = &health.findings[0].message;
    assert_eq!(said, "recorded 2 h before #60, which it follows; so was the next event of the stream");
}

#[test]
fn old_events_that_were_taken_over_are_told_of_together() {
    tells(
        |store| {
            for version in 1..=4 {
                let row = store.add("account-77", version, if version == 1 { "Opened" } else { "Deposited" }, "{}");
                row.data = r#"{"amount":1,"owner":"x"}"#.to_owned();
                row.time = hour(version - 300 * DAY);
            }
        },
        &[(K::PositionOutOfOrder, Warning, Some("account-77"), Some(51))],
        "before #50, which stands before it in the store; so were 3 more of the events up to #54",
    );
}

#[test]
fn what_clocks_are_apart_anyhow_is_no_trouble() {
    let millis = |millis: i64| {
        let (hours, minutes, rest) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
        format!("2026-01-01T{hours:02}:{minutes:02}:{:02}.{:03}Z", rest / 1000, rest % 1000)
    };
    // In its stream it counts from a second on, in the store from five minutes on.
    for (at, early, severity) in [(20, 500, Info), (20, 2000, Warning), (16, 200_000, Info), (16, 400_000, Warning)] {
        let kind = if at == 20 { K::TimeBackwards } else { K::PositionOutOfOrder };
        tells(
            |store| store.at(at).time = millis((at - 1) * 3_600_000 - early),
            &[(kind, severity, Some("account-3"), Some(at))],
            "before",
        );
    }
}

#[test]
fn clocks_that_were_never_set_are_known_by_where_they_start() {
    for start in ["1970-01-01T00:07:00Z", "2000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1980-01-01T00:00:00Z"] {
        tells(
            |store| store.at(28).time = start.to_owned(),
            &[(K::ClockJump, Warning, Some("account-5"), Some(28))],
            "which is where clocks start",
        );
    }
}

#[test]
fn programs_find_what_is_told_once_under_each_kind_that_it_is_of() {
    let kinds = |spoil: &dyn Fn(&mut Store)| {
        let mut store = Store::healthy();
        spoil(&mut store);
        let told = serde_json::to_value(store.check()).unwrap();
        let found = told["findings"].as_array().unwrap().clone();
        let of = |finding: &serde_json::Value| {
            let text = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
            (text("kind"), text("severity"), text("same_as"), finding["position"].as_i64())
        };
        found.iter().map(of).collect::<Vec<_>>()
    };
    let of = |kind: &str, severity: &str, same: &str, at| (kind.to_owned(), severity.to_owned(), same.to_owned(), at);
    assert_eq!(
        kinds(&|store| store.at(23).time = hour(4000 * DAY)),
        [
            of("clock_jump", "warning", "", Some(23)),
            of("time_backwards", "info", "clock_jump", Some(23)),
            of("position_out_of_order", "info", "clock_jump", Some(23)),
        ]
    );
    assert_eq!(
        kinds(&|store| store.at(23).time = hour(-4000 * DAY)),
        [
            of("time_backwards", "warning", "", Some(23)),
            of("position_out_of_order", "info", "time_backwards", Some(23)),
            of("clock_jump", "info", "time_backwards", Some(23)),
        ]
    );
    assert_eq!(
        kinds(&|store| store.at(28).time = hour(-498 * 366 * DAY)),
        [
            of("time_backwards", "warning", "", Some(28)),
            of("position_out_of_order", "info", "time_backwards", Some(28)),
            of("clock_jump", "info", "time_backwards", Some(28)),
        ]
    );
    assert_eq!(
        kinds(&|store| store.at(28).time = "1970-01-01T00:00:00Z".to_owned()),
        [of("clock_jump", "warning", "", Some(28)), of("time_backwards", "info", "clock_jump", Some(28))]
    );
    assert_eq!(
        kinds(&|store| store.at(20).time = hour(18)),
        [
            of("time_backwards", "warning", "", Some(20)),
            of("position_out_of_order", "info", "time_backwards", Some(20)),
        ]
    );
}
