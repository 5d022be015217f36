//! The headless application: all that a user can see and do, without pixels.
