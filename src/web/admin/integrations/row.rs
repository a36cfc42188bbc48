//! One line of a list of integrations.

use crate::actions::effective_credentials::{Kept, OfProject};
use crate::db::credentials::Credential;
use crate::domain::catalogue::entry::{Entry, Kind};
use crate::domain::environment::Environment;
use crate::domain::integration::{Effective, Standing, Warning};
use crate::domain::time::{Timestamp, day};
use crate::web::shell::{self, Moment};

/// What a list can be narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A credential of the organisation applies.
    Organization,
    /// A credential of the project applies.
    Project,
    /// None applies.
    Nothing,
    /// Nothing can be shared.
    Personal,
}

/// What can be done with one click.
#[derive(Debug, Clone)]
pub enum Control {
    /// Nothing.
    None,
    /// A switch that asks first.
    Switch {
        /// Projects get the credential.
        on: bool,
        /// Where it asks.
        href: String,
    },
    /// A button that asks first.
    Button {
        /// Its words.
        label: &'static str,
        /// Its icon.
        icon: &'static str,
        /// Where it asks.
        href: String,
    },
}

/// One line.
#[derive(Debug, Clone)]
pub struct Row {
    /// The catalogue's word for it.
    pub slug: String,
    /// The name of the product.
    pub name: String,
    /// What one uses it for.
    pub line: String,
    /// The tile in the place of a logo.
    pub letters: String,
    /// Its colour, one of twelve.
    pub hue: u16,
    /// Where its page is.
    pub href: String,
    /// What it counts as.
    pub shown: Shown,
    /// The state in words, and its tone.
    pub state: (&'static str, &'static str),
    /// Facts about it.
    pub facts: String,
    /// What somebody has to look at.
    pub warning: Option<String>,
    /// What can be done at once.
    pub control: Control,
}

impl Row {
    fn new(entry: &Entry, list: &str) -> Self {
        Self {
            slug: entry.slug.clone(),
            name: entry.name.clone(),
            line: entry.line.clone(),
            letters: entry.letters.clone(),
            hue: entry.hue / 30,
            href: format!("{list}/{}", entry.slug),
            shown: Shown::Personal,
            state: ("expired", "Personal"),
            facts: "Each person connects their own account".into(),
            warning: None,
            control: Control::None,
        }
    }

    /// As the organisation has it.
    pub fn of_organization(entry: &Entry, list: &str, kept: &Kept, now: Timestamp) -> Self {
        let row = Self::new(entry, list);
        if entry.kind == Kind::OAuth {
            return row;
        }
        let live = kept.current(Environment::Live);
        let applies = live.or_else(|| kept.current(Environment::Test));
        let below = |rest: &str| format!("{}/{rest}", row.href);
        Self {
            shown: if kept.enabled {
                Shown::Organization
            } else {
                Shown::Nothing
            },
            state: if kept.enabled {
                ("active", "On")
            } else {
                ("expired", "Off")
            },
            facts: match applies {
                Some(credential) if kept.enabled => facts(credential),
                Some(credential) => format!("Kept: {}", facts(credential)),
                None => String::new(),
            },
            warning: warning(&kept.credentials, now),
            control: Control::Switch {
                on: kept.enabled,
                href: match (kept.enabled, applies) {
                    (true, _) => below("switch-off"),
                    (false, Some(_)) => below("switch-on"),
                    (false, None) => below("credentials/new"),
                },
            },
            ..row
        }
    }

    /// As a project gets it.
    pub fn of_project(entry: &Entry, list: &str, of: &OfProject, now: Timestamp) -> Self {
        let row = Self::new(entry, list);
        if entry.kind == Kind::OAuth {
            return row;
        }
        let live = of.effective(Environment::Live);
        let below = |rest: &str| format!("{}/{rest}", row.href);
        let (control, shown) = match live {
            Effective::Project(_) => (
                ("Remove override…", "rotate-cw", below("override-removal")),
                Shown::Project,
            ),
            Effective::Organization(_) => (
                ("Override…", "plus", below("credentials/new")),
                Shown::Organization,
            ),
            Effective::Blocked | Effective::NotSet => (
                ("Add credential…", "plus", below("credentials/new")),
                Shown::Nothing,
            ),
        };
        let mut facts_now: Vec<String> = live.credential().map(facts).into_iter().collect();
        if entry.environments {
            let test = of.effective(Environment::Test);
            facts_now.push(format!("Test: {}", test.label()));
        }
        let applies: Vec<Credential> = live.credential().cloned().into_iter().collect();
        Self {
            shown,
            state: (tone(&live), live.label()),
            facts: facts_now.join(" · "),
            warning: warning(&applies, now),
            control: Control::Button {
                label: control.0,
                icon: control.1,
                href: control.2,
            },
            ..row
        }
    }
}

/// The tone of a state, in the words of the badge.
pub fn tone<T>(effective: &Effective<T>) -> &'static str {
    match effective {
        Effective::Project(_) | Effective::Organization(_) => "active",
        Effective::Blocked => "disabled",
        Effective::NotSet => "expired",
    }
}

/// What is said of a credential in one line.
pub fn facts(credential: &Credential) -> String {
    let name = &credential.name;
    let hint = match credential.last4.as_str() {
        "" => name.clone(),
        last4 => format!("…{last4} · {name}"),
    };
    format!(
        "{hint} · saved by {} on {}",
        credential.created_by,
        shell::day(credential.created_at)
    )
}

/// What somebody has to look at, if anything.
pub fn warning(credentials: &[Credential], now: Timestamp) -> Option<String> {
    let mut current = credentials
        .iter()
        .filter(|one| one.standing() == Standing::Current);
    current.find_map(|one| warning_of(one, now))
}

/// What somebody has to look at of one credential.
pub fn warning_of(credential: &Credential, now: Timestamp) -> Option<String> {
    Some(match credential.warning(now)? {
        Warning::Damaged => "Its secret can't be opened. Save it again.".into(),
        Warning::Refused { at, project } => {
            let when = Moment::past(at, now).text;
            format!("The provider refused it in {project}, {when}.")
        }
        Warning::Expired(end) => format!("Expired on {}.", day(end)),
        Warning::ExpiresSoon(end) => format!("Expires on {}.", day(end)),
    })
}
