//! Where answers tell the revision of a change: in a header always, and in the object that was changed.

use std::collections::BTreeSet;

use utoipa::Modify;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{Content, Object, ObjectBuilder, RefOr, Response, Schema};

use super::operations::changes;
use crate::web::revision;

/// Adds them to the document.
pub struct Revisions;

const IN_HEADER: &str = "The revision that this change made, or rests on";
const IN_OBJECT: &str = "The revision that this change made, or rests on: send it as `at_least` with a question. Only in the answer to a change.";

impl Modify for Revisions {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut shown = BTreeSet::new();
        for operation in changes(document) {
            for response in successes(operation) {
                let header = HeaderBuilder::new()
                    .description(Some(IN_HEADER))
                    .schema(Some(number().build()));
                let name = "Keystead-Revision".to_owned();
                response.headers.insert(name, RefOr::T(header.build()));
                shown.extend(response.content.values().filter_map(shown_in));
            }
        }
        let components = document.components.get_or_insert_default();
        for name in shown {
            if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name) {
                add_member(object);
            }
        }
    }
}

fn successes(operation: &mut Operation) -> impl Iterator<Item = &mut Response> {
    let responses = operation.responses.responses.iter_mut();
    responses.filter_map(|(status, response)| match response {
        RefOr::T(response) if status.starts_with('2') => Some(response),
        _ => None,
    })
}

/// The name of what an answer shows.
fn shown_in(body: &RefOr<Content>) -> Option<String> {
    let RefOr::T(body) = body else {
        return None;
    };
    match &body.schema {
        Some(RefOr::Ref(one)) => one.ref_location.rsplit('/').next().map(str::to_owned),
        _ => None,
    }
}

fn add_member(object: &mut Object) {
    let member = number().description(Some(IN_OBJECT));
    let member = Schema::Object(member.build());
    object
        .properties
        .insert(revision::MEMBER.into(), RefOr::T(member));
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
}
