//! Saving a copy: what it is to be, what it would hold, and writing it.

use std::path::PathBuf;
use std::sync::Arc;

use super::remote::Remote;
use super::{App, Command, Dialog, NoticeKind};
use crate::job::{CopyWish, Job, Request, Slot};
use crate::model::CopyDescription;
use crate::whatif::Scenario;

/// What the user can choose of a copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyChoice {
    /// In Foldline's layout instead of the store's own.
    pub as_foldline: bool,
    /// With all tables of the file.
    pub whole: bool,
    /// As recorded up to the cursor, instead of the whole history with its edits.
    pub up_to_cursor: bool,
}

/// A copy that is asked about.
#[derive(Debug, Default)]
pub struct CopyQuestion {
    /// What was chosen.
    pub choice: CopyChoice,
    /// What the copy would hold.
    pub description: Remote<CopyDescription>,
}

impl CopyQuestion {
    /// What the copy would hold, if that is known of what is chosen now.
    pub fn described(&self) -> Option<&CopyDescription> {
        self.description.value().filter(|(_, current)| *current).map(|(description, _)| description)
    }

    /// Whether the copy can be written, as far as is known.
    pub fn is_possible(&self) -> bool {
        self.described().is_some_and(|description| description.refusal.is_none())
    }
}

impl App {
    /// Opens the question.
    pub(super) fn ask_copy(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let path = &document.opened.path;
        let stem = path.file_stem().map_or_else(|| "store".into(), |stem| stem.to_string_lossy().into_owned());
        let extension = path.extension().map_or_else(|| "db".into(), |e| e.to_string_lossy().into_owned());
        let kind = if document.has_edits() { "what-if" } else { "copy" };
        let proposed = path.with_file_name(format!("{stem}-{kind}.{extension}"));
        let choice = CopyChoice::default();
        self.dialog = Some(Dialog::SaveCopy { proposed, problem: None });
        self.choose_copy(choice, requests);
    }

    /// Chooses what the copy is to be, and asks what that comes to.
    pub(super) fn choose_copy(&mut self, choice: CopyChoice, requests: &mut Vec<Request>) {
        self.copy.choice = CopyChoice { as_foldline: choice.as_foldline || !self.copy_in_own_layout(choice), ..choice };
        if let Some(Dialog::SaveCopy { problem, .. }) = &mut self.dialog {
            *problem = None;
        }
        let Some((wish, _)) = self.copy_wish() else { return };
        let request = self.request(Slot::DescribeCopy, "Looking what the copy would hold", Job::DescribeCopy(wish));
        self.copy.description.ask(request.generation);
        requests.push(request);
    }

    /// Nobody needs to know any more what a copy would hold.
    pub(super) fn forget_copy(&mut self) {
        for running in self.running.iter().filter(|running| running.slot == Slot::DescribeCopy) {
            running.cancel.cancel();
        }
        self.copy = CopyQuestion::default();
    }

    /// The moment up to which a copy may go, in words; `None` where the cursor stands before the first event.
    pub fn copy_moment(&self) -> Option<String> {
        let document = self.document.as_ref()?;
        let is_start = document.cursor == super::Cursor::Start;
        (!is_start).then(|| super::as_of::shown(document, self.zone()))
    }

    /// Whether the store's own layout can be chosen for such a copy.
    pub fn copy_in_own_layout(&self, choice: CopyChoice) -> bool {
        let Some(document) = &self.document else { return false };
        let has_edits = !choice.up_to_cursor && document.scenario().is_some();
        document.opened.writable || (document.opened.leaving_out && !has_edits)
    }

    /// Why the store's own layout can't be chosen for such a copy, in a sentence or two; `None` where it can.
    pub fn own_layout_refusal(&self, choice: CopyChoice) -> Option<String> {
        let document = self.document.as_ref()?;
        if self.copy_in_own_layout(choice) {
            return None;
        }
        let opened = &document.opened;
        let why = opened.no_edits.as_deref().unwrap_or("Foldline can read this layout, and not write it");
        Some(if !opened.files.is_empty() {
            "Not possible: several files are read as one history here. Open one of them alone to copy it in its own \
             layout."
                .to_owned()
        } else if opened.mapping.is_some() {
            "Not possible: these tables were mapped by hand. Foldline knows how to read them, not what else their program \
             expects of them."
                .to_owned()
        } else if opened.leaving_out {
            format!("Not possible with edits: {why}. As recorded it can be copied.")
        } else {
            format!("Not possible: {why}.")
        })
    }

    /// What is to be written, and the edits that will then be saved.
    fn copy_wish(&self) -> Option<(CopyWish, Option<Arc<Scenario>>)> {
        let document = self.document.as_ref()?;
        let CopyChoice { as_foldline, whole, up_to_cursor } = self.copy.choice;
        let scenario = document.scenario().filter(|_| !up_to_cursor);
        let until = up_to_cursor.then(|| document.moment());
        let wish = CopyWish {
            store: document.opened.key,
            scenario: scenario.clone(),
            until,
            as_foldline: as_foldline || !self.copy_in_own_layout(self.copy.choice),
            whole,
        };
        Some((wish, scenario))
    }

    pub(super) fn save_copy(&mut self, out: PathBuf, force: bool, requests: &mut Vec<Request>) {
        if self.running.iter().any(|running| running.slot == Slot::Copy) {
            self.notify(NoticeKind::Note, "A copy is being written; wait for it, or stop it first");
            return;
        }
        let Some((wish, scenario)) = self.copy_wish() else { return };
        self.copying = scenario;
        let title = format!("Writing {}", out.display());
        requests.push(self.request(Slot::Copy, title, Job::Copy { wish, out, force }));
    }

    pub(super) fn copy_question(&mut self, command: Command, requests: &mut Vec<Request>) {
        match command {
            Command::AskCopy => self.ask_copy(requests),
            Command::ChooseCopy(choice) => self.choose_copy(choice, requests),
            Command::SaveCopy { out, force } => self.save_copy(out, force, requests),
            _ => {}
        }
    }
}

/// What a copy would hold, in sentences: how many events, then what else.
pub fn copy_words(description: &CopyDescription) -> Vec<String> {
    let counted = |count: u64, noun: &str| {
        if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(count)) }
    };
    let mut parts = Vec::new();
    for (count, what) in [
        (description.inserted, "inserted"),
        (description.changed, "changed"),
        (description.renumbered, "with another number or place"),
        (description.left_out, "left out"),
    ] {
        if count > 0 {
            parts.push(format!("{} {what}", grouped(count)));
        }
    }
    let events = counted(description.events, "event");
    let events =
        if parts.is_empty() { format!("{events}, all as recorded") } else { format!("{events}: {}", parts.join(", ")) };
    let mut words = vec![events];
    let tables = description.tables.join(", ");
    let others = match description.tables_left_out.as_slice() {
        [] => String::new(),
        names => format!("; not taken: {}", listed(names)),
    };
    if description.is_own_layout {
        words.push(format!("Tables: {tables}{others}"));
    } else {
        words.push(format!("Made of the tables {tables}{others}"));
    }
    if description.snapshots_left_out > 0 && !description.is_own_layout {
        words.push(format!("{} left out", counted(description.snapshots_left_out, "snapshot")));
    }
    if description.snapshots > 0 {
        words.push(format!("{} taken", counted(description.snapshots, "snapshot")));
    }
    words.extend(description.bookkeeping.iter().cloned());
    words.extend(description.notes.iter().map(|note| capitalised(note)));
    words
}

/// The first names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Why a copy can't be written as it was chosen, in a sentence.
pub fn refusal_words(description: &CopyDescription) -> Option<String> {
    let refusal = description.refusal.as_ref()?;
    let layout = if description.is_own_layout { "the store's own layout" } else { "Foldline's layout" };
    let why = if refusal.why.is_empty() { String::new() } else { format!(": {}", refusal.why) };
    Some(format!("{} can't be written in {layout}{why}", refusal.event))
}

fn capitalised(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Failure, Finished, Outcome};
    use crate::model::CopyRefusal;

    fn of(requests: &[Request], slot: Slot) -> Request {
        requests.iter().find(|request| request.slot == slot).unwrap().clone()
    }

    fn answer(app: &mut App, request: &Request, outcome: Outcome) {
        let (slot, generation) = (request.slot, request.generation);
        app.update(Command::Done(Finished { slot, generation, result: Ok(outcome) }));
    }

    fn described(change: impl FnOnce(&mut CopyDescription)) -> CopyDescription {
        let mut description = CopyDescription {
            events: 12_345,
            layout_title: "X".to_owned(),
            is_own_layout: true,
            tables: vec!["events".to_owned()],
            ..CopyDescription::default()
        };
        change(&mut description);
        description
    }

    #[test]
    fn what_a_copy_would_hold_in_words() {
        let words = |change: fn(&mut CopyDescription)| copy_words(&described(change));
        assert_eq!(words(|_| {}), ["12,345 events, all as recorded", "Tables: events"]);
        let many = words(|d| {
            (d.events, d.inserted, d.changed, d.left_out, d.snapshots) = (1, 1, 2, 3, 1);
            d.tables_left_out = (0..7).map(|n| format!("t{n}")).collect();
            d.bookkeeping = vec!["emt_streams is set".to_owned()];
            d.notes = vec!["one more thing".to_owned()];
        });
        let expected = [
            "1 event: 1 inserted, 2 changed, 3 left out",
            "Tables: events; not taken: t0, t1, t2, t3, t4 and 2 more",
            "1 snapshot taken",
            "emt_streams is set",
            "One more thing",
        ];
        assert_eq!(many, expected);
        let refused = described(|d| {
            d.refusal = Some(CopyRefusal { event: "a-1 v2 (X)".to_owned(), why: "it has no id".to_owned() });
        });
        let told = refusal_words(&refused).unwrap();
        assert_eq!(told, "a-1 v2 (X) can't be written in the store's own layout: it has no id");
    }

    #[test]
    fn every_choice_is_described_anew_and_what_is_refused_can_not_be_saved() {
        let mut app = App::new();
        let request = of(&app.update(Command::Open("a.db".into())), Slot::Open);
        let Job::Open { key, .. } = request.job else { panic!("{request:?}") };
        let store = crate::app::testing::opened("a.db", key, &[("a-1", Some(1)), ("a-1", Some(2))]);
        answer(&mut app, &request, Outcome::Opened(Box::new(store)));
        app.update(Command::LeaveOut(0));
        let asked = of(&app.update(Command::AskCopy), Slot::DescribeCopy);
        let Job::DescribeCopy(wish) = &asked.job else { panic!("{asked:?}") };
        assert!(wish.scenario.is_some() && wish.until.is_none() && !wish.whole && !wish.as_foldline);
        assert!(!app.copy.is_possible());
        let refusal = Some(CopyRefusal { event: "x".to_owned(), why: String::new() });
        let refused = Outcome::CopyDescribed(Box::new(described(|d| d.refusal = refusal)));
        answer(&mut app, &asked, refused);
        assert!(app.copy.described().is_some() && !app.copy.is_possible());
        let choice = CopyChoice { as_foldline: true, up_to_cursor: true, ..CopyChoice::default() };
        let again = of(&app.update(Command::ChooseCopy(choice)), Slot::DescribeCopy);
        // The old description is not that of the new choice.
        assert!(app.copy.described().is_none());
        let Job::DescribeCopy(wish) = &again.job else { panic!("{again:?}") };
        assert!(wish.scenario.is_none() && wish.until.is_some() && wish.as_foldline);
        answer(&mut app, &again, Outcome::CopyDescribed(Box::new(described(|_| {}))));
        assert!(app.copy.is_possible());
        let failed = of(&app.update(Command::ChooseCopy(CopyChoice::default())), Slot::DescribeCopy);
        let (slot, generation) = (failed.slot, failed.generation);
        let result = Err(Failure::Failed("the edits do not fit".to_owned()));
        app.update(Command::Done(Finished { slot, generation, result }));
        assert_eq!(app.copy.description.failure(), Some("the edits do not fit"));
        assert!(app.notices.is_empty() && !app.copy.is_possible());
        let pending = of(&app.update(Command::ChooseCopy(choice)), Slot::DescribeCopy);
        app.update(Command::CloseDialog);
        assert!(pending.cancel.is_cancelled());
    }
}
