//! A simulated SiRUP: an HTTP server that implements the contract of `docs/sirup.openapi.yaml` for a few accounts.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Json, Router,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use backend::world::World;
use domain::time::Zone;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::development::{SIRUP_PASSWORD, sirup_work_unit};

/// How the simulator answers for an account.
#[derive(Clone, Copy)]
enum Manner {
    Answers,
    /// Answers after a minute.
    Slow,
    /// Answers 503.
    Broken,
}

struct Account {
    username: &'static str,
    name: &'static str,
    role: &'static str,
    registered_at: &'static str,
    manner: Manner,
}

const fn account(
    username: &'static str,
    name: &'static str,
    role: &'static str,
    registered_at: &'static str,
    manner: Manner,
) -> Account {
    Account { username, name, role, registered_at, manner }
}

const ACCOUNTS: &[Account] = &[
    account("pa.lama", "Siti Rahmawati", "PA", "2023-02-01T09:00:00+07:00", Manner::Answers),
    account("kpa.lama", "Budi Santoso", "KPA", "2023-02-01T09:00:00+07:00", Manner::Answers),
    account("pa.terpakai", "Pemilik Lama", "PA", "2023-02-01T09:00:00+07:00", Manner::Answers),
    account("pa.baru", "Dewi Kartikasari", "PA", "2024-08-01T00:00:00+07:00", Manner::Answers),
    account("pa.lambat", "Siti Rahmawati", "PA", "2023-02-01T09:00:00+07:00", Manner::Slow),
    account("pa.gangguan", "Siti Rahmawati", "PA", "2023-02-01T09:00:00+07:00", Manner::Broken),
];

/// The usernames that the simulator knows.
pub fn usernames() -> impl Iterator<Item = &'static str> {
    ACCOUNTS.iter().map(|account| account.username)
}

#[derive(Deserialize)]
struct Question {
    username: String,
    password: String,
}

#[derive(Serialize)]
struct Reply {
    username: &'static str,
    name: &'static str,
    role: &'static str,
    kd_klpd: String,
    kd_satker: String,
    registered_at: &'static str,
}

/// Listens at `addr`; returns the bound address and the future that serves it. Callers must present the bearer `token`.
///
/// # Errors
/// If it cannot listen there.
pub async fn bind(
    addr: SocketAddr,
    token: String,
) -> std::io::Result<(SocketAddr, impl Future<Output = std::io::Result<()>> + Send + 'static)> {
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    let expected = format!("Bearer {token}");
    let verify = post(move |headers: HeaderMap, Json(question): Json<Question>| {
        let known = headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes() == expected.as_bytes());
        answer(known, question)
    });
    let router = Router::new().route("/v1/credentials/verify", verify);
    Ok((addr, async move { axum::serve(listener, router).await }))
}

async fn answer(known: bool, question: Question) -> Response {
    if !known {
        return StatusCode::FORBIDDEN.into_response();
    }
    let account = ACCOUNTS.iter().find(|account| account.username.eq_ignore_ascii_case(question.username.trim()));
    match account.map(|account| account.manner) {
        Some(Manner::Slow) => tokio::time::sleep(Duration::from_secs(60)).await,
        Some(Manner::Broken) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => {}
    }
    match account {
        Some(account) if question.password == SIRUP_PASSWORD => {
            let (kd_klpd, kd_satker) = sirup_work_unit(World::system().today(Zone::Wib).year());
            Json(Reply {
                username: account.username,
                name: account.name,
                role: account.role,
                kd_klpd,
                kd_satker,
                registered_at: account.registered_at,
            })
            .into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}
