//! Documents: the store of letters, reading PDFs, images and text of letter pages, and receipts.

pub mod confinement;
mod pages;
pub mod pdf;
mod reader;
pub mod receipt;
mod text;

use std::{os::unix::fs::DirBuilderExt, path::Path, sync::Arc};

use bytes::Bytes;
use domain::{issues::letter::LetterProblem, time::Timestamp};
use futures::{Stream, StreamExt};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as Key};
use url::Url;

pub use confinement::Confinement;
pub use pages::Kept;
pub use reader::PdfReader;

use crate::{
    error::{Error, Result},
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

/// The store of letters and the reader of PDFs.
pub struct Documents {
    store: Arc<dyn ObjectStore>,
    pub reader: PdfReader,
    making: pages::Making,
}

impl Documents {
    /// Stores letters in a private folder, which is made if missing. A letter is flushed to disk before it counts as stored.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn in_folder(folder: &Path, reader: PdfReader) -> Result<Self> {
        private_folder(folder).map_err(Error::internal)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(Error::internal)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), reader, making: pages::Making::default() })
    }

    /// Letters at `url`: `file:///…` or `s3://bucket/prefix`. `options` are for S3, named like the variables `AWS_…`.
    ///
    /// # Errors
    /// If the address is of neither kind or an option is wrong.
    pub fn at(url: &Url, options: Vec<(String, String)>, reader: PdfReader) -> Result<Self> {
        if let Ok(folder) = url.to_file_path() {
            return Self::in_folder(&folder, reader);
        }
        let (store, prefix) = object_store::parse_url_opts(url, options).map_err(Error::internal)?;
        let store = Arc::new(object_store::prefix::PrefixStore::new(store, prefix));
        Ok(Self { store, reader, making: pages::Making::default() })
    }

    /// Stores a letter under a new random key and returns the key. The letter is then durable.
    ///
    /// # Errors
    /// [`LetterProblem::NotStored`]: the disk is full or there is no connection. The log has the cause.
    pub async fn keep(&self, world: &World, letter: Bytes) -> Result<String, LetterProblem> {
        let random: [u8; 16] = world.random();
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        // Two levels of folders, because file systems are slow with very large ones.
        let key = format!("{LETTERS}/{}/{name}", &name[..2]);
        match self.store.put(&Key::from(key.as_str()), PutPayload::from_bytes(letter)).await {
            Ok(_) => Ok(key),
            Err(error) => {
                tracing::error!(%error, "a letter could not be stored");
                Err(LetterProblem::NotStored)
            }
        }
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
    /// If it is missing or the store does not answer.
    pub async fn fetch(&self, key: &str) -> Result<Bytes> {
        let found = self.store.get(&Key::from(key)).await.map_err(Error::internal)?;
        found.bytes().await.map_err(Error::internal)
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
