//! What reading a store takes: the file, its index, connections, events kept decoded. Knows no states, so that what
//! makes states can hold it without holding itself.

use std::sync::{Arc, Mutex};

use super::kept_events::KeptEvents;
use super::session::lock;
use crate::model::{Event, EventLog};
use crate::store::{AccessMode, Reader, Store, StoreError};

/// An opened store as histories and sessions share it.
pub(super) struct Core {
    pub store: Arc<Store>,
    pub log: Arc<EventLog>,
    pub kept: Arc<KeptEvents>,
    readers: Mutex<Vec<Reader>>,
}

impl Core {
    pub fn new(store: Arc<Store>, log: Arc<EventLog>) -> Self {
        Self::with(store, log, Arc::default())
    }

    /// With events that were read before, all of which `log` has in the same places.
    pub fn with(store: Arc<Store>, log: Arc<EventLog>, kept: Arc<KeptEvents>) -> Self {
        Self { store, log, kept, readers: Mutex::default() }
    }

    /// Events in full, in the order asked for.
    pub fn events(&self, indices: &[u32]) -> Result<Vec<Event>, StoreError> {
        self.with_reader(|reader| reader.events(&self.log, indices))
    }

    /// Lends a connection. Connections are kept and used again, as long as the file may still be read through them.
    pub fn with_reader<T>(&self, work: impl FnOnce(&mut Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let kept = lock(&self.readers).pop();
        let mut reader = match kept {
            Some(reader) => {
                self.check()?;
                reader
            }
            None => self.store.reader()?,
        };
        let result = work(&mut reader);
        let mode = self.store.mode();
        if matches!(mode, AccessMode::Immutable | AccessMode::Live) {
            // Such a connection may take no locks: what was read while another program wrote is torn.
            reader.check().inspect_err(|_| lock(&self.readers).clear())?;
        }
        // Whoever writes a store that is followed is never kept from closing it, or from having it alone.
        if mode != AccessMode::Live {
            lock(&self.readers).push(reader);
        }
        result
    }

    /// Whether the file may still be read as it was opened. If not, no connection to it is kept.
    pub fn check(&self) -> Result<(), StoreError> {
        self.store.check().inspect_err(|_| lock(&self.readers).clear())
    }
}
