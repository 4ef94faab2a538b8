-- What the workers need to know of a mail without reading its content.
-- domain: of the recipient, so that no domain holds up the others. expires_at: when its link ends; it is not sent after
-- that. urgent: it has a link somebody waits for, so it goes first. failing_since: the first failure since it was written
-- or resent. server_failed: it waits because the mail server talked to nobody, so it is due when the server does again.
-- cause: why it was parked.
ALTER TABLE outbox ADD COLUMN domain TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN expires_at BIGINT;
ALTER TABLE outbox ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE outbox ADD COLUMN failing_since BIGINT;
ALTER TABLE outbox ADD COLUMN server_failed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE outbox ADD COLUMN cause TEXT;
UPDATE outbox SET domain = split_part(recipient, '@', 2) WHERE status IN ('pending', 'parked');
UPDATE outbox SET urgent = TRUE, expires_at = created_at + CASE content ->> 'template'
        WHEN 'reset_password' THEN 3600000000 WHEN 'confirm_email' THEN 86400000000 ELSE 604800000000 END
    WHERE status IN ('pending', 'parked')
        AND content ->> 'template' IN ('reset_password', 'confirm_email', 'staff_invited');
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (urgent DESC, due_at) WHERE status = 'pending';
CREATE INDEX outbox_server_failed ON outbox (due_at) WHERE status = 'pending' AND server_failed;
DROP INDEX outbox_parked;
CREATE INDEX outbox_parked ON outbox (created_at) WHERE status IN ('parked', 'expired');
