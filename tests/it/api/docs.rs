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

/// Runs a program that is installed, with the key in its environment, and gives what it printed.
async fn run(program: &str, arguments: &[&str], text: &str, key: &str) -> Option<String> {
    let mut command = std::process::Command::new(program);
    command.args(arguments).arg(text);
    command
        .env("KEYSTEAD_API_KEY", key)
        .env_remove("http_proxy");
    // The server that is asked runs on this thread.
    let done = actix_web::web::block(move || command.output())
        .await
        .unwrap();
    let done = done.ok()?;
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{told}");
    Some(String::from_utf8(done.stdout).unwrap())
}

#[actix_web::test]
async fn the_first_call_works_in_each_language_and_no_sample_holds_a_key() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let page = app.visitor().get("/api/docs").await;
    let names = page.words_of(".samples summary");
    assert_eq!(names, ["curl", "Python", "JavaScript", "Go"]);
    let texts = page.attributes(".samples [data-copy]", "data-copy");
    for text in &texts {
        assert!(
            text.contains("KEYSTEAD_API_KEY") && !text.contains("ks_"),
            "{text}"
        );
    }
    let shell = run("sh", &["-c"], &texts[0], &key.secret).await;
    let python = run("python3", &["-c"], &texts[1], &key.secret).await;
    let node = ["--input-type=module", "--eval"];
    let node = run("node", &node, &texts[2], &key.secret).await;
    let answers: Vec<String> = [shell, python, node].into_iter().flatten().collect();
    assert!(!answers.is_empty());
    for answer in answers {
        assert!(answer.contains("ERP"), "{answer}");
    }
}

#[actix_web::test]
async fn the_call_of_each_operation_keeps_secrets_out_of_the_command_line() {
    let app = App::start().await;
    let key = app.issue("Acme", "ERP");
    let page = app.visitor().get("/api/docs").await;
    let requests = page.attributes("[data-copy-name='Request']", "data-copy");
    assert!(requests.len() > 12, "{requests:?}");
    for request in &requests {
        let (_, command) = request.split_once("curl ").unwrap();
        let command = command.split("<<END").next().unwrap();
        assert!(
            !command.contains('$') && !command.contains("ks_"),
            "{request}"
        );
    }
    // They work as they stand.
    let verifier = format!("KEYSTEAD_VERIFIER_TOKEN='{}'", app.verifier);
    for (operation, told) in [
        ("whoami", "ERP"),
        ("verifyKey", "\"valid\":true"),
        ("introspectToken", "\"active\":true"),
    ] {
        let css = format!("[id='{operation}'] [data-copy-name='Request']");
        let request = page.attribute(&css, "data-copy");
        let request = format!("{verifier}\n{request}");
        let answer = run("sh", &["-c"], &request, &key.secret).await.unwrap();
        assert!(answer.contains(told), "{request} answered {answer}");
    }
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
