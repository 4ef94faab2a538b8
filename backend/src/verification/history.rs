//! Decided cases and their search.
//!
//! Each verdict writes the words of its case to `case_words`, in the order of decisions. Institution and verifier are
//! words too, so an index leads to the newest cases of every filter.

use std::{collections::HashMap, time::Duration};

use domain::{
    permission::Permission,
    role::Role,
    search::{QueryWord, SearchQuery},
    status::Status,
    time::Timestamp,
    verification::{CaseNames, Cursor, DecidedCase},
};
use uuid::Uuid;

use super::CaseRow;
use crate::{
    Actor, Backend,
    actor::Scope,
    db::{Conn, Dialect, Tx, execute, fetch_all, fetch_one, fetch_optional, literals::DECIDED, sql},
    error::Result,
};

/// Rows of a page.
const PAGE: usize = 50;
/// Maximum number of merges of one [`merge_words`].
const MAX_MERGES: usize = 200;
/// Time for other writers between two merges.
const MERGE_PAUSE: Duration = Duration::from_millis(50);
/// A shorter typed word matches whole words only; as a beginning it would match half of all cases.
const SHORTEST_BEGINNING: usize = 2;
/// A typed word of this length is rare enough for PostgreSQL's index, which knows no order.
const SELECTIVE_LENGTH: usize = 3;
/// The index looks up the institutions of a scope up to this number; a larger scope is most of the country.
const FEW_INSTITUTIONS: usize = 16;

/// Reads a page of the decided cases in scope with all these words, newest first, and the cursor of the next page. With
/// `mine`, only cases that the verifier decided. A cursor is valid for the same words only.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn history(
    backend: &Backend,
    actor: &Actor,
    words: &str,
    mine: bool,
    after: Option<Cursor>,
) -> Result<(Vec<DecidedCase>, Option<Cursor>)> {
    actor.require(Permission::Verify)?;
    let search = Search::new(actor, words, mine);
    let before = after.map_or(i64::MAX, |after| after.position);
    let mut conn = backend.db.read().await?;
    let mut positions = search.positions(&mut conn, before).await?;
    let more = positions.len() > PAGE;
    positions.truncate(PAGE);
    let next = positions.last().filter(|_| more).map(|(number, id)| Cursor { position: *number, id: *id });
    let ids: Vec<Uuid> = positions.into_iter().map(|(_, id)| id).collect();
    let mut decided = decided(&mut conn, actor, mine, &ids).await?;
    Ok((ids.iter().filter_map(|id| decided.remove(id)).collect(), next))
}

/// A search in the history.
struct Search {
    typed: SearchQuery,
    /// Words that must all be present: the verifier.
    all: Vec<String>,
    /// Words of which one must be present, if any are given: institutions.
    any: Vec<String>,
    /// The person whose scope is checked row by row, because it has too many institutions for words.
    scope_of: Option<Uuid>,
}

/// Number of a decision, and its application.
type Position = (i64, Uuid);

/// Selects the first positions before number $1; $2 and $3 are the condition of the scope. One more than a page.
macro_rules! positions {
    ($from:literal, $filter:literal) => {
        positions!($from, $filter, "c.number")
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

impl Search {
    fn new(actor: &Actor, words: &str, mine: bool) -> Self {
        let (any, scope_of) = match &actor.scope {
            Scope::National => (Vec::new(), None),
            Scope::Institutions(ids) if (1..=FEW_INSTITUTIONS).contains(&ids.len()) => {
                (ids.iter().map(|id| institution_word(*id)).collect(), None)
            }
            Scope::Institutions(_) => (Vec::new(), Some(actor.user_id)),
        };
        let all = mine.then(|| verifier_word(actor.user_id)).into_iter().collect();
        Self { typed: SearchQuery::parse(words), all, any, scope_of }
    }

    /// Reads the first positions before a number, one more than a page has.
    async fn positions(&self, conn: &mut Conn, before: i64) -> Result<Vec<Position>> {
        let (everywhere, whose) = (self.scope_of.is_none(), self.scope_of.unwrap_or_default());
        if self.typed.is_empty() && self.all.is_empty() && self.any.is_empty() {
            return Ok(fetch_all!(conn, Position, positions!("case_words c", ""), before, everywhere, whose)?);
        }
        let query = self.query(conn.dialect(), 0);
        if conn.dialect() == Dialect::Sqlite {
            // Ordered by row number, the index returns the newest first and stops early.
            let sql = positions!(
                "case_words_sought s JOIN case_words c ON c.number = s.rowid",
                " AND case_words_sought MATCH $4 AND s.rowid < $1",
                "s.rowid"
            );
            return Ok(fetch_all!(conn, Position, sql, before, everywhere, whose, query)?);
        }
        // PostgreSQL's index knows no order. Frequent words are found among the newest cases; others are rare enough to
        // fetch all of their cases from the index. The planner chooses wrongly between the two, so both are explicit.
        let newest = positions!(
            "(SELECT * FROM case_words WHERE number < $1 ORDER BY number DESC LIMIT 8000) c",
            " AND c.sought @@ $4::tsquery"
        );
        let found: Vec<Position> = fetch_all!(conn, Position, newest, before, everywhere, whose, &query)?;
        if found.len() > PAGE {
            return Ok(found);
        }
        let indexed = concat!(
            // Concatenation hides the column from the index: the full query is checked row by row.
            "WITH c AS MATERIALIZED (SELECT number, application_id, institution_id FROM case_words
                                     WHERE sought @@ $4::tsquery AND (sought || '') @@ $5::tsquery) ",
            positions!("c", "")
        );
        let narrow = self.query(conn.dialect(), self.selective_length());
        Ok(fetch_all!(conn, Position, indexed, before, everywhere, whose, narrow, query)?)
    }

    /// The length from which PostgreSQL's index looks for a typed word: that of the longest words, up to
    /// [`SELECTIVE_LENGTH`]. Every case has words that begin with `gb` or `26`; for them the index would read everything.
    fn selective_length(&self) -> usize {
        let longest = self.typed.words().iter().map(|word| word.word().chars().count()).max();
        longest.map_or(0, |longest| longest.min(SELECTIVE_LENGTH))
    }

    /// The search in the database's query language, with typed words of at least `least` characters. Words consist of
    /// letters and digits, so quoting is safe.
    fn query(&self, dialect: Dialect, least: usize) -> String {
        let (and, or, quote, beginning) = match dialect {
            Dialect::Sqlite => (" AND ", " OR ", '"', "*"),
            Dialect::Postgres => (" & ", " | ", '\'', ":*"),
        };
        let whole = |word: &str| format!("{quote}{word}{quote}");
        let one = |word: &QueryWord| {
            let text = word.word();
            let begun = if text.chars().count() < SHORTEST_BEGINNING { "" } else { beginning };
            let meaning: Vec<String> = word.meaning().map(whole).collect();
            match meaning.is_empty() {
                true => format!("{}{begun}", whole(text)),
                false => format!("({}{begun}{or}({}))", whole(text), meaning.join(and)),
            }
        };
        let selective = self.typed.words().iter().filter(|word| word.word().chars().count() >= least);
        let mut parts: Vec<String> = selective.map(one).collect();
        parts.extend(self.all.iter().map(|word| whole(word)));
        if !self.any.is_empty() {
            let any: Vec<String> = self.any.iter().map(|word| whole(word)).collect();
            parts.push(format!("({})", any.join(or)));
        }
        parts.join(and)
    }
}

/// The word of an institution. No name contains such a word, and typing it finds nothing outside the own scope.
fn institution_word(id: Uuid) -> String {
    format!("i{}", id.simple())
}

/// The word of the verifier who decided.
fn verifier_word(id: Uuid) -> String {
    format!("v{}", id.simple())
}

/// Reads those of these applications that are decided and in scope; with `mine`, only those that the verifier decided.
/// A reopened case keeps its words until it is decided again.
async fn decided(conn: &mut Conn, actor: &Actor, mine: bool, ids: &[Uuid]) -> Result<HashMap<Uuid, DecidedCase>> {
    #[derive(sqlx::FromRow)]
    struct DecidedRow {
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
    let rows: Vec<DecidedRow> = fetch_all!(conn, DecidedRow, sql, serde_json::to_string(ids)?)?;
    let rows = rows.into_iter().filter(|row| actor.scope.covers(row.institution_id));
    let rows = rows.filter(|row| !mine || row.decided_by == actor.user_id);
    let decided = rows.map(|row| {
        let case = DecidedCase {
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
        (row.id, case)
    });
    Ok(decided.collect())
}

/// Appends the words of a decided case to the list, in the transaction of its verdict.
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
    // A case that was decided before moves to the end.
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

/// Merges the segments of SQLite's word index, of which each verdict adds one. One merge handles 64 pages, so that other
/// writers wait about as long as for a verdict. Returns the number of merges; zero in PostgreSQL.
///
/// # Errors
/// If the database does not answer.
pub async fn merge_words(backend: &Backend) -> Result<usize> {
    for times in 0..MAX_MERGES {
        let mut tx = backend.db.begin().await?;
        if tx.dialect() == Dialect::Postgres {
            return Ok(0);
        }
        let changes = async |tx: &mut Tx| fetch_one!(tx, (i64,), "SELECT total_changes()");
        let (before,) = changes(&mut tx).await?;
        execute!(tx, "INSERT INTO case_words_sought (case_words_sought, rank) VALUES ('merge', 64)")?; // pages
        // Without anything to merge, one change is counted (SQLite FTS5, section 6.7).
        let (after,) = changes(&mut tx).await?;
        if after - before < 2 {
            return Ok(times);
        }
        tx.commit().await?;
        tokio::time::sleep(MERGE_PAUSE).await;
    }
    Ok(MAX_MERGES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn search(words: &str, all: &[&str], any: &[&str]) -> Search {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Search { typed: SearchQuery::parse(words), all: own(all), any: own(any), scope_of: None }
    }

    #[rstest]
    #[case("siti", r#""siti"*"#, "'siti':*")]
    #[case("Siti R", r#""siti"* AND "r""#, "'siti':* & 'r'")]
    #[case("kab. or", r#"("kab"* OR ("kabupaten")) AND "or"*"#, "('kab':* | ('kabupaten')) & 'or':*")]
    #[case("ditjen", r#"("ditjen"* OR ("direktorat" AND "jenderal"))"#, "('ditjen':* | ('direktorat' & 'jenderal'))")]
    #[case(r#""a' OR 1=1 *:& -- \"#, r#""or"* AND "a" AND "1" AND "1""#, "'or':* & 'a' & '1' & '1'")]
    fn typed_operators_are_ignored(#[case] typed: &str, #[case] sqlite: &str, #[case] postgres: &str) {
        let search = search(typed, &[], &[]);
        assert_eq!(
            (search.query(Dialect::Sqlite, 0), search.query(Dialect::Postgres, 0)),
            (sqlite.into(), postgres.into())
        );
    }

    #[rstest]
    #[case("GB-26-0099", "'0099':*")]
    #[case("gb 26", "'gb':* & '26':*")] // the longest words
    #[case("d", "'d'")]
    #[case("", "('i1')")]
    fn the_index_looks_for_the_longest_words(#[case] typed: &str, #[case] narrow: &str) {
        let any: &[&str] = if typed.is_empty() { &["i1"] } else { &[] };
        let search = search(typed, &[], any);
        assert_eq!(search.query(Dialect::Postgres, search.selective_length()), narrow);
    }

    #[test]
    fn scope_and_verifier_become_words() {
        let query = search("siti", &["v1"], &["i1", "i2"]).query(Dialect::Sqlite, 0);
        assert_eq!(query, r#""siti"* AND "v1" AND ("i1" OR "i2")"#);
        assert_eq!(search("", &[], &["i1"]).query(Dialect::Postgres, 0), "('i1')");
    }
}
