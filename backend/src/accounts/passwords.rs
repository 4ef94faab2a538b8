//! Hashes passwords with Argon2id, off the async threads and a few at a time. Rejects common passwords.
//!
//! Work waits in lanes of bounded length (`docs/adr/0017-request-limits.md`), so that a flood is refused at once instead of
//! making everybody wait. What strangers do in one lane fills no other.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, Decimal, Ident, Output, ParamsString, Salt, SaltString},
};
use domain::{accounts::password, issues::Problem};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    error::{Error, Result},
    refusals::{Kind, refused},
    world::World,
};

/// KiB of memory, passes and lanes of one hash: OWASP's second recommendation for Argon2id (19 MiB, 2, 1).
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashes computed at the same time: bounds memory to about 40 MB and leaves cores to requests.
const AT_ONCE: usize = 2;
/// Of these, new passwords take this many at most: the rest is free for sign-in.
const AT_ONCE_NEW: usize = AT_ONCE - 1;
/// Pieces of work in one lane, waiting or running: about a second of work.
const IN_LANE: usize = 32;
/// How long whoever finds the lane full should wait.
const BUSY_SECONDS: u32 = 5;
/// Most characters about a person that a password is compared with.
const MAX_ABOUT: usize = 300;

/// Words that people here use in passwords and that no English list has, one a line.
const LOCAL_WORDS: &str = include_str!("local_words.txt");

/// Who waits for a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// A sign-in from a device that the account knows.
    KnownDevice,
    /// Any other sign-in.
    SignIn,
    /// A password that somebody sets or confirms who holds a mailed link or a session: strangers cannot fill it.
    Proved,
    /// A sign-up.
    NewPassword,
}

pub struct Passwords {
    permits: Arc<Semaphore>,
    new_permits: Arc<Semaphore>,
    /// One for each [`Lane`].
    lanes: [Arc<Semaphore>; 4],
    /// An unknown account is verified against this hash, so that it takes as long as a known one.
    dummy: String,
}

impl Passwords {
    /// Computes one hash.
    ///
    /// # Errors
    /// If the machine has no memory for it.
    pub fn new(world: &World) -> Result<Self> {
        let dummy = hash(b"nobody has this password", &world.random())?;
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Ok(Self {
            permits: semaphore(AT_ONCE),
            new_permits: semaphore(AT_ONCE_NEW),
            lanes: std::array::from_fn(|_| semaphore(IN_LANE)),
            dummy,
        })
    }

    /// The hash of a new password, with its salt and parameters, in PHC form.
    ///
    /// # Errors
    /// [`Error::Busy`]; or if the machine has no memory for it.
    pub async fn hash(&self, lane: Lane, world: &World, password: &SecretString) -> Result<String> {
        let (password, salt) = (password.clone(), world.random::<16>());
        self.off_thread(lane, move || hash(password.expose_secret().as_bytes(), &salt)).await?
    }

    /// The hash of a password that no person waits for: that of a row which `seed` writes.
    ///
    /// # Errors
    /// As [`Passwords::hash`].
    pub(crate) async fn hash_for_seed(&self, world: &World, password: &SecretString) -> Result<String> {
        self.hash(Lane::Proved, world, password).await
    }

    /// True if `password` matches the hash `stored`. `None` takes as long and returns false.
    ///
    /// # Errors
    /// [`Error::Busy`]; or if `stored` is not a hash.
    pub async fn verify(&self, lane: Lane, password: &SecretString, stored: Option<String>) -> Result<bool> {
        let known = stored.is_some();
        let (password, stored) = (password.clone(), stored.unwrap_or_else(|| self.dummy.clone()));
        let fits = self
            .off_thread(lane, move || {
                let hash = PasswordHash::new(&stored).map_err(|error| Error::internal(error.to_string()))?;
                Ok::<_, Error>(Hasher.verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
            })
            .await??;
        Ok(fits && known)
    }

    /// Checks length and strength of a new password (ASVS 5.0, 6.2.4). `about` is text about the person, such as name and
    /// address: its words count as common.
    ///
    /// # Errors
    /// The outer one is [`Error::Busy`], or the machine has no thread for it. The inner one: [`Problem::Missing`],
    /// [`Problem::TooShort`], [`Problem::TooLong`] or [`Problem::CommonPassword`].
    pub async fn check_new(&self, lane: Lane, password: &SecretString, about: &[&str]) -> Result<Result<(), Problem>> {
        if let Err(problem) = password::check_length(password.expose_secret()) {
            return Ok(Err(problem));
        }
        let (password, about) = (password.clone(), about.join(" ").chars().take(MAX_ABOUT).collect::<String>());
        let common = self.off_thread(lane, move || is_common(password.expose_secret(), &about)).await?;
        Ok(if common { Err(Problem::CommonPassword) } else { Ok(()) })
    }

    /// Waits for a turn and works on a thread of its own.
    ///
    /// # Errors
    /// [`Error::Busy`] at once if the lane is full.
    async fn off_thread<T: Send + 'static>(&self, lane: Lane, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let Ok(place) = self.lanes[lane as usize].clone().try_acquire_owned() else {
            refused(Kind::Limit, "password_lane");
            return Err(Error::Busy { seconds: BUSY_SECONDS });
        };
        let new = match lane {
            Lane::NewPassword => Some(permit(&self.new_permits).await?),
            Lane::KnownDevice | Lane::SignIn | Lane::Proved => None,
        };
        let permit = permit(&self.permits).await?;
        // The work holds them to its end, even if nobody waits for it any more: else requests that are broken off would
        // start more work than is allowed at once.
        let work = move || {
            let _held = (place, new, permit);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

async fn permit(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    of.clone().acquire_owned().await.map_err(Error::internal)
}

/// Argon2id whose memory goes back to the system after each hash. For blocks below 32 MiB, glibc keeps the memory in every
/// thread that ever hashed; larger blocks it maps and unmaps. Memory that is reserved but not touched costs nothing.
struct Hasher;

/// Blocks of 1 KiB to reserve: above the 32 MiB that glibc keeps.
const RESERVED: usize = 40 * 1024;

impl PasswordHasher for Hasher {
    type Params = Params;

    fn hash_password_customized<'a>(
        &self,
        password: &[u8],
        algorithm: Option<Ident<'a>>,
        version: Option<Decimal>,
        params: Params,
        salt: impl Into<Salt<'a>>,
    ) -> password_hash::Result<PasswordHash<'a>> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let salt = salt.into();
        let mut salt_bytes = [0; 64];
        let salt_bytes = salt.decode_b64(&mut salt_bytes)?;
        let argon2 = Argon2::new(algorithm, version, params.clone());
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let mut blocks: Vec<Block> = Vec::with_capacity(params.block_count().max(RESERVED));
        blocks.resize(params.block_count(), Block::default());
        let hash = Output::init_with(length, |out| {
            Ok(argon2.hash_password_into_with_memory(password, salt_bytes, out, &mut blocks)?)
        })?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(salt),
            hash: Some(hash),
        })
    }

    fn hash_password<'a>(&self, password: &[u8], salt: impl Into<Salt<'a>>) -> password_hash::Result<PasswordHash<'a>> {
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, None)?;
        self.hash_password_customized(password, Some(Algorithm::Argon2id.ident()), None, params, salt)
    }
}

fn hash(password: &[u8], salt: &[u8; 16]) -> Result<String> {
    let internal = |error: argon2::password_hash::Error| Error::internal(error.to_string());
    let salt = SaltString::encode_b64(salt).map_err(internal)?;
    Ok(Hasher.hash_password(password, &salt).map_err(internal)?.to_string())
}

/// True if somebody with the usual lists who knows `about` the person would guess the password soon.
fn is_common(password: &str, about: &str) -> bool {
    let mut words: Vec<&str> = LOCAL_WORDS.lines().collect();
    // Names and the local part of an address, each as a whole and split at dots and hyphens.
    words.extend(
        about.split([' ', '@']).chain(about.split(|c: char| !c.is_alphanumeric())).filter(|word| word.len() > 2),
    );
    // zxcvbn is slow on long text, and no listed password has more than 100 characters.
    let head: String = password.chars().take(100).collect();
    // Fewer than a million guesses: a listed password or a small variation of one.
    zxcvbn::zxcvbn(&head, &words).guesses() < 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("password123", false)]
    #[case("1234567890", false)]
    #[case("qwertyuiop", false)]
    #[case("aaaaaaaaaaaa", false)]
    #[case("Indonesia2026", false)]
    #[case("rahmawati2026", false)]
    #[case("siti.rahmawati", false)]
    #[case("Gerbang-2026", true)]
    #[case("kuda lari di pantai", true)]
    fn common_passwords_are_refused(#[case] password: &str, #[case] good: bool) {
        assert_eq!(is_common(password, "Siti Rahmawati siti.rahmawati@contoh.go.id"), !good);
    }

    #[tokio::test]
    async fn input_that_is_too_long_waits_for_no_thread() {
        let passwords = Passwords::new(&World::system()).unwrap();
        let _all = passwords.permits.acquire_many(2).await.unwrap();
        let outcome = passwords.check_new(Lane::NewPassword, &"a1b2".repeat(50_000).into(), &[]).await.unwrap();
        assert_eq!(outcome, Err(Problem::TooLong { max: 128 }));
    }

    /// The check takes milliseconds of a core, too long for an async thread.
    #[tokio::test]
    async fn strength_checks_are_bounded_like_hashes() {
        let passwords = Passwords::new(&World::system()).unwrap();
        let all = passwords.permits.acquire_many(2).await.unwrap();
        let password = "kuda lari di pantai".to_owned().into();
        let mut check = std::pin::pin!(passwords.check_new(Lane::NewPassword, &password, &[]));
        assert!(futures::poll!(check.as_mut()).is_pending());
        drop(all);
        assert_eq!(check.await.unwrap(), Ok(()));
    }

    /// A name in a form may be as long as the form.
    #[tokio::test]
    async fn text_about_the_person_is_cut() {
        let passwords = Passwords::new(&World::system()).unwrap();
        let name = format!("Rina {}", "kuda lari di pantai ".repeat(3000));
        let (password, first) = ("kuda lari di pantai".to_owned().into(), "x".repeat(MAX_ABOUT));
        let checked = passwords.check_new(Lane::NewPassword, &password, &[&first, &name]).await;
        assert_eq!(checked.unwrap(), Ok(()), "what lies beyond the limit is not looked at");
    }

    #[tokio::test]
    async fn a_full_lane_refuses_at_once_and_fills_no_other() {
        let passwords = Passwords::new(&World::system()).unwrap();
        let right = "kuda lari di pantai".to_owned().into();
        let _busy = passwords.lanes[Lane::SignIn as usize].clone().acquire_many_owned(IN_LANE as u32).await.unwrap();
        let strange = passwords.verify(Lane::SignIn, &right, None).await;
        assert!(matches!(strange, Err(Error::Busy { seconds: BUSY_SECONDS })), "{strange:?}");
        assert!(!passwords.verify(Lane::KnownDevice, &right, None).await.unwrap());
        assert_eq!(passwords.check_new(Lane::NewPassword, &right, &[]).await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn new_passwords_leave_a_place_for_sign_in() {
        let world = World::system();
        let passwords = Passwords::new(&world).unwrap();
        let right = "kuda lari di pantai".to_owned().into();
        // Sign-ups hold all that they may, and more of them wait.
        let _running = permit(&passwords.new_permits).await.unwrap();
        let _permit = permit(&passwords.permits).await.unwrap();
        let mut waiting = std::pin::pin!(passwords.hash(Lane::NewPassword, &world, &right));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert!(!passwords.verify(Lane::SignIn, &right, None).await.unwrap());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
    }

    /// Whoever breaks off a request must not make room for the next before the work is done.
    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_place() {
        let passwords = Passwords::new(&World::system()).unwrap();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        {
            let mut work = std::pin::pin!(passwords.off_thread(Lane::SignIn, move || gone.recv()));
            assert!(futures::poll!(work.as_mut()).is_pending());
        }
        assert_eq!(passwords.permits.available_permits(), AT_ONCE - 1);
        assert_eq!(passwords.lanes[Lane::SignIn as usize].available_permits(), IN_LANE - 1);
        go.send(()).unwrap();
    }

    #[tokio::test]
    async fn unknown_account_never_verifies() {
        let world = World::system();
        let passwords = Passwords::new(&world).unwrap();
        let right: SecretString = "Gerbang-2026".to_owned().into();
        let stored = passwords.hash(Lane::NewPassword, &world, &right).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify(Lane::SignIn, &right, Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify(Lane::SignIn, &"Gerbang-2027".to_owned().into(), Some(stored)).await.unwrap());
        assert!(!passwords.verify(Lane::SignIn, &"nobody has this password".to_owned().into(), None).await.unwrap());
    }
}
