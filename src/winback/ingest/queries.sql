-- name: key_of_customer
-- The dense key of one customer id.
SELECT customer FROM read_parquet($1) AS customers WHERE id = $2;

-- name: registry_as_of
-- One row a customer in key order, each attribute as last said before a moment.
WITH said AS (
    SELECT customer,
        arg_max(channel, {'at': from_at, 'value': channel}) AS channel,
        arg_max(campaign, {'at': from_at, 'value': campaign}) AS campaign,
        arg_max(inviter, {'at': from_at, 'value': inviter}) AS inviter,
        arg_max(birthday, {'at': from_at, 'value': birthday}) AS birthday,
        arg_max(language, {'at': from_at, 'value': language}) AS language,
        arg_max(time_zone, {'at': from_at, 'value': time_zone}) AS time_zone
    FROM read_parquet($changes) AS changes
    WHERE from_at < $before
    GROUP BY customer
)
SELECT customers.customer, customers.id, said.channel, said.campaign, said.inviter, said.birthday,
    said.language, said.time_zone
FROM read_parquet($customers) AS customers
LEFT JOIN said ON said.customer = customers.customer
ORDER BY customers.customer;

-- name: registry_without_changes
-- One row a customer in key order, where nothing was ever said about any of them.
SELECT customer, id, NULL::VARCHAR AS channel, NULL::VARCHAR AS campaign, NULL::VARCHAR AS inviter,
    NULL::DATE AS birthday, NULL::VARCHAR AS language, NULL::VARCHAR AS time_zone
FROM read_parquet($customers) AS customers
ORDER BY customer;
