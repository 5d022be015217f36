//! Reading events of several files: each by its own reader, through its own index.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range, RangeInclusive};
use std::sync::Arc;

use crate::model::{Cancel, Event, EventLog, Wanted};
use crate::store::error::StoreError;
use crate::store::several::FilesToRead;
use crate::store::{AccessMode, Store};

use super::{BATCH, Depth, Reader};

/// Consecutive events of one file that are worth a statement of their own.
const RUN: usize = 32;

/// The readers of all files of a history, with the indexes that they read by.
#[derive(Debug)]
pub(super) struct UnitedReader {
    /// Of the indexes that may be read by.
    generations: RangeInclusive<u64>,
    files: Vec<ReaderOfFile>,
}

/// A file's own reader, from when something of the file was first read.
#[derive(Debug)]
struct ReaderOfFile {
    store: Arc<Store>,
    log: Arc<EventLog>,
    reader: Option<Reader>,
}

impl ReaderOfFile {
    /// Reads something by the file's own reader and index.
    fn read<T>(&mut self, work: impl FnOnce(&mut Reader, &EventLog) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(self.store.reader()?),
        };
        let result = work(reader, &self.log)?;
        if self.store.mode() == AccessMode::Live {
            // Without locks, what was read while somebody wrote is torn.
            reader.check()?;
        }
        Ok(result)
    }
}

/// What is wanted of a file's events by the file's own types.
type WantedOfFiles = Option<(Vec<Vec<Wanted>>, Wanted)>;

impl UnitedReader {
    pub(super) fn new((generations, files): FilesToRead) -> Self {
        let files = files.into_iter().map(|(store, log)| ReaderOfFile { store, log, reader: None });
        Self { generations, files: files.collect() }
    }

    /// An error if the index is not one of these files.
    fn check(&self, log: &EventLog) -> Result<(), StoreError> {
        match self.files.first() {
            Some(first) if !self.generations.contains(&log.generation()) => {
                Err(StoreError::Changed(first.store.path().to_owned()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn events(
        &mut self,
        log: &EventLog,
        indices: &[u32],
        is_enough: &mut dyn FnMut(&Event) -> bool,
        at_once: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::with_capacity(indices.len().min(BATCH));
        for indices in indices.chunks(at_once.max(1)) {
            for event in self.batch(log, indices, &None)? {
                let enough = is_enough(&event);
                events.push(event);
                if enough {
                    return Ok(events);
                }
            }
        }
        Ok(events)
    }

    /// Events in the order asked, however the files take turns.
    fn batch(&mut self, log: &EventLog, indices: &[u32], wanted: &WantedOfFiles) -> Result<Vec<Event>, StoreError> {
        self.check(log)?;
        let mut of_files: Vec<Vec<u32>> = vec![Vec::new(); self.files.len()];
        let mut turns = Vec::with_capacity(indices.len());
        for index in indices.iter().map(|index| *index as usize) {
            turns.push(log.source(index));
            of_files[log.source(index)].push(log.row_key(index) as u32);
        }
        let mut read = Vec::with_capacity(self.files.len());
        for (at, (file, indices)) in self.files.iter_mut().zip(&of_files).enumerate() {
            let depth = depth_of(wanted, at);
            let events = match indices.is_empty() {
                true => Vec::new(),
                false => file.read(|reader, own| reader.read_by_key(own, indices, depth, &mut |_| false))?,
            };
            read.push(events.into_iter());
        }
        let event = |(file, index): (usize, &u32)| read[file].next().map(|event| placed(event, log, *index as usize));
        Ok(turns.into_iter().zip(indices).filter_map(event).collect())
    }

    pub(super) fn walk(
        &mut self,
        log: &EventLog,
        range: Range<usize>,
        cancel: &Cancel,
        wanted: Option<&[Wanted]>,
        f: &mut dyn FnMut(usize, Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.check(log)?;
        let wanted = wanted.map(|wanted| self.wanted_of_files(log, wanted));
        let mut at = range.start.min(log.len());
        let end = range.end.min(log.len());
        while at < end {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let run = run_from(log, at, end);
            if run.len() < RUN {
                let indices: Vec<u32> = (at..end.min(at + BATCH)).map(|index| index as u32).collect();
                for (index, event) in indices.iter().zip(self.batch(log, &indices, &wanted)?) {
                    if f(*index as usize, event).is_break() {
                        return Ok(());
                    }
                }
                at += indices.len();
                continue;
            }
            let (file, first) = (log.source(at), log.row_key(at) as usize);
            let mut broken = false;
            let depth = depth_of(&wanted, file);
            let mut take = |index: usize, event: Event| {
                let index = at + (index - first);
                let flow = f(index, placed(event, log, index));
                broken = flow.is_break();
                flow
            };
            self.files[file]
                .read(|reader, own| reader.walk(own, first..first + run.len(), cancel, depth, &mut take))?;
            if broken {
                return Ok(());
            }
            at = run.end;
        }
        Ok(())
    }

    fn wanted_of_files(&self, log: &EventLog, wanted: &[Wanted]) -> (Vec<Vec<Wanted>>, Wanted) {
        let all = wanted.iter().fold(Wanted::NOTHING, |all, one| all.or(*one));
        let by_name: HashMap<&str, Wanted> =
            log.types().iter().zip(wanted).map(|(event_type, wanted)| (&*event_type.name, *wanted)).collect();
        let of_file = |own: &Arc<EventLog>| {
            own.types().iter().map(|own| by_name.get(&*own.name).copied().unwrap_or(all)).collect::<Vec<_>>()
        };
        (self.files.iter().map(|file| of_file(&file.log)).collect(), all)
    }

    /// An event that two files have is found in the first, which is the one that is shown.
    pub(super) fn find_id(&mut self, log: &EventLog, id: &str) -> Result<Option<u32>, StoreError> {
        self.check(log)?;
        for (file, of_file) in self.files.iter_mut().enumerate() {
            let Some(found) = of_file.read(|reader, own| reader.find_id(own, id))? else { continue };
            let is_it = |index: &usize| log.source(*index) == file && log.row_key(*index) == i64::from(found);
            if let Some(index) = (0..log.len()).find(is_it) {
                return Ok(u32::try_from(index).ok());
            }
        }
        Ok(None)
    }
}

fn depth_of(wanted: &WantedOfFiles, file: usize) -> Depth<'_> {
    match wanted {
        Some((files, all)) => Depth::ByType(&files[file], *all),
        None => Depth::Full,
    }
}

/// Events from one on that stand in one file, one after the other.
fn run_from(log: &EventLog, from: usize, end: usize) -> Range<usize> {
    let (file, first) = (log.source(from), log.row_key(from) - from as i64);
    let goes_on = |index: &usize| log.source(*index) == file && log.row_key(*index) - *index as i64 == first;
    from..(from + 1..end).take_while(goes_on).last().map_or(from + 1, |last| last + 1)
}

/// An event with its place in the whole history.
fn placed(event: Event, log: &EventLog, index: usize) -> Event {
    Event { position: Some(log.position(index)), ..event }
}
