//! `gerbang admin secret`: what the secrets of the installation still open. Changes nothing.

use backend::{
    reseal::{self, Census},
    vault::{KeyId, Seal},
    world::World,
};
use clap::Subcommand;

use crate::{
    application::StartError,
    config::{Config, texts},
    opening::{open_existing, open_existing_vault, refuse_lost},
};

/// The commands about the secrets.
#[derive(Subcommand)]
pub enum Secret {
    /// Menyebut apa yang masih dibuka setiap rahasia, dan rahasia mana yang boleh dihapus.
    Status,
}

/// # Errors
/// If there is no database, or something is sealed with a secret that the settings do not have.
pub async fn run(config: &Config, Secret::Status: Secret) -> Result<(), StartError> {
    let (db, vault) = (open_existing(config).await?, open_existing_vault(config)?);
    let census = reseal::census(&db, &vault, &World::system()).await?;
    println!("Rahasia {} (sekarang): {}", vault.current(), state(&census, vault.current(), "belum membuka apa pun."));
    for id in vault.earlier() {
        println!("Rahasia {id} (sebelumnya): {}", state(&census, id, "boleh dihapus."));
    }
    if let Some(plain) = census.get(&Seal::Plain) {
        println!("Belum disegel: {}.", texts::holding(*plain));
    }
    refuse_lost(&reseal::lost(&db, &vault, &World::system()).await?)
}

fn state(census: &Census, id: KeyId, nothing: &str) -> String {
    match census.get(&Seal::By(id)) {
        Some(held) => format!("masih membuka {}.", texts::holding(*held)),
        None => nothing.to_owned(),
    }
}
