//! The one table of who may do what, as a whole: a cell that changes is seen here.

use keystead::domain::right::Right;
use keystead::domain::role::{AnyRole, allows};
use keystead::domain::scope::is_scope;

/// A row for each right: what a super user, support staff, a tenant admin and a tenant viewer may do, and the scope that a
/// key needs for it, `never` where none suffices. Super users are members of a tenant too, and have there what its role gives.
const TABLE: &str = "
- - + + SeeKeys api-keys:read
- - + - ChangeKeys api-keys:write
- - + - RevealSecrets never
- - + + SeeUsage never
- - + + SeeGroups authorization-groups:read
- - + - ChangeGroups authorization-groups:write
- - + + SeeProjects projects:read
- - + - ChangeProjects projects:write
- - + + SeeIntegrations integrations:read
- - + - ChangeIntegrations integrations:write
- - - - ResolveCredentials integrations:resolve
- - + + ReadAuditLog audit:read
- - + - SeeMembers never
- - + - ChangeMembers never
- - + - SeeSettings never
- - + - ChangeSettings never
- - + - AskSupport never
- - + - AdmitSupport never
+ + - - SeeTenants never
- + - - LookAtTenants never
+ + - - ChangeLimits never
+ + - - ChangePlans never
+ + - - ChangeFeatures never
+ + - - ContainKeys never
+ + - - ExplainRequests never
+ + - - ReadStaffLog never
+ - - - ReadInstallationLog never
+ - - - OverseeTenants never
+ - - - ChangeVerifiers never
";

#[test]
fn each_role_may_do_what_it_shall() {
    let rows = Right::ALL.iter().map(|right| {
        let cells = AnyRole::ALL.map(|role| if allows(role, *right) { "+" } else { "-" });
        let scope = right.scope().unwrap_or("never");
        format!("{} {right:?} {scope}", cells.join(" "))
    });
    assert_eq!(rows.collect::<Vec<_>>().join("\n"), TABLE.trim());
}

#[test]
fn each_scope_of_the_product_is_one_and_is_documented() {
    let told = std::fs::read_to_string("docs/API.md").unwrap();
    for scope in Right::ALL.iter().filter_map(|right| right.scope()) {
        assert!(is_scope(scope), "{scope}");
        assert!(told.contains(&format!("`{scope}`")), "{scope}");
    }
}
