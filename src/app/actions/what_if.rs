//! What can be done with edits and scenarios.

use super::table::{keys, single, with_alt, with_command, with_shift};
use super::{Action, Group, Key};
use crate::app::{App, Command, Direction, Jump, Tab};

/// Edits, scenarios, copies.
pub const ACTIONS: &[Action] = &[
    Action {
        id: "leave-out",
        group: Group::WhatIf,
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
        id: "move-earlier",
        group: Group::WhatIf,
        text: "Move this event earlier",
        tooltip: "What if the selected event had come before the one before it? Its time stays",
        shortcut: keys(false, true, true, Key::Left),
        command: |app| nudge(app, Direction::Back),
    },
    Action {
        id: "move-later",
        group: Group::WhatIf,
        text: "Move this event later",
        tooltip: "What if the selected event had come after the one after it? Its time stays",
        shortcut: keys(false, true, true, Key::Right),
        command: |app| nudge(app, Direction::Forward),
    },
    Action {
        id: "undo",
        group: Group::WhatIf,
        text: "Undo",
        tooltip: "Take back the last edit",
        shortcut: with_command(Key::Letter('Z')),
        command: |app| {
            app.document.as_ref().filter(|d| d.active_scenario().draft.undo_words().is_some()).map(|_| Command::Undo)
        },
    },
    Action {
        id: "redo",
        group: Group::WhatIf,
        text: "Redo",
        tooltip: "Do again what was taken back",
        shortcut: with_command(Key::Letter('Y')),
        command: |app| {
            app.document.as_ref().filter(|d| d.active_scenario().draft.redo_words().is_some()).map(|_| Command::Redo)
        },
    },
    Action {
        id: "clear-edits",
        group: Group::WhatIf,
        text: "Drop all edits",
        tooltip: "Go back to history as recorded",
        shortcut: None,
        command: |app| app.document.as_ref().filter(|d| d.has_edits()).map(|_| Command::ClearEdits),
    },
    Action {
        id: "save-copy",
        group: Group::WhatIf,
        text: "Save as copy…",
        tooltip: "Write a new store with the edits; the opened one stays as it is",
        shortcut: with_command(Key::Letter('S')),
        command: |app| app.document.as_ref().map(|_| Command::AskCopy),
    },
    Action {
        id: "new-scenario",
        group: Group::WhatIf,
        text: "New scenario",
        tooltip: "Begin another scenario beside those that are open",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::NewScenario),
    },
    Action {
        id: "duplicate-scenario",
        group: Group::WhatIf,
        text: "Duplicate the scenario",
        tooltip: "Begin another scenario with the same edits",
        shortcut: None,
        command: |app| {
            let active = app.document.as_ref().filter(|d| d.has_edits())?.active_scenario().id;
            Some(Command::DuplicateScenario(active))
        },
    },
    Action {
        id: "next-scenario",
        group: Group::WhatIf,
        text: "Next scenario",
        tooltip: "Make the next scenario the active one",
        shortcut: with_alt(Key::Function(6)),
        command: |app| another_scenario(app, Direction::Forward),
    },
    Action {
        id: "previous-scenario",
        group: Group::WhatIf,
        text: "Previous scenario",
        tooltip: "Make the previous scenario the active one",
        shortcut: None,
        command: |app| another_scenario(app, Direction::Back),
    },
    Action {
        id: "show-what-if",
        group: Group::WhatIf,
        text: "Show the edits",
        tooltip: "The edits of the active scenario, and what follows from them",
        shortcut: with_command(Key::Letter('E')),
        command: |app| app.document.as_ref().map(|_| Command::ShowTab(Tab::WhatIf)),
    },
    Action {
        id: "show-compare",
        group: Group::WhatIf,
        text: "Compare histories",
        tooltip: "What differs over time, and events side by side",
        shortcut: None,
        command: |app| in_use(app, Tab::Compare),
    },
    Action {
        id: "first-difference",
        group: Group::WhatIf,
        text: "First difference",
        tooltip: "Put the cursor where the two histories that are compared come to other states",
        shortcut: with_command(Key::Function(8)),
        command: |app| to_difference(app, Jump::First),
    },
    Action {
        id: "next-difference",
        group: Group::WhatIf,
        text: "Next difference",
        tooltip: "Put the cursor on the next event that changes what differs",
        shortcut: single(Key::Function(8)),
        command: |app| to_difference(app, Jump::Next),
    },
    Action {
        id: "previous-difference",
        group: Group::WhatIf,
        text: "Previous difference",
        tooltip: "Put the cursor on the previous event that changes what differs",
        shortcut: with_shift(Key::Function(8)),
        command: |app| to_difference(app, Jump::Previous),
    },
    Action {
        id: "show-sweep",
        group: Group::WhatIf,
        text: "Sweep over values",
        tooltip: "What comes of a range of values in one edit",
        shortcut: None,
        command: |app| in_use(app, Tab::Sweep),
    },
];

fn nudge(app: &App, direction: Direction) -> Option<Command> {
    let document = app.document.as_ref()?;
    document.event.filter(|event| !document.is_left_out(*event)).map(|_| Command::NudgeEvent(direction))
}

fn another_scenario(app: &App, direction: Direction) -> Option<Command> {
    let document = app.document.as_ref().filter(|document| document.scenarios.all().len() > 1);
    document.map(|_| Command::NextScenario(direction))
}

fn to_difference(app: &App, jump: Jump) -> Option<Command> {
    app.document.as_ref()?.difference(jump).map(|_| Command::ToDifference(jump))
}

/// Shows a tab that needs edits to say anything.
fn in_use(app: &App, tab: Tab) -> Option<Command> {
    let document = app.document.as_ref().filter(|document| document.scenarios.in_use().next().is_some());
    document.map(|_| Command::ShowTab(tab))
}
