//! The page about the API.

use crate::support::*;

#[actix_web::test]
async fn the_page_tells_of_every_operation_without_help_from_elsewhere() {
    let app = App::start().await;
    let page = app.visitor().get("/api/docs").await;
    assert_eq!(page.status, 200);
    let document = app.stranger().get("/api/v1/openapi.json").await.json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        page.shows(path);
        for operation in operations.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            page.has(&format!("[id='{id}']"));
        }
    }
    for schema in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        page.has(&format!("[id='object-{schema}']"));
    }
    page.shows("curl");
    page.shows(&app.base);
    let elsewhere = page
        .body
        .split(['"', '\''])
        .filter(|text| text.starts_with("http"))
        .find(|address| !address.starts_with(&app.base));
    assert_eq!(elsewhere, None);
}

#[actix_web::test]
async fn problem_types_lead_to_something_on_the_page() {
    let app = App::start().await;
    let system = app.system(&app.issue("Acme", "Admin").secret);
    app.set_limit("Acme", 1);
    let full = system.create("ERP").await.problem(409);
    let wrong = system.create("x").await.problem(422);
    let page = app.visitor().get("/api/docs").await;
    for problem in [full, wrong] {
        let (path, anchor) = problem["type"].as_str().unwrap().split_once('#').unwrap();
        assert_eq!(path, "/api/docs");
        page.has(&format!("[id='{anchor}']"));
    }
}

#[actix_web::test]
async fn every_conflict_that_an_operation_may_answer_is_explained() {
    let app = App::start().await;
    let page = app.visitor().get("/api/docs").await;
    let document = app.stranger().get("/api/v1/openapi.json").await.json();
    let operations = document["paths"].as_object().unwrap().values();
    let told: Vec<String> = operations
        .flat_map(|operations| operations.as_object().unwrap().values())
        .filter_map(|operation| operation["responses"]["409"]["description"].as_str())
        .flat_map(|text| text.split(|c: char| !c.is_ascii_lowercase() && c != '-'))
        .filter(|word| word.contains('-'))
        .map(str::to_owned)
        .collect();
    assert!(told.len() > 8, "{told:?}");
    for code in told {
        page.has(&format!("main [id='problem-{code}']"));
    }
}
