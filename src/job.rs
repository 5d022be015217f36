//! Contracts between the application and its workers: data only.
