//! Pages and deeds that Ctrl K knows: by their names, and by words that people bring along from elsewhere.

use crate::domain::right::Right;
use crate::domain::text_form::folded;

/// Where somebody may go.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// What it is called.
    pub label: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Other words for it.
    words: &'static str,
    /// Its address.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What going there needs; nothing for whoever is signed in.
    needs: Option<Right>,
}

const fn place(
    [label, about, words]: [&'static str; 3],
    href: &'static str,
    icon: &'static str,
    needs: Option<Right>,
) -> Place {
    Place {
        label,
        about,
        words,
        href,
        icon,
        needs,
    }
}

const KEYS: &str = "/tenant-api-keys";

/// In the order in which they are offered.
static PLACES: [Place; 30] = [
    place(
        [
            "API Keys",
            "All keys",
            "list tokens credentials secrets overview home",
        ],
        KEYS,
        "key-round",
        Some(Right::SeeKeys),
    ),
    place(
        [
            "Generate API key",
            "A new key",
            "create new add make issue token",
        ],
        "/tenant-api-keys/new",
        "plus",
        Some(Right::ChangeKeys),
    ),
    place(
        [
            "Rotate a key",
            "Choose it in the list",
            "regenerate renew roll replace secret change",
        ],
        KEYS,
        "rotate-cw",
        Some(Right::ChangeKeys),
    ),
    place(
        [
            "Disable a key",
            "Choose it in the list",
            "deactivate suspend pause switch off enable",
        ],
        KEYS,
        "lock",
        Some(Right::ChangeKeys),
    ),
    place(
        [
            "Revoke a key",
            "Choose it in the list",
            "delete remove block leaked compromised",
        ],
        KEYS,
        "ban",
        Some(Right::ChangeKeys),
    ),
    place(
        [
            "Set-up",
            "From nothing to the first request",
            "start begin first steps onboarding getting started quickstart",
        ],
        "/first-steps",
        "list",
        Some(Right::SeeUsage),
    ),
    place(
        [
            "Members",
            "Who is in this organization",
            "people users invite invitation colleague team role admin viewer remove",
        ],
        "/members",
        "users",
        Some(Right::SeeMembers),
    ),
    place(
        [
            "Usage",
            "Requests and refusals",
            "statistics metrics chart traffic analytics",
        ],
        "/usage",
        "chart-no-axes-column",
        Some(Right::SeeUsage),
    ),
    place(
        [
            "Request log",
            "Each request with a key",
            "logs history activity calls",
        ],
        "/usage/requests",
        "scroll-text",
        Some(Right::SeeUsage),
    ),
    place(
        [
            "Explain a request",
            "Why it was refused",
            "denied 401 403 debug reason",
        ],
        "/usage/explanation",
        "search",
        Some(Right::SeeUsage),
    ),
    place(
        [
            "Authorization groups",
            "What keys may do",
            "scopes permissions roles rights",
        ],
        "/authorization-groups",
        "lock",
        Some(Right::SeeGroups),
    ),
    place(
        [
            "New authorization group",
            "A named set of scopes",
            "create add scopes permissions",
        ],
        "/authorization-groups/new",
        "plus",
        Some(Right::ChangeGroups),
    ),
    place(
        [
            "Projects",
            "Parts of this tenant",
            "teams workspaces apps archive restore rename",
        ],
        "/projects",
        "layout-grid",
        Some(Right::SeeProjects),
    ),
    place(
        [
            "New project",
            "A part of this tenant",
            "create add team workspace app",
        ],
        "/projects/new",
        "plus",
        Some(Right::ChangeProjects),
    ),
    place(
        [
            "Integrations",
            "Credentials for other services",
            "third party secrets connectors stripe ask for access enterprise",
        ],
        "/integrations",
        "plug",
        Some(Right::SeeIntegrations),
    ),
    place(
        [
            "Request a higher limit",
            "More keys for this tenant",
            "quota increase raise",
        ],
        "/tenant-api-keys/limit-request",
        "arrow-up",
        Some(Right::AskSupport),
    ),
    place(
        [
            "Audit log",
            "Who changed what",
            "history events activity trail compliance export",
        ],
        "/audit",
        "file-text",
        Some(Right::ReadAuditLog),
    ),
    place(
        [
            "Settings",
            "Of this tenant",
            "options preferences configuration recoverable",
        ],
        "/settings",
        "settings",
        Some(Right::SeeSettings),
    ),
    place(
        [
            "Verifiers",
            "Servers that ask about keys",
            "gateways tokens introspection",
        ],
        "/verifiers",
        "shield-check",
        Some(Right::ChangeVerifiers),
    ),
    place(
        [
            "Tenants",
            "Limits and requests for more",
            "customers organizations support view",
        ],
        "/support/tenants",
        "building-2",
        Some(Right::SeeTenants),
    ),
    place(
        [
            "Waiting requests",
            "Tenants that want more keys or a feature",
            "queue limit access support open",
        ],
        "/support/tenants?sort=waiting",
        "clock",
        Some(Right::SeeTenants),
    ),
    place(
        [
            "Limit requests",
            "Tenants that want more keys, and what was written",
            "queue thread answer ask back open",
        ],
        "/support/requests",
        "clock",
        Some(Right::SeeTenants),
    ),
    place(
        [
            "Explain a request",
            "Why it was refused, by its id",
            "request id why denied verdict 401 403",
        ],
        "/support/explain",
        "search",
        Some(Right::ExplainRequests),
    ),
    place(
        [
            "Found keys",
            "Whose key somebody found",
            "leaked leak paste lookup owner contain exposed",
        ],
        "/support/leaked-keys",
        "key-round",
        Some(Right::ContainKeys),
    ),
    place(
        [
            "Roll-outs",
            "Which part of the tenants has a feature",
            "percentage features flags enterprise integrations",
        ],
        "/support/rollouts",
        "arrow-up",
        Some(Right::ChangeFeatures),
    ),
    place(
        [
            "Servers",
            "Which answer, and how far each is",
            "nodes cluster instances health lease revision lag replicas",
        ],
        "/support/nodes",
        "server",
        Some(Right::SeeTenants),
    ),
    place(
        [
            "Audit log of staff",
            "What staff did, and to whom",
            "history who when looked changed refused installation",
        ],
        "/support/audit",
        "file-text",
        Some(Right::ReadStaffLog),
    ),
    place(
        [
            "Your account",
            "Name, password, sessions",
            "profile me change password sign out everywhere log",
        ],
        "/account",
        "user-round",
        None,
    ),
    place(
        [
            "Second factor",
            "A code after the password",
            "2fa mfa totp authenticator two-factor otp recovery codes account",
        ],
        "/account/second-factor",
        "shield-check",
        None,
    ),
    place(
        [
            "API reference",
            "REST API for systems",
            "docs documentation openapi swagger help developers",
        ],
        "/api/docs",
        "book-open",
        None,
    ),
];

impl Place {
    /// Each word typed begins a word of it.
    fn fits(&self, typed: &str) -> bool {
        let own = folded(&format!("{} {}", self.label, self.words));
        let typed = folded(typed);
        typed
            .split_whitespace()
            .all(|typed| own.split_whitespace().any(|word| word.starts_with(typed)))
    }
}

/// Places that fit what was typed, for somebody who `may` go there.
pub fn find(typed: &str, may: impl Fn(Right) -> bool) -> Vec<&'static Place> {
    PLACES
        .iter()
        .filter(|place| place.needs.is_none_or(&may) && place.fits(typed))
        .collect()
}
