//! Low arguments: what may stand on the command line, with its help. Nothing is checked here beyond its form.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::examples;

/// Scrub a SQLite event store on a timeline, see its states at any moment, and ask what if.
#[derive(Debug, Parser)]
#[command(
    name = "foldline",
    version,
    long_about = "Without a command, opens the window with the given event store. With one, answers on the command \
                  line. The store is only ever read: nothing is written to it or beside it.",
    after_help = examples::ROOT,
    after_long_help = examples::ROOT_LONG,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Event stores to open in the window (write ./info for a file that is named like a command).
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write a line for each frame and each shown state of the window to this file, for measuring.
    #[arg(long, value_name = "FILE", hide = true)]
    pub frame_log: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What a store is: layout, categories, event types, times, and how much of it can't be read.
    #[command(after_help = examples::INFO)]
    Info(InfoArgs),
    /// Its streams.
    #[command(after_help = examples::STREAMS)]
    Streams(StreamsArgs),
    /// Its events in replay order.
    #[command(after_help = examples::EVENTS)]
    Events(EventsArgs),
    /// The state of a stream at a moment, and what the last event before it changed.
    #[command(after_help = examples::STATE)]
    State(StateArgs),
    /// What changed in a stream between two moments.
    #[command(after_help = examples::DIFF)]
    Diff(DiffArgs),
    /// Every interval in which a condition on the state held.
    #[command(after_help = examples::FIND)]
    Find(FindArgs),
    /// The read model: one row an entity, as of a moment.
    #[command(after_help = examples::TABLE)]
    Table(TableArgs),
    /// The snapshots that its library took.
    #[command(after_help = examples::SNAPSHOTS)]
    Snapshots(SnapshotsArgs),
    /// What if: a scenario's edits against what was recorded.
    #[command(after_help = examples::WHAT_IF)]
    WhatIf(WhatIfArgs),
    /// A copy of the store, whole or as of a moment.
    #[command(after_help = examples::COPY)]
    Copy(CopyArgs),
    /// Whether the history is sound: gaps, doubles, broken payloads, times and causes that can't be.
    #[command(after_help = examples::CHECK)]
    Check(CheckArgs),
    /// Its event types: fields with their types, how often they are there, examples, and how they changed.
    #[command(after_help = examples::SCHEMA)]
    Schema(SchemaArgs),
    /// A first rule projection for a category, by names and sample values.
    #[command(after_help = examples::SUGGEST)]
    Suggest(SuggestArgs),
    /// Writes a sample store with a story, and the rules that go with it.
    #[command(after_help = examples::SAMPLE)]
    Sample(SampleArgs),
    /// The store layouts that are recognised.
    #[command(after_help = examples::LAYOUTS)]
    Layouts(LayoutsArgs),
    /// A first guess at which tables of an unknown database hold events: a mapping file, for --mapping.
    #[command(after_help = examples::MAPPING)]
    Mapping(MappingArgs),
    /// Completions for a shell, to be put where it looks for them.
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Two versions of a projection over the same history (not available yet).
    #[command(hide = true)]
    Compare(Later),
    /// A script projection over the whole store (not available yet).
    #[command(hide = true)]
    Run(Later),
}

/// Which store, and how it is read and shown.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The event store, a SQLite file. It is only read.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A further file of the same history, such as an archive or a shard; may be repeated. What two files have is
    /// shown once.
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
    /// Force a layout instead of recognising it (see `foldline layouts`).
    #[arg(long, value_name = "NAME")]
    pub layout: Option<String>,
    /// Read tables of no known layout by this mapping file (`foldline mapping` writes a first one).
    #[arg(long, value_name = "FILE", conflicts_with = "layout")]
    pub mapping: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// The zone of local times in arguments, such as Asia/Ho_Chi_Minh; times are printed in UTC.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub tz: String,
}

/// Which projections make states.
#[derive(Debug, Args)]
pub struct ProjectionArgs {
    /// A rule file; may be repeated, one a category. `auto` forces the automatic projection. Without it, the rule
    /// file beside the store is used (bank.db.projection.json, else bank.projection.json), else the automatic
    /// projection.
    #[arg(long = "projection", value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `info`
#[derive(Debug, Args)]
pub struct InfoArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Don't decode every payload to count those that can't be read.
    #[arg(long)]
    pub quick: bool,
    /// Hash the file (BLAKE3) before anything else is done with it and after everything: the same shows that nothing
    /// was written.
    #[arg(long)]
    pub hash: bool,
}

/// `streams`
#[derive(Debug, Args)]
pub struct StreamsArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Only streams of this category.
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// Only streams with an event that fits this query.
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
}

/// How events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values after a line with the columns' names.
    Csv,
    /// Aligned text for people.
    Text,
    /// Not available yet.
    #[value(name = "cloudevents", hide = true)]
    CloudEvents,
}

/// `events`
#[derive(Debug, Args)]
pub struct EventsArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Only events of this stream, in its order.
    #[arg(long, value_name = "STREAM", allow_hyphen_values = true)]
    pub stream: Option<String>,
    /// Only events that fit this query.
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Only events after this position.
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    pub after: Option<String>,
    /// At most so many events.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How to print them; text in a terminal and ndjson elsewhere, unless named.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Option<EventFormat>,
    /// Wait for new events and print them as they come, until Ctrl+C.
    #[arg(long)]
    pub follow: bool,
}

/// A moment by one of its names.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct MomentArgs {
    /// As of a time: '2025-03-04 14:34:12', 2025-03-04T14:34:12+07:00, 2025-03-04, 'yesterday 14:34'.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Up to and including this version of the stream.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub version: Option<String>,
    /// Up to and including this position in the store.
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub position: Option<String>,
}

/// `state`
#[derive(Debug, Args)]
pub struct StateArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The stream's name, as `foldline streams` prints it.
    #[arg(value_name = "STREAM", allow_hyphen_values = true)]
    pub stream: String,
    #[command(flatten)]
    pub moment: MomentArgs,
    #[command(flatten)]
    pub projection: ProjectionArgs,
    /// Also name the event that set each value.
    #[arg(long)]
    pub blame: bool,
    /// Go on where a needed payload can't be read, and count it.
    #[arg(long)]
    pub skip_unreadable: bool,
}

/// `snapshots`
#[derive(Debug, Args)]
pub struct SnapshotsArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Only those of this stream.
    #[arg(long, value_name = "STREAM", allow_hyphen_values = true)]
    pub stream: Option<String>,
    /// Also print their states.
    #[arg(long)]
    pub states: bool,
}

/// `diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The stream's name, as `foldline streams` prints it.
    #[arg(value_name = "STREAM", allow_hyphen_values = true)]
    pub stream: String,
    /// The earlier moment: v3 (version), '#12' or p12 (position), or a time.
    #[arg(long, value_name = "MOMENT", allow_hyphen_values = true)]
    pub from: String,
    /// The later moment.
    #[arg(long, value_name = "MOMENT", allow_hyphen_values = true)]
    pub to: String,
    #[command(flatten)]
    pub projection: ProjectionArgs,
    /// Go on where a needed payload can't be read.
    #[arg(long)]
    pub skip_unreadable: bool,
}

/// `find`
#[derive(Debug, Args)]
pub struct FindArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The condition, such as 'state.balance < 0'.
    #[arg(long, value_name = "QUERY")]
    pub when: String,
    /// Only streams of this category.
    #[arg(long, value_name = "CATEGORY", conflicts_with = "stream")]
    pub category: Option<String>,
    /// Only this stream.
    #[arg(long, value_name = "STREAM", allow_hyphen_values = true)]
    pub stream: Option<String>,
    #[command(flatten)]
    pub projection: ProjectionArgs,
    /// Go on where a needed payload can't be read.
    #[arg(long)]
    pub skip_unreadable: bool,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// One JSON document.
    Json,
    /// Comma-separated values after a line with the columns' names.
    Csv,
}

/// `table`
#[derive(Debug, Args)]
pub struct TableArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The category of the entities.
    #[arg(long, value_name = "CATEGORY")]
    pub category: String,
    /// As of a time.
    #[arg(long, value_name = "TIME", conflicts_with = "position")]
    pub at: Option<String>,
    /// As of a position in the store.
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub position: Option<String>,
    #[command(flatten)]
    pub projection: ProjectionArgs,
    /// Only rows whose state fits this query.
    #[arg(long = "where", value_name = "QUERY")]
    pub condition: Option<String>,
    /// How to print it instead of text.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Option<TableFormat>,
    /// Go on where a needed payload can't be read.
    #[arg(long)]
    pub skip_unreadable: bool,
}

/// How a fixture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixtureFormat {
    /// JSON for a test to read.
    Json,
    /// Text for people to read.
    Text,
}

impl FixtureFormat {
    /// What a file's name asks for.
    pub fn of(out: &std::path::Path) -> Self {
        if crate::report::is_text_fixture(out) { Self::Text } else { Self::Json }
    }
}

/// `what-if`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("written").args(["save_copy", "fixture"]).multiple(true))]
pub struct WhatIfArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The scenario: a JSON file with a list of edits. May be repeated: each is compared with what was recorded.
    #[arg(long = "scenario", value_name = "FILE", required = true)]
    pub scenarios: Vec<PathBuf>,
    #[command(flatten)]
    pub projection: ProjectionArgs,
    /// Also vary one number or time of an edit over a range, and find the exact values at which the outcome changes:
    /// [EDIT:]WHAT=FROM..TO/STEP, such as 1:data.amount=0..100/5, time=FROM..TO/15m or shift=-1h..1h/5m.
    #[arg(long, value_name = "SWEEP", allow_hyphen_values = true)]
    pub sweep: Option<String>,
    /// A field of the end state to show at each value of the sweep; may be repeated. Without it, the projection's key
    /// fields.
    #[arg(long, value_name = "FIELD", requires = "sweep")]
    pub plot: Vec<String>,
    /// Also propose events that, appended today, would bring each stream's recorded state to the branch's. Nothing is
    /// written to the store.
    #[arg(long)]
    pub compensate: bool,
    /// Also write a store in which history went the other way.
    #[arg(long, value_name = "OUT")]
    pub save_copy: Option<PathBuf>,
    /// The copy's layout: the store's own unless named.
    #[arg(long = "as", value_name = "LAYOUT", value_enum, requires = "save_copy")]
    pub layout_of_copy: Option<LayoutOfCopy>,
    /// Also write what it showed as given-when-then cases, for the tests of those who write the system.
    #[arg(long, value_name = "OUT")]
    pub fixture: Option<PathBuf>,
    /// How the fixture is written; by OUT's ending (.txt and .md are text) unless named.
    #[arg(long, value_name = "FORMAT", value_enum, requires = "fixture")]
    pub fixture_format: Option<FixtureFormat>,
    /// The stream that the fixture is about: the first that differs unless named.
    #[arg(long, value_name = "STREAM", allow_hyphen_values = true, requires = "fixture")]
    pub fixture_stream: Option<String>,
    /// The one moment that the fixture is about: v3 (version), '#12' or p12 (position), or a time. Without it there is
    /// a case for the first difference, for each rule where it is first broken, and for the end.
    #[arg(long, value_name = "MOMENT", allow_hyphen_values = true, requires = "fixture")]
    pub fixture_at: Option<String>,
    /// Replace OUT if it is there.
    #[arg(long, requires = "written")]
    pub force: bool,
    /// Go on where a needed payload can't be read.
    #[arg(long)]
    pub skip_unreadable: bool,
}

/// A layout that copies can be asked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LayoutOfCopy {
    /// Foldline's own, which holds the events of any store.
    Foldline,
}

/// How a catalogue is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// Aligned text for people.
    Text,
    /// One JSON document.
    Json,
    /// A JSON Schema with a definition for each event type.
    JsonSchema,
}

/// `schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Only this event type, in full or as it is shown; may be repeated.
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// Only events in streams of this category.
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// Only types that have a field whose path contains this, and only such fields.
    #[arg(long, value_name = "TEXT")]
    pub field: Option<String>,
    /// How to print it; text unless named.
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    pub format: Option<SchemaFormat>,
}

/// `copy`
#[derive(Debug, Args)]
pub struct CopyArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The store to write.
    #[arg(value_name = "OUT")]
    pub out: PathBuf,
    /// Only events up to this moment: '#12' or p12 (position), or a time.
    #[arg(long, value_name = "MOMENT", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Only events of this stream; may be repeated.
    #[arg(long = "stream", value_name = "STREAM", allow_hyphen_values = true)]
    pub streams: Vec<String>,
    /// The copy's layout: the store's own unless named.
    #[arg(long = "as", value_name = "LAYOUT", value_enum)]
    pub layout_of_copy: Option<LayoutOfCopy>,
    /// Also copy the tables that are not the event store's.
    #[arg(long, conflicts_with = "layout_of_copy")]
    pub whole: bool,
    /// Replace OUT if it is there.
    #[arg(long)]
    pub force: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub projection: ProjectionArgs,
    /// Go on where a needed payload can't be read.
    #[arg(long)]
    pub skip_unreadable: bool,
}

/// `suggest`
#[derive(Debug, Args)]
pub struct SuggestArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The category that the rules are to be for.
    #[arg(long, value_name = "CATEGORY")]
    pub category: String,
}

/// `sample`
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Which sample (see --list).
    #[arg(value_name = "NAME", required_unless_present = "list")]
    pub name: Option<String>,
    /// The store to write. Its rules are written beside it, as OUT.projection.json.
    #[arg(value_name = "OUT", required_unless_present = "list")]
    pub out: Option<PathBuf>,
    /// List the samples and their stories.
    #[arg(long, conflicts_with_all = ["name", "out", "events", "seed", "force"])]
    pub list: bool,
    /// Exactly so many events.
    #[arg(long, value_name = "N")]
    pub events: Option<usize>,
    /// Other seeds give other everyday events around the same stories.
    #[arg(long, value_name = "K")]
    pub seed: Option<u64>,
    /// Replace files that are there.
    #[arg(long)]
    pub force: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

/// `layouts`
#[derive(Debug, Args)]
pub struct LayoutsArgs {
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

/// `mapping`
#[derive(Debug, Args)]
pub struct MappingArgs {
    /// The database, a SQLite file. It is only read: some hundred rows of each table.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take this table for one of events, whatever it looks like; may be repeated.
    #[arg(long = "table", value_name = "TABLE")]
    pub tables: Vec<String>,
}

/// `completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Whatever follows a command that is not available yet.
#[derive(Debug, Args)]
pub struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<std::ffi::OsString>,
}
