//! Messages to the help desk.

#[cfg(feature = "ssr")]
pub use handlers::*;

/// The step at which somebody asks for help: `langkah` in a link to the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpContext {
    /// SiRUP rejected username and password.
    SirupWrong,
    /// The SiRUP account was registered too late.
    SirupLate,
    /// The SiRUP account is linked to somebody else.
    SirupLinked,
    /// SiRUP does not answer.
    SirupDown,
    Form,
    /// The applicant waits for the decision.
    Waiting,
    Other,
}

impl HelpContext {
    /// In the order of the help page.
    pub const ALL: [Self; 7] =
        [Self::SirupWrong, Self::SirupLate, Self::SirupLinked, Self::SirupDown, Self::Form, Self::Waiting, Self::Other];

    /// The value in a link, and the anchor of the answer.
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

    /// Reads the value in a link. An unknown one is [`Self::Other`].
    pub fn from_slug(slug: &str) -> Self {
        Self::ALL.into_iter().find(|context| context.slug() == slug).unwrap_or(Self::Other)
    }

    /// The label on the page and in the mail to the help desk.
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
        #[serde(rename = "langkah")]
        context: String,
        #[serde(rename = "pengajuan")]
        application: String,
    }

    /// Sends a message to the help desk.
    pub async fn ask_for_help(Post { caller, form, answer }: Post<HelpForm>) -> Response {
        let question = Question {
            name: form.name,
            email: form.email,
            message: form.message,
            context: HelpContext::from_slug(&form.context).label().to_owned(),
            application_id: form.application.parse::<Uuid>().ok(),
        };
        let outcome = async {
            // Whoever writes too much is refused here too.
            let actor = caller.actor.is_some().then(|| caller.actor()).transpose()?;
            let reference = ask(&caller.backend, actor, caller.origin.address, &question).await?;
            Ok(Done::go(format!("/bantuan/terkirim?tiket={reference}")))
        };
        let outcome: Result<Done, ApiError> = outcome.await;
        answer.send(outcome).await
    }
}
