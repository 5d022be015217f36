//! Positions in a copy: recorded events keep theirs, inserted and moved ones take the next integers, and later ones
//! shift only as far as needed.

/// The positions of a copy's rows. `recorded` has the position that a row has in the store, `None` for a row that was
/// inserted or moved.
pub(super) fn positions(recorded: &[Option<i64>]) -> Vec<i64> {
    let first = recorded.iter().copied().flatten().next();
    let mut last = first.map_or(0, |first| first.saturating_sub(1).min(0));
    let mut positions = Vec::with_capacity(recorded.len());
    for position in recorded {
        let next = last.saturating_add(1);
        last = position.map_or(next, |position| position.max(next));
        positions.push(last);
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(recorded: &[i64], expected: &[i64]) {
        let recorded: Vec<Option<i64>> = recorded.iter().map(|p| (*p != 0).then_some(*p)).collect();
        assert_eq!(positions(&recorded), expected, "{recorded:?}");
    }

    #[test]
    fn later_rows_shift_only_as_far_as_needed() {
        // 0 stands for an inserted or moved row.
        check(&[1, 2, 3], &[1, 2, 3]);
        check(&[1, 3], &[1, 3]);
        check(&[1, 0, 2, 3, 10], &[1, 2, 3, 4, 10]);
        check(&[1, 0, 5], &[1, 2, 5]);
        check(&[0, 1, 2], &[1, 2, 3]);
        check(&[0, 7], &[1, 7]);
        check(&[-3, 0, 4], &[-3, -2, 4]);
        check(&[0, 0], &[1, 2]);
    }

    #[test]
    fn a_moved_row_moves_alone() {
        // Also where that leaves a gap, and where the event that it follows is the only one with a higher position.
        check(&[4, 0], &[4, 5]);
        check(&[16, 0, 20, 0], &[16, 17, 20, 21]);
        check(&[1, 0, 2, 3, 20], &[1, 2, 3, 4, 20]);
    }

    proptest::proptest! {
        #[test]
        fn positions_rise(recorded in proptest::collection::vec(proptest::option::of(1i64..50), 0..40)) {
            let positions = positions(&recorded);
            proptest::prop_assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
