import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NEXT, ROOT } from "../../../checkout/paths.ts";
import { runNode } from "../../support/processes.ts";

/** No part of the repository: built anew for each run, below the checkout, where Next finds its packages. */
const FOLDER = join(ROOT, "out/bare-page");

const FILES: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "bare-page", "private": true, "type": "module" }\n',
  "next.config.js": `import { join } from "node:path";
export default { poweredByHeader: false, turbopack: { root: join(import.meta.dirname, "../..") }, outputFileTracingRoot: join(import.meta.dirname, "../..") };\n`,
  "app/layout.js": `export const dynamic = "force-dynamic";
export default function Layout({ children }) { return <html lang="en"><head><title>Bare</title></head><body>{children}</body></html>; }\n`,
  "app/page.js": `export default function Page() { return <main><h1>Nothing</h1><p>{"A paragraph of words. ".repeat(20)}</p></main>; }\n`,
};

/** A page of Next that reads and shows nothing, rendered for each request as the explorer's are. Returns its folder. */
export async function buildBarePage(): Promise<string> {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(FOLDER, name, ".."), { recursive: true });
    writeFileSync(join(FOLDER, name), text);
  }
  const build = runNode({ args: [NEXT, "build", FOLDER], env: { NEXT_TELEMETRY_DISABLED: "1" } });
  const { code, stdout, stderr } = await build.ended;
  if (code !== 0) throw new Error(`The bare page was not built: ${stdout}${stderr}`);
  return FOLDER;
}
