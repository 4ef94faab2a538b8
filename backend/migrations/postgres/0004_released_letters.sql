-- When a letter was taken off its application, or the application withdrawn. A letter is of one application at most, so
-- that these are all that nobody holds; to look for them among all letters would take longer every year.
ALTER TABLE documents ADD COLUMN released_at BIGINT;
CREATE INDEX documents_released ON documents (released_at) WHERE released_at IS NOT NULL;
UPDATE documents SET released_at = created_at
    WHERE NOT EXISTS (SELECT 1 FROM applications a WHERE a.document_id = documents.id AND a.status <> 'withdrawn');
CREATE FUNCTION release_letter() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE documents SET released_at = new.updated_at WHERE id = old.document_id;
    RETURN NULL;
END $$;
CREATE TRIGGER applications_release_letter AFTER UPDATE OF document_id, status ON applications
    FOR EACH ROW
    WHEN (old.document_id IS NOT NULL AND (new.document_id IS DISTINCT FROM old.document_id OR new.status = 'withdrawn'))
    EXECUTE FUNCTION release_letter();
