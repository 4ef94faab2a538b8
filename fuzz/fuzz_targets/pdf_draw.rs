//! The image of a page of a letter.
#![no_main]

use backend::documents::pdf::{Task, perform};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|letter: &[u8]| {
    // Small, because most of a larger image is the same work again.
    perform(Task::Draw { page: 0, width: 64 }, letter.to_vec(), &mut std::io::sink()).expect("an answer");
});
