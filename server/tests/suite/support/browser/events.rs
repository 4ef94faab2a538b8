use std::time::Duration;

use reqwest::Response;

/// An open stream of server-sent events.
pub struct Events {
    response: Response,
    read: String,
}

impl Events {
    pub fn new(response: Response) -> Self {
        Self { response, read: String::new() }
    }

    /// Name and data of the next event; `None` once the stream ended.
    pub async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let line = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim();
                let event = (line("event:").to_owned(), line("data:").to_owned());
                self.read = rest.to_owned();
                // Comments only keep the connection alive.
                if !event.0.is_empty() {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok()??;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event, which must come within two seconds.
    pub async fn soon(&mut self) -> Option<(String, String)> {
        tokio::time::timeout(Duration::from_secs(2), self.next()).await.expect("within two seconds")
    }
}
