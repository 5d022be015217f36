//! The longest part of a sequence that is in order.

/// Which of `count` items are *not* in the longest part that never decreases: the fewest that would have to be
/// elsewhere. Of two that are in each other's way the later one is taken. Bytes: 8 an item while it runs, none where
/// all are in order.
pub(super) fn out_of_order<K: Ord>(count: usize, key: impl Fn(usize) -> K) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    if (1..count).all(|at| key(at - 1) <= key(at)) {
        return Vec::new();
    }
    // From the end, so that of equally long parts the one with earlier items is found. `ends[n]` is where the best
    // part of n + 1 items begins: the one with the greatest key, as more fit before it.
    let mut ends: Vec<u32> = Vec::new();
    let mut next = vec![NONE; count];
    for at in (0..count).rev() {
        let own = key(at);
        let fits = |end: &u32| key(*end as usize) >= own;
        let length = match ends.last() {
            Some(last) if fits(last) => ends.len(),
            _ => ends.partition_point(fits),
        };
        if let Some(before) = length.checked_sub(1) {
            next[at] = ends[before];
        }
        match ends.get_mut(length) {
            Some(end) => *end = at as u32,
            None => ends.push(at as u32),
        }
    }
    let mut kept = ends.last().copied().unwrap_or(NONE);
    let mut out = Vec::new();
    for at in 0..count as u32 {
        if at == kept {
            kept = next[at as usize];
        } else {
            out.push(at);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn out(keys: &[i64]) -> Vec<u32> {
        out_of_order(keys.len(), |at| keys[at])
    }

    #[test]
    fn the_one_that_is_elsewhere_is_named() {
        assert!(out(&[]).is_empty());
        assert!(out(&[1, 2, 2, 3]).is_empty());
        assert_eq!(out(&[1, 5, 6, 2, 7]), [3], "one that is too early");
        assert_eq!(out(&[1, 9, 2, 3]), [1], "one that is too late");
        assert_eq!(out(&[1, 3, 2, 4]), [2], "of two the later one");
    }

    proptest! {
        #[test]
        fn what_is_left_is_in_order_and_no_longer_part_is(keys in proptest::collection::vec(0i64..20, 0..14)) {
            let out = out(&keys);
            let kept: Vec<i64> = (0..keys.len()).filter(|at| !out.contains(&(*at as u32))).map(|at| keys[at]).collect();
            prop_assert!(kept.is_sorted());
            let longest = (0u32..1 << keys.len())
                .filter_map(|chosen| {
                    let part: Vec<i64> = (0..keys.len()).filter(|at| chosen >> at & 1 == 1).map(|at| keys[at]).collect();
                    part.is_sorted().then_some(part.len())
                })
                .max();
            prop_assert_eq!(Some(kept.len()), longest);
        }
    }
}
