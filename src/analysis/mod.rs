//! What a whole store says about itself, from one look at all its events: whether it is sound, what its events look
//! like. Pure: events come in, findings go out.

pub mod health;
pub mod schema;
