//! Addresses of platforms that lead into our own network.

use backend::{
    oidc::logout::{Delivery, deliver_due},
    platforms::admin,
};
use domain::{
    issues::{Field, Problem},
    platforms::form::PlatformForm,
    role::Role,
};
use rstest::rstest;
use time::macros::date;
use tokio::net::TcpListener;

use crate::support::{platform::platform_form, *};

/// The production of an operator who allows one private network.
async fn production(database: Database) -> World {
    let more = [("sirup_url", "https://sirup.contoh.go.id"), ("platform_networks", "10.20.0.0/16")];
    World::with(database, &[PRODUCTION, &more].concat()).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_platform_registers_an_address_of_ours(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let world = production(database).await;
    let admin = world.actor("admin@contoh.go.id").await;
    let platform = world.platform("kabar", |_| {}).await;
    let version = admin::find(&world.backend, &admin, platform.id).await.unwrap().version;
    let form = |address: &str| PlatformForm { backchannel_logout_uri: address.to_owned(), ..platform_form("kabar") };
    for address in [
        "https://127.0.0.1/keluar",
        "https://[::1]/keluar",
        "https://10.1.2.3/keluar",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/keluar",
        "https://[::ffff:c0a8:101]/keluar",
        "https://localhost/keluar",
        "http://localhost:3002/keluar",
    ] {
        let error = admin::change(&world.backend, &admin, platform.id, version, &form(address)).await.unwrap_err();
        assert_eq!(problem_at(error, Field::BackChannel), Problem::PrivateAddress, "{address}");
        let new = PlatformForm { backchannel_logout_uri: address.to_owned(), ..platform_form("baru") };
        let error = admin::create(&world.backend, &admin, &new).await.unwrap_err();
        assert_eq!(problem_at(error, Field::BackChannel), Problem::PrivateAddress, "{address}");
    }
    admin::change(&world.backend, &admin, platform.id, version, &form("https://10.20.1.2/keluar")).await.unwrap();
}

/// As if the name had led elsewhere when it was registered.
#[rstest]
#[case::name_in_production("localhost", true, false)]
#[case::address_in_production("127.0.0.1", true, false)]
#[case::name_in_development("localhost", false, true)]
#[tokio::test(flavor = "multi_thread")]
async fn no_notice_goes_to_a_name_that_leads_to_us(
    #[case] host: &str,
    #[case] is_production: bool,
    #[case] arrives: bool,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let world = if is_production { production(database).await } else { World::new(database).await };
    let siti = world.siti().await;
    world.granted(&siti, Role::Pa, "Sekretariat", TODAY, date!(2027 - 12 - 31)).await;
    let platform = world.platform("kabar", |_| {}).await;
    let ear = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = ear.local_addr().unwrap().port();
    for sql in [
        format!("UPDATE platforms SET backchannel_logout_uri = 'http://{host}:{port}/kabar' WHERE slug = 'kabar'"),
        "INSERT INTO oidc_grants (id, user_id, platform_id, access_id, scope, auth_time, created_at, ended_at)
         SELECT a.id, a.user_id, p.id, a.id, 'openid', 0, 0, 0 FROM accesses a CROSS JOIN platforms p
         WHERE p.slug = 'kabar'"
            .to_owned(),
        "INSERT INTO logout_notices (id, grant_id, platform_id, attempts, due_at)
         SELECT id, id, platform_id, 0, 0 FROM oidc_grants"
            .to_owned(),
    ] {
        world.sql(sql.leak()).await.unwrap();
    }
    let heard = tokio::spawn(async move { ear.accept().await.map(drop) });
    backend::oidc::ready(&world.backend).await.unwrap();
    let delivery = deliver_due(&world.backend, platform.id).await.unwrap();
    assert!(matches!(delivery, Delivery::Again(_) | Delivery::Parked), "nobody answered: {delivery:?}");
    if arrives {
        heard.await.unwrap().unwrap();
    } else {
        assert!(!heard.is_finished(), "the notice must not leave");
    }
}
