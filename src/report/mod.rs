//! What goes out to other programs: the shapes of events and moments, NDJSON and CSV. Pure: writes to any writer.

mod csv;
mod event;
mod moment;

pub use csv::EventCsv;
pub use event::{EventShape, write_ndjson};
pub use moment::MomentShape;
