//! First projections by names and sample values.

use std::sync::Arc;

use foldline::model::Event;
use foldline::model::json::{parse, to_text};
use foldline::replay::{SampledType, projection_file, suggest};
use proptest::prelude::*;

use super::given::{end, event, history};

/// Types with their samples from lines `Type {json}`.
fn sampled(lines: &str) -> Vec<SampledType> {
    let mut types: Vec<SampledType> = Vec::new();
    for event in &history(lines).0 {
        match types.iter_mut().find(|one| one.event_type == event.event_type) {
            Some(one) => one.samples.push(event.clone()),
            None => types.push(SampledType {
                event_type: event.event_type.clone(),
                events: 1,
                samples: vec![event.clone()],
            }),
        }
    }
    types
}

#[track_caller]
fn check(lines: &str, when: &str, state: &str) {
    let text = suggest("account", &sampled(lines));
    let value = parse(text.as_bytes()).unwrap();
    assert_eq!(to_text(value.as_object().unwrap().get("when").unwrap()), when);
    let fold = projection_file::parse(&text, "suggested").unwrap().for_category("account").unwrap();
    let frame = end(&fold, &history(lines));
    assert_eq!(frame.error, None);
    assert_eq!(to_text(&frame.state.value), state);
}

#[test]
fn a_bank() {
    check(
        r#"x:AccountOpened {"owner":"Ada","currency":"EUR"}
           x:FundsDeposited {"amount":50.5,"reference":"r"}
           x:FundsWithdrawn {"amount":20}
           x:AddressChanged {"city":"Huế"}
           x:AccountClosed"#,
        r#"{"AccountOpened":[{"set":"status","value":"open"},{"set":"owner","from":"data.owner"},{"set":"currency","from":"data.currency"}],"FundsDeposited":[{"add":"balance","from":"data.amount"}],"FundsWithdrawn":[{"subtract":"balance","from":"data.amount"}],"AddressChanged":[{"set":"city","from":"data.city"}],"AccountClosed":[{"set":"status","value":"closed"}]}"#,
        r#"{"status":"closed","balance":30.5,"owner":"Ada","currency":"EUR","city":"Huế"}"#,
    );
}

#[test]
fn a_basket() {
    check(
        r#"cart_created {"customer":"Bob"}
           item_added {"sku":"p","quantity":5}
           item_added {"sku":"q","quantity":1}
           item_removed {"sku":"q"}"#,
        r#"{"cart_created":[{"set":"status","value":"created"},{"set":"customer","from":"data.customer"}],"item_added":[{"upsert":"items","key":"sku","from":"data"}],"item_removed":[{"remove":"items","key":"sku","from":"data.sku"}]}"#,
        r#"{"status":"created","items":[{"sku":"p","quantity":5}],"customer":"Bob"}"#,
    );
}

#[test]
fn what_does_not_fit_is_still_a_projection() {
    // A balance that is a text at times, an amount that is missing at times, payloads that are no objects.
    check(
        r#"Deposited {"amount":5}
           Deposited {}
           Corrected {"balance":"none","a.b":1}
           Odd 5
           Deposited {"amount":2}"#,
        r#"{"Deposited":[{"add":"balance","from":"data.amount","missing":"skip"}],"Corrected":[{"set":"\"a.b\"","from":"data.\"a.b\""}]}"#,
        r#"{"balance":7,"a.b":1}"#,
    );
    for category in ["", " ", "-", "_-", "a"] {
        assert!(projection_file::parse(suggest(category, &[]), "f").is_ok(), "{category:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn suggestions_parse_and_fold_their_samples(
        specs in prop::collection::vec((0usize..12, 0usize..9), 0..30),
        category in ".{0,6}",
    ) {
        let types = ["Opened", "ItemAdded", "ItemRemoved", "a.Deposited", "b.Deposited", "Withdrawn", "Closed", "{}", "*", "", "Counted", "items_changed"];
        let payloads = [
            r#"{"amount":1}"#, r#"{"amount":"x","items":5}"#, r#"{"sku":"a","qty":1}"#, r#"{"id":1,"quantity":2}"#, r#"{"balance":[],"status":{}}"#,
            r#"{"":1,"{":2,"a.b":3,"\"":4}"#, "7", r#"{"qty":null}"#, "{",
        ];
        let events: Vec<Arc<Event>> =
            (1..).zip(&specs).map(|(version, (kind, data))| Arc::new(event(version, types[*kind], payloads[*data]))).collect();
        let sampled: Vec<SampledType> = types.iter().map(|one| SampledType {
            event_type: (*one).into(),
            events: 1,
            samples: events.iter().filter(|event| &*event.event_type == *one).cloned().collect(),
        }).collect();
        let text = suggest(&category, &sampled);
        let set = projection_file::parse(&text, "suggested");
        prop_assert!(set.is_ok(), "{:?}\n{text}", set.err());
        let fold = set.unwrap().projections().next().unwrap();
        let mut state = fold.initial();
        for event in &events {
            let done = fold.apply(&mut state, event, 0);
            prop_assert!(done.as_ref().is_ok() || done.as_ref().is_err_and(|error| error.unreadable), "{done:?}\n{text}");
        }
    }
}

#[test]
fn a_category_without_letters_gets_no_title() {
    for category in ["", " ", "_", "-.-", "§"] {
        let text = suggest(category, &[]);
        assert!(projection_file::parse(&text, "suggested").is_ok(), "{category:?}: {text}");
    }
}
