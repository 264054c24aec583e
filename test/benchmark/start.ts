import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "../../checkout/paths.ts";
import type { BenchRow } from "./rows.ts";

/** Targets of an idle machine with two processors, seconds. */
const TARGET = { first: 45, again: 15 } as const;

/**
 * What a newcomer waits for: `npm start -- --once`, twice, while so many other processes compute. On a busy machine there is no
 * target but the end.
 */
export async function run(busy: number): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < busy; count++) stack.defer(compute());
  const rows: BenchRow[] = [];
  for (const time of ["first", "again"] as const) {
    const { firstAnswerSeconds, seconds } = await start();
    const target = busy === 0 ? TARGET[time] : undefined;
    rows.push(row(`start.${time}.answer`, firstAnswerSeconds, target), row(`start.${time}.everything`, seconds));
  }
  return rows;
}

const row = (name: string, value: number, target?: number): BenchRow => ({
  ...{ name, value, unit: "s", met: target === undefined || value <= target },
  ...(target !== undefined && { target }),
});

/** Computes nearly always, and looks now and then whether it is still wanted. */
const COMPUTE = `
process.on("disconnect", () => process.exit());
setInterval(() => { const end = Date.now() + 50; while (Date.now() < end); }, 0);`;

/** A process that computes until the result is called; it ends with this one, whatever happens to it. */
function compute(): () => Promise<void> {
  const child = spawn(process.execPath, ["-e", COMPUTE], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  return async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
}

interface Started {
  readonly firstAnswerSeconds: number;
  readonly seconds: number;
}

async function start(): Promise<Started> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(ROOT, "devnet/start.ts"), "--once", "--json", "--timings"],
    {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const said = child.stdout === null ? Promise.resolve("") : text(child.stdout);
  const [code] = (await once(child, "exit")) as [number | null];
  const last = (await said).trim().split("\n").at(-1) ?? "";
  if (code !== 0) throw new Error(`npm start ended with ${code}; its last words are above.`);
  const { firstAnswerSeconds, seconds } = JSON.parse(last) as Record<string, string | number>;
  return { firstAnswerSeconds: Number(firstAnswerSeconds), seconds: Number(seconds) };
}
