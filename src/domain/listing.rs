//! Lists as people write them.

use std::borrow::Borrow;

/// "one", "one and two", "one, two and three"; nothing of nothing.
pub fn listed<T: Borrow<str>>(parts: &[T]) -> String {
    match parts {
        [first @ .., last] if !first.is_empty() => {
            format!("{} and {}", first.join(", "), last.borrow())
        }
        other => other.concat(),
    }
}
