import type { CallFrame, SelfTime } from "./cpu-profile.ts";

/** What a node spends its time on. */
export const GROUPS = [
  ...(["signatures", "hashing", "encryption", "CBOR", "JSON", "schemas"] as const),
  ...(["SQLite", "sockets", "garbage collection", "other"] as const),
] as const;
export type Group = (typeof GROUPS)[number];

interface Rule {
  readonly group: Group;
  /** Where the function stands; anywhere unless given. */
  readonly file?: RegExp;
  /** What it is called; anything unless given. */
  readonly name?: RegExp;
}

/** The first that fits decides. */
const RULES: readonly Rule[] = [
  { group: "garbage collection", file: /^$/, name: /^\(garbage collector\)$/ },
  { group: "sockets", file: /^$/, name: /^(write|read|shutdown|connect|listen|accept)[A-Z\w]*$|^(consume|execute)$/ },
  { group: "JSON", file: /^$/, name: /^(parse|stringify)$|Json/ },
  { group: "signatures", file: /\/@noble\/curves\/|\/secp256k1\/|\/node\/src\/wallet\/|^node:internal\/crypto\/sig$/ },
  { group: "hashing", file: /\/@noble\/hashes\/|\/ethers\/.*\/crypto\/|\/protocol\/src\/struct-encoder\.ts$/ },
  { group: "hashing", file: /\/(protocol|node)\/src\//, name: /hash|digest|keccak/i },
  { group: "encryption", file: /\/store\/database\/text-cipher\.ts$/ },
  { group: "CBOR", file: /\/cborg\/|\/protons-runtime\// },
  { group: "JSON", file: /\/secure-json-parse\/|\/fast-json-stringify\/|\/protocol\/src\/(canonical|json-text)\.ts$/ },
  { group: "JSON", file: /\/(protocol|node)\/src\//, name: /json/i },
  { group: "schemas", file: /\/zod\// },
  { group: "SQLite", file: /^node:sqlite$|\/node\/src\/store\// },
  {
    group: "sockets",
    file: /^node:(net|http|_http|internal\/(http|streams?|stream_base_commons|js_stream|undici|deps\/undici))/,
  },
  { group: "sockets", file: /^node:internal\/(webstreams|deps\/(undici|minimatch))/ },
  {
    group: "sockets",
    file: /\/(@libp2p|@chainsafe|@multiformats|multiformats|it-[\w-]+|uint8array[\w-]*|fastify|find-my-way|light-my-request)\//,
  },
];

const ruleFor = ({ functionName, url }: CallFrame): Group | undefined =>
  RULES.find(({ file, name }) => (file?.test(url) ?? true) && (name?.test(functionName) ?? true))?.group;

/** Native code and Node's own library, which works for whoever called it. */
const isServant = ({ url }: CallFrame): boolean => url === "" || url.startsWith("node:");

/** What a function's own time belongs to: by its file or name; that of native code and of Node's library by whoever called it. */
export function groupOf({ frame, callers }: Pick<SelfTime, "frame" | "callers">): Group {
  for (const at of [frame, ...callers]) {
    const group = ruleFor(at);
    if (group !== undefined) return group;
    if (!isServant(at)) return "other";
  }
  return "other";
}
