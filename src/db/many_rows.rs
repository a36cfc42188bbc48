//! Rows that are written each second by the thousand.
//!
//! Diesel has the database read the text of a statement for many rows anew each time, which costs as much as storing
//! them. Here a statement has one of a few lengths, and each is prepared once.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};
use diesel::{QueryResult, RunQueryDsl};

use super::{Conn, dialect};
use crate::domain::Result;
use crate::domain::id::{CredentialId, KeyId, ProjectId, TenantId};

/// A row with its statement.
pub trait Row: 'static {
    /// What stands before the first row.
    fn insert() -> &'static str;

    /// What stands after the last row.
    fn conflict() -> &'static str;

    /// Binds every column, in the order of [`Row::insert`], with commas between them.
    ///
    /// # Errors
    /// Those of diesel.
    fn bind<'b, D>(&'b self, out: &mut AstPass<'_, 'b, D>) -> QueryResult<()>
    where
        D: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
        String: ToSql<Text, D>,
        KeyId: ToSql<Text, D>,
        CredentialId: ToSql<Text, D>,
        ProjectId: ToSql<Text, D>,
        TenantId: ToSql<Text, D>,
        i64: ToSql<BigInt, D>;
}

/// Makes a type a [`Row`] of a table: what is named in its statement and what is bound can't part.
macro_rules! row {
    ($row:ty, $table:literal, $conflict:literal, $first:ident: $kind:ident $(, $column:ident: $more:ident)* $(,)?) => {
        impl $crate::db::many_rows::Row for $row {
            fn insert() -> &'static str {
                concat!(
                    "INSERT INTO ", $table, " (", stringify!($first), $(", ", stringify!($column),)* ") VALUES "
                )
            }

            fn conflict() -> &'static str {
                $conflict
            }

            fn bind<'b, D>(
                &'b self,
                out: &mut diesel::query_builder::AstPass<'_, 'b, D>,
            ) -> diesel::QueryResult<()>
            where
                D: diesel::backend::Backend
                    + diesel::sql_types::HasSqlType<diesel::sql_types::Text>
                    + diesel::sql_types::HasSqlType<diesel::sql_types::BigInt>,
                String: diesel::serialize::ToSql<diesel::sql_types::Text, D>,
                $crate::domain::id::KeyId: diesel::serialize::ToSql<diesel::sql_types::Text, D>,
                $crate::domain::id::CredentialId: diesel::serialize::ToSql<diesel::sql_types::Text, D>,
                $crate::domain::id::ProjectId: diesel::serialize::ToSql<diesel::sql_types::Text, D>,
                $crate::domain::id::TenantId: diesel::serialize::ToSql<diesel::sql_types::Text, D>,
                i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, D>,
            {
                out.push_bind_param::<diesel::sql_types::$kind, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<diesel::sql_types::$more, _>(&self.$column)?;
                )*
                Ok(())
            }
        }
    };
}
pub(super) use row;

/// A statement for `N` rows.
struct Insert<'a, R, const N: usize>(&'a [R; N]);

impl<R: Row, const N: usize> QueryId for Insert<'_, R, N> {
    type QueryId = Insert<'static, R, N>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R: Row, const N: usize, D> QueryFragment<D> for Insert<'_, R, N>
where
    D: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    String: ToSql<Text, D>,
    KeyId: ToSql<Text, D>,
    CredentialId: ToSql<Text, D>,
    ProjectId: ToSql<Text, D>,
    TenantId: ToSql<Text, D>,
    i64: ToSql<BigInt, D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        out.push_sql(R::insert());
        for (place, row) in self.0.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { "), (" });
            row.bind(&mut out)?;
        }
        out.push_sql(")");
        out.push_sql(R::conflict());
        Ok(())
    }
}

impl<R, const N: usize, C> RunQueryDsl<C> for Insert<'_, R, N> {}

/// Writes rows: as many as fit into statements of the longest length, and so on.
///
/// # Errors
/// As the database reports them.
pub fn write<R: Row>(conn: &mut Conn, rows: &[R]) -> Result<()> {
    let rest = write_by::<R, 256>(conn, rows)?;
    let rest = write_by::<R, 32>(conn, rest)?;
    let rest = write_by::<R, 4>(conn, rest)?;
    write_by::<R, 1>(conn, rest)?;
    Ok(())
}

/// Writes rows by `N` and returns those that are left.
fn write_by<'a, R: Row, const N: usize>(conn: &mut Conn, rows: &'a [R]) -> Result<&'a [R]> {
    let (chunks, rest) = rows.as_chunks::<N>();
    for chunk in chunks {
        dialect::execute(conn, Insert(chunk))?;
    }
    Ok(rest)
}
