//! Administration > Projects.

use crate::support::browser_like::{Answer, Person};
use crate::support::*;

const PROJECTS: &str = "/projects";
const NEW: &str = "/projects/new";

async fn create(person: &mut Person, name: &str, description: &str) -> Answer {
    let fields = [("name", name), ("description", description)];
    person.submit(NEW, PROJECTS, &fields).await
}

fn edit_of(id: &str) -> String {
    format!("{PROJECTS}/{id}/edit")
}

fn archival_of(id: &str) -> String {
    format!("{PROJECTS}/{id}/archival")
}

/// The id of the project whose row has this name.
fn id_of(list: &Answer, name: &str) -> String {
    let ids = list.attributes(".projects tbody tr", "id");
    let names = list.words_of(".projects tbody .name");
    let place = names.iter().position(|one| one == name).unwrap();
    ids[place].strip_prefix("project-").unwrap().to_owned()
}

fn actions(app: &App, id: &str) -> Vec<String> {
    app.events(id).into_iter().map(|row| row.action).collect()
}

#[actix_web::test]
async fn a_project_is_created_renamed_archived_and_restored() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    alice.get(PROJECTS).await.shows("No projects yet");
    create(&mut alice, " Web shop ", "Shop and warehouse")
        .await
        .leads_to(PROJECTS);
    let list = alice.get(PROJECTS).await;
    list.shows("The project \"Web shop\" was created.");
    list.shows("Shop and warehouse");
    list.has("#side a[href='/projects'][aria-current='page']");
    let id = id_of(&list, "Web shop");

    let form = alice.get(&edit_of(&id)).await;
    assert_eq!(form.field("name"), "Web shop");
    let version = form.field("version");
    let fields = [
        ("name", "Shop"),
        ("description", "Shop and warehouse"),
        ("version", &version),
    ];
    alice
        .submit(&edit_of(&id), &edit_of(&id), &fields)
        .await
        .leads_to(PROJECTS);
    let list = alice.get(PROJECTS).await;
    list.shows("The project \"Shop\" was saved.");
    assert_eq!(list.words_of(".projects tbody .name"), ["Shop"]);

    alice
        .submit(PROJECTS, &archival_of(&id), &[])
        .await
        .leads_to(PROJECTS);
    let list = alice.get(PROJECTS).await;
    list.shows("The project \"Shop\" was archived.");
    list.shows("All projects are archived");
    list.has(".toast form");
    list.lacks(".toast form [name='from']");
    let removal = format!("{}/removal", archival_of(&id));
    list.has(&format!("main form[action='{removal}']"));
    alice
        .submit(PROJECTS, &removal, &[])
        .await
        .leads_to(PROJECTS);
    let list = alice.get(PROJECTS).await;
    list.shows("The project \"Shop\" was restored.");
    list.lacks("#archived-title");

    let events = app.events(&id);
    assert_eq!(
        actions(&app, &id),
        [
            "project.created",
            "project.updated",
            "project.archived",
            "project.restored"
        ]
    );
    assert!(events.iter().all(|row| row.actor_name == ALICE));
    let detail: serde_json::Value = serde_json::from_str(&events[1].detail).unwrap();
    assert_eq!(
        detail,
        serde_json::json!({ "before": { "name": "Web shop" }, "after": { "name": "Shop" } })
    );
}

#[actix_web::test]
async fn what_is_so_already_leaves_no_trace() {
    let app = App::start().await;
    let id = app.add_project("Acme", "Shop");
    let mut alice = app.sign_in(ALICE).await;
    let removal = format!("{}/removal", archival_of(&id));
    alice.submit(PROJECTS, &removal, &[]).await;
    let fields = [("name", "Shop")];
    alice.submit(PROJECTS, &edit_of(&id), &fields).await;
    assert_eq!(actions(&app, &id), [""; 0]);
    for _ in 0..2 {
        alice.submit(PROJECTS, &archival_of(&id), &[]).await;
    }
    assert_eq!(actions(&app, &id), ["project.archived"]);
}

#[actix_web::test]
async fn a_wrong_project_comes_back_with_its_input_and_changes_nothing() {
    let app = App::start().await;
    let taken = app.add_project("Acme", "Taken");
    app.add_project("Globex", "Theirs");
    let edited = app.add_project("Acme", "Edited");
    let mut alice = app.sign_in(ALICE).await;
    alice.submit(PROJECTS, &archival_of(&taken), &[]).await;
    let before = app.audit_rows();
    let (long, longer) = ("é".repeat(81), "d".repeat(301));
    for (name, description, words) in [
        ("", "", "Enter a name."),
        ("S", "", "Use at least 2 characters; this has 1."),
        (&*long, "", "Use at most 80 characters; this has 81."),
        (
            "Shop",
            &*longer,
            "Use at most 300 characters; this has 301.",
        ),
        ("\u{202e}pohS", "", "invisible formatting"),
        // An archived project keeps its name.
        ("Taken", "", "This tenant has a project with this name"),
    ] {
        let fields = [("name", name), ("description", description)];
        for action in [PROJECTS.to_owned(), edit_of(&edited)] {
            let version = alice.get(&edit_of(&edited)).await.field("version");
            let version = [("version", version.as_str())];
            let fields = [&fields[..], &version].concat();
            let answer = alice.submit(NEW, &action, &fields).await;
            assert_eq!(answer.status, 422, "{action} {name}");
            answer.shows(words);
            answer.has("[aria-invalid='true']");
            assert_eq!(answer.field("name"), name);
        }
    }
    let fields = [("name", "Shop"), ("archived_at", "2026-11-20")];
    let smuggled = alice.submit(NEW, PROJECTS, &fields).await;
    assert_eq!(smuggled.status, 422);
    assert_eq!(app.rows("projects"), 3);
    assert_eq!(app.audit_rows(), before);
    create(&mut alice, "Theirs", "").await.leads_to(PROJECTS);
}

#[actix_web::test]
async fn a_project_that_somebody_else_changed_is_shown_before_it_is_replaced() {
    let app = App::start().await;
    let id = app.add_project("Acme", "Shop");
    let mut alice = app.sign_in(ALICE).await;
    let shown = alice.get(&edit_of(&id)).await.field("version");
    app.sql("UPDATE projects SET name = 'Store' WHERE name = 'Shop'");
    let fields = [("name", "Market"), ("version", &*shown)];
    let refused = alice.submit(PROJECTS, &edit_of(&id), &fields).await;
    assert_eq!(refused.status, 409);
    refused.shows("This project was changed while you were editing it.");
    refused.shows("Store");
    assert_eq!(refused.field("name"), "Market");
    assert_eq!(actions(&app, &id), [""; 0]);
    let fields = [("name", "Market"), ("version", &*refused.field("version"))];
    alice
        .submit(PROJECTS, &edit_of(&id), &fields)
        .await
        .leads_to(PROJECTS);
    assert_eq!(actions(&app, &id), ["project.updated"]);
}

#[actix_web::test]
async fn a_viewer_reads_projects_and_changes_none() {
    let app = App::start().await;
    let id = app.add_project("Acme", "Shop");
    let mut vera = app.sign_in(VERA).await;
    let list = vera.get(PROJECTS).await;
    list.shows("Shop");
    list.hides("New project");
    list.lacks(".projects form");
    list.hides(&edit_of(&id));
    for page in [NEW.to_owned(), edit_of(&id)] {
        assert_eq!(vera.get(&page).await.status, 403, "{page}");
    }
    let before = app.audit_rows();
    let fields = [("name", "Mine")];
    for (page, fields) in [
        (PROJECTS.to_owned(), &fields[..]),
        (edit_of(&id), &fields[..]),
        (archival_of(&id), &[][..]),
        (format!("{}/removal", archival_of(&id)), &[][..]),
    ] {
        let answer = vera.submit(PROJECTS, &page, fields).await;
        assert_eq!(answer.status, 403, "{page}");
    }
    assert_eq!(app.audit_rows(), before);
}

#[actix_web::test]
async fn another_tenants_project_looks_like_a_missing_one() {
    let app = App::start().await;
    let theirs = app.add_project("Globex", "Secret plans");
    let mut alice = app.sign_in(ALICE).await;
    alice.get(PROJECTS).await.hides("Secret plans");
    let page = alice.get(&edit_of(&theirs)).await;
    assert_eq!(page.status, 404);
    assert_eq!(page.meaning(), alice.get(&edit_of(MISSING)).await.meaning());
    let fields = [("name", "Mine")];
    for (page, fields) in [
        (edit_of(&theirs), &fields[..]),
        (archival_of(&theirs), &[][..]),
        (format!("{}/removal", archival_of(&theirs)), &[][..]),
    ] {
        let answer = alice.submit(PROJECTS, &page, fields).await;
        assert_eq!(answer.status, 404, "{page}");
    }
    assert!(app.events(&theirs).is_empty());
}
