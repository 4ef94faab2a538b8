//! Upload of the letter alone, with progress in the browser.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::applications;
use bytes::{Bytes, BytesMut};
use domain::issues::{
    Field, Problem,
    letter::{LetterProblem, MAX_BYTES},
};

use crate::{error::ApiError, forms::server::Id, state::Caller};

/// Bytes of the largest letter.
pub const MOST_LETTER: usize = MAX_BYTES as usize;

/// `POST /akses/pengajuan/{id}/surat`: the body is the letter, `X-File-Name` its percent-encoded name. Answers with the JSON
/// of `Result<Letter, ApiError>`.
pub async fn upload(Id(id): Id, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(caller) = parts.extensions.get::<Caller>().cloned() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let outcome: Result<_, ApiError> = async {
        let actor = caller.actor()?;
        // Refuse before reading, if the size is announced.
        let announced: Option<u64> =
            parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(bytes) = announced.filter(|bytes| *bytes > MAX_BYTES) {
            return Err(refuse(LetterProblem::TooBig { bytes: Some(bytes) }));
        }
        let letter = read_letter(body).await.map_err(refuse)?;
        let name = parts.headers.get("x-file-name").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        Ok(applications::attach_letter(&caller.backend, actor, id, &name, letter).await?)
    }
    .await;
    let status = outcome.as_ref().err().map_or(StatusCode::OK, ApiError::status);
    (status, Json(outcome)).into_response()
}

fn refuse(problem: LetterProblem) -> ApiError {
    ApiError::from(backend::Error::invalid(Field::Letter, Problem::Letter(problem)))
}

async fn read_letter(body: Body) -> Result<Bytes, LetterProblem> {
    use axum::body::HttpBody;
    let mut body = std::pin::pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|_| LetterProblem::Interrupted)?;
        let Ok(chunk) = frame.into_data() else { continue };
        if (bytes.len() + chunk.len()) as u64 > MAX_BYTES {
            return Err(LetterProblem::TooBig { bytes: None });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
