//! Letters that attack the process which reads them.

use std::{
    collections::BTreeSet,
    net::{TcpListener, UdpSocket},
    os::unix::{net::UnixListener, process::ExitStatusExt},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use backend::documents::{Confinement, PdfReader, confinement::Enforcement};
use rstest::rstest;

use crate::support::{process::Host, *};

/// SIGKILL and SIGSYS: the end of a process that used too much time, or called what only an attacker calls.
const KILLED: [i32; 2] = [9, 31];

/// Things that an attacker would like to reach.
struct Treasures {
    folder: tempfile::TempDir,
    tcp: TcpListener,
    udp: UdpSocket,
    _unix: UnixListener,
}

impl Treasures {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rahasia"), "rahasia").unwrap();
        Self {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            _unix: UnixListener::bind(folder.path().join("soket")).unwrap(),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What an attempt aims at.
    fn target(&self, attempt: &str) -> String {
        match attempt {
            "read-file" | "read-open-file" => self.path("rahasia").display().to_string(),
            "write-file" => self.path("tulisan").display().to_string(),
            "list-folder" => self.folder.path().display().to_string(),
            "connect-unix" => self.path("soket").display().to_string(),
            "connect-tcp" => self.tcp.local_addr().unwrap().to_string(),
            "send-udp" => self.udp.local_addr().unwrap().to_string(),
            _ => String::new(),
        }
    }

    /// Runs an attempt, confined by one layer or by all of them.
    fn attempt(&self, attempt: &str, layer: &str) -> Output {
        let mut command = Command::new(dev_program());
        command.args(["misbehave", attempt, &self.target(attempt), "--layer", layer]).stdin(Stdio::null());
        command.env_clear().env("PATH", std::env::var("PATH").unwrap_or_default()).output().unwrap()
    }

    #[track_caller]
    fn succeeds(&self, attempt: &str, layer: &str) {
        let output = self.attempt(attempt, layer);
        assert_eq!(output.stdout, b"done", "{attempt}, {layer}: {output:?}");
    }

    #[track_caller]
    fn fails(&self, attempt: &str, layer: &str) -> Output {
        let output = self.attempt(attempt, layer);
        assert!(output.stdout.is_empty() && !output.status.success(), "{attempt}, {layer}: {output:?}");
        output
    }
}

/// What this kernel has, as the program itself says.
fn confinement() -> Confinement {
    let output = Command::new(program()).args(["pdf", "confinement"]).stdin(Stdio::null()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn confined_process_can_still_answer() {
    let treasures = Treasures::new();
    for layer in ["all", "landlock", "limits", "seccomp", "none"] {
        treasures.succeeds("nothing", layer);
    }
}

#[rstest]
#[case("read-file")]
#[case("write-file")]
#[case("list-folder")]
#[case("read-open-file")]
#[case("read-parent")]
#[case("signal-parent")]
#[case("connect-tcp")]
#[case("connect-unix")]
#[case("send-udp")]
#[case("start-program")]
#[case("start-thread")]
#[case("allocate")]
fn taken_over_reader_reaches_nothing(#[case] attempt: &str) {
    let treasures = Treasures::new();
    treasures.succeeds(attempt, "none");
    let _ = std::fs::remove_file(treasures.path("tulisan"));
    treasures.fails(attempt, "all");
    assert!(!treasures.path("tulisan").exists());
}

#[test]
fn reader_that_computes_without_end_is_killed() {
    let output = Treasures::new().fails("compute", "limits");
    assert!(output.status.signal().is_some_and(|signal| KILLED.contains(&signal)), "{output:?}");
}

/// Each layer stands alone, should a kernel or an attacker take the other away.
#[test]
fn system_calls_are_refused_without_landlock() {
    if !confinement().seccomp {
        return eprintln!("this kernel has no seccomp");
    }
    let treasures = Treasures::new();
    for attempt in ["read-file", "write-file", "list-folder", "read-open-file", "read-parent"] {
        treasures.fails(attempt, "seccomp");
    }
    for attempt in ["signal-parent", "connect-tcp", "connect-unix", "send-udp", "start-program", "start-thread"] {
        let output = treasures.fails(attempt, "seccomp");
        assert_eq!(output.status.signal(), Some(31), "{attempt} is fatal: {output:?}");
    }
}

#[test]
fn files_and_processes_are_out_of_reach_without_seccomp() {
    if confinement().landlock != Enforcement::Full {
        return eprintln!("this kernel has no Landlock, or an older one");
    }
    let treasures = Treasures::new();
    for attempt in
        ["read-file", "write-file", "list-folder", "read-parent", "signal-parent", "connect-tcp", "start-program"]
    {
        treasures.fails(attempt, "landlock");
    }
    for attempt in ["read-file", "write-file", "list-folder", "read-parent", "connect-tcp", "send-udp", "allocate"] {
        treasures.fails(attempt, "limits");
    }
}

/// What the server starts in place of itself writes down its environment, folder and open files.
#[tokio::test]
async fn reader_starts_without_secrets_and_with_nothing_open() {
    let folder = tempfile::tempdir().unwrap();
    let (spy, seen) = (folder.path().join("mata-mata"), folder.path().join("dilihat"));
    let script = format!(
        "#!/bin/sh\n{{ tr '\\0' '\\n' </proc/$$/environ; readlink /proc/$$/cwd; ls /proc/$$/fd; }} >{}\n",
        seen.display()
    );
    // Another process writes it: a file that this one has open for writing, even in a child of another test, cannot be run.
    let draft = folder.path().join("naskah");
    std::fs::write(&draft, script).unwrap();
    let installed = Command::new("install").args(["-m", "700"]).args([&draft, &spy]).status().unwrap();
    assert!(installed.success());
    let _ = PdfReader::new(spy).inspect(uuid::Uuid::nil(), letter()).await;
    let seen = std::fs::read_to_string(seen).unwrap();
    let mut lines = seen.lines();
    assert_eq!(lines.next(), Some("/"), "no variable, and then its folder: {seen}");
    let open: BTreeSet<&str> = lines.collect();
    // A shell keeps its script, and what it redirects, open under numbers from 10.
    assert!(
        open.iter().all(|number| number.parse::<u32>().is_ok_and(|number| number <= 2 || number >= 10)),
        "{open:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn server_says_at_its_start_what_confines_the_reader() {
    let host = Host::new(Database::Sqlite, &[]).await;
    let _process = host.serve().await;
    let said = async {
        loop {
            if let Some(line) = host.log().lines().find(|line| line.contains("seccomp=")) {
                break line.to_owned();
            }
            tokio::task::yield_now().await;
        }
    };
    let line = tokio::time::timeout(MINUTE, said).await.unwrap_or_else(|_| panic!("nothing is said: {}", host.log()));
    let Confinement { seccomp, landlock } = confinement();
    assert!(line.contains(&format!("seccomp={seccomp}")) && line.contains(landlock.as_str()), "{line}");
    assert_eq!(line.contains("WARN"), !seccomp || landlock != Enforcement::Full, "{line}");
}

#[test]
fn production_cannot_misbehave() {
    let output = Command::new(program()).args(["misbehave", "nothing"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "it is no command: {output:?}");
}
