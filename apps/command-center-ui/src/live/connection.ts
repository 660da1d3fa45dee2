/** The one live connection: it resumes after the last sequence number seen, so nothing is missed. */
import type ReconnectingWebSocket from "partysocket/ws";
import type { EventRow } from "@/api/types";

export type LiveStatus = "connecting" | "live" | "reconnecting" | "offline";

export interface LiveState {
  status: LiveStatus;
  seq: number;
  /** When the last message arrived, in this machine's milliseconds. */
  heardAt: number | null;
}

type Message =
  | { kind: "event"; event: EventRow }
  | { kind: "live"; head: number }
  | { kind: "heartbeat"; head: number; now: string }
  | { kind: "error"; detail?: string };

interface Handlers {
  onEvent(event: EventRow): void;
  /** Nothing happened for a while; what tells an age may want to be asked again. */
  onHeartbeat(): void;
  /** The log is shorter than what was seen: another store or a reset one. */
  onReset(): void;
  /** The server refused or dropped the connection: the session may have ended. */
  onClosed(code: number): void;
}

const SILENCE_MS = 40_000;

function socketUrl(seq: number): string {
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws?after=${seq}`;
}

export class LiveConnection {
  #state: LiveState = { status: "connecting", seq: 0, heardAt: null };
  #listeners = new Set<() => void>();
  #socket: ReconnectingWebSocket | null = null;
  #opened = false;
  #watchdog: ReturnType<typeof setInterval> | null = null;
  #handlers: Handlers;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): LiveState => this.#state;

  /** Opens once; later calls only keep the socket that is there. */
  async open(head: number): Promise<void> {
    if (this.#opened) return;
    this.#opened = true;
    this.#set({ seq: head });
    const { default: Socket } = await import("partysocket/ws");
    if (!this.#opened) return;
    const socket = new Socket(() => socketUrl(this.#state.seq), [], {
      minReconnectionDelay: 500,
      maxReconnectionDelay: 10_000,
      connectionTimeout: 8_000,
    });
    this.#socket = socket;
    socket.addEventListener("message", (message) => this.#receive(message.data));
    socket.addEventListener("close", (close) => {
      this.#set({ status: navigator.onLine ? "reconnecting" : "offline" });
      this.#handlers.onClosed(close.code);
    });
    globalThis.addEventListener("offline", this.#wentOffline);
    globalThis.addEventListener("online", this.#cameOnline);
    this.#watchdog = setInterval(() => this.#checkSilence(), 5_000);
  }

  close(): void {
    if (this.#watchdog) clearInterval(this.#watchdog);
    globalThis.removeEventListener("offline", this.#wentOffline);
    globalThis.removeEventListener("online", this.#cameOnline);
    this.#socket?.close();
    this.#socket = null;
    this.#opened = false;
    this.#set({ status: "connecting", heardAt: null });
  }

  readonly #wentOffline = (): void => this.#set({ status: "offline" });

  readonly #cameOnline = (): void => {
    this.#set({ status: "reconnecting" });
    this.#socket?.reconnect();
  };

  /** A half-open connection looks fine until the heartbeat stops. */
  #checkSilence(): void {
    const { heardAt, status } = this.#state;
    if (status !== "live" || heardAt === null || Date.now() - heardAt < SILENCE_MS) return;
    this.#set({ status: "reconnecting" });
    this.#socket?.reconnect();
  }

  #receive(data: unknown): void {
    const message = parse(data);
    if (!message) return;
    const heardAt = Date.now();
    switch (message.kind) {
      case "event":
        if (message.event.seq <= this.#state.seq) return;
        this.#set({ seq: message.event.seq, heardAt });
        this.#handlers.onEvent(message.event);
        return;
      case "live":
        if (message.head < this.#state.seq) this.#handlers.onReset();
        this.#set({ status: "live", seq: message.head, heardAt });
        return;
      case "heartbeat":
        this.#set({ status: "live", heardAt });
        this.#handlers.onHeartbeat();
        return;
      case "error":
        this.#set({ heardAt });
    }
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function parse(data: unknown): Message | null {
  if (typeof data !== "string") return null;
  try {
    return JSON.parse(data) as Message;
  } catch {
    return null;
  }
}
