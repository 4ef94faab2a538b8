//! The claim `aud` (RFC 7519, section 4.1.3).

use serde::Deserialize;

/// One name or several.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// True if a name satisfies `predicate`.
    pub fn any(&self, predicate: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(name) => predicate(name),
            Self::Many(names) => names.iter().any(|name| predicate(name)),
        }
    }

    pub fn into_names(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names,
        }
    }
}
