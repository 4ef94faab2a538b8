//! The program `gerbang`: settings, command line, HTTP, background work.

pub mod application;
pub mod commands;
pub mod config;
pub mod connections;
pub mod http;
pub mod opening;
