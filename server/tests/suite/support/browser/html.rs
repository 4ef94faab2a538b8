//! Reads pages as a browser without script does.

use html5ever::{
    driver::{ParseOpts, parse_document},
    tendril::TendrilSink,
    tree_builder::TreeBuilderOpts,
};
use scraper::{ElementRef, Html, HtmlTreeSink, Selector};

use super::Fields;

/// An element of a page.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, attribute: &str) -> bool {
        self.get(attribute).is_some()
    }

    /// The names of its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

/// Without script, the content of `<noscript>` is part of the page.
fn parse(html: &str) -> Html {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    parse_document(HtmlTreeSink::new(Html::new_document()), options).one(html)
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The elements that match a CSS selector, in their order.
pub fn select(html: &str, wanted: &str) -> Vec<Element> {
    let wanted = selector(wanted);
    let html = parse(html);
    let found = html.root_element().descendent_elements().filter(|element| wanted.matches(element));
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    found
        .map(|element| Element {
            name: element.value().name().to_owned(),
            attributes: element.value().attrs().map(owned).collect(),
        })
        .collect()
}

/// The text on screen, with single spaces.
pub fn text(html: &str) -> String {
    let mut text = String::new();
    write_text(parse(html).root_element(), &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn write_text(element: ElementRef<'_>, text: &mut String) {
    let name = element.value().name();
    let is_inline = ["a", "b", "i", "mark", "small", "span", "time"].contains(&name);
    let gap = if is_inline { "" } else { " " };
    text.push_str(gap);
    for child in element.children() {
        match (child.value().as_text(), ElementRef::wrap(child)) {
            (Some(piece), _) if name != "script" => text.push_str(piece),
            (_, Some(child)) => write_text(child, text),
            _ => {}
        }
    }
    text.push_str(gap);
}

/// The fields of the first form that posts to `action`, as a browser sends it unchanged, without buttons and files.
/// `None` if there is no such form.
pub fn form(html: &str, action: &str) -> Option<Fields> {
    let html = parse(html);
    let forms = selector("form[method=post i]");
    let form = html.select(&forms).find(|form| form.attr("action") == Some(action))?;
    let controls = selector("input[name]:not([disabled]), select[name], textarea[name]");
    let fields = form.select(&controls).filter_map(|control| {
        let name = control.attr("name").filter(|name| !name.is_empty())?;
        Some((name.to_owned(), value(control)?))
    });
    Some(fields.collect())
}

/// The value that a control sends; `None` if it sends nothing.
fn value(control: ElementRef<'_>) -> Option<String> {
    let own = |element: ElementRef<'_>| element.attr("value").unwrap_or_default().to_owned();
    match control.value().name() {
        "textarea" => Some(control.text().collect()),
        "select" => {
            let chosen = control.select(&selector("option[selected]")).last();
            chosen.or_else(|| control.select(&selector("option")).next()).map(own)
        }
        _ => match control.attr("type").unwrap_or("text") {
            "file" | "submit" => None,
            "radio" | "checkbox" if control.attr("checked").is_none() => None,
            _ => Some(own(control)),
        },
    }
}

#[test]
fn a_form_is_read_as_a_browser_reads_it() {
    let body = r#"<!DOCTYPE html><form action='/x' method=post><input name=a value=1></form><!-- <form action="/y"> -->
        <form action="/y"></form>
        <form method="post" action="/y">
            <input type="hidden" name="version" value="3"/><input type=radio name=r value=1>
            <input type=radio name=r value=2 checked><select name="m"><option value="">-</option>
            <option value="5" selected>Mei</option></select><textarea name=t>
 a &lt;b&gt; </textarea><button name=aksi value=x>Kirim</button><input type=file name=f></form>
        <script>var a = '<form>';</script>"#;
    let expected = [("version", "3"), ("r", "2"), ("m", "5"), ("t", " a <b> ")];
    assert_eq!(form(body, "/y").unwrap(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(text(body), "- Mei a <b> Kirim");
    assert_eq!(form(body, "/x").unwrap(), [("a".to_owned(), "1".to_owned())]);
}
