//! The wider tests as one binary, a module for each area: linking is what takes the time.

mod query;
mod replay;
mod sample;
