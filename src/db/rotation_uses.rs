//! Which secret of a rotated key was used last, as each server notes it.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Conn;
use super::connection::MultiBackend;
use super::schema::key_rotations as rotations;
use crate::domain::Result;
use crate::domain::id::RotationId;
use crate::domain::time::Timestamp;

/// A use of one of a rotation's two secrets.
#[derive(Debug, Clone, Copy)]
pub struct NewUse<'a> {
    /// When.
    pub at: Timestamp,
    /// From which address, or empty.
    pub address: &'a str,
    /// By which program, or empty.
    pub program: &'a str,
}

/// Notes a use in three columns, unless a later one is noted.
macro_rules! note {
    ($conn:ident, $rotation:ident, $is_cancelled:ident, $used:ident, $at:ident, $address:ident, $program:ident) => {{
        let at = $used.at.naive_utc();
        diesel::update(rotations::table.find($rotation))
            .filter(was_cancelled($is_cancelled))
            .filter(rotations::$at.is_null().or(rotations::$at.lt(at)))
            .set((
                rotations::$at.eq(at),
                rotations::$address.eq($used.address),
                rotations::$program.eq($used.program),
            ))
            .execute($conn)?;
        Ok(())
    }};
}

/// Notes a use of the secret that the row of a rotation holds, unless a later one is noted. Does nothing unless the
/// rotation was cancelled, or was not: a cancellation swaps the two secrets.
pub fn note_own_use(
    conn: &mut Conn,
    rotation: RotationId,
    is_cancelled: bool,
    used: NewUse<'_>,
) -> Result<()> {
    note!(
        conn,
        rotation,
        is_cancelled,
        used,
        used_at,
        used_address,
        used_program
    )
}

/// As [`note_own_use`], of the key's other secret.
pub fn note_other_use(
    conn: &mut Conn,
    rotation: RotationId,
    is_cancelled: bool,
    used: NewUse<'_>,
) -> Result<()> {
    note!(
        conn,
        rotation,
        is_cancelled,
        used,
        new_used_at,
        new_used_address,
        new_used_program
    )
}

type Condition = Box<dyn BoxableExpression<rotations::table, MultiBackend, SqlType = Bool>>;

fn was_cancelled(is: bool) -> Condition {
    if is {
        Box::new(rotations::cancelled_at.is_not_null())
    } else {
        Box::new(rotations::cancelled_at.is_null())
    }
}
