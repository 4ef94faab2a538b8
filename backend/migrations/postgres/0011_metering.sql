-- Who asked, as a hash: the person, or the network address of somebody who was not signed in. Of each, some requests wait.
ALTER TABLE oidc_requests ADD COLUMN asker BYTEA;
CREATE INDEX oidc_requests_by_asker ON oidc_requests (asker, created_at);

-- When the person was told that the draft will end. Counts only while nothing was changed since.
ALTER TABLE applications ADD COLUMN end_announced_at BIGINT;
CREATE INDEX applications_unsent ON applications (updated_at) WHERE status = 'draft';

-- A letter stays as long as the desk's copy of the application names it.
CREATE INDEX submissions_by_letter ON submissions (document_id);
