//! Jobs that write or look at small files.
