//! Paths of the provider, and names that several endpoints share.

pub const AUTHORIZE: &str = "/oidc/authorize";
pub const TOKEN: &str = "/oidc/token";
pub const USERINFO: &str = "/oidc/userinfo";
pub const JWKS: &str = "/oidc/jwks";
pub const REVOKE: &str = "/oidc/revoke";
pub const INTROSPECT: &str = "/oidc/introspect";
pub const LOGOUT: &str = "/oidc/logout";
/// Our page that asks whether to sign out, and confirms that it is done.
pub const LOGOUT_PAGE: &str = "/oidc/keluar";

/// The claim `acr` of a sign-in by password, the only way to sign in.
pub const ACR: &str = "urn:gerbang:acr:kata-sandi";
