//! Verifiers and administrators who act for themselves or for somebody close.

mod desk;
mod sirup;
mod staff;
