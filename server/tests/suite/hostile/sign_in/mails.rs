//! Mails that strangers cause, and mails that tell the person what strangers do.

use backend::{
    applications,
    mail::Status,
    staff::{self, Invitation},
};
use domain::{
    permission::StaffRole,
    role::{ProfileType, Role},
};

use super::*;

/// Subjects of the mails to somebody, newest first.
async fn subjects(world: &World, email: &str) -> Vec<String> {
    let mails = world.mails().await.into_iter();
    mails.filter(|(recipient, ..)| recipient == email).map(|(_, subject, _)| subject).collect()
}

async fn text_of(world: &World, subject: &str) -> String {
    let mails = world.mails().await.into_iter();
    mails.filter(|mail| mail.1 == subject).map(|mail| mail.2).next().unwrap_or_else(|| panic!("no mail: {subject}"))
}

const RESET: &str = "Atur ulang kata sandi";
const NEW_DEVICE: &str = "Masuk dari perangkat baru";

on_both! {
    /// As it was seen: five sign-ups with the address of somebody used up the mail of their forgotten password.
    async fn no_purpose_uses_up_the_mails_of_another(world) {
        for _ in 0..30 {
            accounts::sign_up(&world.backend, &sign_up(SITI), origin().address).await.expect("the answer is as always");
        }
        assert_eq!(subjects(&world, SITI).await.len(), 5, "five notes that the address has an account");
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        assert!(subjects(&world, SITI).await.contains(&RESET.to_owned()));
        // The sign-ups beyond those that are stored are answered alike.
        let stored = world.count("registrations").await;
        accounts::sign_up(&world.backend, &sign_up(SITI), origin().address).await.unwrap();
        assert_eq!(world.count("registrations").await, stored);
    }

    async fn asking_again_sends_nothing_new_and_ends_no_link(world) {
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        let first = world.secret_for(SITI).await;
        for _ in 0..20 {
            accounts::forgot_password(&world.backend, SITI).await.expect("the answer is as always");
            accounts::forgot_password(&world.backend, "tidak.ada@contoh.go.id").await.expect("also for strangers");
        }
        assert_eq!(subjects(&world, SITI).await, [RESET]);
        assert_eq!(subjects(&world, "tidak.ada@contoh.go.id").await.len(), 1);
        // A stranger who asks without end fills no mailbox, and the newest link is always good.
        let mut asked = 1;
        for _ in 0..11 {
            world.advance(5 * MINUTE);
            accounts::forgot_password(&world.backend, SITI).await.unwrap();
            asked += 1;
            let newest = world.secret_for(SITI).await;
            accounts::reset_of(&world.backend, &newest).await.unwrap();
        }
        let sent = subjects(&world, SITI).await.len();
        assert!((5..=8).contains(&sent), "{sent} of {asked}");
        accounts::reset_of(&world.backend, &first).await.expect("still within its hour");
        accounts::reset_password(&world.backend, &first, &STRONG.into(), &origin()).await.unwrap();
        // The link was used, so the person may ask again at once.
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        assert_eq!(subjects(&world, SITI).await.len(), sent + 2, "after the note of the new password");
    }

    /// A stranger uses up the mails of an address before its owner signs up: the owner's own password counts all the same.
    async fn strangers_who_sign_up_with_an_address_keep_its_owner_out_of_nothing(world) {
        let email = "rina@contoh.go.id";
        let stranger = accounts::SignUp { password: "burung di atas awan".into(), ..sign_up(email) };
        for _ in 0..8 {
            accounts::sign_up(&world.backend, &stranger, origin().address).await.unwrap();
        }
        let link = world.secret_for(email).await;
        let mails = subjects(&world, email).await.len();
        world.advance(MINUTE);
        accounts::sign_up(&world.backend, &sign_up(email), origin().address).await.unwrap();
        assert_eq!(subjects(&world, email).await.len(), mails, "the budget is used up");
        accounts::confirm(&world.backend, &link, &STRONG.into(), &origin()).await.unwrap();
        let outcome = accounts::sign_in(&world.backend, email, &"burung di atas awan".into(), &origin()).await;
        wrong(outcome);
    }

    async fn sign_ups_of_strangers_leave_room_for_the_owners(world) {
        let email = "rina@contoh.go.id";
        let stranger = accounts::SignUp { password: "burung di atas awan".into(), ..sign_up(email) };
        for _ in 0..31 {
            accounts::sign_up(&world.backend, &stranger, from("198.51.100.7").address).await.unwrap();
        }
        let link = world.secret_for(email).await;
        world.advance(MINUTE);
        accounts::sign_up(&world.backend, &sign_up(email), origin().address).await.unwrap();
        accounts::confirm(&world.backend, &link, &STRONG.into(), &origin()).await.unwrap();
    }

    async fn an_invitation_sent_too_often_keeps_its_link(world) {
        let (admin, email) = (world.actor(ADMIN).await, "fitri@contoh.go.id");
        let invite = async |role| {
            world.advance(std::time::Duration::from_millis(1)); // the newest mail is this one
            let invitation = Invitation { email: email.into(), role: Some(role), institutions: vec![] };
            staff::invite(&world.backend, &admin, &invitation).await
        };
        for _ in 0..6 {
            invite(StaffRole::Verifier).await.unwrap();
        }
        let (link, mails) = (world.secret_for(email).await, subjects(&world, email).await.len());
        invite(StaffRole::Supervisor).await.unwrap();
        let second = world.actor("admin2@contoh.go.id").await;
        let proposal = staff::proposals(&world.backend, &second).await.unwrap().remove(0);
        staff::confirm(&world.backend, &second, proposal.id).await.unwrap();
        assert_eq!(subjects(&world, email).await.len(), mails);
        assert_eq!(staff::invitation(&world.backend, &link).await.unwrap().role, StaffRole::Supervisor);
        // Once it is withdrawn, nothing could be sent: that is said.
        let (_, pending) = staff::members(&world.backend, &admin).await.unwrap();
        staff::withdraw_invitation(&world.backend, &admin, pending[0].id).await.unwrap();
        throttled(invite(StaffRole::Verifier).await);
        assert!(staff::invitation(&world.backend, &link).await.is_err());
    }

    async fn a_sign_in_from_a_new_device_is_told(world) {
        let known = Origin { device: Some(world.device(SITI).await), ..origin() };
        right(&world, SITI, &known).await.unwrap();
        assert!(subjects(&world, SITI).await.is_empty());
        let agent = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0 <b>https://jahat.example</b>";
        let thief = Origin { user_agent: agent.into(), ..from("::ffff:203.0.113.9") };
        right(&world, SITI, &thief).await.unwrap();
        let text = text_of(&world, NEW_DEVICE).await;
        for words in ["Firefox di Windows", "203.0.113.9", "22 November 2026, 10.00 WIB", "Bukan Anda?", "/profil/sesi"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("jahat") && !text.contains("ffff"), "{text}");
        // A wrong password is told to nobody, and many sign-ins fill no mailbox.
        wrong(guess(&world, "budi.kpa@contoh.go.id", &thief).await);
        assert!(subjects(&world, "budi.kpa@contoh.go.id").await.is_empty());
        for _ in 0..20 {
            right(&world, SITI, &thief).await.unwrap();
        }
        assert_eq!(subjects(&world, SITI).await.len(), 5);
    }

    async fn signing_up_is_no_sign_in_from_a_new_device(world) {
        accounts::sign_up(&world.backend, &sign_up("rina@contoh.go.id"), origin().address).await.unwrap();
        let link = world.secret_for("rina@contoh.go.id").await;
        accounts::confirm(&world.backend, &link, &STRONG.into(), &origin()).await.unwrap();
        assert!(!subjects(&world, "rina@contoh.go.id").await.contains(&NEW_DEVICE.to_owned()));
    }

    async fn a_changed_password_is_told(world) {
        let siti = world.siti().await;
        accounts::change_password(&world.backend, &siti, &PASSWORD.into(), &STRONG.into()).await.unwrap();
        let text = text_of(&world, "Kata sandi Anda telah diganti").await;
        for words in ["22 November 2026, 10.00 WIB", "Bukan Anda?", "/lupa-kata-sandi"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    async fn a_linked_sirup_account_is_told_once(world) {
        let siti = world.siti().await;
        for _ in 0..2 {
            let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
            applications::link_sirup(&world.backend, &siti, id, "pa.lama", &SIRUP_PASSWORD.into()).await.unwrap();
        }
        assert_eq!(subjects(&world, SITI).await, ["Akun SiRUP dihubungkan"], "the second time it is known");
        let text = text_of(&world, "Akun SiRUP dihubungkan").await;
        assert!(text.contains("Bukan Anda?") && text.contains("10.00 WIB") && text.contains("/profil/sesi"), "{text}");
        // Who is refused because it belongs to another person causes no mail.
        let budi = world.budi().await;
        let id = applications::start(&world.backend, &budi, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        applications::link_sirup(&world.backend, &budi, id, "pa.lama", &SIRUP_PASSWORD.into()).await.unwrap_err();
        assert!(subjects(&world, &budi.email).await.is_empty());
    }

    async fn a_lost_role_is_told(world) {
        const RATNA: &str = "verifikator@contoh.go.id";
        const LOST: &str = "Peran petugas Anda berubah";
        let (admin, ratna) = (world.actor(ADMIN).await, world.verifier().await);
        let set = async |role| staff::set_role(&world.backend, &admin, ratna.user_id, role, &[]).await.unwrap();
        staff::set_staff_role(&world.backend, RATNA, Some(StaffRole::Supervisor)).await.unwrap();
        assert!(subjects(&world, RATNA).await.is_empty(), "nothing was lost");
        world.advance(MINUTE);
        set(Some(StaffRole::Verifier)).await;
        let text = text_of(&world, LOST).await;
        assert!(text.contains("Peran Anda sebagai Penyelia di Gerbang diganti menjadi Verifikator pada 22 November 2026, 10.01 WIB."), "{text}");
        world.advance(MINUTE);
        set(None).await;
        let text = text_of(&world, LOST).await;
        assert!(text.contains("Peran Anda sebagai Verifikator di Gerbang dicabut pada 22 November 2026, 10.02 WIB."), "{text}");
        // The operator's command line tells it as well.
        assert!(staff::set_staff_role(&world.backend, "verifikator2@contoh.go.id", None).await.unwrap());
        assert_eq!(subjects(&world, "verifikator2@contoh.go.id").await, [LOST]);
        let parked = backend::mail::recent(&world.backend, 100).await.unwrap();
        assert!(parked.iter().all(|mail| mail.status == Status::Pending));
    }
}
