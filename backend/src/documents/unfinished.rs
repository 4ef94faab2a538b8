//! What a write to the folder left that was broken off: `NAME#1` beside NAME, which `object_store` neither lists nor removes.
//! Each holds somebody's letter.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use domain::time::Timestamp;

use super::Documents;
use crate::error::{Error, Result};

impl Documents {
    /// Removes unfinished files that were last written before a time, and returns how many. S3 has none.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub async fn remove_unfinished(&self, before: Timestamp) -> Result<usize> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let removed = tokio::task::spawn_blocking(move || remove(&folder, before)).await.map_err(Error::internal)?;
        removed.map_err(Error::internal)
    }
}

fn remove(folder: &Path, before: Timestamp) -> io::Result<usize> {
    let (mut removed, mut folders) = (0, vec![PathBuf::from(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if is_unfinished(&entry.file_name().to_string_lossy()) && written(&entry)? < before {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn is_unfinished(name: &str) -> bool {
    name.rsplit_once('#')
        .is_some_and(|(_, suffix)| !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_digit()))
}

fn written(entry: &fs::DirEntry) -> io::Result<Timestamp> {
    let since = entry.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
}
