//! Decided cases, and finding one of them again: a list of words that each verdict writes to (`case_words`), in the order
//! of the decisions. Whose institution it was and who decided are words of it too, so that however a list is narrowed,
//! an index leads to its newest cases.

use std::{collections::HashMap, time::Duration};

use domain::{
    role::Role,
    search::{SearchQuery, SoughtWord},
    staff::Permission,
    status::Status,
    time::Timestamp,
    verification::CaseNames,
};
use uuid::Uuid;

use super::{CaseRow, Cursor};
use crate::{
    Actor, Backend,
    actor::Scope,
    db::{Conn, Dialect, Tx, execute, fetch_all, fetch_one, fetch_optional, literals::DECIDED, sql},
    error::Result,
};

/// Rows of a page.
const PAGE: usize = 50;
/// How often [`merge_words`] merges in one go, and how long others write in between.
const MOST_MERGES: usize = 200;
const BREATH: Duration = Duration::from_millis(50);
/// A typed word of fewer characters is only found as a whole word: half the country begins with it.
const SHORTEST_BEGINNING: usize = 2;
/// A typed word of so many characters tells enough to be looked up in an index that knows no order.
const TELLING: usize = 3;
/// Up to so many institutions of a scope are looked up by the index; more of them are most of the country.
const FEW_INSTITUTIONS: usize = 16;

/// A decided case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// The person's name, as sent.
    pub name: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution; of a supplier, the number of the company.
    pub institution: String,
    /// Name of the work unit, or of the company.
    pub work_unit: String,
    /// Approved or rejected.
    pub status: Status,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// Who decided it.
    pub by: String,
}

/// The decided cases in scope that have all these words, or all of them, newest first; `mine` are those that the verifier
/// decided. A cursor belongs to the words that it was given with.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn history(
    backend: &Backend,
    actor: &Actor,
    words: &str,
    mine: bool,
    after: Option<Cursor>,
) -> Result<(Vec<Ended>, Option<Cursor>)> {
    actor.require(Permission::Verify)?;
    let wanted = Wanted::new(actor, words, mine);
    let before = after.map_or(i64::MAX, |after| after.submitted_at);
    let mut conn = backend.db.read().await?;
    let mut places = wanted.places(&mut conn, before).await?;
    let more = places.len() > PAGE;
    places.truncate(PAGE);
    let next = places.last().filter(|_| more).map(|(number, id)| Cursor { submitted_at: *number, id: *id });
    let ids: Vec<Uuid> = places.into_iter().map(|(_, id)| id).collect();
    let mut ended = ended(&mut conn, actor, mine, &ids).await?;
    Ok((ids.iter().filter_map(|id| ended.remove(id)).collect(), next))
}

/// What is looked for.
struct Wanted {
    sought: SearchQuery,
    /// Words of which each must be there: who decided.
    all: Vec<String>,
    /// Words of which one must be there, if there are any: institutions.
    any: Vec<String>,
    /// Whose scope is looked at row by row, since it has too many institutions for words.
    scope_of: Option<Uuid>,
}

/// A decision's number and its application.
type Place = (i64, Uuid);

/// The first places before number $1, with the condition $2 and $3 of the scope.
macro_rules! places {
    ($from:literal, $filter:literal) => {
        places!($from, $filter, "c.number")
    };
    ($from:literal, $filter:literal, $order:literal) => {
        concat!(
            "SELECT c.number, c.application_id FROM ",
            $from,
            " WHERE c.number < $1 AND ($2 OR c.institution_id IN (
                 SELECT institution_id FROM staff_institutions WHERE user_id = $3))",
            $filter,
            " ORDER BY ",
            $order,
            " DESC LIMIT 51"
        )
    };
}

impl Wanted {
    fn new(actor: &Actor, words: &str, mine: bool) -> Self {
        let (any, scope_of) = match &actor.scope {
            Scope::National => (Vec::new(), None),
            Scope::Institutions(ids) if (1..=FEW_INSTITUTIONS).contains(&ids.len()) => {
                (ids.iter().map(|id| institution_word(*id)).collect(), None)
            }
            Scope::Institutions(_) => (Vec::new(), Some(actor.user_id)),
        };
        let all = mine.then(|| verifier_word(actor.user_id)).into_iter().collect();
        Self { sought: SearchQuery::parse(words), all, any, scope_of }
    }

    /// The first places before a number, one more than a page has.
    async fn places(&self, conn: &mut Conn, before: i64) -> Result<Vec<Place>> {
        let (everywhere, whose) = (self.scope_of.is_none(), self.scope_of.unwrap_or_default());
        if self.sought.is_empty() && self.all.is_empty() && self.any.is_empty() {
            return Ok(fetch_all!(conn, Place, places!("case_words c", ""), before, everywhere, whose)?);
        }
        let query = self.query(conn.dialect(), 0);
        if conn.dialect() == Dialect::Sqlite {
            // By its own row number the index gives the newest first, and need not find them all.
            let sql = places!(
                "case_words_sought s JOIN case_words c ON c.number = s.rowid",
                " AND case_words_sought MATCH $4 AND s.rowid < $1",
                "s.rowid"
            );
            return Ok(fetch_all!(conn, Place, sql, before, everywhere, whose, query)?);
        }
        // PostgreSQL's index knows no order. What is common is among the newest; what is not there is rare enough to
        // fetch all of it from the index. Left to itself, the planner guesses which, and guesses wrong.
        let newest = places!(
            "(SELECT * FROM case_words WHERE number < $1 ORDER BY number DESC LIMIT 8000) c",
            " AND c.sought @@ $4::tsquery"
        );
        let found: Vec<Place> = fetch_all!(conn, Place, newest, before, everywhere, whose, &query)?;
        if found.len() > PAGE {
            return Ok(found);
        }
        let indexed = concat!(
            // Joined with nothing, the words are no longer those of the index: the rest is looked for row by row.
            "WITH c AS MATERIALIZED (SELECT number, application_id, institution_id FROM case_words
                                     WHERE sought @@ $4::tsquery AND (sought || '') @@ $5::tsquery) ",
            places!("c", "")
        );
        let narrow = self.query(conn.dialect(), self.telling());
        Ok(fetch_all!(conn, Place, indexed, before, everywhere, whose, narrow, query)?)
    }

    /// How many characters a typed word must have for PostgreSQL's index to look for it: as many as the words that tell
    /// most. Every case has a word that begins with `gb` or with `26`, and for these the index would read all it has.
    fn telling(&self) -> usize {
        let longest = self.sought.words().iter().map(|word| word.word().chars().count()).max();
        longest.map_or(0, |longest| longest.min(TELLING))
    }

    /// As the database's own language of search, of the typed words that have so many characters. Words are letters and
    /// digits alone, so that quotes hold them.
    fn query(&self, dialect: Dialect, least: usize) -> String {
        let (and, or, quote, beginning) = match dialect {
            Dialect::Sqlite => (" AND ", " OR ", '"', "*"),
            Dialect::Postgres => (" & ", " | ", '\'', ":*"),
        };
        let whole = |word: &str| format!("{quote}{word}{quote}");
        let one = |word: &SoughtWord| {
            let text = word.word();
            let begun = if text.chars().count() < SHORTEST_BEGINNING { "" } else { beginning };
            let meaning: Vec<String> = word.meaning().map(whole).collect();
            match meaning.is_empty() {
                true => format!("{}{begun}", whole(text)),
                false => format!("({}{begun}{or}({}))", whole(text), meaning.join(and)),
            }
        };
        let telling = self.sought.words().iter().filter(|word| word.word().chars().count() >= least);
        let mut parts: Vec<String> = telling.map(one).collect();
        parts.extend(self.all.iter().map(|word| whole(word)));
        if !self.any.is_empty() {
            let any: Vec<String> = self.any.iter().map(|word| whole(word)).collect();
            parts.push(format!("({})", any.join(or)));
        }
        parts.join(and)
    }
}

/// The word that stands for an institution. No name has such a word, and who typed it would find nothing beyond their
/// scope.
fn institution_word(id: Uuid) -> String {
    format!("i{}", id.simple())
}

/// The word that stands for whoever decided.
fn verifier_word(id: Uuid) -> String {
    format!("v{}", id.simple())
}

/// Those of these applications that are decided now, in scope, and, if asked, by this verifier. Of one that was reopened
/// the words stay until it is decided again.
async fn ended(conn: &mut Conn, actor: &Actor, mine: bool, ids: &[Uuid]) -> Result<HashMap<Uuid, Ended>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: Uuid,
        reference: String,
        name: String,
        #[sqlx(try_from = "String")]
        role: Role,
        institution_id: Option<Uuid>,
        institution: String,
        work_unit: String,
        #[sqlx(try_from = "String")]
        status: Status,
        decided_at: i64,
        decided_by: Uuid,
        by: String,
    }
    macro_rules! rows {
        ($ids:literal) => {
            sql!(
                "SELECT a.id, a.reference, a.applicant_name AS name, a.role, a.institution_id,
                        coalesce(i.name, 'NIB ' || k.nib) AS institution, coalesce(w.name, k.name) AS work_unit, a.status,
                        x.decided_at, x.decided_by, u.name AS by
                 FROM applications a
                 LEFT JOIN institutions i ON i.id = a.institution_id
                 LEFT JOIN work_units w ON w.id = a.work_unit_id
                 LEFT JOIN companies k ON k.application_id = a.id
                 JOIN verdicts x ON x.id = a.decision_id
                 JOIN users u ON u.id = x.decided_by
                 WHERE a.status IN {DECIDED} AND a.id {}",
                $ids
            )
        };
    }
    let sql = match conn.dialect() {
        Dialect::Sqlite => rows!("IN (SELECT unhex(value, '-') FROM json_each($1))"),
        Dialect::Postgres => {
            rows!("= ANY (ARRAY (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb) AS t (value)))")
        }
    };
    let rows: Vec<Row> = fetch_all!(conn, Row, sql, serde_json::to_string(ids)?)?;
    let rows = rows.into_iter().filter(|row| actor.scope.covers(row.institution_id));
    let rows = rows.filter(|row| !mine || row.decided_by == actor.user_id);
    let ended = rows.map(|row| {
        let ended = Ended {
            id: row.id,
            reference: row.reference,
            name: row.name,
            role: row.role,
            institution: row.institution,
            work_unit: row.work_unit,
            status: row.status,
            decided_at: Timestamp::from_micros(row.decided_at),
            by: row.by,
        };
        (row.id, ended)
    });
    Ok(ended.collect())
}

/// Writes what a case is found by, at the end of the list; in the transaction of the verdict that ends it.
pub(super) async fn index_words(tx: &mut Tx, id: Uuid, row: &CaseRow, decided_by: Uuid) -> Result<()> {
    let names = CaseNames {
        name: &row.name,
        employee_number: row.employee_number.as_deref(),
        work_unit: &row.work_unit,
        code: row.code.as_deref(),
        npwp: row.npwp.as_deref(),
        institution: &row.institution,
        reference: &row.reference,
    };
    let mut words = names.words();
    words.extend(row.institution_id.map(|id| institution_word(id) + " "));
    words.push_str(&verifier_word(decided_by));
    // One that was decided before moves to the end.
    let before: Option<(i64,)> =
        fetch_optional!(tx, (i64,), "DELETE FROM case_words WHERE application_id = $1 RETURNING number", id)?;
    match tx.dialect() {
        Dialect::Sqlite => {
            if let Some((number,)) = before {
                execute!(tx, "DELETE FROM case_words_sought WHERE rowid = $1", number)?;
            }
            let (number,): (i64,) = fetch_one!(
                tx,
                (i64,),
                "INSERT INTO case_words (application_id, institution_id) VALUES ($1, $2) RETURNING number",
                id,
                row.institution_id
            )?;
            execute!(tx, "INSERT INTO case_words_sought (rowid, words) VALUES ($1, $2)", number, words)?;
        }
        Dialect::Postgres => {
            execute!(
                tx,
                "INSERT INTO case_words (application_id, institution_id, sought)
                 VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))",
                id,
                row.institution_id,
                words
            )?;
        }
    }
    Ok(())
}

/// Merges parts of SQLite's index of words, of which each verdict adds one: so many pages at a time that nobody who writes
/// meanwhile waits much longer than for a verdict, or some 10 ms where hundreds of parts have come together. Fewer would
/// cost more, since each time all parts of a size are opened anew. Gives how many times; none in PostgreSQL.
///
/// # Errors
/// If the database does not answer.
pub async fn merge_words(backend: &Backend) -> Result<usize> {
    for times in 0..MOST_MERGES {
        let mut tx = backend.db.begin().await?;
        if tx.dialect() == Dialect::Postgres {
            return Ok(0);
        }
        let changes = async |tx: &mut Tx| fetch_one!(tx, (i64,), "SELECT total_changes()");
        let (before,) = changes(&mut tx).await?;
        execute!(tx, "INSERT INTO case_words_sought (case_words_sought, rank) VALUES ('merge', 64)")?; // pages
        // Of nothing to merge, it counts one change (SQLite FTS5, 6.7).
        let (after,) = changes(&mut tx).await?;
        if after - before < 2 {
            return Ok(times);
        }
        tx.commit().await?;
        tokio::time::sleep(BREATH).await;
    }
    Ok(MOST_MERGES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn wanted(words: &str, all: &[&str], any: &[&str]) -> Wanted {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Wanted { sought: SearchQuery::parse(words), all: own(all), any: own(any), scope_of: None }
    }

    #[rstest]
    #[case("siti", r#""siti"*"#, "'siti':*")]
    #[case("Siti R", r#""siti"* AND "r""#, "'siti':* & 'r'")]
    #[case("kab. or", r#"("kab"* OR ("kabupaten")) AND "or"*"#, "('kab':* | ('kabupaten')) & 'or':*")]
    #[case("ditjen", r#"("ditjen"* OR ("direktorat" AND "jenderal"))"#, "('ditjen':* | ('direktorat' & 'jenderal'))")]
    #[case(r#""a' OR 1=1 *:& -- \"#, r#""or"* AND "a" AND "1" AND "1""#, "'or':* & 'a' & '1' & '1'")]
    fn typed_words_are_only_words(#[case] typed: &str, #[case] sqlite: &str, #[case] postgres: &str) {
        let wanted = wanted(typed, &[], &[]);
        assert_eq!(
            (wanted.query(Dialect::Sqlite, 0), wanted.query(Dialect::Postgres, 0)),
            (sqlite.into(), postgres.into())
        );
    }

    #[rstest]
    #[case("GB-26-0099", "'0099':*")]
    #[case("gb 26", "'gb':* & '26':*")] // nothing tells more
    #[case("d", "'d'")]
    #[case("", "('i1')")]
    fn the_index_looks_for_what_tells_most(#[case] typed: &str, #[case] narrow: &str) {
        let any: &[&str] = if typed.is_empty() { &["i1"] } else { &[] };
        let wanted = wanted(typed, &[], any);
        assert_eq!(wanted.query(Dialect::Postgres, wanted.telling()), narrow);
    }

    #[test]
    fn scope_and_verifier_are_words() {
        let query = wanted("siti", &["v1"], &["i1", "i2"]).query(Dialect::Sqlite, 0);
        assert_eq!(query, r#""siti"* AND "v1" AND ("i1" OR "i2")"#);
        assert_eq!(wanted("", &[], &["i1"]).query(Dialect::Postgres, 0), "('i1')");
    }
}
