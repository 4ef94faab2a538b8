//! The settings of the desk: reasons, check lists, holidays.

use domain::verification::settings::{HolidayList, Lists};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// Reads the reasons and check lists.
#[server(name = ListsFn, prefix = "/api", endpoint = "admin/alasan", input = GetUrl)]
pub async fn lists() -> Result<Lists, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::verification::settings::lists(&caller.backend, caller.actor()?).await?)
}

/// Reads the moving holidays.
#[server(name = HolidaysFn, prefix = "/api", endpoint = "admin/libur", input = GetUrl)]
pub async fn holidays() -> Result<HolidayList, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::verification::settings::holidays(&caller.backend, caller.actor()?).await?)
}

#[cfg(feature = "ssr")]
pub use handlers::{change_holidays, change_lists};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{Error, verification::settings};
    use domain::{
        issues::{Field, Issue},
        text::check_length,
        validity::DateInput,
        verification::settings::{Change, TITLE_LENGTH},
    };
    use serde::Deserialize;
    use time::{Date, format_description::BorrowedFormatItem, macros::format_description};
    use uuid::Uuid;

    use crate::{
        error::ApiError,
        forms::server::{Done, Post},
    };

    const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

    fn not_found() -> ApiError {
        ApiError::from(Error::NotFound)
    }

    /// `POST /admin/alasan`: changes reasons and check lists, by `tindak` or the button of a row.
    pub async fn change_lists(Post { caller, form, answer }: Post<Vec<(String, String)>>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let change = list_change(&form).ok_or_else(not_found)?;
            settings::change(&caller.backend, actor, &change).await?;
            Ok(match change {
                Change::RaiseReason { .. } | Change::RaiseCheck { .. } => Done::go("/admin/alasan"),
                _ => Done::go("/admin/alasan?selesai=disimpan"),
            })
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    fn list_change(form: &[(String, String)]) -> Option<Change> {
        let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let id_in = |name: &str| value(name)?.parse::<Uuid>().ok();
        let text = |name: &str| value(name).unwrap_or_default().to_owned();
        let (title, advice) = (text("title"), text("text"));
        let id = || id_in("butir");
        if let Some(id) = id_in("naikkan_alasan") {
            return Some(Change::RaiseReason { id });
        }
        if let Some(id) = id_in("naikkan_butir") {
            return Some(Change::RaiseCheck { id });
        }
        Some(match value("tindak")? {
            "tambah-alasan" => Change::AddReason { title, advice },
            "ubah-alasan" => Change::EditReason { id: id()?, title, advice },
            "hapus-alasan" => Change::RetireReason { id: id()? },
            "tambah-butir" => Change::AddCheck { role: value("role")?.parse().ok()?, text: advice },
            "ubah-butir" => Change::EditCheck { id: id()?, text: advice },
            "hapus-butir" => Change::RetireCheck { id: id()? },
            _ => return None,
        })
    }

    /// A new holiday, or the day of one to remove.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct HolidayForm {
        day: String,
        day_month: String,
        day_year: String,
        title: String,
        hapus: Option<String>,
    }

    /// `POST /admin/libur`: adds, renames or removes a holiday.
    pub async fn change_holidays(Post { caller, form, answer }: Post<HolidayForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let (change, done) = match form.hapus.as_deref() {
                Some(day) => {
                    let day = Date::parse(day, ISO).map_err(|_| not_found())?;
                    (Change::RemoveHoliday { day }, "dihapus")
                }
                None => (Change::SetHoliday { day: new_holiday(&form)?, name: form.title.clone() }, "disimpan"),
            };
            settings::change(&caller.backend, actor, &change).await?;
            Ok(Done::go(format!("/admin/libur?selesai={done}")))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }

    /// The day of a new holiday; otherwise everything that is wrong with the form.
    fn new_holiday(form: &HolidayForm) -> Result<Date, ApiError> {
        let typed = DateInput { day: form.day.clone(), month: form.day_month.clone(), year: form.day_year.clone() };
        typed.parse().map_err(|problem| {
            let title = check_length(form.title.trim(), TITLE_LENGTH).err();
            let issues =
                [Some(Issue::new(Field::Day, problem)), title.map(|problem| Issue::new(Field::Title, problem))];
            ApiError::Invalid(issues.into_iter().flatten().collect())
        })
    }
}
