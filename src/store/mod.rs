//! The only module that knows SQLite.
