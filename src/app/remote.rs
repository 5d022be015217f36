//! A value that a worker computes: the previous one stays until the new one is there.

/// Never asked, pending (with the previous value still there), failed, or ready.
#[derive(Debug)]
pub struct Remote<T> {
    /// The newest value that came; it may answer an older question.
    shown: Option<T>,
    /// Generation of the question that is under way.
    pending: Option<u64>,
    /// Why the newest question has no answer.
    failed: Option<String>,
    /// What it depends on has changed since it was asked.
    outdated: bool,
    /// How many values have come: tells one value from the next without comparing them.
    edition: u64,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self { shown: None, pending: None, failed: None, outdated: false, edition: 0 }
    }
}

impl<T> Remote<T> {
    /// A question of this generation is under way.
    pub fn ask(&mut self, generation: u64) {
        self.pending = Some(generation);
        self.failed = None;
        self.outdated = false;
    }

    /// What it depends on has changed: no value is current until it is asked again.
    pub fn outdate(&mut self) {
        self.outdated = true;
    }

    /// An answer came. False if it answers an older question and was dropped.
    pub fn answer(&mut self, generation: u64, answer: Result<T, String>) -> bool {
        if self.pending != Some(generation) {
            return false;
        }
        self.pending = None;
        match answer {
            Ok(value) => {
                self.shown = Some(value);
                self.edition += 1;
            }
            Err(message) => self.failed = Some(message),
        }
        true
    }

    /// Whether it waits for the answer of this generation.
    pub fn awaits(&self, generation: u64) -> bool {
        self.pending == Some(generation)
    }

    /// The newest value, and whether it is what was last asked for.
    pub fn value(&self) -> Option<(&T, bool)> {
        self.shown.as_ref().map(|value| (value, self.pending.is_none() && self.failed.is_none() && !self.outdated))
    }

    /// Which value is shown: changes with each one that comes.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Whether an answer is awaited.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Why there is no answer.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Forgets everything; a late answer is dropped.
    pub fn clear(&mut self) {
        *self = Self { edition: self.edition + 1, ..Self::default() };
    }
}
