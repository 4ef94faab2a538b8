//! Guessing, lockouts and worn-down limits at sign-in, sign-up and reset.
