/** The page's colours, as page.css defines them: canvases and markup share one source. */
const style = getComputedStyle(document.documentElement);

function colour(name: string): string {
  return style.getPropertyValue(`--${name}`).trim();
}

export const palette = {
  ground: colour('ground'),
  line: colour('line'),
  ink: colour('ink'),
  telemetry: colour('telemetry'),
  dim: colour('dim'),
  faint: colour('faint'),
  accent: colour('accent'),
  imputed: colour('imputed'),
  off: colour('off'),
  standby: colour('standby'),
  normal: colour('normal'),
  caution: colour('caution'),
  serious: colour('serious'),
  critical: colour('critical'),
  mono: colour('mono'),
  sans: colour('sans'),
} as const;
