//! The catalogue of event types as a job.

use foldline::job::{Failure, Job, Outcome};
use foldline::model::{Cancel, Progress};

use super::{KEY, Shop};

fn orders() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join("orders.db")
}

#[test]
fn all_events_are_looked_at_and_progress_says_so() {
    let shop = Shop::open(&orders());
    let (progress, log) = (Progress::default(), shop.session.log());
    let found = shop.workshop.run(Job::Catalogue { store: KEY }, &progress, &Cancel::default());
    let Ok(Outcome::Catalogue(found)) = found else { panic!("{found:?}") };
    assert_eq!((found.scanned, found.of), (log.len() as u64, log.len() as u64));
    assert_eq!(found.generation, log.generation());
    assert_eq!(progress.counts(), (log.len() as u64, log.len() as u64));
    for entry in &found.types {
        let info = log.event_type(entry.index);
        assert_eq!((&entry.name, entry.events), (&info.name, info.events as u64));
        let places = (entry.first.event as usize, entry.last.event as usize);
        let of_type = |event: usize| log.type_of(event) == entry.index;
        assert_eq!(Some(places.0), (0..log.len()).find(|event| of_type(*event)));
        assert_eq!(Some(places.1), (0..log.len()).rev().find(|event| of_type(*event)));
    }
}

#[test]
fn it_can_be_stopped() {
    let shop = Shop::open(&orders());
    let cancel = Cancel::default();
    cancel.cancel();
    let stopped = shop.workshop.run(Job::Catalogue { store: KEY }, &Progress::default(), &cancel);
    assert!(matches!(stopped, Err(Failure::Cancelled)), "{stopped:?}");
}
