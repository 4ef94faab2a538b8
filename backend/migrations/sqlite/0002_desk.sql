-- The verification desk: scopes, leases, three verdicts, renewal, a trail that is chained.

-- Who the person was when the application was sent: what the letter vouches for. Profiles change afterwards.
ALTER TABLE applications ADD COLUMN applicant_name TEXT;
ALTER TABLE applications ADD COLUMN employee_number_kind TEXT;
ALTER TABLE applications ADD COLUMN employee_number TEXT;
-- first_submitted_at: the first time; submitted_at is the last.
ALTER TABLE applications ADD COLUMN first_submitted_at INTEGER;
-- A lease: who holds the case until when. Over when its end is past, whether or not it was cleared.
ALTER TABLE applications ADD COLUMN lease_holder BLOB REFERENCES users (id);
ALTER TABLE applications ADD COLUMN lease_ends_at INTEGER;
-- Who sent it back for repair, and is to get it again.
ALTER TABLE applications ADD COLUMN assigned_to BLOB REFERENCES users (id);
-- The access that this application is to continue.
ALTER TABLE applications ADD COLUMN renews_id BLOB REFERENCES accesses (id);
UPDATE applications SET first_submitted_at = submitted_at,
    applicant_name = (SELECT name FROM users WHERE users.id = applications.user_id),
    employee_number_kind = (SELECT employee_number_kind FROM users WHERE users.id = applications.user_id),
    employee_number = (SELECT employee_number FROM users WHERE users.id = applications.user_id)
WHERE submitted_at IS NOT NULL;

-- Every verdict ever given. applications.decision_id names the one in force; one that was taken back (Urungkan) or
-- reopened stays, with who did it and when. institution_id, role and sent_at are copies, for the figures.
-- marks: [{"field", "note"}] of a verdict "return". checks: the texts that were ticked. mail_id: its mail.
CREATE TABLE verdicts (
    id BLOB PRIMARY KEY NOT NULL,
    application_id BLOB NOT NULL REFERENCES applications (id),
    verdict TEXT NOT NULL,
    reason_title TEXT,
    reason TEXT,
    marks TEXT NOT NULL,
    checks TEXT NOT NULL,
    institution_id BLOB NOT NULL REFERENCES institutions (id),
    role TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    decided_by BLOB NOT NULL REFERENCES users (id),
    decided_at INTEGER NOT NULL,
    mail_id BLOB,
    undone_by BLOB REFERENCES users (id),
    undone_at INTEGER,
    undone_reason TEXT
) STRICT;
INSERT INTO verdicts (id, application_id, verdict, reason, marks, checks, institution_id, role, sent_at, decided_by, decided_at)
    SELECT d.application_id, d.application_id, d.verdict, d.reason, '[]', '[]', a.institution_id, a.role, a.submitted_at,
           d.decided_by, d.decided_at
    FROM decisions d JOIN applications a ON a.id = d.application_id;
CREATE INDEX verdicts_by_application ON verdicts (application_id, decided_at);
-- With all that the figures count, so that they read nothing else.
CREATE INDEX verdicts_by_time ON verdicts (decided_at, institution_id, verdict, decided_by, sent_at, reason_title)
    WHERE undone_at IS NULL;
CREATE INDEX verdicts_by_verifier ON verdicts (decided_by, decided_at);
ALTER TABLE applications ADD COLUMN decision_id BLOB REFERENCES verdicts (id);
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
-- unit, institution and reference, i and the id of the institution, v and the id of whoever decided.
CREATE TABLE case_words (
    number INTEGER PRIMARY KEY NOT NULL,
    application_id BLOB NOT NULL UNIQUE REFERENCES applications (id),
    institution_id BLOB NOT NULL
) STRICT;
CREATE VIRTUAL TABLE case_words_sought
    USING fts5 (words, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4', tokenize = 'ascii');
INSERT INTO case_words (application_id, institution_id)
    SELECT a.id, a.institution_id FROM applications a JOIN verdicts d ON d.id = a.decision_id ORDER BY d.decided_at, a.id;
INSERT INTO case_words_sought (rowid, words)
    SELECT c.number, lower(a.applicant_name || ' ' || coalesce(a.employee_number, '') || ' ' || w.name || ' '
        || coalesce(w.code, '') || ' ' || i.name || ' ' || a.reference || ' ' || replace(a.reference, '-', '')
        || ' i' || hex(i.id) || ' v' || hex(d.decided_by))
    FROM case_words c JOIN applications a ON a.id = c.application_id JOIN work_units w ON w.id = a.work_unit_id
    JOIN institutions i ON i.id = a.institution_id JOIN verdicts d ON d.id = a.decision_id;

-- A member of the staff acts on every institution, or only on those of staff_institutions.
ALTER TABLE users ADD COLUMN staff_national INTEGER NOT NULL DEFAULT 1;
CREATE TABLE staff_institutions (
    user_id BLOB NOT NULL REFERENCES users (id),
    institution_id BLOB NOT NULL REFERENCES institutions (id),
    PRIMARY KEY (user_id, institution_id)
) STRICT, WITHOUT ROWID;

-- An invitation to the staff. institutions: ids, where it is not national.
CREATE TABLE invitations (
    id BLOB PRIMARY KEY NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL,
    staff_role TEXT NOT NULL,
    national INTEGER NOT NULL,
    institutions TEXT NOT NULL,
    invited_by BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- What the desk chooses from and ticks; rows that were used are retired, not removed.
CREATE TABLE reasons (
    id BLOB PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    advice TEXT NOT NULL,
    position INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
CREATE TABLE check_items (
    id BLOB PRIMARY KEY NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    position INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
INSERT INTO reasons (id, title, advice, position) VALUES
    (x'01970000000070008000000000000001', 'Masa berlaku tidak disebut dalam surat', 'Lampirkan surat yang menyebut tanggal mulai dan berakhirnya peran.', 1),
    (x'01970000000070008000000000000002', 'Surat tidak ditandatangani pejabat berwenang', 'Lampirkan surat yang ditandatangani pejabat yang berwenang, dengan tanda tangan basah atau elektronik.', 2),
    (x'01970000000070008000000000000003', 'Nama atau NIP pada surat berbeda', 'Samakan nama dan NIP pada profil dengan surat, atau lampirkan surat yang benar.', 3),
    (x'01970000000070008000000000000004', 'Satuan kerja pada surat berbeda', 'Pilih satuan kerja yang disebut dalam surat.', 4),
    (x'01970000000070008000000000000005', 'Role pada surat berbeda', 'Ajukan role yang disebut dalam surat.', 5),
    (x'01970000000070008000000000000006', 'Surat tidak terbaca', 'Pindai ulang surat dengan jelas, tegak, dan lengkap.', 6),
    (x'01970000000070008000000000000007', 'Bukan surat yang diminta', 'Lampirkan surat yang diminta untuk role ini.', 7);
INSERT INTO check_items (id, role, text, position) VALUES
    (x'01970000000070008000000000000100', 'pa', 'Nama dan NIP sama dengan akun', 1),
    (x'01970000000070008000000000000101', 'pa', 'Surat menyebut Pengguna Anggaran', 2),
    (x'01970000000070008000000000000102', 'pa', 'Instansi dan satuan kerja sesuai', 3),
    (x'01970000000070008000000000000103', 'pa', 'Masa berlaku tercakup dalam surat', 4),
    (x'01970000000070008000000000000104', 'pa', 'Ditandatangani pejabat berwenang', 5),
    (x'01970000000070008000000000000200', 'kpa', 'Nama dan NIP sama dengan akun', 1),
    (x'01970000000070008000000000000201', 'kpa', 'Surat menyebut Kuasa Pengguna Anggaran', 2),
    (x'01970000000070008000000000000202', 'kpa', 'Instansi dan satuan kerja sesuai', 3),
    (x'01970000000070008000000000000203', 'kpa', 'Masa berlaku tercakup dalam surat', 4),
    (x'01970000000070008000000000000204', 'kpa', 'Ditandatangani Pengguna Anggaran atau pejabat berwenang', 5);

-- Mails that were given up: for the administrator's list, and to empty them of their secrets.
CREATE INDEX outbox_parked ON outbox (created_at) WHERE status = 'parked';

-- Which reminders of an access's end were mailed: 30, 14, 3 days before.
CREATE TABLE access_reminders (
    access_id BLOB NOT NULL REFERENCES accesses (id),
    days INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (access_id, days)
) STRICT, WITHOUT ROWID;

-- The trail: each event from now on carries its number and a hash over itself and the hash before. Events older than
-- the chain have none. Nothing in it may be changed or removed.
ALTER TABLE audit_events ADD COLUMN seq INTEGER;
ALTER TABLE audit_events ADD COLUMN hash BLOB;
CREATE UNIQUE INDEX audit_events_by_seq ON audit_events (seq);
CREATE TABLE audit_chain (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_chain (id, seq, hash) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER audit_events_stay_as_they_are BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
