//! Formatted text, such as the terms of platforms. Markup that has no node here cannot reach a page.

use serde::{Deserialize, Serialize};

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    Text(String),
    /// A line break.
    Break,
    /// A horizontal rule.
    Rule,
    Marked(Mark, Vec<Node>),
}

/// The markup of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    Paragraph,
    /// Its level in the text: 1 to 6.
    Heading(u8),
    Quote,
    /// A code block.
    Listing,
    /// Code within a line.
    Code,
    Bullets,
    /// A numbered list that begins with this number.
    Numbers(u64),
    /// A list item.
    Item,
    Emphasis,
    Strong,
    /// A link to this address, which begins with `https://`.
    Link(String),
}
