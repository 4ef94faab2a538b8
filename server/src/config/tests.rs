use std::collections::BTreeSet;

use domain::{applications::sirup::CUTOFF, calendar::PROMISED_WORKING_DAYS};

use super::{
    loading::{parse_file, to_text},
    table::{Fallback, Kind, Presence, SETTINGS, Setting},
    *,
};

/// 32 bytes.
const SECRET: &str = "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTE=";

const PRODUCTION: &[(&str, &str)] = &[
    ("env", "production"),
    ("base_url", "https://gerbang.contoh.go.id"),
    ("secret", SECRET),
    ("trusted_proxies", "127.0.0.1"),
    ("sirup_url", "https://sirup.contoh.go.id"),
    ("sirup_token", "rahasia"),
    ("smtp_url", "smtps://surel.contoh.go.id"),
    ("mail_from", "Gerbang <gerbang@contoh.go.id>"),
    ("help_url", "mailto:bantuan@contoh.go.id"),
];

fn from_pairs(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_pairs(pairs)
}

fn from_file(environment: Environment, text: &str) -> Result<Config, ConfigError> {
    let mut faults = Faults::default();
    match parse_file(text) {
        Ok(file) => Config::check(environment, &Written { file, ..Written::default() }, faults),
        Err(error) => {
            faults.add(texts::file_unreadable("gerbang.toml", error));
            faults.unless_any(Ok(from_pairs(&[]).unwrap()))
        }
    }
}

fn refusal(pairs: &[(&str, &str)]) -> String {
    from_pairs(pairs).unwrap_err().to_string()
}

/// The faults of a file in development.
fn faults_of(text: &str) -> Vec<String> {
    from_file(Environment::Development, text).unwrap_err().sentences
}

#[test]
fn development_needs_nothing() {
    let config = from_pairs(&[]).unwrap();
    assert!(config.is_development() && config.mail.smtp_url.is_none() && config.server.secret.is_none());
    assert_eq!(config.server.addr.to_string(), "127.0.0.1:3000");
}

#[test]
fn production_names_what_is_missing() {
    assert!(from_pairs(PRODUCTION).is_ok());
    for at in 1..PRODUCTION.len() {
        let mut pairs = PRODUCTION.to_vec();
        let (name, _) = pairs.remove(at);
        let sentence = refusal(&pairs);
        assert!(sentence.contains(&format!("GERBANG_{}", name.to_uppercase())), "{sentence}");
    }
}

#[test]
fn wrong_values_are_named() {
    assert!(refusal(&[("adr", "x")]).contains("GERBANG_ADR tidak dikenal"));
    assert!(refusal(&[("env", "prod")]).contains("GERBANG_ENV"));
    assert!(refusal(&[("addr", "3000")]).contains("GERBANG_ADDR"));
    assert!(refusal(&[("base_url", "https://contoh.go.id/gerbang")]).contains("GERBANG_BASE_URL"));
    assert!(refusal(&[("database_url", "mysql://x")]).contains("GERBANG_DATABASE_URL"));
    assert!(refusal(&[("trusted_proxies", "10.0.0.0/8, x")]).contains("GERBANG_TRUSTED_PROXIES"));
    assert!(refusal(&[("sirup_cutoff", "1 Agustus")]).contains("GERBANG_SIRUP_CUTOFF"));
    let insecure = [PRODUCTION, &[("base_url", "http://contoh.go.id")]].concat();
    assert!(refusal(&insecure).contains("https"));
    let with_demo = [PRODUCTION, &[("demo_url", "http://127.0.0.1:3002")]].concat();
    assert!(refusal(&with_demo).contains("GERBANG_DEMO_URL"));
}

#[test]
fn a_promise_is_of_one_to_thirty_days() {
    assert_eq!(from_pairs(&[]).unwrap().limits.promised_working_days, 3);
    for (text, days) in [("1", 1), ("5", 5), ("30", 30)] {
        let config = from_pairs(&[("promised_working_days", text)]).unwrap();
        let settings = config.settings("http://localhost".parse().unwrap());
        assert_eq!(settings.promised_working_days, days);
    }
    for text in ["0", "31", "-1", "tiga", "3 hari", ""] {
        let sentence = refusal(&[("promised_working_days", text)]);
        let said = format!("GERBANG_PROMISED_WORKING_DAYS salah: {text:?} bukan bilangan dari 1 sampai 30.");
        assert!(sentence.ends_with(&said), "{sentence}");
    }
}

#[test]
fn development_is_for_this_machine_unless_it_is_said() {
    for reachable in [("addr", "0.0.0.0:3000"), ("addr", "[::]:3000"), ("base_url", "https://gerbang.contoh.go.id")] {
        assert!(refusal(&[reachable]).contains("GERBANG_ENV"), "{reachable:?}");
        assert!(from_pairs(&[reachable, ("env", "development")]).unwrap().is_development());
    }
    assert!(from_pairs(&[("addr", "[::1]:3000"), ("base_url", "http://localhost:3000")]).is_ok());
}

#[test]
fn mail_is_encrypted_in_production() {
    let with = |url| [PRODUCTION, &[("smtp_url", url)]].concat();
    for url in ["smtp://u:sandi@surel.contoh.go.id:587", "smtp://surel.contoh.go.id?tls=opportunistic"] {
        let sentence = refusal(&with(url));
        assert!(sentence.contains("GERBANG_SMTP_URL") && !sentence.contains("sandi@"), "{sentence}");
    }
    for url in ["smtp://surel.contoh.go.id?tls=required", "smtp://127.0.0.1:25", "smtp://[::1]", "smtp://localhost"] {
        assert!(from_pairs(&with(url)).is_ok(), "{url}");
    }
    assert!(refusal(&[("smtp_url", "https://surel.contoh.go.id")]).contains("GERBANG_SMTP_URL"));
    assert!(from_pairs(&[("smtp_url", "smtp://surel.contoh.go.id")]).is_ok());
}

#[test]
fn a_secret_that_is_wrong_is_not_repeated() {
    for file in [
        "[sirup]\ntoken = 271828",
        "[sirup]\ntoken = rahasia271828",
        "[sirup]\ntoken = \"rahasia271828",
        "[sirup]\ntoken = [\"271828\"]",
        "sirup_token = 271828",
        "sirup = \"271828\"",
        "env = 271828",
    ] {
        let sentence = from_file(Environment::Development, file).unwrap_err().to_string();
        assert!(!sentence.contains("271828"), "{sentence}");
    }
    let number = from_file(Environment::Development, "[sirup]\ntoken = 1").unwrap_err().to_string();
    assert!(number.contains("GERBANG_SIRUP_TOKEN") && number.contains("tanda petik"), "{number}");
}

#[test]
fn no_fault_repeats_a_secret_setting() {
    for setting in SETTINGS.iter().filter(|setting| setting.kind == Kind::Secret) {
        let name = setting.short_name();
        for environment in [Environment::Development, Environment::Production] {
            let written = Written::from_pairs(&[(&name, "s4ngat-rahasia")]);
            if let Err(error) = Config::check(environment, &written, Faults::default()) {
                assert!(!error.to_string().contains("s4ngat"), "{error}");
            }
        }
    }
}

#[test]
fn the_secret_is_32_bytes_and_not_repeated() {
    assert!(from_pairs(&[("secret", SECRET)]).unwrap().server.secret.is_some());
    for text in ["", "rahasia-pendek", &SECRET[4..], "bukan base64, tetapi rahasia juga"] {
        let sentence = refusal(&[("secret", text)]);
        assert!(sentence.contains("GERBANG_SECRET"), "{sentence}");
        assert!(text.is_empty() || !sentence.contains(text), "{sentence}");
    }
}

#[test]
fn earlier_secrets_are_a_list_and_not_repeated() {
    let list = format!("{SECRET}, {SECRET}");
    assert_eq!(from_pairs(&[("secrets_old", &list)]).unwrap().server.secrets_old.len(), 2);
    assert!(from_pairs(&[("secrets_old", "")]).unwrap().server.secrets_old.is_empty());
    let file = format!("[server]\nsecrets_old = [\"{SECRET}\"]");
    assert_eq!(from_file(Environment::Development, &file).unwrap().server.secrets_old.len(), 1);
    let sentence = refusal(&[("secrets_old", &format!("{SECRET},s4ngat-rahasia"))]);
    assert!(sentence.contains("GERBANG_SECRETS_OLD") && !sentence.contains("s4ngat"), "{sentence}");
    assert!(!sentence.contains(SECRET), "{sentence}");
}

#[test]
fn secrets_are_not_printed() {
    let pairs = [
        ("sirup_token", "sangat-rahasia"),
        ("smtp_url", "smtp://u:sandi@h"),
        ("secret", SECRET),
        ("database_url", "postgres://u:sandi@h/gerbang"),
        ("aws_secret_access_key", "sangat-rahasia"),
        ("aws_session_token", "sangat-rahasia"),
    ];
    let printed = format!("{:?}", from_pairs(&pairs).unwrap());
    assert!(!printed.contains("sangat-rahasia") && !printed.contains("sandi@") && !printed.contains(SECRET));
}

#[test]
fn all_faults_are_reported_at_once() {
    let file = "adr = 1\n[server]\naddr = \"3000\"\nport = 80\n[limits]\npromised_working_days = 31\n\
                [mail]\nfrom = \"Gerbang\"\nsmtp_url = \"http://h\"\n[surel]\nx = 1\n";
    let faults = faults_of(file);
    for expected in [
        "Pengaturan adr (GERBANG_ADR) tidak dikenal",
        "Pengaturan server.port tidak dikenal",
        "Bagian [surel] tidak dikenal",
        "Pengaturan server.addr (GERBANG_ADDR) salah",
        "Pengaturan limits.promised_working_days (GERBANG_PROMISED_WORKING_DAYS) salah",
        "Pengaturan mail.smtp_url (GERBANG_SMTP_URL) salah",
        "Pengaturan mail.from (GERBANG_MAIL_FROM) salah",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(expected)), "{expected}: {faults:#?}");
    }
    assert_eq!(faults.len(), 7, "{faults:#?}");
}

#[test]
fn production_reports_all_that_is_missing() {
    let sentences = from_pairs(&[("env", "production")]).unwrap_err().sentences;
    assert_eq!(sentences.len(), PRODUCTION.len() - 1, "{sentences:#?}");
    assert!(
        sentences
            .contains(&"Pengaturan mail.smtp_url (GERBANG_SMTP_URL) wajib diisi di lingkungan produksi.".to_owned())
    );
    let empty = [PRODUCTION, &[("sirup_token", "")]].concat();
    assert!(refusal(&empty).contains("GERBANG_SIRUP_TOKEN"), "an empty value should count as missing");
}

#[test]
fn the_file_has_numbers_lists_flags_and_dates() {
    let file = "[server]\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n[limits]\npromised_working_days = 5\n\
                [sirup]\ncutoff = 2025-01-02\n[documents.s3]\nallow_http = true\n";
    let config = from_file(Environment::Development, file).unwrap();
    assert_eq!(config.limits.promised_working_days, 5);
    assert_eq!(config.sirup.cutoff, time::macros::date!(2025 - 01 - 02));
    assert!(config.documents.s3.allow_http);
    assert!(config.trusts("10.1.2.3".parse().unwrap()) && config.trusts("127.0.0.1".parse().unwrap()));
    assert_eq!(from_pairs(&[("trusted_proxies", "127.0.0.1, ::1")]).unwrap().server.trusted_proxies.len(), 2);
    for (file, hint) in [
        ("[limits]\npromised_working_days = \"3\"", "tanpa tanda petik"),
        ("[limits]\npromised_working_days = 0", "0\" bukan bilangan dari 1 sampai 30."),
        ("[server]\ntrusted_proxies = \"127.0.0.1\"", "daftar teks"),
        ("[server]\ntrusted_proxies = [1]", "daftar teks"),
        ("[sirup]\ncutoff = \"2024-08-01\"", "tanpa tanda petik"),
        ("[sirup]\ncutoff = 2024-08-01T00:00:00", "bukan tanggal seperti"),
        ("[documents.s3]\nallow_http = 1", "true atau false"),
        ("[help]\nurl = 1", "di antara tanda petik"),
    ] {
        let faults = faults_of(file);
        assert!(faults.len() == 1 && faults[0].contains(hint), "{file}: {faults:?}");
    }
}

#[test]
fn production_says_whether_there_is_a_proxy() {
    let with = |proxies| {
        let others = PRODUCTION.iter().filter(|(name, _)| *name != "trusted_proxies").copied();
        from_pairs(&others.chain([("trusted_proxies", proxies)]).collect::<Vec<_>>())
    };
    assert!(with("none").unwrap().server.trusted_proxies.is_empty());
    assert!(with("").unwrap_err().to_string().contains("GERBANG_TRUSTED_PROXIES"), "silence is no answer");
    assert!(with("none, 127.0.0.1").is_err());
    let file = from_file(Environment::Development, "[server]\ntrusted_proxies = [\"none\"]").unwrap();
    assert!(file.server.trusted_proxies.is_empty());
}

/// On `[::]:3000`, a proxy at 127.0.0.1 connects from `::ffff:127.0.0.1`.
#[test]
fn a_mapped_address_is_trusted_as_the_ipv4_address_that_it_is() {
    for proxies in ["127.0.0.1, 10.0.0.0/8", "::ffff:127.0.0.1, ::ffff:10.0.0.0/104"] {
        let config = from_pairs(&[("trusted_proxies", proxies)]).unwrap();
        for (address, trusted) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("::ffff:10.1.2.3", true),
            ("10.1.2.3", true),
            ("::ffff:11.1.2.3", false),
            ("::1", false),
        ] {
            assert_eq!(config.trusts(address.parse().unwrap()), trusted, "{proxies}: {address}");
        }
    }
}

#[test]
fn the_grace_of_a_stop_is_for_production() {
    let grace = |pairs: &[(&str, &str)]| from_pairs(pairs).map(|config| config.server.stop_grace.as_secs());
    assert_eq!((grace(&[]), grace(PRODUCTION), grace(&[("stop_grace", "300")])), (Ok(0), Ok(5), Ok(300)));
    assert!(refusal(&[("stop_grace", "301")]).contains("GERBANG_STOP_GRACE"));
    assert!(refusal(&[("connections_per_network", "15")]).contains("GERBANG_CONNECTIONS_PER_NETWORK"));
}

#[test]
fn keys_without_a_section_name_their_new_place() {
    for setting in SETTINGS.iter().filter(|setting| setting.key != "env") {
        let (section, name) = setting.section_and_name();
        let faults = faults_of(&format!("{} = \"x\"", setting.short_name()));
        let expected = format!("kini ditulis di bawah [{section}] dengan nama {name}.");
        assert!(faults.len() == 1 && faults[0].ends_with(&expected), "{faults:?}");
    }
    assert_eq!(faults_of("mail = 1"), [texts::not_a_section("mail")]);
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = parse_file("[help]\nurl = 1\n[server]\naddr = \"127.0.0.1:1\"").unwrap();
    let variables = Written::from_pairs(&[("help_url", "meja@contoh.go.id"), ("addr", "127.0.0.1:2")]).variables;
    let config = Config::check(Environment::Development, &Written { variables, file }, Faults::default()).unwrap();
    assert_eq!((config.server.addr.port(), config.help.address.as_str()), (2, "meja@contoh.go.id"));
}

#[test]
fn the_program_decides_the_environment() {
    let under = |environment, pairs: &[(&str, &str)]| {
        Config::check(environment, &Written::from_pairs(pairs), Faults::default())
    };
    assert!(!under(Environment::Production, &PRODUCTION[1..]).unwrap().is_development());
    let other = [&PRODUCTION[1..], &[("env", "development")]].concat();
    assert_eq!(
        under(Environment::Production, &other).unwrap_err().sentences,
        ["Pengaturan GERBANG_ENV salah: gerbang hanya melayani production; untuk pengembangan jalankan gerbang-dev."]
    );
    let sentence = under(Environment::Development, &[("env", "production")]).unwrap_err().to_string();
    assert!(sentence.contains("gerbang-dev hanya melayani development"), "{sentence}");
}

#[test]
fn s3_is_set_in_the_file_or_by_the_variables_of_aws() {
    let file = "[documents]\nurl = \"s3://ember/surat\"\n[documents.s3]\nregion = \"id-1\"\n\
                endpoint = \"http://127.0.0.1:9000\"\nallow_http = true\naccess_key_id = \"kunci\"\n";
    let mut variables = Written::from_pairs(&[("aws_region", "id-2"), ("aws_session_token", "token")]).variables;
    let written = Written { variables: variables.clone(), file: parse_file(file).unwrap() };
    let config = Config::check(Environment::Development, &written, Faults::default()).unwrap();
    let expected = [
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_REGION", "id-2"),
        ("AWS_ENDPOINT", "http://127.0.0.1:9000"),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "kunci"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(config.documents.s3.options(), expected);

    variables.insert("AWS_ALLOW_HTTP".to_owned(), "false".to_owned());
    let written = Written { variables, ..written };
    let error = Config::check(Environment::Development, &written, Faults::default()).unwrap_err();
    assert!(error.sentences.len() == 1 && error.to_string().contains("documents.s3.endpoint"), "{error}");
}

#[test]
fn a_file_that_is_no_toml_names_the_line() {
    let faults = faults_of("env = \"development\"\n[server\naddr = \"x\"");
    assert!(faults.len() == 1 && faults[0].contains("baris 2"), "{faults:?}");
}

#[test]
fn defaults_are_those_of_the_domain() {
    let config = from_pairs(&[]).unwrap();
    assert_eq!(config.sirup.cutoff, CUTOFF);
    assert_eq!(config.limits.promised_working_days, PROMISED_WORKING_DAYS);
}

const README: &str = include_str!("../../../README.md");

/// The README's table and the settings are one set, with the same ones required in production.
#[test]
fn the_readme_names_every_setting() {
    let rows: Vec<(String, &str)> = README
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("| `GERBANG_")?.split_once('`')?;
            Some((name.to_lowercase(), rest))
        })
        .collect();
    let named: BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let known: Vec<String> =
        SETTINGS.iter().filter(|setting| setting.variable.starts_with("GERBANG_")).map(Setting::short_name).collect();
    // `config` names the file, and is not in it.
    assert_eq!(named, known.iter().map(String::as_str).chain(["config"]).collect());

    let needed: Vec<&str> =
        rows.iter().filter(|(_, rest)| rest.starts_with(" †")).map(|(name, _)| name.as_str()).collect();
    assert_eq!(needed, PRODUCTION[1..].iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn the_readme_shows_the_table() {
    let rows: String = [&table::CONFIG].into_iter().chain(SETTINGS).map(sample::readme_row).collect();
    assert!(README.contains(&rows), "the README's table should have exactly these rows:\n{rows}");
}

/// The sample file with its commented settings switched on.
fn uncommented(sample: &str) -> String {
    let lines = sample.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Fills in the settings that the sample leaves empty.
fn filled(sample: &str) -> String {
    let examples = SETTINGS.iter().filter(|setting| setting.presence == Presence::Required);
    // The sample has no secret that somebody could keep by mistake.
    let example =
        |setting: &'static Setting| if setting.variable == "GERBANG_SECRET" { SECRET } else { setting.example };
    let mut examples = examples.map(example);
    let lines = sample.lines().map(|line| match (line.strip_suffix("\"\""), line.strip_suffix("[]")) {
        (Some(start), _) => format!("{start}\"{}\"\n", examples.next().unwrap()),
        (_, Some(start)) => format!("{start}[\"{}\"]\n", examples.next().unwrap()),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn the_sample_is_right_once_it_is_filled_in() {
    let sample = sample::sample();
    let empty = from_file(Environment::Production, &sample).unwrap_err().sentences;
    assert_eq!(empty.len(), PRODUCTION.len() - 1, "{empty:#?}");
    assert!(empty.iter().all(|sentence| sentence.contains("wajib diisi")), "{empty:#?}");

    from_file(Environment::Production, &filled(&sample)).unwrap();
    from_file(Environment::Production, &uncommented(&filled(&sample))).unwrap();
    let development = uncommented(&filled(&sample)).replace("env = \"production\"", "env = \"development\"");
    from_file(Environment::Development, &development).unwrap();
}

#[test]
fn the_sample_and_the_readme_agree() {
    let file = parse_file(&uncommented(&sample::sample())).unwrap();
    let rows = README.lines().filter(|line| line.starts_with("| `GERBANG_") || line.starts_with("| `AWS_"));
    let mut seen = 0;
    for row in rows.skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [variable, key, _, fallback] = cells[..] else { panic!("{row}") };
        let mut parts = key.trim_matches('`').split('.');
        let first = file.get(parts.next().unwrap()).unwrap_or_else(|| panic!("{key} is not in the sample"));
        let value = parts.fold(first, |value, part| value.get(part).unwrap_or_else(|| panic!("no {key}")));
        let setting = SETTINGS.iter().find(|setting| variable.starts_with(&format!("`{}`", setting.variable))).unwrap();
        // What must be given is empty in the sample, and has a default in development only.
        if let (Fallback::Value(_), false) = (setting.fallback, variable.ends_with('†')) {
            assert_eq!(to_text(setting.kind, value).as_deref(), Some(fallback.trim_matches('`')), "{key}");
        }
        seen += 1;
    }
    assert_eq!(seen, SETTINGS.len());
}
