//! The symbol of a platform.

use domain::platforms::form::LOGOS;

/// One of our symbols, or that of an external site.
pub(super) fn symbol(logo: Option<&str>) -> &'static str {
    LOGOS.into_iter().find(|symbol| Some(*symbol) == logo).unwrap_or("external")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_one_of_ours() {
        assert_eq!(symbol(Some("cart")), "cart");
        assert_eq!([symbol(None), symbol(Some("x\"><script>"))], ["external"; 2]);
    }
}
