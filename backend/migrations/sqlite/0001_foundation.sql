-- Instants are microseconds since the Unix epoch, UTC. Dates are calendar dates. Ids are UUIDv7.

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    employee_number_kind TEXT,
    employee_number TEXT,
    phone TEXT,
    zone TEXT NOT NULL DEFAULT 'wib',
    staff_role TEXT,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- A sign-up that waits for its e-mail to be confirmed. The account is made then, not before.
CREATE TABLE registrations (
    token_hash BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX registrations_by_end ON registrations (expires_at);

-- user_id is null where the address belongs to nobody: the row is written all the same, so that time tells nothing.
CREATE TABLE password_resets (
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_id BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_resets_by_end ON password_resets (expires_at);

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (id),
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Failed attempts per scope (sign-in of an account, SiRUP by person, SiRUP by username …) and key (hashed).
CREATE TABLE throttles (
    scope TEXT NOT NULL,
    key BLOB NOT NULL,
    failures INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_by_end ON throttles (ends_at);

CREATE TABLE institutions (
    id BLOB PRIMARY KEY NOT NULL,
    kd_klpd TEXT UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- active_years: one bit a year, bit 0 is 2000. address: given by the first approved registrant; listed_address: what
-- the master data says.
CREATE TABLE work_units (
    id BLOB PRIMARY KEY NOT NULL,
    institution_id BLOB NOT NULL REFERENCES institutions (id),
    kd_satker INTEGER UNIQUE,
    code TEXT,
    name TEXT NOT NULL,
    active_years INTEGER NOT NULL,
    listed_address TEXT,
    address TEXT,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX work_units_by_institution ON work_units (institution_id);

-- One row that changes with every import, so that each server notices and reads anew.
CREATE TABLE master_data (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO master_data (id, version) VALUES (1, 0);

CREATE TABLE holidays (
    day TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
) STRICT;

-- A SiRUP account belongs to one person; username_key is its username in lower case.
CREATE TABLE sirup_links (
    username_key TEXT PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    account TEXT NOT NULL,
    linked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sirup_links_by_user ON sirup_links (user_id);

CREATE TABLE documents (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    object_key TEXT NOT NULL,
    file_name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_by_object ON documents (object_key);

-- answers: the form as typed. What follows it is filled in from them at submission and never changes after it.
CREATE TABLE applications (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    profile_type TEXT NOT NULL,
    role TEXT NOT NULL,
    without_sirup INTEGER NOT NULL,
    sirup_account TEXT,
    answers TEXT NOT NULL,
    document_id BLOB REFERENCES documents (id),
    previous_id BLOB REFERENCES applications (id),
    reference TEXT UNIQUE,
    institution_id BLOB REFERENCES institutions (id),
    work_unit_id BLOB REFERENCES work_units (id),
    first_day TEXT,
    last_day TEXT,
    address TEXT,
    submitted_at INTEGER,
    decided_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX applications_by_user ON applications (user_id, updated_at);
CREATE INDEX applications_waiting ON applications (submitted_at, id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX applications_by_work_unit ON applications (work_unit_id);
CREATE UNIQUE INDEX applications_open ON applications (user_id, role, work_unit_id)
    WHERE status IN ('submitted', 'in_review', 'returned');

CREATE TABLE decisions (
    application_id BLOB PRIMARY KEY NOT NULL REFERENCES applications (id),
    verdict TEXT NOT NULL,
    reason TEXT,
    decided_by BLOB NOT NULL REFERENCES users (id),
    decided_at INTEGER NOT NULL
) STRICT;

CREATE TABLE accesses (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    application_id BLOB NOT NULL UNIQUE REFERENCES applications (id),
    profile_type TEXT NOT NULL,
    role TEXT NOT NULL,
    institution_id BLOB NOT NULL REFERENCES institutions (id),
    work_unit_id BLOB NOT NULL REFERENCES work_units (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX accesses_by_user ON accesses (user_id);
CREATE INDEX accesses_by_work_unit ON accesses (work_unit_id, role);

-- Running numbers of references, one row a series and year.
CREATE TABLE counters (
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (series, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    id BLOB PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    user_id BLOB REFERENCES users (id),
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    context TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Mail to send, written in the transaction of its cause. content: the template and what it needs; emptied of secrets
-- once sent.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    content TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE status = 'pending';
CREATE INDEX outbox_by_time ON outbox (created_at);

CREATE TABLE audit_events (
    id BLOB PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    actor_id BLOB,
    address TEXT,
    action TEXT NOT NULL,
    subject_id BLOB,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_events_by_subject ON audit_events (subject_id, at);
