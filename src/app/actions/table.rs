//! The table itself: every action with its key and the command that it gives now.

use super::{Action, Group, Key, Shortcut};
use crate::app::settings::{SCALES, SPEEDS};
use crate::app::{
    App, Command, Cursor, Direction, Focus, MappingCommand, PanelName, Sheet, Step, StreamSort, Tab, ThemeChoice,
};
use crate::job::{Pick, ReplyFormat};
use crate::timeline::AxisKind;

pub(super) const fn keys(command: bool, shift: bool, alt: bool, key: Key) -> Option<Shortcut> {
    Some(Shortcut { command, shift, alt, key })
}

pub(super) const fn single(key: Key) -> Option<Shortcut> {
    keys(false, false, false, key)
}

pub(super) const fn with_shift(key: Key) -> Option<Shortcut> {
    keys(false, true, false, key)
}

pub(super) const fn with_command(key: Key) -> Option<Shortcut> {
    keys(true, false, false, key)
}

pub(super) const fn with_alt(key: Key) -> Option<Shortcut> {
    keys(false, false, true, key)
}

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// What can be done from a button, a key or the palette; what is about edits is in `what_if.rs`.
pub const ACTIONS: &[Action] = &[
    Action {
        id: "start",
        group: Group::Cursor,
        text: "Before the first event",
        tooltip: "Put the cursor before the first event of the stream",
        shortcut: single(Key::Home),
        command: |app| step(app, Step::Start),
    },
    Action {
        id: "back",
        group: Group::Cursor,
        text: "Previous event",
        tooltip: "Put the cursor on the stream's previous event",
        shortcut: single(Key::Left),
        command: |app| step(app, Step::Back),
    },
    Action {
        id: "forward",
        group: Group::Cursor,
        text: "Next event",
        tooltip: "Put the cursor on the stream's next event",
        shortcut: single(Key::Right),
        command: |app| step(app, Step::Forward),
    },
    Action {
        id: "end",
        group: Group::Cursor,
        text: "Last event",
        tooltip: "Put the cursor on the stream's last event",
        shortcut: single(Key::End),
        command: |app| step(app, Step::End),
    },
    Action {
        id: "fit",
        group: Group::Timeline,
        text: "Show all",
        tooltip: "Show the whole history on the timeline",
        shortcut: single(Key::Letter('F')),
        command: |app| app.document.as_ref().map(|_| Command::Fit),
    },
    Action {
        id: "close",
        group: Group::Store,
        text: "Close store",
        tooltip: "Close the open store",
        shortcut: with_command(Key::Letter('W')),
        command: |app| app.document.as_ref().map(|_| Command::Close),
    },
    Action {
        id: "axis-time",
        group: Group::Timeline,
        text: "Time axis",
        tooltip: "Show events where they happened in time",
        shortcut: None,
        command: |app| axis(app, AxisKind::Time),
    },
    Action {
        id: "axis-sequence",
        group: Group::Timeline,
        text: "Sequence axis",
        tooltip: "Show every event with the same width",
        shortcut: None,
        command: |app| axis(app, AxisKind::Sequence),
    },
    Action {
        id: "theme",
        group: Group::Window,
        text: "Light or dark",
        tooltip: "Follow the system, dark, or light",
        shortcut: with_command(Key::Letter('T')),
        command: |app| {
            Some(Command::SetTheme(match app.settings.theme {
                ThemeChoice::System => ThemeChoice::Dark,
                ThemeChoice::Dark => ThemeChoice::Light,
                ThemeChoice::Light => ThemeChoice::System,
            }))
        },
    },
    Action {
        id: "show-types",
        group: Group::Store,
        text: "Event types and fields",
        tooltip: "Which types the events have, with which fields, and how those changed",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::ShowTab(Tab::Types)),
    },
    Action {
        id: "play",
        group: Group::Cursor,
        text: "Play or pause",
        tooltip: "Step from event to event by itself; from the start, where no event is left",
        shortcut: single(Key::Space),
        command: |app| {
            let document = app.document.as_ref()?;
            let playing = app.playing.is_some();
            (playing || !document.lane().is_empty()).then_some(Command::Play(!playing))
        },
    },
    Action {
        id: "faster",
        group: Group::Cursor,
        text: "Play faster",
        tooltip: "More events a second",
        shortcut: single(Key::Period),
        command: |app| speed(app, 1),
    },
    Action {
        id: "slower",
        group: Group::Cursor,
        text: "Play slower",
        tooltip: "Fewer events a second",
        shortcut: single(Key::Comma),
        command: |app| speed(app, -1),
    },
    Action {
        id: "minute-back",
        group: Group::Cursor,
        text: "A minute back",
        tooltip: "Move the cursor back by a minute",
        shortcut: with_shift(Key::Left),
        command: |app| seconds(app, -MINUTE),
    },
    Action {
        id: "minute-forward",
        group: Group::Cursor,
        text: "A minute on",
        tooltip: "Move the cursor on by a minute",
        shortcut: with_shift(Key::Right),
        command: |app| seconds(app, MINUTE),
    },
    Action {
        id: "day-back",
        group: Group::Cursor,
        text: "A day back",
        tooltip: "Move the cursor back by a day",
        shortcut: keys(true, true, false, Key::Left),
        command: |app| seconds(app, -DAY),
    },
    Action {
        id: "day-forward",
        group: Group::Cursor,
        text: "A day on",
        tooltip: "Move the cursor on by a day",
        shortcut: keys(true, true, false, Key::Right),
        command: |app| seconds(app, DAY),
    },
    Action {
        id: "trail-back",
        group: Group::Cursor,
        text: "Back to where you were",
        tooltip: "Go where the cursor was before the last jump",
        shortcut: with_alt(Key::Left),
        command: |app| {
            app.document.as_ref().filter(|document| document.ways().0).map(|_| Command::Trail(Direction::Back))
        },
    },
    Action {
        id: "trail-forward",
        group: Group::Cursor,
        text: "On again",
        tooltip: "Go on again after going back",
        shortcut: with_alt(Key::Right),
        command: |app| {
            app.document.as_ref().filter(|document| document.ways().1).map(|_| Command::Trail(Direction::Forward))
        },
    },
    Action {
        id: "as-of",
        group: Group::Cursor,
        text: "Go to a moment…",
        tooltip: "Type a time, a position such as #1284 or a version such as v12",
        shortcut: with_command(Key::Letter('G')),
        command: |app| app.document.as_ref().map(|_| Command::Focus(Focus::AsOf)),
    },
    Action {
        id: "zone",
        group: Group::Window,
        text: "Time zone…",
        tooltip: "Choose the zone of all times in the window",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::Focus(Focus::Zone)),
    },
    Action {
        id: "stream-up",
        group: Group::Cursor,
        text: "Previous stream",
        tooltip: "Look at the stream above in the list",
        shortcut: single(Key::Up),
        command: |app| app.document.as_ref().map(|_| Command::NextStream(Direction::Back)),
    },
    Action {
        id: "stream-down",
        group: Group::Cursor,
        text: "Next stream",
        tooltip: "Look at the stream below in the list",
        shortcut: single(Key::Down),
        command: |app| app.document.as_ref().map(|_| Command::NextStream(Direction::Forward)),
    },
    Action {
        id: "zoom-in",
        group: Group::Timeline,
        text: "Zoom in",
        tooltip: "Show less history in more detail",
        shortcut: single(Key::Letter('W')),
        command: |app| app.document.as_ref().map(|_| Command::Zoom(1.5)),
    },
    Action {
        id: "zoom-out",
        group: Group::Timeline,
        text: "Zoom out",
        tooltip: "Show more history in less detail",
        shortcut: single(Key::Letter('S')),
        command: |app| app.document.as_ref().map(|_| Command::Zoom(1.0 / 1.5)),
    },
    Action {
        id: "pan-left",
        group: Group::Timeline,
        text: "Earlier",
        tooltip: "Move the view to what was before",
        shortcut: single(Key::Letter('A')),
        command: |app| app.document.as_ref().map(|_| Command::Pan(-0.2)),
    },
    Action {
        id: "pan-right",
        group: Group::Timeline,
        text: "Later",
        tooltip: "Move the view to what came after",
        shortcut: single(Key::Letter('D')),
        command: |app| app.document.as_ref().map(|_| Command::Pan(0.2)),
    },
    Action {
        id: "pin-stream",
        group: Group::Timeline,
        text: "Pin or unpin the stream",
        tooltip: "Keep the selected stream at the top of the timeline",
        shortcut: single(Key::Letter('P')),
        command: |app| Some(Command::TogglePinned(app.document.as_ref()?.stream.clone()?)),
    },
    Action {
        id: "add-track",
        group: Group::Timeline,
        text: "Add a track…",
        tooltip: "Draw a field of the state, or when a condition holds, over the whole history",
        shortcut: single(Key::Letter('T')),
        command: |app| app.document.as_ref()?.stream.as_ref().map(|_| Command::Focus(Focus::Track)),
    },
    Action {
        id: "legend",
        group: Group::Timeline,
        text: "Legend",
        tooltip: "Explain colours and shapes of the marks",
        shortcut: single(Key::Letter('L')),
        command: |app| app.document.as_ref().map(|_| Command::ShowLegend(!app.settings.legend)),
    },
    Action {
        id: "search",
        group: Group::Find,
        text: "Search events",
        tooltip: "Find events by any word, field or value",
        shortcut: with_command(Key::Letter('F')),
        command: |app| app.document.as_ref().map(|_| Command::Focus(Focus::Search)),
    },
    Action {
        id: "next-hit",
        group: Group::Find,
        text: "Next event found",
        tooltip: "Go to the next event that the search found",
        shortcut: single(Key::Function(3)),
        command: |app| hit(app, Direction::Forward),
    },
    Action {
        id: "previous-hit",
        group: Group::Find,
        text: "Previous event found",
        tooltip: "Go to the previous event that the search found",
        shortcut: keys(false, true, false, Key::Function(3)),
        command: |app| hit(app, Direction::Back),
    },
    Action {
        id: "clear-search",
        group: Group::Find,
        text: "End the search",
        tooltip: "Forget what was searched and found",
        shortcut: None,
        command: |app| {
            app.document.as_ref().filter(|document| document.search.is_active()).map(|_| Command::ClearSearch)
        },
    },
    Action {
        id: "filter",
        group: Group::Find,
        text: "Filter streams",
        tooltip: "List only streams whose name fits",
        shortcut: with_command(Key::Letter('L')),
        command: |app| app.document.as_ref().map(|_| Command::Focus(Focus::Filter)),
    },
    Action {
        id: "check-history",
        group: Group::Find,
        text: "Check the history",
        tooltip: "Look whether the whole history is sound: gaps, doubles, broken payloads, times and causes that can't be",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::CheckHistory),
    },
    Action {
        id: "sort-first",
        group: Group::Find,
        text: "Sort streams by first event",
        tooltip: "List streams as they first appear",
        shortcut: None,
        command: |app| sort(app, StreamSort::FirstEvent),
    },
    Action {
        id: "sort-name",
        group: Group::Find,
        text: "Sort streams by name",
        tooltip: "List streams by name",
        shortcut: None,
        command: |app| sort(app, StreamSort::Name),
    },
    Action {
        id: "sort-events",
        group: Group::Find,
        text: "Sort streams by number of events",
        tooltip: "List streams with the most events first",
        shortcut: None,
        command: |app| sort(app, StreamSort::Events),
    },
    Action {
        id: "sort-last",
        group: Group::Find,
        text: "Sort streams by last event",
        tooltip: "List streams with the latest event first",
        shortcut: None,
        command: |app| sort(app, StreamSort::LastEvent),
    },
    Action {
        id: "copy-reply",
        group: Group::State,
        text: "Copy for a reply",
        tooltip: "Sum up stream, moment and state as text on the clipboard",
        shortcut: keys(true, true, false, Key::Letter('C')),
        command: |app| reply(app, ReplyFormat::Text),
    },
    Action {
        id: "copy-reply-markdown",
        group: Group::State,
        text: "Copy for a reply as Markdown",
        tooltip: "Sum up stream, moment and state as Markdown on the clipboard",
        shortcut: keys(true, true, false, Key::Letter('M')),
        command: |app| reply(app, ReplyFormat::Markdown),
    },
    Action {
        id: "make-rules",
        group: Group::State,
        text: "Make rules…",
        tooltip: "Write a first rule file by the names of events and by sample values",
        shortcut: None,
        command: |app| {
            let document = app.document.as_ref()?;
            let stream = document.stream_index()?;
            Some(Command::AskRules(document.opened.log.stream(stream).category))
        },
    },
    Action {
        id: "use-rules",
        group: Group::State,
        text: "Use a projection file…",
        tooltip: "Make states with rules from a file",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::Pick(Pick::Rules)),
    },
    Action {
        id: "hide-life",
        group: Group::State,
        text: "Close the life of a value",
        tooltip: "Show no longer which events set a value",
        shortcut: None,
        command: |app| app.document.as_ref().filter(|document| document.life.is_some()).map(|_| Command::HideLife),
    },
    Action {
        id: "open",
        group: Group::Store,
        text: "Open…",
        tooltip: "Open a SQLite event store; Foldline only reads it",
        shortcut: with_command(Key::Letter('O')),
        command: |_| Some(Command::Pick(Pick::Open)),
    },
    Action {
        id: "map-tables",
        group: Group::Store,
        text: "Map tables by hand…",
        tooltip: "Say which tables hold events and which of their columns is what, with the rows shown as events",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::Map(MappingCommand::Ask)),
    },
    Action {
        id: "next-store",
        group: Group::Store,
        text: "Next store",
        tooltip: "Show the next of the open stores",
        shortcut: with_command(Key::Tab),
        command: |app| other_store(app, Direction::Forward),
    },
    Action {
        id: "previous-store",
        group: Group::Store,
        text: "Previous store",
        tooltip: "Show the previous of the open stores",
        shortcut: keys(true, true, false, Key::Tab),
        command: |app| other_store(app, Direction::Back),
    },
    Action {
        id: "follow-head",
        group: Group::Store,
        text: "Go with the newest event",
        tooltip: "While a store is followed, keep the cursor on the newest event, or leave it where it is",
        shortcut: single(Key::Letter('H')),
        command: |app| {
            let live = app.document.as_ref().map(|document| &document.live)?;
            live.is_on().then_some(Command::FollowHead(!live.at_head))
        },
    },
    Action {
        id: "reload",
        group: Group::Store,
        text: "Read the store again",
        tooltip: "Read the file as it is now; the cursor, the edits and what is on screen stay",
        shortcut: single(Key::Function(5)),
        command: |app| app.document.as_ref().map(|_| Command::Reload),
    },
    Action {
        id: "check-unchanged",
        group: Group::Store,
        text: "Check that the file is unchanged",
        tooltip: "Hash the opened file again and compare with what it was when it was opened",
        shortcut: None,
        command: |app| app.document.as_ref().map(|_| Command::CheckUnchanged),
    },
    Action {
        id: "palette",
        group: Group::Window,
        text: "Commands…",
        tooltip: "Everything that can be done, by typing",
        shortcut: with_command(Key::Letter('K')),
        command: |_| Some(Command::Show(Sheet::Palette)),
    },
    Action {
        id: "help",
        group: Group::Window,
        text: "Keyboard shortcuts",
        tooltip: "All keys",
        shortcut: single(Key::Function(1)),
        command: |_| Some(Command::Show(Sheet::Help)),
    },
    Action {
        id: "help-too",
        group: Group::Window,
        text: "What can I press?",
        tooltip: "All keys",
        shortcut: with_shift(Key::QuestionMark),
        command: |_| Some(Command::Show(Sheet::Help)),
    },
    Action {
        id: "bigger",
        group: Group::Window,
        text: "Larger text",
        tooltip: "Make all text larger",
        shortcut: with_command(Key::Plus),
        command: |app| scale(app, 10),
    },
    Action {
        id: "smaller",
        group: Group::Window,
        text: "Smaller text",
        tooltip: "Make all text smaller",
        shortcut: with_command(Key::Minus),
        command: |app| scale(app, -10),
    },
    Action {
        id: "usual-size",
        group: Group::Window,
        text: "Usual text size",
        tooltip: "Back to 100 %",
        shortcut: with_command(Key::Digit(0)),
        command: |app| (app.settings.scale != 100).then_some(Command::SetScale(100)),
    },
    Action {
        id: "panel-streams",
        group: Group::Window,
        text: "Show or hide streams",
        tooltip: "Fold the list of streams away, or unfold it",
        shortcut: with_command(Key::Digit(1)),
        command: |app| app.document.as_ref().map(|_| Command::TogglePanel(PanelName::Streams)),
    },
    Action {
        id: "panel-events",
        group: Group::Window,
        text: "Show or hide events",
        tooltip: "Fold the table of events away, or unfold it",
        shortcut: with_command(Key::Digit(2)),
        command: |app| app.document.as_ref().map(|_| Command::TogglePanel(PanelName::Events)),
    },
    Action {
        id: "panel-state",
        group: Group::Window,
        text: "Show or hide the state",
        tooltip: "Fold the state away, or unfold it",
        shortcut: with_command(Key::Digit(3)),
        command: |app| app.document.as_ref().map(|_| Command::TogglePanel(PanelName::State)),
    },
    Action {
        id: "next-panel",
        group: Group::Window,
        text: "Next panel",
        tooltip: "Move the keyboard to the next panel",
        shortcut: single(Key::Function(6)),
        command: |app| app.document.as_ref().map(|_| Command::NextPanel(Direction::Forward)),
    },
    Action {
        id: "previous-panel",
        group: Group::Window,
        text: "Previous panel",
        tooltip: "Move the keyboard to the previous panel",
        shortcut: with_shift(Key::Function(6)),
        command: |app| app.document.as_ref().map(|_| Command::NextPanel(Direction::Back)),
    },
    Action {
        id: "theme-system",
        group: Group::Window,
        text: "Theme of the system",
        tooltip: "Light or dark as the system has it",
        shortcut: None,
        command: |app| theme(app, ThemeChoice::System),
    },
    Action {
        id: "theme-dark",
        group: Group::Window,
        text: "Dark theme",
        tooltip: "Light words on dark panels",
        shortcut: None,
        command: |app| theme(app, ThemeChoice::Dark),
    },
    Action {
        id: "theme-light",
        group: Group::Window,
        text: "Light theme",
        tooltip: "Dark words on light panels",
        shortcut: None,
        command: |app| theme(app, ThemeChoice::Light),
    },
    Action {
        id: "measurements",
        group: Group::Window,
        text: "Measurements",
        tooltip: "Frame times and latencies of this window",
        shortcut: single(Key::Function(12)),
        command: |_| Some(Command::ToggleMeasurements),
    },
];

fn step(app: &App, step: Step) -> Option<Command> {
    let document = app.document.as_ref()?;
    let (count, of) = (document.lane_count(), document.lane().len());
    let possible = match step {
        Step::Start => document.cursor != Cursor::Start,
        Step::Back => count > 0,
        Step::Forward => !document.is_at_end(),
        Step::End => of > 0,
    };
    possible.then_some(Command::Step(step))
}

fn speed(app: &App, by: isize) -> Option<Command> {
    app.document.as_ref()?;
    let at = SPEEDS.iter().position(|speed| *speed >= app.settings.speed).unwrap_or(0);
    Some(Command::SetSpeed(*SPEEDS.get(at.checked_add_signed(by)?)?))
}

fn seconds(app: &App, seconds: i64) -> Option<Command> {
    app.document.as_ref().filter(|document| document.opened.drawing.time_range.is_some())?;
    Some(Command::StepTime(seconds))
}

fn hit(app: &App, direction: Direction) -> Option<Command> {
    app.document.as_ref().filter(|document| !document.search.hits.is_empty()).map(|_| Command::NextHit(direction))
}

fn sort(app: &App, sort: StreamSort) -> Option<Command> {
    app.document.as_ref().filter(|_| app.settings.sort != sort).map(|_| Command::SetSort(sort))
}

fn reply(app: &App, format: ReplyFormat) -> Option<Command> {
    app.document.as_ref()?.stream.as_ref().map(|_| Command::CopyReply(format))
}

fn scale(app: &App, by: i32) -> Option<Command> {
    let scale = (i32::from(app.settings.scale) + by) as u16;
    SCALES.contains(&scale).then_some(Command::SetScale(scale))
}

fn axis(app: &App, kind: AxisKind) -> Option<Command> {
    app.document.as_ref().filter(|document| document.axis.kind() != kind).map(|_| Command::SetAxis(kind))
}

fn other_store(app: &App, direction: Direction) -> Option<Command> {
    (app.document.is_some() && !app.beside.is_empty()).then_some(Command::NextStore(direction))
}

fn theme(app: &App, theme: ThemeChoice) -> Option<Command> {
    (app.settings.theme != theme).then_some(Command::SetTheme(theme))
}
