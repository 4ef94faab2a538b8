//! The address pattern of a page.

use leptos_router::{PartialPathMatch, PathSegment, PossibleRouteMatch};

/// Segments with slashes between and none around. `:name` stands for any segment, `:name?` for one or none at the end,
/// `*name` for whatever is left.
///
/// The tuples of Leptos's `path!` are a type for each shape of address, and the browser would download the router's code
/// once for each.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(pub &'static str);

impl Pattern {
    fn segments(self) -> impl Iterator<Item = PathSegment> {
        self.0.split('/').map(|segment| match (segment.strip_prefix(':'), segment.strip_prefix('*')) {
            (Some(name), _) => match name.strip_suffix('?') {
                Some(name) => PathSegment::OptionalParam(name.into()),
                None => PathSegment::Param(name.into()),
            },
            (_, Some(name)) => PathSegment::Splat(name.into()),
            _ => PathSegment::Static(segment.into()),
        })
    }
}

impl PossibleRouteMatch for Pattern {
    /// Read only for a route with children; no page has any.
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        let mut rest = path.trim_matches('/');
        let mut params = Vec::new();
        for segment in self.segments() {
            let (found, after) = rest.split_once('/').unwrap_or((rest, ""));
            match segment {
                PathSegment::Static(text) if text == found => rest = after,
                PathSegment::Param(name) | PathSegment::OptionalParam(name) if !found.is_empty() => {
                    params.push((name, found.to_owned()));
                    rest = after;
                }
                PathSegment::OptionalParam(_) => {}
                PathSegment::Splat(name) => params.push((name, std::mem::take(&mut rest).to_owned())),
                _ => return None,
            }
        }
        rest.is_empty().then(|| PartialPathMatch::new("", params, path))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        path.extend(self.segments());
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "/", Some(""))]
    #[case("", "/akses", None)]
    #[case("akses", "/akses", Some(""))]
    #[case("akses", "/akses/", Some(""))]
    #[case("akses", "/aksesi", None)]
    #[case("akses", "/akses/baru", None)]
    #[case("akses/baru", "/akses", None)]
    #[case("akses/:id/status", "/akses/7/status", Some("id=7"))]
    #[case("akses/:id/status", "/akses//status", None)]
    #[case("akses/:id", "/akses/", None)]
    #[case("verifikasi/:id?", "/verifikasi", Some(""))]
    #[case("verifikasi/:id?", "/verifikasi/7", Some("id=7"))]
    #[case("verifikasi/:id?", "/verifikasi/7/8", None)]
    #[case("platform/:slug?", "/platform/daftar-hitam", Some("slug=daftar-hitam"))]
    #[case("*any", "/tidak/ada", Some("any=tidak/ada"))]
    #[case("*any", "/", Some("any="))]
    fn patterns_match_whole_addresses(#[case] pattern: &'static str, #[case] path: &str, #[case] params: Option<&str>) {
        let found = Pattern(pattern).test(path).map(|found| {
            assert!(found.is_complete());
            let params = found.params().into_iter().map(|(name, value)| format!("{name}={value}"));
            params.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(found.as_deref(), params);
    }
}
