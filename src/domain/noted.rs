//! Secrets outside the database come in versions; the database notes those in use, each with a value that tells it from
//! any other.

/// Of the versions at hand those that are noted, newest first, and the noted ones that are not at hand, or are another
/// one under the same number. What is at hand and not noted is only prepared, or was retired.
pub fn in_use<T: Clone>(
    at_hand: &[T],
    noted: &[(i32, String)],
    known_as: impl Fn(&T) -> (i32, String),
) -> (Vec<T>, Vec<i32>) {
    let mut noted: Vec<&(i32, String)> = noted.iter().collect();
    noted.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let (mut live, mut missing) = (Vec::new(), Vec::new());
    for one in noted {
        match at_hand.iter().find(|own| known_as(own) == *one) {
            Some(own) => live.push(own.clone()),
            None => missing.push(one.0),
        }
    }
    (live, missing)
}
