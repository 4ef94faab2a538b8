-- The holder of an access as verified: what platforms are told, whatever the profile says later. holder_nip: digits;
-- none of whoever has no NIP. zone: the one in which its two days are counted.
ALTER TABLE accesses ADD COLUMN holder_name TEXT NOT NULL DEFAULT '';
ALTER TABLE accesses ADD COLUMN holder_nip TEXT;
ALTER TABLE accesses ADD COLUMN zone TEXT NOT NULL DEFAULT 'wib';
UPDATE accesses SET
    holder_name = coalesce(
        (SELECT a.applicant_name FROM applications a WHERE a.id = accesses.application_id),
        (SELECT u.name FROM users u WHERE u.id = accesses.user_id)),
    holder_nip = (SELECT a.employee_number FROM applications a
                  WHERE a.id = accesses.application_id AND a.employee_number_kind = 'nip'),
    zone = (SELECT u.zone FROM users u WHERE u.id = accesses.user_id);

-- What a platform may ask for, as words separated by spaces. Those that exist keep what existed before.
ALTER TABLE platforms ADD COLUMN scopes TEXT NOT NULL DEFAULT 'openid profile email gerbang offline_access';

-- A grant ends a month after it was made, whatever keeps it.
DROP INDEX oidc_grants_alone;
CREATE INDEX oidc_grants_by_age ON oidc_grants (created_at) WHERE ended_at IS NULL;
