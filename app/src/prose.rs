//! Draws formatted text that others wrote, such as the terms of platforms.

use domain::prose::{Mark, Node};
use leptos::prelude::*;

/// Draws a text below a heading of level 2.
#[component]
pub fn Prose(nodes: Vec<Node>) -> impl IntoView {
    view! { <div class="stack terms-text">{draw(nodes)}</div> }.into_any()
}

fn draw(nodes: Vec<Node>) -> AnyView {
    nodes.into_iter().map(node).collect_view().into_any()
}

fn node(node: Node) -> AnyView {
    match node {
        Node::Text(text) => text.into_any(),
        Node::Break => view! { <br /> }.into_any(),
        Node::Rule => view! { <hr /> }.into_any(),
        Node::Marked(mark, inner) => marked(mark, draw(inner)),
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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use backend::prose::parse;
    use rstest::rstest;

    use super::*;

    fn html(markdown: &str) -> String {
        draw(parse(markdown)).to_html()
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
    fn html_is_plain_text(#[case] markdown: &str) {
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
    fn a_link_cannot_break_out_of_its_attribute_nor_reach_its_opener() {
        let html = html("[aturan](<https://contoh.go.id/\"onmouseover=\"x>)");
        assert!(html.contains("rel=\"noopener noreferrer\""), "{html}");
        assert!(!html.contains("\"onmouseover"), "{html}");
    }

    #[test]
    fn nesting_is_limited() {
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
