//! Jobs that look into histories: lives of values, tracks, searches, summaries.

use std::sync::Arc;

use super::cataloguing::CatalogueScope;
use super::files;
use super::kept_events::event_bytes;
use super::run::{Workshop, failed};
use super::session::Session;
use crate::job::{EventRow, Failure, Job, Outcome};
use crate::model::{Cancel, Event, Payload, Progress, StreamIndex, names};

/// Stored text of so many bytes is not decoded for a line of a table.
const LONG: usize = 4 << 20;

impl Workshop {
    pub(super) fn explore(&self, job: Job, progress: &Progress, cancel: &Cancel) -> Result<Outcome, Failure> {
        match job {
            Job::Project { store, choice } => {
                let session = self.session(store)?;
                let projected = session.choose_projections(store, choice.clone())?;
                // The store may have grown meanwhile.
                let now = self.session(store)?;
                let same = Arc::ptr_eq(&session, &now);
                let projected = if same { projected } else { now.choose_projections(store, choice)? };
                Ok(Outcome::Projected(projected))
            }
            Job::Changes { store, stream, events } => {
                let rows = self.session(store)?.row_changes(&stream, &events, cancel)?;
                Ok(Outcome::Changes { stream, rows })
            }
            Job::Life { store, stream, path } => {
                let life = self.session(store)?.life(&stream, path, progress, cancel)?;
                Ok(Outcome::Life(Box::new(life)))
            }
            Job::Track { store, stream, what } => {
                let track = self.session(store)?.track(&stream, &what, progress, cancel)?;
                Ok(Outcome::Track(Box::new(track)))
            }
            Job::BranchTrack { store, stream, what, scenario } => {
                let track = self.session(store)?.branch_track(&stream, &what, &scenario, progress, cancel)?;
                Ok(Outcome::BranchTrack(track.map(Box::new)))
            }
            Job::Search { store, query, found } => {
                self.session(store)?.search(&query, &found, progress, cancel).map(Outcome::Searched)
            }
            Job::Check { store, findings } => {
                self.session(store)?.check(&findings, progress, cancel).map(|health| Outcome::Checked(Arc::new(health)))
            }
            Job::Vocabulary { store } => {
                let vocabulary = self.session(store)?.vocabulary(progress, cancel)?;
                Ok(Outcome::Vocabulary(Arc::new(vocabulary)))
            }
            Job::Differences(sides) => {
                let found = self.session(sides.store)?.differences(&sides, progress, cancel);
                found.map(|found| Outcome::Differences(Box::new(found))).map_err(|error| failed(&error))
            }
            Job::SideBySide(sides) => {
                let found = self.session(sides.store)?.side_by_side(&sides, cancel);
                found.map(|found| Outcome::SideBySide(Box::new(found))).map_err(|error| failed(&error))
            }
            Job::Suggest { store, category, out, force } => {
                let session = self.session(store)?;
                self.suggest(&session, category, out, force, cancel).map(Outcome::Suggested)
            }
            Job::Poll { store, known } => self.poll(store, known, progress, cancel),
            Job::ReadOn { store } => self.read_on(store, progress, cancel),
            Job::Reopen { store, follow } => self.reopen(store, follow, progress, cancel),
            Job::Glance { store } => {
                let session = self.session(store)?;
                Ok(Outcome::Glanced(session.glance()))
            }
            Job::Watch { path } => {
                let stamp = files::stamp(&path);
                Ok(Outcome::Watched { path, stamp })
            }
            Job::Sample { name, folder } => files::sample(name, &folder, progress, cancel).map(Outcome::SampleReady),
            Job::Save { path, contents } => files::save(&path, &contents).map(|()| Outcome::Saved),
            Job::Keep { at, contents } => super::scenario_files::keep(at, &contents),
            Job::Recents { paths } => files::missing(paths, cancel).map(Outcome::Missing),
            Job::FindId { store, id } => {
                let session = self.session(store)?;
                let found = session.with_reader(|reader| reader.find_id(session.log(), &id));
                let event = found.map_err(|error| failed(&error.into()))?;
                Ok(Outcome::FoundId { id, event })
            }
            Job::Reply { store, stream, moment, zone, format, hash } => {
                let session = self.session(store)?;
                session.reply(&stream, moment, zone, format, hash.as_deref(), cancel).map(Outcome::Reply)
            }
            Job::Follow { store, scenario, against } => {
                let session = self.session(store)?;
                let follows = session.follow(&scenario, against.as_ref(), progress, cancel);
                follows.map(|follows| Outcome::Follows(Arc::new(follows))).map_err(|error| failed(&error))
            }
            Job::Restore { store, folder } => self.session(store)?.restore_scenarios(store, &folder, cancel),
            Job::ReadScenario { store, path } => self.session(store)?.read_scenario(path, cancel),
            Job::WriteScenario { store, id, contents, out, force } => {
                let written = self.session(store)?.write_text(&out, &contents, force);
                written.map(|()| Outcome::ScenarioWritten { id, path: out }).map_err(|error| failed(&error))
            }
            Job::Fixture(request) => self.session(request.store)?.write_fixture(request, progress, cancel),
            Job::TypeSample { store, stream, event_type, event } => {
                let sample = self.session(store)?.type_sample(&stream, &event_type, event, cancel)?;
                Ok(Outcome::TypeSample(Box::new(sample)))
            }
            Job::TryEdit { store, without, with, stream, event } => {
                let tried = self.session(store)?.try_edit(without.as_ref(), &with, &stream, &event, cancel)?;
                Ok(Outcome::Tried(Box::new(tried)))
            }
            Job::SweepPlaces { store, scenario } => {
                let places = self.session(store)?.sweep_places(&scenario, cancel);
                Ok(Outcome::SweepPlaces(places))
            }
            Job::Sweep { store, scenario, spec, fields } => {
                let swept = self.session(store)?.sweep(&scenario, &spec, &fields, progress, cancel);
                swept.map(|sweep| Outcome::Swept(Arc::new(sweep))).map_err(|error| failed(&error))
            }
            Job::Compensate { store, scenario } => {
                let proposals = self.session(store)?.compensate(&scenario, None, progress, cancel);
                proposals.map(Outcome::Compensations).map_err(|error| failed(&error))
            }
            Job::Catalogue { store } => {
                let catalogue = self.session(store)?.catalogue(&CatalogueScope::default(), progress, cancel);
                catalogue.map(|found| Outcome::Catalogue(Arc::new(found))).map_err(|error| failed(&error))
            }
            Job::Write { store, out, text, force } => {
                let written = self.session(store)?.write_text(&out, &text, force);
                written.map(|()| Outcome::Written(out)).map_err(|error| Failure::Failed(error.to_string()))
            }
            Job::Snapshots { store } => {
                let found = self.session(store)?.snapshots(progress, cancel);
                found.map(Outcome::Snapshots).map_err(|error| failed(&error.into()))
            }
            Job::Snapshot { store, at } => {
                let view = self.session(store)?.snapshot(at, cancel)?;
                Ok(Outcome::Snapshot(Arc::new(view)))
            }
            Job::Survey { path, folder } => self.survey(&path, folder.as_deref(), progress, cancel),
            Job::PreviewMapping { path, mapping } => self.preview(&path, &mapping, progress, cancel),
            Job::ForgetTables => {
                self.forget_look();
                Ok(Outcome::Closed)
            }
            Job::ReadMapping { path } => super::mapping::read(path),
            Job::WriteMapping { store, out, text, force } => super::mapping::write(&store, out, &text, force),
            job @ (Job::Open { .. }
            | Job::OpenAs { .. }
            | Job::State(_)
            | Job::Events { .. }
            | Job::Branch { .. }
            | Job::Copy { .. }
            | Job::DescribeCopy(_)
            | Job::Hash { .. }
            | Job::Pick(_)
            | Job::Close { .. }) => self.run(job, progress, cancel),
        }
    }
}

impl Session {
    /// The stream of this name, which a job is about.
    pub(super) fn find_stream(&self, name: &str) -> Result<StreamIndex, Failure> {
        self.log().find_stream(name).ok_or_else(|| Failure::Failed(format!("there is no stream {name}")))
    }

    /// An event for a table, with its sentence where its stream's projection has one.
    pub(super) fn row(&self, index: u32, event: Event) -> EventRow {
        let stream = self.log().stream_of(index as usize);
        let fold = stream.map(|stream| self.fold_of_stream(stream));
        let sentence = fold.and_then(|fold| fold.label(&event)).map(Into::into);
        let told = match &event.data {
            // Decoding it for a line would keep everybody waiting.
            Payload::Text(text) if text.len() > LONG => {
                let size = (text.len() as f64 / 1e6).round();
                format!("{} · a payload of {size} MB", names::type_words(&event.event_type))
            }
            _ if sentence.is_some() => String::new(),
            _ => crate::report::sentence(&event),
        };
        let bytes = event_bytes(&event);
        EventRow { event: Arc::new(event), sentence, told: told.into(), bytes }
    }
}
