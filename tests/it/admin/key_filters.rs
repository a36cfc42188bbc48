//! Finding keys by group, environment and ids, page by page, and the way back to the list before.

use serde_json::json;

use crate::support::browser_like::Answer;
use crate::support::*;

const LIST: &str = "/tenant-api-keys";

/// The names on the page, in order of name.
fn names(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.body);
    let mut names = page.words_of("a.name");
    names.sort();
    names
}

#[actix_web::test]
async fn keys_are_found_by_the_name_of_their_group_as_it_is_now() {
    let app = App::start().await;
    app.add_group("Acme", "Warehouse", "orders:read");
    app.issue_with("Acme", "Picker", Some("Warehouse"), &[], None);
    app.issue_with("Acme", "Packer", Some("Warehouse"), &[], None);
    app.issue_with("Acme", "Report", Some("Read only"), &[], None);
    let mut alice = app.sign_in(ALICE).await;
    for (typed, expected) in [
        ("warehouse", vec!["Packer", "Picker"]),
        ("READ+only", vec!["Report"]),
        ("pick+ware", vec!["Picker"]),
    ] {
        let page = alice.get(&format!("{LIST}?q={typed}")).await;
        assert_eq!(names(&page), expected, "{typed}");
    }
    let edit = format!(
        "/authorization-groups/{}/edit",
        app.group("Acme", "Warehouse")
    );
    let version = alice.get(&edit).await.field("version");
    let fields = [
        ("name", "Depot"),
        ("summary", ""),
        ("scopes", "orders:read"),
        ("version", &version),
    ];
    alice.submit(&edit, &edit, &fields).await;
    assert!(names(&alice.get(&format!("{LIST}?q=warehouse")).await).is_empty());
    let depot = alice.get(&format!("{LIST}?q=depot")).await;
    assert_eq!(names(&depot), ["Packer", "Picker"]);
}

#[actix_web::test]
async fn group_and_environment_are_filters_beside_the_others_and_stay_in_the_address() {
    let app = App::start().await;
    app.add_group("Acme", "Warehouse", "orders:read");
    let picker = app.issue_with("Acme", "Picker", Some("Warehouse"), &[], None);
    let packer = app.issue_with("Acme", "Packer", Some("Warehouse"), &[], None);
    let report = app.issue_with("Acme", "Report", Some("Read only"), &[], None);
    for key in [&packer, &report] {
        app.alter_key(key, "environment = 'test'");
    }
    app.alter_key(&picker, "disabled_at = '2026-11-20 11:00:00'");
    let mut vera = app.sign_in(VERA).await;
    let warehouse = app.group("Acme", "Warehouse");
    for (query, expected) in [
        (format!("group={warehouse}"), vec!["Packer", "Picker"]),
        ("environment=test".into(), vec!["Packer", "Report"]),
        ("environment=live".into(), vec!["Picker"]),
        (
            format!("group={warehouse}&environment=test"),
            vec!["Packer"],
        ),
        (
            format!("q=p&status=disabled&expiration=valid&group={warehouse}"),
            vec!["Picker"],
        ),
        // A group of another organization is like one that does not exist.
        (
            format!("group={}", app.group("Globex", "Read only")),
            vec![],
        ),
        (format!("group={MISSING}"), vec![]),
    ] {
        let page = vera.get(&format!("{LIST}?{query}")).await;
        assert_eq!(names(&page), expected, "{query}");
    }
    let page = vera
        .get(&format!("{LIST}?group={warehouse}&environment=test"))
        .await;
    page.shows("Keys that match Warehouse and Test.");
    assert_eq!(page.field("group"), warehouse);
    assert_eq!(page.field("environment"), "test");
    assert_eq!(page.text_of("#count-all"), "1");
    assert_eq!(page.link("Clear filters").as_deref(), Some(LIST));
    let sorted = format!("{LIST}?group={warehouse}&environment=test&sort=name");
    page.has(&format!("[href='{sorted}']"));
    for query in ["group=warehouse", "environment=prod"] {
        assert_eq!(vera.get(&format!("{LIST}?{query}")).await.status, 400);
    }
    // Without scripts the form leads to the same address.
    let fields = [("q", ""), ("group", &warehouse), ("environment", "test")];
    vera.submit(LIST, "/tenant-api-keys/search", &fields)
        .await
        .leads_to(&format!("{LIST}?group={warehouse}&environment=test"));
}

#[actix_web::test]
async fn the_page_of_groups_leads_to_the_keys_of_each() {
    let app = App::start().await;
    app.issue_with("Acme", "Report", Some("Read only"), &[], None);
    let mut vera = app.sign_in(VERA).await;
    let page = vera.get("/authorization-groups").await;
    let of = |name: &str| format!("{LIST}?group={}", app.group("Acme", name));
    for name in ["Read only", "Full access"] {
        assert_eq!(page.link(name), Some(of(name)));
    }
    assert_eq!(page.link("1 key"), Some(of("Read only")));
    let keys = vera.get(&of("Read only")).await;
    assert_eq!(names(&keys), ["Report"]);
}

#[actix_web::test]
async fn the_id_of_a_key_or_of_its_request_finds_the_key() {
    let app = App::start().await;
    let (erp, other) = (app.issue("Acme", "ERP"), app.issue("Acme", "Other"));
    let theirs = app.issue("Globex", "Theirs");
    let mut asked = Vec::new();
    for key in [&erp, &theirs] {
        asked.push(app.ask(key, json!({})).await.0);
    }
    app.recorded(2).await;
    let mut vera = app.sign_in(VERA).await;
    let found = async |vera: &mut crate::support::browser_like::Person, typed: &str| {
        vera.get(&format!("{LIST}?q={typed}")).await
    };
    for typed in [erp.id.clone(), erp.id.to_uppercase()] {
        assert_eq!(names(&found(&mut vera, &typed).await), ["ERP"], "{typed}");
    }
    assert!(names(&found(&mut vera, &theirs.id).await).is_empty());
    for typed in [asked[0].clone(), asked[0].to_uppercase()] {
        let page = found(&mut vera, &typed).await;
        assert_eq!(names(&page), ["ERP"], "{typed}");
        page.shows(&format!("The key of the request {}", asked[0]));
        let why = format!("/usage/explanation?request={}", asked[0]);
        assert_eq!(page.link("Explain this request"), Some(why));
        assert_eq!(page.text_of("#count-active"), "1");
    }
    // A request of another organization is like one that nobody made.
    let theirs = found(&mut vera, &asked[1]).await;
    let nobodys = found(&mut vera, &"0".repeat(32)).await;
    for page in [&theirs, &nobodys] {
        assert!(names(page).is_empty());
        page.shows("No key or request has this ID");
        assert_eq!(page.link("Explain this request"), None);
    }
    // An id in a description is found by its words.
    app.alter_key(&other, &format!("description = '{MISSING}'"));
    assert_eq!(names(&found(&mut vera, MISSING).await), ["Other"]);
}

#[actix_web::test]
async fn a_request_whose_key_is_not_in_the_list_leads_to_its_explanation() {
    let app = App::start().await;
    let (erp, admin) = (app.issue("Acme", "ERP"), app.issue("Acme", "Admin"));
    let (known, _) = app.ask(&erp, json!({})).await;
    app.recorded(1).await;
    app.system(&admin.secret).delete(&erp.resource()).await;
    let mut alice = app.sign_in(ALICE).await;
    let active = alice.get(&format!("{LIST}?q={known}&status=active")).await;
    active.shows("The key of this request is not in this list");
    alice
        .submit(&erp.page("deletion"), &erp.page("deletion"), &[])
        .await;
    let gone = alice.get(&format!("{LIST}?q={known}")).await;
    gone.shows("The key of this request is not in this list");
    let why = gone.link("Explain this request").unwrap();
    alice.get(&why).await.shows("Every check passed.");
}

#[actix_web::test]
async fn pages_say_which_keys_they_show_and_lead_both_ways() {
    let app = App::start().await;
    app.set_limit("Acme", 200);
    for number in 0..120 {
        app.issue("Acme", &format!("System {number:03}"));
    }
    let mut alice = app.sign_in(ALICE).await;
    for sort in ["name", "-name"] {
        let path = format!("{LIST}?sort={sort}");
        let mut pages = vec![alice.get(&path).await];
        while let Some(next) = pages.last().unwrap().link("Next") {
            pages.push(alice.get(&next).await);
        }
        let told = ["1–50 of 120", "51–100 of 120", "101–120 of 120"];
        assert_eq!(pages.len(), told.len());
        for (page, told) in pages.iter().zip(told) {
            page.shows(&format!("Showing {told}"));
        }
        assert_eq!(pages[0].link("Previous"), None);
        // The way back shows the same keys, and the first page has its short address.
        let second = alice.get(&pages[2].link("Previous").unwrap()).await;
        assert_eq!(second.words_of("a.name"), pages[1].words_of("a.name"));
        assert_eq!(second.link("Previous"), Some(path));
    }
    let all = alice.get(&format!("{LIST}?q=system+005")).await;
    all.shows("Showing 1 of 1");
    all.lacks("nav.pager");
}

#[actix_web::test]
async fn a_filter_is_a_step_back_in_the_browser_and_a_letter_is_none() {
    let app = App::start().await;
    app.issue("Acme", "ERP");
    let mut alice = app.sign_in(ALICE).await;
    alice.htmx = true;
    let mut choose = async |from: &str, to: &str| {
        let request = alice
            .request(reqwest::Method::GET, &format!("{LIST}{to}"))
            .header("HX-Current-URL", format!("http://localhost{LIST}{from}"));
        let answer = alice.send(request).await;
        let header = |name| answer.header(name).to_owned();
        (header("hx-push-url"), header("hx-replace-url"))
    };
    for (from, to) in [
        ("", "?status=active"),
        ("?status=active", "?status=active&sort=name"),
        ("?q=erp", "?q=erp&environment=test"),
        ("?status=active", ""),
    ] {
        let step = (format!("{LIST}{to}"), String::new());
        assert_eq!(choose(from, to).await, step, "{from} {to}");
    }
    for (from, to) in [
        ("", "?q=e"),
        ("?q=e&status=active", "?q=er&status=active"),
        ("?q=erp", ""),
    ] {
        let none = (String::new(), format!("{LIST}{to}"));
        assert_eq!(choose(from, to).await, none, "{from} {to}");
    }
}

#[actix_web::test]
async fn keys_are_found_by_their_project() {
    let app = App::start().await;
    let (picker, report) = (app.issue("Acme", "Picker"), app.issue("Acme", "Report"));
    let mut vera = app.sign_in(VERA).await;
    vera.get(LIST).await.lacks("#project-filter");
    let shop = app.add_project("Acme", "Shop");
    let depot = app.add_project("Acme", "Depot");
    let theirs = app.add_project("Globex", "Theirs");
    app.alter_key(&picker, &format!("project_id = '{shop}'"));
    for (query, expected) in [
        (format!("project={shop}"), vec!["Picker"]),
        (format!("project={shop}&q=report"), vec![]),
        (format!("project={depot}"), vec![]),
        ("project=".into(), vec!["Picker", "Report"]),
        // A project of another organization is like one that does not exist.
        (format!("project={theirs}"), vec![]),
        (format!("project={MISSING}"), vec![]),
    ] {
        let page = vera.get(&format!("{LIST}?{query}")).await;
        assert_eq!(names(&page), expected, "{query}");
    }
    let page = vera.get(&format!("{LIST}?project={shop}")).await;
    page.shows("Keys that match Shop.");
    assert_eq!(page.field("project"), shop);
    page.has(&format!("[href='{LIST}?project={shop}&sort=name']"));
    vera.get(&format!("{LIST}?project={depot}"))
        .await
        .shows("No keys match Depot");
    let wrong = vera.get(&format!("{LIST}?project=shop")).await;
    assert_eq!(wrong.status, 400);
    let projects = vera.get("/projects").await;
    assert_eq!(
        projects.link("Shop"),
        Some(format!("{LIST}?project={shop}"))
    );
    assert_eq!(
        projects.words_of(".projects tbody .c-used-by"),
        ["No key", "1 key"]
    );
    app.alter_key(&report, &format!("project_id = '{shop}'"));
    app.alter_key(&picker, "project_id = NULL");
    let page = vera.get(&format!("{LIST}?project={shop}")).await;
    assert_eq!(names(&page), ["Report"]);
}
