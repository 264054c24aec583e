/** What an executor is asked by canary keys, beside what a gateway asks it: whatever one asks and the other does not tells them apart. */
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { RPC_PROTOCOL } from "@lloom/protocol/names";
import { decodeRpcRequest } from "@lloom/protocol/wire";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Backend } from "../../../node/src/backend/backend.ts";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import { CanaryClients } from "../../../node/src/commands/canaries/canary-clients.ts";
import type { Host } from "../../../node/src/p2p/host/host.ts";
import { peerAddress } from "../../../node/src/p2p/host/peer-address.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { openValidatorLog } from "../../../node/src/store/validator/validator-log.ts";
import { canaryIdentity } from "../../../node/src/validator/canary/canary-keys.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import { drawCanary } from "../../../node/src/validator/canary/draw-canary.ts";
import { untilPrinted } from "../../support/processes.ts";
import { createUser, type User } from "../../support/user.ts";
import { READY_MS } from "./launch.ts";
import { log, until, World } from "./world.ts";

const SLOW = 600_000;
const WAIT_MS = 120_000;
const MODEL = "lloom-tiny";
const KEYS = 2;
const never = new AbortController().signal;
const tiny = join(import.meta.dirname, "../../../node/models/tiny/lloom-tiny.gguf");

const stack = new AsyncDisposableStack();
/** Methods that each account has called at an executor. */
const calls = new Map<Address, Set<string>>();
let world: World;
let backend: Backend;
let user: User;
beforeAll(async () => {
  world = stack.use(await World.start());
  backend = stack.use(
    await openBackend({ kind: "llama", modelName: MODEL, threads: 1, sequences: 2, modelPath: tiny }, log),
  );
  user = stack.use(await createUser(world));
}, SLOW);
afterAll(() => stack.disposeAsync());

/** Listens to what the host is called for, before it takes its first call. */
function listenTo({ libp2p }: Host): void {
  const handle = libp2p.handle.bind(libp2p);
  libp2p.handle = (protocol, handler, options) =>
    handle(
      protocol,
      (stream, connection) => {
        if (protocol !== RPC_PROTOCOL) return handler(stream, connection);
        const parts: Uint8Array[] = [];
        stream.addEventListener("message", ({ data }) => void parts.push(data.subarray()));
        stream.addEventListener("remoteCloseWrite", () => {
          const { method } = decodeRpcRequest(Buffer.concat(parts));
          const caller = peerAddress(connection.remotePeer.toString());
          calls.set(caller, (calls.get(caller) ?? new Set()).add(method));
        });
        return handler(stream, connection);
      },
      options,
    );
}

const called = (account: Address): string[] => [...(calls.get(account) ?? [])].sort();

it(
  "every canary key calls an executor for all that a gateway calls it for",
  async () => {
    const joining = world.join.bind(world);
    world.join = async (...given) => {
      const member = await joining(...given);
      listenTo(member.host);
      return member;
    };
    await using seller = await world.seller({ backend });
    const bootstrap = world.anchor.multiaddrs();

    for (const step of [["faucet"], ["deposit", "10", "--yes"]]) expect((await user.run(step)).code).toBe(0);
    const gateway = user.start(["gateway", "--port", "0", "--bootstrap", bootstrap.join(",")]);
    world.endWithIt(gateway);
    await untilPrinted(gateway, "is ready", READY_MS);
    const url = /http:\S+\/v1/.exec(gateway.printed())?.[0];
    const ask = () =>
      fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "Hi" }], max_tokens: 8 }),
      });
    await until("the gateway has an answer", async () => (await ask()).status === 200, WAIT_MS);

    const { chain } = await world.join(await world.nextIdentity());
    const identityOf = (key: number) => canaryIdentity(user.identity.secret, chain.domain, key);
    const keys = Array.from({ length: KEYS }, (_, key) => identityOf(key));
    for (const { address } of keys) await world.chain.request("hardhat_setBalance", address, "0xde0b6b3a7640000");
    const directory = await world.dataDir();
    using db = openDatabase(join(directory, "validator.sqlite"), {});
    await using canaries = new CanaryClients({
      ...{ chain, rpcUrl: world.chain.rpcUrl, bootstrap, directory: join(directory, "canaries") },
      ...{ identityOf, keys: KEYS, shifts: openValidatorLog(db), random: seededRandom(1), log },
      onLogFailure: (problem) => expect.fail(problem.message),
    });
    const { address: executor } = seller.identity;
    const clients: Address[] = [];
    for (const [epoch, returnsFrom] of [[1n], [2n], [3n, 1n]] as const) {
      const canary = { ...drawCanary(seededRandom(2, Number(epoch))), maxOutboundTokens: 8 };
      const order = { id: Number(epoch), executor, model: MODEL, epoch, canary, returnsFrom };
      const asks = async (): Promise<boolean> => {
        const reply = await canaries.ask(order, never);
        if (reply.type === "answered") clients.push(reply.signed.receipt.request.client);
        return reply.type === "answered";
      };
      await until(`canary ${epoch} has an answer`, asks, WAIT_MS);
    }
    // Another key each time, but for who comes back.
    expect([new Set(clients).size, clients[2]]).toEqual([2, clients[0]]);

    const all = ["acknowledge", "health", "vocabulary"];
    await until(
      () => `the gateway calls for ${called(user.address)}`,
      () => all.every((method) => called(user.address).includes(method)),
      WAIT_MS,
    );
    for (const { address } of keys)
      await until(
        () => `a canary key calls for ${called(address)}, the gateway for ${called(user.address)}`,
        () => called(user.address).every((method) => called(address).includes(method)),
        WAIT_MS,
      );
    for (const { address } of keys)
      for (const method of called(address)) expect(called(user.address)).toContain(method);
  },
  SLOW,
);
