//! Pages and deeds that Ctrl K knows: by their names, and by words that people bring along from elsewhere.

/// Who can go somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Everybody who is signed in.
    Everybody,
    /// Whoever sees the pages of a tenant.
    Members,
    /// Whoever changes things in a tenant.
    Admins,
    /// Support staff and super users.
    Staff,
    /// Super users.
    SuperUsers,
}

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
    who: For,
}

const fn place(
    [label, about, words]: [&'static str; 3],
    href: &'static str,
    icon: &'static str,
    who: For,
) -> Place {
    Place {
        label,
        about,
        words,
        href,
        icon,
        who,
    }
}

const KEYS: &str = "/tenant-api-keys";

/// In the order in which they are offered.
static PLACES: [Place; 29] = [
    place(
        [
            "API Keys",
            "All keys",
            "list tokens credentials secrets overview home",
        ],
        KEYS,
        "key-round",
        For::Members,
    ),
    place(
        [
            "Generate API key",
            "A new key",
            "create new add make issue token",
        ],
        "/tenant-api-keys/new",
        "plus",
        For::Admins,
    ),
    place(
        [
            "Rotate a key",
            "Choose it in the list",
            "regenerate renew roll replace secret change",
        ],
        KEYS,
        "rotate-cw",
        For::Admins,
    ),
    place(
        [
            "Disable a key",
            "Choose it in the list",
            "deactivate suspend pause switch off enable",
        ],
        KEYS,
        "lock",
        For::Admins,
    ),
    place(
        [
            "Revoke a key",
            "Choose it in the list",
            "delete remove block leaked compromised",
        ],
        KEYS,
        "ban",
        For::Admins,
    ),
    place(
        [
            "Set-up",
            "From nothing to the first request",
            "start begin first steps onboarding getting started quickstart",
        ],
        "/first-steps",
        "list",
        For::Members,
    ),
    place(
        [
            "Members",
            "Who is in this organization",
            "people users invite invitation colleague team role admin viewer remove",
        ],
        "/members",
        "users",
        For::Admins,
    ),
    place(
        [
            "Usage",
            "Requests and refusals",
            "statistics metrics chart traffic analytics",
        ],
        "/usage",
        "chart-no-axes-column",
        For::Members,
    ),
    place(
        [
            "Request log",
            "Each request with a key",
            "logs history activity calls",
        ],
        "/usage/requests",
        "scroll-text",
        For::Members,
    ),
    place(
        [
            "Explain a request",
            "Why it was refused",
            "denied 401 403 debug reason",
        ],
        "/usage/explanation",
        "search",
        For::Members,
    ),
    place(
        [
            "Authorization groups",
            "What keys may do",
            "scopes permissions roles rights",
        ],
        "/authorization-groups",
        "lock",
        For::Members,
    ),
    place(
        [
            "New authorization group",
            "A named set of scopes",
            "create add scopes permissions",
        ],
        "/authorization-groups/new",
        "plus",
        For::Admins,
    ),
    place(
        [
            "Projects",
            "Parts of this tenant",
            "teams workspaces apps archive restore rename",
        ],
        "/projects",
        "layout-grid",
        For::Members,
    ),
    place(
        [
            "New project",
            "A part of this tenant",
            "create add team workspace app",
        ],
        "/projects/new",
        "plus",
        For::Admins,
    ),
    place(
        [
            "Integrations",
            "Credentials for other services",
            "third party secrets connectors stripe ask for access enterprise",
        ],
        "/integrations",
        "plug",
        For::Members,
    ),
    place(
        [
            "Request a higher limit",
            "More keys for this tenant",
            "quota increase raise",
        ],
        "/tenant-api-keys/limit-request",
        "arrow-up",
        For::Admins,
    ),
    place(
        [
            "Audit log",
            "Who changed what",
            "history events activity trail compliance export",
        ],
        "/audit",
        "file-text",
        For::Members,
    ),
    place(
        [
            "Settings",
            "Of this tenant",
            "options preferences configuration recoverable",
        ],
        "/settings",
        "settings",
        For::Admins,
    ),
    place(
        [
            "Verifiers",
            "Servers that ask about keys",
            "gateways tokens introspection",
        ],
        "/verifiers",
        "shield-check",
        For::SuperUsers,
    ),
    place(
        [
            "Tenants",
            "Limits and requests for more",
            "customers organizations support view",
        ],
        "/support/tenants",
        "building-2",
        For::Staff,
    ),
    place(
        [
            "Waiting requests",
            "Tenants that want more keys or a feature",
            "queue limit access support open",
        ],
        "/support/tenants?sort=waiting",
        "clock",
        For::Staff,
    ),
    place(
        [
            "Limit requests",
            "Tenants that want more keys, and what was written",
            "queue thread answer ask back open",
        ],
        "/support/requests",
        "clock",
        For::Staff,
    ),
    place(
        [
            "Explain a request",
            "Why it was refused, by its id",
            "request id why denied verdict 401 403",
        ],
        "/support/explain",
        "search",
        For::Staff,
    ),
    place(
        [
            "Found keys",
            "Whose key somebody found",
            "leaked leak paste lookup owner contain exposed",
        ],
        "/support/leaked-keys",
        "key-round",
        For::Staff,
    ),
    place(
        [
            "Roll-outs",
            "Which part of the tenants has a feature",
            "percentage features flags enterprise integrations",
        ],
        "/support/rollouts",
        "arrow-up",
        For::Staff,
    ),
    place(
        [
            "Audit log of staff",
            "What staff did, and to whom",
            "history who when looked changed refused installation",
        ],
        "/support/audit",
        "file-text",
        For::Staff,
    ),
    place(
        [
            "Your account",
            "Name, password, sessions",
            "profile me change password sign out everywhere log",
        ],
        "/account",
        "user-round",
        For::Everybody,
    ),
    place(
        [
            "Second factor",
            "A code after the password",
            "2fa mfa totp authenticator two-factor otp recovery codes account",
        ],
        "/account/second-factor",
        "shield-check",
        For::Everybody,
    ),
    place(
        [
            "API reference",
            "REST API for systems",
            "docs documentation openapi swagger help developers",
        ],
        "/api/docs",
        "book-open",
        For::Everybody,
    ),
];

impl Place {
    /// Each word typed begins a word of it.
    fn fits(&self, typed: &str) -> bool {
        let own = format!("{} {}", self.label, self.words).to_lowercase();
        let typed = typed.to_lowercase();
        typed
            .split_whitespace()
            .all(|typed| own.split_whitespace().any(|word| word.starts_with(typed)))
    }
}

/// Places that fit what was typed, for somebody who is all of this.
pub fn find(typed: &str, is: &[For]) -> Vec<&'static Place> {
    PLACES
        .iter()
        .filter(|place| is.contains(&place.who) && place.fits(typed))
        .collect()
}
