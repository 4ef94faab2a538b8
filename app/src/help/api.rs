//! Pusat Bantuan.

#[cfg(feature = "ssr")]
pub use handlers::*;

/// At which step somebody asks for help; the value of `langkah` in a link to Pusat Bantuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpContext {
    /// SiRUP refused username and password.
    SirupWrong,
    /// The SiRUP account is too young.
    SirupLate,
    /// The SiRUP account is linked with somebody else.
    SirupLinked,
    /// SiRUP does not answer.
    SirupDown,
    /// The form.
    Form,
    /// Waiting for the decision.
    Waiting,
    /// Anything else.
    Other,
}

impl HelpContext {
    /// All of them, in the order of the help page.
    pub const ALL: [Self; 7] =
        [Self::SirupWrong, Self::SirupLate, Self::SirupLinked, Self::SirupDown, Self::Form, Self::Waiting, Self::Other];

    /// Its value in a link, and the anchor of its answer.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::SirupWrong => "gagal-sirup",
            Self::SirupLate => "sirup-terlambat",
            Self::SirupLinked => "sirup-terhubung",
            Self::SirupDown => "sirup-gangguan",
            Self::Form => "formulir",
            Self::Waiting => "menunggu",
            Self::Other => "lainnya",
        }
    }

    /// From a link; anything else is [`Self::Other`].
    pub fn from_slug(slug: &str) -> Self {
        Self::ALL.into_iter().find(|context| context.slug() == slug).unwrap_or(Self::Other)
    }

    /// What it is called, on the page and in the mail to the help desk.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SirupWrong => "Gagal masuk ke SiRUP",
            Self::SirupLate => "Akun SiRUP dibuat setelah batas",
            Self::SirupLinked => "Akses SiRUP sudah pernah dihubungkan",
            Self::SirupDown => "SiRUP belum menjawab",
            Self::Form => "Mengisi formulir dan mengunggah surat",
            Self::Waiting => "Menunggu keputusan",
            Self::Other => "Hal lain",
        }
    }
}

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::help::{Question, ask};
    use serde::Deserialize;
    use uuid::Uuid;

    use super::HelpContext;
    use crate::{
        error::ApiError,
        forms::server::{Done, Post},
    };

    /// `POST /bantuan`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct HelpForm {
        name: String,
        email: String,
        message: String,
        langkah: String,
        pengajuan: String,
    }

    /// Takes a message to the help desk.
    pub async fn ask_for_help(Post { caller, form, answer }: Post<HelpForm>) -> Response {
        let question = Question {
            name: form.name,
            email: form.email,
            message: form.message,
            context: HelpContext::from_slug(&form.langkah).label().to_owned(),
            application_id: form.pengajuan.parse::<Uuid>().ok(),
        };
        let outcome = ask(&caller.backend, caller.actor.as_ref(), caller.origin.address, &question).await;
        let done = outcome.map(|reference| Done::go(format!("/bantuan/terkirim?tiket={reference}")));
        answer.send(done.map_err(ApiError::from)).await
    }
}
