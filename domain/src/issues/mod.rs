//! What can be wrong with an input: a field and a code. The sentence of each code is in `app::texts`.

pub mod conflict;
pub mod letter;
pub mod link_failure;
pub mod wire;

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    issues::link_failure::LinkFailure,
    issues::{
        conflict::Conflict,
        letter::LetterProblem,
        wire::{WireCode, wire_code},
    },
    role::Role,
    time::Timestamp,
};

/// A problem at a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The field that shows it and gets the focus.
    pub field: Field,
    pub problem: Problem,
}

impl Issue {
    pub const fn new(field: Field, problem: Problem) -> Self {
        Self { field, problem }
    }
}

/// A field of one of the product's forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Field {
    /// The form as a whole; its problem is shown above the fields.
    Form,
    /// A person's name.
    Name,
    /// A person's e-mail address.
    Email,
    /// A password, or the new password in a form with two.
    Password,
    /// The current password, in a form that sets a new one.
    CurrentPassword,
    /// NIP or NRP.
    EmployeeNumberKind,
    /// The digits of a NIP or NRP.
    EmployeeNumber,
    Phone,
    Zone,
    /// Tipe Profil (guide step 2).
    ProfileType,
    /// Role (guide step 2).
    Role,
    /// Username pada Platform SiRUP (guide step 3); it also shows the answer of SiRUP.
    SirupUsername,
    /// Kata Sandi pada Platform SiRUP (guide step 3).
    SirupPassword,
    /// Jenis Instansi (guide step 10).
    InstitutionType,
    /// Nama Instansi (guide step 10).
    Institution,
    /// Satuan Kerja (guide step 10).
    WorkUnit,
    /// Alamat Satuan Kerja (guide step 10).
    Address,
    /// Masa Berlaku Peran, its first day (guide step 10).
    FirstDay,
    /// Masa Berlaku Peran, its last day (guide step 10).
    LastDay,
    /// Nama Perusahaan of a Penyedia.
    CompanyName,
    /// NPWP of a Penyedia.
    Npwp,
    /// NIB of a Penyedia.
    Nib,
    /// Alamat Perusahaan of a Penyedia.
    CompanyAddress,
    /// The letter that proves the role (guide step 10).
    Letter,
    /// The tick box that confirms the data (guide step 12).
    Confirmation,
    /// The explanation of a rejection.
    Reason,
    /// A message to the help desk.
    Message,
    /// The reason of a rejection, chosen from the list.
    ReasonTitle,
    /// The check list of an approval.
    Checks,
    /// The fields marked for repair.
    Marks,
    StaffRole,
    /// The institutions that a staff member is responsible for.
    Scope,
    /// The title of a reason, or the name of a holiday.
    Title,
    /// The date of a holiday.
    Day,
    /// The text of a reason, a check list item, or the terms of a platform.
    Text,
    /// The access with which a person enters a platform (guide step 18).
    Access,
    /// A platform's name on screen.
    PlatformName,
    /// A platform's name in URLs.
    Slug,
    /// A platform's purpose, in one line.
    Line,
    /// A platform's symbol.
    Logo,
    /// A platform's URL.
    Site,
    /// A platform's `initiate_login_uri`.
    InitiateLogin,
    /// A platform's `redirect_uris`, one per line.
    Redirects,
    /// A platform's `post_logout_redirect_uris`, one per line.
    LogoutRedirects,
    /// A platform's `backchannel_logout_uri`.
    BackChannel,
    /// Confidential or public client (RFC 6749, section 2.1).
    ClientKind,
    /// A platform's `token_endpoint_auth_method`.
    AuthMethod,
    /// A platform's public keys (JWKS).
    Jwks,
    /// The signature algorithm of ID tokens.
    IdTokenAlg,
    /// A platform's `subject_type`: pairwise or public.
    SubjectType,
    /// The host of a platform's `sector_identifier_uri`; platforms with the same host see the same `sub`.
    Sector,
    /// The profile types that a platform admits.
    ProfileTypes,
    /// The roles that a platform admits.
    Roles,
    /// The profile types that must accept a platform's terms.
    TermsFor,
    /// The scopes that a platform may ask for.
    Scopes,
    /// Days until people must accept a new version of the terms.
    GraceDays,
}

crate::text_enum!(Field);

impl Field {
    /// The label of a field of the form of guide step 10, for an application of `role`.
    pub const fn label(self, role: Role) -> &'static str {
        match self {
            Self::InstitutionType => "Jenis Instansi",
            Self::Institution => "Nama Instansi",
            Self::WorkUnit => "Satuan Kerja",
            Self::Address => "Alamat Satuan Kerja",
            Self::FirstDay => "Masa Berlaku Peran, hari pertama",
            Self::LastDay => "Masa Berlaku Peran, hari terakhir",
            Self::CompanyName => "Nama Perusahaan",
            Self::Npwp => "NPWP",
            Self::Nib => "NIB",
            Self::CompanyAddress => "Alamat Perusahaan",
            Self::Letter => role.info().letter,
            _ => "Isian lain",
        }
    }

    /// True if the value must never be sent back, stored in a draft or logged.
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::CurrentPassword | Self::SirupPassword)
    }
}

/// What is wrong with a value, with the facts that its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum Problem {
    /// The value is empty.
    Missing,
    /// Fewer than `min` characters.
    TooShort { min: usize },
    /// More than `max` characters.
    TooLong { max: usize },
    /// Characters that the field does not accept, such as control characters in a name or letters in a number.
    BadCharacters,
    /// A name with a link or an e-mail address in it.
    LooksLikeLink,
    /// Not of the form `name@host.domain`.
    NotAnEmail,
    /// A common password, or one close to it.
    CommonPassword,
    /// The current password is wrong.
    WrongPassword,
    /// Sign-in failed. Must not reveal whether the e-mail address has an account.
    SignInFailed,
    /// A NIP that does not have 18 digits.
    NipLength { digits: usize },
    /// The first eight digits of the NIP are not a date of birth.
    NipBirthDate,
    /// An NRP that does not have 5 to 16 digits.
    NrpLength { digits: usize },
    /// An NPWP that does not have 15 or 16 digits.
    NpwpLength { digits: usize },
    /// An NIB that does not have 13 digits.
    NibLength { digits: usize },
    /// Not an Indonesian telephone number.
    NotAPhone,
    /// A box of the date is empty.
    DateIncomplete,
    /// The date does not exist, or its year is not between 1945 and 2100.
    NoSuchDate,
    /// The last day is before the first.
    LastBeforeFirst { last: Date },
    /// The last day is in the past.
    LastInPast { last: Date },
    /// The value is not one of the choices.
    NotOffered,
    /// The institution has another type than the chosen one.
    InstitutionOfOtherType,
    /// The work unit belongs to another institution.
    WorkUnitOfOtherInstitution,
    /// The work unit is not active in `year`.
    WorkUnitInactive { year: i32 },
    /// The file is refused as a letter.
    Letter(LetterProblem),
    /// The confirmation is not ticked.
    NotConfirmed,
    /// The link of a mail is unknown, used or expired.
    LinkExpired,
    /// No link of a mail is open in this browser, or not any more.
    LinkNotOpen,
    /// A link for another address was opened in this browser after the form was drawn.
    OtherLink,
    /// Too many attempts; the next is allowed at `until`.
    TooManyAttempts { until: Timestamp },
    /// SiRUP did not link the access (guide steps 6 and 7).
    Sirup(LinkFailure),
    /// The request does not fit the stored data.
    Conflict(Conflict),
    /// The session ended; the form keeps what was typed.
    SignedOut,
    /// `count` items of the check list are not ticked.
    ChecksLeft { count: usize },
    /// The check list of the role is empty, so that nothing can be approved.
    NoChecks,
    /// Nothing is marked for repair.
    NothingMarked,
    /// The name is already in use.
    Taken,
    /// Not a URL, or not one that the field accepts.
    NotAnAddress,
    /// An address in a private network, or on this machine.
    PrivateAddress,
    /// Not a JWKS with supported public keys only.
    NotAKeySet,
    /// The day is in the past.
    DayInPast { day: Date },
    /// More than `max` entries.
    TooMany { max: u32 },
    /// Too many people ask for the same slow work; trying again after so many seconds may help.
    Busy { seconds: u32 },
    /// A needed service does not respond; nothing was changed.
    Unavailable,
}

wire_code!(Problem {
    Missing = "missing",
    TooShort { min: number } = "too_short",
    TooLong { max: number } = "too_long",
    BadCharacters = "bad_characters",
    LooksLikeLink = "looks_like_link",
    NotAnEmail = "not_an_email",
    CommonPassword = "common_password",
    WrongPassword = "wrong_password",
    SignInFailed = "sign_in_failed",
    NipLength { digits: number } = "nip_length",
    NipBirthDate = "nip_birth_date",
    NrpLength { digits: number } = "nrp_length",
    NpwpLength { digits: number } = "npwp_length",
    NibLength { digits: number } = "nib_length",
    NotAPhone = "not_a_phone",
    DateIncomplete = "date_incomplete",
    NoSuchDate = "no_such_date",
    LastBeforeFirst { last: last } = "last_before_first",
    LastInPast { last: last } = "last_in_past",
    NotOffered = "not_offered",
    InstitutionOfOtherType = "institution_of_other_type",
    WorkUnitOfOtherInstitution = "work_unit_of_other_institution",
    WorkUnitInactive { year: number } = "work_unit_inactive",
    Letter(of) = "letter",
    NotConfirmed = "not_confirmed",
    LinkExpired = "link_expired",
    LinkNotOpen = "link_not_open",
    OtherLink = "other_link",
    TooManyAttempts { until: at } = "too_many_attempts",
    Sirup(of) = "sirup",
    Conflict(of) = "conflict",
    SignedOut = "signed_out",
    ChecksLeft { count: number } = "checks_left",
    NoChecks = "no_checks",
    NothingMarked = "nothing_marked",
    Taken = "taken",
    NotAnAddress = "not_an_address",
    PrivateAddress = "private_address",
    NotAKeySet = "not_a_key_set",
    DayInPast { day: day } = "day_in_past",
    TooMany { max: number } = "too_many",
    Busy { seconds: number } = "busy",
    Unavailable = "unavailable",
});
