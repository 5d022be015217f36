//! Projection files: what `*.projection.json` may say, read strictly.
//!
//! Everything that can be known to be wrong is refused when the file is read, with the place and what to write
//! instead; unknown keys are errors, so that a misspelt rule is not a rule that silently does nothing.

mod operations;
mod read;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::json;
use crate::model::{Object, Path, Value};
use crate::query::Glob;

use super::fold::{Fold, ProjectionInfo, ProjectionKind};
use super::rules::{ByType, Label, Rules, Source, Upcaster, same_version};

pub use read::ProjectionFileError;
use read::{Node, Wrong};

const KEYS: [&str; 11] = [
    "projection",
    "title",
    "category",
    "init",
    "when",
    "upcast",
    "labels",
    "key_fields",
    "invariants",
    "valid_time",
    "command",
];

/// The projections of one file, at most one for a category.
#[derive(Debug)]
pub struct ProjectionSet {
    projections: Vec<(Option<Glob>, Arc<Rules>)>,
}

impl ProjectionSet {
    /// The projection for a category: one that names it, else the first whose glob fits, else the one for every
    /// stream.
    pub fn for_category(&self, category: &str) -> Option<Arc<dyn Fold>> {
        let named = self.projections.iter().find(|(_, rules)| rules.info.category.as_deref() == Some(category));
        let fits = |glob: &Option<Glob>| glob.as_ref().is_some_and(|glob| glob.matches(category));
        let found = named
            .or_else(|| self.projections.iter().find(|(glob, _)| fits(glob)))
            .or_else(|| self.projections.iter().find(|(glob, _)| glob.is_none()));
        found.map(|(_, rules)| Arc::clone(rules) as Arc<dyn Fold>)
    }

    /// All of them, in the file's order.
    pub fn projections(&self) -> impl Iterator<Item = Arc<dyn Fold>> {
        self.projections.iter().map(|(_, rules)| Arc::clone(rules) as Arc<dyn Fold>)
    }

    /// What a user should know before trusting these rules with events of these types (in full): handlers that run
    /// for more than one type.
    pub fn notices(&self, types: &[&str]) -> Vec<String> {
        let mut notices = Vec::new();
        for (_, rules) in &self.projections {
            let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for full in types.iter().copied() {
                if let Some((key, _)) = rules.handlers.get(full).filter(|(key, _)| &***key != full) {
                    by_key.entry(key).or_default().push(full);
                }
            }
            for (key, mut fulls) in by_key {
                fulls.sort_unstable();
                fulls.dedup();
                if fulls.len() > 1 {
                    let name = &rules.info.name;
                    notices.push(format!("{name}: the handler {key} runs for {}", fulls.join(" and ")));
                }
            }
        }
        notices
    }
}

/// Reads a projection file; `file_name` is for errors, and for the name of a projection that gives none.
pub fn parse(text: impl AsRef<[u8]>, file_name: &str) -> Result<ProjectionSet, ProjectionFileError> {
    file(text.as_ref(), file_name).map_err(|wrong| wrong.in_file(file_name))
}

fn file(text: &[u8], file_name: &str) -> Result<ProjectionSet, Wrong> {
    let mut repeated = None;
    let value = json::parse_noting_repeats(text, &mut |key| {
        repeated.get_or_insert_with(|| key.to_owned());
    })?;
    if let Some(key) = repeated {
        return Err(Node::root(&value).wrong(format!("the key {key:?} stands twice in one object")));
    }
    let root = Node::root(&value);
    let nodes = match root.get("projections") {
        Some(list) => {
            root.object(&["projections"])?;
            list.items()?
        }
        None => vec![root.clone()],
    };
    if nodes.is_empty() {
        return Err(root.wrong("holds no projection"));
    }
    let mut projections: Vec<(Option<Glob>, Arc<Rules>)> = Vec::new();
    for node in nodes {
        let rules = projection(&node, file_name)?;
        for (_, other) in &projections {
            if other.info.name == rules.info.name {
                return Err(node.wrong(format!("a second projection named {:?}", &*rules.info.name)));
            }
            if other.info.category == rules.info.category {
                let category = rules.info.category.as_deref().map_or("every stream".to_owned(), |c| format!("{c:?}"));
                return Err(node.wrong(format!("a second projection for {category}: a category has one")));
            }
        }
        let glob = match (&rules.info.category, node.get("category")) {
            (Some(category), Some(node)) => Some(Glob::new(category).map_err(|error| node.wrong(error.to_string()))?),
            _ => None,
        };
        projections.push((glob, Arc::new(rules)));
    }
    Ok(ProjectionSet { projections })
}

fn projection(node: &Node<'_>, file_name: &str) -> Result<Rules, Wrong> {
    node.object(&KEYS)?;
    if let Some(command) = node.get("command") {
        return Err(
            command.wrong("projections by a program of your own are not available yet; write rules under \"when\"")
        );
    }
    let name = match node.get("projection") {
        Some(name) => name.name()?,
        None => name_of(file_name),
    };
    let title = node.get("title").map(|title| title.name()).transpose()?.unwrap_or(name);
    let category = node.get("category").map(|category| category.name()).transpose()?;
    let init = match node.get("init") {
        Some(init) => Value::Object(init.any_object()?.clone()),
        None => Value::Object(Object::default()),
    };
    let mut handlers = HashMap::new();
    let mut any = None;
    for (event_type, node) in node.required("when", "what each event type does to the state")?.entries()? {
        let handler = operations::handler(&node)?;
        if event_type == "*" {
            any = Some(handler);
        } else {
            handlers.insert(event_type.into(), handler);
        }
    }
    let (names, invariants) = invariants(node)?.into_iter().unzip();
    Ok(Rules {
        info: ProjectionInfo {
            name: name.into(),
            title: title.into(),
            kind: ProjectionKind::Rules,
            category: category.map(Arc::from),
            key_fields: key_fields(node)?,
            invariants: names,
        },
        init,
        handlers: ByType(handlers),
        any,
        upcasters: ByType(upcasters(node)?),
        labels: ByType(labels(node)?),
        invariants,
        valid_time: valid_time(node)?,
    })
}

/// `bank.db.projection.json` without its folder and endings.
fn name_of(file_name: &str) -> &str {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let name = name.strip_suffix(".projection").unwrap_or(name);
    if name.is_empty() { "rules" } else { name }
}

fn key_fields(node: &Node<'_>) -> Result<Vec<Path>, Wrong> {
    let Some(fields) = node.get("key_fields") else { return Ok(Vec::new()) };
    fields.items()?.iter().map(Node::path).collect()
}

fn invariants(node: &Node<'_>) -> Result<Vec<(Arc<str>, crate::query::Query)>, Wrong> {
    let Some(invariants) = node.get("invariants") else { return Ok(Vec::new()) };
    let one = |node: &Node<'_>| {
        node.object(&["name", "holds"])?;
        let name = node.required("name", "what it says, for people")?.name()?;
        let holds = operations::condition(&node.required("holds", "the condition that must hold")?)?;
        Ok((Arc::from(name), holds))
    };
    invariants.items()?.iter().map(one).collect()
}

fn labels(node: &Node<'_>) -> Result<HashMap<Arc<str>, Label>, Wrong> {
    let Some(labels) = node.get("labels") else { return Ok(HashMap::new()) };
    let one = |(event_type, node): (&str, Node<'_>)| {
        let label = Label::parse(node.text()?).map_err(|message| node.wrong(message))?;
        Ok((Arc::from(event_type), label))
    };
    labels.entries()?.into_iter().map(one).collect()
}

fn valid_time(node: &Node<'_>) -> Result<Option<Source>, Wrong> {
    let Some(node) = node.get("valid_time") else { return Ok(None) };
    match operations::source(&node)? {
        source @ (Source::Data(..) | Source::Metadata(_)) => Ok(Some(source)),
        _ => Err(node.wrong("must be a path into data or metadata, such as \"data.effectiveDate\"")),
    }
}

fn upcasters(node: &Node<'_>) -> Result<HashMap<Arc<str>, Vec<Upcaster>>, Wrong> {
    let Some(upcast) = node.get("upcast") else { return Ok(HashMap::new()) };
    let mut by_type = HashMap::new();
    for (event_type, node) in upcast.entries()? {
        let mut steps: Vec<Upcaster> = Vec::new();
        for node in node.items()? {
            let step = upcaster(&node)?;
            if steps.iter().any(|other| same_version(&other.from, &step.from)) {
                return Err(node.wrong("a second step from the same schema version"));
            }
            steps.push(step);
        }
        by_type.insert(Arc::from(event_type), steps);
    }
    Ok(by_type)
}

fn upcaster(node: &Node<'_>) -> Result<Upcaster, Wrong> {
    node.object(&["from", "to", "rename", "default"])?;
    let version = |key: &str| {
        let node = node.required(key, "a schema version")?;
        match node.value {
            Value::Number(_) | Value::String(_) => Ok(node.value.clone()),
            _ => Err(node.must_be("a number or a text")),
        }
    };
    let (from, to) = (version("from")?, version("to")?);
    if same_version(&from, &to) {
        return Err(node.wrong("leads from a schema version to itself"));
    }
    let mut rename = Vec::new();
    let mut default = Vec::new();
    if let Some(node) = node.get("rename") {
        for (old, node) in node.entries()? {
            rename.push((read::parse_path(old).map_err(|message| node.wrong(message))?, node.path()?));
        }
    }
    if let Some(node) = node.get("default") {
        for (path, node) in node.entries()? {
            default.push((read::parse_path(path).map_err(|message| node.wrong(message))?, node.value.clone()));
        }
    }
    Ok(Upcaster { from, to, rename, default })
}
