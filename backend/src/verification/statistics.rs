//! The statistics of the desk: submissions and verdicts by day, time to verdict, reasons, verifiers; also as CSV.

use std::{collections::HashMap, time::Duration};

use domain::{
    permission::Permission,
    spreadsheet::cell,
    status::Verdict,
    time::{DAY_MICROS, Timestamp},
    verification::{Period, Statistics, StatisticsPage},
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

/// Maximum number of days of a period; only the last days of a longer one count.
const MAX_DAYS: i32 = 366;

/// The institutions whose statistics the actor may see, by name.
async fn institutions_in_scope(backend: &Backend, actor: &Actor) -> Result<Vec<(Uuid, String)>> {
    let mut conn = backend.db.read().await?;
    let mut all: Vec<(Uuid, String)> = fetch_all!(conn, (Uuid, String), "SELECT id, name FROM institutions")?;
    all.retain(|(id, _)| actor.scope.covers(*id));
    all.sort_unstable_by(|(a_id, a), (b_id, b)| (a, a_id).cmp(&(b, b_id)));
    Ok(all)
}

/// Reads the statistics with the institutions to choose from.
///
/// # Errors
/// As [`statistics`].
pub async fn statistics_page(
    backend: &Backend,
    actor: &Actor,
    period: Period,
    institution: Option<Uuid>,
) -> Result<StatisticsPage> {
    let statistics = statistics(backend, actor, period, institution).await?;
    Ok(StatisticsPage { statistics, institution, institutions: institutions_in_scope(backend, actor).await? })
}

/// Reads the statistics of a period in scope, or of one institution. The days may come in either order; of more than a
/// year, the last one is kept.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`] for an institution out of scope.
pub async fn statistics(
    backend: &Backend,
    actor: &Actor,
    period: Period,
    institution: Option<Uuid>,
) -> Result<Statistics> {
    actor.require(Permission::SeeStatistics)?;
    if institution.is_some_and(|id| !actor.scope.covers(id)) {
        return Err(Error::NotFound);
    }
    let queue_age = queue::ages(backend, actor, institution).await?;
    let selection = Selection::new(actor, period, institution);
    let mut conn = backend.db.read().await?;
    let arrived = selection.arrivals(&mut conn).await?;
    let verdicts = selection.verdicts(&mut conn).await?;
    let count: i64 = verdicts.iter().map(|group| group.count).sum();
    // By nearest rank.
    let median = selection.took(&mut conn, (count + 1).max(2) / 2).await?;
    let p90 = selection.took(&mut conn, (count * 9 + 9).max(10) / 10).await?;

    let decided = tally(verdicts.iter().map(|group| (group.day, group.count)));
    let number = |counts: &HashMap<i64, i64>, day| counts.get(&day).map_or(0, |count| small(*count));
    let days = selection.days().map(|(date, day)| (date, number(&arrived, day), number(&decided, day))).collect();
    let by_verdict = tally(verdicts.iter().map(|group| (group.verdict.as_str(), group.count)));
    let refused = verdicts.iter().filter(|group| group.verdict == Verdict::Reject.as_str());
    let reasons =
        tally(refused.map(|group| (group.reason_title.as_deref().unwrap_or(texts::OTHER_REASON), group.count)));
    // Two people may have one name.
    let verifiers = tally(verdicts.iter().map(|group| ((group.decided_by, group.name.as_str()), group.count)));
    Ok(Statistics {
        period: selection.period,
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

/// The period and the institutions that the queries select.
struct Selection {
    period: Period,
    /// First instant.
    from: i64,
    /// Instant after the last one.
    to: i64,
    /// Offset of the zone, added to an instant before it is divided into days.
    shift: i64,
    /// All institutions are selected.
    everywhere: bool,
    /// A single institution.
    institution: Option<Uuid>,
    /// The person whose scope is selected.
    whose: Uuid,
}

/// The number of verdicts with the same day, kind, reason and verifier.
#[derive(sqlx::FromRow)]
struct VerdictGroup {
    day: i64,
    verdict: String,
    reason_title: Option<String>,
    decided_by: Uuid,
    name: String,
    count: i64,
}

/// Selects rows of the period ($1 to $2) and of all institutions ($3), one institution ($4), or a person's scope ($5).
macro_rules! selected {
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

impl Selection {
    fn new(actor: &Actor, period: Period, institution: Option<Uuid>) -> Self {
        let Period { first, last } = period;
        let (first, last) = (first.min(last), first.max(last));
        let earliest = Date::from_julian_day(last.to_julian_day() - (MAX_DAYS - 1)).unwrap_or(Date::MIN);
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
            // A single institution was checked against the scope before.
            whose: if institution.is_some() { Uuid::nil() } else { actor.user_id },
        }
    }

    /// Every date of the period with its number of days since 1970, as in the queries.
    fn days(&self) -> impl Iterator<Item = (Date, i64)> + use<> {
        let epoch = OffsetDateTime::UNIX_EPOCH.to_julian_day();
        let days = self.period.first.to_julian_day()..=self.period.last.to_julian_day();
        days.filter_map(move |day| Some((Date::from_julian_day(day).ok()?, i64::from(day - epoch))))
    }

    /// First submissions by day.
    async fn arrivals(&self, conn: &mut Conn) -> Result<HashMap<i64, i64>> {
        let sql = selected!(
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

    async fn verdicts(&self, conn: &mut Conn) -> Result<Vec<VerdictGroup>> {
        let sql = concat!(
            "SELECT g.*, u.name FROM (",
            selected!(
                "(decided_at + $6) / $7 AS day, verdict, reason_title, decided_by, count(*) AS count",
                "verdicts",
                "decided_at",
                "AND undone_at IS NULL GROUP BY 1, 2, 3, 4"
            ),
            ") g JOIN users u ON u.id = g.decided_by"
        );
        Ok(fetch_all!(
            conn,
            VerdictGroup,
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

    /// The time of the `rank`-th fastest verdict; ranks begin at 1.
    async fn took(&self, conn: &mut Conn, rank: i64) -> Result<Option<Duration>> {
        let sql = selected!(
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

/// The statistics as CSV (RFC 4180, UTF-8 with byte order mark), one number a row.
pub fn csv(statistics: &Statistics) -> String {
    let minutes = |took: Option<Duration>| took.map(|took| (took.as_secs() / 60).to_string()).unwrap_or_default();
    let mut rows: Vec<(&str, String, String)> = Vec::new();
    let mut put = |title, detail: String, value: String| rows.push((title, detail, value));
    statistics.days.iter().for_each(|(day, n, _)| put(texts::SUBMITTED, day.to_string(), n.to_string()));
    statistics.days.iter().for_each(|(day, _, n)| put(texts::DECIDED, day.to_string(), n.to_string()));
    statistics.queue_age.iter().for_each(|(age, n)| put(texts::WAITING_NOW, age.label().to_owned(), n.to_string()));
    put(texts::MINUTES_TO_VERDICT, texts::MEDIAN.to_owned(), minutes(statistics.median));
    put(texts::MINUTES_TO_VERDICT, texts::PERCENTILE_90.to_owned(), minutes(statistics.p90));
    for (verdict, n) in &statistics.verdicts {
        put(texts::BY_VERDICT, texts::verdict(*verdict).to_owned(), n.to_string());
    }
    statistics.reasons.iter().for_each(|(reason, n)| put(texts::BY_REASON, reason.clone(), n.to_string()));
    statistics.verifiers.iter().for_each(|(name, n)| put(texts::BY_VERIFIER, name.clone(), n.to_string()));

    let to = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    // Writing into memory cannot fail.
    let _ = writer.write_record(texts::STATISTICS_COLUMNS);
    for (title, detail, value) in &rows {
        let _ = writer.write_record([*title, &cell(detail), value]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verification::Age;
    use time::macros::date;

    #[test]
    fn csv_cells_are_never_formulas() {
        let day = date!(2026 - 11 - 22);
        let statistics = Statistics {
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
            csv(&statistics),
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
