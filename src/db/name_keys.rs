//! Names that are unique although no database compares them as people do: a column beside the name holds the
//! [`name_key`] or [`tenant_name_key`], with a unique index. Rows that have none yet, of an older server, get it at the
//! next start.

use std::fmt::Display;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::Conn;
use super::schema::{authorization_groups as groups, projects, tenants};
use crate::domain::Result;
use crate::domain::text_form::{name_key, tenant_name_key};

/// Stands between name and id in the keys of names that were the same before; no name has it.
const APART: char = '\n';

/// The key of what has shared its name since before: its own, and still found by the name.
pub(super) fn of_one(key: &str, id: impl Display) -> String {
    format!("{key}{APART}{id}")
}

/// Between which the keys are of those that have shared a name with others since before.
pub(super) fn apart(key: &str) -> (String, String) {
    (format!("{key}{APART}"), format!("{key}{APART}~"))
}

/// The condition that a row of this table has a name with this key.
macro_rules! is_named {
    ($table:ident, $key:expr) => {{
        let key = $key;
        let (from, to) = $crate::db::name_keys::apart(&key);
        let is_apart = $table::name_key.gt(from).and($table::name_key.lt(to));
        $table::name_key.eq(key).or(is_apart).assume_not_null()
    }};
}
pub(super) use is_named;

/// True when another row of the tenant has a name with the key of this one's.
macro_rules! is_taken {
    ($conn:expr, $table:ident, $row:expr) => {{
        let row = $row;
        let others = $table::table
            .filter($table::tenant_id.eq(row.tenant_id))
            .filter($table::id.ne(row.id))
            .filter($crate::db::name_keys::is_named!(
                $table,
                name_key(&row.name)
            ));
        diesel::select(diesel::dsl::exists(others)).get_result::<bool>($conn)
    }};
}
pub(super) use is_taken;

/// Fills in the keys that a table lacks, oldest row first; from the rows `$whose` a name of the tenant `$of` has to differ.
macro_rules! fill {
    ($conn:expr, $table:ident, $tenant:ident, $key_of:ident, |$of:ident| $whose:expr) => {{
        let query = $table::table
            .filter($table::name_key.is_null())
            .order(($table::created_at, $table::id))
            .select(($table::id, $table::$tenant, $table::name));
        let found: Vec<(String, String, String)> = query.load($conn)?;
        for (id, $of, name) in found {
            let plain = $key_of(&name);
            let same = $whose.filter($table::name_key.eq(&plain));
            let is_taken = diesel::select(exists(same)).get_result($conn)?;
            let key = if is_taken { of_one(&plain, &id) } else { plain };
            diesel::update($table::table.find(&id))
                .set($table::name_key.eq(key))
                .execute($conn)?;
        }
    }};
}

/// Fills in all that are lacking. Where the plain one is taken, the id is put behind it: names that were the same before
/// stay as they are.
pub(super) fn fill(conn: &mut Conn) -> Result<()> {
    fill!(conn, tenants, id, tenant_name_key, |_tenant| tenants::table);
    fill!(conn, groups, tenant_id, name_key, |tenant| {
        groups::table.filter(groups::tenant_id.eq(tenant))
    });
    fill!(conn, projects, tenant_id, name_key, |tenant| {
        projects::table.filter(projects::tenant_id.eq(tenant))
    });
    Ok(())
}
