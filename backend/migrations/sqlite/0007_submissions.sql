-- What was sent last, as it was sent: what the desk works on. The application's own columns follow what the person types
-- while it is back for repair. institution_id: whose desk it is with; none of a supplier. document_id has no foreign key:
-- a letter that was replaced in a repair is removed a day later.
CREATE TABLE submissions (
    application_id BLOB PRIMARY KEY NOT NULL REFERENCES applications (id),
    submitted_at INTEGER NOT NULL,
    institution_id BLOB REFERENCES institutions (id),
    work_unit_id BLOB REFERENCES work_units (id),
    document_id BLOB,
    sirup_account TEXT,
    answers TEXT NOT NULL
) STRICT;

-- Since when what was returned is no longer what was sent: the person changes it, or withdrew it.
ALTER TABLE applications ADD COLUMN repair_began_at INTEGER;
UPDATE applications SET repair_began_at = updated_at
    WHERE status IN ('returned', 'withdrawn') AND EXISTS (
        SELECT 1 FROM verdicts x WHERE x.id = applications.decision_id AND x.verdict = 'return'
          AND ((applications.status = 'returned' AND applications.updated_at <> x.decided_at)
               OR (applications.status = 'withdrawn' AND applications.submitted_at < x.decided_at)));

-- Of what is being repaired, only the desk is still known. Its answers are not shown until it is sent again.
INSERT INTO submissions (application_id, submitted_at, institution_id, work_unit_id, document_id, sirup_account, answers)
    SELECT a.id, a.submitted_at, CASE WHEN a.repair_began_at IS NULL THEN a.institution_id ELSE x.institution_id END,
           CASE WHEN a.repair_began_at IS NULL THEN a.work_unit_id END,
           CASE WHEN a.repair_began_at IS NULL THEN a.document_id END, a.sirup_account, a.answers
    FROM applications a LEFT JOIN verdicts x ON x.id = a.decision_id
    WHERE a.submitted_at IS NOT NULL;
