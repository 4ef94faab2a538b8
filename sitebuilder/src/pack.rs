//! The files of the site: copied and named.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::Result;

/// Copies a folder's content into another folder.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// All files below a folder, in the order of their paths.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Moves the files of `pkg` into a folder in it that is named after their names and contents, so that browsers may keep
/// them forever.
pub fn name_by_content(pkg: &Path) -> Result<()> {
    let files = files(pkg)?;
    let mut hash = DefaultHasher::new();
    for file in &files {
        file.strip_prefix(pkg)?.hash(&mut hash);
        fs::read(file)?.hash(&mut hash);
    }
    let name = format!("{:016x}", hash.finish());
    let unnamed = pkg.with_extension("unnamed");
    fs::rename(pkg, &unnamed)?;
    fs::create_dir(pkg)?;
    fs::rename(&unnamed, pkg.join(name))?;
    Ok(())
}
