//! Somebody who has a copy of the database, the letters or the secret.
