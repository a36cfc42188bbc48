//! The forms of a key's life, for the attacks on every form.

use super::csrf_forms::Try;
use crate::support::*;

/// Switching and rotating a key, in an order in which each is possible.
pub fn life_of_a_key(app: &App) -> Vec<Try> {
    let key = app.issue("Acme", "Switched");
    let [once, again] = ["a", "b"].map(|letter| letter.repeat(64));
    let form = |route: &'static str, fields: &[(&'static str, &str)]| Try {
        route,
        page: "/tenant-api-keys".into(),
        action: route.replace("{id}", &key.id),
        fields: fields.iter().map(|one| (one.0, one.1.into())).collect(),
    };
    let rotation = |word: &str| {
        form(
            "/tenant-api-keys/{id}/rotation",
            &[("grace", "1h"), ("idempotency_key", word)],
        )
    };
    let extended = [("grace", "7d")];
    vec![
        form("/tenant-api-keys/{id}/suspension", &[]),
        form("/tenant-api-keys/{id}/suspension/removal", &[]),
        rotation(&once),
        form("/tenant-api-keys/{id}/rotation/extension", &extended),
        form("/tenant-api-keys/{id}/rotation/cancellation", &[]),
        rotation(&again),
        form("/tenant-api-keys/{id}/rotation/end", &[]),
    ]
}
