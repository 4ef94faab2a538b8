//! Open dashboards: what they are told, and until when.

use std::time::{Duration, Instant};

use backend::staff;
use domain::permission::StaffRole;
use futures::future::join_all;
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::support::{
    browser::{Site, Visitor},
    outside::Outside,
    *,
};

const EVENTS: &str = "/verifikasi/peristiwa";
const QUEUE: &str = "/api/verifikasi/antrean?query=";

/// A verifier of the whole country who was invited and came.
async fn invited(site: &Site, nth: usize) -> Visitor {
    let (email, admin) = (format!("verifikator.{nth}@contoh.go.id"), site.world.actor("admin@contoh.go.id").await);
    let invitation =
        staff::Invitation { email: email.clone(), role: Some(StaffRole::Verifier), institutions: Vec::new() };
    staff::invite(&site.world.backend, &admin, &invitation).await.unwrap();
    let token = site.world.secret_for(&email).await.expose().to_owned();
    let visitor = site.visitor();
    visitor.get(&format!("/undangan?token={token}")).await.expect(303);
    let form = [("name", format!("Verifikator {nth}")), ("password", "kuda lari di pantai".to_owned())];
    visitor.send("/undangan", &form).await.expect(200);
    visitor
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_open_dashboards_hear_of_a_claim(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let id = site.sent("Sekretariat").await;
    let mut people = Vec::new();
    for nth in 0..20 {
        people.push(invited(&site, nth).await);
    }
    let dashboards: Vec<&Visitor> = people.iter().flat_map(|person| [person; 10]).collect();
    let mut streams = join_all(dashboards.iter().map(|dashboard| dashboard.events_at(EVENTS))).await;
    let ratna = site.verifier().await;
    ratna.post(&format!("/verifikasi/{id}/ambil"), &[("", "")]).await.expect(303);
    let taken = Instant::now();
    let told = Some(("case".to_owned(), id.to_string()));
    for heard in join_all(streams.iter_mut().map(|stream| stream.soon())).await {
        assert_eq!(heard, told);
    }
    assert!(taken.elapsed() < Duration::from_secs(1), "all heard after {:?}", taken.elapsed());
    // All ask at once what changed, and read the same.
    let queues = join_all(dashboards.iter().map(|dashboard| dashboard.ask(QUEUE))).await;
    for queue in queues {
        assert_eq!(queue.expect(200).json()["rows"][0]["holder"]["name"], "Ratna Wulandari");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_what_its_person_may_see(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let site = Site::new(database).await;
    let (admin, ratna) = (site.world.actor("admin@contoh.go.id").await, site.verifier().await);
    let (hers, his) = (site.world.verifier().await, site.world.verifier2().await);
    let (finance, _) = site.world.place("Kementerian Keuangan", "Sekretariat");
    let narrow = async |user_id, to: &[uuid::Uuid]| {
        staff::set_role(&site.world.backend, &admin, user_id, Some(StaffRole::Verifier), to).await.unwrap();
    };
    let mut stream = ratna.events_at(EVENTS).await;
    // What becomes of others is nothing to her.
    narrow(his.user_id, &[finance]).await;
    let id = site.sent("Sekretariat").await;
    assert_eq!(stream.soon().await, Some(("case".to_owned(), id.to_string())));
    narrow(hers.user_id, &[finance]).await;
    assert_eq!(stream.soon().await, None, "the narrowed scope acts at once");
    // The next one knows it: nothing of what she may not see is told.
    let mut stream = ratna.events_at(EVENTS).await;
    let verifier2 = site.verifier2().await;
    verifier2.post(&format!("/verifikasi/{id}/ambil"), &[("", "")]).await.expect(404);
    narrow(his.user_id, &[]).await;
    verifier2.post(&format!("/verifikasi/{id}/ambil"), &[("", "")]).await.expect(303);
    ratna.post("/keluar", &[("", "")]).await.expect(303);
    assert_eq!(stream.soon().await, None, "with the session, and nothing before it");
    ratna.get(EVENTS).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_where_notices_were_missed() {
    let site = Site::new(Database::Postgres).await;
    let ratna = site.verifier().await;
    let mut stream = ratna.events_at(EVENTS).await;
    let mut outside = Outside::of(site.world.config.database.url.expose_secret()).await;
    let cut = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
               WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(outside.texts(cut).await, ["true"]);
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("within ten seconds");
    assert_eq!(ended, None, "the page opens another and asks for everything");
    let mut stream = ratna.events_at(EVENTS).await;
    let id = site.sent("Sekretariat").await;
    assert_eq!(stream.soon().await, Some(("case".to_owned(), id.to_string())));
}
