-- truncate
SELECT (DATE_TRUNC('week', ("timestamp" + ((CAST((-8310) AS BIGINT) * 60000000) * CAST('1 microsecond' AS INTERVAL)))) + ((CAST(8310 AS BIGINT) * 60000000) * CAST('1 microsecond' AS INTERVAL)));

-- truncate to months
SELECT DATE_TRUNC('month', "timestamp");

-- add_interval
SELECT ("timestamp" + ((CAST(36 AS BIGINT) * 3600000000) * CAST('1 microsecond' AS INTERVAL)));

-- add_interval of months
SELECT ("timestamp" + MAKE_INTERVAL(0, CAST(("n" * 3) AS INT)));

-- from_micros
SELECT (CAST('1970-01-01 00:00:00' AS TIMESTAMP) + ((CAST("n" AS BIGINT) * 1) * CAST('1 microsecond' AS INTERVAL)));

-- instant
SELECT CAST('2025-10-09 08:53:20.123456' AS TIMESTAMP);

-- json_text
SELECT (SELECT CASE WHEN (SUBSTRING("held"."said" FROM 1 FOR 1) = '"') THEN (((JSON_OBJECT_FIELD(JSON_OBJECT_FIELD("properties", 'a b'), 'it''s')) #>> '{}') COLLATE "C") WHEN SUBSTRING("held"."said" FROM 1 FOR 1) IN ('{', '[', 'n') THEN NULL WHEN ("held"."said" ~ '^(0|-?[1-9][0-9]*|true|false)$') THEN "held"."said" ELSE CAST(TRIM_SCALE(CASE WHEN ("held"."said" ~ '^([+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)$') THEN CASE WHEN ("held"."said" ~ '^([+-]?[0-9]{1,255}([.][0-9]{1,255})?([eE][+-]?[0-9]{1,3})?)$') AND (ABS(CAST("held"."said" AS DECIMAL)) < CAST('1e32' AS DECIMAL)) THEN CAST(ROUND(CAST("held"."said" AS DECIMAL), 6) AS DECIMAL(38, 6)) END END) AS TEXT) END FROM (SELECT CAST(JSON_OBJECT_FIELD(JSON_OBJECT_FIELD("properties", 'a b'), 'it''s') AS TEXT) AS "said") AS "held");

-- json_number
SELECT (SELECT CASE WHEN ("held"."said" ~ '^([+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)$') THEN CASE WHEN ("held"."said" ~ '^([+-]?[0-9]{1,255}([.][0-9]{1,255})?([eE][+-]?[0-9]{1,3})?)$') AND (ABS(CAST("held"."said" AS DECIMAL)) < CAST('1e32' AS DECIMAL)) THEN CAST(ROUND(CAST("held"."said" AS DECIMAL), 6) AS DECIMAL(38, 6)) END END FROM (SELECT (((JSON_OBJECT_FIELD("properties", 'total')) #>> '{}') COLLATE "C") AS "said") AS "held");

-- json_exists
SELECT COALESCE((NOT CAST(JSON_OBJECT_FIELD("properties", 'total') AS TEXT) IN ('', 'null')), FALSE);

-- json_any
SELECT EXISTS(SELECT 1 FROM JSON_ARRAY_ELEMENTS(CASE WHEN (JSON_TYPEOF(JSON_OBJECT_FIELD("properties", 'products')) = 'array') THEN JSON_OBJECT_FIELD("properties", 'products') END) AS "element_rows"("element") WHERE (((SELECT CASE WHEN ("held"."said" ~ '^([+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)$') THEN CASE WHEN ("held"."said" ~ '^([+-]?[0-9]{1,255}([.][0-9]{1,255})?([eE][+-]?[0-9]{1,3})?)$') AND (ABS(CAST("held"."said" AS DECIMAL)) < CAST('1e32' AS DECIMAL)) THEN CAST(ROUND(CAST("held"."said" AS DECIMAL), 6) AS DECIMAL(38, 6)) END END FROM (SELECT (((JSON_OBJECT_FIELD("element", 'price')) #>> '{}') COLLATE "C") AS "said") AS "held")) > CAST('9.5' AS DECIMAL(38, 6))));

-- json_elements
SELECT "node", JSON_ARRAY_ELEMENTS(CASE WHEN (JSON_TYPEOF("properties") = 'array') THEN "properties" END) AS "element" FROM (SELECT * FROM "events") AS "held";

-- json_micros of a text
SELECT CAST(FLOOR((SELECT CASE WHEN ("held"."said" ~ '^([+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)$') THEN CASE WHEN ("held"."said" ~ '^([+-]?[0-9]{1,255}([.][0-9]{1,255})?([eE][+-]?[0-9]{1,3})?)$') AND (ABS(CAST("held"."said" AS DECIMAL)) < CAST('1e32' AS DECIMAL)) THEN CAST(ROUND(CAST("held"."said" AS DECIMAL), 6) AS DECIMAL(38, 6)) END END FROM (SELECT (((JSON_OBJECT_FIELD("properties", 'at')) #>> '{}') COLLATE "C") AS "said") AS "held")) AS BIGINT);

-- md5_fraction
SELECT (CAST(CAST(CAST(('x' || LEFT(MD5("event"), 8)) AS BIT(32)) AS BIGINT) AS DOUBLE PRECISION) / 4294967296);

-- exact_distinct
SELECT COUNT(DISTINCT "x");

-- median
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST("x" AS DOUBLE PRECISION));

-- quantile
SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY CAST("x" AS DOUBLE PRECISION));

-- bool_or
SELECT BOOL_OR(("event" = 'A'));

-- bool_and
SELECT BOOL_AND(("event" = 'A'));

-- count_if
SELECT COUNT(CASE WHEN ("event" = 'A') THEN 1 END);

-- bit
SELECT (CAST(1 AS BIGINT) << CAST("n" AS INT));

-- bit_union
SELECT BIT_OR((CAST(1 AS BIGINT) << CAST("n" AS INT)));

-- bit_count
SELECT BIT_COUNT(CAST("x" AS BIT(64)));

-- has_bit
SELECT (("x" & (CAST(1 AS BIGINT) << CAST(5 AS INT))) <> 0);

-- series
SELECT GENERATE_SERIES(CAST(1 AS BIGINT), CAST(12 AS BIGINT)) AS "n";

-- semi_join
SELECT "x" IN (SELECT "node" FROM "identities");

-- array_agg_ordered
SELECT ARRAY_AGG("x" ORDER BY "timestamp" ASC, "event" ASC) FILTER(WHERE NOT "x" IS NULL);

-- first_of
SELECT (ARRAY_AGG("x" ORDER BY "timestamp" ASC, "event" ASC))[1];

-- last_of
SELECT (ARRAY_AGG("x" ORDER BY "timestamp" DESC, "event" DESC))[1];

-- average
SELECT CAST(((DIV(((CAST(ABS("x") AS DECIMAL) * 2000000) + "n"), CAST(NULLIF(("n" * 2), 0) AS DECIMAL)) * 0.000001) * SIGN("x")) AS DECIMAL(38, 6));

-- texts
SELECT ((("element") #>> '{}') COLLATE "C") AS "text" FROM (SELECT JSON_ARRAY_ELEMENTS(CASE WHEN (JSON_TYPEOF("given") = 'array') THEN "given" END) AS "element" FROM (SELECT CAST('["it''s","a \"b\" \\c"]' AS JSON) AS "given") AS "held") AS "elements";

-- values_table
SELECT * FROM (SELECT "zone", "low" FROM (VALUES (CAST('it''s' AS TEXT), CAST('1970-01-01 00:00:00.000001' AS TIMESTAMP)), (CAST(NULL AS TEXT), CAST(NULL AS TIMESTAMP))) AS "given"("zone", "low")) AS "zones";

-- contains
SELECT (STRPOS("event", '50% \ off') > 0);

-- starts_with
SELECT STARTS_WITH("event", 'Order');

-- ends_with
SELECT (RIGHT("event", LENGTH('ed')) = 'ed');

-- matches
SELECT ("event" ~ '^([a-z]+)$');
