//! Moving about: the cursor, the stream that is looked at, and the axis.

use super::trail::Place;
use super::{App, Command, Cursor, Direction, Document, Step};
use crate::job::{Job, Request, Slot, StateRequest};
use crate::model::{Moment, Timestamp};

impl App {
    pub(super) fn move_about(&mut self, command: &Command, requests: &mut Vec<Request>) {
        if !matches!(command, Command::Step(Step::Forward)) || self.playing.is_none() {
            // Whoever takes the cursor stops the film.
            self.playing = self.playing.filter(|_| matches!(command, Command::SelectStream(_)));
        }
        let Some(document) = &mut self.document else { return };
        let stream_before = document.stream.clone();
        match command {
            Command::SelectStream(stream) => {
                document.select_stream(Some(stream.clone()));
            }
            Command::NextStream(direction) => {
                let next = document.list.neighbour(document.stream_index(), *direction == Direction::Forward);
                let Some(next) = next else { return };
                let name = document.opened.log.stream(next).name.clone();
                document.select_stream(Some(name));
            }
            Command::JumpTo(event) => document.jump_to(*event),
            Command::GoTo(moment) => document.go_to(*moment),
            Command::Trail(direction) => document.go_along_trail(*direction),
            Command::SetAxis(kind) => document.set_axis(*kind),
            command => document.move_cursor(command),
        }
        // Whoever goes elsewhere stays there.
        document.live.at_head &= document.is_at_last_event();
        if document.stream == stream_before {
            self.follow_cursor(requests);
        } else {
            self.refresh_views(requests);
        }
    }

    /// Asks for the state at the cursor.
    pub(super) fn follow_cursor(&mut self, requests: &mut Vec<Request>) {
        self.ask_stopped_again(requests);
        let Some(document) = &self.document else { return };
        let Some(stream) = document.stream.clone() else { return };
        let request = StateRequest {
            store: document.opened.key,
            stream,
            moment: document.moment(),
            scenario: document.scenario(),
            against: document.against_scenario(),
        };
        let request = self.request(Slot::State, "Replaying", Job::State(request));
        if let Some(document) = &mut self.document {
            document.state.ask(request.generation);
        }
        requests.push(request);
        self.want_comparison(requests);
        self.want_branch_tracks(requests);
        self.want_sweep(requests);
        self.want_catalogue(requests);
    }

    /// Asks for everything that is told of the selected stream.
    pub(super) fn refresh_views(&mut self, requests: &mut Vec<Request>) {
        self.follow_cursor(requests);
        self.refresh_tracks(requests);
        self.refresh_life(requests);
    }
}

impl Document {
    fn place(&self) -> Place {
        Place { stream: self.stream.clone(), cursor: self.cursor }
    }

    /// Whether there is a way back to where the cursor was before a jump, and a way on again.
    pub fn ways(&self) -> (bool, bool) {
        self.trail.ways()
    }

    fn move_cursor(&mut self, command: &Command) {
        let log = self.opened.log.clone();
        let Some(last) = log.len().checked_sub(1) else { return };
        let cursor = match *command {
            Command::SeekEvent(event) => Cursor::Event(event.min(last as u32)),
            Command::ScrubToTime(time) => match self.held(time) {
                Some(cursor) => cursor,
                None => return,
            },
            Command::StepTime(seconds) => {
                let range = self.opened.drawing.time_range;
                let here = self.cursor_time().or(range.map(|(first, _)| first));
                match here.and_then(|time| time.checked_add_seconds(seconds)).and_then(|time| self.held(time)) {
                    Some(cursor) => cursor,
                    None => return,
                }
            }
            Command::ScrubToCount(count) => match count.min(log.len()).checked_sub(1) {
                Some(event) => Cursor::Event(event as u32),
                None => Cursor::Start,
            },
            Command::Step(Step::Forward) if self.is_at_end() => return,
            Command::Step(step) => self.stepped(step).map_or(Cursor::Start, Cursor::Event),
            _ => return,
        };
        let before = self.cursor;
        self.move_to(cursor);
        if let (Command::StepTime(1..), true, Cursor::Event(event)) = (command, before == self.cursor, before) {
            // Where only events count, a minute in which nothing happens is no step.
            self.move_to(Cursor::Event((event + 1).min(last as u32)));
        }
        if matches!(command, Command::SeekEvent(_) | Command::Step(_) | Command::StepTime(_)) {
            self.show_cursor();
        }
    }

    /// An instant, held within the history.
    fn held(&self, time: Timestamp) -> Option<Cursor> {
        let (first, latest) = self.opened.drawing.time_range?;
        Some(if time < first { Cursor::Start } else { Cursor::Instant(time.min(latest)) })
    }

    /// Moves the view just so far that the cursor is in it.
    pub(super) fn show_cursor(&mut self) {
        let coordinate = self.cursor_coordinate();
        if coordinate.is_finite() {
            self.view = self.view.showing(coordinate, &self.axis);
        }
    }

    /// Goes to an event and looks at its stream, unless the stream that is looked at has it too.
    fn jump_to(&mut self, event: u32) {
        let log = self.opened.log.clone();
        if event as usize >= log.len() {
            return;
        }
        self.trail.leave(self.place());
        let streams: Vec<_> =
            log.stream_of(event as usize).into_iter().chain(log.other_streams_of(event as usize)).collect();
        if let Some(first) = streams.first()
            && !self.stream_index().is_some_and(|shown| streams.contains(&shown))
        {
            self.select_stream(Some(log.stream(*first).name.clone()));
        }
        self.move_to(Cursor::Event(event));
        self.show_cursor();
    }

    /// Goes to an event with which the selected stream stands.
    pub(super) fn jump_in_stream(&mut self, event: u32) {
        self.trail.leave(self.place());
        self.move_to(Cursor::Event(event));
        self.show_cursor();
    }

    /// Goes to a moment that was typed: on an event where it names one.
    fn go_to(&mut self, moment: Moment) {
        let log = self.opened.log.clone();
        let in_stream =
            |wanted: i64| self.lane().iter().copied().find(|event| log.version(*event as usize) == Some(wanted));
        let cursor = match moment {
            Moment::Position(position) => match log.event_at_position(position) {
                Some(event) => Cursor::Event(event as u32),
                None => match log.count_up_to_position(position).checked_sub(1) {
                    Some(event) => Cursor::Event(event as u32),
                    None => Cursor::Start,
                },
            },
            Moment::Version(version) => match in_stream(version) {
                Some(event) => Cursor::Event(event),
                None => return,
            },
            Moment::Instant(time) => match self.held(time) {
                Some(cursor) => cursor,
                None => return,
            },
        };
        self.trail.leave(self.place());
        self.move_to(cursor);
        self.show_cursor();
    }

    fn go_along_trail(&mut self, direction: Direction) {
        let here = self.place();
        let there = match direction {
            Direction::Back => self.trail.back(here),
            Direction::Forward => self.trail.forward(here),
        };
        let Some(Place { stream, cursor }) = there else { return };
        self.select_stream(stream);
        self.move_to(cursor);
        self.show_cursor();
    }

    /// Shows more (above 1) or less detail; what is at the cursor stays where it is, if it is in sight.
    pub(super) fn zoom(&mut self, factor: f64) {
        const WIDTH: f32 = 1000.0;
        let coordinate = self.cursor_coordinate();
        let x = if coordinate.is_finite() { self.view.x_from_coordinate(coordinate, WIDTH) } else { WIDTH / 2.0 };
        let x = if (0.0..=WIDTH).contains(&x) { x } else { WIDTH / 2.0 };
        self.view = self.view.zoomed(factor, x, WIDTH, &self.axis);
    }
}

#[cfg(test)]
mod tests;
