/** The bar's menu. An item closes it first: the focus returns to the menu's button, and so does that of a dialog when it closes. */
export class Menu {
  /** `actions` are called by the `data-menu-item` of what was clicked. */
  constructor({ menu, actions }) {
    menu.addEventListener("click", ({ target }) => {
      const item = target.closest("[data-menu-item]");
      if (!item) return;
      menu.hidePopover();
      actions[item.dataset.menuItem]();
    });
  }
}
