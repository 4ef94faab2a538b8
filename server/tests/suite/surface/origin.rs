//! Only a post from a page of ours changes anything.

use reqwest::Method;

use super::routes::{PAGES, POSTS};
use crate::support::{browser::Answer, scenario::Scenario, *};

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_ours_may_change_anything() {
    let scenario = Scenario::new(Database::Sqlite).await.with_access().await;
    let siti = scenario.site.siti().await;
    let before = scenario.site.world.everything().await;
    scenario.opens_links(&siti).await;
    let own = scenario.site.base.origin().ascii_serialization();
    let foreign: &[&[(&str, &str)]] = &[
        &[],
        &[("origin", "https://jahat.example")],
        &[("origin", "null")],
        &[("referer", "https://jahat.example/gerbang")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
        &[("sec-fetch-site", "none")],
    ];
    for (path, fields) in POSTS {
        let path = scenario.resolve(path);
        for headers in foreign {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let request = siti.bare(method, &path).form(&scenario.fields(fields));
                let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
                let answer = Answer::of(&path, request).await.expect(403);
                assert!(
                    answer.says("Permintaan ini tidak berasal dari halaman Gerbang dan ditolak."),
                    "{}",
                    answer.text()
                );
            }
        }
    }
    assert_eq!(scenario.site.world.everything().await, before);
    // From a page of ours the same requests work and change data.
    for (path, fields) in POSTS {
        let request = siti.bare(Method::POST, &scenario.resolve(path)).header("origin", &own);
        assert_ne!(request.form(&scenario.fields(fields)).send().await.unwrap().status(), 403, "{path}");
    }
    assert_ne!(scenario.site.world.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_on_get() {
    let scenario = Scenario::new(Database::Sqlite).await.with_access().await;
    let siti = scenario.site.siti().await;
    let before = scenario.site.world.everything().await;
    scenario.opens_links(&siti).await;
    for (path, fields) in POSTS {
        let path = scenario.resolve(path);
        let has_page = PAGES.iter().any(|(_, address, _)| scenario.resolve(address).split('?').next() == Some(&*path))
            || path.ends_with("/surat");
        let fields: Vec<String> =
            scenario.fields(fields).iter().map(|(name, value)| format!("{name}={}", query(value))).collect();
        let with_fields = format!("{path}?{}", fields.join("&"));
        for method in [Method::GET, Method::HEAD] {
            let answer = Answer::of(&path, siti.request(method.clone(), &with_fields)).await;
            let allowed: &[u16] = match path.as_str() {
                _ if !has_page => &[404, 405],
                // The page needs the parameter `akses`.
                "/platform/daftar-hitam/ketentuan" => &[404],
                "/verifikasi" | "/admin" => &[404],
                path if path.starts_with("/verifikasi/") || path.starts_with("/admin/") => &[404],
                _ => &[200, 302],
            };
            assert!(allowed.contains(&answer.status), "{method} {path}: {}", answer.status);
        }
    }
    for (_, address, _) in PAGES {
        siti.get(&scenario.resolve(address)).await;
    }
    for page in ["/akses/pengajuan/{sent}/status?batalkan", "/akses/baru?dari={sent}"] {
        siti.get(&scenario.resolve(page)).await.expect(200);
    }
    assert_eq!(scenario.site.world.everything().await, before);
}
