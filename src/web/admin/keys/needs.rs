//! "Needs attention", above the list of keys: keys, and credentials of other services.

use super::choices::whole;
use super::query::LIST;
use crate::actions::credential_warnings::Warned;
use crate::db::leaked_keys::Listed;
use crate::domain::catalogue::Catalogue;
use crate::domain::integration::Warning;
use crate::domain::time::{Timestamp, day};
use crate::key_search::page::ListPage;
use crate::key_search::sieve::UNUSED_DAYS;
use crate::web::admin::quota::Quota;
use crate::web::numbers::{counted, grouped};
use crate::web::shell::Moment;
use crate::web::viewer_zone;

/// Leaked keys and credentials that have a line each; one more line counts the others.
const LINES: usize = 5;

/// A line of "Needs attention".
pub(super) struct NeedLine {
    pub(super) text: String,
    pub(super) href: String,
}

/// What somebody should look at.
pub(super) fn needs(found: &ListPage, quota: &Quota) -> Vec<NeedLine> {
    let mut needs = Vec::new();
    let (expiring, unused) = (found.attention.expiring, found.attention.unused);
    if expiring > 0 {
        needs.push(NeedLine {
            text: counted(
                whole(expiring),
                "active key expires within 14 days",
                "active keys expire within 14 days",
            ),
            href: format!("{LIST}?status=active&expiration=expiring-soon&sort=expires"),
        });
    }
    if unused > 0 {
        let text = counted(whole(unused), "active key was", "active keys were");
        needs.push(NeedLine {
            text: format!("{text} not used for {UNUSED_DAYS} days"),
            href: format!("{LIST}?need=unused&sort=used"),
        });
    }
    let ownerless = found.attention.ownerless;
    if ownerless > 0 {
        let text = counted(whole(ownerless), "active key has", "active keys have");
        needs.push(NeedLine {
            text: format!("{text} no owner who is still a member"),
            href: format!("{LIST}?need=ownerless"),
        });
    }
    let rotating = found.attention.rotating;
    if rotating > 0 {
        needs.push(NeedLine {
            text: counted(
                whole(rotating),
                "rotation is running",
                "rotations are running",
            ),
            href: format!("{LIST}?need=rotating"),
        });
    }
    needs.extend(of_limit(quota));
    needs
}

fn of_limit(quota: &Quota) -> Vec<NeedLine> {
    let mut needs = Vec::new();
    if quota.asked_back {
        needs.push(NeedLine {
            text: "Support asks something about your request for a higher limit".into(),
            href: format!("{LIST}/limit-request"),
        });
    }
    if let Some(end) = quota.end.filter(|_| quota.ends_soon) {
        needs.push(NeedLine {
            text: format!(
                "The limit is {} {}",
                grouped(quota.limit),
                end.words(viewer_zone::current())
            ),
            href: format!("{LIST}/limit-request"),
        });
    }
    if quota.full {
        needs.push(NeedLine {
            text: format!(
                "The limit of {} is reached",
                counted(quota.limit, "key", "keys")
            ),
            href: format!("{LIST}?expiration=valid&sort=used"),
        });
    }
    needs
}

/// Keys that somebody found where they do not belong.
pub(super) fn of_leaked(leaked: &[Listed], now: Timestamp) -> Vec<NeedLine> {
    let line = |one: &Listed| NeedLine {
        text: format!(
            "{} was reported as leaked {}",
            one.name,
            Moment::past(one.reported_at, now).text
        ),
        href: format!("{LIST}/{}", one.key_id),
    };
    let (told, rest) = (
        leaked.iter().take(LINES),
        leaked.len().saturating_sub(LINES),
    );
    let mut lines: Vec<NeedLine> = told.map(line).collect();
    if rest > 0 {
        lines.push(NeedLine {
            text: counted(
                whole(rest),
                "more key was reported as leaked",
                "more keys were reported as leaked",
            ),
            href: format!("{LIST}?status=disabled"),
        });
    }
    lines
}

/// The credentials that somebody should look at. What is no longer in the catalogue has no page to lead to.
pub(super) fn of_credentials(
    mut all: Vec<Warned>,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Vec<NeedLine> {
    all.retain(|one| catalogue.find(&one.slug).is_some());
    let (told, rest) = all.split_at(all.len().min(LINES));
    let line = |one: &Warned| {
        let entry = catalogue.find(&one.slug)?;
        Some(NeedLine {
            text: format!(
                "The {} credential of {} {}",
                entry.name,
                owner(one),
                what(&one.warning, now)
            ),
            href: format!("{}/{}", list_of(one), one.slug),
        })
    };
    let mut lines: Vec<NeedLine> = told.iter().filter_map(line).collect();
    if let Some(first) = rest.first() {
        lines.push(NeedLine {
            text: counted(
                whole(rest.len()),
                "more credential needs attention",
                "more credentials need attention",
            ),
            href: format!("{}?state=attention", list_of(first)),
        });
    }
    lines
}

fn owner(of: &Warned) -> &str {
    of.project
        .as_ref()
        .map_or("the organisation", |project| &project.name)
}

/// Where the list of integrations is in which it stands.
fn list_of(one: &Warned) -> String {
    match &one.project {
        None => "/integrations".into(),
        Some(project) => format!("/projects/{}/integrations", project.id),
    }
}

fn what(warning: &Warning, now: Timestamp) -> String {
    match warning {
        Warning::Damaged => "can't be opened: save it again".into(),
        Warning::Refused { at, project } => {
            let when = Moment::past(*at, now).text;
            format!("was refused by the provider in {project}, {when}")
        }
        Warning::Expired(end) => format!("expired on {}", day(*end)),
        Warning::ExpiresSoon(end) => format!("expires on {}", day(*end)),
    }
}
