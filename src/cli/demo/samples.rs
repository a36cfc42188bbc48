//! Believable tenants, people and keys for `keystead demo`.

use chrono::TimeDelta;

use super::{owners, usage};
use crate::actions::feature_switches::{self, Choice};
use crate::actions::keys::{self, Issued, Issuing};
use crate::actions::supporters::{self, Supporter};
use crate::actions::tenants::{self, FirstAdmin, operator};
use crate::actions::{plans, projects, verifiers};
use crate::db::{self, Conn};
use crate::domain::id::{KeyId, TenantId, UserId};
use crate::domain::key::Input;
use crate::domain::key_text::KeySecret;
use crate::domain::pepper::Pepper;
use crate::domain::plan::{ENTERPRISE, STANDARD};
use crate::domain::role::{self, AnyRole, Steward};
use crate::domain::rollout::Feature;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;
use crate::domain::{Error, Result, decision, project};

/// What became of a sample key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Active,
    /// Ends in so many days.
    Ends(i64),
    Disabled,
    /// Ended so many days ago.
    Expired(i64),
    Revoked,
}

/// Name, description, environment, group, age in days, requests a day, fate.
type Sample = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    i64,
    Fate,
);

/// Description of the key that has an allowlist.
const OFFICE_ONLY: &str = "Nightly work-order sync";

const ACME: &[Sample] = &[
    (
        "Production API server",
        "Main backend in Frankfurt",
        "live",
        db::groups::FULL_ACCESS,
        253,
        84_000,
        Fate::Ends(112),
    ),
    (
        "SAP integration",
        OFFICE_ONLY,
        "live",
        db::groups::FULL_ACCESS,
        320,
        11_000,
        Fate::Ends(6),
    ),
    (
        "Grafana reporting",
        "Read-only metrics export",
        "live",
        db::groups::READ_ONLY,
        265,
        33_000,
        Fate::Active,
    ),
    (
        "CI/CD pipeline",
        "",
        "test",
        db::groups::FULL_ACCESS,
        72,
        1_800,
        Fate::Ends(19),
    ),
    (
        "Mobile app (staging)",
        "Release candidate builds only",
        "test",
        db::groups::READ_ONLY,
        156,
        400,
        Fate::Disabled,
    ),
    (
        "Contractor access – Ade",
        "Ended with the third quarter",
        "live",
        db::groups::READ_ONLY,
        142,
        60,
        Fate::Expired(51),
    ),
    (
        "SCADA gateway (old)",
        "Leaked in a ticket, replaced",
        "live",
        db::groups::FULL_ACCESS,
        365,
        900,
        Fate::Revoked,
    ),
];

const GLOBEX: &[Sample] = &[
    (
        "Warehouse scanners",
        "All 40 handhelds in hall 2",
        "live",
        db::groups::FULL_ACCESS,
        190,
        52_000,
        Fate::Active,
    ),
    (
        "Data lake export",
        "Hourly, reads everything",
        "live",
        db::groups::READ_ONLY,
        44,
        240,
        Fate::Ends(320),
    ),
    (
        "Partner portal",
        "",
        "live",
        db::groups::READ_ONLY,
        31,
        7_400,
        Fate::Ends(59),
    ),
];

const INITECH: &[Sample] = &[(
    "Printer fleet",
    "Asks for toner on its own",
    "live",
    db::groups::READ_ONLY,
    12,
    90,
    Fate::Active,
)];

/// Projects of the first tenant: name, description, its keys.
pub const PROJECTS: &[(&str, &str, &[&str])] = &[
    (
        "Field service",
        "Work orders and the people who carry them out",
        &["SAP integration"],
    ),
    (
        "Smart metering",
        "Meters and their readings",
        &["Grafana reporting"],
    ),
];

/// A key of the demo, for the simulated systems.
#[derive(Debug)]
pub struct SampleKey {
    /// Its secret.
    pub secret: KeySecret,
    /// It works.
    pub works: bool,
    /// It works from every address, and has no end.
    pub works_everywhere: bool,
    /// It works from here, and may have credentials of other services.
    pub gets_credentials: bool,
    /// Requests a day that its system makes.
    pub requests_a_day: i64,
}

/// What the demo needs to know of what was made.
#[derive(Debug)]
pub struct Samples {
    /// Keys of all tenants, in every state.
    pub keys: Vec<SampleKey>,
    /// Token of a verifier.
    pub verifier: KeySecret,
}

/// Tenants with the person who administers each.
pub const PEOPLE: [(&str, &str, &str); 3] = [
    ("Maya Okafor", "maya@acme.example", "Acme Industrial"),
    ("Jonas Weber", "jonas@globex.example", "Globex Logistics"),
    ("Priya Nair", "priya@initech.example", "Initech"),
];

/// Name and address of the person who supports all of them.
pub const SUPPORTER: (&str, &str) = ("Nadia Rossi", "nadia@support.example");

/// Makes everything in one transaction.
///
/// # Errors
/// As the single actions.
pub fn fill(
    conn: &mut Conn,
    brand: &str,
    pepper: &Pepper,
    password_digest: &str,
    now: Timestamp,
) -> Result<Samples> {
    let mut keys = Vec::new();
    for ((name, email, tenant), samples) in PEOPLE.into_iter().zip([ACME, GLOBEX, INITECH]) {
        let admin = FirstAdmin {
            name: name.into(),
            email: email.into(),
            tenant: tenant.into(),
        };
        tenants::create_admin(
            conn,
            &admin,
            password_digest,
            tenant.starts_with("Acme"),
            now,
        )?;
        if tenant.starts_with("Acme") {
            make_projects(conn, tenant, now)?;
        }
        // Oldest first: the list is sorted by the time of creation.
        let mut samples = samples.to_vec();
        samples.sort_by_key(|sample| -sample.4);
        for sample in samples {
            keys.push(make(conn, tenant, sample, brand, pepper, now)?);
        }
    }
    let supporter = Supporter {
        name: SUPPORTER.0.into(),
        email: SUPPORTER.1.into(),
    };
    let id = supporters::create(conn, &supporter, password_digest, now)?;
    make_enterprise(conn, id, now - TimeDelta::days(30))?;
    let by = Steward::operator(now - TimeDelta::days(200));
    let (_, verifier) = verifiers::create(conn, &by, "Orders API", brand, pepper)?;
    Ok(Samples { keys, verifier })
}

/// Puts the first tenant on the plan Enterprise, with integrations, as support does.
fn make_enterprise(conn: &mut Conn, supporter: UserId, at: Timestamp) -> Result<()> {
    let by = role::Supporter {
        id: supporter,
        name: SUPPORTER.0.into(),
        role: AnyRole::Support,
        session: None,
        now: at,
        address: None,
        request_id: String::new(),
    };
    let tenant = db::tenants::find_by_name(conn, PEOPLE[0].2)?.id;
    let plan = decision::Input {
        shown: STANDARD,
        choice: ENTERPRISE,
        reason: "Signed for two years",
    };
    plans::set(conn, &by, tenant, &plan)?;
    let row = db::tenants::find(conn, tenant)?;
    let access = decision::Input {
        shown: &feature_switches::version(conn, &row, Feature::Integrations)?,
        choice: Choice::On.as_str(),
        reason: "One of the first to try it",
    };
    feature_switches::set(conn, &by, tenant, Feature::Integrations, &access)
}

fn make_projects(conn: &mut Conn, tenant: &str, now: Timestamp) -> Result<()> {
    let tenant = db::tenants::find_by_name(conn, tenant)?.id;
    let by = operator(tenant, now - TimeDelta::days(300));
    for (name, description, _) in PROJECTS {
        let input = project::Input { name, description };
        projects::create(conn, &by, &input.check()?)?;
    }
    Ok(())
}

/// The project of a sample key, if it belongs to one.
fn project_of(conn: &mut Conn, tenant: TenantId, key: &str) -> Result<Option<String>> {
    let of_key = PROJECTS.iter().find(|(_, _, keys)| keys.contains(&key));
    let projects = db::projects::list(conn, tenant)?;
    let found = of_key.and_then(|(name, ..)| projects.iter().find(|one| one.name == *name));
    Ok(found.map(|project| project.id.to_string()))
}

fn make(
    conn: &mut Conn,
    tenant: &str,
    (name, description, environment, group, age, requests_a_day, fate): Sample,
    brand: &str,
    pepper: &Pepper,
    now: Timestamp,
) -> Result<SampleKey> {
    let admin = PEOPLE.iter().find(|(_, _, of)| *of == tenant);
    let admin = admin.map_or("", |(_, email, _)| email);
    let tenant = db::tenants::find_by_name(conn, tenant)?.id;
    let born = now - TimeDelta::days(age) - TimeDelta::minutes(age * 7 % 600);
    let expires_at = match fate {
        Fate::Ends(days) => Some(now + TimeDelta::days(days)),
        Fate::Expired(days) => Some(now - TimeDelta::days(days)),
        _ => None,
    };
    let allowed: &[&str] = if description == OFFICE_ONLY {
        &["203.0.113.0/24", "2001:db8:7::/48"]
    } else {
        &[]
    };
    let draft = Input {
        name,
        description,
        environment,
        ip_allowlist: allowed.to_vec(),
        ip_allowlist_mode: "",
        rate_limit: None,
        owner: owners::of(name, admin),
    }
    .check(born, Ok(expires_at))?;
    let project = project_of(conn, tenant, name)?;
    let issuing = Issuing {
        brand,
        pepper,
        group: Some(group),
        project: project.as_deref(),
        idempotency_key: None,
    };
    let Issued::New(key, secret) = keys::issue(conn, &operator(tenant, born), &draft, issuing)?
    else {
        return Err(Error::internal("a sample key was made twice"));
    };
    let id: KeyId = key.id;
    make_used(
        conn,
        (tenant, id),
        (group, age, requests_a_day, fate),
        allowed,
        now,
    )?;
    let works = matches!(fate, Fate::Active | Fate::Ends(_));
    Ok(SampleKey {
        secret,
        works,
        gets_credentials: works && allowed.is_empty() && group == db::groups::FULL_ACCESS,
        works_everywhere: fate == Fate::Active && allowed.is_empty(),
        requests_a_day,
    })
}

/// The usage that such a key has had, and what became of the key.
fn make_used(
    conn: &mut Conn,
    (tenant, id): (TenantId, KeyId),
    (group, age, requests_a_day, fate): (&str, i64, i64, Fate),
    allowed: &[&str],
    now: Timestamp,
) -> Result<()> {
    let (first_day, last_day) = match fate {
        Fate::Active | Fate::Ends(_) => (age.min(28), 0),
        Fate::Disabled => (age.min(60), 46),
        Fate::Expired(days) => (age.min(days + 20), days),
        Fate::Revoked => (age, 291),
    };
    // Who may do everything is refused for something else.
    let refused = match (group, allowed) {
        (db::groups::READ_ONLY, _) => Code::InsufficientScope,
        (_, [_, ..]) => Code::IpDenied,
        _ => Code::Valid,
    };
    for ago in last_day..first_day {
        let day = now - TimeDelta::days(ago);
        usage::use_on_day(conn, id, day, (requests_a_day, refused), ago)?;
    }
    match fate {
        Fate::Revoked => {
            keys::revoke(conn, &operator(tenant, now - TimeDelta::days(290)), id)?;
        }
        Fate::Disabled => {
            db::keys::set_disabled(conn, tenant, id, Some(now - TimeDelta::days(45)))?
        }
        _ => {}
    }
    // Systems that nobody told go on trying.
    let reason = match fate {
        Fate::Revoked => Some(Code::Revoked),
        Fate::Expired(_) => Some(Code::Expired),
        Fate::Disabled => Some(Code::Disabled),
        Fate::Active | Fate::Ends(_) => None,
    };
    if let Some(reason) = reason {
        usage::refuse_lately(conn, tenant, id, reason, now)?;
    }
    Ok(())
}
