import type { WindowMatrix } from '../../features/transform-window.ts';
import type { CodedWindow } from '../activating-windows.ts';

/** A window with its code: what a latent unit is shown on. */
export interface ActivatedWindow extends CodedWindow {
  /** Its cells, asked for only where the window is shown; null where they are no longer known. */
  cells(): Promise<WindowMatrix | null>;
}
