-- name: due_treatments
-- The treatments due in a span that are not in the outbox; those that are there are told apart by keys alone.
SELECT treatment.id
FROM plan_treatment AS treatment
WHERE treatment.id IN (
        SELECT due.id
        FROM plan_treatment AS due
        LEFT JOIN deliver_message AS message ON message.id = due.id
        WHERE due.due_us > %s AND due.due_us <= %s AND message.id IS NULL
    )
    AND treatment.kind IN ('message', 'survey') AND treatment.medium IS NOT NULL
    AND treatment.template IS NOT NULL AND treatment.stopped_us IS NULL
ORDER BY treatment.id;

-- name: take_in
-- These treatments become messages; the same treatment is the same message.
INSERT INTO deliver_message (id, treatment_id, customer_id, playbook, version, step, arm, medium, template,
    purpose, grant_id, expected_minor, is_held_out, first_due_us, due_us, state, cleared_until_us, tries)
SELECT id, id, customer_id, playbook, version, step, arm, medium, template,
    coalesce(purpose, 'marketing'), grant_id, expected_minor, is_held_out, due_us, due_us, 'waiting', 0, 0
FROM plan_treatment
WHERE id IN (SELECT given.value FROM ids_in(%s) AS given) AND stopped_us IS NULL
ON CONFLICT DO NOTHING;

-- name: latest_taken
-- When the latest treatment in the outbox was due: treatments never become due in the past.
SELECT max(first_due_us) FROM deliver_message;

-- name: make_supposed
-- An outbox that is only supposed; lives within one connection only.
CREATE TEMPORARY TABLE IF NOT EXISTS deliver_supposed (id BIGINT NOT NULL, treatment_id BIGINT NOT NULL,
    customer_id TEXT NOT NULL, medium TEXT NOT NULL, purpose TEXT NOT NULL, playbook TEXT NOT NULL,
    expected_minor BIGINT NOT NULL, is_held_out BOOLEAN NOT NULL, first_due_us BIGINT NOT NULL,
    due_us BIGINT NOT NULL, grant_id BIGINT, state TEXT NOT NULL, cleared_until_us BIGINT NOT NULL);

-- name: drop_supposed
-- Others are supposed next.
DELETE FROM deliver_supposed;

-- name: suppose_waiting
-- What waits in the outbox itself at a moment.
INSERT INTO deliver_supposed (id, treatment_id, customer_id, medium, purpose, playbook, expected_minor, is_held_out,
    first_due_us, due_us, grant_id, state, cleared_until_us)
SELECT id, treatment_id, customer_id, medium, purpose, playbook, expected_minor, is_held_out, first_due_us, due_us,
    grant_id, state, cleared_until_us
FROM deliver_message
WHERE state = 'waiting' AND due_us <= %s AND cleared_until_us <= %s;

-- name: suppose_taken
-- The treatments that would be taken into the outbox.
INSERT INTO deliver_supposed (id, treatment_id, customer_id, medium, purpose, playbook, expected_minor, is_held_out,
    first_due_us, due_us, grant_id, state, cleared_until_us)
SELECT treatment.id, treatment.id, treatment.customer_id, treatment.medium,
    coalesce(treatment.purpose, 'marketing'), treatment.playbook, treatment.expected_minor, treatment.is_held_out,
    treatment.due_us, treatment.due_us, treatment.grant_id, 'waiting', 0
FROM plan_treatment AS treatment
LEFT JOIN deliver_message AS message ON message.id = treatment.id
WHERE treatment.kind IN ('message', 'survey') AND treatment.medium IS NOT NULL
    AND treatment.template IS NOT NULL AND treatment.stopped_us IS NULL
    AND treatment.due_us > %s AND treatment.due_us <= %s AND message.id IS NULL;

-- name: count_supposed
-- Lets PostgreSQL know how many they are.
ANALYZE deliver_supposed;

-- name: supposed_promises
-- Which grant each of them promises.
SELECT id, grant_id FROM deliver_supposed WHERE grant_id IS NOT NULL;

-- name: due
-- What waits to be judged, with all that the facts know of it.
SELECT message.id, message.customer_id, message.medium, message.purpose, message.playbook,
    message.expected_minor, message.is_held_out, message.first_due_us, message.due_us,
    treatment.stopped_us IS NOT NULL,
    CASE
        WHEN message.grant_id IS NULL THEN 'none'
        WHEN given.state = 'granted' AND given.expires_us <= %s THEN 'expired'
        ELSE coalesce(given.state, 'missing')
    END,
    said.is_given,
    contact.customer_id IS NOT NULL,
    dead.blind_index IS NOT NULL
FROM deliver_message AS message
LEFT JOIN plan_treatment AS treatment ON treatment.id = message.treatment_id
LEFT JOIN reward_grant AS given ON given.id = message.grant_id
LEFT JOIN deliver_consent AS said ON said.customer_id = message.customer_id
    AND said.medium = message.medium AND said.purpose = message.purpose
    AND said.at_us = (
        SELECT max(word.at_us)
        FROM deliver_consent AS word
        WHERE word.customer_id = message.customer_id AND word.medium = message.medium
            AND word.purpose = message.purpose
    )
LEFT JOIN ingest_contact AS contact ON contact.customer_id = message.customer_id
    AND contact.kind = CASE message.medium WHEN 'sms' THEN 'phone' WHEN 'email' THEN 'mail'
        WHEN 'push' THEN 'push_token' ELSE '' END
LEFT JOIN deliver_dead_contact AS dead ON dead.kind = contact.kind AND dead.blind_index = contact.blind_index
WHERE message.state = 'waiting' AND message.due_us <= %s AND message.cleared_until_us <= %s;

-- name: slots
-- The slots that count for caps, of customers of whom something is to be judged.
SELECT counted.customer_id, counted.medium, counted.purpose, counted.slot_us
FROM deliver_message AS counted
WHERE counted.slot_us > %s
    AND (counted.state IN ('sending', 'sent', 'delivered', 'unknown', 'as_if')
        OR (counted.state = 'waiting' AND counted.cleared_until_us > %s))
    AND counted.customer_id IN (
        SELECT judged.customer_id
        FROM deliver_message AS judged
        WHERE judged.state = 'waiting' AND judged.due_us <= %s AND judged.cleared_until_us <= %s
    );

-- name: sent_since
-- How many messages of each medium were sent, or may have been, since a moment, and the first of them; what was
-- due too long before then had its time to be sent, so that years of messages are not read.
SELECT medium, count(*), min(slot_us)
FROM deliver_message
WHERE first_due_us > %s AND slot_us > %s
    AND (state IN ('sending', 'sent', 'delivered', 'unknown')
        OR (state = 'waiting' AND cleared_until_us > %s))
GROUP BY medium;

-- name: holds
-- The emergency holds that stand.
SELECT id, medium, purpose, playbook, since_us, who, why
FROM deliver_hold
WHERE released_us IS NULL
ORDER BY id;

-- name: clear_some
-- The gate lets these through until a moment, written in a language.
UPDATE deliver_message
SET cleared_until_us = %s, slot_us = %s, language = %s, note = %s, reason = NULL
WHERE state = 'waiting' AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: pretend_some
-- The gate would let these through, but they are held out: counted as if sent.
UPDATE deliver_message
SET state = 'as_if', slot_us = %s, sent_us = %s, language = %s, note = %s, reason = NULL
WHERE state = 'waiting' AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: stop_some
-- These are not let through: a new state, a reason, and from when on they may be judged again.
UPDATE deliver_message
SET state = verdict.state, reason = verdict.reason, due_us = coalesce(verdict.until_us, deliver_message.due_us),
    slot_us = NULL, cleared_until_us = 0
FROM verdicts_in(%s) AS verdict
WHERE verdict.id = deliver_message.id AND deliver_message.state = 'waiting';

-- name: note_refusals
-- Each refusal is a row.
INSERT INTO deliver_refusal (message_id, at_us, reason, until_us)
SELECT verdict.id, %s, verdict.reason, verdict.until_us
FROM verdicts_in(%s) AS verdict
WHERE true
ON CONFLICT DO NOTHING;

-- name: mediums_cleared
-- The mediums that have something to send now.
SELECT DISTINCT medium FROM deliver_message WHERE state = 'waiting' AND due_us <= %s AND cleared_until_us > %s;

-- name: mediums_at_work
-- The mediums that have something to send now, or to ask about.
SELECT medium FROM deliver_message WHERE state = 'waiting' AND due_us <= %s AND cleared_until_us > %s
UNION
SELECT medium FROM deliver_message WHERE state = 'sending' OR state = 'unknown'
ORDER BY medium;

-- name: begin_batch
-- A worker takes a batch: the intent.
INSERT INTO deliver_batch (medium, provider, claimed_us, is_told, ids)
VALUES (%s, %s, %s, false, '[]')
RETURNING id;

-- name: claim
-- The messages of the batch are this worker's alone (the lock is PostgreSQL's; SQLite has one writer). It reads on
-- from where it stopped: on PostgreSQL what was taken before leaves dead entries in the index.
UPDATE deliver_message
SET state = 'sending', batch_id = %s, provider = %s, tries = tries + 1, slot_us = %s
WHERE id IN (
    SELECT message.id
    FROM deliver_message AS message
    WHERE message.state = 'waiting' AND message.medium = %s AND message.due_us <= %s
        AND message.cleared_until_us > %s AND (message.due_us, message.id) > (%s, %s)
    ORDER BY message.due_us, message.id
    LIMIT %s
    FOR UPDATE SKIP LOCKED
)
RETURNING id, customer_id, playbook, version, step, template, purpose, grant_id, tries, language, treatment_id,
    due_us;

-- name: fill_batch
-- Which messages the batch holds.
UPDATE deliver_batch SET ids = %s WHERE id = %s;

-- name: drop_batch
-- A batch that got nothing.
DELETE FROM deliver_batch WHERE id = %s;

-- name: end_batch
-- Every outcome of the batch is in.
UPDATE deliver_batch SET done_us = %s WHERE id = %s;

-- name: settle_alike
-- Messages with one and the same outcome.
UPDATE deliver_message
SET state = %s, sent_us = %s, slot_us = %s, provider = %s, reason = %s
WHERE state IN ('sending', 'unknown') AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: settle_sent
-- Messages sent, each with the provider's own name for it.
UPDATE deliver_message
SET state = verdict.state, provider_ref = verdict.reason, sent_us = %s, slot_us = %s, provider = %s, reason = NULL
FROM verdicts_in(%s) AS verdict
WHERE verdict.id = deliver_message.id AND deliver_message.state IN ('sending', 'unknown');

-- name: settle_again
-- Messages that were surely not sent and wait to be tried again.
UPDATE deliver_message
SET state = 'waiting', due_us = verdict.until_us, cleared_until_us = 0, slot_us = NULL, sent_us = NULL,
    reason = verdict.reason
FROM verdicts_in(%s) AS verdict
WHERE verdict.id = deliver_message.id AND deliver_message.state IN ('sending', 'unknown');

-- name: stopped_of
-- Which of these treatments were withdrawn meanwhile.
SELECT id FROM plan_treatment WHERE stopped_us IS NOT NULL AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: withdraw_some
-- Messages whose treatment was withdrawn before they went out.
UPDATE deliver_message
SET state = 'withdrawn', reason = 'withdrawn', slot_us = NULL
WHERE state = 'sending' AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: standing_of
-- Which of these grants still stand at a moment.
SELECT id
FROM reward_grant
WHERE state = 'granted' AND expires_us > %s AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: refuse_some
-- Messages that a worker has in hand and that promise what does not stand any more.
UPDATE deliver_message
SET state = 'refused', reason = verdict.reason, slot_us = NULL
FROM verdicts_in(%s) AS verdict
WHERE verdict.id = deliver_message.id AND deliver_message.state = 'sending';

-- name: contacts_of
-- The sealed contacts of these customers, of one kind; looked up one by one, whatever statistics say.
SELECT given.value,
    (SELECT contact.sealed FROM ingest_contact AS contact
    WHERE contact.customer_id = given.value AND contact.kind = %s)
FROM names_in(%s) AS given;

-- name: grants_of
-- What these grants promise.
SELECT id, reward, currency, face_minor, purchase_min_minor, expires_us FROM reward_grant WHERE id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: version_text
-- A playbook as its version says it.
SELECT text FROM plan_version WHERE playbook = %s AND number = %s;

-- name: latest_version
-- The number of a playbook's latest version.
SELECT max(number) FROM plan_version WHERE playbook = %s;

-- name: open_batches
-- Batches whose workers did not come back within their lease.
SELECT id, medium, provider, claimed_us, ids FROM deliver_batch WHERE done_us IS NULL AND claimed_us <= %s ORDER BY id;

-- name: mark_unknown
-- What such a worker had in hand may have been sent.
UPDATE deliver_message
SET state = 'unknown', reason = 'worker_lost'
WHERE state = 'sending' AND batch_id = %s;

-- name: note_unknown
-- Why these messages are still not known.
UPDATE deliver_message
SET reason = verdict.reason
FROM verdicts_in(%s) AS verdict
WHERE verdict.id = deliver_message.id AND deliver_message.state = 'unknown';

-- name: unknown_of_batch
-- What is not known of a batch, as letters need it.
SELECT id, customer_id, playbook, version, step, template, purpose, grant_id, tries, language, treatment_id,
    provider, reason, cleared_until_us
FROM deliver_message
WHERE state = 'unknown' AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: untell_batch
-- More of a batch was sent than its events tell.
UPDATE deliver_batch SET is_told = false WHERE id = %s;

-- name: unknown_batches
-- The batches that hold something not known, the latest first.
SELECT DISTINCT batch.id, batch.medium, batch.provider, batch.claimed_us, batch.ids
FROM deliver_message AS message
JOIN deliver_batch AS batch ON batch.id = message.batch_id
WHERE message.state = 'unknown' AND batch.done_us IS NOT NULL AND batch.claimed_us > %s
ORDER BY batch.id DESC;

-- name: provider_of
-- How a provider fares.
SELECT failures, down_until_us, second, used FROM deliver_provider WHERE name = %s;

-- name: know_provider
-- A provider is seen for the first time.
INSERT INTO deliver_provider (name, failures, down_until_us, second, used, looked_us) VALUES (%s, 0, 0, 0, 0, 0)
ON CONFLICT DO NOTHING;

-- name: look_now
-- One worker looks into the mailbox of a provider, none before its next look is due.
UPDATE deliver_provider SET looked_us = %s WHERE name = %s AND looked_us <= %s;

-- name: provider_works
-- A provider answered as it should.
UPDATE deliver_provider SET failures = 0, down_until_us = 0 WHERE name = %s AND failures > 0;

-- name: provider_fails
-- A provider rests until a moment.
UPDATE deliver_provider SET failures = failures + 1, down_until_us = %s WHERE name = %s;

-- name: open_second
-- The seconds of a provider's rate begin anew.
UPDATE deliver_provider SET second = %s, used = 0 WHERE name = %s AND second < %s;

-- name: use_second
-- So much more of this second is used.
UPDATE deliver_provider SET used = used + %s WHERE name = %s;

-- name: untold_batches
-- Batches that are done and whose messages stand in no event yet.
SELECT id, ids FROM deliver_batch WHERE is_told = false AND done_us IS NOT NULL ORDER BY id LIMIT %s;

-- name: sent_of
-- Of these messages, those that were sent, as events want them.
SELECT id, customer_id, medium, playbook, step, sent_us, grant_id
FROM deliver_message
WHERE sent_us IS NOT NULL AND state IN ('sent', 'delivered', 'failed') AND id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: told_batches
-- Their events are written.
UPDATE deliver_batch SET is_told = true WHERE id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: untold_receipts
-- Receipts that stand in no event yet.
SELECT receipt.id, message.id, message.customer_id, message.medium, message.playbook, message.step, receipt.what,
    receipt.at_us, receipt.counts, message.grant_id
FROM deliver_receipt AS receipt
JOIN deliver_message AS message ON message.id = receipt.message_id
WHERE receipt.is_told = false
ORDER BY receipt.id
LIMIT %s;

-- name: told_receipts
-- Their events are written.
UPDATE deliver_receipt SET is_told = true WHERE id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: keep_receipt
-- What came back about a message, once.
INSERT INTO deliver_receipt (message_id, what, at_us, counts, is_told, detail)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: message_of_ref
-- The message that a provider calls by this name.
SELECT id FROM deliver_message WHERE provider = %s AND provider_ref = %s;

-- name: message_brief
-- What a receipt needs to know of its message; while its outcome is not in, when a worker took it counts.
SELECT customer_id, medium, purpose, state, coalesce(sent_us, slot_us) FROM deliver_message WHERE id = %s;

-- name: message_address
-- By what a page for the customer of a message knows how to speak.
SELECT medium, purpose, language FROM deliver_message WHERE id = %s;

-- name: has_arrived
-- The provider says that it arrived.
UPDATE deliver_message SET state = 'delivered', sent_us = coalesce(sent_us, %s)
WHERE id = %s AND state IN ('sending', 'sent', 'unknown');

-- name: has_failed
-- The provider says that it did not arrive; it holds no slot any more.
UPDATE deliver_message SET state = 'failed', reason = %s, slot_us = NULL
WHERE id = %s AND state IN ('sending', 'sent', 'unknown');

-- name: say_consent
-- What a customer says about a medium and a purpose.
INSERT INTO deliver_consent (customer_id, medium, purpose, at_us, is_given, source)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: judge_again
-- What waits for a customer is judged again before it goes; of what is not known the gate's word is over too.
UPDATE deliver_message
SET cleared_until_us = 0, slot_us = CASE WHEN state = 'waiting' THEN NULL ELSE slot_us END
WHERE state IN ('waiting', 'unknown') AND customer_id = %s;

-- name: judge_all_again
-- Everything that waits is judged again before it goes; of what is not known the gate's word is over too.
UPDATE deliver_message
SET cleared_until_us = 0, slot_us = CASE WHEN state = 'waiting' THEN NULL ELSE slot_us END
WHERE (state = 'waiting' OR state = 'unknown') AND cleared_until_us > 0;

-- name: consent_of
-- Everything a customer said, the latest first.
SELECT medium, purpose, at_us, is_given, source FROM deliver_consent WHERE customer_id = %s ORDER BY at_us DESC, id DESC;

-- name: customers_at
-- Whose contact this is.
SELECT customer_id FROM ingest_contact WHERE kind = %s AND blind_index = %s ORDER BY customer_id;

-- name: bury_contact
-- A contact is wrong for good.
INSERT INTO deliver_dead_contact (kind, blind_index, at_us, provider, reason)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: index_of_contact
-- The blind index of a customer's contact.
SELECT blind_index FROM ingest_contact WHERE customer_id = %s AND kind = %s;

-- name: begin_hold
-- An emergency hold begins.
INSERT INTO deliver_hold (medium, purpose, playbook, since_us, who, why) VALUES (%s, %s, %s, %s, %s, %s) RETURNING id;

-- name: release_hold
-- An emergency hold ends.
UPDATE deliver_hold SET released_us = %s, released_by = %s WHERE id = %s AND released_us IS NULL;

-- name: release_held
-- What was held is judged again.
UPDATE deliver_message SET state = 'waiting', due_us = %s, cleared_until_us = 0 WHERE state = 'held';

-- name: settle_by_hand
-- A person says what became of a message.
UPDATE deliver_message SET state = %s, reason = %s, sent_us = %s, slot_us = %s, due_us = %s, cleared_until_us = 0
WHERE id = %s AND state = 'unknown';

-- name: keep_inbox
-- A message in a customer's inbox, once.
INSERT INTO deliver_inbox (message_id, customer_id, title, body, sent_us) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: in_inbox
-- Which of these messages lie in an inbox.
SELECT message_id FROM deliver_inbox WHERE message_id IN (SELECT given.value FROM ids_in(%s) AS given);

-- name: inbox_of
-- A customer's inbox, the latest first.
SELECT message_id, title, body, sent_us, read_us
FROM deliver_inbox
WHERE customer_id = %s
ORDER BY sent_us DESC, message_id
LIMIT %s;

-- name: unread_inbox_of
-- What a customer has not read, the latest first.
SELECT message_id, title, body, sent_us, read_us
FROM deliver_inbox
WHERE customer_id = %s AND read_us IS NULL
ORDER BY sent_us DESC, message_id
LIMIT %s;

-- name: read_inbox
-- The customer has read it.
UPDATE deliver_inbox SET read_us = %s WHERE message_id = %s AND customer_id = %s AND read_us IS NULL;

-- name: open_states
-- How many messages are not through yet, by state; each part is counted in its index.
SELECT 'waiting', count(*) FROM deliver_message WHERE state = 'waiting'
UNION ALL
SELECT state, count(*) FROM deliver_message WHERE state = 'sending' OR state = 'unknown' GROUP BY state
UNION ALL
SELECT 'held', count(*) FROM deliver_message WHERE state = 'held';

-- name: states
-- How many messages stand where, by medium.
SELECT state, medium, count(*) FROM deliver_message GROUP BY state, medium ORDER BY state, medium;

-- name: reasons_since
-- How often the gate refused since a moment, by reason.
SELECT reason, count(*) FROM deliver_refusal WHERE at_us > %s GROUP BY reason ORDER BY reason;

-- name: messages_of
-- Every message of one customer, the latest first.
SELECT id, customer_id, playbook, step, medium, template, purpose, state, first_due_us, due_us, sent_us, provider,
    reason, note
FROM deliver_message
WHERE customer_id = %s
ORDER BY first_due_us DESC, id;

-- name: messages_in
-- The first messages of one state, the latest first.
SELECT id, customer_id, playbook, step, medium, template, purpose, state, first_due_us, due_us, sent_us, provider,
    reason, note
FROM deliver_message
WHERE state = %s
ORDER BY due_us DESC, id
LIMIT %s;

-- name: refusals_of
-- Everything that the gate said against a message, in order.
SELECT at_us, reason, until_us FROM deliver_refusal WHERE message_id = %s ORDER BY at_us, id;

-- name: receipts_of
-- Everything that came back about a message, in order.
SELECT what, at_us, counts FROM deliver_receipt WHERE message_id = %s ORDER BY at_us, id;

-- name: gate_due
-- What is to be judged, the order of its customer's slots with it: the highest expected value first.
CREATE TEMP TABLE judged AS
SELECT waiting.*,
    row_number() OVER (
        PARTITION BY waiting.customer_id, waiting.purpose
        ORDER BY waiting.expected_minor DESC, waiting.first_due_us, waiting.id
    ) AS place,
    zones.is_valid AS zone_is_valid, zones.quiet_until_us, people.language
FROM waiting
LEFT JOIN people ON people.id = waiting.customer_id
LEFT JOIN zones ON zones.zone IS NOT DISTINCT FROM people.time_zone;

-- name: gate_first
-- The rules that look at one message alone, in their order: the first that holds is the reason.
CREATE TEMP TABLE ruled AS
SELECT judged.*,
    CASE
        WHEN is_stopped THEN 'withdrawn'
        WHEN EXISTS (
            SELECT 1
            FROM holds
            WHERE coalesce(holds.medium, judged.medium) = judged.medium
                AND coalesce(holds.purpose, judged.purpose) = judged.purpose
                AND coalesce(holds.playbook, judged.playbook) = judged.playbook
        ) THEN 'emergency_hold'
        WHEN consent = false THEN 'opted_out'
        WHEN consent IS NULL AND purpose = 'marketing' AND list_contains($needs_consent, medium) THEN 'no_consent'
        WHEN list_contains($needs_contact, medium) AND NOT has_contact THEN 'no_contact'
        WHEN contact_is_dead THEN 'dead_contact'
        WHEN quiet_until_us IS NOT NULL AND list_contains($quiet_purposes, purpose) THEN 'quiet_hours'
        WHEN $trading_until_us IS NOT NULL AND list_contains($trading_purposes, purpose) THEN 'no_trading_day'
        WHEN first_due_us + $wait_us < $now THEN 'too_late'
    END AS reason,
    CASE
        WHEN quiet_until_us IS NOT NULL AND list_contains($quiet_purposes, purpose) THEN quiet_until_us
        ELSE CAST($trading_until_us AS BIGINT)
    END AS until_us,
    NOT is_held_out AND grant_state NOT IN ('none', 'granted') AS grant_is_missing
FROM judged;

-- name: gate_round
-- One place of every customer's order against the caps: how many slots count already, and when one is free again.
CREATE OR REPLACE TEMP TABLE round AS
SELECT id, bool_or(had >= most) AS is_capped, max(CASE WHEN had >= most THEN free_us END) AS free_us,
    bool_or(most = 0) AS is_never
FROM (
    SELECT ruled.id, caps.cap, caps.most, count(slots.slot_us) AS had,
        list_reverse_sort(list(slots.slot_us))[caps.most] + caps.window_us AS free_us
    FROM ruled
    JOIN caps ON caps.purpose = ruled.purpose AND (caps.medium IS NULL OR caps.medium = ruled.medium)
    LEFT JOIN slots ON slots.customer_id = ruled.customer_id AND slots.purpose = ruled.purpose
        AND (caps.medium IS NULL OR slots.medium = caps.medium) AND slots.slot_us > $now - caps.window_us
    WHERE ruled.reason IS NULL AND ruled.place = $place
    GROUP BY ruled.id, caps.cap, caps.most, caps.window_us
)
GROUP BY id;

-- name: gate_capped
-- Who has had enough for now waits for the next free slot.
UPDATE ruled
SET reason = 'frequency_cap', until_us = CASE WHEN round.is_never THEN NULL ELSE round.free_us END
FROM round
WHERE round.id = ruled.id AND round.is_capped;

-- name: gate_slots
-- The others take their slots; a message whose grant does not stand takes none.
INSERT INTO slots
SELECT customer_id, medium, purpose, $now
FROM ruled
WHERE reason IS NULL AND place = $place AND NOT grant_is_missing;

-- name: gate_limits
-- What the providers of a medium may still carry goes to the highest expected values; held-out ones take none.
UPDATE ruled
SET reason = 'provider_limit', until_us = crowded.free_us
FROM (
    SELECT wanted.id, limits.free_us
    FROM (
        SELECT id, medium,
            sum(CASE WHEN is_held_out THEN 0 ELSE 1 END) OVER (
                PARTITION BY medium ORDER BY expected_minor DESC, first_due_us, id
            ) - CASE WHEN is_held_out THEN 0 ELSE 1 END AS before
        FROM ruled
        WHERE reason IS NULL AND NOT grant_is_missing
    ) AS wanted
    JOIN limits ON limits.medium = wanted.medium
    WHERE wanted.before >= limits.rest
) AS crowded
WHERE crowded.id = ruled.id;

-- name: gate_grants
-- Pay before you tell: what promises a grant that does not stand is not sent; one that is not decided is awaited.
UPDATE ruled
SET reason = CASE WHEN grant_state IN ('missing', 'held') THEN 'grant_awaited' ELSE 'grant_refused' END,
    until_us = CASE WHEN grant_state IN ('missing', 'held') THEN $now + $again_us END
WHERE reason IS NULL AND grant_is_missing;

-- name: gate_verdicts
-- What becomes of each: let through where there is no reason; held, withdrawn, waiting, or refused for good.
SELECT id, is_held_out, language, zone_is_valid, reason,
    CASE
        WHEN reason IS NULL THEN NULL
        WHEN reason = 'withdrawn' THEN 'withdrawn'
        WHEN reason = 'emergency_hold' THEN 'held'
        WHEN reason IN ('opted_out', 'no_consent', 'no_contact', 'dead_contact', 'too_late', 'grant_refused')
            THEN 'refused'
        WHEN until_us IS NULL OR until_us > first_due_us + $wait_us THEN 'refused'
        ELSE 'waiting'
    END AS state,
    CASE WHEN reason = 'grant_awaited' AND until_us > first_due_us + $wait_us THEN 'grant_refused' ELSE reason END
        AS told_reason,
    until_us
FROM ruled
ORDER BY id;
