/** Makes and finds elements. Whatever is given as text becomes a text node: nothing on this page is ever read as HTML. */

/** The element with this id. */
export function find(id) {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error('the page has no element ' + id);
  }
  return element;
}

/** An element with a class and what is inside: text or elements. */
export function make(name, className, ...inside) {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }
  element.append(...inside);
  return element;
}

/** Writes the text only when it is another one, so that nothing is laid out or announced again. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Fills a description list with [term, text, title?] triples, and keeps the elements that are there. */
export function describe(list, entries) {
  while (list.children.length > entries.length) {
    list.lastElementChild.remove();
  }
  while (list.children.length < entries.length) {
    list.append(make('div', '', make('dt', ''), make('dd', '')));
  }
  entries.forEach(([term, text, title = ''], i) => {
    const [dt, dd] = list.children[i].children;
    setText(dt, term);
    setText(dd, text);
    if (dd.title !== title) {
      dd.title = title;
    }
  });
}
