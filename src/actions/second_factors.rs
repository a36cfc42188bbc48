//! The second factor of a person: set up, asked for, switched off. The secret is shown while it is set up and never again.

use chrono::TimeDelta;

use super::accounts::{Holder, must_be_in_hands_of, person};
use super::master_keys::{must_be_at_hand, must_be_in_use};
use super::{letters, record, record_by_steward};
use crate::db::users::User;
use crate::db::{self, Conn, change_log};
use crate::domain::audit::Event;
use crate::domain::id::UserId;
use crate::domain::letter::Change;
use crate::domain::master_key::MasterKeys;
use crate::domain::recovery_code::{self, Kept};
use crate::domain::role::{Actor, Steward};
use crate::domain::second_factor::{FactorSecret, Typed};
use crate::domain::time::Timestamp;
use crate::domain::{Conflict, Error, Result};
use zeroize::Zeroizing;

/// Minutes for which a secret waits for its first code.
const SETUP_MINUTES: i64 = 10;

/// Codes as they are shown, once.
pub type Codes = Vec<Zeroizing<String>>;

/// What a typed code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The app's, which is used up now.
    App,
    /// A recovery code, which is used up now; so many are left.
    Recovery(usize),
    /// Wrong, or used before.
    Wrong,
}

/// Draws the secret of a second factor, after the password was typed. Nothing is asked for until it is confirmed by a code.
///
/// # Errors
/// A conflict when there is a second factor already; `Unavailable` without the newest master key.
pub fn begin(conn: &mut Conn, by: &Holder, keys: &MasterKeys) -> Result<FactorSecret> {
    // Its lock keeps the master key from being given up meanwhile.
    change_log::hold(conn)?;
    let user = without(conn, by)?;
    let secret = FactorSecret::generate()?;
    let sealed = keys.seal_factor(user.id, &secret)?;
    must_be_in_use(conn, sealed.master_key_version)?;
    db::second_factors::put(conn, user.id, sealed, by.now())?;
    Ok(secret)
}

/// The secret that waits for its first code; a conflict when none waits any more.
fn waiting(conn: &mut Conn, by: &Holder, keys: &MasterKeys) -> Result<FactorSecret> {
    let user = without(conn, by)?;
    let kept = db::second_factors::find(conn, user.id)?;
    let kept = kept.filter(|(_, since)| by.now() - *since < TimeDelta::minutes(SETUP_MINUTES));
    if kept.is_none() {
        return Err(Conflict::SetupOver.into());
    }
    open(conn, &user, keys)
}

/// Confirms the secret by its first code: from now on the person signs in with both. All sessions end, and the caller
/// begins another. Gives the recovery codes; `None` when the code is wrong.
///
/// # Errors
/// A conflict when no secret waits any more.
pub fn confirm(
    conn: &mut Conn,
    by: &Holder,
    keys: &MasterKeys,
    typed: &str,
) -> Result<Option<Codes>> {
    // Of two who set one up at the same moment, one is too late.
    change_log::hold(conn)?;
    let secret = waiting(conn, by, keys)?;
    let user = db::users::find(conn, by.id()?)?;
    let Typed::Code(code) = Typed::read(typed) else {
        return Ok(None);
    };
    let Some(step) = secret.step_of(&code, by.now())? else {
        return Ok(None);
    };
    let is_first = db::second_factors::use_step(conn, user.id, step)?;
    if !is_first || !db::users::set_second_factor(conn, user.id, Some(by.now()))? {
        return Err(Conflict::SetupOver.into());
    }
    let codes = draw_codes(conn, user.id)?;
    db::sessions::delete_of_user(conn, user.id)?;
    by.tell(conn, &user, Change::SecondFactorOn)?;
    by.record(conn, &Event::SecondFactorOn, &user)?;
    Ok(Some(codes))
}

/// Looks at what somebody typed as the code of a person, and uses it up: neither a code nor a recovery code works twice.
///
/// # Errors
/// A conflict when the person has no second factor any more; `Unavailable` without its master key; `Internal` when the
/// secret was changed in the database.
pub fn prove(
    conn: &mut Conn,
    user: &User,
    keys: &MasterKeys,
    typed: &str,
    now: Timestamp,
) -> Result<Proof> {
    if user.second_factor_at.is_none() {
        return Err(Conflict::NoSecondFactor.into());
    }
    match Typed::read(typed) {
        Typed::Code(code) => {
            let step = open(conn, user, keys)?.step_of(&code, now)?;
            match step {
                Some(step) if db::second_factors::use_step(conn, user.id, step)? => Ok(Proof::App),
                _ => Ok(Proof::Wrong),
            }
        }
        Typed::Recovery(code) => {
            let all = db::recovery_codes::list(conn, user.id)?;
            match all.iter().find(|kept| kept.fits(&code)) {
                Some(kept) if db::recovery_codes::take(conn, user.id, kept)? => {
                    Ok(Proof::Recovery(all.len() - 1))
                }
                _ => Ok(Proof::Wrong),
            }
        }
        Typed::Nonsense => Ok(Proof::Wrong),
    }
}

/// As [`prove`], of oneself, with what is to be said of it in the audit log.
///
/// # Errors
/// As [`prove`].
pub fn prove_oneself(
    conn: &mut Conn,
    by: &Holder,
    keys: &MasterKeys,
    typed: &str,
) -> Result<Proof> {
    let user = db::users::find(conn, by.id()?)?;
    let proof = prove(conn, &user, keys, typed, by.now())?;
    match proof {
        Proof::App => {}
        Proof::Recovery(left) => {
            by.tell(conn, &user, Change::RecoveryCodeUsed)?;
            by.record(conn, &Event::RecoveryCodeUsed(left), &user)?;
        }
        Proof::Wrong => by.record(conn, &Event::CodeRefused, &user)?,
    }
    Ok(proof)
}

/// Tells a person that somebody gives their password and wrong codes after it.
///
/// # Errors
/// `Unavailable` when the database is away.
pub fn tell_of_wrong_codes(conn: &mut Conn, by: &Holder) -> Result<()> {
    let user = db::users::find(conn, by.id()?)?;
    by.tell(conn, &user, Change::WrongCodes)
}

/// Another set of recovery codes, after password and code: the old ones are worth nothing.
///
/// # Errors
/// A conflict when there is no second factor any more.
pub fn renew_codes(conn: &mut Conn, by: &Holder) -> Result<Codes> {
    let user = with(conn, by)?;
    let codes = draw_codes(conn, user.id)?;
    by.tell(conn, &user, Change::RecoveryCodes)?;
    by.record(conn, &Event::RecoveryCodesRenewed, &user)?;
    Ok(codes)
}

/// Switches one's second factor off, after password and code. All sessions end: the caller begins another.
///
/// # Errors
/// As [`renew_codes`].
pub fn switch_off(conn: &mut Conn, by: &Holder) -> Result<()> {
    let user = with(conn, by)?;
    take_off(conn, &user)?;
    by.tell(conn, &user, Change::SecondFactorOff)?;
    by.record(conn, &Event::SecondFactorOff, &user)
}

/// Takes the second factor off a member who lost it, within the bounds of a reset link. Their sessions end.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`; a conflict `runs-keystead`, `belongs-elsewhere` or `no-second-factor`.
pub fn take_off_member(conn: &mut Conn, by: &Actor, user: UserId) -> Result<User> {
    let user = must_be_in_hands_of(conn, by, user)?;
    take_off(conn, &user)?;
    let at = (by.now, by.address);
    letters::tell(conn, &user, Change::SecondFactorOff, at, Some(&by.who))?;
    record(conn, by, &Event::SecondFactorOff, person(&user))?;
    Ok(user)
}

/// As [`take_off_member`], by the operator at the shell, of anybody.
///
/// # Errors
/// `NotFound` when nobody has this address; a conflict `no-second-factor`.
pub fn take_off_anybody(conn: &mut Conn, by: &Steward, email: &str) -> Result<User> {
    let user = db::users::find_by_email(conn, email)?;
    let user = user.ok_or(Error::NotFound)?;
    take_off(conn, &user)?;
    let at = (by.now, by.address);
    letters::tell(conn, &user, Change::SecondFactorOff, at, Some(&by.who))?;
    record_by_steward(conn, by, &Event::SecondFactorOff, person(&user))?;
    Ok(user)
}

/// How many recovery codes a person has left.
pub fn codes_left(conn: &mut Conn, user: UserId) -> Result<i64> {
    db::recovery_codes::count(conn, user)
}

fn take_off(conn: &mut Conn, user: &User) -> Result<()> {
    if !db::users::set_second_factor(conn, user.id, None)? {
        return Err(Conflict::NoSecondFactor.into());
    }
    db::second_factors::delete(conn, user.id)?;
    db::recovery_codes::delete_all(conn, user.id)?;
    db::sessions::delete_of_user(conn, user.id)
}

fn draw_codes(conn: &mut Conn, user: UserId) -> Result<Codes> {
    let codes = recovery_code::generate()?;
    let kept: Vec<Kept> = codes
        .iter()
        .map(|code| Kept::of(code))
        .collect::<Result<_>>()?;
    db::recovery_codes::replace(conn, user, &kept)?;
    let shown = |code: Zeroizing<String>| Zeroizing::new(recovery_code::shown(&code));
    Ok(codes.into_iter().map(shown).collect())
}

/// Oneself, without a second factor.
fn without(conn: &mut Conn, by: &Holder) -> Result<User> {
    let user = db::users::find(conn, by.id()?)?;
    match user.second_factor_at {
        Some(_) => Err(Conflict::SecondFactorOn.into()),
        None => Ok(user),
    }
}

/// Oneself, with one.
fn with(conn: &mut Conn, by: &Holder) -> Result<User> {
    let user = db::users::find(conn, by.id()?)?;
    match user.second_factor_at {
        Some(_) => Ok(user),
        None => Err(Conflict::NoSecondFactor.into()),
    }
}

fn open(conn: &mut Conn, user: &User, keys: &MasterKeys) -> Result<FactorSecret> {
    let found = db::second_factors::find(conn, user.id)?;
    let (sealed, _) = found.ok_or(Error::NotFound)?;
    must_be_at_hand(conn, keys, sealed.master_key_version)?;
    keys.open_factor(user.id, &sealed).ok_or_else(|| {
        Error::Internal(format!(
            "the second factor of the person {} was changed in the database and does not open; `keystead user \
             disable-second-factor` removes it",
            user.id
        ))
    })
}
