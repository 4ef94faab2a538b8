//! Letters and receipts. An uploaded PDF is served as a download only, never displayed by the browser.

use std::borrow::Cow;

use app::{error::ApiError, state::AppState, state::Caller};
use axum::{
    Extension, Router,
    extract::{
        Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use backend::{Actor, applications, verification};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uuid::Uuid;

use super::texts;

/// Default width of a drawn page in pixels: sharp in the middle column of the desk.
const PAGE_WIDTH: u16 = 1200;

/// Characters of a file name that a header must encode; RFC 8187, section 3.2.1, allows some more.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/akses/pengajuan/{id}/surat", get(own_letter))
        .route("/akses/pengajuan/{id}/bukti.pdf", get(receipt))
        .route("/verifikasi/{id}/surat/{document}/{version}/asli", get(letter))
        .route("/verifikasi/{id}/surat/{document}/{version}/{page}", get(letter_page))
}

/// A file for saving. Browsers take the UTF-8 `name`; older clients take the ASCII `fallback` (RFC 6266, appendix D).
fn download(kind: &'static str, fallback: &str, name: &str, bytes: impl Into<axum::body::Body>) -> Response {
    let encoded = utf8_percent_encode(name, ENCODED);
    let disposition = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}");
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    (headers, bytes.into()).into_response()
}

/// The name of a letter, with the ending of what it is: a file that is a PDF and something else too must not be opened as
/// that.
fn pdf_name(name: &str) -> Cow<'_, str> {
    let is_pdf = name.len() > 4 && name.to_ascii_lowercase().ends_with(".pdf");
    if is_pdf { name.into() } else { format!("{name}.pdf").into() }
}

fn refuse(error: impl Into<ApiError>) -> Response {
    let error = error.into();
    let text = match error {
        ApiError::SignedOut => texts::SIGNED_OUT,
        ApiError::NotFound => texts::FILE_NOT_FOUND,
        ApiError::Conflict(_) => texts::LETTER_CHANGED,
        _ => texts::FILE_UNAVAILABLE,
    };
    (error.status(), text).into_response()
}

fn actor(caller: &Caller) -> Result<&Actor, Response> {
    caller.actor().map_err(refuse)
}

async fn own_letter(Extension(caller): Extension<Caller>, Path(id): Path<Uuid>) -> Result<Response, Response> {
    let (letter, bytes) = applications::letter(&caller.backend, actor(&caller)?, id).await.map_err(refuse)?;
    Ok(download("application/pdf", "surat.pdf", &pdf_name(&letter.file_name), bytes))
}

async fn receipt(Extension(caller): Extension<Caller>, Path(id): Path<Uuid>) -> Result<Response, Response> {
    let (reference, bytes) = applications::receipt(&caller.backend, actor(&caller)?, id).await.map_err(refuse)?;
    let name = format!("bukti-{reference}.pdf");
    Ok(download("application/pdf", &name, &name, bytes))
}

/// Case, document, and the version of the case that the desk showed with it.
type LetterPath = (Uuid, Uuid, i64);

async fn letter(
    Extension(caller): Extension<Caller>,
    path: Result<Path<LetterPath>, PathRejection>,
) -> Result<Response, Response> {
    let Path((id, document, version)) = path.map_err(|_| refuse(ApiError::NotFound))?;
    let letter = verification::letter(&caller.backend, actor(&caller)?, id, document, version).await;
    let (name, bytes) = letter.map_err(refuse)?;
    Ok(download("application/pdf", "surat.pdf", &pdf_name(&name), bytes))
}

#[derive(Deserialize)]
struct PageQuery {
    /// Width in pixels.
    lebar: Option<u16>,
}

async fn letter_page(
    Extension(caller): Extension<Caller>,
    path: Result<Path<(Uuid, Uuid, i64, String)>, PathRejection>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Response, Response> {
    let not_found = || refuse(ApiError::NotFound);
    let Path((id, document, version, page)) = path.map_err(|_| not_found())?;
    let page = page.strip_suffix(".png").and_then(|page| page.parse().ok()).ok_or_else(not_found)?;
    let width = query.map_err(|_| not_found())?.lebar.unwrap_or(PAGE_WIDTH);
    let actor = actor(&caller)?;
    let png = verification::letter_page(&caller.backend, actor, id, document, version, page, width).await;
    let png = png.map_err(|error| match error.into() {
        error @ ApiError::Unavailable => (error.status(), texts::LETTER_PAGE_UNAVAILABLE).into_response(),
        error @ ApiError::Invalid(_) => (error.status(), texts::LETTER_PAGE_FAILED).into_response(),
        error => refuse(error),
    })?;
    // A letter must not stay in the cache of a shared browser.
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")], png).into_response())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("surat.pdf", "surat.pdf")]
    #[case("SURAT.PDF", "SURAT.PDF")]
    #[case("surat.hta", "surat.hta.pdf")]
    #[case("surat", "surat.pdf")]
    #[case(".pdf", ".pdf.pdf")]
    fn letter_is_saved_as_what_it_is(#[case] name: &str, #[case] saved: &str) {
        assert_eq!(super::pdf_name(name), saved);
    }
}
