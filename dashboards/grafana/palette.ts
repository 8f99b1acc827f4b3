/** The console's colours (dashboards/console/page.css; a test compares): status after Astro, everything else quiet. */
export const palette = {
  line: '#1d2733',
  telemetry: '#c6d1df',
  dim: '#92a0b3',
  accent: '#6fa8ff',
  off: '#a4abb6',
  standby: '#2dccff',
  normal: '#56f000',
  caution: '#fce83a',
  serious: '#ffb302',
  critical: '#ff3838',
} as const;

export type Colour = (typeof palette)[keyof typeof palette];
