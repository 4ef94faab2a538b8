//! Platforms: the launcher behind **Pilih Platform** (guide steps 16 to 19), the terms before it, and their
//! administration.

use domain::{
    platforms::{form::PlatformForm, terms::TermsKind},
    role::{ProfileType, Role},
    time::Timestamp,
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use time::Date;
use uuid::Uuid;

use crate::error::ApiError;
use crate::prose::Node;

/// A platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformView {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub line: String,
    /// The symbol that stands for it.
    pub logo: Option<String>,
}

/// An access that is usable on a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsableAccess {
    /// Its row.
    pub id: Uuid,
    /// The role that it proves.
    pub role: Role,
    /// The work unit, or the company.
    pub place: String,
    /// The institution, or the number of the company.
    pub institution: Option<String>,
    /// Its last day.
    pub last_day: Date,
    /// Whether it was chosen there the last time.
    pub last_used: bool,
}

/// The launcher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LauncherView {
    /// The platforms that the person may enter.
    pub open: Vec<PlatformView>,
    /// Why the others are not among them, a sentence each.
    pub closed: Vec<String>,
    /// The platform that is chosen, and the accesses usable there.
    pub chosen: Option<(PlatformView, Vec<UsableAccess>)>,
    /// Whether the address names a platform that is not there.
    pub unknown: bool,
}

/// The platforms, and the accesses usable on the one that the address names.
#[server(name = LauncherFn, prefix = "/api", endpoint = "platform", input = GetUrl)]
pub async fn launcher(slug: Option<String>) -> Result<LauncherView, ApiError> {
    use backend::platforms::launch;
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for choice in launch::platforms(&caller.backend, actor).await? {
        match &choice.entry {
            Ok(_) => open.push(PlatformView::from(choice.platform)),
            Err(why) => closed.push(words::closed(&choice.platform.name, why)),
        }
    }
    let asked = slug.filter(|slug| !slug.is_empty());
    let known = asked.as_ref().filter(|slug| open.iter().any(|platform| platform.slug == **slug));
    let chosen = match known {
        Some(slug) => {
            let (platform, accesses) = launch::accesses_for(&caller.backend, actor, slug).await?;
            Some((PlatformView::from(platform), accesses.into_iter().map(UsableAccess::from).collect()))
        }
        None => None,
    };
    let unknown = asked.is_some() && chosen.is_none();
    if unknown && let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    Ok(LauncherView { open, closed, chosen, unknown })
}

/// A document to accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// The version.
    pub id: Uuid,
    /// Which document.
    pub kind: TermsKind,
    /// Its number.
    pub version: u32,
    /// Since when it is in force.
    pub in_force_on: Date,
    /// What it says.
    pub text: Vec<Node>,
}

/// What is to be accepted before a platform is entered with an access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementView {
    /// The platform.
    pub platform: PlatformView,
    /// The access.
    pub access: UsableAccess,
    /// The documents; none if all were accepted.
    pub documents: Vec<DocumentView>,
}

/// The documents that are due for a person who enters `slug` with an access.
#[server(name = AgreementFn, prefix = "/api", endpoint = "platform/ketentuan", input = GetUrl)]
pub async fn agreement(slug: String, access: Uuid) -> Result<AgreementView, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::platforms::launch::before_entering(&caller.backend, caller.actor()?, &slug, access).await?.into())
}

/// A platform that asks for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestView {
    /// The platform.
    pub platform: PlatformView,
    /// The accesses usable there.
    pub accesses: Vec<UsableAccess>,
    /// What is to be accepted for the access that the address names.
    pub agreement: Option<AgreementView>,
}

/// The request of a platform that waits, and what is to be accepted for `access`, once that is chosen.
#[server(name = RequestFn, prefix = "/api", endpoint = "platform/lanjut", input = GetUrl)]
pub async fn request(request: Uuid, access: Option<Uuid>) -> Result<RequestView, ApiError> {
    use backend::platforms::launch;
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let parked = launch::parked(&caller.backend, actor, request).await?;
    let agreement = match access {
        Some(access) => {
            let slug = &parked.platform.slug;
            Some(launch::before_entering(&caller.backend, actor, slug, access).await?.into())
        }
        None => None,
    };
    Ok(RequestView {
        platform: parked.platform.into(),
        accesses: parked.accesses.into_iter().map(UsableAccess::from).collect(),
        agreement,
    })
}

/// A platform in the list of an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPlatform {
    /// Its row.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The symbol that stands for it.
    pub logo: Option<String>,
    /// The profile types that it admits.
    pub profile_types: Vec<ProfileType>,
    /// The roles that it admits.
    pub roles: Vec<Role>,
    /// Whether nobody can enter it now.
    pub disabled: bool,
}

/// Every platform.
#[server(name = AdminPlatformsFn, prefix = "/api", endpoint = "admin/platform", input = GetUrl)]
pub async fn platforms() -> Result<Vec<ListedPlatform>, ApiError> {
    let caller = crate::state::Caller::current()?;
    let listed = backend::platforms::admin::list(&caller.backend, caller.actor()?).await?;
    let views = listed.into_iter().map(|platform| ListedPlatform {
        id: platform.id,
        slug: platform.slug,
        name: platform.name,
        logo: platform.logo,
        profile_types: platform.profile_types,
        roles: platform.roles,
        disabled: platform.disabled,
    });
    Ok(views.collect())
}

/// A secret, without what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// Its row.
    pub id: Uuid,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A version of a platform's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// What it is and says.
    pub document: DocumentView,
    /// SHA-256 of its text.
    pub sha256: String,
    /// Days of grace.
    pub grace_days: u32,
    /// How many people accepted it.
    pub accepted: u32,
}

/// A platform, for an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformDetails {
    /// Its row.
    pub id: Uuid,
    /// The name by which it asks.
    pub client_id: String,
    /// What is set.
    pub fields: PlatformForm,
    /// Its secrets.
    pub secrets: Vec<SecretView>,
    /// The row that the next secret would get: a form that is sent twice makes one.
    pub next_secret: Uuid,
    /// Its terms, by kind, the newest first.
    pub terms: Vec<VersionView>,
    /// Whether nobody can enter it now.
    pub disabled: bool,
    /// The change that is shown.
    pub version: i64,
    /// Who says that it is we who speak: what a platform is to be told.
    pub issuer: String,
    /// Today.
    pub today: Date,
}

/// A platform with its terms.
#[server(name = AdminPlatformFn, prefix = "/api", endpoint = "admin/platform/rincian", input = GetUrl)]
pub async fn platform(id: Uuid) -> Result<PlatformDetails, ApiError> {
    use backend::platforms::{admin, terms};
    let caller = crate::state::Caller::current()?;
    let (backend, actor) = (&caller.backend, caller.actor()?);
    let found = admin::find(backend, actor, id).await?;
    let terms = terms::list(backend, actor, id).await?;
    Ok(PlatformDetails {
        id: found.id,
        client_id: found.client_id,
        fields: found.form,
        secrets: found
            .secrets
            .into_iter()
            .map(|secret| SecretView { id: secret.id, hint: secret.hint, created_at: secret.created_at })
            .collect(),
        next_secret: backend.world.id(),
        terms: terms.into_iter().map(VersionView::from).collect(),
        disabled: found.disabled,
        version: found.version,
        issuer: backend.settings.link(""),
        today: backend.world.today(actor.zone),
    })
}

#[cfg(feature = "ssr")]
mod views {
    use backend::platforms::{Platform, launch::AccessChoice, terms::Version};

    use super::{AgreementView, DocumentView, PlatformView, UsableAccess, VersionView};
    use crate::prose;

    impl From<Platform> for PlatformView {
        fn from(platform: Platform) -> Self {
            Self { slug: platform.slug, name: platform.name, line: platform.line, logo: platform.logo }
        }
    }

    impl From<AccessChoice> for UsableAccess {
        fn from(access: AccessChoice) -> Self {
            Self {
                id: access.id,
                role: access.role,
                place: access.place,
                institution: access.institution,
                last_day: access.last_day,
                last_used: access.last_used,
            }
        }
    }

    impl From<(Platform, AccessChoice, Vec<Version>)> for AgreementView {
        fn from((platform, access, due): (Platform, AccessChoice, Vec<Version>)) -> Self {
            Self {
                platform: platform.into(),
                access: access.into(),
                documents: due.into_iter().map(DocumentView::from).collect(),
            }
        }
    }

    impl From<Version> for DocumentView {
        fn from(version: Version) -> Self {
            Self {
                id: version.id,
                kind: version.kind,
                version: version.version,
                in_force_on: version.in_force_on,
                text: prose::parse(&version.text),
            }
        }
    }

    impl From<Version> for VersionView {
        fn from(version: Version) -> Self {
            Self {
                sha256: version.sha256.clone(),
                grace_days: version.grace_days,
                accepted: version.accepted,
                document: version.into(),
            }
        }
    }
}

#[cfg(feature = "ssr")]
mod words {
    use backend::platforms::launch::Closed;
    use domain::indonesian::date;

    /// Why a platform is not offered.
    pub fn closed(name: &str, why: &Closed) -> String {
        let because = match why {
            Closed::OtherProfile(types) => {
                let types: Vec<&str> = types.iter().map(|each| each.label()).collect();
                format!("hanya menerima akses {}", types.join(" atau "))
            }
            Closed::OtherRole(roles) => {
                let roles: Vec<&str> = roles.iter().map(|each| each.info().code).collect();
                format!("hanya menerima role {}", roles.join(" atau "))
            }
            Closed::NotYet(day) => format!("akses Anda yang diterima di sana baru berlaku mulai {}", date(*day)),
            Closed::Over => "akses Anda yang diterima di sana sudah berakhir".to_owned(),
            Closed::NoAccess => "Anda belum memiliki akses".to_owned(),
        };
        format!("{name} tidak ditampilkan karena {because}.")
    }

    #[cfg(test)]
    mod tests {
        use domain::role::{ProfileType, Role};
        use time::macros::date;

        use crate::platforms::api::words::*;

        #[test]
        fn it_is_told_why_a_platform_is_not_offered() {
            let told = closed("Toko Daring", &Closed::OtherProfile(vec![ProfileType::Penyedia]));
            assert_eq!(told, "Toko Daring tidak ditampilkan karena hanya menerima akses Penyedia.");
            let told = closed("SPSE", &Closed::OtherRole(vec![Role::Pa, Role::Kpa]));
            assert_eq!(told, "SPSE tidak ditampilkan karena hanya menerima role PA atau KPA.");
            let told = closed("SPSE", &Closed::NotYet(date!(2027 - 01 - 01)));
            assert!(told.ends_with("baru berlaku mulai 1 Januari 2027."), "{told}");
        }
    }
}

#[cfg(feature = "ssr")]
pub use handlers::{accept, add_platform, answer_request, change_platform, enter, export, goes_on_at, make_secret};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::{
        extract::Path,
        http::header,
        response::{IntoResponse, Response},
    };
    use backend::{
        Error,
        oidc::authorize::{self, Next, Step},
        platforms::{
            admin,
            launch::{self, Launch},
            terms::{self, Draft},
        },
    };
    use domain::{
        issues::{Field, Problem},
        platforms::form::PlatformForm,
        role::{ProfileType, Role},
        validity::DateInput,
    };
    use leptos::prelude::*;
    use uuid::Uuid;

    use crate::{
        error::ApiError,
        forms::server::{Done, Id, NoFields, Post},
        state::Caller,
    };

    type Pair = (String, String);

    fn not_found() -> ApiError {
        ApiError::from(Error::NotFound)
    }

    fn value<'f>(fields: &'f [Pair], name: &str) -> &'f str {
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    fn all<'f>(fields: &'f [Pair], name: &'f str) -> impl Iterator<Item = &'f str> {
        fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The access that was chosen.
    fn access(fields: &[Pair]) -> Result<Uuid, ApiError> {
        let chosen = value(fields, Field::Access.as_str()).parse();
        chosen.map_err(|_| ApiError::from(Error::invalid(Field::Access, Problem::Missing)))
    }

    /// The versions that a form accepts.
    fn accepted(fields: &[Pair]) -> Vec<Uuid> {
        all(fields, "terms").filter_map(|id| id.parse().ok()).collect()
    }

    /// On to the platform, or to what must be accepted before.
    async fn go(caller: &Caller, slug: &str, access: Uuid) -> Result<Done, ApiError> {
        let (backend, actor) = (&caller.backend, caller.actor()?);
        Ok(match launch::launch(backend, actor, slug, access).await? {
            Launch::Accept(_) => Done::go(format!("/platform/{slug}/ketentuan?akses={access}")),
            Launch::Go(url) => {
                let (platform, _) = launch::accesses_for(backend, actor, slug).await?;
                Done::leave(url, platform.name)
            }
        })
    }

    /// `POST /platform/{slug}`: **Selanjutnya**.
    pub async fn enter(Path(slug): Path<String>, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async { go(&caller, &slug, access(answer.values())?).await };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /platform/{slug}/ketentuan`: **Setuju**.
    pub async fn accept(Path(slug): Path<String>, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let access = access(answer.values())?;
            let terms = accepted(answer.values());
            if !terms.is_empty() {
                terms::accept(&caller.backend, caller.actor()?, &terms, access).await?;
            }
            go(&caller, &slug, access).await
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /platform/lanjut/{request}`: the access for a platform that asks, then what is accepted for it.
    pub async fn answer_request(Id(request): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let (backend, actor) = (&caller.backend, caller.actor()?);
            let access = access(answer.values())?;
            let name = launch::parked(backend, actor, request).await?.platform.name;
            launch::remember(backend, actor, request, access).await?;
            let terms = accepted(answer.values());
            if !terms.is_empty() {
                terms::accept(backend, actor, &terms, access).await?;
            }
            Ok(match authorize::resume(backend, actor, request, Some(access)).await? {
                Next::Redirect(url) => Done::leave(url, name),
                Next::Wait { request, step } => Done::go(goes_on_at(request, step, true)),
                Next::Show(_) => return Err(not_found()),
            })
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// The page where somebody does what a request of a platform waits for.
    pub fn goes_on_at(request: Uuid, step: Step, signed_in: bool) -> String {
        let page = format!("/platform/lanjut/{request}");
        match step {
            // Who is signed in would go on from there, and is to sign in all the same.
            Step::SignIn if signed_in => format!("/masuk?ulang=ya&lanjut={page}"),
            Step::SignIn => format!("/masuk?lanjut={page}"),
            Step::Choose => page,
            Step::Accept(access) => format!("{page}?akses={access}"),
        }
    }

    /// The fields of the form of a platform.
    fn platform_form(fields: &[Pair]) -> PlatformForm {
        let text = |field: Field| value(fields, field.as_str()).to_owned();
        let ticked =
            |prefix: &str| -> Vec<&str> { fields.iter().filter_map(|(name, _)| name.strip_prefix(prefix)).collect() };
        let profile_types = |prefix: &str| -> Vec<ProfileType> {
            ticked(prefix).into_iter().filter_map(|each| each.parse().ok()).collect()
        };
        PlatformForm {
            name: text(Field::PlatformName),
            slug: text(Field::Slug),
            line: text(Field::Line),
            logo: text(Field::Logo),
            address: text(Field::Site),
            initiate_login_uri: text(Field::InitiateLogin),
            client_kind: text(Field::ClientKind).parse().ok(),
            auth_method: text(Field::AuthMethod).parse().ok(),
            jwks: text(Field::Jwks),
            id_token_alg: text(Field::IdTokenAlg),
            subject_type: text(Field::SubjectType).parse().ok(),
            sector: text(Field::Sector),
            pkce_required: !value(fields, "pkce").is_empty(),
            profile_types: profile_types("profile_"),
            roles: ticked("role_").into_iter().filter_map(|each| each.parse::<Role>().ok()).collect(),
            terms_for: profile_types("terms_"),
            redirects: text(Field::Redirects),
            logout_redirects: text(Field::LogoutRedirects),
            backchannel_logout_uri: text(Field::BackChannel),
        }
    }

    /// `POST /admin/platform`: a new platform.
    pub async fn add_platform(Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let form = platform_form(answer.values());
            let id = admin::create(&caller.backend, caller.actor()?, &form).await?;
            Ok(Done::go(format!("/admin/platform/{id}?selesai=ditambah")))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// `POST /admin/platform/{id}`: sets it anew, publishes terms, ends a secret, closes, opens; `tindak` says which.
    pub async fn change_platform(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = change(&caller, id, answer.values()).await;
        answer.send(outcome.map(|done| Done::go(format!("/admin/platform/{id}?selesai={done}")))).await
    }

    /// Gives the word for what was done.
    async fn change(caller: &Caller, id: Uuid, fields: &[Pair]) -> Result<&'static str, ApiError> {
        let (backend, actor) = (&caller.backend, caller.actor()?);
        Ok(match value(fields, "tindak") {
            "ubah" => {
                let version = value(fields, "version").parse().unwrap_or(0);
                admin::change(backend, actor, id, version, &platform_form(fields)).await?;
                "disimpan"
            }
            "terbitkan" => {
                let draft = draft(fields).ok_or_else(not_found)?;
                terms::publish(backend, actor, id, &draft).await?;
                "diterbitkan"
            }
            "akhiri-rahasia" => {
                let secret = value(fields, "rahasia").parse().map_err(|_| not_found())?;
                admin::retire_secret(backend, actor, id, secret).await?;
                "diakhiri"
            }
            "nonaktifkan" => {
                admin::set_disabled(backend, actor, id, true).await?;
                "nonaktif"
            }
            "aktifkan" => {
                admin::set_disabled(backend, actor, id, false).await?;
                "aktif"
            }
            _ => return Err(not_found()),
        })
    }

    /// A version of terms as typed.
    fn draft(fields: &[Pair]) -> Option<Draft> {
        let text = |name: &str| value(fields, name).to_owned();
        Some(Draft {
            kind: value(fields, "jenis").parse().ok()?,
            text: text("text"),
            in_force_on: DateInput { day: text("day"), month: text("day_month"), year: text("day_year") },
            grace_days: text("grace_days"),
        })
    }

    /// `POST /admin/platform/{id}/rahasia`: makes a secret, and shows it in a page that is at no address.
    pub async fn make_secret(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let page = format!("/admin/platform/{id}");
        let outcome = async {
            let secret_id = value(answer.values(), "rahasia").parse().map_err(|_| not_found())?;
            Ok(admin::make_secret(&caller.backend, caller.actor()?, id, secret_id).await?)
        };
        let outcome = outcome.await;
        match outcome {
            Ok((client_id, secret)) => {
                let secret = secret.expose().to_owned();
                answer.alone("Rahasia baru", move || secret_page(&page, &client_id, &secret)).await
            }
            Err(error) => answer.on(&page).send(Err(error)).await,
        }
    }

    fn secret_page(page: &str, client_id: &str, secret: &str) -> AnyView {
        view! {
            <div class="stack g6">
                <div class="stack g2">
                    <h1>"Rahasia baru"</h1>
                    <p class="lead">"Salin sekarang. Setelah halaman ini ditutup, rahasia tidak dapat dilihat lagi."</p>
                </div>
                <dl class="stack g3">
                    <div>
                        <dt class="label">"client_id"</dt>
                        <dd><code class="secret">{client_id.to_owned()}</code></dd>
                    </div>
                    <div>
                        <dt class="label">"client_secret"</dt>
                        <dd><code class="secret">{secret.to_owned()}</code></dd>
                    </div>
                </dl>
                <p class="row"><a class="btn btn--primary" href=page.to_owned()>"Sudah saya salin"</a></p>
            </div>
        }
        .into_any()
    }

    /// `POST /admin/platform/{id}/persetujuan`: who accepted which version, as a file for spreadsheets. It is posted,
    /// since it leaves a trail.
    pub async fn export(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = async {
            let csv = terms::export(&caller.backend, caller.actor()?, id).await?;
            let today = caller.backend.world.today(caller.actor()?.zone);
            Ok::<_, ApiError>((csv, today))
        };
        let outcome = outcome.await;
        match outcome {
            Ok((csv, today)) => {
                let disposition = format!("attachment; filename=\"persetujuan-{today}.csv\"");
                let headers = [
                    (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                    (header::CONTENT_DISPOSITION, disposition),
                ];
                (headers, csv).into_response()
            }
            Err(error) => answer.on(&format!("/admin/platform/{id}")).send(Err(error)).await,
        }
    }
}
