-- A device that signed in before proves it with a cookie, which names this number. A higher number ends all such cookies.
ALTER TABLE users ADD COLUMN device_generation INTEGER NOT NULL DEFAULT 0;

-- The sign-ups of one address, the newest first.
CREATE INDEX registrations_by_email ON registrations (email, created_at);
