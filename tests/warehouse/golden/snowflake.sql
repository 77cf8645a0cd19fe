-- truncate
SELECT DATEADD(MINUTE, 8310, DATEADD(DAY, -(DAYOFWEEKISO(DATEADD(MINUTE, (-8310), "timestamp")) - 1), DATE_TRUNC('day', DATEADD(MINUTE, (-8310), "timestamp"))));

-- truncate to months
SELECT DATE_TRUNC('month', "timestamp");

-- add_interval
SELECT DATEADD(HOUR, 36, "timestamp");

-- add_interval of months
SELECT DATEADD(QUARTER, "n", "timestamp");

-- from_micros
SELECT TO_TIMESTAMP_NTZ("n", 6);

-- instant
SELECT CAST('2025-10-09 08:53:20.123456' AS TIMESTAMPNTZ);

-- json_text
SELECT CASE WHEN (SUBSTRING(TO_JSON(GET(GET("properties", 'a b'), 'it\'s')), 1, 1) = '"') THEN TO_VARCHAR(GET(GET("properties", 'a b'), 'it\'s')) WHEN SUBSTRING(TO_JSON(GET(GET("properties", 'a b'), 'it\'s')), 1, 1) IN ('{', '[', 'n') THEN NULL WHEN REGEXP_LIKE(TO_JSON(GET(GET("properties", 'a b'), 'it\'s')), '0|-?[1-9][0-9]*|true|false') THEN TO_JSON(GET(GET("properties", 'a b'), 'it\'s')) ELSE RTRIM(RTRIM(CAST(CASE WHEN REGEXP_LIKE(TO_JSON(GET(GET("properties", 'a b'), 'it\'s')), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_TO_DECIMAL(TO_JSON(GET(GET("properties", 'a b'), 'it\'s')), 38, 6) END AS VARCHAR), '0'), '.') END;

-- json_number
SELECT CASE WHEN REGEXP_LIKE(TO_VARCHAR(GET("properties", 'total')), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_TO_DECIMAL(TO_VARCHAR(GET("properties", 'total')), 38, 6) END;

-- json_exists
SELECT COALESCE((NOT TO_JSON(GET("properties", 'total')) IN ('', 'null')), FALSE);

-- json_any
SELECT COALESCE((ARRAY_SIZE(FILTER(AS_ARRAY(GET("properties", 'products')), "element" -> COALESCE((CASE WHEN REGEXP_LIKE(TO_VARCHAR(GET("element", 'price')), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_TO_DECIMAL(TO_VARCHAR(GET("element", 'price')), 38, 6) END > CAST('9.5' AS DECIMAL(38, 6))), FALSE))) > 0), FALSE);

-- json_elements
SELECT "node", "each"."VALUE" AS "element" FROM (SELECT * FROM "events") AS "held", LATERAL FLATTEN(INPUT => AS_ARRAY("properties")) AS "each";

-- json_micros of a text
SELECT CAST(FLOOR(CASE WHEN REGEXP_LIKE(TO_VARCHAR(GET("properties", 'at')), '[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?') THEN TRY_TO_DECIMAL(TO_VARCHAR(GET("properties", 'at')), 38, 6) END) AS BIGINT);

-- md5_fraction
SELECT (CAST(TO_NUMBER(LEFT(MD5("event"), 8), 'XXXXXXXX') AS DOUBLE) / 4294967296);

-- exact_distinct
SELECT COUNT(DISTINCT "x");

-- median
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST("x" AS DOUBLE));

-- quantile
SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY CAST("x" AS DOUBLE));

-- bool_or
SELECT BOOLOR_AGG(("event" = 'A'));

-- bool_and
SELECT BOOLAND_AGG(("event" = 'A'));

-- count_if
SELECT COUNT(CASE WHEN ("event" = 'A') THEN 1 END);

-- bit
SELECT BITSHIFTLEFT(CAST(1 AS BIGINT), "n");

-- bit_union
SELECT BITOR_AGG(BITSHIFTLEFT(CAST(1 AS BIGINT), "n"));

-- bit_count
SELECT (((((LENGTH(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', '')) - LENGTH(TRANSLATE(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', ''), '1248', ''))) * 1) + ((LENGTH(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', '')) - LENGTH(TRANSLATE(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', ''), '3569AC', ''))) * 2)) + ((LENGTH(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', '')) - LENGTH(TRANSLATE(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', ''), '7BDE', ''))) * 3)) + ((LENGTH(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', '')) - LENGTH(TRANSLATE(TRANSLATE(TO_CHAR("x", 'XXXXXXXXXXXXXXXX'), '0 ', ''), 'F', ''))) * 4));

-- has_bit
SELECT (BITAND("x", BITSHIFTLEFT(CAST(1 AS BIGINT), 5)) <> 0);

-- series
SELECT CAST("VALUE" AS BIGINT) AS "n" FROM TABLE(FLATTEN(ARRAY_GENERATE_RANGE(1, (12 + 1))));

-- semi_join
SELECT "x" IN (SELECT "node" FROM "identities");

-- array_agg_ordered
SELECT ARRAY_AGG("x") WITHIN GROUP (ORDER BY "timestamp" ASC, "event" ASC);

-- first_of
SELECT GET(GET(ARRAY_AGG(OBJECT_CONSTRUCT_KEEP_NULL('kept', "x")) WITHIN GROUP (ORDER BY "timestamp" ASC, "event" ASC), 0), 'kept');

-- last_of
SELECT GET(GET(ARRAY_AGG(OBJECT_CONSTRUCT_KEEP_NULL('kept', "x")) WITHIN GROUP (ORDER BY "timestamp" DESC NULLS LAST, "event" DESC NULLS LAST), 0), 'kept');

-- average
SELECT CAST(ROUND(("x" / NULLIF("n", 0)), 6) AS DECIMAL(38, 6));

-- texts
SELECT TO_VARCHAR("element") AS "text" FROM (SELECT "each"."VALUE" AS "element" FROM (SELECT PARSE_JSON('["it\'s","a \\"b\\" \\\\c"]') AS "given") AS "held", LATERAL FLATTEN(INPUT => AS_ARRAY("given")) AS "each") AS "elements";

-- values_table
SELECT * FROM (SELECT "zone", "low" FROM (VALUES (CAST('it\'s' AS VARCHAR), CAST('1970-01-01 00:00:00.000001' AS TIMESTAMPNTZ)), (CAST(NULL AS VARCHAR), CAST(NULL AS TIMESTAMPNTZ))) AS "given"("zone", "low")) AS "zones";

-- contains
SELECT CONTAINS("event", '50% \\ off');

-- starts_with
SELECT STARTSWITH("event", 'Order');

-- ends_with
SELECT ENDSWITH("event", 'ed');

-- matches
SELECT REGEXP_LIKE("event", '[a-z]+');
