//! `/api/docs`: the OpenAPI document as a page, without a script from anywhere else.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value, json};

use super::failure::Answer;
use super::media_type::{FORM, JSON};
use super::openapi;
use super::respond::page;
use super::samples::{self, Sample};
use super::shell::theme;
use super::state::{State, block};
use crate::domain::excess::Excess;
use crate::domain::{Conflict, Error, Result};

struct Parameter {
    name: String,
    place: String,
    required: bool,
    kind: String,
    description: String,
}

struct AnswerView {
    status: String,
    description: String,
    body: String,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    auth: String,
    parameters: Vec<Parameter>,
    body: String,
    answers: Vec<AnswerView>,
    curl: String,
}

struct SchemaView {
    name: String,
    fields: Vec<Parameter>,
}

#[derive(Template)]
#[template(path = "docs/show.html")]
struct ApiDocsPage {
    theme: &'static str,
    version: String,
    base_url: String,
    samples: [Sample; 4],
    intro: Vec<String>,
    operations: Vec<Operation>,
    schemas: Vec<SchemaView>,
    conflicts: Vec<Conflict>,
    excesses: [Excess; 2],
}

/// `GET /api/docs`.
///
/// # Errors
/// None in practice.
pub async fn show(request: HttpRequest, state: web::Data<State>) -> Answer<HttpResponse> {
    let (theme, base_url) = (theme(&request), state.site.base_url.clone());
    let view = block(move || ApiDocsPage::new(theme, base_url)).await?;
    page(StatusCode::OK, view).await
}

impl ApiDocsPage {
    fn new(theme: &'static str, base_url: String) -> Result<Self> {
        let document = openapi::document(&base_url);
        let document = serde_json::to_value(document).map_err(Error::internal)?;
        let schemas = &document["components"]["schemas"];
        let mut operations = Vec::new();
        for (path, methods) in members(&document["paths"]) {
            for method in ["get", "post", "patch", "delete"] {
                if let Some(operation) = methods.get(method) {
                    operations.push(read_operation(&base_url, path, method, operation, schemas));
                }
            }
        }
        let intro = [
            "Every answer is JSON, and every error a problem document (RFC 9457) whose detail is a sentence for people.",
            "Send a key as Authorization: Bearer, or as X-API-Key; never in the URL, and never both.",
            "Questions about keys need the token of a verifier, which a super user makes under Verifiers, or the command keystead verifier create.",
            "Every answer to a change tells its revision. Send it as at_least with a question, and no server answers by the state before.",
            "503 means that this node can't be sure: deny, wait for Retry-After, ask again. It never means that a key is wrong.",
        ];
        let version = document["info"]["version"].as_str().unwrap_or_default();
        Ok(Self {
            theme,
            version: version.to_owned(),
            samples: samples::first_call(&base_url),
            base_url,
            intro: intro.map(str::to_owned).to_vec(),
            operations,
            conflicts: Conflict::of_api(),
            excesses: Excess::ALL,
            schemas: members(schemas)
                .map(|(name, schema)| SchemaView {
                    name: name.clone(),
                    fields: fields(schema),
                })
                .collect(),
        })
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

fn read_operation(
    base_url: &str,
    path: &str,
    method: &str,
    operation: &Value,
    schemas: &Value,
) -> Operation {
    let example = |content: &Value, kind: &str| {
        let schema = &content["content"][kind]["schema"];
        if schema.is_null() {
            String::new()
        } else {
            pretty(&example_of(schema, schemas, 0))
        }
    };
    let body = example(&operation["requestBody"], JSON);
    let form = &operation["requestBody"]["content"][FORM]["schema"];
    let takes_token = !form.is_null();
    let answers = members(&operation["responses"])
        .map(|(status, answer)| AnswerView {
            status: status.clone(),
            description: text(&answer["description"]),
            body: if status.starts_with('2') {
                example(answer, JSON)
            } else {
                String::new()
            },
        })
        .collect();
    let credential = Credential::of(&operation["security"]);
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        auth: credential.words().to_owned(),
        parameters: operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(parameter)
            .collect(),
        curl: curl(base_url, path, method, &credential, &body, takes_token),
        body,
        answers,
    }
}

/// What an operation wants to see before it answers.
enum Credential {
    Key,
    Verifier,
    Nothing,
}

impl Credential {
    fn of(security: &Value) -> Self {
        let offered = |name: &str| {
            let schemes = security.as_array().into_iter().flatten();
            schemes
                .filter_map(Value::as_object)
                .any(|scheme| scheme.contains_key(name))
        };
        if offered("verifier") {
            Self::Verifier
        } else if offered("bearer") {
            Self::Key
        } else {
            Self::Nothing
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Key => "API key",
            Self::Verifier => "Verifier token",
            Self::Nothing => "No credential",
        }
    }

    /// The shell variable that holds it in examples.
    fn variable(&self) -> Option<&'static str> {
        match self {
            Self::Key => Some(samples::VARIABLE),
            Self::Verifier => Some(samples::VERIFIER_VARIABLE),
            Self::Nothing => None,
        }
    }
}

fn parameter(value: &Value) -> Parameter {
    Parameter {
        name: text(&value["name"]),
        place: text(&value["in"]),
        required: value["required"].as_bool().unwrap_or(false),
        kind: kind(&value["schema"]),
        description: text(&value["description"]),
    }
}

fn fields(schema: &Value) -> Vec<Parameter> {
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|list| list.iter().any(|item| item == name))
    };
    members(&schema["properties"])
        .map(|(name, field)| Parameter {
            name: name.clone(),
            place: String::new(),
            required: required(name),
            kind: kind(field),
            // A member that is an object or null describes the object.
            description: text(
                [&field["description"], &field["oneOf"][0]["description"]]
                    .into_iter()
                    .find(|text| !text.is_null())
                    .unwrap_or(&Value::Null),
            ),
        })
        .collect()
}

fn kind(schema: &Value) -> String {
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", kind_of_items(schema)),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let words: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        _ if schema["oneOf"].is_array() => {
            let choices = schema["oneOf"].as_array().into_iter().flatten();
            choices.map(kind).collect::<Vec<_>>().join(" or ")
        }
        _ => name_of(schema).unwrap_or_default().to_owned(),
    }
}

/// The object that a reference leads to.
fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn kind_of_items(schema: &Value) -> String {
    kind(&schema["items"])
}

/// An example from a schema's own examples, or from its types.
fn example_of(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if let Some(name) = name_of(schema) {
        return if depth < 4 {
            example_of(&schemas[name], schemas, depth + 1)
        } else {
            Value::Null
        };
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    match kinds.first().copied() {
        // An object or nothing: the object says more.
        _ if schema["oneOf"].is_array() => example_of(&schema["oneOf"][0], schemas, depth),
        _ if kinds.contains(&"null") => Value::Null,
        Some("object") => {
            let pairs = members(&schema["properties"]);
            Value::Object(
                pairs
                    .map(|(name, field)| (name.clone(), example_of(field, schemas, depth + 1)))
                    .collect(),
            )
        }
        Some("array") => json!([example_of(&schema["items"], schemas, depth + 1)]),
        Some("boolean") => json!(true),
        Some("integer") => json!(0),
        _ => json!("…"),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn curl(
    base_url: &str,
    path: &str,
    method: &str,
    credential: &Credential,
    body: &str,
    takes_token: bool,
) -> String {
    let method = match method {
        "get" => String::new(),
        other => format!("-X {} ", other.to_uppercase()),
    };
    let data = if takes_token {
        Some(format!("token=${}", samples::VARIABLE))
    } else {
        let body = serde_json::from_str::<Value>(body).ok();
        body.map(|value| value.to_string())
    };
    // A body that names a key comes over the pipe too.
    if let Some(data) = &data
        && (takes_token || data.contains(KEY))
    {
        let data = data.replace(KEY, &format!("${}", samples::VARIABLE));
        let target = format!("{method}{base_url}{path}");
        let kind = (!takes_token).then_some(JSON);
        return samples::from_pipe(&target, credential.variable(), kind, &data);
    }
    let (pipe, from_pipe) = match credential.variable() {
        Some(variable) => (samples::header(variable), "-H @- "),
        None => (String::new(), ""),
    };
    let mut lines = vec![format!("{pipe}curl {from_pipe}{method}{base_url}{path}")];
    if let Some(data) = data {
        lines.push("-H \"Content-Type: application/json\"".into());
        lines.push(format!("-d '{data}'"));
    }
    lines.join(" \\\n  ")
}

/// What the examples of bodies have in place of a key.
const KEY: &str = "ks_live_…";
