//! A key's rate limit: three columns of `api_keys`, all filled or all empty.

use diesel::deserialize;
use diesel::dsl::SqlTypeOf;
use diesel::prelude::*;

use super::connection::MultiBackend;
use super::rows::Unreadable;
use super::schema::api_keys;
use crate::domain::rate_limit::RateLimit;

/// The columns as they are written.
#[derive(Debug, Clone, Default, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Columns {
    rate_limit_requests: Option<i64>,
    rate_limit_period: Option<String>,
    rate_limit_burst: Option<i64>,
}

impl From<Option<RateLimit>> for Columns {
    fn from(limit: Option<RateLimit>) -> Self {
        Self {
            rate_limit_requests: limit.map(|limit| limit.requests().into()),
            rate_limit_period: limit.map(|limit| limit.per().as_str().to_owned()),
            rate_limit_burst: limit.map(|limit| limit.burst().into()),
        }
    }
}

/// The columns as they are read. A row that makes no sense is an error: it must never read as "no limit".
#[derive(Debug, Clone, Copy)]
pub struct Stored(pub Option<RateLimit>);

impl Selectable<MultiBackend> for Stored {
    type SelectExpression = (
        api_keys::rate_limit_requests,
        api_keys::rate_limit_period,
        api_keys::rate_limit_burst,
    );

    fn construct_selection() -> Self::SelectExpression {
        (
            api_keys::rate_limit_requests,
            api_keys::rate_limit_period,
            api_keys::rate_limit_burst,
        )
    }
}

impl Queryable<SqlTypeOf<<Self as Selectable<MultiBackend>>::SelectExpression>, MultiBackend>
    for Stored
{
    type Row = (Option<i64>, Option<String>, Option<i64>);

    fn build(row: Self::Row) -> deserialize::Result<Self> {
        let limit = match row {
            (None, None, None) => return Ok(Self(None)),
            (Some(requests), Some(per), Some(burst)) => RateLimit::new(requests, &per, burst),
            _ => Err("a rate limit is half there".into()),
        };
        let wrong = |why| Unreadable::new("rate_limit_requests", why);
        Ok(Self(Some(limit.map_err(wrong)?)))
    }
}
