//! Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.4).

use std::time::Duration;

use domain::time::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The header `typ`, so that no logout token passes for an ID token.
pub(super) const TYPE: &str = "logout+jwt";
/// The event that it reports.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Its lifetime (at most two minutes).
const LIFETIME: Duration = Duration::from_secs(120);

/// The claims. There is never a `nonce`, because an ID token has one.
pub(super) fn logout_claims(iss: &str, sub: &str, aud: &str, now: Timestamp, jti: Uuid, sid: Uuid) -> Value {
    json!({
        "iss": iss,
        "sub": sub,
        "aud": aud,
        "iat": now.seconds(),
        "exp": now.plus(LIFETIME).seconds(),
        "jti": jti,
        "sid": sid,
        "events": { EVENT: {} },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logout_token_names_the_session_that_ended() {
        let now = Timestamp::from_micros(1_795_680_000_000_000);
        let claims =
            logout_claims("https://gerbang.contoh.go.id", "nama", "spse", now, Uuid::from_u128(1), Uuid::from_u128(7));
        assert_eq!(
            claims,
            json!({
                "iss": "https://gerbang.contoh.go.id",
                "sub": "nama",
                "aud": "spse",
                "iat": 1_795_680_000,
                "exp": 1_795_680_120,
                "jti": "00000000-0000-0000-0000-000000000001",
                "sid": "00000000-0000-0000-0000-000000000007",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            })
        );
    }
}
