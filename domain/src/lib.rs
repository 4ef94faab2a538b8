//! The rules of Gerbang, pure: no I/O, no async, no database, no interface. The same functions run in the browser as
//! one types and on the server before anything is written.
//!
//! A value that has rules is a newtype whose only constructor is `parse`; what is wrong with an input is an
//! [`issue::Issue`], a code that the interface turns into a sentence.

/// Completes an enum without fields whose text form `strum` derives: `as_str`, `TryFrom<String>` for database rows, and
/// serde. The same text stands in the database, on the wire and in forms.
macro_rules! text_enum {
    ($name:ident) => {
        impl $name {
            /// The text that stands for this value wherever it is stored or sent.
            pub const fn as_str(self) -> &'static str {
                self.into_str()
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::UnknownText;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse().map_err(|_| $crate::UnknownText(text))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_enum;

/// A text that is none of an enum's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownText(pub String);

impl std::fmt::Display for UnknownText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown value {:?}", self.0)
    }
}

impl std::error::Error for UnknownText {}

pub mod accesses;
pub mod accounts;
pub mod applications;
pub mod calendar;
pub mod indonesian;
pub mod issues;
pub mod master_data;
pub mod oidc;
pub mod platforms;
pub mod role;
pub mod search;
pub mod spreadsheet;
pub mod staff;
pub mod status;
pub mod text;
pub mod time;
pub mod validity;
pub mod verification;
