//! The platforms of the development data.

use backend::seed::{Client, Platform};
use domain::{
    oidc::Scope,
    role::{ProfileType, Role},
};
use time::{Date, macros::date};
use url::Url;

/// Client id of the demo platform, and its name in addresses.
pub const DEMO_CLIENT: &str = "daftar-hitam";
/// Client secret of the demo platform. Everybody knows it; the secrets of real platforms are random and shown once.
pub const DEMO_SECRET: &str = "Daftar-Hitam-hanya-untuk-pengembangan-2026";

/// The terms are in force since a day before anybody tries them.
const TERMS_SINCE: Date = date!(2026 - 01 - 01);

/// The demo platform at `demo_url`, and one at the same address that only suppliers may enter. Nothing serves the
/// second.
pub fn platforms(demo_url: &Url) -> [Platform<'_>; 2] {
    let at = |path: &str| format!("{}{path}", demo_url.as_str().trim_end_matches('/'));
    let demo = Platform {
        slug: DEMO_CLIENT,
        name: "Daftar Hitam",
        line: "Sanksi daftar hitam penyedia",
        logo: "ban",
        address: demo_url,
        profile_types: &ProfileType::ALL,
        roles: Role::ALL,
        scopes: Scope::ALL.into_iter().collect(),
        terms_since: TERMS_SINCE,
        terms: terms("Daftar Hitam"),
        client: Some(Client {
            initiate_login_uri: at("/masuk/mulai"),
            backchannel_logout_uri: at("/keluar/kanal-belakang"),
            redirects: vec![("redirect", at("/masuk/kembali")), ("post_logout", at("/keluar/selesai"))],
            secret: DEMO_SECRET,
        }),
    };
    let shop = Platform {
        slug: "toko-daring",
        name: "Toko Daring",
        line: "Penjualan produk kepada pemerintah",
        logo: "cart",
        address: demo_url,
        profile_types: &[ProfileType::Penyedia],
        roles: &[Role::Penyedia],
        scopes: Scope::ALL.into_iter().filter(|scope| *scope != Scope::Nip).collect(),
        terms_since: TERMS_SINCE,
        terms: terms("Toko Daring"),
        client: None,
    };
    [demo, shop]
}

/// Both documents of a platform: kind and Markdown.
fn terms(platform: &str) -> Vec<(&'static str, String)> {
    let document = |title: &str| {
        format!(
            "**{title} {platform}**\n\nDokumen contoh untuk mencoba Gerbang.\n\n\
             1. Anda memakai {platform} dengan akses yang Anda pilih di Gerbang.\n\
             2. {platform} menerima nama, alamat surel, dan akses itu; dari pegawai juga NIP bila diminta.\n\
             3. Akses yang berakhir atau dicabut mengakhiri sesi Anda di {platform}.\n"
        )
    };
    vec![("syarat", document("Syarat dan Ketentuan")), ("privasi", document("Kebijakan Privasi"))]
}
