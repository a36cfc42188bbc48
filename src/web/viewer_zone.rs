//! The time zone of whoever reads the page that is made: theirs from the moment at which a request knows its person, UTC
//! before, and for everything that is no page.
//!
//! It goes with the request rather than through every view: an instant can then be shown in no other zone by mistake.

use std::cell::Cell;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::domain::zone::Zone;

tokio::task_local! {
    static ZONE: Cell<Zone>;
}

/// Gives each request a zone of its own.
///
/// # Errors
/// Those of the inner service.
pub async fn of_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let zone = Cell::new(Zone::UTC);
    let answer = ZONE.scope(zone, next.call(request)).await?;
    Ok(answer.map_into_boxed_body())
}

/// From here on the page is for somebody who reads times in this zone.
pub fn set(zone: Zone) {
    // Outside of pages there is nothing to set, and UTC holds.
    let _ = ZONE.try_with(|known| known.set(zone));
}

/// The zone of whoever reads.
pub fn current() -> Zone {
    ZONE.try_with(Cell::get).unwrap_or(Zone::UTC)
}

/// The same work, with this zone also on the thread that does it.
pub fn carried<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let zone = current();
    move || ZONE.sync_scope(Cell::new(zone), work)
}
