import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { findPackageJSON, stripTypeScriptTypes } from "node:module";
import { dirname, join, sep } from "node:path";
import type { Page } from "playwright-core";
import { ROOT } from "../../checkout/paths.ts";

/** Packages of the protocol that a page may import, each file under its name. */
const PACKAGES = ["@noble/curves", "@noble/hashes", "zod", "cborg"];

/** Our own modules served as a browser reads them, with nothing between but the types, which are left out. */
export interface ServedModules extends AsyncDisposable {
  /** Leads a page to where it can import what is served: by path from the checkout, or by the name of a package. */
  open(page: Page): Promise<void>;
}

/** Serves the checkout's modules, and the packages that the protocol uses, on loopback. */
export async function serveModules(): Promise<ServedModules> {
  const server = createServer(({ url = "/" }, response) => {
    try {
      const [type, body] = url === "/" ? ["text/html", PAGE] : ["text/javascript", moduleAt(decodeURI(url))];
      response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
    } catch (cause) {
      response.writeHead(404, { "content-type": "text/plain" }).end(String(cause));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    open: async (page) => void (await page.goto(`http://127.0.0.1:${address.port}/`)),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Names that modules import, and where a browser finds them. */
const IMPORTS = Object.fromEntries([
  ...PACKAGES.map((name) => [`${name}/`, `/${name}/`]),
  ...globSync("**/*.ts", { cwd: join(ROOT, "protocol/src") }).map((path) => {
    const inUrl = path.replaceAll(sep, "/");
    return [`@lloom/protocol/${inUrl.slice(0, -".ts".length)}`, `/protocol/src/${inUrl}`];
  }),
]);
/** A transformer of tests would take an `import()` in a test's function for its own: the page has one. */
const PAGE = `<!doctype html><title>modules</title>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script>self.load = (path) => import(path);</script>`;

/** In the page: a module that is served. */
export type LoadModule = (path: string) => Promise<unknown>;

function moduleAt(path: string): string {
  const packed = PACKAGES.find((name) => path.startsWith(`/${name}/`));
  if (packed === undefined) return source(join(ROOT, path));
  const manifest = findPackageJSON(packed, import.meta.url);
  if (manifest === undefined) throw new Error(`${packed} is not installed.`);
  return source(join(dirname(manifest), path.slice(`/${packed}/`.length)));
}

function source(file: string): string {
  if (!file.startsWith(ROOT + sep)) throw new Error(`${file} is not of this checkout.`);
  const text = readFileSync(file, "utf8");
  return file.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
}
