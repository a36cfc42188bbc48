//! Which words members and parameters of the OpenAPI document take or give, where it is one of a few.

use serde_json::Value;
use utoipa::Modify;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{Object, RefOr, Schema};

use super::operations::operations;
use crate::domain::key::State;
use crate::domain::verdict::Code;
use crate::key_search::filter::Expiration;

/// Adds them to the document.
pub struct Words;

impl Modify for Words {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let (states, codes) = (State::ALL.map(State::as_str), Code::ALL.map(Code::as_str));
        let components = document.components.get_or_insert_default();
        if let Some(RefOr::T(Schema::Object(verdict))) = components.schemas.get_mut("Verdict") {
            tell_verdicts(verdict);
        }
        for (kind, schema) in &mut components.schemas {
            let RefOr::T(Schema::Object(object)) = schema else {
                continue;
            };
            for (name, member) in &mut object.properties {
                let words: &[&str] = match (kind.as_str(), name.as_str()) {
                    (_, "code") => &codes,
                    (_, "environment") => &["live", "test"],
                    (_, "ip_allowlist_mode") => &["off", "observe", "enforce"],
                    (_, "per") => &["second", "minute"],
                    ("Credential", "status") => &["current", "standby", "replaced"],
                    ("EffectiveCredential", "source") => {
                        &["project", "organization", "blocked", "not_set"]
                    }
                    ("ResolvedCredential", "source") => &["project", "organization"],
                    (_, "kind") => &["api_key", "oauth"],
                    ("Project", "status") => &["active", "archived"],
                    (_, "status") => &states,
                    _ => continue,
                };
                restrict(member, words);
            }
        }
        // A filter that is empty restricts nothing.
        let any_state = [&[""], &states[..]].concat();
        let expirations = Expiration::ALL.map(Expiration::as_str);
        for (_, operation) in operations(document) {
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else {
                    continue;
                };
                let words = match parameter.name.as_str() {
                    "status" => &any_state[..],
                    "expiration" => &expirations,
                    _ => continue,
                };
                if let Some(schema) = &mut parameter.schema {
                    restrict(schema, words);
                }
            }
        }
    }
}

/// Not every page about a schema shows its words, so the description of a verdict's code names them.
fn tell_verdicts(verdict: &mut Object) {
    if let Some(RefOr::T(Schema::Object(code))) = verdict.properties.get_mut("code") {
        let [valid, reasons @ ..] = Code::ALL.map(|code| format!("`{}`", code.as_str()));
        let reasons = reasons.join(", ");
        code.description = Some(format!("{valid}, or the reason: {reasons}."));
    }
}

/// Leaves numbers of the same name alone.
fn restrict(member: &mut RefOr<Schema>, words: &[&str]) {
    let RefOr::T(Schema::Object(member)) = member else {
        return;
    };
    let or_null = match &member.schema_type {
        SchemaType::Type(Type::String) => None,
        SchemaType::Array(types) if types.contains(&Type::String) => Some(Value::Null),
        _ => return,
    };
    let words = words.iter().map(|&word| Value::from(word));
    member.enum_values = Some(words.chain(or_null).collect());
}
