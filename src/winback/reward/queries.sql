-- name: book
-- The last turn, and how far treatments and the event log have been looked at.
SELECT turn, seen_due_us, log_version FROM reward_book WHERE id = 1;

-- name: take_turn
-- Whoever writes money takes a turn first, and others wait until its transaction ends.
UPDATE reward_book SET turn = turn + 1 WHERE id = 1 RETURNING turn;

-- name: mark_due
-- Treatments due up to a moment have been looked at.
UPDATE reward_book SET seen_due_us = %s WHERE id = 1 AND seen_due_us < %s;

-- name: mark_log
-- The event log has been looked at up to a version.
UPDATE reward_book SET log_version = %s WHERE id = 1;

-- name: open_pot
-- A pot, if it is not there yet.
INSERT INTO reward_pot (name, currency, funded_minor, budget_minor, outstanding_minor, claimed_minor,
    expired_minor)
VALUES (%s, %s, 0, 0, 0, 0, 0)
ON CONFLICT DO NOTHING;

-- name: keep_entry
-- One entry of the ledger.
INSERT INTO reward_entry (subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who,
    why, turn)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: pots
-- The balances of every pot.
SELECT name, currency, funded_minor, budget_minor, outstanding_minor, claimed_minor, expired_minor
FROM reward_pot
ORDER BY name, currency;

-- name: limits
-- What days and playbooks have been granted out of every pot.
SELECT pot, currency, scope, key, limit_minor, used_minor FROM reward_budget ORDER BY pot, currency, scope, key;

-- name: set_limit
-- The limit of a day or a playbook; one that is lower than what is used already is as much as is used.
INSERT INTO reward_budget (pot, currency, scope, key, limit_minor, used_minor)
VALUES (%s, %s, %s, %s, %s, 0)
ON CONFLICT (pot, currency, scope, key) DO UPDATE
SET limit_minor = CASE WHEN excluded.limit_minor < reward_budget.used_minor THEN reward_budget.used_minor
    ELSE excluded.limit_minor END;

-- name: pending
-- Grant treatments that are due and have no grant yet.
SELECT treatment.id, treatment.customer_id, treatment.playbook, treatment.step, treatment.arm,
    treatment.reward, CAST(treatment.is_held_out AS INTEGER), treatment.as_of_day, treatment.expected_minor
FROM plan_treatment AS treatment
WHERE treatment.kind = 'grant' AND treatment.due_us >= %s AND treatment.due_us <= %s
    AND treatment.stopped_us IS NULL
    AND NOT EXISTS (SELECT 1 FROM reward_grant AS given WHERE given.id = treatment.id);

-- name: latest_due
-- When the latest treatment was due, up to a moment; plan makes none that is due earlier.
SELECT max(due_us) FROM plan_treatment WHERE due_us <= %s;

-- name: written_since
-- The keys of the grants written after a turn.
SELECT id FROM reward_grant WHERE turn > %s;

-- name: earlier
-- How often each customer was granted a reward that still counts, and as of which day the last time.
SELECT customer_id, count(*), max(as_of_day)
FROM reward_grant
WHERE reward = %s AND state <> 'refused' AND state <> 'reversed'
GROUP BY customer_id;

-- name: used_by_customers
-- What each customer was granted out of a pot since a moment.
SELECT customer_id, CAST(sum(amount_minor) AS BIGINT)
FROM reward_grant
WHERE pot = %s AND currency = %s AND granted_us >= %s AND state IN ('granted', 'claimed', 'expired')
GROUP BY customer_id;

-- name: granted_customers
-- How many grants each customer got since a moment.
SELECT customer_id, count(*)
FROM reward_grant
WHERE granted_us >= %s AND state IN ('granted', 'claimed', 'expired')
GROUP BY customer_id;

-- name: keep_grant
-- What became of one treatment.
INSERT INTO reward_grant (id, customer_id, playbook, step, arm, reward, kind, pot, currency, state,
    amount_minor, face_minor, claimed_minor, purchase_min_minor, by_purchase, conditions, expected_minor,
    as_of_day, granted_day, granted_us, expires_us, changed_us, reason, maker, turn)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: copy_grants
-- The same on PostgreSQL, in bulk.
COPY reward_grant (id, customer_id, playbook, step, arm, reward, kind, pot, currency, state,
    amount_minor, face_minor, claimed_minor, purchase_min_minor, by_purchase, conditions, expected_minor,
    as_of_day, granted_day, granted_us, expires_us, changed_us, reason, maker, turn)
FROM STDIN;

-- name: refuse_stopped
-- Grants of a turn whose treatment was stopped meanwhile are none.
UPDATE reward_grant SET state = 'refused', reason = 'stopped'
WHERE turn = %s AND state IN ('granted', 'held', 'as_if')
    AND EXISTS (SELECT 1 FROM plan_treatment AS treatment
        WHERE treatment.id = reward_grant.id AND treatment.stopped_us IS NOT NULL);

-- name: post_grants
-- The entries of the grants of a turn: from the budget to what is outstanding.
INSERT INTO reward_entry (subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who,
    why, turn)
SELECT id, 'grant', pot, currency, 'budget', 'outstanding', amount_minor, changed_us, coalesce(approver, maker),
    reward, turn
FROM reward_grant
WHERE turn = %s AND state = 'granted'
ON CONFLICT DO NOTHING;

-- name: use_day
-- The grants of a turn count for their day.
UPDATE reward_budget SET used_minor = reward_budget.used_minor + moved.amount_minor
FROM (SELECT pot, currency, granted_day, CAST(sum(amount_minor) AS BIGINT) AS amount_minor
    FROM reward_grant WHERE turn = %s AND state = 'granted' GROUP BY pot, currency, granted_day) AS moved
WHERE reward_budget.pot = moved.pot AND reward_budget.currency = moved.currency
    AND reward_budget.scope = 'day' AND reward_budget.key = CAST(moved.granted_day AS VARCHAR(40));

-- name: use_playbook
-- The grants of a turn count for their playbook.
UPDATE reward_budget SET used_minor = reward_budget.used_minor + moved.amount_minor
FROM (SELECT pot, currency, playbook, CAST(sum(amount_minor) AS BIGINT) AS amount_minor
    FROM reward_grant WHERE turn = %s AND state = 'granted' GROUP BY pot, currency, playbook) AS moved
WHERE reward_budget.pot = moved.pot AND reward_budget.currency = moved.currency
    AND reward_budget.scope = 'playbook' AND reward_budget.key = moved.playbook;

-- name: give_back
-- What a grant used of its day and its playbook is free again.
UPDATE reward_budget SET used_minor = used_minor - %s
WHERE pot = %s AND currency = %s AND scope = %s AND key = %s;

-- name: waiting_claims
-- Claims that wait for a purchase.
SELECT id, customer_id, reward, at_us, told_minor, grant_id FROM reward_claim WHERE state = 'waiting';

-- name: grants_of_customers
-- Everything that some customers were to be given; the braces hold their ids.
SELECT id, customer_id, reward, kind, state, amount_minor, face_minor, purchase_min_minor, conditions,
    granted_us, expires_us
FROM reward_grant
WHERE customer_id IN ({some}) AND id <> %s;

-- name: all_grants
-- Everything that anybody was to be given.
SELECT id, customer_id, reward, kind, state, amount_minor, face_minor, purchase_min_minor, conditions,
    granted_us, expires_us
FROM reward_grant
WHERE id <> %s;

-- name: there_are
-- Which keys are grants; the braces hold them.
SELECT id FROM reward_grant WHERE id IN ({some}) AND id <> %s;

-- name: claimed_by_purchase
-- Whoever has a grant that a purchase claims by itself, running or expired since a moment, and since when.
SELECT id, customer_id, reward, granted_us
FROM reward_grant
WHERE by_purchase = %s AND expires_us >= %s AND state IN ('granted', 'expired');

-- name: used_purchases
-- The purchases that have fulfilled a claim since a moment.
SELECT purchase_key FROM reward_claim
WHERE state = 'accepted' AND purchase_key IS NOT NULL AND judged_us >= %s;

-- name: keep_claim
-- One claim as it was judged; one that waited is judged anew.
INSERT INTO reward_claim (id, grant_id, customer_id, reward, at_us, told_minor, claimed_minor, purchase_key,
    state, reason, who, why, judged_us, turn)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE
SET grant_id = excluded.grant_id, claimed_minor = excluded.claimed_minor, purchase_key = excluded.purchase_key,
    state = excluded.state, reason = excluded.reason, judged_us = excluded.judged_us, turn = excluded.turn
WHERE reward_claim.state = 'waiting';

-- name: copy_claims
-- New claims on PostgreSQL, in bulk.
COPY reward_claim (id, grant_id, customer_id, reward, at_us, told_minor, claimed_minor, purchase_key,
    state, reason, who, why, judged_us, turn)
FROM STDIN;

-- name: known_claims
-- The claims since a moment that were judged before, by key; those that wait are left out.
SELECT id FROM reward_claim WHERE at_us >= %s AND state <> 'waiting';

-- name: drop_foreign
-- The claims of others' rewards of a day are counted anew.
DELETE FROM reward_foreign WHERE day = %s;

-- name: keep_foreign
-- How many claims of a day were of a reward that is none of ours.
INSERT INTO reward_foreign (reward, day, claims, told_minor) VALUES (%s, %s, %s, %s);

-- name: foreign
-- The claims of others' rewards since a day, by reward, the most first.
SELECT reward, CAST(sum(claims) AS BIGINT), CAST(sum(told_minor) AS BIGINT), min(day), max(day)
FROM reward_foreign
WHERE day >= %s
GROUP BY reward
ORDER BY 2 DESC, reward;

-- name: post_claims
-- The entries of the claims that a turn accepted.
INSERT INTO reward_entry (subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who,
    why, turn)
SELECT given.id, 'claim', given.pot, given.currency,
    CASE given.state WHEN 'expired' THEN 'expired' ELSE 'outstanding' END, 'claimed', claim.claimed_minor,
    claim.judged_us, claim.who, given.reward, claim.turn
FROM reward_claim AS claim
JOIN reward_grant AS given ON given.id = claim.grant_id
WHERE claim.turn = %s AND claim.state = 'accepted' AND given.state IN ('granted', 'expired')
ON CONFLICT DO NOTHING;

-- name: post_releases
-- What was promised and not claimed goes back to the budget.
INSERT INTO reward_entry (subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who,
    why, turn)
SELECT given.id, 'release', given.pot, given.currency, 'outstanding', 'budget',
    given.amount_minor - claim.claimed_minor, claim.judged_us, claim.who, given.reward, claim.turn
FROM reward_claim AS claim
JOIN reward_grant AS given ON given.id = claim.grant_id
WHERE claim.turn = %s AND claim.state = 'accepted' AND given.state = 'granted'
    AND given.amount_minor > claim.claimed_minor
ON CONFLICT DO NOTHING;

-- name: settle_grants
-- The grants whose claims a turn accepted are claimed.
UPDATE reward_grant SET state = 'claimed', claimed_minor = claim.claimed_minor, changed_us = claim.judged_us,
    turn = claim.turn
FROM reward_claim AS claim
WHERE claim.turn = %s AND claim.state = 'accepted' AND claim.grant_id = reward_grant.id
    AND reward_grant.state IN ('granted', 'expired');

-- name: expire_some
-- Open grants whose time was over at a moment expire, the earliest first.
UPDATE reward_grant SET state = 'expired', changed_us = %s, turn = %s
WHERE id IN (SELECT id FROM reward_grant WHERE state = 'granted' AND expires_us <= %s
    ORDER BY expires_us, id LIMIT %s);

-- name: post_expired
-- The entries of the grants that a turn let expire.
INSERT INTO reward_entry (subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who,
    why, turn)
SELECT id, 'expire', pot, currency, 'outstanding', 'expired', amount_minor, changed_us, 'winback', reward, turn
FROM reward_grant
WHERE turn = %s AND state = 'expired'
ON CONFLICT DO NOTHING;

-- name: expired_in_turn
-- What expired in one turn.
SELECT count(*), CAST(coalesce(sum(amount_minor), 0) AS BIGINT) FROM reward_grant
WHERE turn = %s AND state = 'expired';

-- name: grant_of
-- One grant.
SELECT id, customer_id, playbook, step, arm, reward, kind, pot, currency, state, amount_minor, face_minor,
    claimed_minor, purchase_min_minor, conditions, as_of_day, granted_us, expires_us, changed_us, reason, maker,
    approver, granted_day
FROM reward_grant
WHERE id = %s;

-- name: grants_of_customer
-- Every grant of one customer, the latest first.
SELECT id, customer_id, playbook, step, arm, reward, kind, pot, currency, state, amount_minor, face_minor,
    claimed_minor, purchase_min_minor, conditions, as_of_day, granted_us, expires_us, changed_us, reason, maker,
    approver, granted_day
FROM reward_grant
WHERE customer_id = %s
ORDER BY granted_us DESC, id;

-- name: grants_in_state
-- Grants in a state, the latest first.
SELECT id, customer_id, playbook, step, arm, reward, kind, pot, currency, state, amount_minor, face_minor,
    claimed_minor, purchase_min_minor, conditions, as_of_day, granted_us, expires_us, changed_us, reason, maker,
    approver, granted_day
FROM reward_grant
WHERE state = %s
ORDER BY granted_us DESC, id
LIMIT %s;

-- name: states_of
-- Where some grants stand; the braces hold their keys.
SELECT id, state FROM reward_grant WHERE id IN ({some}) AND id <> %s;

-- name: states_since
-- Where grants written after a turn stand.
SELECT id, state, turn FROM reward_grant WHERE turn > %s;

-- name: grants_by_state
-- How many grants there are, by reward and state, and what they amount to.
SELECT reward, state, count(*), CAST(sum(amount_minor) AS BIGINT)
FROM reward_grant
GROUP BY reward, state
ORDER BY reward, state;

-- name: costs
-- What grants came to, by playbook, arm and pot.
SELECT playbook, arm, pot, currency,
    CAST(sum(CASE WHEN state IN ('granted', 'claimed', 'expired') THEN 1 ELSE 0 END) AS BIGINT),
    CAST(sum(CASE WHEN state IN ('granted', 'claimed', 'expired') THEN amount_minor ELSE 0 END) AS BIGINT),
    CAST(sum(CASE WHEN state = 'granted' THEN amount_minor ELSE 0 END) AS BIGINT),
    CAST(sum(CASE WHEN state = 'claimed' THEN claimed_minor ELSE 0 END) AS BIGINT),
    CAST(sum(CASE WHEN state = 'expired' THEN amount_minor ELSE 0 END) AS BIGINT),
    CAST(sum(CASE WHEN state = 'as_if' THEN 1 ELSE 0 END) AS BIGINT),
    CAST(sum(CASE WHEN state = 'as_if' THEN amount_minor ELSE 0 END) AS BIGINT)
FROM reward_grant
WHERE granted_us >= %s AND granted_us < %s
GROUP BY playbook, arm, pot, currency
ORDER BY playbook, arm, pot, currency;

-- name: claims_in_state
-- Claims in a state, the earliest first.
SELECT id, grant_id, customer_id, reward, at_us, told_minor, claimed_minor, state, reason, who, why
FROM reward_claim
WHERE state = %s
ORDER BY at_us, id
LIMIT %s;

-- name: claims_of_grant
-- Every claim of one grant, in order.
SELECT id, grant_id, customer_id, reward, at_us, told_minor, claimed_minor, state, reason, who, why
FROM reward_claim
WHERE grant_id = %s
ORDER BY at_us, id;

-- name: claim_of
-- One claim.
SELECT id, grant_id, customer_id, reward, at_us, told_minor, claimed_minor, state, reason, who, why
FROM reward_claim
WHERE id = %s;

-- name: review_claim
-- A claim as a person left it.
UPDATE reward_claim SET state = %s, grant_id = %s, claimed_minor = %s, who = %s, why = %s, judged_us = %s,
    turn = %s
WHERE id = %s AND state IN ('waiting', 'refused');

-- name: entries_of
-- The entries of one grant or request, in order.
SELECT id, subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who, why
FROM reward_entry
WHERE subject_id = %s
ORDER BY id;

-- name: entries_after
-- Some entries of the ledger, in order, after one of them.
SELECT id, subject_id, kind, pot, currency, from_account, to_account, amount_minor, at_us, who, why
FROM reward_entry
WHERE id > %s
ORDER BY id
LIMIT %s;

-- name: approve_grant
-- A second person lets a held grant stand.
UPDATE reward_grant SET state = 'granted', reason = NULL, approver = %s, changed_us = %s, granted_us = %s,
    granted_day = %s, expires_us = %s, turn = %s
WHERE id = %s AND state = 'held';

-- name: reject_grant
-- A held grant is refused.
UPDATE reward_grant SET state = 'refused', reason = 'rejected', approver = %s, changed_us = %s, turn = %s
WHERE id = %s AND state = 'held';

-- name: reverse_grant
-- A grant is taken back.
UPDATE reward_grant SET state = 'reversed', reason = 'by_hand', changed_us = %s, turn = %s
WHERE id = %s AND state IN ('granted', 'claimed');

-- name: customer_used
-- What one customer was granted out of a pot since a moment.
SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT)
FROM reward_grant
WHERE customer_id = %s AND pot = %s AND currency = %s AND granted_us >= %s
    AND state IN ('granted', 'claimed', 'expired');

-- name: ask_for_money
-- Somebody asks for more money in a pot.
INSERT INTO reward_request (id, pot, currency, amount_minor, maker, made_us, why, state)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: requests
-- Requests in a state, the earliest first.
SELECT id, pot, currency, amount_minor, maker, made_us, why, state FROM reward_request WHERE state = %s
ORDER BY id;

-- name: request_of
-- One request.
SELECT id, pot, currency, amount_minor, maker, made_us, why, state FROM reward_request WHERE id = %s;

-- name: decide_request
-- A second person decides on a request.
UPDATE reward_request SET state = %s, approver = %s, decided_us = %s WHERE id = %s AND state = 'waiting';

-- name: note_act
-- What an operator did.
INSERT INTO reward_act (at_us, verb, subject, who, why) VALUES (%s, %s, %s, %s, %s);

-- name: acts_of
-- What operators did to one grant, claim, request or policy, in order.
SELECT at_us, verb, subject, who, why FROM reward_act WHERE subject = %s ORDER BY id;

-- name: policy_now
-- The policies in force: the highest version of each.
SELECT name, version, rules FROM reward_policy AS policy
WHERE version = (SELECT max(version) FROM reward_policy AS other WHERE other.name = policy.name);

-- name: keep_policy
-- A policy is put in force as the next version.
INSERT INTO reward_policy (name, version, rules, from_us, who, why)
SELECT %s, coalesce(max(version), 0) + 1, %s, %s, %s, %s FROM reward_policy WHERE name = %s
RETURNING version;

-- name: crowded_devices
-- Customers who are one too many on a device, in the order in which they are served; for DuckDB, on the log.
WITH pairs AS (
    SELECT DISTINCT customer, json_extract_string(attributes, $2) AS device
    FROM (events) AS seen
    WHERE attributes LIKE $1
), places AS (
    SELECT customer, min(place) AS place FROM people GROUP BY customer
), ordered AS (
    SELECT pairs.customer, places.place,
        row_number() OVER (PARTITION BY pairs.device ORDER BY places.place, pairs.customer) AS number
    FROM pairs JOIN places ON places.customer = pairs.customer
    WHERE pairs.device IS NOT NULL
)
SELECT DISTINCT customer FROM ordered WHERE number > $3 AND place >= 0;

-- name: claims_in_log
-- The claims of changed days up to a moment, with keys computed from their events; for DuckDB, on the log.
SELECT CAST(md5_number_lower(concat_ws('|', source, CAST(day AS VARCHAR), CAST(event_key AS VARCHAR))) >> 1
        AS BIGINT) AS id,
    customer, coalesce(detail, '') AS reward, "at", amount AS told,
    TRY_CAST(json_extract_string(attributes, '$.grant') AS BIGINT) AS given
FROM (events) AS claims
WHERE "at" < $1 AND day IN (SELECT day FROM changed);

-- name: purchases_in_log
-- The purchases of some customers from a moment up to another, in order; for DuckDB, on the log.
SELECT customer, "at", amount, product_kind,
    CAST(md5_number_lower(concat_ws('|', source, CAST(day AS VARCHAR), CAST(event_key AS VARCHAR))) >> 1
        AS BIGINT) AS key
FROM (events) AS purchases
WHERE "at" >= $1 AND "at" < $2 AND customer IN (SELECT customer FROM people)
ORDER BY customer, "at", key;
