//! Where things are in "Generate API key".

use crate::support::chromium::Chromium;

/// Types the last four characters of the key where the question asks for them: traffic is counted a moment later.
pub async fn type_last4(browser: &Chromium) {
    let script = "const field = document.querySelector('#last4');
        if (field) field.value = document.querySelector('#last4-hint code').textContent";
    browser.script(script).await;
}

/// The button that generates.
pub const SUBMIT: &str = ".form-bar [type=submit]";

/// Chooses the group that grants everything: the form assumes none.
pub async fn choose_group(browser: &Chromium) {
    let group = browser.find("#group").await;
    group.select_by_label("Full access").await.unwrap();
}
