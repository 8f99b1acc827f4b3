import * as tf from '@tensorflow/tfjs-core';

/**
 * A convolution over the rows of a window, strided: `stride` rows make one. A kernel is [width x channels, filters], `width` rows
 * one below the other; `width` is at least `stride`.
 */
export interface Convolution {
  /** Rows of the side that is `stride` times as long, each of `channels`. */
  readonly rows: number;
  readonly channels: number;
  readonly filters: number;
  readonly width: number;
  readonly stride: number;
}

/** Rows of the short side. */
export function stridedRows({ rows, stride }: Convolution): number {
  return Math.ceil(rows / stride);
}

/** Rows of zeros before and after the long side, so that row t of the short one is of rows t stride - before and on. */
export function padding(convolution: Convolution): { readonly before: number; readonly after: number } {
  const { rows, width, stride } = convolution;
  const before = Math.floor((width - stride) / 2);
  return { before, after: (stridedRows(convolution) - 1) * stride + width - rows - before };
}

/**
 * y[t] = sum_j x[t stride + j - before] K[j]: [batch, rows x channels] to [batch x strided rows, filters].
 *
 * Taken as matrix products of the window in blocks of `stride` rows with as many parts of the kernel: backends that lack the
 * gradients of convolutions (WASM), or are slow at them, have all that it needs.
 */
export function convolve(x: tf.Tensor2D, kernel: tf.Tensor2D, convolution: Convolution): tf.Tensor2D {
  const apply = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, kernel, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const blocks = blocksOf(x, convolution);
    save([kernel, ...blocks]);
    return {
      value: products(blocks, kernel, convolution),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [kernel, ...blocks] = saved as [tf.Tensor2D, ...tf.Tensor2D[]];
        return [spread(dy as tf.Tensor2D, kernel, convolution), kernelGradient(blocks, dy as tf.Tensor2D, convolution)];
      },
    };
  });
  return apply(x, kernel);
}

/**
 * The transposed convolution, x[t stride + j - before] = sum_(t, j) K[j] y[t]: [batch x strided rows, filters] to
 * [batch, rows x channels]. Each is the gradient of the other.
 */
export function convolveTransposed(y: tf.Tensor2D, kernel: tf.Tensor2D, convolution: Convolution): tf.Tensor2D {
  const apply = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [y, kernel, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    save([kernel, y]);
    return {
      value: spread(y, kernel, convolution),
      gradFunc: (dx: tf.Tensor, saved: tf.Tensor[]) => {
        const [kernel, y] = saved as [tf.Tensor2D, tf.Tensor2D];
        const blocks = blocksOf(dx as tf.Tensor2D, convolution);
        return [products(blocks, kernel, convolution), kernelGradient(blocks, y, convolution)];
      },
    };
  });
  return apply(y, kernel);
}

function products(blocks: readonly tf.Tensor2D[], kernel: tf.Tensor2D, convolution: Convolution): tf.Tensor2D {
  const parts = partsOf(kernel, convolution);
  return sumOf(blocks.map((block, index) => tf.matMul<tf.Tensor2D>(block, parts[index]!)));
}

function spread(y: tf.Tensor2D, kernel: tf.Tensor2D, convolution: Convolution): tf.Tensor2D {
  const { rows, channels, stride } = convolution;
  const { before } = padding(convolution);
  const blockSize = stride * channels;
  const short = stridedRows(convolution);
  const parts = partsOf(kernel, convolution);
  const terms = parts.map((part, index): tf.Tensor2D => {
    const block: tf.Tensor2D = tf.reshape(tf.matMul(y, part, false, true), [-1, short * blockSize]);
    return tf.pad(block, [
      [0, 0],
      [index * blockSize, (parts.length - 1 - index) * blockSize],
    ]);
  });
  const padded = sumOf(terms);
  return tf.slice(padded, [0, before * channels], [padded.shape[0], rows * channels]);
}

/** The gradient of a kernel: the narrow dy is turned once, rather than every block. */
function kernelGradient(
  blocks: readonly tf.Tensor2D[],
  dy: tf.Tensor2D,
  { width, channels, filters }: Convolution,
): tf.Tensor2D {
  const turned = tf.transpose(dy);
  const parts = blocks.map((block) => tf.transpose(tf.matMul<tf.Tensor2D>(turned, block)));
  return tf.slice(tf.concat(parts), [0, 0], [width * channels, filters]);
}

/** The window from `index` blocks of `stride` rows on, for each part of the kernel: [batch x strided rows, stride x channels]. */
function blocksOf(x: tf.Tensor2D, convolution: Convolution): tf.Tensor2D[] {
  const { rows, channels, stride } = convolution;
  const { before } = padding(convolution);
  const blockSize = stride * channels;
  const short = stridedRows(convolution);
  const blocks = short + partCount(convolution) - 1;
  const padded = tf.pad(x, [
    [0, 0],
    [before * channels, blocks * blockSize - (before + rows) * channels],
  ]);
  return Array.from({ length: partCount(convolution) }, (_, index) =>
    tf.reshape(tf.slice(padded, [0, index * blockSize], [x.shape[0], short * blockSize]), [-1, blockSize]),
  );
}

/** The kernel in parts of `stride` rows, zeros below the last: [stride x channels, filters] each. */
function partsOf(kernel: tf.Tensor2D, convolution: Convolution): tf.Tensor2D[] {
  const { channels, filters, width, stride } = convolution;
  const count = partCount(convolution);
  const padded = tf.pad(kernel, [
    [0, (count * stride - width) * channels],
    [0, 0],
  ]);
  return Array.from({ length: count }, (_, index) =>
    tf.slice(padded, [index * stride * channels, 0], [stride * channels, filters]),
  );
}

function sumOf(terms: readonly tf.Tensor2D[]): tf.Tensor2D {
  return terms.reduce((sum, term) => tf.add(sum, term));
}

function partCount({ width, stride }: Convolution): number {
  return Math.ceil(width / stride);
}
