//! The rules of Gerbang, without I/O, async, database or interface. The browser applies them while a person types, the
//! server before it writes anything.
//!
//! A value with rules is a newtype whose only constructor is `parse`. A wrong input yields an [`issues::Issue`]: a field
//! and a code, which the interface turns into a sentence.

/// Completes an enum whose text form `strum` derives: `as_str`, `TryFrom<String>` for database rows, and serde. The enum
/// must have no fields. Database, wire and forms use the same text.
macro_rules! text_enum {
    ($name:ident) => {
        impl $name {
            /// The text under which this value is stored and sent.
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

/// The text is not a value of the enum.
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
pub mod characters;
pub mod indonesian;
pub mod issues;
pub mod jobs;
pub mod links;
pub mod mail;
pub mod master_data;
pub mod oidc;
pub mod permission;
pub mod platforms;
pub mod prose;
pub mod role;
pub mod search;
pub mod spreadsheet;
pub mod staff;
pub mod status;
pub mod text;
pub mod time;
pub mod validity;
pub mod verification;
