//! Letters and receipts. A stranger's PDF leaves us only as a download.

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
use serde::Deserialize;
use uuid::Uuid;

/// The width of a drawn page in pixels, unless another is asked for: sharp at the width of the desk's middle column.
const PAGE_WIDTH: u16 = 1200;

/// The routes of all files.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/akses/pengajuan/{id}/surat", get(own_letter))
        .route("/akses/pengajuan/{id}/bukti.pdf", get(receipt))
        .route("/verifikasi/{id}/surat/{document}/{version}/asli", get(letter))
        .route("/verifikasi/{id}/surat/{document}/{version}/{page}", get(letter_page))
}

/// A file that is saved, never opened in place: our name for it, its own in the form of RFC 6266.
fn download(kind: &'static str, fallback: &str, name: &str, bytes: impl Into<axum::body::Body>) -> Response {
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let disposition = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}");
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    (headers, bytes.into()).into_response()
}

fn refuse(error: impl Into<ApiError>) -> Response {
    let error = error.into();
    let text = match error {
        ApiError::SignedOut => "Sesi Anda sudah berakhir. Masuk lagi, lalu ulangi.",
        ApiError::NotFound => "Berkas tidak ditemukan.",
        ApiError::Conflict(_) => "Surat kasus ini sudah berubah. Muat ulang halaman untuk melihat surat terbaru.",
        _ => "Berkas belum dapat ditampilkan. Coba lagi sebentar lagi.",
    };
    (error.status(), text).into_response()
}

fn actor(caller: &Caller) -> Result<&Actor, Response> {
    caller.actor().map_err(refuse)
}

async fn own_letter(Extension(caller): Extension<Caller>, Path(id): Path<Uuid>) -> Result<Response, Response> {
    let (letter, bytes) = applications::letter(&caller.backend, actor(&caller)?, id).await.map_err(refuse)?;
    Ok(download("application/pdf", "surat.pdf", &letter.file_name, bytes))
}

async fn receipt(Extension(caller): Extension<Caller>, Path(id): Path<Uuid>) -> Result<Response, Response> {
    let (reference, bytes) = applications::receipt(&caller.backend, actor(&caller)?, id).await.map_err(refuse)?;
    let name = format!("bukti-{reference}.pdf");
    Ok(download("application/pdf", &name, &name, bytes))
}

/// What the address of a letter of the desk names: the case, the document, the version of the case that was read with it.
type Named = (Uuid, Uuid, i64);

async fn letter(
    Extension(caller): Extension<Caller>,
    named: Result<Path<Named>, PathRejection>,
) -> Result<Response, Response> {
    let Path((id, document, version)) = named.map_err(|_| refuse(ApiError::NotFound))?;
    let letter = verification::letter(&caller.backend, actor(&caller)?, id, document, version).await;
    let (name, bytes) = letter.map_err(refuse)?;
    Ok(download("application/pdf", "surat.pdf", &name, bytes))
}

/// What the query of a page says.
#[derive(Deserialize)]
struct Look {
    /// The width in pixels.
    lebar: Option<u16>,
}

async fn letter_page(
    Extension(caller): Extension<Caller>,
    named: Result<Path<(Uuid, Uuid, i64, String)>, PathRejection>,
    look: Result<Query<Look>, QueryRejection>,
) -> Result<Response, Response> {
    let not_there = || refuse(ApiError::NotFound);
    let Path((id, document, version, page)) = named.map_err(|_| not_there())?;
    let page = page.strip_suffix(".png").and_then(|page| page.parse().ok()).ok_or_else(not_there)?;
    let width = look.map_err(|_| not_there())?.lebar.unwrap_or(PAGE_WIDTH);
    let actor = actor(&caller)?;
    let png = verification::letter_page(&caller.backend, actor, id, document, version, page, width).await;
    let png = png.map_err(|error| match error.into() {
        error @ (ApiError::Unavailable | ApiError::Invalid(_)) => {
            let text = "Halaman ini tidak dapat ditampilkan. Muat ulang sebentar lagi, atau unduh berkas aslinya.";
            (error.status(), text).into_response()
        }
        error => refuse(error),
    })?;
    // Nothing of a letter stays behind in a browser that others use, too.
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")], png).into_response())
}
