//! The real programs, each as a process of its own that a test may end in any way.

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

/// A place where a program runs, again and again: its folder, its settings, all that it ever logged.
pub struct Host {
    program: PathBuf,
    dir: TempDir,
    settings: Vec<(String, String)>,
    log: Arc<Mutex<Vec<u8>>>,
}

/// The program while it serves.
pub struct Process {
    child: Child,
    /// Where it is reached.
    pub base: Url,
    /// Kept open: a program that cannot say where it listens ends.
    _said: BufReader<ChildStdout>,
}

impl Host {
    /// A place for `gerbang-dev`. Settings are named as in the environment, in lower case and without `GERBANG_`.
    pub async fn new(database: Database, settings: &[(&str, &str)]) -> Self {
        Self::of(dev_program(), database, settings).await
    }

    /// A place for `gerbang`.
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
        Self { program, dir, settings: all, log: Arc::default() }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Where letters lie.
    pub fn letters(&self) -> PathBuf {
        self.dir().join("data/documents")
    }

    /// A look into its database.
    pub async fn outside(&self) -> Outside {
        let named = self.settings.iter().find(|(name, _)| name == "database_url").map(|(_, url)| url.clone());
        Outside::of(&named.unwrap_or_else(|| format!("sqlite:{}", self.dir().join("data/gerbang.db").display()))).await
    }

    /// All that was logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// The program with our settings and no others. A write beyond a limit on files is an error, as on a full disk, and
    /// not the end of the process.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(&self.program).args(arguments);
        command.current_dir(self.dir()).env_clear().env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("NO_COLOR", "1");
        for (name, value) in &self.settings {
            command.env(format!("GERBANG_{}", name.to_uppercase()), value);
        }
        command
    }

    /// Runs the program to its end; gives how it ended and all that it said.
    pub async fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> (ExitStatus, String) {
        let mut command = self.command(arguments);
        for (name, value) in settings {
            command.env(format!("GERBANG_{}", name.to_uppercase()), value);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8_lossy(&said).into_owned())
    }

    /// Serves, and says so only once it does.
    pub async fn serve(&self) -> Process {
        let mut command = self.command(&["serve"]);
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
            let mut said = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while said.read_line(&mut line).unwrap() > 0 {
                if let Some(address) = line.trim().strip_prefix("Gerbang siap di ") {
                    return Some(Process { base: address.parse().unwrap(), child, _said: said });
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
    /// A visitor of it.
    pub fn visitor(&self) -> Visitor {
        Visitor::of(&self.base)
    }

    /// `kill -9`, after a while.
    pub async fn kill_after(mut self, delay: std::time::Duration) {
        let killing = tokio::task::spawn_blocking(move || {
            // Finer than the timer of the runtime.
            std::thread::sleep(delay);
            self.child.kill().unwrap();
            let status = self.child.wait().unwrap();
            assert_eq!(status.signal(), Some(9), "it had ended before: {status}");
        });
        killing.await.unwrap();
    }

    /// Asks it politely to end; see [`Process::ended`].
    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> ExitStatus {
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap()
    }

    /// From now on no file of it may grow beyond so many bytes; `None` lifts the limit.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let pid = self.child.id().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}:")]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is no fault.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
