//! Reading files of master data: CSV, a bare JSON array, or the gateway's envelope `{success, data, meta}`, with a
//! byte order mark or without, each row with the line it begins on.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::texts;

/// A row as found: the values by their column, empty ones left out.
#[derive(Debug, Default)]
pub struct Row {
    values: Vec<(String, String)>,
    /// Whether the file has a column at all, even if this row has no value there.
    columns: Vec<String>,
}

impl Row {
    /// The value of the first of these columns that has one, without the space around it.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()))
    }

    /// Whether one of these columns exists in the file.
    pub fn knows(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.columns.iter().any(|column| column == name))
    }

    fn push(&mut self, key: &str, value: &str) {
        let (key, value) = (key.trim().to_lowercase(), value.split_whitespace().collect::<Vec<_>>().join(" "));
        if !value.is_empty() {
            self.values.push((key.clone(), value));
        }
        self.columns.push(key);
    }
}

/// Hands each row of a file to `take`, with its line (from 1); what is no row comes as a sentence that says why. After
/// a file that breaks off, the rows before the break have been handed over.
pub fn read(file: &[u8], mut take: impl FnMut(usize, Result<Row, String>)) {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    match file.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => take(1, Err(texts::EMPTY_FILE.to_owned())),
        Some(b'{' | b'[') => read_json(file, &mut take),
        Some(_) => read_csv(file, &mut take),
    }
}

fn read_csv(file: &[u8], take: &mut impl FnMut(usize, Result<Row, String>)) {
    let head = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // A spreadsheet in an Indonesian locale writes semicolons.
    let count = |wanted: u8| head.iter().filter(|byte| **byte == wanted).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|wanted| count(*wanted)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file);
    let columns: Vec<String> = match reader.byte_headers() {
        Ok(header) => header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
        Err(error) => return take(1, Err(texts::unreadable_header(error))),
    };
    let mut record = csv::ByteRecord::new();
    // Where lines end in CR and LF, a record ends at the CR: what follows still counts as its line.
    let line_of = |at: &csv::Position| {
        let ahead = usize::try_from(at.byte()).ok().and_then(|at| file.get(at)) == Some(&b'\n');
        usize::try_from(at.line()).unwrap_or(usize::MAX).saturating_add(usize::from(ahead))
    };
    loop {
        let line = line_of(reader.position());
        match reader.read_byte_record(&mut record) {
            Ok(false) => return,
            Ok(true) => {
                let line = record.position().map_or(line, line_of);
                take(line, csv_row(&columns, &record));
            }
            Err(error) => return take(line, Err(texts::unreadable_row(error))),
        }
    }
}

fn csv_row(columns: &[String], record: &csv::ByteRecord) -> Result<Row, String> {
    if record.len() != columns.len() {
        return Err(texts::wrong_number_of_columns(record.len(), columns.len()));
    }
    let mut row = Row::default();
    for (column, value) in columns.iter().zip(record) {
        let value = std::str::from_utf8(value).map_err(|_| texts::column_not_utf8(column))?;
        row.push(column, value);
    }
    Ok(row)
}

fn read_json(file: &[u8], take: &mut impl FnMut(usize, Result<Row, String>)) {
    let text = match std::str::from_utf8(file) {
        Ok(text) => text,
        Err(error) => {
            let line = line_of(file, error.valid_up_to());
            return take(line, Err(texts::FILE_NOT_UTF8.to_owned()));
        }
    };
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut each = |raw: &RawValue| {
        let line = lines.of(raw.get());
        take(line, json_row(raw));
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let outcome = Rows(&mut each).deserialize(&mut json).and_then(|()| json.end());
    if let Err(error) = outcome {
        take(error.line(), Err(texts::unreadable_from_here(error)));
    }
}

fn line_of(file: &[u8], at: usize) -> usize {
    1 + file[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Counts lines up to parts of a text that come one after the other.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line on which a part of the text begins.
    fn of(&mut self, part: &str) -> usize {
        // Both are slices of one text; an offset before the last one cannot happen, and would only miscount.
        let at = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).clamp(self.at, self.text.len());
        self.line += self.text.as_bytes()[self.at..at].iter().filter(|byte| **byte == b'\n').count();
        self.at = at;
        self.line
    }
}

/// Finds the rows in either shape of JSON, one at a time.
struct Rows<'f, F>(&'f mut F);

impl<'de, F: FnMut(&'de RawValue)> DeserializeSeed<'de> for Rows<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Rows<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows, or an object with one under `data`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<&'de RawValue>()? {
            (self.0)(row);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let each = self.0;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "data" => map.next_value_seed(Rows(each))?,
                "success" => {
                    if !map.next_value::<bool>()? {
                        return Err(serde::de::Error::custom(texts::GATEWAY_FAILED));
                    }
                }
                "meta" => {
                    let meta: Meta = map.next_value()?;
                    if meta.has_more.unwrap_or(false) {
                        return Err(serde::de::Error::custom(texts::ONLY_A_PAGE));
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Meta {
    has_more: Option<bool>,
}

fn json_row(raw: &RawValue) -> Result<Row, String> {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(raw.get()).map_err(|_| texts::NOT_AN_OBJECT.to_owned())?;
    let mut row = Row::default();
    for (key, value) in object {
        use serde_json::Value::{Array, Bool, Null, Number, Object, String};
        match value {
            Null => row.push(&key, ""),
            String(text) => row.push(&key, &text),
            Number(number) => row.push(&key, &number.to_string()),
            Bool(value) => row.push(&key, if value { "true" } else { "false" }),
            // Years may come as an array of numbers.
            Array(items) => {
                let parts: Vec<_> = items.iter().map(|item| item.to_string()).collect();
                row.push(&key, &parts.join(","));
            }
            Object(_) => return Err(texts::unreadable_value(&key)),
        }
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(file: &[u8]) -> Vec<(usize, Result<String, String>)> {
        let mut found = Vec::new();
        read(file, |line, row| found.push((line, row.map(|row| row.get(&["nama"]).unwrap_or("-").to_owned()))));
        found
    }

    #[test]
    fn csv_with_its_lines() {
        let file = b"kode,nama\r\n1,Satu\r\n2,\"Dua,\nbaris\"\r\n3\r\n4,\xff\r\n5,  Lima   kali  \r\n";
        let found = all(file);
        assert_eq!(found[0], (2, Ok("Satu".into())));
        assert_eq!(found[1], (3, Ok("Dua, baris".into())));
        assert_eq!(found[2], (5, Err("berisi 1 kolom, seharusnya 2".into())));
        assert_eq!(found[3], (6, Err("kolom nama bukan teks UTF-8".into())));
        assert_eq!(found[4], (7, Ok("Lima kali".into())));
    }

    #[test]
    fn csv_with_semicolons_and_a_mark() {
        assert_eq!(all(b"\xef\xbb\xbfkode;nama\n1;Satu, dua\n"), [(2, Ok("Satu, dua".into()))]);
    }

    #[test]
    fn json_in_both_shapes() {
        let array = "\u{feff}[\n {\"nama\": \"Satu\"},\n 7,\n {\"nama\": null}\n]";
        assert_eq!(
            all(array.as_bytes()),
            [(2, Ok("Satu".into())), (3, Err("bukan objek JSON".into())), (4, Ok("-".into()))]
        );
        let envelope = "{\"success\": true,\n\"data\": [{\"nama\": \"Satu\"}],\n\"meta\": {\"has_more\": false}}";
        assert_eq!(all(envelope.as_bytes()), [(2, Ok("Satu".into()))]);
    }

    #[test]
    fn a_part_of_a_whole_is_said_to_be_one() {
        let found = all(b"{\"data\": [{\"nama\": \"Satu\"}],\n\"meta\": {\"has_more\": true}}");
        assert_eq!(found[0], (1, Ok("Satu".into())));
        assert!(found[1].1.as_ref().unwrap_err().contains("has_more"));
    }

    #[test]
    fn what_breaks_off_gives_what_came_before() {
        let found = all(b"[\n{\"nama\": \"Satu\"},\n{\"nama\": \"Du");
        assert_eq!(found[0], (2, Ok("Satu".into())));
        assert_eq!(found[1].0, 3);
        assert!(found[1].1.is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes, |_, _| {});
        }

        #[test]
        fn nearly_json_is_answered(text in "[\\[\\]{}\", a:0-9\n]{0,80}") {
            read(text.as_bytes(), |_, _| {});
        }
    }
}
