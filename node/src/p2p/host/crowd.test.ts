/** What strangers leave behind: nothing. The host is a process of its own, so that its memory is its own, too. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Held, Told } from "../../../../test/support/crowded-host.ts";
import { never, startHost, until } from "../../../../test/support/hosts.ts";
import { connect, type PeerTarget } from "./dial.ts";
import type { Host } from "./host.ts";

const CROWD = 24;
/** Of `crowded-host.ts`. */
const MOST_STRANGERS = 8;
const MOST_DEPARTED = 16;
const SOON_MS = 60_000;
/** Two thirds of what two dozen connections hold, at 100 kB each. */
const SLACK_BYTES = 1_600_000;
const MOST_CROWDS = 10;

let crowded: ChildProcess;
let target: PeerTarget;
let client: Host;

async function answerTo(told: Told): Promise<Held> {
  const answered = once(crowded, "message");
  crowded.send(told);
  return (await answered)[0] as Held;
}

beforeAll(async () => {
  const script = new URL("../../../../test/support/crowded-host.ts", import.meta.url);
  crowded = fork(script, { execArgv: ["--expose-gc"], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  target = (await once(crowded, "message"))[0] as PeerTarget;
  client = await startHost({ listen: [] });
  crowded.send({ know: client.peerId } satisfies Told);
  await connect(client, target, never);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  crowded.kill("SIGKILL");
});

/** Strangers that come, each after the other, and sit there until they leave. */
async function crowd(): Promise<{ here: Held; left: Held }> {
  const strangers: Host[] = [];
  for (let count = 0; count < CROWD; count++) {
    const stranger = await startHost({ listen: [] });
    strangers.push(stranger);
    await connect(stranger, target, never);
  }
  const isHeld = (what: string, holds: (held: Held) => boolean): Promise<void> =>
    until(what, async () => holds(await answerTo("count")), SOON_MS);
  await isHeld("those that are too many are cut", ({ connections }) => connections <= MOST_STRANGERS + 1);
  const here = await answerTo("weigh");
  await Promise.all(strangers.map((stranger) => stranger[Symbol.asyncDispose]()));
  await isHeld("they have left", ({ connections, remembered }) => connections === 1 && remembered <= MOST_DEPARTED + 1);
  return { here, left: await answerTo("weigh") };
}

/** What is left of a crowd, which holds of each. */
async function comeAndGo(): Promise<Held> {
  const { here, left } = await crowd();
  expect(here.peers).toContain(client.peerId);
  expect(left.peers).toEqual([client.peerId]);
  // One peer's own, which come and go.
  expect(left.streams).toBeLessThan(MOST_STRANGERS);
  return left;
}

it(
  "idle strangers take the places of each other, and leave no connection, stream or memory",
  { timeout: 240_000 },
  async () => {
    const growths: number[] = [];
    let { bytes: before } = await comeAndGo();
    // What one crowd leaves behind, every crowd does; what V8 keeps for itself comes with the first five or six.
    while (growths.length < MOST_CROWDS && !(Math.min(...growths) < SLACK_BYTES)) {
      const { bytes } = await comeAndGo();
      growths.push(bytes - before);
      before = bytes;
    }
    expect(Math.min(...growths), growths.join(", ")).toBeLessThan(SLACK_BYTES);
  },
);
