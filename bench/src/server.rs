//! The server under test: `gerbang-dev serve` of the release build in a separate process. It runs the code of `gerbang` with
//! the settings and data of development.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    client::{Connection, get},
    stage::{Failure, Stage, Store},
};

/// The time limit of a start. The first start creates the development data.
const PATIENCE: Duration = Duration::from_secs(120);
/// Ticks of `/proc` per second of processor time: 100 on Linux.
const TICKS: u64 = 100;

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub addr: SocketAddr,
}

impl Server {
    /// Starts the server and waits until it answers. With `core`, it runs only on that core.
    pub fn start(stage: &Stage, store: &Store, core: Option<usize>) -> Result<Self, Failure> {
        // Bind and release a port; the system does not hand it out again at once.
        let addr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = store.data_dir.join("server.log");
        let mut command = match core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(&stage.program).env("TOKIO_WORKER_THREADS", "1");
                command
            }
            None => Command::new(&stage.program),
        };
        let child = command
            .arg("serve")
            .env_remove("RUST_LOG")
            .env_remove("GERBANG_CONFIG")
            .env("GERBANG_ADDR", addr.to_string())
            .env("GERBANG_DATA_DIR", &store.data_dir)
            .env("GERBANG_DATABASE_URL", &store.database_url)
            .env("GERBANG_SITE_DIR", stage.root.join("target/site"))
            // All clients of a section have one address, as behind a proxy.
            .env("GERBANG_TRUSTED_PROXIES", "127.0.0.1")
            .current_dir(&store.data_dir) // no gerbang.toml there
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()?;
        let mut server = Self { child, addr };
        server.await_answer().map_err(|failure| {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            format!("{failure}\n{log}")
        })?;
        Ok(server)
    }

    fn await_answer(&mut self) -> Result<(), Failure> {
        let (began, ready) = (Instant::now(), get("/health/ready", None, None)?);
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended with {status}").into());
            }
            if let Ok(mut connection) = Connection::open(self.addr)
                && connection.ask(&ready).is_ok()
            {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the server does not answer".into())
    }

    pub fn connect(&self) -> Result<Connection, Failure> {
        Connection::open(self.addr)
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> Result<f64, Failure> {
        self.status("VmRSS:")
    }

    /// The most resident memory so far, in bytes.
    pub fn most_memory(&self) -> Result<f64, Failure> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("it has no memory")?;
        let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes * 1024.0)
    }

    /// Processor time used so far.
    pub fn processor_time(&self) -> Result<Duration, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name may contain spaces, so count after it: utime and stime are fields 14 and 15 of the line.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 =
            fields.get(11..13).ok_or("it has no times")?.iter().filter_map(|n| n.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 1000 / TICKS))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
