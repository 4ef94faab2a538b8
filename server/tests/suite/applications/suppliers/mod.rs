//! Suppliers: from the profile type to the access of a company, by forms without script and with a real proof.

mod companies;
mod forms;

use backend::{Actor, accesses, applications, documents::receipt::receipt};
use bytes::Bytes;
use domain::{
    applications::{answers::Answers, company::CompanyInput},
    role::{ProfileType, Role},
};
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Fields, Visitor, changed},
    verdicts::approve,
    *,
};

const TOKO: &str = "toko@contoh.co.id";

const ADDRESS: &str = "Jalan Raya Bogor Kilometer 26 Nomor 8, Jakarta Timur";

const NIB: &str = "9120001234567";

const NPWP: &str = "012345678901000";

const OTHER_NIB: &str = "9120007654321";

/// The text of the mail with this subject.
async fn mail(world: &World, subject: &str) -> String {
    let mails = world.mails().await;
    let (_, _, text) = mails.into_iter().find(|(_, known, _)| known == subject).expect("the mail was written");
    text
}

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

fn company(nib: &str) -> CompanyInput {
    CompanyInput {
        name: "PT Sinar Jaya Abadi".into(),
        npwp: "01.234.567.8-901.000".into(),
        nib: nib.into(),
        address: ADDRESS.into(),
    }
}

/// A proof that names the company, and who speaks for it.
fn proof() -> Bytes {
    let facts = vec![
        ("Nama", "PT SINAR JAYA ABADI".to_owned()),
        ("NPWP", "01.234.567.8-901.000".to_owned()),
        ("NIB", NIB.to_owned()),
        ("Alamat", "JL. RAYA BOGOR KM 26 NO. 8, JAKARTA TIMUR".to_owned()),
        ("Direktur", "Toko Sinar Jaya".to_owned()),
    ];
    receipt("Perizinan Berusaha", &facts, "Diterbitkan oleh sistem OSS.").unwrap().into()
}

/// A draft of a supplier with all that is required.
async fn draft(world: &World, actor: &Actor, company: CompanyInput) -> Uuid {
    let backend = &world.backend;
    let id = applications::start(backend, actor, ProfileType::Penyedia, Role::Penyedia).await.unwrap();
    let version = applications::draft(backend, actor, id).await.unwrap().version;
    let answers = Answers { company, ..Answers::default() };
    applications::save(backend, actor, id, version, answers).await.unwrap();
    applications::attach_letter(backend, actor, id, "nib.pdf", proof()).await.unwrap();
    id
}

/// An application of a supplier that waits.
async fn sent(world: &World, actor: &Actor, nib: &str) -> Uuid {
    let id = draft(world, actor, company(nib)).await;
    world.submit(actor, id).await.unwrap();
    id
}

/// An access for the company of a NIB, given today.
async fn granted(world: &World, actor: &Actor, nib: &str) -> Uuid {
    let id = sent(world, actor, nib).await;
    approve(world, &world.verifier().await, id).await.unwrap();
    let list = accesses::list(&world.backend, actor).await.unwrap();
    list.iter().find(|access| access.application_id == id).expect("an access came of it").id
}

/// Opens a draft by the form of step 2, as somebody without script: the roles on screen are those of the other type.
async fn begin(visitor: &Visitor) -> (Uuid, Answer) {
    let start = visitor.get("/akses/baru").await.expect(200);
    let fields = changed(start.form("/akses/baru"), &[("profile_type", "penyedia"), ("role", "pa")]);
    let form = visitor.send("/akses/baru", &fields).await.expect(200);
    let id = form.path.split('/').nth(3).unwrap().parse().unwrap();
    assert_eq!(form.path, page(id, "formulir"), "without the step of SiRUP");
    (id, form)
}

/// The fields of the form, filled in.
fn filled(form: Fields, nib: &str) -> Fields {
    let typed = [
        ("company_name", " PT  Sinar Jaya Abadi"),
        ("npwp", "01.234.567.8-901.000"),
        ("nib", nib),
        ("company_address", ADDRESS),
        ("aksi", "ajukan"),
    ];
    changed(form, &typed)
}

/// Sends what was reviewed; gives the answer itself.
async fn send(visitor: &Visitor, id: Uuid) -> Answer {
    let path = page(id, "tinjau");
    let fields = changed(visitor.get(&path).await.expect(200).form(&path), &[("confirmation", "ya")]);
    visitor.post(&path, &fields).await
}
