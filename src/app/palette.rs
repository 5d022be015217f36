//! The palette: everything that can be done or gone to, found by a few letters of its name.

use std::path::PathBuf;

use super::actions::{Action, actions, why_not};
use super::{App, Command, ZoneChoice};
use crate::job::StoreKey;
use crate::model::{StreamIndex, names, zoned};
use chrono_tz::Tz;

/// Streams, and zones, that are listed at most.
const MOST: usize = 50;
/// Ranks from here on are of letters that are strewn over a name.
const STREWN: u32 = 30;
/// The rank of what comes after all that fits.
const LAST: u32 = 1_000;
/// Streams that are looked at in one step: what a frame has time for.
const STEP: usize = 20_000;

/// Something that the palette leads to.
#[derive(Clone)]
pub enum Target {
    /// An action.
    Action(&'static Action),
    /// Look at a stream.
    Stream(StreamIndex),
    /// Show another open store.
    Store(StoreKey),
    /// Open a recent file.
    Recent(PathBuf),
    /// Open a copy that was just written.
    Copy(PathBuf),
    /// Open a sample.
    Sample(&'static str),
    /// Show times in this zone.
    Zone(Tz),
    /// Open a file whose path was typed.
    File(PathBuf),
    /// Look for what was typed in the events.
    Search(String),
}

/// An entry of the palette.
#[derive(Clone)]
pub struct Entry {
    /// What it leads to.
    pub target: Target,
    /// Its name.
    pub title: String,
    /// What it is, in a few words.
    pub detail: String,
    /// Why it can't be chosen now.
    pub why_not: Option<&'static str>,
    /// How well it fits: less is better.
    rank: u32,
}

/// What was found for a text; streams may still be looked through.
#[derive(Default)]
pub struct Finder {
    text: String,
    entries: Vec<Entry>,
    /// Of which store, up to which of its streams.
    streams: Option<(StoreKey, usize)>,
    found_streams: Vec<Entry>,
    /// The store that was shown.
    shown: Option<StoreKey>,
    begun: bool,
}

impl Finder {
    /// The entries that fit, the best first; what can't be chosen comes last.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Forgets what was found: the palette opens anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Finds what fits a text. Does a bounded piece of work and says whether there is more to do.
    pub fn advance(&mut self, app: &App, text: &str) -> bool {
        let shown = app.document.as_ref().map(|document| document.opened.key);
        let moved_on = self.shown != shown;
        if !self.begun || self.text != text || moved_on {
            *self = Self { text: text.to_owned(), shown, begun: true, ..Self::default() };
            self.streams = shown.filter(|_| !text.trim().is_empty()).map(|store| (store, 0));
            self.entries = fixed(app, text);
            sort(&mut self.entries);
        }
        let (Some(document), Some((store, from))) = (&app.document, self.streams) else { return false };
        let streams = document.opened.log.streams();
        let to = streams.len().min(from + STEP);
        for at in from..to {
            let name = names::shown(&streams[at].name);
            let Some(rank) = rank(name, text) else { continue };
            self.found_streams.push(Entry {
                target: Target::Stream(StreamIndex(at as u32)),
                title: name.to_owned(),
                detail: "stream".to_owned(),
                why_not: None,
                // A command of the same fit comes first.
                rank: rank + 1,
            });
        }
        self.found_streams.sort_by_key(|entry| entry.rank);
        self.found_streams.truncate(MOST);
        if to < streams.len() {
            self.streams = Some((store, to));
            return true;
        }
        self.streams = None;
        self.entries.append(&mut self.found_streams);
        sort(&mut self.entries);
        false
    }
}

impl Target {
    /// The command that it gives now.
    pub fn command(&self, app: &App) -> Option<Command> {
        match self {
            Self::Action(action) => (action.command)(app),
            Self::Stream(stream) => {
                let document = app.document.as_ref()?;
                Some(Command::SelectStream(document.opened.log.streams().get(stream.0 as usize)?.name.clone()))
            }
            Self::Store(store) => Some(Command::SwitchTo(*store)),
            Self::Recent(path) => Some(Command::OpenRecent(path.clone())),
            Self::File(path) => Some(Command::Open(path.clone())),
            Self::Copy(path) => Some(Command::OpenCopy(path.clone())),
            Self::Sample(name) => Some(Command::OpenSample(name)),
            Self::Zone(zone) => Some(Command::SetZone(ZoneChoice::Named(*zone))),
            Self::Search(text) => Some(Command::Search(text.clone())),
        }
    }
}

fn sort(entries: &mut [Entry]) {
    entries.sort_by_key(|entry| (entry.why_not.is_some(), entry.rank));
}

/// What is there whatever the store has.
fn fixed(app: &App, text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |target: Target, title: String, detail: String, why_not: Option<&'static str>, later: u32| {
        if let Some(rank) = rank(&title, text) {
            entries.push(Entry { target, title, detail, why_not, rank: rank + later });
        }
    };
    for action in actions() {
        // The palette itself leads nowhere from here, and help is in it once.
        if !matches!(action.id, "palette" | "help-too") {
            let why_not = (action.command)(app).is_none().then(|| why_not(action, app));
            add(Target::Action(action), action.text.to_owned(), action.group.title().to_owned(), why_not, 0);
        }
    }
    let notices = app.notices.iter().rev().filter_map(|notice| notice.open.as_ref());
    for path in notices.take(1) {
        add(Target::Copy(path.clone()), "Open the copy".to_owned(), path.display().to_string(), None, 0);
    }
    for document in &app.beside {
        let title = format!("Show {}", document.title());
        add(Target::Store(document.opened.key), title, "open store".to_owned(), None, 0);
    }
    for recent in app.settings.recents.iter().filter(|recent| !app.shows(&recent.path)) {
        let name = recent.name();
        let gone = app.missing.contains(&recent.path).then_some("the file is gone");
        add(Target::Recent(recent.path.clone()), format!("Open {name}"), recent.path.display().to_string(), gone, 1);
    }
    for sample in crate::sample::samples() {
        add(Target::Sample(sample.name), format!("Open the sample {}", sample.title), "sample".to_owned(), None, 1);
    }
    let typed = text.trim();
    let other = |target, title, rank| Entry { target, title, detail: String::new(), why_not: None, rank };
    if typed.contains(['/', '\\']) {
        entries.push(other(Target::File(typed.into()), format!("Open the file {typed}"), 0));
    }
    // What fits a name, be it of something that can't be done now, was meant.
    let is_name = entries.iter().any(|entry| entry.rank < STREWN);
    if !typed.is_empty() && !is_name && app.document.is_some() {
        // Names are not all that a word can be looked for in: last, for whoever found nothing else.
        let title = format!("Search events for {typed}");
        entries.push(other(Target::Search(typed.to_owned()), title, LAST));
    }
    // Hundreds of zones are only in the way of whoever has not begun to name one.
    if text.trim().chars().count() >= 2 {
        for zone in zoned::find_zone(text).into_iter().take(MOST) {
            // Found by their own rule: a blank stands for what their names are joined with.
            entries.push(Entry {
                target: Target::Zone(zone),
                title: format!("Times in {}", zone.name()),
                detail: "time zone".to_owned(),
                why_not: None,
                rank: 25,
            });
        }
    }
    entries
}

/// How well a name fits a text, less is better: it is that, it begins so, a word of it does, it has it somewhere, or it has its
/// letters in order. `None` where it does not fit.
fn rank(name: &str, text: &str) -> Option<u32> {
    let sought = text.trim();
    if sought.is_empty() {
        return Some(0);
    }
    if let Some(at) = find_ignoring_case(name, sought) {
        let begins_word = name[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        return Some(match (at, begins_word) {
            (0, _) if name.len() == sought.len() => 0,
            (0, _) => 4,
            (_, true) => 10,
            _ => 20,
        });
    }
    let mut letters = name.chars().flat_map(char::to_lowercase);
    let mut skipped = 0;
    let mut runs = 0;
    for wanted in sought.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        let before = skipped;
        loop {
            match letters.next() {
                Some(letter) if letter == wanted => break,
                Some(_) => skipped += 1,
                None => return None,
            }
        }
        runs += u32::from(skipped != before);
    }
    // Letters that are strewn over a long name are chance.
    (runs <= 3).then(|| STREWN + skipped.min(60))
}

/// Where a text begins in a name, ignoring case: bytes for what is ASCII, which names of streams are almost always.
fn find_ignoring_case(name: &str, sought: &str) -> Option<usize> {
    if sought.is_ascii() {
        let (name, sought) = (name.as_bytes(), sought.as_bytes());
        return name.windows(sought.len()).position(|window| window.eq_ignore_ascii_case(sought));
    }
    let sought: Vec<char> = sought.chars().flat_map(char::to_lowercase).collect();
    name.char_indices().map(|(at, _)| at).find(|at| {
        let mut letters = name[*at..].chars().flat_map(char::to_lowercase);
        sought.iter().all(|wanted| letters.next() == Some(*wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_come_before_middles_and_middles_before_letters() {
        let ranks: Vec<Option<u32>> =
            ["Play or pause", "Let it play", "Display", "People a year", "Fit"].map(|name| rank(name, "play")).into();
        assert!(ranks[0] < ranks[1] && ranks[1] < ranks[2], "{ranks:?}");
        assert!(ranks[2] < ranks[3] || ranks[3].is_none(), "{ranks:?}");
        assert_eq!(ranks[4], None);
        assert_eq!(rank("Müller-7", "MÜLLER"), Some(4));
        assert_eq!(rank("account-A", "account-a"), Some(0));
    }

    #[test]
    fn what_can_be_done_comes_first_and_the_rest_says_why_not() {
        let app = App::new();
        let mut finder = Finder::default();
        assert!(!finder.advance(&app, ""));
        let possible = finder.entries().iter().take_while(|entry| entry.why_not.is_none()).count();
        assert!(possible >= 8);
        assert!(finder.entries()[possible..].iter().all(|entry| entry.why_not.is_some()));
        assert!(!finder.advance(&app, "undo"));
        assert_eq!(finder.entries()[0].why_not, Some("no store is open"));
        assert!(finder.entries()[0].target.command(&app).is_none());
    }

    #[test]
    fn zones_and_samples_are_found() {
        let app = App::new();
        let mut finder = Finder::default();
        finder.advance(&app, "berlin");
        assert_eq!(finder.entries()[0].title, "Times in Europe/Berlin");
        finder.advance(&app, "sample");
        assert!(finder.entries().iter().any(|entry| matches!(entry.target, Target::Sample("bank"))));
    }
}
