//! The pages of administration, without script.

use super::*;
use crate::support::{
    browser::{Answer, Site, changed},
    *,
};

/// The pages of administration.
const PAGES: [(&str, &str); 5] = [
    ("/admin", "Undang petugas"),
    ("/admin/alasan", "Alasan penolakan"),
    ("/admin/libur", "Tambah hari libur"),
    ("/admin/surel", "Tidak ada surel yang tertahan"),
    ("/admin/tugas", "Mengakhiri pegangan kasus"),
];

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_administration_require_an_administrator() {
    let site = Site::new(Database::Sqlite).await;
    let (boss, verifier, siti) = (site.signed_in(ADMIN).await, site.verifier().await, site.siti().await);
    for (path, words) in PAGES {
        boss.get(path).await.expect(200).expect_says(words);
        verifier.get(path).await.expect(404);
        siti.get(path).await.expect(404);
        let to = site.visitor().get(path).await;
        assert!(to.location().is_some_and(|to| to.starts_with("/masuk")), "{path} leads to {:?}", to.location());
    }
    // Nor do the forms behind them do anything.
    let posts: [(&str, &[(&str, &str)]); 4] = [
        ("/admin", &[("tindak", "undang"), ("email", NEWCOMER), ("staff_role", "admin"), ("lingkup", "nasional")]),
        ("/admin/alasan", &[("tindak", "tambah-alasan"), ("title", "Judul baru"), ("text", "Saran yang baru.")]),
        ("/admin/libur", &[("day", "1"), ("day_month", "3"), ("day_year", "2027"), ("title", "Libur")]),
        ("/admin/surel", &[("surel", "00000000-0000-0000-0000-000000000000")]),
    ];
    for (path, fields) in posts {
        verifier.post(path, fields).await.expect(404);
    }
    assert_eq!((site.world.count("invitations").await, site.world.count("outbox").await), (0, 0));
}

/// The name of the first tick box of an institution.
fn tick_box(page: &Answer) -> String {
    let tags = page.tags();
    let mut names = tags.iter().filter_map(|tag| tag.get("name"));
    names.find(|name| name.starts_with("scope_")).expect("an institution is offered").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn invitation_is_accepted_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let boss = site.signed_in(ADMIN).await;
    let page = boss.get("/admin?tindak=undang").await.expect(200);
    let action = "/admin?tindak=undang";
    let refused = boss.post(action, &page.form(action)).await.expect(422);
    refused.shows(&["Alamat surel belum diisi.", "Peran belum dipilih."]);

    // The search asks for the page again, with everything that was filled in.
    let search = "/admin?tindak=undang&email=fitri%40contoh.go.id&staff_role=verifier&lingkup=instansi\
                  &cari=kementerian+kesehatan";
    let found = boss.get(search).await.expect(200);
    found.shows(&["instansi cocok.", "Kementerian Kesehatan", "Belum ada yang dicentang."]);
    assert_eq!(found.value(search, "email").as_deref(), Some(NEWCOMER));
    let tick = tick_box(&found);
    // Of certain institutions at least one must be ticked: none would be all of them.
    let form = found.form(search);
    let nowhere = boss.post(search, &form).await.expect(422);
    nowhere.shows(&["Lingkup belum dipilih. Pilih nasional, atau paling sedikit satu instansi."]);
    assert_eq!(site.world.count("invitations").await, 0);
    let wrong = changed(form, &[(tick.as_str(), "ya"), ("email", "fitri")]);
    let again = boss.post(search, &wrong).await.expect(422).expect_says("Alamat surel tidak lengkap.");
    let kept = again.form(search);
    assert!(kept.iter().any(|(name, _)| *name == tick), "what was ticked stays ticked: {kept:?}");
    let done = boss.send(search, &changed(kept, &[("email", NEWCOMER)])).await.expect(200);
    done.shows(&["Undangan dikirim", NEWCOMER]);

    let link = format!("/undangan?token={}", site.world.secret_for(NEWCOMER).await.expose());
    let fitri = site.visitor();
    let page = fitri.open(&link).await.expect(200).expect_says("Anda diundang menjadi Verifikator");
    let form = changed(page.form("/undangan"), &[("name", "Fitri Hasan"), ("password", "pendek")]);
    let refused = fitri.post("/undangan", &form).await.expect(422).expect_says("Kata sandi kurang dari 10 karakter.");
    let form = changed(refused.form("/undangan"), &[("password", STRONG)]);
    assert!(form.contains(&("name".to_owned(), "Fitri Hasan".to_owned())));
    let desk = fitri.send("/undangan", &form).await.expect(200);
    assert_eq!(desk.path, "/verifikasi");
    site.visitor().open(&link).await.expect_says("Tautan tidak berlaku");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_changed_and_disabled_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let (boss, ratna) = (site.signed_in(ADMIN).await, site.verifier().await);
    let (boss_id, ratna_id) = (admin(&site.world).await.user_id, site.world.verifier().await.user_id);

    let change = format!("/admin?tindak=ubah&petugas={ratna_id}");
    let page = boss.get(&change).await.expect(200);
    let (role, scope) = (page.value(&change, "staff_role"), page.value(&change, "lingkup"));
    assert_eq!((role.as_deref(), scope.as_deref()), (Some("verifier"), Some("nasional")));
    page.shows(&["berlaku setelah dikukuhkan administrator lain"]);
    let form = changed(page.form(&change), &[("staff_role", "supervisor")]);
    let proposed = boss.send(&change, &form).await.expect(200);
    proposed.shows(&["Peran diusulkan", "Peran yang menunggu pengukuhan", "Menunggu administrator lain."]);
    let second = site.signed_in(ADMIN2).await;
    let page = second.get("/admin").await.expect(200);
    let proposal = page.select("[name=kukuhkan]")[0].get("value").unwrap().to_owned();
    second.send("/admin", &[("kukuhkan", &proposal)]).await.expect(200).shows(&["Peran dikukuhkan", "Penyelia"]);
    dismiss_second(&site.world).await;

    let ask = format!("/admin?tindak=nonaktifkan&petugas={ratna_id}");
    let page = boss.get(&ask).await.expect(200).expect_says("Nonaktifkan akun ini?");
    ratna.get("/verifikasi").await.expect(200);
    boss.send(&ask, &page.form(&ask)).await.expect(200).shows(&["Akun dinonaktifkan", "Nonaktif"]);
    let turned_away = ratna.get("/verifikasi").await;
    assert!(turned_away.location().is_some_and(|to| to.starts_with("/masuk")));

    let ask = format!("/admin?tindak=cabut&petugas={boss_id}");
    let page = boss.get(&ask).await.expect(200);
    let refused = boss.post(&ask, &page.form(&ask)).await.expect(409);
    refused.shows(&["Cabut peran petugas ini?", "Ini administrator terakhir."]);
    boss.get("/admin?tindak=ubah&petugas=00000000-0000-0000-0000-000000000000").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_holidays_are_changed_without_script() {
    let site = Site::new(Database::Sqlite).await;
    let boss = site.signed_in(ADMIN).await;
    let add = "/admin/alasan?tindak=tambah-alasan";
    let page = boss.get(add).await.expect(200);
    let untitled = boss.post(add, &page.form(add)).await.expect(422);
    untitled.shows(&["Judul belum diisi. Tulis dengan singkat dan jelas.", "Teks belum diisi."]);
    let short = changed(page.form(add), &[("title", "Cap"), ("text", "Lampirkan surat bercap instansi.")]);
    let refused = boss.post(add, &short).await.expect(422).expect_says("Isian kurang dari 5 huruf.");
    assert_eq!(refused.value(add, "text").as_deref(), Some("Lampirkan surat bercap instansi."), "what was typed stays");
    let markup = "</textarea><script>alert(1)</script>";
    let form = changed(refused.form(add), &[("title", markup)]);
    let done = boss.send(add, &form).await.expect(200).expect_says("Tersimpan");
    assert!(done.says(markup) && !done.html().contains("<script>alert"));

    let day = [("day", "30"), ("day_month", "2"), ("day_year", "2027"), ("title", "")];
    let refused = boss.post("/admin/libur", &day).await.expect(422);
    refused.shows(&["Tanggal ini tidak ada dalam kalender.", "Judul belum diisi. Tulis dengan singkat dan jelas."]);
    let day = [("day", "19"), ("day_month", "3"), ("day_year", "2027"), ("title", "Hari Raya Nyepi")];
    boss.send("/admin/libur", &day).await.expect(200).shows(&["Hari libur tersimpan", "Jumat, 19 Maret 2027"]);
    let gone =
        boss.send("/admin/libur", &[("hapus", "2027-03-19")]).await.expect(200).expect_says("Hari libur dihapus");
    assert!(!gone.says("19 Maret 2027"));
}
