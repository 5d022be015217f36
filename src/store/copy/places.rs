//! Positions in a copy: recorded events keep theirs, inserted and moved ones take the next integers, and later ones
//! shift only as far as needed.

/// The positions of a copy's rows. `recorded` has the position that a row has in the store, `None` for an inserted one.
pub(super) fn positions(recorded: &[Option<i64>]) -> Vec<i64> {
    let in_place = in_place(recorded);
    let first = recorded.iter().zip(&in_place).find_map(|(position, in_place)| position.filter(|_| *in_place));
    let mut last = first.map_or(0, |first| first.saturating_sub(1).min(0));
    let mut positions = Vec::with_capacity(recorded.len());
    for (position, in_place) in recorded.iter().zip(in_place) {
        let next = last.saturating_add(1);
        last = position.filter(|_| in_place).map_or(next, |position| position.max(next));
        positions.push(last);
    }
    positions
}

/// Which rows stand where they were recorded: a longest run of rising positions. The others were moved.
fn in_place(recorded: &[Option<i64>]) -> Vec<bool> {
    let rising = recorded.iter().flatten().collect::<Vec<_>>().windows(2).all(|pair| pair[0] < pair[1]);
    if rising {
        return recorded.iter().map(Option::is_some).collect();
    }
    // Patience sorting: `tails[k]` is the row that ends the run of length k + 1 with the lowest position.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; recorded.len()];
    for (row, position) in recorded.iter().enumerate() {
        if let Some(position) = position {
            let length = tails.partition_point(|tail| recorded[*tail].is_some_and(|p| p < *position));
            before[row] = length.checked_sub(1).map(|k| tails[k]);
            if length == tails.len() {
                tails.push(row);
            } else {
                tails[length] = row;
            }
        }
    }
    let mut in_place = vec![false; recorded.len()];
    let mut row = tails.last().copied();
    while let Some(at) = row {
        in_place[at] = true;
        row = before[at];
    }
    in_place
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
        // 0 stands for an inserted row.
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
        check(&[1, 9, 2, 3, 20], &[1, 2, 3, 4, 20]);
        check(&[2, 3, 4, 1, 20], &[2, 3, 4, 5, 20]);
    }

    proptest::proptest! {
        #[test]
        fn positions_rise(recorded in proptest::collection::vec(proptest::option::of(1i64..50), 0..40)) {
            let positions = positions(&recorded);
            proptest::prop_assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
