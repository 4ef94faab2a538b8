//! Links and addresses in a name: mail programs and lists would make them something to click. The lists of words have one
//! entry a line.

/// Titles and degrees that people write without a space behind their dot (`dr.Andi`, `SE.MM`).
const TITLES: &str = include_str!("../data/titles.txt");
const DEGREES: &str = include_str!("../data/degrees.txt");
/// What else stands before a dot: short forms of first names, legal forms, and parts of degrees (`A.Md.Keb`).
const ABBREVIATIONS: &str = include_str!("../data/abbreviations.txt");
/// Parts of degrees and titles of two letters. After a dot, any other two letters are the domain of a country.
const PARTS: &str = include_str!("../data/degree_parts.txt");
/// Domains that no abbreviation may stand before, other than [`COMMERCE`].
const DOMAINS: &str = include_str!("../data/link_domains.txt");
/// Bachelor and Master of Commerce.
const COMMERCE: [(&str, &str); 2] = [("b", "com"), ("m", "com")];

/// True if a line has an e-mail address, or a link that begins with `www.` or a scheme.
pub fn has_address(line: &str) -> bool {
    let line = plain(line);
    line.contains('@') || line.contains("://") || line.contains("www.")
}

/// True for [`has_address`], and for a line with a word like `jahat.example`. Titles, degrees and initials pass, with a
/// space behind their dots or without.
pub fn looks_like_link(line: &str) -> bool {
    let ends_word = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-');
    has_address(line) || plain(line).split(ends_word).any(names_host)
}

/// In lower case, with the dots and signs that programs take for those of a link.
fn plain(line: &str) -> String {
    let ascii = |c: char| match c {
        '\u{2024}' | '\u{3002}' | '\u{fe52}' | '\u{ff61}' => '.',
        '\u{fe6b}' => '@',
        // The wide forms of ASCII stand in its order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    line.chars().map(ascii).flat_map(char::to_lowercase).collect()
}

fn names_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').filter(|label| !label.is_empty()).collect();
    let is_number = |label: &&str| label.chars().all(char::is_numeric);
    if labels.len() == 4 && labels.iter().all(is_number) {
        return true;
    }
    labels.windows(2).any(|pair| is_host(pair[0], pair[1]))
}

/// True if `domain` may be the end of a host, and what stands before it is no abbreviation.
fn is_host(before: &str, domain: &str) -> bool {
    let letters = domain.chars().count();
    let possible = letters >= 2 && domain.chars().all(char::is_alphabetic) || domain.starts_with("xn--");
    if !possible || COMMERCE.contains(&(before, domain)) {
        return false;
    }
    listed(DOMAINS, domain) || !is_abbreviation(before) || letters == 2 && !listed(PARTS, domain)
}

fn is_abbreviation(word: &str) -> bool {
    word.chars().count() == 1 && word.chars().all(char::is_alphabetic)
        || [ABBREVIATIONS, PARTS, TITLES, DEGREES].iter().any(|list| listed(list, word))
}

fn listed(list: &str, word: &str) -> bool {
    list.lines().any(|line| line == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Klaim hadiah www.jahat.example")]
    #[case("https://jahat.example/klaim")]
    #[case("HTTP://JAHAT")]
    #[case("jahat.example")]
    #[case("Jahat.Example")]
    #[case("(jahat.example)")]
    #[case("Hadiah:jahat.example/klaim")]
    #[case("klaim-hadiah.com")]
    #[case("klaim.hadiah.co.id")]
    #[case("bit.ly/hadiah")]
    #[case("s.id/hadiah")]
    #[case("t.me/hadiah")]
    #[case("wa.me/628123456789")]
    #[case("x.com")]
    #[case("dr.id")]
    #[case("dr.xyz")]
    #[case("jahat.example.S")]
    #[case("gratis.xn--p1ai")]
    #[case("10.0.0.1")]
    #[case("jahat。example")]
    #[case("jahat．ｃｏｍ")]
    #[case("ｗｗｗ．jahat")]
    #[case("siti@contoh.go.id")]
    #[case("siti＠contoh")]
    #[case("@siti")]
    fn links_and_addresses_are_found(#[case] line: &str) {
        assert!(looks_like_link(line), "{line}");
    }

    #[rstest]
    #[case("Budi Santoso, S.Kom., M.M.")]
    #[case("Budi Santoso, S.Kom.,M.M.")]
    #[case("Budi Santoso S.Kom M.Kom")]
    #[case("dr. Andi Wijaya, Sp.PD-KGEH")]
    #[case("dr.Andi Wijaya,Sp.OG.")]
    #[case("drg. Rina Marpaung, Sp.KG")]
    #[case("Rina Marpaung, A.Md.Keb")]
    #[case("Rina Marpaung, S.Tr.Keb., Bdn.")]
    #[case("H.M. Yusuf")]
    #[case("H.M.Yusuf")]
    #[case("Drs.H.Ahmad Fauzi,M.Si")]
    #[case("Prof.Dr.Ir.Bambang Adi Prakoso, Ph.D")]
    #[case("Dr. rer. nat. Ni Luh Putu Ayu")]
    #[case("K.H. Abdurrahman")]
    #[case("KH.Abdurrahman Wahid")]
    #[case("Hj.St. Aminah, S.Ag., M.Pd.I")]
    #[case("Moh.Yusuf, SE.MM")]
    #[case("Muh. Iqbal, S.H.,M.H.")]
    #[case("I.G.N. Putra, S.Pd.SD")]
    #[case("I Gusti Ayu, S.ST.Par.")]
    #[case("Teuku Umar, S.Sos., M.A.P.")]
    #[case("R.A.Kartini")]
    #[case("Ns. Siti Rahmawati, S.Kep.Ns.")]
    #[case("apt. Dewi, S.Farm.")]
    #[case("Maria Goretti D’Souza, B.Com., M.Com.")]
    #[case("Abd. Al-Hakim")]
    #[case("Abd.Al-Hakim")]
    #[case("Nurul ‘Aini")]
    #[case("Sukarno")]
    #[case("Toko Sinar Jaya 88")]
    #[case("PT.Sinar Jaya")]
    #[case("Letkol Inf. Agus")]
    #[case("...")]
    fn names_with_titles_are_no_links(#[case] name: &str) {
        assert!(!looks_like_link(name), "{name}");
    }

    proptest! {
        #[test]
        fn any_line_is_judged(line in any::<String>()) {
            let _ = looks_like_link(&line);
        }

        /// Whatever stands around it, and however it is capitalised.
        #[test]
        fn a_hidden_link_is_found(
            before in "[A-Za-z ,(]{0,12}", host in "[a-zA-Z]{5,12}-x", domain in "(com|ID|example|Xyz|me)", after in "([ ,/)].{0,12})?",
        ) {
            let line = format!("{before} {host}.{domain}{after}");
            prop_assert!(looks_like_link(&line), "{}", line);
        }

        #[test]
        fn words_without_dots_are_no_links(name in "[A-Za-z’' -]{0,40}") {
            prop_assert!(!looks_like_link(&name), "{}", name);
        }
    }
}
