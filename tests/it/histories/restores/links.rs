//! Sessions and links that had ended came back with the copy.

use super::Acme;
use crate::support::{ALICE, PASSWORD};

#[actix_web::test]
async fn sessions_and_links_of_before_a_decision_open_nothing_any_more() {
    let acme = Acme::with(["Revoked"]).await;
    let mut alice = acme.server.visitor();
    let fields = [("email", ALICE), ("password", PASSWORD), ("next", "")];
    alice
        .submit("/login", "/login", &fields)
        .await
        .leads_to("/");
    let path = |out: &str, begin: &str| {
        let link = out.split_whitespace().find(|word| word.contains(begin));
        let link = link.unwrap();
        link[link.find(begin).unwrap()..].to_owned()
    };
    let reset = acme.place.run(&["user", "reset-link", ALICE], "");
    let reset = path(&reset.done().out, "/password-reset?token=");
    let invited = [
        "member",
        "invite",
        "zoe@acme.test",
        "--tenant",
        "Acme",
        "--role",
        "viewer",
    ];
    let invited = acme.place.run(&invited, "");
    let invited = path(&invited.done().out, "/invitation?token=");
    let opened = async || {
        let mut stranger = acme.server.visitor();
        [
            stranger.get(&reset).await.status,
            stranger.get(&invited).await.status,
        ]
    };
    assert_eq!(opened().await, [200, 200]);
    let backup = acme.copy().await;
    assert_eq!(alice.get("/tenant-api-keys").await.status, 200);
    acme.revoke(0).await;
    backup.put_in_place();
    acme.until_undecided().await;
    let outcome = acme.place.run(&["restore", "--accept"], "");
    let said = &outcome.done().out;
    let ended = "Sessions ended: 1; invitations whose links ended: 1.";
    assert!(said.contains(ended), "{said}");
    acme.until_ready().await;
    let shown = alice.get("/tenant-api-keys").await;
    shown.leads_to("/login?next=%2Ftenant-api-keys&over=page");
    assert_eq!(opened().await, [404, 404]);
    // One that is made now does.
    let reset = acme.place.run(&["user", "reset-link", ALICE], "");
    let reset = path(&reset.done().out, "/password-reset?token=");
    assert_eq!(acme.server.visitor().get(&reset).await.status, 200);
}
