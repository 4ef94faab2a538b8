//! Images and text of letter pages. Each is made once for all readers and stored under the hash of the letter, so that a
//! file that is uploaded twice is drawn once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use domain::time::Timestamp;
use futures::TryStreamExt;
use object_store::path::Path as Key;

use super::{Documents, reader::Failure};
use crate::{
    error::{Error, Result},
    world::World,
};

/// The prefix of the keys of pages.
const PAGES: &str = "pages";
/// The pause before a failed page is tried again: each try may cost seconds.
const PAUSE: Duration = Duration::from_secs(60);
/// A page that failed so often is given up, and a letter of which so many pages were.
const MOST_TRIES: u32 = 3;
const MOST_GIVEN_UP: usize = 3;
/// How long a failure is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);
/// Pages are deleted after this time, and drawn again if needed.
const KEEP: Duration = Duration::from_secs(30 * 24 * 3600);

/// A letter in the store.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// Its key in the store.
    pub key: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: &'a [u8],
}

/// The pages that are being made, and those that failed.
#[derive(Default)]
pub(super) struct Making {
    /// One lock for each name that is being made.
    locks: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
    /// Failures by the folder of the letter and the part of it.
    failed: Mutex<HashMap<String, HashMap<String, Failures>>>,
}

/// The tries of a part of a letter that failed.
#[derive(Clone, Copy)]
struct Failures {
    tries: u32,
    last: Timestamp,
}

impl Failures {
    fn are_remembered(self, now: Timestamp) -> bool {
        now.since(self.last) < REMEMBERED
    }

    fn is_given_up(self, now: Timestamp) -> bool {
        self.tries >= MOST_TRIES && self.are_remembered(now)
    }

    fn pauses(self, now: Timestamp) -> bool {
        now.since(self.last) < PAUSE
    }
}

/// What is made of a letter.
struct Wanted {
    /// The folder of the letter.
    folder: String,
    /// The page, whatever its width, or `text`: failures count by it.
    part: String,
    /// The name in the store.
    name: String,
}

impl Wanted {
    fn new(letter: Kept<'_>, part: String, file: &str) -> Self {
        let folder = folder(letter.sha256);
        Self { name: format!("{folder}/{file}"), folder, part }
    }
}

impl Making {
    fn lock(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }

    /// True if it failed a moment ago, or too often.
    fn has_failed(&self, wanted: &Wanted, now: Timestamp) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(parts) = failed.get(&wanted.folder) else { return false };
        let given_up = parts.values().filter(|failures| failures.is_given_up(now)).count();
        let own = parts.get(&wanted.part).is_some_and(|own| own.pauses(now) || own.is_given_up(now));
        own || given_up >= MOST_GIVEN_UP
    }

    fn note_failure(&self, wanted: Wanted, now: Timestamp) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, parts| {
            parts.retain(|_, failures| failures.are_remembered(now));
            !parts.is_empty()
        });
        let part = failed.entry(wanted.folder).or_default().entry(wanted.part);
        let failures = part.or_insert(Failures { tries: 0, last: now });
        *failures = Failures { tries: failures.tries + 1, last: now };
    }
}

/// The folder of a letter's pages.
fn folder(sha256: &[u8]) -> String {
    let name: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{PAGES}/{}/{name}", name.get(..2).unwrap_or_default())
}

impl Documents {
    /// A page of a letter, counted from 0, as a PNG; `width` is in pixels. `None` if the page cannot be drawn within the
    /// limits of the reader.
    ///
    /// # Errors
    /// If the store does not answer, or the reader is too busy.
    pub async fn page(&self, world: &World, letter: Kept<'_>, page: u32, width: u16) -> Result<Option<Bytes>> {
        let wanted = Wanted::new(letter, page.to_string(), &format!("{page}-{width}.png"));
        self.made(world, letter, wanted, async |letter| self.reader.draw(letter, page, width).await).await
    }

    /// The text of each page of a letter; `None` if it cannot be read within the limits of the reader.
    ///
    /// # Errors
    /// If the store does not answer, or the reader is too busy.
    pub async fn text(&self, world: &World, letter: Kept<'_>) -> Result<Option<Vec<String>>> {
        let wanted = Wanted::new(letter, "text".to_owned(), "text.json");
        let json = self.made(world, letter, wanted, async |letter| self.reader.text(letter).await).await?;
        Ok(json.map(|json| serde_json::from_slice(&json)).transpose()?)
    }

    /// Removes the pages of a letter.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn forget_pages(&self, sha256: &[u8]) -> Result<()> {
        self.clear(&folder(sha256), None).await.map(|_| ())
    }

    /// Removes old pages and returns how many. It lists every page, so it runs once a day.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn forget_old_pages(&self, now: Timestamp) -> Result<usize> {
        self.clear(PAGES, Some(now.minus(KEEP))).await
    }

    /// The content stored under its name. Makes it from the letter if it is missing, once at a time, unless it was given up.
    async fn made(
        &self,
        world: &World,
        letter: Kept<'_>,
        wanted: Wanted,
        make: impl AsyncFnOnce(Bytes) -> Result<Vec<u8>, Failure>,
    ) -> Result<Option<Bytes>> {
        if let Some(made) = self.look_up(&wanted.name).await? {
            return Ok(Some(made));
        }
        if self.making.has_failed(&wanted, world.now()) {
            return Ok(None);
        }
        let lock = self.making.lock(&wanted.name);
        let _alone = lock.lock().await;
        // The holder of the lock before may have made it, or failed.
        if let Some(made) = self.look_up(&wanted.name).await? {
            return Ok(Some(made));
        }
        if self.making.has_failed(&wanted, world.now()) {
            return Ok(None);
        }
        match make(self.fetch(letter.key).await?).await {
            Ok(made) => {
                let made = Bytes::from(made);
                if let Err(error) = self.put(world, &wanted.name, made.clone()).await {
                    tracing::warn!(%error, "a page could not be kept"); // it can still be shown
                }
                Ok(Some(made))
            }
            Err(Failure::Stopped(why)) => {
                tracing::warn!(name = wanted.name, why, "a page could not be made");
                self.making.note_failure(wanted, world.now());
                Ok(None)
            }
            Err(Failure::Ours(error)) => Err(error),
        }
    }

    /// What was made before. What does not open is made again: it was sealed with a secret that is gone.
    async fn look_up(&self, name: &str) -> Result<Option<Bytes>> {
        Ok(self.stored(name).await?.and_then(|stored| self.open(name, stored).ok()))
    }

    /// Removes the pages under `prefix`, or only those made before a time.
    async fn clear(&self, prefix: &str, before: Option<Timestamp>) -> Result<usize> {
        let mut removed = 0;
        let mut found = self.store.list(Some(&Key::from(prefix)));
        while let Some(page) = found.try_next().await.map_err(Error::internal)? {
            let made_at = Timestamp::from_micros(page.last_modified.timestamp_micros());
            if before.is_none_or(|before| made_at < before) {
                self.remove(page.location.as_ref()).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        documents::{PdfReader, Sealing},
        vault::{Secret, Secrets, Vault},
        world::ManualClock,
    };
    use object_store::ObjectStoreExt;
    use std::{os::unix::fs::PermissionsExt, path::PathBuf};
    use tempfile::TempDir;

    const HASH: &[u8] = &[0xab; 32];
    const LETTER: Kept = Kept { key: "letters/aa/surat", sha256: HASH };

    /// A store with a letter, and a reader whose children run `script` and are counted.
    struct Desk {
        dir: TempDir,
        documents: Documents,
        clock: Arc<ManualClock>,
    }

    impl Desk {
        async fn new(script: &str) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let program = dir.path().join("program");
            let count = dir.path().join("count");
            std::fs::write(&program, format!("#!/bin/sh\necho x >> {}\n{script}\n", count.display())).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
            let vault = Vault::new(&Secrets::new(Secret::of([7; 32]), [])).unwrap();
            let sealing = Sealing { vault, encrypts: true };
            let documents = Documents::in_folder(&dir.path().join("store"), PdfReader::new(program), sealing).unwrap();
            documents.store.put(&Key::from(LETTER.key), "%PDF-1.7".into()).await.unwrap();
            Self { dir, documents, clock: ManualClock::at(Timestamp::from_micros(1_795_316_400_000_000)) }
        }

        async fn page(&self, page: u32) -> Option<Bytes> {
            self.documents.page(&self.clock.world(), LETTER, page, 900).await.unwrap()
        }

        fn children(&self) -> usize {
            std::fs::read_to_string(self.dir.path().join("count")).unwrap_or_default().lines().count()
        }

        fn file(&self, name: &str) -> PathBuf {
            self.dir.path().join("store").join(folder(HASH)).join(name)
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn page_is_drawn_once_for_all_readers() {
        let desk = Desk::new("printf \"$*\"").await;
        let looks = futures::future::join_all((0..20).map(|_| desk.page(0))).await;
        assert!(looks.iter().all(|look| look.as_deref() == Some(b"pdf draw 0 900".as_slice())), "{looks:?}");
        assert_eq!(desk.children(), 1);
        assert!(desk.file("0-900.png").is_file());
        assert_eq!(desk.page(1).await.as_deref(), Some(b"pdf draw 1 900".as_slice()));
        assert_eq!(desk.children(), 2);
        assert!(desk.documents.making.locks.lock().unwrap().len() <= 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn page_of_a_lost_secret_is_drawn_again() {
        let mut desk = Desk::new("printf gambar").await;
        desk.page(0).await;
        assert!(!std::fs::read(desk.file("0-900.png")).unwrap().windows(6).any(|window| window == b"gambar"));
        desk.documents.sealing.vault = Vault::new(&Secrets::new(Secret::of([8; 32]), [])).unwrap();
        assert_eq!((desk.page(0).await.as_deref(), desk.children()), (Some(b"gambar".as_slice()), 2));
        assert_eq!((desk.page(0).await.as_deref(), desk.children()), (Some(b"gambar".as_slice()), 2));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn failed_page_is_tried_again_after_a_pause() {
        let desk = Desk::new("kill -9 $$").await;
        let looks = futures::future::join_all((0..5).map(|_| desk.page(0))).await;
        assert_eq!((looks, desk.children()), (vec![None; 5], 1));
        desk.clock.advance(PAUSE - Duration::from_secs(1));
        assert_eq!((desk.page(0).await, desk.children()), (None, 1));
        assert_eq!((desk.page(1).await, desk.children()), (None, 2), "another page should be tried");
        desk.clock.advance(Duration::from_secs(1));
        assert_eq!((desk.page(0).await, desk.children()), (None, 3));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn page_that_keeps_failing_is_given_up_and_costs_nothing() {
        let desk = Desk::new("kill -9 $$").await;
        for tries in 1..=3 {
            assert_eq!((desk.page(0).await, desk.children()), (None, tries));
            desk.clock.advance(PAUSE);
        }
        for width in [900, 1200] {
            let page = desk.documents.page(&desk.clock.world(), LETTER, 0, width).await.unwrap();
            assert_eq!((page, desk.children()), (None, 3), "given up at every width");
        }
        assert_eq!((desk.page(1).await, desk.children()), (None, 4), "another page should be tried");
        desk.clock.advance(REMEMBERED);
        assert_eq!((desk.page(0).await, desk.children()), (None, 5), "a day later it should be tried again");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn letter_is_given_up_with_its_third_page() {
        let desk = Desk::new("[ $3 = 9 ] && exec echo gambar; kill -9 $$").await;
        assert!(desk.page(9).await.is_some());
        for page in 0..3 {
            for _ in 0..3 {
                assert_eq!(desk.page(page).await, None);
                desk.clock.advance(PAUSE);
            }
        }
        assert_eq!((desk.page(3).await, desk.children()), (None, 10), "no further page should be tried");
        assert_eq!(desk.documents.text(&desk.clock.world(), LETTER).await.unwrap(), None);
        assert_eq!(desk.children(), 10);
        assert!(desk.page(9).await.is_some(), "what was drawn before should still be shown");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn empty_drawing_is_a_failure_and_is_not_stored() {
        let desk = Desk::new("exit 0").await;
        assert_eq!((desk.page(0).await, desk.page(0).await, desk.children()), (None, None, 1));
        assert!(!desk.file("0-900.png").exists());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn broken_reader_is_an_error_and_causes_no_pause() {
        let desk = Desk::new("exit 1").await;
        for tries in 1..=2 {
            assert!(desk.documents.page(&desk.clock.world(), LETTER, 0, 900).await.is_err());
            assert_eq!(desk.children(), tries);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn text_is_read_once() {
        let desk = Desk::new("echo '[\"Satu\",\"\"]'").await;
        for _ in 0..2 {
            let text = desk.documents.text(&desk.clock.world(), LETTER).await.unwrap();
            assert_eq!(text, Some(vec!["Satu".to_owned(), String::new()]));
        }
        assert_eq!(desk.children(), 1);
        assert!(desk.file("text.json").is_file());
        let blank = Desk::new("echo null").await;
        assert_eq!(blank.documents.text(&blank.clock.world(), LETTER).await.unwrap(), None);
        assert!(!blank.file("text.json").exists());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn reader_that_goes_away_does_not_stop_the_others() {
        let desk = Desk::new("printf ok; while [ ! -e \"$0.go\" ]; do :; done").await;
        let go = desk.dir.path().join("program.go");
        let started = async {
            while desk.children() == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = desk.page(0) => panic!("it should wait"),
            () = started => {}
        }
        std::fs::write(go, "").unwrap();
        assert_eq!(desk.page(0).await.as_deref(), Some(b"ok".as_slice()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn pages_are_removed_with_their_letter_and_by_age() {
        let desk = Desk::new("printf ok").await;
        desk.page(0).await;
        desk.documents.forget_pages(&[0xac; 32]).await.unwrap();
        assert!(desk.file("0-900.png").exists(), "pages of another letter should stay");
        desk.documents.forget_pages(HASH).await.unwrap();
        assert!(!desk.file("0-900.png").exists());
        desk.documents.forget_pages(HASH).await.unwrap();

        desk.page(0).await;
        let metadata = desk.documents.store.head(&Key::from(format!("{}/0-900.png", folder(HASH)))).await.unwrap();
        let drawn_at = Timestamp::from_micros(metadata.last_modified.timestamp_micros());
        assert_eq!(desk.documents.forget_old_pages(drawn_at.plus(KEEP)).await.unwrap(), 0);
        assert_eq!(desk.documents.forget_old_pages(drawn_at.plus(KEEP + Duration::from_secs(1))).await.unwrap(), 1);
        assert!(desk.documents.fetch(LETTER.key).await.is_ok(), "letters should stay");
    }
}
