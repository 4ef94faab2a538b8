//! What the administration of platforms reads.

use ::time::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{form::PlatformForm, launcher::TermsDocument};
use crate::{
    role::{ProfileType, Role},
    time::Timestamp,
};

/// A platform in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPlatform {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// A symbol of [`super::form::LOGOS`].
    pub logo: Option<String>,
    /// Those that it admits.
    pub profile_types: Vec<ProfileType>,
    /// Those that it admits.
    pub roles: Vec<Role>,
    /// Nobody can enter it now.
    pub disabled: bool,
}

/// A secret of a platform, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretSummary {
    pub id: Uuid,
    /// Its last four characters.
    pub hint: String,
    pub created_at: Timestamp,
}

/// A published version of terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTerms {
    pub document: TermsDocument,
    /// Of the text, in hexadecimal digits.
    pub sha256: String,
    pub grace_days: u32,
    /// How many people accepted it.
    pub accepted: u32,
}

/// The page of a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformDetails {
    pub id: Uuid,
    pub client_id: String,
    pub form: PlatformForm,
    /// Valid ones, the oldest first.
    pub secrets: Vec<SecretSummary>,
    /// The id that the next secret gets, so that a form that is sent twice makes one secret.
    pub next_secret: Uuid,
    /// By kind, the newest first.
    pub terms: Vec<PublishedTerms>,
    /// Nobody can enter the platform now.
    pub disabled: bool,
    /// Counts changes. A change names the version that was on screen.
    pub version: i64,
    /// Our issuer, which the platform's developer must know.
    pub issuer: String,
    /// In the zone of the administrator.
    pub today: Date,
}
