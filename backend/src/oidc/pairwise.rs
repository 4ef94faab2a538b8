//! What identifies people and accesses to a platform (OpenID Connect Core 1.0, section 8).

use domain::platforms::SubjectType;
use uuid::Uuid;

use crate::Backend;

/// The claim `access_id` of an access there, as unlinkable between sectors as its person.
pub(crate) fn access(backend: &Backend, kind: SubjectType, sector: &str, access_id: Uuid) -> Uuid {
    match kind {
        SubjectType::Pairwise => backend.oidc.keys.pairwise_access(sector, access_id),
        SubjectType::Public => access_id,
    }
}

/// The claim `sub` of a person at the platforms of a sector.
pub(crate) fn subject(backend: &Backend, kind: SubjectType, sector: &str, user_id: Uuid) -> String {
    match kind {
        SubjectType::Pairwise => backend.oidc.keys.pairwise(sector, user_id),
        SubjectType::Public => user_id.to_string(),
    }
}
