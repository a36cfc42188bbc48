//! How the domain's types are kept in columns. A row holds these types, never their text; what can't be read back is an
//! error that [`super::rows`] says the place of.

use std::io::Write as _;

use chrono::{DateTime, NaiveDateTime};
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::connection::{MultiBackend, MultiRawValue};
use crate::domain::address_list::AddressList;
use crate::domain::allowlist_mode::AllowlistMode;
use crate::domain::environment::Environment;
use crate::domain::id::{
    AccessRequestId, AuditId, CredentialId, GapId, GroupId, IntegrationId, InvitationId, KeyId,
    LimitMessageId, LimitRequestId, MailId, NodeId, ProjectId, RotationId, SupportGrantId,
    TenantId, UserId, VerifierId,
};
use crate::domain::letter::Letter;
use crate::domain::limits::Outcome;
use crate::domain::pepper::Digest;
use crate::domain::request_id::RequestId;
use crate::domain::role::Role;
use crate::domain::rollout::Switch;
use crate::domain::scope::Scopes;
use crate::domain::time::Timestamp;
use crate::domain::verdict::Code;
use crate::domain::zone::Zone;

/// Keeps a type as text: how it is written, and how it is read, if it can be.
macro_rules! text_column {
    ($type:ty, $value:ident => $written:expr, $text:ident => $read:expr) => {
        const _: () = {
            #[derive(AsExpression, FromSqlRow)]
            #[diesel(foreign_derive, sql_type = Text)]
            #[expect(dead_code, reason = "diesel reads the type from it, nothing else does")]
            struct Proxy($type);
        };

        impl ToSql<Text, Sqlite> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let $value = self;
                out.set_value($written);
                Ok(IsNull::No)
            }
        }

        impl ToSql<Text, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let $value = self;
                out.write_all($written.as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl ToSql<Text, MultiBackend> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((Text, self));
                Ok(IsNull::No)
            }
        }

        impl FromSql<Text, MultiBackend> for $type {
            fn from_sql(stored: MultiRawValue<'_>) -> deserialize::Result<Self> {
                let $text = <String as FromSql<Text, MultiBackend>>::from_sql(stored)?;
                // Not the text itself, which could be anything: this goes to the log.
                $read.ok_or_else(|| concat!("it is no ", stringify!($type)).into())
            }
        }
    };
}

/// Keeps identifiers as text.
macro_rules! id_columns {
    ($($id:ty),+) => {
        $(text_column!($id, id => id.to_string(), text => text.parse().ok());)+
    };
}

id_columns!(
    AccessRequestId,
    AuditId,
    CredentialId,
    GapId,
    GroupId,
    IntegrationId,
    InvitationId,
    KeyId,
    LimitMessageId,
    LimitRequestId,
    MailId,
    NodeId,
    ProjectId,
    RequestId,
    RotationId,
    SupportGrantId,
    TenantId,
    UserId,
    VerifierId
);
text_column!(Environment, it => it.as_str(), text => Self::parse(&text).ok());
text_column!(Switch, it => it.as_str(), text => Self::parse(&text));
text_column!(Outcome, it => it.as_str(), text => Self::parse(&text));
text_column!(Letter, it => it.text(), text => Self::parse(&text));
text_column!(Code, it => it.as_str(), text => Self::parse(&text));
text_column!(AllowlistMode, it => it.as_str(), text => Self::parse(&text).ok());
// Whatever word this Keystead does not know reads only.
text_column!(Role, it => it.as_str(), text => Some(Self::parse(&text)));
// One that this Keystead does not know reads UTC.
text_column!(Zone, it => it.name(), text => Some(Self::stored(&text)));
text_column!(Scopes, it => it.text(), text => Self::parse(&text).ok());
text_column!(AddressList, it => it.entries().join("\n"), text => Self::parse(text.lines()).ok());

impl FromSql<sql_types::Timestamp, MultiBackend> for Timestamp {
    fn from_sql(stored: MultiRawValue<'_>) -> deserialize::Result<Self> {
        let at = <NaiveDateTime as FromSql<sql_types::Timestamp, MultiBackend>>::from_sql(stored)?;
        Ok(at.and_utc())
    }
}

/// Some tables count microseconds since 1970.
impl FromSql<BigInt, MultiBackend> for Timestamp {
    fn from_sql(stored: MultiRawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, MultiBackend>>::from_sql(stored)?;
        DateTime::from_timestamp_micros(micros).ok_or_else(|| "it is no instant".into())
    }
}

/// An instant on its way into a row: `#[diesel(serialize_as = At)]`.
#[derive(Debug, Clone, Copy)]
pub struct At(Timestamp);

/// As [`At`], where there may be no instant.
#[derive(Debug, Clone, Copy)]
pub struct MaybeAt(Option<Timestamp>);

/// As [`At`], where microseconds are counted.
#[derive(Debug, Clone, Copy)]
pub struct Micros(Timestamp);

/// Has a type written as another one that diesel knows.
macro_rules! written_as {
    ($type:ident: $from:ty => $sql:ty, $plain:ty, $at:ident => $value:expr) => {
        impl From<$from> for $type {
            fn from(at: $from) -> Self {
                Self(at)
            }
        }

        impl AsExpression<$sql> for $type {
            type Expression = <$plain as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                let $at = self.0;
                <$plain as AsExpression<$sql>>::as_expression($value)
            }
        }

        impl AsExpression<$sql> for &$type {
            type Expression = <$plain as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                <$type as AsExpression<$sql>>::as_expression(*self)
            }
        }
    };
}

written_as!(At: Timestamp => sql_types::Timestamp, NaiveDateTime, at => at.naive_utc());
written_as!(
    MaybeAt: Option<Timestamp> => Nullable<sql_types::Timestamp>, Option<NaiveDateTime>,
    at => at.map(|at| at.naive_utc())
);
written_as!(Micros: Timestamp => BigInt, i64, at => at.timestamp_micros());

impl FromSql<Binary, MultiBackend> for Digest {
    fn from_sql(stored: MultiRawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, MultiBackend>>::from_sql(stored)?;
        Self::try_from(bytes).map_err(|_| "it is no Digest".into())
    }
}

impl Queryable<Binary, MultiBackend> for Digest {
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}
