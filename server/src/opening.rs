//! Opens what the settings name: data directory, secrets, database, letters.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use backend::{
    Backend,
    accounts::{devices::DeviceKey, passwords::Passwords},
    db::{Db, Existing},
    documents::{Documents, PdfReader, Sealing, private_folder},
    master_data::Directory,
    oidc::Provider,
    reseal::{self, Census},
    sirup::Sirup,
    vault::{Secret, Secrets, Vault},
    world::World,
};
use nix::sys::stat::{Mode, umask};
use secrecy::ExposeSecret;
use url::Url;

use crate::config::{
    Config,
    table::{self, Setting},
    texts,
};

/// The reason why a command stops; its text is shown to the operator.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Turns an error into one that names the setting behind it.
pub(crate) fn blame<E: std::fmt::Display>(setting: &'static Setting) -> impl FnOnce(E) -> StartError {
    move |error| texts::unusable(setting, error).into()
}

/// Makes every file that this process creates readable by its user alone: the database with its log, letters, the secret,
/// anchors. Must be called before there are threads.
pub fn keep_files_private() {
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
}

/// Opens the database (and migrates it), the document store and the SiRUP client.
///
/// Creates the data directory if it is missing, readable only by this user because it holds password hashes and letters.
/// `program` is the path of this binary, which is started again to read PDFs.
///
/// # Errors
/// If something does not open, others of this machine may read it, or it is sealed with a secret that the settings do not
/// have; the text names the setting.
pub async fn open_backend(
    config: &Config,
    base_url: Url,
    program: PathBuf,
    world: World,
) -> Result<Backend, StartError> {
    let data_dir = &config.server.data_dir;
    private_folder(data_dir).map_err(blame(&table::DATA_DIR))?;
    guard_folder(config, data_dir)?;
    let url = config.database.url.expose_secret();
    if let Some(file) = Db::file_of(url) {
        guard_file(config, &file)?;
    }
    let own = || kept_secrets(data_dir, &world).map_err(blame(&table::DATA_DIR));
    let vault = open_vault(config, own)?;
    let db = Db::connect(url).await.map_err(blame(&table::DATABASE_URL))?;
    db.migrate().await?;
    refuse_lost(&reseal::lost(&db, &vault, &world).await?)?;
    let device_key = DeviceKey::open(&db, &vault, &world).await?;
    let oidc = Provider::open(&db, &vault, &world, config.reach()).await.map_err(blame(&table::SECRET))?;
    let documents = open_documents(config, &vault, PdfReader::new(program))?;
    documents.room.keep_free(config.documents.reserve);
    Ok(Backend {
        db,
        vault,
        documents,
        sirup: Sirup::new(&config.sirup.url, config.sirup.token.clone(), world.clone())?,
        passwords: Passwords::new(&world)?,
        device_key,
        master_data: Directory::default(),
        open_cases: Default::default(),
        jobs: Default::default(),
        writes: Default::default(),
        oidc,
        settings: config.settings(base_url),
        outbox_bell: Arc::default(),
        world,
    })
}

fn open_documents(config: &Config, vault: &Vault, reader: PdfReader) -> Result<Documents, StartError> {
    let sealing = Sealing { vault: vault.clone(), encrypts: config.documents.encrypt };
    match &config.documents.url {
        Some(url) => {
            let options = config.documents.s3.options();
            Documents::at(url, options, reader, sealing).map_err(blame(&table::DOCUMENTS_URL))
        }
        None => {
            let folder = config.server.data_dir.join("documents");
            Documents::in_folder(&folder, reader, sealing).map_err(blame(&table::DATA_DIR))
        }
    }
}

/// Opens a database that exists. Creates nothing and migrates nothing, so a mistyped folder stays as it is.
///
/// # Errors
/// If there is no database, its tables are of another version, or it does not answer.
pub async fn open_existing(config: &Config) -> Result<Db, StartError> {
    let url = config.database.url.expose_secret();
    match Db::connect_existing(url).await.map_err(blame(&table::DATABASE_URL))? {
        Existing::Current(db) => Ok(db),
        Existing::None => Err(texts::no_database(Db::file_of(url).as_deref()).into()),
        Existing::Other(version) => Err(texts::other_version(version).into()),
    }
}

/// The vault of an installation that exists. Creates no secret.
///
/// # Errors
/// If the settings give no secret and the data directory has none.
pub fn open_existing_vault(config: &Config) -> Result<Vault, StartError> {
    open_vault(config, || read_secrets(&config.server.data_dir.join("secret")).map_err(blame(&table::DATA_DIR)))
}

/// The vault of the secrets in the settings, or else of `own`; in either case with the earlier secrets of the settings.
fn open_vault(config: &Config, own: impl FnOnce() -> Result<Secrets, StartError>) -> Result<Vault, StartError> {
    let Secrets { current, earlier } = match &config.server.secret {
        Some(secret) => Secrets::new(secret.clone(), []),
        None => own()?,
    };
    let earlier = earlier.into_iter().chain(config.server.secrets_old.iter().cloned());
    Vault::new(&Secrets::new(current, earlier)).map_err(blame(&table::SECRET))
}

/// # Errors
/// If something is sealed with a secret that the settings do not have.
pub(crate) fn refuse_lost(lost: &Census) -> Result<(), StartError> {
    let sentences: Vec<String> = lost.iter().map(|(seal, held)| texts::lost_secret(*seal, *held)).collect();
    if sentences.is_empty() { Ok(()) } else { Err(sentences.join("\n").into()) }
}

/// Reads the generated secrets of an installation whose settings give none; creates the first at the first call.
fn kept_secrets(folder: &Path, world: &World) -> std::io::Result<Secrets> {
    let path = folder.join("secret");
    if !path.exists() {
        // Write a draft and link it: if two servers start together, one creates the file, and none reads half of it.
        let draft = folder.join(format!("secret.{}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(Secret::new(world).to_text().as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft)?;
        linked.or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })?;
    }
    read_secrets(&path)
}

fn read_secrets(path: &Path) -> std::io::Result<Secrets> {
    let text = fs::read_to_string(path)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let unread = || std::io::Error::new(ErrorKind::InvalidData, format!("isi {} bukan rahasia.", path.display()));
    Secrets::parse_lines(&text).ok_or_else(unread)
}

/// The rights of all others on a file or folder.
const OTHERS: u32 = 0o007;

fn rights(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|found| found.permissions().mode() & 0o777)
}

/// A data directory that others may enter stops a server in production, and is closed in development.
fn guard_folder(config: &Config, folder: &Path) -> Result<(), StartError> {
    match rights(folder) {
        Some(mode) if mode & OTHERS != 0 => close(config, &table::DATA_DIR, folder, 0o700),
        _ => Ok(()),
    }
}

/// The same for the file of a database. It may be open in a folder that is not: earlier versions made it so, and it is
/// closed without a word.
fn guard_file(config: &Config, file: &Path) -> Result<(), StartError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder_is_open = rights(folder).is_some_and(|mode| mode & OTHERS != 0);
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", file.display()));
    for file in [file.to_owned(), beside("-wal"), beside("-shm")] {
        match rights(&file) {
            Some(mode) if mode & OTHERS != 0 && folder_is_open => close(config, &table::DATABASE_URL, &file, 0o600)?,
            Some(mode) if mode & 0o077 != 0 && !folder_is_open => set_rights(&file, 0o600)?,
            _ => {}
        }
    }
    Ok(())
}

fn close(config: &Config, setting: &'static Setting, path: &Path, mode: u32) -> Result<(), StartError> {
    if !config.is_development() {
        return Err(texts::exposed(setting, path, mode).into());
    }
    tracing::warn!(path = %path.display(), "others could read this; only its owner may from now on");
    set_rights(path, mode)
}

fn set_rights(path: &Path, mode: u32) -> Result<(), StartError> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|error| format!("{}: {error}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secret_is_kept_and_readable_by_its_owner_only() {
        let (dir, world) = (tempfile::tempdir().unwrap(), World::system());
        let made = kept_secrets(dir.path(), &world).unwrap();
        let path = dir.path().join("secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(kept_secrets(dir.path(), &world).unwrap().current.to_text(), made.current.to_text());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the draft should be removed");
        fs::write(&path, "rusak").unwrap();
        assert!(kept_secrets(dir.path(), &world).is_err());
    }
}
