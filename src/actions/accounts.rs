//! One's own account: name, password, sessions; and the link that helps whoever forgot the password.

use std::net::IpAddr;

use serde_json::json;

use super::{Object, letters, record, record_by_steward, record_by_supporter};
use crate::db::members::Member;
use crate::db::users::User;
use crate::db::{self, Conn};
use crate::domain::audit::Event;
use crate::domain::id::{TenantId, UserId};
use crate::domain::letter::Change;
use crate::domain::pepper::{Pepper, Peppers};
use crate::domain::reset_link::ResetLink;
use crate::domain::role::{Actor, AnyRole, Arrival, Steward, Supporter, Who};
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::domain::{Conflict, Error, Result, validate};

/// Somebody with an account, at work.
#[derive(Debug, Clone)]
pub enum Holder {
    /// In a tenant.
    Member(Actor),
    /// Of the support staff, in no tenant.
    Support(Supporter),
}

impl Holder {
    /// The person as they start here: in the tenant they joined first, or as support staff. `None` when they belong
    /// nowhere any more.
    pub fn arriving(conn: &mut Conn, user: &User, from: Arrival) -> Result<Option<Self>> {
        let tenant = if user.support {
            None
        } else {
            db::members::first_tenant(conn, user.id)?
        };
        Self::arriving_in(conn, user, tenant, from)
    }

    /// As [`Holder::arriving`], in a tenant of theirs.
    ///
    /// # Errors
    /// `NotFound` when they left it.
    pub fn arriving_in(
        conn: &mut Conn,
        user: &User,
        tenant: Option<TenantId>,
        from: Arrival,
    ) -> Result<Option<Self>> {
        let Arrival {
            now,
            address,
            request_id,
        } = from;
        let id = user.id;
        if user.support {
            return Ok(Some(Self::Support(Supporter {
                id,
                name: user.name.clone(),
                role: AnyRole::Support,
                session: None,
                now,
                address,
                request_id,
            })));
        }
        let Some(tenant) = tenant else {
            return Ok(None);
        };
        let Member { email, role, .. } = db::members::find(conn, tenant, id)?;
        Ok(Some(Self::Member(Actor {
            who: Who::Person {
                id,
                email,
                role,
                session: None,
            },
            tenant,
            now,
            address,
            request_id,
        })))
    }

    /// Notes that the person signed in, signed out or was refused.
    pub fn note(&self, conn: &mut Conn, event: &Event) -> Result<()> {
        match self {
            Self::Member(by) => super::sessions::note(conn, by, event),
            Self::Support(by) => super::sessions::note_support(conn, by, event),
        }
    }

    /// What their session begins with: the person, and the tenant unless they are of the support staff.
    pub fn session(&self) -> Option<(UserId, Option<TenantId>)> {
        match self {
            Self::Member(by) => by.person().map(|user| (user, Some(by.tenant))),
            Self::Support(by) => Some((by.id, None)),
        }
    }

    /// The person.
    ///
    /// # Errors
    /// `Forbidden` for whoever is none.
    pub fn id(&self) -> Result<UserId> {
        match self {
            Self::Member(by) => by
                .person()
                .ok_or_else(|| Error::Forbidden("Only people have an account.".into())),
            Self::Support(by) => Ok(by.id),
        }
    }

    /// The moment of their request.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Member(by) => by.now,
            Self::Support(by) => by.now,
        }
    }

    /// Where their request comes from.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Member(by) => by.address,
            Self::Support(by) => by.address,
        }
    }

    /// Tells the person by mail what they did to their own account.
    pub(super) fn tell(&self, conn: &mut Conn, user: &User, what: Change) -> Result<()> {
        letters::tell(conn, user, what, (self.now(), self.address()), None)
    }

    /// Writes an audit row of something about their own account.
    pub(super) fn record(&self, conn: &mut Conn, event: &Event, user: &User) -> Result<()> {
        let object = person(user);
        match self {
            Self::Member(by) => record(conn, by, event, object),
            Self::Support(by) => record_by_supporter(conn, by, None, event, object),
        }
    }
}

/// The object of an audit row about a person.
pub(super) fn person(user: &User) -> Object<'_> {
    Object {
        kind: "person",
        id: user.id.to_string(),
        name: &user.email,
    }
}

/// Gives oneself another name. The same name leaves no trace.
///
/// # Errors
/// `Invalid` at `name`.
pub fn rename(conn: &mut Conn, by: &Holder, name: &str) -> Result<()> {
    let name = validate::name(name, 100, "your name")
        .map_err(|message| Error::invalid("name", message))?;
    let user = db::users::find(conn, by.id()?)?;
    if user.name == name {
        return Ok(());
    }
    db::users::set_name(conn, user.id, &name)?;
    let detail = json!({ "before": { "name": user.name }, "after": { "name": name } });
    by.record(conn, &Event::PersonRenamed(detail), &user)
}

/// Reads and types times in another zone, by its name. As what else one chooses for display, that is in no log.
///
/// # Errors
/// `Invalid` at `time_zone`.
pub fn choose_time_zone(conn: &mut Conn, by: &Holder, name: &str) -> Result<()> {
    let zone = Zone::parse(name).map_err(|message| Error::invalid("time_zone", message))?;
    let user = db::users::find(conn, by.id()?)?;
    if user.time_zone == zone {
        return Ok(());
    }
    db::users::set_time_zone(conn, user.id, zone)
}

/// Takes another address to sign in with, after the password was typed; gives it as it is kept. All sessions end: the caller
/// begins another. The same address changes nothing, and gives none.
///
/// # Errors
/// `Invalid` at `email`, also when somebody has it.
pub fn change_email(conn: &mut Conn, by: &Holder, typed: &str) -> Result<Option<String>> {
    let email = validate::email(typed).map_err(|message| Error::invalid("email", message))?;
    let user = db::users::find(conn, by.id()?)?;
    if user.email == email {
        return Ok(None);
    }
    // To the address that ends: whoever took the account over reads the new one.
    by.tell(conn, &user, Change::Email)?;
    db::users::set_email(conn, user.id, &email)?;
    db::sessions::delete_of_user(conn, user.id)?;
    let detail = json!({ "before": { "email": user.email }, "after": { "email": email } });
    by.record(conn, &Event::EmailChanged(detail), &user)?;
    Ok(Some(email))
}

/// Chooses another password, by its digest, after the present one was typed. All sessions end: the caller begins another.
///
/// # Errors
/// `NotFound` when the password was changed meanwhile.
pub fn change_password(conn: &mut Conn, by: &Holder, digest: &str) -> Result<()> {
    let user = db::users::find(conn, by.id()?)?;
    replace(conn, &user, digest)?;
    by.tell(conn, &user, Change::Password)?;
    by.record(conn, &Event::PasswordChanged, &user)
}

/// What a person's password may not be made of: their name, their address, the names of their tenants.
pub fn own_words(conn: &mut Conn, user: &User) -> Result<Vec<String>> {
    let homes = db::members::list_tenants(conn, user.id)?;
    let mut words = vec![user.name.clone(), user.email.clone()];
    words.extend(homes.into_iter().map(|home| home.name));
    Ok(words)
}

/// Ends all of one's sessions: the caller begins another.
pub fn end_sessions(conn: &mut Conn, by: &Holder) -> Result<()> {
    let user = db::users::find(conn, by.id()?)?;
    db::sessions::delete_of_user(conn, user.id)?;
    by.record(conn, &Event::SessionsEnded, &user)
}

/// Ends one of one's sessions, by its row.
///
/// # Errors
/// `NotFound`, also for a session of somebody else.
pub fn end_session(conn: &mut Conn, by: &Holder, row: &str) -> Result<()> {
    let user = db::users::find(conn, by.id()?)?;
    if !db::sessions::delete_one_of_user(conn, user.id, row)? {
        return Err(Error::NotFound);
    }
    by.record(conn, &Event::SessionEndedElsewhere, &user)
}

/// A link for a member who forgot the password. Theirs is in the hands of this tenant's admins only while they are in no
/// other tenant, and don't run Keystead: else an admin here could become somebody there.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; a conflict `runs-keystead` or `belongs-elsewhere`.
pub fn reset_link_of_member(
    conn: &mut Conn,
    by: &Actor,
    user: UserId,
    pepper: &Pepper,
) -> Result<(User, ResetLink)> {
    let user = must_be_in_hands_of(conn, by, user)?;
    record(conn, by, &Event::ResetLinkMade, person(&user))?;
    let (user, link) = linked(user, by.now, pepper);
    letters::reset_link(conn, &user, &link, Some(by), by.now)?;
    Ok((user, link))
}

/// The person, if their account is in the hands of this tenant's admins.
///
/// # Errors
/// As [`reset_link_of_member`].
pub(super) fn must_be_in_hands_of(conn: &mut Conn, by: &Actor, user: UserId) -> Result<User> {
    super::members::hold(conn, by)?;
    if by.person() == Some(user) {
        // A session alone must not be enough to take an account over for good.
        let own = "Change your own password and second factor under Your account.";
        return Err(Error::Forbidden(own.into()));
    }
    let member = super::members::find(conn, by, user)?;
    if member.super_user {
        return Err(Conflict::RunsKeystead.into());
    }
    if db::members::list_tenants(conn, user)?.len() > 1 {
        return Err(Conflict::BelongsElsewhere.into());
    }
    db::users::find(conn, user)
}

/// As [`reset_link_of_member`], by the operator at the shell, for anybody.
///
/// # Errors
/// `NotFound` when nobody who may sign in has this address.
pub fn reset_link(
    conn: &mut Conn,
    by: &Steward,
    email: &str,
    pepper: &Pepper,
) -> Result<(User, ResetLink)> {
    let user = db::users::find_by_email(conn, email)?;
    let user = user.filter(|user| user.disabled_at.is_none());
    let user = user.ok_or(Error::NotFound)?;
    record_by_steward(conn, by, &Event::ResetLinkMade, person(&user))?;
    Ok(linked(user, by.now, pepper))
}

fn linked(user: User, now: Timestamp, pepper: &Pepper) -> (User, ResetLink) {
    let link = ResetLink::new(user.id, &user.password_digest, now, pepper);
    (user, link)
}

/// Whose password a link opens now.
///
/// # Errors
/// `NotFound` when it was used, has ended, or never was.
pub fn open_reset(
    conn: &mut Conn,
    link: &ResetLink,
    peppers: &Peppers,
    now: Timestamp,
) -> Result<User> {
    let user = db::users::find(conn, link.user)?;
    // One that was used before a copy of the database was put in place would work again.
    let restored = db::restores::newest(conn)?.map(|decision| decision.decided_at);
    let is_from_before = restored.is_some_and(|at| link.made_at() < at);
    if is_from_before || !link.opens(&user.password_digest, peppers, now) {
        return Err(Error::NotFound);
    }
    Ok(user)
}

/// Chooses another password by a link. All sessions end; of two who try, one finds nothing.
///
/// # Errors
/// As [`open_reset`].
pub fn reset_password(
    conn: &mut Conn,
    link: &ResetLink,
    peppers: &Peppers,
    digest: &str,
    from: Arrival,
) -> Result<()> {
    let user = open_reset(conn, link, peppers, from.now)?;
    replace(conn, &user, digest)?;
    letters::tell(
        conn,
        &user,
        Change::Password,
        (from.now, from.address),
        None,
    )?;
    match Holder::arriving(conn, &user, from)? {
        Some(by) => by.record(conn, &Event::PasswordReset, &user),
        // They belong nowhere, so there is no log that it could be in.
        None => Ok(()),
    }
}

fn replace(conn: &mut Conn, user: &User, digest: &str) -> Result<()> {
    if !db::users::set_password(conn, user.id, &user.password_digest, digest)? {
        return Err(Error::NotFound);
    }
    db::sessions::delete_of_user(conn, user.id)
}
