//! Addresses of these pages.

/// The list. The page of a platform is below it.
pub(super) const PAGE: &str = "/admin/platform";

/// The value of a name in a query.
pub(super) fn value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}
