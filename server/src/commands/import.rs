//! `gerbang import`: loads master data from files.

use std::{io::IsTerminal, path::PathBuf};

use backend::{
    Backend,
    master_data::import::{self, Report},
};
use clap::Subcommand;
use domain::indonesian::count;
use indicatif::{ProgressBar, ProgressStyle};

use crate::application::StartError;

#[derive(Subcommand)]
pub enum Import {
    /// Instansi: CSV atau JSON dengan jenis, kode, dan nama.
    Instansi {
        /// Berkas.
        file: PathBuf,
    },
    /// Satuan kerja: CSV, larik JSON, atau amplop gateway.
    Satker {
        /// Satu berkas atau lebih.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Imports all files and prints a report of each. The other rows are imported even if some are refused.
///
/// # Errors
/// If a file cannot be read, the database fails, or rows were refused.
pub async fn run(backend: &Backend, import: Import) -> Result<(), StartError> {
    let (files, units) = match import {
        Import::Instansi { file } => (vec![file], false),
        Import::Satker { files } => (files, true),
    };
    let mut refused = 0;
    for file in files {
        let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let bar = progress();
        let tick = |done: usize| bar.set_position(done as u64);
        let report = if units {
            import::work_units(backend, &bytes, tick).await?
        } else {
            import::institutions(backend, &bytes, tick).await?
        };
        bar.finish_and_clear();
        print(&file, &report);
        refused += report.refused.len();
    }
    match refused {
        0 => Ok(()),
        refused => Err(format!("{} baris ditolak; baris lainnya sudah diimpor.", count(refused as u64)).into()),
    }
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {human_pos} baris · {per_sec} · {elapsed}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn print(file: &std::path::Path, report: &Report) {
    let words = |number: usize| count(number as u64);
    println!("{}", file.display());
    println!("  ditambah       {}", words(report.added));
    println!("  diubah         {}", words(report.changed));
    println!("  tidak berubah  {}", words(report.unchanged));
    println!("  ditolak        {}", words(report.refused.len()));
    if report.institutions_added > 0 {
        println!("  instansi baru  {}", words(report.institutions_added));
    }
    if report.without_years > 0 {
        println!("  {} baris tanpa kolom tahun_aktif dicatat aktif pada tahun ini.", words(report.without_years));
    }
    for refusal in &report.refused {
        println!("  baris {}: {}", refusal.line, refusal.reason);
    }
}
