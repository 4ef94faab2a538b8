//! A running server, and a visitor without script.

use std::time::Duration;

use backend::world::ManualClock;
use bytes::Bytes;
use devtools::{DEMO_URL, development};
use domain::role::Role;
use futures::Stream;
use reqwest::{
    Body, Client, Method, RequestBuilder,
    header::{self, HeaderMap},
    multipart::{Form, Part},
    redirect::Policy,
};
use serde::Serialize;
use serde_json::{Value, json};
use server::{
    application::{Application, Extras},
    config::Config,
};
use tokio::sync::oneshot;
use url::Url;
use uuid::Uuid;

use super::{Database, NOW, World, new_postgres, new_sirup, program};

/// The server on a port of its own, over a fresh world with a clock that stands still.
pub struct Site {
    /// What it runs on.
    pub world: World,
    /// Where people reach it.
    pub base: Url,
    /// Where it listens.
    pub address: Url,
    /// Dropped, it ends the server.
    _stop: oneshot::Sender<()>,
}

impl Site {
    pub async fn new(database: Database) -> Self {
        Self::with(database, &[], false).await
    }

    /// With settings of its own, and with the demo platform at `demo_url` if they name it; `workers` send mail and keep
    /// master data fresh.
    pub async fn with(database: Database, settings: &[(&str, &str)], workers: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().to_str().unwrap().to_owned();
        let sirup = new_sirup().await;
        let mut pairs = vec![("data_dir", data_dir.as_str()), ("addr", "127.0.0.1:0"), ("sirup_url", &sirup)];
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(new_postgres().await),
        };
        pairs.extend(postgres.as_deref().map(|url| ("database_url", url)));
        let (apart, settings): (Vec<_>, Vec<_>) = settings.iter().partition(|(name, _)| *name == "demo_url");
        pairs.extend(settings);
        let config = Config::from_pairs(&pairs).unwrap();
        let demo_url = apart.first().map_or(DEMO_URL, |(_, url)| url);
        let extras =
            if config.is_development() { devtools::extras(demo_url.parse().unwrap()) } else { Extras::default() };
        Self::start(config, extras, ManualClock::at(NOW), dir, workers, 1).await
    }

    /// A second server over the same database, letters and clock.
    pub async fn beside(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let extras = devtools::extras(DEMO_URL.parse().unwrap());
        Self::start(self.world.config.clone(), extras, self.world.clock.clone(), dir, false, 2).await
    }

    async fn start(
        config: Config,
        extras: Extras,
        clock: std::sync::Arc<ManualClock>,
        dir: tempfile::TempDir,
        workers: bool,
        servers: usize,
    ) -> Self {
        let application = Application::build(config.clone(), program(), clock.world(), extras).await.unwrap();
        let (backend, base) = (application.backend.clone(), application.base_url.clone());
        let address = format!("http://{}", application.addr).parse().unwrap();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            application.run(workers, shutdown).await.unwrap();
        });
        let world = World { backend, clock, config, _dir: dir };
        world.hears_notices(servers).await;
        Self { world, base, address, _stop: stop }
    }

    /// Somebody who was never here.
    pub fn visitor(&self) -> Visitor {
        Visitor { origin: self.base.origin().ascii_serialization(), ..Visitor::of(&self.address) }
    }

    /// Somebody of the development data, signed in.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        let visitor = self.visitor();
        visitor.sign_in(email).await;
        visitor
    }

    pub async fn siti(&self) -> Visitor {
        self.signed_in("siti.pa@contoh.go.id").await
    }

    pub async fn budi(&self) -> Visitor {
        self.signed_in("budi.kpa@contoh.go.id").await
    }

    pub async fn verifier(&self) -> Visitor {
        self.signed_in("verifikator@contoh.go.id").await
    }

    pub async fn verifier2(&self) -> Visitor {
        self.signed_in("verifikator2@contoh.go.id").await
    }

    pub async fn admin(&self) -> Visitor {
        self.signed_in("admin@contoh.go.id").await
    }

    /// A complete draft of Siti's.
    pub async fn draft(&self, unit: &str) -> Uuid {
        self.world.filled_draft(&self.world.siti().await, Role::Pa, self.world.answers(unit)).await
    }

    /// An application of Siti's that waits.
    pub async fn sent(&self, unit: &str) -> Uuid {
        self.world.submitted(&self.world.siti().await, Role::Pa, unit).await
    }
}

/// A person with a browser that has cookies and no script.
pub struct Visitor {
    client: Client,
    /// Where requests go.
    pub base: Url,
    /// What the browser says of the page that a form stands on.
    pub origin: String,
}

/// The fields of a form.
pub type Fields = Vec<(String, String)>;

/// These fields with some of them changed, or added.
pub fn changed(mut fields: Fields, changes: &[(&str, &str)]) -> Fields {
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

impl Visitor {
    pub fn of(base: &Url) -> Self {
        let client = Client::builder()
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

    /// A request with this person's cookies and nothing that says where it comes from.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base.as_str().trim_end_matches('/')))
    }

    /// A page or a file, without going on to where it leads.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(path, self.request(Method::GET, path)).await
    }

    /// A page, wherever it leads.
    pub async fn open(&self, path: &str) -> Answer {
        self.follow(self.get(path).await).await
    }

    /// Sends a form, without going on to where it leads.
    pub async fn post<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        Answer::of(path, self.request(Method::POST, path).form(fields)).await
    }

    /// Sends a form and goes on to where it leads.
    pub async fn send<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        self.follow(self.post(path, fields).await).await
    }

    /// Sends a form with a letter.
    pub async fn upload(&self, path: &str, fields: &Fields, name: &str, letter: impl Into<Body>) -> Answer {
        let part = Part::stream(letter).file_name(name.to_owned()).mime_str("application/pdf").unwrap();
        let form = fields.iter().fold(Form::new(), |form, (name, value)| form.text(name.clone(), value.clone()));
        Answer::of(path, self.request(Method::POST, path).multipart(form.part("letter", part))).await
    }

    /// Sends a letter alone, as script does.
    pub async fn upload_alone(&self, id: Uuid, name: &str, letter: impl Into<Body>) -> Answer {
        let path = format!("/akses/pengajuan/{id}/surat");
        let request = self.request(Method::POST, &path).header(header::CONTENT_TYPE, "application/pdf");
        Answer::of(&path, request.header("x-file-name", name).body(letter)).await
    }

    /// Asks a server function, as script does.
    pub async fn ask(&self, path: &str) -> Answer {
        let request = self.bare(Method::GET, path).header(header::ACCEPT, "application/json");
        Answer::of(path, request.header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a form as script does; the answer is the reply.
    pub async fn post_by_script<F: Serialize + ?Sized>(&self, path: &str, fields: &F) -> Answer {
        let request = self.bare(Method::POST, path).header(header::ACCEPT, "application/json");
        Answer::of(path, request.header("sec-fetch-site", "same-origin").form(fields)).await
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            let Some(to) = answer.location().map(str::to_owned) else { return answer };
            assert!(to.starts_with('/'), "{} leads to {to}", answer.path);
            // What follows the hash is the browser's own.
            answer = self.get(to.split('#').next().unwrap()).await;
        }
        panic!("{} leads in circles", answer.path);
    }

    /// Signs in with the password of development.
    pub async fn sign_in(&self, email: &str) {
        let page = self.send("/masuk", &[("email", email), ("password", development::PASSWORD)]).await.expect(200);
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

    /// Goes on with a server that came back elsewhere.
    pub fn moved(&mut self, base: &Url) {
        self.base = base.clone();
        self.origin = base.origin().ascii_serialization();
    }

    /// Opens a draft, goes on without SiRUP, and gives its id.
    pub async fn start(&self, role: &str) -> Uuid {
        let draft = self.send("/akses/baru", &[("profile_type", "non_penyedia"), ("role", role)]).await.expect(200);
        let id = draft.path.split('/').nth(3).unwrap().parse().unwrap();
        self.send(&format!("/akses/pengajuan/{id}/sirup"), &[("aksi", "baru")]).await.expect(200);
        id
    }

    /// Takes a case from the queue, and gives the page that follows.
    pub async fn take(&self, id: Uuid) -> Answer {
        self.send(&format!("/verifikasi/{id}/ambil"), &[("", "")]).await.expect(200)
    }

    /// The fields of a verdict on a case that this person holds, as the case's page sends them: all items of the check
    /// list for an approval, the first reason of the list and `text` for a refusal.
    pub async fn verdict(&self, id: Uuid, verdict: &str, text: &str) -> Fields {
        let path = format!("/verifikasi/{id}");
        let page =
            self.get(&format!("{path}?tindak={}", if verdict == "reject" { "tolak" } else { "" })).await.expect(200);
        let mut fields = changed(page.form(&path), &[("verdict", verdict)]);
        let tags = page.tags();
        if verdict == "reject" {
            let list = tags.iter().skip_while(|tag| tag.get("name") != Some("reason_title"));
            let reason =
                list.filter(|tag| tag.name == "option").find_map(|tag| tag.get("value").filter(|id| !id.is_empty()));
            let reason = reason.unwrap_or_else(|| panic!("{path} offers no reason"));
            fields = changed(fields, &[("tindak", "tolak"), ("reason_title", reason), ("reason", text)]);
        } else {
            let ticked = tags.iter().filter(|tag| tag.get("name") == Some("check")).filter_map(|tag| tag.get("value"));
            fields.extend(ticked.map(|id| ("check".to_owned(), id.to_owned())));
        }
        fields
    }

    /// Takes a case and decides it, all by forms; gives the page that follows.
    pub async fn decide(&self, id: Uuid, verdict: &str, text: &str) -> Answer {
        self.take(id).await;
        let fields = self.verdict(id, verdict, text).await;
        self.send(&format!("/verifikasi/{id}"), &fields).await.expect(200)
    }

    /// The events that open pages are told of.
    pub async fn events(&self) -> Events {
        self.events_at("/akses/peristiwa").await
    }

    /// The events of that stream.
    pub async fn events_at(&self, path: &str) -> Events {
        let request = self.bare(Method::GET, path).header(header::ACCEPT, "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Events { response, read: String::new() }
    }
}

/// An open stream of events.
pub struct Events {
    response: reqwest::Response,
    read: String,
}

impl Events {
    /// The next event: its name and its data. `None` once the stream ended.
    pub async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let line = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim();
                let event = (line("event:").to_owned(), line("data:").to_owned());
                self.read = rest.to_owned();
                // A comment only keeps the connection alive.
                if !event.0.is_empty() {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok()??;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event, which must come within two seconds.
    pub async fn soon(&mut self) -> Option<(String, String)> {
        tokio::time::timeout(Duration::from_secs(2), self.next()).await.expect("within two seconds")
    }
}

/// A body that arrives bit by bit.
pub fn streamed(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    use futures::StreamExt;
    Body::wrap_stream(chunks.map(Ok::<_, std::convert::Infallible>))
}

/// An answer, as a visitor without script reads it.
#[derive(Debug)]
pub struct Answer {
    /// Path and query that were asked for.
    pub path: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Sends a request and reads all that comes back.
    pub async fn of(path: &str, request: RequestBuilder) -> Self {
        Self::try_of(path, request).await.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Like [`Answer::of`], where the server may be gone.
    pub async fn try_of(path: &str, request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { path: path.to_owned(), status, headers, body: response.bytes().await? })
    }

    /// This answer, if its status is right.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} says: {}", self.path, self.text());
        self
    }

    /// The text of a header; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads, if anywhere.
    pub fn location(&self) -> Option<&str> {
        Some(self.header("location")).filter(|_| matches!(self.status, 301..=308))
    }

    /// What was sent, as it is.
    pub fn html(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} is no JSON: {}", self.path, self.html()))
    }

    /// What is on screen.
    pub fn text(&self) -> String {
        let html = self.html();
        let inside_a_line = ["a", "b", "i", "mark", "small", "span", "time"];
        let text: String = pieces(&html)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Tag(tag) if inside_a_line.contains(&tag.name.trim_start_matches('/')) => String::new(),
                Piece::Tag(_) => " ".to_owned(),
            })
            .collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether a sentence is on screen.
    pub fn says(&self, sentence: &str) -> bool {
        self.text().contains(sentence)
    }

    /// This answer, if a sentence is on screen.
    #[track_caller]
    pub fn expect_says(self, sentence: &str) -> Self {
        assert!(self.says(sentence), "{} does not say {sentence:?} but: {}", self.path, self.text());
        self
    }

    /// Asserts that all these are on screen.
    #[track_caller]
    pub fn shows(&self, sentences: &[&str]) {
        let text = self.text();
        for sentence in sentences {
            assert!(text.contains(sentence), "{} does not say {sentence:?} but: {text}", self.path);
        }
    }

    /// The fields of the first form that posts to `action`, as a browser would send them without a change; its buttons
    /// and files are left out.
    #[track_caller]
    pub fn form(&self, action: &str) -> Fields {
        let html = self.html();
        let mut pieces = pieces(&html).into_iter().skip_while(|piece| !piece.is_form(action)).skip(1).peekable();
        assert!(pieces.peek().is_some(), "{} has no form for {action}", self.path);
        let (mut fields, mut select) = (Fields::new(), None::<String>);
        while let Some(piece) = pieces.next() {
            let Piece::Tag(tag) = piece else { continue };
            let name = tag.get("name").unwrap_or_default().to_owned();
            let value = tag.get("value").unwrap_or_default().to_owned();
            match tag.name.as_str() {
                "/form" => break,
                "input" if tag.has("disabled") || name.is_empty() => {}
                "input" => match tag.get("type").unwrap_or("text") {
                    "file" | "submit" => {}
                    "radio" | "checkbox" if !tag.has("checked") => {}
                    _ => fields.push((name, value)),
                },
                "select" => select = Some(name),
                "/select" => select = None,
                "option" => {
                    let select = select.clone().unwrap();
                    let is_first = fields.last().is_none_or(|(last, _)| *last != select);
                    if is_first {
                        fields.push((select, value));
                    } else if tag.has("selected") {
                        fields.last_mut().unwrap().1 = value;
                    }
                }
                "textarea" => {
                    let text = match pieces.peek() {
                        Some(Piece::Text(text)) => text.strip_prefix('\n').unwrap_or(text).to_owned(),
                        _ => String::new(),
                    };
                    fields.push((name, text));
                }
                _ => {}
            }
        }
        fields
    }

    /// The value of a field of that form.
    #[track_caller]
    pub fn value(&self, action: &str, name: &str) -> Option<String> {
        self.form(action).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The tags of the page.
    pub fn tags(&self) -> Vec<Tag> {
        let html = self.html();
        let tags = pieces(&html).into_iter().filter_map(|piece| match piece {
            Piece::Tag(tag) => Some(tag),
            Piece::Text(_) => None,
        });
        tags.collect()
    }
}

/// A tag with its attributes.
#[derive(Debug)]
pub struct Tag {
    /// Its name; one that closes begins with a slash.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, attribute: &str) -> bool {
        self.get(attribute).is_some()
    }

    /// The names of its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

enum Piece {
    Tag(Tag),
    Text(String),
}

impl Piece {
    fn is_form(&self, action: &str) -> bool {
        matches!(self, Self::Tag(tag) if tag.name == "form" && tag.get("action") == Some(action)
            && tag.get("method").is_some_and(|method| method.eq_ignore_ascii_case("post")))
    }
}

/// Takes HTML apart; scripts and comments are left out.
fn pieces(html: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if !text.is_empty() {
            found.push(Piece::Text(unescape(text)));
        }
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
        } else if tag.starts_with("<!") {
            rest = tag.split_once('>').map_or("", |(_, rest)| rest);
        } else if tag.len() > 1 && tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            let (tag, after) = read_tag(&tag[1..]);
            // What stands in a script is neither text nor tags; in a text area there are no tags.
            rest = match tag.name.as_str() {
                "script" => after.find("</script").map_or("", |at| &after[at..]),
                _ => after,
            };
            let raw = (tag.name == "textarea").then(|| rest.find("</textarea").unwrap_or(rest.len()));
            found.push(Piece::Tag(tag));
            if let Some(end) = raw {
                found.push(Piece::Text(unescape(&rest[..end])));
                rest = &rest[end..];
            }
        } else if let Some(after) = tag.strip_prefix('<') {
            found.push(Piece::Text("<".to_owned()));
            rest = after;
        } else {
            rest = "";
        }
    }
    found
}

/// Reads a tag behind its `<`; gives what follows it.
fn read_tag(html: &str) -> (Tag, &str) {
    let end_of_name =
        |text: &str| text.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>')).unwrap_or(text.len());
    let (name, mut rest) = html.split_at(end_of_name(html));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            break;
        }
        let (attribute, after) = rest.split_at(end_of_name(rest).max(1));
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(quoted) if quoted.starts_with(['"', '\'']) => {
                quoted[1..].split_once(&quoted[..1]).unwrap_or((&quoted[1..], ""))
            }
            Some(bare) => bare.split_at(bare.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(bare.len())),
        };
        attributes.push((attribute.to_lowercase(), unescape(value)));
        rest = after;
    }
    let name = name.trim_end_matches('/').to_lowercase();
    (Tag { name, attributes }, rest.strip_prefix('>').unwrap_or(rest))
}

fn unescape(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[test]
fn a_form_is_read_as_a_browser_reads_it() {
    let body = "<!DOCTYPE html><form action='/x' method=post><input name=a value=1></form><!-- <form action=\"/y\"> --><form \
                action=\"/y\"></form><form method=\"post\" action=\"/y\"><input type=\"hidden\" name=\"version\" value=\"3\"/><input type=radio name=r value=1>\
                <input type=radio name=r value=2 checked><select name=\"m\"><option value=\"\">-</option><option \
                value=\"5\" selected>Mei</option></select><textarea name=t>\n a &lt;b&gt; </textarea><button \
                name=aksi value=x>Kirim</button><input type=file name=f></form><script>var a = '<form>';</script>";
    let answer = Answer { path: "/".into(), status: 200, headers: HeaderMap::new(), body: body.into() };
    let expected = [("version", "3"), ("r", "2"), ("m", "5"), ("t", " a <b> ")];
    assert_eq!(answer.form("/y"), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(answer.text(), "- Mei a <b> Kirim");
    assert_eq!(answer.value("/x", "a").as_deref(), Some("1"));
}
