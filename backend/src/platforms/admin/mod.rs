//! What an administrator sets of platforms: names and admission, the client of OpenID Connect, its addresses and secrets.

mod read;
mod secrets;
mod settings;

pub use read::{find, list};
pub use secrets::{make_secret, retire_secret};
pub use settings::{change, create, set_disabled};
