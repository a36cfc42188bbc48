//! Reading rows. One that can't be read is an error that says where it lies: table, column and id.

use std::any::type_name;
use std::error::Error;
use std::fmt::Display;

use diesel::deserialize::{self, FromSqlRow, QueryableByName};
use diesel::dsl::{AsSelect, Limit};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LimitDsl;
use diesel::result::DeserializeFieldError;
use diesel::row::NamedRow;
use diesel::sql_types::{Text, Untyped};

use super::Conn;
use super::connection::MultiBackend;
use crate::domain::{self, Result};

/// Every row of a query that selects `T::as_select()`. The first column of `T` is the id of its row.
///
/// # Errors
/// As the database reports them; `Internal` when a row can't be read.
pub fn load<T, Q>(conn: &mut Conn, query: Q) -> Result<Vec<T>>
where
    T: Selectable<MultiBackend> + 'static,
    Located<T>: QueryableByName<MultiBackend>,
    Q: Query<SqlType = AsSelect<T, MultiBackend>> + QueryFragment<MultiBackend> + QueryId,
{
    // Each is unwrapped as it comes, so that there is no second list.
    let rows =
        Reading(query).load_iter::<Located<T>, diesel::connection::DefaultLoadingMode>(conn)?;
    Ok(rows
        .map(|row| row.map(|row| row.0))
        .collect::<QueryResult<_>>()?)
}

/// The first row of such a query.
///
/// # Errors
/// As [`load`]; `NotFound` when there is none.
pub fn first<T, Q>(conn: &mut Conn, query: Q) -> Result<T>
where
    T: Selectable<MultiBackend> + 'static,
    Located<T>: QueryableByName<MultiBackend>,
    Q: LimitDsl,
    Limit<Q>: Query<SqlType = AsSelect<T, MultiBackend>> + QueryFragment<MultiBackend> + QueryId,
{
    let row: Located<T> = Reading(query.limit(1)).get_result(conn)?;
    Ok(row.0)
}

/// As [`first`], where it is no error that there is none.
///
/// # Errors
/// As [`load`].
pub fn first_if_any<T, Q>(conn: &mut Conn, query: Q) -> Result<Option<T>>
where
    T: Selectable<MultiBackend> + 'static,
    Located<T>: QueryableByName<MultiBackend>,
    Q: LimitDsl,
    Limit<Q>: Query<SqlType = AsSelect<T, MultiBackend>> + QueryFragment<MultiBackend> + QueryId,
{
    let row: Option<Located<T>> = Reading(query.limit(1)).get_result(conn).optional()?;
    Ok(row.map(|row| row.0))
}

/// A query whose rows are read as [`Located`].
struct Reading<Q>(Q);

impl<Q: QueryId> QueryId for Reading<Q> {
    type QueryId = Reading<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Reading<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// Diesel shows a row with its names only to who asks for no types; they are asked for in [`Located`].
impl<Q> Query for Reading<Q> {
    type SqlType = Untyped;
}

impl<Q> RunQueryDsl<Conn> for Reading<Q> {}

/// What was read of a row.
pub struct Located<T>(T);

impl<T, E> QueryableByName<MultiBackend> for Located<T>
where
    T: Selectable<MultiBackend, SelectExpression = E> + FromSqlRow<E::SqlType, MultiBackend>,
    E: Expression,
{
    fn build<'a>(row: &impl NamedRow<'a, MultiBackend>) -> deserialize::Result<Self> {
        T::build_from_row(row).map(Self).map_err(|cause| {
            let id = row.get_value::<Text, String, usize>(0);
            let (column, why) = wrong(&*cause);
            let selected: Vec<_> = columns(type_name::<E>()).collect();
            let of = selected.iter().find(|(_, name)| *name == column);
            let table = of.or(selected.first()).map_or("?", |(table, _)| table);
            let id = id.as_deref().unwrap_or("?");
            match selected.first() {
                // Of a joined table: the row is known by what it was joined to.
                Some((main, key)) if *main != table => unreadable(
                    table,
                    column,
                    format_args!("(joined to {main}.{key}) {id}"),
                    &why,
                ),
                _ => unreadable(table, column, id, &why),
            }
            .into()
        })
    }
}

/// What the log says of a stored value that makes no sense.
pub fn unreadable(table: &str, column: &str, id: impl Display, why: impl Display) -> String {
    format!("{table}.{column} can't be read at the row with id {id}: {why}")
}

/// Makes the error of a value that is read outside of its row, such as JSON, of why it can't be.
pub fn failure<Why: Display>(
    table: &str,
    column: &str,
    id: impl Display,
) -> impl FnOnce(Why) -> domain::Error {
    move |why| domain::Error::Internal(unreadable(table, column, id, why))
}

/// The column that could not be read, and why.
fn wrong<'a>(cause: &'a (dyn Error + 'static)) -> (&'a str, String) {
    if let Some(field) = cause.downcast_ref::<DeserializeFieldError>() {
        (
            field.field_name.as_deref().unwrap_or("?"),
            field.error.to_string(),
        )
    } else if let Some(bad) = cause.downcast_ref::<Unreadable>() {
        (bad.column, bad.why.clone())
    } else {
        ("?", cause.to_string())
    }
}

/// Why columns that are read together could not be.
#[derive(Debug)]
pub struct Unreadable {
    column: &'static str,
    why: String,
}

impl Unreadable {
    /// One of the columns, and what is wrong with it.
    pub fn new(column: &'static str, why: impl Into<String>) -> Self {
        Self {
            column,
            why: why.into(),
        }
    }
}

impl Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.column, self.why)
    }
}

impl Error for Unreadable {}

/// The selected columns with their tables, by the names of their types, such as `…::schema::api_keys::columns::id`.
fn columns(selected: &str) -> impl Iterator<Item = (&str, &str)> {
    let names = selected.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    names.filter_map(|name| {
        let (path, column) = name.rsplit_once("::columns::")?;
        Some((path.rsplit("::").next()?, column))
    })
}
