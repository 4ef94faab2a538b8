//! The page of a platform: its settings, secrets and terms.

use domain::platforms::{
    AuthMethod,
    administration::{PlatformDetails, SecretSummary},
    form::PlatformForm,
    terms::TermsKind,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    address::{PAGE, value},
    secrets::Secrets,
    settings::ChangePage,
    terms::{PublishPage, Terms},
};
use crate::{
    administration::{AdminPage, Confirm, DoneBanner, page_form, query},
    components::{FormProblem, Icon, Loaded},
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    location::path_id,
    platforms::{api::platform, texts},
};

/// The task in the address of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Task {
    /// Change the settings.
    Change,
    /// Publish the next version of a document.
    Publish(TermsKind),
    /// End a secret.
    Retire(SecretSummary),
    /// Disable the platform.
    Disable,
}

impl Task {
    /// Reads a query. `None` for an unknown task, or a secret that has ended.
    fn of(query: &str, details: &PlatformDetails) -> Option<Self> {
        Some(match value(query, "tindak")? {
            "ubah" => Self::Change,
            "terbitkan" => Self::Publish(value(query, "jenis")?.parse().ok()?),
            "akhiri-rahasia" => {
                let id: Uuid = value(query, "rahasia")?.parse().ok()?;
                Self::Retire(details.secrets.iter().find(|secret| secret.id == id)?.clone())
            }
            "nonaktifkan" => Self::Disable,
            _ => return None,
        })
    }
}

/// `/admin/platform/{id}`.
pub fn platform_page() -> impl IntoView {
    let form = page_form();
    let (id, query) = (path_id(), query());
    let data = page_data(
        move || (id(), query()),
        |(id, query)| async move {
            let details = platform(id.ok_or(ApiError::NotFound)?).await?;
            Ok((query, details))
        },
    );
    view! {
        <Loaded
            data
            view={move |(query, details): (String, PlatformDetails)| {
                let page = format!("{PAGE}/{}", details.id);
                match Task::of(&query, &details) {
                    Some(Task::Change) => view! { <ChangePage form page details /> }.into_any(),
                    Some(Task::Publish(kind)) => view! { <PublishPage form page details kind /> }.into_any(),
                    Some(Task::Retire(secret)) => view! {
                        <DetailsPage form details asks=true />
                        <Confirm
                            form
                            title="Akhiri rahasia ini?"
                            page
                            task="akhiri-rahasia"
                            subject=("rahasia", secret.id.to_string())
                            button="Akhiri"
                        >
                            <p>"Rahasia yang berakhir dengan " <b class="num">{secret.hint}</b></p>
                            <p>{texts::RETIRE_WARNING}</p>
                        </Confirm>
                    }
                    .into_any(),
                    Some(Task::Disable) => {
                        let name = details.form.name.clone();
                        let id = details.id.to_string();
                        view! {
                            <DetailsPage form details asks=true />
                            <Confirm
                                form
                                title="Nonaktifkan platform ini?"
                                page
                                task="nonaktifkan"
                                subject=("platform", id)
                                button="Nonaktifkan"
                            >
                                <p><b>{name}</b></p>
                                <p>{texts::DISABLE_WARNING}</p>
                            </Confirm>
                        }
                        .into_any()
                    }
                    None => view! { <DetailsPage form details asks=false /> }.into_any(),
                }
            }}
        />
    }
    .into_any()
}

#[component]
fn DetailsPage(
    form: FormState,
    details: PlatformDetails,
    /// A dialog is open, which shows the problems of the form.
    asks: bool,
) -> impl IntoView {
    let page = format!("{PAGE}/{}", details.id);
    let change = view! {
        <a class="btn btn--primary" href=format!("{page}?tindak=ubah")><Icon name="edit" />"Ubah"</a>
    }
    .into_any();
    let PlatformDetails { form: fields, secrets, next_secret, terms, disabled, client_id, issuer, today, .. } = details;
    let takes_secrets =
        matches!(fields.auth_method, Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost));
    let lead = if disabled { texts::DISABLED.to_owned() } else { fields.line.clone() };
    view! {
        <AdminPage title=fields.name.clone() lead action=change>
            <DoneBanner texts=texts::DONE />
            {(!asks).then(|| view! { <FormProblem form /> })}
            <section class="section" aria-labelledby="h-sambungan">
                <header>
                    <h2 id="h-sambungan">"Sambungan"</h2>
                    <p class="sub">{texts::CONNECTION}</p>
                </header>
                <Connection fields client_id issuer />
            </section>
            {takes_secrets.then(|| view! { <Secrets page=page.clone() secrets next_secret /> })}
            {TermsKind::ALL
                .into_iter()
                .map(|kind| {
                    let versions = terms.iter().filter(|version| version.document.kind == kind).cloned().collect();
                    view! { <Terms page=page.clone() kind versions today /> }
                })
                .collect_view()}
            <section class="section" aria-labelledby="h-persetujuan">
                <header>
                    <h2 id="h-persetujuan">"Persetujuan"</h2>
                    <p class="sub">{texts::ACCEPTANCES}</p>
                </header>
                // A plain form even with script, because its answer is a file.
                <form method="post" action=format!("{page}/persetujuan")>
                    <button class="btn"><Icon name="download" />"Unduh CSV"</button>
                </form>
            </section>
            <State form page disabled />
        </AdminPage>
    }
    .into_any()
}

/// Enables or disables the platform.
#[component]
fn State(form: FormState, page: String, disabled: bool) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="h-keadaan">
            <header><h2 id="h-keadaan">"Keadaan"</h2></header>
            {if disabled {
                view! {
                    <PostForm form action=page>
                        <button class="btn" name="tindak" value="aktifkan">"Aktifkan"</button>
                    </PostForm>
                }
                .into_any()
            } else {
                view! {
                    <p>
                        <a class="btn btn--danger" href=format!("{page}?tindak=nonaktifkan") data-noscroll="">
                            "Nonaktifkan"
                        </a>
                    </p>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

/// What the developer of the platform must know.
#[component]
fn Connection(fields: PlatformForm, client_id: String, issuer: String) -> impl IntoView {
    let profiles: Vec<&str> = fields.profile_types.iter().map(|each| each.label()).collect();
    let roles: Vec<&str> = fields.roles.iter().map(|role| role.info().code).collect();
    let method = fields.auth_method.map(AuthMethod::as_str).unwrap_or_default();
    let method = if fields.pkce_required { format!("{method}, wajib PKCE") } else { method.to_owned() };
    let rows = [
        ("issuer", issuer),
        ("client_id", client_id),
        ("Bukti diri", method),
        ("Cakupan", fields.scopes.to_string()),
        ("Alamat platform", fields.address),
        ("Alamat kembali", fields.redirects),
        ("Setelah keluar", fields.logout_redirects),
        ("Mulai masuk", fields.initiate_login_uri),
        ("Kabar keluar", fields.backchannel_logout_uri),
        ("Diterima", format!("{} · {}", profiles.join(", "), roles.join(", "))),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
        view! { <div><dt>{name}</dt><dd class="lines">{value}</dd></div> }
    });
    view! { <div class="connection"><dl class="summary">{rows.collect_view()}</dl></div> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use time::macros::date;

    use super::*;

    fn details() -> PlatformDetails {
        PlatformDetails {
            id: Uuid::from_u128(1),
            client_id: "daftar-hitam".into(),
            form: PlatformForm::default(),
            secrets: vec![SecretSummary {
                id: Uuid::from_u128(7),
                hint: "x9Qk".into(),
                created_at: Timestamp::from_micros(0),
            }],
            next_secret: Uuid::from_u128(8),
            terms: Vec::new(),
            disabled: false,
            version: 1,
            issuer: "https://gerbang.contoh.go.id".into(),
            today: date!(2026 - 11 - 25),
        }
    }

    #[test]
    fn an_address_names_a_known_task_or_none() {
        let details = details();
        let asked = |query: &str| Task::of(query, &details);
        assert_eq!(asked("tindak=ubah"), Some(Task::Change));
        assert_eq!(asked("tindak=terbitkan&jenis=privasi"), Some(Task::Publish(TermsKind::Privasi)));
        let retire = format!("tindak=akhiri-rahasia&rahasia={}", Uuid::from_u128(7));
        assert!(matches!(asked(&retire), Some(Task::Retire(_))));
        let other = format!("tindak=akhiri-rahasia&rahasia={}", Uuid::from_u128(9));
        for query in ["", "selesai=disimpan", "tindak=terbitkan&jenis=lain", "tindak=lain", &other] {
            assert_eq!(asked(query), None, "{query}");
        }
    }
}
