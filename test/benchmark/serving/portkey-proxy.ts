// Portkey's gateway, kept to the loopback: run as a process of its own, with the path of its script and a port.
import { Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [node = "", , script = "", port = ""] = process.argv;

/** It would listen at every address of this machine. */
const { listen } = Server.prototype;
Server.prototype.listen = function atLoopback(this: Server, ...args: unknown[]): Server {
  const onListening = args.find((given): given is () => void => typeof given === "function");
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, onListening);
} as typeof listen;

/** Its release 1.15 writes into headers that Node's fetch gives to be read only. */
const { fetch: fetchOnce } = globalThis;
globalThis.fetch = async (...asked) => {
  const { body, status, statusText, headers } = await fetchOnce(...asked);
  return new Response(body, { status, statusText, headers });
};

process.env["TRUSTED_CUSTOM_HOSTS"] = "127.0.0.1";
process.argv = [node, script, `--port=${port}`, "--headless"];
await import(pathToFileURL(script).href);

const listens = (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
while (!(await listens())) await delay(50);
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
