use domain::{
    indonesian::{count, date, date_time},
    issues::Field,
    platforms::{
        AuthMethod, ClientKind, SubjectType,
        form::{LOGOS, PlatformForm},
        terms::TermsKind,
    },
    role::{ProfileType, Role},
    validity::DateInput,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::administration::{AdminPage, Confirm, DoneBanner, page_form, query};
use crate::{
    components::{
        Choice, Choices, FormProblem, Icon, Loaded, TextArea, TextField,
        date::DateField,
        field::{FieldError, described_by, invalid},
    },
    data::page_data,
    error::ApiError,
    forms::{FormState, PostForm},
    location::path_id,
    platforms::{
        api::{ListedPlatform, PlatformDetails, SecretView, VersionView, platform, platforms},
        pages::symbol,
    },
    prose::Prose,
    session::zone,
};

/// Where the list is.
const PAGE: &str = "/admin/platform";

/// What was done, by the word in the address.
const DONE: &[(&str, &str, &str)] = &[
    (
        "ditambah",
        "Platform ditambah",
        "Terbitkan ketentuannya dan buat rahasianya di bawah, lalu beri tahu pengelolanya.",
    ),
    ("disimpan", "Tersimpan", "Yang baru berlaku mulai sekarang."),
    (
        "diterbitkan",
        "Ketentuan diterbitkan",
        "Versi ini tidak dapat diubah lagi. Kekeliruan diperbaiki dengan versi berikutnya.",
    ),
    ("diakhiri", "Rahasia diakhiri", "Platform tidak dapat memakai rahasia itu lagi."),
    ("nonaktif", "Platform dinonaktifkan", "Tidak ada yang dapat memasukinya, dan semua sesi di sana berakhir."),
    ("aktif", "Platform diaktifkan", "Platform dapat dimasuki lagi."),
];

/// The name of a symbol that may stand for a platform.
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

/// The value of a name in a query.
fn value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// `/admin/platform`: every platform; with `?tindak=tambah`, a new one.
pub fn platforms_page() -> impl IntoView {
    let form = page_form();
    let data = page_data(query(), |query| async move { platforms().await.map(|platforms| (query, platforms)) });
    view! {
        <Loaded
            data
            view={move |(query, platforms): (String, Vec<ListedPlatform>)| match value(&query, "tindak") {
                Some("tambah") => view! { <AddPage form /> }.into_any(),
                _ => view! { <ListPage platforms /> }.into_any(),
            }}
        />
    }
    .into_any()
}

#[component]
fn ListPage(platforms: Vec<ListedPlatform>) -> impl IntoView {
    let add = view! {
        <a class="btn btn--primary" href=format!("{PAGE}?tindak=tambah")><Icon name="plus" />"Tambah platform"</a>
    }
    .into_any();
    let open = platforms.iter().filter(|platform| !platform.disabled).count();
    let lead = format!("{} platform dapat dimasuki dengan akses dari sini.", count(open as u64));
    view! {
        <AdminPage title="Platform" lead action=add>
            <DoneBanner texts=DONE />
            {if platforms.is_empty() {
                view! { <p class="sub">"Belum ada platform. Tambahkan yang pertama."</p> }.into_any()
            } else {
                let rows = platforms.into_iter().map(|platform| view! { <PlatformRow platform /> });
                view! { <ul class="panel results" role="list">{rows.collect_view()}</ul> }.into_any()
            }}
        </AdminPage>
    }
    .into_any()
}

#[component]
fn PlatformRow(platform: ListedPlatform) -> impl IntoView {
    let profiles: Vec<&str> = platform.profile_types.iter().map(|each| each.label()).collect();
    let roles: Vec<&str> = platform.roles.iter().map(|role| role.info().code).collect();
    view! {
        <li class="row">
            <Icon name=symbol(platform.logo.as_deref()) tile=true />
            <span class="words">
                <b>{platform.name.clone()}</b>
                <small class="sub">{format!("{} · {}", profiles.join(", "), roles.join(", "))}</small>
                <small class="cap">{format!("/platform/{}", platform.slug)}</small>
            </span>
            {platform.disabled.then(|| view! {
                <span class="badge" data-state="rejected"><Icon name="ban" />"Nonaktif"</span>
            })}
            <a class="btn btn--quiet push" href=format!("{PAGE}/{}", platform.id)>
                "Buka"<span class="sr">" "{platform.name}</span>
            </a>
        </li>
    }
    .into_any()
}

#[component]
fn AddPage(form: FormState) -> impl IntoView {
    let fields = PlatformForm {
        client_kind: Some(ClientKind::Confidential),
        auth_method: Some(AuthMethod::ClientSecretBasic),
        subject_type: Some(SubjectType::Pairwise),
        id_token_alg: "RS256".to_owned(),
        pkce_required: true,
        terms_for: ProfileType::ALL.to_vec(),
        ..PlatformForm::default()
    };
    view! {
        <AdminPage title="Tambah platform" lead="Yang diisi di sini dapat diubah kemudian, kecuali client_id.">
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
fn Buttons(form: FormState, label: &'static str, back: String) -> impl IntoView {
    view! {
        <div class="row actions">
            <button class="btn btn--primary" aria-busy=move || form.pending.get().then_some("true")>{label}</button>
            <a class="btn" href=back>"Batal"</a>
        </div>
    }
}

/// Everything that is set of a platform.
#[component]
fn Fields(form: FormState, fields: PlatformForm) -> impl IntoView {
    view! {
        <Public form fields=fields.clone() />
        <Admission form fields=fields.clone() />
        <Client form fields=fields.clone() />
        <Addresses form fields />
    }
    .into_any()
}

/// What people see of it.
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

/// Whom it admits, and who accepts its terms.
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
        // Suppliers always do (guide step 19).
        <Ticks form field=Field::TermsFor label="Harus menyetujui ketentuan" boxes=vec![bound] />
    }
    .into_any()
}

/// Several tick boxes: name, words, whether it is ticked at the beginning.
#[component]
fn Ticks(form: FormState, field: Field, label: &'static str, boxes: Vec<(String, String, bool)>) -> impl IntoView {
    // Of a form that came back, a box that is not among what was typed was not ticked.
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

/// Where it is, and where it is returned to.
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

/// What the address of a platform's page asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Task {
    /// To set it anew.
    Change,
    /// To publish the next version of a document.
    Publish(TermsKind),
    /// To end a secret.
    Retire(SecretView),
    /// To close it.
    Disable,
}

impl Task {
    /// What a query asks for; nothing of what is not there (any more).
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

/// `/admin/platform/{id}`: what is set of a platform, its secrets, its terms.
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
                            <p>"Platform yang masih memakainya langsung tidak dapat menerima orang lagi."</p>
                        </Confirm>
                    }
                    .into_any(),
                    Some(Task::Disable) => {
                        let name = details.fields.name.clone();
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
                                <p>
                                    "Platform hilang dari Pilih Platform, dan semua orang yang sedang masuk di sana \
                                     dikeluarkan. Platform dapat diaktifkan lagi kapan saja."
                                </p>
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

/// `asks`: a dialog stands over it, which says what is wrong.
#[component]
fn DetailsPage(form: FormState, details: PlatformDetails, asks: bool) -> impl IntoView {
    let page = format!("{PAGE}/{}", details.id);
    let change = view! {
        <a class="btn btn--primary" href=format!("{page}?tindak=ubah")><Icon name="edit" />"Ubah"</a>
    }
    .into_any();
    let PlatformDetails { fields, secrets, next_secret, terms, disabled, client_id, issuer, today, .. } = details;
    let takes_secrets =
        matches!(fields.auth_method, Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost));
    let lead = if disabled { "Nonaktif: tidak ada yang dapat memasukinya.".to_owned() } else { fields.line.clone() };
    view! {
        <AdminPage title=fields.name.clone() lead action=change>
            <DoneBanner texts=DONE />
            {(!asks).then(|| view! { <FormProblem form /> })}
            <section class="section" aria-labelledby="h-sambungan">
                <header>
                    <h2 id="h-sambungan">"Sambungan"</h2>
                    <p class="sub">"Yang perlu diketahui pengelola platform."</p>
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
                    <p class="sub">"Siapa menyetujui versi mana, kapan, dan dari alamat mana."</p>
                </header>
                // A plain form, also with script: its answer is a file. It is posted, since it leaves a trail.
                <form method="post" action=format!("{page}/persetujuan")>
                    <button class="btn"><Icon name="download" />"Unduh CSV"</button>
                </form>
            </section>
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
        </AdminPage>
    }
    .into_any()
}

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

#[component]
fn Secrets(page: String, secrets: Vec<SecretView>, next_secret: Uuid) -> impl IntoView {
    let zone = zone();
    let full = secrets.len() >= 2;
    let none = secrets.is_empty();
    let make = format!("{page}/rahasia");
    let row = move |secret: SecretView| {
        view! {
            <li class="row">
                <span class="words">
                    <b class="num">{format!("…{}", secret.hint)}</b>
                    <small class="sub">{format!("Dibuat {}", date_time(secret.created_at, zone))}</small>
                </span>
                <a
                    class="btn btn--quiet push"
                    href=format!("{page}?tindak=akhiri-rahasia&rahasia={}", secret.id)
                    data-noscroll=""
                >
                    "Akhiri"<span class="sr">" rahasia "{secret.hint}</span>
                </a>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="h-rahasia">
            <header>
                <h2 id="h-rahasia">"Rahasia"</h2>
                <p class="sub">"Paling banyak dua berlaku bersamaan, agar dapat diganti tanpa jeda."</p>
            </header>
            <div class="stack">
                {none.then(|| view! {
                    <p class="sub">"Belum ada rahasia. Tanpa rahasia, platform tidak dapat menerima orang."</p>
                })}
                <ul class="panel results" role="list">{secrets.into_iter().map(row).collect_view()}</ul>
                {(!full).then(|| view! {
                    // A plain form, also with script: the secret stands in the answer alone, and at no address.
                    <form method="post" action=make>
                        <input type="hidden" name="rahasia" value=next_secret.to_string() />
                        <button class="btn"><Icon name="plus" />"Buat rahasia"</button>
                    </form>
                })}
            </div>
        </section>
    }
    .into_any()
}

/// The versions of a document, the newest first.
#[component]
fn Terms(page: String, kind: TermsKind, versions: Vec<VersionView>, today: time::Date) -> impl IntoView {
    let heading = format!("h-{kind}");
    let labelled_by = heading.clone();
    let none = versions.is_empty();
    // In force is the newest of those whose day has come.
    let current = versions.iter().find(|version| version.document.in_force_on <= today);
    let current = current.map(|version| version.document.id);
    let row = move |version: VersionView| {
        let VersionView { document, sha256, grace_days, accepted } = version;
        let badge = match () {
            () if document.in_force_on > today => {
                view! { <span class="badge" data-state="waiting"><Icon name="calendar" />"Terjadwal"</span> }.into_any()
            }
            () if Some(document.id) == current => {
                view! { <span class="badge" data-state="active"><Icon name="check" />"Berlaku"</span> }.into_any()
            }
            () => view! { <span class="badge">"Digantikan"</span> }.into_any(),
        };
        let grace = match grace_days {
            0 => String::new(),
            days => format!(" · tenggang {days} hari"),
        };
        view! {
            <li class="stack g2">
                <p class="row">
                    <b>{format!("Versi {}", document.version)}</b>
                    {badge}
                    <span class="sub num">{format!("Mulai {}{grace}", date(document.in_force_on))}</span>
                    <span class="sub push">{format!("{} orang menyetujui", count(u64::from(accepted)))}</span>
                </p>
                <p class="cap hash">{format!("SHA-256 {sha256}")}</p>
                <details class="stack fold">
                    <summary class="row sub g1"><Icon name="right" small=true />"Lihat teks"</summary>
                    <Prose nodes=document.text />
                </details>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <header>
                <h2 id=heading>{kind.label()}</h2>
                <p class="sub">"Versi yang terbit tidak dapat diubah."</p>
                <p>
                    <a class="btn" href=format!("{page}?tindak=terbitkan&jenis={kind}")>
                        <Icon name="plus" />
                        "Terbitkan versi"
                    </a>
                </p>
            </header>
            {if none {
                view! { <p class="sub">"Belum ada. Platform dapat dimasuki tanpa menyetujui dokumen ini."</p> }
                    .into_any()
            } else {
                let rows = versions.into_iter().map(row).collect_view();
                view! { <ol class="panel results" role="list">{rows}</ol> }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn ChangePage(form: FormState, page: String, details: PlatformDetails) -> impl IntoView {
    let PlatformDetails { fields, version, .. } = details;
    let name = fields.name.clone();
    let action = format!("{page}?tindak=ubah");
    view! {
        <AdminPage title=format!("Ubah {name}") lead="Yang baru berlaku mulai saat disimpan.">
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

#[component]
fn PublishPage(form: FormState, page: String, details: PlatformDetails, kind: TermsKind) -> impl IntoView {
    let same = details.terms.iter().filter(|version| version.document.kind == kind);
    let newest = same.map(|version| version.document.version).max();
    let next = newest.unwrap_or(0) + 1;
    let typed = |name: &str| form.typed(name).unwrap_or_default();
    let typed_day = DateInput { day: typed("day"), month: typed("day_month"), year: typed("day_year") };
    let day = RwSignal::new(if typed_day.is_empty() { DateInput::from_date(details.today) } else { typed_day });
    let check = Callback::new(move |()| {
        let typed = day.get_untracked();
        // While a box is still empty, the next one is on its way.
        if [&typed.day, &typed.month, &typed.year].iter().all(|part| !part.is_empty()) {
            form.set_issue(Field::Day, typed.parse().err());
        }
    });
    let action = format!("{page}?tindak=terbitkan&jenis={kind}");
    let lead = format!("{}, versi {next}. Setelah terbit tidak dapat diubah.", details.fields.name);
    view! {
        <AdminPage title=kind.label() lead>
            <PostForm form action class="stack g8 narrow">
                <FormProblem form />
                <input type="hidden" name="tindak" value="terbitkan" />
                <input type="hidden" name="jenis" value=kind.as_str() />
                <TextArea
                    form
                    field=Field::Text
                    label="Teks"
                    hint="Markdown: # judul, **tebal**, - butir, [kata](https://alamat). HTML tampil apa adanya."
                    rows=16
                />
                <DateField
                    form
                    field=Field::Day
                    label="Mulai berlaku"
                    value=day
                    on_change=Callback::new(move |typed| day.set(typed))
                    on_leave=check
                />
                <TextField
                    form
                    field=Field::GraceDays
                    label="Tenggang (hari)"
                    hint="Selama ini yang sudah menyetujui versi sebelumnya masih dapat masuk. Paling lama 90."
                    inputmode="numeric"
                    value="0"
                />
                <Buttons form label="Terbitkan" back=page />
            </PostForm>
        </AdminPage>
    }
    .into_any()
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
            fields: PlatformForm::default(),
            secrets: vec![SecretView {
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
    fn an_address_asks_for_what_is_there_and_for_nothing_else() {
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
