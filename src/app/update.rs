//! What each command does: which noun it is about. None of this draws, waits or reads a clock.

use super::{App, Command, Dialog, Focus, Leaving, NoticeKind, PanelName, Tab};
use crate::job::{Job, Request, Slot};
use crate::timeline::View;

impl App {
    pub(super) fn dispatch(&mut self, command: Command, requests: &mut Vec<Request>) {
        match command {
            // A scenario that is dropped on a store is opened for it.
            Command::Open(path) if self.document.is_some() && is_json(&path) => {
                self.dispatch(Command::OpenScenario(path), requests);
            }
            Command::Open(path) => self.open_another(path, requests),
            Command::OpenRecent(path) => self.open_recent(path, requests),
            Command::OpenFollowed(path) => self.open_followed(path, requests),
            Command::OpenTogether(with) => self.open_together(with, requests),
            Command::OpenInstead(path) => self.leave(Leaving::Open(path), requests),
            Command::OpenBeside(path) => self.open_beside(path, requests),
            Command::OpenSample(name) => self.open_sample(name, requests),
            Command::OpenCopy(path) => self.leave(Leaving::OpenCopy(path), requests),
            Command::SwitchTo(store) => self.switch_to(store, requests),
            Command::NextStore(direction) => self.next_store(direction, requests),
            Command::CheckUnchanged => self.check_unchanged(requests),
            Command::Map(command) => self.map(command, requests),
            Command::UseLayout(layout) => self.use_layout(layout, requests),
            Command::Live(on) => self.set_live(on, requests),
            Command::FollowHead(on) => self.follow_head(on, requests),
            Command::Reload => self.read_again(requests),
            Command::InFront(in_front) => self.in_front = in_front,
            Command::Close => self.leave(Leaving::Close, requests),
            Command::Quit => self.leave(Leaving::Quit, requests),
            Command::ForgetRecent(path) => self.settings.recents.retain(|recent| recent.path != path),
            Command::DropEdits => {
                if let Some(Dialog::DropEdits { then }) = self.dialog.take() {
                    if let Some(document) = &mut self.document {
                        document.given_up = true;
                    }
                    self.go(*then, requests);
                }
            }
            Command::Pick(pick) => requests.push(self.request(Slot::Pick, "Choosing a file", Job::Pick(pick))),

            Command::SelectStream(_)
            | Command::NextStream(_)
            | Command::SeekEvent(_)
            | Command::JumpTo(_)
            | Command::ScrubToTime(_)
            | Command::ScrubToCount(_)
            | Command::Step(_)
            | Command::StepTime(_)
            | Command::GoTo(_)
            | Command::Trail(_)
            | Command::SetAxis(_) => self.move_about(&command, requests),
            Command::ToDifference(jump) => self.jump_to_difference(jump, requests),
            Command::Play(on) => self.play(on, requests),
            Command::SetSpeed(speed) => self.settings.speed = speed,

            Command::LeaveOut(_)
            | Command::TakeBack(_)
            | Command::LeaveOutChosen
            | Command::SkipAfter(_)
            | Command::AddEdits { .. }
            | Command::ChangeEdits { .. }
            | Command::NudgeEvent(_)
            | Command::ReplaceEdit { .. }
            | Command::RemoveEdit(_)
            | Command::SwitchEdit { .. }
            | Command::ReorderEdit { .. }
            | Command::Undo
            | Command::Redo
            | Command::ClearEdits => self.edit(command, requests),
            Command::Form(command) => self.form(command, requests),
            Command::Ask(asking) => self.ask_about(asking),
            Command::Answer => self.answer_asking(requests),
            Command::NewScenario
            | Command::DuplicateScenario(_)
            | Command::CloseScenario(_)
            | Command::ShowScenario(_)
            | Command::NextScenario(_)
            | Command::RenameScenario(..)
            | Command::CompareWith(_) => self.arrange_scenarios(command, requests),
            Command::JumpToMoment { stream, moment } => self.jump_to_moment(&stream, &moment, requests),
            Command::AskRenameScenario(_)
            | Command::AskCloseScenario(_)
            | Command::AskSaveScenario(_)
            | Command::SaveScenario { .. }
            | Command::AskOpenScenario
            | Command::OpenScenario(_)
            | Command::AskFixture
            | Command::WriteFixture { .. } => self.scenario_files(command, requests),
            Command::SweepOver { .. } | Command::SweepRange { .. } | Command::SweepFields(_) => {
                self.set_sweep(command, requests);
            }
            Command::UseSweepValue(value) => self.use_sweep_value(&value, requests),
            Command::ShowCompensation => self.show_compensation(requests),
            Command::SaveCompensation { stream, out, force } => self.save_compensation(&stream, out, force, requests),
            Command::AskCopy | Command::ChooseCopy(_) | Command::SaveCopy { .. } => {
                self.copy_question(command, requests);
            }

            Command::AddTrack(source) => self.add_track(source, requests),
            Command::RemoveTrack(id) => self.remove_track(id),
            Command::ShowLife(path) => self.show_life(path, requests),
            Command::UseProjection(choice) => self.use_projection(choice, requests),
            Command::AskRules(category) => self.ask_rules(category),
            Command::MakeRules { category, out, force } => self.make_rules(category, out, force, requests),
            Command::CopyReply(format) => self.copy_reply(format, requests),
            Command::CopyText(text) => self.clipboard = Some(text),

            Command::TooLargeToCopy => {
                self.notify(NoticeKind::Note, super::looking::TOO_LARGE_TO_COPY.to_owned());
            }
            Command::WantRows(indices) => self.want_rows(indices, requests),
            Command::WantChanges(events) => self.want_changes(events, requests),
            Command::ShowSnapshot(at) => self.show_snapshot(at, requests),
            Command::GoToSnapshot { stream, at } => self.go_to_snapshot(stream, at, requests),
            Command::WantVocabulary => self.want_vocabulary(requests),
            Command::CheckHistory => {
                self.show_tab(Tab::Health);
                self.check_history(requests);
            }
            Command::FollowCause(id) => self.follow_cause(id, requests),
            Command::LookAtTypes => self.ask_catalogue(requests),
            Command::Search(text) => self.search(text, requests),
            Command::ClearSearch => self.search(String::new(), requests),
            Command::NextHit(direction) => self.next_hit(direction, requests),

            Command::SetTheme(theme) => self.settings.theme = theme,
            Command::SetZone(zone) => self.set_zone(zone, requests),
            Command::SetScale(scale) => {
                self.settings.scale = scale.clamp(*super::settings::SCALES.start(), *super::settings::SCALES.end());
            }
            Command::ShowLegend(shown) => self.settings.legend = shown,
            Command::ShowTab(tab) => {
                self.show_tab(tab);
                self.want_sweep(requests);
                self.want_catalogue(requests);
            }
            Command::TogglePanel(panel) => self.settings.panels.toggle(panel),
            Command::ResizePanel(panel, size) => self.settings.sizes.set(panel, size),
            Command::ToggleMeasurements => self.measurements = !self.measurements,
            Command::Show(sheet) => self.sheet = Some(sheet),
            Command::CloseDialog => {
                (self.dialog, self.sheet, self.leaving) = (None, None, None);
                self.forget_copy();
                self.forget_mapping(requests);
            }
            Command::Focus(focus) => {
                if focus == Focus::Events {
                    self.tab = Tab::Events;
                }
                self.send_focus(focus);
            }
            Command::Focused(focus) => self.panel = focus,
            Command::NextPanel(direction) => self.next_panel(direction),
            Command::Dismiss(id) => self.notices.retain(|notice| notice.id != id),
            Command::Stop(slot) => {
                self.running.iter().filter(|running| running.slot == slot).for_each(|running| running.cancel.cancel());
            }
            Command::Tick(now) => self.tick(now, requests),
            Command::Done(finished) => self.done(finished, requests),
            command => self.arrange(command),
        }
    }

    /// Shows a tab of the panel at the bottom, which is unfolded for it.
    fn show_tab(&mut self, tab: Tab) {
        self.tab = tab;
        self.settings.panels.show(PanelName::Events, true);
    }

    /// What concerns the open store's picture alone.
    fn arrange(&mut self, command: Command) {
        if let Command::SetSort(sort) = command {
            self.settings.sort = sort;
        }
        let Some(document) = &mut self.document else { return };
        match command {
            Command::FilterStreams(filter) => document.list.set_filter(filter, &document.opened),
            Command::SetSort(sort) => document.list.set_sort(sort, &document.opened),
            Command::ToggleCategory(category) => document.list.toggle(category, &document.opened),
            Command::OnlyCategory(only) => document.list.set_only(only, &document.opened),
            Command::SetView(view) => document.view = view,
            Command::Fit => document.view = View::fit(&document.axis),
            Command::Zoom(factor) => document.zoom(factor),
            Command::Pan(share) => document.view = document.view.panned(share as f32, 1.0, &document.axis),
            Command::Choose { events, anchor } => document.choose(events, anchor),
            Command::ToggleChosen(event) => document.toggle_chosen(event),
            Command::TogglePinned(stream) => toggle(&mut document.pinned, stream),
            Command::TogglePin(path) => toggle(&mut document.pins, path),
            Command::HideLife => document.life = None,
            Command::DismissProjectionProblem => document.dismiss_projection_problem(),
            _ => {}
        }
    }
}

fn is_json(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn toggle<T: PartialEq>(all: &mut Vec<T>, one: T) {
    match all.iter().position(|known| *known == one) {
        Some(at) => {
            all.remove(at);
        }
        None => all.push(one),
    }
}
