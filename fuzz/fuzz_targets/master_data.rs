//! Files of master data, as far as they are read without a database.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| backend::master_data::import::fuzz(file));
