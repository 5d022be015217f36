//! What can be told of a whole history: whether it is sound. Pure.

pub mod health;
