//! Confines the child process that reads a stranger's PDF. Afterwards it can compute, read standard input and write
//! standard output: no file, no network, no new process or thread, no look at another process.
//!
//! Three layers, so that a gap in one is closed by another: limits, Landlock (files, TCP, other processes) and seccomp
//! (system calls). A kernel may lack the last two; [`PdfReader::log_confinement`](super::PdfReader::log_confinement) says
//! so at the start of the server.

use std::{collections::BTreeMap, io};

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope};
use rlimit::Resource;
use rustix::process::DumpableBehavior;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use serde::{Deserialize, Serialize};

/// The most address space of the child process, in bytes.
const MEMORY: u64 = 512 * 1024 * 1024;
/// The most processor time of the child process, in seconds.
pub(super) const SECONDS: u64 = 5;
/// How much the child process yields to the server (`nice`).
const NICENESS: i32 = 10;
/// The newest Landlock that we ask for: signals and abstract sockets outside of the process (Linux 6.12). An older kernel
/// enforces what it knows.
const LANDLOCK: ABI = ABI::V6;

/// What confines a child process beside its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    pub seccomp: bool,
    pub landlock: Enforcement,
}

/// How much of Landlock the kernel enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Enforcement {
    Full,
    /// An older kernel: files, but not all of TCP, sockets and signals.
    Partial,
    Missing,
}

impl Enforcement {
    /// As the log says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Missing => "missing",
        }
    }
}

/// Confines this process with all layers. It must have one thread, because Landlock and seccomp hold for a thread.
///
/// # Errors
/// If a limit cannot be set.
pub fn confine() -> io::Result<Confinement> {
    // Landlock first, because it needs a descriptor; seccomp last, because it refuses the calls of the others.
    let landlock = restrict_access();
    limit()?;
    Ok(Confinement { seccomp: filter_calls().is_ok(), landlock })
}

/// Sets the limits that every kernel knows. No file can be opened afterwards.
///
/// # Errors
/// If the kernel refuses.
pub fn limit() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // A courtesy to the server, which some containers forbid.
    let _ = rustix::process::nice(NICENESS);
    let limits = [
        (Resource::AS, MEMORY),
        (Resource::CPU, SECONDS),
        (Resource::CORE, 0),
        (Resource::FSIZE, 0),
        (Resource::NPROC, 0),
        (Resource::NOFILE, 0),
    ];
    limits.into_iter().try_for_each(|(resource, most)| rlimit::setrlimit(resource, most, most))
}

/// Takes away every file, TCP, and what is outside of this process, as far as the kernel has Landlock.
pub fn restrict_access() -> Enforcement {
    let restricted = || -> Result<RulesetStatus, RulesetError> {
        // No rule follows, so nothing of what is handled is allowed.
        let ruleset = Ruleset::default()
            .handle_access(AccessFs::from_all(LANDLOCK))?
            .handle_access(AccessNet::from_all(LANDLOCK))?
            .scope(Scope::from_all(LANDLOCK))?;
        Ok(ruleset.create()?.restrict_self()?.ruleset)
    };
    match restricted() {
        Ok(RulesetStatus::FullyEnforced) => Enforcement::Full,
        Ok(RulesetStatus::PartiallyEnforced) => Enforcement::Partial,
        Ok(RulesetStatus::NotEnforced) | Err(_) => Enforcement::Missing,
    }
}

/// Allows the system calls of [`allowed`]. Any other fails with EPERM, since allocators and the standard library ask for
/// things that they can do without. Those of [`FATAL`] kill the process: only an attacker calls them.
///
/// # Errors
/// If the kernel has no seccomp, or not for this processor.
pub fn filter_calls() -> Result<(), Box<dyn std::error::Error>> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    // A filter knows two outcomes. Of several filters, the harshest outcome counts.
    let fatal = FATAL.iter().chain(FATAL_HERE).map(|call| (*call, Vec::new())).collect();
    let fatal = SeccompFilter::new(fatal, SeccompAction::Allow, SeccompAction::KillProcess, arch)?;
    let eperm = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let others = SeccompFilter::new(allowed()?, eperm, SeccompAction::Allow, arch)?;
    for filter in [fatal, others] {
        seccompiler::apply_filter(&BpfProgram::try_from(filter)?)?;
    }
    Ok(())
}

/// The system calls that a computation needs, whatever the allocator, with the arguments that they may have.
fn allowed() -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let is =
        |argument: u8, value: u64| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value);
    let flags = |argument: u8, mask: libc::c_int, value: libc::c_int| {
        let [mask, value] = [mask, value].map(|flags| u64::from(flags.unsigned_abs()));
        SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(mask), value)
    };
    let input = || SeccompRule::new(vec![is(0, 0)?]);
    let outputs = || {
        Ok::<_, seccompiler::BackendError>(vec![SeccompRule::new(vec![is(0, 1)?])?, SeccompRule::new(vec![is(0, 2)?])?])
    };
    // Memory that can be executed is none that a computation needs; a mapped file could be one that was open before.
    let not_executable = || flags(2, libc::PROT_EXEC, 0);
    let of_no_file = || flags(3, libc::MAP_ANONYMOUS, libc::MAP_ANONYMOUS);
    let mut rules = BTreeMap::from([
        (libc::SYS_read, vec![input()?]),
        (libc::SYS_write, outputs()?),
        (libc::SYS_writev, outputs()?),
        (libc::SYS_mmap, vec![SeccompRule::new(vec![not_executable()?, of_no_file()?])?]),
        (libc::SYS_mprotect, vec![SeccompRule::new(vec![not_executable()?])?]),
        // How a process aborts itself.
        (libc::SYS_tgkill, vec![SeccompRule::new(vec![is(0, std::process::id().into())?])?]),
    ]);
    rules.extend(HARMLESS.iter().map(|call| (*call, Vec::new())));
    Ok(rules)
}

/// Allowed with any arguments.
const HARMLESS: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
];

/// Starts a program, a process or a thread, opens a connection, or reaches for another process or more rights.
const FATAL: &[i64] = &[
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_add_key,
    libc::SYS_bind,
    libc::SYS_bpf,
    libc::SYS_capset,
    libc::SYS_chroot,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_connect,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_kill,
    libc::SYS_listen,
    libc::SYS_memfd_create,
    libc::SYS_mount,
    libc::SYS_open_by_handle_at,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_request_key,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_setns,
    libc::SYS_setuid,
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_tkill,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
];

/// What only this kind of processor has of them.
#[cfg(target_arch = "x86_64")]
const FATAL_HERE: &[i64] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const FATAL_HERE: &[i64] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_is_both_allowed_and_fatal() {
        let allowed = allowed().unwrap();
        let both = FATAL.iter().chain(FATAL_HERE).filter(|call| allowed.contains_key(call));
        assert_eq!(both.count(), 0);
    }
}
