//! Actions on the files of a history.

use super::table::keys;
use super::{Action, Group, Key};
use crate::app::Command;
use crate::job::Pick;

/// What can be done with the files of a history: they can be followed, several be read as one.
pub const FILES: &[Action] = &[
    Action {
        id: "live",
        group: Group::Store,
        text: "Follow live",
        tooltip: "Show new events as other programs write them; only here may the -shm file beside a store change",
        shortcut: keys(true, true, false, Key::Letter('L')),
        command: |app| app.document.as_ref().map(|document| Command::Live(!document.live.is_on())),
    },
    Action {
        id: "open-together",
        group: Group::Store,
        text: "Open together with…",
        tooltip: "Open a further file of the same history, such as an archive or a shard: events of all files in one \
                  order, what two files have shown once",
        shortcut: keys(true, true, false, Key::Letter('J')),
        command: |app| app.document.as_ref().map(|_| Command::Pick(Pick::Together)),
    },
    Action {
        id: "open-alone",
        group: Group::Store,
        text: "Open the first file alone",
        tooltip: "Show only the file that was opened first, without those that were opened together with it",
        shortcut: None,
        command: |app| {
            let several = app.document.as_ref().is_some_and(|document| !document.opened.files.is_empty());
            several.then_some(Command::OpenTogether(Vec::new()))
        },
    },
];
