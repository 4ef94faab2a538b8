//! An SMTP server that accepts, refuses, stalls, answers late or hangs up, at any stage, as a test wants.

use std::{
    io::ErrorKind,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::watch,
};

/// What the server does in the next conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Accepts mail.
    Takes,
    /// Refuses the recipient with this reply code.
    Refuses(u16),
    /// Accepts the connection and sends nothing.
    Stalls,
}

/// What the server is about to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    MailFrom,
    RcptTo,
    Data,
    /// The final dot of a mail.
    Content,
    Reset,
    Quit,
}

/// What a hook lets the server do.
#[derive(Clone)]
pub enum Answer {
    /// Accepts.
    Usual,
    /// Answers with this line.
    Says(&'static str),
    /// Answers with this line once the gate is open. A mail is accepted if the line begins with 2.
    Late(Gate, &'static str),
    /// Never answers.
    Silent,
    /// Closes the connection.
    HangsUp,
}

/// Holds answers back until it is opened.
#[derive(Clone)]
pub struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    pub fn closed() -> Self {
        Self(Arc::new(watch::channel(false).0))
    }

    pub fn open(&self) {
        self.0.send_replace(true);
    }

    async fn passed(&self) {
        self.0.subscribe().wait_for(|open| *open).await.unwrap();
    }
}

/// Asked at each stage, with the line that the client sent.
type Hook = dyn Fn(Stage, &str) -> Answer + Send + Sync;

pub struct Smtp {
    pub port: u16,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    hook: Mutex<Arc<Hook>>,
    mails: Mutex<Vec<String>>,
    /// The stages of all conversations, with the lines of the client.
    seen: Mutex<Vec<(Stage, String)>>,
}

impl Smtp {
    pub async fn start(manner: Manner) -> Self {
        Self::start_at(0, manner).await
    }

    pub async fn start_at(port: u16, manner: Manner) -> Self {
        Self::listen(port, Arc::new(hook_of(manner))).await
    }

    pub async fn hooked(hook: impl Fn(Stage, &str) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(0, Arc::new(hook)).await
    }

    async fn listen(port: u16, hook: Arc<Hook>) -> Self {
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", port)).await {
                Ok(listener) => break listener,
                // The server that was stopped at this port goes in its own time.
                Err(error) if error.kind() == ErrorKind::AddrInUse => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { hook: Mutex::new(hook), mails: Mutex::default(), seen: Mutex::default() });
        let conversations = shared.clone();
        let task = tokio::spawn(async move {
            // Dropped with the server, and ends all conversations.
            let mut tasks = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tasks.spawn(converse(stream, conversations.clone()));
            }
        });
        Self { port, shared, task }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn set(&self, manner: Manner) {
        self.hook(hook_of(manner));
    }

    pub fn hook(&self, hook: impl Fn(Stage, &str) -> Answer + Send + Sync + 'static) {
        *self.shared.hook.lock().unwrap() = Arc::new(hook);
    }

    /// The source of all accepted mails, oldest first.
    pub fn mails(&self) -> Vec<String> {
        self.shared.mails.lock().unwrap().clone()
    }

    /// How often a stage was reached.
    pub fn count(&self, stage: Stage) -> usize {
        self.shared.seen.lock().unwrap().iter().filter(|(seen, _)| *seen == stage).count()
    }

    /// Stops the server, with all conversations, and returns its port, for [`start_at`](Self::start_at).
    pub fn stop(self) -> u16 {
        self.task.abort();
        self.port
    }
}

fn hook_of(manner: Manner) -> impl Fn(Stage, &str) -> Answer + Send + Sync + 'static {
    move |stage, _| match (manner, stage) {
        (Manner::Refuses(code), Stage::RcptTo) => Answer::Says(Box::leak(format!("{code} no").into_boxed_str())),
        (Manner::Stalls, Stage::Greeting) => Answer::Silent,
        _ => Answer::Usual,
    }
}

impl Shared {
    /// Answers a stage. Returns whether the answer was positive, or `None` if the conversation is over. A `mail` that the
    /// answer accepts is seen by the test before the client hears of it.
    async fn answer(&self, stage: Stage, line: &str, mail: Option<String>, write: &mut OwnedWriteHalf) -> Option<bool> {
        let hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.seen.lock().unwrap().push((stage, line.to_owned()));
        let said = match hook(stage, line) {
            Answer::Usual => usual(stage),
            Answer::Says(line) => line,
            Answer::Late(gate, line) => {
                gate.passed().await;
                line
            }
            Answer::Silent => std::future::pending().await,
            Answer::HangsUp => return None,
        };
        let accepts = said.starts_with(['2', '3']);
        self.mails.lock().unwrap().extend(mail.filter(|_| accepts));
        write.write_all(format!("{said}\r\n").as_bytes()).await.ok()?;
        Some(accepts)
    }
}

fn usual(stage: Stage) -> &'static str {
    match stage {
        Stage::Greeting => "220 test",
        Stage::Ehlo => "250-test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
        Stage::Auth => "235 welcome",
        Stage::Data => "354 go",
        Stage::Content => "250 taken",
        Stage::Quit => "221 bye",
        Stage::StartTls | Stage::MailFrom | Stage::RcptTo | Stage::Reset => "250 ok",
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    shared.answer(Stage::Greeting, "", None, &mut write).await?;
    while let Ok(Some(line)) = lines.next_line().await {
        let command = line.to_uppercase();
        let stages = [
            ("EHLO", Stage::Ehlo),
            ("STARTTLS", Stage::StartTls),
            ("AUTH", Stage::Auth),
            ("MAIL", Stage::MailFrom),
            ("RCPT", Stage::RcptTo),
            ("DATA", Stage::Data),
            ("RSET", Stage::Reset),
            ("QUIT", Stage::Quit),
        ];
        let Some((_, stage)) = stages.into_iter().find(|(word, _)| command.starts_with(word)) else {
            write.write_all(b"500 what?\r\n").await.ok()?;
            continue;
        };
        let accepted = shared.answer(stage, &line, None, &mut write).await?;
        if stage == Stage::Quit {
            return None;
        }
        if stage == Stage::Data && accepted {
            let mut mail = String::new();
            loop {
                let line = lines.next_line().await.ok()??;
                if line == "." {
                    break;
                }
                mail.push_str(&line);
                mail.push('\n');
            }
            shared.answer(Stage::Content, "", Some(mail), &mut write).await?;
        }
    }
    None
}
