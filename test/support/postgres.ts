import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { eventually } from "./processes.ts";

/** A Postgres of one's own, on the loopback, which is gone with all that it kept. */
export interface OwnPostgres extends AsyncDisposable {
  readonly url: string;
  /** Runs SQL as the owner of everything; its answer as text. */
  sql(text: string): string;
  /** Keeps everybody else from a table, until it is disposed of. */
  hold(table: string): Promise<Disposable>;
}

const START_MS = 120_000;
/** Postgres refuses to run as root. */
const NOBODY = 65_534;
const ROOT_UID = 0;

/** Starts a Postgres of the machine's programs, or of those in `folder`; undefined where there are none. */
export async function openPostgres(folder = foundIn()): Promise<OwnPostgres | undefined> {
  if (folder === undefined) return undefined;
  const home = mkdtempSync(join(tmpdir(), "lloom-postgres-"));
  const isRoot = process.getuid?.() === ROOT_UID;
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) chownSync(home, NOBODY, NOBODY);
  chmodSync(home, 0o700);
  const data = join(home, "data");
  const env = { ...process.env, HOME: home };
  const made = ["-D", data, "-U", "lloom", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"];
  execFileSync(join(folder, "initdb"), made, { ...user, env, cwd: home, stdio: "pipe" });
  const port = await freePort();
  const options = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", home, "-c", "fsync=off"];
  const server = spawn(join(folder, "postgres"), options, {
    ...user,
    env,
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const isUp = () => said.includes("ready to accept connections");
  await eventually("Postgres accepts connections", START_MS, () => isUp() || server.exitCode !== null);
  if (!isUp()) throw new Error(`Postgres ended: ${said}`);
  const url = `postgres://lloom@127.0.0.1:${port}/postgres`;
  return {
    url,
    hold: (table) => holdTable(join(folder, "psql"), { url, env, table }),
    sql: (text) =>
      execFileSync(join(folder, "psql"), [url, "-v", "ON_ERROR_STOP=1", "-qAtc", text], { env, encoding: "utf8" }),
    async [Symbol.asyncDispose]() {
      server.kill("SIGINT");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function holdTable(
  psql: string,
  { url, env, table }: { readonly url: string; readonly env: NodeJS.ProcessEnv; readonly table: string },
): Promise<Disposable> {
  // It waits for more to do, and ends its transaction with its input.
  const holder = spawn(psql, [url, "-q"], { env, stdio: ["pipe", "pipe", "inherit"] });
  const held = once(holder.stdout, "data");
  holder.stdin.write(`begin;\nlock table ${table} in access exclusive mode;\n\\echo held\n`);
  await held;
  return { [Symbol.dispose]: () => void holder.stdin.end() };
}

/** Where the machine keeps Postgres's programs: on the path, or where Debian puts them. */
function foundIn(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : [];
  const folders = [...versions, ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) => ["initdb", "postgres"].every((name) => existsSync(join(folder, name))));
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
