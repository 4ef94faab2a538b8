//! Names of institutions and work units, and addresses.

use super::{
    lists::{ADDRESS_WORDS, lists},
    squeezed::Squeezed,
};
use crate::search::words;

/// The distinct words that identify an address: names, and numbers without leading zeros.
pub(super) fn address_words(address: &str) -> Vec<String> {
    let mut known: Vec<String> = words(address).into_iter().map(|(_, word)| bare_number(&word)).collect();
    known.retain(|word| !lists(ADDRESS_WORDS, word));
    known.sort_unstable();
    known.dedup();
    known
}

/// `026` as `26`; any other word as it is.
pub(super) fn bare_number(word: &str) -> String {
    match word.trim_start_matches('0') {
        "" => "0".to_owned(),
        bare if word.bytes().all(|byte| byte.is_ascii_digit()) => bare.to_owned(),
        _ => word.to_owned(),
    }
}

/// One way to write the name of a place.
pub(super) struct Spelling {
    pub(super) plain: String,
    pub(super) spelled_out: String,
}

/// The ways to write a name of the master data. Brackets, a code at the end and words that letters leave out are removed;
/// the part before a slash is a spelling of its own.
pub(super) fn spellings(place: &str) -> Vec<Spelling> {
    let mut depth = 0_u32;
    let name: String = place
        .replace('&', " dan ")
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    let mut forms = vec![essential(&name)];
    forms.extend(name.split_once('/').map(|(first, _)| essential(first)).filter(|form| form.len() > 1));
    let spelling = |form: Vec<String>| {
        let name = form.join(" ");
        Spelling { plain: Squeezed::of(&name).letters, spelled_out: Squeezed::spelled_out(&name).letters }
    };
    forms.into_iter().map(spelling).collect()
}

/// The words of a place that a letter would not leave out; at least two if the name has two.
fn essential(name: &str) -> Vec<String> {
    let mut words: Vec<String> = words(name).into_iter().map(|(_, word)| word).collect();
    let is_code = |word: &String| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    if words.len() > 2 && words.last().is_some_and(is_code) {
        words.pop();
    }
    for ending in [&["republik", "indonesia"][..], &["ri"]] {
        let rest = words.len().saturating_sub(ending.len());
        if rest > 1 && words[rest..].iter().eq(ending) {
            words.truncate(rest);
        }
    }
    for beginning in ["pemerintah", "daerah"] {
        if words.len() > 2 && words[0] == beginning {
            words.remove(0);
        }
    }
    words
}
