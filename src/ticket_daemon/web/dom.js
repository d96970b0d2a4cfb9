// Two small ways to reach the page's elements. It knows nothing of tickets.

export const $ = (id) => document.getElementById(id);

/** An element with properties and children: `make("p", {className: "quiet"}, "text", node)`. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
