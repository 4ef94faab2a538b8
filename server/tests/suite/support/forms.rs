//! Forms that visitors fill in, and what becomes of wrong ones.

use uuid::Uuid;

use super::{
    PASSWORD, SIRUP_PASSWORD,
    browser::{Visitor, changed},
    letter,
    scenario::Scenario,
};

/// Text that breaks out of a page that writes it unescaped.
pub const ATTACK: &str = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)> \"'---> Jakarta";

/// A wrong password that occurs nowhere else, so that a test can look for it.
pub const TYPED: &str = "Rahasia-yang-diketik-77";

/// The path of a step of an application.
pub fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

/// A form that the server sends back.
pub struct WrongForm {
    /// May hold placeholders of [`Scenario`], like the fields.
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    sentences: &'static [&'static str],
    kept: &'static [&'static str],
}

/// A form that comes back with these sentences and with the typed values of the fields in `kept`.
pub const fn wrong(
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    sentences: &'static [&'static str],
    kept: &'static [&'static str],
) -> WrongForm {
    WrongForm { path, fields, sentences, kept }
}

impl Scenario {
    /// Posts each form, with and without script, and panics unless it comes back as described, without its passwords.
    pub async fn expect_back(&self, visitor: &Visitor, forms: &[WrongForm]) {
        for WrongForm { path, fields, sentences, kept } in forms {
            let (path, fields) = (self.resolve(path), self.fields(fields));
            let back = visitor.post(&path, &fields).await.expect(422);
            for sentence in *sentences {
                assert!(back.says(sentence), "{path} with {fields:?} does not say {sentence:?} but: {}", back.text());
            }
            for name in *kept {
                let typed = fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
                assert_eq!(back.value(&path, name), typed, "{path}: {name}");
            }
            for secret in [TYPED, SIRUP_PASSWORD, PASSWORD, "kuda lari di pantai", "rahmawati2026"] {
                assert!(!back.html().contains(secret), "{path} echoes a password");
            }
            assert!(!back.html().contains("<script>alert"), "{path}");
            // To script, the reply says the same, and its status 200 leaves no error in the console.
            let reply = visitor.post_by_script(&path, &fields).await.expect(200).json();
            assert!(reply["Stay"].as_array().is_some_and(|issues| !issues.is_empty()), "{path}: {reply}");
        }
    }
}

/// Fills in and submits an application for the `nth` work unit of a ministry, by forms.
pub async fn send_application(visitor: &Visitor, ministry: &str, nth: usize) -> Uuid {
    let id = fill_draft(visitor, "pa", ministry, nth).await;
    let path = page(id, "tinjau");
    let form = changed(visitor.get(&path).await.form(&path), &[("confirmation", "ya")]);
    visitor.send(&path, &form).await.expect(200).expect_says("Pengajuan Anda sudah kami terima");
    id
}

/// Fills in a draft for the `nth` work unit of a ministry, by forms.
pub async fn fill_draft(visitor: &Visitor, role: &str, ministry: &str, nth: usize) -> Uuid {
    let found = visitor.ask(&format!("/api/instansi?kind=kementerian&query={ministry}")).await.expect(200).json();
    let institution = found["options"][0]["id"].as_str().unwrap().to_owned();
    let found = visitor.ask(&format!("/api/satker?institution={institution}&query=")).await.expect(200).json();
    let unit = found["options"][nth]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
    let id = visitor.start(role).await;
    let path = page(id, "formulir");
    let form = visitor.get(&path).await.expect(200).form(&path);
    let answers = [
        ("institution_type", "kementerian"),
        ("institution", &institution),
        ("work_unit", &unit),
        ("address", "Jalan H.R. Rasuna Said Blok X-5 Kavling 4-9, Jakarta"),
        ("first_day", "1"),
        ("first_day_month", "1"),
        ("first_day_year", "2026"),
        ("last_day", "31"),
        ("last_day_month", "12"),
        ("last_day_year", "2099"),
        ("aksi", "ajukan"),
    ];
    let review = visitor.upload(&path, &changed(form, &answers), "surat.pdf", letter()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    id
}
