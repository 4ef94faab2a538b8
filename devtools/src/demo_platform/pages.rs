//! The pages of the platform: HTML without script.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use domain::{
    indonesian::date,
    role::{ProfileType, Role},
    time::{Timestamp, Zone},
};
use http::header;

use super::relying_party::{ChosenAccess, Entered, Trouble};

/// A one-line message about what just happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The profile was read again.
    Read,
    /// The tokens were refreshed.
    Refreshed,
    /// The person signed out.
    SignedOut,
    /// Gerbang ended the session.
    Ended,
}

impl Notice {
    /// The notice of a query parameter. Only those that cannot mislead are accepted from an address.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Read, Self::Refreshed].into_iter().find(|notice| notice.word() == word)
    }

    /// Its name in a query parameter.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "profil",
            Self::Refreshed => "token",
            Self::SignedOut => "keluar",
            Self::Ended => "berakhir",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Read => "Profil dibaca ulang dari Gerbang.",
            Self::Refreshed => "Token diperbarui.",
            Self::SignedOut => "Anda sudah keluar dari Daftar Hitam dan dari Gerbang.",
            Self::Ended => "Sesi Anda di Daftar Hitam diakhiri oleh Gerbang. Masuk kembali untuk melanjutkan.",
        }
    }
}

const STYLE: &str = "\
:root { color-scheme: light dark; --ink: light-dark(#20262e, #e6e9ee); --paper: light-dark(#f3f5f4, #14181a);
  --card: light-dark(#fff, #1d2326); --line: light-dark(#d3dad6, #38424a); --accent: light-dark(#0b6b4f, #6fd3ae);
  --on: light-dark(#fff, #06251b); font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
header { background: var(--accent); color: var(--on); font-weight: 700; padding: .25rem max(1rem, 50vw - 21rem); }
main { max-width: 38rem; margin: 2rem auto; padding: 1.5rem 2rem 1rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
dl { display: grid; grid-template-columns: minmax(8rem, 1fr) 2fr; gap: 0 1rem; }
dt, dd { margin: 0; padding: .5rem 0; border-top: 1px solid var(--line); } dt { font-weight: 600; }
form { display: inline-block; margin: .5rem .5rem .5rem 0; }
button { font: inherit; font-weight: 600; min-height: 44px; padding: 0 1.1rem; border-radius: .5rem; cursor: pointer;
  border: 1px solid var(--accent); background: none; color: var(--accent); }
form:first-of-type button { background: var(--accent); color: var(--on); }
[role=status], [role=alert] { border: 1px solid var(--accent); border-radius: .5rem; padding: .75rem 1rem; }
@media (max-width: 40rem) { main { margin: 1rem; padding: 1.25rem 1rem .5rem; } dl { grid-template-columns: 1fr; }
  dd { border: 0; padding-top: 0; } dt { padding-bottom: 0; } }
";

/// The style sheet.
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Daftar Hitam</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/gaya.css\"></head>\
         <body><header><p>Daftar Hitam (platform percobaan)</p></header><main><h1>{title}</h1>{body}</main></body></html>"
    )
}

fn button(action: &str, label: &str) -> String {
    format!("<form method=\"post\" action=\"{action}\"><button>{label}</button></form>")
}

fn told(notice: Option<Notice>) -> String {
    notice.map(|notice| format!("<p role=\"status\">{}</p>", notice.sentence())).unwrap_or_default()
}

/// The page for a visitor.
pub fn outside(notice: Option<Notice>) -> String {
    let enter = button("/masuk", "Masuk dengan Gerbang");
    page("Masuk", &format!("{}<p>Platform ini mengenali Anda melalui Gerbang.</p>{enter}", told(notice)))
}

/// The page for a signed-in person.
pub fn inside(entered: &Entered, notice: Option<Notice>) -> String {
    let mut rows = vec![
        ("Nama", entered.name.clone()),
        ("NIP", entered.nip.clone()),
        ("Alamat surel", entered.email.clone()),
        ("Pengenal di platform ini", Some(entered.sub.clone())),
        ("Sesi", entered.sid.clone()),
    ];
    if let Some(access) = &entered.access {
        rows.extend(about(access));
    }
    let rows: String = rows
        .into_iter()
        .filter_map(|(term, value)| Some((term, value?)))
        .map(|(term, value)| format!("<dt>{term}</dt><dd>{}</dd>", escape(&value)))
        .collect();
    let buttons = [
        button("/ganti", "Ganti akses"),
        button("/profil", "Baca ulang profil"),
        button("/perbarui", "Perbarui token"),
        button("/keluar", "Keluar"),
    ];
    page("Anda masuk", &format!("{}<dl>{rows}</dl>{}", told(notice), buttons.concat()))
}

fn about(access: &ChosenAccess) -> Vec<(&'static str, Option<String>)> {
    let role = access.role.parse::<Role>().map_or_else(|_| access.role.clone(), Role::title);
    let profile = access.profile_type.parse::<ProfileType>();
    let profile = profile.map_or_else(|_| access.profile_type.clone(), |profile| profile.label().to_owned());
    let named = |name: &Option<String>, code: &Option<String>| {
        name.as_ref().map(|name| code.as_ref().map_or(name.clone(), |code| format!("{name} ({code})")))
    };
    // The access ends at midnight, so the second before is on its last day, in every zone of the country.
    let end = Timestamp::from_micros(access.access_expires_at.saturating_mul(1_000_000)).minus(Duration::from_secs(1));
    vec![
        ("Tipe Profil", Some(profile)),
        ("Role", Some(role)),
        ("Satuan Kerja", named(&access.nama_satker, &access.kd_satker)),
        ("Instansi", named(&access.nama_klpd, &access.kd_klpd)),
        ("Berlaku sampai", Some(date(end.date(Zone::Wib)))),
        ("Pengenal akses", Some(access.access_id.clone())),
    ]
}

/// The error page.
pub fn trouble(trouble: &Trouble, issuer: &str) -> String {
    let sentence = match trouble {
        Trouble::Unreachable(_) => format!("Gerbang di {issuer} belum dapat dihubungi. Coba lagi sebentar lagi."),
        Trouble::Refused { code, .. } if code == "access_denied" => {
            "Gerbang tidak mengizinkan Anda masuk, atau Anda membatalkannya.".to_owned()
        }
        Trouble::Refused { code, description } => {
            let description = description.as_deref().unwrap_or("tanpa keterangan");
            format!("Gerbang menolak permintaan ini: {code} ({description}).")
        }
        Trouble::Untrusted(_) => "Jawaban yang datang tidak dapat dipercaya. Mulai dari awal.".to_owned(),
    };
    let again = button("/masuk", "Masuk dengan Gerbang");
    page("Belum dapat masuk", &format!("<p role=\"alert\">{}</p>{again}", escape(&sentence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped() {
        let found = Trouble::Refused { code: "<script>".into(), description: Some("\"&".into()) };
        let html = trouble(&found, "http://127.0.0.1:3000");
        assert!(html.contains("&lt;script&gt; (&quot;&amp;)") && !html.contains("<script"), "{html}");
    }

    #[test]
    fn an_access_ends_with_its_last_day_in_every_zone() {
        // The ends of 31 December 2026 in Jakarta and in Jayapura.
        for end in [1_798_736_400, 1_798_729_200] {
            let access = ChosenAccess {
                access_id: "a".into(),
                profile_type: "non_penyedia".into(),
                role: "kpa".into(),
                kd_klpd: Some("K34".into()),
                nama_klpd: Some("Kementerian Ketenagakerjaan".into()),
                kd_satker: None,
                nama_satker: Some("Politeknik Ketenagakerjaan".into()),
                access_expires_at: end,
            };
            let rows = about(&access);
            assert_eq!(rows[1].1.as_deref(), Some("KPA · Kuasa Pengguna Anggaran"));
            assert_eq!(rows[3].1.as_deref(), Some("Kementerian Ketenagakerjaan (K34)"));
            assert_eq!(rows[4].1.as_deref(), Some("31 Desember 2026"));
        }
    }
}
