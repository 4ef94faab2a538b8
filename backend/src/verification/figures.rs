//! The figures of the desk: how much arrives, how much is decided, how soon, how and by whom.

use std::{collections::HashMap, time::Duration};

use domain::{
    spreadsheet::cell,
    staff::Permission,
    status::Verdict,
    time::{DAY_MICROS, Timestamp},
    verification::Age,
};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::{queue, texts};
use crate::{
    Actor, Backend,
    actor::Scope,
    db::{Conn, fetch_all, fetch_optional},
    error::{Error, Result},
};

/// Most days of a period; of a longer one, the last.
const MOST_DAYS: i32 = 366;

/// The days that figures are about, both included, on the calendar of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

/// The figures of a period. Verdicts that were taken back or reopened do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The period that they are of.
    pub period: Period,
    /// Every day of it: how many applications were sent for the first time, how many verdicts were given.
    pub days: Vec<(Date, u32, u32)>,
    /// What waits now, by age.
    pub queue_age: Vec<(Age, u32)>,
    /// From sending to the verdict: half of the cases took no longer.
    pub median: Option<Duration>,
    /// Nine in ten took no longer.
    pub p90: Option<Duration>,
    /// By verdict, all of them in order.
    pub verdicts: Vec<(Verdict, u32)>,
    /// Refusals by their reason of the list, most frequent first.
    pub reasons: Vec<(String, u32)>,
    /// Verdicts by who gave them, most first.
    pub verifiers: Vec<(String, u32)>,
}

/// The institutions whose figures can be asked for, by name.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn institutions_in_scope(backend: &Backend, actor: &Actor) -> Result<Vec<(Uuid, String)>> {
    actor.require(Permission::SeeFigures)?;
    let mut conn = backend.db.read().await?;
    let mut all: Vec<(Uuid, String)> = fetch_all!(conn, (Uuid, String), "SELECT id, name FROM institutions")?;
    all.retain(|(id, _)| actor.scope.covers(*id));
    all.sort_unstable_by(|(a_id, a), (b_id, b)| (a, a_id).cmp(&(b, b_id)));
    Ok(all)
}

/// The figures of a period, in scope, and of one institution if it is named. Of the days that are asked for either may be
/// the later one, and of more than a year the last one is left.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for an institution out of scope.
pub async fn figures(backend: &Backend, actor: &Actor, period: Period, institution: Option<Uuid>) -> Result<Figures> {
    actor.require(Permission::SeeFigures)?;
    if institution.is_some_and(|id| !actor.scope.covers(id)) {
        return Err(Error::NotFound);
    }
    let queue_age = queue::ages(backend, actor, institution).await?;
    let asked = Asked::new(actor, period, institution);
    let mut conn = backend.db.read().await?;
    let arrived = asked.arrivals(&mut conn).await?;
    let given = asked.verdicts(&mut conn).await?;
    let count: i64 = given.iter().map(|given| given.count).sum();
    // By nearest rank.
    let median = asked.took(&mut conn, (count + 1).max(2) / 2).await?;
    let p90 = asked.took(&mut conn, (count * 9 + 9).max(10) / 10).await?;

    let decided = tally(given.iter().map(|given| (given.day, given.count)));
    let of = |counts: &HashMap<i64, i64>, day| counts.get(&day).map_or(0, |count| small(*count));
    let days = asked.days().map(|(date, day)| (date, of(&arrived, day), of(&decided, day))).collect();
    let by_verdict = tally(given.iter().map(|given| (given.verdict.as_str(), given.count)));
    let refused = given.iter().filter(|given| given.verdict == Verdict::Reject.as_str());
    let reasons =
        tally(refused.map(|given| (given.reason_title.as_deref().unwrap_or(texts::OTHER_REASON), given.count)));
    // Two people may have one name.
    let verifiers = tally(given.iter().map(|given| ((given.decided_by, given.name.as_str()), given.count)));
    Ok(Figures {
        period: asked.period,
        days,
        queue_age,
        median,
        p90,
        verdicts: Verdict::ALL
            .map(|verdict| (verdict, by_verdict.get(verdict.as_str()).map_or(0, |count| small(*count))))
            .into(),
        reasons: ranked(reasons.into_iter().map(|(title, count)| (title.to_owned(), count))),
        verifiers: ranked(verifiers.into_iter().map(|((_, name), count)| (name.to_owned(), count))),
    })
}

/// What the queries ask for.
struct Asked {
    period: Period,
    /// The first instant, and the one after the last.
    from: i64,
    to: i64,
    /// What is added to an instant before it is cut into days.
    shift: i64,
    /// Whether every institution counts.
    everywhere: bool,
    /// The one that counts.
    institution: Option<Uuid>,
    /// Whose scope counts.
    whose: Uuid,
}

/// Verdicts that share a day, a kind, a reason and a verifier.
#[derive(sqlx::FromRow)]
struct Given {
    day: i64,
    verdict: String,
    reason_title: Option<String>,
    decided_by: Uuid,
    name: String,
    count: i64,
}

/// Rows of the period ($1 to $2) and the scope: everywhere ($3), one institution ($4), or those of a person ($5).
macro_rules! asked {
    ($select:literal, $table:literal, $at:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $select,
            " FROM ",
            $table,
            " WHERE ",
            $at,
            " >= $1 AND ",
            $at,
            " < $2 AND ($3 OR institution_id = $4 OR institution_id IN (
                 SELECT institution_id FROM staff_institutions WHERE user_id = $5)) ",
            $rest
        )
    };
}

impl Asked {
    fn new(actor: &Actor, period: Period, institution: Option<Uuid>) -> Self {
        let Period { first, last } = period;
        let (first, last) = (first.min(last), first.max(last));
        let earliest = Date::from_julian_day(last.to_julian_day() - (MOST_DAYS - 1)).unwrap_or(Date::MIN);
        let period = Period { first: first.max(earliest), last };
        let after = last.next_day().map_or(i64::MAX, |day| Timestamp::start_of(day, actor.zone).micros());
        let everywhere = institution.is_none() && matches!(actor.scope, Scope::National);
        Self {
            from: Timestamp::start_of(period.first, actor.zone).micros(),
            to: after,
            period,
            shift: actor.zone.shift(),
            everywhere,
            institution,
            // One institution is in scope, or it would not have come so far.
            whose: if institution.is_some() { Uuid::nil() } else { actor.user_id },
        }
    }

    /// Every date of the period, and its number as the queries count days.
    fn days(&self) -> impl Iterator<Item = (Date, i64)> + use<> {
        let epoch = OffsetDateTime::UNIX_EPOCH.to_julian_day();
        let days = self.period.first.to_julian_day()..=self.period.last.to_julian_day();
        days.filter_map(move |day| Some((Date::from_julian_day(day).ok()?, i64::from(day - epoch))))
    }

    /// Applications sent for the first time, by day.
    async fn arrivals(&self, conn: &mut Conn) -> Result<HashMap<i64, i64>> {
        let sql = asked!(
            "(first_submitted_at + $6) / $7 AS day, count(*)",
            "applications",
            "first_submitted_at",
            "GROUP BY 1"
        );
        let rows: Vec<(i64, i64)> = fetch_all!(
            conn,
            (i64, i64),
            sql,
            self.from,
            self.to,
            self.everywhere,
            self.institution,
            self.whose,
            self.shift,
            DAY_MICROS
        )?;
        Ok(rows.into_iter().collect())
    }

    async fn verdicts(&self, conn: &mut Conn) -> Result<Vec<Given>> {
        let sql = concat!(
            "SELECT g.*, u.name FROM (",
            asked!(
                "(decided_at + $6) / $7 AS day, verdict, reason_title, decided_by, count(*) AS count",
                "verdicts",
                "decided_at",
                "AND undone_at IS NULL GROUP BY 1, 2, 3, 4"
            ),
            ") g JOIN users u ON u.id = g.decided_by"
        );
        Ok(fetch_all!(
            conn,
            Given,
            sql,
            self.from,
            self.to,
            self.everywhere,
            self.institution,
            self.whose,
            self.shift,
            DAY_MICROS
        )?)
    }

    /// How long the `rank`-th fastest verdict took; counted from 1.
    async fn took(&self, conn: &mut Conn, rank: i64) -> Result<Option<Duration>> {
        let sql = asked!(
            "decided_at - sent_at AS took",
            "verdicts",
            "decided_at",
            "AND undone_at IS NULL ORDER BY 1 LIMIT 1 OFFSET $6"
        );
        let took: Option<(i64,)> = fetch_optional!(
            conn,
            (i64,),
            sql,
            self.from,
            self.to,
            self.everywhere,
            self.institution,
            self.whose,
            rank - 1
        )?;
        Ok(took.map(|(took,)| Duration::from_micros(u64::try_from(took).unwrap_or(0))))
    }
}

fn tally<K: std::hash::Hash + Eq>(counts: impl Iterator<Item = (K, i64)>) -> HashMap<K, i64> {
    let mut sums = HashMap::new();
    for (key, count) in counts {
        *sums.entry(key).or_insert(0) += count;
    }
    sums
}

fn ranked(counts: impl Iterator<Item = (String, i64)>) -> Vec<(String, u32)> {
    let mut ranked: Vec<(String, u32)> = counts.map(|(name, count)| (name, small(count))).collect();
    ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ranked
}

fn small(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The figures as a file for a spreadsheet (RFC 4180, UTF-8 with its mark): one figure a row, with what it counts.
pub fn csv(figures: &Figures) -> String {
    let minutes = |took: Option<Duration>| took.map(|took| (took.as_secs() / 60).to_string()).unwrap_or_default();
    let mut rows: Vec<(&str, String, String)> = Vec::new();
    let mut put = |figure, what: String, value: String| rows.push((figure, what, value));
    figures.days.iter().for_each(|(day, n, _)| put(texts::SUBMITTED, day.to_string(), n.to_string()));
    figures.days.iter().for_each(|(day, _, n)| put(texts::DECIDED, day.to_string(), n.to_string()));
    figures.queue_age.iter().for_each(|(age, n)| put(texts::WAITING_NOW, age.label().to_owned(), n.to_string()));
    put(texts::MINUTES_TO_VERDICT, texts::MEDIAN.to_owned(), minutes(figures.median));
    put(texts::MINUTES_TO_VERDICT, texts::PERCENTILE_90.to_owned(), minutes(figures.p90));
    for (verdict, n) in &figures.verdicts {
        put(texts::BY_VERDICT, texts::verdict(*verdict).to_owned(), n.to_string());
    }
    figures.reasons.iter().for_each(|(reason, n)| put(texts::BY_REASON, reason.clone(), n.to_string()));
    figures.verifiers.iter().for_each(|(name, n)| put(texts::BY_VERIFIER, name.clone(), n.to_string()));

    let to = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    // Writing into memory cannot fail.
    let _ = writer.write_record(texts::FIGURES_COLUMNS);
    for (figure, what, value) in &rows {
        let _ = writer.write_record([*figure, &cell(what), value]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_file_that_no_spreadsheet_runs() {
        let day = date!(2026 - 11 - 22);
        let figures = Figures {
            period: Period { first: day, last: day },
            days: vec![(day, 3, 1)],
            queue_age: vec![(Age::Overdue, 2)],
            median: Some(Duration::from_secs(3_599)),
            p90: None,
            verdicts: vec![(Verdict::Reject, 1)],
            reasons: vec![("=HYPERLINK(\"http://contoh\",\"klik\")".into(), 1)],
            verifiers: vec![("@Ratna, S.H.".into(), 1)],
        };
        assert_eq!(
            csv(&figures),
            "\u{feff}Angka,Rincian,Nilai\r\n\
             Pengajuan masuk,2026-11-22,3\r\n\
             Putusan,2026-11-22,1\r\n\
             Antrean saat ini,Lewat,2\r\n\
             Waktu hingga putusan (menit),Median,59\r\n\
             Waktu hingga putusan (menit),Persentil 90,\r\n\
             Putusan menurut jenis,Ditolak,1\r\n\
             Penolakan menurut alasan,\"'=HYPERLINK(\"\"http://contoh\"\",\"\"klik\"\")\",1\r\n\
             Putusan menurut verifikator,\"'@Ratna, S.H.\",1\r\n"
        );
    }
}
