// The npm client, with what tests expect of it.
import { io } from 'socket.io-client';

/** Longer than anything may take: a test that waits so long has failed. */
const PATIENCE = 20_000;

/** Opens a socket in `namespace` of `gateway` and keeps every event; it closes with the test. */
export function open(t, gateway, namespace, auth, options = {}) {
  const socket = io(gateway.origin + namespace, {
    auth,
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
    ...options,
  });
  t.after(() => socket.close());
  return new Client(socket);
}

/** The same, and waits until it is connected. */
export async function join(t, gateway, namespace, auth, options) {
  const client = open(t, gateway, namespace, auth, options);
  await client.connected();
  return client;
}

export class Client {
  /** Every event so far: `[name, payload]`. */
  events = [];
  #waiting = new Set();

  constructor(socket) {
    this.socket = socket;
    socket.onAny((name, payload) => {
      this.events.push([name, payload]);
      this.#look();
    });
    for (const name of ['connect', 'connect_error', 'disconnect']) {
      socket.on(name, (payload) => {
        this[name === 'connect_error' ? 'refusal' : name] = payload ?? true;
        this.#look();
      });
    }
  }

  /** Looks when every listener has heard, those too that came after this one. */
  #look() {
    queueMicrotask(() => {
      for (const look of [...this.#waiting]) look();
    });
  }

  /** Waits until `find` gives something else than `undefined` or `false`. */
  until(what, find) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined || found === false) return;
        this.#waiting.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const seen = JSON.stringify(this.events.slice(-20));
        reject(new Error(`${what} did not come; refused: ${this.refusal}; last events: ${seen}`));
      }, PATIENCE);
      this.#waiting.add(look);
      look();
    });
  }

  async connected() {
    await this.until('the connection', () => {
      if (this.refusal) throw this.refusal;
      return this.socket.connected;
    });
  }

  /** The reason why it was not let in. */
  refused() {
    return this.until('a refusal', () => this.refusal);
  }

  /** Why it was cut off. */
  gone() {
    return this.until('a disconnect', () => this.disconnect);
  }

  /** The payload of the first event of this name that meets `test`. */
  heard(name, test = () => true) {
    return this.until(name, () => this.events.find((e) => e[0] === name && test(e[1]))?.[1]);
  }

  /** All payloads of a name so far. */
  all(name) {
    return this.events.filter((event) => event[0] === name).map((event) => event[1]);
  }

  /** Sends an event and gives its ack. */
  ask(name, ...payload) {
    return this.socket.timeout(PATIENCE).emitWithAck(name, ...payload);
  }

  /** Sends an event without asking for an ack. */
  say(name, ...payload) {
    this.socket.emit(name, ...payload);
  }
}
