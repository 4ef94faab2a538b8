//! An SMTP server that accepts, refuses, stalls or stops, as a test wants.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
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

pub struct Smtp {
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
    mails: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Smtp {
    pub async fn start(manner: Manner) -> Self {
        Self::start_at(0, manner).await
    }

    pub async fn start_at(port: u16, manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (manner, mails) = (Arc::new(Mutex::new(manner)), Arc::new(Mutex::new(Vec::new())));
        let (shared, accepted) = (manner.clone(), mails.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(converse(stream, shared.clone(), accepted.clone()));
            }
        });
        Self { port, manner, mails, task }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// The source of all accepted mails, oldest first.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    /// Stops the server and returns its port, for [`start_at`](Self::start_at).
    pub fn stop(self) -> u16 {
        self.task.abort();
        self.port
    }
}

async fn converse(stream: TcpStream, manner: Arc<Mutex<Manner>>, mails: Arc<Mutex<Vec<String>>>) {
    let manner = || *manner.lock().unwrap();
    if manner() == Manner::Stalls {
        std::future::pending::<()>().await;
    }
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let _ = write.write_all(b"220 test\r\n").await;
    let (mut in_data, mut mail) = (false, String::new());
    while let Ok(Some(line)) = lines.next_line().await {
        if in_data {
            if line == "." {
                mails.lock().unwrap().push(std::mem::take(&mut mail));
                in_data = false;
                let _ = write.write_all(b"250 taken\r\n").await;
            } else {
                mail.push_str(&line);
                mail.push('\n');
            }
            continue;
        }
        let command = line.to_uppercase();
        let answer = if command.starts_with("EHLO") || command.starts_with("HELO") {
            "250 test\r\n".to_owned()
        } else if command.starts_with("RCPT") {
            match manner() {
                Manner::Refuses(code) => format!("{code} no\r\n"),
                _ => "250 ok\r\n".to_owned(),
            }
        } else if command.starts_with("DATA") {
            in_data = true;
            "354 go\r\n".to_owned()
        } else if command.starts_with("QUIT") {
            let _ = write.write_all(b"221 bye\r\n").await;
            return;
        } else {
            "250 ok\r\n".to_owned()
        };
        let _ = write.write_all(answer.as_bytes()).await;
    }
}
