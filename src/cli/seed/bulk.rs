//! Fills an empty database with many keys, for load tests. Not a way to import: there are no audit rows.

use chrono::TimeDelta;

use crate::db::keys::NewKey;
use crate::db::{self, Conn, Db};
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::environment::Environment;
use crate::domain::id::{GroupId, KeyId, TenantId};
use crate::domain::key_text::{self, KeySecret};
use crate::domain::owner::Owner;
use crate::domain::pepper::Pepper;
use crate::domain::rate_limit::RateLimit;
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};

/// Rows in one statement: some 25 columns each, under the limit of both databases.
const ROWS: usize = 500;
/// Rows in one transaction.
const COMMIT: usize = 50_000;

/// How much to make, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Tenants, named "Tenant 1" and so on.
    pub tenants: usize,
    /// Keys in all, spread evenly but for those of the first tenant.
    pub keys: usize,
    /// Keys that the first tenant has in addition to its share.
    pub first: usize,
    /// Brand of the installation.
    pub brand: &'a str,
    /// Pepper to digest with.
    pub pepper: &'a Pepper,
    /// The present.
    pub now: Timestamp,
    /// Rate limit of every key.
    pub rate_limit: Option<RateLimit>,
}

/// Makes the tenants and keys; `keep` gets the secret of each active key.
///
/// # Errors
/// A conflict `not-empty` when the database holds keys or tenants.
pub fn fill(db: &Db, plan: Plan<'_>, mut keep: impl FnMut(&KeySecret) -> Result<()>) -> Result<()> {
    let tenants = db.write(|conn| make_tenants(conn, plan))?;
    let mut made = 0;
    while made < plan.keys {
        let until = plan.keys.min(made + COMMIT);
        db.write(|conn| {
            while made < until {
                let count = ROWS.min(until - made);
                let rows: Vec<NewKey> = (made..made + count)
                    .map(|number| {
                        let turn = number.saturating_sub(plan.first) % tenants.len();
                        make_key(plan, number, tenants[turn], &mut keep)
                    })
                    .collect::<Result<_>>()?;
                db::keys::insert_all(conn, rows)?;
                made += count;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn make_tenants(conn: &mut Conn, plan: Plan<'_>) -> Result<Vec<(TenantId, GroupId)>> {
    if db::tenants::any(conn)? {
        return Err(Conflict::NotEmpty.into());
    }
    let limit = i64::try_from(plan.keys / plan.tenants + 100).map_err(Error::internal)?;
    let first = i64::try_from(plan.first).map_err(Error::internal)?;
    (1..=plan.tenants)
        .map(|number| {
            let tenant = TenantId::new();
            let limit = if number == 1 { limit + first } else { limit };
            db::tenants::insert(conn, tenant, &format!("Tenant {number}"), limit, plan.now)?;
            db::groups::insert_built_in(conn, tenant, plan.now)?;
            let group = db::groups::find(conn, tenant, db::groups::FULL_ACCESS, "group")?;
            Ok((tenant, group.id))
        })
        .collect()
}

/// Of each hundred keys 90 are active, 4 revoked, 3 disabled and 3 expired.
fn make_key(
    plan: Plan<'_>,
    number: usize,
    (tenant_id, group_id): (TenantId, GroupId),
    keep: &mut impl FnMut(&KeySecret) -> Result<()>,
) -> Result<NewKey> {
    let secret = KeySecret::generate(plan.brand, Environment::Live)?;
    let share = number % 100;
    if share < 90 {
        keep(&secret)?;
    }
    let ago = |days: i64| plan.now - TimeDelta::days(days);
    Ok(NewKey {
        id: KeyId::new(),
        tenant_id,
        group_id,
        project_id: None,
        name: format!("System {}", number + 1),
        description: String::new(),
        environment: Environment::Live,
        ip_allowlist: AddressList::default(),
        ip_allowlist_mode: AllowlistMode::Off,
        key_prefix: key_text::prefix(plan.brand, Environment::Live),
        last4: secret.last4().to_owned(),
        digest: plan.pepper.digest(secret.expose()),
        pepper_version: plan.pepper.version(),
        idempotency_key: None,
        asked: None,
        created_at: ago(60),
        expires_at: (share >= 97).then(|| ago(1)),
        disabled_at: (94..97).contains(&share).then(|| ago(2)),
        revoked_at: (90..94).contains(&share).then(|| ago(3)),
        rate_limit: plan.rate_limit.into(),
        owner: (&Owner::Text("Load test".into())).into(),
    })
}
