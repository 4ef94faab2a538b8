//! The keys that sign ID tokens and logout tokens: made here, sealed in the database, rotated, published; and what is
//! derived from the secret of the installation.
//!
//! A key signs for 90 days. The next one is made and published a day before it begins, and an old one stays published for
//! 30 days, so that whoever keeps our key set for a day always finds the key of a token (OpenID Connect Core 1.0, section
//! 10.1.1). Private keys are sealed with AES-256-GCM under a key that is derived from `GERBANG_SECRET`, which is not in
//! the database: a copy of the database signs nothing.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    encoding::{AsDer, Pkcs8V1Der},
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    Backend,
    audit::{Action, Who},
    db::{Conn, Dialect, execute, fetch_all, fetch_one},
    error::{Error, Result},
    secrets::sha256,
    world::World,
};

/// How long a key signs.
const SIGNS_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long before it signs a key is published.
const AHEAD: Duration = Duration::from_secs(24 * 3600);
/// How long a key stays published after it signed last.
const PUBLISHED_ON: Duration = Duration::from_secs(30 * 24 * 3600);

/// The secret of the installation: 256 random bits (`GERBANG_SECRET`). Private keys are sealed with what is derived from
/// it, and the names by which platforms know people come of it, so it is never changed.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// From 32 bytes in base64, as `openssl rand -base64 32` gives them.
    pub fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    /// A new one.
    pub fn new(world: &World) -> Self {
        Self(world.random())
    }

    /// As it is written in the settings.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// A key for one purpose. The secret is uniform, so that one HMAC does what HKDF would (RFC 5869, section 3.3).
    fn derive(&self, purpose: &str) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// RSA (2048 bits) PKCS #1 v1.5 with SHA-256: what every library knows, and the default of OpenID Connect.
    Rs256,
}

impl Algorithm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Es256, Self::Rs256];

    /// Its name (RFC 7518, section 3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl TryFrom<String> for Algorithm {
    type Error = domain::UnknownText;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or(domain::UnknownText(text))
    }
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    /// A new one, which takes a moment of the processor, and its PKCS #8 document.
    fn make(algorithm: Algorithm) -> Result<(Self, Vec<u8>)> {
        let failed = |_| Error::internal("a key could not be made");
        Ok(match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                let document = pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec();
                (Self::Ec(pair), document)
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let document: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                let document = document.as_ref().to_vec();
                (Self::Rsa(pair), document)
            }
        })
    }

    fn read(algorithm: Algorithm, document: &[u8]) -> Result<Self> {
        match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).map(Self::Ec),
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(document).map(Self::Rsa),
        }
        .map_err(|error| Error::internal(format!("a stored key cannot be read: {error}")))
    }

    /// The public key as a JWK (RFC 7517, RFC 7518 section 6), named by its thumbprint (RFC 7638).
    fn jwk(&self) -> (String, Value) {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ec(pair) => {
                // An uncompressed point: 0x04, then both coordinates (SEC 1, section 2.3.3).
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                let (x, y) = (text(x), text(y));
                let kid = text(&sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#).as_bytes()));
                let jwk =
                    json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": kid});
                (kid, jwk)
            }
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let n = text(key.modulus().big_endian_without_leading_zero());
                let e = text(key.exponent().big_endian_without_leading_zero());
                let kid = text(&sha256(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#).as_bytes()));
                (kid.clone(), json!({"kty": "RSA", "n": n, "e": e, "use": "sig", "alg": "RS256", "kid": kid}))
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let (random, failed) = (SystemRandom::new(), |_| Error::internal("a token could not be signed"));
        match self {
            Self::Ec(pair) => Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

/// A key that signs now.
pub(crate) struct Signer {
    kid: String,
    algorithm: Algorithm,
    from: Timestamp,
    until: Timestamp,
    pair: Pair,
}

impl Signer {
    /// A signed token in the compact form (RFC 7515, section 7.1); `kind` is its header `typ`.
    ///
    /// # Errors
    /// If the claims are no JSON, or the key fails.
    pub fn sign(&self, kind: &str, claims: &impl Serialize) -> Result<String> {
        let header = json!({"alg": self.algorithm.as_str(), "kid": self.kid, "typ": kind});
        let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let mut token = format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(claims)?));
        let signature = part(self.pair.sign(token.as_bytes())?);
        token.push('.');
        token.push_str(&signature);
        Ok(token)
    }

    fn signs_at(&self, algorithm: Algorithm, now: Timestamp) -> bool {
        self.algorithm == algorithm && self.from <= now && now < self.until
    }
}

/// The keys in memory: those that sign, opened once, and those that are derived from the secret.
pub(crate) struct Keys {
    sealing: LessSafeKey,
    pairwise: hmac::Key,
    signers: Mutex<Vec<Arc<Signer>>>,
}

impl Keys {
    /// With nothing opened yet.
    ///
    /// # Errors
    /// If the library refuses a key of the right length.
    pub fn new(secret: &Secret) -> Result<Self> {
        let sealing = UnboundKey::new(&AES_256_GCM, secret.derive("gerbang: sealed keys").as_ref())
            .map_err(|_| Error::internal("no key to seal with"))?;
        let pairwise = hmac::Key::new(hmac::HMAC_SHA256, secret.derive("gerbang: pairwise subjects").as_ref());
        Ok(Self { sealing: LessSafeKey::new(sealing), pairwise, signers: Mutex::default() })
    }

    /// The name of a person for one sector (OpenID Connect Core 1.0, section 8.1): the same for all platforms of the
    /// sector, and nothing that two sectors could put side by side.
    pub fn pairwise(&self, sector: &str, user_id: Uuid) -> String {
        let mut context = hmac::Context::with_key(&self.pairwise);
        context.update(user_id.as_bytes()); // of fixed length, so that nothing can move from one part to the other
        context.update(sector.as_bytes());
        URL_SAFE_NO_PAD.encode(context.sign().as_ref())
    }

    /// Seals a private key, bound to its name: a random nonce, the text, the tag.
    fn seal(&self, world: &World, kid: &str, document: Vec<u8>) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = world.random();
        let mut sealed = document;
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(kid.as_bytes()), &mut sealed)
            .map_err(|_| Error::internal("a key could not be sealed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, kid: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let other_secret = || Error::internal("a stored key was sealed with another GERBANG_SECRET");
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or_else(other_secret)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| other_secret())?;
        let mut text = text.to_vec();
        let opened = self.sealing.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut text);
        opened.map(|document| document.to_vec()).map_err(|_| other_secret())
    }

    fn signers(&self) -> MutexGuard<'_, Vec<Arc<Signer>>> {
        self.signers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signing(&self, algorithm: Algorithm, now: Timestamp) -> Option<Arc<Signer>> {
        self.signers().iter().find(|signer| signer.signs_at(algorithm, now)).cloned()
    }
}

/// The key that signs now. The first one of an installation is made for it; the others are there before they are needed.
/// Never called within a transaction, since it may begin one.
///
/// # Errors
/// If the database does not answer, or what is stored was sealed with another secret.
pub(crate) async fn signer(backend: &Backend, algorithm: Algorithm) -> Result<Arc<Signer>> {
    let now = backend.world.now();
    if let Some(signer) = backend.oidc.keys.signing(algorithm, now) {
        return Ok(signer);
    }
    prepare(backend, algorithm).await?;
    let signers = read(backend, now).await?;
    *backend.oidc.keys.signers() = signers;
    backend.oidc.keys.signing(algorithm, now).ok_or_else(|| Error::internal("there is no key that signs"))
}

/// The keys that sign now or soon, the newest first.
async fn read(backend: &Backend, now: Timestamp) -> Result<Vec<Arc<Signer>>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        kid: String,
        #[sqlx(try_from = "String")]
        algorithm: Algorithm,
        sealed: Vec<u8>,
        signs_from: i64,
        signs_until: i64,
    }
    let mut conn = backend.db.read().await?;
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT kid, algorithm, sealed, signs_from, signs_until FROM oidc_keys WHERE signs_until > $1
         ORDER BY signs_from DESC, kid",
        now.micros()
    )?;
    drop(conn);
    rows.into_iter()
        .map(|row| {
            let document = backend.oidc.keys.open(&row.kid, &row.sealed)?;
            Ok(Arc::new(Signer {
                pair: Pair::read(row.algorithm, &document)?,
                kid: row.kid,
                algorithm: row.algorithm,
                from: Timestamp::from_micros(row.signs_from),
                until: Timestamp::from_micros(row.signs_until),
            }))
        })
        .collect()
}

/// Makes the keys that are needed soon and forgets those that are published no more; gives how many were made. Run at the
/// start and from time to time.
///
/// # Errors
/// If the database refuses.
pub async fn rotate(backend: &Backend) -> Result<usize> {
    let mut made = 0;
    for algorithm in Algorithm::ALL {
        made += usize::from(prepare(backend, algorithm).await?);
    }
    if made > 0 {
        let mut tx = backend.db.begin().await?;
        execute!(tx, "DELETE FROM oidc_keys WHERE published_until <= $1", backend.world.now().micros())?;
        tx.commit().await?;
    }
    Ok(made)
}

/// Until when there are keys of this algorithm.
async fn covered_until(conn: &mut Conn, algorithm: Algorithm) -> Result<Timestamp> {
    let (until,): (i64,) = fetch_one!(
        conn,
        (i64,),
        "SELECT coalesce(max(signs_until), 0) FROM oidc_keys WHERE algorithm = $1",
        algorithm.as_str()
    )?;
    Ok(Timestamp::from_micros(until))
}

/// Makes the next key of an algorithm, if it is needed within a day; gives whether it did.
async fn prepare(backend: &Backend, algorithm: Algorithm) -> Result<bool> {
    let soon = backend.world.now().plus(AHEAD);
    let mut conn = backend.db.read().await?;
    let covered = covered_until(&mut conn, algorithm).await?;
    drop(conn);
    if covered > soon {
        return Ok(false);
    }
    let making = tokio::task::spawn_blocking(move || Pair::make(algorithm));
    let (pair, document) = making.await.map_err(Error::internal)??;
    let (kid, jwk) = pair.jwk();
    let sealed = backend.oidc.keys.seal(&backend.world, &kid, document)?;
    let mut tx = backend.db.begin().await?;
    if tx.dialect() == Dialect::Postgres {
        // Of several servers that start together, one makes the key.
        execute!(tx, "LOCK TABLE oidc_keys IN SHARE ROW EXCLUSIVE MODE")?;
    }
    let covered = covered_until(&mut tx, algorithm).await?;
    if covered > soon {
        return Ok(false);
    }
    let (id, now) = (backend.world.id(), backend.world.now());
    let from = covered.max(now);
    let until = from.plus(SIGNS_FOR);
    execute!(
        tx,
        "INSERT INTO oidc_keys (id, kid, algorithm, sealed, public_jwk, created_at, signs_from, signs_until,
             published_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        &kid,
        algorithm.as_str(),
        sealed,
        Json(&jwk),
        now.micros(),
        from.micros(),
        until.micros(),
        until.plus(PUBLISHED_ON).micros()
    )?;
    backend.record(&mut tx, Who::nobody(), Action::KeyMade, Some(id), &kid)?;
    tx.commit().await?;
    Ok(true)
}

/// The key set (RFC 7517, section 5): every key that signs, will sign soon, or signed of late. Changes nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn jwks(backend: &Backend) -> Result<Value> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Json<Value>,)> = fetch_all!(
        conn,
        (Json<Value>,),
        "SELECT public_jwk FROM oidc_keys WHERE published_until > $1 ORDER BY signs_from DESC, kid",
        backend.world.now().micros()
    )?;
    Ok(json!({ "keys": rows.into_iter().map(|(Json(jwk),)| jwk).collect::<Vec<_>>() }))
}

/// The claim `at_hash` (OpenID Connect Core 1.0, section 3.1.3.6): the left half of the hash of an access token, by the
/// SHA-256 that both of our algorithms use.
pub(crate) fn half_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(access_token.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode, jwk::Jwk};
    use rstest::rstest;

    use super::*;

    fn keys() -> Keys {
        Keys::new(&Secret([7; 32])).unwrap()
    }

    #[test]
    fn a_secret_is_32_bytes_in_base64() {
        let secret = Secret::new(&World::system());
        let again = Secret::parse(&format!(" {}\n", secret.to_text())).unwrap();
        assert_eq!(secret.0, again.0);
        for text in ["", "abc", "bukan base64!", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
        assert!(!format!("{secret:?}").contains(&secret.to_text()));
    }

    #[test]
    fn a_sealed_key_opens_under_its_own_name_and_secret_only() {
        let (keys, world) = (keys(), World::system());
        let sealed = keys.seal(&world, "kid", b"private".to_vec()).unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"private"));
        assert_eq!(keys.open("kid", &sealed).unwrap(), b"private");
        assert!(keys.open("other", &sealed).is_err());
        assert!(Keys::new(&Secret([8; 32])).unwrap().open("kid", &sealed).is_err());
        assert!(keys.open("kid", &sealed[..5]).is_err());
    }

    #[test]
    fn a_person_has_one_name_a_sector() {
        let (keys, siti, budi) = (keys(), Uuid::from_u128(1), Uuid::from_u128(2));
        let name = keys.pairwise("a.go.id", siti);
        assert_eq!(name, keys.pairwise("a.go.id", siti));
        assert_eq!(name.len(), 43);
        assert_ne!(name, keys.pairwise("b.go.id", siti));
        assert_ne!(name, keys.pairwise("a.go.id", budi));
    }

    #[rstest]
    #[case(Algorithm::Es256, jsonwebtoken::Algorithm::ES256)]
    #[case(Algorithm::Rs256, jsonwebtoken::Algorithm::RS256)]
    fn what_is_signed_is_verified_by_the_published_key(
        #[case] algorithm: Algorithm,
        #[case] theirs: jsonwebtoken::Algorithm,
    ) {
        let (pair, document) = Pair::make(algorithm).unwrap();
        let (kid, jwk) = pair.jwk();
        let stored = Pair::read(algorithm, &document).unwrap();
        assert_eq!(stored.jwk(), (kid.clone(), jwk.clone()));
        let (from, until) = (Timestamp::from_micros(0), Timestamp::from_micros(10));
        let signer = Signer { kid, algorithm, from, until, pair: stored };
        assert!(signer.signs_at(algorithm, from) && !signer.signs_at(algorithm, until));

        let token = signer.sign("JWT", &json!({"sub": "siti", "exp": 4_000_000_000_u64})).unwrap();
        let jwk: Jwk = serde_json::from_value(jwk).unwrap();
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        let read = decode::<Value>(&token, &key, &Validation::new(theirs)).unwrap();
        assert_eq!(read.claims["sub"], "siti");
        assert_eq!(read.header.kid, jwk.common.key_id);
        let forged = token.replacen('.', ".e", 1);
        assert!(decode::<Value>(&forged, &key, &Validation::new(theirs)).is_err());
    }

    /// The example of OpenID Connect Core 1.0, appendix A.3.
    #[test]
    fn the_hash_of_an_access_token() {
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
