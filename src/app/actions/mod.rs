//! The table of what a user can do: it feeds buttons, shortcuts, help and tests.

mod files;
mod table;
mod what_if;

use super::{App, Command};

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
    /// The up arrow.
    Up,
    /// The down arrow.
    Down,
    /// Delete.
    Delete,
    /// The space bar.
    Space,
    /// Tab.
    Tab,
    /// A function key.
    Function(u8),
    /// A digit.
    Digit(u8),
    /// `+`, also where it is typed as `=`.
    Plus,
    /// `-`.
    Minus,
    /// `?`.
    QuestionMark,
    /// `,`.
    Comma,
    /// `.`.
    Period,
}

/// A key and what is held with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Ctrl, or Command on a Mac.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// Alt, or Option on a Mac.
    pub alt: bool,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    /// Whether it is a single key, which acts only when no text field or control has the focus.
    pub fn is_single_key(&self) -> bool {
        !self.command && !self.alt && !matches!(self.key, Key::Function(_))
    }

    /// Whether a text field has a use of its own for it.
    pub fn is_of_text(&self) -> bool {
        (self.command && matches!(self.key, Key::Letter('Z' | 'Y') | Key::Left | Key::Right))
            || (self.alt && matches!(self.key, Key::Left | Key::Right))
    }
}

/// One thing that a user can do.
pub struct Action {
    /// Its name for code and tests.
    pub id: &'static str,
    /// Where help lists it.
    pub group: Group,
    /// Its name for people.
    pub text: &'static str,
    /// What it does, in a sentence.
    pub tooltip: &'static str,
    /// Its key.
    pub shortcut: Option<Shortcut>,
    /// The command that it gives now; `None` where it can't be done.
    pub command: fn(&App) -> Option<Command>,
}

/// What an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Moving through history.
    Cursor,
    /// What the timeline shows.
    Timeline,
    /// What the state panel shows.
    State,
    /// Finding things.
    Find,
    /// Edits that never touch the store.
    WhatIf,
    /// Files.
    Store,
    /// The window itself.
    Window,
}

impl Group {
    /// All groups, in the order of help.
    pub const ALL: [Self; 7] =
        [Self::Cursor, Self::Timeline, Self::Find, Self::State, Self::WhatIf, Self::Store, Self::Window];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cursor => "Moving through history",
            Self::Timeline => "Timeline",
            Self::State => "State",
            Self::Find => "Finding",
            Self::WhatIf => "What if",
            Self::Store => "Stores",
            Self::Window => "Window",
        }
    }
}

/// Everything that can be done from a button, a key or the palette.
pub fn actions() -> impl Iterator<Item = &'static Action> + Clone {
    table::ACTIONS.iter().chain(files::FILES).chain(what_if::ACTIONS)
}

/// The action of this id.
pub fn action(id: &str) -> Option<&'static Action> {
    actions().find(|action| action.id == id)
}

/// Why an action can't be done now, in a few words. Ask only where it gives no command.
pub fn why_not(action: &Action, app: &App) -> &'static str {
    match action.id {
        "usual-size" => "text has its usual size",
        "bigger" => "text is as large as it gets",
        "smaller" => "text is as small as it gets",
        "theme-system" | "theme-dark" | "theme-light" => "in use",
        _ if app.document.is_none() => "no store is open",
        "follow-head" => "the store is not followed",
        "open-alone" => "the store is one file",
        "start" => "the cursor is there",
        "back" => "no event before the cursor",
        "forward" | "play" => "no event after the cursor",
        "end" => "the stream has no events",
        "axis-time" | "axis-sequence" | "sort-first" | "sort-name" | "sort-events" | "sort-last" => "in use",
        "close-scenario" => "there is only an empty one",
        "save-scenario" | "duplicate-scenario" | "show-compare" | "show-sweep" | "compensate" => "no edits yet",
        "leave-out-chosen" => "not several events are selected",
        "change-event" | "retime" | "move-event" if app.document.as_ref().is_some_and(|d| d.event.is_some()) => {
            "the selected event is left out"
        }
        "skip-after" if app.document.as_ref().is_some_and(|d| d.event.is_some()) => "nothing comes after it",
        "leave-out" | "change-event" | "retime" | "move-event" | "insert-before" | "skip-after" => {
            "no event is selected"
        }
        "move-earlier" | "move-later" => "no event is selected that is there",
        "first-difference" | "next-difference" | "previous-difference" => no_difference(app),
        "next-scenario" | "previous-scenario" => "no other scenario is open",
        "undo" | "redo" => "nothing to do again or to take back",
        "clear-edits" => "no edits",
        "trail-back" | "trail-forward" => "nowhere to go back to",
        "next-hit" | "previous-hit" => "nothing is found",
        "clear-search" => "nothing is looked for",
        "hide-life" => "no life of a value is shown",
        "next-store" | "previous-store" => "no other store is open",
        "minute-back" | "minute-forward" | "day-back" | "day-forward" => "the events have no times",
        "export-fixture" | "pin-stream" | "copy-reply" | "copy-reply-markdown" | "make-rules" => {
            "no stream is selected"
        }
        "faster" | "slower" => "no other speed",
        _ => "not now",
    }
}

/// Why there is no difference to go to.
fn no_difference(app: &App) -> &'static str {
    let Some(document) = &app.document else { return "no store is open" };
    let comparison = &document.comparison;
    match comparison.current() {
        _ if !comparison.is_asked() => "no edits yet",
        None if comparison.differences().is_pending() => "still comparing",
        None => "the comparison failed",
        Some(found) if found.rows.is_empty() => "both have the same states",
        Some(_) => "no further difference that way",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_shortcuts_are_unique() {
        let mut ids = HashSet::new();
        let mut shortcuts = HashSet::new();
        for action in actions() {
            assert!(ids.insert(action.id), "{}", action.id);
            assert!(action.shortcut.is_none_or(|shortcut| shortcuts.insert(shortcut)), "{}", action.id);
            assert!(!action.tooltip.ends_with('.'), "{}", action.id);
        }
    }

    #[test]
    fn without_a_store_only_the_window_can_be_changed() {
        let app = App::new();
        let possible: Vec<&str> =
            actions().filter(|action| (action.command)(&app).is_some()).map(|action| action.id).collect();
        let about_the_window = [
            "theme",
            "open",
            "palette",
            "help",
            "help-too",
            "bigger",
            "smaller",
            "theme-dark",
            "theme-light",
            "measurements",
        ];
        assert_eq!(possible, about_the_window);
        for action in actions().filter(|action| !possible.contains(&action.id)) {
            assert!(!why_not(action, &app).is_empty(), "{}", action.id);
        }
    }
}
