//! What goes out to other programs and people: the shapes of events and moments, NDJSON and CSV, sentences and
//! summaries to paste into an answer. Pure: writes to any writer.

mod cloudevents;
mod csv;
mod event;
mod fixture;
mod moment;
pub mod reply;
mod sentence;
mod words;

pub use cloudevents::write_cloudevent;
pub use csv::EventCsv;
pub use event::{EventShape, write_ndjson, write_ndjson_from};
pub use fixture::{FIXTURE_FORMAT, Fixture, FixtureCase, FixtureThen, is_text_fixture};
pub use moment::MomentShape;
pub use reply::{ReplyEvent, ReplyFacts, SetLeaf};
pub use sentence::{how_little, sentence};
