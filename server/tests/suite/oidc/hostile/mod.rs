//! What an attacker, or a faulty platform, tries at the provider; each is refused as the specification says.
//!
//! Codes and statuses are those of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 6750 (section 3.1), RFC 7636 (section 4.6) and
//! OpenID Connect Core (section 3.1.2.6); what is forbidden beyond them is from RFC 9700.

mod requests;
mod tokens;

use reqwest::header;
use url::Url;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Fields, Site, Visitor, changed},
    platform::*,
};

/// Changes of a request that is in order. A name that begins with `-` leaves a parameter out; one that begins with `+` adds
/// it once more.
type Changes = &'static [(&'static str, &'static str)];

fn with(fields: Fields, changes: &[(&str, &str)]) -> Fields {
    changes.iter().fold(fields, |mut fields, (name, value)| {
        if let Some(name) = name.strip_prefix('-') {
            return without(fields, name);
        }
        if let Some(name) = name.strip_prefix('+') {
            fields.push((name.to_owned(), (*value).to_owned()));
            return fields;
        }
        changed(fields, &[(name, value)])
    })
}

/// The answer of an endpoint for servers is this refusal.
#[track_caller]
fn refuses(case: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{case}: {}", answer.html());
    assert_eq!(answer.json()["error"], code, "{case}: {}", answer.html());
    assert_eq!(answer.header("cache-control"), "no-store", "{case}");
    if status == 401 {
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE), "{case}: nothing says how to prove oneself");
    }
}

/// The browser is sent back with this error, our name and the state, and without a code.
#[track_caller]
fn sends_back(case: &str, site: &Site, to: &Url, code: &str) {
    assert!(to.as_str().starts_with(CALLBACK), "{case}: {to}");
    assert_eq!(parameter(to, "error").as_deref(), Some(code), "{case}: {to}");
    assert_eq!(parameter(to, "state").as_deref(), Some("keadaan"), "{case}: {to}");
    assert_eq!(parameter(to, "iss").as_deref(), Some(site.base.as_str().trim_end_matches('/')), "{case}: {to}");
    assert_eq!(parameter(to, "code"), None, "{case}: {to}");
}

/// Nobody can put a page into theirs (clickjacking).
#[track_caller]
fn cannot_be_framed(answer: &Answer) {
    let policy = answer.header(header::CONTENT_SECURITY_POLICY.as_str());
    assert!(policy.contains("frame-ancestors 'none'"), "{}: {policy}", answer.path);
    assert_eq!(answer.header("x-frame-options"), "DENY", "{}", answer.path);
}

/// Where a browser is sent that asks with these parameters and goes through with nothing.
async fn sent(visitor: &Visitor, fields: &Fields) -> Url {
    let answer = visitor.get(&authorize(fields)).await;
    let to = answer.location().unwrap_or_else(|| panic!("{} leads nowhere: {}", answer.path, answer.text()));
    visitor.base.join(to).unwrap()
}

/// A refusal of RFC 6750, section 3.1.
#[track_caller]
fn refuses_bearer(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 401, "{}", answer.html());
    let says = answer.header("www-authenticate");
    assert!(says.starts_with("Bearer") && says.contains(&format!("error=\"{code}\"")), "{says}");
}

/// The page of a request that waits for somebody who is signed in.
async fn visitor_asks(visitor: &Visitor, client_id: &str) -> String {
    let fields = changed(request(client_id), &[("prompt", "select_account")]);
    let answer = visitor.get(&authorize(&fields)).await;
    let to = answer.location().unwrap_or_else(|| panic!("{}", answer.text())).to_owned();
    assert!(to.starts_with("/platform/lanjut/"), "{to}");
    to
}

/// The form of such a page, as it stands.
fn form_of(page: &Answer) -> (String, Fields) {
    let tags = page.tags();
    let mut actions = tags.iter().filter(|tag| tag.name == "form").filter_map(|tag| tag.get("action"));
    let action = actions.find(|action| action.starts_with("/platform/"));
    let action = action.unwrap_or_else(|| panic!("no form: {}", page.text())).to_owned();
    let fields = page.form(&action);
    (action, fields)
}

/// Chooses an access, whether or not the page offers it.
async fn chooses(visitor: &Visitor, asked: &str, access: Uuid) -> Answer {
    visitor.post(asked, &[("access", access.to_string().as_str())]).await
}
