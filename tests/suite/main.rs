//! The wider tests, as one binary: a module for each area.

mod query;
