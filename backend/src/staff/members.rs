//! What the staff page lists: members, invitations, and institutions to choose a scope from.

use std::collections::HashMap;

use domain::{
    master_data::institution::InstitutionType,
    permission::{Permission, StaffRole},
    staff::view::{FoundInstitutions, Member, PendingInvitation, ScopeInstitution},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    db::{Conn, fetch_all},
    error::{Error, Result},
};

/// A search shows at most this many institutions.
const MOST_FOUND: usize = 20;

/// The members by name, and the invitations that are still valid by their end.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn members(backend: &Backend, actor: &Actor) -> Result<(Vec<Member>, Vec<PendingInvitation>)> {
    actor.require(Permission::Administer)?;
    let mut conn = backend.db.read().await?;
    let members = list_members(&mut conn, actor.user_id).await?;
    let invitations = list_invitations(&mut conn, backend.world.now()).await?;
    Ok((members, invitations))
}

async fn list_members(conn: &mut Conn, asking: Uuid) -> Result<Vec<Member>> {
    #[derive(sqlx::FromRow)]
    struct MemberRow {
        id: Uuid,
        name: String,
        email: String,
        #[sqlx(try_from = "String")]
        staff_role: StaffRole,
        disabled_at: Option<i64>,
        last_seen: Option<i64>,
    }
    let rows: Vec<MemberRow> = fetch_all!(
        conn,
        MemberRow,
        "SELECT u.id, u.name, u.email, u.staff_role, u.disabled_at,
                (SELECT max(s.seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen
         FROM users u WHERE u.staff_role IS NOT NULL ORDER BY u.name, u.id LIMIT 1000"
    )?;
    let mut scopes = scopes(conn).await?;
    let member = |row: MemberRow| Member {
        institutions: scopes.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.staff_role,
        disabled: row.disabled_at.is_some(),
        last_seen: row.last_seen.map(Timestamp::from_micros),
        own: row.id == asking,
    };
    Ok(rows.into_iter().map(member).collect())
}

/// The institutions of each member who does not act on all of them, by name.
async fn scopes(conn: &mut Conn) -> Result<HashMap<Uuid, Vec<ScopeInstitution>>> {
    let rows: Vec<(Uuid, Uuid, String)> = fetch_all!(
        conn,
        (Uuid, Uuid, String),
        "SELECT s.user_id, i.id, i.name FROM staff_institutions s
         JOIN users u ON u.id = s.user_id AND NOT u.staff_national
         JOIN institutions i ON i.id = s.institution_id ORDER BY i.name"
    )?;
    let mut scopes: HashMap<Uuid, Vec<ScopeInstitution>> = HashMap::new();
    for (user_id, id, name) in rows {
        scopes.entry(user_id).or_default().push((id, name));
    }
    Ok(scopes)
}

async fn list_invitations(conn: &mut Conn, now: Timestamp) -> Result<Vec<PendingInvitation>> {
    type Row = (Uuid, String, String, i64, Option<Uuid>);
    let rows: Vec<Row> = fetch_all!(
        conn,
        Row,
        "SELECT id, email, staff_role, expires_at, confirmed_by FROM invitations WHERE expires_at > $1
         ORDER BY expires_at, id",
        now.micros()
    )?;
    let mut invitations = Vec::new();
    for (id, email, role, expires_at, confirmed_by) in rows {
        let role: StaffRole = role.parse().map_err(Error::internal)?;
        if !role.needs_second() || confirmed_by.is_some() {
            invitations.push(PendingInvitation { id, email, role, expires_at: Timestamp::from_micros(expires_at) });
        }
    }
    Ok(invitations)
}

/// Searches institutions of all types. Empty words find nothing.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn find_institutions(backend: &Backend, actor: &Actor, words: &str) -> Result<FoundInstitutions> {
    actor.require(Permission::Administer)?;
    if words.trim().is_empty() {
        return Ok(FoundInstitutions::default());
    }
    let snapshot = backend.master_data.snapshot();
    let found = InstitutionType::ALL.map(|kind| snapshot.institutions(kind, words, MOST_FOUND));
    let total = found.iter().map(|found| found.total).sum();
    let hits = found.into_iter().flat_map(|found| found.hits);
    let institutions = hits.map(|(institution, _)| (institution.id, institution.name)).take(MOST_FOUND).collect();
    Ok(FoundInstitutions { institutions, total })
}

/// The names of institutions. Unknown ids are left out.
pub fn institutions_named(backend: &Backend, ids: &[Uuid]) -> Vec<ScopeInstitution> {
    if ids.is_empty() {
        return Vec::new();
    }
    let snapshot = backend.master_data.snapshot();
    let all = InstitutionType::ALL.into_iter().flat_map(|kind| snapshot.institutions(kind, "", usize::MAX).hits);
    all.filter(|(institution, _)| ids.contains(&institution.id))
        .map(|(institution, _)| (institution.id, institution.name))
        .collect()
}
