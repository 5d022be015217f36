//! How streams are named, and which category they are in.

use crate::model::names::category_of;
use crate::store::layout::{CategoryRule, StreamSpec};
use crate::store::look::Look;
use crate::store::plan::{Getter, Getters, Select, Tables};
use crate::store::recognise::glob;
use crate::store::rows::stream_name;

use super::names::NewStream;

/// How streams of one [`StreamSpec`] are named.
pub(super) struct StreamRule<'a> {
    rule: &'a CategoryRule,
    link_names: &'a [String],
    otherwise: Option<&'a str>,
    pub tenant: Getters,
    pub parts: Getters,
    pub category: Option<Getter>,
    table: &'a str,
}

impl<'a> StreamRule<'a> {
    pub(super) fn new(spec: &'a StreamSpec, tables: &Tables<'_>, select: &mut Select, table: &'a str) -> Self {
        let category = match &spec.category {
            CategoryRule::From(place) => Getters::each(std::slice::from_ref(place), tables, select).0.pop(),
            _ => None,
        };
        Self {
            rule: &spec.category,
            link_names: &spec.link_names,
            otherwise: spec.otherwise.as_deref(),
            tenant: Getters::new(&spec.tenant, tables, select),
            parts: Getters::each(&spec.parts, tables, select),
            category,
            table,
        }
    }

    /// For names that are in a list of their own.
    pub(super) fn of_tags(category: &'a CategoryRule, table: &'a str) -> Self {
        Self {
            rule: category,
            link_names: &[],
            otherwise: None,
            tenant: Getters::default(),
            parts: Getters::default(),
            category: None,
            table,
        }
    }

    /// The column that is the whole name, if there is one.
    pub(super) fn column(&self) -> Option<usize> {
        if self.tenant.0.is_empty() { self.parts.column() } else { None }
    }

    /// Writes the name; false where there is none.
    pub(super) fn name(&self, look: &Look<'_>, name: &mut String, lossy: &mut bool) -> bool {
        if self.parts.0.is_empty() {
            return false;
        }
        if stream_name(look, &self.tenant, &self.parts, name, lossy) {
            return true;
        }
        let Some(otherwise) = self.otherwise else { return false };
        name.clear();
        name.push_str(otherwise);
        true
    }

    /// Whether nothing but the name and the type of its first event says what a stream is, where the name is a column.
    pub(super) fn is_told_by_name(&self) -> bool {
        self.column().is_some() && self.category.is_none()
    }

    /// The stream of this name, which was not known. The row need not be there where a stream
    /// [is told by its name](Self::is_told_by_name).
    pub(super) fn made(
        &self,
        name: &str,
        look: Option<&Look<'_>>,
        event_type: &str,
        known: Option<&String>,
    ) -> NewStream {
        // A tenant may be called whatever the general rule takes for a name.
        let tenant = look.and_then(|look| look.text(&self.tenant)).map_or(0, |(tenant, _)| tenant.len() + 1);
        let general = || category_of(name.get(tenant..).unwrap_or(name), self.table).to_owned();
        let from_row = |getter: Option<&Getter>| {
            let (category, _) = look?.text_of(getter?)?;
            Some(category.into_owned()).filter(|category| !category.is_empty())
        };
        let known = known.map(String::as_str).or_else(|| self.link_category(name));
        let category = match (known, self.rule) {
            (Some(known), _) => known.to_owned(),
            (None, CategoryRule::General) => general(),
            (None, CategoryRule::Before(mark)) => match name.split_once(mark.as_str()) {
                Some((before, _)) if !before.is_empty() => before.to_owned(),
                _ => general(),
            },
            (None, CategoryRule::BeforeLast(mark)) => match name.rsplit_once(mark.as_str()) {
                Some((before, _)) if !before.is_empty() => before.to_owned(),
                _ => general(),
            },
            (None, CategoryRule::From(_)) => from_row(self.category.as_ref()).unwrap_or_else(general),
            (None, CategoryRule::FirstPart) => match look {
                Some(_) => from_row(self.parts.0.first()).unwrap_or_else(general),
                None => name.to_owned(),
            },
            (None, CategoryRule::TopicClass) => {
                super::topic_class(event_type).map(str::to_owned).unwrap_or_else(general)
            }
        };
        NewStream { category, link: self.is_link(name) }
    }

    /// What is before the `*` in the form of a link's name, such as `$by_type` in `$by_type_*`.
    fn link_category(&self, name: &str) -> Option<&'a str> {
        let form = self.link_names.iter().find(|form| glob(form, name))?;
        let before = form.split_once('*')?.0.trim_end_matches('_');
        before.contains(char::is_alphanumeric).then_some(before)
    }

    fn is_link(&self, name: &str) -> bool {
        self.link_names.iter().any(|form| glob(form, name))
    }
}
