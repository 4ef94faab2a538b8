-- Values of the installation that are made once and that only the secret opens, such as the salt of pairwise identifiers.
CREATE TABLE sealed_values (
    name TEXT PRIMARY KEY NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- The id of the secret that a letter is sealed with; none of a plain one.
ALTER TABLE documents ADD COLUMN sealed_with TEXT;
CREATE INDEX documents_by_seal ON documents (sealed_with, id);

-- Signed heads of the audit trail. They prove something only outside of this database; here is what was sent out.
CREATE TABLE audit_anchors (
    at BIGINT PRIMARY KEY NOT NULL,
    site TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    signature BYTEA NOT NULL
);
