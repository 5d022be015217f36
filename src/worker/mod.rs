//! The only module that starts threads: runs jobs inline for tests and the command line, in a pool for the window.

mod history;
mod inline;
mod pool;
mod projections;
mod run;
mod session;

pub use inline::Inline;
pub use pool::Pool;
pub use projections::{OnBadProjection, ProjectionProblem, Projections, projection_beside};
pub use run::Workshop;
pub use session::{Session, SessionError, SessionOptions};

use crate::job::{Finished, Request};

/// Something that runs requests and hands back their answers.
pub trait Executor {
    /// Takes a request. Returns at once, or when it is done.
    fn submit(&self, request: Request);

    /// The answers since the last call.
    fn drain(&self) -> Vec<Finished>;
}
