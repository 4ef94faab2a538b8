//! Letters that attack the process which reads them.
