/** The people panel is a drawer (a popover) on a narrow screen and part of the page on a wide one: never both at once. */
export class Drawer {
  constructor({ panel, wide }) {
    matchMedia(wide).addEventListener("change", ({ matches }) => {
      if (matches && panel.matches(":popover-open")) panel.hidePopover();
    });
  }
}
