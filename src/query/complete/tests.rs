//! What is offered where, and what holds of any text and any caret.

use proptest::prelude::*;

use super::*;
use crate::query::{Context, parse};

fn vocabulary() -> Vocabulary {
    let path = |path: &str, values: &[&str]| KnownPath {
        path: path.into(),
        values: values.iter().map(|value| (*value).into()).collect(),
    };
    Vocabulary {
        types: vec![
            ("FundsDeposited".into(), 120),
            ("FundsWithdrawn".into(), 80),
            ("AccountOpened".into(), 1),
            ("room booked".into(), 7),
        ],
        categories: vec!["account".into(), "transfer".into()],
        users: vec!["alice".into(), "Zoë Ångström".into(), "null".into()],
        paths: vec![
            path("data.amount", &["20", "100.5"]),
            path("data.owner.name", &["\"Ada Lovelace\"", "Grace"]),
            path("data.\"odd key\"", &["null", "true", "[]", "{\"a\":1}"]),
            path("metadata.reason", &["refund"]),
            path("state.balance", &["0"]),
        ],
    }
}

fn context() -> Context {
    Context { today: chrono::NaiveDate::from_ymd_opt(2024, 6, 2), ..Context::default() }
}

/// What is offered at the caret, written as `|`.
fn offered(text: &str) -> Vec<String> {
    let caret = text.find('|').unwrap();
    let completion = complete(&text.replacen('|', "", 1), caret, Scope::Event, &vocabulary());
    completion.items.into_iter().map(|item| item.insert).collect()
}

#[test]
fn names_begin_a_term() {
    let all = offered("|");
    assert_eq!(all.len(), MAX_SUGGESTIONS);
    assert_eq!(all[..2], ["type:", "stream:"]);
    assert!(all.contains(&"type:FundsDeposited".to_owned()));
    assert!(!all.contains(&"state.".to_owned()), "events alone have no state");
    assert_eq!(offered("ver|")[0], "version ");
    assert_eq!(offered("corr|")[0], "correlation_id:");
    assert_eq!(offered("type:X use|"), ["user:"]);
    assert_eq!(offered("us|:x"), ["user"]);
    assert_eq!(offered("payload|"), ["data."]);
    assert_eq!(offered("arch|"), ["archived = "]);
    let state = complete("sta", 3, Scope::EventAndState, &vocabulary());
    assert_eq!(state.items[0].insert, "state.");
}

#[test]
fn words_become_terms() {
    assert_eq!(offered("fun|"), ["type:FundsDeposited", "type:FundsWithdrawn"]);
    assert_eq!(offered("withd|"), ["type:FundsWithdrawn"]);
    assert_eq!(offered("room|"), ["type:\"room booked\""]);
    assert_eq!(offered("amo|"), ["data.amount "]);
    assert_eq!(offered("ali|"), ["user:alice"]);
    assert_eq!(offered("zo|"), ["user:\"Zoë Ångström\""]);
    // A beginning comes before a middle, fields before types.
    assert_eq!(offered("a|")[..2], ["after:", "archived = "]);
}

#[test]
fn paths() {
    assert_eq!(offered("data.|"), ["data.amount ", "data.owner.name ", "data.\"odd key\" "]);
    assert_eq!(offered("DATA.nam|"), ["data.owner.name "]);
    assert_eq!(offered("metadata.re|"), ["metadata.reason "]);
    assert_eq!(offered("data.amount|")[0], "data.amount = ");
    assert_eq!(offered("data.am|>5"), ["data.amount", "data.owner.name"]);
    assert_eq!(offered("state.|"), [""; 0]);
    assert_eq!(offered("has:am|"), ["data.amount", "data.owner.name"]);
    assert_eq!(offered("has:data.ow|"), ["data.owner.name"]);
    assert_eq!(offered("has:us|"), ["user"]);
}

#[test]
fn operators_follow_names() {
    assert_eq!(offered("data.amount |")[..3], ["= ", "!= ", "> "]);
    assert_eq!(offered("type |"), [": ", "= ", "!= ", "~ "]);
    assert_eq!(offered("version |")[0], "= ");
    assert_eq!(offered("after |"), [": "]);
    assert_eq!(offered("plain |"), offered("|"), "a word alone is not compared");
}

#[test]
fn values_of_fields_and_paths() {
    assert_eq!(offered("type:|")[0], "FundsDeposited");
    assert_eq!(offered("not (type:wi|)"), ["FundsWithdrawn"]);
    assert_eq!(offered("type:\"roo|"), ["\"room booked\""]);
    assert_eq!(offered("category:|"), ["account", "transfer"]);
    assert_eq!(offered("user:|"), ["alice", "\"Zoë Ångström\"", "null"]);
    assert_eq!(offered("user = n|"), ["\"null\"", "\"Zoë Ångström\""]);
    assert_eq!(offered("kind:|"), ["event", "command", "system"]);
    assert_eq!(offered("archived = |"), ["true", "false"]);
    assert_eq!(offered("data.amount > |"), ["20", "100.5"]);
    assert_eq!(offered("data.owner.name:ad|"), ["\"Ada Lovelace\""]);
    assert_eq!(offered("data.owner.name = \"Ad|\" user:x"), ["\"Ada Lovelace\""]);
    assert_eq!(offered("data.\"odd key\" = |"), ["null", "true", "[]", "{\"a\":1}"]);
    assert_eq!(offered("data.\"odd key\":|"), ["true"]);
    assert_eq!(offered("after:|"), ["today", "yesterday"]);
    // What is written already is not offered again.
    assert_eq!(offered("type:AccountOpened|"), [""; 0]);
}

#[test]
fn what_is_replaced() {
    let at = |text: &str, caret| complete(text, caret, Scope::Event, &vocabulary()).replace;
    assert_eq!(at("type:Fun and x", 8), 5..8);
    assert_eq!(at("x typ", 5), 2..5);
    assert_eq!(at("é", 1), 0..0);
    assert_eq!(at("é", 99), 0..2);
}

#[test]
fn details_tell_what_it_is() {
    let completion = complete("", 0, Scope::Event, &vocabulary());
    assert_eq!(completion.items[0].detail, "event type, in full or its short name");
    let opened = complete("acc", 3, Scope::Event, &vocabulary());
    let opened = opened.items.iter().find(|item| item.label == "type:AccountOpened").unwrap();
    assert_eq!(opened.detail, "1 event");
    let amount = complete("data.amo", 8, Scope::Event, &vocabulary());
    assert_eq!(amount.items[0].detail, "such as 20, 100.5");
}

/// What stands before and after a term that is being written.
const BEFORE: [&str; 6] = ["", "type:X ", "not ", "(", "a or ", "data.l = [1, 2] and "];
const AFTER: [&str; 5] = ["", " user:x", ")", " or b", " and \"q\""];
const BEGUN: [&str; 22] = [
    "",
    "t",
    "fun",
    "a",
    "data.",
    "data.am",
    "n",
    "type:",
    "type:F",
    "type = ",
    "type:\"r",
    "user:",
    "user = ",
    "kind:",
    "has:",
    "has:data.",
    "archived = ",
    "data.amount = ",
    "data.\"odd key\" = ",
    "data.\"odd key\":",
    "after:",
    "zo",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_and_caret(text in ".{0,40}", caret in 0..60usize, state in any::<bool>()) {
        holds(&text, caret, state)?;
    }

    #[test]
    fn any_mix_of_tokens(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "and", "or", "NOT", "(", ")", " ", " ", "\"", "\"a b\"", "type", "data.", "amount", ".", "state.a", ":",
                "=", "!=", "!", "<", "~", "has:", "after:", "[1]", "[", "{", "\\", "é", "1.5", "\u{1F600}", "user", "\n",
            ]),
            0..16,
        ),
        caret in 0..60usize,
        state in any::<bool>(),
    ) {
        holds(&tokens.concat(), caret, state)?;
    }

    #[test]
    fn a_whole_term_that_is_taken_parses(before in 0..BEFORE.len(), begun in 0..BEGUN.len(), after in 0..AFTER.len()) {
        let (before, begun, after) = (BEFORE[before], BEGUN[begun], AFTER[after]);
        prop_assume!((before == "(") == (after == ")"));
        let text = format!("{before}{begun}{after}");
        let completion = complete(&text, before.len() + begun.len(), Scope::EventAndState, &vocabulary());
        for item in &completion.items {
            let mut taken = text.clone();
            taken.replace_range(completion.replace.clone(), &item.insert);
            if !item.insert.ends_with([':', '.', ' ']) {
                let parsed = parse(&taken, Scope::EventAndState, &context());
                prop_assert!(parsed.is_ok(), "{}: {:?}", taken, parsed);
            }
        }
    }
}

fn holds(text: &str, caret: usize, state: bool) -> Result<(), TestCaseError> {
    let scope = if state { Scope::EventAndState } else { Scope::Event };
    let Completion { replace, items } = complete(text, caret, scope, &vocabulary());
    prop_assert!(text.get(replace.clone()).is_some(), "{:?}", replace);
    prop_assert!(items.len() <= MAX_SUGGESTIONS);
    for (at, item) in items.iter().enumerate() {
        prop_assert!(!item.insert.is_empty() && !item.label.is_empty());
        prop_assert!(items[..at].iter().all(|other| other.insert != item.insert));
        prop_assert!(state || !item.insert.starts_with("state"));
    }
    Ok(())
}
