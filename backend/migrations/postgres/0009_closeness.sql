-- Every employee number and telephone number that an account ever had: who clears their profile is still known by them.
-- kind: employee_number or phone.
CREATE TABLE identifiers (
    user_id UUID NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, kind, value)
);
CREATE INDEX identifiers_by_value ON identifiers (value, kind);
INSERT INTO identifiers (user_id, kind, value)
    SELECT id, 'employee_number', employee_number FROM users WHERE employee_number IS NOT NULL
    UNION SELECT user_id, 'employee_number', employee_number FROM applications WHERE employee_number IS NOT NULL
    UNION SELECT id, 'phone', phone FROM users WHERE phone IS NOT NULL;
CREATE FUNCTION users_identifiers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identifiers (user_id, kind, value)
        SELECT new.id, known.kind, known.value
        FROM (VALUES ('employee_number', new.employee_number), ('phone', new.phone)) AS known (kind, value)
        WHERE known.value IS NOT NULL
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER users_identifiers AFTER INSERT OR UPDATE OF employee_number, phone ON users
    FOR EACH ROW EXECUTE FUNCTION users_identifiers();

-- The devices from which people signed in during the last 30 days. device: SHA-256 of network and browser.
CREATE TABLE seen_devices (
    user_id UUID NOT NULL REFERENCES users (id),
    device BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, device)
);
CREATE INDEX seen_devices_by_device ON seen_devices (device);
CREATE INDEX seen_devices_by_time ON seen_devices (seen_at);

-- A staff role that one administrator proposed and a second one has yet to confirm. user_id is null for an address
-- without an account. institutions: ids; none for all institutions.
CREATE TABLE role_proposals (
    id UUID PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    user_id UUID REFERENCES users (id),
    staff_role TEXT NOT NULL,
    institutions JSONB NOT NULL,
    proposed_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The second administrator, where the role needs one.
ALTER TABLE invitations ADD COLUMN confirmed_by UUID REFERENCES users (id);
