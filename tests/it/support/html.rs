//! What people find in an answer: words that can be read, fields, links. Elements are named by CSS selectors.

use scraper::node::Comment;
use scraper::{ElementRef, Html, Node, Selector, StrTendril};

use super::browser_like::Answer;

/// Nobody reads what is in these.
const UNSEEN: [&str; 3] = ["script", "style", "template"];
/// These are in a line with the words around them; all others begin a new one.
const IN_LINE: [&str; 10] = [
    "a", "abbr", "b", "code", "em", "i", "span", "strong", "time", "wbr",
];

impl Answer {
    /// True for a page and for a part of one.
    pub fn is_html(&self) -> bool {
        self.header("content-type").starts_with("text/html")
    }

    /// True for a part of a page, as htmx asks for.
    pub fn is_part(&self) -> bool {
        let lower = self.body.to_ascii_lowercase();
        let of_pages = ["<html", "<head>", "<body"];
        self.is_html() && !self.is_page() && !of_pages.iter().any(|tag| lower.contains(tag))
    }

    /// True for a whole page.
    pub fn is_page(&self) -> bool {
        let start = self.body.trim_start().get(..9).unwrap_or_default();
        start.eq_ignore_ascii_case("<!doctype")
    }

    fn html(&self) -> Html {
        // Outside of a table a row is no row.
        let row = self.body.trim_start().starts_with("<tr");
        let before = if row { "<table>" } else { "" };
        Html::parse_document(&format!("{before}{}", self.body))
    }

    /// All words, with single spaces between them.
    pub fn words(&self) -> String {
        self.text_of("body")
    }

    /// The words of each such element.
    pub fn words_of(&self, css: &str) -> Vec<String> {
        self.each(css, |element| Some(words_in(element)))
    }

    /// An attribute of each such element that has it.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        self.each(css, |element| element.attr(name).map(str::to_owned))
    }

    /// How many such elements there are.
    pub fn count(&self, css: &str) -> usize {
        self.each(css, |_| Some(())).len()
    }

    /// The words of the first such element.
    #[track_caller]
    pub fn text_of(&self, css: &str) -> String {
        self.first(css, self.words_of(css))
    }

    /// An attribute of the first such element.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> String {
        self.first(css, self.attributes(css, name))
    }

    /// Where the first link with these words leads.
    pub fn link(&self, words: &str) -> Option<String> {
        let links = self.each("a[href]", |link| {
            let href = link.attr("href").map(str::to_owned);
            href.filter(|_| words_in(link) == words)
        });
        links.into_iter().next()
    }

    /// Fails unless there is such an element.
    #[track_caller]
    pub fn has(&self, css: &str) {
        assert!(self.count(css) > 0, "no {css} in {}", self.body);
    }

    /// Fails if there is such an element.
    #[track_caller]
    pub fn lacks(&self, css: &str) {
        assert_eq!(self.count(css), 0, "{css} in {}", self.body);
    }

    /// What stands in a field of a form.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let found = self.find_field(name);
        found.unwrap_or_else(|| panic!("no field {name}: {} {}", self.status, self.body))
    }

    /// The same, if there is such a field.
    pub fn find_field(&self, name: &str) -> Option<String> {
        let css = format!("[name='{name}']");
        let values = self.each(&css, |element| match element.value().name() {
            "textarea" => Some(element.text().collect()),
            "select" => {
                let chosen = selector("option[selected]");
                let chosen = element.select(&chosen).next();
                let option = chosen.or_else(|| element.select(&selector("option")).next())?;
                option.attr("value").map(str::to_owned)
            }
            _ => Some(element.attr("value").unwrap_or_default().to_owned()),
        });
        values.into_iter().next()
    }

    /// Status and body without what differs from request to request: two refusals that mean the same are equal.
    pub fn meaning(&self) -> (u16, String) {
        let body = self.body.replace(self.header("x-request-id"), "");
        if !self.is_html() {
            return (self.status, body);
        }
        // The address of the page itself, to come back to; and the token, which each page writes in another way.
        let mut html = Html::parse_document(&body);
        for node in html.tree.values_mut() {
            let name = node.as_element().and_then(|element| element.attr("name"));
            if matches!(name, Some("next" | "csrf")) {
                let comment = StrTendril::new();
                *node = Node::Comment(Comment { comment });
            }
        }
        (self.status, html.html())
    }

    fn each<T>(&self, css: &str, what: impl Fn(ElementRef) -> Option<T>) -> Vec<T> {
        let html = self.html();
        html.select(&selector(css)).filter_map(what).collect()
    }

    #[track_caller]
    fn first(&self, css: &str, found: Vec<String>) -> String {
        let first = found.into_iter().next();
        first.unwrap_or_else(|| panic!("no {css} in {}", self.body))
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|_| panic!("{css} is no selector"))
}

fn words_in(element: ElementRef) -> String {
    let mut words = String::new();
    read(element, &mut words);
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

fn read(element: ElementRef, words: &mut String) {
    for child in element.children() {
        if let Node::Text(text) = child.value() {
            words.push_str(text);
        }
        let Some(element) = ElementRef::wrap(child) else {
            continue;
        };
        if UNSEEN.contains(&element.value().name()) || element.attr("hidden").is_some() {
            continue;
        }
        let in_line = IN_LINE.contains(&element.value().name());
        let around = if in_line { "" } else { " " };
        words.push_str(around);
        read(element, words);
        words.push_str(around);
    }
}
