/** Protobuf by hand, for messages that no library would write. */
export function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as string, "latin1");
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

export function concat(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A CheckRequest whose HTTP attributes are the given fields. */
export function checkOfHttp(...fields: readonly Uint8Array[]): Buffer {
  return field(1, field(4, field(2, concat(...fields))));
}

/** A header of `header_map`. */
export function rawHeader(name: string, value: string): Buffer {
  return field(13, field(1, concat(field(1, name), field(3, value))));
}

/** An entry of `headers`. */
export function joinedHeader(name: string, value: string): Buffer {
  return field(3, concat(field(1, name), field(2, value)));
}
