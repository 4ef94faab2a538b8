-- Entering a platform: platforms as clients of OpenID Connect, their terms, what is granted to them; and suppliers.

-- A supplier has a company and neither institution nor work unit. SQLite cannot take NOT NULL from a column: another
-- takes its place, and stands last. No other table refers to these columns, so that each table stays where it is, with
-- its rows and with what refers to them.
DROP INDEX accesses_by_work_unit;
DROP INDEX accesses_by_institution;
ALTER TABLE accesses ADD COLUMN of_institution BLOB REFERENCES institutions (id);
ALTER TABLE accesses ADD COLUMN of_work_unit BLOB REFERENCES work_units (id);
UPDATE accesses SET of_institution = institution_id, of_work_unit = work_unit_id;
ALTER TABLE accesses DROP COLUMN institution_id;
ALTER TABLE accesses DROP COLUMN work_unit_id;
ALTER TABLE accesses RENAME COLUMN of_institution TO institution_id;
ALTER TABLE accesses RENAME COLUMN of_work_unit TO work_unit_id;
CREATE INDEX accesses_by_work_unit ON accesses (work_unit_id, role);
CREATE INDEX accesses_by_institution ON accesses (institution_id, role, last_day DESC, id) WHERE revoked_at IS NULL;

DROP INDEX verdicts_by_time;
ALTER TABLE verdicts ADD COLUMN of_institution BLOB REFERENCES institutions (id);
UPDATE verdicts SET of_institution = institution_id;
ALTER TABLE verdicts DROP COLUMN institution_id;
ALTER TABLE verdicts RENAME COLUMN of_institution TO institution_id;
CREATE INDEX verdicts_by_time ON verdicts (decided_at, institution_id, verdict, decided_by, sent_at, reason_title)
    WHERE undone_at IS NULL;

ALTER TABLE case_words ADD COLUMN of_institution BLOB;
UPDATE case_words SET of_institution = institution_id;
ALTER TABLE case_words DROP COLUMN institution_id;
ALTER TABLE case_words RENAME COLUMN of_institution TO institution_id;

-- A platform, and its client of OpenID Connect. client_id is the slug that it was made with; the slug may change.
-- sector: the host by which it shares its names of people (pairwise). roles, profile_types: whom it admits. terms_for:
-- the profile types that accept its terms, beside Penyedia, who always do. logo_key: one of our own symbols.
CREATE TABLE platforms (
    id BLOB PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    line TEXT NOT NULL,
    logo_key TEXT,
    address TEXT NOT NULL,
    initiate_login_uri TEXT,
    client_id TEXT NOT NULL UNIQUE,
    client_kind TEXT NOT NULL,
    auth_method TEXT NOT NULL,
    jwks TEXT,
    id_token_alg TEXT NOT NULL DEFAULT 'RS256',
    sector TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    pkce_required INTEGER NOT NULL DEFAULT 1,
    roles TEXT NOT NULL,
    profile_types TEXT NOT NULL,
    terms_for TEXT NOT NULL,
    backchannel_logout_uri TEXT,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

-- Where a platform may be returned to, to the letter. kind: redirect (after signing in), post_logout.
CREATE TABLE platform_redirects (
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    kind TEXT NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (platform_id, kind, uri)
) STRICT, WITHOUT ROWID;

-- SHA-256 of 256 random bits. hint: the last four characters. At most two hold at one time.
CREATE TABLE platform_secrets (
    id BLOB PRIMARY KEY NOT NULL,
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    secret_hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;
CREATE INDEX platform_secrets_by_platform ON platform_secrets (platform_id);

-- Versions of a platform's terms, in Markdown; sha256 is that of the text. kind: syarat, privasi.
CREATE TABLE terms (
    id BLOB PRIMARY KEY NOT NULL,
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    in_force_on TEXT NOT NULL,
    grace_days INTEGER NOT NULL,
    created_by BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    UNIQUE (platform_id, kind, version)
) STRICT;

-- Who accepted which version, when, from which address of the network, on the way in with which access.
CREATE TABLE acceptances (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    terms_id BLOB NOT NULL REFERENCES terms (id),
    access_id BLOB NOT NULL REFERENCES accesses (id),
    address TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    UNIQUE (user_id, terms_id)
) STRICT;
CREATE INDEX acceptances_by_terms ON acceptances (terms_id, id);

-- What was published and what was accepted is evidence: nothing in either may be changed or removed.
CREATE TRIGGER terms_stay_as_they_are BEFORE UPDATE ON terms
BEGIN
    SELECT RAISE(ABORT, 'terms are append-only');
END;
CREATE TRIGGER terms_stay BEFORE DELETE ON terms
BEGIN
    SELECT RAISE(ABORT, 'terms are append-only');
END;
CREATE TRIGGER acceptances_stay_as_they_are BEFORE UPDATE ON acceptances
BEGIN
    SELECT RAISE(ABORT, 'acceptances are append-only');
END;
CREATE TRIGGER acceptances_stay BEFORE DELETE ON acceptances
BEGIN
    SELECT RAISE(ABORT, 'acceptances are append-only');
END;

-- With which access a person entered a platform last.
CREATE TABLE platform_choices (
    user_id BLOB NOT NULL REFERENCES users (id),
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    access_id BLOB NOT NULL REFERENCES accesses (id),
    chosen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, platform_id)
) STRICT, WITHOUT ROWID;

-- Keys that sign. sealed: the private key under AES-256-GCM, by a key that is not in the database.
CREATE TABLE oidc_keys (
    id BLOB PRIMARY KEY NOT NULL,
    kid TEXT NOT NULL UNIQUE,
    algorithm TEXT NOT NULL,
    sealed BLOB NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    signs_until INTEGER NOT NULL,
    published_until INTEGER NOT NULL
) STRICT;

-- An authorization request that waits while the person signs in, chooses, and accepts. params: as it was checked.
CREATE TABLE oidc_requests (
    id BLOB PRIMARY KEY NOT NULL,
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    params TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX oidc_requests_by_end ON oidc_requests (expires_at);

-- The session of a person at a platform, bound to one access; its id is the claim sid. session_id names a row that may
-- be gone: the grant outlives the session that it was made in.
CREATE TABLE oidc_grants (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    access_id BLOB NOT NULL REFERENCES accesses (id),
    session_id BLOB,
    scope TEXT NOT NULL,
    nonce TEXT,
    auth_time INTEGER NOT NULL,
    acr TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_why TEXT
) STRICT;
-- A right that ends finds what stands on it, whatever it is.
CREATE INDEX oidc_grants_by_access ON oidc_grants (access_id) WHERE ended_at IS NULL;
CREATE INDEX oidc_grants_by_user ON oidc_grants (user_id) WHERE ended_at IS NULL;
CREATE INDEX oidc_grants_by_session ON oidc_grants (session_id) WHERE ended_at IS NULL AND session_id IS NOT NULL;
CREATE INDEX oidc_grants_by_platform ON oidc_grants (platform_id) WHERE ended_at IS NULL;
-- For the sweep: those that are over, and those that nothing but a refresh token keeps.
CREATE INDEX oidc_grants_ended ON oidc_grants (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX oidc_grants_alone ON oidc_grants (created_at) WHERE ended_at IS NULL AND session_id IS NULL;

-- Codes and tokens are 256 random bits and stored as their SHA-256.
CREATE TABLE oidc_codes (
    code_hash BLOB PRIMARY KEY NOT NULL,
    grant_id BLOB NOT NULL REFERENCES oidc_grants (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_codes_by_grant ON oidc_codes (grant_id);
CREATE INDEX oidc_codes_by_end ON oidc_codes (expires_at);

-- parent_hash: the token that this one took the place of.
CREATE TABLE oidc_refresh_tokens (
    token_hash BLOB PRIMARY KEY NOT NULL,
    grant_id BLOB NOT NULL REFERENCES oidc_grants (id) ON DELETE CASCADE,
    parent_hash BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_refresh_tokens_by_grant ON oidc_refresh_tokens (grant_id);
CREATE INDEX oidc_refresh_tokens_by_end ON oidc_refresh_tokens (expires_at);

CREATE TABLE oidc_access_tokens (
    token_hash BLOB PRIMARY KEY NOT NULL,
    grant_id BLOB NOT NULL REFERENCES oidc_grants (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_access_tokens_by_grant ON oidc_access_tokens (grant_id);
CREATE INDEX oidc_access_tokens_by_end ON oidc_access_tokens (expires_at);

-- Names of assertions that were seen, so that none is taken twice.
CREATE TABLE oidc_jtis (
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    jti TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (platform_id, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_jtis_by_end ON oidc_jtis (expires_at);

-- What platforms are to be told over the back channel, written in the transaction of its cause.
CREATE TABLE logout_notices (
    id BLOB PRIMARY KEY NOT NULL,
    grant_id BLOB NOT NULL REFERENCES oidc_grants (id),
    platform_id BLOB NOT NULL REFERENCES platforms (id),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    sent_at INTEGER,
    parked_at INTEGER,
    last_error TEXT
) STRICT;
CREATE INDEX logout_notices_due ON logout_notices (due_at) WHERE sent_at IS NULL AND parked_at IS NULL;
CREATE INDEX logout_notices_by_grant ON logout_notices (grant_id);

-- The company of an application of a Penyedia, as it was sent. npwp, nib: digits alone.
CREATE TABLE companies (
    application_id BLOB PRIMARY KEY NOT NULL REFERENCES applications (id),
    name TEXT NOT NULL,
    npwp TEXT NOT NULL,
    nib TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX companies_by_nib ON companies (nib);
CREATE INDEX companies_by_npwp ON companies (npwp);

INSERT INTO check_items (id, role, text, position) VALUES
    (x'01970000000070008000000000000300', 'penyedia', 'Nama perusahaan sama dengan bukti', 1),
    (x'01970000000070008000000000000301', 'penyedia', 'NPWP sama dengan bukti', 2),
    (x'01970000000070008000000000000302', 'penyedia', 'NIB sama dengan bukti dan masih berlaku', 3),
    (x'01970000000070008000000000000303', 'penyedia', 'Alamat sesuai bukti', 4),
    (x'01970000000070008000000000000304', 'penyedia', 'Bukti memuat pemohon sebagai pengurus atau kuasa', 5);
