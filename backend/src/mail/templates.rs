//! Renders a mail from its folder of templates, `backend/templates/mail/<mail>/`: `subject.txt`, `body.txt` and
//! `body.html`.
//!
//! The bodies extend `layout.txt` and `layout.html`; `parts.txt` and `parts.html` hold what several mails draw. All
//! sentences are in the templates. Askama checks the templates at compile time.

/// A mail as it is handed to the mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedMail {
    pub subject: String,
    pub text: String,
    /// The same content as `text`, in tables with inline styles, without image and script.
    pub html: String,
}

/// Declares the enum `Mail` and how each of its variants is rendered.
///
/// A row is a variant and the paths of its three templates, which askama accepts only as literals. A template sees the
/// fields of the variant by name, and `site`: the base address of all links, without a slash at its end. `body.html`
/// also sees `subject`.
macro_rules! mails {
    ($(
        $(#[$doc:meta])*
        $mail:ident $({ $($field:ident: $type:ty),+ $(,)? })?
            => $subject_path:literal, $text_path:literal, $html_path:literal;
    )+) => {
        /// A mail by its occasion, with what its templates need. Stored as JSON in the outbox.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "template", rename_all = "snake_case")]
        pub enum Mail {
            $($(#[$doc])* $mail $({ $($field: $type),+ })?,)+
        }

        #[allow(dead_code, reason = "a template need not use every field of its mail")]
        impl Mail {
            /// Renders the mail. Its links begin with the base address of `settings`.
            ///
            /// # Errors
            /// [`Error::Internal`](crate::Error::Internal) if a template fails.
            pub fn render(&self, settings: &$crate::Settings) -> $crate::error::Result<$crate::mail::RenderedMail> {
                use $crate::mail::{RenderedMail, templates::render_part};
                let site = &settings.link("");
                match self {$(
                    Self::$mail $({ $($field),+ })? => {
                        #[derive(askama::Template)]
                        #[template(path = $subject_path)]
                        struct Subject<'a> { site: &'a str, $($($field: &'a $type),+)? }

                        #[derive(askama::Template)]
                        #[template(path = $text_path)]
                        struct Text<'a> { site: &'a str, $($($field: &'a $type),+)? }

                        #[derive(askama::Template)]
                        #[template(path = $html_path)]
                        struct Html<'a> { site: &'a str, subject: &'a str, $($($field: &'a $type),+)? }

                        let subject = render_part(&Subject { site, $($($field),+)? })?;
                        let text = render_part(&Text { site, $($($field),+)? })?;
                        let html = render_part(&Html { site, subject: &subject, $($($field),+)? })?;
                        Ok(RenderedMail { subject, text, html })
                    }
                )+}
            }
        }
    };
}

pub(super) use mails;

pub(super) fn render_part(template: &impl askama::Template) -> crate::error::Result<String> {
    template.render().map_err(crate::Error::internal)
}

/// Filters of the templates, written with `|`.
pub(super) mod filters {
    use ::time::Date;
    use domain::indonesian;

    #[askama::filter_fn]
    pub fn date(date: &Date, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(indonesian::date(*date))
    }

    #[askama::filter_fn]
    pub fn date_with_weekday(date: &Date, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(indonesian::date_with_weekday(*date))
    }
}
