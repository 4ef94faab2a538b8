//! Reads Markdown into [`domain::prose`].

use domain::prose::{Mark, Node};
use pulldown_cmark::{Event, Parser, Tag};

/// Deeper markup is dropped, because a page cannot be nested without limit.
const MOST_DEEP: usize = 12;

/// Reads Markdown (CommonMark). Every text is valid. HTML becomes plain text, images become their description, and only
/// links over https are kept.
pub fn parse(markdown: &str) -> Vec<Node> {
    let mut open: Vec<(Option<Mark>, Vec<Node>)> = vec![(None, Vec::new())];
    for event in Parser::new(markdown) {
        match event {
            Event::Start(tag) => {
                let mark = if open.len() <= MOST_DEEP { mark(tag) } else { None };
                open.push((mark, Vec::new()));
            }
            Event::End(_) => close(&mut open),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => say(&mut open, &text),
            Event::Code(text) => {
                put(&mut open, Node::Marked(Mark::Code, vec![Node::Text(text.into_string())]));
            }
            Event::SoftBreak => say(&mut open, " "),
            Event::HardBreak => put(&mut open, Node::Break),
            Event::Rule => put(&mut open, Node::Rule),
            // Events of extensions, which are off.
            _ => {}
        }
    }
    open.pop().map(|(_, nodes)| nodes).unwrap_or_default()
}

/// Closes the innermost open markup; the text itself stays open.
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

/// Appends a node to the innermost open markup. Adjacent texts become one node.
fn put(open: &mut [(Option<Mark>, Vec<Node>)], node: Node) {
    let Some((_, nodes)) = open.last_mut() else { return };
    match (nodes.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(more)) => before.push_str(&more),
        (_, node) => nodes.push(node),
    }
}

fn say(open: &mut [(Option<Mark>, Vec<Node>)], text: &str) {
    put(open, Node::Text(text.to_owned()));
}

/// The mark of a tag; `None` if only its text is kept.
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
