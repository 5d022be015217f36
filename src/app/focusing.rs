//! Where the keyboard's focus goes.

use super::{App, Direction, Focus, PanelName};

/// The panels in the order in which the focus goes through them.
const ORDER: [Focus; 5] = [Focus::Filter, Focus::Timeline, Focus::Events, Focus::State, Focus::Search];

impl App {
    /// Sends the focus somewhere. A panel that is folded away is unfolded.
    pub(super) fn send_focus(&mut self, focus: Focus) {
        if let Some(panel) = folds_away(focus) {
            self.settings.panels.show(panel, true);
        }
        self.panel = focus;
        self.focus = Some(focus);
    }

    /// Sends the focus to the next panel that is shown.
    pub(super) fn next_panel(&mut self, direction: Direction) {
        // The as-of box is in the top bar, as the search is.
        let here = if matches!(self.panel, Focus::AsOf | Focus::Zone) { Focus::Search } else { self.panel };
        let shown = |focus: &Focus| folds_away(*focus).is_none_or(|panel| self.settings.panels.shows(panel));
        let shown: Vec<Focus> = ORDER.into_iter().filter(shown).collect();
        let at = shown.iter().position(|focus| *focus == here);
        let next = match (at, direction) {
            (Some(at), Direction::Forward) => (at + 1) % shown.len(),
            (Some(at), Direction::Back) => (at + shown.len() - 1) % shown.len(),
            (None, _) => 0,
        };
        self.send_focus(shown[next]);
    }
}

/// The panel that must be there for the focus to go to it.
fn folds_away(focus: Focus) -> Option<PanelName> {
    match focus {
        Focus::Filter => Some(PanelName::Streams),
        Focus::Events => Some(PanelName::Events),
        Focus::State => Some(PanelName::State),
        Focus::Timeline | Focus::Search | Focus::AsOf | Focus::Zone | Focus::Track => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Command;

    #[test]
    fn the_focus_goes_round_and_leaves_out_what_is_folded_away() {
        let mut app = App::new();
        app.update(Command::TogglePanel(PanelName::Events));
        let mut seen = Vec::new();
        for _ in 0..4 {
            app.update(Command::NextPanel(Direction::Forward));
            seen.extend(app.focus.take());
        }
        assert_eq!(seen, [Focus::State, Focus::Search, Focus::Filter, Focus::Timeline]);
        app.update(Command::Focused(Focus::AsOf));
        app.update(Command::NextPanel(Direction::Back));
        assert_eq!(app.focus, Some(Focus::State));
    }

    #[test]
    fn a_folded_panel_unfolds_when_it_is_asked_for() {
        let mut app = App::new();
        app.update(Command::TogglePanel(PanelName::Streams));
        app.update(Command::Focus(Focus::Filter));
        assert!(app.settings.panels.streams);
    }
}
