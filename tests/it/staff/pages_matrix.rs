//! Every page against everybody: it is read from the routes, so a new page without a row fails.

use super::matrix::cell;
use crate::security::csrf_forms::{group_page, verifier_page};
use crate::security::csrf_members::invited;
use crate::security::support_forms::open_request;
use crate::support::routes::routes_after;
use crate::support::*;

/// A row for each page about Acme, with what a super user who is its admin sees of it, another admin of it, a viewer of it,
/// the admin of another tenant, support staff, and a stranger: `+` the page, `-` 403, `0` as if it did not exist, `>` the
/// way to sign in. The last three need a link.
const MATRIX: &str = "
+ + + + + + /api/docs
+ + + + + + /login
+ + + + + + /login/code
+ + + + + + /report-leaked-key
+ + + + + > /
+ + + + + > /account
+ + + + + > /account/second-factor
+ + + + + > /jump
+ + + + 0 > /audit
+ + + + 0 > /audit.csv
+ + + + 0 > /audit.ndjson
+ + + + 0 > /authorization-groups
+ + + + 0 > /authorization-groups/summary
+ + + + 0 > /first-steps
+ + + + 0 > /integrations
+ + + + 0 > /integrations/access-request
+ + + + 0 > /integrations/{slug}
+ + + + 0 > /projects
+ + + + 0 > /tenant-api-keys
+ + + + 0 > /tenant-api-keys/limit-request
+ + + + 0 > /usage
+ + + + 0 > /usage/explanation
+ + + + 0 > /usage/keys
+ + + + 0 > /usage/requests
+ + + + 0 > /usage/requests.csv
+ + + + 0 > /usage/requests.ndjson
+ + + 0 0 > /projects/{project}/integrations
+ + + 0 0 > /projects/{project}/integrations/{slug}
+ + + 0 0 > /tenant-api-keys/{id}
+ + - + 0 > /authorization-groups/new
+ + - + 0 > /integrations/{slug}/credentials/new
+ + - + 0 > /integrations/{slug}/switch-off
+ + - + 0 > /integrations/{slug}/switch-on
+ + - + 0 > /members
+ + - + 0 > /projects/new
+ + - + 0 > /settings
+ + - + 0 > /support-access
+ + - + 0 > /tenant-api-keys/new
+ + - 0 0 > /authorization-groups/{id}/deletion
+ + - 0 0 > /authorization-groups/{id}/edit
+ + - 0 0 > /integrations/{slug}/credentials/{id}/promotion
+ + - 0 0 > /integrations/{slug}/credentials/{id}/removal
+ + - 0 0 > /members/invitations/{id}
+ + - 0 0 > /members/{id}/removal
+ + - 0 0 > /members/{id}/second-factor
+ + - 0 0 > /projects/{id}/edit
+ + - 0 0 > /projects/{project}/integrations/{slug}/credentials/new
+ + - 0 0 > /projects/{project}/integrations/{slug}/credentials/{id}/promotion
+ + - 0 0 > /projects/{project}/integrations/{slug}/credentials/{id}/removal
+ + - 0 0 > /projects/{project}/integrations/{slug}/override-removal
+ + - 0 0 > /tenant-api-keys/{id}/confirmation
+ + - 0 0 > /tenant-api-keys/{id}/deletion
+ + - 0 0 > /tenant-api-keys/{id}/disclosure
+ + - 0 0 > /tenant-api-keys/{id}/edit
+ + - 0 0 > /tenant-api-keys/{id}/revocation
+ + - 0 0 > /tenant-api-keys/{id}/rotation
+ + - 0 0 > /tenant-api-keys/{id}/rotation/cancellation
+ + - 0 0 > /tenant-api-keys/{id}/rotation/end
+ 0 0 0 + > /support/audit
+ 0 0 0 + > /support/audit.csv
+ 0 0 0 + > /support/audit.ndjson
+ 0 0 0 + > /support/explain
+ 0 0 0 + > /support/leaked-keys
+ 0 0 0 + > /support/nodes
+ 0 0 0 + > /support/requests
+ 0 0 0 + > /support/rollouts
+ 0 0 0 + > /support/tenants
+ 0 0 0 + > /support/tenants/{id}
+ 0 0 0 + > /support/tenants/{id}/access
+ 0 0 0 + > /support/tenants/{id}/access-refusal
+ 0 0 0 + > /support/tenants/{id}/limit
+ 0 0 0 + > /support/tenants/{id}/limit-refusal
+ 0 0 0 + > /support/tenants/{id}/limit-request
+ 0 0 0 + > /support/tenants/{id}/plan
+ 0 0 0 0 > /support/tenants/new
+ 0 0 0 0 > /support/tenants/{id}/deletion
+ 0 0 0 0 > /support/tenants/{id}/first-link
+ 0 0 0 0 > /support/tenants/{id}/name
+ 0 0 0 0 > /support/tenants/{id}/suspension
+ 0 0 0 0 > /verifiers
+ 0 0 0 0 > /verifiers/{id}/revocation
+ 0 0 0 0 > /verifiers/{id}/rotation
+ 0 0 0 0 > /verifiers/{id}/rotation/end
0 0 0 0 + > /support/tenants/{id}/look
0 0 0 0 0 0 /invitation
0 0 0 0 0 0 /password-reset
0 0 0 0 0 0 /password-reset/request
0 0 0 0 0 0 /setup
";

/// An admin of Acme who is nothing else.
const ADA: &str = "ada@acme.test";

/// Things of Acme, by what stands before their id in an address.
pub(super) fn things(app: &App) -> Vec<(&'static str, String)> {
    app.give_integrations("Acme");
    app.give_integrations("Globex");
    open_request(app);
    app.open_access_request("Acme");
    let id = |page: String| page.split('/').nth(2).unwrap().to_owned();
    let vera = "SELECT id AS t FROM users WHERE name = 'Vera Viewer'";
    let vera = direct::text(&app.db, vera);
    let project = app.add_project("Acme", "Smart metering");
    let credential = |of: Option<&str>| app.save_credential("Acme", of, "openai", true);
    vec![
        (
            "/tenant-api-keys/{id}",
            app.issue_recoverable("Acme", "Payroll").id,
        ),
        (
            "/authorization-groups/{id}",
            id(group_page(app, "Edited", "edit")),
        ),
        (
            "/projects/{project}/integrations/{slug}/credentials/{id}",
            credential(Some(&project)),
        ),
        ("/projects/{id}", project),
        ("/verifiers/{id}", id(verifier_page(app, "rotation"))),
        ("/integrations/{slug}/credentials/{id}", credential(None)),
        (
            "/support/tenants/{id}/first-link",
            app.add_tenant("Initech").to_string(),
        ),
        ("/support/tenants/{id}", app.tenant("Acme").to_string()),
        (
            "/members/invitations/{id}",
            invited(app, "new@x.test").to_string(),
        ),
        ("/members/{id}", vera),
    ]
}

/// An address of Acme's.
pub(super) fn filled(things: &[(&str, String)], path: &str) -> String {
    let of = |start: &str| {
        things
            .iter()
            .find(|(place, _)| *place == start)
            .unwrap()
            .1
            .clone()
    };
    let thing = things.iter().find(|(place, _)| path.starts_with(place));
    let id = thing.map(|(_, id)| id.as_str()).unwrap_or_default();
    let path = path.replace("{slug}", "openai").replace("{id}", id);
    path.replace("{project}", &of("/projects/{id}"))
}

#[actix_web::test]
async fn each_page_is_shown_to_whom_it_shall_be() {
    let app = App::start().await;
    app.hire_sam();
    let ada = app.member_of_acme(ADA);
    app.sql(&format!(
        "UPDATE memberships SET role = 'admin' WHERE user_id = '{ada}'"
    ));
    let things = things(&app);
    let mut everybody = [
        app.sign_in(ALICE).await,
        app.sign_in(ADA).await,
        app.sign_in(VERA).await,
        app.sign_in(BOB).await,
        app.sign_in(SAM).await,
        app.visitor(),
    ];
    let tables = [
        "fn pages(",
        "fn of_people(",
        "fn of_integrations(",
        "fn support(",
    ];
    let pages = tables.into_iter().flat_map(routes_after);
    let mut observed = Vec::new();
    for (_, path) in pages.filter(|(method, _)| method == "PAGE" || method == "GET") {
        let url = filled(&things, path);
        assert!(!url.contains(['{', '}']), "of what is {url}?");
        let mut row = Vec::new();
        for person in &mut everybody {
            row.push(cell(&person.get(&url).await));
        }
        observed.push(format!("{} {path}", row.join(" ")));
    }
    observed.sort();
    assert_eq!(observed.join("\n"), MATRIX.trim());
}
