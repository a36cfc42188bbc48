//! A program by what it says of itself, in words for people. Programs say of themselves what they like.

/// What a browser's name for itself has in it, and what people call it. Those that pose as another come before that one.
const BROWSERS: [(&str, &str); 11] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The same of the system that it runs on.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// "Firefox on Linux", "curl", or "Unknown program".
pub fn words(said: &str) -> String {
    let find = |all: &[(&str, &'static str)]| {
        let found = all.iter().find(|(part, _)| said.contains(part));
        found.map(|(_, name)| *name)
    };
    let browser = find(&BROWSERS).filter(|_| said.starts_with("Mozilla/"));
    let name = browser.map_or_else(|| first_product(said), str::to_owned);
    match find(&SYSTEMS) {
        Some(system) => format!("{name} on {system}"),
        None => name,
    }
}

/// The name before the first version, as RFC 9110 section 10.1.5 has programs state it.
fn first_product(said: &str) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let name: String = said.chars().take_while(plain).take(40).collect();
    if name.is_empty() || name == "Mozilla" {
        return "Unknown program".into();
    }
    name
}
