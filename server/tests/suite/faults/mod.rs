//! Faults: what people meet when a part fails, and that nothing acknowledged is lost. Tests kill the real program.

mod database;
mod durability;
mod frozen;
mod outside_systems;
mod panics;
mod start;
mod sync;

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::support::{browser::Site, outside::Outside};

const UNAVAILABLE: &str = "Sistem belum dapat menjawab.";

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

async fn outside(site: &Site) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&site.world.config.database.url)).await
}

/// Looks again and again until it is so.
async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
