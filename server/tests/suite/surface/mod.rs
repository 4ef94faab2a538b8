//! Rules for every request: who may read what, what is refused, which headers every answer has.

mod headers;
mod health;
mod input;
mod limits;
mod origin;
mod process;
mod readers;
mod routes;

const REASON: &str = "Surat tidak memuat masa berlaku sebagai PA.";
