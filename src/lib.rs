//! Foldline: open a SQLite event store, scrub its streams on a timeline while the state is replayed under the
//! cursor, and run what-if replays with edited events on a copy.
//!
//! Modules point only downwards (`tests/architecture.rs` holds them to it):
//!
//! ```text
//! cli   ui            the edges: arguments and text, windows and pixels
//!   \   /  \
//!    \ /    app       headless application: commands in, jobs out
//!   worker   |        threads, caches, files of our own
//!     |  \   |
//!     |   job         contracts: jobs, outcomes (data only)
//!   store  |          SQLite, layouts, decoding, copies
//!     |   whatif  report  analysis  sample
//!     |   replay  timeline
//!     |   query
//!     model           events, values, numbers, times, the index
//! ```

pub mod analysis;
pub mod app;
pub mod cli;
pub mod job;
pub mod model;
pub mod query;
pub mod replay;
pub mod report;
pub mod sample;
pub mod store;
pub mod timeline;
pub mod ui;
pub mod whatif;
pub mod worker;
