//! What platforms send: the query of an authorization request, scopes, and client assertions.
#![no_main]

use domain::oidc::{AuthorizationRequest, Challenge, Scopes, only, parameters};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    backend::oidc::client::fuzz(text);
    let scopes = Scopes::parse(text);
    assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
    let _ = Challenge::parse(text);
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let Ok(read) = parameters(&pairs) else { return };
    for (name, _) in &pairs {
        assert_eq!(only(&pairs, name), read.get(name));
    }
    let _ = AuthorizationRequest::parse(&read);
});
