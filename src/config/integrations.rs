//! The file in which an operator adds integrations to the built-in ones.

use std::fs;
use std::sync::Arc;

use crate::domain::catalogue::Catalogue;
use crate::domain::private_hosts::PrivateHosts;

/// The catalogue, with what the file of this path changes; its test calls may go to these private hosts without TLS.
///
/// # Errors
/// One line that names the file, and the line of a mistake in it.
pub fn read(path: Option<&str>, private_hosts: &PrivateHosts) -> Result<Arc<Catalogue>, String> {
    let catalogue = match path {
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|cause| format!("integrations_file: can't read {path}: {cause}"))?;
            Catalogue::extended(&text, private_hosts)
                .map_err(|mistake| format!("integrations_file: {path}, {mistake}"))?
        }
        None => Catalogue::built_in()
            .map_err(|mistake| format!("the built-in integrations, {mistake}"))?,
    };
    Ok(Arc::new(catalogue))
}
