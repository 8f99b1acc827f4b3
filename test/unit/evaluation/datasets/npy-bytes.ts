/** What a made-up .npy file says of itself; everything may be wrong. */
export interface NpyParts {
  readonly descr: string;
  readonly shape: string;
  readonly data: Uint8Array;
  readonly fortranOrder?: string;
  readonly version?: number;
}

/** The bytes of a .npy file. */
export function npyBytes({ descr, shape, data, fortranOrder = 'False', version = 1 }: NpyParts): Uint8Array {
  const header = new TextEncoder().encode(
    `{'descr': '${descr}', 'fortran_order': ${fortranOrder}, 'shape': ${shape}, }\n`,
  );
  const prefix = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(prefix + header.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(header, prefix);
  bytes.set(data, prefix + header.length);
  return bytes;
}
