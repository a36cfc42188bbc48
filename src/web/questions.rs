//! Which requests ask about keys: the way they are answered is shorter, and their host name is not ours to check.

/// Envoy asks below this path. What follows the scope, and the query, are the client's.
pub const EXT_AUTHZ: &str = "/ext-authz/";

/// Where verifiers and gateways ask about keys.
pub fn is_question(path: &str) -> bool {
    is_of_gateway(path) || path.starts_with("/api/v1/verify") || path == "/oauth2/introspect"
}

/// Where gateways ask.
pub fn is_of_gateway(path: &str) -> bool {
    path == "/forward-auth" || path.starts_with(EXT_AUTHZ)
}

/// Where systems ask for a third party's credential, each time they need it.
pub fn is_of_credential(path: &str) -> bool {
    path.starts_with("/api/v1/projects/") && path.ends_with("/credential")
}
