//! Addresses to which a posted form leads.

use domain::verification::QueueFilter;
use uuid::Uuid;

/// A page of the desk, with the filter of the queue that the form carries (`saring`).
pub fn filtered(path: &str, values: &[(String, String)]) -> String {
    let kept = values.iter().find(|(name, _)| name == "saring").map_or("", |(_, value)| value);
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(kept).unwrap_or_default();
    match serde_urlencoded::to_string(QueueFilter::from_pairs(&pairs).pairs()) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The page of a case.
pub fn case(id: Uuid, values: &[(String, String)]) -> String {
    filtered(&format!("/verifikasi/{id}"), values)
}
