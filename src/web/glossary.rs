//! What a word of the pages means: the entries of `docs/GLOSSARY.md`, so that no word is explained in two ways.

const GLOSSARY: &str = include_str!("../../docs/GLOSSARY.md");

/// The meaning of a word that has an entry of its own, without marks of Markdown; else nothing.
pub fn meaning(word: &str) -> String {
    let start = format!("- **{word}**");
    let mut lines = GLOSSARY
        .lines()
        .skip_while(|line| !line.starts_with(&start));
    let first = lines.next().and_then(|line| line.split_once(": "));
    let rest = lines.take_while(|line| line.starts_with("  "));
    let meaning: Vec<&str> = first
        .map(|(_, told)| told)
        .into_iter()
        .chain(rest)
        .map(str::trim)
        .collect();
    meaning.join(" ").replace('`', "").replace("**", "")
}
