import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { reservationsOfUser } from "../../devnet/src/ports.ts";
import { secretsInLogs } from "../support/log-secrets.ts";
import { eventually, MARK, marked, type Program, runNode, untilPrinted } from "../support/processes.ts";

/** The machine may be busy with other things too, and may have to compile contracts and build the explorer. */
const WHOLE_MS = 1_200_000;
const UP_MS = 900_000;
/** A newcomer who presses Ctrl-C waits some seconds; here other tests compute meanwhile. */
const GONE_MS = 30_000;
/** Work that goes on beside the start, besides what the other tests do, and ends by itself. */
const BUSY = "const end = Date.now() + 10_000; while (Date.now() < end);";
const BUSY_COUNT = 6;

/** A newcomer's machine at its worst: no home to write to, other programs at work, parts and starters that are killed. */
describe("npm start on a hard day", { timeout: WHOLE_MS }, () => {
  let tmp: string;
  let mark: string;
  let program: Program;
  const busy: ChildProcess[] = [];

  beforeAll(() => {
    tmp = mkdtempSync(join(tmpdir(), "lloom-hard-"));
    // A file: not even root can write below it.
    writeFileSync(join(tmp, "home"), "");
    // Ports are shared with the networks of other tests, which run beside this one.
    mkdirSync(reservationsOfUser(), { recursive: true });
    symlinkSync(reservationsOfUser(), join(tmp, basename(reservationsOfUser())));
  });
  afterEach(async () => {
    for (const child of busy.splice(0)) child.kill("SIGKILL");
    for (const pid of marked(mark)) process.kill(pid, "SIGKILL");
    await untilGone();
  });
  afterAll(() => rmSync(tmp, { recursive: true, force: true }));

  const untilGone = (): Promise<void> => eventually("every process is gone", GONE_MS, () => marked(mark).length === 0);
  const start = (...args: string[]): void => {
    mark = randomUUID();
    program = runNode({
      args: ["devnet/start.ts", ...args],
      env: { [MARK]: mark, TMPDIR: tmp, HOME: join(tmp, "home"), XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined },
    });
  };
  const runs = (): string[] => {
    const [base] = readdirSync(tmp).filter((name) => name.startsWith("lloom-devnet-"));
    return base === undefined ? [] : readdirSync(join(tmp, base)).map((name) => join(tmp, base, name));
  };
  /** The process whose command line holds the text. */
  const pidOf = (text: string): number => {
    const commands = marked(mark).map((pid) => ({ pid, command: commandOf(pid) }));
    const found = commands.find(({ command }) => command.includes(text));
    if (found === undefined)
      throw new Error(`no process with ${text}:\n${commands.map((it) => it.command).join("\n")}`);
    return found.pid;
  };

  it("comes up without a home, beside other work and on the next free port, outlives the death of a part, and stops whole", async () => {
    // Busy already is busy too.
    const port = createServer().listen(8080, "127.0.0.1");
    port.on("error", () => undefined);
    await using _ = { [Symbol.asyncDispose]: async () => void port.close() };
    for (let count = 0; count < BUSY_COUNT; count++)
      busy.push(spawn(process.execPath, ["-e", BUSY], { stdio: "ignore" }));
    start("--timings");
    await untilPrinted(program, "Ctrl-C stops everything.\n", UP_MS);
    const printed = program.printed();
    expect(printed).toMatch(/port 8080 is busy, so the gateway takes 80[89]\d/);
    expect(printed).toMatch(/explorer +http:\/\/127\.0\.0\.1:\d+/);
    expect(marked(mark).length).toBeGreaterThan(8);
    expect(printed).toContain("Where the time went");
    for (const step of ["chain", "contracts", "first answer", "indexer"])
      expect(printed).toMatch(new RegExp(`^ {2}${step} .* s .*█`, "m"));
    expect(printed.indexOf("signed by both")).toBeLessThan(printed.indexOf("explorer build"));

    for (const name of ["executor-1", "indexer"]) {
      process.kill(pidOf(name === "indexer" ? "--root indexer" : `/${name}/`), "SIGKILL");
      await untilPrinted(program, `${name} was killed. Its last lines:`, GONE_MS);
    }
    expect(program.printed()).toContain("It is started again; the rest goes on.");
    const gateway = /gateway +(http:\S+)/.exec(printed)?.[1];
    const answer = await fetch(`${gateway}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "lloom-tiny", messages: [{ role: "user", content: "What is Lloom?" }] }),
    });
    expect(answer.status, await answer.text()).toBe(200);

    const pressed = performance.now();
    program.signal("SIGINT");
    const { code, stdout } = await program.ended;
    await untilGone();
    expect(performance.now() - pressed).toBeLessThan(GONE_MS);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/Everything is stopped\. Logs are kept in \S+\/logs\.\n$/);
    const [run = ""] = runs();
    expect(readdirSync(run)).toEqual(["logs"]);
    expect(readdirSync(join(run, "logs"))).toContain("executor-1.log");
    expect(secretsInLogs(join(run, "logs"), ["What is Lloom?"])).toEqual([]);
  });

  it("ends with the chain, names it, and says where its log is", async () => {
    start();
    await untilPrinted(program, "✓ chain", UP_MS);
    process.kill(pidOf("devnet/chain.ts"), "SIGKILL");
    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/chain was killed\. Its last lines:\n[\s\S]*Read all of it in \S+\/logs\/chain\.log\./);
  });

  it("leaves no process behind when it is killed, and the next one sweeps what it left but for its logs", async () => {
    start();
    await untilPrinted(program, "3 executors", UP_MS);
    program.signal("SIGKILL");
    await program.ended;
    await untilGone();
    const left = runs().filter((run) => existsSync(join(run, "data")));
    expect(left).toHaveLength(1);
    start();
    await untilPrinted(program, "logs are in", UP_MS);
    expect(left.map((run) => readdirSync(run))).toEqual([["logs"]]);
    program.signal("SIGINT");
    expect((await program.ended).code).toBe(130);
  });
});

const commandOf = (pid: number): string => {
  try {
    return execFileSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    // It ended meanwhile.
    return "";
  }
};
