//! The data of development: accounts, every institution, some thousand made-up work units, platforms, and what two people
//! sent. Written at the first start with an empty database, never in production.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use domain::{
    applications::{answers::Answers, company::CompanyInput, sirup::SirupAccount},
    indonesian::period,
    master_data::institution::InstitutionType,
    role::{ProfileType, Role},
    staff::{Permission, StaffRole},
    status::Verdict,
    time::{Timestamp, Zone},
    validity::DateInput,
};
use secrecy::SecretString;
use serde_json::json;
use sqlx::types::Json;
use time::{Date, macros::date};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    actor::Scope,
    applications::{self, Submission},
    db::{Tx, execute, fetch_one, fetch_optional},
    documents::receipt::receipt,
    error::Result,
    master_data::import,
    secrets::{Token, sha256},
    verification::{self, VerdictForm},
};

/// The password of all accounts of development.
pub const PASSWORD: &str = "Gerbang-2026";
/// The password of all accounts of the SiRUP simulator.
pub const SIRUP_PASSWORD: &str = "Sirup-2023";
/// The demo platform's name in addresses, and as a client.
pub const DEMO_CLIENT: &str = "daftar-hitam";
/// Its secret. Known to all, like the passwords above: real ones are made at random, and shown once.
pub const DEMO_SECRET: &str = "Daftar-Hitam-hanya-untuk-pengembangan-2026";

const FORMER: &str = "wayan.pa@contoh.go.id";
const SUPPLIER: &str = "toko@contoh.co.id";
const VERIFIER: &str = "verifikator@contoh.go.id";

/// An account of development.
pub struct Account {
    /// E-mail address.
    pub email: &'static str,
    /// Full name.
    pub name: &'static str,
    /// What it is of the staff.
    pub staff_role: Option<StaffRole>,
    /// What it is for, in words for the console.
    pub purpose: &'static str,
    nip: Option<&'static str>,
}

/// All accounts of development.
pub const ACCOUNTS: &[Account] = &[
    account("siti.pa@contoh.go.id", "Siti Rahmawati", None, "pemohon PA", Some("197804122003122003")),
    account("budi.kpa@contoh.go.id", "Budi Santoso", None, "pemohon KPA", Some("198109052006041001")),
    account("dewi@contoh.go.id", "Dewi Kartikasari", None, "pemohon", Some("198502172010122002")),
    account(FORMER, "Wayan Sudiarta", None, "pemohon PA, dengan akses yang sudah berakhir", Some("197611232001121003")),
    account(SUPPLIER, "Toko Sinar Jaya", None, "penyedia, dengan satu akses", None),
    account(VERIFIER, "Ratna Wulandari", Some(StaffRole::Verifier), "verifikator", None),
    account("verifikator2@contoh.go.id", "Hendra Gunawan", Some(StaffRole::Verifier), "verifikator", None),
    account("penyelia@contoh.go.id", "Made Suardana", Some(StaffRole::Supervisor), "penyelia", None),
    account("admin@contoh.go.id", "Agus Setiawan", Some(StaffRole::Admin), "administrator", None),
];

const fn account(
    email: &'static str,
    name: &'static str,
    staff_role: Option<StaffRole>,
    purpose: &'static str,
    nip: Option<&'static str>,
) -> Account {
    Account { email, name, staff_role, purpose, nip }
}

/// The institutions that the product ships: names and codes.
const INSTITUTIONS: &[u8] = include_bytes!("../data/institutions.csv");

/// Fills an empty database; does nothing if there is any account. Gives whether it filled.
///
/// # Errors
/// If the database refuses.
pub async fn fill(backend: &Backend) -> Result<bool> {
    let (accounts,): (i64,) = {
        let mut conn = backend.db.read().await?;
        fetch_one!(conn, (i64,), "SELECT count(*) FROM users")?
    };
    if accounts > 0 {
        return Ok(false);
    }
    import::institutions(backend, INSTITUTIONS, |_| {}).await?;
    let units = serde_json::to_vec(&made_up_work_units(backend.world.today(Default::default()).year()))?;
    import::work_units(backend, &units, |_| {}).await?;

    // One hash for all: they have one password anyway, and a start takes no second.
    let hash = backend.passwords.hash(&backend.world, &SecretString::from(PASSWORD)).await?;
    let now = backend.world.now().micros();
    let mut tx = backend.db.begin().await?;
    let mut author = None;
    for account in ACCOUNTS {
        let id = backend.world.id();
        author = author.or((account.staff_role == Some(StaffRole::Admin)).then_some(id));
        execute!(
            tx,
            "INSERT INTO users (id, email, name, password_hash, zone, staff_role, employee_number_kind,
                 employee_number, created_at, updated_at) VALUES ($1, $2, $3, $4, 'wib', $5, $6, $7, $8, $8)",
            id,
            account.email,
            account.name,
            &hash,
            account.staff_role.map(StaffRole::as_str),
            account.nip.map(|_| "nip"),
            account.nip,
            now
        )?;
    }
    // Somebody has linked `pa.terpakai` before; nobody can sign in as them.
    let other: Uuid = backend.world.id();
    execute!(
        tx,
        "INSERT INTO users (id, email, name, password_hash, zone, disabled_at, created_at, updated_at)
         VALUES ($1, 'pemilik.lama@contoh.go.id', 'Pemilik Lama', '', 'wib', $2, $2, $2)",
        other,
        now
    )?;
    let linked = SirupAccount {
        username: "pa.terpakai".into(),
        name: "Pemilik Lama".into(),
        role: "PA".into(),
        kd_klpd: None,
        kd_satker: None,
        registered_at: Timestamp::from_micros(1_675_184_400_000_000), // 2023-02-01 in Jakarta
    };
    execute!(
        tx,
        "INSERT INTO sirup_links (username_key, user_id, account, linked_at) VALUES ($1, $2, $3, $4)",
        SirupAccount::key(&linked.username),
        other,
        Json(&linked),
        now
    )?;
    if let Some(author) = author {
        for platform in PLATFORMS {
            platform.register(backend, &mut tx, author).await?;
        }
        register_demo(backend, &mut tx).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The companies that the supplier's account speaks for: name, NPWP, NIB, address.
const COMPANIES: [[&str; 4]; 2] = [
    [
        "PT Sinar Jaya Abadi",
        "01.234.567.8-901.000",
        "9120001234567",
        "Jalan Raya Bogor Kilometer 26 Nomor 8, Ciracas, Jakarta Timur",
    ],
    [
        "CV Sinar Jaya Mandiri",
        "02.345.678.9-012.000",
        "9120007654321",
        "Jalan Pemuda Nomor 112, Rawamangun, Jakarta Timur",
    ],
];

/// How long ago [`fill_former`] plays.
pub const BEHIND: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Gives an account an access that ends after a month: `past` is the store with a clock that is [`BEHIND`], so that for
/// everybody else it has ended. Does nothing once that account has any application, or where these accounts are no
/// longer what they were.
///
/// # Errors
/// If anything refuses.
pub async fn fill_former(past: &Backend) -> Result<()> {
    let Some((former, verifier)) = newcomer(past, FORMER).await? else { return Ok(()) };
    let place: Option<(Uuid, Uuid, String)> = {
        let mut conn = past.db.read().await?;
        fetch_optional!(
            conn,
            (Uuid, Uuid, String),
            "SELECT i.id, w.id, w.name FROM institutions i JOIN work_units w ON w.institution_id = i.id
             WHERE i.name = 'Provinsi Bali' AND w.name = 'Dinas Pariwisata Bali'"
        )?
    };
    let Some((institution, work_unit, place)) = place else { return Ok(()) };
    let first = past.world.today(former.zone);
    let last = first + time::Duration::days(30);
    let facts = vec![
        ("Nama", former.name.clone()),
        ("Jabatan", Role::Pa.title()),
        ("Satuan kerja", place),
        ("Berlaku", period(first, last)),
    ];
    let answers = Answers {
        institution_type: Some(InstitutionType::Provinsi),
        institution: Some(institution),
        work_unit: Some(work_unit),
        address: "Jalan Letjen S. Parman Nomor 1, Renon, Denpasar".to_owned(),
        first_day: DateInput::from_date(first),
        last_day: DateInput::from_date(last),
        ..Answers::default()
    };
    let id = applications::start(past, &former, ProfileType::NonPenyedia, Role::Pa).await?;
    applications::confirm_new_access(past, &former, id).await?;
    send(past, &former, id, answers, "surat tanda jabatan.pdf", receipt(Role::Pa.info().letter, &facts, SAMPLE)?)
        .await?;
    approve(past, &verifier, id).await
}

/// Gives the account of the supplier an access for one company, and an application for another that waits in the queue:
/// by the very use cases that a person would go through. Does nothing once that account has any application, or where
/// these accounts are no longer what they were.
///
/// # Errors
/// If anything refuses.
pub async fn fill_supplier(backend: &Backend) -> Result<()> {
    let Some((supplier, verifier)) = newcomer(backend, SUPPLIER).await? else { return Ok(()) };
    let [first, second] = COMPANIES;
    let approved = send_company(backend, &supplier, first).await?;
    approve(backend, &verifier, approved).await?;
    send_company(backend, &supplier, second).await.map(drop)
}

/// Somebody who has applied for nothing yet, and who decides.
async fn newcomer(backend: &Backend, email: &str) -> Result<Option<(Actor, Actor)>> {
    let verifier = actor(backend, VERIFIER).await?.filter(|verifier| verifier.may(Permission::Verify));
    let (Some(person), Some(verifier)) = (actor(backend, email).await?, verifier) else { return Ok(None) };
    let mut conn = backend.db.read().await?;
    let known: Option<(Uuid,)> =
        fetch_optional!(conn, (Uuid,), "SELECT id FROM applications WHERE user_id = $1 LIMIT 1", person.user_id)?;
    Ok(known.is_none().then_some((person, verifier)))
}

/// Takes a case and approves it, with everything ticked.
async fn approve(backend: &Backend, verifier: &Actor, id: Uuid) -> Result<()> {
    verification::claim(backend, verifier, id).await?;
    let case = verification::case_file(backend, verifier, id).await?;
    let verdict = VerdictForm {
        version: case.version,
        verdict: Verdict::Approve,
        reason: None,
        text: String::new(),
        marks: Vec::new(),
        checks: case.checks.iter().map(|item| item.id).collect(),
    };
    verification::decide(backend, verifier, id, &verdict).await.map(drop)
}

/// Somebody of [`ACCOUNTS`], as if signed in.
async fn actor(backend: &Backend, email: &str) -> Result<Option<Actor>> {
    type Row = (Uuid, String, Option<String>);
    let row: Option<Row> = {
        let mut conn = backend.db.read().await?;
        fetch_optional!(
            conn,
            Row,
            "SELECT id, name, staff_role FROM users WHERE email = $1 AND disabled_at IS NULL",
            email
        )?
    };
    Ok(row.map(|(user_id, name, staff_role)| Actor {
        user_id,
        session_id: Uuid::nil(),
        name,
        email: email.to_owned(),
        zone: Zone::Wib,
        staff_role: staff_role.and_then(|role| role.parse().ok()),
        scope: Scope::National,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }))
}

/// What a made-up letter says of itself.
const SAMPLE: &str = "Dokumen contoh untuk mencoba Gerbang.";

/// Applies for a company, with a proof that says what is applied for.
async fn send_company(backend: &Backend, supplier: &Actor, company: [&str; 4]) -> Result<Uuid> {
    let [name, npwp, nib, address] = company.map(str::to_owned);
    let facts = vec![
        ("Nama", name.clone()),
        ("NPWP", npwp.clone()),
        ("NIB", nib.clone()),
        ("Alamat", address.clone()),
        ("Penanggung jawab", supplier.name.clone()),
    ];
    let proof = receipt("Perizinan Berusaha", &facts, SAMPLE)?;
    let id = applications::start(backend, supplier, ProfileType::Penyedia, Role::Penyedia).await?;
    let answers = Answers { company: CompanyInput { name, npwp, nib, address }, ..Answers::default() };
    send(backend, supplier, id, answers, "perizinan berusaha.pdf", proof).await?;
    Ok(id)
}

/// Fills in a draft that was started, puts a letter to it and sends it.
async fn send(
    backend: &Backend,
    person: &Actor,
    id: Uuid,
    answers: Answers,
    file_name: &str,
    letter: Vec<u8>,
) -> Result<()> {
    let version = applications::draft(backend, person, id).await?.version;
    applications::save(backend, person, id, version, answers).await?;
    applications::attach_letter(backend, person, id, file_name, letter.into()).await?;
    let stored = applications::draft(backend, person, id).await?;
    let letter = stored.draft.letter.map(|letter| letter.id);
    let submission = Submission { version: stored.version, letter, confirmed: true };
    applications::submit(backend, person, id, submission).await.map(drop)
}

/// A platform of development.
struct Platform {
    slug: &'static str,
    name: &'static str,
    line: &'static str,
    logo: &'static str,
    profile_types: &'static [ProfileType],
    roles: &'static [Role],
}

/// The one that `gerbang demo-platform` is, and one that only suppliers may enter, behind which there is nothing.
const PLATFORMS: &[Platform] = &[
    Platform {
        slug: DEMO_CLIENT,
        name: "Daftar Hitam",
        line: "Sanksi daftar hitam penyedia",
        logo: "ban",
        profile_types: &ProfileType::ALL,
        roles: Role::ALL,
    },
    Platform {
        slug: "toko-daring",
        name: "Toko Daring",
        line: "Penjualan produk kepada pemerintah",
        logo: "cart",
        profile_types: &[ProfileType::Penyedia],
        roles: &[Role::Penyedia],
    },
];

/// From when the terms of these platforms are in force: before anybody tries them.
const TERMS_SINCE: Date = date!(2026 - 01 - 01);

impl Platform {
    /// Writes it and its terms, all at `settings.demo_url`.
    async fn register(&self, backend: &Backend, tx: &mut Tx, author: Uuid) -> Result<()> {
        let (id, now) = (backend.world.id(), backend.world.now().micros());
        let at = &backend.settings.demo_url;
        execute!(
            tx,
            "INSERT INTO platforms (id, slug, client_id, name, line, logo_key, address, client_kind, auth_method, sector,
                 subject_type, pkce_required, roles, profile_types, terms_for, created_at, updated_at, version)
             VALUES ($1, $2, $2, $3, $4, $5, $6, 'confidential', 'client_secret_basic', $7, 'pairwise', true, $8, $9, $10,
                 $11, $11, 1)",
            id,
            self.slug,
            self.name,
            self.line,
            self.logo,
            at.as_str(),
            at.host_str().unwrap_or_default(),
            Json(self.roles),
            Json(self.profile_types),
            Json(ProfileType::ALL),
            now
        )?;
        for (kind, title) in [("syarat", "Syarat dan Ketentuan"), ("privasi", "Kebijakan Privasi")] {
            let text = terms(title, self.name);
            execute!(
                tx,
                "INSERT INTO terms (id, platform_id, kind, version, text, sha256, in_force_on, grace_days, created_by,
                     created_at) VALUES ($1, $2, $3, 1, $4, $5, $6, 0, $7, $8)",
                backend.world.id(),
                id,
                kind,
                &text,
                sha256(text.as_bytes()),
                TERMS_SINCE,
                author,
                now
            )?;
        }
        Ok(())
    }
}

/// What the demo platform has beyond the others: addresses that it answers at, and a secret.
async fn register_demo(backend: &Backend, tx: &mut Tx) -> Result<()> {
    let at = |path: &str| format!("{}{path}", backend.settings.demo_url.as_str().trim_end_matches('/'));
    execute!(
        tx,
        "UPDATE platforms SET initiate_login_uri = $2, backchannel_logout_uri = $3 WHERE slug = $1",
        DEMO_CLIENT,
        at("/masuk/mulai"),
        at("/keluar/kanal-belakang")
    )?;
    for (kind, path) in [("redirect", "/masuk/kembali"), ("post_logout", "/keluar/selesai")] {
        execute!(
            tx,
            "INSERT INTO platform_redirects (platform_id, kind, uri) SELECT id, $2, $3 FROM platforms WHERE slug = $1",
            DEMO_CLIENT,
            kind,
            at(path)
        )?;
    }
    execute!(
        tx,
        "INSERT INTO platform_secrets (id, platform_id, secret_hash, hint, created_at)
         SELECT $2, id, $3, $4, $5 FROM platforms WHERE slug = $1",
        DEMO_CLIENT,
        backend.world.id(),
        Token::presented(DEMO_SECRET).hash(),
        &DEMO_SECRET[DEMO_SECRET.len() - 4..],
        backend.world.now().micros()
    )?;
    Ok(())
}

/// A document of a platform, in Markdown.
fn terms(title: &str, platform: &str) -> String {
    format!(
        "**{title} {platform}**\n\nDokumen contoh untuk mencoba Gerbang.\n\n\
         1. Anda memakai {platform} dengan akses yang Anda pilih di Gerbang.\n\
         2. {platform} menerima nama, alamat surel, dan akses itu.\n\
         3. Akses yang berakhir atau dicabut mengakhiri sesi Anda di {platform}.\n"
    )
}

/// Parts of a ministry or an agency.
const CENTRAL: &[&str] = &[
    "Sekretariat Jenderal",
    "Inspektorat Jenderal",
    "Biro Perencanaan dan Keuangan",
    "Biro Umum dan Pengadaan Barang/Jasa",
    "Biro Hukum dan Organisasi",
    "Biro Sumber Daya Manusia",
    "Pusat Data dan Teknologi Informasi",
    "Pusat Pendidikan dan Pelatihan",
    "Badan Penelitian dan Pengembangan",
    "Ditjen Pembinaan Pelatihan dan Produktivitas",
    "Direktorat Jenderal Pengawasan dan Pengendalian",
    "Direktorat Jenderal Kerja Sama dan Kemitraan",
];

/// Offices of a ministry or an agency in the regions.
const REGIONAL_OFFICES: &[&str] = &["Kantor Wilayah", "Balai Besar Pelatihan", "Balai Pengujian"];

/// Offices of a province.
const PROVINCIAL: &[&str] = &[
    "Sekretariat Daerah",
    "Sekretariat DPRD",
    "Inspektorat Daerah",
    "Badan Perencanaan Pembangunan Daerah",
    "Badan Pengelolaan Keuangan dan Aset Daerah",
    "Badan Kepegawaian Daerah",
    "Badan Pendapatan Daerah",
    "BPBD",
    "Dinas Kesehatan",
    "Dinas Pendidikan dan Kebudayaan",
    "Dinas Pekerjaan Umum dan Penataan Ruang",
    "Dinas Perhubungan",
    "Dinas Sosial",
    "Dinas Tenaga Kerja dan Transmigrasi",
    "Dinas Lingkungan Hidup dan Kehutanan",
    "Dinas Kelautan dan Perikanan",
    "Dinas Tanaman Pangan, Hortikultura, dan Perkebunan",
    "Dinas Perindustrian dan Perdagangan",
    "Dinas Komunikasi dan Informatika",
    "Dinas Koperasi, Usaha Kecil, dan Menengah",
    "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "Dinas Pemuda dan Olahraga",
    "Dinas Pariwisata",
    "Dinas Perpustakaan dan Kearsipan",
    "Dinas Energi dan Sumber Daya Mineral",
    "Satuan Polisi Pamong Praja",
    "RSUD Provinsi",
    "Rumah Sakit Jiwa Daerah",
    "UPTD Balai Laboratorium Kesehatan",
    "UPTD Pengelolaan Jalan dan Jembatan",
];

/// Towns after which regional offices are named.
const TOWNS: &[&str] = &[
    "Banda Aceh",
    "Medan",
    "Padang",
    "Pekanbaru",
    "Jambi",
    "Palembang",
    "Bandar Lampung",
    "Serang",
    "Jakarta",
    "Bandung",
    "Semarang",
    "Yogyakarta",
    "Surabaya",
    "Denpasar",
    "Mataram",
    "Kupang",
    "Pontianak",
    "Banjarmasin",
    "Samarinda",
    "Manado",
    "Palu",
    "Makassar",
    "Kendari",
    "Ambon",
    "Ternate",
    "Jayapura",
];

/// Institution and work unit of the people that the SiRUP simulator knows, by code: the first made-up work unit of the
/// Ministry of Manpower.
pub fn sirup_work_unit(year: i32) -> (String, String) {
    let rows = made_up_work_units(year);
    let of = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let found = rows.as_array().into_iter().flatten().find(|row| row["kd_klpd"] == "K34");
    found.map(|row| (of(row, "kd_klpd"), of(row, "kd_satker_str"))).unwrap_or_default()
}

/// Some thousand work units in the shape of the gateway: plausible names, made-up codes, some of them closed.
fn made_up_work_units(year: i32) -> serde_json::Value {
    let mut rows = Vec::new();
    let institutions = std::str::from_utf8(INSTITUTIONS).unwrap_or_default().lines().skip(1);
    for (nth, line) in institutions.enumerate() {
        let mut parts = line.splitn(3, ',');
        let (Some(kind), Some(code), Some(institution)) = (parts.next(), parts.next(), parts.next()) else { continue };
        if code.is_empty() {
            continue; // a work unit names its institution by code
        }
        let mut names: Vec<String> = Vec::new();
        if kind == "PROVINSI" {
            let region = institution.trim_start_matches("Provinsi ");
            names.extend(PROVINCIAL.iter().map(|name| format!("{name} {region}")));
        } else {
            names.extend(CENTRAL.iter().map(|name| (*name).to_owned()));
            let office = REGIONAL_OFFICES[nth % REGIONAL_OFFICES.len()];
            names.extend(TOWNS.iter().map(|town| format!("{office} {town}")));
        }
        for (place, name) in names.into_iter().enumerate() {
            let number = 1000 * (nth + 1) + place;
            // One in eleven was closed, with a status that says otherwise, as in real data.
            let closed = (nth + place) % 11 == 10;
            let last = if closed { year - 2 } else { year };
            let years: Vec<String> = (2021..=last.max(2021)).map(|year| year.to_string()).collect();
            rows.push(json!({
                "kd_klpd": code,
                "kd_satker": 9_000_000 + number,
                "kd_satker_str": format!("{number:06}"),
                "nama_satker": name,
                "status_satker": "Aktif",
                "tahun_aktif": years.join(", "),
                "alamat": null,
            }));
        }
    }
    json!(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_thousand_work_units_most_of_them_active() {
        let serde_json::Value::Array(rows) = made_up_work_units(2026) else { panic!("no rows") };
        let active = rows.iter().filter(|row| row["tahun_aktif"].as_str().unwrap().contains("2026")).count();
        assert!(rows.len() > 4000 && active > rows.len() * 8 / 10 && active < rows.len(), "{active} of {}", rows.len());
    }
}
