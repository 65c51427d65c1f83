-- name: begin_clock
-- The clock is there from the first run on.
INSERT INTO plan_clock (id, parts, now_us) VALUES (1, 0, %s) ON CONFLICT DO NOTHING;

-- name: take_clock
-- Whoever changes where people stand does this first in its transaction, so no two do so at once.
UPDATE plan_clock SET parts = parts + 1 WHERE id = 1;

-- name: set_clock
-- The latest moment of a tick; never back.
UPDATE plan_clock SET now_us = %s WHERE id = 1 AND now_us < %s;

-- name: clock
-- The latest moment of a tick.
SELECT now_us FROM plan_clock WHERE id = 1;

-- name: emit
-- What is given to the next chunk of those who are due: each treatment once, its key computed (entry XOR step).
INSERT INTO plan_treatment (id, entry_id, customer_id, playbook, version, step, kind, as_of_day, due_us, arm,
    is_held_out, medium, template, purpose, reward, grant_id, expected_minor, stopped_us, why)
SELECT (entry.id | emission.step_key) - (entry.id & emission.step_key), entry.id, entry.customer_id,
    entry.playbook, emission.version, emission.step, emission.kind, %s, %s, entry.arm,
    entry.held_by IS NOT NULL, emission.medium, emission.template, emission.purpose, emission.reward,
    (entry.id | emission.grant_key) - (entry.id & emission.grant_key), entry.expected_minor, NULL, entry.why
FROM plan_entry AS entry
JOIN plan_emission AS emission
    ON emission.walk_id = entry.walk_id AND emission.stop = entry.stop AND emission.outcome = entry.outcome
WHERE entry.id IN (
    SELECT id FROM plan_entry WHERE due_us <= %s AND outcome >= 0 ORDER BY due_us, id LIMIT %s
)
ON CONFLICT DO NOTHING;

-- name: advance
-- The same chunk goes on to its next stop, or ends.
UPDATE plan_entry
SET stop = edge.next_stop,
    outcome = CASE WHEN edge.is_asked THEN -1 ELSE 0 END,
    from_stop = plan_entry.stop,
    from_outcome = plan_entry.outcome,
    began_us = %s,
    due_us = CAST(%s AS BIGINT) + edge.stay_us,
    ended_us = CASE WHEN edge.stay_us IS NULL THEN CAST(%s AS BIGINT) ELSE NULL END,
    ending = CASE WHEN edge.stay_us IS NULL THEN 'done' ELSE NULL END
FROM plan_edge AS edge
WHERE edge.walk_id = plan_entry.walk_id AND edge.stop = plan_entry.stop AND edge.outcome = plan_entry.outcome
    AND plan_entry.id IN (
        SELECT id FROM plan_entry WHERE due_us <= %s AND outcome >= 0 ORDER BY due_us, id LIMIT %s
    );

-- name: due_now
-- Who goes on at a moment, where each stands, and what treatments say of them.
SELECT id, customer_id, walk_id, stop, outcome, held_by IS NOT NULL, expected_minor, why
FROM plan_entry
WHERE due_us <= %s;

-- name: standing_of
-- The same of the customers who are asked about and inside, wherever they stand, and by which way they came.
SELECT entry.id, entry.customer_id, entry.walk_id, entry.stop, entry.outcome, entry.held_by IS NOT NULL,
    entry.expected_minor, entry.why, entry.from_stop, entry.from_outcome
FROM plan_asked AS asked
CROSS JOIN plan_entry AS entry
WHERE entry.customer_id = asked.customer_id AND entry.due_us IS NOT NULL;

-- name: unasked
-- Who stands at a stop whose exit is still to be asked.
SELECT id, customer_id, walk_id, stop FROM plan_entry WHERE due_us <= %s AND outcome = -1 ORDER BY walk_id, id;

-- name: waiting
-- Who waits for a reaction: stops with more than one exit, the time not over before the span looked at.
SELECT entry.id, entry.customer_id, entry.walk_id, entry.stop, entry.began_us, entry.due_us
FROM plan_entry AS entry
WHERE entry.due_us IS NOT NULL AND entry.outcome = 0 AND entry.stop > 0
    AND EXISTS (
        SELECT 1 FROM plan_edge AS edge
        WHERE edge.walk_id = entry.walk_id AND edge.stop = entry.stop AND edge.outcome > 0
    );

-- name: is_waiting
-- Whether anybody waits for a reaction at all.
SELECT 1 FROM plan_entry WHERE due_us IS NOT NULL AND outcome = 0 AND stop > 0 LIMIT 1;

-- name: waiting_of
-- The same of the customers who are asked about: those of whom something new was taken in.
SELECT entry.id, entry.customer_id, entry.walk_id, entry.stop, entry.began_us, entry.due_us
FROM plan_asked AS asked
CROSS JOIN plan_entry AS entry
WHERE entry.customer_id = asked.customer_id AND entry.due_us IS NOT NULL AND entry.outcome = 0
    AND entry.stop > 0
    AND EXISTS (
        SELECT 1 FROM plan_edge AS edge
        WHERE edge.walk_id = entry.walk_id AND edge.stop = entry.stop AND edge.outcome > 0
    );

-- name: make_asked
-- Customers who are asked about; lives within one connection only.
CREATE TEMPORARY TABLE IF NOT EXISTS plan_asked (customer_id TEXT NOT NULL);

-- name: drop_asked
-- Others are asked about next.
DELETE FROM plan_asked;

-- name: keep_asked
-- Those of a JSON array, on SQLite.
INSERT INTO plan_asked (customer_id) SELECT value FROM json_each(%s);

-- name: copy_asked
-- The same on PostgreSQL, in bulk.
COPY plan_asked (customer_id) FROM STDIN;

-- name: count_asked
-- Lets PostgreSQL know how many they are.
ANALYZE plan_asked;

-- name: heard_up_to
-- Up to which moment and version of the log everybody was told of reactions.
SELECT heard_us, heard_version FROM plan_clock WHERE id = 1;

-- name: set_heard
-- Everything before this moment, taken in up to this version, was heard; null: all who wait are asked anew.
UPDATE plan_clock SET heard_us = %s, heard_version = %s WHERE id = 1;

-- name: keep_answer
-- The exit that one entry takes.
INSERT INTO plan_answer (entry_id, stop, outcome) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING;

-- name: copy_answers
-- The same on PostgreSQL, in bulk.
COPY plan_answer (entry_id, stop, outcome) FROM STDIN;

-- name: withdraw
-- What was given on the way to this stop and asks for the reaction that came is not to be done any more.
UPDATE plan_treatment SET stopped_us = %s
WHERE stopped_us IS NULL AND kind <> 'grant' AND id IN (
    SELECT (entry.id | emission.step_key) - (entry.id & emission.step_key)
    FROM plan_answer AS answer
    JOIN plan_entry AS entry ON entry.id = answer.entry_id AND entry.stop = answer.stop AND entry.outcome = 0
    JOIN plan_emission AS emission ON emission.walk_id = entry.walk_id
        AND emission.stop = entry.from_stop AND emission.outcome = entry.from_outcome
    WHERE entry.due_us IS NOT NULL
);

-- name: take_answers
-- Those who reacted, or were asked, are due now and take their exit; who has gone on meanwhile does not.
UPDATE plan_entry SET outcome = answer.outcome, due_us = %s
FROM plan_answer AS answer
WHERE answer.entry_id = plan_entry.id AND answer.stop = plan_entry.stop AND plan_entry.outcome = %s
    AND plan_entry.due_us IS NOT NULL;

-- name: drop_answers
-- Answers live within one transaction.
DELETE FROM plan_answer;

-- name: playbooks
-- Every playbook ever seen, as operators left it.
SELECT name, state, version, changed_us, who FROM plan_playbook ORDER BY name;

-- name: keep_playbook
-- A playbook that is seen for the first time.
INSERT INTO plan_playbook (name, state, version, changed_us, who) VALUES (%s, 'on', %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: set_version
-- The version that is entered now.
UPDATE plan_playbook SET version = %s WHERE name = %s;

-- name: set_state
-- An operator's act on a playbook.
UPDATE plan_playbook SET state = %s, changed_us = %s, who = %s WHERE name = %s;

-- name: keep_act
-- The same, for the history.
INSERT INTO plan_act (playbook, at_us, what, who, why) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING;

-- name: acts
-- What operators did to a playbook, in order.
SELECT at_us, what, who, why FROM plan_act WHERE playbook = %s ORDER BY at_us, id;

-- name: versions
-- Every version of every playbook.
SELECT id, playbook, number, digest, text, from_day FROM plan_version ORDER BY playbook, number;

-- name: keep_version
-- A content of a playbook, each once.
INSERT INTO plan_version (playbook, number, digest, text, from_day) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: keep_edge
-- A way of a walk.
INSERT INTO plan_edge (walk_id, stop, outcome, next_stop, stay_us, is_asked) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: keep_emission
-- What is given on a way.
INSERT INTO plan_emission (walk_id, stop, outcome, place, version, step, step_key, kind, medium, template,
    purpose, reward, grant_key)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: move_stop
-- Those at a stop of an old version go to the stop of the same name in the new one, keeping their time.
UPDATE plan_entry SET walk_id = %s, stop = %s, from_stop = -2, from_outcome = 0
WHERE walk_id = %s AND stop = %s AND outcome = 0 AND ended_us IS NULL;

-- name: next_inside
-- The last key of the next part of those inside a playbook.
SELECT max(part.id)
FROM (
    SELECT id FROM plan_entry WHERE playbook = %s AND ended_us IS NULL AND id > %s ORDER BY id LIMIT %s
) AS part;

-- name: hold
-- A part of those inside is held where they are, with the time that is left.
UPDATE plan_entry SET left_us = due_us - %s, due_us = NULL
WHERE playbook = %s AND id > %s AND id <= %s AND due_us IS NOT NULL AND ended_us IS NULL;

-- name: let_go
-- A part of those held goes on with the time that was left.
UPDATE plan_entry SET due_us = CAST(%s AS BIGINT) + left_us, left_us = NULL
WHERE playbook = %s AND id > %s AND id <= %s AND left_us IS NOT NULL AND ended_us IS NULL;

-- name: end_all
-- A part of those inside a stopped playbook is outside.
UPDATE plan_entry SET due_us = NULL, left_us = NULL, ended_us = %s, ending = 'stopped'
WHERE playbook = %s AND id > %s AND id <= %s AND ended_us IS NULL;

-- name: next_open
-- The last key of the next part of what a playbook gave lately and was not withdrawn.
SELECT max(part.id)
FROM (
    SELECT id FROM plan_treatment
    WHERE playbook = %s AND due_us >= %s AND stopped_us IS NULL AND id > %s
    ORDER BY id
    LIMIT %s
) AS part;

-- name: withdraw_all
-- A part of it: who has not done it yet must not.
UPDATE plan_treatment SET stopped_us = %s
WHERE playbook = %s AND due_us >= %s AND stopped_us IS NULL AND id > %s AND id <= %s;

-- name: entered_of
-- What limits new entries of the customers asked about: how often each playbook, when last, whether inside.
SELECT entry.playbook, entry.customer_id, count(*), max(entry.entered_day),
    sum(CASE WHEN entry.ended_us IS NULL THEN 1 ELSE 0 END)
FROM plan_asked AS asked
CROSS JOIN plan_entry AS entry
WHERE entry.customer_id = asked.customer_id
GROUP BY entry.playbook, entry.customer_id;

-- name: entered_on
-- How many entered each playbook on a day.
SELECT playbook, count(*) FROM plan_entry WHERE entered_day = %s GROUP BY playbook;

-- name: entries_of
-- Every entry of one customer, the latest first.
SELECT id, playbook, walk_id, arm, held_by, entered_day, entered_us, stop, outcome, began_us, due_us, left_us,
    ended_us, ending, expected_minor, why
FROM plan_entry
WHERE customer_id = %s
ORDER BY entered_us DESC, id;

-- name: entries_of_playbook
-- Every entry of one playbook, for experiments and read-outs.
SELECT id, customer_id, walk_id, arm, held_by, entered_day, entered_us, ended_us, ending, expected_minor
FROM plan_entry
WHERE playbook = %s
ORDER BY entered_day, id;

-- name: counts
-- How many stand where: inside, held by a pause, held out, ended.
SELECT playbook, count(*),
    sum(CASE WHEN ended_us IS NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN left_us IS NOT NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN held_by IS NOT NULL THEN 1 ELSE 0 END)
FROM plan_entry
GROUP BY playbook;

-- name: treatments_of
-- What one customer was given, by the entries that gave it.
SELECT id, entry_id, customer_id, playbook, version, step, kind, as_of_day, due_us, arm, is_held_out, medium,
    template, purpose, reward, grant_id, expected_minor, stopped_us, why
FROM plan_treatment
WHERE id IN (
    SELECT (entry.id | emission.step_key) - (entry.id & emission.step_key)
    FROM plan_entry AS entry
    JOIN plan_emission AS emission ON emission.walk_id = entry.walk_id
    WHERE entry.customer_id = %s
)
ORDER BY due_us, id;

-- name: treatments_since
-- Treatments given at a moment or later, in order.
SELECT id, entry_id, customer_id, playbook, version, step, kind, as_of_day, due_us, arm, is_held_out, medium,
    template, purpose, reward, grant_id, expected_minor, stopped_us, why
FROM plan_treatment
WHERE due_us >= %s
ORDER BY due_us, id;

-- name: open_tasks
-- Calls and alerts that are to be done: nobody held out, nothing withdrawn, nothing done; the earliest first.
SELECT given.id, given.customer_id, given.playbook, given.step, given.kind, given.template, given.due_us,
    given.expected_minor, given.why
FROM plan_treatment AS given
WHERE given.kind IN ('call', 'alert') AND NOT given.is_held_out AND given.stopped_us IS NULL
    AND NOT EXISTS (SELECT 1 FROM plan_task_done AS done WHERE done.treatment_id = given.id)
ORDER BY given.due_us, given.id
LIMIT %s;

-- name: alerts_since
-- The alerts given after a moment and up to another that are still to be looked at.
SELECT given.id, given.customer_id, given.playbook, given.step, given.kind, given.template, given.due_us,
    given.expected_minor, given.why
FROM plan_treatment AS given
WHERE given.kind IN ('call', 'alert') AND given.kind = 'alert' AND given.due_us > %s AND given.due_us <= %s
    AND NOT given.is_held_out AND given.stopped_us IS NULL
    AND NOT EXISTS (SELECT 1 FROM plan_task_done AS done WHERE done.treatment_id = given.id)
ORDER BY given.due_us, given.id;

-- name: keep_task_done
-- One of them is done, once.
INSERT INTO plan_task_done (treatment_id, at_us, who, outcome)
SELECT id, CAST(%s AS BIGINT), CAST(%s AS TEXT), CAST(%s AS TEXT)
FROM plan_treatment
WHERE id = %s AND kind IN ('call', 'alert') AND NOT is_held_out AND stopped_us IS NULL
ON CONFLICT DO NOTHING;

-- name: run_of
-- The entries of one date.
SELECT as_of_day, state, summary FROM plan_run WHERE as_of_day = %s;

-- name: last_run
-- The latest date whose entries were begun.
SELECT as_of_day, state, summary FROM plan_run ORDER BY as_of_day DESC LIMIT 1;

-- name: last_done
-- The latest date whose entries were made.
SELECT as_of_day FROM plan_run WHERE state = 'done' ORDER BY as_of_day DESC LIMIT 1;

-- name: begin_run
-- The entries of a date are being made.
INSERT INTO plan_run (as_of_day, state, summary) VALUES (%s, 'choosing', '[]') ON CONFLICT DO NOTHING;

-- name: keep_run
-- The entries of a date are made.
UPDATE plan_run SET state = 'done', summary = %s WHERE as_of_day = %s;

-- name: channels
-- Every channel that is, or was, in a playbook for weak channels.
SELECT playbook, channel, joined_day, looked_day, weak_since_day, left_day, new_customers, churned_share, why
FROM plan_channel
ORDER BY playbook, channel;

-- name: keep_channel
-- What a channel is as of the date it was looked at.
INSERT INTO plan_channel (playbook, channel, joined_day, looked_day, weak_since_day, left_day, new_customers,
    churned_share, why)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (playbook, channel) DO UPDATE SET looked_day = excluded.looked_day,
    weak_since_day = excluded.weak_since_day, left_day = excluded.left_day,
    new_customers = excluded.new_customers, churned_share = excluded.churned_share, why = excluded.why;

-- name: latest_word
-- Customers whose latest word is one of these; of two at the same moment the last by name.
SELECT customer FROM told WHERE detail IS NOT NULL
GROUP BY customer
HAVING list_contains($words, max_by(detail, ("at", detail)));

-- name: any_word
-- Customers who were ever given one of these words.
SELECT DISTINCT customer FROM told WHERE list_contains($words, detail);

-- name: entry_keys
-- The key of an entry: the first 63 bits of SHA-256 of its words, parted by the unit separator.
SELECT place, CAST(CAST('0x' || substr(sha256($head || id || $tail), 1, 16) AS UBIGINT) >> 1 AS BIGINT) AS key
FROM entrants
ORDER BY place;

-- name: new_customers
-- Customers of whom there is news before a moment.
SELECT DISTINCT customer FROM told WHERE "at" < $now_us ORDER BY customer;

-- name: heard
-- For each who waits the first reaction within the time: its exit; of several at one moment the first named.
SELECT waiting.entry_id, waiting.stop, min_by(reactions.outcome, ("at", reactions.outcome)) AS outcome
FROM waiting
JOIN reactions USING (walk_id, stop)
JOIN told ON told.customer = waiting.customer AND told.kind = reactions.kind
    AND (reactions.detail IS NULL OR reactions.detail = told.word)
WHERE "at" >= waiting.began_us AND "at" < waiting.until_us
GROUP BY waiting.entry_id, waiting.stop
ORDER BY waiting.entry_id;
