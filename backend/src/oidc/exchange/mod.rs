//! Exchanges: a code or a refresh token is used up, and tokens are issued for it.

mod rules;
mod store;

pub(super) use {
    rules::{Exchange, ExchangeRequest, IssuedTokens, Outcome, invalid_grant},
    store::carry_out,
};
