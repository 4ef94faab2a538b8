//! The real programs as processes, which a test may stop in any way.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
use url::Url;

use super::{Database, browser::Visitor, dev_program, new_postgres, outside::Outside, program};

/// Folder, settings and log of the program, which outlive its processes.
pub struct Host {
    program: PathBuf,
    dir: TempDir,
    settings: Vec<(String, String)>,
    log: Arc<Mutex<Vec<u8>>>,
    /// Soft and hard limit of descriptors.
    descriptors: Option<(u32, u32)>,
}

/// A serving program. Killed when dropped.
pub struct Process {
    child: Child,
    pub base: Url,
    /// Kept open: a write to a closed pipe would end the program.
    _stdout: BufReader<ChildStdout>,
}

impl Host {
    /// Runs `gerbang-dev`. Settings are named as in the environment, in lower case and without `GERBANG_`.
    pub async fn new(database: Database, settings: &[(&str, &str)]) -> Self {
        Self::of(dev_program(), database, settings).await
    }

    /// Runs `gerbang`.
    pub async fn production(database: Database, settings: &[(&str, &str)]) -> Self {
        Self::of(program(), database, settings).await
    }

    async fn of(program: PathBuf, database: Database, settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut all = vec![
            ("addr".to_owned(), "127.0.0.1:0".to_owned()),
            ("data_dir".to_owned(), dir.path().join("data").display().to_string()),
        ];
        if let Database::Postgres = database {
            all.push(("database_url".to_owned(), new_postgres().await));
        }
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self { program, dir, settings: all, log: Arc::default(), descriptors: None }
    }

    /// Limits the descriptors that the program begins with.
    #[must_use]
    pub fn with_descriptors(self, soft: u32, hard: u32) -> Self {
        Self { descriptors: Some((soft, hard)), ..self }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The folder of the letters.
    pub fn letters(&self) -> PathBuf {
        self.dir().join("data/documents")
    }

    /// A connection to the database that bypasses the program.
    pub async fn outside(&self) -> Outside {
        let named = self.settings.iter().find(|(name, _)| name == "database_url").map(|(_, url)| url.clone());
        Outside::of(&named.unwrap_or_else(|| format!("sqlite:{}", self.dir().join("data/gerbang.db").display()))).await
    }

    /// The log of all processes so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// The program with these settings and no others. Ignoring SIGXFSZ turns a write beyond the file size limit into an
    /// error, as on a full disk.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let limits = self.descriptors.map(|(soft, hard)| format!("ulimit -Sn {soft} && ulimit -Hn {hard}; "));
        let script = format!("trap '' XFSZ; {}exec \"$0\" \"$@\"", limits.unwrap_or_default());
        command.args(["-c", &script]).arg(&self.program).args(arguments);
        command.current_dir(self.dir()).env_clear().env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("NO_COLOR", "1");
        for (name, value) in &self.settings {
            command.env(format!("GERBANG_{}", name.to_uppercase()), value);
        }
        command
    }

    /// Runs the program to its end; returns its status and output.
    pub async fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> (ExitStatus, String) {
        let mut command = self.command(arguments);
        for (name, value) in settings {
            command.env(format!("GERBANG_{}", name.to_uppercase()), value);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let output_text = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8_lossy(&output_text).into_owned())
    }

    /// Starts the server and returns once it answers.
    pub async fn serve(&self) -> Process {
        self.serve_by(self.command(&["serve"])).await
    }

    /// As [`Host::serve`], by a command that was changed.
    pub async fn serve_by(&self, mut command: Command) -> Process {
        let log = self.log.clone();
        let process = tokio::task::spawn_blocking(move || {
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let mut errors = child.stderr.take().unwrap();
            let shared = log.clone();
            std::thread::spawn(move || {
                let mut some = [0; 8192];
                while let Ok(read @ 1..) = errors.read(&mut some) {
                    shared.lock().unwrap().extend_from_slice(&some[..read]);
                }
            });
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while stdout.read_line(&mut line).unwrap() > 0 {
                if let Some(address) = line.trim().strip_prefix("Gerbang siap di ") {
                    return Some(Process { base: address.parse().unwrap(), child, _stdout: stdout });
                }
                line.clear();
            }
            child.wait().unwrap();
            None
        });
        process.await.unwrap().unwrap_or_else(|| panic!("it does not serve:\n{}", self.log()))
    }
}

impl Process {
    pub fn visitor(&self) -> Visitor {
        Visitor::of(&self.base)
    }

    /// The lines of a file in `/proc` that begin with `name`, such as `VmHWM` in `status`.
    pub fn proc(&self, file: &str, name: &str) -> String {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap();
        text.lines().filter(|line| line.starts_with(name)).collect::<Vec<_>>().join("\n")
    }

    /// The most memory that it had so far, in kibibytes.
    pub fn most_memory(&self) -> u64 {
        let line = self.proc("status", "VmHWM");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{line:?}"))
    }

    /// Sends SIGKILL after a delay.
    pub async fn kill_after(mut self, delay: std::time::Duration) {
        let killing = tokio::task::spawn_blocking(move || {
            // More precise than the runtime's timer.
            std::thread::sleep(delay);
            self.child.kill().unwrap();
            let status = self.child.wait().unwrap();
            assert_eq!(status.signal(), Some(9), "the process ended before it was killed: {status}");
        });
        killing.await.unwrap();
    }

    /// Sends SIGTERM; see [`Process::ended`].
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends a signal, named without SIG.
    pub fn signal(&self, name: &str) {
        let signal = format!("-{name}");
        assert!(Command::new("kill").args([&signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits until the process ends.
    pub async fn ended(mut self) -> ExitStatus {
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap()
    }

    /// Limits the size of every file that the process writes; `None` lifts the limit.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let pid = self.child.id().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}:")]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
