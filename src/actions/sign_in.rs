//! Signing in: one answer and one cost whether the person exists or not, and patience after failures.
//!
//! Failures are counted by account-and-address and by address. An attacker elsewhere therefore slows down only
//! attempts from there: the real person still gets in from another address. Whoever tries an account from ever new
//! addresses makes it wait everywhere in the end, save in browsers in which its person signed in before: each of those is
//! counted by itself.

use std::net::IpAddr;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use crate::db::users::User;
use crate::db::{self, Conn};
use crate::domain::known_browser::KnownBrowser;
use crate::domain::time::Timestamp;
use crate::domain::{Error, Result, password, random, text_form};

/// What the count of an account's wrong codes begins with.
const CODES: &str = "codes:";
/// Failures from one place before waiting begins.
const FREE_ACCOUNT: i64 = 5;
const FREE_ADDRESS: i64 = 30;
/// Failures of one account from wherever, of browsers that are not known to it; and of one browser that is.
const FREE_EVERYWHERE: i64 = 100;
/// Wrong codes of one account, from wherever: only who knows the password gets to try any.
const FREE_CODES: i64 = 10;
/// Wrong codes of one account after which its person is told.
const CODES_TO_TELL: i64 = 3;
/// Longest wait, in seconds.
const LONGEST: i64 = 900;
/// Failures in a row older than this are forgotten.
pub const FORGET_HOURS: i64 = 24;

/// Where someone knocks from.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// The client's address.
    Address(IpAddr),
    /// Behind a trusted proxy that names no address of the client: never made to wait as a whole.
    Shared,
    /// On the Unix socket, which is not trusted to name a client: all of them are one place.
    UnixSocket,
}

impl Place {
    /// How the place is counted. Whoever has an IPv6 address has its whole /64.
    pub fn subject(self) -> String {
        match self {
            Self::Address(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Self::Address(address) => address.to_string(),
            Self::Shared => "proxy".into(),
            Self::UnixSocket => "unix".into(),
        }
    }
}

/// Someone at the door.
#[derive(Clone)]
pub struct Attempt {
    /// The address as typed: it may have been kept so.
    typed: String,
    /// The same in one form, under which attempts are counted.
    email: String,
    place: Place,
    /// Somebody signed in to this account there before.
    browser: Option<KnownBrowser>,
    /// A code is asked for as well.
    with_code: bool,
}

/// An attempt that was counted as a failure for now.
#[derive(Clone)]
pub struct Begun {
    /// The person, if there is one who may sign in.
    pub user: Option<User>,
    /// When this attempt was counted.
    at: Timestamp,
    /// When each subject had failed last before it.
    before: Vec<(String, Timestamp)>,
    /// Wrong codes in a row, with this attempt.
    codes: i64,
    /// A digest in place of the person's, which is of before passwords had one form.
    renewal: Option<String>,
}

impl Begun {
    /// True when so many codes were wrong that the person should hear of it: their password is known to whoever tries.
    pub fn is_suspicious(&self) -> bool {
        self.codes == CODES_TO_TELL
    }

    /// Keeps what a look at the password showed; true when it was the right one.
    pub fn take(&mut self, looked: Looked) -> bool {
        self.renewal = looked.renewal;
        looked.fits
    }

    /// After the right password: has its digest made in its one form from now on.
    pub fn renew(&self, conn: &mut Conn) -> Result<()> {
        if let (Some(user), Some(digest)) = (&self.user, &self.renewal) {
            // Not, when somebody chose another password meanwhile.
            db::users::set_password(conn, user.id, &user.password_digest, digest)?;
        }
        Ok(())
    }
}

impl Attempt {
    /// An attempt with an e-mail address as typed.
    pub fn new(email: &str, place: Place) -> Self {
        Self {
            typed: email.to_owned(),
            email: text_form::email(email),
            place,
            browser: None,
            with_code: false,
        }
    }

    /// The same in a browser that is known to the account with this address.
    pub fn by_browser(self, browser: KnownBrowser) -> Self {
        Self {
            browser: Some(browser),
            ..self
        }
    }

    /// What stands for the account, when the browser is known to it.
    pub fn known_account(&self) -> Option<u64> {
        self.browser.as_ref()?;
        let digest = Sha256::digest(self.email.as_bytes());
        let (first, _) = digest.split_first_chunk()?;
        Some(u64::from_be_bytes(*first))
    }

    /// An attempt that takes the code of a second factor too: the codes of an account are counted together, wherever they
    /// come from, so that nobody finds one by trying from many addresses.
    pub fn with_code(email: &str, place: Place) -> Self {
        Self {
            with_code: true,
            ..Self::new(email, place)
        }
    }

    /// The typed address as a digest: what people type there by mistake may be a password.
    pub fn email_digest(&self) -> String {
        random::hex(&Sha256::digest(self.email.as_bytes()))
    }

    fn account(&self) -> String {
        let text = format!("{}|{}", self.email, self.place.subject());
        format!("account:{}", random::hex(&Sha256::digest(text.as_bytes())))
    }

    fn codes(&self) -> String {
        format!("{CODES}{}", self.email_digest())
    }

    fn everywhere(&self) -> String {
        format!("everywhere:{}", self.email_digest())
    }

    /// The account wherever it is tried, or the browser alone where `user` signed in with the password they still have.
    fn everywhere_or_browser(&self, user: Option<&User>) -> String {
        let is_known = |browser: &&KnownBrowser| {
            user.is_some_and(|user| browser.is_of_password(&user.password_digest))
        };
        match self.browser.as_ref().filter(is_known) {
            Some(browser) => format!("browser:{}", browser.id()),
            None => self.everywhere(),
        }
    }

    /// Counted subjects with the failures each may have before it must wait.
    fn subjects(&self, user: Option<&User>) -> Vec<(String, i64)> {
        let mut subjects = vec![(self.account(), FREE_ACCOUNT)];
        if !matches!(self.place, Place::Shared) {
            subjects.push((format!("address:{}", self.place.subject()), FREE_ADDRESS));
        }
        if self.with_code {
            // Less than everywhere, so that count is not needed too.
            subjects.push((self.codes(), FREE_CODES));
        } else {
            subjects.push((self.everywhere_or_browser(user), FREE_EVERYWHERE));
        }
        subjects
    }

    /// Refuses while the place or the account must wait; otherwise counts a failure, to be taken back by
    /// [`Attempt::succeed`] or [`Attempt::take_back`], and yields the person if there is one.
    ///
    /// # Errors
    /// `Throttled` with the seconds left.
    pub fn begin(&self, conn: &mut Conn, now: Timestamp) -> Result<Begun> {
        let user = db::users::find_by_email(conn, &self.typed)?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let (mut before, mut codes) = (Vec::new(), 0);
        for (subject, free) in self.subjects(user.as_ref()) {
            // Locked: another attempt on the same subject waits here, and then sees this one's failure.
            let known = db::sign_in_failures::lock(conn, &subject, now)?;
            let (failures, last) = (known.failures, known.last_at);
            let wait = TimeDelta::seconds(wait_seconds(failures - free));
            // Clocks of several machines differ, and one may be set back: a failure in the future is one of now.
            let passed = (now - last).max(TimeDelta::zero());
            let left = (wait - passed).num_seconds();
            if left > 0 {
                return Err(Error::Throttled(left.unsigned_abs()));
            }
            let fresh = now - last < TimeDelta::hours(FORGET_HOURS);
            let failures = if fresh { failures } else { 0 } + 1;
            db::sign_in_failures::set(conn, &subject, failures, now)?;
            if subject.starts_with(CODES) {
                codes = failures;
            }
            before.push((subject, last));
        }
        Ok(Begun {
            user,
            at: now,
            before,
            codes,
            renewal: None,
        })
    }

    /// Forgets the account's failures after it signed in; the address keeps its own, save for this attempt.
    pub fn succeed(&self, conn: &mut Conn, begun: &Begun) -> Result<()> {
        begun.renew(conn)?;
        self.take_back(conn, begun)?;
        if self.with_code {
            db::sign_in_failures::delete(conn, &self.codes())?;
        }
        if let Some(browser) = &self.browser {
            db::sign_in_failures::delete(conn, &format!("browser:{}", browser.id()))?;
        }
        db::sign_in_failures::delete(conn, &self.everywhere())?;
        db::sign_in_failures::delete(conn, &self.account())
    }

    /// Takes this attempt's failure back, with the row when it was the only one, and the time from which waiting counts unless another failed meanwhile:
    /// it was not a failure.
    pub fn take_back(&self, conn: &mut Conn, begun: &Begun) -> Result<()> {
        begun.before.iter().try_for_each(|(subject, before)| {
            let known = db::sign_in_failures::lock(conn, subject, *before)?;
            let last = if known.last_at == begun.at {
                *before
            } else {
                known.last_at
            };
            if known.failures <= 1 {
                return db::sign_in_failures::delete(conn, subject);
            }
            db::sign_in_failures::set(conn, subject, known.failures - 1, last)
        })
    }
}

/// Doubles with each failure over the free ones: 2, 4, 8 … seconds.
fn wait_seconds(over: i64) -> i64 {
    match over {
        ..0 => 0,
        over => 2_i64
            .checked_shl(u32::try_from(over.min(20)).unwrap_or(20))
            .unwrap_or(LONGEST)
            .min(LONGEST),
    }
}

/// What came of a look at a password.
pub struct Looked {
    fits: bool,
    renewal: Option<String>,
}

/// Whether the password is the person's; costs the same when there is no person.
///
/// # Errors
/// `Internal` when a stored digest can't be read.
pub fn look_at_password(user: Option<&User>, typed: &str) -> Result<Looked> {
    let digest = user.map_or(password::decoy(), |user| &user.password_digest);
    let fits = password::fits(typed, digest)? && user.is_some();
    let renewal = if fits {
        password::renewal(typed, digest)?
    } else {
        None
    };
    Ok(Looked { fits, renewal })
}
