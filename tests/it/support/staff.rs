//! Somebody of the support staff.

use keystead::actions::supporters::{self, Supporter};

use super::browser_like::{Answer, Person};
use super::{App, PASSWORD, digest};

/// Of the support staff, once they are hired.
pub const SAM: &str = "sam@support.test";

impl App {
    /// Makes an account for Sam.
    pub fn hire_sam(&self) {
        let sam = Supporter::check("Sam Stone", SAM, PASSWORD).unwrap();
        let now = self.clock.now();
        self.db
            .write(|conn| supporters::create(conn, &sam, &digest(), now))
            .unwrap();
    }

    /// The id of Sam, who is hired if they are not yet.
    pub fn sam_id(&self) -> keystead::domain::id::UserId {
        let found = || {
            self.db
                .read(|conn| keystead::db::users::find_by_email(conn, SAM))
        };
        if found().unwrap().is_none() {
            self.hire_sam();
        }
        found().unwrap().unwrap().id
    }

    /// Sam asks Acme to look at it; gives the id of the question. Acme has agreed already if it is `granted`.
    pub fn sam_asks(&self, granted: bool) -> String {
        use keystead::db::support_grants;
        let (acme, sam, now) = (self.tenant("Acme"), self.sam_id(), self.clock.now());
        let asked = self.db.write(|conn| {
            support_grants::insert(conn, (acme, sam), ("Sam Stone", "Ticket"), now)?;
            let asked = support_grants::find_last(conn, acme, sam)?.unwrap();
            if granted {
                let until = now + chrono::TimeDelta::minutes(30);
                support_grants::set_granted(conn, asked.id, until)?;
            }
            Ok(asked.id.to_string())
        });
        asked.unwrap()
    }

    /// Sam, signed in.
    pub async fn sam(&self) -> Person {
        self.hire_sam();
        self.sign_in(SAM).await
    }

    /// A tenant whose first admin has not joined yet.
    pub fn add_tenant(&self, name: &str) -> keystead::domain::id::TenantId {
        let draft = keystead::domain::tenant::Draft {
            name: name.into(),
            plan: keystead::domain::plan::STANDARD.into(),
            limit: 10,
            email: "ida@initech.test".into(),
        };
        let by = keystead::domain::role::Overseer::Operator(self.clock.now());
        let made = self
            .db
            .write(|conn| keystead::actions::tenants::make(conn, &by, &draft));
        made.unwrap().0.id
    }

    /// Where support changes the limit of a tenant.
    pub fn limit_page(&self, tenant: &str) -> String {
        self.support_page(tenant, "limit")
    }

    /// Where support changes something else about a tenant.
    pub fn support_page(&self, tenant: &str, what: &str) -> String {
        format!("/support/tenants/{}/{what}", self.tenant(tenant))
    }

    /// Where support declines the request of a tenant.
    pub fn refusal_page(&self, tenant: &str) -> String {
        self.support_page(tenant, "limit-refusal")
    }

    /// What the form of support shows of a tenant's request.
    pub fn request_version(&self, tenant: &str) -> String {
        let id = self.tenant(tenant);
        let open = self
            .db
            .read(|conn| keystead::db::limit_requests::find_open(conn, id));
        keystead::actions::limits::version_of_request(open.unwrap().as_ref())
    }

    /// What the form of support shows of a tenant's access.
    pub fn access_version(&self, tenant: &str) -> String {
        let (id, feature) = (
            self.tenant(tenant),
            keystead::domain::rollout::Feature::Integrations,
        );
        let version = self.db.read(|conn| {
            let tenant = keystead::db::tenants::find(conn, id)?;
            keystead::actions::feature_switches::version(conn, &tenant, feature)
        });
        version.unwrap()
    }

    /// A tenant asks for integrations; gives what the forms of support then show.
    pub fn open_access_request(&self, tenant: &str) -> String {
        use keystead::db::access_requests;
        let feature = keystead::domain::rollout::Feature::Integrations;
        let (id, now) = (self.tenant(tenant), self.clock.now());
        let open = self.db.write(|conn| {
            access_requests::open(conn, id, feature, ("Payments", super::ALICE), now)?;
            access_requests::find_open(conn, id, feature)
        });
        keystead::actions::access_requests::version(open.unwrap().as_ref())
    }

    /// The limit that a tenant has.
    pub fn limit_of(&self, tenant: &str) -> i64 {
        let id = self.tenant(tenant);
        let found = self
            .db
            .read(|conn| keystead::db::tenants::find(conn, id))
            .unwrap();
        found.key_limit
    }
}

impl Person {
    /// Opens the page of a limit or of a refusal, and answers the request that it shows.
    pub async fn decide(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get(page).await;
        let [csrf, asked] = ["csrf", "asked"].map(|name| form.field(name));
        let seen = [("csrf", &*csrf), ("asked", &*asked)];
        self.post(page, &[&seen, fields].concat()).await
    }
}
