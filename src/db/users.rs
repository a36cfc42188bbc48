//! People who sign in.

use diesel::prelude::*;

use super::schema::users;
use super::types::{At, MaybeAt};
use super::{Conn, errors, rows};
use crate::domain::id::UserId;
use crate::domain::role::AnyRole;
use crate::domain::text_form::email_spellings;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::domain::{Error, Result};

/// A person as stored. The password's digest stays inside: no page or JSON is made from this row directly.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Lower-case e-mail address, unique.
    pub email: String,
    /// Full name.
    pub name: String,
    /// Argon2id in PHC form.
    pub password_digest: String,
    /// True for the operator of the installation.
    pub super_user: bool,
    /// Set when the person may no longer sign in.
    #[diesel(serialize_as = MaybeAt)]
    pub disabled_at: Option<Timestamp>,
    /// When the account was made.
    #[diesel(serialize_as = At)]
    pub created_at: Timestamp,
    /// True for the support staff.
    pub support: bool,
    /// When they signed in last.
    #[diesel(serialize_as = MaybeAt)]
    pub signed_in_at: Option<Timestamp>,
    /// Since when they need a second factor to sign in.
    #[diesel(serialize_as = MaybeAt)]
    pub second_factor_at: Option<Timestamp>,
    /// In which they read and type times.
    pub time_zone: Zone,
}

impl User {
    /// The role beside those in tenants.
    pub fn staff_role(&self) -> Option<AnyRole> {
        match (self.super_user, self.support) {
            (true, _) => Some(AnyRole::SuperUser),
            (false, true) => Some(AnyRole::Support),
            (false, false) => None,
        }
    }
}

/// A person to be inserted.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Checked, lower-case address.
    pub email: &'a str,
    /// Checked name.
    pub name: &'a str,
    /// Argon2id in PHC form.
    pub password_digest: &'a str,
    /// Operator of the installation.
    pub super_user: bool,
    /// Of the support staff.
    pub support: bool,
}

/// Inserts a person and returns the new id.
///
/// # Errors
/// `Invalid` at `email` when the address is taken.
pub fn insert(conn: &mut Conn, user: &NewUser<'_>, now: Timestamp) -> Result<UserId> {
    let id = UserId::new();
    must_be_free(conn, id, user.email)?;
    let row = User {
        id,
        email: user.email.to_owned(),
        name: user.name.to_owned(),
        password_digest: user.password_digest.to_owned(),
        super_user: user.super_user,
        disabled_at: None,
        created_at: now,
        support: user.support,
        signed_in_at: None,
        second_factor_at: None,
        time_zone: Zone::UTC,
    };
    let inserted = diesel::insert_into(users::table).values(row).execute(conn);
    inserted.map(|_| id).map_err(unless_taken)
}

fn unless_taken(cause: diesel::result::Error) -> Error {
    if errors::is_duplicate(&cause) {
        taken()
    } else {
        cause.into()
    }
}

fn taken() -> Error {
    let text = "Somebody already uses this email address. Use another one.";
    Error::invalid("email", text)
}

/// The person with this address, if there is one; whose was kept letter for letter comes first.
pub fn find_by_email(conn: &mut Conn, email: &str) -> Result<Option<User>> {
    let spellings = email_spellings(email);
    let query = users::table
        .filter(users::email.eq_any(&spellings))
        .select(User::as_select());
    let mut found: Vec<User> = rows::load(conn, query)?;
    found.sort_by_key(|user| spellings.iter().position(|one| *one == user.email));
    Ok(found.into_iter().next())
}

/// Refuses an address that somebody else has in another Unicode form; the same one is unique.
fn must_be_free(conn: &mut Conn, id: UserId, email: &str) -> Result<()> {
    match find_by_email(conn, email)? {
        Some(user) if user.id != id => Err(taken()),
        _ => Ok(()),
    }
}

/// Notes that a person signed in.
pub fn set_signed_in(conn: &mut Conn, id: UserId, now: Timestamp) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::signed_in_at.eq(now.naive_utc()))
        .execute(conn)?;
    Ok(())
}

/// The person with this id who may sign in.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, id: UserId) -> Result<User> {
    let query = users::table
        .find(id)
        .filter(users::disabled_at.is_null())
        .select(User::as_select());
    rows::first(conn, query)
}

/// Gives a person another name.
pub fn set_name(conn: &mut Conn, id: UserId, name: &str) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::name.eq(name))
        .execute(conn)?;
    Ok(())
}

/// Has a person read and type times in a zone.
pub fn set_time_zone(conn: &mut Conn, id: UserId, zone: Zone) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::time_zone.eq(zone))
        .execute(conn)?;
    Ok(())
}

/// Gives a person another address: checked, in lower case.
///
/// # Errors
/// `Invalid` at `email` when somebody has it.
pub fn set_email(conn: &mut Conn, id: UserId, email: &str) -> Result<()> {
    must_be_free(conn, id, email)?;
    let changed = diesel::update(users::table.find(id))
        .set(users::email.eq(email))
        .execute(conn);
    changed.map(|_| ()).map_err(unless_taken)
}

/// Gives a person another password, by its digest; false when it is no longer the one with the digest `before`.
pub fn set_password(conn: &mut Conn, id: UserId, before: &str, digest: &str) -> Result<bool> {
    let changed = diesel::update(users::table.find(id))
        .filter(users::password_digest.eq(before))
        .set(users::password_digest.eq(digest))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes since when a person needs a second factor; false when that is so already, or was not.
pub fn set_second_factor(conn: &mut Conn, id: UserId, since: Option<Timestamp>) -> Result<bool> {
    let person = users::table.find(id);
    let changed = match since {
        Some(at) => diesel::update(person.filter(users::second_factor_at.is_null()))
            .set(users::second_factor_at.eq(at.naive_utc()))
            .execute(conn)?,
        None => diesel::update(person.filter(users::second_factor_at.is_not_null()))
            .set(users::second_factor_at.eq(None::<chrono::NaiveDateTime>))
            .execute(conn)?,
    };
    Ok(changed == 1)
}

/// A person of the support staff, as of now.
///
/// # Errors
/// `NotFound` for anybody else, and for one who may no longer sign in.
pub fn find_support(conn: &mut Conn, id: UserId) -> Result<User> {
    let query = users::table
        .find(id)
        .filter(users::support.eq(true))
        .filter(users::disabled_at.is_null())
        .select(User::as_select());
    rows::first(conn, query)
}

/// True for the support staff, and for whoever runs the installation; also while they may not sign in.
pub fn is_staff(conn: &mut Conn, id: UserId) -> Result<bool> {
    let staff = users::table
        .find(id)
        .filter(users::support.eq(true).or(users::super_user.eq(true)));
    Ok(diesel::select(diesel::dsl::exists(staff)).get_result(conn)?)
}

/// True when at least one account exists.
pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(users::table
        .select(users::id)
        .first::<String>(conn)
        .optional()?
        .is_some())
}
