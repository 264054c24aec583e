import { describe, expect, it } from "vitest";
import type { Role } from "../open/running.ts";
import type { PortFacts, PortsFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { judgeClock, judgeOffers, judgePeers, judgePorts, judgeReach } from "./judge-network.ts";

const NOW = 1_800_000_000;
const roles = (...names: Role[]): ReadonlySet<Role> => new Set(names);
const UNIT = { shown: (amount: bigint) => `${amount} tUSD`, plain: String };
const PORT: PortFacts = {
  address: "/ip4/0.0.0.0/tcp/4001",
  flag: "listen",
  port: 4001,
  state: "free",
  problem: undefined,
};
const PORTS: PortsFacts = { roles: roles("executor"), running: {}, ports: [PORT] };
const TOLD = {
  standings: [],
  unit: UNIT,
  isRunning: true,
  own: [{ model: "llama3.2", validUntil: BigInt(NOW) }],
  executors: 3,
};
const STANDING = { model: "llama3.2", offers: 3, rank: 2, next: { inboundPrice: 9n, outboundPrice: 35n } };

/** A fault as the facts show it, and the command that mends it. */
const FAULTS: readonly (readonly [string, () => readonly Finding[], string])[] = [
  [
    "a port that is taken",
    () => judgePorts({ ...PORTS, ports: [{ ...PORT, state: "answers", problem: "EADDRINUSE" }] }),
    "lloom executor --listen /ip4/0.0.0.0/tcp/4002",
  ],
  [
    "an address that is none of this machine",
    () =>
      judgePorts({
        ...PORTS,
        ports: [{ ...PORT, address: "/ip4/192.0.2.1/tcp/4001", state: "refused", problem: "EADDRNOTAVAIL" }],
      }),
    "lloom executor --listen /ip4/0.0.0.0/tcp/4001",
  ],
  [
    "a peer that does not answer",
    () =>
      judgePeers({
        bootstrap: [
          { address: "/ip4/192.0.2.1/tcp/1", problem: "refused" },
          { address: "/ip4/192.0.2.2/tcp/1", problem: undefined },
        ],
        connected: 1,
      }),
    "export LLOOM_BOOTSTRAP=/ip4/192.0.2.2/tcp/1",
  ],
  [
    "a wrong clock",
    () => judgeClock({ evidence: { peers: [600_000, 600_100] }, platform: "linux" }),
    "sudo timedatectl set-ntp true",
  ],
  [
    "a port that nobody lets through",
    () =>
      judgeReach({
        found: { type: "closed", from: "/ip4/203.0.113.7", ends: ["/tcp/4001"], relayed: false },
        by: "try",
        listen: ["/ip4/0.0.0.0/tcp/4001"],
        role: "executor",
        isTooNear: false,
      }),
    "sudo ufw allow 4001/tcp   # and forward it on the router",
  ],
  [
    "a node on loopback in a wide network",
    () =>
      judgeReach({
        found: { type: "untried" },
        by: "try",
        listen: ["/ip4/127.0.0.1/tcp/0"],
        role: "validator",
        isTooNear: true,
      }),
    "lloom validator --listen /ip4/0.0.0.0/tcp/4001",
  ],
  ["offers that nobody tells of", () => judgeOffers({ ...TOLD, own: [] }), "lloom status --why"],
  [
    "prices above everybody's",
    () =>
      judgeOffers({
        ...TOLD,
        standings: [{ ...STANDING, rank: 3 }],
      }),
    "lloom executor --inbound-price 9 --outbound-price 35   # or in lloom.toml, and kill -HUP PID",
  ],
  [
    "no peers at all",
    () => judgePeers({ bootstrap: [], connected: 0 }),
    "export LLOOM_BOOTSTRAP=/ip4/VALIDATOR/tcp/4001/p2p/16Uiu2HAm...   # lloom validator prints its own",
  ],
  [
    "a clock that the chain's blocks contradict",
    () => judgeClock({ evidence: { peers: [], chain: { leastMs: 600_000, mostMs: 700_000 } }, platform: "linux" }),
    "sudo timedatectl set-ntp true",
  ],
];

describe("each fault of the network is found, and names the command that mends it", () => {
  it.each(FAULTS)("%s", (_, judge, mend) => {
    const findings = judge().filter(({ level }) => level === "warning" || level === "wrong");
    expect(findings).toEqual([expect.objectContaining({ mend })]);
  });
});

describe("nothing is found", () => {
  it.each<[string, () => readonly Finding[]]>([
    ["of ports that are free", () => judgePorts(PORTS)],
    [
      "of a port at which the node itself answers",
      () =>
        judgePorts({
          ...PORTS,
          running: { executor: 7 },
          ports: [{ ...PORT, state: "answers", problem: "EADDRINUSE" }],
        }),
    ],
    ["of prices that somebody else is above", () => judgeOffers({ ...TOLD, standings: [STANDING] })],
    [
      "of prices that nobody else has",
      () => judgeOffers({ ...TOLD, standings: [{ ...STANDING, offers: 1, rank: 1 }] }),
    ],
  ])("%s", (_, judge) => {
    expect(judge().filter(({ level }) => level !== "fine" && level !== "skipped")).toEqual([]);
  });
});
