/** Which keys are shortcuts. */

/** Whether a key is text for a field, or belongs to a dialog, a menu or the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey) return true;
  const field = "input:not([type=checkbox]), textarea, select, dialog, [popover]";
  return (event.target as Element).closest(field) !== null;
}
