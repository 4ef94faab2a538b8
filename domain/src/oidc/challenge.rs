//! Proof Key for Code Exchange (RFC 7636).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::UnknownText;

/// The SHA-256 of a verifier in base64url, which a platform sends before it shows the verifier (RFC 7636, section 4.2).
/// The method `plain` is not supported: it shows the verifier to whoever sees the request (section 7.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

impl Challenge {
    /// Reads 43 characters that encode 32 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// In base64url without padding, as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the challenge was made of `verifier`, which has 43 to 128 characters (RFC 7636, section 4.1). The
    /// comparison need not take constant time, because the challenge is not secret.
    pub fn verify(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(unreserved)
            && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == self.0
    }
}

impl TryFrom<String> for Challenge {
    type Error = UnknownText;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(UnknownText(text))
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_verifier_is_what_the_challenge_was_made_of() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert!(challenge.verify(VERIFIER));
        let (longer, upper) = (format!("{VERIFIER}a"), VERIFIER.to_uppercase());
        for wrong in ["", CHALLENGE, &VERIFIER[..42], longer.as_str(), upper.as_str()] {
            assert!(!challenge.verify(wrong), "{wrong}");
        }
    }

    #[rstest]
    #[case(42, false)]
    #[case(43, true)]
    #[case(128, true)]
    #[case(129, false)]
    fn a_verifier_has_43_to_128_characters(#[case] length: usize, #[case] expected: bool) {
        let verifier = "~".repeat(length);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        assert_eq!(Challenge::parse(&challenge).unwrap().verify(&verifier), expected);
    }

    #[test]
    fn a_verifier_has_no_other_characters() {
        for odd in ["é", " ", "+", "/", "="] {
            let verifier = format!("{}{odd}", "a".repeat(60));
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            assert!(!Challenge::parse(&challenge).unwrap().verify(&verifier), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn a_challenge_takes_its_own_verifier_and_no_other(
            verifier in "[A-Za-z0-9._~-]{43,128}",
            other in "[A-Za-z0-9._~-]{43,128}",
        ) {
            let text = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            let challenge = Challenge::parse(&text).unwrap();
            prop_assert!(challenge.verify(&verifier));
            prop_assert_eq!(challenge.verify(&other), verifier == other);
        }
    }
}
