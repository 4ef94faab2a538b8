use std::borrow::Cow;

use bytes::Bytes;
use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

use super::{Element, Fields, html};

/// A whole response, read as a browser without script shows it.
#[derive(Debug)]
pub struct Answer {
    /// Path and query of the request.
    pub path: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Sends a request and reads the whole response.
    pub async fn of(path: &str, request: RequestBuilder) -> Self {
        Self::try_of(path, request).await.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Like [`Answer::of`], for a server that may be down.
    pub async fn try_of(path: &str, request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { path: path.to_owned(), status, headers, body: response.bytes().await? })
    }

    /// Panics unless the answer has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} says: {}", self.path, self.text());
        self
    }

    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The target of a redirect.
    pub fn location(&self) -> Option<&str> {
        Some(self.header("location")).filter(|_| matches!(self.status, 301..=308))
    }

    /// The body as text.
    pub fn html(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} is no JSON: {}", self.path, self.html()))
    }

    /// The text on screen, with single spaces.
    pub fn text(&self) -> String {
        html::text(&self.html())
    }

    /// True if the sentence is on screen.
    pub fn says(&self, sentence: &str) -> bool {
        self.text().contains(sentence)
    }

    /// Panics unless the sentence is on screen.
    #[track_caller]
    pub fn expect_says(self, sentence: &str) -> Self {
        assert!(self.says(sentence), "{} does not say {sentence:?} but: {}", self.path, self.text());
        self
    }

    /// Panics unless all these are on screen.
    #[track_caller]
    pub fn shows(&self, sentences: &[&str]) {
        let text = self.text();
        for sentence in sentences {
            assert!(text.contains(sentence), "{} does not say {sentence:?} but: {text}", self.path);
        }
    }

    /// The fields of the first form that posts to `action`, as a browser sends it unchanged, without buttons and files.
    #[track_caller]
    pub fn form(&self, action: &str) -> Fields {
        let Some(fields) = html::form(&self.html(), action) else { panic!("{} has no form for {action}", self.path) };
        fields
    }

    /// The value of a field of the form that posts to `action`.
    #[track_caller]
    pub fn value(&self, action: &str, name: &str) -> Option<String> {
        self.form(action).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The elements of the page that match a CSS selector, in their order.
    pub fn select(&self, selector: &str) -> Vec<Element> {
        html::select(&self.html(), selector)
    }

    /// All elements of the page, in their order.
    pub fn tags(&self) -> Vec<Element> {
        self.select("*")
    }
}
