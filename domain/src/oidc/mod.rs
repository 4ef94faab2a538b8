//! OAuth 2.0 and OpenID Connect as far as they need neither a database nor a key: requests of platforms, and the errors
//! that answer them.

mod authorization;
mod challenge;
mod error;
mod logout;
mod parameters;
mod scope;

pub use authorization::{AuthorizationRequest, Prompt};
pub use challenge::Challenge;
pub use error::{ErrorCode, OAuthError};
pub use logout::LogoutQuestion;
pub use parameters::{Parameters, is_plain, only, parameters};
pub use scope::{Scope, Scopes};
