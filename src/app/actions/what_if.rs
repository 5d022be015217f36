//! What can be done with edits and scenarios.

use super::table::{keys, single, with_alt, with_command, with_shift};
use super::{Action, Group, Key};
use crate::app::{App, Command, Direction, Document, FormCommand, FormStart, Jump, Tab};

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
            if !document.chosen.is_empty() {
                return Some(Command::LeaveOutChosen);
            }
            let event = document.event?;
            Some(if document.is_left_out(event) { Command::TakeBack(event) } else { Command::LeaveOut(event) })
        },
    },
    Action {
        id: "leave-out-chosen",
        group: Group::WhatIf,
        text: "Leave out the selected events",
        tooltip: "Several events of the table, chosen with Ctrl or Shift and a click",
        shortcut: None,
        command: |app| {
            app.document.as_ref().filter(|document| !document.chosen.is_empty()).map(|_| Command::LeaveOutChosen)
        },
    },
    Action {
        id: "change-event",
        group: Group::WhatIf,
        text: "Change this event…",
        tooltip: "What if the selected event had said something else?",
        shortcut: single(Key::Letter('E')),
        command: |app| {
            let (document, event) = here(app)?;
            (!document.is_left_out(event)).then(|| begin(FormStart::Change(event)))
        },
    },
    Action {
        id: "insert-after",
        group: Group::WhatIf,
        text: "Insert an event after…",
        tooltip: "What if something else had happened after the selected event?",
        shortcut: single(Key::Letter('I')),
        command: |app| {
            let document = app.document.as_ref()?;
            Some(begin(match (document.event, &document.stream) {
                (Some(event), _) => FormStart::InsertAfter(event),
                (None, Some(stream)) => FormStart::InsertAtStart(stream.clone()),
                (None, None) => FormStart::InsertInNewStream,
            }))
        },
    },
    Action {
        id: "insert-before",
        group: Group::WhatIf,
        text: "Insert an event before…",
        tooltip: "What if something else had happened before the selected event?",
        shortcut: None,
        command: |app| here(app).map(|(_, event)| begin(FormStart::InsertBefore(event))),
    },
    Action {
        id: "insert-at-end",
        group: Group::WhatIf,
        text: "Insert an event at the end of the stream…",
        tooltip: "What if one thing more had happened?",
        shortcut: None,
        command: |app| Some(begin(FormStart::InsertAtEnd(app.document.as_ref()?.stream.clone()?))),
    },
    Action {
        id: "insert-new-stream",
        group: Group::WhatIf,
        text: "Insert an event in a new stream…",
        tooltip: "What if there had been another one?",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| begin(FormStart::InsertInNewStream)),
    },
    Action {
        id: "skip-after",
        group: Group::WhatIf,
        text: "Skip everything after here",
        tooltip: "What if the stream had ended with the selected event?",
        shortcut: None,
        command: |app| {
            let (document, event) = here(app)?;
            document.next_in_lane(event).map(|_| Command::SkipAfter(event))
        },
    },
    Action {
        id: "retime",
        group: Group::WhatIf,
        text: "Retime from here…",
        tooltip: "What if it had been earlier or later?",
        shortcut: None,
        command: |app| {
            let (document, event) = here(app)?;
            (!document.is_left_out(event)).then(|| Command::Ask(Some(document.ask_retime(event))))
        },
    },
    Action {
        id: "move-event",
        group: Group::WhatIf,
        text: "Move this event…",
        tooltip: "What if the selected event had come at another place?",
        shortcut: None,
        command: |app| {
            let (document, event) = here(app)?;
            (!document.is_left_out(event)).then(|| Command::Ask(Some(document.ask_move(event))))
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
        id: "save-scenario",
        group: Group::WhatIf,
        text: "Save scenario…",
        tooltip: "Write the edits to a file that can be sent, opened again, or given to the command line",
        shortcut: keys(true, true, false, Key::Letter('S')),
        command: |app| {
            let document = app.document.as_ref().filter(|document| document.has_edits())?;
            Some(Command::AskSaveScenario(document.active_scenario().id))
        },
    },
    Action {
        id: "open-scenario",
        group: Group::WhatIf,
        text: "Open scenario…",
        tooltip: "Open a file of edits beside the scenarios that are open",
        shortcut: keys(true, true, false, Key::Letter('O')),
        command: |app| app.document.as_ref().map(|_| Command::AskOpenScenario),
    },
    Action {
        id: "export-fixture",
        group: Group::WhatIf,
        text: "Export as fixture…",
        tooltip: "Given these events, when this one comes, then this state: for the tests of those who write the system",
        shortcut: None,
        command: |app| app.document.as_ref()?.stream.as_ref().map(|_| Command::AskFixture),
    },
    Action {
        id: "rename-scenario",
        group: Group::WhatIf,
        text: "Rename the scenario…",
        tooltip: "Give the active scenario another name",
        shortcut: None,
        command: |app| app.document.as_ref().map(|d| Command::AskRenameScenario(d.active_scenario().id)),
    },
    Action {
        id: "close-scenario",
        group: Group::WhatIf,
        text: "Close the scenario",
        tooltip: "Put the active scenario away; asks first, where its edits are in no file",
        shortcut: None,
        command: |app| {
            let document = app.document.as_ref()?;
            let view = document.active_scenario();
            let closes = view.is_in_use() || view.file.is_some() || document.scenarios.all().len() > 1;
            closes.then_some(Command::AskCloseScenario(view.id))
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
    Action {
        id: "compensate",
        group: Group::WhatIf,
        text: "Propose compensation…",
        tooltip: "Which events, appended today, would bring the recorded states to those of the scenario",
        shortcut: None,
        command: |app| app.document.as_ref()?.scenario().map(|_| Command::ShowCompensation),
    },
];

fn begin(start: FormStart) -> Command {
    Command::Form(FormCommand::Begin(start))
}

/// The selected event.
fn here(app: &App) -> Option<(&Document, u32)> {
    let document = app.document.as_ref()?;
    Some((document, document.event?))
}

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
