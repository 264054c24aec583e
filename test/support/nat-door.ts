// A door on a machine of `namespaces.ts`: `nat-door.ts FROM TO`.
import { openDoor } from "./open-door.ts";

const [, , from = "", to = ""] = process.argv;
await openDoor(from, to);
process.stdout.write(`${JSON.stringify({ open: from })}\n`);
