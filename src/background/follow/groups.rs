//! What the keys of a group share. A change of a group, or of its tenant, is applied to that alone, however many keys there are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::{Follower, Turn};
use crate::db;
use crate::domain::Result;
use crate::domain::id::{GroupId, ProjectId, TenantId};
use crate::verify::entry::{Grants, Group};

/// Groups by id: loading a million keys reads each once.
pub(super) type Groups = HashMap<GroupId, KnownGroup>;

/// A group that has keys, as the index knows it.
pub(super) struct KnownGroup {
    tenant: TenantId,
    /// Its scopes as stored.
    scopes: String,
    grants: Arc<Grants>,
    /// What its keys share, by their project.
    shared: HashMap<Option<ProjectId>, Arc<Group>>,
}

/// A group as a row of the database shows it.
pub(super) struct Shown<'a> {
    pub(super) tenant: TenantId,
    pub(super) id: GroupId,
    pub(super) name: &'a str,
    pub(super) scopes: &'a str,
    pub(super) tenant_suspended: bool,
    /// The revision that is being applied.
    pub(super) rev: i64,
}

impl KnownGroup {
    fn new(shown: &Shown<'_>) -> Result<Self> {
        Ok(Self {
            tenant: shown.tenant,
            scopes: shown.scopes.to_owned(),
            grants: Arc::new(shown.grants()?),
            shared: HashMap::new(),
        })
    }

    /// True when it is a group of this tenant.
    pub(super) fn is_of(&self, tenant: TenantId) -> bool {
        self.tenant == tenant
    }

    fn shows(&self, shown: &Shown<'_>) -> bool {
        self.scopes == shown.scopes
            && self.grants.name == shown.name
            && self.grants.tenant_suspended == shown.tenant_suspended
    }

    /// Takes over what is shown, for all of its keys.
    fn renew(&mut self, shown: &Shown<'_>) -> Result<()> {
        let grants = shown.grants()?;
        shown.scopes.clone_into(&mut self.scopes);
        self.give(grants);
        Ok(())
    }

    fn give(&mut self, grants: Grants) {
        self.grants = Arc::new(grants);
        for group in self.shared.values() {
            group.set_grants(&self.grants);
        }
    }
}

impl Shown<'_> {
    fn grants(&self) -> Result<Grants> {
        Ok(Grants {
            name: self.name.to_owned(),
            scopes: db::groups::read_scopes(self.id, self.scopes)?,
            tenant_suspended: self.tenant_suspended,
            rev: self.rev,
        })
    }
}

/// What the keys of a group share that belong to the same project. One that is shown otherwise than it was known is renewed.
pub(super) fn share(
    groups: &mut Groups,
    shown: &Shown<'_>,
    project: Option<ProjectId>,
) -> Result<Arc<Group>> {
    let known = match groups.entry(shown.id) {
        Entry::Vacant(place) => place.insert(KnownGroup::new(shown)?),
        Entry::Occupied(place) => {
            let known = place.into_mut();
            if !known.shows(shown) {
                known.renew(shown)?;
            }
            known
        }
    };
    let group = known.shared.entry(project).or_insert_with(|| {
        let grants = Arc::clone(&known.grants);
        Arc::new(Group::new(shown.id, shown.tenant, project, grants))
    });
    Ok(Arc::clone(group))
}

impl Follower {
    /// Takes groups over. Of one without keys nothing needs to be known.
    pub(super) fn put_groups(
        &self,
        turn: Turn,
        rows: &[db::groups::Group],
        rev: i64,
    ) -> Result<()> {
        self.step(turn, |state| {
            for row in rows {
                let Some(known) = state.groups.get_mut(&row.id) else {
                    continue;
                };
                known.renew(&Shown {
                    tenant: row.tenant_id,
                    id: row.id,
                    name: &row.name,
                    scopes: row.scopes.text(),
                    tenant_suspended: known.grants.tenant_suspended,
                    rev,
                })?;
            }
            Ok(())
        })
    }

    /// Suspends the keys of a tenant, or resumes them.
    pub(super) fn put_tenant(
        &self,
        turn: Turn,
        tenant: TenantId,
        tenant_suspended: bool,
        rev: i64,
    ) -> Result<()> {
        self.step(turn, |state| {
            let of_tenant = |known: &&mut KnownGroup| known.is_of(tenant);
            for known in state.groups.values_mut().filter(of_tenant) {
                let before = Grants::clone(&known.grants);
                known.give(Grants {
                    tenant_suspended,
                    rev,
                    ..before
                });
            }
            Ok(())
        })
    }
}
