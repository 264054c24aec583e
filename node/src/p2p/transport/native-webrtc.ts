/** Hosts of this process that listen at WebRTC. */
let holders = 0;

/**
 * Holds the native code of WebRTC for a host. A connection that the other side ended first leaves a callback there that keeps the
 * process alive for ever; so the last host that ends has all of it closed. Dispose of it after the host's transports have stopped.
 */
export class NativeWebRtc implements AsyncDisposable {
  constructor() {
    holders += 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    holders -= 1;
    if (holders > 0) return;
    try {
      (await import("node-datachannel")).cleanup();
    } catch {
      // This platform has no such code.
    }
  }
}
