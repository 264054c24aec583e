/** Two real gateways on one budget in a real Postgres. */
import { connect, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { openPostgres } from "../../support/postgres.ts";
import { runNode } from "../../support/processes.ts";
import { LLOOM_PROGRAM } from "../../support/program.ts";
import type { Gateway } from "./killed-payment-cases.ts";
import { fund, keyIn } from "./launch.ts";
import { oncePassed, type ScriptedBackend, says } from "./scripted-backend.ts";
import { until, type World } from "./world.ts";

interface Stage {
  readonly world: World;
  readonly backend: ScriptedBackend;
  readonly startGateway: (flags?: readonly string[], rpcUrl?: string, home?: string) => Promise<Gateway>;
  readonly kill: (gateway: Gateway) => Promise<void>;
}

/** Cuts everybody off from Postgres, and lets them back. */
async function cable(url: string): Promise<AsyncDisposable & { readonly url: string; isCut: boolean }> {
  const [to, open] = [new URL(url), new Set<Socket>()];
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(to.port), to.hostname);
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      open.add(one);
      one.on("error", () => undefined).on("close", () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const through = new URL(url);
  through.port = String(typeof address === "object" ? address?.port : 0);
  const cut = () => [...open].forEach((socket) => void socket.destroy());
  return {
    url: through.href,
    get isCut() {
      return isCut;
    },
    set isCut(value) {
      isCut = value;
      if (value) cut();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function fleetCases(stage: () => Stage): void {
  it(
    "two gateways never spend more than one budget, hold what a killed one may owe, and say when Postgres is away",
    {
      timeout: 400_000,
    },
    async ({ skip }) => {
      const { world, backend, startGateway, kill } = stage();
      await using postgres = await openPostgres();
      if (postgres === undefined) return skip("no Postgres on this machine");
      await using line = await cable(postgres.url);
      const flags = ["--keys-database", line.url];
      const keys = async (...args: string[]) => {
        const { code, stdout, stderr } = await runNode({
          args: [LLOOM_PROGRAM, "keys", ...args, "--json", "--data-dir", await world.dataDir(), ...flags],
        }).ended;
        expect(code, stderr).toBe(0);
        return JSON.parse(stdout);
      };
      const homes = [await keyIn(world), await keyIn(world)];
      for (const home of homes) await fund(world, home);
      backend.script = says("Paid ", "once.");
      let [one, two] = [
        await startGateway(flags, undefined, homes[0]),
        await startGateway(flags, undefined, homes[1]),
      ] as [Gateway, Gateway];
      const ask = ({ url }: Gateway, secret: string) =>
        fetch(`${url}/chat/completions`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
          body: JSON.stringify({ model: "scripted", max_tokens: 16, messages: [{ role: "user", content: "Weave." }] }),
        });

      // What one call holds, and what it costs, by the first ones: the budget then covers three at their most.
      const first = await keys("create", "--name", "first", "--budget", "1");
      const gate = Promise.withResolvers<void>();
      backend.script = oncePassed(gate.promise, says("Paid ", "once."));
      const measured = ask(one, first.secret);
      let most = 0n;
      await until(
        "its most is held",
        async () => {
          most = BigInt((await keys("show", "first")).held);
          return most > 0n;
        },
        60_000,
      );
      gate.resolve();
      const cost = BigInt((await measured).headers.get("x-lloom-cost") ?? 0);
      expect(await keys("show", "first")).toMatchObject({ spent: String(cost), held: "0" });

      const { decimals } = (await keys("show", "first")).token;
      const amount = (units: bigint) => `0.${String(units).padStart(decimals, "0")}`;
      const budget = 3n * most;
      const { secret } = await keys("create", "--name", "team", "--budget", amount(budget));
      const block = Promise.withResolvers<void>();
      backend.script = oncePassed(block.promise, says("Paid ", "once."));
      const before = backend.asked.length;
      const calls = Array.from({ length: 12 }, (_, index) => ask(index % 2 === 0 ? one : two, secret));
      const refused: Response[] = [];
      for (const call of calls)
        void call.then((answer) => answer.status === 429 && refused.push(answer)).catch(() => undefined);
      await until("the budget is held, the rest refused", () => refused.length === 9, 120_000);
      expect(await keys("show", "team")).toMatchObject({ spent: "0", held: String(budget) });
      expect(await refused[0]?.json()).toMatchObject({ error: { lloom_code: "KEY_BUDGET_SPENT" } });
      block.resolve();
      const answered = (await Promise.all(calls)).filter(({ status }) => status === 200).length;
      expect([answered, backend.asked.length - before]).toEqual([3, 3]);
      expect(await keys("show", "team")).toMatchObject({ spent: String(3n * cost), held: "0" });

      // Away: nothing is signed, and everybody is told; back: as if nothing had been.
      backend.script = says("Paid ", "once.");
      line.isCut = true;
      const away = await ask(two, secret);
      expect([away.status, away.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(await away.json()).toMatchObject({ error: { lloom_code: "BUDGETS_UNREACHABLE" } });
      line.isCut = false;
      expect((await ask(two, first.secret)).status).toBe(200);

      // Killed while an executor works: held until it is known what that signed, also over the next start.
      const cutGate = Promise.withResolvers<void>();
      backend.script = oncePassed(cutGate.promise, says("Never ", "heard."));
      const asked = backend.asked.length;
      const lost = ask(one, first.secret).catch(() => undefined);
      await until("the executor works on it", () => backend.asked.length === asked + 1, 60_000);
      await kill(one);
      await lost;
      cutGate.resolve();
      expect(await keys("show", "first")).toMatchObject({ held: String(most) });
      one = await startGateway(flags, undefined, homes[0]);
      expect(BigInt((await keys("show", "first")).held)).toBe(most);

      // Revoked once, out everywhere.
      await keys("revoke", "team", "--yes");
      expect([(await ask(one, secret)).status, (await ask(two, secret)).status]).toEqual([401, 401]);
      await kill(one);
      await kill(two);
    },
  );
}
