//! The catalogue of the open store's event types: asked for when its tab is first shown, kept until the store is read
//! anew.

use std::sync::Arc;

use super::{App, Document, Remote, Tab};
use crate::analysis::schema::Catalogue;
use crate::job::{Job, Request, Slot};

/// The event types of a store, as far as they were looked at.
#[derive(Debug, Default)]
pub struct Cataloguing {
    catalogue: Remote<Arc<Catalogue>>,
    /// The user stopped it: it is not begun again by itself.
    stopped: bool,
}

impl Cataloguing {
    /// What was found.
    pub fn catalogue(&self) -> &Remote<Arc<Catalogue>> {
        &self.catalogue
    }

    /// Whether it was stopped before its end.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn found(&mut self, generation: u64, catalogue: Arc<Catalogue>) {
        self.catalogue.answer(generation, Ok(catalogue));
    }

    pub(super) fn could_not(&mut self, generation: u64, why: &str) {
        self.catalogue.answer(generation, Err(why.to_owned()));
    }

    pub(super) fn stopped(&mut self, generation: u64) {
        self.stopped |= self.catalogue.awaits(generation);
    }

    /// What was asked while another store was shown has no answer.
    pub(super) fn forget_question(&mut self) {
        if self.catalogue.is_pending() {
            self.catalogue.clear();
        }
    }
}

impl Document {
    /// Whether the store was read anew since its event types were looked at: there may be more of them.
    pub fn is_catalogue_stale(&self) -> bool {
        let of = self.cataloguing.catalogue.value().map(|(catalogue, _)| catalogue.generation);
        of.is_some_and(|generation| generation != self.opened.log.generation())
    }
}

impl App {
    /// Asks for what the Types tab shows, unless it is not shown, or the answer is there or on its way.
    pub(super) fn want_catalogue(&mut self, requests: &mut Vec<Request>) {
        if self.tab != Tab::Types {
            return;
        }
        let Some(document) = &self.document else { return };
        let Cataloguing { catalogue, stopped } = &document.cataloguing;
        if *stopped || catalogue.is_pending() || catalogue.value().is_some() || catalogue.failure().is_some() {
            return;
        }
        self.ask_catalogue(requests);
    }

    /// Looks at all events again.
    pub(super) fn ask_catalogue(&mut self, requests: &mut Vec<Request>) {
        let Some(document) = &self.document else { return };
        let store = document.opened.key;
        let request = self.request(Slot::Catalogue, "Looking at event types", Job::Catalogue { store });
        if let Some(document) = &mut self.document {
            document.cataloguing.stopped = false;
            document.cataloguing.catalogue.ask(request.generation);
        }
        requests.push(request);
    }
}
