//! The provider: codes exchanged for tokens and userinfo answered, ours on SQLite with durable writes against
//! `oidc-provider` from npm with its store in memory (`bench/oidc-provider/server.mjs`), turn by turn on one machine.
//! Both are asked the very same over the same connections: a client with a secret in the body and PKCE; tokens are an
//! access token, a refresh token and an ID token with all claims. The codes are there before the clock runs.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use backend::{
    accesses,
    platforms::{admin, launch},
};
use domain::{
    platforms::{AuthMethod, ClientKind, SubjectType, form::PlatformForm},
    role::{ProfileType, Role},
};
use serde_json::Value;

use crate::{
    client::{Connection, Request, at_once, form, get, get_with_token},
    people,
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, count, median, milliseconds, quantile, spread},
};

/// Least times the speed of the other.
const LEAST_TIMES: f64 = 2.0;
/// Most seconds of 99 in 100 exchanges at a steady rate.
const MOST: f64 = 0.020;
/// Connections that ask at the same time: enough that neither waits for its clients.
const CONNECTIONS: usize = 64;
/// Codes of a turn. The store of `oidc-provider` holds 1,000 entries, and a code with what comes of it is up to eight.
const CODES: usize = 160;
/// Turns of exchanges that are not counted: the other one is compiled while it runs.
const WARM_UP: usize = 10;
/// Turns of exchanges.
const TURNS: usize = 40;
/// Turns of userinfo, and how long each is.
const USERINFO_TURNS: usize = 9;
const TURN: Duration = Duration::from_millis(1500);
/// How far exchanges at a steady rate are apart: 100 in a second.
const APART: Duration = Duration::from_millis(10);
/// How many of these there are: within the minute that a code holds.
const STEADY: usize = 2000;

/// The administrator who registers the clients.
const ADMIN: &str = "admin@contoh.go.id";
/// Where the clients are returned to; nothing listens there.
const CALLBACK: &str = "https://platform.contoh.go.id/masuk/kembali";
const SCOPE: &str = "openid profile email gerbang offline_access";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// How ID tokens are signed, and the client whose are; the first is what a platform has that sets nothing. Of an exchange
/// with RS256 more than half is the signature, which takes either provider the same 0.2 ms of a processor.
const CLIENTS: [(&str, &str); 2] = [("RS256", "bench-rs256"), ("ES256", "bench-es256")];

/// Measures.
pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    let [store, _] = stage.stores("oidc").await?;
    let session = people::settle(stage, &store).await?.session;
    let clients = register(stage, &store).await?;
    let server = Server::start(stage, &store, None)?;
    let ours = Provider { addr: server.addr, clients, codes_from: CodesFrom::Authorization { session } };
    let (_other, theirs) = Other::start(stage, &store)?;
    for (algorithm, client_id) in CLIENTS {
        exchanges(&ours, &theirs, algorithm, client_id, table)?;
    }
    userinfo(&ours, &theirs, table)?;
    for (algorithm, client_id) in CLIENTS {
        let mut times = ours.exchange_steadily(client_id)?;
        let what = format!("{}: p99 of {} exchanges at 100/s, {algorithm}", store.database, count(STEADY as f64));
        table.at_most(what, quantile(&mut times, 0.99), MOST, milliseconds);
        table.figure("the same, spread", spread(&mut times));
    }
    Ok(())
}

fn exchanges(
    ours: &Provider,
    theirs: &Provider,
    algorithm: &str,
    client_id: &str,
    table: &mut Table,
) -> Result<(), Failure> {
    for _ in 0..WARM_UP {
        ours.exchange(client_id)?;
        theirs.exchange(client_id)?;
    }
    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        rates.0.push(ours.exchange(client_id)?);
        rates.1.push(theirs.exchange(client_id)?);
    }
    report(table, &format!("exchange of a code, {algorithm}"), rates);
    Ok(())
}

fn userinfo(ours: &Provider, theirs: &Provider, table: &mut Table) -> Result<(), Failure> {
    let (mine, other) = (ours.userinfo_requests()?, theirs.userinfo_requests()?);
    // The first turn warms up.
    let mut rates = (Vec::new(), Vec::new());
    for turn in 0..=USERINFO_TURNS {
        let pair = (ask_for_a_while(ours.addr, &mine)?, ask_for_a_while(theirs.addr, &other)?);
        if turn > 0 {
            rates.0.push(pair.0);
            rates.1.push(pair.1);
        }
    }
    report(table, "userinfo", rates);
    Ok(())
}

/// The ratio of two rates, turn by turn, and what it is made of.
fn report(table: &mut Table, what: &str, (mut ours, mut theirs): (Vec<f64>, Vec<f64>)) {
    let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    table.at_least(what, median(&mut ratios), LEAST_TIMES, |times| format!("{times:.2} times"));
    table.figure(
        format!("{what}: ours and theirs"),
        format!("{}/s and {}/s", count(median(&mut ours)), count(median(&mut theirs))),
    );
}

/// Registers the clients, and has the person choose an access there: then they go through without being asked. Gives
/// name and secret of each.
async fn register(stage: &Stage, store: &Store) -> Result<Vec<(String, String)>, Failure> {
    let backend = store.open(stage).await?;
    let admin = people::sign_in(&backend, ADMIN).await?.actor;
    let person = people::sign_in(&backend, people::APPLICANT).await?.actor;
    let access = accesses::list(&backend, &person).await?.first().ok_or("the person has no access")?.id;
    let mut clients = Vec::new();
    for (algorithm, client_id) in CLIENTS {
        let id = admin::create(&backend, &admin, &platform(algorithm, client_id)).await?;
        let (client_id, secret) = admin::make_secret(&backend, &admin, id, backend.world.id()).await?;
        launch::launch(&backend, &person, &client_id, access).await?;
        clients.push((client_id, secret.expose().to_owned()));
    }
    backend.db.close().await;
    Ok(clients)
}

fn platform(algorithm: &str, client_id: &str) -> PlatformForm {
    PlatformForm {
        name: format!("Platform {algorithm}"),
        slug: client_id.to_owned(),
        line: "Platform pengukuran".to_owned(),
        address: "https://platform.contoh.go.id/".to_owned(),
        client_kind: Some(ClientKind::Confidential),
        auth_method: Some(AuthMethod::ClientSecretPost),
        id_token_alg: algorithm.to_owned(),
        subject_type: Some(SubjectType::Pairwise),
        pkce_required: true,
        profile_types: ProfileType::ALL.to_vec(),
        roles: Role::ALL.to_vec(),
        redirects: CALLBACK.to_owned(),
        ..PlatformForm::default()
    }
}

/// A provider, with clients that it knows.
struct Provider {
    addr: SocketAddr,
    /// Name and secret of each.
    clients: Vec<(String, String)>,
    codes_from: CodesFrom,
}

/// How codes come to be.
enum CodesFrom {
    /// By the authorization endpoint, for the person of this session.
    Authorization { session: String },
    /// By a door of their own.
    Door(SocketAddr),
}

impl Provider {
    /// New codes for a client.
    fn codes(&self, client_id: &str, wanted: usize) -> Result<Vec<String>, Failure> {
        match &self.codes_from {
            CodesFrom::Authorization { session } => {
                let request = authorization(client_id, session)?;
                let (codes, _) = at_once(self.addr, CONNECTIONS, |_, connection| {
                    let each = |_| code(&connection.redirect(&request)?);
                    (0..wanted.div_ceil(CONNECTIONS)).map(each).collect::<Result<Vec<_>, Failure>>()
                })?;
                Ok(codes.into_iter().flatten().take(wanted).collect())
            }
            CodesFrom::Door(addr) => {
                let request = get(&format!("/?client={client_id}&wanted={wanted}"), None, None)?;
                Ok(serde_json::from_slice(&Connection::open(*addr)?.expect(&request)?.body)?)
            }
        }
    }

    /// Requests that exchange new codes (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
    fn exchange_requests(&self, client_id: &str, wanted: usize) -> Result<Vec<Request>, Failure> {
        let known = self.clients.iter().find(|(id, _)| id == client_id);
        let (_, secret) = known.ok_or("the client is not registered")?;
        let request = |code: String| {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
                ("client_id", client_id),
                ("client_secret", secret.as_str()),
            ];
            form("/oidc/token", None, &fields)
        };
        self.codes(client_id, wanted)?.into_iter().map(request).collect()
    }

    /// Exchanges a turn's codes over all connections; gives how many in a second.
    fn exchange(&self, client_id: &str) -> Result<f64, Failure> {
        let requests = self.exchange_requests(client_id, CODES)?;
        // Dealt out in turn, so that codes are used in about the order in which they were made.
        let (_, seconds) = at_once(self.addr, CONNECTIONS, |nth, connection| {
            requests.iter().skip(nth).step_by(CONNECTIONS).try_for_each(|request| connection.expect(request).map(drop))
        })?;
        Ok(requests.len() as f64 / seconds)
    }

    /// Exchanges codes at a steady rate, however long each takes; gives the time of each, from when it was due.
    fn exchange_steadily(&self, client_id: &str) -> Result<Vec<f64>, Failure> {
        let requests = self.exchange_requests(client_id, STEADY)?;
        let began = Instant::now() + APART * 10;
        let (times, _) = at_once(self.addr, CONNECTIONS, |nth, connection| {
            let (mut times, mut due) = (Vec::new(), began + APART * nth as u32);
            for request in requests.iter().skip(nth).step_by(CONNECTIONS) {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                connection.expect(request)?;
                times.push(due.elapsed().as_secs_f64());
                due += APART * CONNECTIONS as u32;
            }
            Ok(times)
        })?;
        Ok(times.into_iter().flatten().collect())
    }

    /// A request for userinfo for each connection, with a token of its own.
    fn userinfo_requests(&self) -> Result<Vec<Request>, Failure> {
        let (_, client_id) = CLIENTS[0];
        let mut connection = Connection::open(self.addr)?;
        let ask = |exchange: Request| {
            let tokens: Value = serde_json::from_slice(&connection.expect(&exchange)?.body)?;
            let token = tokens["access_token"].as_str().ok_or("no access token came")?;
            get_with_token("/oidc/userinfo", token)
        };
        self.exchange_requests(client_id, CONNECTIONS)?.into_iter().map(ask).collect()
    }
}

/// The request of a client that asks for the person of a session (OpenID Connect Core 1.0, section 3.1.2.1).
fn authorization(client_id: &str, session: &str) -> Result<Request, Failure> {
    let query = serde_urlencoded::to_string([
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("scope", SCOPE),
        ("state", "keadaan"),
        ("nonce", "sekali"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
    ])?;
    get(&format!("/oidc/authorize?{query}"), Some(session), None)
}

/// The code in the address that somebody is sent back to.
fn code(location: &str) -> Result<String, Failure> {
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)?;
    let code = pairs.into_iter().find(|(name, _)| name == "code");
    code.map(|(_, code)| code).ok_or_else(|| format!("no code came: {location}").into())
}

/// Each connection asks its own request for a while; gives how many were answered in a second.
fn ask_for_a_while(addr: SocketAddr, requests: &[Request]) -> Result<f64, Failure> {
    let (answers, seconds) = at_once(addr, requests.len(), |nth, connection| {
        let (began, mut answers) = (Instant::now(), 0u32);
        while began.elapsed() < TURN {
            connection.expect(&requests[nth])?;
            answers += 1;
        }
        Ok(f64::from(answers))
    })?;
    Ok(answers.into_iter().sum::<f64>() / seconds)
}

/// `oidc-provider` as a process of its own; killed when dropped.
struct Other {
    child: Child,
    /// Kept open: it may still have something to say.
    _said: BufReader<ChildStdout>,
}

impl Other {
    /// Starts it and waits until it listens.
    fn start(stage: &Stage, store: &Store) -> Result<(Self, Provider), Failure> {
        let log = store.data_dir.join("oidc-provider.log");
        let mut child = Command::new("node")
            .arg(stage.root.join("bench/oidc-provider/server.mjs"))
            .env("NODE_ENV", "production")
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log)?)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("it says nothing")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let other = Self { child, _said: said };
        let ready: Value = serde_json::from_str(&line).map_err(|_| {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            format!("oidc-provider did not start; `scripts/setup bench` installs it\n{log}")
        })?;
        let addr =
            |name: &str| -> Result<SocketAddr, Failure> { Ok(ready[name].as_str().unwrap_or_default().parse()?) };
        let text = |client: &Value, name: &str| client[name].as_str().unwrap_or_default().to_owned();
        let clients = ready["clients"].as_array().map(Vec::as_slice).unwrap_or_default();
        let clients = clients.iter().map(|client| (text(client, "client_id"), text(client, "client_secret"))).collect();
        Ok((other, Provider { addr: addr("at")?, clients, codes_from: CodesFrom::Door(addr("prepares")?) }))
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
