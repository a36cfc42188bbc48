//! Projects and credentials of third parties, straight into the database of a benchmark.

use std::path::Path;

use keystead::config::secret_file::SecretFile;
use keystead::db::connection::Source;
use keystead::db::credentials::Credential;
use keystead::db::secret_checks::{self, Kind};
use keystead::db::{self, Conn, Db};
use keystead::domain::Result;
use keystead::domain::envelope::Place;
use keystead::domain::environment::Environment;
use keystead::domain::id::{CredentialId, ProjectId, TenantId};
use keystead::domain::integration::Level;
use keystead::domain::master_key::MasterKeys;
use keystead::domain::plan::ENTERPRISE;
use keystead::domain::rollout::{Feature, Switch};
use keystead::domain::time::{Clock, Timestamp};

/// Projects in one transaction.
const COMMIT: usize = 500;

/// What a tenant gets.
pub struct Wanted<'a> {
    pub tenant: &'a str,
    pub projects: usize,
    /// Integrations of which each project has a credential of its own.
    pub own: &'a [String],
    /// Integrations of which the organisation shares one.
    pub shared: &'a [String],
}

struct Filler {
    keys: MasterKeys,
    tenant: TenantId,
    now: Timestamp,
}

/// Gives the tenant integrations, projects and credentials. No server may run on the database.
pub fn fill(source: Source, data: &Path, wanted: &Wanted<'_>) -> Vec<ProjectId> {
    let db = Db::open(source, 1).unwrap();
    let text = std::fs::read_to_string(data.join("master-key")).unwrap();
    let at_hand = SecretFile::parse(&text).unwrap().master_keys();
    let noted = db.read(|conn| secret_checks::list(conn, Kind::MasterKey));
    let tenant = db.read(|conn| db::tenants::find_by_name(conn, wanted.tenant));
    let filler = Filler {
        keys: MasterKeys::of(&at_hand, &noted.unwrap()),
        tenant: tenant.unwrap().id,
        now: Clock::System.now(),
    };
    db.write(|conn| {
        db::tenants::set_plan(conn, filler.tenant, ENTERPRISE)?;
        let on = Some(Switch::On);
        db::feature_switches::set(conn, filler.tenant, Feature::Integrations, on)?;
        let shared = wanted.shared.iter();
        shared
            .map(|slug| filler.credential(conn, Level::Organization, slug))
            .collect::<Result<Vec<()>>>()
    })
    .unwrap();
    let ids: Vec<ProjectId> = (0..wanted.projects).map(|_| ProjectId::new()).collect();
    for (turn, some) in ids.chunks(COMMIT).enumerate() {
        db.write(|conn| {
            for (place, id) in some.iter().enumerate() {
                filler.project(conn, *id, turn * COMMIT + place)?;
                for slug in wanted.own {
                    filler.credential(conn, Level::Project(*id), slug)?;
                }
            }
            Ok(())
        })
        .unwrap();
    }
    ids
}

impl Filler {
    fn project(&self, conn: &mut Conn, id: ProjectId, number: usize) -> Result<()> {
        let project = db::projects::Project {
            id,
            tenant_id: self.tenant,
            name: format!("Project {number}"),
            description: String::new(),
            created_at: self.now,
            archived_at: None,
        };
        db::projects::insert(conn, project)
    }

    fn credential(&self, conn: &mut Conn, level: Level, slug: &str) -> Result<()> {
        let integration = db::integrations::open(conn, self.tenant, level, slug)?;
        let id = CredentialId::new();
        let place = Place {
            tenant: self.tenant,
            project: level.project(),
            integration: slug,
            environment: Environment::Live,
            credential: id,
        };
        let secret = format!("{{\"api_key\":\"sk-{}\"}}", "0123456789".repeat(5));
        let envelope = self.keys.seal(&place, &secret)?;
        let credential = Credential {
            id,
            tenant_id: self.tenant,
            integration_id: integration.id,
            environment: Environment::Live,
            version: 1,
            name: "Version 1".into(),
            last4: "6789".into(),
            created_by: "benchmark".into(),
            created_at: self.now,
            expires_at: None,
            current_since: Some(self.now),
            replaced_at: None,
            refused_at: None,
            refused_in: None,
            damaged_at: None,
        };
        if level == Level::Organization {
            db::integrations::set_enabled(conn, integration.id, Some(self.now))?;
        }
        db::credentials::insert(conn, credential, envelope)
    }
}
