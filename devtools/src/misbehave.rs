//! What somebody would try whose PDF took over the process that reads it. Tests run it, confined as that process is; the
//! program `gerbang` does not contain it.

use std::{
    fs::File,
    io::{self, Read, Write},
    net::{TcpStream, UdpSocket},
    os::unix::net::UnixStream,
    process::Command,
    thread,
};

use backend::documents::confinement::{confine, filter_calls, limit, restrict_access};
use clap::ValueEnum;
use rustix::process::Pid;
use server::application::StartError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Attempt {
    /// Nothing but standard output.
    Nothing,
    ReadFile,
    WriteFile,
    ListFolder,
    /// Read a file that was open before.
    ReadOpenFile,
    /// Read the environment of the process that started this one.
    ReadParent,
    SignalParent,
    ConnectTcp,
    ConnectUnix,
    SendUdp,
    StartProgram,
    StartThread,
    /// Allocate more than a letter needs.
    Allocate,
    /// Use more processor time than a letter needs.
    Compute,
}

/// What confines the process meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layer {
    All,
    Landlock,
    Limits,
    Seccomp,
    None,
}

/// Confines this process and makes the attempt; prints `done` if it succeeds.
///
/// # Errors
/// If it fails.
pub fn run(attempt: Attempt, target: &str, layer: Layer) -> Result<(), StartError> {
    let open_before = (attempt == Attempt::ReadOpenFile).then(|| File::open(target)).transpose()?;
    let parent = rustix::process::getppid();
    match layer {
        Layer::All => {
            confine()?;
        }
        Layer::Landlock => {
            restrict_access();
        }
        Layer::Limits => limit()?,
        Layer::Seccomp => filter_calls().map_err(|error| error.to_string())?,
        Layer::None => {}
    }
    perform(attempt, target, open_before, parent)?;
    io::stdout().write_all(b"done")?;
    Ok(())
}

fn perform(attempt: Attempt, target: &str, open_before: Option<File>, parent: Option<Pid>) -> io::Result<()> {
    match attempt {
        Attempt::Nothing => {}
        Attempt::ReadFile => drop(std::fs::read(target)?),
        Attempt::WriteFile => std::fs::write(target, "jahat")?,
        Attempt::ListFolder => drop(std::fs::read_dir(target)?),
        Attempt::ReadOpenFile => {
            if let Some(mut file) = open_before {
                file.read_exact(&mut [0])?;
            }
        }
        Attempt::ReadParent => {
            let parent = parent.map(|parent| parent.as_raw_nonzero().to_string()).unwrap_or_default();
            std::fs::read(format!("/proc/{parent}/environ"))?;
        }
        // The signal 0 only asks whether another could be sent.
        Attempt::SignalParent => parent.map_or(Ok(()), rustix::process::test_kill_process)?,
        Attempt::ConnectTcp => drop(TcpStream::connect(target)?),
        Attempt::ConnectUnix => drop(UnixStream::connect(target)?),
        Attempt::SendUdp => {
            UdpSocket::bind("127.0.0.1:0")?.send_to(b"jahat", target)?;
        }
        Attempt::StartProgram => {
            Command::new("true").status()?;
        }
        Attempt::StartThread => drop(thread::Builder::new().spawn(|| {})?.join()),
        Attempt::Allocate => {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(600 * 1024 * 1024)?;
            bytes.resize(600 * 1024 * 1024, 1u8);
        }
        Attempt::Compute => {
            let mut state = 1u64;
            while state != 0 {
                state = std::hint::black_box(state.wrapping_mul(3));
            }
        }
    }
    Ok(())
}
