import { z } from "@lloom/protocol/zod";
import { CLIENT_SETTINGS } from "./client-settings.ts";
import { DEFAULTS } from "./defaults.ts";
import { DISPUTE_SETTINGS } from "./dispute-settings.ts";
import { OBSERVATION_SETTINGS } from "./observation-settings.ts";
import { PEER_SETTINGS } from "./peer-settings.ts";
import {
  address,
  always,
  decimal,
  defaulted,
  optional,
  origin,
  path,
  peers,
  type Setting,
  text,
  url,
  whole,
} from "./setting-forms.ts";
import { WALLET_SETTINGS } from "./wallet-settings.ts";
import { X402_SETTINGS } from "./x402-settings.ts";

const LOG_LEVELS = ["silent", "error", "warn", "info", "debug", "trace"] as const;

/**
 * Every setting of the node, once: its flag, its place in lloom.toml (the same words), its environment variable, its
 * form, its default and what it means. `config.ts` reads them, `cli.ts` offers them, the documentation lists them.
 */
export const SETTINGS = {
  rpc: defaulted({
    toml: "network.rpc",
    flag: "rpc",
    variable: "LLOOM_RPC_URL",
    value: "URL",
    describe: "JSON-RPC of the chain",
    schema: url,
    fallback: "http://127.0.0.1:8545",
    isSecret: true,
  }),
  network: optional({
    toml: "network.name",
    flag: "network",
    value: "NAME",
    describe: "a network of the address book, such as sepolia, for the addresses of its contracts",
    schema: text(/./, "must be the name of a network"),
  }),
  accounting: optional({
    toml: "network.accounting",
    flag: "accounting",
    value: "ADDRESS",
    describe: "address of AccountingV2",
    schema: address,
  }),
  audits: optional({
    toml: "network.audits",
    flag: "audits",
    value: "ADDRESS",
    describe: "address of Audits",
    schema: address,
  }),
  indexer: optional({
    toml: "network.indexer",
    flag: "indexer",
    variable: "LLOOM_INDEXER_URL",
    value: "URL",
    describe: "where the indexer listens",
    schema: url,
    isSecret: true,
  }),
  startBlock: defaulted({
    toml: "network.start-block",
    flag: "start-block",
    value: "BLOCK",
    describe: "block of the first contract, where searches of the chain's past begin",
    schema: whole(0, 2 ** 40),
    fallback: 0,
  }),
  ...PEER_SETTINGS,
  ...WALLET_SETTINGS,
  dataDir: optional({
    toml: "node.data-dir",
    flag: "data-dir",
    value: "DIR",
    describe: "where keys, receipts and the durable log rest",
    schema: path,
    isFile: always,
  }),
  logLevel: defaulted<(typeof LOG_LEVELS)[number]>({
    toml: "node.log-level",
    flag: "log-level",
    value: "LEVEL",
    describe: "silent, error, warn, info, debug or trace",
    schema: z.enum(LOG_LEVELS, "must be silent, error, warn, info, debug or trace"),
    fallback: "info",
  }),
  ...OBSERVATION_SETTINGS,
  backend: defaulted({
    toml: "executor.backend",
    flag: "backend",
    value: "URL|tiny|FILE",
    describe: "tiny (the shipped model), a GGUF file, or an OpenAI-compatible URL",
    schema: text(/./, "must be tiny, a GGUF file or a URL"),
    isFile: (value) => value !== "tiny" && !value.includes("://"),
    fallback: "tiny",
  }),
  backendKeyFile: optional({
    toml: "executor.backend-key-file",
    flag: "backend-key-file",
    value: "FILE",
    describe: "file with the API key of the backend's URL",
    schema: path,
    isFile: always,
  }),
  backendModels: defaulted({
    toml: "executor.models",
    flag: "models",
    value: "NAMES",
    describe: "which of the backend's models to offer (default: all)",
    schema: z.array(text(/./, "must be a list of names"), 'must be a list such as ["llama3.2"]'),
    fallback: [],
    list: true,
  }),
  threads: defaulted({
    toml: "executor.threads",
    flag: "threads",
    value: "N",
    describe: "threads of the embedded llama.cpp",
    schema: whole(1, 256),
    fallback: 1,
  }),
  gpu: defaulted<"off" | "on">({
    toml: "executor.gpu",
    flag: "gpu",
    value: "off|on",
    describe: "on: the embedded llama.cpp computes on the graphics card, and does not start without one",
    schema: z.enum(["off", "on"], "must be off or on"),
    fallback: "off",
  }),
  concurrency: defaulted({
    toml: "executor.concurrency",
    flag: "concurrency",
    value: "N",
    describe: "requests answered at once",
    schema: whole(1, 4096),
    fallback: DEFAULTS.concurrency,
  }),
  inboundPrice: defaulted({
    toml: "executor.inbound-price",
    flag: "inbound-price",
    value: "AMOUNT",
    describe: "price of 1 000 000 prompt tokens, in tokens of payment",
    schema: decimal,
    fallback: "0.10",
  }),
  outboundPrice: defaulted({
    toml: "executor.outbound-price",
    flag: "outbound-price",
    value: "AMOUNT",
    describe: "price of 1 000 000 answer tokens, in tokens of payment",
    schema: decimal,
    fallback: "0.40",
  }),
  peerRate: defaulted({
    toml: "executor.requests-per-second",
    flag: "requests-per-second",
    value: "N",
    describe:
      "requests per second of one peer, in the long run, that end without a paid answer; four times as many at once",
    schema: whole(1, 100_000),
    fallback: DEFAULTS.peerRequestsPerSecond,
  }),
  settleAmount: defaulted({
    toml: "executor.settle-amount",
    flag: "settle-amount",
    value: "AMOUNT",
    describe: "settle once this much is owed",
    schema: decimal,
    fallback: "1",
  }),
  settleAge: defaulted({
    toml: "executor.settle-age-seconds",
    flag: "settle-age-seconds",
    value: "SECONDS",
    describe: "settle once the oldest unsettled answer is this old",
    schema: whole(1, 43_200),
    fallback: DEFAULTS.settleAgeSeconds,
  }),
  drainSeconds: defaulted({
    toml: "executor.drain-seconds",
    flag: "drain-seconds",
    value: "SECONDS",
    describe: "how long Ctrl-C lets running answers go on; then they end with what they hold",
    schema: whole(1, 86_400),
    fallback: 60,
  }),
  watchtowers: defaulted({
    toml: "executor.watchtowers",
    flag: "watchtowers",
    value: "MULTIADDRS",
    describe:
      "validators that guard this executor, with their /p2p/ ids: they settle and rebut for it while it is offline",
    schema: peers,
    fallback: [],
    list: true,
  }),
  watchtowerFee: defaulted({
    toml: "executor.watchtower-fee",
    flag: "watchtower-fee",
    value: "AMOUNT",
    describe: "tokens that a watchtower may take out of this executor's free deposit for a lane",
    schema: decimal,
    fallback: "0",
  }),
  ...CLIENT_SETTINGS,
  ...DISPUTE_SETTINGS,
  gatewayHost: defaulted({
    toml: "gateway.host",
    flag: "host",
    value: "HOST",
    describe: "where the gateway listens; anything but loopback needs API keys",
    schema: text(/./, "must be a host name or address"),
    fallback: "127.0.0.1",
  }),
  gatewayPort: defaulted({
    toml: "gateway.port",
    flag: "port",
    value: "PORT",
    describe: "port of the gateway; 0 is any free one",
    schema: whole(0, 65_535),
    fallback: 8080,
  }),
  gatewayKeysFile: optional({
    toml: "gateway.api-keys-file",
    flag: "api-keys-file",
    value: "FILE",
    describe: "file with one API key per line; without it no key is asked for",
    schema: path,
    isFile: always,
  }),
  keysDatabase: optional({
    toml: "gateway.keys-database",
    flag: "keys-database",
    value: "URL",
    describe: "Postgres in which several gateways share API keys and their budgets (default: this gateway's own file)",
    schema: text(/^postgres(ql)?:\/\/\S+$/, "must be a URL such as postgres://USER@HOST/NAME"),
    isSecret: true,
  }),
  cacheSeconds: defaulted({
    toml: "gateway.cache-seconds",
    flag: "cache-seconds",
    value: "SECONDS",
    describe: "give the same caller the same answer to the same question again for so long, for nothing; 0: never",
    schema: whole(0, 2_592_000),
    fallback: 0,
  }),
  corsOrigins: defaulted({
    toml: "gateway.cors-origins",
    flag: "cors-origin",
    value: "ORIGINS",
    describe: "origins whose pages may call the gateway (default: none)",
    schema: z.array(origin, 'must be a list such as ["https://app.example"]'),
    fallback: [],
    list: true,
  }),
  ...X402_SETTINGS,
} as const;

export type SettingName = keyof typeof SETTINGS;
/** Values of all settings; those without a default may be undefined. */
export type Settings = { readonly [Name in Exclude<SettingName, "dataDir">]: SettingValue<Name> } & {
  /** Always there: its default depends on the user and the system, see `data-home.ts`. */
  readonly dataDir: string;
};
type SettingValue<Name extends SettingName> = (typeof SETTINGS)[Name] extends Setting<infer T>
  ? (typeof SETTINGS)[Name] extends { readonly fallback: T }
    ? T
    : T | undefined
  : never;
