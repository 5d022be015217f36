//! The table of what a user can do: it feeds buttons, shortcuts, help and tests.

use super::{App, Command, Cursor, Step, ThemeChoice};
use crate::timeline::AxisKind;

/// A key of a shortcut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A letter, upper case.
    Letter(char),
    /// The left arrow.
    Left,
    /// The right arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Delete.
    Delete,
}

/// A key and what is held with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Ctrl, or Command on a Mac.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    /// Whether it is a single key, which acts only when no text field or control has the focus.
    pub fn is_single_key(&self) -> bool {
        !self.command
    }
}

/// One thing that a user can do.
pub struct Action {
    /// Its name for code and tests.
    pub id: &'static str,
    /// Its name for people.
    pub text: &'static str,
    /// What it does, in a sentence.
    pub tooltip: &'static str,
    /// Its key.
    pub shortcut: Option<Shortcut>,
    /// The command that it gives now; `None` where it can't be done.
    pub command: fn(&App) -> Option<Command>,
}

const fn single(key: Key) -> Option<Shortcut> {
    Some(Shortcut { command: false, shift: false, key })
}

const fn with_command(key: Key) -> Option<Shortcut> {
    Some(Shortcut { command: true, shift: false, key })
}

/// Everything that can be done from a button, a key or the palette.
pub const ACTIONS: &[Action] = &[
    Action {
        id: "start",
        text: "Before the first event",
        tooltip: "Put the cursor before the first event of the stream",
        shortcut: single(Key::Home),
        command: |app| step(app, Step::Start),
    },
    Action {
        id: "back",
        text: "Previous event",
        tooltip: "Put the cursor on the stream's previous event",
        shortcut: single(Key::Left),
        command: |app| step(app, Step::Back),
    },
    Action {
        id: "forward",
        text: "Next event",
        tooltip: "Put the cursor on the stream's next event",
        shortcut: single(Key::Right),
        command: |app| step(app, Step::Forward),
    },
    Action {
        id: "end",
        text: "Last event",
        tooltip: "Put the cursor on the stream's last event",
        shortcut: single(Key::End),
        command: |app| step(app, Step::End),
    },
    Action {
        id: "fit",
        text: "Show all",
        tooltip: "Show the whole history on the timeline",
        shortcut: single(Key::Letter('F')),
        command: |app| app.document.as_ref().map(|_| Command::Fit),
    },
    Action {
        id: "leave-out",
        text: "Leave this event out",
        tooltip: "What if the selected event had not happened? The store itself is never changed",
        shortcut: single(Key::Delete),
        command: |app| {
            let document = app.document.as_ref()?;
            let event = document.event?;
            Some(if document.is_left_out(event) { Command::TakeBack(event) } else { Command::LeaveOut(event) })
        },
    },
    Action {
        id: "undo",
        text: "Undo",
        tooltip: "Take back the last edit",
        shortcut: with_command(Key::Letter('Z')),
        command: |app| app.document.as_ref().filter(|d| d.draft.undo_words().is_some()).map(|_| Command::Undo),
    },
    Action {
        id: "redo",
        text: "Redo",
        tooltip: "Do again what was taken back",
        shortcut: with_command(Key::Letter('Y')),
        command: |app| app.document.as_ref().filter(|d| d.draft.redo_words().is_some()).map(|_| Command::Redo),
    },
    Action {
        id: "clear-edits",
        text: "Drop all edits",
        tooltip: "Go back to history as recorded",
        shortcut: None,
        command: |app| app.document.as_ref().filter(|d| d.has_edits()).map(|_| Command::ClearEdits),
    },
    Action {
        id: "save-copy",
        text: "Save as copy…",
        tooltip: "Write a new store with the edits; the opened one stays as it is",
        shortcut: with_command(Key::Letter('S')),
        command: |app| app.document.as_ref().map(|_| Command::AskCopy),
    },
    Action {
        id: "close",
        text: "Close store",
        tooltip: "Close the open store",
        shortcut: with_command(Key::Letter('W')),
        command: |app| app.document.as_ref().map(|_| Command::Close),
    },
    Action {
        id: "axis-time",
        text: "Time",
        tooltip: "Show events where they happened in time",
        shortcut: None,
        command: |app| axis(app, AxisKind::Time),
    },
    Action {
        id: "axis-sequence",
        text: "Sequence",
        tooltip: "Show every event with the same width",
        shortcut: None,
        command: |app| axis(app, AxisKind::Sequence),
    },
    Action {
        id: "theme",
        text: "Light or dark",
        tooltip: "Follow the system, dark, or light",
        shortcut: with_command(Key::Letter('T')),
        command: |app| {
            Some(Command::SetTheme(match app.theme {
                ThemeChoice::System => ThemeChoice::Dark,
                ThemeChoice::Dark => ThemeChoice::Light,
                ThemeChoice::Light => ThemeChoice::System,
            }))
        },
    },
];

/// The action of this id.
pub fn action(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

fn step(app: &App, step: Step) -> Option<Command> {
    let document = app.document.as_ref()?;
    let (count, of) = (document.lane_count(), document.lane().len());
    let possible = match step {
        Step::Start => document.cursor != Cursor::Start,
        Step::Back => count > 0,
        // At the stream's last event it can still go on to the store's end.
        Step::Forward => document.stepped(Step::Forward).is_some_and(|next| document.cursor != Cursor::Event(next)),
        Step::End => of > 0,
    };
    possible.then_some(Command::Step(step))
}

fn axis(app: &App, kind: AxisKind) -> Option<Command> {
    app.document.as_ref().filter(|document| document.axis.kind() != kind).map(|_| Command::SetAxis(kind))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_shortcuts_are_unique() {
        let mut ids = HashSet::new();
        let mut shortcuts = HashSet::new();
        for action in ACTIONS {
            assert!(ids.insert(action.id), "{}", action.id);
            assert!(action.shortcut.is_none_or(|shortcut| shortcuts.insert(shortcut)), "{}", action.id);
            assert!(!action.tooltip.ends_with('.'), "{}", action.id);
        }
    }

    #[test]
    fn without_a_store_only_the_theme_can_be_changed() {
        let app = App::new();
        let possible: Vec<&str> =
            ACTIONS.iter().filter(|action| (action.command)(&app).is_some()).map(|action| action.id).collect();
        assert_eq!(possible, ["theme"]);
    }
}
