//! Who looks after the sample keys.

/// Mostly the tenant's admin; here and there a department, or nobody.
pub fn of<'a>(key: &str, admin: &'a str) -> &'a str {
    match key.len() % 6 {
        0 => "Plant IT, extension 12",
        1 => "",
        _ => admin,
    }
}
