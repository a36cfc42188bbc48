//! What the modifiers of the document go through.

use utoipa::openapi::path::Operation;

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

/// Where errors are told in the words of OAuth.
pub const OAUTH: &str = "/oauth2/";
