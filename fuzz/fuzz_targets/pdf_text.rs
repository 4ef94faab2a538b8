//! The text of a letter.
#![no_main]

use backend::documents::pdf::{Task, perform};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|letter: &[u8]| {
    perform(Task::Text, letter.to_vec(), &mut std::io::sink()).expect("an answer");
});
