//! A lean client over loopback. It must cost less than the server that it measures, so it speaks just enough HTTP/1.1.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    sync::Barrier,
    time::{Duration, Instant},
};

use crate::{stage::Failure, table::timed};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections of a load: enough that the server never waits for us, few enough that none starves.
const CONNECTIONS: usize = 8;

/// A connection that stays open, over which requests go one after the other.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What was answered.
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// How many bytes came, with headers.
    pub wire: usize,
}

impl Connection {
    /// Opens one.
    pub fn open(addr: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request as it stands and reads the whole answer.
    pub fn ask(&mut self, request: &[u8]) -> Result<Answer, Failure> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more()?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).ok_or("no status")?.parse()?;
        let header = |name: &str| {
            text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        let length = header("content-length").map(|(_, value)| value.trim().parse::<usize>()).transpose()?;
        let body = match length {
            Some(length) => {
                self.until(head + length)?;
                self.buffer[head..head + length].to_vec()
            }
            None => self.chunks(head)?,
        };
        Ok(Answer { status, body, wire: self.buffer.len() })
    }

    /// Like [`Connection::ask`], for what must succeed.
    pub fn expect(&mut self, request: &[u8]) -> Result<Answer, Failure> {
        let answer = self.ask(request)?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        Err(format!("{}: {}", String::from_utf8_lossy(line), answer.status).into())
    }

    /// Where an answer leads that must be a redirect.
    pub fn redirect(&mut self, request: &[u8]) -> Result<String, Failure> {
        let status = self.ask(request)?.status;
        let head = String::from_utf8_lossy(&self.buffer);
        let mut headers = head.lines().filter_map(|line| line.split_once(':'));
        let location = headers.find(|(name, _)| name.eq_ignore_ascii_case("location"));
        Ok(location.ok_or_else(|| format!("no redirect but {status}"))?.1.trim().to_owned())
    }

    /// A body in chunks (RFC 9112, section 7.1) that begins at `at`.
    fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(line) = find(&self.buffer[at..], b"\r\n") {
                    break line;
                }
                self.more()?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[at..at + line])?.trim(), 16)?;
            let start = at + line + 2;
            self.until(start + size + 2)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&self.buffer[start..start + size]);
            at = start + size + 2;
        }
    }

    fn until(&mut self, length: usize) -> Result<(), Failure> {
        while self.buffer.len() < length {
            self.more()?;
        }
        Ok(())
    }

    fn more(&mut self) -> Result<(), Failure> {
        let held = self.buffer.len();
        self.buffer.resize(held + 32 * 1024, 0);
        let read = self.stream.read(&mut self.buffer[held..])?;
        self.buffer.truncate(held + read);
        if read == 0 { Err("the server closed the connection".into()) } else { Ok(()) }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// A request for something: signed in with `session`, packed as `encoding`.
pub fn get(path: &str, session: Option<&str>, encoding: Option<&str>) -> Vec<u8> {
    let session = session.map(|session| format!("Cookie: gerbang={session}\r\n")).unwrap_or_default();
    let encoding = encoding.map(|encoding| format!("Accept-Encoding: {encoding}\r\n")).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n\
         Accept: */*\r\n{session}{encoding}\r\n"
    )
    .into_bytes()
}

/// A request that changes something, as the script of our pages sends it.
pub fn post(path: &str, session: Option<&str>, kind: &str, body: &[u8]) -> Vec<u8> {
    let session = session.map(|session| format!("Cookie: gerbang={session}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: application/json\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{session}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A form that is posted.
pub fn form(path: &str, session: Option<&str>, fields: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
    let body = serde_urlencoded::to_string(fields)?;
    Ok(post(path, session, "application/x-www-form-urlencoded", body.as_bytes()))
}

/// Asks the same over several connections for a while; gives the number of answers and the seconds it took.
pub fn load(addr: SocketAddr, request: &[u8], lasting: Duration) -> Result<(f64, f64), Failure> {
    let (answers, seconds) = at_once(addr, CONNECTIONS, |_, connection| {
        let (began, mut answers) = (Instant::now(), 0u32);
        while began.elapsed() < lasting {
            connection.expect(request)?;
            answers += 1;
        }
        Ok(f64::from(answers))
    })?;
    Ok((answers.into_iter().sum(), seconds))
}

/// Does work over several connections, all at the same time, each by its number; gives what came of it and the seconds
/// that the longest took.
pub fn at_once<T: Send>(
    addr: SocketAddr,
    connections: usize,
    work: impl Fn(usize, &mut Connection) -> Result<T, Failure> + Sync,
) -> Result<(Vec<T>, f64), Failure> {
    let together = Barrier::new(connections);
    let one = |nth: usize| {
        let connection = Connection::open(addr);
        together.wait();
        let mut connection = connection?;
        let (seconds, outcome) = timed(|| work(nth, &mut connection));
        Ok::<_, Failure>((outcome?, seconds))
    };
    std::thread::scope(|scope| {
        let one = &one;
        let running: Vec<_> = (0..connections).map(|nth| scope.spawn(move || one(nth))).collect();
        let (mut outcomes, mut longest) = (Vec::new(), 0.0);
        for thread in running {
            let (outcome, seconds) = thread.join().map_err(|_| "a client broke")??;
            longest = f64::max(longest, seconds);
            outcomes.push(outcome);
        }
        Ok((outcomes, longest))
    })
}

/// Keeps this whole process on one core while it lives.
pub struct Pinned(usize);

impl Pinned {
    /// Moves it there; `cores` are all there are.
    pub fn to(core: usize, cores: usize) -> Result<Self, Failure> {
        pin(&core.to_string())?;
        Ok(Self(cores))
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if let Err(failure) = pin(&format!("0-{}", self.0 - 1)) {
            eprintln!("bench: {failure}");
        }
    }
}

fn pin(cores: &str) -> Result<(), Failure> {
    let own = std::process::id().to_string();
    let outcome = Command::new("taskset").args(["-a", "-c", "-p", cores, &own]).output()?;
    if outcome.status.success() { Ok(()) } else { Err("taskset cannot move this process".into()) }
}
