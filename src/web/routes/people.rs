//! The pages about people.

use actix_web::web::ServiceConfig;

use crate::web::account::{
    display, emails, factor_changes, names, page, passwords, reset_requests, resets, second_factor,
    sessions,
};
use crate::web::admin::{members, support_access};
use crate::web::leaked_keys;
use crate::web::route_lines::routes;

/// Who is in a tenant, how somebody joins, and one's own account.
pub fn of_people(scope: &mut ServiceConfig) {
    routes! { scope,
        "/members" => page members::list::index;
        "/members/invitations" => post members::invitations::create;
        "/members/invitations/{id}" => page members::invitations::show;
        "/members/invitations/{id}/renewal" => post members::invitations::renew;
        "/members/invitations/{id}/withdrawal" => post members::invitations::withdraw;
        "/members/{id}/role" => post members::roles::update;
        "/members/{id}/removal" => page members::removals::new, post members::removals::create;
        "/invitation" => page members::acceptances::new, post members::acceptances::create;
        "/members/{id}/reset-link" => post members::reset_links::create;
        "/members/{id}/second-factor" => page members::second_factors::new, post members::second_factors::destroy;
        "/tenant" => post members::tenants::update;
        "/account" => page page::index;
        "/account/name" => post names::update;
        "/account/display" => post display::update;
        "/account/email" => post emails::update;
        "/account/password" => post passwords::update;
        "/account/sessions/removal" => post sessions::end_others;
        "/account/sessions/{id}/removal" => post sessions::end_one;
        "/account/second-factor" => page second_factor::index, post second_factor::create;
        "/account/second-factor/confirmation" => post second_factor::confirm;
        "/account/second-factor/recovery-codes" => post factor_changes::renew_codes;
        "/account/second-factor/removal" => post factor_changes::destroy;
        "/password-reset" => page resets::new, post resets::create;
        "/password-reset/request" => page reset_requests::new, post reset_requests::create;
        "/support-access" => page support_access::index;
        "/support-access/{id}/grant" => post support_access::create;
        "/support-access/{id}/refusal" => post support_access::decline;
        "/support-access/{id}/removal" => post support_access::destroy;
        "/report-leaked-key" => page leaked_keys::new, post leaked_keys::create;
    };
}
