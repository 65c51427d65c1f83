-- name: buckets
-- The number of each customer under a salt; hexadecimal text of 16 digits is the first 8 bytes.
SELECT place, CAST(CAST('0x' || substr(sha256($salt || id), 1, 16) AS UBIGINT) % $buckets AS INTEGER) AS bucket
FROM customers
ORDER BY place;

-- name: rotations
-- Every control group, the latest last.
SELECT number, from_day, salt, share_bp, who FROM experiment_rotation ORDER BY number;

-- name: keep_rotation
-- A control group, each number once.
INSERT INTO experiment_rotation (number, from_day, salt, share_bp, who) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;

-- name: definitions
-- Every definition of every experiment, the latest last.
SELECT experiment, number, from_day, layer, measure_days, salt, holdout_bp, arms
FROM experiment_definition
ORDER BY experiment, number;

-- name: keep_definition
-- A definition, each number of an experiment once.
INSERT INTO experiment_definition (experiment, number, from_day, layer, measure_days, salt, holdout_bp, arms)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING;
