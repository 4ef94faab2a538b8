//! Connections that a test writes and reads byte by byte, as no browser would.

use std::{io::ErrorKind, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use url::Url;

pub struct Raw(TcpStream);

impl Raw {
    pub async fn open(server: &Url) -> Self {
        Self(TcpStream::connect(address(server)).await.unwrap())
    }

    /// Connects from 127.1.0.0 and the addresses after it, each of which is a network of its own.
    pub async fn from_network(server: &Url, nth: u16) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        let [high, low] = nth.to_be_bytes();
        socket.bind(SocketAddr::from(([127, 1, high, low], 0))).unwrap();
        Self(socket.connect(address(server)).await.unwrap())
    }

    /// Sends the head of a post from a page of ours, which announces so many bytes, and the beginning of its body.
    pub async fn post(server: &Url, path: &str, announced: usize, body: &str) -> Self {
        let mut raw = Self::open(server).await;
        raw.send(&post(path, announced, body)).await;
        raw
    }

    /// Sends some bytes; the server may have closed the connection.
    pub async fn send(&mut self, bytes: &str) -> bool {
        self.0.write_all(bytes.as_bytes()).await.is_ok()
    }

    /// True if the server closed the connection; reads what it sent before.
    pub fn is_closed(&self) -> bool {
        let mut some = [0; 4096];
        loop {
            match self.0.try_read(&mut some) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() != ErrorKind::WouldBlock,
            }
        }
    }

    /// All that the server sends until it closes the connection.
    pub async fn rest(mut self) -> String {
        let (mut read, mut some) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = self.0.read(&mut some).await {
            read.extend_from_slice(&some[..count]);
        }
        String::from_utf8_lossy(&read).into_owned()
    }

    /// The status of the answer; the server must close the connection after it. 0 if there is no answer.
    pub async fn status(self) -> u16 {
        let rest = self.rest().await;
        rest.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }
}

/// A post from a page of ours: its head, and the beginning of its body.
pub fn post(path: &str, announced: usize, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {announced}\r\n\r\n{body}"
    )
}

fn address(server: &Url) -> SocketAddr {
    server.socket_addrs(|| None).unwrap()[0]
}
