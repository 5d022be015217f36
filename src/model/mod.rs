//! The vocabulary as plain data. Knows nothing of files, threads, SQL or pixels.

pub mod copy;
pub mod event;
mod extract;
pub mod json;
pub mod list;
pub mod log;
pub mod mapping;
pub mod moment;
pub mod names;
pub mod number;
pub mod path;
pub mod progress;
pub mod proof;
pub mod recognised;
pub mod selection;
pub mod snapshots;
pub mod time;
pub mod value;
pub mod zoned;

pub use copy::{CopyDescription, CopyPlan, CopyRefusal, CopyRow};
pub use event::{Event, EventKind, Payload, Unreadable, Wanted};
pub use list::List;
pub use log::{
    CategoryIndex, EVENT_PARTS, EventLog, EventLogBuilder, EventsOfImage, ImageError, LogImage, LogRow, PieceNames,
    STREAM_PARTS, SharedList, StreamIndex, StreamInfo, StreamsOfImage, TypeIndex,
};
pub use moment::Moment;
pub use number::Number;
pub use path::{Path, Segment, ValuePath};
pub use progress::{Cancel, Found, Progress};
pub use proof::{FileChange, FileHash, SideFile};
pub use selection::Selection;
pub use snapshots::{SnapshotHead, SnapshotIndex};
pub use time::Timestamp;
pub use value::{Key, Object, Origin, Slot, Value};
