//! Listing streams: filter, order, folding, neighbours.

use super::*;
use crate::job::StoreKey;

/// A store in which events follow each other in these streams.
fn opened(events: &[&str]) -> OpenedStore {
    let events: Vec<(&str, Option<i64>)> = events.iter().map(|stream| (*stream, None)).collect();
    crate::app::testing::opened("a.db", StoreKey(1), &events)
}

const STORE: [&str; 8] = ["car-10", "car-9", "Car-9b", "dog-1", "car-9", "dog-2", "car-10", "car-10"];

/// Names of the listed streams, with categories as `[name count]`.
fn listed(list: &StreamList, opened: &OpenedStore) -> Vec<String> {
    let words = |row: &ListRow| match row {
        ListRow::Category(category, count) => format!("[{} {count}]", opened.log.category(*category)),
        ListRow::Stream(stream) => opened.log.stream(*stream).name.to_string(),
    };
    list.rows().iter().map(words).collect()
}

fn named(opened: &OpenedStore, name: &str) -> StreamIndex {
    opened.log.find_stream(name).unwrap()
}

#[test]
fn every_order_is_what_it_says() {
    let opened = opened(&STORE);
    let mut list = StreamList::new(&opened, StreamSort::FirstEvent);
    assert_eq!(
        listed(&list, &opened),
        ["[car 2]", "car-10", "car-9", "[Car 1]", "Car-9b", "[dog 2]", "dog-1", "dog-2"]
    );
    for (sort, expected) in [
        (StreamSort::Name, ["car-9", "car-10"]),
        (StreamSort::Events, ["car-10", "car-9"]),
        (StreamSort::LastEvent, ["car-10", "car-9"]),
    ] {
        list.set_sort(sort, &opened);
        assert_eq!(listed(&list, &opened)[1..3], expected, "{sort:?}");
    }
}

#[test]
fn a_list_of_a_store_that_grows_is_as_one_made_anew() {
    let name = |n: usize| format!("{}-{}", ["car", "dog", "Car"][n % 3], (n * n + n / 4) % 23);
    let names: Vec<String> = (0..90).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for sort in [StreamSort::FirstEvent, StreamSort::Name, StreamSort::Events, StreamSort::LastEvent] {
        for filter in ["", "1", "car*"] {
            let mut known = opened(&names[..3]);
            let mut list = StreamList::new(&known, sort);
            list.set_filter(filter.to_owned(), &known);
            for cut in [4, 5, 20, 21, 60, 60, 90] {
                let now = opened(&names[..cut]);
                list.renew(&known, &now, true);
                let mut anew = StreamList::new(&now, sort);
                anew.set_filter(filter.to_owned(), &now);
                assert_eq!(list.rows(), anew.rows(), "{sort:?} {filter} {cut}");
                assert_eq!((list.streams(), &list.row_of), (anew.streams(), &anew.row_of));
                known = now;
            }
        }
    }
}

#[test]
fn numbers_in_names_are_numbers() {
    let mut names =
        ["b", "a-10", "A-9", "a-9", "a-09", "a-100000000000000000000000000000000000000001", "a", "ä-1", "a-9x"];
    names.sort_by_key(|name| natural(name));
    assert_eq!(
        names,
        ["a", "A-9", "a-09", "a-9", "a-9x", "a-10", "a-100000000000000000000000000000000000000001", "b", "ä-1"]
    );
}

#[test]
fn fragments_and_globs() {
    let opened = opened(&STORE);
    let mut list = StreamList::new(&opened, StreamSort::Name);
    for (filter, streams, expected) in [
        ("R-9", 2, vec!["[car 1]", "car-9", "[Car 1]", "Car-9b"]),
        ("car-*", 3, vec!["[car 2]", "car-9", "car-10", "[Car 1]", "Car-9b"]),
        ("car-?", 1, vec!["[car 1]", "car-9"]),
        ("*2", 1, vec!["[dog 1]", "dog-2"]),
        ("nobody", 0, vec![]),
        ("-", 5, vec!["[car 2]", "car-9", "car-10", "[Car 1]", "Car-9b", "[dog 2]", "dog-1", "dog-2"]),
    ] {
        list.set_filter(filter.to_owned(), &opened);
        assert_eq!(
            (list.streams(), listed(&list, &opened)),
            (streams, expected.into_iter().map(str::to_owned).collect()),
            "{filter}"
        );
    }
}

#[test]
fn folded_streams_are_counted_and_not_listed() {
    let opened = opened(&STORE);
    let mut list = StreamList::new(&opened, StreamSort::Name);
    list.toggle(CategoryIndex(0), &opened);
    assert_eq!(listed(&list, &opened), ["[car 2]", "[Car 1]", "Car-9b", "[dog 2]", "dog-1", "dog-2"]);
    assert_eq!((list.streams(), list.row_of(named(&opened, "car-9"))), (5, None));
    assert_eq!(list.row_of(named(&opened, "dog-1")), Some(4));
    list.set_only(Some(CategoryIndex(0)), &opened);
    assert_eq!(listed(&list, &opened), ["[car 2]", "car-9", "car-10"]);
    list.set_only(None, &opened);
    assert_eq!(list.rows().len(), 8);
}

#[test]
fn neighbours_pass_over_categories_and_stop_at_the_ends() {
    let opened = opened(&STORE);
    let mut list = StreamList::new(&opened, StreamSort::Name);
    let step = |list: &StreamList, name: Option<&str>, forward| {
        let next = list.neighbour(name.map(|name| named(&opened, name)), forward);
        next.map(|stream| opened.log.stream(stream).name.to_string())
    };
    assert_eq!(step(&list, None, true).as_deref(), Some("car-9"));
    assert_eq!(step(&list, None, false).as_deref(), Some("dog-2"));
    assert_eq!(step(&list, Some("car-10"), true).as_deref(), Some("Car-9b"));
    assert_eq!(step(&list, Some("dog-1"), false).as_deref(), Some("Car-9b"));
    assert_eq!(step(&list, Some("dog-2"), true), None);
    assert_eq!(step(&list, Some("car-9"), false), None);
    let far =
        |row, by, forward| list.nearest(row, by, forward).map(|stream| opened.log.stream(stream).name.to_string());
    assert_eq!(far(1, 2, true).as_deref(), Some("Car-9b"), "a category on the way is passed");
    assert_eq!(far(1, 100, true).as_deref(), Some("dog-2"));
    assert_eq!(far(7, 100, false).as_deref(), Some("car-9"), "nothing is above the first category");
    assert_eq!(far(7, 2, false).as_deref(), Some("Car-9b"));
    list.set_filter("nobody".to_owned(), &opened);
    assert_eq!((step(&list, None, true), list.nearest(0, 1, true)), (None, None));
}
