import type { LloomError } from "../../errors.ts";
import type { Finding } from "./finding.ts";
import { gatherAccount, gatherChain, gatherContracts, gatherMoney, gatherStake } from "./gather-chain.ts";
import { gatherDisk, gatherKeystore, gatherLogs, gatherService, gatherSettings } from "./gather-machine.ts";
import { gatherClock, gatherOffers, gatherPeers, gatherReach } from "./gather-network.ts";
import { gatherPorts } from "./gather-ports.ts";
import { gatherBackend, gatherDuties, gatherIndex } from "./gather-work.ts";
import type { Ground, Known, Needed } from "./ground.ts";
import { chainFailureFinding, judgeChain, judgeContracts, judgeGas, judgeStake } from "./judge-chain.ts";
import { judgeDisk, judgeKeystore, judgeLogs, judgeService, judgeSettings } from "./judge-machine.ts";
import { judgeMoney } from "./judge-money.ts";
import { judgeClock, judgeOffers, judgePeers, judgePorts, judgeReach, reachFailure } from "./judge-network.ts";
import { backendFailure, indexFailure, judgeBackend, judgeDuties, judgeIndex } from "./judge-work.ts";

/** One thing that is looked at: what it needs, how long it may take, and what comes of it. */
export interface Check {
  readonly name: string;
  readonly needs: readonly Needed[];
  readonly deadlineMs: number;
  /** An earlier check that may not be under way at the same time. */
  readonly after?: string;
  /** Why there is nothing to look at; undefined if there is. */
  readonly without?: (known: Known) => string | undefined;
  readonly look: (known: Known, ground: Ground, signal: AbortSignal) => Promise<readonly Finding[]>;
  /** What a failure of looking means; its own sentence and next step unless given. */
  readonly failed?: (error: LloomError, known: Known) => Finding;
}

const HERE_MS = 5_000;
/** Opening a keystore takes long on purpose. */
const KEYSTORE_MS = 60_000;
const CHAIN_MS = 15_000;
const NETWORK_MS = 20_000;
/** Weights may have to be read from a disk. */
const BACKEND_MS = 180_000;

const sells = ({ roles }: Known): boolean => roles.has("executor");
const listens = (known: Known): boolean => sells(known) || known.roles.has("validator");

/** Everything that is looked at, in the order of the report. */
export const CHECKS: readonly Check[] = [
  { name: "settings", needs: [], deadlineMs: HERE_MS, look: async (known) => judgeSettings(gatherSettings(known)) },
  {
    name: "keystore",
    needs: [],
    deadlineMs: KEYSTORE_MS,
    look: async (known) => judgeKeystore(await gatherKeystore(known)),
  },
  { name: "logs", needs: [], deadlineMs: HERE_MS, look: async (known) => judgeLogs(gatherLogs(known)) },
  { name: "disk", needs: [], deadlineMs: HERE_MS, look: async (known) => judgeDisk(gatherDisk(known)) },
  {
    name: "service",
    needs: [],
    deadlineMs: HERE_MS,
    look: async (known, _, signal) => judgeService(await gatherService(known, signal)),
  },
  {
    name: "chain",
    needs: ["settings", "chain"],
    deadlineMs: CHAIN_MS,
    look: async (known, ground) => judgeChain(await gatherChain(known, ground)),
    failed: chainFailureFinding,
  },
  {
    name: "contracts",
    needs: ["chain"],
    deadlineMs: CHAIN_MS,
    look: async (known, ground) => judgeContracts(await gatherContracts(known, ground)),
  },
  {
    name: "gas",
    needs: ["address", "chain"],
    deadlineMs: CHAIN_MS,
    look: async (known, ground) => judgeGas(await gatherAccount(known, ground)),
  },
  {
    name: "stake",
    needs: ["address", "chain"],
    deadlineMs: CHAIN_MS,
    look: async (known, ground) => judgeStake(await gatherStake(known, ground)),
  },
  {
    name: "money",
    needs: ["address", "chain"],
    deadlineMs: CHAIN_MS,
    look: async (known, ground) => judgeMoney(await gatherMoney(known, ground)),
  },
  {
    name: "ports",
    needs: ["settings"],
    deadlineMs: HERE_MS,
    look: async (known, _, signal) => judgePorts(await gatherPorts(known, signal)),
  },
  {
    name: "peers",
    needs: ["network"],
    deadlineMs: NETWORK_MS,
    look: async (known, ground, signal) => judgePeers(await gatherPeers(known, ground, signal)),
  },
  {
    name: "clock",
    needs: ["chain", "network"],
    deadlineMs: NETWORK_MS,
    look: async (known, ground, signal) => judgeClock(await gatherClock(known, ground, signal)),
  },
  {
    name: "reach",
    needs: ["chain"],
    deadlineMs: NETWORK_MS,
    // Both bind the node's ports for a moment.
    after: "ports",
    failed: reachFailure,
    without: (known) => (listens(known) ? undefined : "a client calls others, and need not be called"),
    look: async (known, ground, signal) => judgeReach(await gatherReach(known, ground, signal)),
  },
  {
    name: "offers",
    needs: ["address", "chain", "network"],
    deadlineMs: NETWORK_MS,
    without: (known) => (sells(known) ? undefined : "this key sells nothing"),
    look: async (known, ground, signal) => judgeOffers(await gatherOffers(known, ground, signal)),
  },
  {
    name: "backend",
    needs: ["settings"],
    deadlineMs: BACKEND_MS,
    without: (known) => (sells(known) ? undefined : "this key sells nothing"),
    look: async (known, _, signal) => judgeBackend(await gatherBackend(known, signal)),
    failed: (error, { context }) => backendFailure(context.settings.backend, error),
  },
  {
    name: "duties",
    needs: ["address", "chain"],
    deadlineMs: CHAIN_MS,
    look: async (known, ground) => judgeDuties(await gatherDuties(known, ground)),
  },
  {
    name: "index",
    needs: ["chain"],
    deadlineMs: CHAIN_MS,
    without: ({ context }) => (context.settings.indexer === undefined ? "none is named: --indexer" : undefined),
    look: async (known, ground, signal) => judgeIndex(await gatherIndex(known, ground, signal)),
    failed: indexFailure,
  },
];
