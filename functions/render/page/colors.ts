/** The colours of the page by name: the variables of its style sheet. */
type Palette = Readonly<Record<ColorName, string>>;

type ColorName =
  | 'paper'
  | 'card'
  | 'ink'
  | 'faint'
  | 'rule'
  | 'code'
  | 'link'
  | 'bad'
  | 'warn'
  | 'good'
  | 'calm'
  | 'busy'
  | 'idle'
  | 'in-tx'
  | 'other'
  | 'blamed'
  | 'bystander';

/**
 * Every text has contrast AA on its background. The three common states differ in lightness too, so that they
 * are told apart with every kind of colour blindness. Only blamed programs have the colour `blamed`.
 */
export const LIGHT: Palette = {
  ...{ paper: '#fbfaf8', card: '#ffffff', ink: '#1d2326', faint: '#566067', rule: '#dcdfe0' },
  ...{ code: '#f1f2f1', link: '#0b5a8a', bad: '#b3261e', warn: '#8a5a00', good: '#1b6e3c', calm: '#2b5f8a' },
  ...{ busy: '#2f7fc6', idle: '#c4850f', 'in-tx': '#4b1a58', other: '#8b959b' },
  ...{ blamed: '#b3261e', bystander: '#8b959b' },
};

export const DARK: Palette = {
  ...{ paper: '#14181a', card: '#1c2124', ink: '#e4e8e9', faint: '#a3adb3', rule: '#353c40' },
  ...{ code: '#262c30', link: '#7cc0ee', bad: '#ff8a80', warn: '#f0b95a', good: '#7fcf98', calm: '#8fc1ea' },
  ...{ busy: '#3583cf', idle: '#d99a2b', 'in-tx': '#f5dcff', other: '#79848a' },
  ...{ blamed: '#ff8a80', bystander: '#79848a' },
};

/** The palette as declarations of CSS variables. */
export function cssVariables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}: ${color};`)
    .join(' ');
}
