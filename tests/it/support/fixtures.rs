//! The people and tenants of every test.

use argon2::password_hash::PasswordHasher as _;
use argon2::{Argon2, Params};
use keystead::actions::tenants::{self, FirstAdmin};
use keystead::db::{self, Conn};
use keystead::domain::Result;
use keystead::domain::id::{TenantId, UserId};
use keystead::domain::role::Role;
use keystead::domain::time::{Timestamp, from_micros};

/// Admin of Acme, and super user.
pub const ALICE: &str = "alice@acme.test";
/// Viewer of Acme.
pub const VERA: &str = "vera@acme.test";
/// Admin of Globex.
pub const BOB: &str = "bob@globex.test";
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Its digest, as cheap to check as Argon2 allows: hundreds of tests sign in.
pub fn digest() -> String {
    let cheap = Params::new(Params::MIN_M_COST, 1, 1, None).unwrap();
    let digest = Argon2::from(cheap).hash_password(PASSWORD.as_bytes());
    digest.unwrap().to_string()
}

/// Where a fixed clock starts: 20 November 2026, 12:00 UTC.
pub fn noon() -> Timestamp {
    from_micros(1_795_176_000_000_000)
}

/// Acme with Alice and Vera, Globex with Bob.
pub fn people(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let digest = digest();
    let admin = |email: &str, name: &str, tenant: &str| FirstAdmin {
        name: name.into(),
        email: email.into(),
        tenant: tenant.into(),
    };
    tenants::create_admin(
        conn,
        &admin(ALICE, "Alice Archer", "Acme"),
        &digest,
        true,
        now,
    )?;
    tenants::create_admin(
        conn,
        &admin(BOB, "Bob Baker", "Globex"),
        &digest,
        false,
        now,
    )?;
    let vera = db::users::NewUser {
        email: VERA,
        name: "Vera Viewer",
        password_digest: &digest,
        super_user: false,
        support: false,
    };
    let vera: UserId = db::users::insert(conn, &vera, now)?;
    let acme: TenantId = db::tenants::find_by_name(conn, "Acme")?.id;
    db::members::insert(conn, acme, vera, Role::Viewer, now)
}

/// The id of no key.
pub const MISSING: &str = "0197c1f0-0000-7000-8000-000000000000";

/// A key with a typing slip at its end.
pub fn misspelt(key: &str) -> String {
    let (start, last) = key.split_at(key.len() - 1);
    format!("{start}{}", if last == "x" { "y" } else { "x" })
}
