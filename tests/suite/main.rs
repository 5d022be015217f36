//! Everything that is wider than one file, in one binary.

#![allow(missing_docs, reason = "tests document themselves by their names")]

mod fixtures;
mod store;
