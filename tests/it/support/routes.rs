//! The pages of routes, read as text: what it lists is what must be tested and described.

const ROUTES: &str = concat!(
    include_str!("../../../src/web/routes/mod.rs"),
    include_str!("../../../src/web/routes/api.rs"),
    include_str!("../../../src/web/routes/pages.rs"),
    include_str!("../../../src/web/routes/people.rs"),
    include_str!("../../../src/web/routes/support.rs"),
);

/// Method and path of each route in the table that follows this text. A row is `"/path" => get some::handler, …;`.
pub fn routes_after(text: &str) -> Vec<(String, &'static str)> {
    let table = ROUTES.split(text).nth(1).unwrap();
    let rows = table.split("\n    }").next().unwrap().lines();
    let rows = rows.filter_map(|row| row.trim().strip_prefix('"')?.split_once('"'));
    rows.flat_map(|(path, rest)| {
        let handlers = rest.split_once("=>").unwrap().1.split(',');
        handlers.map(move |handler| {
            let method = handler.split_whitespace().next().unwrap();
            (method.to_uppercase(), path)
        })
    })
    .collect()
}
