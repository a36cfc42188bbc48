//! Every form against everybody.

use crate::security::csrf_forms::{Try, tries};
use crate::security::support_forms::looks;
use crate::security::{csrf_integrations, csrf_members};
use crate::support::browser_like::{Answer, Person};
use crate::support::*;

/// A row for each route, with what becomes of a request about Acme by a super user who is its admin, another admin of it,
/// a viewer of it, the admin of another tenant, support staff, and a stranger: `+` it is done or shown, `~` refused for
/// what is in it or for the state of things, `-` 403, `0` as if it did not exist, `>` sent to sign in.
/// Where a tenant has no integrations, its admin is told so with 403, and one that has them can't ask for them, with 409;
/// `/logout` leads to the sign-in page too.
const MATRIX: &str = "
+ + + + + > /account/display
+ + + + + > /account/name
+ + + + + > /account/password
+ + + + + > /account/second-factor
+ + + + + > /account/second-factor/confirmation
+ + + + + > /account/sessions/removal
+ + + + + > /jump
+ + + + + > /theme
+ + + + 0 > /tenant-api-keys/lookup
+ + + + 0 > /tenant-api-keys/search
+ + + 0 0 > /tenant
+ + - + 0 > /authorization-groups
+ + - + 0 > /integrations/access-request/withdrawal
+ + - + 0 > /members/invitations
+ + - + 0 > /projects
+ + - + 0 > /settings
+ + - + 0 > /tenant-api-keys
+ + - + 0 > /tenant-api-keys/edit-validation
+ + - + 0 > /tenant-api-keys/limit-request
+ + - + 0 > /tenant-api-keys/limit-request/withdrawal
+ + - + 0 > /tenant-api-keys/validation
+ + - - 0 > /integrations/{slug}/credentials
+ + - - 0 > /integrations/{slug}/credentials/test
+ + - - 0 > /integrations/{slug}/credentials/{id}/promotion
+ + - - 0 > /integrations/{slug}/credentials/{id}/removal
+ + - - 0 > /integrations/{slug}/switch-off
+ + - - 0 > /integrations/{slug}/switch-on
+ + - - 0 > /projects/{project}/integrations/{slug}/block
+ + - - 0 > /projects/{project}/integrations/{slug}/block/removal
+ + - - 0 > /projects/{project}/integrations/{slug}/credentials
+ + - - 0 > /projects/{project}/integrations/{slug}/credentials/{id}/promotion
+ + - - 0 > /projects/{project}/integrations/{slug}/credentials/{id}/removal
+ + - - 0 > /projects/{project}/integrations/{slug}/override-removal
+ + - 0 0 > /authorization-groups/{id}/deletion
+ + - 0 0 > /authorization-groups/{id}/edit
+ + - 0 0 > /members/invitations/{id}/renewal
+ + - 0 0 > /members/invitations/{id}/withdrawal
+ + - 0 0 > /members/{id}/removal
+ + - 0 0 > /members/{id}/reset-link
+ + - 0 0 > /members/{id}/role
+ + - 0 0 > /members/{id}/second-factor
+ + - 0 0 > /projects/{id}/archival
+ + - 0 0 > /projects/{id}/archival/removal
+ + - 0 0 > /projects/{id}/edit
+ + - 0 0 > /projects/{project}/integrations/{slug}/credentials/test
+ + - 0 0 > /support-access/{id}/grant
+ + - 0 0 > /support-access/{id}/refusal
+ + - 0 0 > /support-access/{id}/removal
+ + - 0 0 > /tenant-api-keys/{id}/allowlist
+ + - 0 0 > /tenant-api-keys/{id}/deletion
+ + - 0 0 > /tenant-api-keys/{id}/disclosure
+ + - 0 0 > /tenant-api-keys/{id}/edit
+ + - 0 0 > /tenant-api-keys/{id}/revocation
+ + - 0 0 > /tenant-api-keys/{id}/rotation
+ + - 0 0 > /tenant-api-keys/{id}/rotation/cancellation
+ + - 0 0 > /tenant-api-keys/{id}/rotation/end
+ + - 0 0 > /tenant-api-keys/{id}/rotation/extension
+ + - 0 0 > /tenant-api-keys/{id}/suspension
+ + - 0 0 > /tenant-api-keys/{id}/suspension/removal
+ + - ~ 0 > /tenant-api-keys/batch
+ + - ~ 0 > /tenant-api-keys/batch-plan
+ + - ~ 0 > /tenant-api-keys/limit-request/messages
+ + 0 0 0 > /account/sessions/{id}/removal
+ + ~ ~ ~ > /account/email
+ + ~ ~ ~ > /account/second-factor/recovery-codes
+ + ~ ~ ~ > /account/second-factor/removal
+ 0 0 0 + > /support/explain
+ 0 0 0 + > /support/leaked-keys
+ 0 0 0 + > /support/leaked-keys/containment
+ 0 0 0 + > /support/rollouts
+ 0 0 0 + > /support/tenants/{id}/access
+ 0 0 0 + > /support/tenants/{id}/access-refusal
+ 0 0 0 + > /support/tenants/{id}/limit
+ 0 0 0 + > /support/tenants/{id}/limit-refusal
+ 0 0 0 + > /support/tenants/{id}/limit-request
+ 0 0 0 + > /support/tenants/{id}/plan
+ 0 0 0 0 > /support/tenants
+ 0 0 0 0 > /support/tenants/{id}/deletion
+ 0 0 0 0 > /support/tenants/{id}/deletion/removal
+ 0 0 0 0 > /support/tenants/{id}/first-link
+ 0 0 0 0 > /support/tenants/{id}/name
+ 0 0 0 0 > /support/tenants/{id}/suspension
+ 0 0 0 0 > /support/tenants/{id}/suspension/removal
+ 0 0 0 0 > /verifiers
+ 0 0 0 0 > /verifiers/{id}/revocation
+ 0 0 0 0 > /verifiers/{id}/rotation
+ 0 0 0 0 > /verifiers/{id}/rotation/end
+ ~ - + 0 > /integrations/access-request
0 0 0 0 + > /support/tenants/{id}/look
0 0 0 0 + > /support/tenants/{id}/look/entry
0 0 0 0 + > /support/tenants/{id}/look/removal
> > > > > > /logout
";

/// Every form, with what it needs to be possible.
pub fn forms(app: &App) -> Vec<Try> {
    let revocable = app.issue("Acme", "Revocable");
    let deletable = app.issue("Acme", "Deletable");
    app.alter_key(&deletable, "revoked_at = '2026-11-20 11:00:00'");
    let recoverable = app.issue_recoverable("Acme", "Recoverable");
    let mut forms = csrf_integrations::tries(app);
    forms.extend(csrf_members::tries(app));
    forms.extend(tries(app, &revocable, &deletable, &recoverable));
    forms.extend(looks(app));
    forms
}

pub fn cell(answer: &Answer) -> String {
    let place = answer.header("location");
    match answer.status {
        403 => "-",
        404 => "0",
        303 if place.starts_with("/login?next") || place == "/login" => ">",
        200 | 201 | 303 => "+",
        400 | 401 | 409 | 422 => "~",
        odd => return odd.to_string(),
    }
    .into()
}

/// Forms that everybody may send who has the link, an account, or a key.
pub const FOR_STRANGERS: [&str; 6] = [
    "/login",
    "/login/code",
    "/invitation",
    "/password-reset",
    "/password-reset/request",
    "/report-leaked-key",
];

/// Somebody, and where their own pages begin.
struct Sender {
    email: Option<&'static str>,
    home: &'static str,
    person: Person,
}

impl Sender {
    async fn new(app: &App, email: Option<&'static str>, home: &'static str) -> Self {
        let person = enter(app, email).await;
        Self {
            email,
            home,
            person,
        }
    }

    async fn send(&mut self, app: &App, form: &Try) -> String {
        // Some forms end the session.
        if self.person.get("/account").await.status != 200 {
            self.person = enter(app, self.email).await;
        }
        let token = self.person.token(self.home).await;
        let mut fields: Vec<(&str, &str)> = vec![("csrf", &token)];
        fields.extend(form.fields.iter().map(|(name, value)| (*name, &**value)));
        cell(&self.person.post(&form.action, &fields).await)
    }
}

async fn enter(app: &App, email: Option<&str>) -> Person {
    match email {
        Some(email) => app.sign_in(email).await,
        None => app.visitor(),
    }
}

/// Every form that needs somebody, with what becomes of it when each of them sends it in turn.
async fn column(app: &App, mut senders: Vec<Sender>) -> Vec<(&'static str, Vec<String>)> {
    let mut rows = Vec::new();
    for form in forms(app) {
        if FOR_STRANGERS.contains(&form.route) {
            continue;
        }
        let mut row = Vec::new();
        for sender in &mut senders {
            row.push(sender.send(app, &form).await);
        }
        rows.push((form.route, row));
    }
    rows
}

#[actix_web::test]
async fn each_form_is_open_to_whom_it_shall_be() {
    let keys = "/tenant-api-keys";
    // Those who may change things have a server of their own: what one did is not done again by the other.
    let app = App::start().await;
    let super_user = Sender::new(&app, Some(ALICE), keys).await;
    let mut rows = column(&app, vec![super_user]).await;
    let app = App::start().await;
    app.sql(&format!(
        "UPDATE users SET super_user = FALSE WHERE email = '{ALICE}'"
    ));
    let admin = Sender::new(&app, Some(ALICE), keys).await;
    let of_admin = column(&app, vec![admin]).await;
    let app = App::start().await;
    app.hire_sam();
    let others = vec![
        Sender::new(&app, Some(VERA), keys).await,
        Sender::new(&app, Some(BOB), keys).await,
        Sender::new(&app, Some(SAM), "/support/tenants").await,
        Sender::new(&app, None, "/login").await,
    ];
    let of_others = column(&app, others).await;
    for (row, more) in rows.iter_mut().zip(of_admin.into_iter().zip(of_others)) {
        assert_eq!([more.0.0, more.1.0], [row.0; 2]);
        row.1.extend(more.0.1.into_iter().chain(more.1.1));
    }
    let mut observed: Vec<String> = rows
        .into_iter()
        .map(|(route, cells)| format!("{} {route}", cells.join(" ")))
        .collect();
    observed.sort();
    observed.dedup();
    assert_eq!(observed.join("\n"), MATRIX.trim());
}
