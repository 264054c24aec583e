// biome-ignore lint/performance/noBarrelFile: all of the node throws the errors of the protocol, by this one module.
export { asLloomError, LloomError, type LloomErrorOptions } from "@lloom/protocol/lloom-error";
