//! The cookie of a known device: forged, stolen, or kept after its end.

use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::support::browser::Site;

fn with(device: &SecretString, origin: Origin) -> Origin {
    Origin { device: Some(device.clone()), ..origin }
}

/// Uses up the allowance of a network at an account.
async fn exhaust(world: &World, email: &str, from: &Origin) {
    for _ in 0..10 {
        wrong(guess(world, email, from).await);
    }
    throttled(guess(world, email, from).await);
}

on_both! {
    async fn a_device_has_an_allowance_of_its_own(world) {
        let device = world.device(ADMIN).await;
        // Whoever stole the cookie has ten tries, from wherever they come, and disturbs nobody else.
        for nth in 0..10 {
            wrong(guess(&world, ADMIN, &with(&device, network(nth))).await);
        }
        throttled(guess(&world, ADMIN, &with(&device, network(10))).await);
        right(&world, ADMIN, &network(0)).await.unwrap();
        right(&world, ADMIN, &with(&world.device(ADMIN).await, network(0))).await.unwrap();
        world.advance(15 * MINUTE);
        for _ in 0..3 {
            for _ in 0..9 {
                wrong(guess(&world, ADMIN, &with(&device, origin())).await);
            }
            right(&world, ADMIN, &with(&device, origin())).await.expect("a success forgets failures");
        }
    }

    async fn a_cookie_of_another_account_or_made_up_is_no_known_device(world) {
        exhaust(&world, ADMIN, &origin()).await;
        let (own, foreign) = (world.device(ADMIN).await, world.device(SITI).await);
        let text = own.expose_secret();
        let (id, proof) = text.split_once('.').unwrap();
        let (foreign_id, foreign_proof) = foreign.expose_secret().split_once('.').unwrap();
        let flipped = format!("{id}.{}{}", if proof.starts_with('A') { 'B' } else { 'A' }, &proof[1..]);
        let forged = [
            foreign.expose_secret().to_owned(),
            format!("{foreign_id}.{proof}"),
            format!("{id}.{foreign_proof}"),
            flipped,
            id.to_owned(),
            String::new(),
            "a".repeat(5000),
            "\0".to_owned(),
        ];
        for cookie in forged {
            let device: SecretString = cookie.clone().into();
            let outcome = right(&world, ADMIN, &with(&device, origin())).await;
            assert!(matches!(outcome, Err(Error::Throttled(_))), "{cookie}");
        }
        // Beside proofs of others, its own still holds.
        let both: SecretString = format!("{id}.{foreign_proof}.{proof}").into();
        right(&world, ADMIN, &with(&both, origin())).await.unwrap();
    }

    async fn a_device_is_forgotten_with_a_new_password_and_when_all_sessions_are_ended(world) {
        let (siti, before) = (world.siti().await, world.device(SITI).await);
        exhaust(&world, SITI, &origin()).await;
        right(&world, SITI, &with(&before, origin())).await.unwrap();
        sessions::end(&world.backend, &siti, sessions::Which::Others).await.unwrap();
        throttled(right(&world, SITI, &with(&before, origin())).await);

        let before = world.device(SITI).await;
        right(&world, SITI, &with(&before, origin())).await.unwrap();
        accounts::change_password(&world.backend, &siti, &PASSWORD.into(), &STRONG.into()).await.unwrap();
        let with_new = async |device: &SecretString| accounts::sign_in(&world.backend, SITI, &STRONG.into(), &with(device, origin())).await;
        throttled(with_new(&before).await);

        let before = world.device(SITI).await;
        with_new(&before).await.unwrap();
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        let link = world.secret_for(SITI).await;
        accounts::reset_password(&world.backend, &link, &"burung di atas awan".into(), &network(1)).await.unwrap();
        let password = "burung di atas awan".into();
        let outcome = accounts::sign_in(&world.backend, SITI, &password, &with(&before, origin())).await;
        throttled(outcome);
    }

    async fn a_device_is_known_for_a_year_and_a_month(world) {
        let device = world.device(SITI).await;
        let known = async || {
            exhaust(&world, SITI, &origin()).await;
            right(&world, SITI, &with(&device, origin())).await.is_ok()
        };
        world.advance(399 * DAY);
        assert!(known().await);
        world.advance(DAY);
        assert!(!known().await);
    }
}

/// The cookies that an answer sets, by name.
fn cookies(answer: &crate::support::browser::Answer) -> Vec<(String, String, String)> {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    set.map(|text| {
        let (pair, attributes) = text.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), attributes.to_owned())
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_tells_nothing_and_survives_signing_out() {
    let site = Site::new(Database::Sqlite).await;
    let fields = [("email", SITI), ("password", PASSWORD)];
    let visitor = site.visitor();
    let set = cookies(&visitor.post("/masuk", &fields).await.expect(303));
    let (name, device, attributes) = set[1].clone();
    assert_eq!((set[0].0.as_str(), name.as_str()), ("gerbang", "gerbang-perangkat"));
    assert_eq!(attributes, "Path=/; Max-Age=34560000; SameSite=Lax; HttpOnly");
    // Two browsers of one person have nothing in common.
    let other = cookies(&site.visitor().post("/masuk", &fields).await.expect(303)).remove(1).1;
    assert!(!device.split('.').any(|part| other.contains(part)), "{device} {other}");
    let out = visitor.post("/keluar", &[("", "")]).await.expect(303);
    assert!(cookies(&out).iter().all(|(name, ..)| name == "gerbang"), "{out:?}");

    // Strangers of the same network do not disturb the device; others of this network wait.
    let stranger = site.visitor();
    for _ in 0..10 {
        stranger.post("/masuk", &[("email", SITI), ("password", "salah salah salah")]).await.expect(422);
    }
    let late = stranger.post("/masuk", &fields).await.expect(429);
    assert_eq!(late.header("retry-after"), "900");
    let again = cookies(&visitor.post("/masuk", &fields).await.expect(303)).remove(1).1;
    assert_eq!(again.split('.').count(), 2, "one proof for each account: {again}");
    assert_eq!(again.split('.').next(), device.split('.').next());

    // A second person at the same browser keeps the first known.
    visitor.post("/keluar", &[("", "")]).await.expect(303);
    let budi = [("email", "budi.kpa@contoh.go.id"), ("password", PASSWORD)];
    let shared = cookies(&visitor.post("/masuk", &budi).await.expect(303)).remove(1).1;
    assert_eq!(shared.split('.').count(), 3);
    visitor.post("/keluar", &[("", "")]).await.expect(303);
    visitor.post("/masuk", &fields).await.expect(303);

    // Ending all other sessions forgets devices, but not the one in hand.
    let ended = visitor.post("/profil/sesi", &[("sesi", "lain")]).await.expect(303);
    assert_eq!(cookies(&ended)[0].0, "gerbang-perangkat");
    visitor.post("/keluar", &[("", "")]).await.expect(303);
    visitor.post("/masuk", &fields).await.expect(303);
}
