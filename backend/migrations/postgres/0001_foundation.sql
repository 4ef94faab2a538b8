-- Instants are microseconds since the Unix epoch, UTC. Dates are calendar dates. Ids are UUIDv7.

CREATE TABLE users (
    id UUID PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    employee_number_kind TEXT,
    employee_number TEXT,
    phone TEXT,
    zone TEXT NOT NULL DEFAULT 'wib',
    staff_role TEXT,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A sign-up that waits for its e-mail to be confirmed. The account is made then, not before.
CREATE TABLE registrations (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX registrations_by_end ON registrations (expires_at);

-- user_id is null where the address belongs to nobody: the row is written all the same, so that time tells nothing.
CREATE TABLE password_resets (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    user_id UUID REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_resets_by_end ON password_resets (expires_at);

CREATE TABLE sessions (
    id UUID PRIMARY KEY NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (id),
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Failed attempts per scope (sign-in of an account, SiRUP by person, SiRUP by username …) and key (hashed).
CREATE TABLE throttles (
    scope TEXT NOT NULL,
    key BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX throttles_by_end ON throttles (ends_at);

CREATE TABLE institutions (
    id UUID PRIMARY KEY NOT NULL,
    kd_klpd TEXT UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- active_years: one bit a year, bit 0 is 2000. address: given by the first approved registrant; listed_address: what
-- the master data says.
CREATE TABLE work_units (
    id UUID PRIMARY KEY NOT NULL,
    institution_id UUID NOT NULL REFERENCES institutions (id),
    kd_satker BIGINT UNIQUE,
    code TEXT,
    name TEXT NOT NULL,
    active_years BIGINT NOT NULL,
    listed_address TEXT,
    address TEXT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX work_units_by_institution ON work_units (institution_id);

-- One row that changes with every import, so that each server notices and reads anew.
CREATE TABLE master_data (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO master_data (id, version) VALUES (1, 0);

CREATE TABLE holidays (
    day DATE PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);

-- A SiRUP account belongs to one person; username_key is its username in lower case.
CREATE TABLE sirup_links (
    username_key TEXT PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    account JSONB NOT NULL,
    linked_at BIGINT NOT NULL
);
CREATE INDEX sirup_links_by_user ON sirup_links (user_id);

CREATE TABLE documents (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    object_key TEXT NOT NULL,
    file_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX documents_by_object ON documents (object_key);

-- answers: the form as typed. What follows it is filled in from them at submission and never changes after it.
CREATE TABLE applications (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    status TEXT NOT NULL,
    version BIGINT NOT NULL,
    profile_type TEXT NOT NULL,
    role TEXT NOT NULL,
    without_sirup BOOLEAN NOT NULL,
    sirup_account JSONB,
    answers JSONB NOT NULL,
    document_id UUID REFERENCES documents (id),
    previous_id UUID REFERENCES applications (id),
    reference TEXT UNIQUE,
    institution_id UUID REFERENCES institutions (id),
    work_unit_id UUID REFERENCES work_units (id),
    first_day DATE,
    last_day DATE,
    address TEXT,
    submitted_at BIGINT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX applications_by_user ON applications (user_id, updated_at);
CREATE INDEX applications_waiting ON applications (submitted_at, id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX applications_by_work_unit ON applications (work_unit_id);
CREATE UNIQUE INDEX applications_open ON applications (user_id, role, work_unit_id)
    WHERE status IN ('submitted', 'in_review', 'returned');

CREATE TABLE decisions (
    application_id UUID PRIMARY KEY NOT NULL REFERENCES applications (id),
    verdict TEXT NOT NULL,
    reason TEXT,
    decided_by UUID NOT NULL REFERENCES users (id),
    decided_at BIGINT NOT NULL
);

CREATE TABLE accesses (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    application_id UUID NOT NULL UNIQUE REFERENCES applications (id),
    profile_type TEXT NOT NULL,
    role TEXT NOT NULL,
    institution_id UUID NOT NULL REFERENCES institutions (id),
    work_unit_id UUID NOT NULL REFERENCES work_units (id),
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX accesses_by_user ON accesses (user_id);
CREATE INDEX accesses_by_work_unit ON accesses (work_unit_id, role);

-- Running numbers of references, one row a series and year.
CREATE TABLE counters (
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (series, year)
);

CREATE TABLE tickets (
    id UUID PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    user_id UUID REFERENCES users (id),
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    context TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Mail to send, written in the transaction of its cause. content: the template and what it needs; emptied of secrets
-- once sent.
CREATE TABLE outbox (
    id UUID PRIMARY KEY NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    content JSONB NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE status = 'pending';
CREATE INDEX outbox_by_time ON outbox (created_at);

CREATE TABLE audit_events (
    id UUID PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor_id UUID,
    address TEXT,
    action TEXT NOT NULL,
    subject_id UUID,
    detail JSONB NOT NULL
);
CREATE INDEX audit_events_by_subject ON audit_events (subject_id, at);
