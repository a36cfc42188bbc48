//! What the modifiers of the document go through.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;

/// Every operation, with its path.
pub fn operations(
    document: &mut utoipa::openapi::OpenApi,
) -> impl Iterator<Item = (&str, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let methods = [
            &mut item.get,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        methods
            .into_iter()
            .flatten()
            .map(move |operation| (path.as_str(), operation))
    })
}

/// Every operation that changes something: whoever holds a key makes it, or gives one up.
pub fn changes(document: &mut utoipa::openapi::OpenApi) -> impl Iterator<Item = &mut Operation> {
    document
        .paths
        .paths
        .values_mut()
        .flat_map(|item| [&mut item.post, &mut item.patch, &mut item.delete])
        .flatten()
        .filter(|operation| {
            let by = operation.security.as_ref();
            by.is_none_or(|by| !by.contains(&verifiers()))
        })
}

/// The credential of those who ask, and change nothing.
fn verifiers() -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], &str>("verifier", [])
}

/// Where errors are told in the words of OAuth.
pub const OAUTH: &str = "/oauth2/";
