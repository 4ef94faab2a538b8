-- Every employee number and telephone number that an account ever had: who clears their profile is still known by them.
-- kind: employee_number or phone.
CREATE TABLE identifiers (
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_by_value ON identifiers (value, kind);
INSERT INTO identifiers (user_id, kind, value)
    SELECT id, 'employee_number', employee_number FROM users WHERE employee_number IS NOT NULL
    UNION SELECT user_id, 'employee_number', employee_number FROM applications WHERE employee_number IS NOT NULL
    UNION SELECT id, 'phone', phone FROM users WHERE phone IS NOT NULL;
CREATE TRIGGER users_identifiers_of_new AFTER INSERT ON users
BEGIN
    INSERT INTO identifiers (user_id, kind, value)
        SELECT new.id, 'employee_number', new.employee_number WHERE new.employee_number IS NOT NULL
        ON CONFLICT DO NOTHING;
    INSERT INTO identifiers (user_id, kind, value)
        SELECT new.id, 'phone', new.phone WHERE new.phone IS NOT NULL
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER users_identifiers AFTER UPDATE OF employee_number, phone ON users
BEGIN
    INSERT INTO identifiers (user_id, kind, value)
        SELECT new.id, 'employee_number', new.employee_number WHERE new.employee_number IS NOT NULL
        ON CONFLICT DO NOTHING;
    INSERT INTO identifiers (user_id, kind, value)
        SELECT new.id, 'phone', new.phone WHERE new.phone IS NOT NULL
        ON CONFLICT DO NOTHING;
END;

-- The devices from which people signed in during the last 30 days. device: SHA-256 of network and browser.
CREATE TABLE seen_devices (
    user_id BLOB NOT NULL REFERENCES users (id),
    device BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_devices_by_device ON seen_devices (device);
CREATE INDEX seen_devices_by_time ON seen_devices (seen_at);

-- A staff role that one administrator proposed and a second one has yet to confirm. user_id is null for an address
-- without an account. institutions: ids; none for all institutions.
CREATE TABLE role_proposals (
    id BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    user_id BLOB REFERENCES users (id),
    staff_role TEXT NOT NULL,
    institutions TEXT NOT NULL,
    proposed_by BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- The second administrator, where the role needs one.
ALTER TABLE invitations ADD COLUMN confirmed_by BLOB REFERENCES users (id);
