//! How fields changed over time: by schema version where events have one, else by where in the order they came and
//! went.
//!
//! A field that is in two events of five throughout has changed nowhere, though it is first seen in the second one.
//! So each finding is held against chance: had the field been as frequent before as it is after, how likely would
//! its absence be? What is likely is not told. What is told comes with its counts.

use std::sync::Arc;

use super::catalogue::{Change, Place, Presence, What};
use super::gather::TypeNode;
use super::node::{KindSeen, Node};
use super::values::Kind;

/// Fewer than so many events before or after say nothing.
const FEWEST: u64 = 3;
/// From this share on, a field counts as being there always.
const ALWAYS: f64 = 0.95;
/// How likely chance may be where a field is there always on one side and never on the other.
const CHANCE: f64 = 1e-3;
/// The same where a field is there sometimes.
const SLIM_CHANCE: f64 = 1e-4;
/// The same for an unbroken run, which begins and ends where it does because of a gap.
const CHANCE_OF_RUN: f64 = 1e-6;

/// Makes a place of an event.
pub(super) type PlaceOf<'a> = &'a dyn Fn(u32) -> Place;

/// A change, with what tells whether another one belongs to it.
struct Draft {
    change: Change,
    /// Where among the objects that could have the field.
    at: u64,
    kinds: Vec<Kind>,
}

/// How likely it is that none of `without` objects has what `has` says others have.
fn chance_of_none(has: Presence, without: u64) -> f64 {
    let share = has.present as f64 / (has.of + 1) as f64;
    (1.0 - share).powf(without as f64)
}

/// How likely it is that each of `all` objects has what `has` says others have.
fn chance_of_all(has: Presence, all: u64) -> f64 {
    let share = (has.present + 1) as f64 / (has.of + 1) as f64;
    share.powf(all as f64)
}

/// Whether something that others `has` can't be missing by chance in so many.
fn is_telling(has: Presence, without: u64) -> bool {
    let limit = if has.share() >= ALWAYS { CHANCE } else { SLIM_CHANCE };
    without >= FEWEST && has.of >= FEWEST && chance_of_none(has, without) < limit
}

fn of(present: u64, of: u64) -> Presence {
    Presence { present, of }
}

/// The changes of all fields below a place, and of the place's own types.
pub(super) struct Finder<'a> {
    pub kind: &'a TypeNode,
    /// The type's schema versions, in their order.
    pub versions: &'a [u16],
    pub place: PlaceOf<'a>,
    pub found: Vec<Change>,
}

impl Finder<'_> {
    /// Finds the changes of the types of a place's values.
    pub fn types_of(&mut self, path: &Arc<str>, node: &Node, ordered: bool) {
        let before = self.found.len();
        for pair in self.versions.windows(2) {
            self.types_by_version(path, node, pair[0], pair[1]);
        }
        if ordered && self.found.len() == before {
            self.types_by_order(path, node);
        }
    }

    /// Finds which children of a place came and went.
    pub fn children_of(&mut self, parent: &Node, children: &[(Arc<str>, &Node)], ordered: bool) {
        let mut drafts = Vec::new();
        for (path, child) in children {
            let before = drafts.len();
            for pair in self.versions.windows(2) {
                drafts.extend(self.presence_by_version(path, parent, child, pair[0], pair[1]));
            }
            if ordered && drafts.len() == before {
                self.presence_by_order(path, parent, child, &mut drafts);
            }
        }
        guess_renames(&mut drafts, parent.objects);
        self.found.extend(drafts.into_iter().map(|draft| draft.change));
    }

    fn change(&self, path: &Arc<str>, what: What, event: u32, counts: (Presence, Presence)) -> Change {
        Change {
            path: path.clone(),
            breaking: what.is_breaking(),
            what,
            at: (self.place)(event),
            after: false,
            from_version: None,
            to_version: None,
            before_count: counts.0,
            after_count: counts.1,
            perhaps_renamed: None,
        }
    }

    fn between(&self, change: Change, from: u16, to: u16) -> Change {
        let version = |at: u16| self.kind.versions.get(usize::from(at)).map(|version| version.version.clone());
        Change { from_version: version(from), to_version: version(to), ..change }
    }

    fn presence_by_version(&self, path: &Arc<str>, parent: &Node, child: &Node, from: u16, to: u16) -> Option<Draft> {
        let seen = |node: &Node, version: u16| {
            node.versions.binary_search_by_key(&version, |seen| seen.version).ok().map(|at| node.versions[at])
        };
        let count = |version: u16| {
            let objects = seen(parent, version).map_or(0, |seen| seen.objects);
            of(seen(child, version).map_or(0, |seen| seen.seen), objects)
        };
        let (before, after) = (count(from), count(to));
        if before.of == 0 || after.of == 0 {
            return None;
        }
        let (was, is) = (before.share(), after.share());
        let what = if was <= 1.0 - ALWAYS && is >= ALWAYS {
            What::Added { optional: false }
        } else if was >= ALWAYS && is <= 1.0 - ALWAYS {
            What::Removed
        } else if before.present == 0 && is_telling(after, before.of) {
            What::Added { optional: true }
        } else if after.present == 0 && is_telling(before, after.of) {
            What::Removed
        } else if was >= ALWAYS && is < ALWAYS && chance_of_all(after, before.of) < CHANCE_OF_RUN {
            What::BecameOptional
        } else if is >= ALWAYS && was < ALWAYS && chance_of_all(before, after.of) < CHANCE_OF_RUN {
            What::BecameRequired
        } else {
            return None;
        };
        let event = self.kind.versions.get(usize::from(to))?.first;
        let change = self.between(self.change(path, what, event, (before, after)), from, to);
        Some(Draft { change, at: u64::from(to), kinds: main_kinds(child) })
    }

    fn presence_by_order(&self, path: &Arc<str>, parent: &Node, child: &Node, drafts: &mut Vec<Draft>) {
        let (Some(run), all) = (child.run, parent.objects) else { return };
        let mut add = |what: What, event: u32, after: bool, at: u64, counts: (Presence, Presence)| {
            let change = Change { after, ..self.change(path, what, event, counts) };
            drafts.push(Draft { change, at, kinds: main_kinds(child) });
        };
        // Where it is there at all: from the first to the last, unless chance has them where they are.
        let between = of(child.seen, run.last - run.first + 1);
        let ended = is_telling(between, all - run.last - 1);
        let end = if ended { run.last + 1 } else { all };
        let since = of(child.seen, end - run.first);
        let began = is_telling(since, run.first);
        let start = if began { run.first } else { 0 };

        let lead = if run.first == start { run.lead_end + 1 - run.first } else { 0 };
        let rest = of(child.seen - lead, end - start - lead);
        let thins =
            lead >= FEWEST && rest.of >= FEWEST && rest.share() < ALWAYS && chance_of_all(rest, lead) < CHANCE_OF_RUN;
        let tail = if run.last + 1 == end { run.last + 1 - run.tail_start } else { 0 };
        let head = of(child.seen - tail, end - start - tail);
        let fills =
            tail >= FEWEST && head.of >= FEWEST && head.share() < ALWAYS && chance_of_all(head, tail) < CHANCE_OF_RUN;

        let lead_counts = (of(lead, lead), rest);
        let tail_counts = (head, of(tail, tail));
        if began {
            let optional = !thins && !fills && since.share() < ALWAYS;
            add(What::Added { optional }, child.first, false, run.first, (of(0, run.first), since));
        }
        if thins {
            // Nothing but strays after it: it went.
            let what = if rest.share() <= 1.0 - ALWAYS { What::Removed } else { What::BecameOptional };
            add(what, run.lead_event, true, run.lead_end + 1, lead_counts);
        }
        if fills && !(thins && run.lead_event >= run.tail_event) {
            let what =
                if head.share() <= 1.0 - ALWAYS { What::Added { optional: false } } else { What::BecameRequired };
            add(what, run.tail_event, false, run.tail_start, tail_counts);
        }
        if ended {
            let counts = (of(child.seen, run.last + 1 - start), of(0, all - run.last - 1));
            add(What::Removed, child.last, true, run.last + 1, counts);
        }
    }

    fn types_by_version(&mut self, path: &Arc<str>, node: &Node, from: u16, to: u16) {
        let seen = |version: u16| {
            node.versions.binary_search_by_key(&version, |seen| seen.version).ok().map(|at| node.versions[at])
        };
        let (Some(before), Some(after)) = (seen(from), seen(to)) else { return };
        let Some(first) = self.kind.versions.get(usize::from(to)).map(|version| version.first) else { return };
        let groups = |kinds: &[u64; Kind::COUNT]| -> Vec<(Kind, u64)> {
            let of = |kind: Kind| kinds[kind as usize];
            let numbers = of(Kind::Integer) + of(Kind::Number);
            let number = if of(Kind::Number) > 0 { Kind::Number } else { Kind::Integer };
            let others = [Kind::Boolean, Kind::Text, Kind::List, Kind::Object, Kind::Null];
            let all = others.into_iter().map(|kind| (kind, of(kind))).chain([(number, numbers)]);
            all.filter(|(_, count)| *count > 0).collect()
        };
        let (was, is) = (groups(&before.kinds), groups(&after.kinds));
        let is_number = |kind: Kind| matches!(kind, Kind::Integer | Kind::Number);
        let same = |a: Kind, b: Kind| a == b || (is_number(a) && is_number(b));
        let real = |groups: &[(Kind, u64)]| -> Vec<Kind> {
            groups.iter().map(|(kind, _)| *kind).filter(|kind| *kind != Kind::Null).collect()
        };
        let (real_was, real_is) = (real(&was), real(&is));
        let mut found = Vec::new();
        if !real_was.is_empty() && !real_is.is_empty() && !real_was.iter().any(|a| real_is.iter().any(|b| same(*a, *b)))
        {
            let later: u64 = is.iter().filter(|(kind, _)| *kind != Kind::Null).map(|(_, count)| *count).sum();
            let counts = (of(0, before.seen), of(later, after.seen));
            found.push((What::Retyped { from: real_was, to: real_is }, counts));
        } else {
            for (kind, count) in &is {
                let counts = (of(0, before.seen), of(*count, after.seen));
                if !was.iter().any(|(other, _)| same(*kind, *other)) && is_telling(counts.1, before.seen) {
                    found.push((What::Widened { with: *kind }, counts));
                }
            }
            for (kind, count) in &was {
                let counts = (of(*count, before.seen), of(0, after.seen));
                if !is.iter().any(|(other, _)| same(*kind, *other)) && is_telling(counts.0, after.seen) {
                    found.push((What::Narrowed { without: *kind }, counts));
                }
            }
            let fractions = |kinds: &[u64; Kind::COUNT]| {
                let number = kinds[Kind::Number as usize];
                of(number, number + kinds[Kind::Integer as usize])
            };
            let (whole, parts) = (fractions(&before.kinds), fractions(&after.kinds));
            if whole.present == 0 && is_telling(parts, whole.of) {
                found.push((What::Retyped { from: vec![Kind::Integer], to: vec![Kind::Number] }, (whole, parts)));
            }
        }
        for (what, counts) in found {
            let change = self.between(self.change(path, what, first, counts), from, to);
            self.found.push(change);
        }
    }

    fn types_by_order(&mut self, path: &Arc<str>, node: &Node) {
        let all = node.seen;
        let began = |seen: &KindSeen| is_telling(of(seen.count, all - seen.first_at), seen.first_at);
        let ended =
            |seen: &KindSeen| is_telling(of(seen.count, seen.last_at + 1 - seen.first_at), all - seen.last_at - 1);
        let groups = with_numbers_as_one(&node.kinds);
        let mut come: Vec<&KindSeen> = groups.iter().filter(|seen| began(seen)).collect();
        let mut gone: Vec<&KindSeen> = groups.iter().filter(|seen| ended(seen)).collect();
        let mut found = Vec::new();
        let near = |later: &KindSeen, earlier: &KindSeen| {
            later.kind != Kind::Null
                && earlier.kind != Kind::Null
                && (earlier.last_at + 1).abs_diff(later.first_at) <= tolerance(all)
        };
        while let Some((at, other)) = come
            .iter()
            .enumerate()
            .find_map(|(at, later)| Some((at, gone.iter().position(|earlier| near(later, earlier))?)))
        {
            let (later, earlier) = (come.remove(at), gone.remove(other));
            let counts = (of(0, later.first_at), of(later.count, all - later.first_at));
            found.push((What::Retyped { from: vec![earlier.kind], to: vec![later.kind] }, later.first, false, counts));
        }
        for seen in come {
            let counts = (of(0, seen.first_at), of(seen.count, all - seen.first_at));
            found.push((What::Widened { with: seen.kind }, seen.first, false, counts));
        }
        for seen in gone {
            let counts = (of(seen.count, seen.last_at + 1), of(0, all - seen.last_at - 1));
            found.push((What::Narrowed { without: seen.kind }, seen.last, true, counts));
        }
        let kind = |kind: Kind| node.kinds.iter().find(|seen| seen.kind == kind);
        if let (Some(whole), Some(parts)) = (kind(Kind::Integer), kind(Kind::Number))
            && whole.first_at < parts.first_at
        {
            // Only what was a whole number before could have had a fraction.
            let before = parts.first_at.min(whole.count);
            let counts = (of(0, before), of(parts.count, parts.count + whole.count - before));
            if is_telling(counts.1, before) {
                let what = What::Retyped { from: vec![Kind::Integer], to: vec![Kind::Number] };
                found.push((what, parts.first, false, counts));
            }
        }
        for (what, event, after, counts) in found {
            let change = Change { after, ..self.change(path, what, event, counts) };
            self.found.push(change);
        }
    }
}

/// How far from each other a coming and a going may be to belong together: two versions of a program that run side by
/// side for a while.
fn tolerance(all: u64) -> u64 {
    (all / 50).max(2)
}

fn with_numbers_as_one(kinds: &[KindSeen]) -> Vec<KindSeen> {
    let mut groups: Vec<KindSeen> = Vec::with_capacity(kinds.len());
    for seen in kinds {
        let number = groups.iter_mut().find(|known| known.kind == Kind::Integer && seen.kind == Kind::Number);
        match number {
            Some(known) => {
                if seen.first_at < known.first_at {
                    (known.first_at, known.first) = (seen.first_at, seen.first);
                }
                if seen.last_at > known.last_at {
                    (known.last_at, known.last) = (seen.last_at, seen.last);
                }
                known.count += seen.count;
                known.kind = Kind::Number;
            }
            None => groups.push(*seen),
        }
    }
    groups
}

/// Kinds without null, numbers as one.
fn main_kinds(node: &Node) -> Vec<Kind> {
    let groups = with_numbers_as_one(&node.kinds);
    groups.into_iter().map(|seen| seen.kind).filter(|kind| *kind != Kind::Null).collect()
}

/// A field that went where one of the same type came may have been renamed, if there is no other such pair.
fn guess_renames(drafts: &mut [Draft], all: u64) {
    let is_number = |kinds: &[Kind]| matches!(kinds, [Kind::Integer | Kind::Number]);
    let fits = |gone: &Draft, come: &Draft| {
        let same_place = match (&gone.change.to_version, &come.change.to_version) {
            (Some(a), Some(b)) => a == b && gone.change.from_version == come.change.from_version,
            (None, None) => gone.at.abs_diff(come.at) <= tolerance(all),
            _ => false,
        };
        let same_kinds = gone.kinds == come.kinds || (is_number(&gone.kinds) && is_number(&come.kinds));
        same_place
            && same_kinds
            && !gone.kinds.is_empty()
            && gone.change.what == What::Removed
            && matches!(come.change.what, What::Added { .. })
    };
    let mut pairs = Vec::new();
    let all_fitting = |fits: &dyn Fn(usize) -> bool| (0..drafts.len()).filter(|at| fits(*at)).collect::<Vec<usize>>();
    // The only one, or the only one that is called alike.
    let choose = |fitting: Vec<usize>, path: &str| match fitting[..] {
        [only] => Some(only),
        _ => {
            let mut alike = fitting.into_iter().filter(|at| are_alike(&drafts[*at].change.path, path));
            alike.next().filter(|_| alike.next().is_none())
        }
    };
    for gone in 0..drafts.len() {
        let come = choose(all_fitting(&|come| fits(&drafts[gone], &drafts[come])), &drafts[gone].change.path);
        if let Some(come) = come
            && choose(all_fitting(&|other| fits(&drafts[other], &drafts[come])), &drafts[come].change.path)
                == Some(gone)
        {
            pairs.push((gone, come));
        }
    }
    for (gone, come) in pairs {
        drafts[gone].change.perhaps_renamed = Some(drafts[come].change.path.clone());
        drafts[come].change.perhaps_renamed = Some(drafts[gone].change.path.clone());
    }
}

/// Whether the names of two fields begin alike, or one is in the other.
fn are_alike(a: &str, b: &str) -> bool {
    let name = |path: &str| -> Vec<char> {
        let name = path.rsplit('.').next().unwrap_or(path);
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (name(a), name(b));
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let contains = short.len() >= 2 && long.windows(short.len()).any(|part| part == short);
    contains || (same >= 3 && same * 2 >= short.len())
}
