//! The page of statistics, and its CSV file.

use domain::verification::StatisticsPage;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// Reads the statistics from `first` to `last` (`2026-11-01`; without them, the last 30 days), of one institution or of
/// all in scope.
#[server(name = StatisticsFn, prefix = "/api", endpoint = "verifikasi/statistik", input = GetUrl)]
pub async fn statistics(
    first: Option<String>,
    last: Option<String>,
    institution: Option<Uuid>,
) -> Result<StatisticsPage, ApiError> {
    let caller = crate::state::Caller::current()?;
    let period = handlers::period(&caller, first.as_deref(), last.as_deref())?;
    Ok(backend::verification::statistics_page(&caller.backend, caller.actor()?, period, institution).await?)
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
    use backend::verification;
    use domain::verification::Period;
    use time::{Date, Duration, format_description::BorrowedFormatItem, macros::format_description};
    use uuid::Uuid;

    use crate::{error::ApiError, state::Caller};

    const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

    /// The period of a query; by default the last 30 days.
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
    pub struct DownloadQuery {
        dari: Option<String>,
        sampai: Option<String>,
        instansi: Option<String>,
    }

    /// `GET /verifikasi/statistik.csv`: the statistics as a file for spreadsheets.
    pub async fn download(Extension(caller): Extension<Caller>, Query(query): Query<DownloadQuery>) -> Response {
        let outcome = async {
            let period = period(&caller, query.dari.as_deref(), query.sampai.as_deref())?;
            let institution: Option<Uuid> = query.instansi.as_deref().and_then(|id| id.parse().ok());
            let found = verification::statistics(&caller.backend, caller.actor()?, period, institution).await?;
            Ok::<_, ApiError>((found.period, verification::csv(&found)))
        };
        match outcome.await {
            Ok((period, csv)) => {
                let disposition = format!("attachment; filename=\"statistik-{}-{}.csv\"", period.first, period.last);
                let headers = [
                    (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                    (header::CONTENT_DISPOSITION, disposition),
                ];
                (headers, csv).into_response()
            }
            Err(error) => error.status().into_response(),
        }
    }
}
