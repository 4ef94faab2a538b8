//! Untrusted Markdown (CommonMark), such as the terms of platforms. It is parsed into nodes of our own, so that a page can
//! contain nothing else. HTML is shown as text, an image as its alternative text, and only `https` links are links.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    Text(String),
    Break,
    Rule,
    /// An element with its content.
    Marked(Mark, Vec<Node>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    Paragraph,
    /// The level in the Markdown, 1 to 6.
    Heading(u8),
    Quote,
    /// A code block.
    Listing,
    /// Inline code.
    Code,
    Bullets,
    /// A numbered list, with its first number.
    Numbers(u64),
    Item,
    Emphasis,
    Strong,
    /// The URL of a link; starts with `https://`.
    Link(String),
}

/// Must stand below a heading of level 2: the headings of the text start at level 3.
#[component]
pub fn Prose(nodes: Vec<Node>) -> impl IntoView {
    view! { <div class="stack terms-text">{render(nodes)}</div> }.into_any()
}

fn render(nodes: Vec<Node>) -> AnyView {
    nodes.into_iter().map(node).collect_view().into_any()
}

fn node(node: Node) -> AnyView {
    match node {
        Node::Text(text) => text.into_any(),
        Node::Break => view! { <br /> }.into_any(),
        Node::Rule => view! { <hr /> }.into_any(),
        Node::Marked(mark, inner) => marked(mark, render(inner)),
    }
}

fn marked(mark: Mark, inner: AnyView) -> AnyView {
    match mark {
        Mark::Paragraph => view! { <p>{inner}</p> }.into_any(),
        Mark::Heading(1) => view! { <h3>{inner}</h3> }.into_any(),
        Mark::Heading(2) => view! { <h4>{inner}</h4> }.into_any(),
        Mark::Heading(_) => view! { <h5>{inner}</h5> }.into_any(),
        Mark::Quote => view! { <blockquote>{inner}</blockquote> }.into_any(),
        Mark::Listing => view! { <pre tabindex="0">{inner}</pre> }.into_any(),
        Mark::Code => view! { <code>{inner}</code> }.into_any(),
        Mark::Bullets => view! { <ul>{inner}</ul> }.into_any(),
        Mark::Numbers(first) => view! { <ol start=first.to_string()>{inner}</ol> }.into_any(),
        Mark::Item => view! { <li>{inner}</li> }.into_any(),
        Mark::Emphasis => view! { <em>{inner}</em> }.into_any(),
        Mark::Strong => view! { <strong>{inner}</strong> }.into_any(),
        Mark::Link(to) => view! { <a href=to rel="noopener noreferrer" target="_blank">{inner}</a> }.into_any(),
    }
}

#[cfg(feature = "ssr")]
pub use reading::parse;

#[cfg(feature = "ssr")]
mod reading {
    use pulldown_cmark::{Event, Parser, Tag};

    use super::{Mark, Node};

    /// Deeper marks become plain text, so that rendering cannot overflow the stack.
    const MAX_DEPTH: usize = 12;

    /// Accepts any text.
    pub fn parse(markdown: &str) -> Vec<Node> {
        let mut open: Vec<(Option<Mark>, Vec<Node>)> = vec![(None, Vec::new())];
        for event in Parser::new(markdown) {
            match event {
                Event::Start(tag) => {
                    let mark = if open.len() <= MAX_DEPTH { mark(tag) } else { None };
                    open.push((mark, Vec::new()));
                }
                Event::End(_) => close(&mut open),
                Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => put_text(&mut open, &text),
                Event::Code(text) => {
                    put(&mut open, Node::Marked(Mark::Code, vec![Node::Text(text.into_string())]));
                }
                Event::SoftBreak => put_text(&mut open, " "),
                Event::HardBreak => put(&mut open, Node::Break),
                Event::Rule => put(&mut open, Node::Rule),
                // Events of extensions, which are off.
                _ => {}
            }
        }
        open.pop().map(|(_, nodes)| nodes).unwrap_or_default()
    }

    /// Moves the innermost open element into its parent. The root is never closed.
    fn close(open: &mut Vec<(Option<Mark>, Vec<Node>)>) {
        if open.len() < 2 {
            return;
        }
        if let Some((mark, nodes)) = open.pop() {
            match mark {
                Some(mark) => put(open, Node::Marked(mark, nodes)),
                None => nodes.into_iter().for_each(|node| put(open, node)),
            }
        }
    }

    /// Appends a node to the innermost open element; adjacent texts become one node.
    fn put(open: &mut [(Option<Mark>, Vec<Node>)], node: Node) {
        let Some((_, nodes)) = open.last_mut() else { return };
        match (nodes.last_mut(), node) {
            (Some(Node::Text(before)), Node::Text(more)) => before.push_str(&more),
            (_, node) => nodes.push(node),
        }
    }

    fn put_text(open: &mut [(Option<Mark>, Vec<Node>)], text: &str) {
        put(open, Node::Text(text.to_owned()));
    }

    /// The mark of a tag; `None` keeps only its text.
    fn mark(tag: Tag<'_>) -> Option<Mark> {
        Some(match tag {
            Tag::Paragraph | Tag::HtmlBlock => Mark::Paragraph,
            Tag::Heading { level, .. } => Mark::Heading(level as u8),
            Tag::BlockQuote(_) => Mark::Quote,
            Tag::CodeBlock(_) => Mark::Listing,
            Tag::List(None) => Mark::Bullets,
            Tag::List(Some(first)) => Mark::Numbers(first),
            Tag::Item => Mark::Item,
            Tag::Emphasis => Mark::Emphasis,
            Tag::Strong => Mark::Strong,
            Tag::Link { dest_url, .. } if dest_url.starts_with("https://") => Mark::Link(dest_url.into_string()),
            _ => return None,
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use rstest::rstest;

    use super::*;

    fn html(markdown: &str) -> String {
        render(parse(markdown)).to_html()
    }

    #[test]
    fn markdown_becomes_nodes() {
        let nodes = parse("# Aturan\n\nData **hanya** untuk\npengadaan.\n\n3. Satu\n4. Dua");
        let text = |text: &str| Node::Text(text.to_owned());
        let expected = [
            Node::Marked(Mark::Heading(1), vec![text("Aturan")]),
            Node::Marked(
                Mark::Paragraph,
                vec![text("Data "), Node::Marked(Mark::Strong, vec![text("hanya")]), text(" untuk pengadaan.")],
            ),
            Node::Marked(
                Mark::Numbers(3),
                vec![Node::Marked(Mark::Item, vec![text("Satu")]), Node::Marked(Mark::Item, vec![text("Dua")])],
            ),
        ];
        assert_eq!(nodes, expected);
    }

    #[rstest]
    #[case("<script>alert(1)</script>")]
    #[case("Halo <img src=x onerror=alert(1)> dunia")]
    #[case("<div onclick='x()'>\n\n**tebal**\n\n</div>")]
    #[case("`<script>`\n\n    <script>\n\n```\n<script>\n```")]
    #[case("![\"><script>alert(1)</script>](https://contoh.go.id/x.png)")]
    fn html_is_shown_as_text(#[case] markdown: &str) {
        let html = html(markdown);
        for tag in ["<script", "<img", "<div"] {
            assert!(!html.contains(tag), "{html}");
        }
    }

    #[rstest]
    #[case("[x](javascript:alert(1))")]
    #[case("[x](JaVaScRiPt:alert(1))")]
    #[case("[x](data:text/html,<script>)")]
    #[case("[x](http://contoh.go.id)")]
    #[case("[x](//jahat.example)")]
    #[case("[x](/keluar)")]
    #[case("<javascript:alert(1)>")]
    #[case("<orang@contoh.go.id>")]
    fn only_https_links_are_links(#[case] markdown: &str) {
        assert!(!html(markdown).contains("href"), "{}", html(markdown));
    }

    #[test]
    fn link_cannot_break_out_of_its_attribute() {
        let html = html("[aturan](<https://contoh.go.id/\"onmouseover=\"x>)");
        assert!(html.contains("rel=\"noopener noreferrer\""), "{html}");
        assert!(!html.contains("\"onmouseover"), "{html}");
    }

    #[test]
    fn depth_is_limited() {
        fn depth(nodes: &[Node]) -> usize {
            let below = nodes.iter().map(|node| match node {
                Node::Marked(_, inner) => 1 + depth(inner),
                _ => 0,
            });
            below.max().unwrap_or(0)
        }
        let nodes = parse(&format!("{}dalam", "> ".repeat(2000)));
        assert!(depth(&nodes) <= 12, "{}", depth(&nodes));
        assert!(html(&format!("{}dalam", "> ".repeat(2000))).contains("dalam"));
    }
}
