/**
 * Where the decoder notes the positions of a message's fields: a fixed part, then four numbers for each header. A position of 0 means
 * that the field is absent: no field that is noted can start a message.
 */
export const METHOD = 0;
export const PATH = 2;
export const HOST = 4;
export const SCHEME = 6;
export const PROTOCOL = 8;
export const BODY = 10;
export const RAW_BODY = 12;
/** The first run of `context_extensions` entries, tags included; there is a second only in messages that no Envoy writes. */
export const EXTENSIONS = 14;
/** The first run of `destination.labels` entries. */
export const LABELS = 16;
export const SOURCE = 18;
export const DESTINATION = 25;
export const HEADERS = 32;

/** Within a peer. */
export const PEER_ADDRESS = 0;
export const PEER_PORT = 2;
export const PEER_PRINCIPAL = 3;
export const PEER_CERTIFICATE = 5;

/** Within a header: where the name starts, its length doubled (plus one if the value is in the joined encoding), where the value starts and ends. */
export const HEADER_STRIDE = 4;

/** What a request may hold, in headers and in bytes of their names and values. */
export const MAX_HEADERS = 100;
export const MAX_HEADER_BYTES = 65_536;

export const MAX_SLOTS: number = HEADERS + MAX_HEADERS * HEADER_STRIDE;
