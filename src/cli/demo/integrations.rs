//! Made-up credentials of third parties: shared, overridden, blocked, refused by the provider, and soon to expire.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::samples::PROJECTS;
use crate::actions::integrations::{self, Target};
use crate::actions::tenants::operator;
use crate::actions::{credential_reports, credentials};
use crate::db::integration_reads::{self, Reads, hour_of};
use crate::db::{self, Conn};
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::entry::Entry;
use crate::domain::id::{ProjectId, TenantId};
use crate::domain::integration::{Input, Level};
use crate::domain::master_key::MasterKeys;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result, random};

type Sample = (&'static str, Option<usize>, i64, Option<i64>, i64);

/// Integration, project if it is one's, days since it was saved, days until it ends at the provider's, and how often
/// systems got it in the last hours.
const CREDENTIALS: [Sample; 7] = [
    ("openai", None, 90, None, 412),
    ("anthropic", None, 60, Some(9), 127),
    ("slack", None, 200, None, 38),
    ("stripe", None, 30, None, 84),
    ("twilio", None, 12, None, 9),
    ("hubspot", None, 45, None, 21),
    ("openai", Some(0), 7, None, 56),
];

/// Keeps the credentials of a tenant that has the sample projects; gives the paths at which its systems get them.
///
/// # Errors
/// As the single actions.
pub fn fill(
    conn: &mut Conn,
    tenant: TenantId,
    (keys, catalogue): (&MasterKeys, &Catalogue),
    now: Timestamp,
) -> Result<Vec<String>> {
    let projects = db::projects::list(conn, tenant)?;
    let project = project_at(&projects);
    for (slug, of, age, ends, reads) in CREDENTIALS {
        let entry = catalogue.find(slug).ok_or(Error::NotFound)?;
        let level = Level::from(of.and_then(&project));
        let target = Target::new(entry, level)?;
        let by = operator(tenant, now - TimeDelta::days(age));
        let draft = draft(entry, ends.map(|days| now + TimeDelta::days(days)), by.now)?;
        let saved = credentials::save(conn, &by, keys, &target, &draft, true)?;
        for (place, one) in projects.iter().enumerate() {
            if of.and_then(&project).is_none_or(|own| own == one.id) {
                let more = Reads {
                    credential_id: saved.id,
                    project_id: one.id,
                    start: hour_of(now),
                    tenant_id: tenant,
                    reads: reads / (i64::try_from(place).unwrap_or_default() + 1),
                };
                integration_reads::add(conn, &[more])?;
            }
        }
        if let ("hubspot", Some(project)) = (slug, project(0)) {
            let by = operator(tenant, now - TimeDelta::hours(3));
            let level = Level::Project(project);
            let target = Target::new(entry, level)?;
            credential_reports::create(conn, &by, &target, saved.id)?;
        }
    }
    if let (Some(entry), Some(project)) = (catalogue.find("slack"), project(1)) {
        let by = operator(tenant, now - TimeDelta::days(3));
        let target = Target::new(entry, Level::Project(project))?;
        integrations::set_blocked(conn, &by, &target, true)?;
    }
    let paths = CREDENTIALS.iter().flat_map(|(slug, ..)| {
        let path = |one: &db::projects::Project| {
            format!("/api/v1/projects/{}/integrations/{slug}/credential", one.id)
        };
        projects.iter().map(path).collect::<Vec<_>>()
    });
    Ok(paths.collect())
}

/// The sample project of a place.
fn project_at(projects: &[db::projects::Project]) -> impl Fn(usize) -> Option<ProjectId> {
    move |place| {
        let (name, ..) = PROJECTS.get(place)?;
        projects
            .iter()
            .find(|one| one.name == *name)
            .map(|one| one.id)
    }
}

/// A credential that looks right.
fn draft(
    entry: &Entry,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<crate::domain::integration::Draft> {
    let values: Vec<(String, String)> = entry
        .fields
        .iter()
        .map(|field| {
            let start = field.prefixes.first().map_or("", String::as_str);
            let length = field.min_length.max(44).min(field.max_length);
            let rest = random::token()?.repeat(2);
            let value: String = start.chars().chain(rest.chars()).take(length).collect();
            Ok((field.name.clone(), value))
        })
        .collect::<Result<_>>()?;
    let fields: BTreeMap<&str, &str> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let input = Input {
        name: "",
        environment: "",
        expires_at: Ok(expires_at),
        fields,
    };
    input.check(entry, now)
}
