//! "Did you mean": the known word that is nearest to an unknown one.

/// `; did you mean "after"?` where one of the known words is near enough to be meant.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A third of the letters may be wrong: more, and short words are near to everything.
    let limit = (word.chars().count() / 3).max(1);
    let near = known.into_iter().filter_map(|candidate| Some((distance(word, candidate, limit)?, candidate)));
    let (_, nearest) = near.min_by_key(|(distance, _)| *distance)?;
    Some(format!("; did you mean \"{nearest}\"?"))
}

/// Letters to add, drop, replace or swap with the next, ignoring case; `None` beyond the limit.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let folded = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (a, b) = (folded(a), folded(b));
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    Some(last[b.len()]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered_and_far_ones_not() {
        let known = ["delete", "update", "insert", "move", "after"];
        for (word, expected) in [
            ("afer", Some("after")),
            ("Delete", Some("delete")),
            ("isnert", Some("insert")),
            ("mvoe", Some("move")),
            ("remove", Some("move")),
            ("banana", None),
            ("", None),
        ] {
            let expected = expected.map(|word| format!("; did you mean \"{word}\"?"));
            assert_eq!(did_you_mean(word, known), expected, "{word}");
        }
    }
}
