//! A phone with an authenticator app, which makes its codes by itself.

use keystead::db;
use keystead::domain::id::UserId;
use keystead::domain::recovery_code::Kept;
use keystead::domain::role::Role;
use keystead::domain::second_factor::FactorSecret;
use keystead::domain::time::Timestamp;
use totp_rs::{Builder, Secret, Totp};

use super::browser_like::{Answer, Person};
use super::{App, PASSWORD, digest};

/// Where a second factor is set up.
pub const FACTOR: &str = "/account/second-factor";
/// Where it is switched off.
pub const REMOVAL: &str = "/account/second-factor/removal";

/// How often the audit log tells of something.
pub fn happened(app: &App, action: &str) -> i64 {
    app.number(&format!(
        "SELECT count(*) AS n FROM audit_events WHERE action = '{action}'"
    ))
}

/// The app, and the recovery codes on paper.
pub struct Phone {
    totp: Totp,
    pub paper: Vec<String>,
}

impl Phone {
    /// Takes the secret from the page that shows it.
    pub fn of(shown: &str) -> Self {
        let secret: String = shown.split_whitespace().collect();
        let secret = Secret::try_from_base32(secret).unwrap();
        Self {
            totp: Builder::new().with_secret(secret).build().unwrap(),
            paper: Vec::new(),
        }
    }

    /// The code that it shows at a moment.
    pub fn code(&self, at: Timestamp) -> String {
        let seconds = u64::try_from(at.timestamp()).unwrap();
        self.totp.generate(seconds).to_string()
    }
}

impl App {
    /// The code that a phone shows now.
    pub fn code(&self, phone: &Phone) -> String {
        phone.code(self.clock.now())
    }

    /// Sets a second factor up, as a person does on their account.
    pub async fn set_up_factor(&self, person: &mut Person) -> Phone {
        let shown = person
            .submit(FACTOR, FACTOR, &[("password", PASSWORD)])
            .await;
        assert_eq!(shown.status, 201, "{}", shown.body);
        let mut phone = Phone::of(&shown.text_of(".sample code"));
        let (csrf, code) = (shown.field("csrf"), self.code(&phone));
        let fields = [("csrf", &*csrf), ("code", &code)];
        let on = person.post("/account/second-factor/confirmation", &fields);
        let on = on.await;
        assert_eq!(on.status, 201, "{}", on.body);
        let paper = on.text_of(".sample code");
        phone.paper = paper.split_whitespace().map(str::to_owned).collect();
        phone
    }
}

/// Past the product, as sessions go on.
impl App {
    /// A viewer of Acme.
    pub fn member_of_acme(&self, email: &str) -> UserId {
        let (acme, now) = (self.tenant("Acme"), self.clock.now());
        let user = db::users::NewUser {
            email,
            name: "Tina Tall",
            password_digest: &digest(),
            super_user: false,
            support: false,
        };
        let add = |conn: &mut db::Conn| {
            let id = db::users::insert(conn, &user, now)?;
            db::members::insert(conn, acme, id, Role::Viewer, now)?;
            Ok(id)
        };
        self.db.write(add).unwrap()
    }

    /// Somebody has a second factor already; gives a recovery code and the phone.
    pub fn plant_factor(&self, email: &str) -> (String, Phone) {
        let (secret, keys) = (FactorSecret::generate().unwrap(), self.master_keys());
        let (paper, now) = ("aaaabbbbccccdddd", self.clock.now());
        let plant = |conn: &mut db::Conn| {
            let id = db::users::find_by_email(conn, email)?.unwrap().id;
            let sealed = keys.seal_factor(id, &secret)?;
            db::second_factors::put(conn, id, sealed, now)?;
            db::recovery_codes::replace(conn, id, &[Kept::of(paper)?])?;
            db::users::set_second_factor(conn, id, Some(now))
        };
        assert!(self.db.write(plant).unwrap());
        (paper.into(), Phone::of(&secret.text()))
    }
}

impl Person {
    /// Gives a password at the sign-in page.
    pub async fn give_password(&mut self, email: &str, password: &str, next: &str) -> Answer {
        let fields = [("email", email), ("password", password), ("next", next)];
        self.submit("/login", "/login", &fields).await
    }

    /// Gives a code at the page after it.
    pub async fn give_code(&mut self, code: &str) -> Answer {
        self.submit("/login/code", "/login/code", &[("code", code)])
            .await
    }
}
