//! What a group grants, in words.

use crate::db::groups::Group;
use crate::domain::group::in_words;

/// What a group grants, in plain words: its own words first, when it has some.
pub fn grants(group: &Group) -> String {
    if group.built_in {
        return group.summary.clone();
    }
    let words = in_words(&group.scopes);
    if group.summary.is_empty() {
        words
    } else {
        format!("{} {words}", with_stop(&group.summary))
    }
}

fn with_stop(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) {
        text.into()
    } else {
        format!("{text}.")
    }
}
