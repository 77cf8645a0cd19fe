-- truncate
SELECT (CAST(DATE_TRUNC('week', ("timestamp" + TO_MINUTES(CAST((-8310) AS BIGINT)))) AS TIMESTAMP) + TO_MINUTES(CAST(8310 AS BIGINT)));

-- truncate to months
SELECT CAST(DATE_TRUNC('month', "timestamp") AS TIMESTAMP);

-- add_interval
SELECT ("timestamp" + TO_HOURS(CAST(36 AS BIGINT)));

-- add_interval of months
SELECT ("timestamp" + TO_QUARTERS(CAST("n" AS INT)));

-- from_micros
SELECT MAKE_TIMESTAMP("n");

-- instant
SELECT CAST('2025-10-09 08:53:20.123456' AS TIMESTAMP);

-- json_text
SELECT CASE WHEN (SUBSTRING(CAST(JSON_EXTRACT("properties", '/a b/it''s') AS TEXT), 1, 1) = '"') THEN JSON_EXTRACT_STRING(JSON_EXTRACT("properties", '/a b/it''s'), '$') WHEN SUBSTRING(CAST(JSON_EXTRACT("properties", '/a b/it''s') AS TEXT), 1, 1) IN ('{', '[', 'n') THEN NULL WHEN REGEXP_FULL_MATCH(CAST(JSON_EXTRACT("properties", '/a b/it''s') AS TEXT), '0|-?[1-9][0-9]*|true|false') THEN CAST(JSON_EXTRACT("properties", '/a b/it''s') AS TEXT) ELSE RTRIM(RTRIM(CAST(CASE WHEN REGEXP_FULL_MATCH(CAST(JSON_EXTRACT("properties", '/a b/it''s') AS TEXT), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_CAST(CAST(JSON_EXTRACT("properties", '/a b/it''s') AS TEXT) AS DECIMAL(38, 6)) END AS TEXT), '0'), '.') END;

-- json_number
SELECT CASE WHEN REGEXP_FULL_MATCH(JSON_EXTRACT_STRING(JSON_EXTRACT("properties", '/total'), '$'), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_CAST(JSON_EXTRACT_STRING(JSON_EXTRACT("properties", '/total'), '$') AS DECIMAL(38, 6)) END;

-- json_exists
SELECT COALESCE((NOT CAST(JSON_EXTRACT("properties", '/total') AS TEXT) IN ('', 'null')), FALSE);

-- json_any
SELECT COALESCE(LIST_BOOL_OR(LIST_TRANSFORM(CASE WHEN JSON_TYPE(JSON_EXTRACT("properties", '/products')) = 'ARRAY' THEN JSON_EXTRACT(JSON_EXTRACT("properties", '/products'), '$[*]') END, LAMBDA "element" : COALESCE((CASE WHEN REGEXP_FULL_MATCH(JSON_EXTRACT_STRING(JSON_EXTRACT("element", '/price'), '$'), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_CAST(JSON_EXTRACT_STRING(JSON_EXTRACT("element", '/price'), '$') AS DECIMAL(38, 6)) END > CAST('9.5' AS DECIMAL(38, 6))), FALSE))), FALSE);

-- json_elements
SELECT "node", UNNEST(CASE WHEN JSON_TYPE("properties") = 'ARRAY' THEN JSON_EXTRACT("properties", '$[*]') END) AS "element" FROM (SELECT * FROM "events") AS "held";

-- json_micros of a text
SELECT CAST(FLOOR(CASE WHEN REGEXP_FULL_MATCH(JSON_EXTRACT_STRING(JSON_EXTRACT("properties", '/at'), '$'), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_CAST(JSON_EXTRACT_STRING(JSON_EXTRACT("properties", '/at'), '$') AS DECIMAL(38, 6)) END) AS BIGINT);

-- md5_fraction
SELECT (CAST(CAST('0x' || SUBSTRING(MD5("event"), 1, 8) AS BIGINT) AS DOUBLE) / 4294967296);

-- exact_distinct
SELECT COUNT(DISTINCT "x");

-- median
SELECT QUANTILE_CONT(CAST("x" AS DOUBLE), 0.5);

-- quantile
SELECT QUANTILE_CONT(CAST("x" AS DOUBLE), 0.9);

-- bool_or
SELECT BOOL_OR(("event" = 'A'));

-- bool_and
SELECT BOOL_AND(("event" = 'A'));

-- count_if
SELECT COUNT(CASE WHEN ("event" = 'A') THEN 1 END);

-- bit
SELECT (CAST(1 AS BIGINT) << "n");

-- bit_union
SELECT BIT_OR((CAST(1 AS BIGINT) << "n"));

-- bit_count
SELECT CAST(BIT_COUNT("x") AS BIGINT);

-- has_bit
SELECT (("x" & (CAST(1 AS BIGINT) << 5)) <> 0);

-- series
SELECT UNNEST(RANGE(CAST(1 AS BIGINT), (12 + 1))) AS "n";

-- semi_join
SELECT "x" IN (SELECT "node" FROM "identities");

-- array_agg_ordered
SELECT LIST("x" ORDER BY "timestamp", "event") FILTER(WHERE NOT "x" IS NULL);

-- first_of
SELECT FIRST("x" ORDER BY "timestamp", "event");

-- last_of
SELECT LAST("x" ORDER BY "timestamp", "event");

-- average
SELECT CAST((CAST(((((ABS(CAST(("x") * 1000000 AS INT128)) * 2) + "n") // NULLIF(("n" * 2), 0)) * SIGN(CAST(("x") * 1000000 AS INT128))) AS DECIMAL(38, 0)) * 0.000001) AS DECIMAL(38, 6));

-- texts
SELECT JSON_EXTRACT_STRING("element", '$') AS "text" FROM (SELECT UNNEST(CASE WHEN JSON_TYPE("given") = 'ARRAY' THEN JSON_EXTRACT("given", '$[*]') END) AS "element" FROM (SELECT CAST('["it''s","a \"b\" \\c"]' AS JSON) AS "given") AS "held") AS "elements";

-- values_table
SELECT * FROM (SELECT "zone", "low" FROM (VALUES (CAST('it''s' AS TEXT), CAST('1970-01-01 00:00:00.000001' AS TIMESTAMP)), (CAST(NULL AS TEXT), CAST(NULL AS TIMESTAMP))) AS "given"("zone", "low")) AS "zones";

-- contains
SELECT CONTAINS("event", '50% \ off');

-- starts_with
SELECT STARTS_WITH("event", 'Order');

-- ends_with
SELECT ENDS_WITH("event", 'ed');

-- matches
SELECT REGEXP_FULL_MATCH("event", '[a-z]+');
