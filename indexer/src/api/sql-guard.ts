const MAX_LENGTH = 5_000;

/** All the words that a query may have outside of quotes, beside names of tables and columns. No function that does more than compute. */
const WORDS = new Set(
  `select from where and or not in is null true false order by asc desc nulls first last limit offset group having
  distinct as on using join left right full inner outer cross lateral union all except intersect with
  case when then else end between like ilike any exists filter over partition rows
  count sum avg min max coalesce nullif greatest least abs sign div mod round floor ceil lower upper length substring concat
  row_number rank dense_rank ntile first_value last_value lag lead json_agg json_build_array json_build_object row_to_json to_json
  cast text integer bigint numeric boolean json jsonb`.split(/\s+/),
);

/** Literals and quoted names in one pass, since each may hold the other's quote; a doubled quote stands for one. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
/** Stands for a quoted name; no query has it, being no ASCII. */
const NAME = "§";

/**
 * Why a query may not run, or undefined. Ponder parses and checks the query too, but remembers its verdicts under so short
 * a hash that two queries can be made to share one, and on the built-in database no read-only transaction stands behind
 * it. So this rule has to hold alone. It allows one SELECT of known words: no comments, escapes or second statements; no
 * other functions; own names in double quotes.
 */
export function sqlProblem(query: string, names: ReadonlySet<string>): string | undefined {
  if (query.length > MAX_LENGTH) return `A query may have ${MAX_LENGTH} characters.`;
  if (!/^\s*(?:select|with)\b/i.test(query)) return "A query has to begin with SELECT or WITH.";
  if (/[^ -~\t\r\n]|;|--|\/\*|\\|\$(?!\d)|&/.test(query)) {
    return "A query may not have comments, semicolons, backslashes, dollar quotes, ampersands or letters beyond ASCII.";
  }
  const quoted = query.match(QUOTED) ?? [];
  if (quoted.some((text) => /^"(?:_|pg_|ponder_sync"|information_schema")/i.test(text))) {
    return "A query may read tables of the index only.";
  }
  const bare = query.replace(QUOTED, (text) => (text.startsWith('"') ? ` ${NAME} ` : " 0 "));
  if (/['"]/.test(bare)) return "A query has a quote that is not closed.";
  if (/§\s*\(/.test(bare)) return "A name in double quotes may not be called as a function.";
  const unknown = bare
    .match(/[a-z_]\w*/gi)
    ?.find((word) => !WORDS.has(word.toLowerCase()) && !names.has(word.toLowerCase()));
  if (unknown !== undefined) return `A query may not use "${unknown}"; put names of your own into double quotes.`;
  return undefined;
}
