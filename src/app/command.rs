//! Everything that can be asked of the application, by a user, a test or a finished job.

use std::path::PathBuf;
use std::sync::Arc;

use crate::job::{Finished, Pick};
use crate::model::Timestamp;
use crate::timeline::{AxisKind, View};

/// One wish. Mouse, keyboard, menus and tests all speak these.
#[derive(Debug)]
pub enum Command {
    /// Open a file instead of the one that is open.
    Open(PathBuf),
    /// Ask for a file with the system's dialog.
    Pick(Pick),
    /// Open a copy that was just written, with the rules of the open store.
    OpenCopy(PathBuf),
    /// Close the open store.
    Close,
    /// Drop the edits and go on with what they were in the way of.
    DropEdits,
    /// Look at a stream.
    SelectStream(Arc<str>),
    /// Put the cursor exactly on an event (ties can be stepped through).
    SeekEvent(u32),
    /// Put the cursor on an instant, held within the history: dragging.
    ScrubToTime(Timestamp),
    /// Put the cursor after so many events of the store, held within the history: dragging on the sequence axis.
    ScrubToCount(usize),
    /// Step through the selected stream, or the whole store without one.
    Step(Step),
    /// Leave an event out, as a what-if edit.
    LeaveOut(u32),
    /// Take an event back in that was left out.
    TakeBack(u32),
    /// Take back the last edit.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Drop all edits.
    ClearEdits,
    /// Ask where to save a copy.
    AskCopy,
    /// Close whatever question is open.
    CloseDialog,
    /// Write a copy.
    SaveCopy {
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Show time or sequence.
    SetAxis(AxisKind),
    /// Show another part of the axis.
    SetView(View),
    /// Show all of the axis.
    Fit,
    /// Load these events in full: the rows in sight.
    WantRows(Vec<u32>),
    /// Choose the theme.
    SetTheme(ThemeChoice),
    /// Put a notice away.
    Dismiss(u64),
    /// Stop a running job.
    Stop(crate::job::Slot),
    /// A job has an answer.
    Done(Finished),
}

/// Where a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Before the first event.
    Start,
    /// One event back.
    Back,
    /// One event on.
    Forward,
    /// On the last event.
    End,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}
