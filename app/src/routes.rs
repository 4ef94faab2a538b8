//! The routes that take posted forms; each is the path of the page that has the form.

use axum::{
    Json, Router,
    extract::Form,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use crate::{
    api::{account, admin, desk, figures, help, invitation, leaving, platform, wizard},
    forms::server::own_path,
    state::{AppState, Caller},
};

/// All of them.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/masuk", post(account::sign_in))
        .route("/keluar", post(account::sign_out))
        .route("/daftar", post(account::sign_up))
        .route("/daftar/konfirmasi", post(account::confirm))
        .route("/lupa-kata-sandi", post(account::forgot))
        .route("/atur-ulang-kata-sandi", post(account::reset))
        .route("/profil", post(account::change_profile))
        .route("/profil/kata-sandi", post(account::change_password))
        .route("/profil/sesi", post(account::end_sessions))
        .route("/akses/baru", post(wizard::start))
        .route("/akses/perpanjang/{id}", post(wizard::renew))
        .route("/akses/pengajuan/{id}/sirup", post(wizard::sirup))
        .route("/akses/pengajuan/{id}/formulir", post(wizard::form))
        .route("/akses/pengajuan/{id}/instansi", post(wizard::pick_institution))
        .route("/akses/pengajuan/{id}/satker", post(wizard::pick_work_unit))
        .route("/akses/pengajuan/{id}/surat", post(wizard::upload))
        .route("/akses/pengajuan/{id}/tinjau", post(wizard::submit))
        .route("/akses/pengajuan/{id}/status", post(wizard::withdraw))
        .route("/verifikasi", post(desk::claim_next))
        .route("/verifikasi/{id}", post(desk::decide))
        .route("/verifikasi/{id}/ambil", post(desk::claim))
        .route("/verifikasi/{id}/perpanjang", post(desk::renew))
        .route("/verifikasi/{id}/lepas", post(desk::release))
        .route("/verifikasi/{id}/ambil-alih", post(desk::take_over))
        .route("/verifikasi/{id}/pratinjau", post(desk::preview))
        .route("/verifikasi/{id}/urungkan", post(desk::undo))
        .route("/verifikasi/{id}/buka-kembali", post(desk::reopen))
        .route("/verifikasi/statistik.csv", get(figures::download))
        .route("/admin", post(admin::change_staff))
        .route("/admin/alasan", post(admin::change_lists))
        .route("/admin/libur", post(admin::change_holidays))
        .route("/admin/surel", post(admin::resend_mail))
        .route("/admin/platform", post(platform::add_platform))
        .route("/admin/platform/{id}", post(platform::change_platform))
        .route("/admin/platform/{id}/rahasia", post(platform::make_secret))
        .route("/admin/platform/{id}/persetujuan", post(platform::export))
        .route("/platform/{slug}", post(platform::enter))
        .route("/platform/{slug}/ketentuan", post(platform::accept))
        .route("/platform/lanjut/{id}", post(platform::answer_request))
        .route("/undangan", post(invitation::accept))
        .route("/oidc/keluar", post(leaving::leave))
        .route("/bantuan", post(help::ask_for_help))
        .route("/tema", post(switch_scheme))
}

#[derive(Deserialize)]
struct SchemeForm {
    /// Light or dark; without script the other one than the cookie says.
    tema: Option<String>,
    kembali: Option<String>,
}

/// `POST /tema`: remembers light or dark.
async fn switch_scheme(
    axum::Extension(caller): axum::Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<SchemeForm>,
) -> Response {
    let now = crate::state::cookie(&headers, "tema");
    let scheme = match form.tema.as_deref().or(now.map(|now| if now == "dark" { "light" } else { "dark" })) {
        Some("light") => "light",
        _ => "dark",
    };
    let scripted = form.tema.is_some();
    let mut response = if scripted {
        (StatusCode::OK, Json(())).into_response()
    } else {
        Redirect::to(&own_path(form.kembali.as_deref(), "/akses")).into_response()
    };
    if let Some(cookie) = caller.cookies.set_scheme(scheme) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
