//! A neighbour that stands still, and a database that does not answer.

use futures::future::join_all;
use reqwest::Method;
use sqlx::postgres::PgConnectOptions;

use super::*;
use crate::support::{browser::Answer, process::Host, *};

/// A server that froze in a transaction, with the lock of the trail's head, as the database sees it.
#[tokio::test(flavor = "multi_thread")]
async fn neighbour_frozen_in_a_transaction_stops_nobody() {
    let host = Host::new(Database::Postgres, &[("log", "info")]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let frozen = host.serve().await;
    let elsewhere = frozen.visitor();
    elsewhere.sign_in("budi.kpa@contoh.go.id").await;
    // It waits for the trail's head when it is frozen, and gets the lock afterwards.
    let (mut holder, mut look) = (host.outside().await, host.outside().await);
    holder.execute("BEGIN").await.unwrap();
    holder.execute("SELECT seq FROM audit_chain WHERE id = 1 FOR UPDATE").await.unwrap();
    let form = [("profile_type", "non_penyedia"), ("role", "kpa")];
    let post = tokio::spawn(elsewhere.request(Method::POST, "/akses/baru").form(&form).send());
    let waiting = "SELECT pid::text FROM pg_stat_activity
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
    until("it waits", async || !look.texts(waiting).await.is_empty()).await;
    frozen.signal("STOP");
    holder.execute("ROLLBACK").await.unwrap();
    let writes = join_all((0..12).map(|_| async {
        let began = Instant::now();
        let form = siti.request(Method::POST, "/akses/baru").form(&[("profile_type", "non_penyedia"), ("role", "pa")]);
        (Answer::of("/akses/baru", form).await.status, began.elapsed())
    }))
    .await;
    frozen.signal("CONT");
    drop(post);
    assert!(writes.iter().all(|(status, took)| *status == 303 && *took < Duration::from_secs(10)), "{writes:?}");
    siti.get("/health/ready").await.expect(200);
}

/// The database stands still: what is asked is answered 503, and works again afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn database_that_stands_still_is_reported_in_time() {
    let database = new_postgres().await;
    let gate = Gate::to(&database).await;
    let host = Host::new(Database::Sqlite, &[("log", "info"), ("database_url", &gate.url)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    gate.close(true);
    let answers = join_all((0..30).map(|_| async {
        let began = Instant::now();
        (siti.get("/akses").await.status, began.elapsed())
    }))
    .await;
    assert!(answers.iter().all(|(status, took)| *status == 503 && *took < Duration::from_secs(16)), "{answers:?}");
    gate.close(false);
    until("ready again", async || siti.get("/health/ready").await.status == 200).await;
    siti.get("/akses").await.expect(200);
}

/// A proxy before PostgreSQL that can swallow everything, as a network does.
struct Gate {
    url: String,
    closed: tokio::sync::watch::Sender<bool>,
}

impl Gate {
    async fn to(database: &str) -> Self {
        let options: PgConnectOptions = database.parse().unwrap();
        // The test's cluster listens on a socket alone.
        let socket = options.get_socket().expect("a socket").join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (closed, watch) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = tokio::net::UnixStream::connect(&socket).await.unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (tokio::io::split(near), tokio::io::split(far));
                tokio::spawn(carry(near_in, far_out, watch.clone()));
                tokio::spawn(carry(far_in, near_out, watch.clone()));
            }
        });
        let (user, name) = (options.get_username(), options.get_database().unwrap());
        Self { url: format!("postgres://{user}@127.0.0.1:{port}/{name}?sslmode=disable"), closed }
    }

    fn close(&self, closed: bool) {
        self.closed.send_replace(closed);
    }
}

/// Carries bytes; while the gate is closed they are lost, and what was begun is lost for good.
async fn carry(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    closed: tokio::sync::watch::Receiver<bool>,
) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut some = vec![0; 8192];
    let mut lost = false;
    while let Ok(read @ 1..) = from.read(&mut some).await {
        lost |= *closed.borrow();
        if !lost && to.write_all(&some[..read]).await.is_err() {
            break;
        }
    }
    if lost {
        std::future::pending::<()>().await; // the other side never hears of the end
    }
}
