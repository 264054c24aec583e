import { openBrowser } from "../../support/browser.ts";
import { type LoadModule, serveModules } from "../../support/browser-modules.ts";
import { type OwnEvents, type ownRoots, textOfEvents } from "./own-standings.ts";

const MODULE = "/test/integration/indexer/own-standings.ts";

/** What `ownRoots` says in a real browser, with the very modules that index and node run. */
export async function browserRoots(own: OwnEvents, epochs: readonly number[]): Promise<ReturnType<typeof ownRoots>> {
  await using modules = await serveModules();
  await using opened = await openBrowser();
  const page = await opened.browser.newPage();
  await modules.open(page);
  const given = { module: MODULE, text: textOfEvents(own), epochs: [...epochs] };
  return await page.evaluate(async ({ module, text, epochs: asked }) => {
    const { load } = globalThis as unknown as { readonly load: LoadModule };
    const { eventsOfText, ownRoots } = (await load(module)) as typeof import("./own-standings.ts");
    return ownRoots(eventsOfText(text), asked);
  }, given);
}
