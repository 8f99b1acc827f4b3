import protobuf from 'protobufjs/light.js';

const lengthDelimitedType = 2;

/** A field of a protobuf message as it stands in its bytes, whatever it means. */
export interface WireField {
  readonly number: number;
  /** Tag and all. */
  readonly raw: Uint8Array;
  /** What is in it, where it has a length of its own: text, bytes, a message; else null. */
  readonly content: Uint8Array | null;
}

/** The fields of a message in their order. Throws where the bytes are of none. */
export function wireFields(message: Uint8Array): WireField[] {
  const reader = protobuf.Reader.create(message);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const wireType = tag & 7;
    let content: Uint8Array | null = null;
    if (wireType === lengthDelimitedType) content = new Uint8Array(reader.bytes());
    else reader.skipType(wireType);
    fields.push({ number: tag >>> 3, raw: message.subarray(start, reader.pos), content });
  }
  return fields;
}

/** A field with a length of its own. */
export function contentField(number: number, content: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((number << 3) | lengthDelimitedType)
    .bytes(content)
    .finish();
}

/** A message with some of its fields made otherwise: by number, from content to content, or to null to leave it out. */
export function rewritten(
  message: Uint8Array,
  changes: Readonly<Record<number, (content: Uint8Array) => Uint8Array | null>>,
): Uint8Array {
  const parts = wireFields(message).map(({ number, raw, content }) => {
    const change = changes[number];
    if (!change || !content) return raw;
    const changed = change(content);
    return changed === null ? new Uint8Array(0) : contentField(number, changed);
  });
  return joined(parts);
}

/** Bytes one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
