//! Words that not everybody knows are explained where they stand, as the glossary explains them.

use crate::support::*;

#[actix_web::test]
async fn rare_words_are_explained_as_in_the_glossary() {
    let app = App::start().await;
    let mut alice = app.sign_in(ALICE).await;
    let glossary = plain(&std::fs::read_to_string("docs/GLOSSARY.md").unwrap());
    for (path, at, word) in [
        ("/tenant-api-keys/new", "ip_allowlist", "CIDR"),
        ("/authorization-groups", "page", "scope"),
        ("/authorization-groups/new", "scopes", "scope"),
        ("/first-steps", "steps", "verifier"),
        ("/verifiers", "page", "verifier"),
    ] {
        let page = alice.get(path).await;
        // A button opens it: with a key, a finger or a pointer, and without a script. Who hears it hears all at once.
        let mark = format!("button[popovertarget='{at}-{word}'][aria-label]");
        let id = page.attribute(&mark, "aria-describedby");
        let told = page.text_of(&format!("[id='{id}'][popover]"));
        let (_, meaning) = told.split_once(&format!("{word}: ")).unwrap();
        assert!(meaning.ends_with('.'), "{told}");
        assert!(
            glossary.contains(&format!("- {word}: {meaning} ")),
            "{told}"
        );
    }
}

/// Without marks of Markdown and ends of lines.
fn plain(markdown: &str) -> String {
    let words = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace('`', "").replace("**", "")
}
