//! The sentences of the wizard and the status page, by page. Labels stay beside their controls; sentences about single
//! fields are in `crate::texts`.

pub mod form;
pub mod review;
pub mod start;
pub mod status;

use domain::role::ProfileType;

/// The document that proves a role.
const fn document(profile_type: ProfileType) -> &'static str {
    match profile_type {
        ProfileType::NonPenyedia => "surat",
        ProfileType::Penyedia => "bukti",
    }
}
