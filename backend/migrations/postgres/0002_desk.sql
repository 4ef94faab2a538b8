-- The verification desk: scopes, leases, three verdicts, renewal, a trail that is chained.

-- Who the person was when the application was sent: what the letter vouches for. Profiles change afterwards.
ALTER TABLE applications ADD COLUMN applicant_name TEXT;
ALTER TABLE applications ADD COLUMN employee_number_kind TEXT;
ALTER TABLE applications ADD COLUMN employee_number TEXT;
-- first_submitted_at: the first time; submitted_at is the last.
ALTER TABLE applications ADD COLUMN first_submitted_at BIGINT;
-- A lease: who holds the case until when. Over when its end is past, whether or not it was cleared.
ALTER TABLE applications ADD COLUMN lease_holder UUID REFERENCES users (id);
ALTER TABLE applications ADD COLUMN lease_ends_at BIGINT;
-- Who sent it back for repair, and is to get it again.
ALTER TABLE applications ADD COLUMN assigned_to UUID REFERENCES users (id);
-- The access that this application is to continue.
ALTER TABLE applications ADD COLUMN renews_id UUID REFERENCES accesses (id);
UPDATE applications SET first_submitted_at = submitted_at,
    applicant_name = (SELECT name FROM users WHERE users.id = applications.user_id),
    employee_number_kind = (SELECT employee_number_kind FROM users WHERE users.id = applications.user_id),
    employee_number = (SELECT employee_number FROM users WHERE users.id = applications.user_id)
WHERE submitted_at IS NOT NULL;

-- Every verdict ever given. applications.decision_id names the one in force; one that was taken back (Urungkan) or
-- reopened stays, with who did it and when. institution_id, role and sent_at are copies, for the figures.
-- marks: [{"field", "note"}] of a verdict "return". checks: the texts that were ticked. mail_id: its mail.
CREATE TABLE verdicts (
    id UUID PRIMARY KEY NOT NULL,
    application_id UUID NOT NULL REFERENCES applications (id),
    verdict TEXT NOT NULL,
    reason_title TEXT,
    reason TEXT,
    marks JSONB NOT NULL,
    checks JSONB NOT NULL,
    institution_id UUID NOT NULL REFERENCES institutions (id),
    role TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    decided_by UUID NOT NULL REFERENCES users (id),
    decided_at BIGINT NOT NULL,
    mail_id UUID,
    undone_by UUID REFERENCES users (id),
    undone_at BIGINT,
    undone_reason TEXT
);
INSERT INTO verdicts (id, application_id, verdict, reason, marks, checks, institution_id, role, sent_at, decided_by, decided_at)
    SELECT d.application_id, d.application_id, d.verdict, d.reason, '[]', '[]', a.institution_id, a.role, a.submitted_at,
           d.decided_by, d.decided_at
    FROM decisions d JOIN applications a ON a.id = d.application_id;
CREATE INDEX verdicts_by_application ON verdicts (application_id, decided_at);
-- With all that the figures count, so that they read nothing else.
CREATE INDEX verdicts_by_time ON verdicts (decided_at, institution_id, verdict, decided_by, sent_at, reason_title)
    WHERE undone_at IS NULL;
CREATE INDEX verdicts_by_verifier ON verdicts (decided_by, decided_at);
ALTER TABLE applications ADD COLUMN decision_id UUID REFERENCES verdicts (id);
UPDATE applications SET decision_id = (SELECT id FROM verdicts WHERE verdicts.application_id = applications.id);
DROP TABLE decisions;

CREATE INDEX applications_at_desk ON applications (submitted_at, id) WHERE status IN ('submitted', 'in_review', 'returned');
CREATE INDEX applications_arrived ON applications (first_submitted_at, institution_id) WHERE first_submitted_at IS NOT NULL;
CREATE INDEX applications_by_lease ON applications (lease_ends_at) WHERE lease_holder IS NOT NULL;
CREATE INDEX applications_by_letter ON applications (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX documents_by_hash ON documents (sha256);
CREATE INDEX accesses_by_end ON accesses (last_day) WHERE revoked_at IS NULL;
CREATE INDEX accesses_by_institution ON accesses (institution_id, role, last_day DESC, id) WHERE revoked_at IS NULL;
CREATE INDEX applications_reserved ON applications (assigned_to) WHERE assigned_to IS NOT NULL;
CREATE INDEX applications_by_renewal ON applications (renews_id) WHERE renews_id IS NOT NULL;

-- Decided cases in the order of their decisions, and what each is found by: words of lower case of name, number, work
-- unit, institution and reference, i and the id of the institution, v and the id of whoever decided. The index is written
-- to at once: nobody's verdict and nobody's search pays for those before it.
CREATE TABLE case_words (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application_id UUID NOT NULL UNIQUE REFERENCES applications (id),
    institution_id UUID NOT NULL,
    sought TSVECTOR NOT NULL
);
CREATE INDEX case_words_sought ON case_words USING GIN (sought) WITH (fastupdate = off);
INSERT INTO case_words (application_id, institution_id, sought)
    SELECT a.id, a.institution_id, array_to_tsvector(array_remove(string_to_array(
               lower(regexp_replace(concat_ws(' ', a.applicant_name, a.employee_number, w.name, w.code, i.name, a.reference),
                                    '[^[:alnum:]]+', ' ', 'g'))
               || ' ' || lower(replace(a.reference, '-', '')) || ' i' || replace(i.id::text, '-', '')
               || ' v' || replace(d.decided_by::text, '-', ''), ' '), ''))
    FROM applications a JOIN work_units w ON w.id = a.work_unit_id JOIN institutions i ON i.id = a.institution_id
    JOIN verdicts d ON d.id = a.decision_id
    ORDER BY d.decided_at, a.id;

-- A member of the staff acts on every institution, or only on those of staff_institutions.
ALTER TABLE users ADD COLUMN staff_national BOOLEAN NOT NULL DEFAULT TRUE;
CREATE TABLE staff_institutions (
    user_id UUID NOT NULL REFERENCES users (id),
    institution_id UUID NOT NULL REFERENCES institutions (id),
    PRIMARY KEY (user_id, institution_id)
);

-- An invitation to the staff. institutions: ids, where it is not national.
CREATE TABLE invitations (
    id UUID PRIMARY KEY NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    email TEXT NOT NULL,
    staff_role TEXT NOT NULL,
    national BOOLEAN NOT NULL,
    institutions JSONB NOT NULL,
    invited_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What the desk chooses from and ticks; rows that were used are retired, not removed.
CREATE TABLE reasons (
    id UUID PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    advice TEXT NOT NULL,
    position BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE TABLE check_items (
    id UUID PRIMARY KEY NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    position BIGINT NOT NULL,
    retired_at BIGINT
);
INSERT INTO reasons (id, title, advice, position) VALUES
    ('01970000-0000-7000-8000-000000000001', 'Masa berlaku tidak disebut dalam surat', 'Lampirkan surat yang menyebut tanggal mulai dan berakhirnya peran.', 1),
    ('01970000-0000-7000-8000-000000000002', 'Surat tidak ditandatangani pejabat berwenang', 'Lampirkan surat yang ditandatangani pejabat yang berwenang, dengan tanda tangan basah atau elektronik.', 2),
    ('01970000-0000-7000-8000-000000000003', 'Nama atau NIP pada surat berbeda', 'Samakan nama dan NIP pada profil dengan surat, atau lampirkan surat yang benar.', 3),
    ('01970000-0000-7000-8000-000000000004', 'Satuan kerja pada surat berbeda', 'Pilih satuan kerja yang disebut dalam surat.', 4),
    ('01970000-0000-7000-8000-000000000005', 'Role pada surat berbeda', 'Ajukan role yang disebut dalam surat.', 5),
    ('01970000-0000-7000-8000-000000000006', 'Surat tidak terbaca', 'Pindai ulang surat dengan jelas, tegak, dan lengkap.', 6),
    ('01970000-0000-7000-8000-000000000007', 'Bukan surat yang diminta', 'Lampirkan surat yang diminta untuk role ini.', 7);
INSERT INTO check_items (id, role, text, position) VALUES
    ('01970000-0000-7000-8000-000000000100', 'pa', 'Nama dan NIP sama dengan akun', 1),
    ('01970000-0000-7000-8000-000000000101', 'pa', 'Surat menyebut Pengguna Anggaran', 2),
    ('01970000-0000-7000-8000-000000000102', 'pa', 'Instansi dan satuan kerja sesuai', 3),
    ('01970000-0000-7000-8000-000000000103', 'pa', 'Masa berlaku tercakup dalam surat', 4),
    ('01970000-0000-7000-8000-000000000104', 'pa', 'Ditandatangani pejabat berwenang', 5),
    ('01970000-0000-7000-8000-000000000200', 'kpa', 'Nama dan NIP sama dengan akun', 1),
    ('01970000-0000-7000-8000-000000000201', 'kpa', 'Surat menyebut Kuasa Pengguna Anggaran', 2),
    ('01970000-0000-7000-8000-000000000202', 'kpa', 'Instansi dan satuan kerja sesuai', 3),
    ('01970000-0000-7000-8000-000000000203', 'kpa', 'Masa berlaku tercakup dalam surat', 4),
    ('01970000-0000-7000-8000-000000000204', 'kpa', 'Ditandatangani Pengguna Anggaran atau pejabat berwenang', 5);

-- Mails that were given up: for the administrator's list, and to empty them of their secrets.
CREATE INDEX outbox_parked ON outbox (created_at) WHERE status = 'parked';

-- Which reminders of an access's end were mailed: 30, 14, 3 days before.
CREATE TABLE access_reminders (
    access_id UUID NOT NULL REFERENCES accesses (id),
    days BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (access_id, days)
);

-- The trail: each event from now on carries its number and a hash over itself and the hash before. Events older than
-- the chain have none. Nothing in it may be changed or removed.
ALTER TABLE audit_events ADD COLUMN seq BIGINT;
ALTER TABLE audit_events ADD COLUMN hash BYTEA;
-- As text, to the letter: the hash is taken over it.
ALTER TABLE audit_events ALTER COLUMN detail TYPE TEXT USING detail::text;
CREATE UNIQUE INDEX audit_events_by_seq ON audit_events (seq);
CREATE TABLE audit_chain (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO audit_chain (id, seq, hash) VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');
CREATE FUNCTION audit_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only';
END $$;
CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_stay();
