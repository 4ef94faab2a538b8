//! What platforms are told, and what they can learn beyond it.
