use std::time::Duration;

use bytes::Bytes;
use devtools::development;
use futures::{Stream, StreamExt};
use reqwest::{
    Body, Client, Method, RequestBuilder, header,
    multipart::{Form, Part},
    redirect::Policy,
};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{Answer, Events, Fields, changed};

/// A person with a browser that keeps cookies and runs no script.
pub struct Visitor {
    client: Client,
    /// The server that requests go to.
    pub base: Url,
    /// The `Origin` header of posted forms.
    pub origin: String,
}

impl Visitor {
    pub fn of(base: &Url) -> Self {
        Self::keeping(base, usize::MAX)
    }

    /// With a new connection for each request: a server that is full may close any idle one in the moment of the next
    /// request, which this client, unlike a browser, does not send again.
    pub fn on_new_connections(base: &Url) -> Self {
        Self::keeping(base, 0)
    }

    fn keeping(base: &Url, idle: usize) -> Self {
        let client = Client::builder()
            .pool_max_idle_per_host(idle)
            .cookie_store(true)
            .redirect(Policy::none())
            .user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        Self { client, base: base.clone(), origin: base.origin().ascii_serialization() }
    }

    /// The same browser, with its cookies, at another server.
    pub fn at(&self, base: &Url) -> Self {
        Self { client: self.client.clone(), base: base.clone(), origin: base.origin().ascii_serialization() }
    }

    /// A request as a browser makes it for a page, a link or a form.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let changes = !matches!(method, Method::GET | Method::HEAD);
        let request = self.bare(method, path).header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        let request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-site", "same-origin");
        if changes { request.header(header::ORIGIN, &self.origin) } else { request }
    }

    /// A request with the browser's cookies, without headers that tell its origin.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base.as_str().trim_end_matches('/')))
    }

    /// Gets a page or file; does not follow redirects.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(path, self.request(Method::GET, path)).await
    }

    /// Gets a page and follows redirects.
    pub async fn open(&self, path: &str) -> Answer {
        self.follow(self.get(path).await).await
    }

    /// Posts a form; does not follow redirects.
    pub async fn post<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        Answer::of(path, self.request(Method::POST, path).form(fields)).await
    }

    /// Posts a form and follows redirects.
    pub async fn send<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        self.follow(self.post(path, fields).await).await
    }

    /// Posts a form with a letter; does not follow redirects.
    pub async fn upload(&self, path: &str, fields: &Fields, name: &str, letter: impl Into<Body>) -> Answer {
        let part = Part::stream(letter).file_name(name.to_owned()).mime_str("application/pdf").unwrap();
        let form = fields.iter().fold(Form::new(), |form, (name, value)| form.text(name.clone(), value.clone()));
        Answer::of(path, self.request(Method::POST, path).multipart(form.part("letter", part))).await
    }

    /// Uploads a letter alone, as script does.
    pub async fn upload_alone(&self, id: Uuid, name: &str, letter: impl Into<Body>) -> Answer {
        let path = format!("/akses/pengajuan/{id}/surat");
        let request = self.request(Method::POST, &path).header(header::CONTENT_TYPE, "application/pdf");
        Answer::of(&path, request.header("x-file-name", name).body(letter)).await
    }

    /// Calls a server function, as script does.
    pub async fn ask(&self, path: &str) -> Answer {
        let request = self.bare(Method::GET, path).header(header::ACCEPT, "application/json");
        Answer::of(path, request.header("sec-fetch-site", "same-origin")).await
    }

    /// Posts a form as script does; the body of the answer is a JSON `Reply`.
    pub async fn post_by_script<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        let request = self.bare(Method::POST, path).header(header::ACCEPT, "application/json");
        Answer::of(path, request.header("sec-fetch-site", "same-origin").form(fields)).await
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            let Some(to) = answer.location().map(str::to_owned) else { return answer };
            assert!(to.starts_with('/'), "{} leads to {to}", answer.path);
            // Browsers do not send the fragment.
            answer = self.get(to.split('#').next().unwrap()).await;
        }
        panic!("{} redirects more than ten times", answer.path);
    }

    /// Signs in with the password of development.
    pub async fn sign_in(&self, email: &str) {
        let page = self.send("/masuk", &[("email", email), ("password", development::PASSWORD)]).await.expect(200);
        assert_eq!(page.path, "/akses");
    }

    /// Signs in as [`sign_in`](Self::sign_in) does, with the cookie of a device that signed in before.
    pub async fn sign_in_from(&self, email: &str, device: &str) {
        let fields = [("email", email), ("password", development::PASSWORD)];
        // Development has no HTTPS, production has a prefix.
        let cookie = format!("gerbang-perangkat={device}; __Host-gerbang-perangkat={device}");
        let request = self.request(Method::POST, "/masuk").header(header::COOKIE, cookie).form(&fields);
        let page = self.follow(Answer::of("/masuk", request).await).await.expect(200);
        assert_eq!(page.path, "/akses");
    }

    /// Saves answers, as script does; the server may be gone.
    pub async fn try_save(&self, id: Uuid, version: i64, answers: &Value) -> reqwest::Result<Answer> {
        let path = "/api/pengajuan/simpan";
        let body = json!({ "id": id, "version": version, "answers": answers });
        let request = self.bare(Method::POST, path).header("sec-fetch-site", "same-origin");
        Answer::try_of(path, request.header(header::ACCEPT, "application/json").json(&body)).await
    }

    /// Saves an address and nothing else, as script does.
    pub async fn save(&self, id: Uuid, version: i64, address: &str) -> Answer {
        self.try_save(id, version, &json!({ "address": address })).await.unwrap()
    }

    /// Talks to a server that restarted on another port from now on.
    pub fn moved(&mut self, base: &Url) {
        self.base = base.clone();
        self.origin = base.origin().ascii_serialization();
    }

    /// Starts a draft without SiRUP and returns its id.
    pub async fn start(&self, role: &str) -> Uuid {
        let draft = self.send("/akses/baru", &[("profile_type", "non_penyedia"), ("role", role)]).await.expect(200);
        let id = draft.path.split('/').nth(3).unwrap().parse().unwrap();
        self.send(&format!("/akses/pengajuan/{id}/sirup"), &[("aksi", "baru")]).await.expect(200);
        id
    }

    /// Claims a case and returns the page that follows.
    pub async fn take(&self, id: Uuid) -> Answer {
        self.send(&format!("/verifikasi/{id}/ambil"), &[("", "")]).await.expect(200)
    }

    /// The form of a verdict on a case that this person holds, as the case's page sends it: an approval ticks the whole
    /// check list, a rejection has the first reason of the list and `text`.
    pub async fn verdict(&self, id: Uuid, verdict: &str, text: &str) -> Fields {
        let path = format!("/verifikasi/{id}");
        let page =
            self.get(&format!("{path}?tindak={}", if verdict == "reject" { "tolak" } else { "" })).await.expect(200);
        let mut fields = changed(page.form(&path), &[("verdict", verdict)]);
        if verdict == "reject" {
            let reasons = page.select("[name=reason_title] option");
            let reason = reasons.iter().find_map(|option| option.get("value").filter(|id| !id.is_empty()));
            let reason = reason.unwrap_or_else(|| panic!("{path} offers no reason"));
            fields = changed(fields, &[("tindak", "tolak"), ("reason_title", reason), ("reason", text)]);
        } else {
            let ticked = page.select("[name=check]");
            let ticked = ticked.iter().filter_map(|item| item.get("value"));
            fields.extend(ticked.map(|id| ("check".to_owned(), id.to_owned())));
        }
        fields
    }

    /// Claims a case and decides it by forms; returns the page that follows.
    pub async fn decide(&self, id: Uuid, verdict: &str, text: &str) -> Answer {
        self.take(id).await;
        let fields = self.verdict(id, verdict, text).await;
        self.send(&format!("/verifikasi/{id}"), &fields).await.expect(200)
    }

    /// Opens the stream of events of an applicant's pages.
    pub async fn events(&self) -> Events {
        self.events_at("/akses/peristiwa").await
    }

    /// Opens a stream of events.
    pub async fn events_at(&self, path: &str) -> Events {
        let request = self.bare(Method::GET, path).header(header::ACCEPT, "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Events::new(response)
    }
}

/// A body sent in chunks.
pub fn streamed(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    Body::wrap_stream(chunks.map(Ok::<_, std::convert::Infallible>))
}
