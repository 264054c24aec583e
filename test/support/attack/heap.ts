import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";

const LOOK_MS = 50;
const OPEN_MS = 60_000;

/**
 * From now on every process that this one starts can be asked what it holds: told to by a signal, it opens Node's inspector at
 * this port. Only one of them may at a time.
 */
export function allowLooking(port: number): Disposable {
  const { NODE_OPTIONS: before } = process.env;
  process.env["NODE_OPTIONS"] = `${before ?? ""} --inspect-port=${port}`.trim();
  return {
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = before;
    },
  };
}

/** Bytes that a process holds in and beside V8's heap, right after everything that nobody holds was collected. */
export async function heldBytes(pid: number, port: number): Promise<number> {
  process.kill(pid, "SIGUSR1");
  const inspector = await Inspector.open(port);
  try {
    await inspector.ask("HeapProfiler.collectGarbage");
    const memory = memorySchema.parse(await inspector.evaluate("({ pid: process.pid, ...process.memoryUsage() })"));
    if (memory.pid !== pid) throw new Error(`At port ${port} answers process ${memory.pid} instead of ${pid}.`);
    return memory.heapUsed + memory.external;
  } finally {
    await inspector.close();
  }
}

const memorySchema = z.object({ pid: z.number(), heapUsed: z.number(), external: z.number() });
const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.string() })).min(1);
const replySchema = z.object({ id: z.number().optional(), result: z.unknown(), error: z.unknown() });
const evaluatedSchema = z.object({ result: z.object({ value: z.unknown() }) });

/** Node's inspector of one process. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #port: number;
  #asked = 0;

  private constructor(socket: WebSocket, port: number) {
    this.#socket = socket;
    this.#port = port;
  }

  static async open(port: number): Promise<Inspector> {
    const end = performance.now() + OPEN_MS;
    for (;;) {
      const url = await targetAt(port);
      if (url === undefined) {
        if (performance.now() > end) throw new Error(`No inspector opens at port ${port}.`);
        await pause(LOOK_MS);
        continue;
      }
      const socket = new WebSocket(url);
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = () => reject(new Error(`The inspector at port ${port} takes no connection.`));
      });
      return new Inspector(socket, port);
    }
  }

  async ask(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const reply = new Promise<z.infer<typeof replySchema>>((resolve) => {
      const hear = ({ data }: MessageEvent): void => {
        const heard = replySchema.parse(JSON.parse(String(data)));
        if (heard.id !== id) return;
        this.#socket.removeEventListener("message", hear);
        resolve(heard);
      };
      this.#socket.addEventListener("message", hear);
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await reply;
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async evaluate(expression: string): Promise<unknown> {
    return evaluatedSchema.parse(await this.ask("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  }

  /** Leaves the port to the next process. */
  async close(): Promise<void> {
    await this.evaluate("void setTimeout(() => process.getBuiltinModule('node:inspector').close())");
    this.#socket.close();
    while ((await targetAt(this.#port)) !== undefined) await pause(LOOK_MS);
  }
}

/** Where the inspector at a port is asked; undefined while there is none. */
async function targetAt(port: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    return targetsSchema.parse(await answer.json())[0]?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}
