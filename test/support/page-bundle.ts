import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { ROOT } from "../../checkout/paths.ts";

/** A page on loopback that holds one bundle. */
export interface ServedBundle extends AsyncDisposable {
  readonly url: string;
}

/** Bundles a module, given by its text, for a browser, and serves a page whose global `bundle` holds what it exports. */
export async function serveBundle(program: string): Promise<ServedBundle> {
  const { outputFiles } = await build({
    stdin: { contents: program, loader: "ts", resolveDir: ROOT },
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "bundle",
    target: "es2022",
    logLevel: "silent",
  });
  const script = outputFiles[0]?.text ?? "";
  const server = createServer(({ url }, response) => {
    const [type, body] = url === "/bundle.js" ? ["text/javascript", script] : ["text/html", PAGE];
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PAGE = `<!doctype html><title>page</title><script src="/bundle.js"></script>`;
