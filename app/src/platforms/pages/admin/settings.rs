//! The pages that add and change a platform.

use domain::{
    oidc::Scope,
    platforms::{AuthMethod, ClientKind, SubjectType, administration::PlatformDetails, form::PlatformForm},
    role::ProfileType,
};
use leptos::prelude::*;

use super::{
    address::PAGE,
    form::{Buttons, Fields},
};
use crate::{
    administration::AdminPage,
    components::FormProblem,
    forms::{FormState, PostForm},
    platforms::texts,
};

#[component]
pub(super) fn AddPage(form: FormState) -> impl IntoView {
    let fields = PlatformForm {
        client_kind: Some(ClientKind::Confidential),
        auth_method: Some(AuthMethod::ClientSecretBasic),
        subject_type: Some(SubjectType::Pairwise),
        id_token_alg: "RS256".to_owned(),
        scopes: Scope::ALL.into_iter().filter(|scope| *scope != Scope::Nip).collect(),
        pkce_required: true,
        terms_for: ProfileType::ALL.to_vec(),
        ..PlatformForm::default()
    };
    view! {
        <AdminPage title="Tambah platform" lead=texts::ADD_LEAD>
            <PostForm form action=format!("{PAGE}?tindak=tambah") class="stack g8 narrow">
                <FormProblem form />
                <Fields form fields />
                <Buttons form label="Tambah platform" back=PAGE.to_owned() />
            </PostForm>
        </AdminPage>
    }
    .into_any()
}

#[component]
pub(super) fn ChangePage(form: FormState, page: String, details: PlatformDetails) -> impl IntoView {
    let PlatformDetails { form: fields, version, .. } = details;
    let name = fields.name.clone();
    let action = format!("{page}?tindak=ubah");
    view! {
        <AdminPage title=format!("Ubah {name}") lead=texts::CHANGE_LEAD>
            <PostForm form action class="stack g8 narrow">
                <FormProblem form />
                <input type="hidden" name="tindak" value="ubah" />
                <input type="hidden" name="version" value=version.to_string() />
                <Fields form fields />
                <Buttons form label="Simpan" back=page />
            </PostForm>
        </AdminPage>
    }
    .into_any()
}
