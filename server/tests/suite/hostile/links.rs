//! Secrets of mailed links, sessions and identifiers that come from outside.
