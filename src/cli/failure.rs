//! How a command ends, as an exit status and a text.

use std::fmt;
use std::io;

use crate::model::moment::MomentError;
use crate::model::selection::ResolveError;
use crate::worker::{CutError, MappingFileError, Remedy, SampleError, SessionError};

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done: 0.
    Done,
    /// Done, and it found what it is for finding: 1.
    Found,
}

impl Status {
    /// [`Status::Found`] if so.
    pub fn found_if(found: bool) -> Self {
        if found { Self::Found } else { Self::Done }
    }
}

/// Why a command did nothing.
#[derive(Debug)]
pub enum CliError {
    /// What was asked for is wrong: 2.
    Usage(String),
    /// A file is missing, unreadable, malformed or can't be written: 3.
    Input(String),
    /// Standard output can't be written.
    Output(io::Error),
}

impl CliError {
    /// Something that is planned and not there.
    pub fn not_available(what: &str, instead: &str) -> Self {
        Self::Usage(format!("{what} is not available yet; {instead}"))
    }

    /// The exit status.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            // Whoever reads has seen enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Input(_) | Self::Output(_) => 3,
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Input(text) => f.write_str(text),
            Self::Output(error) => {
                write!(f, "can't write to standard output: {error}; make room, or send it elsewhere")
            }
        }
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// An error with the option that would help.
fn with_option(error: &dyn fmt::Display, remedy: Option<Remedy>) -> String {
    match remedy {
        Some(Remedy::Overwrite) => format!("{error} (--force overwrites it)"),
        Some(Remedy::FoldlineLayout) => format!("{error} (--as foldline)"),
        None => error.to_string(),
    }
}

impl From<SessionError> for CliError {
    fn from(error: SessionError) -> Self {
        let text = with_option(&error, error.remedy());
        if error.is_input_error() { Self::Input(text) } else { Self::Usage(text) }
    }
}

impl From<MappingFileError> for CliError {
    fn from(error: MappingFileError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<SampleError> for CliError {
    fn from(error: SampleError) -> Self {
        let text = with_option(&error, error.remedy());
        if error.is_input_error() { Self::Input(text) } else { Self::Usage(text) }
    }
}

impl From<CutError> for CliError {
    fn from(error: CutError) -> Self {
        match error {
            CutError::Resolve(error) => error.into(),
            CutError::NoTimes { .. } => Self::Usage(error.to_string()),
        }
    }
}

impl From<ResolveError> for CliError {
    fn from(error: ResolveError) -> Self {
        let hint = if matches!(error, ResolveError::NoTimes(_)) { " with --position or --version" } else { "" };
        Self::Usage(format!("{error}{hint}"))
    }
}

impl From<MomentError> for CliError {
    fn from(error: MomentError) -> Self {
        Self::Usage(error.to_string())
    }
}
