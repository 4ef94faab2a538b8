//! The sentences of the page of jobs.

use domain::indonesian::count;

pub const LEAD: &str = "Yang berjalan sendiri, menurut server yang menjawab halaman ini.";

/// `12 dikerjakan`
pub fn done(number: usize) -> String {
    format!("{} dikerjakan", count(number as u64))
}

/// `setiap 5 detik`, `setiap 10 menit`
pub fn every(seconds: u64) -> String {
    match seconds {
        0..60 => format!("setiap {seconds} detik"),
        60..3600 => format!("setiap {} menit", seconds / 60),
        _ => format!("setiap {} jam", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::every;

    #[test]
    fn pace_is_written_in_its_largest_unit() {
        assert_eq!([5, 600, 7200].map(every), ["setiap 5 detik", "setiap 10 menit", "setiap 2 jam"]);
    }
}
