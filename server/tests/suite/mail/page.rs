//! The page of parked mails: by cause, and resent by cause.

use backend::mail;
use domain::mail::ParkedCause;

use super::*;
use crate::support::{
    browser::Site,
    smtp::{Answer, Stage},
};

const ADMIN: &str = "admin@contoh.go.id";

/// Refuses unknown people and everything that is sent to another domain.
async fn refusing() -> Smtp {
    Smtp::hooked(|stage, line| match stage {
        Stage::RcptTo if line.contains("tidak.ada") => Answer::Says("550 5.1.1 no such user"),
        Stage::RcptTo if line.contains("@luar") => Answer::Says("550 5.7.1 relaying denied"),
        _ => Answer::Usual,
    })
    .await
}

/// Parks two mails for relaying and one for an unknown person.
async fn park(world: &World) {
    let server = refusing().await;
    let mailbox = world.mailbox(smtp(&server));
    for address in ["a@luar.go.id", "tidak.ada@contoh.go.id", "b@luar.go.id"] {
        post(world, address).await;
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
    }
}

on_both! {
    async fn parked_mails_are_counted_and_resent_by_cause(world) {
        park(&world).await;
        let admin = world.actor(ADMIN).await;
        let groups = mail::parked_groups(&world.backend, &admin).await.unwrap();
        let counted: Vec<_> = groups.iter().map(|group| (group.cause.clone(), group.count, group.resendable)).collect();
        let relaying = ParkedCause::Recipient("550 5.7.1".to_owned());
        assert_eq!(counted, [(relaying.clone(), 2, 2), (ParkedCause::Recipient("550 5.1.1".to_owned()), 1, 1)]);
        mail::resend_all(&world.backend, &admin, &relaying).await.unwrap();
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(smtp(&server));
        for _ in 0..2 {
            assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        }
        assert_eq!(send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Nothing, "the other stays parked");
        assert_eq!(mail::parked(&world.backend, &admin).await.unwrap().len(), 1);
        not_found(mail::resend_all(&world.backend, &admin, &relaying).await);
        let trail = "SELECT detail FROM audit_events WHERE action = 'mail_resent'";
        assert_eq!(outside(&world).await.texts(trail).await, [r#"["recipient 550 5.7.1",2]"#]);
    }

    async fn only_an_administrator_sees_and_resends_parked_mails(world) {
        park(&world).await;
        let before = statuses(&world, "a@luar.go.id").await;
        for actor in [world.siti().await, world.verifier().await] {
            forbidden(mail::parked(&world.backend, &actor).await);
            forbidden(mail::parked_groups(&world.backend, &actor).await);
            forbidden(mail::resend_all(&world.backend, &actor, &ParkedCause::Recipient("550 5.7.1".to_owned())).await);
        }
        assert_eq!(statuses(&world, "a@luar.go.id").await, before);
        // Nor one whose role was taken meanwhile.
        let admin = world.actor(ADMIN).await;
        world.sql("UPDATE users SET staff_role = 'verifier' WHERE email = 'admin@contoh.go.id'").await.unwrap();
        let refused = mail::resend_all(&world.backend, &admin, &ParkedCause::Recipient("550 5.7.1".to_owned())).await;
        assert!(refused.is_err());
        assert_eq!(statuses(&world, "a@luar.go.id").await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn page_groups_by_cause_and_resends_without_script() {
    let site = Site::new(Database::Sqlite).await;
    park(&site.world).await;
    let boss = site.signed_in(ADMIN).await;
    let page = boss.get("/admin/surel").await.expect(200);
    page.shows(&[
        "Alamat penerima ditolak server surel (550 5.7.1)",
        "2 surel",
        "Alamat penerima ditolak server surel (550 5.1.1)",
        "1 surel",
        "Kirim ulang semua",
    ]);
    let fields = [("sebab", "recipient 550 5.7.1")];
    for visitor in [site.siti().await, site.verifier().await] {
        visitor.post("/admin/surel", &fields).await.expect(404);
    }
    site.visitor().post("/admin/surel", &fields).await.expect(401);
    assert_eq!(statuses(&site.world, "a@luar.go.id").await, ["parked"]);
    let done = boss.send("/admin/surel", &fields).await.expect(200);
    done.shows(&["Semua dikirim ulang", "(550 5.1.1)"]);
    assert!(!done.says("(550 5.7.1)"));
    assert_eq!(statuses(&site.world, "a@luar.go.id").await, ["pending"]);
    boss.post("/admin/surel", &fields).await.expect(404);
}
