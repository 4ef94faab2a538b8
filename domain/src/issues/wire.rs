//! The JSON of problems and conflicts. All share one flat shape, because the code that parses a shape is large and part
//! of every page's download.

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{status::Status, time::Timestamp};

/// A problem or a conflict in JSON: `{"kind":"too_short","number":10}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WireCode {
    pub kind: String,
    /// A length, limit, count, size or year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// An instant: since or until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// A day, or the first day of a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// The last day of a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
    /// A person's name or a reference number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The inner code, such as the letter's problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Box<WireCode>>,
}

/// A field of a variant, stored in a slot of [`WireCode`].
pub trait Fact: Sized {
    type Slot;
    fn put(self) -> Option<Self::Slot>;
    /// Returns `None` if the slot is empty or its value is out of range.
    fn take(slot: Option<Self::Slot>) -> Option<Self>;
}

macro_rules! facts {
    ($($number:ty),+; $($same:ty),+) => {
        $(impl Fact for $number {
            type Slot = i64;
            fn put(self) -> Option<i64> {
                i64::try_from(self).ok()
            }
            fn take(slot: Option<i64>) -> Option<Self> {
                slot?.try_into().ok()
            }
        })+
        $(impl Fact for $same {
            type Slot = Self;
            fn put(self) -> Option<Self> {
                Some(self)
            }
            fn take(slot: Option<Self>) -> Option<Self> {
                slot
            }
        })+
    };
}
facts!(usize, u32, u64, i32; Timestamp, Date, String, Status);

impl<T: Fact> Fact for Option<T> {
    type Slot = T::Slot;
    fn put(self) -> Option<T::Slot> {
        self.and_then(T::put)
    }
    fn take(slot: Option<T::Slot>) -> Option<Self> {
        Some(T::take(slot))
    }
}

/// Converts an enum to and from [`WireCode`]: for each variant its `kind`, and the slot of each of its fields.
macro_rules! wire_code {
    ($name:ident { $($variant:ident $({ $($fact:ident: $slot:ident),+ })? $(($of:ident))? = $kind:literal),+ $(,)? }) => {
        impl $name {
            /// The `kind` of its JSON.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $($name::$variant { .. } => $kind,)+
                }
            }
        }
        impl From<$name> for $crate::issues::wire::WireCode {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant $({ $($fact),+ })? $(($of))? => Self {
                        kind: $kind.to_owned(),
                        $($($slot: $crate::issues::wire::Fact::put($fact),)+)?
                        $($of: Some(Box::new($of.into())),)?
                        ..Self::default()
                    },)+
                }
            }
        }
        impl TryFrom<$crate::issues::wire::WireCode> for $name {
            type Error = $crate::UnknownText;
            fn try_from(code: $crate::issues::wire::WireCode) -> Result<Self, $crate::UnknownText> {
                let unknown = || $crate::UnknownText(code.kind.clone());
                match code.kind.as_str() {
                    $($kind => Ok(Self::$variant
                        $({ $($fact: $crate::issues::wire::Fact::take(code.$slot).ok_or_else(unknown)?),+ })?
                        $(((*code.$of.ok_or_else(unknown)?).try_into()?))?
                    ),)+
                    _ => Err(unknown()),
                }
            }
        }
    };
}
pub(crate) use wire_code;

#[cfg(test)]
mod tests {
    use ::time::macros::date;
    use rstest::rstest;
    use serde_json::json;

    use crate::{
        issues::link_failure::LinkFailure,
        issues::{
            Problem,
            conflict::{Conflict, NotRenewable},
            letter::LetterProblem,
        },
        status::Status,
        time::Timestamp,
    };

    #[rstest]
    #[case(Problem::Missing, json!({ "kind": "missing" }))]
    #[case(Problem::TooShort { min: 10 }, json!({ "kind": "too_short", "number": 10 }))]
    #[case(Problem::LastInPast { last: date!(2026 - 11 - 20) }, json!({ "kind": "last_in_past", "last": [2026, 324] }))]
    #[case(
        Problem::Letter(LetterProblem::TooBig { bytes: None }),
        json!({ "kind": "letter", "of": { "kind": "too_big" } }),
    )]
    #[case(
        Problem::Letter(LetterProblem::TooBig { bytes: Some(2_097_153) }),
        json!({ "kind": "letter", "of": { "kind": "too_big", "number": 2_097_153 } }),
    )]
    #[case(
        Problem::Sirup(LinkFailure::WrongCredentials { left: 4 }),
        json!({ "kind": "sirup", "of": { "kind": "wrong_credentials", "number": 4 } }),
    )]
    #[case(
        Problem::Conflict(Conflict::NotRenewable(NotRenewable::Sent { reference: "GB-26-000001-3".into() })),
        json!({ "kind": "conflict", "of": { "kind": "not_renewable", "of": { "kind": "sent", "text": "GB-26-000001-3" } } }),
    )]
    #[case(
        Problem::Conflict(Conflict::LeaseEnded { at: None }),
        json!({ "kind": "conflict", "of": { "kind": "lease_ended" } }),
    )]
    #[case(
        Problem::Conflict(Conflict::AlreadyDecided {
            status: Status::Approved,
            by: "Ratna".into(),
            at: Timestamp::from_micros(7),
        }),
        json!({ "kind": "conflict", "of": { "kind": "already_decided", "status": "approved", "text": "Ratna", "at": 7 } }),
    )]
    fn problem_survives_its_json(#[case] problem: Problem, #[case] json: serde_json::Value) {
        assert_eq!(serde_json::to_value(&problem).unwrap(), json);
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
    }

    #[rstest]
    #[case(json!({ "kind": "made_up" }))]
    #[case(json!({ "kind": "too_short" }))]
    #[case(json!({ "kind": "too_short", "number": -1 }))]
    #[case(json!({ "kind": "letter" }))]
    #[case(json!({ "kind": "letter", "of": { "kind": "missing" } }))]
    fn incomplete_json_is_rejected(#[case] json: serde_json::Value) {
        assert!(serde_json::from_value::<Problem>(json).is_err());
    }
}
