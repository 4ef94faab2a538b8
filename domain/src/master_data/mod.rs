//! Master data: institutions and their work units.

pub mod institution;
pub mod work_unit;
