//! Several parts of one JSON document in a single pass, without building the rest of it.

use std::sync::Arc;

use jiter::{Jiter, Peek};

use super::json::{JsonError, describe, read, without_bom};
use super::path::Path;
use super::value::{Value, list_index};

/// The paths to take, compiled. What is found at the n-th goes to the n-th place of the output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extraction {
    root: Node,
    len: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    /// The place of the value here, if it is wanted as a whole.
    wanted: Option<usize>,
    children: Vec<Child>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    key: Arc<str>,
    /// The key as an index, where it meets a list.
    index: Option<usize>,
    node: Node,
}

impl Extraction {
    /// Compiles paths; no two of them may be the same.
    pub fn new(paths: &[Path]) -> Self {
        let mut root = Node::default();
        for (place, path) in paths.iter().enumerate() {
            let mut node = &mut root;
            for part in path.parts() {
                let at = node.children.iter().position(|child| child.key == *part).unwrap_or_else(|| {
                    node.children.push(Child { key: part.clone(), index: list_index(part), node: Node::default() });
                    node.children.len() - 1
                });
                node = &mut node.children[at].node;
            }
            node.wanted = Some(place);
        }
        Self { root, len: paths.len() }
    }

    /// How many values are taken.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none are.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes the values from JSON text, which is checked to its end. `found` must be [`len`](Self::len) places, all
    /// `None`. Of repeated keys the last wins.
    pub fn from_text(&self, text: &[u8], found: &mut [Option<Value>]) -> Result<(), JsonError> {
        let mut jiter = Jiter::new(without_bom(text));
        let peek = jiter.peek().map_err(|e| describe(&jiter, &e))?;
        pull(&mut jiter, peek, &self.root, 0, found)?;
        jiter.finish().map_err(|e| describe(&jiter, &e))
    }

    /// Takes the values from one that is already read.
    pub fn from_value(&self, value: &Value, found: &mut [Option<Value>]) {
        self.root.take(value, found);
    }
}

impl Node {
    fn take(&self, value: &Value, found: &mut [Option<Value>]) {
        if let Some(place) = self.wanted {
            found[place] = Some(value.clone());
        }
        for child in &self.children {
            if let Some(slot) = value.child(&child.key) {
                child.node.take(&slot.value, found);
            }
        }
    }

    fn forget(&self, found: &mut [Option<Value>]) {
        if let Some(place) = self.wanted {
            found[place] = None;
        }
        self.children.iter().for_each(|child| child.node.forget(found));
    }
}

fn pull(
    jiter: &mut Jiter<'_>,
    peek: Peek,
    node: &Node,
    depth: usize,
    found: &mut [Option<Value>],
) -> Result<(), JsonError> {
    if node.wanted.is_some() {
        node.take(&read(jiter, peek, depth, &mut |_| {})?, found);
        return Ok(());
    }
    match peek {
        Peek::Object if !node.children.is_empty() => {
            let mut next = child_of(node, jiter.known_object()).map_err(|e| describe(jiter, &e))?;
            while let Some(child) = next {
                let peek = jiter.peek().map_err(|e| describe(jiter, &e))?;
                pull_or_skip(jiter, peek, child, depth, found)?;
                next = child_of(node, jiter.next_key()).map_err(|e| describe(jiter, &e))?;
            }
            Ok(())
        }
        Peek::Array if !node.children.is_empty() => {
            let mut next = jiter.known_array().map_err(|e| describe(jiter, &e))?;
            let mut index = 0;
            while let Some(peek) = next {
                let child = node.children.iter().find(|child| child.index == Some(index)).map(|child| &child.node);
                pull_or_skip(jiter, peek, child, depth, found)?;
                index += 1;
                next = jiter.array_step().map_err(|e| describe(jiter, &e))?;
            }
            Ok(())
        }
        _ => jiter.known_skip(peek).map_err(|e| describe(jiter, &e)),
    }
}

fn pull_or_skip(
    jiter: &mut Jiter<'_>,
    peek: Peek,
    child: Option<&Node>,
    depth: usize,
    found: &mut [Option<Value>],
) -> Result<(), JsonError> {
    match child {
        Some(node) => {
            // The key may have been there before.
            node.forget(found);
            pull(jiter, peek, node, depth + 1, found)
        }
        None => jiter.known_skip(peek).map_err(|e| describe(jiter, &e)),
    }
}

/// What is wanted under a key: `None` at the object's end, `Some(None)` where nothing is.
fn child_of<'n>(node: &'n Node, key: jiter::JiterResult<Option<&str>>) -> jiter::JiterResult<Option<Option<&'n Node>>> {
    let key = key?;
    Ok(key.map(|key| node.children.iter().find(|child| &*child.key == key).map(|child| &child.node)))
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    #[track_caller]
    fn check(text: &str, paths: &[&str], expected: &[Option<&str>]) {
        let paths: Vec<Path> = paths.iter().map(|path| Path::parse(path).unwrap()).collect();
        let extraction = Extraction::new(&paths);
        let mut found = vec![None; extraction.len()];
        extraction.from_text(text.as_bytes(), &mut found).unwrap();
        let texts: Vec<Option<String>> = found.iter().map(|value| value.as_ref().map(json::to_text)).collect();
        assert_eq!(texts.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{text}");
        let value = json::parse(text.as_bytes()).unwrap();
        let mut from_value = vec![None; extraction.len()];
        extraction.from_value(&value, &mut from_value);
        assert_eq!(found, from_value, "{text}");
        for (path, found) in paths.iter().zip(found) {
            assert_eq!(json::extract(text.as_bytes(), path).unwrap(), found, "{text} {path}");
        }
    }

    #[test]
    fn takes_what_single_extractions_take() {
        let text = r#"{"a":{"b":[10,{"c":"x\n"}]},"z":[1],"n":null,"q":{"a":1}}"#;
        let paths = ["a.b.1.c", "a.b", "n", "q.x", "z.0.y", "", "a.b.7"];
        let whole = text;
        check(
            text,
            &paths,
            &[Some(r#""x\n""#), Some(r#"[10,{"c":"x\n"}]"#), Some("null"), None, None, Some(whole), None],
        );
    }

    #[test]
    fn of_repeated_keys_the_last_wins() {
        check(r#"{"a":{"b":1},"a":{"c":2}}"#, &["a.b", "a.c"], &[None, Some("2")]);
        check(r#"{"a":{"b":1},"a":5}"#, &["a.b"], &[None]);
        check("7", &["a", "0"], &[None, None]);
    }

    #[test]
    fn broken_text_is_refused() {
        let extraction = Extraction::new(&[Path::parse("a").unwrap()]);
        for text in ["", "{\"a\":1", "{\"a\":1}x", "{\"b\":}", "[1,]"] {
            assert!(extraction.from_text(text.as_bytes(), &mut [None]).is_err(), "{text:?}");
        }
    }
}
