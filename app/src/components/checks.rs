//! Checks while typing, for fields that several pages share.

use domain::accounts::{email::Email, password, person::PersonName};

use super::field::Check;

pub const CHECK_EMAIL: Check = |value| Email::parse(value).map(|_| ());
pub const CHECK_NAME: Check = |value| PersonName::parse(value).map(|_| ());
pub const CHECK_PASSWORD: Check = |value| password::check_length(value);
