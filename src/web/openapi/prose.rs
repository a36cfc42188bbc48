//! Doc comments as prose: what wraps in the source runs on in the document.

use utoipa::Modify;

use super::operations::operations;

/// Joins the lines.
pub struct Prose;

impl Modify for Prose {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (_, operation) in operations(document) {
            if let Some(text) = &mut operation.description {
                *text = text.replace('\n', " ");
            }
        }
    }
}
