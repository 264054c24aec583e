/** What every role and capability of the node may use. */
const BASE = [
  "node/src/primitives",
  "node/src/defaults.ts",
  "node/src/errors.ts",
  "node/src/log.ts",
  "node/src/outside-file.ts",
  "protocol/src",
];
const CAPABILITIES = ["p2p", "chain", "store", "backend", "wallet", "indexer"].map((name) => `node/src/${name}`);
/** What everybody who speaks with the chain speaks with: contracts, calls of them, and what their refusals mean. */
const CHAIN_WORDS = ["chain-failure", "contract-call", "contracts", "revert"].map(
  (name) => `node/src/chain/${name}.ts`,
);
const CHAIN_FILES = ["node/src/chain/chain.ts", "node/src/chain/reads.ts", ...CHAIN_WORDS];
const CLIENT_DATA = ["node/src/client/question.ts", "node/src/client/client-options.ts"];
/** What all commands are written with: flags, amounts, words. */
const COMMAND_WORDS = [
  ...["address", "amount", "colour", "command", "number-flag", "progress-line"],
  ...["reach-words", "settings-taken", "terminal-text", "words"],
].map((name) => `node/src/commands/${name}.ts`);
/** What an API of the gateway is made with: a call, an answer, what is known of it, and failures. */
const GATEWAY_WORDS = [
  "answer-facts",
  "api",
  "asked",
  "begin-answer",
  "event-stream",
  "gateway-client",
  "http-problem",
].map((name) => `node/src/gateway/${name}.ts`);
/** What the package of pages shows. */
const PAGE_CLIENT = ["browser/src/page-client.ts", "browser/src/session.ts"];
const EXECUTOR_DATA = ["node/src/executor/executor-options.ts", "node/src/executor/executor-status.ts"];

/** Who may import whom, among our own folders. The first area whose folder holds a file is the file's area. */
export const AREAS: readonly { readonly folder: string; readonly may: readonly string[] }[] = [
  { folder: "protocol/src", may: ["protocol/src"] },
  { folder: "protocol", may: ["protocol"] },
  { folder: "node/src/primitives", may: BASE },
  // The rooms of a peer: whoever speaks a protocol stands on host and frames, and never on another protocol.
  ...roomsOf(
    "node/src/p2p",
    {
      host: ["transport"],
      transport: [],
      frames: [],
      infer: ["host", "frames"],
      evidence: ["host", "frames"],
      rpc: ["host"],
      router: ["host"],
      reach: ["router", "rpc", "host"],
      discovery: ["host"],
    },
    ["node/src/p2p/limits.ts", ...BASE],
  ),
  // What stands on several capabilities and is no role.
  { folder: "node/src/clock", may: ["node/src/clock", "node/src/chain", "node/src/p2p", ...BASE] },
  { folder: "node/src/duties", may: ["node/src/duties", "node/src/chain", "node/src/store", ...BASE] },
  { folder: "node/src/evidence", may: ["node/src/evidence", "node/src/chain", "node/src/p2p", ...BASE] },
  // What measures a node hears of everything by the probes of `primitives`, and knows nobody.
  { folder: "node/src/observe", may: ["node/src/observe", ...BASE] },
  // The chain: what a server says and how a transaction gets there lie below an open chain, what is asked and watched stands on it.
  ...roomsOf("node/src/chain", { rpc: [], send: ["rpc"] }, [...CHAIN_WORDS, ...BASE]),
  ...roomsOf(
    "node/src/chain",
    {
      watch: ["rpc"],
      read: ["watch", "rpc"],
      account: ["watch", "send"],
      disputes: ["account", "watch", "send"],
      reputation: ["watch", "send", "rpc"],
    },
    [...CHAIN_FILES, ...BASE],
  ),
  {
    folder: "node/src/chain",
    may: [...CHAIN_FILES, "node/src/chain/rpc", "node/src/chain/send", "types/contracts", ...BASE],
  },
  // The logs, by whose they are: no role knows another's, and all of them stand on one database.
  ...roomsOf("node/src/store", { files: [], database: ["files"], fleet: ["client", "database"] }, BASE),
  ...roomsOf("node/src/store", roomsAlike(["batches", "client", "executor", "validator", "observer"], ["database"]), [
    "node/src/store/duty-log.ts",
    ...BASE,
  ]),
  { folder: "node/src/store", may: ["node/src/store/duty-log.ts", "node/src/store/database", ...BASE] },
  ...CAPABILITIES.map((folder) => ({ folder, may: [folder, ...BASE] })),
  // The rooms of a client, in the order of an answer's life.
  ...roomsOf(
    "node/src/client",
    {
      choose: [],
      discover: ["choose"],
      reputation: ["choose"],
      pay: [],
      check: [],
      dispute: ["check"],
      ask: ["discover", "choose", "pay", "check"],
    },
    [...CLIENT_DATA, "node/src/duties", "node/src/evidence", ...CAPABILITIES, ...BASE],
  ),
  // The rooms of an executor.
  ...roomsOf("node/src/executor", { offer: [], admit: [], answer: ["admit"], settle: [], dispute: [], entrust: [] }, [
    ...EXECUTOR_DATA,
    "node/src/duties",
    "node/src/evidence",
    ...CAPABILITIES,
    ...BASE,
  ]),
  ...["client", "executor", "validator", "observer"].map((role) => ({
    folder: `node/src/${role}`,
    may: mayOfRole(role),
  })),
  // The rooms of a gateway: an API stands on what all of them share, and never on another one.
  ...roomsOf(
    "node/src/gateway",
    {
      fields: [],
      described: [],
      telling: ["described"],
      ...roomsAlike(["chat", "completions", "embeddings", "responses", "messages"], ["fields", "telling", "described"]),
      mcp: ["fields", "telling", "described", "keys"],
    },
    [...GATEWAY_WORDS, "node/src/client", "node/src/version.ts", ...BASE],
  ),
  // What callers leave at a gateway, and what goes on in their names.
  ...roomsOf(
    "node/src/gateway",
    { files: ["keys", "described"], batches: ["fields", "files", "keys", "telling", "described"] },
    [
      ...GATEWAY_WORDS,
      ...["json-body", "keyed-answers"].map((name) => `node/src/gateway/${name}.ts`),
      ...["node/src/client", "node/src/store/batches", "node/src/store/client", "node/src/store/files"],
      ...BASE,
    ],
  ),
  // What a gateway tells of models, and what it answers again.
  ...roomsOf("node/src/gateway", { models: ["keys", "described"], cache: [] }, [
    ...GATEWAY_WORDS,
    ...["kept-outcome", "limited-ask"].map((name) => `node/src/gateway/${name}.ts`),
    ...["node/src/client", "node/src/store/database/encoding.ts"],
    ...BASE,
  ]),
  // Who may call a gateway is kept by its client's log, and is no matter of any API.
  ...roomsOf("node/src/gateway", { keys: [] }, [
    "node/src/gateway/http-problem.ts",
    "node/src/gateway/described",
    "node/src/client/check/model-reference.ts",
    "node/src/client/discover/model-summary.ts",
    "node/src/client/question.ts",
    "node/src/store/client",
    ...BASE,
  ]),
  // Who pays without a key is checked by the chain or by somebody's word, and remembered by the gateway's client's log.
  ...roomsOf("node/src/gateway", { x402: [] }, [
    ...["asked", "http-problem", "limited-ask"].map((name) => `node/src/gateway/${name}.ts`),
    ...["node/src/client", "node/src/chain", "node/src/wallet", "node/src/store/client"],
    ...BASE,
  ]),
  { folder: "node/src/gateway", may: [...mayOfRole("gateway"), "node/src/client"] },
  // The rooms of commands: what they open, then what the deeds of money are made of, then who does them.
  ...roomsOf(
    "node/src/commands",
    {
      open: [],
      wallet: ["deeds", "open"],
      shell: [],
      signed: ["open"],
      deeds: ["signed", "open"],
      reputation: ["open"],
      dispute: ["deeds", "signed", "open"],
      canaries: ["deeds", "reputation", "open"],
      ask: ["reputation", "open"],
      chat: ["ask", "market", "open"],
      ...{ keys: ["deeds"], market: ["open"] },
      doctor: ["run", "ask", "market", "canaries", "dispute", "deeds", "open"],
      ...{ batch: ["deeds", "open"], conformance: ["ask", "deeds", "open"] },
      bench: ["run", "deeds", "market", "open"],
      top: ["run", "money", "market", "open"],
      run: ["ask", "canaries", "dispute", "keys", "open"],
      money: ["deeds", "signed", "dispute", "canaries", "market", "open"],
    },
    [...COMMAND_WORDS, ...belowCommands()],
  ),
  { folder: "node/src/commands", may: ["node/src/commands", ...belowCommands()] },
  // What programs import: a client as commands open it, on whatever Node.
  {
    folder: "node/src/library",
    may: [
      ...["node/src/library", "node/bin/right-node.js", "node/src/commands/ask", "node/src/commands/open"],
      ...["node/src/commands/command.ts", ...belowCommands()],
    ],
  },
  {
    folder: "node/src",
    may: ["node/src/commands", ...rootFilesOfNode(), "node/src/primitives", "node/package.json", "protocol/src"],
  },
  // A page's client: of a node's, what needs neither files nor sockets.
  {
    folder: "browser",
    may: [
      ...["browser", "protocol/src", "node/src/client/check/check-answer.ts", "node/src/client/pay/build-request.ts"],
      ...["node/src/p2p/frames/framing.ts", "node/src/primitives/clock.ts"],
    ],
  },
  { folder: "indexer", may: ["indexer", "protocol/src"] },
  { folder: "web/lib", may: ["web/lib", "indexer/ponder.schema.ts", ...PAGE_CLIENT, "protocol/src"] },
  { folder: "web/components", may: ["web/components", "web/lib", "browser/src/session.ts", "protocol/src"] },
  { folder: "web", may: ["web", "protocol/src"] },
  {
    folder: "checkout",
    may: [
      "checkout",
      "protocol/src",
      "node/src/chain/rpc/rpc-error.ts",
      "node/src/store/files/lock.ts",
      "node/src/primitives",
    ],
  },
  {
    folder: "ignition",
    may: [
      ...["ignition", "checkout", "hardhat.config.ts", "protocol/src"],
      ...["node/src/nearest-name.ts", "node/src/primitives/clock.ts"],
    ],
  },
  { folder: "devnet", may: ["devnet", "checkout", "hardhat.config.ts", "ignition", "node/src", "protocol/src"] },
  { folder: "scripts/bench.ts", may: ["scripts", "checkout", "test/benchmark"] },
  { folder: "scripts/screenshots.ts", may: ["checkout", "test/support/browser.ts"] },
  {
    folder: "scripts",
    may: ["scripts", "checkout", "ignition/deploying", "hardhat.config.ts", "indexer", "node/bin/right-node.js"],
  },
  // A Hardhat configuration of a test's own: the shipped one with other explorers.
  { folder: "test/support/staged.config.ts", may: ["hardhat.config.ts"] },
  {
    folder: "test",
    may: [
      "test",
      "browser",
      "checkout",
      "devnet",
      "scripts",
      "ignition",
      "types/contracts",
      "indexer",
      "node/src",
      "protocol",
      "web/lib",
    ],
  },
];

function rootFilesOfNode(): string[] {
  return [
    "cli",
    "client-settings",
    "config",
    "daemon",
    "data-home",
    "defaults",
    "dispute-settings",
    "errors",
    "file-place",
    "log",
    "mended-text",
    "nearest-name",
    "observation-settings",
    "observer-settings",
    "outside-file",
    "peer-settings",
    "setting-forms",
    "settings",
    "version",
    "x402-settings",
    "wallet-settings",
  ].map((name) => `node/src/${name}.ts`);
}

function belowCommands(): string[] {
  const roles = ["client", "executor", "validator", "gateway", "clock", "duties", "evidence", "observe", "observer"];
  return [...roles.map((name) => `node/src/${name}`), ...CAPABILITIES, ...rootFilesOfNode(), ...BASE];
}

function mayOfRole(role: string): string[] {
  return [`node/src/${role}`, "node/src/duties", "node/src/evidence", ...CAPABILITIES, "node/src/version.ts", ...BASE];
}

/** Inner rooms of a folder: each may import itself, the rooms that it names, and what all of them may. */
function roomsOf(folder: string, rooms: Readonly<Record<string, readonly string[]>>, all: readonly string[]) {
  return Object.entries(rooms).map(([room, others]) => ({
    folder: `${folder}/${room}`,
    may: [...[room, ...others].map((name) => `${folder}/${name}`), ...all],
  }));
}

/** Rooms that name the same others. */
function roomsAlike(rooms: readonly string[], others: readonly string[]) {
  return Object.fromEntries(rooms.map((room) => [room, others]));
}
