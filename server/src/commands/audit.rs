//! `gerbang admin audit`: looks through the trail. Opens an existing database and changes nothing.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use backend::audit::{self, Against, Anchor, Broken, Fault, Misfit, Verified};
use clap::Subcommand;
use domain::{
    indonesian::{count, date_time},
    time::Zone,
};

use crate::{
    application::StartError,
    config::Config,
    opening::{open_existing, open_existing_vault},
};

/// The commands about the audit trail.
#[derive(Subcommand)]
pub enum Audit {
    /// Memeriksa bahwa tidak ada peristiwa yang diubah, dihapus, atau disisipkan.
    Verify {
        /// Berkas jangkar: jejak harus cocok dengan setiap jangkar di dalamnya.
        #[arg(long, value_name = "BERKAS")]
        against: Option<PathBuf>,
    },
    /// Mencetak semua peristiwa sebagai baris JSON.
    Export,
    /// Mencetak kunci publik yang menandatangani jangkar.
    Key,
}

/// # Errors
/// If there is no database, or the audit trail was changed; the text names the first event or each anchor that does not
/// fit.
pub async fn run(config: &Config, command: Audit) -> Result<(), StartError> {
    let db = open_existing(config).await?;
    match command {
        Audit::Verify { against: None } => whole(audit::verify_chain(&db).await?),
        Audit::Verify { against: Some(file) } => {
            let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            report(&file, audit::verify_against(&db, &open_existing_vault(config)?, &text).await?)
        }
        Audit::Export => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            audit::export(&db, |line| out.write_all(line.as_bytes())).await?;
            Ok(out.flush()?)
        }
        Audit::Key => {
            let key = audit::public_key(&db, &open_existing_vault(config)?).await?;
            println!("{}", key.ok_or("Belum ada jangkar: kuncinya dibuat bersama jangkar pertama, oleh server.")?);
            Ok(())
        }
    }
}

/// # Errors
/// If the trail is not whole.
fn whole(verified: Verified) -> Result<(), StartError> {
    match verified {
        Verified::Whole(events) => {
            println!("Jejak audit utuh: {} peristiwa berurutan.", count(events.unsigned_abs()));
            Ok(())
        }
        Verified::Broken(broken) => Err(describe(&broken).into()),
    }
}

/// # Errors
/// If the trail is not whole, an anchor does not fit, or there is none.
fn report(file: &Path, Against { verified, fitting, misfits }: Against) -> Result<(), StartError> {
    let mut faults: Vec<String> = whole(verified).err().map(|error| error.to_string()).into_iter().collect();
    if let Some(last) = fitting.iter().max_by_key(|anchor| anchor.seq) {
        let number = count(fitting.len() as u64);
        println!("{number} jangkar cocok; yang terakhir pada {}.", told(last));
    }
    faults.extend(misfits.iter().map(|(line, anchor, misfit)| misfit_text(*line, anchor.as_ref(), *misfit)));
    if fitting.is_empty() && misfits.is_empty() {
        faults.push(format!("{} tidak memuat jangkar.", file.display()));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

fn told(anchor: &Anchor) -> String {
    format!("peristiwa nomor {} ({})", anchor.seq, date_time(anchor.at(), Zone::Wib))
}

fn misfit_text(line: usize, anchor: Option<&Anchor>, misfit: Misfit) -> String {
    let which = anchor.map_or_else(String::new, |anchor| format!(", {}", told(anchor)));
    let why = match misfit {
        Misfit::Unreadable => "barisnya rusak.".to_owned(),
        Misfit::OtherKey => "ditandatangani dengan kunci lain.".to_owned(),
        Misfit::Forged => "tanda tangannya palsu.".to_owned(),
        Misfit::Cut { end } => format!("jejak audit dipotong: kini berakhir pada peristiwa nomor {end}."),
        Misfit::Rebuilt => "peristiwa sampai nomor itu diubah dan rantainya disusun ulang.".to_owned(),
        Misfit::Unreached => "tidak dapat diperiksa karena rantai terputus sebelumnya.".to_owned(),
    };
    format!("Jangkar pada baris {line}{which}: {why}")
}

fn describe(Broken { seq, fault, event }: &Broken) -> String {
    let event = event.as_ref().map(|(at, action)| format!("{}, {action}", date_time(*at, Zone::Wib)));
    match (fault, event) {
        (Fault::Gone, Some(before)) => {
            format!("Jejak audit terputus: peristiwa nomor {seq} tidak ada lagi. Sebelumnya: {before}.")
        }
        (Fault::Gone, None) => format!("Jejak audit terputus: peristiwa nomor {seq} tidak ada lagi."),
        (Fault::Changed, event) => format!(
            "Jejak audit terputus: peristiwa nomor {seq} ({}) berubah setelah dicatat.",
            event.unwrap_or_default()
        ),
        (Fault::OtherHead, event) => format!(
            "Jejak audit terputus: sesudah peristiwa nomor {seq} ({}), ujung rantai tidak cocok.",
            event.unwrap_or_default()
        ),
        (Fault::Beside, event) => format!(
            "Jejak audit tidak utuh: peristiwa nomor {seq} ({}) bukan bagian dari rantai.",
            event.unwrap_or_default()
        ),
        (Fault::Unnumbered, event) => format!(
            "Jejak audit tidak utuh: peristiwa tanpa nomor ({}) bukan bagian dari rantai.",
            event.unwrap_or_default()
        ),
    }
}
