//! Every form about integrations, filled in rightly.

use super::csrf_forms::Try;
use crate::support::*;

/// The organisation's forms and those of a project.
pub fn tries(app: &App) -> Vec<Try> {
    app.give_integrations("Acme");
    let shop = app.add_project("Acme", "Integrated");
    let of_shop = format!("/projects/{shop}/integrations");
    let form = |route, page: &str, action: String, fields: &[(&'static str, &str)]| Try {
        route,
        page: page.into(),
        action,
        fields: fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    };
    let kept = |project: Option<&str>, slug: &str, verb: &str| {
        let next = app.save_credential("Acme", project, slug, false);
        let list = project.map_or("/integrations".into(), |_| of_shop.clone());
        format!("{list}/{slug}/credentials/{next}/{verb}")
    };
    app.save_credential("Acme", None, "anthropic", true);
    app.save_credential("Acme", Some(&shop), "anthropic", true);
    let secret = [(
        "fields.api_key",
        "sk-planted-000000000000000000000000000000000000",
    )];
    let (all, of_project) = ("/integrations", of_shop.as_str());
    let one = |list: &str, rest: &str| format!("{list}/openai/{rest}");
    vec![
        form(
            "/integrations/{slug}/credentials",
            all,
            one(all, "credentials"),
            &secret,
        ),
        form(
            "/integrations/{slug}/credentials/test",
            all,
            one(all, "credentials/test"),
            &[("fields.api_key", "short")],
        ),
        form(
            "/projects/{project}/integrations/{slug}/credentials/test",
            of_project,
            one(of_project, "credentials/test"),
            &[("fields.api_key", "short")],
        ),
        form(
            "/integrations/{slug}/credentials/{id}/promotion",
            all,
            kept(None, "anthropic", "promotion"),
            &[],
        ),
        form(
            "/integrations/{slug}/credentials/{id}/removal",
            all,
            kept(None, "anthropic", "removal"),
            &[],
        ),
        form(
            "/integrations/{slug}/switch-off",
            all,
            one(all, "switch-off"),
            &[("credentials", "keep")],
        ),
        form(
            "/integrations/{slug}/switch-on",
            all,
            one(all, "switch-on"),
            &[],
        ),
        form(
            "/projects/{project}/integrations/{slug}/credentials",
            of_project,
            one(of_project, "credentials"),
            &secret,
        ),
        form(
            "/projects/{project}/integrations/{slug}/credentials/{id}/promotion",
            of_project,
            kept(Some(&shop), "anthropic", "promotion"),
            &[],
        ),
        form(
            "/projects/{project}/integrations/{slug}/credentials/{id}/removal",
            of_project,
            kept(Some(&shop), "anthropic", "removal"),
            &[],
        ),
        form(
            "/projects/{project}/integrations/{slug}/block",
            of_project,
            one(of_project, "block"),
            &[],
        ),
        form(
            "/projects/{project}/integrations/{slug}/block/removal",
            of_project,
            one(of_project, "block/removal"),
            &[],
        ),
        form(
            "/projects/{project}/integrations/{slug}/override-removal",
            of_project,
            one(of_project, "override-removal"),
            &[],
        ),
    ]
}
