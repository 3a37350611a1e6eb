import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e6f6f8",
  "#cfeaee",
  "#9fd6de",
  "#6bc0cd",
  "#42aebf",
  "#2aa2b5",
  "#17889b",
  "#0b7285",
  "#075f70",
  "#024a58",
];

/** Greys with a breath of the same blue, so that fields and pages belong together in the dark. */
const dark: MantineColorsTuple = [
  "#d5dce1",
  "#b9c3ca",
  "#96a3ac",
  "#6b7983",
  "#3b4750",
  "#2f3940",
  "#222a30",
  "#181e23",
  "#12171b",
  "#0d1114",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.36,
  colors: { petrol, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif",
  headings: { fontWeight: "650" },
  respectReducedMotion: true,
});

/** Quiet text is still readable: the contrast that WCAG AA asks for, on both grounds. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#566069",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-placeholder": "#6b747c",
    "--ground": "#f5f7f8",
    "--surface": "#ffffff",
    "--line": "#dfe4e8",
    "--accent-soft": "#e3f4f6",
    "--accent-text": "#085a69",
  },
  dark: {
    "--mantine-color-dimmed": "#a7b1ba",
    "--mantine-color-error": "#ff8787",
    "--mantine-color-placeholder": "#98a2ab",
    "--mantine-color-body": "#14191d",
    "--ground": "#0f1316",
    "--surface": "#181e23",
    "--line": "#2c353c",
    "--accent-soft": "#10343b",
    "--accent-text": "#8bd9e5",
  },
});
