//! The table of settings. Loading, faults, the sample file and the README's table all come from it.

/// How a value is written in the TOML file. An environment variable is always text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text that is never repeated in a fault or printed.
    Secret,
    Number,
    Flag,
    /// A local date such as `2024-08-01`.
    Date,
    /// An array of texts; in an environment variable, separated by commas.
    List,
}

/// Whether a setting must or may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Optional,
    /// Must be given in production; the default is for development.
    Required,
}

/// What holds when a setting is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The value, as an environment variable would give it.
    Value(&'static str),
    /// No fixed value; described for the README.
    Described(&'static str),
}

#[derive(Debug)]
pub struct Setting {
    /// The environment variable.
    pub variable: &'static str,
    /// The path of the key in the TOML file, such as `mail.smtp_url`; empty if the file cannot give it.
    pub key: &'static str,
    pub kind: Kind,
    pub presence: Presence,
    pub fallback: Fallback,
    /// The value that the sample shows where there is no default to show.
    pub example: &'static str,
    /// The meaning, for the README.
    pub meaning: &'static str,
    /// The meaning in Indonesian, for the sample.
    pub comment: &'static str,
}

impl Setting {
    /// Splits the key into its section (empty at the top of the file) and its name.
    pub fn section_and_name(&self) -> (&'static str, &'static str) {
        self.key.rsplit_once('.').unwrap_or(("", self.key))
    }

    /// The name without prefix in lower case: the key of files written before there were sections.
    pub fn short_name(&self) -> String {
        self.variable.trim_start_matches("GERBANG_").to_lowercase()
    }
}

/// The sections of the file with their titles in the sample.
pub const SECTIONS: &[(&str, &str)] = &[
    ("server", "Alamat, rahasia, dan folder."),
    ("database", "Basis data."),
    ("documents", "Penyimpanan surat."),
    ("documents.s3", "S3, bila documents.url berupa s3://…"),
    ("sirup", "Adaptor SiRUP."),
    ("limits", "Janji layanan dan batas."),
    ("mail", "Pengiriman surel."),
    ("help", "Pusat Bantuan."),
    ("audit", "Jejak audit."),
    ("log", "Catatan server."),
];

macro_rules! settings {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $(pub const $name: Setting = Setting { $($field: $value),* };)*

        /// Every setting that the file can give, in the order of the file.
        pub const SETTINGS: &[Setting] = &[$($name),*];
    };
}

/// Names the file, so it is not in it.
pub const CONFIG: Setting = Setting {
    variable: "GERBANG_CONFIG",
    key: "",
    kind: Kind::Text,
    presence: Presence::Optional,
    fallback: Fallback::Described("`gerbang.toml`, if there is one"),
    example: "",
    meaning: "the TOML file (environment only)",
    comment: "",
};

settings! {
    ENV {
        variable: "GERBANG_ENV",
        key: "env",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Described("what the program is for"),
        example: "production",
        meaning: "`production` for `gerbang`, `development` for `gerbang-dev`; anything else is refused. `gerbang-dev` \
                  requires it if it listens beyond this machine or `GERBANG_BASE_URL` names another host",
        comment: "production atau development; harus sama dengan lingkungan yang dilayani program.",
    }
    ADDR {
        variable: "GERBANG_ADDR",
        key: "server.addr",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Value("127.0.0.1:3000"),
        example: "",
        meaning: "IP address and port to listen on",
        comment: "Alamat IP dan porta yang didengarkan.",
    }
    BASE_URL {
        variable: "GERBANG_BASE_URL",
        key: "server.base_url",
        kind: Kind::Text,
        presence: Presence::Required,
        fallback: Fallback::Described("`http://` and the address it listens on"),
        example: "https://gerbang.contoh.go.id",
        meaning: "where people reach it, without a path; links in mails begin with it; in production `https`",
        comment: "Alamat yang dibuka orang, https tanpa jalur; tautan dalam surel diawali alamat ini.",
    }
    SECRET {
        variable: "GERBANG_SECRET",
        key: "server.secret",
        kind: Kind::Secret,
        presence: Presence::Required,
        fallback: Fallback::Described("made at the first start, in the file `secret` of the data directory"),
        example: "HASIL PERINTAH ITU",
        meaning: "32 random bytes in base64 (`openssl rand -base64 32`): seals letters, links in mails that wait, and the \
                  keys that sign for platforms; the same on every server of one database. To change it, see below",
        comment: "32 byte acak dalam base64, hasil `openssl rand -base64 32`; menyegel surat, tautan surel, dan kunci. \
                  Semua server dengan basis data yang sama memakai rahasia yang sama. Bila diganti, pindahkan yang lama \
                  ke secrets_old.",
    }
    SECRETS_OLD {
        variable: "GERBANG_SECRETS_OLD",
        key: "server.secrets_old",
        kind: Kind::List,
        presence: Presence::Optional,
        fallback: Fallback::Described("none"),
        example: "",
        meaning: "earlier secrets, which still open what they sealed, until `gerbang admin secret status` says that they \
                  may be removed",
        comment: "Rahasia sebelumnya, yang masih membuka apa yang disegelnya, sampai `gerbang admin secret status` \
                  mengatakan boleh dihapus. Bawaan: tidak ada.",
    }
    DATA_DIR {
        variable: "GERBANG_DATA_DIR",
        key: "server.data_dir",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Value("./data"),
        example: "",
        meaning: "where the SQLite database and the letters lie",
        comment: "Folder basis data SQLite dan surat.",
    }
    SITE_DIR {
        variable: "GERBANG_SITE_DIR",
        key: "server.site_dir",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Value("target/site"),
        example: "",
        meaning: "the built site",
        comment: "Folder situs hasil `make build`.",
    }
    TRUSTED_PROXIES {
        variable: "GERBANG_TRUSTED_PROXIES",
        key: "server.trusted_proxies",
        kind: Kind::List,
        presence: Presence::Required,
        fallback: Fallback::Described("none"),
        example: "127.0.0.1",
        meaning: "addresses and networks of proxies whose `X-Forwarded-For` is believed, or `none` if people connect \
                  directly",
        comment: "Alamat dan jaringan proksi yang X-Forwarded-For-nya dipercaya, atau none bila orang terhubung langsung.",
    }
    PLATFORM_NETWORKS {
        variable: "GERBANG_PLATFORM_NETWORKS",
        key: "server.platform_networks",
        kind: Kind::List,
        presence: Presence::Optional,
        fallback: Fallback::Described("none; in development all"),
        example: "10.20.0.0/16",
        meaning: "private networks in which platforms may receive logout notices; public addresses always may",
        comment: "Jaringan privat tempat platform boleh menerima kabar keluar; alamat publik selalu boleh.",
    }
    STOP_GRACE {
        variable: "GERBANG_STOP_GRACE",
        key: "server.stop_grace",
        kind: Kind::Number,
        presence: Presence::Optional,
        fallback: Fallback::Described("5 in production, 0 in development"),
        example: "5",
        meaning: "seconds between the signal to stop, from which `/health/ready` answers 503, and the last new \
                  connection, from 0 to 300",
        comment: "Detik antara sinyal berhenti, sejak itu /health/ready menjawab 503, dan sambungan baru terakhir, dari 0 \
                  sampai 300. Bawaan: 5 di lingkungan produksi.",
    }
    DATABASE_URL {
        variable: "GERBANG_DATABASE_URL",
        key: "database.url",
        kind: Kind::Secret,
        presence: Presence::Optional,
        fallback: Fallback::Described("`gerbang.db` in the data directory"),
        example: "postgres://gerbang:SANDI@db.contoh.go.id/gerbang?sslmode=verify-full",
        meaning: "`sqlite:FILE` or `postgres://…`",
        comment: "sqlite:BERKAS atau postgres://…. Bawaan: gerbang.db dalam folder data.",
    }
    DOCUMENTS_URL {
        variable: "GERBANG_DOCUMENTS_URL",
        key: "documents.url",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Described("`documents` in the data directory"),
        example: "s3://ember/surat",
        meaning: "where letters lie instead: `file:///folder` or `s3://bucket/prefix`",
        comment: "file:///folder atau s3://ember/awalan. Bawaan: documents dalam folder data.",
    }
    DISK_RESERVE {
        variable: "GERBANG_DISK_RESERVE",
        key: "documents.disk_reserve",
        kind: Kind::Number,
        presence: Presence::Optional,
        fallback: Fallback::Value("500"),
        example: "",
        meaning: "megabytes that letters leave free on their disk; of a large disk at least 2 %, up to 5000. Below that, \
                  uploads are refused and everything else goes on",
        comment: "Megabita yang dibiarkan kosong pada disk surat; pada disk besar sedikitnya 2 %, paling banyak 5000. Di \
                  bawahnya unggahan ditolak, yang lain tetap berjalan.",
    }
    DOCUMENTS_ENCRYPT {
        variable: "GERBANG_DOCUMENTS_ENCRYPT",
        key: "documents.encrypt",
        kind: Kind::Flag,
        presence: Presence::Optional,
        fallback: Fallback::Value("true"),
        example: "",
        meaning: "whether new letters are encrypted with the secret; what is encrypted stays so and is always read",
        comment: "Apakah surat baru dienkripsi dengan rahasia. Yang sudah terenkripsi tetap terbaca.",
    }
    S3_REGION {
        variable: "AWS_REGION",
        key: "documents.s3.region",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Described("`us-east-1`"),
        example: "ap-southeast-3",
        meaning: "the bucket's region",
        comment: "Wilayah ember. Bawaan: us-east-1.",
    }
    S3_ENDPOINT {
        variable: "AWS_ENDPOINT",
        key: "documents.s3.endpoint",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Described("AWS's own"),
        example: "https://s3.contoh.go.id",
        meaning: "the address of an S3 server of one's own",
        comment: "Alamat server S3 sendiri. Bawaan: milik AWS.",
    }
    S3_ALLOW_HTTP {
        variable: "AWS_ALLOW_HTTP",
        key: "documents.s3.allow_http",
        kind: Kind::Flag,
        presence: Presence::Optional,
        fallback: Fallback::Value("false"),
        example: "",
        meaning: "whether that server may be one without TLS",
        comment: "Apakah server S3 itu boleh tanpa TLS.",
    }
    S3_ACCESS_KEY_ID {
        variable: "AWS_ACCESS_KEY_ID",
        key: "documents.s3.access_key_id",
        kind: Kind::Secret,
        presence: Presence::Optional,
        fallback: Fallback::Described("the machine's own credentials"),
        example: "KUNCI",
        meaning: "the access key, together with its secret",
        comment: "Kunci akses; diisi bersama rahasianya. Bawaan: kredensial mesin ini.",
    }
    S3_SECRET_ACCESS_KEY {
        variable: "AWS_SECRET_ACCESS_KEY",
        key: "documents.s3.secret_access_key",
        kind: Kind::Secret,
        presence: Presence::Optional,
        fallback: Fallback::Described("the machine's own credentials"),
        example: "RAHASIA",
        meaning: "the secret of the access key",
        comment: "Rahasia kunci akses.",
    }
    SIRUP_URL {
        variable: "GERBANG_SIRUP_URL",
        key: "sirup.url",
        kind: Kind::Text,
        presence: Presence::Required,
        fallback: Fallback::Value("http://127.0.0.1:3001"),
        example: "https://sirup-adapter.contoh.go.id",
        meaning: "SiRUP's adapter; in production `https`, unless on this machine",
        comment: "Alamat adaptor SiRUP; https, kecuali di mesin ini.",
    }
    SIRUP_TOKEN {
        variable: "GERBANG_SIRUP_TOKEN",
        key: "sirup.token",
        kind: Kind::Secret,
        presence: Presence::Required,
        fallback: Fallback::Value("simulator"),
        example: "RAHASIA",
        meaning: "the bearer token by which the adapter knows Gerbang",
        comment: "Token bearer yang dikenal adaptor SiRUP.",
    }
    SIRUP_CUTOFF {
        variable: "GERBANG_SIRUP_CUTOFF",
        key: "sirup.cutoff",
        kind: Kind::Date,
        presence: Presence::Optional,
        fallback: Fallback::Value("2024-08-01"),
        example: "",
        meaning: "SiRUP accounts registered on or after this day are not linked",
        comment: "Akun SiRUP yang terdaftar pada atau sesudah tanggal ini tidak ditautkan.",
    }
    PROMISED_WORKING_DAYS {
        variable: "GERBANG_PROMISED_WORKING_DAYS",
        key: "limits.promised_working_days",
        kind: Kind::Number,
        presence: Presence::Optional,
        fallback: Fallback::Value("3"),
        example: "",
        meaning: "working days within which a decision is promised, from 1 to 30",
        comment: "Hari kerja yang dijanjikan untuk keputusan, dari 1 sampai 30.",
    }
    CONNECTIONS_PER_NETWORK {
        variable: "GERBANG_CONNECTIONS_PER_NETWORK",
        key: "limits.connections_per_network",
        kind: Kind::Number,
        presence: Presence::Optional,
        fallback: Fallback::Value("512"),
        example: "",
        meaning: "connections that one address (IPv6: one /64) may have open, from 16 to 10000; trusted proxies may have \
                  any number",
        comment: "Sambungan yang boleh dibuka satu alamat (IPv6: satu /64), dari 16 sampai 10000; proksi tepercaya bebas.",
    }
    SMTP_URL {
        variable: "GERBANG_SMTP_URL",
        key: "mail.smtp_url",
        kind: Kind::Secret,
        presence: Presence::Required,
        fallback: Fallback::Described("none"),
        example: "smtps://gerbang:SANDI@surel.contoh.go.id",
        meaning: "the mail server; without it, `gerbang-dev` only shows mail at `/dev/surat`",
        comment: "Server surel: smtps://… atau smtp://…?tls=required.",
    }
    MAIL_FROM {
        variable: "GERBANG_MAIL_FROM",
        key: "mail.from",
        kind: Kind::Text,
        presence: Presence::Required,
        fallback: Fallback::Value("Gerbang <tidak-membalas@gerbang.contoh.go.id>"),
        example: "Gerbang <gerbang@contoh.go.id>",
        meaning: "the sender of all mail",
        comment: "Pengirim semua surel.",
    }
    HELP_URL {
        variable: "GERBANG_HELP_URL",
        key: "help.url",
        kind: Kind::Text,
        presence: Presence::Required,
        fallback: Fallback::Value("mailto:bantuan@contoh.go.id"),
        example: "mailto:bantuan@contoh.go.id",
        meaning: "the help desk's e-mail address, plain or as `mailto:`; messages of Pusat Bantuan go there",
        comment: "Alamat surel meja bantuan; pesan Pusat Bantuan dikirim ke sana.",
    }
    AUDIT_ANCHOR_FILE {
        variable: "GERBANG_AUDIT_ANCHOR_FILE",
        key: "audit.anchor_file",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Described("none"),
        example: "/srv/jangkar/gerbang.jsonl",
        meaning: "a file to which a signed head of the audit trail is appended every day; best on another machine \
                  ([docs/audit.md](docs/audit.md))",
        comment: "Berkas yang setiap hari ditambahi ujung jejak audit yang ditandatangani; sebaiknya di mesin lain. \
                  Bawaan: tidak ada.",
    }
    AUDIT_ANCHOR_MAIL {
        variable: "GERBANG_AUDIT_ANCHOR_MAIL",
        key: "audit.anchor_mail",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Described("none"),
        example: "inspektorat@contoh.go.id",
        meaning: "an e-mail address to which it is sent every day",
        comment: "Alamat surel yang setiap hari menerima ujung itu. Bawaan: tidak ada.",
    }
    LOG {
        variable: "GERBANG_LOG",
        key: "log.filter",
        kind: Kind::Text,
        presence: Presence::Optional,
        fallback: Fallback::Value("info,sqlx=warn"),
        example: "",
        meaning: "what is logged, in the syntax of `RUST_LOG`, which goes before it",
        comment: "Apa yang dicatat, dengan sintaksis RUST_LOG; RUST_LOG didahulukan.",
    }
}
