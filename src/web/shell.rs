//! What every page of a signed-in person shows around its content.

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize};

use crate::domain::person;
use crate::domain::right::Right;
use crate::domain::role::{AnyRole, allows};
use crate::domain::time::{self, Timestamp};
use crate::domain::zone::Zone;

use crate::db::members::{Home, Member};
use crate::db::room::Room;
use crate::db::support_grants::Grant;
use crate::web::viewer_zone;

/// Sidebar and top bar.
#[derive(Debug, Clone)]
pub struct Shell {
    /// `light`, `dark` or `system`.
    pub theme: &'static str,
    /// In which this page shows times.
    pub zone: Zone,
    /// Token that every form carries.
    pub csrf: String,
    /// Name of the tenant; empty for support staff.
    pub tenant: String,
    /// Ids and names of the person's other tenants.
    pub other_tenants: Vec<(String, String)>,
    /// Name of the person.
    pub person: String,
    /// One or two letters.
    pub initials: String,
    /// Role in words.
    pub role: &'static str,
    /// The roles by which handlers and pages tell what the person may do.
    pub roles: Vec<AnyRole>,
    /// This page is of the support view, which has a frame of its own.
    pub support_view: bool,
    /// For whom this page is made: its scripts say so with each question.
    pub owner: String,
    /// Path that was asked for: the sidebar shows where it belongs.
    pub here: String,
    /// In the support view: how many tenants wait for an answer.
    pub waiting: i64,
    /// In the support view: how many requests for a higher limit wait for support.
    pub requests: i64,
    /// Path of this page, to come back to.
    pub path: String,
    /// A message carried over a redirect.
    pub flash: Option<Flash>,
    /// Support staff looks at the tenant, or asks to.
    pub looks: Vec<LookStrip>,
    /// The tenant is suspended.
    pub suspension: Option<SuspensionStrip>,
    /// What super users are told of a disk that is nearly full.
    pub low_disk: Option<&'static str>,
}

/// A message shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    /// The sentence.
    pub text: String,
    /// Where its button posts to, if it can be undone.
    pub undo: Option<String>,
}

/// The strip above each page of a suspended tenant.
#[derive(Debug, Clone)]
pub struct SuspensionStrip {
    /// Since when.
    pub since: Moment,
    /// Why, in the words of whoever suspended it.
    pub reason: String,
    /// When the tenant is deleted, if that was decided.
    pub deletion: Option<Moment>,
}

impl SuspensionStrip {
    /// The strip of a member's pages, while their tenant is suspended.
    pub fn of(member: &Member, now: Timestamp) -> Option<Self> {
        member.suspended_at.map(|since| Self {
            since: Moment::past(since, now),
            reason: member.suspension_reason.clone(),
            deletion: member.deletion_at.map(Moment::day),
        })
    }
}

/// The strip above each page while support staff looks at the tenant, or asks to.
#[derive(Debug, Clone)]
pub struct LookStrip {
    /// Of what can be ended: the grant, or for the person themselves the tenant.
    pub id: String,
    /// Who looks.
    pub staff: String,
    /// "14:32 CET"; `None`: they only ask.
    pub until: Option<String>,
    /// Whoever sees the strip is the one who looks.
    pub is_mine: bool,
}

impl LookStrip {
    /// The strip of a tenant's own people.
    pub fn new(grant: Grant, now: Timestamp) -> Self {
        Self {
            id: grant.id.to_string(),
            until: grant.until(now).map(hour),
            staff: grant.staff,
            is_mine: false,
        }
    }
}

/// The end of a look: "14:32 CET".
pub fn hour(at: Timestamp) -> String {
    viewer_zone::current().format(at, "%H:%M %Z")
}

/// A step of the breadcrumb; the last one has no address.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Words.
    pub label: String,
    /// Address.
    pub href: Option<String>,
}

impl Shell {
    /// True when one of the person's roles has this right.
    pub fn may(&self, right: Right) -> bool {
        self.roles.iter().any(|role| allows(*role, right))
    }

    /// The shell of a signed-in person.
    pub fn new(
        request: &HttpRequest,
        member: &Member,
        homes: Vec<Home>,
        csrf: &str,
        owner: String,
    ) -> Self {
        let path = match request.method().as_str() {
            "GET" => request.path().to_owned(),
            _ => "/tenant-api-keys".to_owned(),
        };
        Self {
            theme: theme(request),
            zone: viewer_zone::current(),
            csrf: csrf.to_owned(),
            tenant: member.tenant_name.clone(),
            other_tenants: homes
                .into_iter()
                .filter(|home| home.tenant_id != member.tenant)
                .map(|home| (home.tenant_id.to_string(), home.name))
                .collect(),
            person: member.name.clone(),
            initials: person::initials(&member.name),
            role: member.role.label(),
            roles: member.roles(),
            waiting: 0,
            requests: 0,
            support_view: member.super_user && request.path().starts_with("/support/"),
            owner,
            here: request.path().to_owned(),
            path,
            flash: None,
            looks: Vec::new(),
            suspension: None,
            low_disk: None,
        }
    }

    /// The shell of somebody of the support staff, in no tenant.
    pub fn of_support(request: &HttpRequest, name: &str, csrf: &str, owner: String) -> Self {
        let path = match request.path() {
            path if request.method() == "GET" && path.starts_with("/support/") => path.to_owned(),
            _ => "/support/tenants".to_owned(),
        };
        Self {
            theme: theme(request),
            zone: viewer_zone::current(),
            csrf: csrf.to_owned(),
            tenant: String::new(),
            other_tenants: Vec::new(),
            person: name.to_owned(),
            initials: person::initials(name),
            role: "Support",
            roles: vec![AnyRole::Support],
            support_view: true,
            owner,
            here: request.path().to_owned(),
            waiting: 0,
            requests: 0,
            path,
            flash: None,
            looks: Vec::new(),
            suspension: None,
            low_disk: None,
        }
    }

    /// Tells of the disk whoever runs the installation.
    pub fn tell_of_disk(&mut self, room: Room) {
        if self.may(Right::OverseeTenants) {
            self.low_disk = match room {
                Room::Plenty => None,
                Room::Low => Some("Requests, usage and failed sign-ins are not recorded now."),
                Room::Last => {
                    Some("Keys can only be revoked and disabled now, and nothing is recorded.")
                }
            };
        }
    }
}

/// The breadcrumb of a page under Administration > API Keys.
pub fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let home = "/tenant-api-keys";
    trail(("Administration", home), ("API Keys", home), last)
}

/// A breadcrumb: the part of the product, a page of it, and what lies below that page.
pub fn trail(part: (&str, &str), page: (&str, &str), last: Option<&str>) -> Vec<Crumb> {
    let step = |(label, href): (&str, &str)| Crumb {
        label: label.into(),
        href: Some(href.into()),
    };
    let end = |label: &str| Crumb {
        label: label.into(),
        href: None,
    };
    match last {
        None => vec![step(part), end(page.0)],
        Some(last) => vec![step(part), step(page), end(last)],
    }
}

/// The theme that the person chose.
pub fn theme(request: &HttpRequest) -> &'static str {
    match request
        .cookie("theme")
        .as_ref()
        .map(actix_web::cookie::Cookie::value)
    {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    }
}

/// An instant as pages show it, in the zone of whoever reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Words for reading.
    pub text: String,
    /// The exact instant.
    pub title: String,
    /// RFC 3339.
    pub iso: String,
}

impl Moment {
    /// Recent instants as "2 min ago", older ones as their day.
    pub fn past(at: Timestamp, now: Timestamp) -> Self {
        let zone = viewer_zone::current();
        let recent = zone.date(at) == zone.date(now) || (now - at).num_hours() < 1;
        let text = if recent {
            time::relative(at, now)
        } else {
            day(at)
        };
        Self {
            text,
            ..Self::day(at)
        }
    }

    /// "12:01:03"; the exact instant stands beside it.
    pub fn to_the_second(at: Timestamp) -> Self {
        let zone = viewer_zone::current();
        Self {
            text: zone.format(at, "%H:%M:%S"),
            title: zone.day_and_time(at),
            iso: time::rfc3339(at),
        }
    }

    /// The day.
    pub fn day(at: Timestamp) -> Self {
        Self {
            text: day(at),
            title: viewer_zone::current().format(at, "%-d %b %Y, %H:%M:%S %Z"),
            iso: time::rfc3339(at),
        }
    }
}

/// "26 Nov 2026", in the zone of whoever reads.
pub fn day(at: Timestamp) -> String {
    viewer_zone::current().format(at, "%-d %b %Y")
}
