/** Events of several questions in one row; each goes on once its event was taken. */
export class EventQueue<Event> {
  readonly #waiting: { readonly event: Event; readonly taken: () => void }[] = [];
  #wake = Promise.withResolvers<void>();
  #hasEnded = false;

  async put(event: Event): Promise<void> {
    if (this.#hasEnded) return;
    await new Promise<void>((taken) => {
      this.#waiting.push({ event, taken });
      this.#wake.resolve();
    });
  }

  end(): void {
    this.#hasEnded = true;
    for (const { taken } of this.#waiting.splice(0)) taken();
    this.#wake.resolve();
  }

  async *events(): AsyncGenerator<Event, void> {
    for (;;) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        try {
          yield next.event;
        } finally {
          next.taken();
        }
      }
      if (this.#hasEnded) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }
}
