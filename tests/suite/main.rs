//! Everything that is wider than one file, in one binary.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod fixtures;
mod store;
