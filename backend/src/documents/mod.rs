//! Documents: the store of letters, reading PDFs, images and text of letter pages, and receipts. What is stored is sealed
//! with the secret of the installation, bound to its key in the store.

pub mod confinement;
mod pages;
pub mod pdf;
mod reader;
pub mod receipt;
pub mod room;
mod text;
mod unfinished;

use std::{
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use domain::{issues::letter::LetterProblem, time::Timestamp};
use futures::{Stream, StreamExt};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as Key};
use url::Url;

pub use confinement::Confinement;
pub use pages::Kept;
pub use reader::PdfReader;
use room::Room;

use crate::{
    error::{Error, Result},
    vault::{KeyId, Purpose, Vault, key_id},
    world::World,
};

/// The prefix of the keys of letters.
const LETTERS: &str = "letters";

/// Makes a folder that only this process's user can read, and its missing parents.
///
/// # Errors
/// If it cannot be made.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// How what is stored is sealed.
#[derive(Clone)]
pub struct Sealing {
    pub vault: Vault,
    /// False if new letters are stored as they are.
    pub encrypts: bool,
}

/// A letter that was stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its key in the store.
    pub key: String,
    /// The id of the secret that it is sealed with; `None` if it is not sealed.
    pub sealed_with: Option<KeyId>,
}

/// The store of letters and the reader of PDFs.
pub struct Documents {
    store: Arc<dyn ObjectStore>,
    sealing: Sealing,
    pub reader: PdfReader,
    pub room: Room,
    making: pages::Making,
    /// Where the store is, if it is a folder.
    folder: Option<PathBuf>,
}

impl Documents {
    /// Stores letters in a private folder, which is made if missing. A letter is flushed to disk before it counts as stored.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn in_folder(folder: &Path, reader: PdfReader, sealing: Sealing) -> Result<Self> {
        private_folder(folder).map_err(Error::internal)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(Error::internal)?.with_fsync(true);
        let room = Room::new(Some(folder));
        let (store, folder) = (Arc::new(store), Some(folder.to_owned()));
        Ok(Self { store, sealing, reader, room, making: pages::Making::default(), folder })
    }

    /// Letters at `url`: `file:///…` or `s3://bucket/prefix`. `options` are for S3, named like the variables `AWS_…`.
    ///
    /// # Errors
    /// If the address is of neither kind or an option is wrong.
    pub fn at(url: &Url, options: Vec<(String, String)>, reader: PdfReader, sealing: Sealing) -> Result<Self> {
        if let Ok(folder) = url.to_file_path() {
            return Self::in_folder(&folder, reader, sealing);
        }
        let (store, prefix) = object_store::parse_url_opts(url, options).map_err(Error::internal)?;
        let store = Arc::new(object_store::prefix::PrefixStore::new(store, prefix));
        Ok(Self { store, sealing, reader, room: Room::new(None), making: pages::Making::default(), folder: None })
    }

    /// Stores a letter under a new random key. The letter is then durable.
    ///
    /// # Errors
    /// [`LetterProblem::NotStored`]: the disk is full or there is no connection. The log has the cause.
    pub async fn keep(&self, world: &World, letter: Bytes) -> Result<Stored, LetterProblem> {
        let random: [u8; 16] = world.random();
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        // Two levels of folders, because file systems are slow with very large ones.
        let key = format!("{LETTERS}/{}/{name}", &name[..2]);
        match self.put(world, &key, letter).await {
            Ok(sealed_with) => Ok(Stored { key, sealed_with }),
            Err(error) => {
                tracing::error!(%error, "a letter could not be stored");
                Err(LetterProblem::NotStored)
            }
        }
    }

    /// Stores something under a key, sealed if the settings ask for it. Returns the id of the secret.
    async fn put(&self, world: &World, key: &str, plain: Bytes) -> Result<Option<KeyId>> {
        // What only looks sealed would not open, so it is always sealed.
        let seals = self.sealing.encrypts || key_id(&plain).is_some();
        let stored = if seals { self.seal(world, key, &plain)? } else { plain };
        self.store.put(&Key::from(key), PutPayload::from_bytes(stored)).await.map_err(Error::internal)?;
        Ok(seals.then(|| self.sealing.vault.current()))
    }

    fn seal(&self, world: &World, key: &str, plain: &[u8]) -> Result<Bytes> {
        Ok(self.sealing.vault.seal(world, Purpose::Letter, key, plain)?.into())
    }

    /// Opens what is stored under a key. What was stored before there was sealing is returned as it is.
    fn open(&self, key: &str, stored: Bytes) -> Result<Bytes> {
        match key_id(&stored) {
            Some(_) => Ok(self.sealing.vault.open(Purpose::Letter, key, &stored)?.into()),
            None => Ok(stored),
        }
    }

    /// True if new letters are sealed.
    pub(crate) fn encrypts(&self) -> bool {
        self.sealing.encrypts
    }

    /// Seals a letter again, with the current secret. Returns false if it is not in the store.
    ///
    /// # Errors
    /// If the store does not answer, or the letter does not open.
    pub(crate) async fn reseal(&self, world: &World, key: &str) -> Result<bool> {
        let Some(stored) = self.stored(key).await? else { return Ok(false) };
        if !self.sealing.vault.is_current(&stored) {
            let sealed = self.seal(world, key, &self.open(key, stored)?)?;
            self.store.put(&Key::from(key), PutPayload::from_bytes(sealed)).await.map_err(Error::internal)?;
        }
        Ok(true)
    }

    /// The key of every letter in the store, with the time it was stored.
    pub fn list(&self) -> impl Stream<Item = Result<(String, Timestamp)>> {
        self.store.list(Some(&Key::from(LETTERS))).map(|found| {
            let found = found.map_err(Error::internal)?;
            Ok((found.location.to_string(), Timestamp::from_micros(found.last_modified.timestamp_micros())))
        })
    }

    /// The bytes of a letter.
    ///
    /// # Errors
    /// If it is missing or does not open, or the store does not answer.
    pub async fn fetch(&self, key: &str) -> Result<Bytes> {
        let stored = self.stored(key).await?.ok_or_else(|| Error::internal(format!("{key} is not in the store")))?;
        self.open(key, stored)
    }

    /// What is stored under a key, as it is.
    async fn stored(&self, key: &str) -> Result<Option<Bytes>> {
        match self.store.get(&Key::from(key)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(Error::internal)?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// Removes a letter. Succeeds if it is already gone.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match self.store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::internal(error)),
        }
    }
}
