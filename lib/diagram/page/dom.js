// The page that `dbmig docs` writes and `dbmig serve` shows: draws the JSON of page_json()
// (lib/diagram/page.hpp). Its files are one script, in the order of lib/CMakeLists.txt, in a function of
// their own: what one declares, those after it see. Text of a schema only ever becomes text nodes and
// attributes' values.

// ---- elements

const SVG = 'http://www.w3.org/2000/svg';
const byId = id => document.getElementById(id);

/** An element with attributes and children; text stays text. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}
function draw(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  fill(element, attributes, children);
  return element;
}
function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child.nodeType ? child : document.createTextNode(child));
  }
}
function clear(element) { element.replaceChildren(); return element; }
