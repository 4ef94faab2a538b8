//! What the screens on the way into a platform read: the launcher, the terms, and the request of a platform.

use ::time::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::terms::TermsKind;
use crate::{
    oidc::Scopes,
    prose::Node,
    role::{ProfileType, Role},
    time::Timestamp,
};

/// A platform as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformSummary {
    pub slug: String,
    pub name: String,
    /// What it is for.
    pub line: String,
    /// A symbol of [`super::form::LOGOS`].
    pub logo: Option<String>,
}

/// An access that the person can use on a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsableAccess {
    pub id: Uuid,
    pub profile_type: ProfileType,
    pub role: Role,
    /// The work unit, or the company.
    pub place: String,
    /// The institution, or the number of the company (NIB).
    pub institution: Option<String>,
    pub last_day: Date,
    /// The person chose it on this platform last time.
    pub last_used: bool,
}

/// Why a person cannot enter a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closed {
    /// It admits only these profile types.
    OtherProfile(Vec<ProfileType>),
    /// It admits only these roles.
    OtherRole(Vec<Role>),
    /// The first access that it would admit begins on this day.
    NotYet(Date),
    /// The accesses that it would admit have ended or were revoked.
    Over,
    NoAccess,
}

/// The launcher, **Pilih Platform** (guide steps 16 to 18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launcher {
    /// The platforms that the person may enter.
    pub open: Vec<PlatformSummary>,
    /// The names of the others, and why they are closed.
    pub closed: Vec<(String, Closed)>,
    /// The platform that the address names, with the accesses usable there.
    pub chosen: Option<(PlatformSummary, Vec<UsableAccess>)>,
    /// The address names a platform that does not exist or is closed.
    pub unknown: bool,
}

/// A version of terms to accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsDocument {
    pub id: Uuid,
    pub kind: TermsKind,
    pub version: u32,
    pub in_force_on: Date,
    pub text: Vec<Node>,
}

/// The terms page (guide step 19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub platform: PlatformSummary,
    /// What the platform gets.
    pub scopes: Scopes,
    /// Since when the person is signed in there, if they are.
    pub since: Option<Timestamp>,
    pub access: UsableAccess,
    /// Empty if the person accepted all that are in force.
    pub documents: Vec<TermsDocument>,
}

/// The page of a platform that asks for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformRequest {
    pub platform: PlatformSummary,
    /// The platform named another person, who must sign in instead. Nothing can be chosen then.
    pub other_person: bool,
    /// What the platform gets.
    pub scopes: Scopes,
    pub accesses: Vec<UsableAccess>,
    /// For the access that the address names.
    pub agreement: Option<Agreement>,
}
