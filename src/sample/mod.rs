//! Sample stores: seeded histories with something to find in each.
//!
//! The same name, seed and number of events give the same bytes for ever: no clock, no float, no map whose order is
//! left to chance. A history is its stories, told event by event, among the everyday events of a simulated business
//! ([`engine`]). It is an iterator whose memory grows with what goes on at one time, not with the number of events.

mod bank;
mod bank_stories;
mod calendar;
mod engine;
mod names;
mod orders;
mod orders_stories;
mod record;
mod rides;
mod rides_stories;
mod rng;

use std::iter::Peekable;
use std::vec;

use crate::model::Timestamp;
use engine::Everyday;
use record::Recorder;
use rng::Rng;

/// The seed of the bundled stores.
pub const DEFAULT_SEED: u64 = 1;

/// A kind of sample store.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its name on the command line and of its files: `bank` is `bank.db` with `bank.projection.json`.
    pub name: &'static str,
    /// Its title, for people.
    pub title: &'static str,
    /// What goes on in it, in one or two sentences.
    pub story: &'static str,
    /// What there is to find, and where.
    pub to_find: &'static [&'static str],
    /// How many events the bundled store has.
    pub events: usize,
    /// The text of its projection file: rules, labels and invariants for each category.
    pub projection: &'static str,
    /// Tells its stories.
    tell: fn(&mut Recorder),
    /// Its everyday history, from how many events of it are wanted and the seed.
    everyday: fn(u64, u64) -> Endless,
}

/// Events without end.
type Endless = Box<dyn Iterator<Item = SampleEvent> + Send>;

/// An event of a sample store. Its position is its place in the sequence, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleEvent {
    /// The stream: category, `-`, id.
    pub stream: String,
    /// Place in the stream, from 1.
    pub version: i64,
    /// A UUID; of version 4 by its form, though nothing here is left to chance.
    pub id: String,
    /// The event type.
    pub event_type: &'static str,
    /// Version of the event's schema, from 1.
    pub schema_version: i64,
    /// When it was recorded; never earlier than the event before it.
    pub recorded_at: Timestamp,
    /// When it took effect, where that differs.
    pub valid_at: Option<Timestamp>,
    /// The payload, a JSON object.
    pub data: String,
    /// A JSON object: `user`, and where there is one `reason`, `channel`, `correlation_id`, `causation_id`.
    pub metadata: String,
}

/// No sample has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no sample named {name:?}; there are {}", list_of_names())]
pub struct UnknownSample {
    /// The name that was asked for.
    pub name: String,
}

fn list_of_names() -> String {
    samples().iter().map(|sample| sample.name).collect::<Vec<_>>().join(", ")
}

/// The samples that there are.
pub fn samples() -> &'static [Sample] {
    const { &[BANK, ORDERS, RIDES] }
}

/// The sample of a name.
///
/// # Errors
/// [`UnknownSample`], which names those that there are.
pub fn sample(name: &str) -> Result<&'static Sample, UnknownSample> {
    samples().iter().find(|sample| sample.name == name).ok_or_else(|| UnknownSample { name: name.to_owned() })
}

/// The text of a sample's projection file.
///
/// # Errors
/// [`UnknownSample`].
pub fn projection(name: &str) -> Result<&'static str, UnknownSample> {
    sample(name).map(|sample| sample.projection)
}

/// A sample's events in store order: exactly `events` of them, or as many as the bundled store has.
///
/// All stories are in it; where there is no room for them, first comes the textbook run of the sample's first story,
/// then the others as far as they go.
///
/// # Errors
/// [`UnknownSample`].
pub fn generate(name: &str, seed: u64, events: Option<usize>) -> Result<Events, UnknownSample> {
    let sample = sample(name)?;
    let events = events.unwrap_or(sample.events);
    let mut recorder = Recorder::new(Rng::new(seed, &format!("{name} stories")));
    (sample.tell)(&mut recorder);
    let mut stories = Vec::from(recorder.recorded);
    stories.truncate(events);
    // Stable: what happens at the same time stays in the order in which it was told.
    stories.sort_by_key(|event| event.recorded_at);
    let left = events - stories.len();
    let everyday = (sample.everyday)(left as u64, seed).peekable();
    Ok(Events { stories: stories.into_iter().peekable(), everyday, left })
}

/// The events of a sample store, one after the other.
pub struct Events {
    stories: Peekable<vec::IntoIter<SampleEvent>>,
    everyday: Peekable<Endless>,
    /// How many of the everyday ones are still to come.
    left: usize,
}

impl Iterator for Events {
    type Item = SampleEvent;

    fn next(&mut self) -> Option<SampleEvent> {
        if self.left == 0 {
            return self.stories.next();
        }
        let everyday = self.everyday.peek().map(|event| event.recorded_at);
        if self.stories.peek().is_some_and(|story| everyday.is_none_or(|everyday| story.recorded_at <= everyday)) {
            return self.stories.next();
        }
        self.left -= 1;
        self.everyday.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.left + self.stories.len();
        (len, Some(len))
    }
}

impl ExactSizeIterator for Events {}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("len", &self.len()).finish_non_exhaustive()
    }
}

const BANK: Sample = Sample {
    name: "bank",
    title: "A bank",
    story: "Half a year of accounts, cards, fees and transfers. One account went beyond its limit, one deposit was \
            booked to the wrong account, and one transfer never arrived.",
    to_find: &[
        "account-A: opened, 50 in, 20 out, 20 out: 10 are left, and 30 without the last withdrawal",
        "account-0042: on 2025-04-12 two offline card terminals saw the same old balance, and the account fell below its \
         limit until the wages came",
        "account-0015: a deposit of 500.00 meant for account-0051 was reversed by a compensating event",
        "transfer-0107: 250.00 left account-0077 and never arrived",
    ],
    events: 2000,
    projection: include_str!("../../sample-data/bank.projection.json"),
    tell: bank_stories::tell,
    everyday: |events, seed| Box::new(Everyday::new(bank::Bank::default(), bank::calendar(), events, seed)),
};

const ORDERS: Sample = Sample {
    name: "orders",
    title: "A shop",
    story: "Bob orders 5 pants, changes to 6 and pays 60. Around him sixteen weeks of baskets, orders, payments, \
            shipments and returns: one order was charged twice, and one parcel went to an old address.",
    to_find: &[
        "order-Bob: 5 pants, changed to 6, 60 paid; without the change he has paid too much",
        "order-1042: a retry charged it twice, and the second payment was refunded the next day",
        "customer-0031: moved on 2025-04-01, told us on 2025-04-15; shipment-1031 went to the old address in between",
        "customer-*: AddressChanged has two schema versions, `addr` became `address` and `country`",
    ],
    events: 1600,
    projection: include_str!("../../sample-data/orders.projection.json"),
    tell: orders_stories::tell,
    everyday: |events, seed| Box::new(Everyday::new(orders::Shop::default(), orders::calendar(), events, seed)),
};

const RIDES: Sample = Sample {
    name: "rides",
    title: "A ride service",
    story: "Three weeks of rides, each a process across the streams of a ride, a driver and a payment. In some of them \
            the follow-up never came, and one driver had two rides at once.",
    to_find: &[
        "ride-A: booked, assigned, driven, completed, paid, and refunded after a complaint",
        "ride-1013: completed, and nobody ever asked for the money",
        "payment-1021: captured, but no receipt was sent and ride-1021 never heard of it",
        "ride-1034: booked, and no driver was ever assigned",
        "driver-0007: given a second ride while on the first, on 2025-05-15",
    ],
    events: 1500,
    projection: include_str!("../../sample-data/rides.projection.json"),
    tell: rides_stories::tell,
    everyday: |events, seed| Box::new(Everyday::new(rides::Rides::default(), rides::calendar(), events, seed)),
};
