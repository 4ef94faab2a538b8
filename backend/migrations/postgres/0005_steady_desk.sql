-- For a verifier of some institutions: what is free there is found without looking at what waits elsewhere.
CREATE INDEX applications_free ON applications (institution_id, submitted_at, id) WHERE status IN ('submitted', 'in_review');
