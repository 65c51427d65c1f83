-- name: take_lease
-- The lease for one owner, where it is free, run out, or theirs already.
INSERT INTO worker_lease (name, owner, since_us, beat_us, until_us) VALUES ('worker', %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE
SET since_us = CASE WHEN worker_lease.owner = excluded.owner THEN worker_lease.since_us
        ELSE excluded.since_us END,
    owner = excluded.owner, beat_us = excluded.beat_us, until_us = excluded.until_us
WHERE worker_lease.owner = excluded.owner OR worker_lease.until_us < excluded.beat_us;

-- name: prolong_lease
-- The lease for longer, where it is still theirs.
UPDATE worker_lease SET beat_us = %s, until_us = %s WHERE name = 'worker' AND owner = %s AND until_us > 0;

-- name: give_lease_back
-- The lease is free again.
UPDATE worker_lease SET until_us = 0 WHERE name = 'worker' AND owner = %s;

-- name: lease
-- Who holds the lease, since when, when they were last heard, until when.
SELECT owner, since_us, beat_us, until_us FROM worker_lease WHERE name = 'worker';

-- name: step
-- What is known of one step.
SELECT job, as_of_day, state, tries, owner, began_us, ended_us, done_us, due_us, said, error
FROM worker_step
WHERE job = %s AND as_of_day = %s;

-- name: steps_of
-- What is known of the steps from a night on, and of those that come again and again.
SELECT job, as_of_day, state, tries, owner, began_us, ended_us, done_us, due_us, said, error
FROM worker_step
WHERE as_of_day = 0 OR as_of_day >= %s
ORDER BY as_of_day, began_us, id;

-- name: claim
-- A step begins: kept before it is done, and only by who holds the lease.
INSERT INTO worker_step (job, as_of_day, state, tries, owner, began_us, due_us, said, error)
SELECT %s, %s, 'running', 1, lease.owner, %s, %s, '', ''
FROM worker_lease AS lease
WHERE lease.name = 'worker' AND lease.owner = %s AND lease.until_us >= %s
ON CONFLICT (job, as_of_day) DO UPDATE
SET state = 'running', tries = worker_step.tries + 1, owner = excluded.owner, began_us = excluded.began_us,
    due_us = excluded.due_us;

-- name: succeed
-- A step is done.
UPDATE worker_step
SET state = 'done', tries = 0, ended_us = %s, done_us = %s, due_us = %s, said = %s, error = ''
WHERE job = %s AND as_of_day = %s AND owner = %s AND state = 'running';

-- name: fail
-- A step went wrong; it is due again later, or given up.
UPDATE worker_step
SET state = %s, ended_us = %s, due_us = %s, error = %s
WHERE job = %s AND as_of_day = %s AND owner = %s AND state = 'running';

-- name: give_up
-- A step that was left unfinished too often is not tried again.
UPDATE worker_step SET state = 'given_up', error = %s WHERE job = %s AND as_of_day = %s AND state = 'running';

-- name: last_night
-- The last night of which all is done.
SELECT max(as_of_day) FROM worker_step WHERE job = 'night' AND state = 'done';

-- name: night_done
-- All of a night is done.
INSERT INTO worker_step (job, as_of_day, state, tries, owner, began_us, ended_us, done_us, due_us, said, error)
VALUES ('night', %s, 'done', 0, %s, %s, %s, %s, 0, '', '')
ON CONFLICT DO NOTHING;

-- name: note
-- A line of the log.
INSERT INTO worker_log (at_us, owner, job, as_of_day, what, said) VALUES (%s, %s, %s, %s, %s, %s);

-- name: log
-- The latest lines of the log, the latest first.
SELECT at_us, owner, job, as_of_day, what, said FROM worker_log ORDER BY id DESC LIMIT %s;

-- name: forget_log
-- Lines that are older than a moment.
DELETE FROM worker_log WHERE at_us < %s;

-- name: forget_steps
-- Steps of nights that are older than a day.
DELETE FROM worker_step WHERE as_of_day > 0 AND as_of_day < %s;
