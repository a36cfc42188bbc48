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

/// Notes a use of the secret that the row of a rotation holds, unless a later one is noted. Does nothing unless the
/// rotation was cancelled, or was not: a cancellation swaps the two secrets.
pub fn note_own_use(
    conn: &mut Conn,
    rotation: RotationId,
    is_cancelled: bool,
    used: NewUse<'_>,
) -> Result<()> {
    let at = used.at.naive_utc();
    diesel::update(rotations::table.find(rotation.to_string()))
        .filter(was_cancelled(is_cancelled))
        .filter(rotations::used_at.is_null().or(rotations::used_at.lt(at)))
        .set((
            rotations::used_at.eq(at),
            rotations::used_address.eq(used.address),
            rotations::used_program.eq(used.program),
        ))
        .execute(conn)?;
    Ok(())
}

/// As [`note_own_use`], of the key's other secret.
pub fn note_other_use(
    conn: &mut Conn,
    rotation: RotationId,
    is_cancelled: bool,
    used: NewUse<'_>,
) -> Result<()> {
    let at = used.at.naive_utc();
    diesel::update(rotations::table.find(rotation.to_string()))
        .filter(was_cancelled(is_cancelled))
        .filter(
            rotations::new_used_at
                .is_null()
                .or(rotations::new_used_at.lt(at)),
        )
        .set((
            rotations::new_used_at.eq(at),
            rotations::new_used_address.eq(used.address),
            rotations::new_used_program.eq(used.program),
        ))
        .execute(conn)?;
    Ok(())
}

type Condition = Box<dyn BoxableExpression<rotations::table, MultiBackend, SqlType = Bool>>;

fn was_cancelled(is: bool) -> Condition {
    if is {
        Box::new(rotations::cancelled_at.is_not_null())
    } else {
        Box::new(rotations::cancelled_at.is_null())
    }
}
