//! What a whole store says about itself, from one look at all its events. Pure: events come in, findings go out.

pub mod schema;
