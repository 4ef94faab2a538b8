-- Values of the installation that are made once and that only the secret opens, such as the salt of pairwise identifiers.
CREATE TABLE sealed_values (
    name TEXT PRIMARY KEY NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The id of the secret that a letter is sealed with; none of a plain one.
ALTER TABLE documents ADD COLUMN sealed_with TEXT;
CREATE INDEX documents_by_seal ON documents (sealed_with, id);

-- Signed heads of the audit trail. They prove something only outside of this database; here is what was sent out.
CREATE TABLE audit_anchors (
    at INTEGER PRIMARY KEY NOT NULL,
    site TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    public_key BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
