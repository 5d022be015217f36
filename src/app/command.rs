//! Everything that can be asked of the application, by a user, a test or a finished job.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::comparing::Jump;
use super::copying::CopyChoice;
use super::edit_form::FormCommand;
use super::mapping::MappingCommand;
use super::moving_edits::Asking;
use super::scenarios::Against;
use super::settings::{PanelName, StreamSort, ZoneChoice};
use crate::job::{Finished, Pick, ProjectionChoice, ReplyFormat, ScenarioId, StoreKey};
use crate::model::{CategoryIndex, Moment, Path, StreamIndex, Timestamp, ValuePath};
use crate::timeline::{AxisKind, View};
use crate::whatif::{Edit, EventMoment, SweepStep, SweepValue, SweepWhat};

/// One wish. Mouse, keyboard, menus and tests all speak these.
#[derive(Debug)]
pub enum Command {
    // Stores.
    /// Open a file; asks whether beside or instead, if one is open.
    Open(PathBuf),
    /// Open a file with those that it was open with the last time.
    OpenRecent(PathBuf),
    /// Open a file to be followed, without a copy of it; what is being opened is given up.
    OpenFollowed(PathBuf),
    /// Open these files together with the one that is shown, as one history; none shows it alone.
    OpenTogether(Vec<PathBuf>),
    /// Open a file instead of the one that is shown.
    OpenInstead(PathBuf),
    /// Open a file beside those that are open.
    OpenBeside(PathBuf),
    /// Open a bundled sample, by its name.
    OpenSample(&'static str),
    /// Show another of the open stores.
    SwitchTo(StoreKey),
    /// Show the next or previous of the open stores.
    NextStore(Direction),
    /// Hash the opened file again, and compare with what it was when it was opened.
    CheckUnchanged,
    /// Ask for a file with the system's dialog.
    Pick(Pick),
    /// Open a copy that was just written, with the rules of the open store.
    OpenCopy(PathBuf),
    /// Map tables by hand.
    Map(MappingCommand),
    /// Read the open store by another of the layouts that fit it.
    UseLayout(String),
    /// Close the store that is shown.
    Close,
    /// Close the window; asks first, where edits would be lost.
    Quit,
    /// Forget a recently opened file.
    ForgetRecent(PathBuf),
    /// Drop the edits and go on with what they were in the way of.
    DropEdits,

    /// Follow the store while others write it, or no longer.
    Live(bool),
    /// Have the cursor go with the newest event, or stay.
    FollowHead(bool),
    /// Read the store again as it is now.
    Reload,
    /// The window is in front, or no longer.
    InFront(bool),

    // The cursor.
    /// Look at a stream.
    SelectStream(Arc<str>),
    /// Look at the next or previous stream of the list, as it is sorted and filtered.
    NextStream(Direction),
    /// List only streams whose name fits a fragment or a glob.
    FilterStreams(String),
    /// Fold or unfold a category, in the list and on the timeline.
    ToggleCategory(CategoryIndex),
    /// List only the streams of one category, or all again.
    OnlyCategory(Option<CategoryIndex>),
    /// Put the cursor exactly on an event (ties can be stepped through).
    SeekEvent(u32),
    /// Put the cursor exactly on an event and look at its stream.
    JumpTo(u32),
    /// Put the cursor on an instant, held within the history: dragging.
    ScrubToTime(Timestamp),
    /// Put the cursor after so many events of the store, held within the history: dragging on the sequence axis.
    ScrubToCount(usize),
    /// Step through the selected stream, or the whole store without one.
    Step(Step),
    /// Move the cursor by so many seconds.
    StepTime(i64),
    /// Go to a moment that was typed.
    GoTo(Moment),
    /// Put the cursor on a difference of the comparison.
    ToDifference(Jump),
    /// Go where the cursor was before the last jump, or on again.
    Trail(Direction),
    /// Start or stop playing.
    Play(bool),
    /// How many events a second are played.
    SetSpeed(f32),

    // What-if.
    /// Leave an event out, as a what-if edit.
    LeaveOut(u32),
    /// Leave the chosen events out.
    LeaveOutChosen,
    /// Leave out all that follows an event in its stream.
    SkipAfter(u32),
    /// Take an event back in that was left out.
    TakeBack(u32),
    /// Take back the last edit.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Drop all edits of the active scenario.
    ClearEdits,
    /// Add edits to the active scenario, as one step that can be undone.
    AddEdits {
        /// The edits.
        edits: Vec<Edit>,
        /// What the step is called.
        words: String,
    },
    /// Change several edits of the active scenario, as one step that can be undone: dragging an event elsewhere.
    ChangeEdits {
        /// Places of the edits that go.
        drop: Vec<usize>,
        /// Places of the edits that become others.
        change: Vec<(usize, Edit)>,
        /// Edits that come at the end.
        add: Vec<Edit>,
        /// What the step is called.
        words: String,
    },
    /// Move the selected event past its neighbour in its stream.
    NudgeEvent(Direction),
    /// Put another edit in the place of one of the active scenario.
    ReplaceEdit {
        /// Its place.
        at: usize,
        /// The edit.
        edit: Edit,
    },
    /// Take an edit out of the active scenario.
    RemoveEdit(usize),
    /// Switch an edit of the active scenario on or off.
    SwitchEdit {
        /// Its place.
        at: usize,
        /// On or off.
        on: bool,
    },
    /// Put an edit of the active scenario at another place.
    ReorderEdit {
        /// Its place.
        from: usize,
        /// Its new place.
        to: usize,
    },
    /// Write an event, or change one, in a form.
    Form(FormCommand),
    /// Ask about events that are to be edited, or no longer.
    Ask(Option<Asking>),
    /// Make the edit that is asked about.
    Answer,
    /// Choose several events; fewer than two are none.
    Choose {
        /// Which.
        events: Vec<u32>,
        /// From where a range is extended.
        anchor: Option<u32>,
    },
    /// Choose an event besides others, or no longer.
    ToggleChosen(u32),
    /// Begin another scenario.
    NewScenario,
    /// Begin another scenario with the edits of this one.
    DuplicateScenario(ScenarioId),
    /// Put a scenario away.
    CloseScenario(ScenarioId),
    /// Make a scenario the active one.
    ShowScenario(ScenarioId),
    /// Make the next or previous scenario the active one.
    NextScenario(Direction),
    /// Give a scenario another name.
    RenameScenario(ScenarioId, String),
    /// Go to an event of the active scenario; to the one that it follows, where it was never recorded.
    JumpToMoment {
        /// The stream that it is in.
        stream: Arc<str>,
        /// The event.
        moment: EventMoment,
    },
    /// Ask what a scenario is to be called.
    AskRenameScenario(ScenarioId),
    /// Put a scenario away; asks first, where it is saved nowhere.
    AskCloseScenario(ScenarioId),
    /// Ask where to save a scenario.
    AskSaveScenario(ScenarioId),
    /// Write a scenario file.
    SaveScenario {
        /// Which scenario.
        id: ScenarioId,
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Ask which scenario file to open.
    AskOpenScenario,
    /// Open a scenario file beside the scenarios that are open.
    OpenScenario(PathBuf),
    /// Ask where to write a fixture.
    AskFixture,
    /// Write what the active scenario shows as given-when-then cases.
    WriteFixture {
        /// Of which stream.
        stream: Arc<str>,
        /// At the cursor alone, instead of at the places that tell.
        at_cursor: bool,
        /// Where to; text to read where the name ends in `.txt` or `.md`.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Choose what the active scenario is compared with.
    CompareWith(Against),
    /// Vary this value of an edit of the active scenario.
    SweepOver {
        /// The edit's place.
        at: usize,
        /// What of it.
        what: SweepWhat,
    },
    /// Vary it over this range.
    SweepRange {
        /// The first value.
        from: SweepValue,
        /// The last value.
        to: SweepValue,
        /// From one value to the next.
        step: SweepStep,
    },
    /// Show these fields of each point; none for those that tell most.
    SweepFields(Vec<Path>),
    /// Put a value of the sweep into the edit.
    UseSweepValue(SweepValue),
    /// Show which events would bring the recorded states to those of the active scenario.
    ShowCompensation,
    /// Write the proposal of a stream as JSON.
    SaveCompensation {
        /// The stream.
        stream: Arc<str>,
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Ask where to save a copy.
    AskCopy,
    /// Choose what the copy is to be that is asked about.
    ChooseCopy(CopyChoice),
    /// Write a copy.
    SaveCopy {
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },

    // The timeline.
    /// Show time or sequence.
    SetAxis(AxisKind),
    /// Show another part of the axis.
    SetView(View),
    /// Show all of the axis.
    Fit,
    /// Show more (above 1) or less detail around the cursor.
    Zoom(f64),
    /// Show what is earlier or later, by a share of what is shown.
    Pan(f64),
    /// Keep a stream at the top of the timeline, or no longer.
    TogglePinned(Arc<str>),
    /// Put a field or a condition on the timeline.
    AddTrack(TrackSource),
    /// Take a track off the timeline, by its number.
    RemoveTrack(u32),
    /// Explain the marks, or no longer.
    ShowLegend(bool),

    // The state.
    /// Keep a value of the state in sight, or no longer.
    TogglePin(ValuePath),
    /// Show every event that set a value.
    ShowLife(ValuePath),
    /// Show it no longer.
    HideLife,
    /// Make states with another projection.
    UseProjection(ProjectionChoice),
    /// Put away why the projection that was asked for is not in use.
    DismissProjectionProblem,
    /// Ask where to write a first rule file.
    AskRules(CategoryIndex),
    /// Write a first rule file and use it.
    MakeRules {
        /// For which category.
        category: CategoryIndex,
        /// Where to.
        out: PathBuf,
        /// Replace a file that is there.
        force: bool,
    },
    /// Sum up the stream at the cursor, for the clipboard.
    CopyReply(ReplyFormat),
    /// Put a text on the clipboard.
    CopyText(String),

    // Events.
    /// Load these events in full: the rows in sight.
    WantRows(Vec<u32>),
    /// Work out what these events of the selected stream changed: the rows in sight.
    WantChanges(Vec<u32>),
    /// Go to the event that caused this one.
    FollowCause(Arc<str>),
    /// Look through all events again for their types and fields.
    LookAtTypes,
    /// Look for events.
    Search(String),
    /// Look no longer, and forget what was found.
    ClearSearch,
    /// Go to the next or previous event found.
    NextHit(Direction),
    /// Look whether the whole history is sound, from the start.
    CheckHistory,
    /// Look at a snapshot, by its place among all; `None` puts it away.
    ShowSnapshot(Option<usize>),
    /// Go to the moment of a snapshot.
    GoToSnapshot {
        /// Of which stream.
        stream: StreamIndex,
        /// Its place among all.
        at: usize,
    },
    /// Tell that something is too large for the clipboard.
    TooLargeToCopy,
    /// Learn what can be named in a search.
    WantVocabulary,

    // The window.
    /// Choose the theme.
    SetTheme(ThemeChoice),
    /// Choose the zone of all times.
    SetZone(ZoneChoice),
    /// Choose the size of text, in percent.
    SetScale(u16),
    /// Choose the order of streams.
    SetSort(StreamSort),
    /// Choose what the panel at the bottom shows.
    ShowTab(Tab),
    /// Show or hide a panel.
    TogglePanel(PanelName),
    /// Give a panel another width or height, in points.
    ResizePanel(PanelName, f32),
    /// Show or hide measurements of the window itself.
    ToggleMeasurements,
    /// Open a sheet over the window.
    Show(Sheet),
    /// Close whatever sheet or question is open.
    CloseDialog,
    /// Move the keyboard's focus.
    Focus(Focus),
    /// The keyboard's focus is in this panel now: the user put it there.
    Focused(Focus),
    /// Move the keyboard's focus to the next or previous panel.
    NextPanel(Direction),
    /// Put a notice away.
    Dismiss(u64),
    /// Stop a running job.
    Stop(crate::job::Slot),
    /// Time goes on: it is this late now.
    Tick(Timestamp),
    /// A job has an answer.
    Done(Finished),
}

/// What becomes a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackSource {
    /// A value of the state.
    Field(ValuePath),
    /// A query on the state, as it was typed.
    Condition(String),
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

/// Onwards or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Back, up, earlier.
    Back,
    /// Onwards, down, later.
    Forward,
}

/// What the panel at the bottom shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// The events of a stream or of the whole store.
    #[default]
    Events,
    /// What a search found.
    Found,
    /// The edits of the active scenario, and what follows from them.
    WhatIf,
    /// What differs over time, and events side by side.
    Compare,
    /// What comes of a range of values.
    Sweep,
    /// Whether the history is sound.
    Health,
    /// The event types of the store, with their fields.
    Types,
}

/// Something that opens over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Everything that can be done, by typing.
    Palette,
    /// All shortcuts.
    Help,
    /// Events that would bring the recorded states to those of the active scenario.
    Compensation,
}

/// Where the keyboard's focus can be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Focus {
    /// The timeline: keys act on the cursor.
    #[default]
    Timeline,
    /// The search field.
    Search,
    /// The as-of box.
    AsOf,
    /// The choice of the zone of all times.
    Zone,
    /// What can be put on the timeline.
    Track,
    /// The filter of streams.
    Filter,
    /// The first of the events in the table.
    Events,
    /// The tree of the state.
    State,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}
