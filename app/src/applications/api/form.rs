//! The posted form (guide step 10), and the choices made on its search pages.

use axum::{
    extract::{FromRequest, Multipart, Request, State},
    http::header,
    response::Response,
};
use backend::{Actor, Backend, applications};
use domain::{
    applications::{
        answers::Answers,
        fields,
        wizard::{Step, issues},
    },
    issues::{Field, Problem},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    multipart::{SentLetter, read_multipart},
    path,
};
use crate::{
    error::ApiError,
    forms::server::{Done, Id, Post, Unread},
    state::{AppState, Caller},
};

/// The posted form: the answers, and what only the form knows.
#[derive(Deserialize)]
struct AnswersForm {
    /// The version that the form was drawn from.
    #[serde(default)]
    version: String,
    /// The pressed button: `ajukan`, `simpan`, `instansi`, `satker`, `unggah` or `hapus-surat`.
    #[serde(default, rename = "aksi")]
    action: String,
    /// The words in the picker, searched for without script.
    #[serde(default)]
    institution_query: String,
    #[serde(default)]
    work_unit_query: String,
    #[serde(flatten, deserialize_with = "fields::deserialize")]
    answers: Answers,
}

/// `POST /akses/pengajuan/{id}/formulir`: urlencoded by script, multipart with the letter without.
pub async fn form(Id(id): Id, State(state): State<AppState>, request: Request) -> Response {
    let multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if !multipart {
        return match Post::<AnswersForm>::from_request(request, &state).await {
            Ok(post) => save_form(id, post, None).await,
            Err(refusal) => refusal,
        };
    }
    let (parts, body) = request.into_parts();
    let again = parts.clone();
    let skips_letter = parts.extensions.get::<Caller>().is_none_or(|caller| caller.actor.is_none());
    let read = match Multipart::from_request(Request::from_parts(parts, body), &state).await {
        Ok(multipart) => read_multipart(multipart, skips_letter).await,
        Err(_) => Err(Unread::NoForm),
    };
    let (values, letter) = match read {
        Ok(read) => read,
        Err(why) => return why.refuse(again, &state).await,
    };
    match Post::new(again, &state, values).await {
        Ok(post) => save_form(id, post, letter).await,
        Err(refusal) => refusal,
    }
}

/// Saves the answers, keeps the letter if there is one, and does what the button says.
async fn save_form(id: Uuid, Post { caller, form, answer }: Post<AnswersForm>, letter: Option<SentLetter>) -> Response {
    let AnswersForm { version, action, institution_query, work_unit_query, answers } = form;
    let outcome = async {
        let (backend, actor) = (&*caller.backend, caller.actor()?);
        applications::save(backend, actor, id, version.parse().unwrap_or(0), answers).await?;
        if let Some((file_name, bytes)) = letter {
            let bytes = bytes.map_err(|problem| backend::Error::invalid(Field::Letter, Problem::Letter(problem)))?;
            applications::attach_letter(backend, actor, id, &file_name, bytes).await?;
        }
        let at_letter = || Done::go(format!("{}#letter", path(id, "formulir")));
        let search = |page, query: &str| Done::go(format!("{}?q={}", path(id, page), crate::query_value(query)));
        match action.as_str() {
            "hapus-surat" => {
                applications::remove_letter(backend, actor, id).await?;
                Ok(at_letter())
            }
            "unggah" => Ok(at_letter()),
            "instansi" => Ok(search("instansi", &institution_query)),
            "satker" => Ok(search("satker", &work_unit_query)),
            "simpan" => Ok(Done::go("/akses")),
            _ => to_review(backend, actor, id).await,
        }
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// Leads to the review, if nothing is wrong with the form.
async fn to_review(backend: &Backend, actor: &Actor, id: Uuid) -> Result<Done, ApiError> {
    let stored = applications::draft(backend, actor, id).await?;
    let found = issues(&stored.draft, Step::Form, backend.world.today(actor.zone));
    match found.is_empty() {
        true => Ok(Done::go(path(id, "tinjau"))),
        false => Err(ApiError::from(backend::Error::Invalid(found))),
    }
}

/// A choice on a search page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PickForm {
    version: i64,
    #[serde(rename = "pilih")]
    chosen: String,
}

/// `POST /akses/pengajuan/{id}/instansi`
pub async fn pick_institution(Id(id): Id, post: Post<PickForm>) -> Response {
    pick(id, post, "institution", |answers, chosen| answers.institution = Some(chosen)).await
}

/// `POST /akses/pengajuan/{id}/satker`
pub async fn pick_work_unit(Id(id): Id, post: Post<PickForm>) -> Response {
    pick(id, post, "work_unit", |answers, chosen| answers.work_unit = Some(chosen)).await
}

async fn pick(
    id: Uuid,
    Post { caller, form, answer }: Post<PickForm>,
    anchor: &str,
    choose: impl FnOnce(&mut Answers, Uuid),
) -> Response {
    let outcome = async {
        let actor = caller.actor()?;
        let chosen = form.chosen.parse().map_err(|_| backend::Error::NotFound)?;
        let mut answers = applications::draft(&caller.backend, actor, id).await?.draft.answers;
        choose(&mut answers, chosen);
        applications::save(&caller.backend, actor, id, form.version, answers).await?;
        Ok(Done::go(format!("{}#{anchor}", path(id, "formulir"))))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}
