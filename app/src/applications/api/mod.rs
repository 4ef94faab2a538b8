//! What the wizard and the status page ask of the server: server functions, and handlers of the posted forms (guide steps
//! 2 to 15).

#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod letter;
#[cfg(feature = "ssr")]
mod multipart;
mod read;
#[cfg(feature = "ssr")]
mod sirup;
#[cfg(feature = "ssr")]
mod start;
#[cfg(feature = "ssr")]
mod submission;

pub use read::{draft, institutions, remove_letter, renewal, save, status, work_units};

#[cfg(feature = "ssr")]
pub use {
    form::{form, pick_institution, pick_work_unit},
    letter::{MOST_LETTER, upload},
    multipart::MOST_FORM_WITH_LETTER,
    sirup::sirup,
    start::{renew, start},
    submission::{submit, withdraw},
};

/// The path of a page of an application.
#[cfg(feature = "ssr")]
fn path(id: uuid::Uuid, page: &str) -> String {
    format!("/akses/pengajuan/{id}/{page}")
}
