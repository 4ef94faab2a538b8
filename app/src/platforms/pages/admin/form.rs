//! The fields of a platform.

use domain::{
    issues::Field,
    oidc::Scope,
    platforms::{
        AuthMethod, ClientKind, SubjectType,
        form::{LOGOS, PlatformForm},
    },
    role::{ProfileType, Role},
};
use leptos::prelude::*;

use crate::{
    components::{
        Choice, Choices, Icon, TextArea, TextField,
        field::{FieldError, described_by, invalid},
    },
    forms::FormState,
};

/// The label of a symbol.
fn logo_name(logo: &str) -> &'static str {
    match logo {
        "ban" => "Larangan",
        "cart" => "Keranjang",
        "gavel" => "Palu",
        "list" => "Daftar",
        "office" => "Gedung",
        "chart" => "Grafik",
        "inbox" => "Kotak masuk",
        _ => "Berkas",
    }
}

/// The buttons below a form.
#[component]
pub(super) fn Buttons(form: FormState, label: &'static str, back: String) -> impl IntoView {
    view! {
        <div class="row actions">
            <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>{label}</button>
            <a class="btn" href=back>"Batal"</a>
        </div>
    }
}

/// All fields.
#[component]
pub(super) fn Fields(form: FormState, fields: PlatformForm) -> impl IntoView {
    view! {
        <Public form fields=fields.clone() />
        <Admission form fields=fields.clone() />
        <Client form fields=fields.clone() />
        <Data form fields=fields.clone() />
        <Addresses form fields />
    }
    .into_any()
}

/// What people see.
#[component]
fn Public(form: FormState, fields: PlatformForm) -> impl IntoView {
    let logo = form.typed(Field::Logo.as_str()).unwrap_or(fields.logo);
    let symbols = LOGOS.into_iter().map(|symbol| {
        let selected = symbol == logo;
        view! { <option value=symbol selected=selected>{logo_name(symbol)}</option> }
    });
    view! {
        <h2>"Tampilan"</h2>
        <TextField
            form
            field=Field::PlatformName
            label="Nama platform"
            hint="Misalnya Daftar Hitam."
            value=fields.name
        />
        <TextField
            form
            field=Field::Line
            label="Satu baris keterangan"
            hint="Misalnya Sanksi bagi penyedia."
            value=fields.line
        />
        <TextField
            form
            field=Field::Slug
            label="Nama dalam alamat"
            hint="Huruf kecil, angka, dan tanda hubung. Platform baru mendapat client_id yang sama."
            value=fields.slug
        />
        <div class="field">
            <label class="label" for=Field::Logo.as_str()>"Lambang"</label>
            <div class="control">
                <select id=Field::Logo.as_str() name=Field::Logo.as_str()>
                    <option value="">"Tanpa lambang khusus"</option>
                    {symbols.collect_view()}
                </select>
                <Icon name="down" small=true />
            </div>
            <FieldError form field=Field::Logo />
        </div>
    }
    .into_any()
}

/// Whom the platform admits, and who must accept its terms.
#[component]
fn Admission(form: FormState, fields: PlatformForm) -> impl IntoView {
    let profiles: Vec<_> = ProfileType::ALL
        .map(|each| (format!("profile_{each}"), each.label().to_owned(), fields.profile_types.contains(&each)))
        .to_vec();
    let other = ProfileType::NonPenyedia;
    let words = format!("{}, seperti Penyedia", other.label());
    let bound = (format!("terms_{other}"), words, fields.terms_for.contains(&other));
    let roles: Vec<_> =
        Role::ALL.iter().map(|role| (format!("role_{role}"), role.title(), fields.roles.contains(role))).collect();
    view! {
        <h2>"Siapa yang diterima"</h2>
        <Ticks form field=Field::ProfileTypes label="Tipe profil" boxes=profiles />
        <Ticks form field=Field::Roles label="Role" boxes=roles />
        // Penyedia always must (guide step 19).
        <Ticks form field=Field::TermsFor label="Harus menyetujui ketentuan" boxes=vec![bound] />
    }
    .into_any()
}

/// Tick boxes, each with its name, label and initial state.
#[component]
fn Ticks(form: FormState, field: Field, label: &'static str, boxes: Vec<(String, String, bool)>) -> impl IntoView {
    // In a refused form, a box without a value was not ticked.
    let came_back = form.typed(Field::Slug.as_str()).is_some();
    let boxes = boxes.into_iter().enumerate().map(|(nth, (name, words, ticked))| {
        let ticked = if came_back { form.typed(&name).is_some() } else { ticked };
        let id = (nth == 0).then(|| field.as_str());
        view! {
            <label class="tick">
                <input
                    id=id
                    type="checkbox"
                    name=name
                    value="ya"
                    checked=ticked
                    on:change=move |_| form.set_issue(field, None)
                />
                {words}
            </label>
        }
    });
    view! {
        <fieldset
            class="field"
            role="group"
            aria-invalid=invalid(form, field)
            aria-describedby=described_by(form, field, false)
        >
            <legend class="label">{label}</legend>
            <div>{boxes.collect_view()}</div>
            <FieldError form field />
        </fieldset>
    }
    .into_any()
}

/// The client of OpenID Connect.
#[component]
fn Client(form: FormState, fields: PlatformForm) -> impl IntoView {
    let typed = |field: Field, stored: Option<&'static str>| {
        form.typed(field.as_str()).or_else(|| stored.map(str::to_owned)).unwrap_or_default()
    };
    let kind = typed(Field::ClientKind, fields.client_kind.map(ClientKind::as_str));
    let method = typed(Field::AuthMethod, fields.auth_method.map(AuthMethod::as_str));
    let subject = typed(Field::SubjectType, fields.subject_type.map(SubjectType::as_str));
    let algorithm = form.typed(Field::IdTokenAlg.as_str()).unwrap_or(fields.id_token_alg);
    let came_back = form.typed(Field::Slug.as_str()).is_some();
    let pkce = if came_back { form.typed("pkce").is_some() } else { fields.pkce_required };
    let choices = |field: Field, chosen: String, all: &'static [(&'static str, &'static str, &'static str)]| {
        all.iter()
            .enumerate()
            .map(|(nth, (value, title, note))| {
                let id = (nth == 0).then(|| field.as_str());
                let checked = chosen == *value;
                view! { <Choice name=field.as_str() value=*value title=*title note=*note checked id /> }
            })
            .collect_view()
    };
    view! {
        <h2>"Sambungan OpenID Connect"</h2>
        <Choices form field=Field::ClientKind label="Jenis klien">
            {choices(Field::ClientKind, kind, KINDS)}
        </Choices>
        <Choices form field=Field::AuthMethod label="Cara membuktikan diri">
            {choices(Field::AuthMethod, method, METHODS)}
        </Choices>
        <TextArea
            form
            field=Field::Jwks
            label="Kunci publik (JWKS)"
            hint="Hanya untuk private_key_jwt. Tempelkan kunci publik saja."
            value=fields.jwks
        />
        <label class="tick">
            <input type="checkbox" name="pkce" value="ya" checked=pkce />
            "Wajib PKCE. Untuk klien publik selalu wajib."
        </label>
        <Choices form field=Field::IdTokenAlg label="Tanda tangan token ID">
            {choices(Field::IdTokenAlg, algorithm, ALGORITHMS)}
        </Choices>
        <Choices form field=Field::SubjectType label="Sebutan orang (sub)">
            {choices(Field::SubjectType, subject, SUBJECTS)}
        </Choices>
        <TextField
            form
            field=Field::Sector
            label="Sektor"
            hint="Nama host. Platform sesektor melihat sebutan yang sama. Kosongkan untuk host alamat kembali."
            value=fields.sector
        />
    }
    .into_any()
}

/// What the platform may learn.
#[component]
fn Data(form: FormState, fields: PlatformForm) -> impl IntoView {
    let boxes: Vec<_> = SCOPES
        .iter()
        .map(|(scope, words)| (format!("scope_{scope}"), (*words).to_owned(), fields.scopes.has(*scope)))
        .collect();
    view! {
        <h2>"Data yang diberikan"</h2>
        <Ticks form field=Field::Scopes label="Cakupan (scope) yang boleh diminta" boxes />
    }
    .into_any()
}

/// All but `openid`, which every platform has.
const SCOPES: &[(Scope, &str)] = &[
    (Scope::Profile, "profile: nama yang diverifikasi"),
    (Scope::Email, "email: alamat surel"),
    (Scope::Gerbang, "gerbang: akses yang dipilih"),
    (Scope::Nip, "nip: NIP yang diverifikasi"),
    (Scope::OfflineAccess, "offline_access: tetap terhubung setelah orang pergi, paling lama 30 hari"),
];
const KINDS: &[(&str, &str, &str)] = &[
    ("confidential", "Rahasia", "Berjalan di server dan dapat menyimpan rahasia."),
    ("public", "Publik", "Berjalan di peramban atau ponsel; tidak dapat menyimpan rahasia."),
];
const METHODS: &[(&str, &str, &str)] = &[
    ("client_secret_basic", "client_secret_basic", "Rahasia dalam kepala Authorization."),
    ("client_secret_post", "client_secret_post", "Rahasia dalam isi permintaan."),
    ("private_key_jwt", "private_key_jwt", "Pernyataan yang ditandatangani dengan kunci platform."),
    ("none", "none", "Tanpa bukti, hanya untuk klien publik."),
];
const ALGORITHMS: &[(&str, &str, &str)] =
    &[("RS256", "RS256", "Dikenal semua pustaka."), ("ES256", "ES256", "Lebih pendek dan lebih cepat.")];
const SUBJECTS: &[(&str, &str, &str)] = &[
    ("pairwise", "Berbeda tiap sektor", "Platform tidak dapat mencocokkan orang di antara mereka."),
    ("public", "Sama di mana-mana", "Hanya bila platform perlu mencocokkan orang."),
];

/// Its address and its redirects.
#[component]
fn Addresses(form: FormState, fields: PlatformForm) -> impl IntoView {
    view! {
        <h2>"Alamat"</h2>
        <TextField form field=Field::Site label="Alamat platform" kind="url" value=fields.address />
        <TextArea
            form
            field=Field::Redirects
            label="Alamat kembali setelah masuk"
            hint="Satu alamat setiap baris; dibandingkan huruf demi huruf."
            value=fields.redirects
        />
        <TextArea
            form
            field=Field::LogoutRedirects
            label="Alamat kembali setelah keluar"
            hint="Boleh kosong. Satu alamat setiap baris."
            value=fields.logout_redirects
        />
        <TextField
            form
            field=Field::InitiateLogin
            label="Alamat mulai masuk (initiate_login_uri)"
            hint="Ke sini Pilih Platform mengantar orang. Kosongkan untuk mengantar ke alamat platform."
            kind="url"
            value=fields.initiate_login_uri
        />
        <TextField
            form
            field=Field::BackChannel
            label="Alamat kabar keluar (back-channel logout)"
            hint="Boleh kosong. Ke sini kami mengabarkan bahwa sesi berakhir."
            kind="url"
            value=fields.backchannel_logout_uri
        />
    }
    .into_any()
}
