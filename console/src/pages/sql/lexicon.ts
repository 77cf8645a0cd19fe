/** Words that are never names, in all four engines. Types are left out: `timestamp` and `date` are columns as well. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `all and anti any as asc asof between by case cast cross cube current describe desc distinct else end escape except exclude exists
  explain extract false filter first following for from full glob group grouping having if ilike in inner intersect interval into is
  join lateral left like limit natural not null nulls offset on or order outer over partition pivot preceding qualify range recursive
  replace right rollup row rows sample select semi set sets show similar some summarize table tablesample then to true unbounded
  union unnest unpivot using values when where window with within`.split(/\s+/),
)

/** Those that people reach for; any word before a bracket is coloured as one. */
export const FUNCTIONS: readonly string[] =
  `abs any_value array_agg avg ceil coalesce concat count count_if date_diff date_part date_trunc dense_rank epoch first_value floor
  greatest json_extract json_extract_string lag last_value lead least length list lower max median min mode now ntile nullif
  quantile_cont rank regexp_extract regexp_matches regexp_replace replace round row_number split_part sqrt starts_with stddev strftime
  string_agg strptime substring sum trim try_cast upper`.split(/\s+/)
