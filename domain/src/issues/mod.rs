//! What can be wrong with an input: a field and a code. The interface turns the code into a sentence (`app::texts`).

pub mod conflict;
pub mod letter;
pub mod wire;

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    applications::sirup::LinkFailure,
    issues::{
        conflict::Conflict,
        letter::LetterProblem,
        wire::{WireCode, wire_code},
    },
    role::Role,
    time::Timestamp,
};

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The field that shows it and gets the focus.
    pub field: Field,
    /// What is wrong with its value.
    pub problem: Problem,
}

impl Issue {
    /// `problem` at `field`.
    pub const fn new(field: Field, problem: Problem) -> Self {
        Self { field, problem }
    }
}

/// A field of one of the product's forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Field {
    /// The form as a whole; its problem stands above the fields.
    Form,
    /// A person's name.
    Name,
    /// A person's e-mail address.
    Email,
    /// A password, or the new one where two are asked for.
    Password,
    /// The password until now, where a new one is set.
    CurrentPassword,
    /// Whether the employee number is a NIP or an NRP.
    EmployeeNumberKind,
    /// The digits of a NIP or NRP.
    EmployeeNumber,
    /// Telephone.
    Phone,
    /// Time zone.
    Zone,
    /// Tipe Profil (guide step 2).
    ProfileType,
    /// Role (guide step 2).
    Role,
    /// Username pada Platform SiRUP (guide step 3); its problem is also what SiRUP answered.
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
    /// The reason of a refusal.
    Reason,
    /// A message to the help desk.
    Message,
    /// A reason of the list.
    ReasonTitle,
    /// The check list before an approval.
    Checks,
    /// What is to be repaired.
    Marks,
    StaffRole,
    /// Where a member of the staff acts.
    Scope,
    /// Title of a reason or name of a holiday, as an administrator words it.
    Title,
    /// A day of the list of holidays.
    Day,
    /// Text of a reason, of a check list's item, or of a platform's terms.
    Text,
    /// The access with which a platform is entered (guide step 18).
    Access,
    /// A platform's name on screen.
    PlatformName,
    /// A platform's name in addresses.
    Slug,
    /// What a platform is for, in one line.
    Line,
    /// The symbol that stands for a platform.
    Logo,
    /// Where a platform is.
    Site,
    /// Where a platform lets us begin the sign-in.
    InitiateLogin,
    /// Where a platform is returned to after signing in.
    Redirects,
    /// Where it is returned to after signing out.
    LogoutRedirects,
    /// Where it is told that a session ended.
    BackChannel,
    /// Whether a platform can keep a secret.
    ClientKind,
    /// How a platform proves itself.
    AuthMethod,
    /// A platform's public keys.
    Jwks,
    /// How what a platform is told of people is signed.
    IdTokenAlg,
    /// How people are named to a platform.
    SubjectType,
    /// The host that platforms share their names of people by.
    Sector,
    /// The profile types that a platform admits.
    ProfileTypes,
    /// The roles that a platform admits.
    Roles,
    /// The profile types that must accept a platform's terms.
    TermsFor,
    /// For how many days a new version of terms may wait.
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

    /// Whether its value must never be written back, stored in a draft or logged.
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::CurrentPassword | Self::SirupPassword)
    }
}

/// What is wrong with a value, with the facts that a sentence about it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum Problem {
    /// Nothing was given.
    Missing,
    /// Fewer than `min` characters.
    TooShort { min: usize },
    /// More than `max` characters.
    TooLong { max: usize },
    /// Characters that the field does not take (control characters in a name, letters in a number).
    BadCharacters,
    /// Not of the form `name@host.domain`.
    NotAnEmail,
    /// A password that is on the lists that attackers try first, or close to one.
    CommonPassword,
    /// The present password, asked for again, does not match.
    WrongPassword,
    /// E-mail and password do not open an account. Says nothing about which of the two, or whether there is one.
    SignInFailed,
    /// A NIP that does not have 18 digits.
    NipLength { digits: usize },
    /// A NIP whose first eight digits are no date of birth.
    NipBirthDate,
    /// An NRP that does not have 5 to 16 digits.
    NrpLength { digits: usize },
    /// An NPWP that does not have 15 or 16 digits.
    NpwpLength { digits: usize },
    /// An NIB that does not have 13 digits.
    NibLength { digits: usize },
    /// Not an Indonesian telephone number.
    NotAPhone,
    /// One of the boxes of a date is empty.
    DateIncomplete,
    /// The calendar has no such day, or its year is not from 1945 to 2100.
    NoSuchDate,
    /// The last day precedes the first.
    LastBeforeFirst { last: Date },
    /// The last day is over.
    LastInPast { last: Date },
    /// A value that is not among those offered.
    NotOffered,
    /// The institution is not of the chosen type.
    InstitutionOfOtherType,
    /// The work unit belongs to another institution.
    WorkUnitOfOtherInstitution,
    /// The work unit is not active in `year`.
    WorkUnitInactive { year: i32 },
    /// The letter was refused.
    Letter(LetterProblem),
    /// The tick box that confirms the data is empty.
    NotConfirmed,
    /// The link of a mail is unknown, used or older than it may be.
    LinkExpired,
    /// Too many attempts; the next is heard at `until`.
    TooManyAttempts { until: Timestamp },
    /// SiRUP did not link the access (guide steps 6 and 7).
    Sirup(LinkFailure),
    /// What was asked for no longer fits what is stored.
    Conflict(Conflict),
    /// The session is over; what is on screen is still there.
    SignedOut,
    /// Not every item of the check list is ticked; so many are left.
    ChecksLeft { count: usize },
    /// The check list of the role has no items, so that there is nothing to approve by.
    NoChecks,
    /// Nothing is marked for repair.
    NothingMarked,
    /// Another has this name already.
    Taken,
    /// Not an address of the web as it is needed here.
    NotAnAddress,
    /// Not a set of public keys.
    NotAKeySet,
    /// The day is over.
    DayInPast { day: Date },
    /// More than `max` of them.
    TooMany { max: u32 },
    /// A part that is needed does not answer now; nothing was changed.
    Unavailable,
}

wire_code!(Problem {
    Missing = "missing",
    TooShort { min: number } = "too_short",
    TooLong { max: number } = "too_long",
    BadCharacters = "bad_characters",
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
    TooManyAttempts { until: at } = "too_many_attempts",
    Sirup(of) = "sirup",
    Conflict(of) = "conflict",
    SignedOut = "signed_out",
    ChecksLeft { count: number } = "checks_left",
    NoChecks = "no_checks",
    NothingMarked = "nothing_marked",
    Taken = "taken",
    NotAnAddress = "not_an_address",
    NotAKeySet = "not_a_key_set",
    DayInPast { day: day } = "day_in_past",
    TooMany { max: number } = "too_many",
    Unavailable = "unavailable",
});
