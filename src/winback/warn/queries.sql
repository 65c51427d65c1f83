-- name: last_run
-- The latest date that a run has begun or done.
SELECT as_of_day, state, summary FROM warn_run WHERE as_of_day <= %s ORDER BY as_of_day DESC LIMIT 1;

-- name: run_of
-- The run of one date.
SELECT as_of_day, state, summary FROM warn_run WHERE as_of_day = %s;

-- name: begin_run
-- A run begins to judge.
INSERT INTO warn_run (as_of_day, state, summary, basis) VALUES (%s, 'judging', '', '') ON CONFLICT DO NOTHING;

-- name: keep_basis
-- What the rules of a run took from the whole base.
UPDATE warn_run SET basis = %s WHERE as_of_day = %s;

-- name: basis_of
-- The same, read again.
SELECT basis FROM warn_run WHERE as_of_day = %s;

-- name: advance_run
-- A run is a step further.
UPDATE warn_run SET state = %s, summary = %s WHERE as_of_day = %s;

-- name: summaries_before
-- The summaries of the runs before a date, the latest first.
SELECT as_of_day, summary FROM warn_run WHERE as_of_day < %s AND state = 'done' ORDER BY as_of_day DESC LIMIT %s;

-- name: standing
-- Warnings that are open, and those closed after a day.
SELECT customer_id, opened_day, status, level, seen_day, snoozed_until_day, closed_day,
    CASE WHEN probability IS NULL THEN 0 ELSE 1 END, live_day
FROM warn_warning
WHERE status <> 'closed' OR closed_day > %s;

-- name: standing_of
-- The latest warnings of some customers, for the live pass.
SELECT customer_id, opened_day, status, level, closed_day, CASE WHEN probability IS NULL THEN 0 ELSE 1 END,
    live_day
FROM warn_warning
WHERE customer_id IN ({ids}) AND (status <> 'closed' OR closed_day > %s)
ORDER BY customer_id, opened_day;

-- name: keep_verdict
-- One verdict of a run that judges.
INSERT INTO warn_verdict (as_of_day, part, customer_id, opened_day, move, level_from, level, status, closing,
    probability, value_minor, expected_minor, rules, reasons, phase, channel)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: copy_verdicts
-- The same verdicts on PostgreSQL, in bulk.
COPY warn_verdict (as_of_day, part, customer_id, opened_day, move, level_from, level, status, closing,
    probability, value_minor, expected_minor, rules, reasons, phase, channel)
FROM STDIN;

-- name: last_part
-- The number of the last part of a run's verdicts.
SELECT max(part) FROM warn_verdict WHERE as_of_day = %s;

-- name: drop_verdicts
-- The verdicts of one part of a run are of no more use.
DELETE FROM warn_verdict WHERE as_of_day = %s AND part = %s;

-- name: drop_all_verdicts
-- The verdicts of a run that was killed while it judged.
DELETE FROM warn_verdict WHERE as_of_day = %s;

-- name: open_new
-- The new warnings of one part.
INSERT INTO warn_warning (customer_id, opened_day, status, level, probability, value_minor, expected_minor,
    rules, reasons, phase, channel, changed_day, seen_day, run_day)
SELECT customer_id, opened_day, status, level, probability, value_minor, expected_minor,
    rules, reasons, phase, channel, as_of_day, as_of_day, as_of_day
FROM warn_verdict
WHERE as_of_day = %s AND part = %s AND move = 'new'
ON CONFLICT DO NOTHING;

-- name: note_new
-- The first row of the history of each new warning of one part.
INSERT INTO warn_change (customer_id, opened_day, as_of_day, move, at_us, level_from, level, who, why,
    probability, reasons, value_minor)
SELECT verdict.customer_id, verdict.opened_day, verdict.as_of_day, verdict.move, 0, 0, verdict.level,
    'winback', verdict.rules, verdict.probability, verdict.reasons, verdict.value_minor
FROM warn_verdict AS verdict
JOIN warn_warning AS warning
    ON warning.customer_id = verdict.customer_id AND warning.opened_day = verdict.opened_day
WHERE verdict.as_of_day = %s AND verdict.part = %s AND verdict.move = 'new'
ON CONFLICT DO NOTHING;

-- name: note_moves
-- A row of the history for each warning of one part that moves and was not closed meanwhile.
INSERT INTO warn_change (customer_id, opened_day, as_of_day, move, at_us, level_from, level, who, why,
    probability, reasons, value_minor)
SELECT verdict.customer_id, verdict.opened_day, verdict.as_of_day, verdict.move, 0, verdict.level_from,
    verdict.level, 'winback', coalesce(verdict.closing, verdict.rules), verdict.probability, verdict.reasons,
    verdict.value_minor
FROM warn_verdict AS verdict
JOIN warn_warning AS warning
    ON warning.customer_id = verdict.customer_id AND warning.opened_day = verdict.opened_day
WHERE verdict.as_of_day = %s AND verdict.part = %s AND verdict.move NOT IN ('new', 'seen')
    AND warning.status <> 'closed' AND warning.run_day < verdict.as_of_day
ON CONFLICT DO NOTHING;

-- name: move_warnings
-- The warnings of one part as they are after the run; who was acknowledged meanwhile stays so.
UPDATE warn_warning
SET status = CASE WHEN verdict.move IN ('raised', 'woken', 'closed') THEN verdict.status
        ELSE warn_warning.status END,
    level = verdict.level,
    probability = coalesce(verdict.probability, warn_warning.probability),
    value_minor = verdict.value_minor,
    expected_minor = CASE WHEN verdict.probability IS NULL AND warn_warning.probability IS NOT NULL
        THEN warn_warning.expected_minor ELSE verdict.expected_minor END,
    rules = CASE WHEN verdict.move = 'closed' OR verdict.rules = '' THEN warn_warning.rules
        ELSE verdict.rules END,
    reasons = coalesce(verdict.reasons, warn_warning.reasons),
    phase = verdict.phase,
    channel = verdict.channel,
    changed_day = CASE WHEN verdict.move = 'seen' THEN warn_warning.changed_day ELSE verdict.as_of_day END,
    seen_day = CASE WHEN verdict.move IN ('seen', 'raised', 'lowered') THEN verdict.as_of_day
        ELSE warn_warning.seen_day END,
    run_day = verdict.as_of_day,
    snoozed_until_day = CASE WHEN verdict.move IN ('raised', 'woken', 'closed') THEN NULL
        ELSE warn_warning.snoozed_until_day END,
    closed_day = CASE WHEN verdict.move = 'closed' THEN verdict.as_of_day ELSE NULL END,
    closing = verdict.closing
FROM warn_verdict AS verdict
WHERE verdict.customer_id = warn_warning.customer_id AND verdict.opened_day = warn_warning.opened_day
    AND verdict.as_of_day = %s AND verdict.part = %s AND verdict.move <> 'new'
    AND warn_warning.status <> 'closed' AND warn_warning.run_day < verdict.as_of_day;

-- name: open_by_level
-- How many warnings are open, by level, and what is at risk in them.
SELECT level, count(*), CAST(sum(value_minor) AS BIGINT) FROM warn_warning WHERE status <> %s GROUP BY level;

-- name: open_warnings
-- Every open warning, the most at risk first.
SELECT customer_id, opened_day, status, level, probability, value_minor, expected_minor, rules, reasons,
    phase, channel, changed_day, seen_day, snoozed_until_day, closed_day, closing
FROM warn_warning
WHERE status <> 'closed' AND level >= %s
ORDER BY level DESC, expected_minor DESC, customer_id;

-- name: warnings_of
-- Every warning of one customer, the latest first.
SELECT customer_id, opened_day, status, level, probability, value_minor, expected_minor, rules, reasons,
    phase, channel, changed_day, seen_day, snoozed_until_day, closed_day, closing
FROM warn_warning
WHERE customer_id = %s
ORDER BY opened_day DESC;

-- name: history_of
-- The whole history of one customer's warnings, in order.
SELECT opened_day, as_of_day, move, level_from, level, who, why, probability, reasons, at_us
FROM warn_change
WHERE customer_id = %s
ORDER BY as_of_day, at_us, id;

-- name: changes_since
-- Every change as of a date or later, in order.
SELECT customer_id, opened_day, as_of_day, move, level_from, level, who, why, probability, value_minor, reasons,
    at_us
FROM warn_change
WHERE as_of_day >= %s
ORDER BY as_of_day, at_us, id;

-- name: new_and_raised
-- What the digest tells of one date: warnings that are new or raised, by move, level, channel and phase.
SELECT change.move, change.level, warning.channel, warning.phase, count(*),
    CAST(sum(change.value_minor) AS BIGINT)
FROM warn_change AS change
JOIN warn_warning AS warning
    ON warning.customer_id = change.customer_id AND warning.opened_day = change.opened_day
WHERE change.as_of_day = %s AND change.at_us = 0 AND change.move IN ('new', 'raised')
GROUP BY change.move, change.level, warning.channel, warning.phase;

-- name: note_act
-- A row of the history for an operator's act on the warning of one customer.
INSERT INTO warn_change (customer_id, opened_day, as_of_day, move, at_us, level_from, level, who, why,
    probability, reasons, value_minor)
SELECT customer_id, opened_day, %s, %s, %s, level, level, %s, %s, probability, NULL, value_minor
FROM warn_warning
WHERE customer_id = %s AND opened_day = %s
ON CONFLICT DO NOTHING;

-- name: set_status
-- The warning of one customer after an operator's act.
UPDATE warn_warning
SET status = %s, changed_day = %s, snoozed_until_day = %s, closed_day = %s, closing = %s
WHERE customer_id = %s AND opened_day = %s;

-- name: latest_of
-- The latest warning of one customer.
SELECT opened_day, status FROM warn_warning WHERE customer_id = %s ORDER BY opened_day DESC LIMIT 1;

-- name: keep_alert
-- An alert, each once a date.
INSERT INTO warn_alert (as_of_day, kind, subject, title, body) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: last_asked
-- Up to which moment operators were told of what playbooks ask.
SELECT max(CAST(subject AS BIGINT)) FROM warn_alert WHERE kind = 'asked';

-- name: address_alerts
-- Every alert of the latest days is to go to this address.
INSERT INTO warn_sending (as_of_day, kind, subject, target, scheme, state, tries, due_us)
SELECT as_of_day, kind, subject, %s, %s, 'waiting', 0, 0
FROM warn_alert
WHERE as_of_day >= %s
ON CONFLICT DO NOTHING;

-- name: due_sendings
-- What may be sent to one address now, the earliest first.
SELECT sending.as_of_day, sending.kind, sending.subject, alert.title, alert.body, sending.tries
FROM warn_sending AS sending
JOIN warn_alert AS alert
    ON alert.as_of_day = sending.as_of_day AND alert.kind = sending.kind AND alert.subject = sending.subject
WHERE sending.target = %s AND sending.state IN ('waiting', 'failed') AND sending.due_us <= %s
ORDER BY sending.as_of_day, sending.id;

-- name: intend
-- The intent to send, before the deed; only one that nobody else has taken.
UPDATE warn_sending SET state = 'sending', tries = tries + 1, tried_us = %s
WHERE as_of_day = %s AND kind = %s AND subject = %s AND target = %s AND state IN ('waiting', 'failed');

-- name: settle
-- The outcome of a sending.
UPDATE warn_sending SET state = %s, due_us = %s, error = %s
WHERE as_of_day = %s AND kind = %s AND subject = %s AND target = %s;

-- name: forget_hung
-- What was being sent when a run was killed: nobody knows whether it arrived, so it is not sent again.
UPDATE warn_sending SET state = 'unknown' WHERE target = %s AND state = 'sending' AND tried_us < %s;

-- name: sent_since
-- How many messages were tried to one address since a moment.
SELECT count(*) FROM warn_sending WHERE target = %s AND tried_us > %s;

-- name: last_sent
-- When an alert of this kind and subject was last sent to an address.
SELECT max(tried_us) FROM warn_sending WHERE target = %s AND kind = %s AND subject = %s AND state = 'sent';

-- name: last_sent_of_kind
-- When an alert of this kind, whatever its subject, was last sent to an address.
SELECT max(tried_us) FROM warn_sending WHERE target = %s AND kind = %s AND state = 'sent';

-- name: sendings_by_state
-- How many sendings there are, by state.
SELECT state, count(*) FROM warn_sending WHERE as_of_day >= %s GROUP BY state;

-- name: why_of_day
-- Why the warnings of one date were given: rules and reasons of the new and the raised.
SELECT why, reasons FROM warn_change WHERE as_of_day = %s AND at_us = 0 AND move IN ('new', 'raised');

-- name: highest_of_day
-- The high warnings that one date brought, the most at risk first.
SELECT customer_id, expected_minor FROM warn_warning
WHERE changed_day = %s AND run_day = %s AND status = 'open' AND level = 3
ORDER BY expected_minor DESC, customer_id
LIMIT %s;

-- name: last_alert_day
-- The latest date with an alert, up to a day.
SELECT max(as_of_day) FROM warn_alert WHERE as_of_day <= %s;

-- name: live_seen
-- What the live pass has seen.
SELECT version, as_of_day, at_us, summary FROM warn_live WHERE name = 'last';

-- name: keep_live_seen
-- The live pass has seen so much.
INSERT INTO warn_live (name, version, as_of_day, at_us, summary) VALUES ('last', %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE
SET version = excluded.version, as_of_day = excluded.as_of_day, at_us = excluded.at_us,
    summary = excluded.summary;

-- name: live_open
-- The warnings that the live pass opens, out of its one part of verdicts.
INSERT INTO warn_warning (customer_id, opened_day, status, level, probability, value_minor, expected_minor,
    rules, reasons, phase, channel, changed_day, seen_day, run_day, live_day)
SELECT customer_id, opened_day, status, level, probability, value_minor, expected_minor,
    rules, reasons, phase, channel, as_of_day, as_of_day, as_of_day,
    CASE WHEN rules <> '' THEN CAST(%s AS INTEGER) END
FROM warn_verdict
WHERE as_of_day = %s AND part = -1 AND move = 'new'
ON CONFLICT DO NOTHING;

-- name: live_note
-- A row of the history for each verdict of the live pass that still applies.
INSERT INTO warn_change (customer_id, opened_day, as_of_day, move, at_us, level_from, level, who, why,
    probability, reasons, value_minor)
SELECT verdict.customer_id, verdict.opened_day, verdict.as_of_day, verdict.move, %s, verdict.level_from,
    verdict.level, %s, coalesce(verdict.closing, verdict.rules), verdict.probability, verdict.reasons,
    verdict.value_minor
FROM warn_verdict AS verdict
JOIN warn_warning AS warning
    ON warning.customer_id = verdict.customer_id AND warning.opened_day = verdict.opened_day
WHERE verdict.as_of_day = %s AND verdict.part = -1
    AND (verdict.move = 'reopened' AND warning.status = 'closed'
        OR verdict.move <> 'reopened' AND warning.status <> 'closed')
ON CONFLICT DO NOTHING;

-- name: live_close
-- The warnings that the live pass closes.
UPDATE warn_warning
SET status = 'closed', changed_day = verdict.as_of_day, closed_day = verdict.as_of_day,
    closing = verdict.closing, snoozed_until_day = NULL
FROM warn_verdict AS verdict
WHERE verdict.customer_id = warn_warning.customer_id AND verdict.opened_day = warn_warning.opened_day
    AND verdict.as_of_day = %s AND verdict.part = -1 AND verdict.move = 'closed'
    AND warn_warning.status <> 'closed';

-- name: live_raise
-- The warnings that the live pass raises or opens again.
UPDATE warn_warning
SET status = 'open', level = verdict.level, value_minor = verdict.value_minor,
    probability = coalesce(verdict.probability, warn_warning.probability),
    expected_minor = verdict.expected_minor, rules = verdict.rules, reasons = verdict.reasons,
    changed_day = verdict.as_of_day, seen_day = verdict.as_of_day, snoozed_until_day = NULL,
    closed_day = NULL, closing = NULL,
    live_day = CASE WHEN verdict.rules <> '' THEN CAST(%s AS INTEGER) ELSE warn_warning.live_day END
FROM warn_verdict AS verdict
WHERE verdict.customer_id = warn_warning.customer_id AND verdict.opened_day = warn_warning.opened_day
    AND verdict.as_of_day = %s AND verdict.part = -1 AND verdict.move IN ('raised', 'reopened')
    AND (verdict.move = 'reopened' OR warn_warning.status <> 'closed');

-- name: drop_live_verdicts
-- The verdicts of the live pass count, so they go.
DELETE FROM warn_verdict WHERE as_of_day = %s AND part = -1;

-- name: come_to_level
-- How many came newly to each level on a date, by the run and by live passes.
SELECT level, count(*) FROM warn_change
WHERE as_of_day = %s AND move IN ('new', 'raised', 'reopened')
GROUP BY level;

-- name: live_new_by_day
-- How many warnings the live pass opened or raised, by the date it went by.
SELECT as_of_day, count(*) FROM warn_change
WHERE as_of_day >= %s AND who = %s AND move IN ('new', 'raised', 'reopened')
GROUP BY as_of_day;

-- name: keep_policy
-- What a policy says.
INSERT INTO warn_policy (fingerprint, body) VALUES (%s, %s) ON CONFLICT DO NOTHING;

-- name: switch_policy
-- A policy is switched on.
INSERT INTO warn_switch (fingerprint, as_of_day, at_us, who, why, is_override)
VALUES (%s, %s, %s, %s, %s, %s);

-- name: policy_in_use
-- The policy that was switched on last.
SELECT switch.fingerprint, policy.body
FROM warn_switch AS switch
JOIN warn_policy AS policy ON policy.fingerprint = switch.fingerprint
ORDER BY switch.id DESC
LIMIT 1;

-- name: policies
-- Every policy that is known.
SELECT fingerprint, body FROM warn_policy ORDER BY fingerprint;

-- name: switches
-- Which policy was switched on when, in order.
SELECT fingerprint, as_of_day, at_us, who, why, is_override FROM warn_switch ORDER BY id;

-- name: keep_replay
-- What a replay of a policy promised; the same span again replaces it.
INSERT INTO warn_replay (fingerprint, first_day, last_day, at_us, result) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (fingerprint, first_day, last_day) DO UPDATE
SET at_us = excluded.at_us, result = excluded.result;

-- name: replays
-- Every replay on record, the latest last.
SELECT fingerprint, at_us, result FROM warn_replay ORDER BY at_us, id;

-- name: runs_done
-- The summaries of all runs that are done, in order.
SELECT as_of_day, summary FROM warn_run WHERE state = 'done' ORDER BY as_of_day;

-- name: opened_between
-- Warnings that were opened or raised on these dates, by runs and by the live pass.
SELECT customer_id, as_of_day, move, level, value_minor
FROM warn_change
WHERE as_of_day BETWEEN %s AND %s AND move IN ('new', 'raised', 'reopened') AND who IN ('winback', 'winback live')
ORDER BY as_of_day, customer_id;

-- name: open_on
-- The last change, up to a date, of every warning that was opened by then and not closed for good before it.
SELECT change.customer_id, change.move, change.level, change.probability, change.value_minor
FROM warn_warning AS warning
JOIN warn_change AS change
    ON change.customer_id = warning.customer_id AND change.opened_day = warning.opened_day
WHERE warning.opened_day <= %s AND (warning.closed_day IS NULL OR warning.closed_day > %s)
    AND change.id = (
        SELECT last.id FROM warn_change AS last
        WHERE last.customer_id = warning.customer_id AND last.opened_day = warning.opened_day
            AND last.as_of_day <= %s
        ORDER BY last.as_of_day DESC, last.at_us DESC, last.id DESC
        LIMIT 1
    );
