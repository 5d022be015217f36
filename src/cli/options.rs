//! Checked options: zones, moments, queries and projections from their texts, and the opened store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::args::{MomentArgs, ProjectionArgs, StoreArgs};
use super::failure::CliError;
use super::nearest::did_you_mean;
use super::output::{Output, plain};
use crate::model::{Cancel, CategoryIndex, EventLog, Moment, Progress, Selection, StreamIndex, Timestamp, moment};
use crate::query::{self, Context, Query, Scope};
use crate::replay::{Fold, Frame, OnUnreadable};
use crate::worker::{
    OnBadProjection, Projections, Session, SessionError, SessionOptions, index_cache, is_same_file, projection_beside,
    read_mapping_file,
};

/// What written times mean.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    zone: Tz,
    today: Option<NaiveDate>,
}

impl Setting {
    /// Checks what all commands on a store have in common.
    pub fn of(store: &StoreArgs) -> Result<Self, CliError> {
        let Ok(zone) = store.tz.parse::<Tz>() else {
            let hint = did_you_mean(&store.tz, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
            let hint = if hint.is_empty() { "; write it as Europe/Berlin or UTC".to_owned() } else { hint };
            return Err(CliError::Usage(format!("there is no time zone {:?}{hint}", store.tz)));
        };
        Ok(Self { zone, today: today(zone) })
    }

    /// The zone of local times.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// A moment from its text.
    pub fn moment(&self, text: &str) -> Result<Moment, CliError> {
        Ok(moment::parse(text, self.zone, self.today)?)
    }

    /// The moment that one of the options names, if any does.
    pub fn moment_of(&self, args: &MomentArgs) -> Result<Option<Moment>, CliError> {
        match args {
            MomentArgs { at: Some(at), .. } => self.moment(at).map(Some),
            MomentArgs { version: Some(version), .. } => {
                let number = number(version, &["v"]).ok_or_else(|| no_number("--version", version))?;
                Ok(Some(Moment::Version(number)))
            }
            MomentArgs { position: Some(text), .. } => {
                position("--position", text).map(|at| Some(Moment::Position(at)))
            }
            _ => Ok(None),
        }
    }

    /// A query from its text.
    pub fn query(&self, text: &str, scope: Scope) -> Result<Query, CliError> {
        let context = Context { zone: self.zone, today: self.today };
        query::parse(text, scope, &context)
            .map_err(|error| CliError::Usage(format!("the query does not parse: {error}\n{}", error.pointing(text))))
    }
}

fn today(zone: Tz) -> Option<NaiveDate> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let now = Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?)?;
    Some(now.to_datetime().with_timezone(&zone).date_naive())
}

/// A position: `1284`, `#1284` or `p1284`.
pub fn position(option: &str, text: &str) -> Result<i64, CliError> {
    number(text, &["#", "p"]).ok_or_else(|| no_number(option, text))
}

fn number(text: &str, marks: &[&str]) -> Option<i64> {
    let text = text.trim();
    let digits = marks.iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    digits.parse().ok()
}

fn no_number(option: &str, text: &str) -> CliError {
    CliError::Usage(format!("{option} takes a whole number, not {text:?}"))
}

/// Which projections are asked for.
pub fn projections(args: &ProjectionArgs) -> Result<Projections, CliError> {
    let auto = |file: &PathBuf| file.as_path() == Path::new("auto");
    match args.files.as_slice() {
        [] => Ok(Projections::Beside),
        files if files.iter().all(auto) => Ok(Projections::Automatic),
        files if files.iter().any(auto) => {
            Err(CliError::Usage("--projection auto can't stand beside a file; leave one of them out".to_owned()))
        }
        files => Ok(Projections::Files(files.to_vec())),
    }
}

/// Refuses to write over a file that the command reads, or that the store's states are made with.
pub fn check_target(out: &Path, store: &StoreArgs, inputs: &[&Path]) -> Result<(), CliError> {
    let beside = projection_beside(&store.file);
    let with = store.with.iter().map(PathBuf::as_path);
    let mut read = inputs.iter().copied().chain(beside.as_deref()).chain(with);
    match read.find(|input| is_same_file(out, input)) {
        Some(input) => Err(CliError::Usage(format!(
            "the copy can't take the place of a file that belongs to the question, {}; name another file: {}",
            input.display(),
            out.display()
        ))),
        None => Ok(()),
    }
}

/// What happens at payloads that can't be read.
pub fn on_unreadable(skip: bool) -> OnUnreadable {
    if skip { OnUnreadable::Skip } else { OnUnreadable::Stop }
}

/// An opened store.
pub struct Opened {
    /// The store with everything that makes states of it.
    pub session: Arc<Session>,
    /// Whether JSON is wanted.
    pub json: bool,
}

/// Opens a store for commands that make no states.
pub fn open(store: &StoreArgs) -> Result<Opened, CliError> {
    open_with(store, Projections::Automatic, OnUnreadable::Stop)
}

/// Opens a store that is followed while others write it.
pub fn open_followed(store: &StoreArgs) -> Result<Opened, CliError> {
    open_as(store, Projections::Automatic, OnUnreadable::Stop, true, &Progress::default())
}

/// Opens a store.
pub fn open_with(store: &StoreArgs, projections: Projections, on_unreadable: OnUnreadable) -> Result<Opened, CliError> {
    open_with_progress(store, projections, on_unreadable, &Progress::default())
}

/// The same, which says how far it is.
pub fn open_with_progress(
    store: &StoreArgs,
    projections: Projections,
    on_unreadable: OnUnreadable,
    progress: &Progress,
) -> Result<Opened, CliError> {
    open_as(store, projections, on_unreadable, false, progress)
}

fn open_as(
    store: &StoreArgs,
    projections: Projections,
    on_unreadable: OnUnreadable,
    follow: bool,
    progress: &Progress,
) -> Result<Opened, CliError> {
    let mapping = store.mapping.as_deref().map(read_mapping_file).transpose()?.map(Arc::new);
    let options = SessionOptions {
        follow,
        layout: store.layout.clone(),
        mapping,
        with: store.with.clone(),
        on_unreadable,
        projections,
        on_bad_projection: OnBadProjection::Refuse,
        index_cache: index_cache(),
        ..SessionOptions::default()
    };
    let session = Session::open(&store.file, options, progress, &Cancel::default())?;
    Ok(Opened { session, json: store.json })
}

impl Opened {
    /// Tells what the user should know of the projections that make the states of the answer.
    pub fn tell_notes(&self, output: &mut Output<'_>) {
        self.session.projection_notes().iter().for_each(|note| output.note(plain(note)));
    }

    /// The index.
    pub fn log(&self) -> &EventLog {
        self.session.log()
    }

    /// The stream of this name.
    pub fn stream(&self, name: &str) -> Result<StreamIndex, CliError> {
        self.log().find_stream(name).ok_or_else(|| {
            let hint = did_you_mean(name, self.log().streams().iter().map(|stream| &*stream.name));
            let hint = if hint.is_empty() { "; `foldline streams` lists them".to_owned() } else { hint };
            CliError::Usage(format!("there is no stream {name:?}{hint}"))
        })
    }

    /// The category of this name.
    pub fn category(&self, name: &str) -> Result<CategoryIndex, CliError> {
        let known = self.log().categories();
        match known.iter().position(|category| **category == *name) {
            Some(at) => Ok(CategoryIndex(at as u32)),
            None if known.is_empty() => {
                Err(CliError::Usage(format!("there is no category {name:?}; the store has none")))
            }
            None => {
                let mut names: Vec<&str> = known.iter().map(|category| &**category).take(20).collect();
                names.sort_unstable();
                Err(CliError::Usage(format!("there is no category {name:?}; the store has {}", names.join(", "))))
            }
        }
    }

    /// Which of a stream's events a moment takes in; all without one.
    pub fn select(&self, stream: StreamIndex, moment: Option<Moment>) -> Result<Selection, CliError> {
        match moment {
            Some(moment) => Ok(self.log().select(stream, moment)?),
            None => Ok(Selection::Prefix(self.log().lane(stream).len())),
        }
    }

    /// The state of a stream after the selected events.
    pub fn frame(&self, stream: StreamIndex, selection: &Selection) -> Result<Frame, CliError> {
        let replayer = self.session.replayer(stream);
        let mut replayer = replayer.lock().unwrap_or_else(PoisonError::into_inner);
        replayer.frame(selection, &Cancel::default()).map_err(|failure| SessionError::from(failure).into())
    }

    /// What makes the states of a stream.
    pub fn fold(&self, stream: StreamIndex) -> Arc<dyn Fold> {
        self.session.fold_of_stream(stream)
    }
}
