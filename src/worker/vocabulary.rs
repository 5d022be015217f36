//! What can be named in a search: types, categories, and from a few events of each type fields with values.

use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::run::failed;
use super::session::Session;
use super::suggesting::spread_places;
use crate::job::Failure;
use crate::model::{Cancel, Progress, Value};
use crate::query::{KnownPath, Vocabulary, written, written_path};

/// Paths told of.
const PATHS: usize = 400;
/// Paths looked at: objects whose keys are ids have no end of them.
const PATHS_SEEN: usize = 20_000;
/// Values of a path.
const VALUES: usize = 5;
/// Characters of a value, as written.
const VALUE_LENGTH: usize = 60;
/// Keys on the way into a payload.
const DEPTH: usize = 4;
/// People told of.
const USERS: usize = 200;

impl Session {
    /// What can be named in a search of this store. Progress counts sampled events.
    pub(super) fn vocabulary(&self, progress: &Progress, cancel: &Cancel) -> Result<Vocabulary, Failure> {
        let log = self.log();
        let mut types: Vec<(Arc<str>, usize)> = Vec::new();
        let mut by_short: HashMap<Arc<str>, usize> = HashMap::new();
        for kind in log.types() {
            let at = *by_short.entry(kind.short.clone()).or_insert_with(|| {
                types.push((kind.short.clone(), 0));
                types.len() - 1
            });
            types[at].1 += kind.events;
        }
        types.sort_by_key(|(_, events)| std::cmp::Reverse(*events));

        let sampled = self.sampled();
        progress.set_total(sampled.len() as u64);
        let mut seen = Seen::default();
        let read = self.each_event(&mut sampled.into_iter(), cancel, &mut |_, event| {
            progress.add(1);
            if let Some(user) = event.user {
                *seen.users.entry(user).or_default() += 1;
            }
            if let Ok(data) = event.data.decoded() {
                seen.take("data", &data, &mut Vec::new());
            }
            seen.take("metadata", &event.metadata, &mut Vec::new());
            ControlFlow::Continue(())
        });
        read.map_err(|error| failed(&error))?;

        let mut users: Vec<(Arc<str>, usize)> = seen.users.into_iter().collect();
        users.sort_by(|(a, a_times), (b, b_times)| b_times.cmp(a_times).then_with(|| a.cmp(b)));
        users.truncate(USERS);
        seen.paths.sort_by_key(|path| std::cmp::Reverse(path.times));
        let paths = seen.paths.into_iter().take(PATHS);
        Ok(Vocabulary {
            types,
            categories: log.categories().to_vec(),
            users: users.into_iter().map(|(user, _)| user).collect(),
            paths: paths.map(|path| KnownPath { path: path.path, values: path.values }).collect(),
        })
    }

    /// A few events of each type, spread over the store, in its order.
    fn sampled(&self) -> Vec<u32> {
        let log = self.log();
        // Of each type: how many events came by, and at which the next sample is.
        let mut types: Vec<(usize, Peekable<_>)> =
            log.types().iter().map(|kind| (0, spread_places(kind.events).peekable())).collect();
        let mut is_sample = |event: usize| {
            let (passed, places) = &mut types[log.type_of(event).0 as usize];
            *passed += 1;
            places.next_if_eq(&(*passed - 1)).is_some()
        };
        (0..log.len()).filter(|event| is_sample(*event)).map(|event| event as u32).collect()
    }
}

/// What the samples have shown so far.
#[derive(Default)]
struct Seen {
    users: HashMap<Arc<str>, usize>,
    /// In the order of their first appearance.
    paths: Vec<SeenPath>,
    by_path: HashMap<Arc<str>, usize>,
}

struct SeenPath {
    path: Arc<str>,
    times: usize,
    values: Vec<Arc<str>>,
}

impl Seen {
    /// Takes in what is in a value. A list is asked about as a whole, whichever item it is; of objects in a list the
    /// first one shows what they have.
    fn take(&mut self, root: &str, value: &Value, keys: &mut Vec<Arc<str>>) {
        match value {
            Value::Object(object) if !object.is_empty() && keys.len() < DEPTH => {
                for (key, slot) in object.iter() {
                    keys.push(key.clone());
                    self.take(root, &slot.value, keys);
                    keys.pop();
                }
            }
            Value::List(list) => {
                self.note(root, keys, list.iter().map(|slot| &slot.value));
                if let Some(first @ Value::Object(_)) = list.get(0)
                    && keys.len() + 1 < DEPTH
                {
                    keys.push("0".into());
                    self.take(root, first, keys);
                    keys.pop();
                }
            }
            scalar => self.note(root, keys, std::iter::once(scalar)),
        }
    }

    fn note<'a>(&mut self, root: &str, keys: &[Arc<str>], values: impl Iterator<Item = &'a Value>) {
        // What is no object has no fields, and metadata that is not there is null.
        if keys.is_empty() {
            return;
        }
        let path: Arc<str> = written_path(root, keys.iter().map(|key| &**key)).into();
        let at = match self.by_path.get(&path) {
            Some(at) => *at,
            None if self.paths.len() >= PATHS_SEEN => return,
            None => {
                self.by_path.insert(path.clone(), self.paths.len());
                self.paths.push(SeenPath { path, times: 0, values: Vec::new() });
                self.paths.len() - 1
            }
        };
        let seen = &mut self.paths[at];
        seen.times += 1;
        for value in values {
            if seen.values.len() == VALUES {
                return;
            }
            let long = value.as_str().is_some_and(|text| text.len() > 4 * VALUE_LENGTH);
            let written = if long { None } else { written(value) };
            if let Some(written) = written
                && written.chars().nth(VALUE_LENGTH).is_none()
                && !seen.values.iter().any(|known| **known == *written)
            {
                seen.values.push(written.into());
            }
        }
    }
}
