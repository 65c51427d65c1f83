-- name: key_of_customer
-- The dense key of one customer id.
SELECT customer FROM read_parquet($1) AS customers WHERE id = $2;

-- name: ids
-- The ids of all customers in key order.
SELECT id FROM read_parquet($customers) ORDER BY customer;

-- name: registry_as_of
-- One row a customer in key order, each attribute as last said before a moment.
WITH said AS (
    SELECT customer,
        arg_max(channel, {'said': from_at, 'value': channel}) AS channel,
        arg_max(campaign, {'said': from_at, 'value': campaign}) AS campaign,
        arg_max(inviter, {'said': from_at, 'value': inviter}) AS inviter,
        arg_max(birthday, {'said': from_at, 'value': birthday}) AS birthday,
        arg_max(language, {'said': from_at, 'value': language}) AS language,
        arg_max(time_zone, {'said': from_at, 'value': time_zone}) AS time_zone
    FROM changes
    WHERE from_at < $before
    GROUP BY customer
)
SELECT customers.customer, customers.id, said.channel, said.campaign, said.inviter, said.birthday,
    said.language, said.time_zone
FROM customers
LEFT JOIN said ON said.customer = customers.customer
ORDER BY customers.customer;

-- name: said_each
-- The last word on customers in `cuts` before a moment of each one's own: campaign, language, and the free
-- attributes that were said most often.
WITH said AS MATERIALIZED (
    SELECT changes.customer, changes.from_at, changes.campaign, changes.language, changes.attributes
    FROM (
        SELECT NULL::VARCHAR AS attributes WHERE false
        UNION ALL BY NAME
        SELECT * FROM read_parquet($changes, union_by_name = true)
    ) AS changes
    JOIN cuts ON cuts.customer = changes.customer
    WHERE changes.from_at < cuts.before
),
texts AS (
    SELECT attributes AS text, count(*) AS times FROM said WHERE attributes IS NOT NULL GROUP BY attributes
),
entries AS MATERIALIZED (
    SELECT text, times, entry.key AS name, entry.value AS value
    FROM (
        SELECT text, times, unnest(map_entries(CAST(CAST(text AS JSON) AS MAP(VARCHAR, VARCHAR)))) AS entry
        FROM texts
    )
    WHERE entry.value IS NOT NULL AND entry.value <> ''
),
kept AS (
    SELECT name FROM entries GROUP BY name ORDER BY sum(times) DESC, name LIMIT $free_max
),
words AS (
    SELECT customer, from_at, 'campaign' AS name, campaign AS value FROM said WHERE campaign IS NOT NULL
    UNION ALL
    SELECT customer, from_at, 'language', language FROM said WHERE language IS NOT NULL
    UNION ALL
    SELECT said.customer, said.from_at, concat($free, entries.name), entries.value
    FROM said
    JOIN entries ON entries.text = said.attributes
    JOIN kept ON kept.name = entries.name
)
SELECT customer, name, arg_max(value, {'said': from_at, 'value': value}) AS value
FROM words
GROUP BY customer, name;

-- name: registry_without_changes
-- One row a customer in key order, where nothing was ever said about any of them.
SELECT customer, id, NULL::VARCHAR AS channel, NULL::VARCHAR AS campaign, NULL::VARCHAR AS inviter,
    NULL::DATE AS birthday, NULL::VARCHAR AS language, NULL::VARCHAR AS time_zone
FROM customers
ORDER BY customer;

-- name: keep_contact
-- A contact comes in, or takes the place of the one said earlier.
INSERT INTO ingest_contact (customer_id, kind, sealed, blind_index, from_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (customer_id, kind) DO UPDATE
SET sealed = excluded.sealed, blind_index = excluded.blind_index, from_at = excluded.from_at
WHERE excluded.from_at >= ingest_contact.from_at;

-- name: count_contacts
-- How many customers have a contact of each kind.
SELECT kind, count(*) AS customers FROM ingest_contact GROUP BY kind ORDER BY kind;

-- name: judged_candidates
-- All candidates, with the dense key of their customer where the registry has it.
SELECT ids.customer, candidates.* FROM candidates LEFT JOIN ids ON ids.id = candidates.id;

-- name: new_ids
-- Ids that the registry does not have, keyed on from $1 in the order of their first rows.
SELECT CAST($1 + row_number() OVER (ORDER BY first_row, id) - 1 AS INTEGER) AS customer, id
FROM (SELECT id, min(row) AS first_row FROM unkeyed GROUP BY id)
ORDER BY customer;

-- name: said_contacts
-- Every contact that good candidates carry, each once, as said last.
SELECT id, kind, contact, max("at") AS "at"
FROM (
    SELECT id, "at", unnest(['phone', 'mail', 'push_token']) AS kind, unnest([phone, mail, push_token]) AS contact
    FROM candidates
    WHERE bad_field IS NULL AND coalesce(phone, mail, push_token) IS NOT NULL
)
WHERE contact IS NOT NULL
GROUP BY id, kind, contact
ORDER BY id, kind, "at";

-- name: waiting_rows
-- Quarantined rows that no later run has settled.
SELECT kept.*
FROM kept
ANTI JOIN settled ON settled.row_key = kept.row_key
ORDER BY kept.source, kept.file, kept.row, kept.mapping;

-- name: said_of
-- Channel and campaign of the customers of `wanted` as last said before a moment, in the order of `place`.
WITH said AS (
    SELECT customer,
        arg_max(channel, {'said': from_at, 'value': channel}) AS channel,
        arg_max(campaign, {'said': from_at, 'value': campaign}) AS campaign
    FROM read_parquet($changes, union_by_name = true)
    WHERE from_at < $before AND customer IN (SELECT customer FROM wanted)
    GROUP BY customer
)
SELECT channel, campaign FROM wanted LEFT JOIN said USING (customer) ORDER BY place;
