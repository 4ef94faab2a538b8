//! Hubungkan Akses SiRUP (guide steps 3 to 9).

use axum::response::Response;
use backend::applications;
use secrecy::SecretString;
use serde::Deserialize;

use super::path;
use crate::forms::server::{Done, Id, Post};

/// Credentials, an account, or neither.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SirupForm {
    #[serde(rename = "aksi")]
    action: String,
    /// An account that was linked before.
    #[serde(rename = "akun")]
    account: String,
    sirup_username: String,
    sirup_password: String,
}

/// `POST /akses/pengajuan/{id}/sirup`: links an account (guide steps 3 to 7), reuses a linked one, or continues without
/// (step 9).
pub async fn sirup(Id(id): Id, Post { caller, form, answer }: Post<SirupForm>) -> Response {
    let outcome = async {
        let actor = caller.actor()?;
        match form.action.as_str() {
            "baru" => applications::confirm_new_access(&caller.backend, actor, id).await?,
            "akun" => applications::reuse_account(&caller.backend, actor, id, &form.account).await?,
            _ => {
                let password = SecretString::from(form.sirup_password);
                applications::link_sirup(&caller.backend, actor, id, &form.sirup_username, &password).await?;
            }
        }
        Ok(Done::go(path(id, "formulir")))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}
