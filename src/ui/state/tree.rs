//! A value as lines of a tree: only what is open, and no more of a list than can be looked at.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::job::StoreKey;
use crate::model::{Segment, Value, ValuePath, names};
use crate::replay::Change;

/// Entries of one list or object that are shown at first, and how many more at each wish.
pub const STEP: usize = 1_000;
/// Changed entries of one list or object that are shown although they lie beyond what is shown of it.
const BEYOND: usize = 100;
/// Changes that are marked; an event that changes more has changed everything.
const MARKED: usize = 20_000;
/// Lists and objects that are unfolded at once.
const UNFOLDED: usize = 2_000;

/// Which value the lines are of.
pub type Edition = (StoreKey, u64);

/// What is shown as a tree.
#[derive(Clone, Copy, Default)]
pub struct Shown<'a> {
    /// The value.
    pub value: Option<&'a Value>,
    /// What it was before the last event.
    pub before: Option<&'a Value>,
    /// What it would be with the scenario's edits.
    pub branch: Option<&'a Value>,
    /// What the last event changed.
    pub changes: &'a [Change],
    /// What differs between the value and the branch.
    pub differences: &'a [Change],
    /// What stays on top.
    pub pins: &'a [ValuePath],
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A value in its place.
    Value,
    /// A value that was pinned, by its whole path.
    Pinned,
    /// A title over what follows.
    Title,
    /// So many entries are not shown.
    More(usize),
}

/// A line of the tree.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is.
    pub kind: Kind,
    /// Where its value is; of [`Kind::More`], where the entries would be.
    pub path: ValuePath,
    /// How far it is set in.
    pub depth: usize,
    /// What it is called.
    pub key: String,
    /// The value, if there is one.
    pub value: Option<Value>,
    /// What it was before the last event, where that changed it.
    pub was: Option<Option<Value>>,
    /// The value with the scenario's edits.
    pub branch: Option<Value>,
    /// Whether that is another one.
    pub differs: bool,
    /// Whether there is something in it.
    pub opens: bool,
    /// Whether that is shown.
    pub is_open: bool,
}

/// The lines, kept until another value comes or something is opened or closed.
#[derive(Default)]
pub struct Tree {
    /// What is open; kept while scrubbing.
    open: HashSet<ValuePath>,
    /// How many more entries are shown than at first.
    more: HashMap<ValuePath, usize>,
    rows: Vec<Row>,
    of: Option<Edition>,
    pins: Vec<ValuePath>,
    /// Changes whenever the lines do.
    changed: u64,
}

/// The children of each container that something happened to, or in.
type Touched = HashMap<ValuePath, BTreeSet<Segment>>;

impl Tree {
    /// Makes the lines anew if they are of another value.
    pub fn refresh(&mut self, edition: Edition, shown: &Shown<'_>) {
        if self.of == Some(edition) && self.pins == shown.pins {
            return;
        }
        self.of = Some(edition);
        self.pins = shown.pins.to_vec();
        self.changed += 1;
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        let (changed, different) = (touched(shown.changes), touched(shown.differences));
        let marks = Marks { changed: &changed, different: &different };
        if !shown.pins.is_empty() {
            rows.push(Row::title("Pinned"));
            for path in shown.pins {
                let row = pinned(shown, path, &marks);
                rows.push(row);
            }
            rows.push(Row::title("All fields"));
        }
        let at = Place { value: shown.value, before: shown.before, branch: shown.branch };
        self.collect(&at, &marks, &ValuePath::default(), 0, &mut rows);
        self.rows = rows;
    }

    /// The lines.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A number that changes whenever the lines do.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Opens what is closed and closes what is open.
    pub fn toggle(&mut self, path: &ValuePath) {
        self.set_open(path, !self.open.contains(path));
    }

    /// Opens or closes.
    pub fn set_open(&mut self, path: &ValuePath, open: bool) {
        if open {
            self.open.insert(path.clone());
        } else {
            self.open.remove(path);
        }
        self.of = None;
    }

    /// Shows more entries of a list or object.
    pub fn show_more(&mut self, path: &ValuePath) {
        *self.more.entry(path.clone()).or_default() += STEP;
        self.of = None;
    }

    /// Closes everything.
    pub fn fold_all(&mut self) {
        self.open.clear();
        self.more.clear();
        self.of = None;
    }

    /// Opens everything, as far as that can be looked at.
    pub fn unfold_all(&mut self, values: &[&Value]) {
        let mut left = UNFOLDED;
        for value in values {
            unfold(value, &mut Vec::new(), &mut left, &mut self.open);
        }
        self.of = None;
    }

    /// Whether nothing is open.
    pub fn is_folded(&self) -> bool {
        self.open.is_empty()
    }

    fn collect(&self, at: &Place<'_>, marks: &Marks<'_>, path: &ValuePath, depth: usize, rows: &mut Vec<Row>) {
        let limit = STEP + self.more.get(path).copied().unwrap_or(0);
        let (mut listed, total) = entries(at, limit);
        let mut beyond = Vec::new();
        for touched in [marks.changed, marks.different] {
            let touched = touched.get(path).into_iter().flatten().take(BEYOND);
            beyond.extend(touched.filter(|segment| at.has(segment)).cloned());
        }
        if !beyond.is_empty() {
            let known: HashSet<&Segment> = listed.iter().collect();
            let mut seen = HashSet::new();
            beyond.retain(|segment| !known.contains(segment) && seen.insert(segment.clone()));
        }
        let there = beyond.iter().filter(|segment| at.is_there(segment)).count();
        let hidden = total.saturating_sub(listed.len() + there);
        // What tells nothing of what happened comes after what does.
        listed.sort_by_key(is_technical);
        let shown = listed.len();
        let nothing_beyond = beyond.is_empty();
        listed.append(&mut beyond);
        for (place, segment) in listed.into_iter().enumerate() {
            if place == shown && hidden > 0 {
                rows.push(Row::more(path, depth, hidden));
            }
            let path = path.join(segment.clone());
            let at = at.child(&segment);
            let row = Row::value(&at, marks, path.clone(), depth, &segment, &self.open);
            let is_open = row.is_open;
            rows.push(row);
            if is_open {
                self.collect(&at, marks, &path, depth + 1, rows);
            }
        }
        if hidden > 0 && nothing_beyond {
            rows.push(Row::more(path, depth, hidden));
        }
    }
}

/// The same place in everything that is shown.
struct Place<'a> {
    value: Option<&'a Value>,
    before: Option<&'a Value>,
    branch: Option<&'a Value>,
}

impl<'a> Place<'a> {
    fn child(&self, segment: &Segment) -> Place<'a> {
        let of = |value: Option<&'a Value>| value.and_then(|value| child(value, segment));
        Place { value: of(self.value), before: of(self.before), branch: of(self.branch) }
    }

    /// Whether it is there or was there.
    fn has(&self, segment: &Segment) -> bool {
        let Place { value, before, branch } = self.child(segment);
        value.is_some() || before.is_some() || branch.is_some()
    }

    fn is_there(&self, segment: &Segment) -> bool {
        let Place { value, branch, .. } = self.child(segment);
        value.is_some() || branch.is_some()
    }
}

/// Whether it is a field that a serializer or the automatic projection added.
fn is_technical(segment: &Segment) -> bool {
    matches!(segment, Segment::Key(key) if names::is_technical(key) || matches!(&**key, "$version" | "$updated"))
}

/// Where something happened.
struct Marks<'a> {
    changed: &'a Touched,
    different: &'a Touched,
}

impl Marks<'_> {
    fn has(touched: &Touched, path: &ValuePath) -> bool {
        let Some((last, parent)) = path.0.split_last() else { return false };
        touched.get(&ValuePath(parent.to_vec())).is_some_and(|children| children.contains(last))
    }
}

impl Row {
    fn empty(kind: Kind, path: ValuePath, depth: usize, key: String) -> Self {
        let (value, was, branch) = (None, None, None);
        Self { kind, path, depth, key, value, was, branch, differs: false, opens: false, is_open: false }
    }

    fn title(text: &str) -> Self {
        Self::empty(Kind::Title, ValuePath::default(), 0, text.to_owned())
    }

    fn more(path: &ValuePath, depth: usize, hidden: usize) -> Self {
        Self::empty(Kind::More(hidden), path.clone(), depth, String::new())
    }

    fn value(
        at: &Place<'_>,
        marks: &Marks<'_>,
        path: ValuePath,
        depth: usize,
        segment: &Segment,
        open: &HashSet<ValuePath>,
    ) -> Self {
        let key = match segment {
            Segment::Key(key) => key.to_string(),
            Segment::Index(index) => index.to_string(),
        };
        let opens = [at.value, at.branch].into_iter().flatten().any(|value| !value.is_leaf());
        let is_open = opens && open.contains(&path);
        let was = Marks::has(marks.changed, &path).then(|| at.before.cloned());
        let differs = Marks::has(marks.different, &path);
        let (value, branch) = (at.value.cloned(), at.branch.cloned());
        Self { kind: Kind::Value, path, depth, key, value, was, branch, differs, opens, is_open }
    }
}

fn pinned(shown: &Shown<'_>, path: &ValuePath, marks: &Marks<'_>) -> Row {
    let of = |value: Option<&Value>| value.and_then(|value| value.slot_at(path)).map(|(value, _)| value.clone());
    let mut row = Row::empty(Kind::Pinned, path.clone(), 0, path.to_string());
    row.value = of(shown.value);
    row.branch = of(shown.branch);
    row.was = Marks::has(marks.changed, path).then(|| of(shown.before));
    row.differs = Marks::has(marks.different, path);
    row
}

fn child<'a>(value: &'a Value, segment: &Segment) -> Option<&'a Value> {
    match (value, segment) {
        (Value::Object(object), Segment::Key(key)) => object.get(key),
        (Value::List(list), Segment::Index(index)) => list.get(*index),
        _ => None,
    }
}

/// The first entries of a place, what only the branch has at their end; and how many there are in all.
fn entries(at: &Place<'_>, limit: usize) -> (Vec<Segment>, usize) {
    let mut listed = Vec::new();
    let mut total = 0;
    for (value, other) in [(at.value, None), (at.branch, at.value)] {
        let is_new = |segment: &Segment| other.is_none_or(|other| child(other, segment).is_none());
        match value {
            Some(Value::Object(object)) => {
                total = total.max(object.len());
                let keys = object.iter().take(limit).map(|(key, _)| Segment::Key(key.clone()));
                listed.extend(keys.filter(is_new));
            }
            Some(Value::List(list)) => {
                total = total.max(list.len());
                listed.extend((0..list.len().min(limit)).map(Segment::Index).filter(is_new));
            }
            _ => {}
        }
    }
    total = total.max(listed.len());
    (listed, total)
}

fn touched(changes: &[Change]) -> Touched {
    let mut touched = Touched::new();
    for change in changes.iter().take(MARKED) {
        let segments = &change.path.0;
        for depth in (0..segments.len()).rev() {
            let parent = ValuePath(segments[..depth].to_vec());
            if !touched.entry(parent).or_default().insert(segments[depth].clone()) {
                // What is above is marked already.
                break;
            }
        }
    }
    touched
}

fn unfold(value: &Value, path: &mut Vec<Segment>, left: &mut usize, open: &mut HashSet<ValuePath>) {
    if value.is_leaf() || *left == 0 {
        return;
    }
    if !path.is_empty() {
        open.insert(ValuePath(path.clone()));
        *left -= 1;
    }
    let mut go = |segment: Segment, value: &Value| {
        path.push(segment);
        unfold(value, path, left, open);
        path.pop();
    };
    match value {
        Value::Object(object) => {
            for (key, slot) in object.iter().take(STEP) {
                go(Segment::Key(key.clone()), &slot.value);
            }
        }
        Value::List(list) => {
            for (index, slot) in list.iter().take(STEP).enumerate() {
                go(Segment::Index(index), &slot.value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;
    use crate::replay::diff;

    const STORE: StoreKey = StoreKey(1);

    fn value(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    fn path(text: &str) -> ValuePath {
        let segment = |part: &str| match part.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Key(part.into()),
        };
        ValuePath(text.split('.').map(segment).collect())
    }

    fn keys(tree: &Tree) -> Vec<String> {
        let line = |row: &Row| match row.kind {
            Kind::More(hidden) => format!("{}… {hidden}", "  ".repeat(row.depth)),
            _ => format!("{}{}{}", "  ".repeat(row.depth), row.key, if row.was.is_some() { "*" } else { "" }),
        };
        tree.rows().iter().map(line).collect()
    }

    #[test]
    fn only_what_is_open_has_lines_and_stays_open_for_the_next_state() {
        let (first, second) = (value(r#"{"a":1,"b":{"c":[1,2]}}"#), value(r#"{"a":1,"b":{"c":[1,2,3]}}"#));
        let mut tree = Tree::default();
        tree.refresh((STORE, 1), &Shown { value: Some(&first), ..Shown::default() });
        assert_eq!(keys(&tree), ["a", "b"]);
        tree.toggle(&path("b"));
        tree.toggle(&path("b.c"));
        let changes = diff(&first, &second);
        let shown = Shown { value: Some(&second), before: Some(&first), changes: &changes, ..Shown::default() };
        tree.refresh((STORE, 2), &shown);
        assert_eq!(keys(&tree), ["a", "b*", "  c*", "    0", "    1", "    2*"]);
        let before = tree.changed();
        tree.refresh((STORE, 2), &shown);
        assert_eq!(tree.changed(), before, "the same lines are made once");
        tree.fold_all();
        tree.refresh((STORE, 2), &shown);
        assert_eq!(keys(&tree), ["a", "b*"]);
        tree.unfold_all(&[&second]);
        tree.refresh((STORE, 2), &shown);
        assert_eq!(keys(&tree).len(), 6);
    }

    #[test]
    fn what_was_removed_keeps_its_line_with_what_it_was() {
        let (before, after) = (value(r#"{"a":1,"b":2}"#), value(r#"{"a":1}"#));
        let changes = diff(&before, &after);
        let mut tree = Tree::default();
        let shown = Shown { value: Some(&after), before: Some(&before), changes: &changes, ..Shown::default() };
        tree.refresh((STORE, 1), &shown);
        let row = tree.rows().last().unwrap();
        assert_eq!((row.key.as_str(), &row.value, &row.was), ("b", &None, &Some(Some(value("2")))));
    }

    #[test]
    fn of_a_long_list_the_first_entries_are_shown_and_those_that_changed() {
        let list = |last: &str| {
            let items: Vec<String> = (0..99_999).map(|i| i.to_string()).chain([last.to_owned()]).collect();
            value(&format!(r#"{{"l":[{}]}}"#, items.join(",")))
        };
        let (before, after) = (list("1"), list("2"));
        let changes = diff(&before, &after);
        let mut tree = Tree::default();
        tree.toggle(&path("l"));
        let shown = Shown { value: Some(&after), before: Some(&before), changes: &changes, ..Shown::default() };
        tree.refresh((STORE, 1), &shown);
        assert_eq!(tree.rows().len(), 1 + STEP + 1 + 1);
        assert_eq!(keys(&tree)[1 + STEP..], ["  … 98999", "  99999*"]);
        tree.show_more(&path("l"));
        tree.refresh((STORE, 1), &shown);
        assert_eq!(keys(&tree)[1 + 2 * STEP..], ["  … 97999", "  99999*"]);
        tree.refresh((STORE, 2), &Shown { value: Some(&after), ..Shown::default() });
        assert_eq!(keys(&tree)[1 + 2 * STEP..], ["  … 98000"]);
    }

    #[test]
    fn pins_are_on_top_also_where_there_is_nothing() {
        let (before, after) = (value(r#"{"a":{"b":1}}"#), value(r#"{"a":{"b":2}}"#));
        let changes = diff(&before, &after);
        let pins = [path("a.b"), path("gone")];
        let shown =
            Shown { value: Some(&after), before: Some(&before), changes: &changes, pins: &pins, ..Shown::default() };
        let mut tree = Tree::default();
        tree.refresh((STORE, 1), &shown);
        assert_eq!(keys(&tree), ["Pinned", "a.b*", "gone", "All fields", "a*"]);
        assert_eq!(tree.rows()[1].value, Some(value("2")));
        assert_eq!(tree.rows()[2].value, None);
        tree.refresh((STORE, 1), &Shown { pins: &[], ..shown });
        assert_eq!(keys(&tree), ["a*"], "unpinned at once");
    }

    #[test]
    fn what_only_the_branch_has_stands_after_what_was_recorded() {
        let (recorded, branch) = (value(r#"{"a":1,"l":[1]}"#), value(r#"{"b":2,"a":1,"l":[1,2]}"#));
        let differences = diff(&recorded, &branch);
        let shown =
            Shown { value: Some(&recorded), branch: Some(&branch), differences: &differences, ..Shown::default() };
        let mut tree = Tree::default();
        tree.toggle(&path("l"));
        tree.refresh((STORE, 1), &shown);
        assert_eq!(keys(&tree), ["a", "l", "  0", "  1", "b"]);
        let differing: Vec<bool> = tree.rows().iter().map(|row| row.differs).collect();
        assert_eq!(differing, [false, true, false, true, true]);
    }
}
