//! The error of every measurement.

pub type Failure = Box<dyn std::error::Error + Send + Sync>;
