/** Moving by arrow keys through groups that are each laid out in rows. Pure. */

/**
 * Where `key` leads from {group, index}; null if it leads above the first row, undefined if it
 * does not move. `lengths` are those of the groups, none of them 0.
 */
export function moved({ group, index }, key, { lengths, columns, rightToLeft = false }) {
  const forwards = rightToLeft ? "ArrowLeft" : "ArrowRight";
  const column = index % columns;
  switch (key) {
    case "ArrowLeft":
    case "ArrowRight":
      return along({ group, index }, key === forwards ? 1 : -1, lengths);
    case "ArrowDown":
      if (Math.floor(index / columns) < Math.floor((lengths[group] - 1) / columns))
        return { group, index: Math.min(index + columns, lengths[group] - 1) };
      if (group + 1 === lengths.length) return { group, index };
      return { group: group + 1, index: Math.min(column, lengths[group + 1] - 1) };
    case "ArrowUp":
      if (index >= columns) return { group, index: index - columns };
      return group === 0 ? null : { group: group - 1, index: above(lengths[group - 1]) };
    case "Home":
      return { group, index: index - column };
    case "End":
      return { group, index: Math.min(index - column + columns, lengths[group]) - 1 };
    default:
      return undefined;
  }

  /** In the last row of a group of that length, in this column or before it. */
  function above(length) {
    return Math.min(length - 1 - ((length - 1) % columns) + column, length - 1);
  }
}

/** The next or previous one, over the edge of a group. */
function along({ group, index }, step, lengths) {
  const next = index + step;
  if (next >= 0 && next < lengths[group]) return { group, index: next };
  const other = group + step;
  if (other < 0 || other === lengths.length) return { group, index };
  return { group: other, index: step > 0 ? 0 : lengths[other] - 1 };
}
