import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { ROOT } from "../../../checkout/paths.ts";
import type { Ports } from "../../../devnet/src/ports.ts";
import type { Supervisor } from "../../../devnet/src/supervisor.ts";
import type { Target } from "./caller.ts";

/** Somebody who is asked the same questions. */
export interface Subject extends Target {
  readonly name: string;
}

export interface HelperParts {
  readonly supervisor: Supervisor;
  readonly ports: Ports;
  readonly dir: string;
}

/** Starts a script of this folder and waits until it says where it listens. */
export async function startHelper(supervisor: Supervisor, name: string, args: readonly string[]): Promise<string> {
  const script = join(import.meta.dirname, `${name}.ts`);
  const part = supervisor.start({ name, script, args, cwd: ROOT, vital: true });
  return part.firstLine((line) => /^{"url":"(http:[^"]+)"}$/.exec(line)?.[1]);
}

/** First port that is tried for those who cannot take any free one. */
const FIRST_PORT = 18_080;

/** Whoever else passes calls on to the backend: a bare Node proxy, and nginx and Portkey where this machine has them. */
export async function startReferences(parts: HelperParts, backendUrl: string): Promise<Subject[]> {
  const { supervisor, ports, dir } = parts;
  const subjects: Subject[] = [{ name: "proxy", url: await startHelper(supervisor, "node-proxy", [backendUrl]) }];
  const nginx = onPath("nginx");
  if (nginx !== undefined) {
    const port = String(await ports.next(FIRST_PORT));
    const url = await startHelper(supervisor, "nginx-proxy", [join(dir, "nginx"), nginx, backendUrl, port]);
    subjects.push({ name: "nginx", url });
  }
  const portkey = portkeyScript();
  if (portkey !== undefined) {
    const port = String(await ports.next(FIRST_PORT));
    const url = await startHelper(supervisor, "portkey-proxy", [portkey, port]);
    const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": `${backendUrl}/v1` };
    subjects.push({ name: "portkey", url, headers: { ...headers, authorization: "Bearer none" } });
  }
  return subjects;
}

function onPath(program: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** In this checkout, or where NODE_PATH says; it is no dependency. */
function portkeyScript(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@portkey-ai/gateway/package.json");
    return join(manifest, "../build/start-server.js");
  } catch {
    return undefined;
  }
}
