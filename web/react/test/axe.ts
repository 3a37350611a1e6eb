import axe from "axe-core";

/** What keeps people from using `element`. Colours are left out: jsdom paints none. */
export async function violations(element: Element) {
  const rules = { "color-contrast": { enabled: false } };
  return (await axe.run(element, { rules })).violations;
}
