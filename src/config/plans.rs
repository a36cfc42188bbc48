//! The plans of `keystead.toml`: `[[plan]]` with a name, a key limit and features.

use serde::Deserialize;
use toml::Spanned;

use crate::domain::key::DEFAULT_LIMIT;
use crate::domain::limits::HIGHEST;
use crate::domain::plan::{Plan, built_in};
use crate::domain::rollout::Feature;
use crate::domain::text_form::name_key;
use crate::domain::validate;

/// Most characters of a name.
const LONGEST: usize = 40;

/// The part of the file that is about plans; what else stands there is read elsewhere.
#[derive(Deserialize)]
struct FileText {
    #[serde(default)]
    plan: Vec<Spanned<PlanText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanText {
    name: Spanned<String>,
    key_limit: Option<Spanned<i64>>,
    #[serde(default)]
    features: Vec<Spanned<String>>,
}

/// The built-in plans, with those that this text adds or, by the same name, changes.
///
/// # Errors
/// "line 3: …", with what is wrong.
pub fn read(text: &str) -> Result<Vec<Plan>, String> {
    let line = |start: usize| text.get(..start).unwrap_or_default().matches('\n').count() + 1;
    let parsed: FileText = toml::from_str(text).map_err(|error| {
        let reason = error.message().replace("unknown field", "unknown member");
        let reason = reason.replace("missing field", "missing member");
        let reason = reason.split('\n').next().unwrap_or_default().to_owned();
        let start = error.span().unwrap_or_default().start;
        format!("line {}: {reason}", line(start))
    })?;
    let mut all = built_in();
    let mut named: Vec<String> = Vec::new();
    for one in parsed.plan {
        let one = one.into_inner();
        let wrong = |start: usize, why: String| format!("line {}: {why}", line(start));
        let start = one.name.span().start;
        let name = validate::name(one.name.get_ref(), LONGEST, "the name of a plan")
            .map_err(|why| wrong(start, why))?;
        let key = name_key(&name);
        if named.contains(&key) {
            return Err(wrong(start, format!("there are two plans \"{name}\"")));
        }
        let key_limit = match &one.key_limit {
            None => DEFAULT_LIMIT,
            Some(limit) if (1..=HIGHEST).contains(limit.get_ref()) => *limit.get_ref(),
            Some(limit) => {
                let why = format!("key_limit is a whole number from 1 to {HIGHEST}");
                return Err(wrong(limit.span().start, why));
            }
        };
        let mut features = Vec::new();
        for word in &one.features {
            let feature = Feature::parse(word.get_ref()).ok_or_else(|| {
                let why = format!(
                    "there is no feature \"{}\"; there is integrations",
                    word.get_ref()
                );
                wrong(word.span().start, why)
            })?;
            features.push(feature);
        }
        features.dedup();
        named.push(key.clone());
        let known = all.iter_mut().find(|known| name_key(&known.name) == key);
        let plan = Plan {
            name: known.as_ref().map_or(name, |known| known.name.clone()),
            key_limit,
            features,
        };
        match known {
            Some(known) => *known = plan,
            None => all.push(plan),
        }
    }
    Ok(all)
}
