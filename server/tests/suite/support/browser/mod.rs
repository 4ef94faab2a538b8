//! A running server, and visitors whose browser runs no script.

mod answer;
mod events;
mod html;
mod site;
mod visitor;

pub use self::{
    answer::Answer,
    events::Events,
    html::Element,
    site::Site,
    visitor::{Visitor, streamed},
};

/// Names and values of a form.
pub type Fields = Vec<(String, String)>;

/// The fields with these values replaced or added.
pub fn changed(mut fields: Fields, changes: &[(&str, &str)]) -> Fields {
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}
