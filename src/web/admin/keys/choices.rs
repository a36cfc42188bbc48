//! What the list of keys offers to choose: which keys, and in which order.

use super::query::KeyQuery;
use crate::db::groups::Group;
use crate::db::members::Member;
use crate::db::projects::Project;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, ProjectId, UserId};
use crate::domain::key::State as KeyState;
use crate::domain::listing::listed;
use crate::key_search::filter::{Column, Expiration, Need, Sort};
use crate::key_search::page::ListPage;
use crate::key_search::sieve::UNUSED_DAYS;
use crate::web::numbers::grouped;

/// A choice of the status filter.
pub(super) struct StatusChoice {
    /// The word in addresses; empty for all.
    pub(super) word: &'static str,
    /// Its id on the page.
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) count: String,
    pub(super) chosen: bool,
}

impl StatusChoice {
    /// Every status, with the number of keys that it would show.
    pub(super) fn all(found: &ListPage, query: &KeyQuery) -> Vec<Self> {
        let choice = |state: Option<KeyState>| Self {
            word: state.map_or("", KeyState::as_str),
            id: state.map_or("all", KeyState::as_str),
            label: state.map_or("All", KeyState::label),
            count: grouped(whole(
                state.map_or(found.counts.all, |state| found.counts.of(state)),
            )),
            chosen: query.wanted.filter.status == state,
        };
        let states = std::iter::once(None).chain(KeyState::ALL.map(Some));
        states.map(choice).collect()
    }
}

/// A choice of a filter by group, project or owner.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

impl Choice {
    /// The tenant's groups.
    pub(super) fn of_groups(groups: &[Group], chosen: Option<GroupId>) -> Vec<Self> {
        let listed = groups
            .iter()
            .map(|group| (group.id.to_string(), &*group.name));
        // It may be a deleted one.
        Self::all(listed, chosen.map(|id| id.to_string()), "Another group")
    }

    /// The tenant's projects; archived ones may have keys too.
    pub(super) fn of_projects(projects: &[Project], chosen: Option<ProjectId>) -> Vec<Self> {
        let listed = projects
            .iter()
            .map(|project| (project.id.to_string(), &*project.name));
        Self::all(listed, chosen.map(|id| id.to_string()), "Another project")
    }

    /// Members, by whom keys are looked after.
    pub(super) fn of_owners(members: &[Member], chosen: Option<UserId>) -> Vec<Self> {
        let listed = members
            .iter()
            .map(|member| (member.user.to_string(), &*member.name));
        Self::all(listed, chosen.map(|id| id.to_string()), "Somebody else")
    }

    /// What is listed, and the chosen one when it is none of them, so that the page says what it shows.
    fn all<'a>(
        listed: impl Iterator<Item = (String, &'a str)>,
        chosen: Option<String>,
        another: &str,
    ) -> Vec<Self> {
        let mut all: Vec<Self> = listed
            .map(|(id, name)| Self {
                chosen: chosen.as_ref() == Some(&id),
                id,
                name: name.to_owned(),
            })
            .collect();
        if let Some(id) = chosen.filter(|_| all.iter().all(|one| !one.chosen)) {
            all.push(Self {
                id,
                name: another.to_owned(),
                chosen: true,
            });
        }
        all
    }
}

/// How pages name an environment among the filters.
pub(super) fn environment_label(of: Environment) -> &'static str {
    match of {
        Environment::Live => "Live",
        Environment::Test => "Test",
    }
}

/// A choice of the order, where the table has no heads to sort by.
pub(super) struct SortChoice {
    pub(super) word: String,
    pub(super) label: &'static str,
    pub(super) chosen: bool,
}

impl SortChoice {
    /// Every order.
    pub(super) fn all(query: &KeyQuery) -> [Self; 8] {
        let by = |column, descending, label| {
            let sort = Sort { column, descending };
            Self {
                word: sort.word(),
                label,
                chosen: query.wanted.sort == sort,
            }
        };
        [
            by(Column::Created, true, "Newest first"),
            by(Column::Created, false, "Oldest first"),
            by(Column::Name, false, "Name, A to Z"),
            by(Column::Name, true, "Name, Z to A"),
            by(Column::Expires, false, "Expires soonest"),
            by(Column::Expires, true, "Expires latest"),
            by(Column::Used, true, "Recently used first"),
            by(Column::Used, false, "Unused longest first"),
        ]
    }
}

/// A head of a column that sorts by it.
pub(super) struct SortHead {
    pub(super) label: &'static str,
    pub(super) class: &'static str,
    pub(super) href: String,
    /// `ascending`, `descending`, or empty when the list is sorted by another column.
    pub(super) now: &'static str,
}

impl SortHead {
    /// The heads of all columns that sort.
    pub(super) fn all(query: &KeyQuery) -> [Self; 4] {
        Column::ALL.map(|column| {
            let (label, class) = match column {
                Column::Name => ("Name", "c-name"),
                Column::Created => ("Created", "c-created"),
                Column::Expires => ("Expires", "c-expires"),
                Column::Used => ("Last used", "c-used"),
            };
            let sort = query.wanted.sort;
            Self {
                label,
                class,
                href: query.url_sorted(column),
                now: match (sort.column == column, sort.descending) {
                    (false, _) => "",
                    (true, true) => "descending",
                    (true, false) => "ascending",
                },
            }
        })
    }
}

/// What the list is restricted to: "“sap”, Active and Read only".
pub(super) fn restrictions(query: &KeyQuery, choices: [&[Choice]; 3]) -> String {
    let filter = &query.wanted.filter;
    let mut parts = Vec::new();
    if !filter.words.is_empty() {
        parts.push(format!("“{}”", filter.words));
    }
    if let Some(state) = filter.status {
        parts.push(state.label().to_owned());
    }
    if filter.expiration != Expiration::Any {
        parts.push(filter.expiration.label().to_owned());
    }
    let chosen = choices.into_iter().flatten().filter(|one| one.chosen);
    parts.extend(chosen.map(|one| one.name.clone()));
    if let Some(environment) = filter.environment {
        parts.push(environment_label(environment).to_owned());
    }
    match filter.need {
        None => {}
        Some(Need::Unused) => parts.push(format!("Not used for {UNUSED_DAYS} days")),
        Some(Need::Rotating) => parts.push("Rotation running".into()),
        Some(Need::Ownerless) => parts.push("No owner".into()),
    }
    listed(&parts)
}

/// A count as numbers are written.
pub(super) fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
