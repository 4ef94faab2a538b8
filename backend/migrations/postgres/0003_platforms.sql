-- Entering a platform: platforms as clients of OpenID Connect, their terms, what is granted to them; and suppliers.

-- A supplier has a company and neither institution nor work unit.
ALTER TABLE accesses ALTER COLUMN institution_id DROP NOT NULL, ALTER COLUMN work_unit_id DROP NOT NULL;
ALTER TABLE verdicts ALTER COLUMN institution_id DROP NOT NULL;
ALTER TABLE case_words ALTER COLUMN institution_id DROP NOT NULL;

-- A platform, and its client of OpenID Connect. client_id is the slug that it was made with; the slug may change.
-- sector: the host by which it shares its names of people (pairwise). roles, profile_types: whom it admits. terms_for:
-- the profile types that accept its terms, beside Penyedia, who always do. logo_key: one of our own symbols.
CREATE TABLE platforms (
    id UUID PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    line TEXT NOT NULL,
    logo_key TEXT,
    address TEXT NOT NULL,
    initiate_login_uri TEXT,
    client_id TEXT NOT NULL UNIQUE,
    client_kind TEXT NOT NULL,
    auth_method TEXT NOT NULL,
    jwks JSONB,
    id_token_alg TEXT NOT NULL DEFAULT 'RS256',
    sector TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    pkce_required BOOLEAN NOT NULL DEFAULT TRUE,
    roles JSONB NOT NULL,
    profile_types JSONB NOT NULL,
    terms_for JSONB NOT NULL,
    backchannel_logout_uri TEXT,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- Where a platform may be returned to, to the letter. kind: redirect (after signing in), post_logout.
CREATE TABLE platform_redirects (
    platform_id UUID NOT NULL REFERENCES platforms (id),
    kind TEXT NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (platform_id, kind, uri)
);

-- SHA-256 of 256 random bits. hint: the last four characters. At most two hold at one time.
CREATE TABLE platform_secrets (
    id UUID PRIMARY KEY NOT NULL,
    platform_id UUID NOT NULL REFERENCES platforms (id),
    secret_hash BYTEA NOT NULL,
    hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX platform_secrets_by_platform ON platform_secrets (platform_id);

-- Versions of a platform's terms, in Markdown; sha256 is that of the text. kind: syarat, privasi.
CREATE TABLE terms (
    id UUID PRIMARY KEY NOT NULL,
    platform_id UUID NOT NULL REFERENCES platforms (id),
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    text TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    in_force_on DATE NOT NULL,
    grace_days BIGINT NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    UNIQUE (platform_id, kind, version)
);

-- Who accepted which version, when, from which address of the network, on the way in with which access.
CREATE TABLE acceptances (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    terms_id UUID NOT NULL REFERENCES terms (id),
    access_id UUID NOT NULL REFERENCES accesses (id),
    address TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    UNIQUE (user_id, terms_id)
);
CREATE INDEX acceptances_by_terms ON acceptances (terms_id, id);

-- What was published and what was accepted is evidence: nothing in either may be changed or removed.
CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER terms_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON terms
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_stays();
CREATE TRIGGER acceptances_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON acceptances
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_stays();

-- With which access a person entered a platform last.
CREATE TABLE platform_choices (
    user_id UUID NOT NULL REFERENCES users (id),
    platform_id UUID NOT NULL REFERENCES platforms (id),
    access_id UUID NOT NULL REFERENCES accesses (id),
    chosen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, platform_id)
);

-- Keys that sign. sealed: the private key under AES-256-GCM, by a key that is not in the database.
CREATE TABLE oidc_keys (
    id UUID PRIMARY KEY NOT NULL,
    kid TEXT NOT NULL UNIQUE,
    algorithm TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    public_jwk JSONB NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    signs_until BIGINT NOT NULL,
    published_until BIGINT NOT NULL
);

-- An authorization request that waits while the person signs in, chooses, and accepts. params: as it was checked.
CREATE TABLE oidc_requests (
    id UUID PRIMARY KEY NOT NULL,
    platform_id UUID NOT NULL REFERENCES platforms (id),
    params JSONB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_requests_by_end ON oidc_requests (expires_at);

-- The session of a person at a platform, bound to one access; its id is the claim sid. session_id names a row that may
-- be gone: the grant outlives the session that it was made in.
CREATE TABLE oidc_grants (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    platform_id UUID NOT NULL REFERENCES platforms (id),
    access_id UUID NOT NULL REFERENCES accesses (id),
    session_id UUID,
    scope TEXT NOT NULL,
    nonce TEXT,
    auth_time BIGINT NOT NULL,
    acr TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_why TEXT
);
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
    code_hash BYTEA PRIMARY KEY NOT NULL,
    grant_id UUID NOT NULL REFERENCES oidc_grants (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX oidc_codes_by_grant ON oidc_codes (grant_id);
CREATE INDEX oidc_codes_by_end ON oidc_codes (expires_at);

-- parent_hash: the token that this one took the place of.
CREATE TABLE oidc_refresh_tokens (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    grant_id UUID NOT NULL REFERENCES oidc_grants (id) ON DELETE CASCADE,
    parent_hash BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX oidc_refresh_tokens_by_grant ON oidc_refresh_tokens (grant_id);
CREATE INDEX oidc_refresh_tokens_by_end ON oidc_refresh_tokens (expires_at);

CREATE TABLE oidc_access_tokens (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    grant_id UUID NOT NULL REFERENCES oidc_grants (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_access_tokens_by_grant ON oidc_access_tokens (grant_id);
CREATE INDEX oidc_access_tokens_by_end ON oidc_access_tokens (expires_at);

-- Names of assertions that were seen, so that none is taken twice.
CREATE TABLE oidc_jtis (
    platform_id UUID NOT NULL REFERENCES platforms (id),
    jti TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (platform_id, jti)
);
CREATE INDEX oidc_jtis_by_end ON oidc_jtis (expires_at);

-- What platforms are to be told over the back channel, written in the transaction of its cause.
CREATE TABLE logout_notices (
    id UUID PRIMARY KEY NOT NULL,
    grant_id UUID NOT NULL REFERENCES oidc_grants (id),
    platform_id UUID NOT NULL REFERENCES platforms (id),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    sent_at BIGINT,
    parked_at BIGINT,
    last_error TEXT
);
CREATE INDEX logout_notices_due ON logout_notices (due_at) WHERE sent_at IS NULL AND parked_at IS NULL;
CREATE INDEX logout_notices_by_grant ON logout_notices (grant_id);

-- The company of an application of a Penyedia, as it was sent. npwp, nib: digits alone.
CREATE TABLE companies (
    application_id UUID PRIMARY KEY NOT NULL REFERENCES applications (id),
    name TEXT NOT NULL,
    npwp TEXT NOT NULL,
    nib TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX companies_by_nib ON companies (nib);
CREATE INDEX companies_by_npwp ON companies (npwp);

INSERT INTO check_items (id, role, text, position) VALUES
    ('01970000-0000-7000-8000-000000000300', 'penyedia', 'Nama perusahaan sama dengan bukti', 1),
    ('01970000-0000-7000-8000-000000000301', 'penyedia', 'NPWP sama dengan bukti', 2),
    ('01970000-0000-7000-8000-000000000302', 'penyedia', 'NIB sama dengan bukti dan masih berlaku', 3),
    ('01970000-0000-7000-8000-000000000303', 'penyedia', 'Alamat sesuai bukti', 4),
    ('01970000-0000-7000-8000-000000000304', 'penyedia', 'Bukti memuat pemohon sebagai pengurus atau kuasa', 5);
