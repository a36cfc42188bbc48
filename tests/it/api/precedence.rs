//! Any sequence of changes, at both levels and in both environments, against a model of the rule.

use std::collections::{BTreeMap, BTreeSet};

use keystead::domain::rollout::Switch;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};

use super::integrations::{INTEGRATIONS, of_project};
use crate::support::system::System;
use crate::support::*;

/// A project, or none for the organisation.
type Level = Option<usize>;

/// What is true, as a reader of the rule would write it down.
#[derive(Default)]
struct Model {
    kept: BTreeMap<(Level, &'static str), String>,
    on: bool,
    blocked: BTreeSet<usize>,
    archived: BTreeSet<usize>,
    is_off: bool,
}

impl Model {
    fn effective(&self, project: usize, environment: &'static str) -> String {
        let own = self.kept.get(&(Some(project), environment));
        let shared = self.kept.get(&(None, environment)).filter(|_| self.on);
        match (own, self.blocked.contains(&project), shared) {
            _ if self.is_off => "about:blank".into(),
            _ if self.archived.contains(&project) => "project-archived".into(),
            (Some(own), _, _) => format!("project: {own}"),
            (None, true, _) => "credential-blocked".into(),
            (None, false, Some(shared)) => format!("organization: {shared}"),
            (None, false, None) => "credential-not-set".into(),
        }
    }

    /// True when this may be changed.
    fn is_open(&self, level: Level) -> bool {
        level.is_none_or(|project| !self.archived.contains(&project))
    }

    fn forget(&mut self, level: Level, environment: &'static str) {
        self.kept.remove(&(level, environment));
        let has_shared = self.kept.keys().any(|(level, _)| level.is_none());
        self.on = self.on && has_shared;
    }
}

struct World {
    system: System,
    projects: Vec<String>,
    random: StdRng,
    model: Model,
    step: usize,
}

impl World {
    fn level(&mut self) -> Level {
        let one = self.random.random_range(0..=self.projects.len());
        (one > 0).then(|| one - 1)
    }

    fn environment(&mut self) -> &'static str {
        if self.random.random() { "live" } else { "test" }
    }

    fn path(&self, level: Level) -> String {
        match level {
            None => format!("{INTEGRATIONS}/stripe"),
            Some(project) => of_project(&self.projects[project], "stripe"),
        }
    }

    async fn credentials(&self, level: Level) -> Vec<Value> {
        let shown = self.system.get(&self.path(level)).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        shown.json()["credentials"].as_array().unwrap().clone()
    }

    /// Saves a credential, at once or by way of one that stands by.
    async fn set(&mut self, level: Level, environment: &'static str) {
        let secret = format!("sk_{environment}_0000000000000000{:06}", self.step);
        let stands_by = self.random.random::<bool>();
        let body = json!({
            "fields": { "secret_key": secret }, "environment": environment, "current": !stands_by,
        });
        let credentials = format!("{}/credentials", self.path(level));
        let saved = self.system.post(&credentials, body).await;
        if !self.model.is_open(level) {
            saved.problem(409);
            return;
        }
        assert_eq!(saved.status, 201, "{}", saved.body);
        if stands_by {
            self.check().await;
            let id = saved.json()["id"].as_str().unwrap().to_owned();
            let made = format!("{credentials}/{id}/make-current");
            let made = self.system.post(&made, json!({})).await;
            assert_eq!(made.status, 200, "{}", made.body);
        }
        self.model.kept.insert((level, environment), secret);
        self.model.on |= level.is_none();
        // What was replaced matters to nobody, and only so many are kept.
        for one in self.credentials(level).await {
            if one["status"] == "replaced" {
                self.delete(level, &one).await;
            }
        }
    }

    async fn delete(&self, level: Level, credential: &Value) -> u16 {
        let id = credential["id"].as_str().unwrap();
        let path = format!("{}/credentials/{id}", self.path(level));
        self.system.delete(&path).await.status
    }

    async fn remove(&mut self, level: Level, environment: &'static str) {
        let current =
            |one: &&Value| one["status"] == "current" && one["environment"] == environment;
        let all = self.credentials(level).await;
        let Some(current) = all.iter().find(current) else {
            assert!(!self.model.kept.contains_key(&(level, environment)));
            return;
        };
        let status = self.delete(level, current).await;
        if self.model.is_open(level) {
            assert_eq!(status, 204);
            self.model.forget(level, environment);
        } else {
            assert_eq!(status, 409);
        }
    }

    async fn toggle(&mut self) {
        let on = self.random.random::<bool>();
        let destroy = !on && self.random.random_ratio(1, 4);
        let body = json!({ "enabled": on, "destroy_credentials": destroy });
        let answer = self.system.patch(&self.path(None), body).await;
        let has_shared = self.model.kept.keys().any(|(level, _)| level.is_none());
        if on && !has_shared {
            answer.problem(409);
            return;
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.model.on = on;
        if destroy {
            self.model.kept.retain(|(level, _), _| level.is_some());
        }
    }

    async fn block(&mut self, project: usize) {
        let blocked = self.random.random::<bool>();
        let body = json!({ "inherits": !blocked });
        let answer = self.system.patch(&self.path(Some(project)), body).await;
        if !self.model.is_open(Some(project)) {
            answer.problem(409);
            return;
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        if blocked {
            self.model.blocked.insert(project);
        } else {
            self.model.blocked.remove(&project);
        }
    }

    async fn archive(&mut self, project: usize) {
        let (verb, id) = if self.model.archived.remove(&project) {
            ("restore", &self.projects[project])
        } else {
            self.model.archived.insert(project);
            ("archive", &self.projects[project])
        };
        let path = format!("/api/v1/projects/{id}/{verb}");
        assert_eq!(self.system.post(&path, json!({})).await.status, 200);
    }

    /// The tenant does not have the feature any more: nothing is given and nothing changes. Then it has it again.
    async fn lose_it_for_a_moment(&mut self, app: &App) {
        app.switch_integrations("Acme", Switch::Off);
        self.model.is_off = true;
        self.check().await;
        let level = self.level();
        let body = match level {
            None => json!({ "enabled": false }),
            Some(_) => json!({ "inherits": false }),
        };
        self.system
            .patch(&self.path(level), body)
            .await
            .problem(403);
        app.switch_integrations("Acme", Switch::On);
        self.model.is_off = false;
    }

    /// Every project and environment gets what the model says.
    async fn check(&self) {
        for (place, project) in self.projects.iter().enumerate() {
            for environment in ["live", "test"] {
                let path = format!(
                    "{}/credential?environment={environment}",
                    of_project(project, "stripe")
                );
                let answer = self
                    .system
                    .request(Method::GET, &path)
                    .send()
                    .await
                    .unwrap();
                let body: Value = answer.json().await.unwrap();
                let found = match body["source"].as_str() {
                    Some(source) => {
                        format!(
                            "{source}: {}",
                            body["fields"]["secret_key"].as_str().unwrap()
                        )
                    }
                    None => {
                        let kind = body["type"].as_str().unwrap();
                        kind.trim_start_matches("/api/docs#problem-").to_owned()
                    }
                };
                let expected = self.model.effective(place, environment);
                assert_eq!(found, expected, "step {}, project {place}", self.step);
            }
        }
    }
}

#[actix_web::test]
async fn any_sequence_of_changes_leaves_what_the_rule_says() {
    let app = App::start().await;
    app.give_integrations("Acme");
    // The third one never has anything of its own: nothing is ever done to it by name.
    let projects = ["Shop", "Depot", "Empty"].map(|name| app.add_project("Acme", name));
    let mut world = World {
        system: app.system(&app.issue("Acme", "Admin").secret),
        projects: projects[..2].to_vec(),
        random: StdRng::seed_from_u64(20_261_120),
        model: Model::default(),
        step: 0,
    };
    for step in 0..120 {
        world.step = step;
        let (level, environment) = (world.level(), world.environment());
        match (world.random.random_range(0..11), level) {
            (10, _) => world.lose_it_for_a_moment(&app).await,
            (0..4, _) => world.set(level, environment).await,
            (4..6, _) => world.remove(level, environment).await,
            (6, _) | (_, None) => world.toggle().await,
            (7 | 8, Some(project)) => world.block(project).await,
            (_, Some(project)) => world.archive(project).await,
        }
        world.projects.push(projects[2].clone());
        world.check().await;
        world.projects.pop();
    }
}
