// Homes behind real NATs: namespaces, routers that masquerade, and real hosts on each machine.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RELAY_LIMITS } from "../../node/src/p2p/limits.ts";
import { until } from "../support/hosts.ts";
import {
  ADDRESSES,
  type Machine,
  type MachineProgram,
  namespacesProblem,
  TestInternet,
} from "../support/namespaces.ts";

const HOST = new URL("../support/nat-host.ts", import.meta.url);
const ROUTER = new URL("../support/nat-router.ts", import.meta.url);
const TIMEOUT_MS = 120_000;

const problem = namespacesProblem();
if (problem !== undefined) console.warn(`NAT is not tested on this machine: ${problem}.`);

describe.skipIf(problem !== undefined)("a home behind a router", () => {
  let internet: TestInternet;
  let validator: MachineProgram;
  let home: MachineProgram;
  beforeAll(async () => {
    internet = new TestInternet();
    validator = start("validator", "validator", `/ip4/${ADDRESSES.validator}/tcp/4001`);
    home = start("home", "home", "", await addressOf(validator));
  });
  afterAll(() => internet?.[Symbol.dispose]());

  const start = (machine: Machine, role: string, announce = "", bootstrap = ""): MachineProgram =>
    internet.start(machine, HOST, [role, announce, bootstrap]);

  /** The last word with this field, once there is one for which it holds. */
  async function heard<T>(
    program: MachineProgram,
    field: string,
    holds: (value: T) => boolean = () => true,
  ): Promise<T> {
    const find = (): T | undefined =>
      program.said.findLast((line) => field in line && holds(line[field] as T))?.[field] as T | undefined;
    await until(`a word of ${field}; said: ${JSON.stringify(program.said)}`, () => find() !== undefined, TIMEOUT_MS);
    return find() as T;
  }
  const addressOf = async (program: MachineProgram): Promise<string> =>
    (await heard<string[]>(program, "multiaddrs", (list) => list.length > 0))[0] ?? "";

  it("is told that nobody reaches it, takes a place at a relay, and tells no address of the home", async () => {
    const found = await heard<{ type: string; relayed?: boolean }>(home, "found", ({ relayed }) => relayed === true);
    expect(found).toEqual({
      ...{ type: "closed", from: `/ip4/${ADDRESSES.router}`, ends: ["/tcp/4001"], relayed: true },
      router: { type: "silent" },
    });
    const told = await heard<string[]>(home, "multiaddrs", (list) => list.length > 0);
    expect(told.every((address) => /^\/ip4\/5\.5\.5\.10\/tcp\/4001\/p2p\/\w+\/p2p-circuit\/p2p\//.test(address))).toBe(
      true,
    );
    validator.tell({ known: await heard(home, "peerId") });
    const known = await heard<string[]>(validator, "addresses");
    expect(known.filter((address) => /192\.168|127\.0/.test(address))).toEqual([]);
  });

  it("answers through the relay while a client behind another router, which forwards, is dialled back", async () => {
    const peerId = await heard<string>(home, "peerId");
    const multiaddrs = await heard<string[]>(home, "multiaddrs", (list) => list.length > 0);
    const client = start("away", "client", `/ip4/${ADDRESSES.otherRouter}/tcp/4001`);
    await heard(client, "peerId");
    client.tell({ ask: { peerId, multiaddrs }, content: "long" });
    // It began on the relay, and ends there, although both are connected without it meanwhile.
    expect(await heard(client, "text")).toBe("from home");
    expect(await heard(client, "first")).toContainEqual({ relayed: true, direction: "outbound" });
    expect(await heard(home, "relayedPeer")).toEqual({ outcome: "direct" });
    // The next question leaves the relay, and the relay's connection ends.
    client.tell({ ask: { peerId, multiaddrs } });
    const connections = async (): Promise<string> => {
      client.tell({ look: peerId });
      return JSON.stringify(client.said.findLast((line) => "connections" in line)?.["connections"]);
    };
    const direct = JSON.stringify([{ relayed: false, direction: "inbound" }]);
    await until("the relay is left", async () => (await connections()) === direct, TIMEOUT_MS);
    expect(client.said.filter(({ text }) => text === "from home")).toHaveLength(2);
  });

  it("answers one behind a router that forwards nothing on the relay, within its limits", async () => {
    const peerId = await heard<string>(home, "peerId");
    const multiaddrs = await heard<string[]>(home, "multiaddrs", (list) => list.length > 0);
    const caller = start("away", "unreached");
    await heard(caller, "peerId");
    caller.tell({ ask: { peerId, multiaddrs } });
    expect(await heard(caller, "text")).toBe("from home");
    const [left = 0] = await heard<number[]>(caller, "bytesLeft");
    const most = Number(RELAY_LIMITS.defaultDataLimit);
    expect(left).toBeLessThan(most);
    // Handshakes and one short answer take next to nothing of them.
    expect(left).toBeGreaterThan(0.99 * most);
    caller.tell({ leave: peerId });
    await heard(home, "relayedPeer", ({ outcome }: { outcome: string }) => outcome === "stayed");
  });

  it("is found by a neighbour that knows nobody, by multicast alone", async () => {
    const neighbour = start("neighbour", "neighbour");
    await heard(neighbour, "peerId");
    const peerId = await heard<string>(home, "peerId");
    const look = async (): Promise<boolean> => {
      neighbour.tell({ look: peerId });
      const connections = neighbour.said.findLast((line) => "connections" in line)?.["connections"];
      return JSON.stringify(connections ?? []).includes('{"relayed":false');
    };
    await until("they have met", look, TIMEOUT_MS);
  });

  it("is open once its router forwards a port by UPnP, and is called there directly", async () => {
    const router = internet.start("router", ROUTER, []);
    const { outer } = await heard<{ outer: number }>(router, "mapped");
    const open = { type: "open", at: [`/ip4/${ADDRESSES.router}/tcp/${outer}`], byRouter: true };
    await heard<object>(home, "found", (found) => JSON.stringify(found) === JSON.stringify(open));
    const direct = `/ip4/${ADDRESSES.router}/tcp/${outer}/p2p/`;
    const told = await heard<string[]>(home, "multiaddrs", (list) =>
      list.some((address) => address.startsWith(direct)),
    );
    const peerId = await heard<string>(home, "peerId");
    const caller = start("client", "caller");
    await heard(caller, "peerId");
    caller.tell({ ask: { peerId, multiaddrs: told.filter((address) => address.startsWith(direct)) } });
    expect(await heard(caller, "text")).toBe("from home");
    expect(await heard(caller, "first")).toEqual([{ relayed: false, direction: "outbound" }]);
  });
});
