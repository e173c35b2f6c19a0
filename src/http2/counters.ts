/**
 * What connections count. A name is a label value of the transport's metrics, and the word under which an attack is seen.
 */
const counterNames = [
  "requests",
  "replies",
  "faults",
  "cancelled",
  "refused_streams",
  "malformed_requests",
  "header_list_too_large",
  "message_too_large",
  "header_bomb",
  "continuation_flood",
  "rapid_reset",
  "settings_flood",
  "ping_flood",
  "idle_frame_flood",
  "window_update_flood",
  "empty_data_flood",
  "fault_flood",
  "queue_overflow",
  "slow_handshake",
  "slow_frame",
  "slow_request",
  "slow_answer",
  "slow_reader",
  "idle_connections",
  "protocol_errors",
  "handler_errors",
] as const;

export type CounterName = (typeof counterNames)[number];

/** One set serves any number of connections; read it when metrics are scraped. */
export type Counters = Record<CounterName, number>;

export function createCounters(): Counters {
  return Object.fromEntries(counterNames.map((name) => [name, 0])) as Counters;
}
