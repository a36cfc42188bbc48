//! Where an answer of the API leads: what can be done next with what was just made.

use utoipa::Modify;
use utoipa::openapi::RefOr;
use utoipa::openapi::link::LinkBuilder;

use super::operations::operations;

/// Each creation, and the operations that take the id in its answer.
const LINKS: [(&str, &[&str]); 5] = [
    (
        "createKey",
        &[
            "getKey",
            "updateKey",
            "rotateKey",
            "disableKey",
            "enableKey",
            "revokeKey",
        ],
    ),
    (
        "createAuthorizationGroup",
        &[
            "getAuthorizationGroup",
            "updateAuthorizationGroup",
            "deleteAuthorizationGroup",
        ],
    ),
    (
        "createProject",
        &[
            "getProject",
            "updateProject",
            "archiveProject",
            "restoreProject",
        ],
    ),
    (
        "createCredential",
        &["makeCredentialCurrent", "removeCredential"],
    ),
    (
        "createProjectCredential",
        &["makeProjectCredentialCurrent", "removeProjectCredential"],
    ),
];

/// Adds them to the document.
pub struct Links;

impl Modify for Links {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (_, operation) in operations(document) {
            let source = operation.operation_id.as_deref();
            let Some((_, targets)) = LINKS.iter().find(|(name, _)| source == Some(name)) else {
                continue;
            };
            if let Some(RefOr::T(made)) = operation.responses.responses.get_mut("201") {
                for target in *targets {
                    let link = LinkBuilder::new()
                        .operation_id(*target)
                        .parameter("id", "$response.body#/id");
                    made.links.insert((*target).into(), RefOr::T(link.build()));
                }
            }
        }
    }
}
