//! The figures of the desk.

use std::time::Duration;

use domain::{status::Verdict, verification::Age};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use time::Date;
use uuid::Uuid;

use crate::error::ApiError;

/// The figures of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresView {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// The institution, where one was asked for.
    pub institution: Option<Uuid>,
    /// The institutions that can be asked for.
    pub institutions: Vec<(Uuid, String)>,
    /// Every day: sent, decided.
    pub days: Vec<(Date, u32, u32)>,
    /// What waits now, by age.
    pub queue_age: Vec<(Age, u32)>,
    /// Half of the cases took no longer.
    pub median: Option<Duration>,
    /// Nine in ten took no longer.
    pub p90: Option<Duration>,
    /// By verdict.
    pub verdicts: Vec<(Verdict, u32)>,
    /// Refusals by reason.
    pub reasons: Vec<(String, u32)>,
    /// Verdicts by verifier.
    pub verifiers: Vec<(String, u32)>,
}

/// The figures from `first` to `last` (`2026-11-01`; the last 30 days without), of one institution or all in scope.
#[server(name = FiguresFn, prefix = "/api", endpoint = "verifikasi/statistik", input = GetUrl)]
pub async fn figures(
    first: Option<String>,
    last: Option<String>,
    institution: Option<Uuid>,
) -> Result<FiguresView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let period = handlers::period(&caller, first.as_deref(), last.as_deref())?;
    let found = backend::verification::figures(&caller.backend, actor, period, institution).await?;
    let institutions = backend::verification::institutions_in_scope(&caller.backend, actor).await?;
    Ok(FiguresView {
        first: found.period.first,
        last: found.period.last,
        institution,
        institutions,
        days: found.days,
        queue_age: found.queue_age,
        median: found.median,
        p90: found.p90,
        verdicts: found.verdicts,
        reasons: found.reasons,
        verifiers: found.verifiers,
    })
}

#[cfg(feature = "ssr")]
pub use handlers::download;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::{
        Extension,
        extract::Query,
        http::header,
        response::{IntoResponse, Response},
    };
    use backend::verification::{self, Period};
    use time::{Date, Duration, format_description::BorrowedFormatItem, macros::format_description};
    use uuid::Uuid;

    use crate::{error::ApiError, state::Caller};

    const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

    /// The period that a query names; the last 30 days where it names none.
    pub fn period(caller: &Caller, first: Option<&str>, last: Option<&str>) -> Result<Period, ApiError> {
        let today = caller.backend.world.today(caller.actor()?.zone);
        let date = |text: Option<&str>| text.and_then(|text| Date::parse(text, ISO).ok());
        let last = date(last).unwrap_or(today);
        let first = date(first).unwrap_or_else(|| last.saturating_sub(Duration::days(29)));
        Ok(Period { first, last })
    }

    /// The query of the download.
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    pub struct Asked {
        dari: Option<String>,
        sampai: Option<String>,
        instansi: Option<String>,
    }

    /// `GET /verifikasi/statistik.csv`: the figures as a file for spreadsheets.
    pub async fn download(Extension(caller): Extension<Caller>, Query(asked): Query<Asked>) -> Response {
        let outcome = async {
            let period = period(&caller, asked.dari.as_deref(), asked.sampai.as_deref())?;
            let institution: Option<Uuid> = asked.instansi.as_deref().and_then(|id| id.parse().ok());
            let found = verification::figures(&caller.backend, caller.actor()?, period, institution).await?;
            Ok::<_, ApiError>((found.period, verification::csv(&found)))
        };
        match outcome.await {
            Ok((period, csv)) => {
                let disposition = format!("attachment; filename=\"statistik-{}-{}.csv\"", period.first, period.last);
                (
                    [
                        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                        (header::CONTENT_DISPOSITION, disposition),
                    ],
                    csv,
                )
                    .into_response()
            }
            Err(error) => error.status().into_response(),
        }
    }
}
