//! Known names that may have been meant by an unknown one.

/// At most so many are offered.
const OFFERED: usize = 3;
/// Names longer than this are compared by their beginnings only: comparing costs length times length.
const COMPARED: usize = 64;

/// `; did you mean a, b or c?`, or nothing.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut near = nearest(name, known);
    let Some(last) = near.pop() else { return String::new() };
    if near.is_empty() {
        format!("; did you mean {last}?")
    } else {
        format!("; did you mean {} or {last}?", near.join(", "))
    }
}

/// The known names that are nearest to `name`, the nearest first.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = folded(name);
    // A third of the letters may be wrong: more, and short names are near to everything.
    let limit = (wanted.len() / 3).max(1);
    let mut near: Vec<(usize, &str)> = Vec::new();
    for candidate in known {
        let letters = folded(candidate);
        let contains = wanted.len() >= 3 && letters.windows(wanted.len()).any(|part| part == wanted);
        let Some(distance) = distance(&wanted, &letters, limit).or(contains.then_some(limit)) else { continue };
        if near.len() == OFFERED && near.last().is_some_and(|(last, _)| *last <= distance) {
            continue;
        }
        let at = near.partition_point(|(other, _)| *other <= distance);
        near.insert(at, (distance, candidate));
        near.truncate(OFFERED);
    }
    near.into_iter().map(|(_, candidate)| candidate).collect()
}

fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).take(COMPARED).collect()
}

/// Letters to add, drop or replace; `None` beyond the limit.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            row[j + 1] = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
        }
        if row.iter().all(|cost| *cost > limit) {
            return None;
        }
        last = row;
    }
    Some(last[b.len()]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_are_offered_in_order() {
        let known = ["account-1", "account-12", "account-2", "order-1", "account-A"];
        for (name, expected) in [
            ("acount-1", "; did you mean account-1, account-12 or account-2?"),
            ("account-a", "; did you mean account-A, account-1 or account-2?"),
            ("order", "; did you mean order-1?"),
            ("zzz", ""),
            ("", ""),
        ] {
            assert_eq!(did_you_mean(name, known), expected, "{name}");
        }
    }
}
