//! The choice of an authorization group, in the forms that ask for one.

use crate::db::groups::Group;
use crate::web::admin::grants::grants;

/// A group to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOption {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it grants, in plain words.
    pub summary: String,
    /// It is the chosen one.
    pub selected: bool,
}

impl GroupOption {
    /// The groups in the order of the form; `chosen` is an id or a name, or empty.
    pub fn list(groups: &[Group], chosen: &str) -> Vec<Self> {
        groups
            .iter()
            .map(|group| Self {
                id: group.id.to_string(),
                name: group.name.clone(),
                summary: grants(group),
                selected: group.id.text().as_str() == chosen || group.name == chosen,
            })
            .collect()
    }

    /// The chosen one.
    pub fn chosen(list: &[Self]) -> Option<&Self> {
        list.iter().find(|option| option.selected)
    }
}
