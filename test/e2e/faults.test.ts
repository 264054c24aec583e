import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { Contract, type EventLog, hexlify, type JsonRpcProvider } from "ethers";
import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../checkout/rpc.ts";
import { DEVNET_ACCOUNTS, devnetAccount } from "../../devnet/src/accounts.ts";
import { type Devnet, startDevnet } from "../../devnet/src/devnet.ts";
import type { RunningNode } from "../../devnet/src/nodes.ts";
import { createKeystore } from "../../node/src/wallet/keystore.ts";
import { residentMegabytes } from "../benchmark/soak/resident-memory.ts";
import { FAULT_MODEL, type FaultBackends, startFaultBackends } from "../support/fault-backend.ts";
import { besiege } from "../support/hostile-peers.ts";
import { secretsInLogs } from "../support/log-secrets.ts";
import { eventually, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { QUIET } from "../support/quiet-progress.ts";

const [FIRST, SECOND, THIRD] = DEVNET_ACCOUNTS.executors.map(({ name }) => name);
const CLIENT = DEVNET_ACCOUNTS.gateway.address;
interface Models {
  readonly data: readonly { readonly id: string; readonly lloom: { readonly executors: number } }[];
}
/** What a heap may keep of what it grew to. */
const MAY_STAY_MB = 64;
/** Nobody settles by age while a test watches. */
const LATE = ["--settle-age-seconds", "3600"];

/**
 * A network whose three executors stand on backends that the tests make hang or fail. Every fault leaves the network as it
 * was for the next test.
 */
describe("a network of real processes", () => {
  const stack = new AsyncDisposableStack();
  let backends: FaultBackends;
  let devnet: Devnet;
  let openai: OpenAI;
  let provider: JsonRpcProvider;
  let accounting: Contract;
  const executors = new Map<string, RunningNode>();

  beforeAll(async () => {
    backends = stack.use(await startFaultBackends());
    const executorFlags = (index: number): readonly string[] => [
      "--backend",
      backends.url(DEVNET_ACCOUNTS.executors[index]?.name ?? ""),
      ...LATE,
    ];
    devnet = stack.use(await startDevnet({ progress: QUIET, signal: AbortSignal.timeout(600_000), executorFlags }));
    for (const node of devnet.executors) executors.set(node.name, node);
    openai = new OpenAI({ baseURL: `${devnet.gatewayUrl}/v1`, apiKey: "none", maxRetries: 0, timeout: 60_000 });
    provider = connect(devnet.rpcUrl);
    stack.defer(() => provider.destroy());
    accounting = new Contract(devnet.deployment.accounting, accountingV2Abi, provider);
  });
  afterAll(() => stack.disposeAsync());

  /** How many executors' offers have reached the gateway. */
  const offered = async (): Promise<number> => {
    const answer = (await (await fetch(`${devnet.gatewayUrl}/v1/models`)).json()) as Models;
    return answer.data.find(({ id }) => id === FAULT_MODEL)?.lloom.executors ?? 0;
  };
  const allOffered = (): Promise<void> =>
    eventually("three executors are offered", 30_000, async () => (await offered()) >= executors.size);
  const ask = (model = FAULT_MODEL, more: object = {}) =>
    openai.chat.completions
      .create({ model, messages: [{ role: "user", content: "What do looms do?" }], ...more })
      .withResponse();
  const refusal = async (asking: Promise<unknown>): Promise<APIError> => {
    const thrown = await asking.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(APIError);
    return thrown as APIError;
  };
  const settlements = async (executor: string): Promise<EventLog[]> => {
    const filter = accounting.filters["LaneSettled"]?.(CLIENT, executor);
    return filter === undefined ? [] : ((await accounting.queryFilter(filter)) as EventLog[]);
  };
  const paid = (events: readonly EventLog[]): bigint =>
    events.reduce((sum, { args }) => sum + args["acknowledgedPaid"] + args["tailPaid"], 0n);
  const running = (name: string | undefined): RunningNode => {
    const node = executors.get(name ?? "");
    if (node === undefined) throw new Error(`no executor ${name}`);
    return node;
  };
  const nameOf = (address: string | null): string | undefined =>
    [...executors].find(([, node]) => node.address.toLowerCase() === address?.toLowerCase())?.[0];
  const restart = async (name: string | undefined, flags: readonly string[] = []): Promise<void> => {
    executors.set(name ?? "", await running(name).restart(flags));
    await allOffered();
  };

  it("fails over when the executor is killed before its first token, and pays once", async () => {
    backends.behave(FIRST ?? "", "hang");
    const asking = ask();
    await eventually("the cheapest executor was asked", 30_000, () => backends.asked(FIRST ?? "") > 0);
    await running(FIRST).process.kill("SIGKILL");
    const { data, response } = await asking;
    expect(data.choices[0]?.message.content).toBe("Looms weave threads.");
    expect(response.headers.get("x-lloom-attempts")).toBe("2");
    const other = nameOf(response.headers.get("x-lloom-executor"));
    expect([SECOND, THIRD]).toContain(other);

    await running(other).process.kill("SIGINT");
    expect(paid(await settlements(running(other).address)).toString()).toBe(response.headers.get("x-lloom-cost"));
    expect(await settlements(running(FIRST).address)).toEqual([]);
    backends.behave(FIRST ?? "", "answer");
    await Promise.all([restart(FIRST), restart(other)]);
  });

  it("settles once after kill -9 between answer and settlement", async () => {
    const { response } = await ask();
    const paidTo = response.headers.get("x-lloom-executor")?.toLowerCase() ?? "";
    const name = nameOf(paidTo);
    const before = await settlements(paidTo);
    await running(name).process.kill("SIGKILL");
    expect(await settlements(paidTo)).toHaveLength(before.length);

    await restart(name, ["--settle-age-seconds", "1"]);
    await eventually("the answer is settled", 30_000, async () => (await settlements(paidTo)).length > before.length);
    await running(name).process.kill("SIGINT");
    await restart(name, ["--settle-age-seconds", "1"]);
    await running(name).process.kill("SIGINT");
    const added = (await settlements(paidTo)).slice(before.length);
    expect(added).toHaveLength(1);
    expect(paid(added).toString()).toBe(response.headers.get("x-lloom-cost"));
    await restart(name);
  });

  it("asks another while an executor's process is frozen with its connections open, and sells by it once it goes on", async () => {
    const { address, process: part } = running(SECOND);
    const before = await settlements(address);
    part.signal("SIGSTOP");
    try {
      const { data, response } = await ask(FAULT_MODEL, { provider: { order: [address] } });
      expect(data.choices[0]?.message.content).toBe("Looms weave threads.");
      expect(response.headers.get("x-lloom-attempts")).toBe("2");
      expect([FIRST, THIRD]).toContain(nameOf(response.headers.get("x-lloom-executor")));
    } finally {
      part.signal("SIGCONT");
    }
    const only = { provider: { only: [address] } };
    const sold = async (): Promise<boolean> => (await ask(FAULT_MODEL, only).catch(() => undefined)) !== undefined;
    await eventually("it answers again", 60_000, sold);
    expect(await settlements(address)).toHaveLength(before.length);
  });

  it("serves clients while strangers besiege an executor's process, and has its memory back when they are gone", async () => {
    const { address, multiaddrs, process: part } = running(THIRD);
    const only = { provider: { only: [address] } };
    await ask(FAULT_MODEL, only);
    const before = residentMegabytes(part.pid);
    const siege = await besiege(multiaddrs);
    for (let count = 0; count < 5; count += 1) {
      const { data, response } = await ask(FAULT_MODEL, only);
      expect(data.choices[0]?.message.content).toBe("Looms weave threads.");
      expect(response.headers.get("x-lloom-attempts")).toBe("1");
    }
    await eventually("who says nothing is cut", 60_000, () => siege.silent() === 0);
    await siege[Symbol.asyncDispose]();
    const grown = (): number => residentMegabytes(part.pid) - before;
    await eventually("its memory is back", 60_000, () => grown() < MAY_STAY_MB);
    await ask(FAULT_MODEL, only);
  });

  it("names an unknown model and the ones there are", async () => {
    const { status, code, message } = await refusal(ask("gpt-17"));
    expect({ status, code }).toEqual({ status: 404, code: "model_not_found" });
    expect(message).toContain(FAULT_MODEL);
  });

  it("tells that every backend failed, and charges nothing", async () => {
    for (const name of [FIRST, SECOND, THIRD]) backends.behave(name ?? "", "fail");
    const { status, code } = await refusal(ask());
    expect({ status, code }).toEqual({ status: 502, code: "BACKEND_FAILED" });
    for (const name of [FIRST, SECOND, THIRD]) backends.behave(name ?? "", "answer");
    const again = await ask();
    expect(again.data.choices[0]?.message.content).toBe("Looms weave threads.");
  });

  it("puts a receipt on every answer that names its cost", async () => {
    const { response } = await ask();
    const header = response.headers.get("x-lloom-receipt") ?? "";
    const { request, response: signed } = receiptFileFromJson(Buffer.from(header, "base64url").toString()).receipt;
    expect(request.client).toBe(CLIENT.toLowerCase());
    expect((signed.cumulativeCost - request.ackedCost).toString()).toBe(response.headers.get("x-lloom-cost"));
  });

  it("refuses a client without a deposit and says how to make one", async () => {
    const dir = mkdtempSync(join(tmpdir(), "lloom-unfunded-"));
    stack.defer(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, "password"), "password-of-a-test\n");
    await createKeystore({ path: join(dir, "keystore.json"), password: "password-of-a-test", scryptN: 1 << 12 });
    const flags = ["--rpc", devnet.rpcUrl, "--accounting", devnet.deployment.accounting, "--data-dir", dir];
    const bootstrap = devnet.validators.flatMap((node) => node.multiaddrs).join(",");
    const { code, stderr } = await runNode({
      args: [
        LLOOM_PROGRAM,
        "ask",
        "What do looms do?",
        "--model",
        FAULT_MODEL,
        "--log-level",
        "silent",
        ...flags,
      ].concat(["--password-file", join(dir, "password"), "--bootstrap", bootstrap]),
    }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^INSUFFICIENT_FUNDS: /m);
    expect(stderr).toContain("lloom deposit");
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  // The last one: the offer of somebody who is gone stands for a while, and would be tried by the others.
  it("asks who has answered before, and no stranger that lures with a price", async () => {
    const key = devnetAccount(7, "rogue");
    const bootstrap = devnet.validators.flatMap((node) => node.multiaddrs).join(",");
    const rogue = runNode({
      args: ["test/support/rogue-process.ts", devnet.rpcUrl, devnet.deployment.accounting, bootstrap].concat([
        FAULT_MODEL,
        hexlify(key.secret),
      ]),
    });
    stack.defer(() => rogue.signal("SIGKILL"));
    await eventually("the rogue offers", 30_000, () => rogue.printed().includes("ready"));
    await eventually("the gateway knows the rogue", 30_000, async () => (await offered()) === executors.size + 1);
    const { response } = await ask();
    expect(nameOf(response.headers.get("x-lloom-executor"))).toBeDefined();
    expect(response.headers.get("x-lloom-attempts")).toBe("1");
    expect(await settlements(key.address)).toEqual([]);
    rogue.signal("SIGINT");
    expect((await rogue.ended).code).toBe(0);
  });

  it("wrote no prompt, answer or key into its logs meanwhile", () => {
    expect(secretsInLogs(devnet.logDir, ["What do looms do?", "Looms weave threads."])).toEqual([]);
  });
});
