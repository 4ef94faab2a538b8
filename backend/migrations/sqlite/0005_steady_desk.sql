-- Left to itself, the index merges its parts now and then, hundreds of pages in one commit: one verdict in a hundred waited
-- 30 ms for that. A job merges a few pages at a time instead, from eight parts of a size on; a verdict only where two
-- hundred have come together.
INSERT INTO case_words_sought (case_words_sought, rank) VALUES ('automerge', 0);
INSERT INTO case_words_sought (case_words_sought, rank) VALUES ('usermerge', 8);
INSERT INTO case_words_sought (case_words_sought, rank) VALUES ('crisismerge', 200);

-- For a verifier of some institutions: what is free there is found without looking at what waits elsewhere, in the index
-- alone.
CREATE INDEX applications_free
    ON applications (institution_id, submitted_at, id, user_id, lease_holder, lease_ends_at, assigned_to)
    WHERE status IN ('submitted', 'in_review');
