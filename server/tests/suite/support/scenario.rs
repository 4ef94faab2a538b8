//! What most tests of the HTTP surface begin with.

use domain::{permission::StaffRole, role::Role};
use time::macros::date;
use uuid::Uuid;

use super::{
    Database, SITI, TODAY,
    browser::{Fields, Site, Visitor, changed},
    platform::request as platform_request,
};

/// A site with a complete draft and a submitted application, both Siti's, and mails with secrets.
pub struct Scenario {
    pub site: Site,
    pub draft: Uuid,
    pub sent: Uuid,
    /// Values of the placeholders in paths and fields, such as `{draft}`.
    values: Vec<(&'static str, String)>,
}

impl Scenario {
    pub async fn new(database: Database) -> Self {
        let site = Site::new(database).await;
        let (draft, sent) = (site.draft("Inspektorat").await, site.sent("Sekretariat").await);
        let backend = &site.world.backend;
        let rina = backend::accounts::SignUp {
            name: "Rina Marpaung".into(),
            email: "rina@contoh.go.id".into(),
            password: "kuda lari di pantai".into(),
        };
        backend::accounts::sign_up(backend, &rina, super::origin().address).await.unwrap();
        backend::accounts::forgot_password(backend, SITI).await.unwrap();
        let wulan = backend::staff::Invitation {
            email: "wulan@contoh.go.id".into(),
            role: Some(StaffRole::Verifier),
            institutions: vec![],
        };
        backend::staff::invite(backend, &site.world.actor("admin@contoh.go.id").await, &wulan).await.unwrap();
        let stored = backend::applications::draft(backend, &site.world.siti().await, draft).await.unwrap();
        let (institution, unit) = site.world.place("Provinsi Bali", "Dinas Kesehatan");
        let values = vec![
            ("draft", draft.to_string()),
            ("sent", sent.to_string()),
            ("confirm", site.world.secret_for("rina@contoh.go.id").await.expose().to_owned()),
            ("reset", site.world.secret_for(SITI).await.expose().to_owned()),
            ("invited", site.world.secret_for("wulan@contoh.go.id").await.expose().to_owned()),
            ("version", stored.version.to_string()),
            ("letter", stored.draft.letter.unwrap().id.to_string()),
            ("institution", institution.to_string()),
            ("unit", unit.to_string()),
        ];
        Self { site, draft, sent, values }
    }

    /// Adds an access of Siti's that ends soon, a platform, and a request of that platform for her.
    pub async fn with_access(mut self) -> Self {
        let (siti, soon) = (self.site.world.siti().await, date!(2026 - 12 - 31));
        let access = self.site.world.granted(&siti, Role::Kpa, "Biro Umum", TODAY, soon).await;
        self.values.push(("access", access.to_string()));
        let backend = &self.site.world.backend;
        let admin = self.site.world.actor("admin@contoh.go.id").await;
        let platforms = backend::platforms::admin::list(backend, &admin).await.unwrap();
        let platform = platforms.iter().find(|known| known.slug == "daftar-hitam").unwrap();
        self.values.push(("platform", platform.id.to_string()));
        // The platform asks for Siti, who has yet to choose an access.
        let back = format!("{}/masuk/kembali", devtools::DEMO_URL);
        let asked = changed(platform_request("daftar-hitam"), &[("redirect_uri", back.as_str())]);
        let next = backend::oidc::authorize::authorize(backend, Some(&siti), siti.address, &asked).await.unwrap();
        let backend::oidc::authorize::Next::Wait { request, .. } = next else { panic!("{next:?}") };
        self.values.push(("request", request.to_string()));
        self
    }

    /// Opens the three mailed links in a browser.
    pub async fn opens_links(&self, visitor: &Visitor) {
        for link in
            ["/daftar/konfirmasi?token={confirm}", "/atur-ulang-kata-sandi?token={reset}", "/undangan?token={invited}"]
        {
            visitor.get(&self.resolve(link)).await.expect(303);
        }
    }

    /// Replaces the placeholders in a text.
    pub fn resolve(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Replaces the placeholders in the values of fields.
    pub fn fields(&self, fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), self.resolve(value))).collect()
    }

    /// Adds a placeholder.
    pub fn set(&mut self, name: &'static str, value: impl ToString) {
        self.values.push((name, value.to_string()));
    }
}
