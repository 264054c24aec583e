import type { ComponentLogger, Logger } from "@libp2p/interface";

const nothing = (): void => undefined;
const silent: Logger = Object.assign(nothing, {
  error: nothing,
  trace: nothing,
  enabled: false,
  newScope: () => silent,
});

/** A thousand hosts make loggers for every stream of theirs, each of which would ask whether there is a terminal. */
export const SILENT: ComponentLogger = { forComponent: () => silent };
