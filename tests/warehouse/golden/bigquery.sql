-- truncate
SELECT TIMESTAMP_ADD(TIMESTAMP_TRUNC(TIMESTAMP_ADD(`timestamp`, INTERVAL (-8310) MINUTE), ISOWEEK, 'UTC'), INTERVAL 8310 MINUTE);

-- truncate to months
SELECT TIMESTAMP_TRUNC(`timestamp`, MONTH, 'UTC');

-- add_interval
SELECT TIMESTAMP_ADD(`timestamp`, INTERVAL 36 HOUR);

-- add_interval of months
SELECT TIMESTAMP(DATETIME_ADD(DATETIME(`timestamp`, 'UTC'), INTERVAL `n` QUARTER), 'UTC');

-- from_micros
SELECT TIMESTAMP_MICROS(`n`);

-- instant
SELECT CAST('2025-10-09 08:53:20.123456' AS TIMESTAMP);

-- json_text
SELECT CASE WHEN (SUBSTRING(TO_JSON_STRING(JSON_QUERY(`properties`, '$."a b"."it\'s"')), 1, 1) = '"') THEN JSON_VALUE(JSON_QUERY(`properties`, '$."a b"."it\'s"')) WHEN SUBSTRING(TO_JSON_STRING(JSON_QUERY(`properties`, '$."a b"."it\'s"')), 1, 1) IN ('{', '[', 'n') THEN NULL WHEN REGEXP_CONTAINS(TO_JSON_STRING(JSON_QUERY(`properties`, '$."a b"."it\'s"')), '^(?:0|-?[1-9][0-9]*|true|false)\\z') THEN TO_JSON_STRING(JSON_QUERY(`properties`, '$."a b"."it\'s"')) ELSE CAST(CASE WHEN REGEXP_CONTAINS(TO_JSON_STRING(JSON_QUERY(`properties`, '$."a b"."it\'s"')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN ROUND(SAFE_CAST(TO_JSON_STRING(JSON_QUERY(`properties`, '$."a b"."it\'s"')) AS BIGNUMERIC), 6) END AS STRING) END;

-- json_number
SELECT CASE WHEN REGEXP_CONTAINS(JSON_VALUE(JSON_QUERY(`properties`, '$."total"')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN ROUND(SAFE_CAST(JSON_VALUE(JSON_QUERY(`properties`, '$."total"')) AS BIGNUMERIC), 6) END;

-- json_exists
SELECT COALESCE((NOT TO_JSON_STRING(JSON_QUERY(`properties`, '$."total"')) IN ('', 'null')), FALSE);

-- json_any
SELECT EXISTS(SELECT 1 FROM UNNEST(JSON_QUERY_ARRAY(JSON_QUERY(`properties`, '$."products"'))) AS `element` WHERE (CASE WHEN REGEXP_CONTAINS(JSON_VALUE(JSON_QUERY(`element`, '$."price"')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN ROUND(SAFE_CAST(JSON_VALUE(JSON_QUERY(`element`, '$."price"')) AS BIGNUMERIC), 6) END > CAST('9.5' AS BIGNUMERIC)));

-- json_elements
SELECT `node`, `element` FROM (SELECT * FROM `events`) AS `held` CROSS JOIN UNNEST(JSON_QUERY_ARRAY(`properties`)) AS `element`;

-- json_micros of a text
SELECT CAST(floor(CASE WHEN REGEXP_CONTAINS(JSON_VALUE(JSON_QUERY(`properties`, '$."at"')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN ROUND(SAFE_CAST(JSON_VALUE(JSON_QUERY(`properties`, '$."at"')) AS BIGNUMERIC), 6) END) AS INT64);

-- md5_fraction
SELECT (CAST(CONCAT('0x', SUBSTRING(TO_HEX(MD5(`event`)), 1, 8)) AS INT64) / 4294967296);

-- exact_distinct
SELECT COUNT(DISTINCT `x`);

-- median
SELECT (SELECT PERCENTILE_CONT(`v`, 0.5) OVER () FROM UNNEST(ARRAY_CONCAT_AGG(ARRAY(CAST(`x` AS FLOAT64)))) AS `v` LIMIT 1);

-- quantile
SELECT (SELECT PERCENTILE_CONT(`v`, 0.9) OVER () FROM UNNEST(ARRAY_CONCAT_AGG(ARRAY(CAST(`x` AS FLOAT64)))) AS `v` LIMIT 1);

-- bool_or
SELECT LOGICAL_OR((`event` = 'A'));

-- bool_and
SELECT LOGICAL_AND((`event` = 'A'));

-- count_if
SELECT COUNT(CASE WHEN (`event` = 'A') THEN 1 END);

-- bit
SELECT (1 << `n`);

-- bit_union
SELECT BIT_OR((1 << `n`));

-- bit_count
SELECT BIT_COUNT(`x`);

-- has_bit
SELECT ((`x` & (1 << 5)) <> 0);

-- series
SELECT `n` FROM UNNEST(GENERATE_ARRAY(1, 12)) AS `n`;

-- semi_join
SELECT `x` IN (SELECT `node` FROM `identities`);

-- array_agg_ordered
SELECT ARRAY_AGG(`x` IGNORE NULLS ORDER BY `timestamp` NULLS LAST, `event` NULLS LAST);

-- first_of
SELECT ARRAY_AGG(STRUCT(`x` AS `kept`) ORDER BY `timestamp` ASC, `event` ASC LIMIT 1)[SAFE_0].`kept`;

-- last_of
SELECT ARRAY_AGG(STRUCT(`x` AS `kept`) ORDER BY `timestamp` DESC, `event` DESC LIMIT 1)[SAFE_0].`kept`;

-- average
SELECT ROUND(SAFE_DIVIDE(`x`, CAST(`n` AS BIGNUMERIC)), 6);

-- texts
SELECT JSON_VALUE(`element`) AS `text` FROM (SELECT `element` FROM (SELECT PARSE_JSON('["it\'s","a \\"b\\" \\\\c"]') AS `given`) AS `held` CROSS JOIN UNNEST(JSON_QUERY_ARRAY(`given`)) AS `element`) AS `elements`;

-- values_table
SELECT * FROM (SELECT `zone`, `low` FROM UNNEST([STRUCT(CAST('it\'s' AS STRING) AS `zone`, CAST('1970-01-01 00:00:00.000001' AS TIMESTAMP) AS `low`), STRUCT(CAST(NULL AS STRING) AS `zone`, CAST(NULL AS TIMESTAMP) AS `low`)])) AS `zones`;

-- contains
SELECT (STRPOS(`event`, '50% \\ off') > 0);

-- starts_with
SELECT STARTS_WITH(`event`, 'Order');

-- ends_with
SELECT ENDS_WITH(`event`, 'ed');

-- matches
SELECT REGEXP_CONTAINS(`event`, '^(?:[a-z]+)\\z');
