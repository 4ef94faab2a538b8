//! What follows an authorization request.

use url::Url;
use uuid::Uuid;

/// Where the browser goes next.
#[derive(Debug)]
pub enum Next {
    /// To an error page of ours: client or redirect are unknown, so that no answer may be sent (RFC 6749, section 4.1.2.1).
    Show(Strange),
    /// Back to the platform, with a code or an error.
    Redirect(Url),
    /// To a page of ours for the next step, while the request is stored.
    Wait { request: Uuid, step: Step },
}

/// What the person must do before they return to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Sign in, or sign in again.
    SignIn,
    /// Sign in as the person that the platform named, who is another one.
    SwitchPerson,
    /// Choose an access.
    Choose,
    /// Accept the terms that are due for this access.
    Accept(Uuid),
}

/// Why no answer may be sent to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strange {
    /// No enabled platform has this `client_id`.
    Client,
    /// The platform has not registered this redirect.
    Redirect,
}
