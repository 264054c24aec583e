import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { connect, deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { type Ended, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { createUser, type User } from "../support/user.ts";

const stack = new AsyncDisposableStack();
let chain: TestChain;
let own: TestDeployment;
let other: TestDeployment;
/** A folder that came from somebody, with a `lloom.toml` in it that names another deployment. */
let folder: string;

beforeAll(async () => {
  chain = stack.use(await startChain());
  own = await deployLloom(chain.rpcUrl);
  other = await deployLloom(chain.rpcUrl);
  folder = realpathSync(mkdtempSync(join(tmpdir(), "lloom-strange-")));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "lloom.toml"), `[network]\nrpc = "${chain.rpcUrl}"\naccounting = "${other.accounting}"\n`);
}, 300_000);
afterAll(() => stack.disposeAsync());

/** Runs a command in that folder, by the word of its file alone. */
const there = ({ dataDir }: User, ...args: readonly string[]): Promise<Ended> =>
  runNode({
    args: [LLOOM_PROGRAM, ...args, "--data-dir", dataDir, "--password-file", join(dataDir, "password")],
    cwd: folder,
  }).ended;
const sent = async ({ address }: User): Promise<number> => {
  const provider = connect(chain.rpcUrl);
  const count = await provider.getTransactionCount(address);
  provider.destroy();
  return count;
};

describe("a lloom.toml of somebody else in the working directory", { timeout: 600_000 }, () => {
  it("moves no money of a key whose data directory serves another network", async () => {
    using user = await createUser({ chain, deployment: own });
    const scope = `31337/${own.accounting}/${user.address}`;
    openDatabase(join(user.dataDir, "executor.sqlite"), { scope })[Symbol.dispose]();
    const commands = [
      ["deposit", "1", "--yes"],
      ["stake", "1", "--yes"],
      ["withdraw", "deposit", "--yes"],
      ["deposit", "1", "--collector", other.collector, "--sign-only", join(folder, "order")],
      ["ask", "Hello"],
      ["gateway", "--port", "0"],
    ];
    for (const command of commands) {
      const { code, stdout, stderr } = await there(user, ...command);
      expect([command, code, stdout]).toEqual([command, 1, ""]);
      expect(stderr).toContain(
        `CHAIN_MISMATCH: The data directory ${user.dataDir} serves AccountingV2 ${own.accounting}`,
      );
      expect(stderr).toContain(`${join(folder, "lloom.toml")} names ${other.accounting}`);
      expect(stderr).toMatch(/--data-dir DIR\.$/m);
    }
    expect(await sent(user)).toBe(0);
    // At home all goes on.
    expect(await user.tell("faucet")).toMatchObject({ event: "faucet" });
  });

  it("moves no money of a key that it names at its place, beside a data directory of its own", async () => {
    using user = await createUser({ chain, deployment: own });
    await user.tell("faucet");
    const scope = `31337/${own.accounting}/${user.address}`;
    openDatabase(join(user.dataDir, "client.sqlite"), { scope })[Symbol.dispose]();
    const strange = join(folder, "lure");
    mkdirSync(join(strange, "data"), { recursive: true });
    // A stranger's log says what the stranger wants.
    const lure = `31337/${other.accounting}/${user.address}`;
    openDatabase(join(strange, "data", "client.sqlite"), { scope: lure })[Symbol.dispose]();
    const settings = [
      ...["[network]", `rpc = "${chain.rpcUrl}"`, `accounting = "${other.accounting}"`],
      ...["[node]", 'data-dir = "data"'],
    ];
    const write = (more: readonly string[]): void =>
      writeFileSync(join(strange, "lloom.toml"), [...settings, ...more].join("\n"));
    const args = [LLOOM_PROGRAM, "deposit", "1", "--password-file", join(user.dataDir, "password")];
    symlinkSync(join(user.dataDir, "keystore.json"), join(strange, "data", "keystore.json"));
    write([]);
    const linked = await runNode({ args: [...args, "--yes"], cwd: strange }).ended;
    expect(linked.stderr).toContain(`CHAIN_MISMATCH: The data directory ${realpathSync(user.dataDir)} serves`);
    write(["[wallet]", `keystore = "${join(user.dataDir, "keystore.json")}"`]);
    const { code, stderr } = await runNode({ args: [...args, "--yes"], cwd: strange }).ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`CHAIN_MISMATCH: The data directory ${realpathSync(user.dataDir)} serves`),
    ]);
    expect(stderr).toContain(`name the file that says so: --config ${join(strange, "lloom.toml")}`);
    const named = [LLOOM_PROGRAM, "faucet", ...args.slice(3), "--config", "lloom.toml"];
    expect(await runNode({ args: named, cwd: strange }).ended).toMatchObject({ code: 0 });
  });

  it("is named by every preview, with the chain and the contract, where nothing else tells whose network it is", async () => {
    using user = await createUser({ chain, deployment: own });
    await user.tell("faucet");
    await there(user, "faucet");
    const asked = await there(user, "deposit", "1");
    expect(asked.stdout).toContain(`chain 31337, AccountingV2 ${other.accounting}, by ${join(folder, "lloom.toml")}\n`);
    const event = JSON.parse((await there(user, "deposit", "1", "--json")).stdout.split("\n")[0] ?? "");
    expect(event).toMatchObject({
      ...{ event: "preview", chainId: 31337, accounting: other.accounting, config: join(folder, "lloom.toml") },
    });
    const athome = await user.run(["deposit", "1", "--yes"]);
    expect(athome.stdout).toMatch(new RegExp(`network +chain 31337, AccountingV2 ${own.accounting}\n`));
  });
});
