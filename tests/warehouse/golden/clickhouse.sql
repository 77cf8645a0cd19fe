-- truncate
SELECT fromUnixTimestamp64Micro(toInt64((toUnixTimestamp64Micro(fromUnixTimestamp64Micro(toInt64((toUnixTimestamp64Micro(fromUnixTimestamp64Micro(toInt64((toUnixTimestamp64Micro("timestamp") + (toInt64((-8310)) * 60000000))), 'UTC')) - positiveModulo((toUnixTimestamp64Micro(fromUnixTimestamp64Micro(toInt64((toUnixTimestamp64Micro("timestamp") + (toInt64((-8310)) * 60000000))), 'UTC')) + 259200000000), 604800000000))), 'UTC')) + (toInt64(8310) * 60000000))), 'UTC');

-- truncate to months
SELECT toDateTime64(toStartOfMonth("timestamp"), 6, 'UTC');

-- add_interval
SELECT fromUnixTimestamp64Micro(toInt64((toUnixTimestamp64Micro("timestamp") + (toInt64(36) * 3600000000))), 'UTC');

-- add_interval of months
SELECT addQuarters("timestamp", "n");

-- from_micros
SELECT fromUnixTimestamp64Micro(toInt64("n"), 'UTC');

-- instant
SELECT fromUnixTimestamp64Micro(toInt64(1760000000123456), 'UTC');

-- json_text
SELECT CASE WHEN (SUBSTRING(JSONExtractRaw("properties", 'a b', 'it''s'), 1, 1) = '"') THEN if(startsWith(JSONExtractRaw("properties", 'a b', 'it''s'), '"'), JSONExtractString(JSONExtractRaw("properties", 'a b', 'it''s')), JSONExtractRaw("properties", 'a b', 'it''s')) WHEN SUBSTRING(JSONExtractRaw("properties", 'a b', 'it''s'), 1, 1) IN ('{', '[', 'n') THEN NULL WHEN match(JSONExtractRaw("properties", 'a b', 'it''s'), '^(?:0|-?[1-9][0-9]*|true|false)\\z') THEN JSONExtractRaw("properties", 'a b', 'it''s') ELSE toString(CASE WHEN match(JSONExtractRaw("properties", 'a b', 'it''s'), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN toDecimal128OrNull(toString(round(toDecimal256OrNull(JSONExtractRaw("properties", 'a b', 'it''s'), 7), 6)), 6) END) END;

-- json_number
SELECT CASE WHEN match(if(startsWith(JSONExtractRaw("properties", 'total'), '"'), JSONExtractString(JSONExtractRaw("properties", 'total')), JSONExtractRaw("properties", 'total')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN toDecimal128OrNull(toString(round(toDecimal256OrNull(if(startsWith(JSONExtractRaw("properties", 'total'), '"'), JSONExtractString(JSONExtractRaw("properties", 'total')), JSONExtractRaw("properties", 'total')), 7), 6)), 6) END;

-- json_exists
SELECT COALESCE((NOT (JSONExtractRaw("properties", 'total') IN ('', 'null'))), FALSE);

-- json_any
SELECT arrayExists("element" -> ifNull((CASE WHEN match(if(startsWith(JSONExtractRaw("element", 'price'), '"'), JSONExtractString(JSONExtractRaw("element", 'price')), JSONExtractRaw("element", 'price')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN toDecimal128OrNull(toString(round(toDecimal256OrNull(if(startsWith(JSONExtractRaw("element", 'price'), '"'), JSONExtractString(JSONExtractRaw("element", 'price')), JSONExtractRaw("element", 'price')), 7), 6)), 6) END > CAST('9.5', 'Nullable(Decimal(38,6))')), FALSE), JSONExtractArrayRaw(ifNull("properties", ''), 'products'));

-- json_elements
SELECT "node", arrayJoin(JSONExtractArrayRaw(ifNull("properties", ''))) AS "element" FROM (SELECT * FROM "events") AS "held";

-- json_micros of a text
SELECT CAST(floor(CASE WHEN match(if(startsWith(JSONExtractRaw("properties", 'at'), '"'), JSONExtractString(JSONExtractRaw("properties", 'at')), JSONExtractRaw("properties", 'at')), '^(?:[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?)\\z') THEN toDecimal128OrNull(toString(round(toDecimal256OrNull(if(startsWith(JSONExtractRaw("properties", 'at'), '"'), JSONExtractString(JSONExtractRaw("properties", 'at')), JSONExtractRaw("properties", 'at')), 7), 6)), 6) END), 'Nullable(Int64)');

-- md5_fraction
SELECT (reinterpretAsUInt32(reverse(substring(MD5("event"), 1, 4))) / 4294967296);

-- exact_distinct
SELECT uniqExact("x");

-- median
SELECT quantileExactInclusive(0.5)(CAST("x", 'Nullable(Float64)'));

-- quantile
SELECT quantileExactInclusive(0.9)(CAST("x", 'Nullable(Float64)'));

-- bool_or
SELECT max(CAST(("event" = 'A'), 'Nullable(Bool)'));

-- bool_and
SELECT min(CAST(("event" = 'A'), 'Nullable(Bool)'));

-- count_if
SELECT countIf(ifNull(("event" = 'A'), FALSE));

-- bit
SELECT bitShiftLeft(toInt64(1), "n");

-- bit_union
SELECT groupBitOr(bitShiftLeft(toInt64(1), "n"));

-- bit_count
SELECT toInt64(bitCount("x"));

-- has_bit
SELECT (bitAnd("x", bitShiftLeft(toInt64(1), 5)) <> 0);

-- series
SELECT arrayJoin(range(toInt64(1), toInt64((12 + 1)))) AS "n";

-- semi_join
SELECT "x" IN (SELECT "node" FROM "identities");

-- array_agg_ordered
SELECT arrayMap("row" -> assumeNotNull(tupleElement("row", 3)), arraySort("row" -> tuple(tupleElement("row", 1), tupleElement("row", 2)), groupArrayIf(tuple("timestamp", "event", "x"), isNotNull("x"))));

-- first_of
SELECT tupleElement(argMin(tuple("x"), tuple("timestamp", "event")), 1);

-- last_of
SELECT tupleElement(argMax(tuple("x"), tuple("timestamp", "event")), 1);

-- average
SELECT if(("n" = 0), NULL, toDecimal128(divideDecimal(toDecimal256((intDivOrZero(((abs(toInt256((toDecimal256("x", 6) * 1000000))) * 2) + "n"), ("n" * 2)) * sign(toInt256((toDecimal256("x", 6) * 1000000)))), 6), toDecimal256(1000000, 0), 6), 6));

-- texts
SELECT if(startsWith("element", '"'), JSONExtractString("element"), "element") AS "text" FROM (SELECT arrayJoin(JSONExtractArrayRaw(ifNull("given", ''))) AS "element" FROM (SELECT '["it''s","a \\"b\\" \\\\c"]' AS "given") AS "held") AS "elements";

-- values_table
SELECT * FROM (SELECT tupleElement("row", 1) AS "zone", tupleElement("row", 2) AS "low" FROM (SELECT arrayJoin(array(tuple(CAST('it''s', 'Nullable(String)'), fromUnixTimestamp64Micro(toInt64(1), 'UTC')), tuple(CAST(NULL, 'Nullable(String)'), CAST(NULL, 'Nullable(DateTime64(6,''UTC''))')))) AS "row") AS "given") AS "zones";

-- contains
SELECT (position("event", '50% \\ off') > 0);

-- starts_with
SELECT startsWith("event", 'Order');

-- ends_with
SELECT endsWith("event", 'ed');

-- matches
SELECT match("event", '^(?:[a-z]+)\\z');
