/** Those who listen to events, by name. */
export class Listeners {
  readonly #byEvent = new Map<string, Set<(payload: unknown) => void>>();

  add(event: string, listener: (payload: unknown) => void): () => void {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls all of them; one that throws keeps nobody else from hearing, and is reported like any uncaught error. */
  tell(event: string, payload: unknown): void {
    for (const listener of [...(this.#byEvent.get(event) ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
