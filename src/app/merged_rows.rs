//! The rows of a stream's table: every recorded event, and among them what the scenario puts there. Costs what was
//! edited, however long the stream is.

use crate::whatif::{BranchLane, LaneRun};

/// What stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOf {
    /// The recorded event at this place of its stream.
    Recorded(usize),
    /// The event at this place of the branch: inserted, or moved there.
    Put(usize),
}

/// The rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergedRows {
    recorded: usize,
    /// Rows of what was put there, with their places in the branch; both ascend.
    put: Vec<(usize, usize)>,
}

impl MergedRows {
    /// The rows of a stream with so many recorded events, in the branch's lane if there is one.
    pub fn new(recorded: usize, lane: Option<&BranchLane>) -> Self {
        let mut put = Vec::new();
        // The recorded place after the last one that stands before.
        let mut next = 0;
        let Some(lane) = lane else { return Self { recorded, put } };
        let mut lifted = lane.lifted().iter().map(|place| *place as usize).peekable();
        for run in lane.events().runs(0..lane.events().len()) {
            match run {
                LaneRun::Recorded { places, fresh: true, .. } => {
                    for place in places {
                        put.push((next + put.len(), place));
                    }
                }
                LaneRun::Own { place, fresh: true, .. } => put.push((next + put.len(), place)),
                LaneRun::Recorded { places, first, fresh: false } => next = first + places.len(),
                LaneRun::Own { fresh: false, .. } => {
                    // Changed where it stands: the next recorded one that is still there.
                    while lifted.next_if(|place| *place < next).is_some() {}
                    while lifted.next_if(|place| *place == next).is_some() {
                        next += 1;
                    }
                    next += 1;
                }
            }
        }
        Self { recorded, put }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.recorded + self.put.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What stands in a row.
    pub fn get(&self, row: usize) -> RowOf {
        match self.put.binary_search_by_key(&row, |(row, _)| *row) {
            Ok(at) => RowOf::Put(self.put[at].1),
            Err(before) => RowOf::Recorded(row - before),
        }
    }

    /// The row of what was put at a place of the branch.
    pub fn row_of_put(&self, place: usize) -> Option<usize> {
        self.put.binary_search_by_key(&place, |(_, place)| *place).ok().map(|at| self.put[at].0)
    }

    /// The row of a recorded place.
    pub fn row_of(&self, place: usize) -> usize {
        // The k-th put row has k put rows and `row - k` recorded ones before it.
        let mut before = 0;
        let (mut low, mut high) = (0, self.put.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.put[middle].0 - middle <= place {
                before = middle + 1;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        place + before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_rows_and_put_ones_find_each_other() {
        let rows = MergedRows { recorded: 4, put: vec![(0, 0), (3, 3), (4, 4), (7, 6)] };
        let all: Vec<RowOf> = (0..rows.len()).map(|row| rows.get(row)).collect();
        use RowOf::{Put, Recorded};
        assert_eq!(all, [Put(0), Recorded(0), Recorded(1), Put(3), Put(4), Recorded(2), Recorded(3), Put(6)]);
        for place in 0..4 {
            assert_eq!(rows.get(rows.row_of(place)), Recorded(place));
        }
        assert_eq!((rows.row_of_put(4), rows.row_of_put(5)), (Some(4), None));
        let plain = MergedRows::new(3, None);
        assert_eq!((plain.len(), plain.get(2), plain.row_of(2)), (3, Recorded(2), 2));
        assert!(MergedRows::new(0, None).is_empty());
    }
}
