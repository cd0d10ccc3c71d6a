/** A fresh element from the page's `<template data-template="...">`: markup and wording live in Django's templates. */
export function fromTemplate(name) {
  const template = document.querySelector(`template[data-template="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

/** The parts of an element by their `data-part`. */
export function partsOf(element) {
  return Object.fromEntries(
    [...element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
  );
}
