//! Who looks after a key, as the keys' table and those of people tell.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::connection::MultiBackend;
use super::schema::{api_keys as keys, memberships, users};
use super::{Conn, rows};
use crate::domain::Result;
use crate::domain::id::{KeyId, TenantId, UserId};
use crate::domain::owner::Owner;
use crate::domain::role::Role;

#[diesel::dsl::auto_type]
fn owner_name() -> _ {
    users::table
        .filter(users::id.nullable().eq(keys::owner_id))
        .select(users::name)
        .single_value()
}

#[diesel::dsl::auto_type]
fn owner_email() -> _ {
    users::table
        .filter(users::id.nullable().eq(keys::owner_id))
        .select(users::email)
        .single_value()
}

#[diesel::dsl::auto_type]
fn owner_role() -> _ {
    memberships::table
        .filter(memberships::user_id.nullable().eq(keys::owner_id))
        .filter(memberships::tenant_id.eq(keys::tenant_id))
        .select(memberships::role)
        .single_value()
}

/// The owner as part of a key's row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys, check_for_backend(MultiBackend))]
pub struct Stored {
    owner_id: Option<UserId>,
    owner_text: String,
    #[diesel(select_expression = owner_name(), select_expression_type = owner_name)]
    name: Option<String>,
    #[diesel(select_expression = owner_email(), select_expression_type = owner_email)]
    email: Option<String>,
    #[diesel(select_expression = owner_role(), select_expression_type = owner_role)]
    role: Option<Role>,
}

impl Stored {
    /// The person, if it is one.
    pub fn person(&self) -> Option<UserId> {
        self.owner_id
    }

    /// What the owner is found by.
    pub fn words(&self) -> String {
        match self.get() {
            Owner::Person { name, email, .. } => format!("{name} {email}"),
            other => other.typed().to_owned(),
        }
    }

    /// The owner.
    pub fn get(&self) -> Owner {
        match (self.owner_id, &self.name, &self.email) {
            (Some(id), Some(name), Some(email)) => Owner::Person {
                id,
                name: name.clone(),
                email: email.clone(),
                is_member: self.role.is_some(),
            },
            _ if self.owner_text.is_empty() => Owner::Nobody,
            _ => Owner::Text(self.owner_text.clone()),
        }
    }
}

/// The owner on its way into a key's row.
#[derive(Debug, Clone, Default, Insertable, AsChangeset)]
#[diesel(table_name = keys, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Columns {
    owner_id: Option<UserId>,
    owner_text: String,
}

impl From<&Owner> for Columns {
    fn from(owner: &Owner) -> Self {
        match owner {
            Owner::Person { id, .. } => Self {
                owner_id: Some(*id),
                owner_text: String::new(),
            },
            other => Self {
                owner_id: None,
                owner_text: other.typed().to_owned(),
            },
        }
    }
}

/// A key that somebody looks after.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = keys)]
pub struct Owned {
    /// The key.
    pub id: KeyId,
    /// Its name.
    pub name: String,
}

/// The tenant's listed keys that a person looks after and that are not revoked, newest first.
pub fn keys_of(conn: &mut Conn, tenant: TenantId, person: UserId) -> Result<Vec<Owned>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::owner_id.eq(person))
        .filter(keys::deleted_at.is_null())
        .filter(keys::revoked_at.is_null())
        .order(keys::id.desc())
        .select(Owned::as_select());
    rows::load(conn, query)
}

/// How many listed keys that are not revoked each person of a tenant looks after.
pub fn counts(conn: &mut Conn, tenant: TenantId) -> Result<HashMap<UserId, i64>> {
    let query = keys::table
        .filter(keys::tenant_id.eq(tenant))
        .filter(keys::deleted_at.is_null())
        .filter(keys::revoked_at.is_null())
        .filter(keys::owner_id.is_not_null())
        .group_by(keys::owner_id)
        .select(OfOwner::as_select());
    let counts = rows::load(conn, query)?.into_iter();
    Ok(counts
        .filter_map(|of: OfOwner| Some((of.owner_id?, of.keys)))
        .collect())
}

/// How many keys somebody looks after.
#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct OfOwner {
    owner_id: Option<UserId>,
    #[diesel(select_expression = count_star())]
    keys: i64,
}
