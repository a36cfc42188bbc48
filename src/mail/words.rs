//! What messages say.

use askama::Template;

use crate::domain::letter::Change;
use crate::domain::role::Role;
use crate::domain::time::{Timestamp, day};

/// Characters of a name in a subject; longer ones are cut.
const LONGEST: usize = 60;

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// For programs that show text.
    pub text: String,
    /// For those that show pages.
    pub html: String,
}

/// Both templates of a message.
macro_rules! message {
    ($(#[$doc:meta])* $name:ident, $text:tt, $html:tt { $($field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "what the templates show")]
        #[derive(Debug, Clone)]
        pub struct $name {
            $(pub $field: $type,)+
        }

        const _: () = {
            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                m: &'a $name,
            }

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                m: &'a $name,
            }

            impl $name {
                fn parts(&self, subject: String) -> Result<Words, askama::Error> {
                    Ok(Words {
                        subject,
                        text: Text { m: self }.render()?,
                        html: Html { m: self }.render()?,
                    })
                }
            }
        };
    };
}

message! {
    /// Somebody is asked to join a tenant.
    Invitation, "mail/invitation.txt", "mail/invitation.html" {
        tenant: String,
        inviter: String,
        role: Role,
        link: String,
        ends: String,
        site: String,
    }
}

message! {
    /// A link for another password.
    ResetLink, "mail/reset_link.txt", "mail/reset_link.html" {
        name: String,
        by: Option<String>,
        link: String,
        ends: String,
        site: String,
    }
}

message! {
    /// Something about signing in changed, or looks wrong.
    Notice, "mail/notice.txt", "mail/notice.html" {
        name: String,
        what: &'static str,
        by: Option<String>,
        at: String,
        address: String,
        then: &'static str,
        site: String,
    }
}

impl Invitation {
    /// In words.
    ///
    /// # Errors
    /// When the template fails, which only formatting code could cause.
    pub fn words(&self) -> Result<Words, askama::Error> {
        let (inviter, tenant) = (short(&self.inviter), short(&self.tenant));
        self.parts(format!("{inviter} invites you to {tenant}"))
    }
}

impl ResetLink {
    /// As [`Invitation::words`].
    ///
    /// # Errors
    /// As there.
    pub fn words(&self) -> Result<Words, askama::Error> {
        self.parts("Choose a new password for Keystead".into())
    }
}

impl Notice {
    /// As [`Invitation::words`].
    ///
    /// # Errors
    /// As there.
    pub fn words(&self) -> Result<Words, askama::Error> {
        let what = self.what;
        self.parts(what.trim_end_matches('.').to_owned())
    }
}

/// What happened, as a sentence, and what to do when it was not the person.
pub fn told(what: Change) -> (&'static str, &'static str) {
    let own = "Choose another password now, under Your account: it ends all other sessions. Then look at your second factor \
               there.";
    let lost = "Somebody else may be in your account. Ask an admin of your organization, or the person who runs Keystead for \
                you, to help you at once.";
    match what {
        Change::Password => ("Your Keystead password was changed.", lost),
        Change::Email => ("Your Keystead account has another email address.", lost),
        Change::SecondFactorOn => ("Your second factor was switched on.", lost),
        Change::SecondFactorOff => ("Your second factor was switched off.", own),
        Change::RecoveryCodes => ("New recovery codes were made for you.", own),
        Change::RecoveryCodeUsed => ("A recovery code of yours was used.", own),
        Change::WrongCodes => (
            "Somebody gave your password, and wrong codes after it.",
            "Then somebody knows your password; without a code it does not let them in. Choose another one now, under Your \
             account.",
        ),
    }
}

/// "28 Nov 2026, 22:10 UTC".
pub fn moment(at: Timestamp) -> String {
    format!("{}, {} UTC", day(at), at.format("%H:%M"))
}

/// A name on one line, whatever a database holds.
pub fn one_line(name: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    name.chars().map(plain).collect()
}

/// The same of bounded length.
fn short(name: &str) -> String {
    let mut cut: String = one_line(name).chars().take(LONGEST).collect();
    if name.chars().count() > LONGEST {
        cut.push('…');
    }
    cut
}
