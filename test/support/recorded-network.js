// Preloaded into a program under test: its address book is the file RECORDED_BOOK, in the place of the checkout's.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, next) {
    const isBook = url.endsWith("/protocol/src/generated/networks.ts");
    if (!isBook) return next(url, context);
    const source = readFileSync(String(process.env.RECORDED_BOOK), "utf8");
    return { format: "module-typescript", source, shortCircuit: true };
  },
});
