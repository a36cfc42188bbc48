//! The database refuses a commit: nothing was changed, and that is known.

use crate::support::*;

/// Has each change of a key's row fail when it is committed, not before.
fn refuse_commits(app: &App) {
    let statements: &[&str] = match &app.config.database {
        keystead::db::connection::Source::Sqlite(_) => &[
            "CREATE TABLE refused (id INTEGER REFERENCES refused_by (id) DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TABLE refused_by (id INTEGER PRIMARY KEY)",
            "CREATE TRIGGER refuse AFTER UPDATE ON api_keys BEGIN INSERT INTO refused VALUES (1); END",
        ],
        keystead::db::connection::Source::Postgres(_) => &[
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
            "CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON api_keys DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION refuse()",
        ],
    };
    for statement in statements {
        app.sql(statement);
    }
}

#[actix_web::test]
async fn a_change_whose_commit_is_refused_stops_nobody() {
    let app = App::start().await;
    let (changed, other) = (app.issue("Acme", "Plant"), app.issue("Globex", "Other"));
    refuse_commits(&app);
    let rows = app.audit_rows();
    for _ in 0..5 {
        let wanted = serde_json::json!({ "description": "Another" });
        let path = format!("{}/{}", system::KEYS, changed.id);
        let answer = app.system(&changed.secret).patch(&path, wanted).await;
        assert_eq!(answer.status, 500, "{}", answer.body);
        assert!(!answer.body.contains("can't tell"), "{}", answer.body);
        // At once: nobody has to look at the database first.
        for key in [&changed, &other] {
            let answer = app.system(&key.secret).get("/forward-auth").await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
    assert_eq!(app.audit_rows(), rows);
    assert_eq!(app.stored("Acme", &changed).description, "");
}
