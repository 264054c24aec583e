/// <reference types="ponder/virtual" />

// What Ponder's own ponder-env.d.ts declares; that file is made anew at every start and is not kept.

declare module "ponder:internal" {
  const config: typeof import("./ponder.config.ts");
  const schema: typeof import("./ponder.schema.ts");
}

declare module "ponder:schema" {
  // biome-ignore lint/performance/noReExportAll: the module is by definition everything that the schema file exports.
  export * from "./ponder.schema.ts";
}
