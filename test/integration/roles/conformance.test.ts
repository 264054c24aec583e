import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeCbor } from "@lloom/protocol/cbor";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { RPC_PROTOCOL } from "@lloom/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../../checkout/paths.ts";
import type { Examined } from "../../../node/src/commands/conformance/examination.ts";
import { CHECKS, examine } from "../../../node/src/commands/conformance/examine.ts";
import type { Line } from "../../../node/src/commands/conformance/finding.ts";
import { createHost } from "../../../node/src/p2p/host/host.ts";
import { readToEnd, sendAll } from "../../../node/src/p2p/rpc/whole-stream.ts";
import { startRogue } from "../../support/rogue.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, type Buyer, log, type Member, question, World } from "./world.ts";

let world: World;
let buyer: Buyer;
beforeAll(async () => {
  world = await World.start();
  buyer = await world.buyer();
});
afterAll(() => world[Symbol.asyncDispose]());

const buy: Examined["buy"] = async (executor, model) => {
  const { end } = await askAll(buyer, { ...question("Say hello.", { model }), executor });
  return `answered for ${end.cost}`;
};

async function linesOf({ host }: Pick<Member, "host">): Promise<Line[]> {
  await using stack = new AsyncDisposableStack();
  const stranger = async () => {
    const secret = (await world.nextIdentity()).secret;
    return stack.use(
      await createHost({ secret, network: host.network, listen: [], bootstrap: [], dhtServer: false, log }),
    );
  };
  const [multiaddr = ""] = host.multiaddrs();
  const { domain } = buyer.chain;
  const examined = { multiaddr, domain, stranger, buy, role: undefined, signal: AbortSignal.timeout(120_000) };
  const lines: Line[] = [];
  for await (const line of examine(examined)) lines.push(line);
  return lines;
}

const failed = (lines: readonly Line[]): string[] =>
  lines.filter(({ outcome }) => outcome === "failed").map(({ name, message }) => `${name}: ${message}`);

describe("a node, held against the documents", { timeout: 240_000 }, () => {
  it("is as they say: our executor, with an answer that is paid", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(says("Hello.")) });
    const lines = await linesOf(seller);
    expect(failed(lines)).toEqual([]);
    expect(lines.map(({ name }) => name)).toEqual(CHECKS.map(({ name }) => name));
    expect(lines.filter(({ outcome }) => outcome === "skipped")).toEqual([]);
  });

  it("is as they say: our validator, of which nothing is bought", async () => {
    const lines = await linesOf({ host: world.anchor });
    expect(failed(lines)).toEqual([]);
    expect(lines.find(({ name }) => name === "an answer that is paid")).toMatchObject({
      message: "a validator need not",
    });
  });

  it("is not: one that says yes to everything, shows no evidence and never hangs up", async () => {
    const rogue = await world.join(await world.nextIdentity());
    await world.stake(rogue);
    await startRogue({
      ...{ ...rogue, log, model: "conformance", says: "Trust me." },
      tamper: (right) => ({ ...right, contentHash: ZERO_HASH }),
    });
    await rogue.host.libp2p.handle(RPC_PROTOCOL, async (stream) => {
      const soon = AbortSignal.timeout(10_000);
      await readToEnd(stream, 1 << 20, soon).catch(() => undefined);
      const yes = { offers: [], role: "executor", version: "9", uptimeMs: 1, peers: 1, load: 0 };
      await sendAll(stream, encodeCbor(yes), soon).catch(() => undefined);
    });
    const lines = failed(await linesOf(rogue));
    expect(lines).toEqual(
      expect.arrayContaining([
        "health: its reply is none: offers",
        "it speaks /lloom/evidence/1: no stream of it can be opened",
        "an answer that is not here: It is answered, and not with an error.",
        "a call that is no CBOR: It is answered, and not with an error.",
        "a call that is too large: It is answered, and not with an error.",
        expect.stringMatching(/^more calls than a peer has: all of \d+ in a row are answered$/),
      ]),
    );
    expect(lines.some((line) => line.startsWith("it is dialled"))).toBe(false);
  });

  it("is looked at no further where nobody can be dialled", async () => {
    const gone = await world.join(await world.nextIdentity());
    const multiaddrs = gone.host.multiaddrs();
    await gone.host[Symbol.asyncDispose]();
    const lines = await linesOf({ host: { ...gone.host, multiaddrs: () => multiaddrs } });
    expect(lines).toMatchObject([{ outcome: "failed", name: expect.stringMatching(/^it is dialled/) }]);
  });
});

it("every check names a section that is there", () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .trim()
      .replaceAll(" ", "-");
  for (const { section } of CHECKS) {
    const [page = "", anchor] = section.split("#");
    expect(existsSync(join(ROOT, page)), page).toBe(true);
    const headings = readFileSync(join(ROOT, page), "utf8").matchAll(/^#+ (.*)$/gm);
    if (anchor !== undefined) expect([...headings].map(([, heading = ""]) => slug(heading))).toContain(anchor);
  }
});
