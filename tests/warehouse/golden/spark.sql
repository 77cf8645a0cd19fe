-- truncate
SELECT TIMESTAMP_MICROS((UNIX_MICROS(DATE_TRUNC('week', TIMESTAMP_MICROS((UNIX_MICROS(`timestamp`) + (CAST((-8310) AS BIGINT) * 60000000))))) + (CAST(8310 AS BIGINT) * 60000000)));

-- truncate to months
SELECT DATE_TRUNC('month', `timestamp`);

-- add_interval
SELECT TIMESTAMP_MICROS((UNIX_MICROS(`timestamp`) + (CAST(36 AS BIGINT) * 3600000000)));

-- add_interval of months
SELECT (`timestamp` + MAKE_YM_INTERVAL(0, CAST((`n` * 3) AS INT)));

-- from_micros
SELECT TIMESTAMP_MICROS(`n`);

-- instant
SELECT CAST('2025-10-09 08:53:20.123456' AS TIMESTAMP);

-- json_text
SELECT CASE WHEN (SUBSTRING(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant')), 1, 1) = '"') THEN TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant'))), '$', 'string') WHEN SUBSTRING(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant')), 1, 1) IN ('{', '[', 'n') THEN NULL WHEN REGEXP_LIKE(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant')), '^(?:0|-?[1-9][0-9]*|true|false)\\z') THEN TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant')) ELSE TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CASE WHEN REGEXP_LIKE(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN TRY_CAST(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'a b\']["it\'s"]', 'variant')) AS DECIMAL(38, 6)) END AS STRING))) END;

-- json_number
SELECT CASE WHEN REGEXP_LIKE(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'total\']', 'variant'))), '$', 'string'), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN TRY_CAST(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'total\']', 'variant'))), '$', 'string') AS DECIMAL(38, 6)) END;

-- json_exists
SELECT COALESCE((NOT TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'total\']', 'variant')) IN ('', 'null')), FALSE);

-- json_any
SELECT COALESCE(EXISTS(TRANSFORM(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'products\']', 'variant'))), '$', 'array<variant>'), `element` -> TO_JSON(`element`)), `element_json` -> COALESCE((CASE WHEN REGEXP_LIKE(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`element_json`), '$[\'price\']', 'variant'))), '$', 'string'), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN TRY_CAST(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`element_json`), '$[\'price\']', 'variant'))), '$', 'string') AS DECIMAL(38, 6)) END > CAST('9.5' AS DECIMAL(38, 6))), FALSE)), FALSE);

-- json_elements
SELECT `node`, EXPLODE(TRANSFORM(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$', 'array<variant>'), `each` -> TO_JSON(`each`))) AS `element` FROM (SELECT * FROM `events`) AS `held`;

-- json_micros of a text
SELECT CAST(FLOOR(CASE WHEN REGEXP_LIKE(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'at\']', 'variant'))), '$', 'string'), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN TRY_CAST(TRY_VARIANT_GET(TRY_PARSE_JSON(TO_JSON(TRY_VARIANT_GET(TRY_PARSE_JSON(`properties`), '$[\'at\']', 'variant'))), '$', 'string') AS DECIMAL(38, 6)) END) AS BIGINT);

-- md5_fraction
SELECT (CAST(CONV(SUBSTRING(MD5(`event`), 1, 8), 16, 10) AS DOUBLE) / 4294967296);

-- exact_distinct
SELECT COUNT(DISTINCT `x`);

-- median
SELECT PERCENTILE(CAST(`x` AS DOUBLE), 0.5);

-- quantile
SELECT PERCENTILE(CAST(`x` AS DOUBLE), 0.9);

-- bool_or
SELECT BOOL_OR((`event` = 'A'));

-- bool_and
SELECT BOOL_AND((`event` = 'A'));

-- count_if
SELECT COUNT(CASE WHEN (`event` = 'A') THEN 1 END);

-- bit
SELECT SHIFTLEFT(CAST(1 AS BIGINT), CAST(`n` AS INT));

-- bit_union
SELECT BIT_OR(SHIFTLEFT(CAST(1 AS BIGINT), CAST(`n` AS INT)));

-- bit_count
SELECT CAST(BIT_COUNT(`x`) AS BIGINT);

-- has_bit
SELECT ((`x` & SHIFTLEFT(CAST(1 AS BIGINT), CAST(5 AS INT))) <> 0);

-- series
SELECT EXPLODE(IF((CAST(1 AS BIGINT) <= CAST(12 AS BIGINT)), SEQUENCE(CAST(1 AS BIGINT), CAST(12 AS BIGINT)), ARRAY())) AS `n`;

-- semi_join
SELECT `x` IN (SELECT `node` FROM `identities`);

-- array_agg_ordered
SELECT TRANSFORM(ARRAY_SORT(COLLECT_LIST(NAMED_STRUCT('key_0', `timestamp`, 'key_1', `event`, 'kept', `x`)) FILTER(WHERE NOT `x` IS NULL)), `row` -> `row`.`kept`);

-- first_of
SELECT MIN_BY(`x`, STRUCT(`timestamp`, `event`));

-- last_of
SELECT MAX_BY(`x`, STRUCT(`timestamp`, `event`));

-- average
SELECT CAST(TRY_DIVIDE(CAST(`x` AS DECIMAL(38, 6)), CAST(`n` AS DECIMAL(20, 0))) AS DECIMAL(38, 6));

-- texts
SELECT TRY_VARIANT_GET(TRY_PARSE_JSON(`element`), '$', 'string') AS `text` FROM (SELECT EXPLODE(TRANSFORM(TRY_VARIANT_GET(TRY_PARSE_JSON(`given`), '$', 'array<variant>'), `each` -> TO_JSON(`each`))) AS `element` FROM (SELECT '["it\'s","a \\"b\\" \\\\c"]' AS `given`) AS `held`) AS `elements`;

-- values_table
SELECT * FROM (SELECT `zone`, `low` FROM VALUES (CAST('it\'s' AS STRING), CAST('1970-01-01 00:00:00.000001' AS TIMESTAMP)), (CAST(NULL AS STRING), CAST(NULL AS TIMESTAMP)) AS `given`(`zone`, `low`)) AS `zones`;

-- contains
SELECT CONTAINS(`event`, '50% \\ off');

-- starts_with
SELECT STARTSWITH(`event`, 'Order');

-- ends_with
SELECT ENDSWITH(`event`, 'ed');

-- matches
SELECT REGEXP_LIKE(`event`, '^(?:[a-z]+)\\z');
