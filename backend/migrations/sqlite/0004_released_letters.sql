-- When a letter was taken off its application, or the application withdrawn. A letter is of one application at most, so
-- that these are all that nobody holds; to look for them among all letters would take longer every year.
ALTER TABLE documents ADD COLUMN released_at INTEGER;
CREATE INDEX documents_released ON documents (released_at) WHERE released_at IS NOT NULL;
UPDATE documents SET released_at = created_at
    WHERE NOT EXISTS (SELECT 1 FROM applications a WHERE a.document_id = documents.id AND a.status <> 'withdrawn');
CREATE TRIGGER applications_release_letter AFTER UPDATE OF document_id, status ON applications
WHEN old.document_id IS NOT NULL AND (new.document_id IS NOT old.document_id OR new.status = 'withdrawn')
BEGIN
    UPDATE documents SET released_at = new.updated_at WHERE id = old.document_id;
END;
