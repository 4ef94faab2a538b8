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

/// The budget of the ratio to `oidc-provider`.
const LEAST_TIMES: f64 = 2.0;
/// The budget of p99 of exchanges at a steady rate, in seconds.
const MOST: f64 = 0.020;
/// Concurrent connections: enough that neither provider waits for clients.
const CONNECTIONS: usize = 64;
/// Codes per turn. The store of `oidc-provider` holds 1,000 entries, and an exchanged code takes up to eight.
const CODES: usize = 160;
/// Uncounted turns of exchanges, in which the JIT compiles `oidc-provider`.
const WARM_UP: usize = 10;
/// Turns of exchanges.
const TURNS: usize = 40;
/// Turns of userinfo, and the length of each.
const USERINFO_TURNS: usize = 9;
const TURN: Duration = Duration::from_millis(1500);
/// The interval of exchanges at a steady rate: 100 per second.
const APART: Duration = Duration::from_millis(10);
/// Exchanges at a steady rate. They must end within the minute for which a code is valid.
const STEADY: usize = 2000;

/// The administrator who registers the clients.
const ADMIN: &str = "admin@contoh.go.id";
/// The redirect URI of the clients; nothing listens there.
const CALLBACK: &str = "https://platform.contoh.go.id/masuk/kembali";
const SCOPE: &str = "openid profile email gerbang offline_access";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Signature algorithms of ID tokens, each with its client. The first is the default of a platform; there the signature
/// takes more than half of an exchange, equally long with both providers.
const CLIENTS: [(&str, &str); 2] = [("RS256", "bench-rs256"), ("ES256", "bench-es256")];

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    let [store, _] = stage.stores("oidc").await?;
    let session = people::settle(stage, &store).await?.session;
    let clients = register(stage, &store).await?;
    let server = Server::start(stage, &store, None)?;
    let ours = Provider { addr: server.addr, clients, codes_from: CodesFrom::Authorization { session } };
    let (_other, theirs) = NpmProvider::start(stage, &store)?;
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
    // The first turn is a warm-up.
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

/// Reports the median ratio of two rates, and the rates.
fn report(table: &mut Table, what: &str, (mut ours, mut theirs): (Vec<f64>, Vec<f64>)) {
    let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    table.at_least(what, median(&mut ratios), LEAST_TIMES, |times| format!("{times:.2} times"));
    table.figure(
        format!("{what}: ours and theirs"),
        format!("{}/s and {}/s", count(median(&mut ours)), count(median(&mut theirs))),
    );
}

/// Registers the clients. The person chooses an access for each, so that authorization needs no further step. Returns id
/// and secret of each client.
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

/// A provider with its registered clients.
struct Provider {
    addr: SocketAddr,
    /// Id and secret of each.
    clients: Vec<(String, String)>,
    codes_from: CodesFrom,
}

/// How to get authorization codes.
enum CodesFrom {
    /// From the authorization endpoint, for the person of this session.
    Authorization { session: String },
    /// From a separate endpoint for measurements.
    Shortcut(SocketAddr),
}

impl Provider {
    /// Gets new codes for a client.
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
            CodesFrom::Shortcut(addr) => {
                let request = get(&format!("/?client={client_id}&wanted={wanted}"), None, None)?;
                Ok(serde_json::from_slice(&Connection::open(*addr)?.expect(&request)?.body)?)
            }
        }
    }

    /// Gets new codes and builds the requests that exchange them (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
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

    /// Exchanges the codes of a turn over all connections; returns exchanges per second.
    fn exchange(&self, client_id: &str) -> Result<f64, Failure> {
        let requests = self.exchange_requests(client_id, CODES)?;
        // Each connection takes every n-th code, so that codes are used roughly in order of creation.
        let (_, seconds) = at_once(self.addr, CONNECTIONS, |nth, connection| {
            requests.iter().skip(nth).step_by(CONNECTIONS).try_for_each(|request| connection.expect(request).map(drop))
        })?;
        Ok(requests.len() as f64 / seconds)
    }

    /// Exchanges codes at a steady rate; returns the time of each in seconds, from the moment at which it was due.
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

    /// Builds a userinfo request for each connection, each with another token.
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

/// The authentication request of a client, with the person's session (OpenID Connect Core 1.0, section 3.1.2.1).
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

/// The code in the URL of a redirect.
fn code(location: &str) -> Result<String, Failure> {
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)?;
    let code = pairs.into_iter().find(|(name, _)| name == "code");
    code.map(|(_, code)| code).ok_or_else(|| format!("no code came: {location}").into())
}

/// Repeats one request per connection for a turn; returns answers per second.
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

/// `oidc-provider` in a separate process; killed when dropped.
struct NpmProvider {
    child: Child,
    /// Kept open, because the process may still write.
    _said: BufReader<ChildStdout>,
}

impl NpmProvider {
    /// Starts the process and waits until it listens.
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
        Ok((other, Provider { addr: addr("at")?, clients, codes_from: CodesFrom::Shortcut(addr("prepares")?) }))
    }
}

impl Drop for NpmProvider {
    fn drop(&mut self) {
        // The process may have exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
